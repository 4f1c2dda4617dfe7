"""`kakuyaku letter preview`: what a person would read, before anything leaves."""

from __future__ import annotations

from pathlib import Path

import click
from sqlmodel import Session, col, select

from plugin.cli.means import opened
from plugin.cli.wording import lang_option, language
from plugin.rows import Requisition, Scout
from plugin.scouting.compiler import FIRST
from plugin.scouting.legal import LetterRefused
from plugin.scouting.previewing import RECEIPTS, Shown, as_if, mails_of, shown
from plugin.scouting.voices import VOICES


@click.group("letter")
def letter_command() -> None:
    """Letters as their readers will see them."""


@letter_command.command("preview")
@click.option(
    "--requisition",
    "number",
    type=click.IntRange(1, 2**63 - 1),
    required=True,
    help="Its number here, as in the address of its page.",
)
@click.option("--person", default="", help="Profile id; the first of the newest batch if left out.")
@click.option(
    "--language", "wanted", type=click.Choice(["ja", "en"]), default=None, help="Instead of the person's own."
)
@click.option("--voice", type=click.Choice(VOICES), default=None, help="As if written by.")
@click.option("--arm", type=click.Choice(["committed", "standard"]), default=None, help="With the promise, or without.")
@click.option(
    "--mail",
    "which",
    type=click.Choice(["all", FIRST, "follow_up", *RECEIPTS]),
    default=FIRST,
    show_default=True,
    help="Which mail of the letter.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=None, help="Write HTML and text here.")
@lang_option
def preview(
    number: int,
    person: str,
    wanted: str | None,
    voice: str | None,
    arm: str | None,
    which: str,
    out: Path | None,
    lang: str | None,
) -> None:
    """Print a letter as it would be sent now, and write its HTML where --out says. Nothing is sent or stored.

    Exit code 1 where the letter would be refused, with the reason.
    """
    refused = []
    with opened() as work, work.reading() as session:
        scout = _scout(session, number, person)
        try:
            copy = as_if(session, scout, language=wanted or "", voice=voice or "", arm=arm or "")
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        for kind in mails_of(session, copy) if which == "all" else [which]:
            try:
                mail = shown(session, work.vault, work.settings, copy, kind)
            except LetterRefused as error:
                refused.append(f"{kind}: {error.text(language(lang))}")
                continue
            _print(mail)
            if out is not None:
                _write(mail, out, f"{number}-{copy.profile_id}-{copy.language}-{copy.arm}-{kind}")
        session.rollback()
    if refused:
        raise click.ClickException("\n".join(refused))


def _scout(session: Session, number: int, person: str) -> Scout:
    if session.get(Requisition, number) is None:
        raise click.ClickException(f"there is no requisition {number}; its page's address ends in its number")
    query = select(Scout).where(col(Scout.requisition_id) == number)
    query = query.where(col(Scout.profile_id) == person) if person else query.where(col(Scout.state) != "excluded")
    found = session.exec(
        query.order_by(col(Scout.batch_id).desc(), col(Scout.score).desc(), col(Scout.profile_id))
    ).first()
    if found is None:
        raise click.ClickException(
            f"no letter to {person} has been drafted for requisition {number}"
            if person
            else f"no letter has been drafted for requisition {number} yet; a commitment in force drafts them"
        )
    return found


def _print(mail: Shown) -> None:
    for name, value in mail.headers.items():
        if value:
            click.echo(f"{name}: {value}")
    click.echo(f"\n{mail.text}")


def _write(mail: Shown, folder: Path, name: str) -> None:
    safe = "".join(char if char.isalnum() or char in "-_." else "_" for char in name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{safe}.html").write_text(mail.html, encoding="utf-8")
        (folder / f"{safe}.txt").write_text(f"{mail.subject}\n\n{mail.text}", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{folder} can't be written ({error.strerror}); choose another with --out") from None
    click.echo(f"written: {folder / safe}.html", err=True)
