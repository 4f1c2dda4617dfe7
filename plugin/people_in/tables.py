"""Tables of people as files: CSV in the encodings and with the separators that Excel and ATSs write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from plugin.people_in.records import SetAside

ENCODINGS = ("utf-8-sig", "cp932")
_LARGEST_CELL = 2_000_000  # characters; more is a file without its closing quotation mark
_LOOK = 64_000  # bytes looked at to tell the separator


class NoTable(Exception):
    """A file can't be read as a table; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """How a file is written and what its first line names. Rows are read anew each time they are asked for."""

    file: Path
    encoding: str
    delimiter: str
    headings: tuple[str, ...]

    def rows(self) -> Iterator[Row | SetAside]:
        """Read row by row; one with too few or too many cells is set aside, an empty one is passed over."""
        with self.file.open(encoding=self.encoding, newline="") as stream:
            yield from _rows(stream, self.delimiter, self.headings)

    def first(self, number: int) -> list[dict[str, str]]:
        """The first rows that are whole, to guess by and to show."""
        return [row.cells for row in islice((one for one in self.rows() if isinstance(one, Row)), number)]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by heading, and the line its last cell ends on."""

    line: int
    cells: dict[str, str]


def read_table(file: Path) -> Table:
    """Find out how a file is written. Raises `NoTable`."""
    encoding = _encoding(file)
    with file.open(encoding=encoding, newline="") as stream:
        beginning = stream.read(_LOOK)
    if not beginning.strip():
        raise NoTable(f"{file} is empty")
    delimiter = _delimiter(beginning)
    try:
        first = next(row for row in csv.reader(io.StringIO(beginning), delimiter=delimiter) if any(map(str.strip, row)))
    except csv.Error as error:
        raise NoTable(f"{file} can't be read as a table ({error})") from None
    if len(first) == 1 and len(beginning.splitlines()) > 1:
        raise NoTable(f"{file} has one column only: separate columns by commas, semicolons or tabs")
    if any("@" in cell for cell in first):
        raise NoTable(f"the first line of {file} holds a person already: put the names of the columns above it")
    return Table(file, encoding, delimiter, _headings(first))


def _encoding(file: Path) -> str:
    with file.open("rb") as stream:
        start = stream.read(4)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start.startswith(b"PK\x03\x04"):
        raise NoTable(f"{file} is an Excel file: save the sheet as CSV (UTF-8) and import that")
    for encoding in ENCODINGS:
        try:
            with file.open(encoding=encoding, newline="") as stream:
                nul = False
                while part := stream.read(1 << 20):
                    nul = nul or "\0" in part
        except UnicodeDecodeError:
            continue
        if nul:
            raise NoTable(f"{file} is no text file; save it as CSV (UTF-8) and try again")
        return encoding
    raise NoTable(f"{file} is neither UTF-8 nor Shift_JIS; save it as CSV (UTF-8) and try again")


def _delimiter(beginning: str) -> str:
    """The separator that gives most columns on most lines."""

    def columns(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in islice(csv.reader(io.StringIO(beginning), delimiter=delimiter), 20) if row]
        except csv.Error:
            return 0, 0
        return (sum(width == widths[0] for width in widths) if widths and widths[0] > 1 else 0), widths[
            0
        ] if widths else 0

    return max(",\t;|", key=columns)


def _headings(first: Sequence[str]) -> tuple[str, ...]:
    """Every column has a name of its own: an empty one is "column 3", a second 会社名 is 「会社名 (2)」."""
    seen: dict[str, int] = {}
    named: list[str] = []
    for position, cell in enumerate(first, start=1):
        heading = " ".join(cell.split()) or f"column {position}"
        seen[heading] = seen.get(heading, 0) + 1
        named.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return tuple(named)


def _rows(stream: io.TextIOBase | Iterator[str], delimiter: str, headings: Sequence[str]) -> Iterator[Row | SetAside]:
    before = csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(stream, delimiter=delimiter)
    past_headings = False
    try:
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield SetAside(f"line {reader.line_num}", f"not readable as a row ({error})")
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if not past_headings:
                past_headings = True
                continue
            if len(cells) > len(headings) and not any(cell.strip() for cell in cells[len(headings) :]):
                cells = cells[: len(headings)]
            raw = dict(zip(headings, cells, strict=False))
            if len(cells) != len(headings):
                why = f"{len(cells)} cells where the first line names {len(headings)}: is a comma or a quotation mark astray?"
                yield SetAside(f"line {reader.line_num}", why, raw | {"(rest)": delimiter.join(cells[len(headings) :])})
                continue
            yield Row(reader.line_num, raw)
    finally:
        csv.field_size_limit(before)
