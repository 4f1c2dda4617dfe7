"""From Lever's objects to the records everyone else reads."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from connectors.lever.shapes import (
    LeverInterview,
    LeverNote,
    LeverOpportunity,
    LeverPosting,
    LeverRange,
    LeverRequisition,
    LeverUser,
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

_STATUS = {"open": RequisitionStatus.OPEN, "draft": RequisitionStatus.DRAFT}
_OPEN_TO_ALL = "non-confidential"
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
FIRST_STAGE = "applicant-new"
LEADS = "lead-"


def requisition(found: LeverRequisition) -> Requisition:
    # onHold, rejected and whatever may come: nothing is mailed for it.
    fields = {key: _as_text(value) for key, value in found.custom_fields.items()}
    if found.compensation_band is not None:
        fields["compensation_band"] = _range(found.compensation_band)
    return Requisition(
        id=found.id,
        title=found.name,
        status=_STATUS.get(found.status, RequisitionStatus.CLOSED),
        notes=html.escape(found.internal_notes.strip()).replace("\n", "<br>"),
        confidential=is_confidential(found.confidentiality),
        is_template=False,
        created_at=found.created_at,
        updated_at=found.updated_at or found.created_at,
        closed_at=found.closed_at,
        requisition_code=found.requisition_code,
        fields=fields,
    )


def is_confidential(said: str) -> bool:
    """Whether a requisition, or a candidacy by its posting, is not for everybody's eyes."""
    return said not in ("", _OPEN_TO_ALL)


def posting(found: LeverPosting, requisition_id: str) -> JobPosting:
    published = found.state == "published"
    return JobPosting(
        id=found.id,
        requisition_id=requisition_id,
        title=found.text,
        content=_content(found),
        live=published or found.state == "internal",
        # A posting may be published on the internal job site alone.
        internal=found.state == "internal" or (published and found.distribution_channels == ["internal"]),
        language="",
        updated_at=found.updated_at or found.created_at,
    )


def _content(found: LeverPosting) -> str:
    """Join what a job page shows in its order: description, lists, salary, closing."""
    content = found.content
    parts = [content.description_html or _paragraphs(content.description)]
    parts += [f"<h3>{html.escape(one.text)}</h3><ul>{one.content}</ul>" for one in content.lists]
    if found.salary_range is not None and (shown := _range(found.salary_range)):
        parts.append(f"<p>給与 / Salary: {html.escape(shown)}</p>")
    parts.append(content.closing_html or _paragraphs(content.closing))
    return "\n".join(part for part in parts if part)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.splitlines() if part.strip())


def _range(band: LeverRange) -> str:
    ends = "-".join("" if end is None else f"{end:,.0f}" for end in (band.min, band.max))
    return " ".join(part for part in (band.currency, ends.strip("-"), band.interval) if part)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(_as_text(item) for item in value)
    return ", ".join(_as_text(item) for item in value.values()) if isinstance(value, dict) else str(value)


def user(found: LeverUser) -> User:
    return User(id=found.id, name=found.name, email=found.email, active=found.deactivated_at is None)


def names(whole: str) -> tuple[str, str]:
    """(first, last): Lever keeps one name. A Japanese name has the family name first, any other one last."""
    parts = whole.replace("\u3000", " ").split()
    if len(parts) < 2:
        return "", whole.strip()
    if _JAPANESE.search(whole):
        return " ".join(parts[1:]), parts[0]
    return " ".join(parts[:-1]), parts[-1]


def whole_name(first: str, last: str) -> str:
    ordered = (last, first) if _JAPANESE.search(first + last) else (first, last)
    return " ".join(part for part in ordered if part and part != "-") or last or first


def candidate(opportunities: Iterable[LeverOpportunity]) -> Candidate | None:
    """The person behind their opportunities, as the newest shows them; None for nobody, or somebody anonymised."""
    standing = sorted((one for one in opportunities if not one.is_anonymized), key=lambda one: one.created_at)
    if not standing:
        return None
    newest = standing[-1]
    first, last = names(newest.name)
    return Candidate(
        id=newest.contact,
        first_name=first,
        last_name=last,
        emails=tuple(newest.emails),
        phones=tuple(phone.value for phone in newest.phones if phone.value),
        title=newest.headline,
        tags=tuple(dict.fromkeys(tag for one in standing for tag in one.tags)),
        do_not_contact=any(_refuses(one) for one in standing),
        updated_at=max(one.updated_at or one.created_at for one in standing),
    )


def _refuses(one: LeverOpportunity) -> bool:
    consent = one.data_protection.contact if one.data_protection else None
    return consent is not None and consent.allowed is False


def application(found: LeverOpportunity, requisition_id: str, hired: Collection[str]) -> Application:
    """`hired`: the archive reasons that mean a hire."""
    archived = found.archived
    status = ApplicationStatus.ACTIVE
    if archived is not None:
        status = ApplicationStatus.HIRED if archived.reason in hired else ApplicationStatus.REJECTED
    prospect = found.stage is not None and found.stage.id.startswith(LEADS)
    return Application(
        id=found.id,
        candidate_id=found.contact,
        requisition_id=requisition_id,
        status=status,
        stage="" if prospect or found.stage is None else found.stage.text,
        prospect=prospect,
        rejected_at=archived.archived_at if archived and status is ApplicationStatus.REJECTED else None,
        last_activity_at=found.last_interaction_at or found.updated_at,
    )


def interview(found: LeverInterview, application_id: str) -> Interview:
    """A meeting of an opportunity. Lever says when it was cancelled, not whether it took place."""
    planned = InterviewStatus.SCHEDULED if found.date else InterviewStatus.TO_BE_SCHEDULED
    return Interview(
        id=found.id,
        application_id=application_id,
        status=InterviewStatus.CANCELLED if found.canceled_at else planned,
        starts_at=found.date,
        ends_at=found.date + timedelta(minutes=found.duration) if found.date and found.duration else None,
        interviewer_ids=tuple(one.id for one in found.interviewers if one.id),
        name=found.subject,
        updated_at=found.canceled_at or found.created_at,
    )


def text_of(note: LeverNote) -> str:
    return "\n".join(str(field.value) for field in note.fields_ if field.type == "note" and field.value)
