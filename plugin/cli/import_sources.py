"""What `profiles import` is given: JSON lines, a table with its mapping, one document or a folder of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from plugin.people_in.columns import ColumnMapping, WrongMapping, check, guess, written
from plugin.people_in.columns import read as read_mapping
from plugin.people_in.records import Defaults, Incoming, SetAside, Unread
from plugin.people_in.rejects import Rejects
from plugin.people_in.tables import NoTable, Table, read_table
from plugin.people_in.taking_in import STEP

TABLES = (".csv", ".tsv")
LINES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, slots=True)
class Source:
    """Something to import: its records, how many there are about, where what is set aside goes."""

    name: str
    records: Callable[[], Iterable[Incoming | SetAside | Unread]]
    total: int
    rejects: Rejects
    step: int = STEP


def source_at(path: Path, defaults: Defaults, mapping: Path | None, now: datetime, sure: bool) -> Source:
    """Find out what a path holds. `sure`: guessed columns need nobody's word."""
    if path.is_dir():
        return _folder(path, defaults, now)
    ending = path.suffix.lower()
    if ending in TABLES:
        return _table(path, defaults, mapping, now, sure)
    if mapping is not None:
        raise click.UsageError("--mapping is for tables (.csv, .tsv).")
    if ending in LINES or str(path) == "-":
        return _lines(path, defaults, now)
    return _documents(path, defaults, now)


def _lines(path: Path, defaults: Defaults, now: datetime) -> Source:
    from plugin.people_in.json_lines import read_lines

    if str(path) == "-":
        lines = sys.stdin.readlines()
        return Source("-", lambda: read_lines(iter(lines), defaults, now), len(lines), Rejects(None))
    with path.open("rb") as stream:
        total = sum(1 for _ in stream)

    def records() -> Iterator[Incoming | SetAside]:
        try:
            with path.open(encoding="utf-8-sig") as stream:
                yield from read_lines(stream, defaults, now)
        except UnicodeDecodeError:
            raise click.ClickException(f"{path} is not UTF-8 text; save it as UTF-8 and try again") from None

    return Source(str(path), records, total, Rejects(path.with_suffix(".rejected.jsonl")))


def _table(path: Path, defaults: Defaults, mapping: Path | None, now: datetime, sure: bool) -> Source:
    from plugin.people_in.table_people import read_rows

    try:
        table = read_table(path)
        edited = path.with_suffix(".mapping.toml")
        there = mapping or (edited if edited.exists() else None)
        columns = read_mapping(there, table.headings) if there else guess(table.headings, table.first(50))
        _show_mapping(table, columns, there)
        if there is None:
            edited.write_text(written(columns, path), encoding="utf-8")
        check(columns, table.headings)
        if mapping is None and not sure and not _agreed(edited):
            click.echo(f"Nothing imported. Edit {edited}, then add --mapping {edited}; --yes takes it as it is.")
            raise click.exceptions.Exit(1)
    except (NoTable, WrongMapping) as error:
        raise click.ClickException(str(error)) from None
    with path.open("rb") as stream:
        total = sum(1 for _ in stream)
    return Source(
        str(path),
        lambda: read_rows(table, columns, defaults, now),
        total,
        Rejects(path.with_suffix(".rejected.csv"), table.headings),
    )


def _agreed(edited: Path) -> bool:
    if not sys.stdin.isatty():
        return False
    return click.confirm(f"Import like this? (no: edit {edited} first)", default=False, err=True)


def _folder(path: Path, defaults: Defaults, now: datetime) -> Source:
    from plugin.people_in.resumes import documents_in, read_documents

    found = documents_in(path)
    if not found:
        raise click.ClickException(f"{path} holds no documents; put PDF, .docx, .xlsx, .txt or .md files there")
    rejects = Rejects(path.resolve().with_name(f"{path.resolve().name}.rejected.csv"))
    return Source(str(path), lambda: read_documents(found, path, defaults, now), len(found), rejects, step=20)


def _documents(path: Path, defaults: Defaults, now: datetime) -> Source:
    from plugin.people_in.resumes import read_documents

    return Source(str(path), lambda: read_documents([path], path.parent, defaults, now), 1, Rejects(None), step=1)


def _show_mapping(table: Table, mapping: ColumnMapping, read_from: Path | None) -> None:
    """Show what each column is taken as, with the first people masked."""
    encoding = {"utf-8-sig": "UTF-8", "cp932": "Shift_JIS (CP932)", "utf-16": "UTF-16"}[table.encoding]
    named = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}[table.delimiter]
    by = f"columns as {read_from} says" if read_from else "columns as guessed from their names"
    click.echo(f"{table.file}: {encoding}, separated by {named}; {by}", err=True)
    samples = table.first(3)
    for heading in table.headings:
        banned = mapping.banned.get(heading, "")
        taken_as = mapping.columns.get(heading, "ignore")
        shown = " | ".join("■" if banned else masked(taken_as, row.get(heading, "")) for row in samples)
        meaning = f"left out: must not decide ({banned})" if banned else taken_as
        click.echo(f"  {heading} → {meaning}   {shown}", err=True)


def masked(meaning: str, value: str) -> str:
    """A cell as it may be shown on a screen others can see: whose it is stays hidden."""
    value = " ".join(value.split())
    if not value or meaning == "ignore":
        return "■" if value else "–"
    if meaning == "email" and "@" in value:
        return f"■@{value.rpartition('@')[2]}"
    most = {"text": 12, "title": 12, "place": 3, "id": 1, "ats_candidate_id": 1}.get(meaning, 20)
    if meaning in _WHO:
        most = 1
    return value if len(value) <= most else f"{value[:most]}{'…' if most > 1 else '■'}"


_WHO = ("name", "family_name", "given_name", "kana", "family_kana", "given_kana", "romaji", "phone", "company")
