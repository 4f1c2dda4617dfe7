"""The simulation's wall calendar against the product's: two readings of the same law, written down apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from plugin.pipeline.calendar import due_date, is_business_day
from plugin.year import calendar


def test_both_calendars_know_the_same_business_days() -> None:
    day = calendar.FIRST
    differing = []
    while day <= calendar.LAST:
        if calendar.works(day) != is_business_day(day, calendar.CLOSURES):
            differing.append(day)
        day += timedelta(days=1)
    assert differing == []


def test_both_count_to_the_same_due_date_over_the_turn_of_the_year_and_golden_week() -> None:
    for first in (date(2025, 12, 22), date(2026, 4, 24), date(2026, 8, 7), date(2026, 9, 18)):
        for number in range(14):
            day = first + timedelta(days=number)
            for days in (1, 3, 5, 7):
                due = due_date(calendar.at(day, 23, 59), days, "Asia/Tokyo", calendar.CLOSURES)
                assert due.date == calendar.after(day, days)
                assert due.due_at == calendar.last_second(due.date)


def test_a_day_the_wall_calendar_does_not_show_is_refused() -> None:
    with pytest.raises(ValueError, match="2025 to 2027"):
        calendar.works(date(2028, 1, 5))
