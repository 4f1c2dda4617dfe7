"""Teamtailor's company webhooks: how they are signed, what they ring for, what Teamtailor must hear.

https://partner.teamtailor.com/company_webhooks (its source: github.com/Teamtailor/tt-partner-docs). Bodies are
`{payload: {event_name, data}, signature}`; the signature stands in the header `TT-Signature` as well.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors import signing
from connectors.base import BadSignature, Connector
from connectors.records import Answer, Event, EventKind, Outcome, Request

SIGNATURE = "tt-signature"
TOLERANCE = timedelta(minutes=5)

_RINGS = {
    "job": (EventKind.REQUISITION, EventKind.REQUISITION_DELETED),
    "candidate": (EventKind.CANDIDATE, EventKind.CANDIDATE_DELETED),
    "job_application": (EventKind.APPLICATION, EventKind.APPLICATION),
}
WEBHOOKS = tuple(f"{resource}.{action}" for resource in _RINGS for action in ("create", "update", "destroy"))


def read(body: bytes) -> list[Event]:
    """Take kind and id out of a webhook body."""
    payload = _object(_whole(body).get("payload"))
    resource, _, action = str(payload.get("event_name") or "").partition(".")
    id = str(_object(payload.get("data")).get("id") or "")
    if resource not in _RINGS or action not in ("create", "update", "destroy"):
        return [Event(EventKind.UNKNOWN)]
    if not (id.isascii() and id.isdigit() and len(id) <= 20):
        return [Event(EventKind.UNKNOWN)]
    return [Event(_RINGS[resource][action == "destroy"], id)]


def _whole(body: bytes) -> dict[str, Any]:
    try:
        return _object(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _raw_payload(body: bytes) -> str:
    """The text of `payload` as it stands in the body, "" where there is none; the last one, as a parser takes it."""
    decoder, found = json.JSONDecoder(), ""
    try:
        text = body.decode("utf-8")
        at = _skip(text, text.index("{") + 1)
        while text[at] != "}":
            key, at = decoder.raw_decode(text, at)
            start = _skip(text, text.index(":", at) + 1)
            _, at = decoder.raw_decode(text, start)
            if key == "payload":
                found = text[start:at]
            at = _skip(text, at)
            if text[at] == ",":
                at = _skip(text, at + 1)
    except (ValueError, IndexError, RecursionError):
        return ""
    return found


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


class Door(Connector):
    """The webhook side of the connector: no network, no state."""

    def verify(self, request: Request) -> None:
        """Raise `BadSignature` unless the signature is Teamtailor's under one of our secrets, and is not old.

        Version 2: base64 of `t=<seconds>,v2=<hex>`, an HMAC-SHA256 over `<seconds>.<payload>`. The documentation signs
        `JSON.stringify(payload)`; others were seen to sign the whole body. Taken are the payload as it stands in the
        body, as JSON.stringify writes it, and the whole body. Version 1 (base64 of the hex HMAC of the resource's id) is
        deprecated and covers no more than that id: only with the option `signature_version` = `v1`.
        """
        given = request.headers.get(SIGNATURE) or str(_whole(request.body).get("signature") or "")
        try:
            text = base64.b64decode(given.strip(), validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            text = ""
        parts = dict(part.partition("=")[::2] for part in text.split(","))
        if "v2" in parts:
            if self._signed_v2(request, parts.get("t", ""), parts["v2"]):
                return
        elif text and self.options.get("signature_version", "v2") == "v1":
            payload = _object(_whole(request.body).get("payload"))
            id = str(_object(payload.get("data")).get("id") or "")
            if id and signing.signed_by_one_of(self.secrets, id.encode(), text):
                return
        raise BadSignature("the TT-Signature does not match the payload under any secret of this connection, or is old")

    def _signed_v2(self, request: Request, seconds: str, digest: str) -> bool:
        messages = [f"{seconds}.".encode() + signed for signed in _signed_texts(request.body)]
        matched = [signing.signed_by_one_of(self.secrets, message, digest) for message in messages]
        if not any(matched):
            return False
        if request.received_at is None:
            return True
        try:
            signed_at = datetime.fromtimestamp(int(seconds), UTC)
        except (ValueError, OverflowError, OSError):
            return False
        return abs(request.received_at - signed_at) <= TOLERANCE

    def parse(self, request: Request) -> list[Event]:
        return read(request.body)

    def event_key(self, request: Request) -> str:
        """Teamtailor gives a delivery no id: the bytes themselves tell a duplicate."""
        return ""

    def answer(self, outcome: Outcome, request: Request) -> Answer:
        """Answer 200 to what was signed, 401 to what was not, as its documentation does.

        "There is no retry mechanism at the moment": what was refused is in its log of failed deliveries, and the sweep
        reads what it was about.
        """
        return Answer(401 if outcome is Outcome.BAD_SIGNATURE else 200)

    def test_event(self, path: str, now: datetime) -> Request:
        """Build a delivery that means nothing, signed as Teamtailor would: it documents no ping."""
        payload = json.dumps({"event_name": "kakuyaku.test", "data": {"id": "0"}}, separators=(",", ":"))
        seconds = int(now.timestamp())
        secret = self.secrets[0] if self.secrets else ""
        digest = signing.hmac_sha256(secret, f"{seconds}.{payload}".encode())
        signature = base64.b64encode(f"t={seconds},v2={digest}".encode()).decode()
        body = f'{{"payload":{payload},"signature":"{signature}"}}'.encode()
        headers = {"content-type": "application/json", SIGNATURE: signature}
        return Request(method="POST", path=path, headers=headers, body=body, received_at=now)


def _signed_texts(body: bytes) -> Iterator[bytes]:
    """What version 2 may have signed."""
    raw = _raw_payload(body)
    if raw:
        yield raw.encode("utf-8", "surrogatepass")
        compact = json.dumps(_whole(body).get("payload"), ensure_ascii=False, separators=(",", ":"))
        if compact != raw:
            yield compact.encode("utf-8", "surrogatepass")
    yield body
