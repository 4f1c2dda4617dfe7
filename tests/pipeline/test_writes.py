"""R7: one change in the ATS, whatever fails, whoever dies, however many try."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from connectors.base import ATSError
from connectors.pace import Pace, Timekeeper
from connectors.records import EntryKind, NewEntry, Rate
from plugin.clock import SettableClock
from plugin.database import Database
from plugin.pipeline.writes import lease_seconds, reference, write_once, written
from plugin.rows import AtsWrite, Job
from plugin.sealing import Vault
from plugin.work.context import Work
from plugin.work.jobs import Claim, NotYet, owe
from plugin.work.worker import Worker


class Killed(BaseException):
    """A process ends here: nothing of it runs afterwards."""


class Mortal(Database):
    """A database whose process dies at a chosen commit, just before it or just after."""

    def __init__(self, alive: Database, dies_at: int, *, after: bool) -> None:
        self.__dict__.update(alive.__dict__)
        self.dies_at, self.after, self.commits, self.dead = dies_at, after, 0, False

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        if self.dead:
            raise Killed
        with super().writing() as session:
            yield session
            self.commits += 1
            dies = self.commits == self.dies_at
            if dies and not self.after:
                self.dead = True
                raise Killed
        if dies:
            self.dead = True
            raise Killed


def insist(work: Work, clock: SettableClock, call: Callable[[Work], dict[str, Any]]) -> dict[str, Any]:
    """Call until it is done, waiting as told: what the job table does."""
    for _ in range(60):
        try:
            return call(work)
        except NotYet as wait:
            # A lease is asked for every half second; ten seconds at a time get over a dead writer's sooner.
            clock.move(max(timedelta(seconds=10), wait.until - clock.now()) + timedelta(milliseconds=1))
        except (ATSError, KeyError):
            clock.move(timedelta(seconds=5))
    raise AssertionError("never done")


NUMBERS = itertools.count(1)
HOW = st.sampled_from(["drop", "late", "lost", "limit", "surprise", "ok"])


@settings(max_examples=40)
@given(script=st.lists(HOW, max_size=6), dies_at=st.integers(0, 14), after=st.booleans())
def test_exactly_one_effect_whatever_fails_and_dies(
    world: Any, new_memory_ats: Any, script: list[str], dies_at: int, after: bool
) -> None:
    ats, clock, name = new_memory_ats(), world.clock, f"note:{next(NUMBERS)}"
    ats.script = list(script)
    work = replace(world.work, settings=world.work.settings.model_copy(update={"settle_seconds": 2.0}))

    def call(by: Work) -> dict[str, Any]:
        return write_once(
            by,
            world.connection,
            name,
            lambda ref: {"note": ats.note("7", ref, "text"), "ref": ref},
            subject=f"person:{name}",
        )

    mortal = replace(work, database=Mortal(work.database, dies_at, after=after))
    with contextlib.suppress(Killed):
        insist(mortal, clock, call)
    result = insist(work, clock, call)
    clock.move(timedelta(seconds=10))
    ats.settle()
    assert len(ats.notes) == 1, ats.notes
    assert result["ref"] == ats.notes[0][1]
    before = len(ats.reads)
    assert call(work) == result, "a second call returns the first result"
    assert len(ats.reads) == before, "and doesn't even ask"


def test_workers_at_once_write_once_and_one_at_a_time_about_one_person(world: Any) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    seen: list[str] = []

    def write(ref: str) -> dict[str, Any]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        if ref not in seen:
            time.sleep(0.03)
            seen.append(ref)
        with lock:
            inside -= 1
        return {"ref": ref}

    results: list[tuple[str, str]] = []

    def run(name: str) -> None:
        for _ in range(500):
            try:
                found = write_once(world.work, world.connection, name, write, subject="person:1")
                results.append((name, found["ref"]))
                return
            except NotYet:
                time.sleep(0.01)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("x:1", "x:1", "x:1", "x:2", "x:2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 5 and len(set(results)) == 2
    assert most == 1 and len(seen) == 2


def test_an_unknown_outcome_waits_a_settle_time_before_anybody_looks(world: Any) -> None:
    world.ats.script = ["drop"]

    def call() -> dict[str, Any]:
        return write_once(
            world.work, world.connection, "note:2", lambda ref: {"n": world.ats.note("7", ref, "x")}, subject="p"
        )

    with pytest.raises(NotYet):
        call()
    reads = len(world.ats.reads)
    with pytest.raises(NotYet) as wait:
        call()
    assert len(world.ats.reads) == reads, "nobody looked yet"
    world.clock.move_to(wait.value.until + timedelta(milliseconds=1))
    call()
    assert len(world.ats.notes) == 1


def test_a_dead_writer_is_looked_after_only_when_its_last_request_must_have_ended(world: Any) -> None:
    mortal = replace(world.work, database=Mortal(world.work.database, 0, after=False))

    def dying(ref: str) -> dict[str, Any]:
        mortal.database.dead = True
        raise Killed

    with pytest.raises(Killed):
        write_once(mortal, world.connection, "note:3", dying, subject="p")
    called: list[str] = []

    def write(ref: str) -> dict[str, Any]:
        called.append(ref)
        return {}

    world.clock.move(timedelta(seconds=lease_seconds(world.work) - 1))
    with pytest.raises(NotYet):
        write_once(world.work, world.connection, "note:3", write, subject="p")
    world.clock.move(timedelta(seconds=1.5))
    with pytest.raises(NotYet):
        write_once(world.work, world.connection, "note:3", write, subject="p")
    assert called == []
    world.clock.move(timedelta(seconds=world.work.settings.settle_seconds))
    write_once(world.work, world.connection, "note:3", write, subject="p")
    assert len(called) == 1


@pytest.mark.parametrize("dies", [False, True], ids=["answers", "dies"])
def test_a_write_that_waits_for_its_turns_is_alone_as_long_as_it_takes(world: Any, dies: bool) -> None:
    waits = Timekeeper(lambda: world.clock.now().timestamp(), lambda s: world.clock.move(timedelta(seconds=s)))
    pace, began = Pace(Rate(1, 60.0), waits), world.clock.now()

    def patient(ref: str) -> dict[str, Any]:
        for _ in range(10):
            pace.take()
        assert (world.clock.now() - began).total_seconds() > lease_seconds(world.work) + 60
        for name in ("note:slow", "note:other"):
            with pytest.raises(NotYet):
                write_once(world.work, world.connection, name, lambda ref: {}, subject="p")
        if dies:
            mortal.database.dead = True
            raise Killed
        return {"done": 1}

    mortal = replace(world.work, database=Mortal(world.work.database, 0, after=False))
    with contextlib.suppress(Killed):
        write_once(mortal, world.connection, "note:slow", patient, subject="p")
    world.clock.move(timedelta(seconds=lease_seconds(world.work) - 61))

    def look() -> dict[str, Any]:
        return write_once(world.work, world.connection, "note:slow", lambda ref: {"done": 2}, subject="p")

    if dies:
        with pytest.raises(NotYet):
            look()
        world.clock.move(timedelta(seconds=62 + world.work.settings.settle_seconds))
    assert look() == {"done": 2 if dies else 1}


def test_a_definite_refusal_is_raised_and_may_be_tried_again(world: Any) -> None:
    world.ats.script = ["refuse"]

    def call() -> dict[str, Any]:
        return write_once(
            world.work, world.connection, "note:4", lambda ref: {"n": world.ats.note("7", ref, "x")}, subject="p"
        )

    with pytest.raises(ATSError, match="not allowed"):
        call()
    with world.work.reading() as session:
        row = session.exec(select(AtsWrite).where(col(AtsWrite.name) == "note:4")).one()
        assert (row.state, row.error) == ("failed", "this is not allowed")
    call()
    assert len(world.ats.notes) == 1


def test_429_holds_every_write_of_this_connection_back_and_no_other(new_world: Any) -> None:
    world, other = new_world(), new_world()
    world.ats.script, world.ats.retry_after = ["limit"], 60.0

    def call(where: Any, name: str) -> dict[str, Any]:
        return write_once(
            where.work, where.connection, name, lambda ref: {"n": where.ats.note("7", ref, "x")}, subject=name
        )

    with pytest.raises(ATSError):
        call(world, "note:5")
    with pytest.raises(NotYet):
        call(world, "note:6")
    call(other, "note:5")
    world.clock.move(timedelta(seconds=61))
    call(world, "note:6")
    call(world, "note:5")
    assert len(world.ats.notes) == 2


def test_a_name_of_one_employer_says_nothing_about_anothers(new_world: Any) -> None:
    first, second = new_world(), new_world()
    for world in (first, second):

        def write(ref: str, ats: Any = world.ats) -> dict[str, Any]:
            return {"n": ats.note("7", ref, "x")}

        write_once(world.work, world.connection, "note:1", write, subject="p")
    assert len(first.ats.notes) == len(second.ats.notes) == 1
    assert first.ats.notes[0][1] != second.ats.notes[0][1]
    with first.work.reading() as session:
        assert written(session, second.connection.employer_id, "note:9") is None


@given(name=st.text(min_size=1, max_size=40), employer=st.integers(1, 2**40))
def test_a_reference_is_short_speakable_and_stable(vault: Vault, name: str, employer: int) -> None:
    ref = reference(vault, employer, name)
    assert ref == reference(vault, employer, name)
    assert ref.startswith("KY-") and len(ref) == 11
    assert not set(ref[3:]) & set("ILOU") and ref[3:].isalnum() and ref.isupper()


def test_nobody_else_writes_about_a_person_while_an_outcome_settles(world: Any) -> None:
    """What the ATS applies late would be missed by another write's look, and the person created twice."""
    ats, clock = world.ats, world.clock
    ats.script = ["late"]

    def enter(number: int) -> dict[str, Any]:
        wanted = NewEntry(f"40{number}", "", EntryKind.APPLICATION, "太郎", "山田", email="taro@example.com")

        def write(ref: str) -> dict[str, Any]:
            return {"candidate": ats.add_entry(wanted).candidate_id}

        return write_once(world.work, world.connection, f"add_entry:{number}", write, subject="person:taro")

    with pytest.raises(NotYet):
        enter(1)
    with pytest.raises(NotYet):
        enter(2)
    clock.move(timedelta(seconds=3))
    assert enter(1) == enter(2)
    assert len(ats.people) == 1


def test_an_outcome_that_stays_unknown_becomes_a_failure_that_is_backed_off_and_told(world: Any) -> None:
    world.ats.script = ["lost"] * 40

    def note(work: Work, claim: Claim) -> None:
        write_once(work, world.connection, "note:9", lambda ref: {"n": world.ats.note("7", ref, "x")}, subject="p")

    with world.work.writing() as session:
        owe(session, "note", "9", employer_id=world.connection.employer_id, connection_id=world.connection.key)
    worker = Worker(world.work, {"note": note})
    for _ in range(12):
        worker.run_due()
        world.clock.move(timedelta(minutes=31))
    with world.work.reading() as session:
        job = session.exec(select(Job).where(col(Job.kind) == "note")).one()
    assert job.failures >= 5, "a person hears of it in the end"
