"""A stand-in for Ashby, written from its API reference: every call a POST, refusals with status 200.

https://developers.ashbyhq.com/reference. What the reference leaves open is taken the harder way: feedback requests show
up among interview schedules, and setting a custom field rings for nothing. `shown` has its objects, `calls` its calls.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import Blueprint, Response, request

from connectors.sandbox.kit import Change, Hook, Placement, Rung, There, answer
from connectors.sandbox.standins.ashby.calls import Calls, No

KEY = "ashby-stand-in-key"
READING = ("info", "list", "search", "listNotes", "listHistory")


class AshbyStandIn(Calls):
    """Ashby, small."""

    name: ClassVar[str] = "ashby"
    title: ClassVar[str] = "Ashby"
    never_again: ClassVar[frozenset[int]] = frozenset({401, 403, 404, 405, 410})

    def stage_names(self) -> tuple[str, ...]:
        return ("リード", "応募", "カジュアル面談", "一次面接", "最終面接", "Hired", "Archived")

    def connection(self) -> dict[str, dict[str, str]]:
        return {"credentials": {"api_key": KEY}, "options": self.hurry()}

    # People in Ashby's own pages.

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        """Answer the feedback request; a colleague who was not asked gives feedback of their own accord."""
        by = by or self.manager.id
        with self.world.whole():
            place = self._calibration(requisition_id)
            if place is None:
                raise LookupError("nobody was asked for a decision on this job")
            own = [form for form in self.world.forms.values() if form.application_id == place.id and form.by == by]
            if choice == "pending":
                for form in own:
                    form.at, form.values = None, {}
                return
            form = own[-1] if own else self.world.add_form(place.id, by)
            option = {"approve": "approve", "decline": "decline"}.get(choice, choice)
            self.world.submit_form(form.id, {"f-decision": option, "f-line": line, "f-days": days}, by=by)

    def _calibration(self, job_id: str) -> Placement | None:
        return next(
            (
                one
                for one in self.world.on_job(job_id)
                if any("calibration" in tag for tag in self.world.people[one.person_id].tags)
            ),
            None,
        )

    def asked(self, requisition_id: str) -> str:
        stands = str(self.world.jobs[requisition_id].fields.get("kakuyaku_calibration") or "")
        return stands.split(" ")[0]

    def decision_there(self, requisition_id: str) -> tuple[str, str]:
        place = self._calibration(requisition_id)
        given = [f for f in self.world.forms.values() if place and f.application_id == place.id and f.at]
        if not given:
            return "", ""
        latest = max(given, key=lambda form: form.at or self.now())
        return str(latest.values["f-decision"]), str(latest.values["f-line"])

    def there(self, requisition_id: str) -> There:
        seen = super().there(requisition_id)
        message = str(self.world.jobs[requisition_id].fields.get("kakuyaku_message") or "")
        return There((*seen.notes, message), seen.asked, seen.choice, seen.line, seen.entries)

    # Webhooks.

    def rings(self, change: Change) -> list[Rung]:
        world, what = self.world, change.what
        if change.kind == "job" and what != "deleted":
            name = "jobCreate" if what == "created" else "jobUpdate"
            return [self._rung(name, job=self._job(world.jobs[change.id]))]
        if change.kind == "post":
            job = world.jobs[str(change.facts["job_id"])]
            post = next(one for one in job.posts if one.id == change.id)
            published = what == "created" and post.live
            names = ["jobPostingPublish", "jobPostingUpdate"] if published else ["jobPostingUpdate"]
            return [self._rung(name, jobPosting=self._listed_posting(job, post)) for name in names]
        if change.kind == "person" and what == "deleted":
            return [self._rung("candidateDelete", candidate={"id": change.id})]
        if change.kind == "person" and what == "merged":
            gone, stays = {"id": change.id}, self._candidate(world.people[str(change.facts["into"])])
            return [self._rung("candidateMerge", deletedCandidate=gone, mergedCandidate=stays)]
        if change.kind == "application":
            names = {
                "created": ["applicationSubmit"],
                "moved": ["candidateStageChange", "applicationUpdate"],
                "hired": ["candidateHire", "candidateStageChange", "applicationUpdate"],
                "rejected": ["candidateStageChange", "applicationUpdate"],
            }.get(what, ["applicationUpdate"])
            return [self._rung(name, application=self._application(world.applications[change.id])) for name in names]
        if change.kind == "meeting":
            schedule = self._schedule(world.meetings[change.id])
            names = ["interviewScheduleCreate"] * (what == "created") + ["interviewScheduleUpdate"]
            return [self._rung(name, interviewSchedule=schedule) for name in names]
        return []

    def _rung(self, action: str, **data: Any) -> Rung:
        return Rung(action, {"action": action, "data": data})

    def sign(self, hook: Hook, rung: Rung, event_id: str) -> tuple[str, Mapping[str, str], bytes]:
        body = json.dumps(rung.payload, ensure_ascii=False, separators=(",", ":")).encode()
        if not hook.secret:
            return hook.url, {}, body
        digest = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
        return hook.url, {"Ashby-Signature": f"sha256={digest}"}, body

    # The wire.

    def is_write(self) -> bool:
        if request.path.startswith("/storage/"):
            return False
        return request.path.rpartition(".")[2] not in READING and "UploadHandle" not in request.path

    def refusal(self, status: int, words: str) -> Response:
        code = {429: "rate_limit_exceeded", 500: "internal_error", 504: "timeout"}.get(status, "error")
        return self._no(No(code, words, status))

    def _no(self, no: No) -> Response:
        info = {"code": no.code, "message": no.words, "requestId": "01JSTANDIN"}
        return answer({"success": False, "errors": [no.code], "errorInfo": info}, no.status)

    def wire(self) -> Blueprint:
        blue = Blueprint("ashby", __name__)

        @blue.post("/storage/<handle>")
        def storage(handle: str) -> Response:
            """The presigned address: no key, the bytes as the last field, an empty answer."""
            if handle not in self._uploads or request.form.get("key") != handle or request.authorization:
                return answer({"message": "forbidden"}, 403)
            name, _, media_type = self._uploads[handle]
            self._uploads[handle] = (name, request.files["file"].read(), media_type)
            return Response(status=204)

        @blue.post("/<verb>")
        def call(verb: str) -> Response:
            given = request.authorization
            if given is None:
                return self._no(No("unauthorized", "API key missing", 401))
            if given.username != KEY or given.password:
                return self._no(No("forbidden", "API key is wrong or deactivated", 403))
            body = request.get_json(silent=True)
            known: Callable[[dict[str, Any]], Any] | None = getattr(self, "do_" + verb.replace(".", "_"), None)
            if known is None or not isinstance(body, dict):
                return self._no(No("invalid_input", f"no such call or no JSON object: {verb}", 400))
            try:
                with self.world.whole():
                    found = known(body)
            except No as no:
                return self._no(no)
            whole = found if isinstance(found, dict) and "moreDataAvailable" in found else {"results": found}
            return answer({"success": True, **whole})

        return blue
