"""The whole way in, spoken over HTTP to the sandbox ATS by the Greenhouse connector, with everything that goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlmodel import col, select

from plugin.rows import Job
from plugin.work.handlers import HANDLERS
from plugin.work.worker import Worker


def run_until_done(world: Any, seconds: float = 20.0) -> None:
    """Work as a worker process does, in real time: the sandbox's delays are real too."""
    worker = Worker(world.work, {**HANDLERS, **world.handlers})
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        worker.run_due()
        with world.work.reading() as session:
            due = session.exec(select(Job.due).where(col(Job.state) == "owed").order_by(col(Job.due))).first()
        if due is None:
            return
        wait = (due - world.clock.now()).total_seconds()
        if wait > 0.4:
            world.clock.move(due - world.clock.now())  # back-off after an outage
        else:
            time.sleep(max(0.0, wait) + 0.005)
    raise AssertionError("work is still owed")


def shown(world: Any) -> dict[str, Any]:
    found = requests.get(f"{world.ats.url}/sandbox/requisitions/{world.requisition.ats_id}", timeout=5)
    found.raise_for_status()
    answer: dict[str, Any] = found.json()
    return answer


TROUBLE: dict[str, Callable[[Any], None]] = {
    "nothing": lambda sandbox: None,
    "drop_answer": lambda sandbox: sandbox.misbehave("drop_answer", probability=0.5, seed=7, on="writes"),
    "late_write": lambda sandbox: sandbox.misbehave("late_write", probability=0.5, seed=3, delay=0.1, on="writes"),
    "async_candidate": lambda sandbox: sandbox.misbehave("async_candidate", next=1, delay=0.1),
    "error_after_write": lambda sandbox: sandbox.misbehave("error_after_write", next=4, on="writes"),
    "server_error": lambda sandbox: sandbox.misbehave("server_error", next=3),
    "too_many_requests": lambda sandbox: sandbox.misbehave("too_many_requests", next=3),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_an_entry_appears_exactly_once_with_its_note(sandbox_world: Any, trouble: str) -> None:
    world = sandbox_world
    # The sandbox applies a late write after 0.1 s: the settle time is longer, as an installation's must be.
    world.work.settings = world.work.settings.model_copy(update={"settle_seconds": 0.3})
    scout = world.scout(name="山田 花子", email="hanako.yamada@example.com")
    TROUBLE[trouble](world.ats)
    world.yes(scout)
    run_until_done(world)
    world.ats.behave()
    entry = world.entry(scout)
    assert entry.state == "entered"
    [standing] = shown(world)["entries"]
    assert str(standing["candidate"]["id"]) == entry.ats_candidate_id
    assert len(standing["notes"]) == 1 and "2026年11月30日" in standing["notes"][0]["body"]
    writes = world.ats.writes()
    assert {kind: writes.get(kind) for kind in ("candidates", "applications", "notes", "attachments")} == {
        **{"candidates": 1, "applications": 1, "notes": 1, "attachments": 1}
    }
    assert writes.get("applied_candidate_tags") == 1 and not writes.get("rejections") and not writes.get("moves")


def test_the_promise_follows_the_interview_in_the_ats(sandbox_world: Any) -> None:
    world = sandbox_world
    scout = world.scout(name="山田 花子", email="hanako.yamada@example.com")
    world.yes(scout)
    run_until_done(world)
    promise = world.promise(scout)
    at = promise.due_at.replace(hour=5, minute=0, second=0)
    made = requests.post(
        f"{world.ats.url}/sandbox/applications/{world.entry(scout).ats_application_id}/interviews",
        json={"starts_at": at.isoformat(), "interviewer_ids": [4000000102], "name": "一次面接"},
        timeout=5,
    )
    made.raise_for_status()
    world.clock.move_to(promise.due_at + timedelta(seconds=1))
    world.tick()
    assert world.promise(scout).state == "kept"
