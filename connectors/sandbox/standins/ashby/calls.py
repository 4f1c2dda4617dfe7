"""Ashby's calls, a method each, and how it pages. `do_job_list` answers `job.list`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.kit import Form, Hook, Job, Meeting, Person, Placement, Rung
from connectors.sandbox.kit.bell import post as deliver
from connectors.sandbox.standins.ashby.shown import STATUS, TYPES, Showing, _time

WEBHOOK_TYPES = frozenset(
    {
        *("applicationSubmit", "applicationUpdate", "candidateHire", "candidateStageChange", "candidateDelete"),
        *("candidateMerge", "interviewPlanTransition", "interviewScheduleCreate", "interviewScheduleUpdate"),
        *("jobPostingUpdate", "jobPostingPublish", "jobPostingUnpublish", "offerCreate", "offerUpdate", "offerDelete"),
        *("pushToHRIS", "surveySubmit"),
    }
)
UNDOCUMENTED_TYPES = frozenset({"jobCreate", "jobUpdate"})
"""Missing from the reference's list; code in public creates them by API all the same."""


class No(Exception):
    """A refusal: `success: false`."""

    def __init__(self, code: str, words: str = "", status: int = 200) -> None:
        super().__init__(code)
        self.code, self.words, self.status = code, words or code.replace("_", " "), status


