"""A running sandbox and a Greenhouse connector that talks to it; deliveries as they cross the wire."""

from __future__ import annotations

import importlib.util
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.base import BadSignature, Connector
from connectors.greenhouse import Greenhouse
from connectors.pace import Timekeeper
from connectors.records import (
    Answer,
    ApprovalRequest,
    Decision,
    EntryKind,
    Event,
    EventKind,
    NewEntry,
    Outcome,
    Request,
)
from connectors.registry import CONNECTORS
from connectors.sandbox import Sandbox, serve
from connectors.sandbox.standins import STANDINS, stand_in
from plugin.clock import SettableClock

FIXTURES = Path(__file__).parents[1] / "fixtures" / "greenhouse"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with serve(tmp_path / "ats", retry_after=(0.05, 0.1, 0.2, 0.4)) as running:
        yield running


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[..., Greenhouse]]:
    """Make connectors to the sandbox, sharing a token store if one is given."""
    made: list[Greenhouse] = []

    def make(**how: Any) -> Greenhouse:
        given = sandbox.connection()
        options = given["options"] | how.pop("options", {})
        credentials = given["credentials"] | how.pop("credentials", {})
        ats = Greenhouse(credentials=credentials, options=options, secrets=["a-secret"], **how)
        made.append(ats)
        return ats

    yield make
    for ats in made:
        ats.close()


@pytest.fixture
def ats(connect: Callable[..., Greenhouse]) -> Greenhouse:
    """A connector whose account is set up."""
    made = connect()
    made.set_up()
    return made


@pytest.fixture
def back_door(sandbox: Sandbox) -> Iterator[Callable[..., Any]]:
    """Call the sandbox's admin side: `back_door("POST", "/sandbox/requisitions", name=...)` gives its JSON."""
    with requests.Session() as session:

        def call(method: str, path: str, /, expect: int | None = None, **body: Any) -> Any:
            answer = session.request(
                method, sandbox.url + path, json=body if method in ("POST", "PATCH") else None, timeout=10
            )
            if expect is None:
                assert answer.ok, answer.text
            else:
                assert answer.status_code == expect, answer.text
            return answer.json() if answer.content else None

        yield call


@pytest.fixture
def requisition_id(ats: Greenhouse, back_door: Callable[..., Any]) -> str:
    made = back_door(
        "POST",
        "/sandbox/requisitions",
        name="バックエンドエンジニア",
        post="<p>年収800万円〜1,200万円</p>",
        guidance="事業会社での開発経験",
    )
    return str(made["id"])


@pytest.fixture
def delivery() -> Callable[[str], Request]:
    """Read one fixture as the request it was."""

    def read(name: str) -> Request:
        head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
        return Request(method=method, path=path, headers=headers, body=body)

    return read


# The contract's two sides: a vendor's stand-in, the connector that speaks with it, and a door that hears it ring.


@dataclass
class Rung:
    """A delivery as it came, and how our door fared with it."""

    request: Request
    outcome: Outcome


