"""The account: its colleagues' acts, its webhooks. What it answers is in `wire`."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from flask import Blueprint, Response, request

from connectors.sandbox.kit import CALIBRATION_TAG, Change, Hook, Placement, Rung, StandIn, There, answer
from connectors.sandbox.standins.smartrecruiters.wire import API_KEY, CLIENT_ID, CLIENT_SECRET, Wire

STATUSES = ("LEAD", "NEW", "IN_REVIEW", "INTERVIEW", "OFFERED", "HIRED", "REJECTED", "WITHDRAWN", "TRANSFERRED")
STEPS = ("IN_REVIEW/カジュアル面談", "INTERVIEW/一次面接", "INTERVIEW/最終面接")
DECIDED = {"approve": "Approve / 承認", "decline": "Decline / 見送り", "pending": "Pending / 未決定"}


class SmartRecruitersStandIn(StandIn):
    """A SmartRecruiters account. `oauth`: the connection is an OAuth client instead of a key."""

    name: ClassVar[str] = "smartrecruiters"
    title: ClassVar[str] = "SmartRecruiters"
    signs_the_time: ClassVar[bool] = True
    start_status: ClassVar[str] = "NEW"

    def __init__(self, *, approval_by: str = "fields", oauth: bool = False, **how: Any) -> None:
        self.approval_by, self.oauth = approval_by, oauth
        self.tokens: set[str] = set()
        self.searching = threading.Lock()
        # label → (id, its values by id; None for free text). Free text fields were made by hand.
        self.job_fields: dict[str, tuple[str, dict[str, str] | None]] = {
            "kakuyaku calibration": ("5ec29396d4a5de40e44b1f01", None),
            "kakuyaku line": ("5ec29396d4a5de40e44b1f02", None),
            "kakuyaku days": ("5ec29396d4a5de40e44b1f03", None),
        }
        self.candidate_fields = {"kakuyaku calibration": "cp-calibration", "kakuyaku line": "cp-line"}
        super().__init__(**how)

    # The account.

    def fill_stages(self) -> None:
        ids = [id for status in STATUSES for id in (status, *(one for one in STEPS if one.startswith(f"{status}/")))]
        for order, id in enumerate(ids):
            made = self.world.add_stage(id.partition("/")[2] or id, order)
            self.world.stages[id] = replace(made, id=id)
            del self.world.stages[made.id]

    def connection(self) -> dict[str, dict[str, str]]:
        by_key = {"api_key": API_KEY}
        by_client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        options = {**self.hurry(), "sub_statuses": ", ".join(STEPS), "approval_by": self.approval_by}
        return {"credentials": by_client if self.oauth else by_key, "options": options}

    def refusal(self, status: int, words: str) -> Response:
        return answer({"code": f"HTTP_{status}", "message": words}, status)

    def rate_headers(self, left: int, seconds: float) -> dict[str, str]:
        calls = self.rate.calls if self.rate else 0
        return {"X-RateLimit-Limit": str(calls), "X-RateLimit-Remaining": str(max(0, left))}

    def is_write(self) -> bool:
        return request.method not in ("GET", "HEAD") and not request.path.startswith("/identity/")

    def let_tokens_die(self) -> None:
        self.tokens.clear()

    # People acting there.

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        """Decide in the job's fields, or on the calibration person where there is one."""
        by = by or self.manager.id
        with self.world.whole():
            beside = self._calibration(requisition_id)
            if beside is not None:
                status = {"approve": "INTERVIEW", "decline": "REJECTED", "pending": "IN_REVIEW"}[choice]
                beside.fields["kakuyaku line"] = line
                self.world.changed("application", "updated", beside.id, by=by)
                self._put_status(beside, status, by)
                return
            fields = self.world.jobs[requisition_id].fields
            fields["kakuyaku decision"] = DECIDED[choice]
            fields["kakuyaku line"] = line
            if days:
                fields["kakuyaku days"] = days
            self.world.changed("job", "updated", requisition_id, by=by)

    def plan_interview(self, application_id: str, starts_at: datetime, *, by: str = "", name: str = "面接") -> str:
        return super().plan_interview(self._placement(application_id).id, starts_at, by=by, name=name)

    # Looking.

    def there(self, requisition_id: str) -> There:
        """As everywhere, but applications are named as the API names them: by person and job."""
        seen = super().there(requisition_id)
        entries = (replace(one, application_id=f"{one.person_id}:{requisition_id}") for one in seen.entries)
        return replace(seen, entries=tuple(entries))

    def asked(self, requisition_id: str) -> str:
        beside = self._calibration(requisition_id)
        fields = beside.fields if beside else self.world.jobs[requisition_id].fields
        return str(fields.get("kakuyaku calibration", ""))

    def decision_there(self, requisition_id: str) -> tuple[str, str]:
        beside = self._calibration(requisition_id)
        if beside is not None:
            status = self._status(beside)[0]
            choice = {"INTERVIEW": "approve", "REJECTED": "decline"}.get(status, "pending")
            return choice, str(beside.fields.get("kakuyaku line", ""))
        fields = self.world.jobs[requisition_id].fields
        shown = str(fields.get("kakuyaku decision", ""))
        choice = next((each for each, label in DECIDED.items() if label == shown), shown)
        return choice, str(fields.get("kakuyaku line", ""))

    def _calibration(self, job_id: str) -> Placement | None:
        found = (one for one in self.world.on_job(job_id) if CALIBRATION_TAG in self.world.people[one.person_id].tags)
        return next(found, None)

    def _placement(self, pair: str) -> Placement:
        person_id, _, job_id = pair.partition(":")
        return next(one for one in self.world.of_person(person_id) if one.job_id == job_id)

    def _status(self, one: Placement) -> tuple[str, str]:
        """(status, sub-status) as the API says it."""
        if one.status != "active" and one.stage_id not in ("WITHDRAWN", "TRANSFERRED"):
            return one.status.upper(), ""
        status, _, step = one.stage_id.partition("/")
        return status, step

    def _put_status(self, one: Placement, stage_id: str, by: str) -> None:
        standing = {"REJECTED": "rejected", "HIRED": "hired"}.get(stage_id, "active")
        one.status = standing
        self.world.move(one.id, stage_id, by=by)

    # Webhooks.

    def rings(self, change: Change) -> list[Rung]:
        what = {"closed": "status.updated", "opened": "status.updated"}.get(change.what, change.what)
        if change.kind == "job" and change.what != "deleted":
            return [Rung(f"job.{what}", {"id": change.id})]
        if change.kind == "post":
            return [Rung(f"job.ad.{change.what}", {"job_id": change.facts["job_id"], "job_ad_id": change.id})]
        if change.kind == "person":
            # Nothing is said of merging: who was merged away is gone.
            return [Rung(f"candidate.{'deleted' if what == 'merged' else what}", {"id": change.id})]
        if change.kind == "application":
            one = self.world.applications[change.id]
            name = {"created": "created", "updated": "fields.updated"}.get(change.what, "status.updated")
            body = {"job_id": one.job_id, "candidate_id": one.person_id, "application_id": one.id}
            return [Rung(f"application.{name}", body)]
        if change.kind == "meeting":
            meeting = self.world.meetings[change.id]
            one = self.world.applications[meeting.application_id]
            name = {"created": "created", "cancelled": "canceled"}.get(change.what, "updated")
            ids = {"interview_id": change.id, "application_id": one.id, "candidate_id": one.person_id}
            return [Rung(f"interview.{name}", {**ids, "company_id": "stand-in"})]
        return []

    def sign(self, hook: Hook, rung: Rung, event_id: str) -> tuple[str, Mapping[str, str], bytes]:
        body = json.dumps(rung.payload, separators=(",", ":")).encode()
        timestamp = str(int(self.now().timestamp()))
        link = f"<{self.url}/{rung.event.partition('.')[0]}s>; rel=self"
        signed = [timestamp, body.decode(), event_id, rung.event, "v201910", link]
        keys = [hook.secret, *hook.extra.get("older", [])]
        marks = [hmac.new(key.encode(), ".".join(signed).encode(), hashlib.sha256).hexdigest() for key in keys if key]
        headers = {
            "event-id": event_id,
            "event-name": rung.event,
            "event-version": "v201910",
            "Link": link,
            "smartrecruiters-timestamp": timestamp,
            "smartrecruiters-signature": ";".join(f"v1={mark}" for mark in marks),
        }
        return hook.url, headers, body

    def wire(self) -> Blueprint:
        blueprint = Blueprint("smartrecruiters", __name__)
        Wire(self).on(blueprint)
        return blueprint
