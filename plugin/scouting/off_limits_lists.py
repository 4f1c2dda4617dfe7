"""Off-limits companies as a CSV: read row by row, with what is wrong by line; written as it can be read again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from plugin.i18n import phrases
from plugin.rows import OffLimits
from plugin.scouting.off_limits import Company, problem

COLUMNS = ("name", "number", "aliases", "owner", "reason", "from", "until")
_HEADINGS = {
    "name": ("name", "company", "会社名", "企業名", "名称"),
    "number": ("number", "corporate_number", "法人番号"),
    "aliases": ("aliases", "alias", "別名", "略称"),
    "owner": ("owner", "担当", "担当者", "設定者"),
    "reason": ("reason", "理由"),
    "from": ("from", "starts_on", "開始日"),
    "until": ("until", "expires_on", "期限", "解除日"),
}
_SEPARATORS = str.maketrans({"；": ";", "、": ";", "|": ";", "｜": ";"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that can't be taken: its line in the file, and why as a code of `off_limits.problem`, or bad_date."""

    line: int
    code: str


def read_list(text: str, today: date, *, owned: bool = True) -> tuple[list[tuple[int, Company]], list[Wrong]]:
    """The companies of a CSV with their lines, and its bad rows. Raises ValueError("no_heading") without a name column.

    `owned`: somebody must be named as owner; not where entries are only looked for.
    """
    reader = csv.reader(io.StringIO(text))
    places = _places(next(reader, []))
    if "name" not in places:
        raise ValueError("no_heading")
    taken: list[tuple[int, Company]] = []
    wrong: list[Wrong] = []
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        said = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        try:
            company = Company(
                name=_plain(said["name"]),
                number=said.get("number", ""),
                aliases=tuple(
                    _plain(alias.strip())
                    for alias in said.get("aliases", "").translate(_SEPARATORS).split(";")
                    if alias.strip()
                ),
                owner=_plain(said.get("owner", "")),
                reason=_plain(said.get("reason", "")),
                starts_on=_day(said.get("from", "")),
                expires_on=_day(said.get("until", "")),
            )
        except ValueError:
            wrong.append(Wrong(line, "bad_date"))
            continue
        code = problem(company, today)
        if code and (owned or code != "no_owner"):
            wrong.append(Wrong(line, code))
        else:
            taken.append((line, company))
    return taken, wrong


def write_list(rows: Iterable[OffLimits]) -> str:
    """Entries as a CSV that `read_list` reads; no cell of it is taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (
            row.name,
            row.number,
            ";".join(row.aliases),
            row.owner,
            row.reason,
            row.starts_on.isoformat(),
            row.expires_on.isoformat() if row.expires_on is not None else "",
        )
        writer.writerow(["'" + cell if cell.lstrip("'").startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def wrong_text(code: str, locale: str) -> str:
    """Why an entry was not taken, and what to write instead."""
    _ = phrases(locale)
    texts = {
        "no_name": _("The company's name is missing."),
        "no_owner": _("Nobody is named who owns this entry; write a name or a team."),
        "bad_number": _("This is no 法人番号: thirteen digits, the first of which checks the others."),
        "bad_date": _("A date can't be read; write it as 2027-03-31."),
        "ends_before": _("It ends before it begins; the end is the first day they may be written to again."),
        "another_number": _("A company of this name stands there under another 法人番号."),
        "two_entries": _("Name and 法人番号 stand in two different entries; correct one of them first."),
        "no_heading": _("The first line must name the columns: name, number, aliases, owner, reason, from, until."),
        "not_there": _("No such company is off limits."),
    }
    return texts.get(code, code)


def _places(heading: list[str]) -> dict[str, int]:
    said = [cell.strip().lstrip("\ufeff").casefold() for cell in heading]
    return {
        name: next(said.index(word) for word in words if word in said)
        for name, words in _HEADINGS.items()
        if set(words) & set(said)
    }


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _day(text: str) -> date | None:
    if not text:
        return None
    year, month, day = (int(part) for part in text.replace("/", "-").split("-"))
    return date(year, month, day)
