"""The webhook door: nothing acknowledged is lost, nothing unsigned is stored."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from plugin.clock import SettableClock
from plugin.connections import add_secret
from plugin.doors import health, webhooks
from plugin.rows import Connection, Delivery, Job
from plugin.work import receiver
from plugin.work.context import Work
from plugin.work.deliveries import Sealed, open_delivery

JOB = json.dumps({"action": "job_updated", "payload": {"job": {"id": 4711, "name": "\u5c71"}}}).encode()


@pytest.fixture
def app(work: Work, connection: Connection) -> Flask:
    app = Flask("doors")
    app.extensions["work"] = work
    app.register_blueprint(webhooks.blueprint)
    app.register_blueprint(health.blueprint)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(autouse=True)
def _closed(work: Work) -> Iterator[None]:
    yield
    work.close()


def signed(body: bytes, *, secret: str = "webhook-secret", event: str = "") -> dict[str, str]:
    headers = {"Signature": "sha256 " + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    return headers | ({"Greenhouse-Event-ID": event} if event else {})


def counts(work: Work) -> tuple[int, int]:
    with work.reading() as session:
        return (
            session.execute(select(func.count()).select_from(Delivery)).scalar_one(),
            session.execute(select(func.count()).select_from(Job)).scalar_one(),
        )


def test_a_signed_webhook_is_kept_and_its_reading_owed(client: FlaskClient, work: Work) -> None:
    assert client.post("/webhooks/first", data=JOB, headers=signed(JOB, event="e1")).status_code == 200
    assert counts(work) == (1, 1)
    with work.reading() as session:
        delivery = session.exec(select(Delivery)).one()
        headers, body = open_delivery(work.vault, delivery)
    assert body == JOB and headers["greenhouse-event-id"] == "e1" and delivery.event_key == "e1"


def test_second_delivery_rings_once_and_hears_yes(client: FlaskClient, work: Work) -> None:
    for event in ("e1", "e1", "e2"):
        assert client.post("/webhooks/first", data=JOB, headers=signed(JOB, event=event)).status_code == 200
    assert counts(work) == (1, 1)


def test_a_bad_signature_stores_nothing(client: FlaskClient, work: Work) -> None:
    for headers in (signed(JOB, secret="else"), {"Signature": "sha256 "}, {}, {"Signature": "md5 abc"}):
        assert client.post("/webhooks/first", data=JOB, headers=headers).status_code == 401
    assert counts(work) == (0, 0)


def test_a_ping_hears_yes_and_stores_nothing(client: FlaskClient, work: Work) -> None:
    ping = json.dumps({"action": "ping", "payload": {}}).encode()
    assert client.post("/webhooks/first", data=ping, headers=signed(ping)).status_code == 200
    assert client.post("/webhooks/first", data=ping).status_code == 200
    assert counts(work) == (0, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"action": "department_deleted", "payload": {}}', b"\xff\xfe"])
def test_what_concerns_nothing_here_hears_yes_and_stores_nothing(client: FlaskClient, work: Work, body: bytes) -> None:
    assert client.post("/webhooks/first", data=body, headers=signed(body)).status_code == 200
    assert counts(work) == (0, 0)


def test_an_unknown_connection_is_not_found(client: FlaskClient) -> None:
    assert client.post("/webhooks/nobody", data=JOB, headers=signed(JOB)).status_code == 404
    assert client.get("/webhooks/first").status_code == 405


def test_a_body_over_two_mebibytes_is_refused(client: FlaskClient, work: Work) -> None:
    for size, status in ((2 * 1024 * 1024, 200), (2 * 1024 * 1024 + 1, 413)):
        body = JOB[:-1] + b" " * (size - len(JOB)) + b"}"
        assert client.post("/webhooks/first", data=body, headers=signed(body)).status_code == status
    assert counts(work) == (1, 1)


def test_a_new_connection_is_known_at_once(
    client: FlaskClient, work: Work, second_employer: object, new_connection: object
) -> None:
    assert client.post("/webhooks/second", data=JOB, headers=signed(JOB)).status_code == 404
    new_connection(work.database, work.vault, second_employer, url_key="second")  # type: ignore[operator]
    assert client.post("/webhooks/second", data=JOB, headers=signed(JOB)).status_code == 200


def test_a_secret_added_a_moment_ago_is_known(
    client: FlaskClient, work: Work, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/webhooks/{connection.url_key}"
    assert client.post(path, data=JOB, headers=signed(JOB)).status_code == 200
    with work.writing() as session:
        add_secret(session, work.vault, connection, "webhook", "new")
    forged = signed(JOB + b" ", secret="nobody's")
    assert client.post(path, data=JOB + b" ", headers=forged).status_code == 401
    monkeypatch.setattr(webhooks, "AT_MOST_EVERY", 0.0)
    assert client.post(path, data=JOB + b" ", headers=signed(JOB + b" ", secret="new")).status_code == 200
    assert client.post(path, data=JOB + b"  ", headers=forged).status_code == 401


def test_many_at_once_are_each_kept_once(app: Flask, work: Work) -> None:
    bodies = [json.dumps({"action": "job_updated", "payload": {"job": {"id": n % 60}}}).encode() for n in range(120)]

    def ring(body: bytes) -> int:
        return app.test_client().post("/webhooks/first", data=body, headers=signed(body)).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ring, bodies)) == {200}
    assert counts(work) == (60, 60)


def test_what_could_not_be_stored_is_not_acknowledged(
    client: FlaskClient, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **names: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(receiver, "accept_sealed", broken)
    answer = client.post("/webhooks/first", data=JOB, headers=signed(JOB))
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
    assert counts(work) == (0, 0)


def test_one_that_cannot_be_stored_does_not_take_the_others_along(work: Work, connection: Connection) -> None:
    keeper = receiver.Receiver(work.database)
    good = [_arrived(connection.employer_id, connection.key, str(n)) for n in range(5)]
    bad = _arrived(connection.employer_id, 10**9, "bad")
    keeper._store_together([*good[:2], bad, *good[2:]])
    assert [one.stored.result(0) for one in good] == [True] * 5
    assert bad.stored.exception(0) is not None
    assert counts(work) == (5, 5)


def _arrived(employer_id: int, connection_id: int, name: str) -> receiver.Arrived:
    return receiver.Arrived(
        Sealed(
            employer_id=employer_id,
            connection_id=connection_id,
            door="webhook",
            body_hash=name,
            event_key="",
            sealed=(b"k", b"h", b"b"),
            received_at=datetime.now(UTC),
            days=30,
        )
    )


def test_health_says_it_is_there_and_ready(client: FlaskClient) -> None:
    assert client.get("/health").data == b"ok\n"
    assert client.get("/health/ready").data == b"ready\n"


def test_metrics_count_and_are_for_this_machine(client: FlaskClient, work: Work) -> None:
    client.post("/webhooks/first", data=JOB, headers=signed(JOB))
    told = client.get("/metrics").text
    assert 'kakuyaku_jobs{kind="read_delivery",state="owed"} 1' in told
    assert "kakuyaku_deliveries_last_hour 1" in told
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404


@pytest.mark.parametrize("ats", ["smartrecruiters", "odoo"])
def test_two_changes_that_ring_with_the_same_bytes_are_two(
    client: FlaskClient, work: Work, connection: Connection, clock: SettableClock, ats: str
) -> None:
    with work.writing() as session:
        session.get_one(Connection, connection.key).ats = ats

    def ring(event_id: str) -> int:
        path, headers, body = "/webhooks/first", {}, b'{"id":"4711"}'
        if ats == "odoo":  # a rule made by hand without write_date
            path, body = f"{path}/webhook-secret", b'{"_action": "job(#1)", "_id": 4711, "_model": "hr.job"}'
        else:
            at = str(int(clock.now().timestamp()))
            signed = b".".join([at.encode(), body, event_id.encode(), b"job.updated", b"v201910", b""])
            digest = hmac.new(b"webhook-secret", signed, hashlib.sha256).hexdigest()
            headers = {"event-id": event_id, "event-name": "job.updated", "event-version": "v201910"}
            headers |= {"smartrecruiters-timestamp": at, "smartrecruiters-signature": f"v1={digest}"}
        return client.post(path, data=body, headers=headers).status_code

    assert ring("e1") in (200, 202)
    clock.move(timedelta(hours=1))
    assert ring("e2") in (200, 202)
    assert counts(work) == (2, 2)
    if ats == "smartrecruiters":
        assert ring("e2") == 202
        assert counts(work) == (2, 2)
