"""An ATS that shows no meetings: no promise breaks by its silence; a person says what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from connectors.base import Connector
from plugin.pipeline import ledger
from plugin.rows import Job, Promise

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def blind(world: Any, monkeypatch: Any) -> Callable[[], Promise]:
    """A world whose ATS leaves `interviews` alone, with one promise owed."""
    monkeypatch.setattr(type(world.ats), "interviews", Connector.interviews)

    def promise() -> Promise:
        with world.work.reading() as session:
            found: Promise = session.exec(select(Promise)).one()
            return found

    world.yes(world.scout())
    world.work_all()
    return promise


def test_silence_breaks_nothing_and_parks_nothing(world: Any, blind: Callable[[], Promise]) -> None:
    assert blind().state == "owed"
    world.clock.move(blind().due_at - world.clock.now() + timedelta(minutes=5))
    world.tick()
    assert blind().state == "owed"
    [task] = world.tasks("promises_unread")
    assert "shows no interviews" in task.facts["words"]
    with world.work.reading() as session:
        assert session.exec(select(Job).where(Job.state == "parked")).all() == []


def test_a_person_says_it_took_place_in_time(world: Any, blind: Callable[[], Promise]) -> None:
    due, now = blind().due_at, world.clock.now()
    with world.work.writing() as session:
        promise = session.get_one(Promise, blind().key)
        for at, why in ((now + timedelta(hours=1), "not taken place yet"), (due + timedelta(hours=1), "yet")):
            with pytest.raises(ledger.NotAllowed, match=why):
                ledger.say_held(session, promise, at, by="staff:2")
    world.clock.move(due - now + timedelta(days=1))
    with world.work.writing() as session:
        promise = session.get_one(Promise, blind().key)
        with pytest.raises(ledger.NotAllowed, match="after the date promised"):
            ledger.say_held(session, promise, due + timedelta(hours=1), by="staff:2")
        ledger.say_held(session, promise, due - timedelta(hours=2), by="staff:2")
    kept = blind()
    assert (kept.state, kept.kept_at) == ("kept", due - timedelta(hours=2))
    assert [(event.what, event.actor) for event in world.events("promise")][-1] == ("kept", "staff:2")
