"""What is fuzzed: a request as bytes on the wire, put to every door, and what a door may do with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from connectors.base import BadSignature, Connector
from connectors.records import EventKind, Outcome, Request
from connectors.registry import CONNECTORS

SECRETS = ("a-shared-secret-of-some-length", "the-one-before-it")
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures"
WITH_AN_ID = frozenset(EventKind) - {EventKind.PING, EventKind.UNKNOWN}


class Wrong(Exception):
    """A door did what it must not; the message says what."""


def rung() -> list[str]:
    """The names of connectors that are rung at all."""
    return sorted(name for name, kind in CONNECTORS.items() if kind.supports("verify"))


def door_of(name: str) -> Connector:
    """A connector as the door has it: secrets, and nowhere to call."""
    kind = CONNECTORS[name]
    credentials = {ask.name: ask.default or "x" for ask in kind.asks if ask.kind == "credential"}
    options = {ask.name: ask.default for ask in kind.asks if ask.kind == "option" and ask.default}
    return kind(credentials=credentials, secrets=list(SECRETS), options=options)


def seeds(name: str, door: Connector) -> list[bytes]:
    """Deliveries to start from: those written down from the vendor's documentation, and a ping signed as it would."""
    written = [path.read_bytes() for path in sorted((FIXTURES / name).rglob("*.http"))]
    return [*written, on_the_wire(door.test_event("/webhooks/a-key", NOW))]


def on_the_wire(request: Request) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"{request.method} {request.path} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "replace") + request.body


def request_of(data: bytes, *, checked: bool = True) -> Request:
    """Read bytes as a request, however little they look like one. `checked`: a time that is signed is looked at."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    path = next(iter(first.split(" ")[1:]), "")
    headers = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return Request("POST", path or "/", headers, body, received_at=NOW if checked else None)


def knock(door: Connector, data: bytes) -> bool:
    """Put bytes to a door; whether they were let in. Raises `Wrong`, or whatever the door let through."""
    let_in = False
    for checked in (True, False):
        request = request_of(data, checked=checked)
        try:
            door.verify(request)
            let_in = True
        except BadSignature:
            pass
        events = door.parse(request)
        for event in events:
            if event.kind in WITH_AN_ID and not event.id:
                raise Wrong(f"{door.name} takes {event.kind} without an id")
            if not all(isinstance(id, str) and len(id) < 200 for id in (event.id, event.new_id)):
                raise Wrong(f"{door.name} takes an id that is none: {event!r:.200}")
        if not isinstance(door.event_key(request), str):
            raise Wrong(f"{door.name} takes a key that is no text")
        if not isinstance(door.fingerprint(request), bytes):
            raise Wrong(f"{door.name} tells deliveries apart by something else than bytes")
        for outcome in Outcome:
            answer = door.answer(outcome, request)
            if not 200 <= answer.status < 600:
                raise Wrong(f"{door.name} answers {answer.status}")
            if any("\n" in text or "\r" in text for pair in answer.headers.items() for text in pair):
                raise Wrong(f"{door.name} answers with a header that ends early")
    return let_in
