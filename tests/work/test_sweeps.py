"""Sweeps heal what never rang; ticks only owe."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from plugin.clock import SettableClock
from plugin.rows import Connection, Job, Lease, RateLimit, Sweep
from plugin.work import ticks
from plugin.work.context import Work
from plugin.work.handlers import HANDLERS
from plugin.work.jobs import Claim, owe
from plugin.work.worker import Worker


def owed(session: Session, kind: str) -> list[dict[str, Any]]:
    return [job.payload for job in session.exec(select(Job).where(col(Job.kind) == kind).order_by(col(Job.id)))]


def sweep(work: Work, clock: SettableClock) -> None:
    clock.move(timedelta(seconds=work.settings.sweep_seconds + 1))
    ticks.owe_sweeps(work)
    handlers = dict.fromkeys(("read_requisition", "read_person", "read_application"), _nothing)
    Worker(work, {**handlers, "sweep_connection": HANDLERS["sweep_connection"]}).run_due()


def _nothing(work: Work, claim: Claim) -> None:
    """What a sweep owes is looked at, not worked."""


def make(sandbox: Any, name: str) -> str:
    made = sandbox.app.test_client().post("/sandbox/requisitions", json={"name": name, "status": "open"})
    return str(made.get_json()["id"])


def test_a_requisition_whose_webhook_never_came_is_found_once(
    work: Work, sandbox: Any, sandbox_connection: Connection, clock: SettableClock
) -> None:
    first = make(sandbox, "Go エンジニア")
    sweep(work, clock)
    with work.reading() as session:
        assert owed(session, "read_requisition") == [{"ats_id": first}]
    sweep(work, clock)  # the windows overlap; nothing changed meanwhile
    with work.reading() as session:
        assert len(owed(session, "read_requisition")) == 1
    second = make(sandbox, "営業")
    clock.move(timedelta(seconds=2))
    sandbox.app.test_client().patch(f"/sandbox/requisitions/{first}", json={"name": "Rust エンジニア"})
    sweep(work, clock)
    with work.reading() as session:
        assert sorted(p["ats_id"] for p in owed(session, "read_requisition")) == sorted([first, first, second])


def test_one_list_that_fails_does_not_stop_the_others_and_stays_open(
    work: Work, sandbox: Any, sandbox_connection: Connection, clock: SettableClock
) -> None:
    client = sandbox.app.test_client()
    client.post("/sandbox/settings", json={"missing_scopes": ["harvest:jobs:list"]})
    wanted = make(sandbox, "Go エンジニア")
    sweep(work, clock)
    with work.reading() as session:
        rows = {row.name: row for row in session.exec(select(Sweep))}
        assert rows["requisitions"].error and rows["requisitions"].read_to is None
        assert not rows["people"].error and rows["people"].read_to is not None
    client.post("/sandbox/settings", json={"missing_scopes": []})
    clock.move(timedelta(days=2))
    sweep(work, clock)
    with work.reading() as session:
        assert owed(session, "read_requisition") == [{"ats_id": wanted}]
        assert not session.exec(select(Sweep).where(col(Sweep.name) == "requisitions")).one().error


def test_a_limit_met_by_a_sweep_holds_off_the_others(
    work: Work, sandbox: Any, sandbox_connection: Connection, clock: SettableClock
) -> None:
    sandbox.misbehave("too_many_requests", next=3)
    sweep(work, clock)
    with work.reading() as session:
        assert session.exec(select(RateLimit)).first() is not None


def test_a_paused_connection_is_not_swept(
    work: Work, sandbox: Any, sandbox_connection: Connection, clock: SettableClock
) -> None:
    with work.writing() as session:
        row = session.get_one(Connection, sandbox_connection.key)
        row.state = "paused"
        session.add(row)
    make(sandbox, "Go エンジニア")
    ticks.tick(work)
    with work.reading() as session:
        assert owed(session, "sweep_connection") == []


def test_ticks_of_one_slot_owe_once(work: Work, connection: Connection, clock: SettableClock) -> None:
    for _ in range(3):
        ticks.tick(work)
    with work.reading() as session:
        assert len(owed(session, "sweep_connection")) == 1
        assert len(owed(session, "promise_clock")) <= 2  # a minute may have turned
        assert owed(session, "poll_mailbox") == []


def test_the_mailbox_is_looked_into_where_one_is_set(work: Work, connection: Connection) -> None:
    work.settings = work.settings.model_copy(update={"imap_url": "imaps://u@mail.example.com/INBOX"})
    ticks.owe_mailbox(work)
    with work.reading() as session:
        assert len(owed(session, "poll_mailbox")) == 1


def test_a_mailbox_that_cannot_be_read_is_tried_by_one_job(
    work: Work, connection: Connection, clock: SettableClock
) -> None:
    work.settings = work.settings.model_copy(update={"imap_url": "imaps://u@mail.example.com/INBOX"})
    for _ in range(20):
        ticks.owe_mailbox(work)
        clock.move(timedelta(seconds=60))
    with work.reading() as session:
        assert len(owed(session, "poll_mailbox")) == 1


def test_the_house_is_kept(work: Work, connection: Connection, clock: SettableClock) -> None:
    ticks.owe_sweeps(work)
    Worker(work, {"sweep_connection": lambda work, claim: None}).run_due()
    with work.writing() as session:
        session.add(
            Lease(
                employer_id=connection.employer_id,
                name="person:1",
                holder="dead",
                until=clock.now(),
                created_at=clock.now(),
            )
        )
    clock.move(timedelta(days=2))
    ticks.keep_house(work)
    with work.reading() as session:
        assert session.exec(select(Lease)).first() is None
        assert owed(session, "sweep_connection") == []


def test_done_work_is_kept_as_long_as_the_bytes_that_owed_it(
    work: Work, connection: Connection, clock: SettableClock
) -> None:
    for number, state in enumerate(("done", "owed", "parked")):
        with work.writing() as session:
            owe(session, "read_mail", str(number), employer_id=connection.employer_id)
            row = session.exec(select(Job).where(col(Job.dedupe) == f"read_mail:{number}")).one()
            row.state, row.finished_at = state, clock.now() if state == "done" else None
            session.add(row)
    for days, left in ((work.settings.delivery_days, 3), (2, 2)):
        clock.move(timedelta(days=days))
        ticks.keep_house(work)
        with work.reading() as session:
            assert len(session.exec(select(Job).where(col(Job.kind) == "read_mail")).all()) == left


def test_a_ticker_starts_and_stops(work: Work, connection: Connection) -> None:
    import threading

    ticker = ticks.Ticker(work)
    ticker.start()
    try:
        for _ in range(200):
            with work.reading() as session:
                if owed(session, "sweep_connection"):
                    break
            threading.Event().wait(0.05)
        else:
            raise AssertionError("the first tick comes at once")
    finally:
        ticker.stop()
