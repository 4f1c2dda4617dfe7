"""Teamtailor's calls and how it pages: numbered pages, but an opaque place in the list of candidates."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request

from connectors.sandbox.kit import Job, Person, Placement, Stage
from connectors.sandbox.standins.teamtailor.shown import Resource, Showing


class No(Exception):
    """A refusal in JSON:API's form."""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail


class Calls(Showing):
    """The calls. `sorts_jobs`: whether the list of jobs can be sorted; undocumented, so it can't. `takes_back`: whether
    a rejection can be taken back by API; undocumented too."""

    sorts_jobs = False
    takes_back = True

    # Answers.

    def _one(self, resource: Resource) -> Resource:
        return {"data": resource, **self._included([resource])}

    def _page(self, rows: Sequence[Any], show: Callable[[Any], Resource], *, opaque: bool = False) -> Resource:
        size = int(request.args.get("page[size]", 10))
        if not 1 <= size <= 30:
            raise No(400, "Invalid page value", "page[size] must be at most 30")
        if opaque and "page[number]" in request.args:
            raise No(400, "Page parameter not allowed", "number")
        after = request.args.get("page[after]", "")
        start = int(base64.b64decode(after)) if after else (int(request.args.get("page[number]", 1)) - 1) * size
        shown = [show(row) for row in rows[start : start + size]]
        links: dict[str, str] = {}
        if start + size < len(rows):
            at = {"page[after]": base64.b64encode(str(start + size).encode()).decode()}
            kept = {key: value for key, value in request.args.items() if not key.startswith("page[")}
            place = at if opaque else {"page[number]": str(start // size + 2)}
            links["next"] = f"{self.url}{request.path}?" + urlencode({**kept, **place, "page[size]": str(size)})
        return {"data": shown, **self._included(shown), "meta": {"record-count": len(rows)}, "links": links}

    def _included(self, shown: Sequence[Resource]) -> Resource:
        """What `include` asked for, each once."""
        places: dict[str, Callable[[str], Resource]] = {
            "users": lambda id: self._user(self.world.colleagues[id]),
            "stages": lambda id: self._stage(self.world.stages[id]),
            "jobs": lambda id: self._job(self.world.jobs[id]),
            "candidates": lambda id: self._candidate(self.world.people[id]),
            "custom-fields": lambda id: self._fields[id],
        }
        found: dict[tuple[str, str], Resource] = {}
        for one in shown:
            for relation in one["relationships"].values():
                data = relation.get("data")
                if data:
                    found[data["type"], data["id"]] = places[data["type"]](data["id"])
        return {"included": list(found.values())} if self._wanted() else {}

    def _wanted(self) -> list[str]:
        return [name for name in request.args.get("include", "").split(",") if name]

    def _filters(self, *known: str) -> dict[str, str]:
        given = {key[7:-1]: value for key, value in request.args.items() if key.startswith("filter[")}
        for name in given:
            if name not in known:
                raise No(400, "Filter not allowed", f"{name} is not allowed.")
        return given

    def _sort(self, rows: list[Any], *known: str) -> list[Any]:
        asked = request.args.get("sort", "")
        if asked and asked.lstrip("-") not in known:
            raise No(400, "Invalid sort criteria", f"{asked} is not a valid sort criteria")
        key = {"updated-at": lambda one: one.updated_at, "id": lambda one: int(one.id)}.get(asked.lstrip("-"))
        return sorted(rows, key=key, reverse=asked.startswith("-")) if key else rows

    def _find(self, rows: Mapping[str, Any], id: str) -> Any:
        one = rows.get(id)
        if one is None or getattr(one, "deleted", False):
            raise No(404, "Record not found", f"The record identified by {id} could not be found.")
        return one

    # Jobs.

    def list_jobs(self) -> Resource:
        given = self._filters("status", "feed", "department", "role", "locations")
        wanted = given.get("status", "published")
        rows = [
            job
            for job in self.world.jobs.values()
            if not job.deleted and wanted in ("all", self._job(job)["attributes"]["human-status"])
        ]
        rows = self._sort(rows, *(["updated-at"] if self.sorts_jobs else []))
        return self._page(rows, lambda job: self._job(job, self._wanted()))

    def show_job(self, id: str) -> Resource:
        return self._one(self._job(self._find(self.world.jobs, id), self._wanted()))

    def list_job_stages(self, id: str) -> Resource:
        self._find(self.world.jobs, id)
        return self._page(list(reversed(self._of_job.get(id, []))), self._stage)

    def list_job_team(self, id: str) -> Resource:
        job: Job = self._find(self.world.jobs, id)
        members = [*job.recruiter_ids, *job.manager_ids]
        return self._page(members, lambda user_id: self._membership(id, user_id, self._wanted()))

    def show_stage(self, id: str) -> Resource:
        stage: Stage = self._find(self.world.stages, id)
        return self._one(self._stage(stage))

    def list_stage_applications(self, id: str) -> Resource:
        stage: Stage = self._find(self.world.stages, id)
        rows = [one for one in self.world.on_job(stage.job_id) if one.stage_id == id]
        return self._page(rows, lambda one: self._application(one, self._wanted()))

    # Users, fields.

    def list_users(self) -> Resource:
        email = self._filters("email").get("email")
        rows = [one for one in self.world.colleagues.values() if email in (None, one.email)]
        return self._page(rows, self._user)

    def show_user(self, id: str) -> Resource:
        return self._one(self._user(self._find(self.world.colleagues, id)))

    def list_fields(self) -> Resource:
        return self._page(list(self._fields.values()), lambda field: field)

    def create_field(self, attributes: Resource, relations: Resource) -> Resource:
        id = self.new_id("field")
        shown = {"name": attributes["name"], "field-type": attributes["field-type"], "api-name": f"field-{id}"}
        self._fields[id] = self._resource("custom-fields", id, shown, {}, set())
        self.wrote("custom_fields")
        return self._one(self._fields[id])

    def create_value(self, attributes: Resource, relations: Resource) -> Resource:
        field_id, person = relations["custom-field"], self._a_person(relations["owner"])
        if not attributes.get("value"):
            raise No(422, "can't be blank", "value - can't be blank")
        if field_id not in self._fields or field_id in person.fields:
            raise No(422, "has already been taken", "custom-field - has already been taken")
        id = self.new_id("value")
        self._values[id] = (field_id, person.id)
        person.fields[field_id] = attributes["value"]
        self.wrote("custom_field_values")
        self.world.changed("person", "updated", person.id, by=self.bot.id)
        return self._one(self._value(id))

    def update_value(self, id: str, attributes: Resource, relations: Resource) -> Resource:
        field_id, person_id = self._find(self._values, id)
        if not attributes.get("value"):
            raise No(422, "can't be blank", "value - can't be blank")
        self._a_person(person_id).fields[field_id] = attributes["value"]
        self.wrote("custom_field_values")
        self.world.changed("person", "updated", person_id, by=self.bot.id)
        return self._one(self._value(id))

    # People.

    def _a_person(self, id: str) -> Person:
        found: Person = self._find(self.world.people, id)
        return found

    def list_candidates(self) -> Resource:
        given = self._filters("email", "updated-at][from", "department", "role")
        if "email" in given:
            rows = self.world.by_address(given["email"])
        else:
            rows = [person for person in self.world.people.values() if not person.deleted]
        if "updated-at][from" in given:
            since = given["updated-at][from"].replace("Z", "+00:00")
            rows = [person for person in rows if person.updated_at.isoformat() >= since]
        return self._page(self._sort(rows, "updated-at", "id"), self._candidate, opaque=True)

    def show_candidate(self, id: str) -> Resource:
        return self._one(self._candidate(self._a_person(id)))

    def create_candidate(self, attributes: Resource, relations: Resource) -> Resource:
        email = attributes.get("email")
        if email and self.world.by_address(email):
            raise No(422, "has already been taken", "email - has already been taken")
        if not email and not attributes.get("sourced"):
            raise No(422, "can't be blank", "email - can't be blank")
        person = self.world.add_person(
            str(attributes.get("first-name") or ""),
            str(attributes.get("last-name") or ""),
            emails=[email] if email else [],
            phones=[attributes["phone"]] if attributes.get("phone") else [],
            tags=list(attributes.get("tags") or []),
            extra={"sourced": bool(attributes.get("sourced"))},
        )
        self.wrote("candidates")
        return self._one(self._candidate(person))

    def update_candidate(self, id: str, attributes: Resource, relations: Resource) -> Resource:
        person = self._a_person(id)
        # Tags are replaced as a whole, and ring for nothing.
        person.tags, person.updated_at = list(attributes.get("tags", person.tags)), self.now()
        self.wrote("candidate_tags")
        return self._one(self._candidate(person))

    def list_candidate_applications(self, id: str) -> Resource:
        self._a_person(id)
        return self._page(self.world.of_person(id), lambda one: self._application(one, self._wanted()))

    def list_candidate_values(self, id: str) -> Resource:
        self._a_person(id)
        rows = [value_id for value_id, (_, person_id) in self._values.items() if person_id == id]
        return self._page(rows, lambda value_id: self._value(value_id, self._wanted()))

    def list_activities(self) -> Resource:
        person_id = self._filters("candidate", "code", "job", "user").get("candidate")
        rows = self._activities(person_id, self._wanted()) if person_id else []
        return self._page(rows, lambda one: one)

    def create_note(self, attributes: Resource, relations: Resource) -> Resource:
        person = self._a_person(relations["candidate"])
        if relations.get("user") not in self.world.colleagues:
            raise No(422, "can't be blank", "user - can't be blank")
        note = self.world.add_note(("person", person.id), str(attributes["note"]), by=relations["user"])
        self.wrote("notes")
        return self._one(self._note(note))

    # Applications.

    def list_applications(self) -> Resource:
        self._filters("stage-type", "updated-at][from")
        rows = [one for one in self.world.applications.values() if not one.deleted]
        return self._page(rows, lambda one: self._application(one, self._wanted()))

    def show_application(self, id: str) -> Resource:
        return self._one(self._application(self._find(self.world.applications, id), self._wanted()))

    def create_application(self, attributes: Resource, relations: Resource) -> Resource:
        person = self._a_person(relations["candidate"])
        job: Job = self._find(self.world.jobs, relations["job"])
        stages = {stage.id for stage in self._of_job[job.id]}
        stage_id = relations.get("stage") or self._of_job[job.id][0].id
        if stage_id not in stages:
            raise No(422, "is invalid", "stage - is invalid")
        one = self.world.add_application(person.id, job.id, stage_id)
        self.wrote("applications")
        return self._one(self._application(one))

    def update_application(self, id: str, attributes: Resource, relations: Resource) -> Resource:
        one: Placement = self._find(self.world.applications, id)
        if "rejected-at" in attributes and not attributes["rejected-at"]:
            if not self.takes_back:
                raise No(422, "is invalid", "rejected-at - is invalid")
            self._take_back(one, self.bot.id)
        if "stage" in relations:
            self._find(self.world.stages, relations["stage"])
            self.world.move(id, relations["stage"], by=self.bot.id)
        self.wrote("moves")
        return self._one(self._application(one))

    def _take_back(self, one: Placement, by: str) -> None:
        one.extra.pop("rejected_at", None)
        self.world.set_status(one.id, "active", by=by)
