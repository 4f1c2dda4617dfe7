"""What is written into Teamtailor. Each write looks for itself first, so that a second call changes nothing.

Teamtailor has no idempotency key: a note is found by its reference among the person's activities, an entry by person and
job, a tag by its name. After a lost answer the caller waits and calls again; the look decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from connectors import calibration
from connectors.base import ATSError
from connectors.records import ApprovalRequest, Choice, Decision, ShortlistPost
from connectors.refs import carries, carrying
from connectors.teamtailor import translate
from connectors.teamtailor.decisions import Decisions, Placed
from connectors.teamtailor.jsonapi import reference
from connectors.teamtailor.shapes import (
    TeamtailorActivity,
    TeamtailorCandidate,
    TeamtailorCustomFieldValue,
    TeamtailorJobApplication,
    TeamtailorNote,
    TeamtailorStage,
    TeamtailorUser,
)


class Writes(Decisions):
    """Notes, fields, the calibration candidate, moves."""

    user_email: str
    _author: str = ""

    # Notes.

    def _author_id(self) -> str:
        """The user our notes are written as: Teamtailor takes none without one."""
        if not self._author:
            found = self.api.page("users", TeamtailorUser, **{"filter[email]": self.user_email}).items
            wanted = self.user_email.casefold()
            mine = [one for one in found if wanted in (one.email.casefold(), one.login_email.casefold())]
            if not mine:
                raise ATSError(
                    f"Teamtailor has no user {self.user_email}; run connect again with the address of one",
                    permanent=True,
                )
            self._author = mine[0].id
        return self._author

    def _written_at(self, candidate_id: str, ref: str) -> datetime | None:
        """When a note carrying `ref` was written; None for never. Notes can't be listed by person, activities can."""
        found = self.api.list("activities", TeamtailorActivity, **{"filter[candidate]": candidate_id})
        return min((one.created_at for one in found if carries(one.data, ref)), default=None)

    def _note_on(self, candidate_id: str, ref: str, body: str) -> datetime:
        """Write a note unless one carrying `ref` is there; return when it was written."""
        written_at = self._written_at(candidate_id, ref)
        if written_at is not None:
            return written_at
        made = self.api.create(
            "notes",
            TeamtailorNote,
            {
                "type": "notes",
                "attributes": {"note": carrying(body, ref)},
                "relationships": {
                    "candidate": reference("candidates", candidate_id),
                    "user": reference("users", self._author_id()),
                },
            },
        )
        return made.created_at or datetime.now(UTC)

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        """Write a note on a person unless one carrying `ref` is there; return `ref`: activities show no notes' ids."""
        self._require_person(candidate_id)
        self._note_on(candidate_id, ref, body)
        return ref

    def _require_person(self, candidate_id: str) -> TeamtailorCandidate:
        person = self._person(candidate_id)
        if person is None:
            raise ATSError(
                f"Teamtailor shows no candidate {candidate_id}: deleted, or merged into another",
                status=404,
                permanent=True,
            )
        return person

    def tag(self, candidate_id: str, tag: str) -> None:
        """Tag a person. Tags are written as a whole: one that somebody adds within the same moment can be lost."""
        person = self._require_person(candidate_id)
        if any(found.casefold() == tag.casefold() for found in person.tags):
            return
        self.api.update("candidates", candidate_id, attributes={"tags": [*person.tags, tag]})

    # The calibration candidate.

    def _require_job(self, requisition_id: str) -> None:
        if self._job(requisition_id) is None:
            raise ATSError(
                f"Teamtailor shows no job {requisition_id}: it was deleted, or our key may not see it",
                status=404,
                permanent=True,
            )

    def _ensure_calibration(self, job_id: str) -> Placed:
        """Find or create the calibration candidate, tagged, in the job's inbox."""
        person = self._calibration_person(job_id)
        if person is None:
            attributes = {
                "first-name": calibration.FIRST_NAME,
                "last-name": calibration.LAST_NAME,
                "email": calibration.address(self.options, job_id),
                "sourced": True,
                "tags": [calibration.TAG],
            }
            body = {"type": "candidates", "attributes": attributes}
            person = self.api.create("candidates", TeamtailorCandidate, body)
        if calibration.TAG not in person.tags:
            self.tag(person.id, calibration.TAG)
        placed = self._where(person, job_id)
        if placed.application is not None:
            return placed
        self._apply(person.id, job_id, "")
        return self._where(person, job_id)

    def _apply(self, candidate_id: str, job_id: str, stage_id: str) -> TeamtailorJobApplication:
        """Create an application, by default in the inbox; nobody is mailed or notified by us."""
        relationships = {"candidate": reference("candidates", candidate_id), "job": reference("jobs", job_id)}
        if stage_id:
            relationships["stage"] = reference("stages", stage_id)
        attributes = {"sourced": True, "send-default-reply": False, "send-user-notifications": False}
        body = {"type": "job-applications", "attributes": attributes, "relationships": relationships}
        return self.api.create("job-applications", TeamtailorJobApplication, body)

    def _set(self, placed: Placed, wanted: Mapping[str, str]) -> None:
        """Write those of our fields that stand differently, in this order, one call each."""
        for purpose, text in wanted.items():
            standing = placed.values.get(purpose)
            if (standing.value.strip() if standing else "") == text.strip():
                continue
            if standing is not None:
                self.api.update("custom-field-values", standing.id, attributes={"value": text})
                continue
            relationships = {
                "custom-field": reference("custom-fields", self._field_id(purpose)),
                "owner": reference("candidates", placed.person.id),
            }
            body = {"type": "custom-field-values", "attributes": {"value": text}, "relationships": relationships}
            self.api.create("custom-field-values", TeamtailorCustomFieldValue, body)

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Write the note on the calibration candidate unless one carrying `post.ref` is there; return `post.ref`."""
        self._require_job(requisition_id)
        placed = self._ensure_calibration(requisition_id)
        self._note_on(placed.person.id, post.ref, post.body)
        return post.ref

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Ask for a decision on `request.calibration`: a note, the proposed line, the application back in the inbox.

        The calibration's field is written twice: at first without its time, so that nothing that stands there counts
        any more, at last with it. A call that broke off between is taken up again. A decision that differs from
        `request.seen` was made meanwhile: then nothing is written.
        """
        self._require_job(requisition_id)
        placed = self._placed(requisition_id)
        stands = self._decision(placed)
        standing_id = placed.application.id if placed and placed.application else ""
        is_asked = placed is not None and placed.asked()[1] is not None
        if placed is not None and stands.calibration == request.calibration and is_asked:
            self._set(placed, {"message": request.message})
            return standing_id
        decided = stands.choice is not Choice.PENDING
        if decided and request.seen is not None and _decided(stands) != _decided(request.seen):
            return standing_id
        placed = self._ensure_calibration(requisition_id)
        text = "\n\n".join(part for part in (request.message, request.url) if part)
        asked_at = self._note_on(placed.person.id, f"{request.ref}-ask", text)
        self._set(placed, {"calibration": request.calibration})
        line = "" if self.move_codes else str(request.proposed_line)
        self._set(placed, {"line": line, "message": request.message})
        self._back_to_inbox(placed, requisition_id, asked_at)
        since = asked_at.astimezone(UTC).isoformat(timespec="milliseconds")
        self._set(self._where(placed.person, requisition_id), {"calibration": f"{request.calibration} ({since})"})
        return placed.application.id if placed.application else ""

    def _back_to_inbox(self, placed: Placed, job_id: str, asked_at: datetime) -> None:
        """Take the application back to where it decides nothing, unless somebody has decided since `asked_at`."""
        application = placed.application
        if application is None or self._act(placed, asked_at)[0] is not Choice.PENDING:
            return
        if application.rejected_at is not None:
            try:
                self.api.update("job-applications", application.id, attributes={"rejected-at": None})
            except ATSError as problem:
                # Whether a rejection may be taken back by API is not documented; a person can.
                if not problem.permanent:
                    raise
        if placed.stage is not None and self._approves(placed.stage):
            inbox = self._inbox(job_id)
            if inbox:
                self.api.update("job-applications", application.id, relationships={"stage": reference("stages", inbox)})

    def _inbox(self, job_id: str) -> str:
        stages = [stage for stage in self._stages(job_id) if not self._approves(stage)]
        first = next((stage for stage in stages if stage.stage_type.casefold() == translate.INBOX), None)
        return first.id if first else next((stage.id for stage in stages), "")

    def post_message(self, requisition_id: str, message: str) -> None:
        """Put a message into our field of the calibration candidate."""
        self._require_job(requisition_id)
        self._set(self._ensure_calibration(requisition_id), {"message": message})

    def move(self, application_id: str, stage_id: str) -> None:
        """Move an application to a stage of its job; nothing when it is there already.

        The stage of the hired is refused: that is never done by us (R9). Triggers the customer set on a stage may mail
        the candidate.
        """
        application = self.api.find(f"job-applications/{application_id}", TeamtailorJobApplication, include="job,stage")
        if application is None:
            raise ATSError(f"Teamtailor shows no application {application_id}", status=404, permanent=True)
        if application.stage_id == stage_id:
            return
        stage = self.api.find(f"stages/{stage_id}", TeamtailorStage)
        if stage is None or stage.stage_type.casefold() == translate.HIRED:
            raise ATSError(f"{stage_id} is no stage in Teamtailor that we may move an application to", permanent=True)
        self.api.update("job-applications", application_id, relationships={"stage": reference("stages", stage_id)})


def _decided(decision: Decision) -> tuple[object, ...]:
    return (decision.calibration, decision.choice, decision.line)
