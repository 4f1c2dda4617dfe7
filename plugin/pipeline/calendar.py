"""Business days in Japan: weekends, national holidays, year-end, and a company's own closures.

Day zero is the date of receipt in the manager's zone, even if it is no business day; the n-th business day after it is
due, until 23:59:59 there. Holidays are the `holidays` package's (their substitute and bridge days included); the two
equinox days of years to come are computed guesses until the government gazettes them each February. What a law moves
after this version was made is laid over them (`KAKUYAKU_HOLIDAYS`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

import holidays

from plugin.i18n import phrases

Day: TypeAlias = date

_END_OF_DAY = time(23, 59, 59)
_LANGUAGES = {"ja": "ja", "en": "en_US"}


@dataclass(frozen=True)
class Due:
    """When something is due, and how that was counted. `skipped` names the days that are no business days but no weekend."""

    day_zero: Day
    date: Day
    due_at: datetime  # aware UTC
    skipped: list[tuple[Day, str]] = field(default_factory=list)


def holiday_name(day: date, locale: str = "ja", closures: Iterable[date] = ()) -> str:
    """The name of a holiday, the year-end or a closure in the reader's language; "" on any other day."""
    named = _national(day.year, locale).get(day, "")
    if named:
        return named
    _ = phrases(locale)
    if (day.month, day.day) in _YEAR_END:
        return _("Year-end and New Year holidays")
    return _("Company holiday") if day in closures else ""


def is_national_holiday(day: date) -> bool:
    """Whether the law makes a day a holiday (祝日, their substitute and bridge days); the year-end is custom, not law."""
    return day in _national(day.year, "ja")


def is_business_day(day: date, closures: Iterable[date] = ()) -> bool:
    return day.weekday() < 5 and not holiday_name(day, closures=closures)


def due_date(received_at: datetime, days: int, zone: str, closures: Iterable[date] = (), *, locale: str = "ja") -> Due:
    """Count `days` business days from the date of receipt in `zone`. Raises ValueError below one day or without a zone."""
    if received_at.tzinfo is None:
        raise ValueError("a time of receipt needs a zone")
    if days < 1:
        raise ValueError("a promise runs at least one business day")
    closed = frozenset(closures)
    day_zero = received_at.astimezone(ZoneInfo(zone)).date()
    day, left, skipped = day_zero, days, []
    while left:
        day += timedelta(days=1)
        if is_business_day(day, closed):
            left -= 1
        elif day.weekday() < 5:
            skipped.append((day, holiday_name(day, locale, closed)))
    return Due(day_zero, day, end_of_day(day, zone), skipped)


def business_day_before(day: date, closures: Iterable[date] = ()) -> date:
    """The last business day before `day`."""
    closed = frozenset(closures)
    day -= timedelta(days=1)
    while not is_business_day(day, closed):
        day -= timedelta(days=1)
    return day


def next_business_days(after: date, count: int, closures: Iterable[date] = ()) -> list[date]:
    """The next `count` business days after a date."""
    closed, found, day = frozenset(closures), list[date](), after
    while len(found) < count:
        day += timedelta(days=1)
        if is_business_day(day, closed):
            found.append(day)
    return found


def end_of_day(day: date, zone: str) -> datetime:
    """23:59:59 of a date in a zone, as aware UTC."""
    return datetime.combine(day, _END_OF_DAY, ZoneInfo(zone)).astimezone(UTC)


def moment(day: date, hour: int, zone: str) -> datetime:
    """A full hour of a date in a zone, as aware UTC."""
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


_YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


_moved: dict[date, str] = {}


def read_moved(text: str) -> dict[date, str]:
    """Read `2027-07-22=海の日, 2027-07-19=-`: a day that is a holiday after all, and one that is none any more ("").

    Raises ValueError with a sentence that names what can't be read.
    """
    found: dict[date, str] = {}
    for part in (piece.strip() for piece in text.split(",")):
        if not part:
            continue
        day, equals, name = (piece.strip() for piece in part.partition("="))
        try:
            found[date.fromisoformat(day)] = "" if name == "-" else name
        except ValueError:
            equals = ""
        if not equals or not name:
            raise ValueError(f"can't read {part!r}: write 2027-07-22=海の日, or 2027-07-19=- for a day that is none")
    return found


def lay_over(moved: Mapping[date, str]) -> None:
    """Lay days that a law moved over the calendar of this process; the same for every process of an installation."""
    _moved.clear()
    _moved.update(moved)
    _national.cache_clear()


@cache
def _national(year: int, locale: str) -> dict[date, str]:
    language = _LANGUAGES.get(locale, "en_US")
    days = {day: str(name) for day, name in holidays.country_holidays("JP", years=year, language=language).items()}
    days |= {day: name for day, name in _moved.items() if day.year == year}
    return {day: name for day, name in days.items() if name}
