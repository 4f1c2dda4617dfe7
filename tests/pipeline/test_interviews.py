"""When a promise counts as kept: the promised kind, the promised person, in time, and it took place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Interview, InterviewStatus
from plugin.pipeline.interviews import Terms, read

DUE = datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC)
TERMS = Terms("interview", "102", DUE)
MEETING = Interview(
    "i1", "a1", InterviewStatus.SCHEDULED, DUE - timedelta(hours=5), DUE - timedelta(hours=4), ("102",), "一次面接"
)
BEFORE, AFTER = DUE - timedelta(days=1), DUE - timedelta(hours=4, minutes=30)


@pytest.mark.parametrize(
    ("change", "now", "state"),
    [
        ({}, BEFORE, "scheduled"),
        ({}, AFTER, "kept"),
        ({"status": InterviewStatus.AWAITING_FEEDBACK}, AFTER, "kept"),
        ({"status": InterviewStatus.COMPLETE}, AFTER, "kept"),
        ({"status": InterviewStatus.COMPLETE, "starts_at": None}, AFTER, "kept"),
        ({"status": InterviewStatus.CANCELLED}, AFTER, "owed"),
        ({"status": InterviewStatus.CANCELLED}, BEFORE, "owed"),
        ({"status": InterviewStatus.TO_BE_SCHEDULED, "starts_at": None}, BEFORE, "owed"),
        ({"interviewer_ids": ("103",)}, AFTER, "owed"),
        ({"interviewer_ids": ("103", "102")}, AFTER, "kept"),
        ({"interviewer_ids": ()}, AFTER, "kept"),
        ({"name": "カジュアル面談"}, AFTER, "owed"),
        ({"name": "Casual chat"}, BEFORE, "owed"),
        ({"name": ""}, AFTER, "kept"),
        ({"starts_at": DUE}, DUE, "kept"),
        ({"starts_at": DUE + timedelta(seconds=1)}, DUE + timedelta(days=1), "owed"),
    ],
)
def test_what_keeps_a_promise(change: dict[str, Any], now: datetime, state: str) -> None:
    assert read(TERMS, [replace(MEETING, **change)], now).state == state


def test_a_meeting_of_an_earlier_candidacy_keeps_nothing() -> None:
    old = replace(MEETING, status=InterviewStatus.COMPLETE, starts_at=DUE - timedelta(days=400))
    terms = replace(TERMS, since=DUE - timedelta(days=10))
    assert read(terms, [old], BEFORE).state == "owed"
    assert read(terms, [old, MEETING], AFTER).state == "kept"


def test_a_casual_meeting_is_kept_by_a_casual_meeting_only() -> None:
    casual = replace(TERMS, kind="casual")
    assert read(casual, [MEETING], AFTER).state == "owed"
    assert read(casual, [replace(MEETING, name="カジュアル面談（オンライン）")], AFTER).state == "kept"


def test_one_moved_past_the_date_is_reported_as_late() -> None:
    moved = replace(MEETING, starts_at=DUE + timedelta(days=2))
    found = read(TERMS, [moved], BEFORE)
    assert (found.state, found.late) == ("owed", moved)


meetings = st.lists(
    st.builds(
        Interview,
        id=st.sampled_from(["1", "2", "3"]),
        application_id=st.just("a1"),
        status=st.sampled_from(list(InterviewStatus)),
        starts_at=st.one_of(st.none(), st.integers(-200, 200).map(lambda hours: DUE + timedelta(hours=hours))),
        ends_at=st.none(),
        interviewer_ids=st.sampled_from([(), ("102",), ("103",), ("102", "103")]),
        name=st.sampled_from(["", "一次面接", "カジュアル面談"]),
    ),
    max_size=5,
)


@given(found=meetings, hours=st.integers(-100, 100))
def test_nothing_but_a_fitting_meeting_in_time_keeps_it(found: list[Interview], hours: int) -> None:
    now = DUE + timedelta(hours=hours)
    reading = read(TERMS, found, now)
    if reading.state == "kept":
        one = reading.interview
        assert one is not None and reading.took_place_at is not None
        assert reading.took_place_at <= DUE
        assert one.status is InterviewStatus.COMPLETE or reading.took_place_at <= now
        assert one.status is not InterviewStatus.CANCELLED
        assert one.interviewer_ids in ((), ("102",), ("102", "103")) and one.name != "カジュアル面談"
    if reading.state == "scheduled":
        assert reading.interview is not None and reading.interview.starts_at is not None
        assert now < reading.interview.starts_at <= DUE
    cancelled = [replace(one, status=InterviewStatus.CANCELLED) for one in found]
    assert read(TERMS, cancelled, now).state == "owed"
