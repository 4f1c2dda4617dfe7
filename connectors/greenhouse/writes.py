"""What is written into Greenhouse. Each write looks for itself first, so that a second call changes nothing.

Greenhouse has no idempotency key, so a note carries its visible reference, an entry is found by person and job, a tag
by its name, an attachment by its file name. After a lost answer the caller waits and calls again; the look decides.
"""

from __future__ import annotations

import base64
from pathlib import PurePath
from typing import Any

from connectors.base import ATSError
from connectors.greenhouse import fields, translate
from connectors.greenhouse.flow import Flows, Mark
from connectors.greenhouse.shapes import (
    Created,
    GreenhouseApplication,
    GreenhouseApplicationStage,
    GreenhouseAppliedCandidateTag,
    GreenhouseAttachment,
    GreenhouseCandidateTag,
    GreenhouseCustomField,
    GreenhouseCustomFieldOption,
    GreenhouseCustomFieldValue,
    GreenhouseJob,
    GreenhouseJobNote,
    GreenhouseNote,
)
from connectors.records import ApprovalRequest, Attachment, Choice, ShortlistPost
from connectors.refs import carries, carrying


class Writes(Flows):
    """The writing side: job notes and fields, notes, tags, files, moves."""

    def _author(self) -> dict[str, Any]:
        subject = self.credentials.get("sub")
        return {"user_id": int(subject)} if subject else {}

    def _job(self, requisition_id: str) -> GreenhouseJob:
        job = self.harvest.one("jobs", GreenhouseJob, requisition_id)
        if job is None:
            raise ATSError(
                f"Greenhouse shows no job {requisition_id}: it was deleted, or it is confidential and our user is not"
                " on its hiring team",
                status=404,
                permanent=True,
            )
        return job

    def _set(self, job: GreenhouseJob, wanted: dict[str, Any]) -> None:
        """Write those of our fields (by purpose) that stand differently; write nothing when none does."""
        changes = []
        for purpose, value in wanted.items():
            key = self.field_keys[purpose]
            stands = fields.as_text(job.custom_fields.get(key))
            shown = "" if value is None else fields.as_text(GreenhouseCustomFieldValue(value=value))
            if _same(stands, shown):
                continue
            if value is not None and purpose in ("decision", "meeting"):
                value = self._option(key, value)
            changes.append({"name_key": key, "value": value})
        if changes:
            self.harvest.patch("jobs", str(job.id), {"custom_fields": changes})

    def _option(self, key: str, name: str) -> int:
        """Find an option's id by its name. A select is written by id, as the older API's documentation has it."""
        field = next(
            (
                found
                for found in self.harvest.list("custom_fields", GreenhouseCustomField, field_type="job")
                if found.name_key == key
            ),
            None,
        )
        if field is not None:
            options = self.harvest.list_by(
                "custom_field_options", GreenhouseCustomFieldOption, "custom_field_ids", [field.id]
            )
            for option in options:
                if option.name == name:
                    return option.id
        raise ATSError(
            f"the Greenhouse field {key} has no option {name!r}; run connect again, or add the option by hand",
            permanent=True,
        )

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Write the job note unless one carrying `post.ref` is there, and the shortlist field; return the note's id."""
        job = self._job(requisition_id)
        note_id = ""
        for note in self.harvest.list("job_notes", GreenhouseJobNote, job_ids=requisition_id):
            if carries(note.body, post.ref):
                note_id = str(note.id)
                break
        body = carrying(post.body, post.ref)
        if not note_id:
            answer = self.harvest.create(
                "job_notes",
                {
                    "job_id": job.id,
                    "body": body,
                    "visibility": self.options.get("job_note_visibility") or "admin_only_visible",
                    **self._author(),
                },
            )
            note_id = created(answer, "job note")
        self._set(job, {"shortlist": body})
        return note_id

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Ask for a decision on `request.calibration`; a second call changes nothing.

        Decision fields are reset only when the calibration id standing in our own field changes, and in the same write
        as that id, so that no earlier approval can pass for one of this calibration. A decision that differs from
        `request.seen` was set meanwhile: then nothing at all is written, and `read_decision` shows it, still under the
        calibration it was made on. Between our re-read and our write a manager's edit can be lost; Greenhouse has no
        conditional write.
        """
        job = self._job(requisition_id)
        stands = self.whole_decision(job)
        ours = {"proposed_line": request.proposed_line, "message": request.message, "link": request.url}
        if stands.calibration == request.calibration:
            self._set(job, ours)
            if stands.choice is Choice.PENDING:
                self._ask_by_flow(job, self._mark(job))
            return ""
        decided = stands.choice is not Choice.PENDING
        if decided and request.seen is not None and _decided(stands) != _decided(request.seen):
            return ""
        mark = self.prepared(job, request.calibration) if self.flow_kind else Mark()
        self._set(
            job,
            {
                "decision": fields.DECISIONS[Choice.PENDING],
                "line": None,
                "meeting": fields.MEETINGS.get(request.meeting) if request.meeting else None,
                "days": request.days or None,
                "specification": None,
                "calibration": request.calibration,
                **({"flow": str(mark) or None} if self.flow_kind else {}),
                **ours,
            },
        )
        self._ask_by_flow(job, mark)
        return ""

    def _ask_by_flow(self, job: GreenhouseJob, mark: Mark) -> None:
        """Ask by the job's own approval as marked; where it can't, the mark goes and the fields alone ask."""
        if not mark.flow_id:
            return
        made = self.made(job, mark)
        if made != mark:
            self._set(self._job(str(job.id)), {"flow": str(made) or None})
        if made.flow_id and not self.requested(made):
            self._set(self._job(str(job.id)), {"flow": None})

    def post_message(self, requisition_id: str, message: str) -> None:
        self._set(self._job(requisition_id), {"message": message or None})

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        for found in self.harvest.list("notes", GreenhouseNote, candidate_ids=candidate_id):
            if carries(found.body, ref):
                return str(found.id)
        # POST /v3/notes takes a note for a candidate that does not exist, and v3 cannot delete it again.
        self._require_candidate(candidate_id)
        answer = self.harvest.create(
            "notes",
            {
                "candidate_id": int(candidate_id),
                "body": carrying(body, ref),
                "visibility": self.options.get("note_visibility") or "public",
                "note_type": "NOTE",
                **self._author(),
            },
        )
        return created(answer, "note")

    def _require_candidate(self, candidate_id: str) -> None:
        if self.candidate(candidate_id) is None:
            raise ATSError(
                f"Greenhouse shows no candidate {candidate_id}: deleted, merged into another, or private",
                status=404,
                permanent=True,
            )

    def tag(self, candidate_id: str, tag: str) -> None:
        """Tag a person; the tag is created where the account has none of that name, whatever its case."""
        tag_id = self._tag_id(tag)
        if tag_id is None:
            try:
                tag_id = int(created(self.harvest.create("candidate_tags", {"name": tag}), "tag"))
            except ATSError as problem:
                # Somebody else may have created it between our look and our write.
                tag_id = self._tag_id(tag) if problem.status == 422 else None
                if tag_id is None:
                    raise
        applied = self.harvest.list("applied_candidate_tags", GreenhouseAppliedCandidateTag, candidate_ids=candidate_id)
        if any(found.candidate_tag_id == tag_id for found in applied):
            return
        self.harvest.create("applied_candidate_tags", {"candidate_id": int(candidate_id), "candidate_tag_id": tag_id})

    def _tag_id(self, tag: str) -> int | None:
        for found in self.harvest.list("candidate_tags", GreenhouseCandidateTag):
            if found.name.casefold() == tag.casefold():
                return found.id
        return None

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        """Attach a file unless one whose name carries `ref` is there. A new `resume` replaces the one before."""
        filename = _named(attachment.filename, ref)
        for found in self.harvest.list("attachments", GreenhouseAttachment, application_ids=application_id):
            if found.filename == filename:
                return str(found.id)
        answer = self.harvest.create(
            "attachments",
            {
                "application_id": int(application_id),
                "filename": filename,
                "type": attachment.kind,
                "content": base64.b64encode(attachment.content).decode("ascii"),
            },
        )
        return created(answer, "attachment")

    def move(self, application_id: str, stage_id: str) -> None:
        """Move an application to a stage, a prospect into the pipeline; nothing when it is there already.

        The customer's own transition rules may mail the candidate, and the API has no way to prevent that.
        """
        application = self.harvest.one("applications", GreenhouseApplication, application_id)
        if application is None:
            raise ATSError(f"Greenhouse shows no application {application_id}", status=404, permanent=True)
        if application.prospect:
            jobs = translate.job_ids(application)
            if len(jobs) != 1:
                raise ATSError(
                    f"prospect {application_id} is considered for {len(jobs)} jobs; move it by hand", permanent=True
                )
            body = {"job_id": int(jobs[0]), "to_job_interview_stage_id": int(stage_id)}
            self.harvest.act("applications", application_id, "convert_to_candidate", body)
            return
        current = next(
            self.harvest.list(
                "application_stages",
                GreenhouseApplicationStage,
                application_ids=application_id,
                current="true",
            ),
            None,
        )
        if current is None:
            raise ATSError(f"application {application_id} stands in no stage any more", permanent=True)
        if str(current.job_interview_stage_id) == stage_id:
            return
        # `from_stage_id` guards: whoever moved it meanwhile wins.
        body = {"from_stage_id": current.job_interview_stage_id, "to_stage_id": int(stage_id)}
        self.harvest.act("applications", application_id, "move", body)


def created(answer: Any, what: str) -> str:
    """Take the id out of a create answer. One without an id may still have been applied."""
    try:
        return str(Created.model_validate(answer).id)
    except ValueError as problem:
        said = answer.get("message") if isinstance(answer, dict) else None
        raise ATSError(f"Greenhouse gave no id for the new {what}: {said or 'no reason given'}", unknown=True) from (
            problem
        )


def _named(filename: str, ref: str) -> str:
    path = PurePath(filename)
    return path.name if not ref or carries(path.stem, ref) else f"{path.stem}-{ref}{path.suffix}"


def _same(stands: str, wanted: str) -> bool:
    """Compare as a person would: line ends and trailing blanks may change on the way."""
    return stands.replace("\r\n", "\n").strip() == wanted.replace("\r\n", "\n").strip()


def _decided(decision: Any) -> tuple[Any, ...]:
    return (decision.calibration, decision.choice, decision.line, decision.meeting, decision.days)
