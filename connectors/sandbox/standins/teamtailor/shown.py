"""Teamtailor's resources as its documentation shows them, out of the stand-in's world."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.sandbox.kit import Colleague, Job, Note, Person, Placement, Stage, StandIn

STATUS = {"draft": ("draft", "draft"), "open": ("open", "published"), "closed": ("archived", "archived")}
TYPES = {"受信箱": "Inbox", "採用": "Hired"}

Resource = dict[str, Any]


class Showing(StandIn):
    """How each thing is shown. Fields belong to candidates; a value is a resource of its own."""

    numeric_ids = True

    def __init__(self, **how: Any) -> None:
        self._fields: dict[str, Resource] = {}
        self._values: dict[str, tuple[str, str]] = {}
        """Value id → (field id, person id); the value itself stands in the person's fields."""
        self._of_job: dict[str, list[Stage]] = {}
        super().__init__(**how)

    def _resource(
        self, kind: str, id: str, attributes: Resource, relations: dict[str, tuple[str, str | None]], wanted: set[str]
    ) -> Resource:
        """A resource; a relation's data is only there if it was included."""
        shown: Resource = {}
        for name, (other, other_id) in relations.items():
            shown[name] = {"links": {"related": f"{self.url}/v1/{kind}/{id}/{name}"}}
            if name in wanted:
                shown[name]["data"] = {"type": other, "id": other_id} if other_id else None
        links = {"self": f"{self.url}/v1/{kind}/{id}"}
        return {"id": id, "type": kind, "links": links, "attributes": attributes, "relationships": shown}

    def _job(self, job: Job, wanted: Iterable[str] = ()) -> Resource:
        status, human = STATUS[job.status]
        attributes = {
            "title": job.title,
            "body": job.posts[0].content if job.posts else job.notes,
            "status": status,
            "human-status": human,
            "internal": False,
            "tags": [],
            "start-date": None,
            "end-date": None,
            "created-at": _time(job.created_at),
            "updated-at": _time(job.updated_at),
        }
        recruiter = job.recruiter_ids[0] if job.recruiter_ids else None
        shown = self._resource("jobs", job.id, attributes, {"user": ("users", recruiter)}, set(wanted))
        shown["links"]["careersite-job-url"] = f"https://career.example.com/jobs/{job.id}"
        return shown

    def _user(self, one: Colleague) -> Resource:
        role = {"manager": "hiring_manager", "recruiter": "recruitment_admin", "bot": "admin"}[one.role]
        attributes = {"name": one.name, "email": one.email, "login-email": one.email, "role": role, "title": None}
        return self._resource("users", one.id, attributes, {}, set())

    def _membership(self, job_id: str, user_id: str, wanted: Iterable[str]) -> Resource:
        relations: dict[str, tuple[str, str | None]] = {"user": ("users", user_id), "team": ("jobs", job_id)}
        return self._resource("team-memberships", f"{job_id}0{user_id}", {}, relations, set(wanted))

    def _stage(self, stage: Stage) -> Resource:
        attributes = {
            "name": stage.name,
            "stage-type": TYPES.get(stage.name, "In process"),
            "row-order": stage.order * 1073741824,
            "created-at": _time(self.now()),
            "updated-at": _time(self.now()),
        }
        return self._resource("stages", stage.id, attributes, {"job": ("jobs", stage.job_id)}, set())

    def _candidate(self, person: Person) -> Resource:
        attributes = {
            "first-name": person.first_name,
            "last-name": person.last_name,
            "email": person.emails[0] if person.emails else None,
            "phone": person.phones[0] if person.phones else None,
            "resume": person.extra.get("resume"),
            "sourced": bool(person.extra.get("sourced")),
            "referred": False,
            "unsubscribed": False,
            "tags": list(person.tags),
            "created-at": _time(person.created_at),
            "updated-at": _time(person.updated_at),
        }
        return self._resource("candidates", person.id, attributes, {}, set())

    def _application(self, one: Placement, wanted: Iterable[str] = ()) -> Resource:
        attributes = {
            "created-at": _time(one.created_at),
            "updated-at": _time(one.updated_at),
            "rejected-at": _time(one.extra.get("rejected_at")),
            "changed-stage-at": _time(one.history[-1].at),
            "sourced": True,
            "cover-letter": None,
        }
        relations: dict[str, tuple[str, str | None]] = {
            "candidate": ("candidates", one.person_id),
            "job": ("jobs", one.job_id),
            "stage": ("stages", one.stage_id),
        }
        return self._resource("job-applications", one.id, attributes, relations, set(wanted))

    def _value(self, id: str, wanted: Iterable[str] = ()) -> Resource:
        field_id, person_id = self._values[id]
        attributes = {
            "field-type": self._fields[field_id]["attributes"]["field-type"],
            "value": self.world.people[person_id].fields[field_id],
        }
        relations: dict[str, tuple[str, str | None]] = {
            "custom-field": ("custom-fields", field_id),
            "owner": ("candidates", person_id),
        }
        return self._resource("custom-field-values", id, attributes, relations, set(wanted))

    def _activities(self, person_id: str, wanted: Iterable[str]) -> list[Resource]:
        """What was done about a person. Only that a note's text stands in `data` is documented, no code is."""
        found: list[tuple[datetime, str, dict[str, Any], str]] = [
            (note.at, "note", {"note": note.body}, note.by) for note in self.world.notes_on("person", person_id)
        ]
        for one in self.world.of_person(person_id):
            found += [(moved.at, "moved", {"stage": moved.stage_id}, moved.by) for moved in one.history]
            rejected_at = one.extra.get("rejected_at")
            if rejected_at:
                found.append((rejected_at, "rejected", {}, one.extra.get("rejected_by", "")))
        shown = []
        for number, (at, code, data, by) in enumerate(sorted(found, key=lambda one: one[0])):
            attributes = {"code": code, "created-at": _time(at), "data": json.dumps(data)}
            relations: dict[str, tuple[str, str | None]] = {"user": ("users", by or None)}
            shown.append(self._resource("activities", f"{person_id}{number}", attributes, relations, set(wanted)))
        return shown

    def _note(self, note: Note) -> Resource:
        attributes = {
            "note": note.body,
            "user-id": int(note.by),
            "candidate-id": int(note.on[1]),
            "private-note": False,
            "created-at": _time(note.at),
            "updated-at": _time(note.at),
        }
        return self._resource("notes", note.id, attributes, {}, set())


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
