"""From Teamtailor's resources to the records everyone else reads."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.records import (
    Application,
    ApplicationStatus,
    Candidate,
    PersonChange,
    Requisition,
    RequisitionStatus,
    User,
)
from connectors.records import EventKind as Kind
from connectors.teamtailor.shapes import (
    TeamtailorCandidate,
    TeamtailorJob,
    TeamtailorJobApplication,
    TeamtailorStage,
    TeamtailorUser,
)

# What `status` and the dates come to. A job whose ad is scheduled is not open yet, one whose ad expired not any more.
_JOB = {
    "published": RequisitionStatus.OPEN,
    "unlisted": RequisitionStatus.OPEN,
    "open": RequisitionStatus.OPEN,
    "draft": RequisitionStatus.DRAFT,
    "scheduled": RequisitionStatus.DRAFT,
    "unsaved": RequisitionStatus.DRAFT,
    "temp": RequisitionStatus.DRAFT,
}
INBOX, HIRED = "inbox", "hired"
"""Types of stages, lower case; everything between is "In process"."""


def requisition(job: TeamtailorJob) -> Requisition:
    """Translate a job. Its text is the ad's; an unknown status is treated as closed: nothing is mailed for it."""
    created_at = job.created_at or job.updated_at or datetime.fromtimestamp(0, UTC)
    url = job.links.get("careersite-job-url")
    return Requisition(
        id=job.id,
        title=job.title,
        status=_JOB.get(job.human_status or job.status, RequisitionStatus.CLOSED),
        notes=job.body,
        confidential=False,
        is_template=False,
        created_at=created_at,
        updated_at=job.updated_at or created_at,
        opened_at=job.start_date,
        closed_at=job.end_date,
        url=url if isinstance(url, str) else "",
    )


def user(found: TeamtailorUser) -> User:
    return User(id=found.id, name=found.name, email=found.email or found.login_email)


def candidate(person: TeamtailorCandidate) -> Candidate:
    return Candidate(
        id=person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        emails=(person.email,) if person.email else (),
        phones=(person.phone,) if person.phone else (),
        tags=tuple(person.tags),
        do_not_contact=bool(person.unsubscribed),
        updated_at=person.updated_at,
    )


def changed(person: TeamtailorCandidate, since: datetime) -> PersonChange:
    return PersonChange(Kind.CANDIDATE, person.id, person.updated_at or since)


def application(
    found: TeamtailorJobApplication, stage: TeamtailorStage | None, *, candidate_id: str = "", job_id: str = ""
) -> Application:
    status = ApplicationStatus.ACTIVE
    if found.rejected_at is not None:
        status = ApplicationStatus.REJECTED
    elif stage is not None and stage.stage_type.casefold() == HIRED:
        status = ApplicationStatus.HIRED
    return Application(
        id=found.id,
        candidate_id=found.candidate_id or candidate_id,
        requisition_id=found.job_id or job_id,
        status=status,
        stage=stage.name if stage else "",
        rejected_at=found.rejected_at,
        last_activity_at=found.updated_at,
    )
