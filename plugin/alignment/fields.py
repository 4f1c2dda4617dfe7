"""The decision fields' texts as terms. What a manager typed is read generously, and never guessed at."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.records import Decision
from plugin.alignment.terms import Terms, default_terms, problems
from plugin.rows import Calibration, Commitment, Connection, Staff

_KANJI = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}
_LINE = re.compile(
    r"(?P<number>[0-9]{1,3}|[〇零一二三四五六七八九十百]{1,5})\s*(?:点|points?|pts?|pt)?\.?", re.IGNORECASE
)
_DAYS = re.compile(
    r"(?P<number>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*(?:営業日|日|business days?|working days?|days?)?(?:以内)?\.?",
    re.IGNORECASE,
)
_KINDS = {
    "面接": "interview",
    "interview": "interview",
    "カジュアル面談": "casual",
    "面談": "casual",
    "casual": "casual",
    "casual meeting": "casual",
}


@dataclass(frozen=True, slots=True)
class Read:
    """The fields as terms, or the problems that keep them from being terms: (code, the text given)."""

    terms: Terms | None
    problems: tuple[tuple[str, str], ...] = ()


def read_line(text: str) -> int | None:
    """Read `75`, `75点`, `７５`, `75 points`, 七十五; None for anything else. Out of range is for the caller to say."""
    return _number(_LINE, text)


def read_days(text: str) -> int | None:
    """Read `5`, `５日`, `5営業日以内`, `5 business days`; None for anything else."""
    return _number(_DAYS, text)


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    number = found["number"]
    return int(number) if number.isascii() else _from_kanji(number)


def _from_kanji(text: str) -> int | None:
    """七十五, 七五, 百; None for what no one writes."""
    if not re.search("[十百]", text):
        return int("".join(str(_KANJI[c]) for c in text))
    found = re.fullmatch(
        r"(?:(?P<h>一)?(?P<hh>百))?(?:(?P<t>[一二三四五六七八九])?(?P<tt>十))?(?P<u>[一二三四五六七八九])?", text
    )
    if found is None:
        return None
    hundreds = 100 if found["hh"] else 0
    tens = 10 * _KANJI[found["t"]] if found["t"] else 10 if found["tt"] else 0
    return hundreds + tens + (_KANJI[found["u"]] if found["u"] else 0)


def read_terms(
    decision: Decision, connection: Connection, calibration: Calibration, manager: Staff | None, now: datetime
) -> Read:
    """Read an approval into terms. An empty line takes the proposed one that stands beside it; empty days and meeting
    take the connection's own."""
    wrong: list[tuple[str, str]] = []
    changes: dict[str, Any] = {}
    if decision.line.strip():
        line = read_line(decision.line)
        if line is None:
            wrong.append(("line_unreadable", decision.line))
        else:
            changes["line"] = line
    if decision.days.strip():
        days = read_days(decision.days)
        if days is None:
            wrong.append(("days_unreadable", decision.days))
        else:
            changes["days"] = days
    if decision.meeting.strip():
        kind = _KINDS.get(unicodedata.normalize("NFKC", decision.meeting).strip().casefold())
        if kind is None:
            wrong.append(("kind", decision.meeting))
        else:
            changes["kind"] = kind
    if wrong:
        return Read(None, tuple(wrong))
    terms = default_terms(connection, calibration, manager, now, **changes)
    today = now.astimezone(ZoneInfo(terms.zone)).date()
    found = problems(terms, calibration, today)
    return Read(None, tuple((code, "") for code in found)) if found else Read(terms)


def says_the_same(decision: Decision, commitment: Commitment, connection: Connection, calibration: Calibration) -> bool:
    """Say whether the fields, read now, still mean the commitment: its line, kind and days.

    Fields that stand as they stood mean what they meant, whatever the connection's own values have become since.
    """
    if raw_of(decision) == commitment.raw:
        return True
    read = read_terms(decision, connection, calibration, None, commitment.proposed_at)
    return read.terms is not None and same_terms(read.terms, commitment)


def read_specification(text: str) -> str:
    """Read `B`, `Ｂ`, `b`, `案B`, `B案` as its letter; "" for an empty field, the text itself for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = re.fullmatch(r"(?:案\s*)?([A-Za-z])(?:\s*案)?", plain)
    return found[1].upper() if found else plain


def raw_of(decision: Decision) -> dict[str, Any]:
    """The decision fields as they stood, as a commitment keeps them."""
    return {
        "calibration": decision.calibration,
        "choice": decision.choice.value,
        "line": decision.line[:40],
        "meeting": decision.meeting[:40],
        "days": decision.days[:40],
    }


def same_terms(terms: Terms, commitment: Commitment) -> bool:
    """Say whether terms read from the fields are those of a commitment, as far as fields can say."""
    return (terms.line, terms.inclusive, terms.kind, terms.days) == (
        commitment.line,
        commitment.inclusive,
        commitment.kind,
        commitment.days,
    )
