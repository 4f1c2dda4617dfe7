"""An ATS that takes entries by hand: the yes waits with owner, clock and what to do, and is found once registered."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.base import Unsupported
from connectors.records import NewEntry, Said
from plugin.pipeline.entries import decide_duplicate
from plugin.rows import Entry

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

BY_HAND = Said("register it by hand, then try again", "手作業で登録してから、もう一度送ってください")


def test_a_yes_by_hand_waits_with_what_to_do_and_goes_on_its_way(world: Any, monkeypatch: Any) -> None:
    add_entry = world.ats.add_entry

    def refuse(entry: NewEntry) -> Any:
        raise Unsupported(BY_HAND)

    monkeypatch.setattr(world.ats, "add_entry", refuse)
    scout = world.scout()
    world.yes(scout)
    world.work_all()
    entry = world.entry(scout)
    assert (entry.state, entry.because) == ("deciding", "by_hand")
    assert entry.held_until is not None and entry.owner_id == world.recruiter.key
    assert world.said(entry) in (BY_HAND.ja, str(BY_HAND))
    [task] = world.tasks("entry_stuck")
    assert task.facts["because"] == "by_hand"

    monkeypatch.setattr(world.ats, "add_entry", add_entry)
    with world.work.writing() as session:
        decide_duplicate(session, session.get_one(Entry, entry.key), by="staff:2")
    world.work_all()
    assert world.entry(scout).state == "entered" and world.tasks("entry_stuck") == []
