"""SmartRecruiters' webhooks: how they are signed, what they ring for, what SmartRecruiters must hear.

https://developers.smartrecruiters.com/reference/subscriptionsgeneratesecretkey-1 (signature) and
https://developers.smartrecruiters.com/docs/activating-webhook-subscriptions (handshake). Bodies are ids only.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

from connectors import signing
from connectors.base import BadSignature, Connector
from connectors.records import Answer, Event, EventKind, Outcome, Request, Said

TOLERANCE = timedelta(minutes=5)
TEST_EVENT = "kakuyaku.test"

EVENTS: tuple[str, ...] = (
    *("job.created", "job.updated", "job.status.updated", "job.hiring-team.updated"),
    *("job.ad.created", "job.ad.updated", "job.ad.postings.updated"),
    *("application.created", "application.status.updated", "application.fields.updated"),
    *("candidate.created", "candidate.updated", "candidate.deleted"),
    *("interview.created", "interview.updated", "interview.canceled"),
)
UNSURE = frozenset({"interview.created", "interview.updated", "interview.canceled"})
"""Named by others than SmartRecruiters: an account that refuses them is subscribed without."""
_SIGNED_HEADERS = ("event-id", "event-name", "event-version", "link")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
# What the handshake may make us say back: a token, nothing that could end a header.
_HOOK_SECRET = re.compile(r"[\x21-\x7e]{1,256}")


def application_id(candidate_id: str, job_id: str) -> str:
    """An application is named by the pair: "identified by pairing a unique job ID and a unique candidate ID"
    (https://developers.smartrecruiters.com/reference/applications-2)."""
    return f"{candidate_id}:{job_id}"


def signed_bytes(timestamp: str, body: bytes, headers: tuple[str, ...]) -> bytes:
    """What is signed: timestamp, body, event id, name, version and link, joined by dots; a missing one is empty."""
    first, *rest = (value.encode("utf-8", "surrogatepass") for value in (timestamp, *headers))
    return b".".join([first, body, *rest])


def read(name: str, body: bytes) -> list[Event]:
    """Take kind and id out of a delivery. The name is a signed header."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return [Event(EventKind.UNKNOWN)]
    payload = whole if isinstance(whole, dict) else {}
    subject = name.partition(".")[0]
    if subject in ("job", "position"):
        # Approvals and ads name their job; only a job's own event is about `id`.
        own = _id(payload, "id") if name.count(".") == 1 or name.startswith(("job.status", "job.hiring-team")) else ""
        return _event(EventKind.REQUISITION, _id(payload, "job_id") or (own if subject == "job" else ""))
    if subject == "candidate":
        kind = EventKind.CANDIDATE_DELETED if name == "candidate.deleted" else EventKind.CANDIDATE
        return _event(kind, _id(payload, "id") or _id(payload, "candidate_id"))
    if subject in ("application", "offer", "interview"):
        candidate, job = _id(payload, "candidate_id"), _id(payload, "job_id")
        if candidate and job:
            return [Event(EventKind.APPLICATION, application_id(candidate, job))]
        # An interview's event names no job.
        return _event(EventKind.CANDIDATE, candidate)
    return [Event(EventKind.UNKNOWN)]


def _event(kind: EventKind, id: str) -> list[Event]:
    return [Event(kind, id)] if id else [Event(EventKind.UNKNOWN)]


def _id(payload: dict[str, Any], key: str) -> str:
    value = payload.get(key)
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else ""


def _handshake(request: Request) -> str:
    """The value to say back when a subscription is activated, "" when this is no handshake.

    It comes unsigned: the key may not exist yet. It carries no event and nothing of it is stored.
    """
    if "event-name" in request.headers or "smartrecruiters-signature" in request.headers:
        return ""
    value = request.headers.get("x-hook-secret", "").strip()
    return value if _HOOK_SECRET.fullmatch(value) else ""


class Door(Connector):
    """The webhook side of the connector: no network, no state."""

    def verify(self, request: Request) -> None:
        """Raise `BadSignature` unless one `v1=` of the signature header signs the delivery with one of our secrets.

        Several signatures come while several keys are alive. A time more than five minutes off is a replay; each
        redelivery is signed with its own time.
        """
        if _handshake(request):
            return
        timestamp = request.headers.get("smartrecruiters-timestamp", "").strip()
        signed = signed_bytes(timestamp, request.body, tuple(request.headers.get(each, "") for each in _SIGNED_HEADERS))
        given = [part.strip() for part in request.headers.get("smartrecruiters-signature", "").split(";")]
        digests = [part.removeprefix("v1=") for part in given if part.startswith("v1=")]
        # All are tried, so that the time taken doesn't tell which one matched. Sixteen keys may be alive at once.
        matched = [signing.signed_by_one_of(self.secrets, signed, digest) for digest in digests[:16]]
        if not any(matched):
            raise BadSignature("no v1 signature matches the delivery under any secret of this connection")
        if request.received_at is not None and not _is_near(timestamp, request.received_at):
            raise BadSignature("the delivery was signed more than five minutes ago, or ahead of our clock")

    def parse(self, request: Request) -> list[Event]:
        if _handshake(request):
            return [Event(EventKind.PING)]
        return read(request.headers.get("event-name", "").strip(), request.body)

    def event_key(self, request: Request) -> str:
        return request.headers.get("event-id", "").strip()

    def fingerprint(self, request: Request) -> bytes:
        """Name and id of the event, both signed, with the body: a body is ids only, the same for every change of a job."""
        signed = (request.headers.get(each, "").encode("utf-8", "surrogatepass") for each in ("event-id", "event-name"))
        return b".".join([*signed, request.body])

    def answer(self, outcome: Outcome, request: Request) -> Answer:
        """Answer 202 to whatever was signed, the handshake with 200 and its own header, a forgery with 401."""
        if secret := _handshake(request):
            return Answer(200, headers={"X-Hook-Secret": secret})
        return Answer(401 if outcome is Outcome.BAD_SIGNATURE else 202)

    def test_event(self, path: str, now: datetime) -> Request:
        """An event of a kind that doesn't exist, signed as SmartRecruiters would: the door answers, stores nothing."""
        body, timestamp = b"{}", str(int(now.timestamp()))
        headers = {
            "content-type": "application/json",
            "event-id": "kakuyaku-test",
            "event-name": TEST_EVENT,
            "event-version": "v0",
            "link": "",
            "smartrecruiters-timestamp": timestamp,
        }
        signed = signed_bytes(timestamp, body, tuple(headers[each] for each in _SIGNED_HEADERS))
        headers["smartrecruiters-signature"] = f"v1={signing.hmac_sha256(self.secrets[0], signed)}"
        return Request(method="POST", path=path, headers=headers, body=body, received_at=now)

    def webhook_steps(self, url: str, secret: str) -> list[Said]:
        """Nothing to click: `subscribe` creates and activates the subscription."""
        return []


def _is_near(timestamp: str, now: datetime) -> bool:
    # Seconds by the reference; milliseconds would have thirteen digits.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 13):
        return False
    seconds = int(timestamp) / (1000 if len(timestamp) == 13 else 1)
    return abs(now.timestamp() - seconds) <= TOLERANCE.total_seconds()
