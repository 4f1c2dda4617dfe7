"""Greenhouse's webhooks: how they are signed, what they ring for, what Greenhouse must hear.

https://developers.greenhouse.io/webhooks.html. One webhook is one event kind; bodies keep the names of the older API and
carry no event time and no actor, so only kind and id are taken.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from connectors import signing
from connectors.base import BadSignature, Connector
from connectors.records import Answer, Event, EventKind, Outcome, Request, Said

# What an administrator creates under Configure > Dev Center > Web Hooks; there is no documented API for it.
WEBHOOKS: tuple[str, ...] = (
    *("job_created", "job_updated", "job_deleted", "job_post_created", "job_post_updated", "job_post_deleted"),
    *("new_candidate_application", "new_prospect_application", "application_updated", "candidate_stage_change"),
    *("reject_candidate", "unreject_candidate", "hire_candidate", "update_candidate", "delete_candidate"),
    *("merge_candidate", "candidate_anonymized"),
)
_APPLICATION_EVENTS = frozenset(
    {
        *("new_candidate_application", "new_prospect_application", "application_updated"),
        *("candidate_stage_change", "reject_candidate", "unreject_candidate", "hire_candidate"),
        *("unhire_candidate", "delete_application"),
    }
)
_OFFER_EVENTS = frozenset({"offer_created", "offer_updated", "offer_approved"})


def read(body: bytes) -> list[Event]:
    """Take kind and id out of a webhook body. A post without a job is a prospect post and rings for nothing."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return [Event(EventKind.UNKNOWN)]
    if not isinstance(whole, dict) or not isinstance(whole.get("action"), str):
        return [Event(EventKind.UNKNOWN)]
    action = whole["action"]
    payload = whole.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    if action == "ping":
        return [Event(EventKind.PING)]
    if action in ("job_created", "job_updated", "job_approved"):
        return _event(EventKind.REQUISITION, _id(payload.get("job")))
    if action == "job_deleted":
        return _event(EventKind.REQUISITION_DELETED, _id(payload.get("job")))
    if action in ("job_post_created", "job_post_updated", "job_post_deleted"):
        inner = payload.get("job_post") if action == "job_post_deleted" else None
        post = inner if isinstance(inner, dict) else payload
        job_id = _number(post.get("job_id"))
        return [Event(EventKind.REQUISITION, job_id)] if job_id else []
    if action in _APPLICATION_EVENTS:
        return _event(EventKind.APPLICATION, _id(payload.get("application")))
    if action in _OFFER_EVENTS:
        # An offer is the payload itself; it stands on an application.
        return _event(EventKind.APPLICATION, _number(payload.get("application_id")))
    if action == "update_candidate":
        return _event(EventKind.CANDIDATE, _id(payload.get("candidate")))
    if action == "delete_candidate":
        return _event(EventKind.CANDIDATE_DELETED, _id(payload.get("person")))
    if action == "candidate_anonymized":
        return _event(EventKind.CANDIDATE_DELETED, _number(payload.get("candidate_id")))
    if action == "merge_candidate":
        person = payload.get("person")
        inner_new = person.get("new_candidate_id") if isinstance(person, dict) else None
        new = _number(payload.get("new_candidate_id") or inner_new)
        old = _id(person)
        return [Event(EventKind.CANDIDATE_MERGED, old, new)] if old and new else [Event(EventKind.UNKNOWN)]
    return [Event(EventKind.UNKNOWN)]


def _event(kind: EventKind, id: str) -> list[Event]:
    return [Event(kind, id)] if id else [Event(EventKind.UNKNOWN)]


def _id(thing: Any) -> str:
    return _number(thing.get("id")) if isinstance(thing, dict) else ""


def _number(value: Any) -> str:
    """Take an id only if it is one: up to nineteen digits, however they are typed."""
    if isinstance(value, bool) or value is None:
        return ""
    text = str(value)
    return text if text.isascii() and text.isdigit() and len(text) < 20 else ""


class Door(Connector):
    """The webhook side of the connector: no network, no state."""

    def verify(self, request: Request) -> None:
        """Raise `BadSignature` unless `Signature: sha256 <hex>` signs the raw bytes with one of our secrets.

        Greenhouse escapes unicode before signing, so the bytes as they came are what counts.
        """
        algorithm, _, digest = request.headers.get("signature", "").strip().partition(" ")
        if algorithm.lower() != "sha256" or not signing.signed_by_one_of(self.secrets, request.body, digest):
            raise BadSignature("the Signature header does not match the body under any secret of this connection")

    def parse(self, request: Request) -> list[Event]:
        return read(request.body)

    def event_key(self, request: Request) -> str:
        return request.headers.get("greenhouse-event-id", "").strip()

    def answer(self, outcome: Outcome, request: Request) -> Answer:
        """Answer exactly 200 to whatever was signed: anything else is tried again for fifteen hours.

        A bad signature hears 401, so that a wrong secret shows on the webhook's page and a later right one is retried
        into. A ping that carries no signature at all hears 200: whether pings are signed is not documented, and one
        that fails creates the webhook disabled.
        """
        if outcome is not Outcome.BAD_SIGNATURE:
            return Answer(200)
        unsigned_ping = "signature" not in request.headers and read(request.body) == [Event(EventKind.PING)]
        return Answer(200 if unsigned_ping else 401)

    def test_event(self, path: str, now: datetime) -> Request:
        """A ping as Greenhouse would sign it. What its own ping looks like is not documented."""
        body = json.dumps({"action": "ping", "payload": {"web_hook": {"id": 0}}}).encode()
        signature = signing.hmac_sha256(self.secrets[0], body)
        headers = {"content-type": "application/json", "signature": f"sha256 {signature}"}
        return Request(method="POST", path=path, headers=headers, body=body, received_at=now)

    # Set-up by hand.

    def webhooks(self) -> tuple[str, ...]:
        """The events there must be a web hook for."""
        return (*WEBHOOKS, "job_approved") if self.options.get("approval_flow") else WEBHOOKS

    def webhook_steps(self, url: str, secret: str) -> list[Said]:
        """The clicks for one web hook an event: Greenhouse has no documented API for them."""
        return [
            Said(
                "Configure > Dev Center > Web Hooks > Web Hooks > Create New Web Hook, once for each of these events:",
                "Configure > Dev Center > Web Hooks > Web Hooks > Create New Web Hook で、"
                "次のイベントごとに1つずつ作成してください。",
            ),
            _alike("  " + ", ".join(self.webhooks())),
            Said("When: the event", "When：イベント名"),
            _alike(f"Endpoint URL: {url}"),
            _alike(f"Secret key: {secret}"),
            Said(
                "Disabled?: No. Greenhouse pings the address when you save: have `kakuyaku serve` running then.",
                "Disabled?：No。保存時に Greenhouse がこのURLへ確認を送るので、先に `kakuyaku serve` を起動しておいてください。",
            ),
        ]


def _alike(words: str) -> Said:
    return Said(words, words)
