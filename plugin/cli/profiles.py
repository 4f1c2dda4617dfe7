"""`kakuyaku profiles`: people into the store, and whether the store is sound."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from sqlalchemy import func
from sqlmodel import col, select

from plugin.cli.means import a_file, employer_named, opened
from plugin.rows import Employer, Journal, Profile
from plugin.work.context import Work

if TYPE_CHECKING:
    from plugin.people import Person
    from ranking.universe import GeneratedPerson

STEP = 500
"""People journalled in one transaction."""

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
        with _read(file, lines) as reading:
            taken, bad, stripped = _take_in(work, owner, reading, file, source)
        if not taken:
            raise click.ClickException(f'{file} holds no profile; each line is a JSON object with "id" and "text"')
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
    if not employer:
        target = out or sys.stdout
        for person in people:
            target.write(json.dumps(as_line(person), ensure_ascii=False) + "\n")
        return
    from plugin.people import add_people

    with opened() as work:
        owner = _owner(work, employer, create)
        with click.progressbar(length=number, label="Inventing people", file=sys.stderr) as bar:
            while batch := list(islice(people, STEP)):
                with work.writing() as session:
                    add_people(session, work.vault, owner.key, batch, source="generated")
                bar.update(len(batch))
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
        + (f", {waiting:,} changes on their way" if waiting else "")
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
    """Compare texts, vectors and index; exit code 1 when they differ."""
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
        findings = _errand(work, owner, "verify")
    if as_json:
        click.echo(json.dumps(findings, ensure_ascii=False, indent=2))
    elif not findings:
        click.echo("sound")
    for finding in [] if as_json else findings[:50]:
        click.echo(f"{finding['kind']}: {finding['message']}")
    if findings:
        raise click.exceptions.Exit(1)


# Inside.


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


class _read:
    """The lines of a file, or of standard input, with the file's size for progress."""

    def __init__(self, file: Path, lines: list[str] | None) -> None:
        self._file, self._lines = file, lines
        self._open: TextIO | None = None
        self.length = sum(len(line.encode()) for line in lines) if lines is not None else file.stat().st_size

    def __enter__(self) -> _read:
        if self._lines is None:
            self._open = self._file.open(encoding="utf-8-sig")
        return self

    def __exit__(self, *_: object) -> None:
        if self._open is not None:
            self._open.close()

    def batches(self) -> Iterator[list[str]]:
        lines = iter(self._lines) if self._lines is not None else iter(self._open or ())
        try:
            while batch := list(islice(lines, STEP)):
                yield batch
        except UnicodeDecodeError:
            raise click.ClickException(f"{self._file} is not UTF-8 text; save it as UTF-8 and try again") from None


def _take_in(work: Work, owner: Employer, reading: _read, file: Path, source: str) -> tuple[int, int, Counter[str]]:
    from plugin.people import add_profiles
    from ranking.profiles import read_profiles

    taken, bad, stripped, before = 0, 0, Counter[str](), 0
    with click.progressbar(length=reading.length, label="Importing", file=sys.stderr) as bar:
        for batch in reading.batches():
            read = read_profiles(batch)
            for error in read.errors:
                bad += 1
                if bad <= 20:
                    click.echo(f"\n{file} line {before + error.line}: {error.message}", err=True)
            raw = {str(data.get("id", "")).strip(): data for line in batch if (data := _object(line))}
            people = [_person(profile, raw[profile.id], source) for profile in read.profiles]
            with work.writing() as session:
                # Counted where the file is read: the store's door strips again and finds nothing.
                add_profiles(session, work.vault, owner.key, people)
            stripped += read.stripped
            taken += len(people)
            before += len(batch)
            bar.update(sum(len(line.encode()) for line in batch))
    return taken, bad, stripped


def _object(line: str) -> dict[str, Any] | None:
    try:
        data = json.loads(line)
    except ValueError:
        return None  # told as a bad line by read_profiles
    return data if isinstance(data, dict) else None


def _person(profile: Any, data: dict[str, Any], source: str) -> Person:
    from plugin.people import CONTACT_BASES, Identity, Person

    def word(name: str) -> str:
        value = data.get(name)
        return value.strip() if isinstance(value, str) else ""

    basis = word("contact_basis")
    return Person(
        profile=profile,
        identity=Identity(
            name=word("name"),
            kana=word("kana"),
            romaji=word("romaji"),
            email=word("email"),
            phone=word("phone"),
            company=word("company"),
            title=word("title"),
            industry=word("industry"),
            size=word("size"),
        ),
        language=word("language") if word("language") in ("ja", "en") else "",
        contact_basis=basis if basis in CONTACT_BASES else "none",
        basis_at=_moment(word("basis_at")),
        source=source,
        as_of=_moment(word("as_of")) or _moment(word("basis_at")),
        ats_candidate_id=word("ats_candidate_id"),
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _errand(work: Work, owner: Employer, name: str) -> Any:
    from plugin.work.errands import ErrandFailed, send

    bar: Any = None

    def progress(done: int, total: int) -> None:
        if bar is not None:
            bar.length = total
            bar.update(done - bar.pos)

    try:
        with click.progressbar(length=1, label=_LABELS[name], file=sys.stderr) as bar:
            return send(
                work,
                owner.key,
                name,
                progress=progress,
                waiting=lambda: click.echo("\nthe running worker has the store; waiting for it …", err=True),
            )
    except ErrandFailed as error:
        raise click.ClickException(str(error)) from None


_LABELS = {"apply": "Into the store", "count": "Counting", "rebuild": "Rebuilding", "verify": "Comparing"}
