"""R1: what a commitment covers, as a predicate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.alignment.covers import Refusal, above, covers
from plugin.rows import Calibration, Commitment, Requisition

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@dataclass
class Case:
    commitment: Commitment
    requisition: Requisition
    calibration: Calibration
    profile_id: str = "p1"
    score: int | None = 90
    mailed: int = 0
    now: datetime = NOW
    last_days: int = 3

    def ask(self) -> Refusal | None:
        return covers(
            self.commitment,
            requisition=self.requisition,
            calibration=self.calibration,
            profile_id=self.profile_id,
            score=self.score,
            mailed=self.mailed,
            now=self.now,
            last_days=self.last_days,
        )


def covered(**changes: Any) -> Case:
    """A case that is covered, but for what is changed on the commitment."""
    values: dict[str, Any] = {
        "id": 5,
        "employer_id": 1,
        "requisition_id": 2,
        "calibration_id": 3,
        "manager_id": 4,
        "line": 70,
        "inclusive": True,
        "requirement_hash": "r",
        "guidance_hash": "g",
        "score_version": "v",
        "exclusions": [],
        "max_people": 20,
        "reply_deadline": date(2026, 12, 4),
        "zone": "Asia/Tokyo",
        "state": "in_force",
        "in_force_at": NOW - timedelta(hours=1),
    }
    requisition = Requisition(
        id=2,
        employer_id=1,
        connection_id=1,
        ats_id="1",
        title="t",
        status="open",
        calibration_id=3,
        manager_id=4,
        created_at=NOW,
    )
    calibration = Calibration(
        id=3,
        employer_id=1,
        requisition_id=2,
        requirement_id=1,
        short_id="C1",
        requirement_hash="r",
        guidance_hash="g",
        score_version="v",
        created_at=NOW,
    )
    return Case(Commitment(**(values | changes)), requisition, calibration)


@pytest.mark.parametrize(
    ("score", "inclusive", "is_above"),
    [(69, True, False), (70, True, True), (71, True, True), (69, False, False), (70, False, False), (71, False, True)],
)
def test_the_boundary_is_explicit(score: int, inclusive: bool, is_above: bool) -> None:
    case = covered(line=70, inclusive=inclusive)
    case.score = score
    assert above(score, 70, inclusive) is is_above
    assert case.ask() == (None if is_above else Refusal.BELOW_LINE)


@pytest.mark.parametrize("state", ["proposed", "grace", "refused", "undone", "superseded", "stale", "declined"])
def test_only_what_is_in_force_covers(state: str) -> None:
    assert covered(state=state).ask() is Refusal.NOT_IN_FORCE


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"requisition_id": 9}, Refusal.OTHER_REQUISITION),
        ({"employer_id": 9}, Refusal.OTHER_REQUISITION),
        ({"calibration_id": 9}, Refusal.OTHER_CALIBRATION),
        ({"manager_id": 9}, Refusal.OTHER_MANAGER),
        ({"requirement_hash": "x"}, Refusal.REQUIREMENT_CHANGED),
        ({"guidance_hash": "x"}, Refusal.GUIDANCE_CHANGED),
        ({"score_version": "x"}, Refusal.SCORE_VERSION_CHANGED),
        ({"exclusions": ["p1"]}, Refusal.EXCLUDED),
        ({"max_people": 0}, Refusal.CAP_REACHED),
        ({"reply_deadline": date(2026, 11, 22)}, Refusal.TOO_LATE),
        ({"in_force_at": NOW + timedelta(seconds=1)}, Refusal.NOT_IN_FORCE),
    ],
)
def test_everything_pinned_must_match(changes: dict[str, Any], refusal: Refusal) -> None:
    assert covered().ask() is None
    assert covered(**changes).ask() is refusal


def test_a_newer_calibration_ends_the_cover() -> None:
    case = covered()
    case.requisition.calibration_id = 4
    assert case.ask() is Refusal.OTHER_CALIBRATION


def test_the_last_days_before_the_deadline_carry_no_promise() -> None:
    # 4 December, 23:59:59 in Tokyo is the deadline: the last letter leaves on 1 December, Tokyo time.
    case = covered(reply_deadline=date(2026, 12, 4))
    case.now = datetime(2026, 12, 1, 14, 59, 59, tzinfo=UTC)
    assert case.ask() is None
    case.now = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    assert case.ask() is Refusal.TOO_LATE


@given(
    state=st.sampled_from(["in_force", "grace", "proposed", "undone", "stale", "superseded"]),
    score=st.none() | st.integers(0, 100),
    line=st.integers(0, 100),
    inclusive=st.booleans(),
    mailed=st.integers(0, 30),
    cap=st.integers(0, 30),
    same=st.lists(st.booleans(), min_size=5, max_size=5),
    days=st.integers(-5, 30),
    last_days=st.integers(0, 10),
    excluded=st.booleans(),
)
def test_a_promise_is_covered_exactly_when_every_condition_holds(
    state: str,
    score: int | None,
    line: int,
    inclusive: bool,
    mailed: int,
    cap: int,
    same: list[bool],
    days: int,
    last_days: int,
    excluded: bool,
) -> None:
    today = NOW.astimezone(ZoneInfo("Asia/Tokyo")).date()
    case = covered(
        state=state,
        line=line,
        inclusive=inclusive,
        max_people=cap,
        requirement_hash="r" if same[0] else "x",
        guidance_hash="g" if same[1] else "x",
        score_version="v" if same[2] else "x",
        manager_id=4 if same[3] else 9,
        requisition_id=2 if same[4] else 9,
        reply_deadline=today + timedelta(days=days),
        exclusions=["p1"] if excluded else [],
    )
    case.score, case.mailed, case.last_days = score, mailed, last_days
    holds = (
        state == "in_force"
        and all(same)
        and score is not None
        and (score > line or (inclusive and score == line))
        and mailed < cap
        and days >= last_days
        and not excluded
    )
    # On the deadline itself a letter may still leave where no last days are kept free; past it never.
    assert (case.ask() is None) is (holds and days >= 0)
