"""A requirement as a table for people: what, whether it is stated or inferred, and the words it was read from."""

from __future__ import annotations

from typing import Any

from plugin.bench.tables import width
from ranking.places import LABELS as PLACES
from ranking.values import LanguageNeed, Pay, Requirement, Skill, Years

# In the order a recruiter reads: the position, whom it wants, what it offers, on what terms.
ORDER = (
    ("title", "title"),
    ("seniority", "seniority"),
    ("grade", "grade"),
    ("reports to", "reports_to"),
    ("opening", "reason"),
    ("must", "must"),
    ("nice", "nice"),
    ("years", "years"),
    ("Japanese", "japanese"),
    ("English", "english"),
    ("pay", "pay"),
    ("place", "place"),
    ("remote", "remote"),
    ("employment", "employment"),
    ("trial", "trial_months"),
    ("visa", "visa"),
)
_LONGEST_VALUE, _LONGEST_QUOTE = 56, 60


def requirement_table(requirement: Requirement) -> str:
    """Lay out every field that is stated; what is not stated is not there."""
    rows: list[tuple[str, str, str, str]] = []
    for label, name in ORDER:
        value = getattr(requirement, name)
        for number, stated in enumerate(value if isinstance(value, tuple) else [value] if value is not None else []):
            basis = "inferred" if stated.inferred else "stated"
            said = _fit(_said(name, stated.value, requirement.language), _LONGEST_VALUE)
            rows.append((label if number == 0 else "", said, basis, f"「{_fit(stated.quote.words, _LONGEST_QUOTE)}」"))
    widths = [max((width(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        "  ".join(cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row[:3])) + "  " + row[3]
        for row in rows
    )


def _said(name: str, value: object, language: str) -> str:
    """A field's value as a person reads it."""
    if isinstance(value, Skill):
        return value.label_ja if language == "ja" else value.label_en
    if isinstance(value, Pay):
        more = [f"OTE {value.ote:,}"] if value.ote is not None else []
        if value.fixed_overtime_hours is not None:
            more.append(f"{value.fixed_overtime_hours:g} h overtime included")
        if value.bonus_months is not None:
            more.append(f"bonus {value.bonus_months:g} months")
        return _range(value.low, value.high, "JPY a year") + (f" ({', '.join(more)})" if more else "")
    if isinstance(value, Years):
        return _range(value.low, value.high, "years")
    if isinstance(value, LanguageNeed):
        return value.level.name.lower() + ("" if value.required else ", not required")
    if name == "place":
        return PLACES[str(value)][0 if language == "ja" else 1]
    if isinstance(value, float):
        return f"{value:g} months"
    return {"not_sponsored": "not sponsored", "part_time": "part time"}.get(str(value), str(value))


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None or high is None:
        return f"{'from' if high is None else 'up to'} {_number(low if high is None else high)} {unit}"
    return f"{_number(low)} {unit}" if low == high else f"{_number(low)}–{_number(high)} {unit}"


def _number(value: Any) -> str:
    return "" if value is None else f"{value:,.1f}".removesuffix(".0")


def _fit(words: str, most: int) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1] + "…"
