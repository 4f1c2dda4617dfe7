"""How a manager decides inside Ashby: by answering our feedback request on a calibration candidate.

Ashby's jobs take no notes, and hiring managers may not edit them by default, so a made-up candidate on the job carries
the shortlist and the question. A submitted form says who submitted it, which makes a decision verified (R2). Nothing
rings when a form is submitted: decisions are polled. Which calibration is asked for stands in a field of the job,
with the time since when: forms submitted before it belong to earlier ones.

https://developers.ashbyhq.com/reference/applicationfeedbackrequestcreate,
https://developers.ashbyhq.com/reference/applicationfeedbacklist
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from connectors import calibration, choices
from connectors.ashby import fields, translate
from connectors.ashby.reads import Reads
from connectors.ashby.rpc import Refused
from connectors.ashby.shapes import (
    AshbyApplication,
    AshbyCandidate,
    AshbyCandidateTag,
    AshbyCustomField,
    AshbyFeedback,
    AshbyFormDefinition,
    AshbyInterview,
    AshbyInterviewSchedule,
    AshbyJob,
    AshbyNote,
)
from connectors.base import ATSError
from connectors.records import ApprovalRequest, Choice, Decision, ShortlistPost
from connectors.refs import carries, carrying

# What a field of the approval form is called, in either language (`Decision / 判断` is both).
FORM: Mapping[str, frozenset[str]] = {
    "decision": frozenset({"decision", "判断"}),
    "line": frozenset({"line", "interview line", "面接確約ライン"}),
    "meeting": frozenset({"meeting", "内容"}),
    "days": frozenset({"business days", "days", "営業日数"}),
    "specification": frozenset({"specification", "要件案"}),
}


class Approvals(Reads):
    """Asking for a decision and reading it; `field_titles` are set up by `Ashby`."""

    field_titles: dict[str, str]
    _field_ids: dict[str, str] | None = None

    # Reading.

    def read_decision(self, requisition_id: str) -> Decision | None:
        """Read the newest form submitted since the question was asked; the hiring managers' come before others'."""
        job = self._job(requisition_id)
        return self._decision(job) if job else None

    def _decision(self, job: AshbyJob) -> Decision:
        short_id, asked_at = fields.read_standing(fields.value_of(job.custom_fields, self.field_titles["calibration"]))
        nothing = Decision(calibration=short_id, choice=Choice.PENDING, line="")
        # Without its time the field was changed by hand: then no form is known to be of this calibration.
        person = self._calibration_person(job.id) if asked_at else None
        application_id = self._calibration_application(person, job.id) if person else ""
        if not application_id or asked_at is None:
            return nothing
        submitted = [
            form
            for form in self.rpc.list("applicationFeedback.list", AshbyFeedback, {"applicationId": application_id})
            if form.application_id == application_id
            and form.submitted_at is not None
            and form.submitted_at > asked_at
            and _path(form.form_definition, "decision")
        ]
        if not submitted:
            return nothing
        managers = {one.user_id for one in job.hiring_team if one.role.casefold() == self.manager_role.casefold()}
        latest = max(submitted, key=lambda form: (_by(form) in managers, form.submitted_at or asked_at))
        return Decision(
            calibration=short_id,
            choice=choices.choice(_answer(latest, "decision")),
            line=_answer(latest, "line"),
            meeting=_answer(latest, "meeting"),
            days=_answer(latest, "days"),
            specification=_answer(latest, "specification"),
            actor=translate.user(latest.submitted_by_user) if latest.submitted_by_user else None,
            at=latest.submitted_at,
        )

    # The made-up candidate.

    def _calibration_person(self, job_id: str) -> AshbyCandidate | None:
        address = calibration.address(self.options, job_id)
        found = self.rpc.unpaged("candidate.search", AshbyCandidate, {"email": address})
        own = [one for one in found if address.casefold() in {each.casefold() for each in translate.addresses(one)}]
        return min(own, key=lambda one: (one.created_at or datetime.max.replace(tzinfo=UTC), one.id), default=None)

    def _calibration_application(self, person: AshbyCandidate, job_id: str) -> str:
        # Made for one job, it stands on that job unless a person put it on others as well.
        if len(person.application_ids) == 1:
            return person.application_ids[0]
        found = (self._application(id) for id in person.application_ids)
        return next((one.id for one in found if one and one.job.id == job_id), "")

    def _ensure_calibration(self, job: AshbyJob) -> tuple[str, str]:
        """Find or create the calibration candidate, tagged and on the job; (candidate id, application id).

        The application id is "" while Ashby refuses one: a draft without an interview plan takes none.
        """
        person = self._calibration_person(job.id)
        if person is None:
            body = {
                "name": translate.joined_name(calibration.FIRST_NAME, calibration.LAST_NAME),
                "email": calibration.address(self.options, job.id),
            }
            person = self.rpc.one("candidate.create", AshbyCandidate, body, write=True)
        self._tag(person, calibration.TAG)
        application_id = self._calibration_application(person, job.id)
        if not application_id:
            wanted = self.options.get("calibration_stage", "").casefold()
            stage_id = next((one.id for one in self._stages(job) if one.title.casefold() == wanted), "")
            place = {"interviewStageId": stage_id} if stage_id else {}
            body = {"candidateId": person.id, "jobId": job.id, **place}
            try:
                application_id = self.rpc.one("application.create", AshbyApplication, body, write=True).id
            except Refused as refused:
                if not refused.permanent:
                    raise
        return person.id, application_id

    def _tag(self, person: AshbyCandidate, tag: str) -> None:
        if any(found.title.casefold() == tag.casefold() for found in person.tags):
            return
        # "If a tag already exists with that title, the existing tag will be returned."
        made = self.rpc.one("candidateTag.create", AshbyCandidateTag, {"title": tag}, write=True)
        self.rpc.call("candidate.addTag", {"candidateId": person.id, "tagId": made.id}, write=True)

    def _note_on(self, candidate_id: str, ref: str, body: str) -> AshbyNote:
        """Find the note that carries `ref`, or write it: https://developers.ashbyhq.com/reference/candidatecreatenote."""
        for found in self.rpc.list("candidate.listNotes", AshbyNote, {"candidateId": candidate_id}):
            if carries(found.content, ref):
                return found
        given = {"candidateId": candidate_id, "note": {"type": "text/plain", "value": carrying(body, ref)}}
        return self.rpc.one("candidate.createNote", AshbyNote, given, write=True)

    # Asking.

    def _require_job(self, requisition_id: str) -> AshbyJob:
        job = self._job(requisition_id)
        if job is None:
            raise ATSError(
                f"Ashby shows no job {requisition_id}: it was deleted, or it is confidential and our API key may not see"
                " confidential jobs",
                status=404,
                permanent=True,
            )
        return job

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Write the note on the calibration candidate unless one carrying `post.ref` is there; return its id."""
        person_id, _ = self._ensure_calibration(self._require_job(requisition_id))
        return self._note_on(person_id, post.ref, post.body).id

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Ask for a decision on `request.calibration`: a note, a feedback request to the manager, our field on the job.

        The field comes last and closes what went before; until it stands, an answer still belongs to the calibration
        before. A form that differs from `request.seen` was submitted meanwhile: then nothing is written.
        """
        job = self._require_job(requisition_id)
        stands = self._decision(job)
        ours = {"message": request.message, "link": request.url}
        if stands.calibration == request.calibration:
            self._set(job, ours)
            person = self._calibration_person(job.id)
            return self._calibration_application(person, job.id) if person else ""
        decided = stands.choice is not Choice.PENDING
        if decided and request.seen is not None and _decided(stands) != _decided(request.seen):
            person = self._calibration_person(job.id)
            return self._calibration_application(person, job.id) if person else ""
        person_id, application_id = self._ensure_calibration(job)
        # The shortlist's note may name the calibration as well.
        text = "\n\n".join(part for part in (request.message, request.url) if part)
        note = self._note_on(person_id, f"{request.ref}-ask", text)
        asked_at = note.created_at or datetime.now(UTC)
        if application_id:
            self._request_feedback(job, application_id, asked_at)
        self._set(job, {"calibration": fields.standing(request.calibration, asked_at), **ours})
        return application_id

    def _request_feedback(self, job: AshbyJob, application_id: str, asked_at: datetime) -> None:
        """Ask the first active hiring manager for feedback, unless it was asked since `asked_at`.

        Without the interview (`check` tells how to make it) or a manager nothing is asked for here: the note stands,
        and the link mailed to the manager works.
        """
        interview = self._approval_interview()
        managers = self._members(job.hiring_team, self.manager_role)
        manager = next((one for one in managers if one.active), None)
        if interview is None or manager is None:
            return
        body = {"applicationId": application_id}
        for schedule in self.rpc.list("interviewSchedule.list", AshbyInterviewSchedule, body):
            for event in schedule.interview_events:
                asked = event.created_at is not None and event.created_at >= asked_at
                if event.interview_id == interview.id and asked:
                    return
        self.rpc.call(
            "applicationFeedbackRequest.create",
            {**body, "interviewId": interview.id, "interviewerUserId": manager.id},
            write=True,
        )

    def _approval_interview(self) -> AshbyInterview | None:
        """The shared interview whose feedback form carries the decision, by its title."""
        wanted = self.approval_interview.casefold()
        for found in self.rpc.list("interview.list", AshbyInterview):
            if found.title.strip().casefold() == wanted and not found.is_archived:
                return found
        return None

    def post_message(self, requisition_id: str, message: str) -> None:
        self._set(self._require_job(requisition_id), {"message": message})

    def _set(self, job: AshbyJob, wanted: Mapping[str, str]) -> None:
        """Write those of our job fields (by purpose) that stand differently, in one call; nothing when none does.

        https://developers.ashbyhq.com/reference/customfieldsetvalues: setting them one by one races.
        """
        changes = {
            purpose: value
            for purpose, value in wanted.items()
            if not _same(fields.value_of(job.custom_fields, self.field_titles[purpose]), value)
        }
        if not changes:
            return
        ids = self._ids_of_fields()
        missing = [self.field_titles[purpose] for purpose in changes if self.field_titles[purpose] not in ids]
        if missing:
            raise ATSError(
                f"Ashby has no job field {', '.join(missing)}; run connect again, it creates them", permanent=True
            )
        values = [
            {"fieldId": ids[self.field_titles[purpose]], "fieldValue": value} for purpose, value in changes.items()
        ]
        body = {"objectId": job.id, "objectType": "Job", "values": values}
        self.rpc.call("customField.setValues", body, write=True)

    def _ids_of_fields(self) -> Mapping[str, str]:
        """Our job fields' ids by title; looked up again while one is missing."""
        if self._field_ids is None or not set(self.field_titles.values()) <= self._field_ids.keys():
            self._field_ids = {title: field.id for title, field in self._standing_fields().items()}
        return self._field_ids

    def _standing_fields(self) -> dict[str, AshbyCustomField]:
        ours = set(self.field_titles.values())
        return {
            found.title: found
            for found in self.rpc.list("customField.list", AshbyCustomField)
            if found.object_type == "Job" and found.title in ours and not found.is_archived
        }


