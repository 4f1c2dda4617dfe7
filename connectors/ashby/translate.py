"""From Ashby's objects to the records everyone else reads."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from connectors.ashby import fields
from connectors.ashby.shapes import (
    AshbyApplication,
    AshbyCandidate,
    AshbyHiringTeamMember,
    AshbyInterviewEvent,
    AshbyInterviewSchedule,
    AshbyJob,
    AshbyJobPosting,
    AshbyUser,
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

_JOB = {"Draft": RequisitionStatus.DRAFT, "Open": RequisitionStatus.OPEN}
# An application is archived for any reason: turned down by the employer, withdrawn by the person, or neither.
_APPLICATION = {"Archived": ApplicationStatus.REJECTED, "Hired": ApplicationStatus.HIRED}
_INTERVIEW = {
    "NeedsScheduling": InterviewStatus.TO_BE_SCHEDULED,
    "WaitingOnCandidateBooking": InterviewStatus.TO_BE_SCHEDULED,
    "WaitingOnCandidateAvailability": InterviewStatus.TO_BE_SCHEDULED,
    "CandidateAvailabilitySubmitted": InterviewStatus.TO_BE_SCHEDULED,
    "OnHold": InterviewStatus.TO_BE_SCHEDULED,
    "Scheduled": InterviewStatus.SCHEDULED,
    "WaitingOnFeedback": InterviewStatus.AWAITING_FEEDBACK,
    "Complete": InterviewStatus.COMPLETE,
    "Cancelled": InterviewStatus.CANCELLED,
}
_FAMILY_FIRST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")


def requisition(job: AshbyJob, posted_at: datetime | None = None) -> Requisition:
    """Translate a job; `posted_at`: when a posting of it last changed, where that is known to be later.

    An unknown status is treated as closed: nothing is mailed for it. Ashby keeps no text on the job itself, and its
    templates are no jobs.
    """
    updated_at = max(job.updated_at, posted_at) if posted_at else job.updated_at
    return Requisition(
        id=job.id,
        title=job.title,
        status=_JOB.get(job.status, RequisitionStatus.CLOSED),
        notes="",
        confidential=bool(job.confidential),
        is_template=False,
        created_at=job.created_at or job.updated_at,
        updated_at=updated_at,
        opened_at=job.opened_at,
        closed_at=job.closed_at,
        requisition_code=job.custom_requisition_id,
        fields={field.title: fields.as_text(field.value) for field in job.custom_fields if field.title},
    )


def posting(post: AshbyJobPosting, *, live: bool) -> JobPosting:
    """Translate a posting. The board's opening and closing texts are left out where Ashby gives the body by itself."""
    body = post.description_parts.description_body if post.description_parts else None
    return JobPosting(
        id=post.id,
        requisition_id=post.job_id,
        title=post.title,
        content=(body.html if body else "") or post.description_html,
        live=live,
        # "Will be null if the job posting is on an internal job board."
        internal=post.external_link is None,
        language="",
        updated_at=post.updated_at,
        first_published_at=_midnight(post.published_date),
    )


def _midnight(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text[:10]), time(), UTC)
    except ValueError:
        return None


def user(found: AshbyUser) -> User:
    name = f"{found.first_name} {found.last_name}".strip()
    return User(id=found.id, name=name, email=found.email, active=found.is_enabled is not False)


def member(found: AshbyHiringTeamMember) -> User:
    return User(id=found.user_id, name=f"{found.first_name} {found.last_name}".strip(), email=found.email)


def split_name(name: str) -> tuple[str, str]:
    """(first, last) of Ashby's one name. A Japanese name is written family name first, as its own pages show it."""
    parts = name.split()
    if not parts:
        return "", ""
    if _FAMILY_FIRST.search(name):
        return " ".join(parts[1:]), parts[0]
    return " ".join(parts[:-1]) or parts[0], parts[-1] if len(parts) > 1 else ""


def joined_name(first: str, last: str) -> str:
    """Ashby's one name, from (first, last)."""
    order = (last, first) if _FAMILY_FIRST.search(first + last) else (first, last)
    return " ".join(part for part in order if part)


def addresses(person: AshbyCandidate) -> tuple[str, ...]:
    """Every address, the primary one first."""
    primary = person.primary_email_address.value if person.primary_email_address else ""
    found = [primary, *(contact.value for contact in person.email_addresses)]
    return tuple(dict.fromkeys(address for address in found if address))


def candidate(person: AshbyCandidate) -> Candidate:
    first, last = split_name(person.name)
    return Candidate(
        id=person.id,
        first_name=first,
        last_name=last,
        emails=addresses(person),
        phones=tuple(contact.value for contact in person.phone_numbers if contact.value),
        company=person.company,
        title=person.position,
        tags=tuple(tag.title for tag in person.tags),
        updated_at=person.updated_at,
    )


def application(found: AshbyApplication) -> Application:
    """Translate; what Ashby calls a lead (nobody applied yet) is a prospect."""
    stage = found.current_interview_stage
    return Application(
        id=found.id,
        candidate_id=found.candidate.id,
        requisition_id=found.job.id,
        status=_APPLICATION.get(found.status, ApplicationStatus.ACTIVE),
        stage=stage.title if stage else "",
        prospect=found.status == "Lead",
        rejected_at=found.archived_at if found.status == "Archived" else None,
        last_activity_at=found.updated_at,
    )


def interview(schedule: AshbyInterviewSchedule, event: AshbyInterviewEvent, name: str) -> Interview:
    """Translate one meeting of a schedule; it stands as the schedule does, which is all Ashby says."""
    people = [one.id for one in event.interviewers] or event.interviewer_user_ids
    times = [moment for moment in (schedule.updated_at, event.updated_at) if moment]
    return Interview(
        id=event.id,
        application_id=schedule.application_id,
        status=_INTERVIEW.get(schedule.status, InterviewStatus.TO_BE_SCHEDULED),
        starts_at=event.start_time,
        ends_at=event.end_time,
        interviewer_ids=tuple(sorted(people)),
        name=name,
        updated_at=max(times) if times else None,
    )


def unplanned(schedule: AshbyInterviewSchedule) -> Interview:
    """A schedule without a meeting yet, or whose meetings were cancelled."""
    cancelled = schedule.status == "Cancelled"
    status = InterviewStatus.CANCELLED if cancelled else InterviewStatus.TO_BE_SCHEDULED
    return Interview(schedule.id, schedule.application_id, status, None, None, updated_at=schedule.updated_at)
