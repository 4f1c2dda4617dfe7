"""Odoo's webhooks: what our automation rules send, how little that proves, what Odoo must hear.

https://www.odoo.com/documentation/19.0/applications/studio/automated_actions.html ("Send Webhook Notification"). Odoo signs
nothing and sends no header of ours, so the secret is the last part of the path; the body is a flat JSON of the record's
fields and is believed no further than model and id. It is sent once, after the commit, and never again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from connectors.base import BadSignature, Connector
from connectors.records import Answer, Event, EventKind, Outcome, Request

GONE = "gone"
"""How the names of our actions on deletion end: a body doesn't say which trigger sent it, only the action's name."""
PING_MODEL = "kakuyaku.ping"


def read(body: bytes) -> list[Event]:
    """Take kind and id out of a body: `_model`, `_id`, and the ids our rules send along."""
    whole = _object(body)
    model, id = whole.get("_model"), _id(whole.get("_id"))
    action = whole.get("_action")
    gone = isinstance(action, str) and action.partition("(#")[0].strip().endswith(GONE)
    if model == PING_MODEL:
        return [Event(EventKind.PING)]
    if model == "hr.job" and id:
        return [Event(EventKind.REQUISITION_DELETED if gone else EventKind.REQUISITION, id)]
    if model == "mail.activity" and whole.get("res_model") == "hr.job" and (job := _id(whole.get("res_id"))):
        # An activity on a job may be a manager's answer: the job is read, and its activities with it.
        return [Event(EventKind.REQUISITION, job)]
    if model == "hr.applicant" and id:
        # One record is both the person and their place in the pipeline.
        if gone:
            return [Event(EventKind.CANDIDATE_DELETED, id)]
        return [Event(EventKind.APPLICATION, id), Event(EventKind.CANDIDATE, id)]
    if model == "calendar.event" and (applicant := _id(whole.get("applicant_id"))):
        return [Event(EventKind.APPLICATION, applicant)]
    return [Event(EventKind.UNKNOWN)]


def _object(body: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return whole if isinstance(whole, dict) else {}


def _id(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 53 else ""


class Door(Connector):
    """The webhook side of the connector: no network, no state."""

    def verify(self, request: Request) -> None:
        """Raise `BadSignature` unless the last part of the path is one of our secrets. All are compared, all of each."""
        given = request.path.rpartition("/")[2].encode("utf-8", "surrogatepass")
        known = False
        for secret in self.secrets:
            known |= hmac.compare_digest(secret.encode(), given) and bool(secret)
        if not known:
            raise BadSignature("the address rung does not end with any secret of this connection")

    def parse(self, request: Request) -> list[Event]:
        return read(request.body)

    def event_key(self, request: Request) -> str:
        """Odoo numbers no deliveries, but a body with the moment of the write says one thing once."""
        stamped = isinstance(_object(request.body).get("write_date"), str)
        return hashlib.sha256(request.body).hexdigest() if stamped else ""

    def fingerprint(self, request: Request) -> bytes:
        """The body; with the second it came where a rule made by hand sends no write_date and always says the same."""
        if self.event_key(request) or request.received_at is None:
            return request.body
        return f"{request.received_at:%Y-%m-%dT%H:%M:%S}.".encode() + request.body

    def answer(self, outcome: Outcome, request: Request) -> Answer:
        """Odoo waits a second for any answer and logs what is no 2xx; nothing is ever sent again."""
        return Answer(401 if outcome is Outcome.BAD_SIGNATURE else 200)

    def test_event(self, path: str, now: datetime) -> Request:
        """A doorbell of a model that doesn't exist, at the address Odoo is given."""
        body = json.dumps({"_action": "kakuyaku ping(#0)", "_id": 0, "_model": PING_MODEL}).encode()
        return Request(
            method="POST",
            path=f"{path.rstrip('/')}/{self.secrets[0]}",
            headers={"content-type": "application/json"},
            body=body,
            received_at=now,
        )
