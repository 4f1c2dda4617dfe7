"""The worker: what is due is worked, and every failure becomes a wait or a person's task."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from connectors.base import ATSError
from plugin.clock import SettableClock
from plugin.rows import Connection, Event, Job, RateLimit, Task
from plugin.work import jobs
from plugin.work.context import Handler, Work
from plugin.work.handlers import HANDLERS, handler_of
from plugin.work.jobs import OUTAGE, SURPRISES, Claim, NotYet, Park
from plugin.work.worker import Worker


def owe(work: Work, connection: Connection, kind: str, dedupe: str = "1", **how: object) -> int:
    with work.writing() as session:
        key = jobs.owe(
            session,
            kind,
            dedupe,
            employer_id=connection.employer_id,
            connection_id=connection.key,
            **how,  # type: ignore[arg-type]
        )
    assert key is not None
    return key


def job(work: Work, key: int) -> Job:
    with work.reading() as session:
        return session.get_one(Job, key)


def run(work: Work, handler: Handler, kind: str = "read_requisition") -> int:
    return Worker(work, {kind: handler}).run_due()


def raising(error: Exception) -> Handler:
    def handler(work: Work, claim: Claim) -> None:
        raise error

    return handler


def test_a_handler_that_returns_is_done(work: Work, connection: Connection) -> None:
    key = owe(work, connection, "read_requisition")
    assert run(work, lambda work, claim: None) == 1
    assert job(work, key).state == "done"
    assert run(work, lambda work, claim: None) == 0


def test_rows_follow_up_and_done_are_one_commit(work: Work, connection: Connection) -> None:
    key = owe(work, connection, "read_requisition")

    def handler(work: Work, claim: Claim) -> None:
        with work.finishing(claim) as session:
            jobs.owe(session, "calibrate", "1", employer_id=claim.employer_id, connection_id=claim.connection_id)

    ran: list[str] = []
    worker = Worker(work, {"read_requisition": handler, "calibrate": lambda work, claim: ran.append(claim.kind)})
    assert worker.run_due() == 2
    assert ran == ["calibrate"]
    assert job(work, key).state == "done"


def test_a_handler_that_fails_in_its_last_transaction_leaves_nothing(work: Work, connection: Connection) -> None:
    owe(work, connection, "read_requisition")

    def handler(work: Work, claim: Claim) -> None:
        with work.finishing(claim) as session:
            jobs.owe(session, "calibrate", "1", employer_id=claim.employer_id)
            session.flush()
            raise KeyError("half way")

    Worker(work, {"read_requisition": handler}).run_due()
    with work.reading() as session:
        assert session.exec(select(Job).where(col(Job.kind) == "calibrate")).first() is None


def test_not_yet_is_no_failure(work: Work, connection: Connection, clock: SettableClock) -> None:
    key = owe(work, connection, "read_requisition")
    run(work, raising(NotYet(clock.now() + timedelta(minutes=5))))
    assert job(work, key).failures == 0
    assert run(work, lambda work, claim: None) == 0
    clock.move(timedelta(minutes=6))
    assert run(work, lambda work, claim: None) == 1


def test_a_passing_refusal_is_tried_again_later_and_later(
    work: Work, connection: Connection, clock: SettableClock
) -> None:
    key = owe(work, connection, "calibrate")
    for failures, seconds in ((1, 5), (2, 10), (3, 20)):
        run(work, raising(ATSError("Harvest: out of order", status=503)), "calibrate")
        found = job(work, key)
        assert (found.failures, found.state, found.error) == (failures, "owed", "Harvest: out of order")
        assert timedelta(seconds=seconds - 1) < found.due - clock.now() <= timedelta(seconds=seconds)
        clock.move(timedelta(seconds=seconds))


def test_a_permanent_refusal_is_parked_in_the_vendors_words_with_a_task(work: Work, connection: Connection) -> None:
    key = owe(work, connection, "read_requisition")
    run(work, raising(ATSError("Harvest: you lack harvest:jobs:list", status=403, permanent=True)))
    found = job(work, key)
    assert (found.state, found.error) == ("parked", "Harvest: you lack harvest:jobs:list")
    with work.reading() as session:
        task = session.exec(select(Task)).one()
    assert (task.kind, task.subject_id, task.employer_id) == ("parked_job", key, connection.employer_id)


def test_a_parked_job_can_be_owed_again(work: Work, connection: Connection) -> None:
    key = owe(work, connection, "read_requisition")
    run(work, raising(Park("no such requisition")))
    assert run(work, lambda work, claim: None) == 0
    with work.writing() as session:
        assert jobs.retry(session, key)
        assert not jobs.retry(session, key)
        assert session.exec(select(Task.state).where(col(Task.kind) == "parked_job")).all() == ["done"]
    assert run(work, lambda work, claim: None) == 1


def test_a_limit_holds_off_every_job_that_calls_this_ats(
    work: Work, connection: Connection, clock: SettableClock
) -> None:
    limited = owe(work, connection, "read_requisition")
    run(work, raising(ATSError("Harvest: rate limit", status=429, retry_after=20)))
    assert job(work, limited).failures == 0
    with work.reading() as session:
        row = session.exec(select(RateLimit)).one()
    assert timedelta(seconds=19) < row.next_allowed_at - clock.now() <= timedelta(seconds=20)
    other = owe(work, connection, "read_person")
    at_home = owe(work, connection, "calibrate")
    called: list[str] = []

    def note(work: Work, claim: Claim) -> None:
        called.append(claim.kind)

    worker = Worker(work, {"read_requisition": note, "read_person": note, "calibrate": note})
    worker.run_due()
    assert called == ["calibrate"]
    assert job(work, other).state == "owed" and job(work, at_home).state == "done"
    clock.move(timedelta(seconds=21))
    worker.run_due()
    assert sorted(called) == ["calibrate", "read_person", "read_requisition"]


def test_a_surprise_is_tried_some_times_then_parked_without_anybodys_words(
    work: Work, connection: Connection, clock: SettableClock
) -> None:
    key = owe(work, connection, "calibrate")
    for _ in range(SURPRISES):
        assert run(work, raising(KeyError("taro@example.com")), "calibrate") == 1
        clock.move(timedelta(hours=1))
    found = job(work, key)
    assert found.state == "parked"
    assert found.error.startswith("KeyError at tests/work/test_worker.py:") and "taro" not in found.error


def test_an_outage_ends_with_a_person(work: Work, connection: Connection, clock: SettableClock) -> None:
    key = owe(work, connection, "calibrate")
    for _ in range(OUTAGE):
        assert run(work, raising(ATSError("Harvest could not be reached")), "calibrate") == 1
        clock.move(timedelta(hours=1))
    assert job(work, key).state == "parked"


def test_a_failure_that_cannot_be_settled_ends_no_thread(work: Work, connection: Connection) -> None:
    owe(work, connection, "calibrate")
    far = datetime.max.replace(tzinfo=UTC)
    worker = Worker(work, {"calibrate": raising(ATSError("later", retry_after=1e15)), "juggle": raising(NotYet(far))})
    owe(work, connection, "juggle")
    assert worker.run_due(limit=2) == 2


def test_parked_work_of_a_whole_employer_is_told_too(work: Work, connection: Connection) -> None:
    with work.writing() as session:
        jobs.owe(session, "promise_clock", "1", employer_id=connection.employer_id)
    run(work, raising(Park("no")), "promise_clock")
    with work.reading() as session:
        assert [task.connection_id for task in session.exec(select(Task))] == [connection.key]


def test_work_nobody_knows_is_parked(work: Work, connection: Connection) -> None:
    key = owe(work, connection, "juggle")
    assert Worker(work, {}).run_due() == 1
    assert "update every process" in job(work, key).error


def test_a_job_taken_over_meanwhile_commits_nothing(work: Work, connection: Connection, clock: SettableClock) -> None:
    key = owe(work, connection, "read_requisition")

    def slow(work: Work, claim: Claim) -> None:
        clock.move(timedelta(seconds=work.settings.lease_seconds + 1))
        with work.writing() as session:
            assert jobs.claim(session, lease_seconds=60) is not None  # another worker takes it
        with work.finishing(claim) as session:
            session.add(
                Event(
                    employer_id=claim.employer_id,
                    subject="job",
                    subject_id=claim.id,
                    what="done",
                    actor="clock",
                    created_at=clock.now(),
                )
            )

    run(work, slow)
    assert job(work, key).state == "owed"
    with work.reading() as session:
        assert session.exec(select(Event)).first() is None


def test_threads_work_and_stop(work: Work, connection: Connection) -> None:
    keys = [owe(work, connection, "calibrate", str(n)) for n in range(30)]
    done = threading.Semaphore(0)

    def handler(work: Work, claim: Claim) -> None:
        done.release()

    worker = Worker(work, {"calibrate": handler}, threads=3)
    worker.start()
    try:
        for _ in keys:
            assert done.acquire(timeout=20)
    finally:
        assert worker.stop()
    assert [job(work, key).state for key in keys] == ["done"] * 30
    assert all(job(work, key).attempts == 1 for key in keys)


def test_interactive_work_starts_while_every_thread_is_busy(work: Work, connection: Connection) -> None:
    started, let_go, looked = threading.Semaphore(0), threading.Event(), threading.Event()

    def busy(work: Work, claim: Claim) -> None:
        started.release()
        assert let_go.wait(20)

    worker = Worker(work, {"calibrate": busy, "read_requisition": lambda work, claim: looked.set()}, threads=2)
    for n in range(2):
        owe(work, connection, "calibrate", str(n))
    worker.start()
    try:
        assert started.acquire(timeout=20) and started.acquire(timeout=20)
        owe(work, connection, "read_requisition", lane=jobs.INTERACTIVE)
        assert looked.wait(20)
    finally:
        let_go.set()
        assert worker.stop()


def test_no_more_senders_than_set_at_once(new_work: Callable[..., Work], work: Work, connection: Connection) -> None:
    most, now, lock, done = 0, 0, threading.Lock(), threading.Semaphore(0)

    def send(work: Work, claim: Claim) -> None:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.02)
        with lock:
            now -= 1
        done.release()

    for n in range(12):
        owe(work, connection, "send_mail", str(n))
    worker = Worker(work, {"send_mail": send}, threads=6)
    worker.start()
    try:
        for _ in range(12):
            assert done.acquire(timeout=20)
    finally:
        assert worker.stop()
    assert most <= work.settings.sender_threads


def test_a_long_job_keeps_its_lease(new_work: Callable[..., Work], work: Work, connection: Connection) -> None:
    short = work.settings.model_copy(update={"lease_seconds": 0.3})
    quick = new_work(work.database)
    quick.settings = short
    runs: list[int] = []
    finished = threading.Event()

    def slow(work: Work, claim: Claim) -> None:
        runs.append(claim.attempts)
        threading.Event().wait(1.0)
        finished.set()

    key = owe(work, connection, "calibrate")
    worker = Worker(quick, {"calibrate": slow}, threads=2)
    worker.start()
    try:
        assert finished.wait(20)
    finally:
        assert worker.stop()
    assert runs == [1]
    assert job(work, key).state == "done"


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_every_kind_of_work_has_its_function(kind: str) -> None:
    assert callable(handler_of(HANDLERS, kind))


def test_a_job_that_ended_every_process_is_set_aside(work: Work, connection: Connection) -> None:
    def never(work: Work, claim: Claim) -> None:
        raise AssertionError("it must not be tried once more")

    key = owe(work, connection, "deadly")
    with work.writing() as session:
        row = session.get_one(Job, key)
        row.failures = OUTAGE
        session.add(row)
    Worker(work, {"deadly": never}).run_due()
    assert job(work, key).state == "parked" and "ended its whole process" in job(work, key).error
