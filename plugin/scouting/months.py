"""Counting months, weeks and seasons from a day, for `time_named_ja` and `time_named_en`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

Read = Callable[[re.Match[str], str, date], tuple[date, bool] | None]
"""From a match, what follows it and today: the day named, and whether it points onward; None where none is."""

FEW = 3
"""Months (or weeks) that 「数か月」 and "a few months" stand for."""

_MOST_MONTHS = 60
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "数": FEW}
_WORDS = {
    **{
        word: n
        for n, word in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
        )
    },
    **{"a": 1, "an": 1, "another": 1, "couple": 2, "couple of": 2, "a couple": 2, "a couple of": 2},
    **{"few": FEW, "a few": FEW, "another few": FEW, "several": FEW, "eighteen": 18},
}
SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12, "spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
UNTIL = re.compile(
    r"^(?:の?(?:末|下旬|終わり))?(?:の)?(?:(?:頃|ごろ|ころ|くらい|ぐらい)?まで|いっぱい|一杯|中(?![旬頃半])|内(?:は|に|で)|(?:が|を|も)?(?:過ぎ|すぎ|越え|こえ)|明け|が?終わ)"
)
COUNT = r"(?:\d{1,3}|another few|a couple of|couple of|a few|several|another|an|a|" + "|".join(_WORDS) + r")"


def first_of(year: int, month: int, months_more: int = 0) -> date | None:
    """Give the first day of a month, `months_more` after it; None beyond the calendar."""
    months = year * 12 + month - 1 + months_more
    try:
        return date(months // 12, months % 12 + 1, 1)
    except ValueError:
        return None


def coming(month: int, today: date, day: int = 1) -> date | None:
    """The next time this month comes; the running month is meant when it is named."""
    year = today.year + (month < today.month)
    try:
        named = date(year, month, min(day, monthrange(year, month)[1]))
        return named.replace(year=year + 1) if day > 1 and named < today else named
    except ValueError:
        return None


def months_on(today: date, months: int) -> date | None:
    """Give the same day some months on (the last one of a shorter month); None for none or too many."""
    if not 0 < months <= _MOST_MONTHS:
        return None
    first = first_of(today.year, today.month, months)
    return first.replace(day=min(today.day, monthrange(first.year, first.month)[1])) if first else None


def next_month(day: date) -> date:
    """Give the first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def within(first: date | None, part: str, after: str) -> tuple[date, bool] | None:
    """A named month: its part of the month, or the month after when it must be over first."""
    if first is None:
        return None
    if UNTIL.match(part + after) or UNTIL.match(after):
        return next_month(first), True
    if re.search(r"中旬|半ば|中頃", part):
        return first.replace(day=max(first.day, 11)), False
    if re.search(r"下旬", part):
        return first.replace(day=21), False
    if re.search(r"末|終わり", part):
        return first.replace(day=monthrange(first.year, first.month)[1]), False
    return first, False


def count_of(text: str) -> int | None:
    """Read a small number in digits or words of either language."""
    text = text.strip()
    if text.isdecimal():
        return int(text)
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("十") and len(text) == 2:
        return 10 + _NUMBERS.get(text[1], 0)
    return _NUMBERS.get(text)


def season(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    """Read a season, or the bonus paid in it; groups `next` and `bonus`."""
    season = next(name for name in SEASONS if name in match.group())
    if match.group("bonus"):
        bonus = {"夏": 7, "冬": 1}.get(season)
        day = coming(bonus, today) if bonus else None
        return (day, True) if day else None
    month = SEASONS[season]
    day = coming(month, today)
    if day is not None and day <= today.replace(day=1) and match.group("next"):
        day = day.replace(year=day.year + 1)
    if day is not None and match.group("next") == "再来":
        day = day.replace(year=today.year + 2)
    return (day, bool(match.group("next"))) if day else None
