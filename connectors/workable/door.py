"""Workable's webhooks: signed over the body with the account's own token; a body shows the state at sending time.

https://workable.readme.io/reference/webhooks. No event tells of jobs made or changed, comments or interviews: those are
polled. Disqualifying and hiring ring as `candidate_moved`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors import signing
from connectors.base import BadSignature, Connector
from connectors.records import Answer, Event, EventKind, Outcome, Request, Said

WEBHOOKS: tuple[str, ...] = ("candidate_created", "candidate_moved", "candidate_deleted", "job_deleted")
LATER = frozenset({"candidate_deleted", "job_deleted"})
"""Events that came in 2026; an account without them is read all the same."""
TEST = "kakuyaku_test"
HEADER = "x-workable-signature"
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_HEX = re.compile(r"[0-9A-Fa-f]{64}")


def read(body: bytes) -> list[Event]:
    """Take kind and id out of a body. `data` is the candidate or job as it stood when this was sent."""
    whole = _object(body)
    event, data = whole.get("event_type"), whole.get("data")
    if event == TEST:
        return [Event(EventKind.PING)]
    if not isinstance(data, dict):
        return [Event(EventKind.UNKNOWN)]
    candidate = _id(data.get("id"))
    if event in ("candidate_created", "candidate_moved") and candidate:
        return [Event(EventKind.APPLICATION, candidate)]
    if event == "candidate_deleted" and candidate:
        return [Event(EventKind.CANDIDATE_DELETED, candidate)]
    if event == "job_deleted" and (shortcode := _id(data.get("shortcode"))):
        return [Event(EventKind.REQUISITION_DELETED, shortcode)]
    return [Event(EventKind.UNKNOWN)]


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return whole if isinstance(whole, dict) else {}


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _as_hex(given: str) -> str:
    """A signature as hex: which of hex and base64 Workable sends is not documented."""
    given = given.strip()
    if _HEX.fullmatch(given):
        return given
    try:
        return base64.b64decode(given, validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


class Door(Connector):
    """The webhook side of the connector: no network, no state."""

    def _keys(self) -> list[str]:
        """What Workable signs with is the account token (or an OAuth application's secret, kept among ours)."""
        return [*self.secrets, self.credentials.get("api_token") or ""]

    def verify(self, request: Request) -> None:
        """Raise `BadSignature` unless `X-Workable-Signature` signs the raw bytes. No time is signed."""
        digest = _as_hex(request.headers.get(HEADER, ""))
        if not digest or not signing.signed_by_one_of(self._keys(), request.body, digest):
            raise BadSignature("the X-Workable-Signature header does not match the body under the account token")

    def parse(self, request: Request) -> list[Event]:
        return read(request.body)

    def event_key(self, request: Request) -> str:
        return _id(_object(request.body).get("id"))

    def answer(self, outcome: Outcome, request: Request) -> Answer:
        """Exactly 200 for whatever was signed: anything else is tried again."""
        return Answer(401 if outcome is Outcome.BAD_SIGNATURE else 200)

    def test_event(self, path: str, now: datetime) -> Request:
        """Workable has no test request of its own; this one is known to nobody else."""
        body = json.dumps({"event_type": TEST, "fired_at": now.isoformat(), "data": {}}).encode()
        key = next((key for key in self._keys() if key), "")
        headers = {"content-type": "application/json", HEADER: signing.hmac_sha256(key, body)}
        return Request("POST", path, headers, body, received_at=now)

    def webhook_steps(self, url: str, secret: str) -> list[Said]:
        """Nothing to click: `subscribe` makes them."""
        return []
