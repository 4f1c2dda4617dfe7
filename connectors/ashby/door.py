"""Ashby's webhooks: how they are signed, what they ring for, what Ashby must hear.

https://developers.ashbyhq.com/docs/setting-up-webhooks. One webhook is one event kind; bodies are `{action, data}`.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from connectors import signing
from connectors.base import BadSignature, Connector
from connectors.records import Answer, Event, EventKind, Outcome, Request

SIGNATURE = "ashby-signature"

# What rings for what, and where in `data` the id of it stands.
_RINGS: tuple[tuple[EventKind, str, tuple[str, ...]], ...] = (
    (EventKind.REQUISITION, "job.id", ("jobCreate", "jobUpdate")),
    (
        EventKind.REQUISITION,
        "jobPosting.jobId",
        ("jobPostingUpdate", "jobPostingPublish", "jobPostingUnpublish", "jobPostingDelete"),
    ),
    (EventKind.REQUISITION, "jobId", ("interviewPlanTransition",)),
    (
        EventKind.APPLICATION,
        "application.id",
        ("applicationSubmit", "applicationUpdate", "candidateHire", "candidateStageChange", "pushToHRIS"),
    ),
    (
        EventKind.APPLICATION,
        "interviewSchedule.applicationId",
        ("interviewScheduleCreate", "interviewScheduleUpdate"),
    ),
    (EventKind.APPLICATION, "offer.applicationId", ("offerCreate", "offerUpdate", "offerDelete")),
    (EventKind.CANDIDATE_DELETED, "candidate.id", ("candidateDelete",)),
)
_WHERE = {action: (kind, tuple(path.split("."))) for kind, path, actions in _RINGS for action in actions}
WEBHOOKS: tuple[str, ...] = (
    *("jobCreate", "jobUpdate", "jobPostingUpdate", "jobPostingPublish", "jobPostingUnpublish"),
    *("applicationSubmit", "applicationUpdate", "candidateStageChange", "candidateHire"),
    *("candidateDelete", "candidateMerge", "interviewScheduleCreate", "interviewScheduleUpdate"),
)
"""What we ask to be rung for. `applicationUpdate` rings along with a stage change; both come once more than needed."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def read(body: bytes) -> list[Event]:
    """Take kind and id out of a webhook body."""
    action, data = _parts(body)
    if action == "ping":
        return [Event(EventKind.PING)]
    if action == "candidateMerge":
        old, new = _at(data, ("deletedCandidate", "id")), _at(data, ("mergedCandidate", "id"))
        return [Event(EventKind.CANDIDATE_MERGED, old, new)] if old and new else [Event(EventKind.UNKNOWN)]
    kind, path = _WHERE.get(action, (EventKind.UNKNOWN, ()))
    id = _at(data, path) if path else ""
    return [Event(kind, id)] if id else [Event(EventKind.UNKNOWN)]


def _parts(body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return "", {}
    if not isinstance(whole, dict) or not isinstance(whole.get("action"), str):
        return "", {}
    data = whole.get("data")
    return whole["action"], data if isinstance(data, dict) else {}


def _at(data: Any, path: tuple[str, ...]) -> str:
    """Take an id only if it is one."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, str) and _ID.fullmatch(data) else ""


class Door(Connector):
    """The webhook side of the connector: no network, no state."""

    def verify(self, request: Request) -> None:
        """Raise `BadSignature` unless `Ashby-Signature: sha256=<hex>` signs the raw bytes with one of our secrets.

        https://developers.ashbyhq.com/docs/authenticating-webhooks. Ashby signs no time, so a replay is known by its
        bytes alone.
        """
        algorithm, _, digest = request.headers.get(SIGNATURE, "").strip().partition("=")
        if algorithm.lower() != "sha256" or not signing.signed_by_one_of(self.secrets, request.body, digest):
            raise BadSignature("the Ashby-Signature header does not match the body under any secret of this connection")

    def parse(self, request: Request) -> list[Event]:
        return read(request.body)

    def event_key(self, request: Request) -> str:
        """`webhookActionId` with the action and its object, where the body has one, else "".

        The id is shared by related events (a hire rings as hire, stage change and update), so it never stands alone.
        The documentation names it and the published schemas lack it: without it the bytes themselves tell a duplicate.
        """
        action, data = _parts(request.body)
        if not action:
            return ""
        group = _at(json.loads(request.body), ("webhookActionId",)) or _at(data, ("webhookActionId",))
        if not group:
            return ""
        return f"{group}:{action}:{','.join(event.id for event in read(request.body))}"

    def answer(self, outcome: Outcome, request: Request) -> Answer:
        """Answer 200 to whatever was signed, 503 to what was not.

        Ashby never retries 401, 403, 404, 405 and 410, so none of these is ever said: a delivery signed with a secret
        that is being rotated comes again, up to ten times over about three hours. A ping that hears an error creates
        its webhook disabled, which is how a missing or wrong secret shows at once.
        """
        return Answer(503 if outcome is Outcome.BAD_SIGNATURE else 200)

    def test_event(self, path: str, now: datetime) -> Request:
        """Build Ashby's ping (https://developers.ashbyhq.com/reference/pingwebhook)."""
        # The time makes two tests differ, so that the second is no duplicate of the first.
        body = json.dumps(
            {"action": "ping", "data": {"webhookActionType": "ping", "sentAt": now.isoformat()}}, separators=(",", ":")
        ).encode()
        secret = self.secrets[0] if self.secrets else ""
        headers = {"content-type": "application/json", SIGNATURE: f"sha256={signing.hmac_sha256(secret, body)}"}
        return Request(method="POST", path=path, headers=headers, body=body, received_at=now)
