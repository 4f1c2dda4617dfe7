"""From SmartRecruiters' objects to the records everyone else reads."""

from __future__ import annotations

import html
from collections.abc import Iterator

from connectors.records import (
    Application,
    ApplicationStatus,
    Candidate,
    Interview,
    InterviewStatus,
    JobPosting,
    Requisition,
    RequisitionStatus,
    User,
)
from connectors.smartrecruiters.door import application_id
from connectors.smartrecruiters.shapes import (
    SmartRecruitersAssignment,
    SmartRecruitersCandidate,
    SmartRecruitersInterview,
    SmartRecruitersJob,
    SmartRecruitersJobAd,
    SmartRecruitersJobAdItem,
    SmartRecruitersUser,
)

_OPEN = frozenset({"SOURCING", "INTERVIEW", "OFFER"})
_PUBLISHED = frozenset({"PUBLIC", "INTERNAL", "PRIVATE"})
# On hold may come back, so it is treated as before its opening: nothing is mailed, nothing is given up.
_DRAFT = frozenset({"CREATED", "ON_HOLD"})
PROSPECT = "LEAD"
_APPLICATION = {
    "REJECTED": ApplicationStatus.REJECTED,
    # Whoever withdrew, or stands elsewhere now, is in no process here and was not turned down by anybody.
    "WITHDRAWN": ApplicationStatus.CONVERTED,
    "TRANSFERRED": ApplicationStatus.CONVERTED,
    "HIRED": ApplicationStatus.HIRED,
}


def requisition(job: SmartRecruitersJob, app_base: str) -> Requisition:
    return Requisition(
        id=job.id,
        title=job.title,
        status=_status(job),
        notes=description(job.jobAd),
        # The API has no word for a confidential job; one published privately is not ours to talk about.
        confidential=job.postingStatus == "PRIVATE",
        is_template=bool(job.template),
        created_at=job.createdOn,
        updated_at=job.updatedOn or job.createdOn,
        requisition_code=job.refNumber,
        fields={each.label or each.id: each.value.label for each in job.properties},
        url=f"{app_base}/jobs/details/{job.id}",
    )


def _status(job: SmartRecruitersJob) -> RequisitionStatus:
    if job.status in _OPEN or (job.status == "CREATED" and job.postingStatus in _PUBLISHED):
        return RequisitionStatus.OPEN
    # An unknown status is treated as closed: nothing is mailed for it.
    return RequisitionStatus.DRAFT if job.status in _DRAFT else RequisitionStatus.CLOSED


def description(ad: SmartRecruitersJobAd | None) -> str:
    """The four sections of an ad as one HTML text, under their own titles."""
    if ad is None or ad.sections is None:
        return ""
    sections = ad.sections
    found = (sections.companyDescription, sections.jobDescription, sections.qualifications)
    texts = [
        f"<h2>{html.escape(each.title)}</h2>\n{each.text}" if each.title else each.text
        for each in (*found, sections.additionalInformation)
        if each is not None and each.text.strip()
    ]
    return "\n".join(texts)


def posting(ad: SmartRecruitersJobAdItem, job: SmartRecruitersJob) -> JobPosting:
    return JobPosting(
        id=ad.id,
        requisition_id=job.id,
        title=ad.title,
        content=description(ad.jobAd),
        live=ad.postingStatus == "PUBLISHED",
        internal=ad.visibility in ("INTERNAL", "PRIVATE"),
        language=ad.language.code if ad.language else "",
        updated_at=ad.updatedOn or ad.createdOn or job.updatedOn or job.createdOn,
    )


def user(found: SmartRecruitersUser) -> User:
    name = f"{found.firstName} {found.lastName}".strip()
    return User(id=found.id, name=name, email=found.email, active=found.active is not False)


def candidate(person: SmartRecruitersCandidate) -> Candidate:
    now = next((each for each in person.experience if each.current), None)
    return Candidate(
        id=person.id,
        first_name=person.firstName,
        last_name=person.lastName,
        emails=(person.email,) if person.email else (),
        phones=(person.phoneNumber,) if person.phoneNumber else (),
        company=now.company if now else "",
        title=now.title if now else "",
        tags=tuple(person.tags),
        updated_at=person.updatedOn,
    )


def assignments(person: SmartRecruitersCandidate) -> Iterator[SmartRecruitersAssignment]:
    """Where a person stands: the primary assignment, then the others; each on a job."""
    for each in (person.primaryAssignment, *person.secondaryAssignments):
        if each is not None and each.job is not None:
            yield each


def application(person: SmartRecruitersCandidate, at: SmartRecruitersAssignment) -> Application:
    job_id = at.job.id if at.job else ""
    return Application(
        id=application_id(person.id, job_id),
        candidate_id=person.id,
        requisition_id=job_id,
        status=_APPLICATION.get(at.status, ApplicationStatus.ACTIVE),
        stage=at.subStatus or at.status,
        prospect=at.status == PROSPECT,
        last_activity_at=person.updatedOn,
    )


def interviews(found: SmartRecruitersInterview, application: str) -> Iterator[Interview]:
    """One meeting per time slot. The API has no status of a slot; one the candidate missed did not take place."""
    for slot in found.timeslots:
        planned = InterviewStatus.SCHEDULED if slot.startsOn else InterviewStatus.TO_BE_SCHEDULED
        yield Interview(
            id=found.id if len(found.timeslots) == 1 else f"{found.id}:{slot.id}",
            application_id=application,
            status=InterviewStatus.CANCELLED if slot.noShow else planned,
            starts_at=slot.startsOn,
            ends_at=slot.endsOn,
            interviewer_ids=tuple(each.id for each in slot.interviewers),
            name=slot.title or slot.interviewType,
        )
