"""Where a manager decides: in job fields of ours, or, by option, on a calibration person beside the applicants.

`approval_by` is `fields` (default) or `application`. In neither does the API say who acted (a status history has no
name, a job field none either), so a decision is *recorded*; `Decision.actor` stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors import calibration, choices
from connectors.base import ATSError
from connectors.records import ApprovalRequest, Choice, Decision
from connectors.smartrecruiters import properties
from connectors.smartrecruiters.api import created, part
from connectors.smartrecruiters.door import application_id
from connectors.smartrecruiters.reads import Reads
from connectors.smartrecruiters.shapes import (
    Labelled,
    SmartRecruitersCandidate,
    SmartRecruitersCandidateProperty,
    SmartRecruitersJob,
    SmartRecruitersJobPropertyDefinition,
)

TURNED_DOWN = ("REJECTED", "WITHDRAWN")
BY_FIELDS, BY_APPLICATION = "fields", "application"


class Decisions(Reads):
    """Read and reset decisions. What a decision means is the plugin's to say."""

    property_labels: dict[str, str]
    _definitions: dict[str, str] | None = None

    @property
    def by_application(self) -> bool:
        return (self.options.get("approval_by") or BY_FIELDS) == BY_APPLICATION

    def read_decision(self, requisition_id: str) -> Decision | None:
        job = self._job_or_none(requisition_id)
        if job is None:
            return None
        return self._decision_beside(requisition_id) if self.by_application else self.decision_on(job)

    def ask(self, job: SmartRecruitersJob, request: ApprovalRequest) -> tuple[str, bool]:
        """Reset the decision for a new calibration; (application id decided on, whether it was asked).

        A decision that differs from `request.seen` was set meanwhile: then nothing is written.
        """
        return self._ask_beside(job, request) if self.by_application else self._ask_in_fields(job, request)

    # In job fields.

    def decision_on(self, job: SmartRecruitersJob) -> Decision:
        def value(purpose: str) -> str:
            return properties.value_of(job.properties, self.property_labels[purpose]).label

        return Decision(
            calibration=value("calibration").strip(),
            choice=choices.choice(value("decision")),
            line=value("line"),
            meeting=properties.meeting(value("meeting")),
            days=value("days"),
            specification=value("specification"),
        )

    def _ask_in_fields(self, job: SmartRecruitersJob, request: ApprovalRequest) -> tuple[str, bool]:
        stands = self.decision_on(job)
        if stands.calibration == request.calibration:
            return "", True
        if _set_meanwhile(stands, request):
            return "", False
        self._set(
            job,
            {
                "decision": properties.PENDING,
                "line": "",
                "meeting": properties.MEETINGS.get(request.meeting, ""),
                "days": request.days,
                "specification": "",
                "calibration": request.calibration,
            },
        )
        return "", True

    def _set(self, job: SmartRecruitersJob, wanted: dict[str, str]) -> None:
        """Write the values that stand differently, in one request: no earlier decision can pass for a new one's."""
        operations: list[dict[str, Any]] = []
        definitions = self.definitions()
        for each in properties.PROPERTIES:
            label, value = self.property_labels[each.purpose], wanted.get(each.purpose, "")
            id = definitions.get(label.casefold().strip()) or (label if label in definitions.values() else "")
            if not id:
                if each.needed:
                    raise ATSError(
                        f"the SmartRecruiters job field {label!r} is missing; run connect again", permanent=True
                    )
                continue
            stands: Labelled = properties.value_of(job.properties, label)
            if stands.label.strip() == value.strip():
                continue
            if not value:
                operations.append(properties.blank(id))
            elif each.values:
                operations.append(properties.chosen(id, self._value_id(id, label, value)))
            else:
                operations.append(properties.text(id, value))
        if operations:
            # https://developers.smartrecruiters.com/reference/jobspatch-1
            self.api.patch(f"jobs/{part(job.id)}", operations)

    def definitions(self, *, anew: bool = False) -> dict[str, str]:
        """The account's active job fields: label, folded, to id. Remembered while this object lives."""
        if self._definitions is None or anew:
            found = self.api.list("configuration/job-properties", SmartRecruitersJobPropertyDefinition)
            self._definitions = {each.label.casefold().strip(): each.id for each in found if each.active is not False}
        return self._definitions

    def _value_id(self, property_id: str, label: str, value: str) -> str:
        for each in self.api.list(f"configuration/job-properties/{part(property_id)}/values", Labelled):
            if each.label == value:
                return each.id
        raise ATSError(
            f"the SmartRecruiters job field {label!r} has no value {value!r}; run connect again", permanent=True
        )

    # On a calibration person.

    def _decision_beside(self, requisition_id: str) -> Decision:
        person = self.calibration_person(requisition_id)
        if person is None:
            return Decision(calibration="", choice=Choice.PENDING, line="")
        standing = list(self._candidate_properties(person.id, requisition_id))
        return Decision(
            calibration=_text(standing, self._beside("calibration")),
            choice=self._choice_of(person, requisition_id),
            line=_text(standing, self._beside("line")),
        )

    def _choice_of(self, person: SmartRecruitersCandidate, requisition_id: str) -> Choice:
        at = next((each for each in _at(person) if each.job and each.job.id == requisition_id), None)
        return self._choice_by(at.status if at else "")

    def _choice_by(self, status: str) -> Choice:
        if status == (self.options.get("approved_status") or "INTERVIEW"):
            return Choice.APPROVED
        if status in TURNED_DOWN:
            return Choice.DECLINED
        return Choice.PENDING if status in ("", "LEAD", "NEW", self._asked_status()) else Choice.UNREADABLE

    def calibration_person(self, requisition_id: str) -> SmartRecruitersCandidate | None:
        """The made-up person of a requisition: the oldest, should there be two."""
        tagged = self.api.list("candidates", SmartRecruitersCandidate, jobId=requisition_id, tag=calibration.TAG)
        found = [each for each in tagged if self.is_calibration(each)]
        return min(found, key=lambda each: (each.createdOn is None, each.createdOn, each.id), default=None)

    def _ask_beside(self, job: SmartRecruitersJob, request: ApprovalRequest) -> tuple[str, bool]:
        person = self.calibration_person(job.id)
        if person is None:
            body = {
                "firstName": calibration.FIRST_NAME,
                "lastName": calibration.LAST_NAME,
                "email": calibration.address(self.options, job.id),
                "tags": [calibration.TAG],
            }
            made = created(self.api.create(f"jobs/{part(job.id)}/candidates", body), "calibration person")
            person = SmartRecruitersCandidate(id=made)
        id = application_id(person.id, job.id)
        stands = self._decision_beside(job.id)
        if stands.calibration == request.calibration:
            return id, True
        if _set_meanwhile(stands, request):
            return id, False
        # The status first: should the second write fail, what stands is undecided, of the earlier calibration.
        self.set_status(person.id, job.id, self._asked_status())
        names = {"calibration": request.calibration, "line": ""}
        ids = {each.label.casefold().strip(): each.id for each in self._candidate_property_definitions()}
        values = []
        for purpose, value in names.items():
            label = self._beside(purpose)
            property_id = ids.get(label.casefold().strip())
            if property_id is None:
                raise ATSError(
                    f"the SmartRecruiters candidate field {label!r} is missing; create it as text", permanent=True
                )
            values.append(_given(property_id, value))
        # https://developers.smartrecruiters.com/reference/candidatespropertiesvaluesbatchupdateforjob-1
        path = f"candidates/{part(person.id)}/jobs/{part(job.id)}/properties"
        self.api.put(path, values)
        at = self._application(person.id, job.id)
        if at is not None and self._choice_by(at.status) is not Choice.PENDING:
            # Moved between our two writes, by somebody who had not seen this question: it stays one of the earlier.
            self.api.put(path, [_given(values[0]["id"], stands.calibration)])
            return id, False
        return id, True

    def set_status(self, candidate_id: str, job_id: str, stage_id: str) -> None:
        """Put somebody's application to a status, or a step of one (`IN_REVIEW/…`); nothing when it is there."""
        status, _, step = stage_id.partition("/")
        stands = self._application(candidate_id, job_id)
        if stands is None:
            raise ATSError(f"SmartRecruiters shows no application of {candidate_id}", status=404, permanent=True)
        if (stands.status, stands.subStatus) == (status, step) or (stands.status == status and not step):
            return
        body = {"status": status, **({"subStatus": step} if step else {})}
        self.api.put(f"candidates/{part(candidate_id)}/jobs/{part(job_id)}/status", body)

    def _asked_status(self) -> str:
        return self.options.get("asked_status") or "IN_REVIEW"

    def _beside(self, purpose: str) -> str:
        return self.options.get(f"candidate_property_{purpose}") or f"kakuyaku {purpose}"

    def _candidate_properties(self, candidate_id: str, job_id: str) -> Iterable[SmartRecruitersCandidateProperty]:
        path = f"candidates/{part(candidate_id)}/jobs/{part(job_id)}/properties"
        return self.api.list(path, SmartRecruitersCandidateProperty)

    def _candidate_property_definitions(self) -> Iterable[Labelled]:
        return self.api.list("configuration/candidate-properties", Labelled)


def _given(property_id: str, value: str) -> dict[str, str]:
    return {"id": property_id, "value": value} if value else {"id": property_id}


def _at(person: SmartRecruitersCandidate) -> list[Any]:
    return [each for each in (person.primaryAssignment, *person.secondaryAssignments) if each is not None]


def _text(standing: Iterable[SmartRecruitersCandidateProperty], label: str) -> str:
    wanted = label.casefold().strip()
    for each in standing:
        if each.id == label or each.label.casefold().strip() == wanted:
            value = each.value.get("label", "") if isinstance(each.value, dict) else each.value
            return "" if value is None else str(value).strip()
    return ""


def _set_meanwhile(stands: Decision, request: ApprovalRequest) -> bool:
    """Say whether somebody decided after the caller last read."""
    if stands.choice is Choice.PENDING or request.seen is None:
        return False
    return _decided(stands) != _decided(request.seen)


def _decided(decision: Decision) -> tuple[object, ...]:
    return (decision.calibration, decision.choice, decision.line, decision.meeting, decision.days)