def _path(form: AshbyFormDefinition | None, purpose: str) -> str:
    """Where a form keeps the field of a purpose, "" where it has none."""
    for section in form.sections if form else []:
        for place in section.fields:
            names = {part.strip().casefold() for part in re.split(r"[/／]", place.field.title)}
            if names & FORM[purpose]:
                return place.field.path
    return ""


def _answer(form: AshbyFeedback, purpose: str) -> str:
    """What was answered, as text; the label of an option rather than its value."""
    path = _path(form.form_definition, purpose)
    value = form.submitted_values.get(path) if path else None
    for section in form.form_definition.sections if form.form_definition else []:
        for place in section.fields:
            if place.field.path == path:
                for option in place.field.selectable_values:
                    if option.value == value and option.label:
                        return option.label
    return fields.as_text(value).strip()


def _by(form: AshbyFeedback) -> str:
    return form.submitted_by_user.id if form.submitted_by_user else ""


def _same(stands: str, wanted: str) -> bool:
    """Compare as a person would: line ends and trailing blanks may change on the way."""
    return stands.replace("\r\n", "\n").strip() == wanted.replace("\r\n", "\n").strip()


def _decided(decision: Decision) -> tuple[object, ...]:
    actor = decision.actor.id if decision.actor else ""
    return (decision.calibration, decision.choice, decision.line, decision.meeting, decision.days, actor)
