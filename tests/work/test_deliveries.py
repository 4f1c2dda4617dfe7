"""Deliveries: bytes kept sealed, twice is once, read into owed work."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from plugin.clock import SettableClock
from plugin.rows import Connection, Delivery, Job
from plugin.work.context import Work
from plugin.work.deliveries import accept, drop_expired, open_delivery, replay
from plugin.work.handlers import HANDLERS
from plugin.work.jobs import Claim, Park
from plugin.work.worker import Worker

JOB = {"action": "job_updated", "payload": {"job": {"id": 4711}}}


def take(work: Work, connection: Connection, body: bytes, *, event_key: str = "") -> Delivery | None:
    with work.writing() as session:
        return accept(
            session,
            work.vault,
            connection=connection,
            door="webhook",
            headers={"signature": "sha256 aa"},
            body=body,
            event_key=event_key,
        )


def owed(session: Session) -> list[tuple[str, dict[str, object]]]:
    return [
        (job.kind, job.payload)
        for job in session.exec(select(Job).where(col(Job.state) == "owed").order_by(col(Job.id)))
    ]


def test_bytes_come_back_as_they_came_and_are_sealed(work: Work, connection: Connection) -> None:
    body = '{"name":"\\u5c71田 太郎"}\r\n'.encode()
    made = take(work, connection, body)
    assert made is not None
    with work.reading() as session:
        row = session.get_one(Delivery, made.key)
    assert open_delivery(work.vault, row) == ({"signature": "sha256 aa"}, body)
    assert row.sealed_body is not None and "太郎".encode() not in row.sealed_body


def test_second_delivery_rings_once(work: Work, connection: Connection) -> None:
    assert take(work, connection, b"one", event_key="e1") is not None
    assert take(work, connection, b"one", event_key="e2") is None
    assert take(work, connection, b"two", event_key="e1") is None
    assert take(work, connection, b"two", event_key="e3") is not None
    with work.reading() as session:
        assert [kind for kind, _ in owed(session)] == ["read_delivery", "read_delivery"]


def test_a_webhook_owes_a_read_of_what_it_rang_for(work: Work, connection: Connection) -> None:
    take(work, connection, json.dumps(JOB).encode())
    Worker(work, {"read_delivery": HANDLERS["read_delivery"]}).run_due(1)
    with work.reading() as session:
        assert owed(session) == [("read_requisition", {"ats_id": "4711"})]


def test_a_merge_says_who_into_whom(work: Work, connection: Connection) -> None:
    merged = {"action": "merge_candidate", "payload": {"person": {"id": 1}, "new_candidate_id": 2}}
    take(work, connection, json.dumps(merged).encode())
    Worker(work, {"read_delivery": HANDLERS["read_delivery"]}).run_due(1)
    with work.reading() as session:
        assert owed(session) == [("read_person", {"ats_id": "1", "kind": "candidate_merged", "new_id": "2"})]


def test_replay_reads_a_delivery_again(work: Work, connection: Connection) -> None:
    made = take(work, connection, json.dumps(JOB).encode())
    assert made is not None
    for round_ in range(3):
        if round_:
            with work.writing() as session:
                assert replay(session, made.key)
        Worker(work, {"read_delivery": HANDLERS["read_delivery"], "read_requisition": _nothing}).run_due()
    with work.writing() as session:
        reads = session.exec(select(Job).where(col(Job.kind) == "read_requisition")).all()
        assert len(reads) == 3
        assert not replay(session, 10**9)


def _nothing(work: Work, claim: Claim) -> None:
    """Read nothing."""


def test_bytes_are_dropped_at_expiry_and_the_duplicate_is_still_known(
    work: Work, connection: Connection, clock: SettableClock
) -> None:
    made = take(work, connection, b"one")
    assert made is not None
    clock.move(timedelta(days=29))
    with work.writing() as session:
        assert drop_expired(session) == 0
    clock.move(timedelta(days=2))
    with work.writing() as session:
        assert drop_expired(session) == 1
        assert drop_expired(session) == 0
    with work.reading() as session:
        row = session.get_one(Delivery, made.key)
    with pytest.raises(Park):
        open_delivery(work.vault, row)
    assert take(work, connection, b"one") is None


def test_another_connection_may_receive_the_same_bytes(
    work: Work, connection: Connection, new_connection: object, second_employer: object
) -> None:
    other = new_connection(work.database, work.vault, second_employer, url_key="second")  # type: ignore[operator]
    assert take(work, connection, b"one", event_key="e") is not None
    assert take(work, other, b"one", event_key="e") is not None
