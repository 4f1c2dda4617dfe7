"""A stand-in for Teamtailor, written from its documentation: JSON:API, pages of thirty, webhooks that are never retried.

https://docs.teamtailor.com, https://partner.teamtailor.com/company_webhooks. What is not documented it refuses: other
filters and sort keys, a field's empty value. `shown` has its resources, `calls` its calls.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import Blueprint, Response, request

from connectors.sandbox.kit import Change, Hook, Placement, Rung, There, answer
from connectors.sandbox.standins.teamtailor.calls import Calls, No

KEY = "teamtailor-stand-in-key"
LISTS = ("jobs", "candidates", "job-applications", "users", "custom-fields", "activities")


class TeamtailorStandIn(Calls):
    """Teamtailor, small."""

    name: ClassVar[str] = "teamtailor"
    title: ClassVar[str] = "Teamtailor"
    signs_the_time: ClassVar[bool] = True
    confidential_jobs: ClassVar[bool] = False
    lists: ClassVar[tuple[tuple[str, int], ...]] = (("requisitions", 30), ("people", 30))
    never_again: ClassVar[frozenset[int]] = frozenset(range(600))

    def fill_stages(self) -> None:
        """Stages belong to a job: each new one has its own."""

    def connection(self) -> dict[str, dict[str, str]]:
        return {"credentials": {"api_key": KEY}, "options": {**self.hurry(), "user_email": self.bot.email}}

    # People in Teamtailor's own pages.

    def create_requisition(self, **how: Any) -> str:
        with self.world.whole():
            id = super().create_requisition(**how)
            names = ("受信箱", "カジュアル面談", "一次面接", "最終面接", "採用")
            self._of_job[id] = [self.world.add_stage(name, order, id) for order, name in enumerate(names)]
            return id

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        """Type the line into the candidate's field, then move or reject the candidate; pending: all the way back."""
        by = by or self.manager.id
        with self.world.whole():
            place = self._calibration(requisition_id)
            if place is None:
                raise LookupError("nobody was asked for a decision on this job")
            inbox, first, *_ = self._of_job[requisition_id]
            if line:
                person = self.world.people[place.person_id]
                person.fields[self._field("kakuyaku line")] = line
                self.world.changed("person", "updated", person.id, by=by)
            if choice == "decline":
                place.extra |= {"rejected_at": self.now(), "rejected_by": by}
                self.world.set_status(place.id, "rejected", by=by)
                return
            if place.extra.get("rejected_at"):
                self._take_back(place, by)
            wanted = inbox if choice == "pending" else first
            if place.stage_id != wanted.id:
                self.world.move(place.id, wanted.id, by=by)

    def _calibration(self, job_id: str) -> Placement | None:
        return next(
            (
                one
                for one in self.world.on_job(job_id)
                if any("calibration" in tag for tag in self.world.people[one.person_id].tags)
            ),
            None,
        )

    def _field(self, name: str) -> str:
        return next(id for id, field in self._fields.items() if field["attributes"]["name"] == name)

    def _text(self, requisition_id: str, name: str) -> str:
        place = self._calibration(requisition_id)
        if place is None or not self._fields:
            return ""
        return str(self.world.people[place.person_id].fields.get(self._field(name)) or "")

    def asked(self, requisition_id: str) -> str:
        return self._text(requisition_id, "kakuyaku calibration").split(" ")[0]

    def decision_there(self, requisition_id: str) -> tuple[str, str]:
        place = self._calibration(requisition_id)
        if place is None:
            return "", ""
        line = self._text(requisition_id, "kakuyaku line")
        if place.extra.get("rejected_at"):
            return "decline", line
        moved = place.stage_id != self._of_job[requisition_id][0].id
        return ("approve" if moved else ""), line

    def there(self, requisition_id: str) -> There:
        seen = super().there(requisition_id)
        message = self._text(requisition_id, "kakuyaku message")
        return There((*seen.notes, message), seen.asked, seen.choice, seen.line, seen.entries)

    # Webhooks.

    def rings(self, change: Change) -> list[Rung]:
        world, what = self.world, change.what
        action = {"created": "create", "deleted": "destroy", "merged": "destroy"}.get(what, "update")
        if change.kind in ("job", "post"):
            job = world.jobs[change.id if change.kind == "job" else str(change.facts["job_id"])]
            action = "update" if change.kind == "post" else action
            return [self._rung(f"job.{action}", self._job(job) if action != "destroy" else {"id": job.id})]
        if change.kind == "person":
            gone = {"id": change.id, "type": "candidates"}
            person = gone if action == "destroy" else self._candidate(world.people[change.id])
            return [self._rung(f"candidate.{action}", person)]
        if change.kind == "application":
            return [self._rung(f"job_application.{action}", self._application(world.applications[change.id]))]
        return []

    def _rung(self, event: str, data: dict[str, Any]) -> Rung:
        kept = {key: value for key, value in data.items() if key in ("id", "type", "attributes")}
        return Rung(event, {"event_name": event, "data": kept})

    def sign(self, hook: Hook, rung: Rung, event_id: str) -> tuple[str, Mapping[str, str], bytes]:
        payload = json.dumps(rung.payload, ensure_ascii=False, separators=(",", ":"))
        seconds = int(self.now().timestamp())
        digest = hmac.new(hook.secret.encode(), f"{seconds}.{payload}".encode(), hashlib.sha256).hexdigest()
        signature = base64.b64encode(f"t={seconds},v2={digest}".encode()).decode()
        body = json.dumps({"payload": rung.payload, "signature": signature}, ensure_ascii=False, separators=(",", ":"))
        return hook.url, {"TT-Signature": signature}, body.encode()

    # The wire.

    def refusal(self, status: int, words: str) -> Response:
        return answer({"errors": [{"title": words, "detail": words, "status": str(status)}]}, status)

    def rate_headers(self, left: int, seconds: float) -> dict[str, str]:
        limit = self.rate.calls if self.rate else 50
        return {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(left),
            "X-Rate-Limit-Reset": str(round(seconds)),
        }

    def wire(self) -> Blueprint:
        blue = Blueprint("teamtailor", __name__)
        routes: dict[str, Callable[..., Any]] = {
            "GET jobs": self.list_jobs,
            "GET jobs/<id>": self.show_job,
            "GET jobs/<id>/stages": self.list_job_stages,
            "GET jobs/<id>/team-memberships": self.list_job_team,
            "GET stages/<id>": self.show_stage,
            "GET stages/<id>/job-applications": self.list_stage_applications,
            "GET users": self.list_users,
            "GET users/<id>": self.show_user,
            "GET custom-fields": self.list_fields,
            "POST custom-fields": self.create_field,
            "POST custom-field-values": self.create_value,
            "PATCH custom-field-values/<id>": self.update_value,
            "GET candidates": self.list_candidates,
            "POST candidates": self.create_candidate,
            "GET candidates/<id>": self.show_candidate,
            "PATCH candidates/<id>": self.update_candidate,
            "GET candidates/<id>/job-applications": self.list_candidate_applications,
            "GET candidates/<id>/custom-field-values": self.list_candidate_values,
            "GET activities": self.list_activities,
            "POST notes": self.create_note,
            "GET job-applications": self.list_applications,
            "POST job-applications": self.create_application,
            "GET job-applications/<id>": self.show_application,
            "PATCH job-applications/<id>": self.update_application,
        }
        for route, call in routes.items():
            method, path = route.split(" ")
            blue.add_url_rule(f"/v1/{path}", route, self._served(call, write=method != "GET"), methods=[method])
        return blue

    def _served(self, call: Callable[..., Any], *, write: bool) -> Callable[..., Response]:
        def serve(**path: str) -> Response:
            try:
                if request.headers.get("Authorization") != f"Token token={KEY}":
                    raise No(401, "Unauthorized", "Invalid or missing API token")
                if not request.headers.get("X-Api-Version", "").isdigit():
                    raise No(400, "Invalid API version")
                given: dict[str, Any] = {}
                if write:
                    if request.headers.get("Content-Type") != "application/vnd.api+json":
                        raise No(415, "Unsupported media type")
                    data = request.get_json(force=True)["data"]
                    related = data.get("relationships") or {}
                    given = {
                        "attributes": data.get("attributes") or {},
                        "relations": {name: str(one["data"]["id"]) for name, one in related.items()},
                    }
                with self.world.whole():
                    found = call(**path, **given)
            except No as no:
                error = {"title": no.title, "detail": no.detail, "status": str(no.status)}
                return answer({"errors": [error]}, no.status)
            return answer(found, 201 if request.method == "POST" else 200)

        return serve
