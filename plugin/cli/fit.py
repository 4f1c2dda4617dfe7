"""`kakuyaku profiles fit`: the encoder's tables fitted on a store's own people, and back to the shipped ones."""

from __future__ import annotations

import click

from plugin.cli.means import employer_named, opened
from plugin.cli.store_errands import errand


@click.command("fit")
@click.option("--employer", default="", help="Name or number; the only one there is if left out.")
@click.option("--undo", is_flag=True, help="Go back to the shipped tables.")
def fit_profiles(employer: str, undo: bool) -> None:
    """Fit the encoder on this employer's people (2,000 at least) and encode everybody anew.

    The old vectors serve until the new ones are complete. Scores get a new version: those of before can't be compared with
    those of after, and commitments pin theirs.
    """
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
        from ranking.store import StoreError  # loads numpy

        try:
            done = errand(work, owner, "unfit" if undo else "fit")
        except StoreError as error:
            raise click.ClickException(str(error)) from None
    said = "by the shipped tables again" if undo else "by tables fitted on them; `profiles fit --undo` goes back"
    click.echo(f"{done:,} people encoded {said}")
