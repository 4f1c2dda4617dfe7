"""`kakuyaku profiles`: people into the store, and whether the store is sound."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from sqlalchemy import func
from sqlmodel import col, select

from plugin.cli.means import a_file, employer_named, opened, quiet
from plugin.cli.people_file import STEP, PeopleFile, take_in
from plugin.rows import Employer, Journal, Profile
from plugin.work.context import Work

if TYPE_CHECKING:
    from ranking.universe import GeneratedPerson

PUTS_IN = "a running `kakuyaku serve` or the next `profiles import` puts them into the store"

_employer = click.option("--employer", default="", help="Name or number; the only one there is if left out.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("profiles")
def profiles() -> None:
    """The profile store."""


@profiles.command("import")
@click.argument("file", type=a_file())
@_employer
@click.option("--create", is_flag=True, help="Make the employer if there is none of that name.")
@click.option("--source", default="import", show_default=True, help="Where these profiles come from; kept with each.")
def import_profiles(file: Path, employer: str, create: bool, source: str) -> None:
    """Import people from JSON lines.

    Each line has `id` and `text`; optional are the fields of a profile and who the person is: name, kana, romaji,
    email, phone, company, title, language (ja or en), contact_basis and basis_at. What the law bans is stripped.
    """
    lines = sys.stdin.readlines() if str(file) == "-" else None
    with opened() as work:
        owner = _owner(work, employer, create)
        with kept_when_stopped(), PeopleFile(file, lines) as reading:
            taken, bad, stripped = take_in(work, owner, reading, file, source)
        if not taken:
            raise click.ClickException(f'{file} holds no profile; each line is a JSON object with "id" and "text"')
        with kept_when_stopped():
            _errand(work, owner, "apply")
    click.echo(f"{taken:,} imported" + (f", {bad:,} lines left out" if bad else ""))
    if stripped:
        click.echo("stripped: " + ", ".join(f"{kind} {count}" for kind, count in sorted(stripped.items())))


@profiles.command("generate")
@click.argument("number", type=click.IntRange(1, 10_000_000))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same people.")
@click.option("--out", type=click.File("w", encoding="utf-8", lazy=True), help="Write JSON lines to this file.")
@click.option("--employer", default="", help="Put them into this employer's store instead of printing them.")
@click.option("--create", is_flag=True, help="Make the employer if there is none of that name.")
def generate_profiles(number: int, seed: int, out: TextIO | None, employer: str, create: bool) -> None:
    """Invent a believable bilingual universe of people, none of whom exists (example.* addresses)."""
    from ranking.universe import generate

    people = generate(number, seed)
    if create and not employer:
        raise click.UsageError("--create makes an employer: name it with --employer.")
    if employer and out:
        raise click.UsageError("Either into a file (--out) or into the store (--employer), not both.")
    if out:
        with click.progressbar(people, length=number, label="Inventing people", file=sys.stderr, hidden=quiet()) as bar:
            for person in bar:
                out.write(json.dumps(as_line(person), ensure_ascii=False) + "\n")
        return
    if not employer:
        for person in people:
            click.echo(json.dumps(as_line(person), ensure_ascii=False))
        return
    from plugin.people import add_people

    with opened() as work:
        owner = _owner(work, employer, create)
        with (
            kept_when_stopped(),
            click.progressbar(length=number, label="Inventing people", file=sys.stderr, hidden=quiet()) as bar,
        ):
            while batch := list(islice(people, STEP)):
                with work.writing() as session:
                    add_people(session, work.vault, owner.key, batch, source="generated")
                bar.update(len(batch))
        with kept_when_stopped():
            _errand(work, owner, "apply")
    click.echo(f"{number:,} put into the store of {owner.name}")


@profiles.command("count")
@_employer
@_json
def count_profiles(employer: str, as_json: bool) -> None:
    """Count the people known and those in the store."""
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
            known = session.execute(
                select(func.count()).select_from(Profile).where(col(Profile.employer_id) == owner.key)
            ).scalar_one()
            journal = session.exec(select(Journal.last).where(col(Journal.employer_id) == owner.key)).first() or 0
        stored = _errand(work, owner, "count")
    counted = {"employer": owner.name, "known": known, "journal": journal, **stored}
    if as_json:
        click.echo(json.dumps(counted, ensure_ascii=False))
        return
    waiting = journal - stored["applied"]
    click.echo(
        f"{known:,} people known, {stored['profiles']:,} in the store"
        + (f", {waiting:,} changes wait: {PUTS_IN}" if waiting else "")
    )


@profiles.command("rebuild")
@_employer
def rebuild_profiles(employer: str) -> None:
    """Read and encode everyone anew (after an upgrade). The old vectors serve until the new ones are complete."""
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
        done = _errand(work, owner, "rebuild")
    click.echo(f"{done:,} rebuilt")


@profiles.command("verify")
@_employer
@_json
def verify_profiles(employer: str, as_json: bool) -> None:
    """Compare journal, texts, vectors, index and its checksums; exit code 1 when they differ."""
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
        findings = _errand(work, owner, "verify")
        stored = _errand(work, owner, "count")
        with work.reading() as session:
            journal = session.exec(select(Journal.last).where(col(Journal.employer_id) == owner.key)).first() or 0
    waiting = journal - stored["applied"]
    if waiting:
        click.echo(f"{waiting:,} changes wait and were not looked at: {PUTS_IN}", err=True)
    if as_json:
        click.echo(json.dumps(findings, ensure_ascii=False, indent=2))
    elif not findings:
        click.echo("sound")
    for finding in [] if as_json else findings[:50]:
        click.echo(f"{finding['kind']}: {finding['message']}")
    if findings:
        raise click.exceptions.Exit(1)


# Inside.


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


def as_line(person: GeneratedPerson) -> dict[str, Any]:
    """A generated person as `profiles import` reads it back."""
    profile = {name: value for name, value in asdict(person.profile).items() if value is not None}
    return profile | {
        "name": person.name,
        "kana": person.kana,
        "romaji": person.romaji,
        "email": person.email,
        "phone": person.phone,
        "company": person.company,
        "title": person.title,
        "language": person.language,
        "contact_basis": person.contact_basis,
        "basis_at": person.basis_at.isoformat() if person.basis_at else None,
    }


def _owner(work: Work, name: str, create: bool) -> Employer:
    with work.writing() as session:
        if create and name:
            found = session.exec(select(Employer).where(col(Employer.name) == name)).first()
            if found is None:
                found = Employer(name=name, created_at=work.clock.now())
                session.add(found)
                session.flush()
            return found
        return employer_named(session, name)


def _errand(work: Work, owner: Employer, name: str) -> Any:
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


_LABELS = {"apply": "Into the store", "count": "Counting", "rebuild": "Rebuilding", "verify": "Comparing"}
