"""Business days in Japan, counted as a person with a calendar would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.pipeline import calendar
from plugin.pipeline.calendar import (
    business_day_before,
    due_date,
    holiday_name,
    is_business_day,
    next_business_days,
)

TOKYO = "Asia/Tokyo"


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ((2026, 12, 25), 5, date(2027, 1, 7)),
        ((2026, 9, 19), 5, date(2026, 9, 30)),
        ((2026, 4, 28), 5, date(2026, 5, 11)),  # 昭和の日, then 憲法記念日's substitute on 6 May
        ((2026, 11, 20), 5, date(2026, 11, 30)),  # 勤労感謝の日 on Monday
        ((2026, 12, 28), 1, date(2027, 1, 4)),
    ],
)
def test_the_dates_people_know(
    in_tokyo: Callable[..., datetime], received: tuple[int, int, int], days: int, due: date
) -> None:
    assert due_date(in_tokyo(*received, 10), days, TOKYO).date == due


def test_day_zero_is_the_date_in_the_zone_even_if_no_business_day(in_tokyo: Callable[..., datetime]) -> None:
    one_minute_past_midnight = in_tokyo(2026, 11, 21, 0, 1)
    assert one_minute_past_midnight.date() == date(2026, 11, 20), "still the day before in UTC"
    due = due_date(one_minute_past_midnight, 1, TOKYO)
    assert (due.day_zero, due.date) == (date(2026, 11, 21), date(2026, 11, 24))
    assert due.skipped == [(date(2026, 11, 23), "勤労感謝の日")]


def test_due_until_the_last_second_of_the_day_there(in_tokyo: Callable[..., datetime]) -> None:
    due = due_date(in_tokyo(2026, 12, 25, 10), 5, TOKYO)
    assert due.due_at == in_tokyo(2027, 1, 7, 23, 59, 59)
    assert due.due_at.tzinfo == UTC


def test_closures_are_left_out_and_named(in_tokyo: Callable[..., datetime]) -> None:
    obon = [date(2026, 8, day) for day in (12, 13, 14)]
    due = due_date(in_tokyo(2026, 8, 10, 10), 1, TOKYO, obon, locale="en")
    assert due.date == date(2026, 8, 17)
    assert [day for day, _ in due.skipped] == [date(2026, 8, 11), *obon]
    assert due.skipped[1][1] == "Company holiday"


def test_year_end_is_named_in_both_languages() -> None:
    assert holiday_name(date(2026, 12, 30), "ja") == "年末年始休業"
    assert holiday_name(date(2026, 12, 30), "en") == "Year-end and New Year holidays"
    assert holiday_name(date(2026, 12, 28), "ja") == ""


def test_a_naive_time_or_no_days_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        due_date(datetime(2026, 11, 20), 5, TOKYO)
    with pytest.raises(ValueError, match="at least one"):
        due_date(datetime(2026, 11, 20, tzinfo=UTC), 0, TOKYO)


def plain_count(received: datetime, days: int, zone: str, closures: frozenset[date]) -> date:
    """The reference: a list of every business day of the years around, and an index into it."""
    zero = received.astimezone(ZoneInfo(zone)).date()
    national = holidays.country_holidays("JP", years=range(zero.year, zero.year + 2))
    year_end = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    working = [
        day
        for day in (zero + timedelta(days=n) for n in range(1, 400))
        if day.isoweekday() <= 5
        and day not in national
        and (day.month, day.day) not in year_end
        and day not in closures
    ]
    return working[days - 1]


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(
    received=moments,
    days=st.integers(1, 30),
    zone=st.sampled_from([TOKYO, "UTC", "America/New_York", "Pacific/Auckland"]),
    offsets=st.frozensets(st.integers(0, 60), max_size=10),
)
def test_counting_agrees_with_a_plain_reference(
    received: datetime, days: int, zone: str, offsets: frozenset[int]
) -> None:
    closures = frozenset(received.date() + timedelta(days=n) for n in offsets)
    due = due_date(received, days, zone, closures)
    assert due.date == plain_count(received, days, zone, closures)
    assert due.due_at.astimezone(ZoneInfo(zone)).date() == due.date
    assert is_business_day(due.date, closures)
    between = (due.day_zero + timedelta(days=n) for n in range(1, (due.date - due.day_zero).days))
    off = [day for day in between if day.weekday() < 5 and not is_business_day(day, closures)]
    assert [day for day, name in due.skipped if name] == off, "every weekday left out is named"


@given(received=moments, days=st.integers(1, 29))
def test_one_more_day_is_later_and_a_later_yes_is_never_due_earlier(received: datetime, days: int) -> None:
    assert due_date(received, days + 1, TOKYO).date > due_date(received, days, TOKYO).date
    assert due_date(received + timedelta(hours=7), days, TOKYO).date >= due_date(received, days, TOKYO).date


@given(day=st.dates(date(2021, 1, 1), date(2034, 1, 1)), count=st.integers(1, 10))
def test_before_and_after_are_business_days(day: date, count: int) -> None:
    before = business_day_before(day)
    assert before < day and is_business_day(before)
    after = next_business_days(day, count)
    assert len(after) == count and all(is_business_day(one) and one > day for one in after)
    assert after == sorted(set(after))


def test_a_law_moves_a_holiday(in_tokyo: Callable[..., datetime]) -> None:
    """As in 2020 and 2021: the installation says so until a newer version knows."""
    received = in_tokyo(2027, 7, 16, 10)  # a Friday; Marine Day is Monday the 19th
    assert due_date(received, 3, "Asia/Tokyo").date == date(2027, 7, 22)
    calendar.lay_over(calendar.read_moved("2027-07-19=-, 2027-07-22=海の日"))
    try:
        due = due_date(received, 4, "Asia/Tokyo")
        assert due.date == date(2027, 7, 23) and due.skipped == [(date(2027, 7, 22), "海の日")]
        assert not is_business_day(date(2027, 7, 22)) and is_business_day(date(2027, 7, 19))
    finally:
        calendar.lay_over({})
    assert not is_business_day(date(2027, 7, 19))


@pytest.mark.parametrize(
    ("received", "days", "due", "named"),
    [
        ((2027, 4, 28), 5, (2027, 5, 11), 4),  # ゴールデンウィーク: 29 Apr, 3–5 May
        ((2026, 5, 1), 5, (2026, 5, 13), 3),  # 3 May is a Sunday: 振替休日 on Wednesday the 6th
        ((2026, 9, 18), 5, (2026, 9, 30), 3),  # 敬老の日, 国民の休日 between it and the equinox
        ((2027, 3, 19), 5, (2027, 3, 29), 1),  # the equinox is a Sunday: 振替休日 on Monday
        ((2026, 12, 28), 5, (2027, 1, 8), 4),  # 29–31 December, 1 January (2 and 3 are a weekend)
    ],
)
def test_the_long_holidays_of_a_year(
    in_tokyo: Callable[..., datetime], received: tuple[int, ...], days: int, due: tuple[int, ...], named: int
) -> None:
    found = due_date(in_tokyo(*received, 12), days, "Asia/Tokyo")
    assert found.date == date(*due)
    assert len(found.skipped) == named
