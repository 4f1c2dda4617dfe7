"""From Workable's objects to the records everyone else reads."""

from __future__ import annotations

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
from connectors.workable.shapes import (
    WorkableCandidate,
    WorkableEvent,
    WorkableJob,
    WorkableMember,
    WorkableRequisition,
    WorkableSalaryRange,
)

_STATE = {"draft": RequisitionStatus.DRAFT, "published": RequisitionStatus.OPEN}
SOURCED = "sourced"


def requisition(job: WorkableJob, plan: WorkableRequisition | None = None) -> Requisition:
    """A job, and what the hiring plan says of it. Archived, closed and unknown states are closed."""
    fields: dict[str, str] = {}
    if job.salary is not None and (shown := _range(job.salary.salary_from, job.salary.salary_to)):
        fields["salary"] = f"{job.salary.salary_currency.upper()} {shown}".strip()
    if plan is not None:
        fields["requisition"] = plan.code
        fields["requisition_state"] = plan.state
        fields["salary_range"] = _plan_range(plan.salary_range)
    return Requisition(
        id=job.shortcode,
        title=job.title,
        status=_STATE.get(job.state, RequisitionStatus.CLOSED),
        notes="",
        confidential=bool(job.confidential),
        is_template=bool(job.sample),  # Workable's own sample jobs, with sample candidates
        created_at=job.created_at,
        updated_at=job.updated_at or job.created_at,
        requisition_code=job.code,
        fields={key: value for key, value in fields.items() if value},
        url=job.url,
    )


def _range(low: float | None, high: float | None) -> str:
    return "-".join("" if end is None else f"{end:,.0f}" for end in (low, high)).strip("-")


def _plan_range(given: WorkableSalaryRange | None) -> str:
    if given is None or not (shown := _range(given.frm, given.to)):
        return ""
    return " ".join(part for part in (given.currency_iso or given.currency, shown, given.frequency) if part)


def posting(job: WorkableJob) -> JobPosting:
    """A job is its own posting."""
    return JobPosting(
        id=job.shortcode,
        requisition_id=job.shortcode,
        title=job.title,
        content=job.full_description,
        live=job.state == "published",
        internal=False,
        language="",
        updated_at=job.updated_at or job.created_at,
    )


def user(member: WorkableMember) -> User:
    return User(id=member.id, name=member.name, email=member.email)


def candidate(found: WorkableCandidate) -> Candidate:
    return Candidate(
        id=found.id,
        first_name=found.firstname or found.name,
        last_name=found.lastname,
        emails=(found.email,) if found.email else (),
        phones=(found.phone,) if found.phone else (),
        title=found.headline,
        tags=tuple(found.tags),
        updated_at=found.updated_at or found.created_at,
    )


def application(found: WorkableCandidate) -> Application:
    status = ApplicationStatus.ACTIVE
    if found.disqualified:
        status = ApplicationStatus.REJECTED
    elif found.hired_at or found.stage_kind == "hired":
        status = ApplicationStatus.HIRED
    prospect = found.stage_kind == SOURCED or found.job is None
    return Application(
        id=found.id,
        candidate_id=found.id,
        requisition_id=found.job.shortcode if found.job else "",
        status=status,
        stage="" if prospect else found.stage,
        prospect=prospect,
        rejected_at=found.disqualified_at if found.disqualified else None,
        last_activity_at=found.updated_at,
    )


def interview(found: WorkableEvent, application_id: str) -> Interview:
    """An event of a candidate. Workable says that it was cancelled, not that it took place."""
    planned = InterviewStatus.SCHEDULED if found.starts_at else InterviewStatus.TO_BE_SCHEDULED
    return Interview(
        id=found.id,
        application_id=application_id,
        status=InterviewStatus.CANCELLED if found.cancelled else planned,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        interviewer_ids=tuple(member.id for member in found.members if member.id),
        name=found.title,
    )
