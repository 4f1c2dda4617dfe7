"""From Talentio's objects to the records everyone else reads. A colleague's id is their mail address.

A 評価者 is named by address when a 選考 is made, and named back with it; ids of one list are not known to be those of
another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.records import (
    Application,
    ApplicationStatus,
    Candidate,
    Interview,
    InterviewStatus,
    Requisition,
    RequisitionStatus,
    Stage,
    User,
)
from connectors.talentio.shapes import TalentioCandidate, TalentioEmployee, TalentioRequisition, TalentioStage

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

STATUSES = {
    "ongoing": "選考中",
    "poolActive": "コンタクト中",
    "poolInactive": "非コンタクト中",
    "reject": "辞退",
    "fail": "お見送り",
    "pass": "採用",
}
POOL = frozenset({"poolActive", "poolInactive"})
# Where we may put somebody. Whoever leaves the pool enters the selection, so that stands first.
STAGES = (Stage("ongoing", STATUSES["ongoing"], 0), Stage("poolActive", STATUSES["poolActive"], 1))

_APPLICATION = {
    "reject": ApplicationStatus.REJECTED,
    "fail": ApplicationStatus.REJECTED,
    "pass": ApplicationStatus.HIRED,
}
_MEETINGS = {"interview": "面接", "contact": "カジュアル面談"}


def requisition(found: TalentioRequisition, description_fields: Sequence[str], app_base: str) -> Requisition:
    changed = found.updatedAt or found.createdAt or EPOCH
    return Requisition(
        id=found.id,
        title=found.name,
        status=RequisitionStatus.OPEN if found.is_open else RequisitionStatus.CLOSED,
        notes="\n\n".join(text for field in description_fields if (text := found.text(field))),
        confidential=False,
        is_template=False,
        created_at=found.createdAt or changed,
        updated_at=changed,
        opened_at=found.createdAt if found.is_open else None,
        closed_at=None if found.is_open else changed,
        url=found.url or f"{app_base}/r/ats/requisitions/{found.id}",
    )


def user(found: TalentioEmployee) -> User:
    name = f"{found.lastName} {found.firstName}".strip()
    return User(id=address(found.email), name=name or found.email, email=found.email, active=found.active is not False)


def address(text: str) -> str:
    return text.strip().casefold()


def moved_at(one: TalentioCandidate) -> datetime | None:
    return one.updatedAt or one.registeredAt


def candidate(one: TalentioCandidate) -> Candidate:
    return Candidate(
        id=one.id,
        first_name=one.firstName,
        last_name=one.lastName,
        emails=(one.email,) if one.email else (),
        phones=(one.phone,) if one.phone else (),
        tags=tuple(tag.name for tag in one.tags if tag.name),
        updated_at=moved_at(one),
    )


def application(one: TalentioCandidate) -> Application:
    status = _APPLICATION.get(one.status, ApplicationStatus.ACTIVE)
    return Application(
        id=one.id,
        candidate_id=one.id,
        requisition_id=one.requisition_id,
        status=status,
        stage=STATUSES.get(one.status, one.status),
        prospect=one.status in POOL,
        rejected_at=(one.fixedAt or moved_at(one)) if status is ApplicationStatus.REJECTED else None,
        last_activity_at=moved_at(one),
    )


def interview(found: TalentioStage, candidate_id: str) -> Interview | None:
    """A 選考 as a meeting: those of type interview, and contact for a casual one. None for any other type."""
    if found.type not in _MEETINGS:
        return None
    evaluated = bool(found.evaluations) and all(one.finished for one in found.evaluations)
    if found.fixedAt is not None or found.status in ("pass", "fail") or evaluated:
        status = InterviewStatus.COMPLETE
    else:
        status = InterviewStatus.SCHEDULED if found.scheduledAt else InterviewStatus.TO_BE_SCHEDULED
    panel = [address(one.employee.email) for one in found.evaluations if one.employee and one.employee.email]
    return Interview(
        id=found.id,
        application_id=candidate_id,
        status=status,
        starts_at=found.scheduledAt,
        ends_at=None,
        interviewer_ids=tuple(panel),
        name=_MEETINGS[found.type],
        updated_at=found.fixedAt,
    )
