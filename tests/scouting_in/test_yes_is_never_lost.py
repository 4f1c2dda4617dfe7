"""R4 and R5 over random histories: duplicates, reorderings, redeliveries, both doors, crashes, second runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.rows import Reply

YES = "ぜひ一度お話を伺えればと存じます。"
TEXTS = {
    "yes": YES,
    "yes_again": "Yes, I'd be happy to talk.",
    "condition": "フルリモートであれば、ぜひお話を伺いたいです。",
    "no": "今回は辞退させていただきます。",
    "question": "年収のレンジを教えてください。",
    "stop": "今後このようなメールは送らないでください。",
    "thanks": "ありがとうございます。",
}

WAYS = st.lists(
    st.tuples(
        st.integers(1, 3),  # who
        st.sampled_from(sorted(TEXTS)),
        st.sampled_from(["token", "references", "other_sender", "sender"]),
        st.integers(0, 3),  # copies by the other door
        st.booleans(),  # is its reading run a second time
        st.integers(0, 48),  # hours after the first
    ),
    min_size=1,
    max_size=7,
)

# Rules over rows: what the databases differ in (locks, conflicts) is in the other tests of this folder.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@settings(max_examples=15)
@given(WAYS, st.randoms(use_true_random=False))
def test_a_yes_is_never_lost_and_never_twice_and_a_stop_holds(
    new_world: Callable[[], Any], ways: list[tuple[int, str, str, int, bool, int]], random: Any
) -> None:
    world = new_world()
    scouts = {number: world.scout(number) for number in (1, 2, 3)}
    start = world.clock.now()
    world.clock.move(timedelta(hours=48))
    arrivals: list[tuple[bytes, Any]] = []
    stopped: set[str] = set()
    said_yes: dict[int, set[bytes]] = {1: set(), 2: set(), 3: set()}
    twice: list[bytes] = []
    for place, (who, what, how, copies, again, hours) in enumerate(ways):
        scout = scouts[who]
        given_: dict[str, Any] = {
            "token": {},
            "references": {"to": world.policy.from_address},
            "other_sender": {"to": world.policy.from_address, "sender": f"other{who}@example.net"},
            "sender": {"to": world.policy.from_address, "refers": False},
        }[how]
        raw = world.answer(scout, f"{TEXTS[what]}", id=f"<{place}@mail.example.com>", **given_)
        at = start + timedelta(hours=hours)
        arrivals += [(raw, at)] + [(b"Received: by door %d\r\n" % n + raw, at) for n in range(copies)]
        if again:
            twice.append(raw)
        if what == "stop":
            stopped.add(world.hash(f"person{who}@example.com"))
        if what in ("yes", "yes_again", "condition"):
            said_yes[who].add(f"{place}".encode())
    random.shuffle(arrivals)
    before: set[str] = set()
    for raw, at in arrivals:
        delivery = world.arrive(raw, at=at)
        assert world.arrive(raw, at=at) is None
        world.read_all()
        if raw in twice and delivery is not None:
            world.again(delivery)
            world.read_all()
        now = world.suppressed()
        assert before <= now  # an opt-out is never taken back
        before = now
    assert stopped <= before
    entries = world.entries()
    assert len({entry.scout_id for entry in entries}) == len(entries)
    assert len(world.replies()) == len(ways)  # each answer once, whichever door and however often
    waiting = {task.subject_id for task in world.tasks() if task.owner_id is not None and task.due is not None}
    for who, yeses in said_yes.items():
        if not yeses:
            assert scouts[who].key not in {entry.scout_id for entry in entries}
            continue
        asked = {reply.scout_id for reply in world.rows(Reply) if reply.key in waiting}
        # One entry, or meanwhile one place with an owner and a clock.
        assert scouts[who].key in {entry.scout_id for entry in entries} | asked
    for promise in world.promises():
        received = {reply.received_at for reply in world.replies() if reply.scout_id == promise.scout_id}
        assert promise.received_at in received


@settings(max_examples=10)
@given(st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=5))
def test_only_a_yes_makes_an_entry(new_world: Callable[[], Any], said: list[str]) -> None:
    world = new_world()
    scout = world.scout()
    for place, what in enumerate(said):
        world.receive(world.answer(scout, TEXTS[what], id=f"<{place}@mail.example.com>"))
    if not {"yes", "yes_again"} & set(said):
        assert not world.entries() and not world.promises()
    first = next((what for what in said if what in ("yes", "yes_again", "stop", "no")), "")
    if first in ("yes", "yes_again"):
        assert len(world.entries()) == 1
