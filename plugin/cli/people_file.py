"""A file of people, one JSON object a line, into the journal."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from plugin.cli.means import quiet
from plugin.rows import Employer
from plugin.work.context import Work

if TYPE_CHECKING:
    from plugin.people import Person

STEP = 500
"""People journalled in one transaction."""


class PeopleFile:
    """The lines of a file, or of standard input, with the file's size for progress."""

    def __init__(self, file: Path, lines: list[str] | None) -> None:
        self._file, self._lines = file, lines
        self._open: TextIO | None = None
        self.length = sum(len(line.encode()) for line in lines) if lines is not None else file.stat().st_size

    def __enter__(self) -> PeopleFile:
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


def take_in(work: Work, owner: Employer, reading: PeopleFile, file: Path, source: str) -> tuple[int, int, Counter[str]]:
    from plugin.people import add_profiles
    from ranking.profiles import read_profiles

    taken, bad, stripped, before = 0, 0, Counter[str](), 0
    with click.progressbar(length=reading.length, label="Importing", file=sys.stderr, hidden=quiet()) as bar:
        for batch in reading.batches():
            read = read_profiles(batch)
            for error in read.errors:
                bad += 1
                if bad <= 20:
                    click.echo(
                        f"{'' if quiet() else chr(10)}{file} line {before + error.line}: {error.message}", err=True
                    )
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
