"""Lever's webhooks: signed inside the body, over token and time only, so that nothing else in a body is believed.

https://hire.lever.co/developer/documentation#webhooks. No event speaks of requisitions, postings or notes: those are
swept and read.
"""

from __future__ import annotations

import json
import re
import secrets as random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors import signing
from connectors.base import BadSignature, Connector
from connectors.records import Answer, Event, EventKind, Outcome, Request, Said

APPLICATION_EVENTS: tuple[str, ...] = (
    *("applicationCreated", "candidateStageChange", "candidateArchiveChange", "candidateHired"),
    *("interviewCreated", "interviewUpdated", "interviewDeleted"),
)
PERSON_EVENTS: tuple[str, ...] = ("candidateDeleted", "contactUpdated")
WEBHOOKS = APPLICATION_EVENTS + PERSON_EVENTS
NEW_ENOUGH = timedelta(minutes=5)
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_HEX = re.compile(r"[0-9A-Fa-f]{64}")


def read(body: bytes) -> list[Event]:
    """Take kind and id out of a body. Lever's test request is a candidateHired without data."""
    whole = _object(body)
    event, data = whole.get("event"), whole.get("data")
    if not isinstance(event, str) or event not in WEBHOOKS or not isinstance(data, dict):
        return [Event(EventKind.UNKNOWN)]
    if event == "candidateHired" and not data:
        return [Event(EventKind.PING)]
    opportunity, contact = _id(data.get("opportunityId")), _id(data.get("contactId"))
    if event == "candidateDeleted":
        # One candidacy of a person was deleted, or all of them: what is left is read.
        found = [Event(EventKind.CANDIDATE_DELETED, contact)] if contact else []
        found += [Event(EventKind.APPLICATION, opportunity)] if opportunity else []
        return found or [Event(EventKind.UNKNOWN)]
    if event == "contactUpdated":
        return [Event(EventKind.CANDIDATE, contact)] if contact else [Event(EventKind.UNKNOWN)]
    return [Event(EventKind.APPLICATION, opportunity)] if opportunity else [Event(EventKind.UNKNOWN)]


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return whole if isinstance(whole, dict) else {}


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _plain(value: Any) -> bool:
    """Say whether a JSON value is text that can be signed and stored: no lone surrogates, no control characters."""
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isascii() and value.isprintable()


def _signed(whole: Mapping[str, Any]) -> tuple[str, int, str] | None:
    """(token, triggeredAt, signature) where all three are what they should be."""
    token, at, signature = whole.get("token"), whole.get("triggeredAt"), whole.get("signature")
    if not _plain(token) or not isinstance(signature, str) or not _HEX.fullmatch(signature):
        return None
    if not isinstance(at, int) or isinstance(at, bool) or not 0 < at < 1 << 50:
        return None
    return str(token), at, signature


class Door(Connector):
    """The webhook side of the connector: no network, no state."""

    def verify(self, request: Request) -> None:
        """Raise `BadSignature` unless `signature` is the HMAC of token and triggeredAt under one of our secrets.

        A time further than five minutes from ours is refused: it is all that tells a replay from a delivery. Lever's
        own late attempts fall with it; the sweep heals those.
        """
        found = _signed(_object(request.body))
        if found is None:
            raise BadSignature("the body carries no token, triggeredAt and signature")
        token, at, signature = found
        if not signing.signed_by_one_of(self.secrets, f"{token}{at}".encode("ascii"), signature):
            raise BadSignature("the signature in the body does not match token and triggeredAt under any secret")
        if request.received_at is not None:
            apart = abs(request.received_at.timestamp() - at / 1000)
            if apart > NEW_ENOUGH.total_seconds():
                raise BadSignature(
                    "triggeredAt lies more than five minutes from our clock: an old delivery, or a replay"
                )

    def parse(self, request: Request) -> list[Event]:
        return read(request.body)

    def event_key(self, request: Request) -> str:
        """The token, not the `id`: the token is what the signature covers, and `id` is missing in Lever's own example."""
        token = _object(request.body).get("token")
        return str(token) if _plain(token) else ""

    def answer(self, outcome: Outcome, request: Request) -> Answer:
        """Anything but 2xx is tried five more times. Lever's test request is answered 200 even before its token is known."""
        if outcome is Outcome.BAD_SIGNATURE and read(request.body) != [Event(EventKind.PING)]:
            return Answer(401)
        return Answer(200)

    def test_event(self, path: str, now: datetime) -> Request:
        """Lever's own test request: candidateHired with no data."""
        token, at = random.token_hex(16), int(now.timestamp() * 1000)
        signature = signing.hmac_sha256(next(iter(self.secrets), ""), f"{token}{at}".encode())
        body = {"event": "candidateHired", "triggeredAt": at, "token": token, "signature": signature, "data": {}}
        headers = {"content-type": "application/json", "user-agent": "Lever-Webhooks"}
        return Request("POST", path, headers, json.dumps(body).encode(), received_at=now)

    def webhook_steps(self, url: str, secret: str) -> list[Said]:
        """Nothing to click: `subscribe` makes them, and what the API made can only be changed by the API."""
        return []
