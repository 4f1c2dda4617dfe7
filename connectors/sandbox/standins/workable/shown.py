"""What Workable's stand-in knows its things by, and how it shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.kit import Colleague, Job, Person, Placement

TOKEN = "workable-stand-in-token"  # noqa: S105 the stand-in's own
REVIEW, APPROVED = "Threshold review", "Threshold approved"
STAGES = (
    *(("sourced", "Sourced"), ("applied", "応募"), ("phone-screen", "カジュアル面談"), ("interview", "一次面接")),
    *(
        ("interview", "最終面接"),
        ("assessment", REVIEW),
        ("assessment", APPROVED),
        ("offer", "内定"),
        ("hired", "入社"),
    ),
)
STATES = {"open": "published"}
EVENTS = ("candidate_created", "candidate_moved", "candidate_deleted", "job_deleted")


class Wrong(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@dataclass(frozen=True, slots=True)
class Card:
    """A candidate: a placement with its person, or a person of the talent pool."""

    id: str
    person: Person
    placement: Placement | None = None

    @property
    def updated_at(self) -> datetime:
        return max(self.person.updated_at, self.placement.updated_at) if self.placement else self.person.updated_at

    @property
    def on(self) -> tuple[str, str]:
        return ("application", self.id) if self.placement else ("person", self.id)


def second(moment: datetime) -> datetime:
    """Workable's times of jobs and candidates are to the second."""
    return moment.replace(microsecond=0)


def moved(job: Job) -> datetime:
    return second(max([job.updated_at, *(post.updated_at for post in job.posts)]))


def at(moment: datetime, *, precise: bool = False) -> str:
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds" if precise else "seconds").replace("+00:00", "Z")


def time_of(text: str | None) -> datetime:
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Wrong(422, "a date is not valid") from None


def plan_id(job: Job) -> str:
    """A job's own id, by which the hiring plan names it."""
    return f"5b{job.id[-4:].lower()}"


def member_shown(one: Colleague) -> dict[str, Any]:
    roles = {"manager": "hiring_manager", "recruiter": "recruiting_admin"}
    role = "admin" if one.role == "bot" else "simple"
    collaboration = roles.get(one.role, "admin")
    return {"id": one.id, "name": one.name, "email": one.email, "role": role, "collaboration_role": collaboration}
