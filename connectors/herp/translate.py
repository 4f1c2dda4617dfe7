"""From HERP's objects to the records everyone else reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from connectors import calibration
from connectors.herp.shapes import HerpCandidacy, HerpContact, HerpRequisition, HerpUser
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

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The steps are HERP's own, the same for every 職種.
STEPS = {
    "entry": "エントリー",
    "casualInterview": "カジュアル面談",
    "resumeScreening": "書類選考",
    "firstInterview": "一次面接",
    "secondInterview": "二次面接",
    "thirdInterview": "三次面接",
    "finalInterview": "最終面接",
    "offered": "内定",
    "offerAccepted": "内定承諾",
}
STAGES = tuple(Stage(id=code, name=name, order=order) for order, (code, name) in enumerate(STEPS.items()))

# Contacts that are no meeting: codes and the Japanese words recorded in answers.
_NO_MEETING = frozenset({"document", "aptitudeTest", "referenceCheck", "書類", "適性検査", "リファレンスチェック"})
_OVER = frozenset({"cancelled", "canceled"})


def requisition(found: HerpRequisition, description_fields: Sequence[str]) -> Requisition:
    # Archived, and whatever we do not know, is closed: nothing is mailed for it.
    is_open = found.status == "active"
    changed = found.updatedAt or found.createdAt or EPOCH
    return Requisition(
        id=found.id,
        title=found.name,
        status=RequisitionStatus.OPEN if is_open else RequisitionStatus.CLOSED,
        notes="\n\n".join(text for field in description_fields if (text := found.text(field))),
        confidential=False,
        is_template=False,
        created_at=found.createdAt or changed,
        updated_at=changed,
        opened_at=found.createdAt if is_open else None,
        closed_at=None if is_open else changed,
        fields={"careerPageStatus": found.careerPageStatus} if found.careerPageStatus else {},
    )


def user(found: HerpUser) -> User:
    active = found.isActive is not False and found.status not in ("inactive", "deactivated")
    return User(id=found.id, name=found.name, email=found.email, active=active)


def is_calibration(options: Mapping[str, str], one: HerpCandidacy) -> bool:
    """Say whether a candidacy is the one we ask on. One made by hand is known by its name alone."""
    if calibration.is_ours(options, [one.email], one.tags):
        return True
    return calibration.FIRST_NAME in one.name and calibration.LAST_NAME in one.name.casefold()


def moved_at(one: HerpCandidacy) -> datetime | None:
    return one.stepUpdatedAt or one.appliedAt


def candidate(one: HerpCandidacy) -> Candidate:
    first, last = parted(one.name)
    return Candidate(
        id=one.id,
        first_name=first,
        last_name=last,
        emails=(one.email,) if one.email else (),
        phones=(one.telephoneNumber,) if one.telephoneNumber else (),
        company=one.company,
        tags=tuple(one.tags),
        updated_at=max((at for at in (one.updatedAt, moved_at(one)) if at), default=None),
    )


def parted(name: str) -> tuple[str, str]:
    """(given name, family name). HERP has one name; a Japanese one starts with the family's, one in Latin ends with it."""
    parts = [part for part in re.split(r"[\s\u3000]+", name.strip()) if part]
    if len(parts) < 2:
        return "", "".join(parts)
    if name.isascii():
        return " ".join(parts[:-1]), parts[-1]
    return " ".join(parts[1:]), parts[0]


def joined(first: str, last: str) -> str:
    """One name out of two, in the order its writing has; a dash stands for a name we don't know."""
    parts = [part for part in (last, first) if part.strip("- ")]
    return " ".join(reversed(parts) if "".join(parts).isascii() else parts)


def application(one: HerpCandidacy) -> Application:
    status = ApplicationStatus.ACTIVE
    if one.status == "hired" or (one.status == "terminated" and one.terminationReason == "hired"):
        status = ApplicationStatus.HIRED
    elif one.status == "terminated":
        status = ApplicationStatus.REJECTED
    return Application(
        id=one.id,
        candidate_id=one.id,
        requisition_id=one.requisitionId,
        status=status,
        stage=STEPS.get(one.step, one.step),
        rejected_at=one.terminatedAt if status is ApplicationStatus.REJECTED else None,
        last_activity_at=max((at for at in (one.terminatedAt, moved_at(one)) if at), default=None),
    )


def interview(found: HerpContact, candidacy_id: str) -> Interview | None:
    """A contact as a meeting; None for a document check, a test, and one for which no meeting is planned.

    It is a casual meeting or an interview by its type, else by its step; its title may say anything. Once everybody
    asked has evaluated it, it has taken place.
    """
    planned = found.assessmentSchedule
    if found.type in _NO_MEETING or planned is None:
        return None
    starts = planned.schedule.startsAt if planned.schedule else None
    by_type = {"interview": False, "meeting": True}.get(found.type)
    casual = found.step == "casualInterview" or "面談" in found.type if by_type is None else by_type
    evaluated = bool(found.evaluations) and all(one.status == "completed" for one in found.evaluations)
    if planned.status in _OVER:
        status = InterviewStatus.CANCELLED
    elif starts is None:
        status = InterviewStatus.TO_BE_SCHEDULED
    else:
        status = InterviewStatus.COMPLETE if evaluated else InterviewStatus.SCHEDULED
    return Interview(
        id=found.id,
        application_id=candidacy_id,
        status=status,
        starts_at=starts,
        ends_at=planned.schedule.endsAt if planned.schedule else None,
        interviewer_ids=tuple(planned.attendeeIds),
        name="カジュアル面談" if casual else "面接",
        updated_at=found.createdAt,
    )
