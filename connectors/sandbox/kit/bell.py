"""Webhooks: each change becomes deliveries to whoever subscribed, in order, tried again as the vendor does."""

from __future__ import annotations

import http.client
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.misbehaviour import Misbehaviour

TIMEOUT = 10.0


@dataclass(slots=True)
class Hook:
    """A subscription. `events` None: all of them."""

    id: str
    url: str
    secret: str
    events: frozenset[str] | None = None
    active: bool = True
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rung:
    """One event on its way: the vendor's name for it, and what its body says. Signed when it is sent."""

    event: str
    payload: dict[str, Any]


@dataclass(slots=True)
class Delivery:
    """One delivery to one hook. `state` is waiting, delivered, dropped or given up; `answers` the statuses heard."""

    hook: Hook
    rung: Rung
    event_id: str
    due: float
    state: str = "waiting"
    answers: list[int] = field(default_factory=list)


Sign = Callable[[Hook, Rung, str], tuple[str, Mapping[str, str], bytes]]
"""Make (address, headers, body) of one delivery, signed as the vendor does."""


class Bell:
    """Rings hooks from a thread of its own. `never_again`: statuses this vendor does not retry."""

    def __init__(
        self, sign: Sign, misbehaviour: Misbehaviour, retry_after: Sequence[float], never_again: frozenset[int]
    ) -> None:
        self._sign, self._misbehaviour = sign, misbehaviour
        self._retry_after, self._never_again = tuple(retry_after), never_again
        self.hooks: list[Hook] = []
        self.deliveries: list[Delivery] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="stand-in-bell", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(TIMEOUT + 1)

    def add(self, hook: Hook) -> Hook:
        with self._lock:
            self.hooks.append(hook)
        return hook

    def ring(self, rungs: Sequence[Rung]) -> None:
        """Owe each to every active hook that wants it."""
        with self._lock:
            for rung in rungs:
                for hook in self.hooks:
                    if hook.active and (hook.events is None or rung.event in hook.events):
                        self._owe(hook, rung)
        self._wake.set()

    def _owe(self, hook: Hook, rung: Rung) -> None:
        event_id = secrets.token_hex(16)
        if self._misbehaviour.strikes("webhook_drop"):
            self.deliveries.append(Delivery(hook, rung, event_id, 0.0, state="dropped"))
            return
        held = self._misbehaviour.strikes("webhook_reorder")
        self.deliveries.append(Delivery(hook, rung, event_id, time.monotonic() + (held.delay if held else 0.0)))
        if self._misbehaviour.strikes("webhook_duplicate"):
            self.deliveries.append(Delivery(hook, rung, event_id, time.monotonic()))

    def send(self, hook: Hook, rung: Rung, event_id: str = "") -> int:
        """Deliver once, now; return the status answered, 0 when none came."""
        url, headers, body = self._sign(hook, rung, event_id or secrets.token_hex(16))
        return post(url, headers, body)[0]

    def wait_until_quiet(self, timeout: float = 10.0) -> bool:
        """Wait until nothing waits to be delivered; False when something still does after `timeout` seconds."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            with self._lock:
                if not any(one.state == "waiting" for one in self.deliveries):
                    return True
            time.sleep(0.005)
        return False

    def _run(self) -> None:
        while not self._closing.is_set():
            with self._lock:
                waiting = sorted((one for one in self.deliveries if one.state == "waiting"), key=lambda one: one.due)
            due = [one for one in waiting if one.due <= time.monotonic()]
            for one in due:
                if self._closing.is_set():
                    return
                self._deliver(one)
            if not due:
                self._wake.wait(max(0.0, waiting[0].due - time.monotonic()) if waiting else None)
                self._wake.clear()

    def _deliver(self, one: Delivery) -> None:
        status = self.send(one.hook, one.rung, one.event_id) if one.hook.active else 0
        with self._lock:
            one.answers.append(status)
            if 200 <= status < 300:
                one.state = "delivered"
            elif status in self._never_again or not one.hook.active or len(one.answers) > len(self._retry_after):
                one.state = "given up"
            else:
                one.due = time.monotonic() + self._retry_after[len(one.answers) - 1]


def post(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
    """POST once; (status, headers with lower-case names, body), status 0 when no answer came."""
    connection: http.client.HTTPConnection | None = None
    try:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    except (OSError, http.client.HTTPException, ValueError):
        # ValueError: an address with a port or host that is none.
        return 0, {}, b""
    finally:
        if connection is not None:
            connection.close()
