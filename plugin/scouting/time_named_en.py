"""Times named in English: "after March", "in six months", "early next year", "in Q2"."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from plugin.scouting.months import COUNT, Read, coming, count_of, first_of, months_on, next_month, season

_MONTHS = {
    name[:length]: n
    for n, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
    for length in (3, len(name))
} | {"sept": 9}
_MONTH = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"


def _spell(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    unit = match.group("unit")
    number = 6 if match.group("half") else count_of(match.group("count") or "")
    if number is None or re.match(r"^s? ago", after):
        return None
    if match.group("half") or unit in ("month", "quarter", "year"):
        day = months_on(today, number * (1 if match.group("half") else {"month": 1, "quarter": 3, "year": 12}[unit]))
        return (day, True) if day else None
    return today + timedelta(days=number * (7 if unit == "week" else 1)), True


def _month(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    lead, name, day, year = (match.group(g) or "" for g in ("lead", "month", "day", "year"))
    day = day or match.group("before") or ""
    month = _MONTHS[name.rstrip(".")]
    if name == "may" and not (lead or day or year):
        return None  # "I may"
    if year and not today.year <= int(year) <= today.year + 5:
        return None
    if lead.strip().startswith(("since", "in early last")):
        return None
    first = first_of(int(year), month) if year else coming(month, today, int(day or 1) if day else 1)
    if first is None:
        return None
    if re.search(r"\bnext year\b", after[:14]) and first.year == today.year:
        first = first.replace(year=first.year + 1)
    if day:
        first = first.replace(day=min(max(int(day), 1), monthrange(first.year, first.month)[1]))
        return first, bool(lead)
    if re.search(r"\b(?:after|past|following)\b|end of|through\b|\bover\b", lead) or re.match(
        r"^ (?:is|has) over", after
    ):
        over = next_month(first)
        # "at the end of March" is still March; "after" and "until the end of" are what follows it.
        if re.search(r"end of", lead) and not re.search(r"\b(?:after|until|till|through)\b", lead):
            return first.replace(day=monthrange(first.year, first.month)[1]), True
        return over, True
    return first, bool(lead)


def _quarter(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    number, year = int(match.group("number")), match.group("year")
    day = first_of(int(year), number * 3 - 2) if year else coming(number * 3 - 2, today)
    return (day, True) if day else None


def _turn(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    words = match.group()
    if "month" in words:
        first = next_month(today)
        return (next_month(first) if re.search(r"\bafter\b", words) else first), True
    if "quarter" in words:
        return first_of(today.year, (today.month - 1) // 3 * 3 + 1, 3) or today, True
    if "week" in words:
        return today + timedelta(days=7 - today.weekday()), True
    if "fiscal" in words or "financial" in words:
        return date(today.year + (today.month >= 4), 4, 1), True
    if words.startswith("end of") or words.startswith("the end of"):
        return date(today.year, 12, 1), True
    return date(today.year + 1, 1, 1), True


READERS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (
        re.compile(
            rf"\b(?:in|within|after|for|wait|give (?:me|it)|about|another|next|the next) (?:(?:about|around|roughly|say|maybe|perhaps|at least|the next|like) )?(?:(?P<half>half a year|half year)|(?P<count>{COUNT})(?: more| or so)?[ -](?P<unit>day|week|month|quarter|year))"
        ),
        _spell,
    ),
    (
        re.compile(
            rf"(?:(?P<half>half a year)|\b(?P<count>{COUNT})(?: more)? (?P<unit>day|week|month|quarter|year))s?'?(?= from now| later| down the (?:line|road)| time\b| or so\b)"
        ),
        _spell,
    ),
    (
        re.compile(
            rf"(?P<lead>\b(?:(?:until|till|after|through|from|since|by|around|in|past|following|early|mid|late|before|of|for|at|about|starting|sometime|the|beginning|start|end|middle|over|next|come|into|again)[ -]){{1,6}})?\b(?:(?P<before>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<month>{_MONTH})(?![a-z])(?: (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year>20\d\d))?"
        ),
        _month,
    ),
    (re.compile(r"\bq(?P<number>[1-4])(?:,? (?:of )?(?P<year>20\d\d))?\b"), _quarter),
    (
        re.compile(
            r"\b(?:(?:after|early|late|sometime)? ?next (?:month|quarter|week|fiscal year|financial year|year)|(?:the )?new (?:fiscal |financial )?year|(?:the )?(?:start|beginning) of (?:the|next) (?:fiscal |financial )?year|the holidays|the holiday season|christmas|the festive season|(?:the )?end of (?:the|this) year|this year is out)\b"
        ),
        _turn,
    ),
    (
        re.compile(
            r"(?P<next>\b(?:next|in|in the|this|after the|come|until|until the|by|the) )(?:spring|summer|autumn|fall|winter)\b(?P<bonus>(?!))?"
        ),
        season,
    ),
)