class Door:
    """A door as the plugin's is: verify, keep once, answer in the vendor's own way. Every path but /webhooks/good only
    listens. Remembers all it heard."""

    def __init__(self, ats: Connector, now: Callable[[], datetime]) -> None:
        self.rung: list[Rung] = []
        self.overheard: list[Request] = []
        self.kept: set[bytes | str] = set()
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {key.lower(): value for key, value in self.headers.items()}
                request = Request("POST", self.path, headers, body, received_at=now())
                if not self.path.startswith("/webhooks/good"):
                    door.overheard.append(request)
                    said = Answer(200)
                else:
                    outcome = door.take(ats, request)
                    said = ats.answer(outcome, request)
                    door.rung.append(Rung(request, outcome))
                self.send_response(said.status)
                for key, value in said.headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(said.body.encode())))
                self.end_headers()
                self.wfile.write(said.body.encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/good"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def take(self, ats: Connector, request: Request) -> Outcome:
        try:
            ats.verify(request)
        except BadSignature:
            return Outcome.BAD_SIGNATURE
        if all(event.kind in (EventKind.PING, EventKind.UNKNOWN) for event in ats.parse(request)):
            return Outcome.NOT_UNDERSTOOD
        keys = {key for key in (ats.event_key(request), request.body) if key}
        if self.kept & keys:
            return Outcome.DUPLICATE
        self.kept |= keys
        return Outcome.ACCEPTED

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class Side:
    """One vendor in the contract. `there` is its stand-in, `ats` a connector to it that is set up, `door` hears it."""

    SECRET = "a-shared-secret-of-some-length"
    a_minute = timedelta(minutes=1)

    def __init__(self, name: str) -> None:
        self.clock = SettableClock(datetime(2026, 11, 20, 1, 0, tzinfo=UTC))
        self.timekeeper = Timekeeper(
            lambda: self.clock.now().timestamp(), lambda seconds: self.clock.move(timedelta(seconds=seconds))
        )
        self.name, self.kind = name, CONNECTORS[name]
        self.there: Any = _there(name)(now=self.clock.now)
        self._made: list[Connector] = []
        self._numbers = itertools.count(1)
        self.ats = self.connect()
        if self.ats.supports("set_up"):
            self.ats.set_up()
        self.door = Door(self.connect(), self.clock.now)
        if self.there.rings_at_all:
            self.there.point_webhooks(self.door.url, self.SECRET)

    def connect(self, *, credentials: dict[str, str] | None = None, **options: str) -> Connector:
        given = self.there.connection()
        made = self.kind(
            credentials=credentials or given["credentials"],
            secrets=[self.SECRET],
            options=given["options"] | options,
            timekeeper=self.timekeeper,
            **getattr(self.there, "more", {}),
        )
        self._made.append(made)
        return made

    def requisition(self, **how: Any) -> str:
        """A new requisition with a text, a second after whatever was before."""
        self.clock.move(timedelta(seconds=2))
        how = {"title": f"バックエンドエンジニア {next(self._numbers)}", "description": TEXT} | how
        return str(self.there.create_requisition(**how))

    def clock_moves(self) -> None:
        """Let a little time pass, so that what comes now is later than what was."""
        self.clock.move(timedelta(seconds=5))

    def entry(self, requisition_id: str, **how: Any) -> NewEntry:
        """A yes of somebody nobody knows yet."""
        number = next(self._numbers)
        values = {"ref": f"K-{number}", "email": f"hanako{number}@example.com"} | how
        return NewEntry(
            requisition_id=requisition_id, kind=EntryKind.APPLICATION, first_name="花子", last_name="見本", **values
        )

    def ask(
        self, requisition_id: str, calibration: str, seen: Decision | None = None, by: Connector | None = None
    ) -> str:
        """Ask for a decision on a calibration."""
        request = ApprovalRequest(
            calibration=calibration,
            ref=calibration,
            proposed_line=70,
            message=f"要件すり合わせ {calibration} のご判断をお願いします。",
            url="https://plugin.example.com/r/1",
            days="5",
            seen=seen,
        )
        return (by or self.ats).post_approval_request(requisition_id, request)

    def can(self, *methods: str) -> bool:
        """Whether the ATS can do all of these; where it can't, that must be explained in both languages."""
        missing = [method for method in methods if not self.ats.supports(method)]
        for method in missing:
            assert method in self.kind.empty, f"{self.name} leaves {method} alone and does not say why"
        return not missing

    def requests(self) -> int:
        """How many requests the stand-in was asked, where it counts them."""
        return sum(getattr(self.there, "requests", {}).values())

    def applied(self) -> int:
        """How many writes the stand-in has applied."""
        return sum(self.there.writes().values())

    def wait_until(self, done: Callable[[], bool]) -> None:
        """Wait for something another thread does, as long as a very busy machine may take."""
        end = time.monotonic() + 10
        while not done() and time.monotonic() < end:
            threading.Event().wait(0.005)
        assert done(), f"{self.name}: waited in vain"

    def heard(self, wanted: Callable[[list[Rung]], bool]) -> list[Rung]:
        """Wait until what was heard is what was wanted."""
        self.wait_until(lambda: wanted(self.door.rung))
        return self.door.rung

    def events(self) -> list[Event]:
        """Everything our door has stored, as what it means."""
        return [
            event
            for one in list(self.door.rung)
            if one.outcome is Outcome.ACCEPTED
            for event in self.ats.parse(one.request)
        ]

    def close(self) -> None:
        for made in self._made:
            made.close()
        self.there.close()
        self.door.close()


TEXT = "<p>【必須】Python 5年以上</p><p>年収800万円〜1,200万円、東京都千代田区</p>"


def _there(name: str) -> Any:
    """A vendor's stand-in; the desk's own stands beside this file, because `connectors` knows no plugin."""
    if name != "desk":
        return stand_in(name)
    module = sys.modules.get("tests_desk_standin")
    if module is None:
        spec = importlib.util.spec_from_file_location("tests_desk_standin", Path(__file__).with_name("desk_standin.py"))
        assert spec is not None and spec.loader is not None
        sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module.DeskStandIn


@pytest.fixture(scope="module", params=sorted({*STANDINS, "desk"}))
def _side(request: pytest.FixtureRequest) -> Iterator[Side]:
    side = Side(request.param)
    yield side
    side.close()


@pytest.fixture
def side(_side: Side) -> Iterator[Side]:
    """One vendor's two sides; the same for every question of a module, behaving well at the start of each."""
    yield _side
    _side.there.behave()
