"""Calendar files: what is written says little, what is read becomes busy times and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.pipeline.ics import Meeting, NoCalendar, busy_times, calendar_file

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=60)


def calendar(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def event(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", *lines, "END:VEVENT"]


def busy(*lines: str) -> list[tuple[datetime, datetime]]:
    return busy_times(calendar(*lines), after=NOW, before=LATER, zone="Asia/Tokyo")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_file_has_a_neutral_title_and_no_line_is_too_long() -> None:
    made = calendar_file(Meeting("u@meeting", at(25, 9), 45, "お打ち合わせ" * 12, sequence=2), NOW)
    text = made.content.decode()
    assert made.media_type == "text/calendar" and "SEQUENCE:2" in text and "DTEND:20261125T094500Z" in text
    assert all(len(line) <= 75 for line in made.content.split(b"\r\n"))
    assert "お打ち合わせ" * 12 in text.replace("\r\n ", "")
    assert not {"DESCRIPTION", "LOCATION", "ORGANIZER", "ATTENDEE", "URL"} & {
        line.split(":")[0] for line in text.split()
    }


def test_our_own_file_reads_back() -> None:
    made = calendar_file(Meeting("u@meeting", at(25, 9), 45, "Meeting"), NOW)
    found = busy_times(made.content.decode(), after=NOW, before=LATER, zone="Asia/Tokyo")
    assert found == [(at(25, 9), at(25, 9, 45))]


def test_a_zone_a_duration_and_a_whole_day() -> None:
    assert busy(*event("DTSTART;TZID=Asia/Tokyo:20261125T180000", "DURATION:PT30M")) == [(at(25, 9), at(25, 9, 30))]
    assert busy(*event("DTSTART;TZID=Tokyo Standard Time:20261125T180000", "DTEND;TZID=Tokyo Standard Time:20261125T190000")) == [(at(25, 9), at(25, 10))]  # fmt: skip
    assert busy(*event("DTSTART;VALUE=DATE:20261125")) == [(at(24, 15), at(25, 15))]


def test_free_and_cancelled_events_do_not_count() -> None:
    assert busy(*event("DTSTART:20261125T090000Z", "DTEND:20261125T100000Z", "TRANSP:TRANSPARENT")) == []
    assert busy(*event("DTSTART:20261125T090000Z", "DTEND:20261125T100000Z", "STATUS:CANCELLED")) == []


def test_a_weekly_event_repeats_until_its_end_but_for_its_exceptions() -> None:
    found = busy(
        *event(
            "UID:w",
            "DTSTART;TZID=Asia/Tokyo:20261102T180000",
            "DTEND;TZID=Asia/Tokyo:20261102T190000",
            "RRULE:FREQ=WEEKLY;UNTIL=20261214T235959Z",
            "EXDATE;TZID=Asia/Tokyo:20261130T180000",
        ),
        *event(
            "UID:w",
            "RECURRENCE-ID;TZID=Asia/Tokyo:20261207T180000",
            "DTSTART;TZID=Asia/Tokyo:20261208T120000",
            "DTEND;TZID=Asia/Tokyo:20261208T130000",
        ),
    )
    assert [start for start, _ in found] == [at(23, 9), at(8, 3, month=12), at(14, 9, month=12)]


def test_free_busy_periods() -> None:
    found = busy(
        "BEGIN:VFREEBUSY",
        "FREEBUSY:20261125T090000Z/20261125T100000Z,20261125T093000Z/PT1H",
        "FREEBUSY;FBTYPE=FREE:20261126T090000Z/PT1H",
        "END:VFREEBUSY",
    )
    assert found == [(at(25, 9), at(25, 10, 30))]


def test_an_alarm_inside_an_event_is_no_event() -> None:
    lines = event("DTSTART:20261125T090000Z", "BEGIN:VALARM", "DURATION:PT9H", "END:VALARM", "DTEND:20261125T100000Z")
    assert busy(*lines) == [(at(25, 9), at(25, 10))]


def test_what_is_no_calendar_is_refused() -> None:
    with pytest.raises(NoCalendar):
        busy_times("<html>Sign in</html>", after=NOW, before=LATER, zone="Asia/Tokyo")


@given(st.text(max_size=400))
def test_nonsense_breaks_nothing(text: str) -> None:
    for start, end in busy_times("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + text, after=NOW, before=LATER, zone="UTC"):
        assert start < end


@given(
    st.lists(
        st.tuples(st.integers(0, 50 * 24 * 60), st.integers(1, 600)).map(
            lambda pair: (NOW + timedelta(minutes=pair[0]), NOW + timedelta(minutes=pair[0] + pair[1]))
        ),
        max_size=12,
    )
)
def test_busy_times_are_merged_and_cover_every_event(pairs: list[tuple[datetime, datetime]]) -> None:
    lines: list[str] = []
    for start, end in pairs:
        lines += event(f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}")
    found = busy(*lines)
    assert all(one[1] < two[0] for one, two in pairwise(found))
    assert all(any(low <= start and end <= high for low, high in found) for start, end in pairs)
