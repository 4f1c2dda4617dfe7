"""`kakuyaku person`: what is held about one person, in full; erasing them everywhere; whose time ends soon."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlmodel import Session, col, select

from plugin.cli.means import connections, employer_named, opened
from plugin.cli.store_errands import errand, kept_when_stopped
from plugin.connections import policy_of
from plugin.identity import identity_of
from plugin.people_in.records import BASIS_WORDS
from plugin.rows import Employer, Profile
from plugin.sealing import Erased
from plugin.work.context import Work

_employer = click.option("--employer", default="", help="Name or number; the only one there is if left out.")
_email = click.option("--email", default="", help="Find the person by a mail address instead of an id.")


@click.group("person")
def person() -> None:
    """One person's data: export it, erase it, see whose time ends."""


@person.command("export")
@click.argument("id", required=False)
@_email
@_employer
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON; a text to read stands beside."
)
@click.option("--for-them", is_flag=True, help="Leave out our own judgements: what may be sent to the person.")
def export(id: str | None, email: str, employer: str, out: Path, for_them: bool) -> None:
    """Write everything held about a person to a file, and beside it a text with labels in Japanese and English."""
    from plugin.person_data import as_json, as_text, collect

    with opened() as work, work.reading() as session:
        owner = employer_named(session, employer)
        profile = _found(session, work, owner, id, email)
        try:
            data = collect(session, work.vault, profile, for_them=for_them)
        except Erased:
            raise click.ClickException("this person has been erased; nothing of them can be read any more") from None
    text = out.with_name(out.name + ".txt")
    for path, content in ((out, as_json(data)), (text, as_text(data))):
        _write_private(path, content)
    click.echo(f"{out} and {text}: readable by you alone; delete them when they have served")


@person.command("erase")
@click.argument("id", required=False)
@_email
@_employer
@click.option("--by", required=True, help="Who erases; kept.")
@click.option(
    "--keep-writing", is_flag=True, help="Not at their own request: they are not put on the list of who said stop."
)
@click.option("--yes", is_flag=True, help="Don't ask.")
def erase(id: str | None, email: str, employer: str, by: str, keep_writing: bool, yes: bool) -> None:
    """Erase a person everywhere: rows, mails, replies, journal, profile store and the files under it. There is no undo."""
    from plugin.erasure import erase_person, vacuum

    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
            profile = _found(session, work, owner, id, email)
            try:
                who = identity_of(session, work.vault, profile).name
            except Erased:
                who = profile.profile_id
        if not yes:
            click.confirm(
                f"Erase {who} ({profile.profile_id}) from everything of {owner.name}? There is no undo", abort=True
            )
        erase_person(work, owner.key, profile.profile_id, by=f"admin:{by}", asked=not keep_writing)
        with kept_when_stopped():
            errand(work, owner, "tidy")
        vacuum(work)
    click.echo(f"{profile.profile_id} erased; ids and keyed marks remain, the ledger verifies as before")
    click.echo("where the ATS holds them, a note asks for their deletion there and a task is open")


@person.command("resume")
@click.argument("id", required=False)
@_email
@_employer
@click.option("--by", required=True, help="Who says that the person agreed; kept.")
def resume_person(id: str | None, email: str, employer: str, by: str) -> None:
    """Consider somebody again who had asked to be used no more. Whether they may be written to stays as it is."""
    from plugin.corrections import resume

    with opened() as work, work.writing() as session:
        owner = employer_named(session, employer)
        profile = _found(session, work, owner, id, email)
        changed = resume(session, work.vault, owner.key, profile.profile_id, by=f"admin:{by}")
    click.echo("considered again from the next calibration on" if changed else "was not suspended")


@person.command("expiring")
@_employer
@click.option("--days", type=click.IntRange(0, 3650), default=30, show_default=True, help="How far ahead to look.")
def expiring_people(employer: str, days: int) -> None:
    """List who will be erased because their time is over, and who stays because they are in process. Changes nothing."""
    from plugin.retention import expiring, rules_of

    with opened() as work, work.reading() as session:
        owner = employer_named(session, employer)
        rules = rules_of(session, owner.key)
        until: datetime = work.clock.now() + timedelta(days=days)
        found = expiring(session, owner.key, until)
    if not rules:
        click.echo("no time is set: nobody is erased by themselves (`kakuyaku person keep` sets times)")
        return
    for name, limit in sorted(rules.items()):
        click.echo(f"{name}: {limit} days")
    for one in found:
        click.echo(
            f"{one.expires_at:%Y-%m-%d}  {one.profile_id}  {one.basis}"
            + ("  stays: in process" if one.kept_because else "")
        )
    click.echo(f"{sum(1 for one in found if not one.kept_because):,} to be erased within {days} days")


@person.command("keep")
@click.argument("basis", type=click.Choice((*BASIS_WORDS, "none")))
@click.argument("days", type=click.IntRange(0, 36500))
@click.option("--connection", "name", default="", help="Name or number; every one of them if left out.")
def keep(basis: str, days: int, name: str) -> None:
    """Set how many days people of one basis are kept after they were last known; 0 keeps them. `expiring` shows whom it hits."""
    with opened() as work, work.writing() as session:
        for row in connections(session, name):
            policy = policy_of(row)
            rules = {key: value for key, value in policy.retention_days.items() if key != basis}
            changed = policy.model_copy(update={"retention_days": rules | ({basis: days} if days else {})})
            row.policy = changed.model_dump(mode="json")
            session.add(row)
            click.echo(f"{row.name}: {basis} " + (f"kept {days} days" if days else "kept without end"))


@person.command("handed-on")
@_employer
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV file.")
@click.option("--language", type=click.Choice(("ja", "en")), default="ja", show_default=True)
def handed_on(employer: str, out: Path, language: str) -> None:
    """Write the records of what was handed to clients (個人情報保護法 29条) to a file."""
    from plugin.provision import as_csv

    with opened() as work, work.reading() as session:
        owner = employer_named(session, employer)
        text = as_csv(session, work.vault, owner.key, language)
    _write_private(out, text)
    click.echo(f"{out}: {text.count(chr(10)) - 1:,} records")


def _found(session: Session, work: Work, owner: Employer, id: str | None, email: str) -> Profile:
    if bool(id) == bool(email):
        raise click.UsageError("Name a person by id, or by --email.")
    where = col(Profile.profile_id) == id if id else col(Profile.email_hash) == work.vault.hash_email(owner.key, email)
    rows = session.exec(select(Profile).where(col(Profile.employer_id) == owner.key, where)).all()
    if not rows:
        raise click.ClickException(f"there is nobody of this {'id' if id else 'address'} at {owner.name}")
    if len(rows) > 1:
        ids = ", ".join(row.profile_id for row in rows)
        raise click.ClickException(f"several people carry this address ({ids}); name one by id")
    return rows[0]


def _write_private(path: Path, content: str) -> None:
    """Write a file that its owner alone may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
