"""The world as Odoo's records: one row a record, values as the ORM holds them (many2one a bare id, nothing `False`).

An applicant is a person and their place on a job in one, so both have one id here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from connectors.sandbox.kit import Colleague, Form, Job, Meeting, Person, World

Row = dict[str, Any]
PARTNER_OF_USER, PARTNER_OF_APPLICANT = 1_000_000, 2_000_000
STATUS = {"active": "ongoing", "rejected": "refused", "hired": "hired"}


class Records:
    """Reads rows of the world; the recruiter wrote what nobody else did. `custom`: manual fields of hr.job, type by name."""

    def __init__(self, world: World, recruiter: Colleague) -> None:
        self.world, self.recruiter = world, recruiter
        self.custom: dict[str, str] = {}
        self.plain: dict[str, dict[int, Row]] = {}
        """Records that are nothing of the world's: tags, sources, fields, views, rules, actions, by model and id."""
        self.writers: dict[tuple[str, str], int] = {}
        self._ids: dict[str, tuple[int, str, list[int]]] = {}

    def ids(self, model: str) -> list[int]:
        """Every id there ever was, in order; deleted ones have no row."""
        things = self._things(model)
        if things is None:
            return sorted(self.plain.get(model, {}))
        newest = next(reversed(things), "")
        known = self._ids.get(model)
        if known is None or known[:2] != (len(things), newest):
            known = self._ids[model] = (len(things), newest, sorted(int(id) for id in things))
        return known[2]

    def _things(self, model: str) -> dict[str, Any] | None:
        world = self.world
        things: dict[str, dict[str, Any]] = {
            "hr.job": world.jobs,
            "hr.applicant": world.people,
            "mail.activity": world.forms,
            "mail.message": world.notes,
            "ir.attachment": world.files,
            "calendar.event": world.meetings,
            "hr.recruitment.stage": world.stages,
            "res.users": world.colleagues,
        }
        return things.get(model)

    def row(self, model: str, id: int) -> Row | None:
        things = self._things(model)
        if things is None:
            return self.plain.get(model, {}).get(id)
        thing = things.get(str(id))
        if thing is None or getattr(thing, "deleted", False):
            return None
        made: Row = {"id": id, **_SHAPES[model](self, thing)}
        return made

    def writer(self, kind: str, id: str) -> int:
        return self.writers.get((kind, id), int(self.recruiter.id))

    def job(self, one: Job) -> Row:
        custom = {name: one.fields.get(name, False) for name in self.custom}
        return {
            **custom,
            "name": one.title,
            "active": one.status != "closed",
            "no_of_recruitment": 0 if one.status == "draft" else 1,
            "description": (one.posts[0].content if one.posts else one.notes) or False,
            "user_id": int(one.recruiter_ids[0]) if one.recruiter_ids else False,
            "interviewer_ids": [int(id) for id in one.manager_ids],
            "create_date": one.created_at,
            "write_date": one.updated_at,
            "write_uid": self.writer("job", one.id),
        }

    def applicant(self, one: Person) -> Row:
        place = next(iter(self.world.of_person(one.id)), None)
        stages = self.world.stages
        status = place.status if place else "active"
        name = f"{one.last_name} {one.first_name}".strip()
        email = one.emails[0] if one.emails else ""
        touched = max(one.updated_at, place.updated_at) if place else one.updated_at
        return {
            "partner_name": name or False,
            "email_from": email or False,
            "email_normalized": email.strip().lower() or False,
            "partner_phone": one.phones[0] if one.phones else False,
            "job_id": int(place.job_id) if place else False,
            "stage_id": int(place.stage_id) if place and place.stage_id in stages else False,
            "categ_ids": [self.tag_id(tag) for tag in one.tags],
            "source_id": one.extra.get("source_id", False),
            "active": status != "rejected",
            "application_status": STATUS.get(status, "ongoing"),
            "is_blacklisted": bool(one.extra.get("blacklisted")),
            "talent_pool_ids": [],
            "refuse_date": touched if status == "rejected" else False,
            "create_date": one.created_at,
            "write_date": touched,
            "write_uid": self.writer("person", one.id),
        }

    def tag_id(self, name: str) -> int:
        tags = self.plain.setdefault("hr.applicant.category", {})
        for id, row in tags.items():
            if row["name"] == name:
                return id
        id = len(tags) + 1
        tags[id] = {"id": id, "name": name}
        return id

    def activity(self, one: Form) -> Row:
        return {
            "res_model": "hr.job",
            "res_id": int(one.extra["job_id"]),
            "summary": one.extra["summary"],
            "note": one.extra["note"],
            "feedback": one.values.get("feedback") or False,
            "active": one.at is None,
            "user_id": int(one.extra["user_id"]),
            "create_uid": int(one.extra["create_uid"]),
            "write_uid": int(one.by),
            "create_date": one.created_at,
            "write_date": one.at or one.created_at,
        }

    def meeting(self, one: Meeting) -> Row:
        person = self.world.applications[one.application_id].person_id
        guests = [PARTNER_OF_USER + int(id) for id in one.interviewer_ids]
        return {
            "name": one.name,
            "start": one.starts_at,
            "stop": one.ends_at,
            "active": one.status != "cancelled",
            "applicant_id": int(person),
            "partner_ids": [*guests, PARTNER_OF_APPLICANT + int(person)],
            "write_date": one.updated_at,
            "write_uid": self.writer("meeting", one.id),
        }

    def user(self, one: Colleague) -> Row:
        return {
            "name": one.name,
            "login": one.email,
            "email": one.email,
            "active": one.active,
            "share": False,
            "partner_id": PARTNER_OF_USER + int(one.id),
        }


def _on(on: tuple[str, str], model: str, id: str) -> Row:
    kind, whose = on
    return {model: "hr.job" if kind == "job" else "hr.applicant", id: int(whose)}


_SHAPES: dict[str, Callable[[Records, Any], Row]] = {
    "hr.job": Records.job,
    "hr.applicant": Records.applicant,
    "mail.activity": Records.activity,
    "calendar.event": Records.meeting,
    "res.users": Records.user,
    "mail.message": lambda _, one: {**_on(one.on, "model", "res_id"), "body": one.body},
    "ir.attachment": lambda _, one: {**_on(one.on, "res_model", "res_id"), "name": one.filename},
    "hr.recruitment.stage": lambda _, one: {
        "name": one.name,
        "sequence": one.order,
        "job_ids": [int(one.job_id)] if one.job_id else [],
        "template_id": False,
    },
}
X2MANY = {"interviewer_ids", "categ_ids", "talent_pool_ids", "partner_ids", "job_ids"}


def shown(row: Row, names: Iterable[str]) -> Row:
    """A row as JSON-2 shows it: times in UTC to the second, a many2one as [id, name]."""
    made: Row = {"id": row["id"]}
    for name in names:
        value = row[name]
        if isinstance(value, datetime):
            value = value.strftime("%Y-%m-%d %H:%M:%S")
        elif name.endswith(("_id", "_uid")) and name != "res_id" and value is not False:
            value = [value, f"({value})"]
        made[name] = value
    return made
