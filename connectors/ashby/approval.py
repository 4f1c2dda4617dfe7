"""How a manager is asked inside Ashby: a made-up candidate on the job, a note on it, and a feedback request.

Ashby's jobs take no notes, and hiring managers may not edit them by default, so a calibration candidate carries the
shortlist and the question. Nothing rings when a form is submitted: decisions are polled (`decisions`).

https://developers.ashbyhq.com/reference/applicationfeedbackrequestcreate
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from connectors import calibration
from connectors.ashby import fields, translate
from connectors.ashby.decisions import Decisions
from connectors.ashby.rpc import Refused
from connectors.ashby.shapes import (
    AshbyApplication,
    AshbyCandidate,
    AshbyCandidateTag,
    AshbyCustomField,
    AshbyInterview,
    AshbyInterviewSchedule,
    AshbyJob,
    AshbyNote,
)
from connectors.base import ATSError
from connectors.records import ApprovalRequest, Choice, Decision, ShortlistPost
from connectors.refs import carries, carrying


class Approvals(Decisions):
    """Asking for a decision."""

    _field_ids: dict[str, str] | None = None

    # The made-up candidate.

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
            stage_id = self._start(job) if self.options.get("calibration_stage") else ""
            place = {"interviewStageId": stage_id} if stage_id else {}
            body = {"candidateId": person.id, "jobId": job.id, **place}
            try:
                application_id = self.rpc.one("application.create", AshbyApplication, body, write=True).id
            except Refused as refused:
                if not refused.permanent:
                    raise
        if application_id:
            self.placed[job.id] = application_id
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
            return self._decided_on(job.id)
        decided = stands.choice is not Choice.PENDING
        if decided and request.seen is not None and _decided(stands) != _decided(request.seen):
            return self._decided_on(job.id)
        person_id, application_id = self._ensure_calibration(job)
        # The shortlist's note may name the calibration as well.
        text = "\n\n".join(part for part in (request.message, request.url) if part)
        note = self._note_on(person_id, f"{request.ref}-ask", text)
        asked_at = note.created_at or datetime.now(UTC)
        if application_id:
            self._request_feedback(job, application_id, asked_at)
        self._set(job, {"calibration": fields.standing(request.calibration, asked_at), **ours})
        self._step_back(job, application_id, asked_at)
        return application_id

    def _step_back(self, job: AshbyJob, application_id: str, asked_at: datetime) -> None:
        """Take the candidate out of a stage that decided on an earlier calibration, so that it can be moved in again."""
        if not application_id or not self.deciding_stages or any(self._moves(application_id, "", asked_at)):
            return
        application = self._application(application_id)
        stage = application.current_interview_stage if application else None
        if stage is None or stage.title.strip().casefold() not in self.deciding_stages:
            return
        start = self._start(job)
        if start:
            self.rpc.call(
                "application.changeStage", {"applicationId": application_id, "interviewStageId": start}, write=True
            )

    def _start(self, job: AshbyJob) -> str:
        """The stage the calibration candidate enters: the one asked for, else the first that decides nothing."""
        stages = [stage for stage in self._stages(job) if stage.title.strip().casefold() not in self.deciding_stages]
        wanted = self.options.get("calibration_stage", "").strip().casefold()
        named = next((stage.id for stage in stages if wanted and stage.title.strip().casefold() == wanted), "")
        return named or (stages[0].id if stages else "")

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


def _same(stands: str, wanted: str) -> bool:
    """Compare as a person would: line ends and trailing blanks may change on the way."""
    return stands.replace("\r\n", "\n").strip() == wanted.replace("\r\n", "\n").strip()


def _decided(decision: Decision) -> tuple[object, ...]:
    actor = decision.actor.id if decision.actor else ""
    return (decision.calibration, decision.choice, decision.line, decision.meeting, decision.days, actor)
