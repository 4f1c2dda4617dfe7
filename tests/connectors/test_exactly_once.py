"""R7 at the connector: whatever the ATS does to our writes, a later look finds what is there, and once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from connectors.base import ATSError
from connectors.greenhouse import Greenhouse
from connectors.records import ApprovalRequest, Attachment, EntryKind, NewEntry, ShortlistPost
from connectors.sandbox import Sandbox

SETTLE = 0.15
DELAY = 0.05


def insist(work: Callable[[], Any]) -> list[ATSError]:
    """Call until it works, as the job table does: after an unknown outcome, wait a settle time, then call again."""
    problems: list[ATSError] = []
    for _ in range(200):
        try:
            work()
        except ATSError as problem:
            assert not problem.permanent, problem
            problems.append(problem)
            if problem.unknown:
                time.sleep(SETTLE)
            continue
        return problems
    raise AssertionError(f"still failing: {problems[-1]}")


def whole_story(ats: Greenhouse, requisition_id: str) -> Callable[[], None]:
    def tell() -> None:
        ats.post_shortlist(requisition_id, ShortlistPost("c1", "K-1", "A-01  88点"))
        ats.post_approval_request(requisition_id, ApprovalRequest("c1", "K-1", 75, "お願いします", "http://127.0.0.1/"))
        kind = EntryKind.CASUAL
        entered = ats.add_entry(NewEntry(requisition_id, "E-1", kind, "花子", "山田", "hanako@example.com"))
        ats.note(entered.candidate_id, "E-1", "スコア 88")
        ats.tag(entered.candidate_id, "確約")
        ats.attach(entered.application_id, "E-1", Attachment("a.txt", b"a", "text/plain"))
        ats.move(entered.application_id, ats.stages(requisition_id)[2].id)

    return tell


ONCE = {
    **{"job_notes": 1, "candidates": 1, "applications": 1, "notes": 1, "candidate_tags": 1},
    **{"applied_candidate_tags": 1, "attachments": 1, "moves": 1, "jobs": 2},
}


@pytest.mark.parametrize(
    ("kind", "unknown"),
    [
        ("drop_answer", True),
        ("error_after_write", True),
        ("late_write", True),
        ("server_error", True),
        ("too_many_requests", False),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_write_is_there_exactly_once(
    sandbox: Sandbox,
    ats: Greenhouse,
    requisition_id: str,
    back_door: Callable[..., Any],
    kind: str,
    unknown: bool,
    seed: int,
) -> None:
    back_door("DELETE", "/sandbox/writes")
    sandbox.misbehave(kind, probability=0.4, seed=seed, delay=DELAY, on="writes")
    problems = insist(whole_story(ats, requisition_id))
    assert problems and all(problem.unknown is unknown for problem in problems)
    sandbox.behave()
    time.sleep(SETTLE)
    assert sandbox.writes() == ONCE


@pytest.mark.parametrize("seed", range(4))
def test_everything_wrong_at_once_ends_in_the_same_state(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str, back_door: Callable[..., Any], seed: int
) -> None:
    back_door("DELETE", "/sandbox/writes")
    for kind in ("drop_answer", "error_after_write", "late_write", "async_candidate"):
        sandbox.misbehave(kind, probability=0.2, seed=seed, delay=DELAY)
    for kind in ("server_error", "too_many_requests"):
        sandbox.misbehave(kind, probability=0.03, seed=seed)
    insist(whole_story(ats, requisition_id))
    sandbox.behave()
    time.sleep(SETTLE)
    assert sandbox.writes() == ONCE


def test_a_candidate_created_later_is_found_and_not_made_again(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str
) -> None:
    sandbox.misbehave("async_candidate", next=1, delay=DELAY)
    wanted = NewEntry(requisition_id, "E-1", EntryKind.APPLICATION, "花子", "山田", "hanako@example.com")
    with pytest.raises(ATSError, match="being processed") as caught:
        ats.add_entry(wanted)
    assert caught.value.unknown and not caught.value.permanent
    time.sleep(SETTLE)
    ats.add_entry(wanted)
    assert sandbox.writes()["candidates"] == sandbox.writes()["applications"] == 1


def test_a_slow_answer_is_a_write_of_unknown_outcome(
    sandbox: Sandbox, connect: Callable[..., Greenhouse], ats: Greenhouse, requisition_id: str
) -> None:
    hasty = connect(options={"timeout": "0.1"})
    hasty.requisition(requisition_id)
    sandbox.misbehave("slow", next=1, delay=0.4, on="writes")
    with pytest.raises(ATSError, match="did not answer within") as caught:
        hasty.post_message(requisition_id, "hello")
    assert caught.value.unknown
    time.sleep(0.5)
    hasty.post_message(requisition_id, "hello")
    assert sandbox.writes()["jobs"] == 1


def test_the_vendors_wait_is_passed_on(sandbox: Sandbox, ats: Greenhouse, back_door: Callable[..., Any]) -> None:
    sandbox.misbehave("too_many_requests", next=1, delay=7)
    with pytest.raises(ATSError, match="Rate limit exceeded") as caught:
        ats.requisition("1")
    assert (caught.value.status, caught.value.retry_after) == (429, 7)
    back_door("POST", "/sandbox/settings", rate_limit=1)
    ats.harvest.session.limits = type(ats.harvest.session.limits)()
    with pytest.raises(ATSError) as caught:
        for _ in range(3):
            ats.requisition("1")
    assert caught.value.retry_after is not None and 0 < caught.value.retry_after <= 30
    assert ats.harvest.session.limits.remaining == 0
