"""From Greenhouse's objects to the records everyone else reads."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.greenhouse import fields
from connectors.greenhouse.shapes import (
    GreenhouseApplication,
    GreenhouseCandidate,
    GreenhouseInterview,
    GreenhouseJob,
    GreenhouseJobPost,
    GreenhouseUser,
)
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

_JOB = {"draft": RequisitionStatus.DRAFT, "open": RequisitionStatus.OPEN}
_APPLICATION = {
    "rejected": ApplicationStatus.REJECTED,
    "hired": ApplicationStatus.HIRED,
    "converted": ApplicationStatus.CONVERTED,
}
_INTERVIEW = {
    "to_be_scheduled": InterviewStatus.TO_BE_SCHEDULED,
    "scheduled": InterviewStatus.SCHEDULED,
    "awaiting_feedback": InterviewStatus.AWAITING_FEEDBACK,
    "collect_feedback": InterviewStatus.AWAITING_FEEDBACK,
    "complete": InterviewStatus.COMPLETE,
    "skipped": InterviewStatus.CANCELLED,
    # Asking for availability: to_be_sent, sent, received.
    "to_be_sent": InterviewStatus.TO_BE_SCHEDULED,
    "sent": InterviewStatus.TO_BE_SCHEDULED,
    "received": InterviewStatus.TO_BE_SCHEDULED,
}


def requisition(job: GreenhouseJob, app_base: str) -> Requisition:
    # An unknown status is treated as closed: nothing is mailed for it.
    return Requisition(
        id=str(job.id),
        title=job.name,
        status=_JOB.get(job.status, RequisitionStatus.CLOSED),
        notes=job.notes,
        confidential=bool(job.confidential),
        is_template=bool(job.is_template),
        created_at=job.created_at,
        updated_at=job.updated_at,
        opened_at=job.opened_at,
        closed_at=job.closed_at,
        requisition_code=job.requisition_id,
        fields={key: fields.as_text(value) for key, value in job.custom_fields.items()},
        url=f"{app_base}/sdash/{job.id}",
    )


def posting(post: GreenhouseJobPost) -> JobPosting:
    return JobPosting(
        id=str(post.id),
        requisition_id=str(post.job_id),
        title=post.title,
        content=post.content,
        live=bool(post.live),
        internal=bool(post.internal),
        language=post.language,
        updated_at=post.updated_at,
        first_published_at=post.first_published_at,
    )


def user(found: GreenhouseUser) -> User:
    return User(id=str(found.id), name=found.name, email=found.primary_email, active=not found.deactivated)


def candidate(person: GreenhouseCandidate) -> Candidate:
    return Candidate(
        id=str(person.id),
        first_name=person.first_name,
        last_name=person.last_name,
        emails=tuple(contact.value for contact in person.email_addresses if contact.value),
        phones=tuple(contact.value for contact in person.phone_numbers if contact.value),
        company=person.company,
        title=person.title,
        tags=tuple(person.tags),
        do_not_contact=person.can_email is False,
        updated_at=person.updated_at,
    )


def job_ids(application: GreenhouseApplication) -> list[str]:
    """The jobs an application is about: its own, or those a prospect is considered for."""
    if application.job_id is not None:
        return [str(application.job_id)]
    return [str(id) for id in application.prospective_job_ids]


def application(found: GreenhouseApplication, asked_for: str = "") -> Application:
    """Translate; a prospect of several jobs is shown under the one asked for."""
    jobs = job_ids(found)
    # Asked for as `active`, answered as `in_process`.
    return Application(
        id=str(found.id),
        candidate_id=str(found.candidate_id),
        requisition_id=asked_for if asked_for in jobs else (jobs[0] if jobs else ""),
        status=_APPLICATION.get(found.status, ApplicationStatus.ACTIVE),
        stage=found.stage_name,
        prospect=bool(found.prospect),
        rejected_at=found.rejected_at,
        last_activity_at=found.last_activity_at,
    )


def interview(found: GreenhouseInterview, names: Mapping[int, str], panel: tuple[str, ...]) -> Interview:
    planned = InterviewStatus.SCHEDULED if found.starts_at else InterviewStatus.TO_BE_SCHEDULED
    return Interview(
        id=str(found.id),
        application_id=str(found.application_id),
        status=_INTERVIEW.get(found.status, planned),
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        interviewer_ids=panel,
        name=names.get(found.job_interview_id, "") if found.job_interview_id is not None else "",
        updated_at=found.updated_at,
    )
