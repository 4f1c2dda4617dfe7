"""What `profiles` asks of the store: done here, or by the process that has the store open; nobody read is lost meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlmodel import col, select

from plugin.cli.means import employer_named, quiet
from plugin.rows import Employer
from plugin.work.context import Work

PUTS_IN = "a running `kakuyaku serve` or the next `profiles import` puts them into the store"


@contextmanager
def kept_when_stopped() -> Iterator[None]:
    """Say on Ctrl-C, and when the store can't be opened, that what was read so far is kept and how to go on."""
    from ranking.store import StoreError

    try:
        yield
    except KeyboardInterrupt:
        raise click.Abort(f"stopped; nobody read so far is lost: the same command goes on, or {PUTS_IN}") from None
    except (StoreError, StoreWaits) as error:
        raise click.ClickException(f"{error} Everybody read is kept: once that is mended, {PUTS_IN}.") from None


class StoreWaits(click.ClickException):
    """The store was not reached; the journal keeps what it is to learn."""


def owner_of(work: Work, name: str, create: bool) -> Employer:
    """The employer of that name, made where it may be."""
    with work.writing() as session:
        if create and name:
            found = session.exec(select(Employer).where(col(Employer.name) == name)).first()
            if found is None:
                found = Employer(name=name, created_at=work.clock.now())
                session.add(found)
                session.flush()
            return found
        return employer_named(session, name)


def errand(work: Work, owner: Employer, name: str) -> Any:
    """Do something with the profile store, here or in the process that has it open; say how far it is."""
    from plugin.work.errands import ErrandFailed, send

    bar: Any = None

    def progress(done: int, total: int) -> None:
        if bar is not None:
            bar.length = total
            bar.update(done - bar.pos)

    try:
        with click.progressbar(length=1, label=_LABELS[name], file=sys.stderr, hidden=quiet()) as bar:
            return send(
                work,
                owner.key,
                name,
                progress=progress,
                waiting=lambda: click.echo("another process has the store open; waiting for it …", err=True),
            )
    except ErrandFailed as error:
        raise StoreWaits(str(error)) from None


_LABELS = {
    "apply": "Into the store",
    "count": "Counting",
    "rebuild": "Rebuilding",
    "verify": "Comparing",
    "tidy": "Rewriting the store's files",
    "fit": "Fitting, then encoding",
    "unfit": "Encoding",
}
