"""Signed webhooks: one per event kind, delivered by a small thread, tried again on anything but 200.

As on the wire they stand in for: `Signature: sha256 <hex>` over the raw bytes, `Greenhouse-Event-ID` per delivery,
unicode and HTML escaped before signing, a ping on creation that decides whether the webhook starts enabled.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.misbehaviour import Misbehaviour
from connectors.sandbox.store import Row, Store

# Every event this sandbox sends. None for interviews scheduled, notes, tags or hiring teams: the wire has none.
ACTIONS = (
    *(
        "job_created",
        "job_updated",
        "job_deleted",
        "job_approved",
        "job_post_created",
        "job_post_updated",
        "job_post_deleted",
    ),
    *("new_candidate_application", "new_prospect_application", "application_updated", "candidate_stage_change"),
    *("reject_candidate", "unreject_candidate", "hire_candidate", "delete_application", "update_candidate"),
    *("delete_candidate", "merge_candidate", "candidate_anonymized", "interview_deleted"),
)
# Seconds until the second to seventh attempt: +1 m, 15 m, 60 m, 120 m, 240 m, 480 m.
DOCUMENTED_SCHEDULE = (60.0, 900.0, 3600.0, 7200.0, 14400.0, 28800.0)
TIMEOUT = 10.0


def wire_body(action: str, payload: dict[str, Any]) -> bytes:
    """Write the JSON that is signed: ASCII only, with <, > and & escaped as well."""
    text = json.dumps({"action": action, "payload": payload}, ensure_ascii=True, separators=(",", ":"))
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text.encode("ascii")


def signature(secret: str, body: bytes) -> str:
    return "sha256 " + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Bell:
    """Rings webhooks. `start` begins delivering, `close` ends it; what is still due stays in the store."""

    def __init__(self, store: Store, misbehaviour: Misbehaviour, schedule: Sequence[float]) -> None:
        self._store = store
        self._misbehaviour = misbehaviour
        self._schedule = tuple(schedule)
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._wake.set()
        if self._thread:
            self._thread.join(TIMEOUT + 1)

    def ring(self, action: str, payload: dict[str, Any]) -> None:
        """Owe one delivery to every active webhook of this action, within the caller's transaction."""
        for hook in self._store.rows("webhooks", action=action, active=1):
            if self._misbehaviour.strikes("webhook_drop"):
                self._owe(hook, action, payload, state="dropped")
                continue
            held = self._misbehaviour.strikes("webhook_reorder")
            row = self._owe(hook, action, payload, wait=held.delay if held else 0.0)
            if self._misbehaviour.strikes("webhook_duplicate"):
                self._owe(hook, action, payload, event_id=row["event_id"])
        self._wake.set()

    def add_webhook(self, url: str, secret: str, action: str) -> Row:
        """Create a webhook and ping it; one whose ping fails starts disabled."""
        body = wire_body("ping", {"web_hook": {"event": action, "url": url}})
        error = post(url, secret, secrets.token_hex(16), body)
        return self._store.add("webhooks", action=action, url=url, secret=secret, active=not error)

    def wait_until_quiet(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is waiting to be delivered; False when it still is after `timeout` seconds."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if not self._store.rows("deliveries", state="waiting"):
                return True
            time.sleep(0.01)
        return False

    def _owe(
        self,
        hook: Row,
        action: str,
        payload: dict[str, Any],
        *,
        state: str = "waiting",
        wait: float = 0.0,
        event_id: str = "",
    ) -> Row:
        return self._store.add(
            "deliveries",
            webhook_id=hook["id"],
            event_id=event_id or secrets.token_hex(16),
            action=action,
            body=wire_body(action, payload).decode("ascii"),
            state=state,
            attempts=0,
            due=time.time() + wait,
        )

    def _run(self) -> None:
        while not self._closing.is_set():
            due = self._store.select(
                "deliveries", "state = 'waiting' AND due <= ?", [time.time()], "ORDER BY due, id LIMIT 20"
            )
            for row in due:
                if self._closing.is_set():
                    return
                self._deliver(row)
            if due:
                continue
            following = self._store.select("deliveries", "state = 'waiting'", [], "ORDER BY due LIMIT 1")
            self._wake.wait(max(0.0, following[0]["due"] - time.time()) if following else None)
            self._wake.clear()

    def _deliver(self, row: Row) -> None:
        hook = self._store.get("webhooks", row["webhook_id"])
        attempts = row["attempts"] + 1
        if hook is None or not hook["active"]:
            self._store.change("deliveries", row["id"], state="given up", last_error="webhook is gone or disabled")
            return
        error = post(hook["url"], hook["secret"], row["event_id"], row["body"].encode("ascii"))
        if not error:
            self._store.change("deliveries", row["id"], state="delivered", attempts=attempts, last_error=None)
        elif attempts > len(self._schedule):
            self._store.change("deliveries", row["id"], state="given up", attempts=attempts, last_error=error)
        else:
            due = time.time() + self._schedule[attempts - 1]
            self._store.change("deliveries", row["id"], attempts=attempts, due=due, last_error=error)


def post(url: str, secret: str, event_id: str, body: bytes) -> str:
    """Deliver once; return "" for a 200 and otherwise what went wrong."""
    connection: http.client.HTTPConnection | None = None
    try:
        parts = urlsplit(url)
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT)
        connection.request(
            "POST",
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            body,
            {
                "Content-Type": "application/json",
                "Signature": signature(secret, body),
                "Greenhouse-Event-ID": event_id,
                "User-Agent": "Sandbox-ATS-Webhooks",
            },
        )
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as problem:
        # ValueError: an address with a port or host that is none.
        return f"{type(problem).__name__}: {problem}"
    finally:
        if connection is not None:
            connection.close()
    return "" if status == 200 else f"answered {status}, not 200"
