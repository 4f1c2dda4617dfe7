"""Business days as a person reads them off a wall calendar: the simulation's own, so that it can disagree with the product's.

The dates are those of the Cabinet Office's list (国民の祝日), substitutes and the day between two holidays included; the
equinoxes of 2027 as computed by the National Astronomical Observatory.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

TOKYO = timezone(timedelta(hours=9))
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)

_HOLIDAYS = frozenset(
    date(year, int(day[:2]), int(day[3:]))
    for year, days in {
        2025: "01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 11-23 11-24",
        2026: "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23",
        2027: "01-01 01-11 02-11 02-23 03-21 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23",
    }.items()
    for day in days.split()
)


CLOSURES = frozenset({date(2026, 8, 12), date(2026, 8, 13), date(2026, 8, 14)})
"""The company's own summer holidays (お盆)."""


def works(day: date, closures: frozenset[date] = CLOSURES) -> bool:
    """Whether a day is a business day: no weekend, no holiday, not 29 December to 3 January, no closure."""
    if not FIRST <= day <= LAST:
        raise ValueError(f"the simulation's calendar knows {FIRST.year} to {LAST.year}, not {day}")
    turn_of_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and day not in _HOLIDAYS and not turn_of_year and day not in closures


def after(day: date, count: int, closures: frozenset[date] = CLOSURES) -> date:
    """The `count`-th business day after a day."""
    while count:
        day += timedelta(days=1)
        count -= works(day, closures)
    return day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of a day in Tokyo, as aware UTC."""
    return datetime.combine(day, time(hour, minute), TOKYO).astimezone(UTC)


def day_of(moment: datetime) -> date:
    return moment.astimezone(TOKYO).date()


def last_second(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), TOKYO).astimezone(UTC)
