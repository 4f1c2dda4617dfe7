"""The doors hold against bent deliveries: a little of what `make fuzz` does for longer, and that it would notice."""

from __future__ import annotations

import pytest

from connectors.base import Connector
from connectors.records import Event, EventKind, Request
from fuzz.doors import Wrong, door_of, knock, on_the_wire, request_of, rung, seeds
from fuzz.with_hypothesis import run


@pytest.mark.parametrize("name", rung())
def test_a_door_holds(name: str) -> None:
    door = door_of(name)
    assert any(knock(door, data) for data in seeds(name, door)), "a delivery as it is signed is let in"
    assert run(door, 0, most=60) >= 60
    door.close()


def test_a_request_survives_the_wire() -> None:
    request = Request("POST", "/webhooks/a-key", {"signature": "sha256 ab"}, b'{"a":1}\r\n\r\n', received_at=None)
    assert request_of(on_the_wire(request), checked=False) == request


@pytest.mark.parametrize("kind", [EventKind.REQUISITION, EventKind.APPLICATION])
def test_an_event_without_an_id_is_noticed(kind: EventKind) -> None:
    class Careless(Connector):
        name = "careless"

        def verify(self, request: Request) -> None:
            """Let everybody in."""

        def parse(self, request: Request) -> list[Event]:
            return [Event(kind)]

    with pytest.raises(Wrong, match="without an id"):
        knock(Careless(credentials={}, secrets=[], options={}), b"POST / HTTP/1.1\r\n\r\n")