class Calls(Showing):
    """The calls. `strict_webhooks`: its API creates only the webhook types its reference names."""

    strict_webhooks = False
    drafts_take_people = True
    stale_status = 200
    """With which status an expired sync token is refused: not documented."""

    def __init__(self, **how: Any) -> None:
        self._uploads: dict[str, tuple[str, bytes, str]] = {}
        self._forgotten_before: datetime | None = None
        super().__init__(**how)

    def forget_sync_tokens(self) -> None:
        """Let every sync token handed out so far expire."""
        self._forgotten_before = self.now()

    def _page(
        self, body: dict[str, Any], rows: list[Any], show: Callable[[Any], Any], moved: Any = None
    ) -> dict[str, Any]:
        """A page of a list. `moved`: when a row last changed, for lists that take a sync token."""
        limit = int(body.get("limit") or 100)
        if not 1 <= limit <= 100:
            raise No("invalid_input", "limit must be between 1 and 100")
        if body.get("syncToken"):
            if moved is None:
                raise No("invalid_input", "this list knows no syncToken")
            since = self._read_token(str(body["syncToken"]))
            rows = [row for row in rows if moved(row) > since]
        start, began = 0, self.now()
        if body.get("cursor"):
            try:
                start, began = json.loads(base64.b64decode(str(body["cursor"])))
                began = datetime.fromisoformat(str(began))
            except ValueError:
                raise No("invalid_next_cursor") from None
        found: dict[str, Any] = {"results": [show(row) for row in rows[start : start + limit]]}
        more = start + limit < len(rows)
        found["moreDataAvailable"] = more
        if more:
            place = [start + limit, began.isoformat()]
            found["nextCursor"] = base64.b64encode(json.dumps(place).encode()).decode()
        elif moved is not None:
            found["syncToken"] = base64.b64encode(began.isoformat().encode()).decode()
        return found

    def _read_token(self, text: str) -> datetime:
        try:
            at = datetime.fromisoformat(base64.b64decode(text).decode())
        except ValueError:
            raise No("sync_token_invalid") from None
        if self._forgotten_before is not None and at <= self._forgotten_before:
            words = "This sync token has expired. Perform a full sync instead."
            raise No("sync_token_expired", words, self.stale_status)
        return at

    # Finding things.

    def _find(self, kind: str, rows: Mapping[str, Any], id: Any) -> Any:
        one = rows.get(id) if isinstance(id, str) else None
        if one is None or getattr(one, "deleted", False):
            raise No(f"{kind}_not_found")
        return one

    def _a_job(self, id: Any) -> Job:
        found: Job = self._find("job", self.world.jobs, id)
        return found

    def _a_person(self, id: Any) -> Person:
        found: Person = self._find("candidate", self.world.people, id)
        return found

    def _an_application(self, id: Any) -> Placement:
        found: Placement = self._find("application", self.world.applications, id)
        return found

    # The calls, one method each.

    def do_apiKey_info(self, body: dict[str, Any]) -> Any:
        return {"title": "kakuyaku", "createdAt": _time(self.now()), "scopes": ["jobs:read", "candidates:write"]}

    def do_job_list(self, body: dict[str, Any]) -> Any:
        wanted = body.get("status") or ["Open", "Closed", "Archived"]
        rows = [
            job for job in self.world.jobs.values() if not job.deleted and STATUS.get(job.status, "Archived") in wanted
        ]
        return self._page(body, rows, self._job, lambda job: job.updated_at)

    def do_job_info(self, body: dict[str, Any]) -> Any:
        return self._job(self._a_job(body.get("id")), unpublished=bool(body.get("includeUnpublishedJobPostingsIds")))

    def do_jobPosting_list(self, body: dict[str, Any]) -> Any:
        return [
            self._listed_posting(job, post)
            for job in self.world.jobs.values()
            for post in job.posts
            if post.live and not job.deleted
        ]

    def do_jobPosting_info(self, body: dict[str, Any]) -> Any:
        for job in self.world.jobs.values():
            for post in job.posts:
                if post.id == body.get("jobPostingId"):
                    return self._posting(job, post)
        raise No("job_posting_not_found")

    def do_user_info(self, body: dict[str, Any]) -> Any:
        self._find("user", self.world.colleagues, body.get("userId"))
        return self._user(str(body["userId"]))

    def do_user_list(self, body: dict[str, Any]) -> Any:
        return self._page(body, list(self.world.colleagues), self._user)

    def do_interviewStage_list(self, body: dict[str, Any]) -> Any:
        if body.get("interviewPlanId") != self.plan_id:
            raise No("interview_plan_not_found")
        stages = sorted(self.world.stages.values(), key=lambda stage: -stage.order)
        return {"results": [self._stage(stage.id) for stage in stages], "moreDataAvailable": False}

    def do_candidate_list(self, body: dict[str, Any]) -> Any:
        rows = [person for person in self.world.people.values() if not person.deleted]
        return self._page(body, rows, self._candidate, lambda person: person.updated_at)

    def do_candidate_info(self, body: dict[str, Any]) -> Any:
        return self._candidate(self._a_person(body.get("id")))

    def do_candidate_search(self, body: dict[str, Any]) -> Any:
        # By words, not exact: so an address that only looks alike is found as well.
        email, name = str(body.get("email") or "").casefold(), str(body.get("name") or "")
        found = [
            person
            for person in self.world.people.values()
            if not person.deleted
            and (not email or any(email in one.casefold() for one in person.emails))
            and (not name or name in self._candidate(person)["name"])
        ]
        return [self._candidate(person) for person in found[:100]]

    def do_candidate_create(self, body: dict[str, Any]) -> Any:
        if not body.get("name"):
            raise No("invalid_input", "name is required")
        given = [str(body[key]) for key in ("email",) if body.get(key)]
        phones = [str(body["phoneNumber"])] if body.get("phoneNumber") else []
        last, _, first = str(body["name"]).partition(" ")
        person = self.world.add_person(first, last, emails=given, phones=phones, extra={"name": body["name"]})
        self.wrote("candidates")
        return self._candidate(person)

    def do_candidate_listNotes(self, body: dict[str, Any]) -> Any:
        person = self._a_person(body.get("candidateId"))
        return self._page(body, self.world.notes_on("person", person.id), self._note, lambda note: note.at)

    def _note(self, note: Any) -> dict[str, Any]:
        author = {"id": self.bot.id, "firstName": "kakuyaku", "lastName": "API"}
        return {"id": note.id, "createdAt": _time(note.at), "isPrivate": False, "content": note.body, "author": author}

    def do_candidate_createNote(self, body: dict[str, Any]) -> Any:
        person, note = self._a_person(body.get("candidateId")), body.get("note")
        text = note.get("value") if isinstance(note, dict) else note
        if not isinstance(text, str) or (
            isinstance(note, dict) and note.get("type") not in ("text/plain", "text/html")
        ):
            raise No("invalid_input", "note is required")
        self.wrote("notes")
        return self._note(self.world.add_note(("person", person.id), text))

    def do_candidateTag_create(self, body: dict[str, Any]) -> Any:
        title = str(body.get("title") or "")
        self.wrote("tags")
        return {"id": self._tag(title), "title": title, "isArchived": False}

    def do_candidate_addTag(self, body: dict[str, Any]) -> Any:
        person = self._a_person(body.get("candidateId"))
        title = next((title for title, id in self._tags.items() if id == body.get("tagId")), None)
        if title is None:
            raise No("candidate_tag_not_found")
        person.tags.append(title)
        self.wrote("candidate_tags")
        self.world.changed("person", "updated", person.id)
        return self._candidate(person)

    def do_application_list(self, body: dict[str, Any]) -> Any:
        rows = (
            self.world.on_job(str(body["jobId"]))
            if body.get("jobId")
            else [one for one in self.world.applications.values() if not one.deleted]
        )
        return self._page(body, rows, self._application, lambda one: one.updated_at)

    def do_application_info(self, body: dict[str, Any]) -> Any:
        return self._application(self._an_application(body.get("applicationId")))

    def do_application_create(self, body: dict[str, Any]) -> Any:
        person, job = self._a_person(body.get("candidateId")), self._a_job(body.get("jobId"))
        if job.status == "draft" and not self.drafts_take_people:
            raise No("interview_plan_not_found")
        stages = sorted(self.world.stages.values(), key=lambda stage: stage.order)
        wanted = body.get("interviewStageId") or stages[0].id
        if wanted == "FirstPreInterviewScreen":
            wanted = next(stage.id for stage in stages if TYPES.get(stage.name) == "PreInterviewScreen")
        if wanted not in self.world.stages:
            raise No("interview_stage_not_found")
        one = self.world.add_application(person.id, job.id, str(wanted), source=str(body.get("sourceId") or ""))
        self.wrote("applications")
        return self._application(one)

    def do_application_changeStage(self, body: dict[str, Any]) -> Any:
        one, stage_id = self._an_application(body.get("applicationId")), str(body.get("interviewStageId"))
        if stage_id not in self.world.stages:
            raise No("interview_stage_not_found")
        if self._stage(stage_id)["type"] == "Archived" and not body.get("archiveReasonId"):
            raise No("invalid_input", "Archive reason ID is required for archive stages")
        self.world.move(one.id, stage_id, by=self.bot.id)
        self.wrote("moves")
        return self._application(one)

    def do_application_listHistory(self, body: dict[str, Any]) -> Any:
        one = self._an_application(body.get("applicationId"))
        return self._page(body, list(enumerate(one.history)), self._moved)

    def do_applicationFeedback_list(self, body: dict[str, Any]) -> Any:
        rows = [
            form
            for form in self.world.forms.values()
            if form.at is not None and body.get("applicationId") in (None, form.application_id)
        ]
        return self._page(body, rows, self._feedback, lambda form: form.at)

    def do_applicationFeedbackRequest_create(self, body: dict[str, Any]) -> Any:
        one = self._an_application(body.get("applicationId"))
        self._find("user", self.world.colleagues, body.get("interviewerUserId"))
        if body.get("interviewId") != self.interview_id:
            raise No("interview_not_found")
        asked, event = str(body["interviewerUserId"]), self.new_id("event")
        self.world.add_form(one.id, asked, event=event, interview=self.interview_id, asked=asked)
        self.wrote("feedback_requests")
        return {"interviewEventId": event, "interviewerUserId": asked, "applicationId": one.id}

    def do_interview_list(self, body: dict[str, Any]) -> Any:
        return self._page(body, [self.meeting_kind, self.interview_id], self._interview)

    def do_interview_info(self, body: dict[str, Any]) -> Any:
        if body.get("id") not in (self.meeting_kind, self.interview_id):
            raise No("interview_not_found")
        return self._interview(str(body["id"]))

    def do_feedbackFormDefinition_info(self, body: dict[str, Any]) -> Any:
        if body.get("feedbackFormDefinitionId") != self.form_id:
            raise No("form_definition_not_found")
        return {"id": self.form_id, "title": "kakuyaku", "isArchived": False, "formDefinition": self._form()}

    def do_interviewSchedule_list(self, body: dict[str, Any]) -> Any:
        meetings = [one for one in self.world.meetings.values() if not one.deleted]
        asked = [one for one in self.world.forms.values() if "event" in one.extra]
        every: list[Meeting | Form] = [*meetings, *asked]
        rows = [one for one in every if body.get("applicationId") in (None, one.application_id)]
        return self._page(
            body,
            rows,
            lambda one: self._schedule(one) if isinstance(one, Meeting) else self._request(one),
            lambda one: one.updated_at if isinstance(one, Meeting) else one.created_at,
        )

    def do_source_list(self, body: dict[str, Any]) -> Any:
        return [{"id": "source-1", "title": "Scout", "isArchived": False}]

    def do_customField_list(self, body: dict[str, Any]) -> Any:
        return self._page(body, list(self._fields.values()), dict)

    def do_customField_create(self, body: dict[str, Any]) -> Any:
        self._fields[str(body["title"])] = self._new_field(body)
        self.wrote("custom_fields")
        return self._fields[str(body["title"])]

    def do_customField_setValues(self, body: dict[str, Any]) -> Any:
        if body.get("objectType") != "Job":
            raise No("invalid_input", "only jobs here")
        job = self._a_job(body.get("objectId"))
        titles = {field["id"]: title for title, field in self._fields.items()}
        for change in body["values"]:
            if change["fieldId"] not in titles:
                raise No("custom_field_not_found")
            job.fields[titles[change["fieldId"]]] = change["fieldValue"]
        job.updated_at = self.now()
        self.wrote("field_values")
        return [
            {"id": one["fieldId"], "title": titles[one["fieldId"]], "value": one["fieldValue"]}
            for one in body["values"]
        ]

    def do_file_createFileUploadHandle(self, body: dict[str, Any]) -> Any:
        handle = self.new_id("upload")
        self._uploads[handle] = (str(body["filename"]), b"", str(body["contentType"]))
        return {"handle": handle, "url": f"{self.url}/storage/{handle}", "fields": {"key": handle}}

    def do_candidate_uploadFile(self, body: dict[str, Any]) -> Any:
        return self._upload(body, "fileHandle")

    def do_candidate_uploadResume(self, body: dict[str, Any]) -> Any:
        return self._upload(body, "resumeHandle")

    def _upload(self, body: dict[str, Any], key: str) -> Any:
        person, upload = self._a_person(body.get("candidateId")), self._uploads.pop(str(body.get(key)), None)
        if upload is None or not upload[1]:
            raise No("file_not_found")
        file = self.world.add_file(("person", person.id), *upload)
        if key == "resumeHandle":
            person.extra["resume"] = file.id
        self.wrote("files")
        return self._candidate(person)

    def do_file_info(self, body: dict[str, Any]) -> Any:
        if body.get("fileHandle") not in self.world.files:
            raise No("file_not_found")
        return {"url": f"{self.url}/files/{body['fileHandle']}"}

    def do_webhook_create(self, body: dict[str, Any]) -> Any:
        kind, url = str(body.get("webhookType")), str(body.get("requestUrl"))
        if kind not in WEBHOOK_TYPES and (self.strict_webhooks or kind not in UNDOCUMENTED_TYPES):
            raise No("invalid_input", "webhookType is not one of the allowed values", 400)
        if any(hook.url == url and hook.events == frozenset({kind}) for hook in self.bell.hooks):
            raise No("duplicate_webhook", "A webhook of this type and URL already exists")
        hook = Hook(self.new_id("hook"), url, str(body.get("secretToken") or ""), frozenset({kind}))
        if urlsplit(url).hostname == "127.0.0.1":  # nothing beyond this machine is ever called
            ping = Rung("ping", {"action": "ping", "data": {"webhookActionType": "ping"}})
            hook.active = 200 <= deliver(*self.sign(hook, ping, ""))[0] < 300
        self.bell.add(hook)
        self.wrote("webhooks")
        return {
            "id": hook.id,
            "enabled": hook.active,
            "requestUrl": url,
            "secretToken": hook.secret,
            "webhookType": kind,
        }
