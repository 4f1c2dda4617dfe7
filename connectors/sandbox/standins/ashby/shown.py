"""Ashby's objects as its API reference shows them, out of the stand-in's world."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.sandbox.kit import Form, Job, Meeting, Person, Placement, Post, StandIn
from connectors.sandbox.kit.world import Moved

STATUS = {"draft": "Draft", "open": "Open", "closed": "Closed"}
TYPES = {"リード": "Lead", "応募": "PreInterviewScreen", "Archived": "Archived", "Hired": "Hired"}
ROUNDS = {"scheduled": "Scheduled", "complete": "Complete", "cancelled": "Cancelled"}


class Showing(StandIn):
    """How each thing is shown. One interview plan, one approval form, one kind of meeting serve the whole account."""

    def __init__(self, **how: Any) -> None:
        self.plan_id = self.form_id = self.interview_id = self.meeting_kind = ""
        self._fields: dict[str, dict[str, Any]] = {}
        self._tags: dict[str, str] = {}
        super().__init__(**how)
        self.plan_id, self.form_id, self.interview_id = (self.new_id(kind) for kind in ("plan", "form", "interview"))
        self.meeting_kind = self.new_id("interview")

    def _job(self, job: Job, *, unpublished: bool = False) -> dict[str, Any]:
        team = [(id, "Hiring Manager") for id in job.manager_ids] + [(id, "Recruiter") for id in job.recruiter_ids]
        return {
            "id": job.id,
            "title": job.title,
            "confidential": job.confidential,
            "status": STATUS.get(job.status, "Archived"),
            "employmentType": "FullTime",
            "defaultInterviewPlanId": self.plan_id,
            "customFields": [
                {"id": self._field(title)["id"], "title": title, "value": value}
                for title, value in job.fields.items()
                if value not in (None, "")
            ],
            "jobPostingIds": [post.id for post in job.posts if post.live or unpublished],
            "customRequisitionId": None,
            "hiringTeam": [self._member(id, role) for id, role in team],
            "createdAt": _time(job.created_at),
            "updatedAt": _time(job.updated_at),
            "openedAt": _time(job.opened_at),
            "closedAt": _time(job.closed_at),
        }

    def _member(self, id: str, role: str) -> dict[str, Any]:
        first, last = _names(self.world.colleagues[id].name)
        email = self.world.colleagues[id].email
        return {"userId": id, "firstName": first, "lastName": last, "email": email, "role": role}

    def _user(self, id: str) -> dict[str, Any]:
        one = self.world.colleagues[id]
        first, last = _names(one.name)
        return {
            "id": id,
            "firstName": first,
            "lastName": last,
            "email": one.email,
            "globalRole": "Limited Access",
            "isEnabled": one.active,
            "updatedAt": _time(self.now()),
        }

    def _listed_posting(self, job: Job, post: Post) -> dict[str, Any]:
        return {
            "id": post.id,
            "title": post.title,
            "jobId": job.id,
            "isListed": post.live,
            "publishedDate": post.created_at.date().isoformat() if post.live else None,
            "externalLink": None if post.internal else f"https://jobs.example.com/{post.id}",
            "updatedAt": _time(post.updated_at),
        }

    def _posting(self, job: Job, post: Post) -> dict[str, Any]:
        closing = "<p>みらい商事は多様な働き方を応援します。</p>"
        return self._listed_posting(job, post) | {
            "descriptionHtml": post.content + closing,
            "descriptionPlain": "",
            "descriptionParts": {
                "descriptionOpening": None,
                "descriptionBody": {"html": post.content, "plain": ""},
                "descriptionClosing": {"html": closing, "plain": ""},
            },
        }

    def _candidate(self, person: Person) -> dict[str, Any]:
        contacts = [{"value": one, "type": "Personal", "isPrimary": not i} for i, one in enumerate(person.emails)]
        phones = [{"value": one, "type": "Personal", "isPrimary": not i} for i, one in enumerate(person.phones)]
        files = [
            {"id": file.id, "name": file.filename, "handle": file.id}
            for file in self.world.files_on("person", person.id)
        ]
        resumes = [file for file in files if file["id"] == person.extra.get("resume")]
        return {
            "id": person.id,
            "name": person.extra.get("name") or f"{person.last_name} {person.first_name}",
            "primaryEmailAddress": contacts[0] if contacts else None,
            "emailAddresses": contacts,
            "primaryPhoneNumber": phones[0] if phones else None,
            "phoneNumbers": phones,
            "socialLinks": [],
            "tags": [{"id": self._tag(title), "title": title, "isArchived": False} for title in person.tags],
            "position": person.title or None,
            "company": person.company or None,
            "applicationIds": [one.id for one in self.world.of_person(person.id)],
            "resumeFileHandle": resumes[0] if resumes else None,
            "fileHandles": files,
            "profileUrl": f"https://app.ashbyhq.com/candidates/{person.id}",
            "createdAt": _time(person.created_at),
            "updatedAt": _time(person.updated_at),
        }

    def _stage(self, id: str) -> dict[str, Any]:
        stage = self.world.stages[id]
        kind = TYPES.get(stage.name, "Active")
        return {"id": id, "title": stage.name, "type": kind, "orderInInterviewPlan": stage.order}

    def _moved(self, numbered: tuple[int, Moved]) -> dict[str, Any]:
        number, moved = numbered
        return {
            "id": f"h-{number}",
            "stageId": moved.stage_id,
            "title": self.world.stages[moved.stage_id].name,
            "enteredStageAt": _time(moved.at),
            "stageNumber": number,
            "allowedActions": ["none"],
            "actorId": moved.by or None,
        }

    def _application(self, one: Placement) -> dict[str, Any]:
        person, job = self.world.people[one.person_id], self.world.jobs[one.job_id]
        kind = self._stage(one.stage_id)["type"]
        status = {"Lead": "Lead", "Archived": "Archived", "Hired": "Hired"}.get(kind, "Active")
        status = {"rejected": "Archived", "hired": "Hired"}.get(one.status, status)
        shown = self._candidate(person)
        return {
            "id": one.id,
            "createdAt": _time(one.created_at),
            "updatedAt": _time(one.updated_at),
            "status": status,
            "candidate": {key: shown[key] for key in ("id", "name", "primaryEmailAddress", "primaryPhoneNumber")},
            "currentInterviewStage": self._stage(one.stage_id),
            "archivedAt": _time(one.updated_at) if status == "Archived" else None,
            "appliedViaJobPostingId": one.extra.get("posting"),
            "job": {"id": job.id, "title": job.title},
            "hiringTeam": [],
            "customFields": [],
        }

    def _schedule(self, meeting: Meeting) -> dict[str, Any]:
        event = {
            "id": meeting.id,
            "interviewId": self.meeting_kind,
            "interviewScheduleId": f"s-{meeting.id}",
            "interviewers": [self._user(id) for id in meeting.interviewer_ids],
            "startTime": _time(meeting.starts_at),
            "endTime": _time(meeting.ends_at),
            "createdAt": _time(meeting.updated_at),
            "updatedAt": _time(meeting.updated_at),
            "feedbackLink": "https://app.ashbyhq.com/feedback",
            "hasSubmittedFeedback": False,
        }
        return self._round(f"s-{meeting.id}", ROUNDS[meeting.status], meeting.application_id, event, meeting.updated_at)

    def _request(self, form: Form) -> dict[str, Any]:
        event = {
            "id": form.extra["event"],
            "interviewId": form.extra["interview"],
            "interviewScheduleId": f"s-{form.id}",
            "interviewers": [self._user(form.extra["asked"])],
            "startTime": _time(form.created_at),
            "endTime": _time(form.created_at),
            "createdAt": _time(form.created_at),
            "updatedAt": _time(form.created_at),
            "feedbackLink": "https://app.ashbyhq.com/feedback",
            "hasSubmittedFeedback": form.at is not None,
        }
        return self._round(f"s-{form.id}", "WaitingOnFeedback", form.application_id, event, form.created_at)

    def _round(self, id: str, status: str, application_id: str, event: dict[str, Any], at: datetime) -> dict[str, Any]:
        stage_id = self.world.applications[application_id].stage_id
        return {
            "id": id,
            "status": status,
            "applicationId": application_id,
            "interviewStageId": stage_id,
            "interviewEvents": [event],
            "createdAt": _time(at),
            "updatedAt": _time(at),
        }

    def _form(self) -> dict[str, Any]:
        def field(path: str, kind: str, title: str, **more: Any) -> dict[str, Any]:
            return {"isRequired": False, "field": {"id": path, "type": kind, "path": path, "title": title, **more}}

        options = [{"label": "Approve / 承認", "value": "approve"}, {"label": "Decline / 見送り", "value": "decline"}]
        fields = [
            field("f-decision", "ValueSelect", "Decision / 判断", selectableValues=options),
            field("f-line", "String", "Line / 面接確約ライン"),
            field("f-days", "String", "Business days / 営業日数"),
        ]
        return {"sections": [{"title": "kakuyaku", "fields": fields}]}

    def _feedback(self, form: Form) -> dict[str, Any]:
        return {
            "id": form.id,
            "applicationId": form.application_id,
            "feedbackFormDefinitionId": self.form_id,
            "interviewId": form.extra.get("interview"),
            "interviewEventId": form.extra.get("event"),
            "submittedAt": _time(form.at),
            "submittedByUser": self._user(form.by),
            "formDefinition": self._form(),
            "submittedValues": dict(form.values),
        }

    def _interview(self, id: str) -> dict[str, Any]:
        ours = id == self.interview_id
        return {
            "id": id,
            "title": "kakuyaku" if ours else "面接",
            "isArchived": False,
            "isDebrief": False,
            "isFeedbackRequired": False,
            "isFeedbackRequested": True,
            "jobId": None,
            "feedbackFormDefinitionId": self.form_id,
        }

    def _tag(self, title: str) -> str:
        return self._tags.setdefault(title, self.new_id("tag"))

    def _field(self, title: str) -> dict[str, Any]:
        if title not in self._fields:
            self._fields[title] = self._new_field({"title": title, "objectType": "Job", "fieldType": "String"})
        return self._fields[title]

    def _new_field(self, body: dict[str, Any]) -> dict[str, Any]:
        kinds = {key: body[key] for key in ("title", "objectType", "fieldType")}
        return {"id": self.new_id("field"), **kinds, "isArchived": False, "isRequired": False}


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def _names(name: str) -> tuple[str, str]:
    """(first, last) of a colleague whose name is written family name first."""
    last, _, first = name.partition(" ")
    return first, last
