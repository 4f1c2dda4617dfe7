"""What Lever's stand-in knows its things by, and how it shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response

from connectors.sandbox.kit import Hook, Job, Note, Person, Placement, Stage, answer

KEY = "lever-stand-in-key"
REVIEW, APPROVED = "Threshold review", "Threshold approved"
STAGES = (
    *(("lead-new", "New lead"), ("lead-reached-out", "Reached out"), ("lead-responded", "Responded")),
    *(("applicant-new", "応募"), ("", "カジュアル面談"), ("", "一次面接"), ("", "最終面接")),
    *(("", REVIEW), ("", APPROVED), ("offer", "内定")),
)
HIRED, REFUSED = "a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"
ORIGINS = ("applied", "sourced", "referred", "university", "internal", "agency")


class Wrong(Exception):
    """A refusal in Lever's words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


@dataclass(frozen=True, slots=True)
class Card:
    """An opportunity: a placement, or a person without one."""

    id: str
    person: Person
    placement: Placement | None = None

    @property
    def updated_at(self) -> datetime:
        return max(self.person.updated_at, self.placement.updated_at) if self.placement else self.person.updated_at

    @property
    def created_at(self) -> datetime:
        return self.placement.created_at if self.placement else self.person.created_at

    @property
    def tags(self) -> list[str]:
        found: list[str] = self.placement.extra.setdefault("tags", []) if self.placement else self.person.tags
        return found

    @property
    def on(self) -> tuple[str, str]:
        return ("application", self.id) if self.placement else ("person", self.person.id)


def millis(moment: datetime | None) -> int | None:
    return None if moment is None else ms(moment)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def alone(person_id: str) -> str:
    """The id of the opportunity of somebody without a posting."""
    return f"{person_id[:-12]}{'0' * 12}" if len(person_id) > 12 else f"{person_id}-0"


def who_of(opportunity: str, contact: str) -> dict[str, Any]:
    return {"opportunityId": opportunity, "candidateId": opportunity, "contactId": contact}


def one_of(data: dict[str, Any]) -> Response:
    return answer({"data": data})


def known(things: Mapping[str, Any], id: str) -> Any:
    if id not in things:
        raise Wrong(404, "ResourceNotFound", "Not found")
    return things[id]


def code_of(job: Job) -> str:
    return f"REQ-{job.id[:8]}"


def user_shown(one: Any) -> dict[str, Any]:
    role = "limited team member" if one.role == "manager" else "super admin"
    gone = None if one.active else 1
    return {"id": one.id, "name": one.name, "email": one.email, "accessRole": role, "deactivatedAt": gone}


def stage_shown(one: Stage) -> dict[str, Any]:
    return {"id": one.id, "text": one.name}


def hook_shown(hook: Hook) -> dict[str, Any]:
    event = next(iter(hook.events or ("candidateHired",)))
    return {
        "id": hook.id,
        "event": event,
        "url": hook.url,
        "configuration": {"conditions": {"origins": list(ORIGINS)}},
    }


def note_shown(note: Note) -> dict[str, Any]:
    at = millis(note.at)
    field = {"type": "note", "text": "Comment", "value": note.body, "user": note.by or None, "createdAt": at}
    return {
        "id": note.id,
        "text": "Note",
        "fields": [{**field, "score": None, "stage": "lead-new"}],
        "user": note.by or None,
        "secret": False,
        "completedAt": at,
        "createdAt": at,
        "deletedAt": None,
    }
