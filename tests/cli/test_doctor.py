"""`doctor`: the door rung from here, clocks compared, what never rang, the DNS records for IT, pull-only."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from dns import resolver
from flask import Flask, Response
from sqlalchemy import func
from sqlmodel import select

from connectors import http
from connectors.records import Event, EventKind
from connectors.sandbox.kit.serving import Server
from plugin.cli import doctor_mail
from plugin.cli.doctor_door import clock, silences
from plugin.cli.findings import FAIL, NOTE, OK
from plugin.doors.app import create_app
from plugin.i18n import phrases
from plugin.policy import Policy
from plugin.rows import Connection, Delivery
from plugin.settings import alone
from plugin.work.context import Work
from plugin.work.deliveries import owe_reads

Kakuyaku = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@contextmanager
def served(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = Server("127.0.0.1", 0, app)
    monkeypatch.setenv("KAKUYAKU_PUBLIC_URL", server.url)
    try:
        yield
    finally:
        server.stop()


def told(kakuyaku: Kakuyaku, *more: str) -> dict[str, dict[str, str]]:
    lines = json.loads(kakuyaku("doctor", "--json", *more).out)
    return {line["what"]: line for line in lines}


@pytest.fixture
def connected(kakuyaku: Kakuyaku, answers: Callable[..., Path], smtp: None) -> None:
    assert kakuyaku("connect", "greenhouse", "--answers", answers()).code == 0


def test_our_door_is_rung_as_the_vendor_would_and_stores_nothing(
    kakuyaku: Kakuyaku, connected: None, stored: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(create_app(stored), monkeypatch):
        found = told(kakuyaku)
    assert found["our address answers from here"]["level"] == OK
    assert found["a test event, signed with our secret"]["level"] == OK
    assert found["clock"]["level"] == OK
    with stored.reading() as session:
        assert session.execute(select(func.count()).select_from(Delivery)).scalar_one() == 0


def test_somebody_elses_server_at_our_address_fails(
    kakuyaku: Kakuyaku, connected: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Flask("other")
    app.add_url_rule("/<path:any>", view_func=lambda any: "welcome", methods=["POST"])
    with served(app, monkeypatch):
        found = told(kakuyaku)
    assert found["something else answers at our address (HTTP 200)"]["level"] == FAIL
    assert "a test event, signed with our secret" not in found


def test_a_door_that_does_not_know_our_signature_fails_with_what_to_do(
    kakuyaku: Kakuyaku, connected: None, stored: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stored.reading() as session:
        key = session.exec(select(Connection.url_key)).one()
    app = Flask("behind a proxy that drops headers")

    @app.post("/webhooks/<any>")
    def ring(any: str) -> Response:
        return Response("", 401) if any == key else Response("no connection has this address; …", 404)

    with served(app, monkeypatch):
        line = told(kakuyaku)["a test event, signed with our secret"]
    assert line["level"] == FAIL and "401 instead of 200" in line["detail"] and "proxy" in line["todo"]


def test_an_address_that_is_silent_from_here_is_a_note(kakuyaku: Kakuyaku, connected: None) -> None:
    line = told(kakuyaku)["our address can't be reached from here"]
    assert line["level"] == NOTE and "kakuyaku serve" in line["todo"]


def test_pull_only_wants_no_webhooks(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], smtp: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAKUYAKU_PULL_ONLY", "true")
    ran = kakuyaku("connect", "greenhouse", "--answers", answers())
    assert "Pull-only" in ran.out and "/webhooks/" not in ran.out
    found = told(kakuyaku)
    assert "pull-only" in found["no webhooks"]["detail"] and "no webhook has come yet" not in found


@pytest.mark.parametrize(("ahead", "level"), [([0.4, -1.0, 2.0], OK), ([-90.0], NOTE), ([400.0, 401.0], FAIL)])
def test_clocks_that_are_apart_are_told(ahead: list[float], level: str) -> None:
    [line] = clock("greenhouse", ahead, phrases("en"))
    assert line.level == level and (level == OK) == (not line.todo)


def test_the_clock_of_a_cache_says_nothing() -> None:
    with http.watching_clocks() as ahead:
        http._note_clock({"date": "Sat, 01 Jan 2000 00:00:00 GMT", "age": "17"})
        assert ahead == []
        http._note_clock({"date": "Sat, 01 Jan 2000 00:00:00 GMT"})
    http._note_clock({"date": "Sat, 01 Jan 2000 00:00:00 GMT"})
    assert len(ahead) == 1 and ahead[0] < -800_000_000


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_sweeps_found_and_nothing_rang_for_is_counted_once(database: Any, connection: Connection) -> None:
    with database.writing() as session:
        named = [
            (Event(EventKind.REQUISITION, "1"), "delivery:7:0:0"),
            (Event(EventKind.REQUISITION, "1"), "sweep:2026-11-20T01:00:00+00:00:open"),
            (Event(EventKind.REQUISITION, "2"), "sweep:2026-11-20T01:00:00+00:00:open"),
            (Event(EventKind.REQUISITION, "2"), "sweep:2026-11-20T02:00:00+00:00:closed"),
            (Event(EventKind.CANDIDATE, "1"), "sweep:2026-11-20T01:00:00+00:00"),
        ]
        owe_reads(session, connection, named)
        found, silent = silences(session, connection, database.clock.now() - timedelta(days=7))
        later = silences(session, connection, database.clock.now() + timedelta(days=1))
    assert (found["read_requisition"], silent["read_requisition"]) == (2, 1)
    assert (found["read_person"], silent["read_person"]) == (1, 1)
    assert later[0].total() == later[1].total() == 0


# DNS.


def senders(*addresses: str) -> list[Connection]:
    made = [Policy(from_address=address).model_dump(mode="json") for address in addresses]
    return [
        Connection(employer_id=1, created_at=NOW, url_key="k", ats="greenhouse", name="x", policy=policy)
        for policy in made
    ]


def test_the_records_of_each_domain_are_said_once_in_both_languages(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = tmp_path / "dkim.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    settings = alone(smtp_url="smtp+starttls://scout@smtp.office365.com", dkim_key_file=str(pem))
    for locale in ("en", "ja"):
        lines = list(doctor_mail.records(settings, senders("a@mihon.example.com", "b@MIHON.example.com", ""), locale))
        assert [line.what.partition(":")[0] for line in lines] == ["SPF", "DKIM", "DMARC", "MX"]
        assert "include:spf.protection.outlook.com" in lines[0].detail
        assert "kakuyaku._domainkey.mihon.example.com" in lines[1].what
        public = base64.b64decode(lines[1].detail.partition("p=")[2].rstrip('"'))
        assert len(public) > 250 and "PRIVATE" not in lines[1].detail


def test_a_resolver_s_answers_and_silences_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    class Text:
        strings = (b"v=spf1 ", b"-all")

    def answer(name: str, kind: str, lifetime: float) -> list[Text]:
        if name == "none.example.com":
            raise resolver.NXDOMAIN
        if name == "slow.example.com":
            raise resolver.NoNameservers
        return [Text()]

    monkeypatch.setattr(resolver, "resolve", answer)
    assert doctor_mail.ask_dns("mihon.example.com", "TXT") == ["v=spf1 -all"]
    assert doctor_mail.ask_dns("none.example.com", "TXT") == []
    with pytest.raises(OSError, match="NoNameservers"):
        doctor_mail.ask_dns("slow.example.com", "MX")


def test_records_are_looked_up_only_when_asked() -> None:
    there = {"mihon.example.com": ["v=spf1 include:elsewhere.example -all"], "_dmarc.mihon.example.com": []}

    def lookup(name: str, kind: str) -> list[str]:
        if kind == "MX":
            raise OSError("Timeout")
        return there[name]

    lines = list(doctor_mail.records(alone(), senders("a@mihon.example.com"), "en", lookup))
    assert [line.level for line in lines] == [OK, NOTE, FAIL, NOTE]
    assert "Timeout" in lines[3].todo and "nothing" in lines[2].todo
