"""Whose word is kept: a rate only where there is enough, its causes split, and what a low one stops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.pipeline import kept_rate
from plugin.rows import Connection, Promise, Staff

STATES = st.tuples(
    st.sampled_from(["kept", "broken", "waived", "owed"]), st.sampled_from(["", "manager", "recruiter", "candidate"])
)


def promises(world: Any, states: list[tuple[str, str]], *, days_ago: int = 10) -> int:
    """Promises of one manager that fell due a while ago; return the manager."""
    scout = world.scout()
    world.yes(scout)
    first = world.promise(scout)
    made = [first.key]
    for _ in states[1:]:
        other = world.scout()
        world.yes(other)
        made.append(world.promise(other).key)
    with world.work.writing() as session:
        for key, (state, cause) in zip(made, states, strict=True):
            row = session.get_one(Promise, key)
            row.state, row.cause = state, cause if state == "broken" else ""
            row.due_at = world.clock.now() - timedelta(days=days_ago)
            session.add(row)
    return int(first.manager_id)


def keeping(world: Any, manager: int) -> kept_rate.Keeping:
    with world.work.reading() as session:
        return kept_rate.keeping(session, [manager])[manager]


def waits(world: Any, manager: int) -> bool:
    with world.work.reading() as session:
        return kept_rate.under_review(session, session.get_one(Connection, world.connection.key), manager)


def test_four_say_nothing(world: Any) -> None:
    manager = promises(world, [("broken", "manager")] * 4)
    assert keeping(world, manager).rate is None and not waits(world, manager)


def test_what_others_caused_counts_against_nobodys_word(world: Any) -> None:
    states = [("kept", "")] * 5 + [("broken", "recruiter"), ("broken", "candidate"), ("waived", ""), ("owed", "")]
    found = keeping(world, promises(world, states))
    assert (found.rate, found.kept, found.counted, found.due) == (1.0, 5, 5, 7)


def test_a_low_rate_waits_for_a_review_by_somebody_else(world: Any) -> None:
    manager = promises(world, [("kept", "")] * 3 + [("broken", "manager"), ("broken", "")])
    assert keeping(world, manager).rate == 0.6 and waits(world, manager)
    with world.work.writing() as session:
        connection, staff = session.get_one(Connection, world.connection.key), session.get_one(Staff, manager)
        with pytest.raises(ValueError, match="their own"):
            kept_rate.review(session, connection, staff, by=f"staff:{manager}")
        kept_rate.review(session, connection, staff, by="staff:99")
    assert not waits(world, manager), "what came before the review counts no more"
    assert keeping(world, manager).rate == 0.6, "and is shown all the same"


def test_a_year_is_the_window(world: Any) -> None:
    manager = promises(world, [("broken", "manager")] * 6, days_ago=366)
    assert keeping(world, manager).due == 0


@settings(max_examples=8)
@given(states=st.lists(STATES, min_size=1, max_size=9))
def test_every_number_adds_up(new_world: Any, states: list[tuple[str, str]]) -> None:
    world = new_world()
    found = keeping(world, promises(world, states))
    assert found.kept == sum(state == "kept" for state, _ in states)
    assert found.due == sum(state in ("kept", "broken") for state, _ in states)
    assert found.counted <= found.due and (found.rate is None) == (found.counted < kept_rate.LEAST)
