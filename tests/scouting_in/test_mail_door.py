"""The inbound mail door: signed, stored once, read by a job owed in the same transaction."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.demo.relay import sign
from plugin.doors import mail
from plugin.rows import Delivery, Job

# What the two databases differ in is tested in test_on_both_databases.py.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def client(world: Any) -> FlaskClient:
    app = Flask("test")
    app.extensions["work"] = world.work
    app.register_blueprint(mail.blueprint)
    return app.test_client()


@pytest.fixture
def signed(world: Any) -> Callable[..., dict[str, str]]:
    def headers(body: bytes, *, secret: str = "door-secret", off: int = 0) -> dict[str, str]:
        return {"X-Kakuyaku-Signature": sign(secret, body, int(world.clock.now().timestamp()) + off)}

    return headers


def test_a_mail_is_stored_and_its_reading_owed(world: Any, client: FlaskClient, signed: Any) -> None:
    scout = world.scout()
    raw = world.answer(scout, to="hidden@example.net", refers=False)
    answer = client.post("/mail/first", data=raw, headers={**signed(raw), "X-Kakuyaku-Recipient": world.address(scout)})
    assert answer.status_code == 202
    [delivery], jobs = world.rows(Delivery), world.rows(Job, Job.kind == "read_mail")
    assert (delivery.door, [job.payload for job in jobs]) == ("mail", [{"delivery_id": delivery.key}])
    assert abs(delivery.received_at - world.clock.now()) < timedelta(seconds=30)
    assert raw not in (delivery.sealed_body or b"")
    world.read_all()
    assert len(world.entries()) == 1


def test_a_mail_posted_twice_is_stored_once(world: Any, client: FlaskClient, signed: Any) -> None:
    raw = world.answer(world.scout())
    codes = [client.post("/mail/first", data=raw, headers=signed(raw)).status_code for _ in range(3)]
    assert codes == [202, 200, 200]
    assert len(world.rows(Delivery)) == len(world.rows(Job, Job.kind == "read_mail")) == 1


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"X-Kakuyaku-Signature": "t=x,v1=y"},
        {"X-Kakuyaku-Signature": "t=1,v1=" + "0" * 64},
    ],
)
def test_what_is_not_signed_is_not_stored(world: Any, client: FlaskClient, given: dict[str, str]) -> None:
    assert client.post("/mail/first", data=b"x", headers=given).status_code == 401
    assert not world.rows(Delivery)


def test_another_secret_an_old_time_and_a_changed_body_are_refused(
    world: Any, client: FlaskClient, signed: Any
) -> None:
    raw = world.answer(world.scout())
    for body, headers in (
        (raw, signed(raw, secret="webhook-secret")),
        (raw, signed(raw, off=-301)),
        (raw, signed(raw, off=302)),
        (raw + b"x", signed(raw)),
    ):
        assert client.post("/mail/first", data=body, headers=headers).status_code == 401
    assert not world.rows(Delivery)


def test_a_rotated_secret_still_opens_the_door(world: Any, client: FlaskClient, signed: Any) -> None:
    from plugin.connections import add_secret

    with world.work.writing() as session:
        add_secret(session, world.work.vault, world.connection, "mail_door", "newer")
    raw = world.answer(world.scout())
    assert client.post("/mail/first", data=raw, headers=signed(raw)).status_code == 202
    assert (
        client.post("/mail/first", data=raw + b"\r\n", headers=signed(raw + b"\r\n", secret="newer")).status_code == 202
    )


def test_an_unknown_connection_and_a_giant_are_refused(
    world: Any, client: FlaskClient, signed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = world.answer(world.scout())
    assert client.post("/mail/none", data=raw, headers=signed(raw)).status_code == 404
    monkeypatch.setattr(mail, "MOST_BYTES", 10)
    assert client.post("/mail/first", data=raw, headers=signed(raw)).status_code == 413
    assert client.get("/mail/first").status_code == 405
    assert not world.rows(Delivery)


def test_the_signature_is_hmac_sha256_over_time_and_body(world: Any) -> None:
    expected = hmac.new(b"secret", b"1700000000.body", hashlib.sha256).hexdigest()
    assert sign("secret", b"body", 1700000000) == f"t=1700000000,v1={expected}"
