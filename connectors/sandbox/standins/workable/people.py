"""Workable's candidates: a placement of the world and its person share their id; without a job one is in the talent pool."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Response, request

from connectors.sandbox.kit import Person, Placement, answer
from connectors.sandbox.standins.workable.jobs import Jobs
from connectors.sandbox.standins.workable.shown import Card, Wrong, at, second, time_of


class People(Jobs):
    """Candidates with their timeline, comments, tags, files and events."""

    _next_id: str = ""

    def _cards(self, people: Iterable[Person]) -> list[Card]:
        found: list[Card] = []
        for person in people:
            if not person.deleted:
                placed = self.world.of_person(person.id)
                found += [Card(one.id, person, one) for one in placed] or [Card(person.id, person)]
        return found

    def _card(self, id: str) -> Card:
        placement = self.world.applications.get(id)
        if placement is not None and not placement.deleted:
            return Card(id, self.world.people[placement.person_id], placement)
        person = self.world.people.get(id)
        if person is None or person.deleted or placement is not None:
            raise Wrong(404, "Not found")
        return Card(id, person)

    def _candidates(self) -> Response:
        asked = request.args
        after = time_of(asked.get("updated_after"))

        def rows() -> list[Card]:
            people = self.world.by_address(asked["email"]) if "email" in asked else list(self.world.people.values())
            cards = (card for card in self._cards(people) if second(card.updated_at) >= after)
            if code := asked.get("shortcode"):
                cards = (card for card in cards if card.placement and card.placement.job_id == code)
            return list(cards)

        return self._listed("candidates", rows, lambda card: str(card.id), self._shown)

    def _shown(self, card: Card, whole: bool = False) -> dict[str, Any]:
        person, placement = card.person, card.placement
        stage = self.world.stages[placement.stage_id] if placement and placement.stage_id else None
        job = self.world.jobs[placement.job_id] if placement else None
        rejected = placement is not None and placement.status == "rejected"
        name = f"{person.first_name} {person.last_name}".strip()
        files = self.world.files_on(*card.on) if whole else []
        more = {
            "tags": list(person.tags),
            "experience_entries": person.extra.get("jobs", []),
            "resume_url": f"{self.url}/files/{files[0].id}?signed=1" if files else None,
        }
        return {
            "id": card.id,
            "name": name,
            "firstname": person.first_name,
            "lastname": person.last_name,
            "headline": person.title or None,
            "account": {"subdomain": "stand-in", "name": "Stand-in"},
            "job": {"shortcode": job.id, "title": job.title} if job else None,
            "stage": stage.name if stage else None,
            "stage_kind": self._kinds.get(stage.id, "interview") if stage else None,
            "disqualified": rejected,
            "disqualified_at": at(placement.updated_at) if placement and rejected else None,
            "hired_at": at(placement.updated_at) if placement and placement.status == "hired" else None,
            "anonymized": bool(person.extra.get("anonymized")),
            "sourced": True,
            "email": person.emails[0] if person.emails else None,
            "phone": person.phones[0] if person.phones else None,
            "created_at": at(placement.created_at if placement else person.created_at),
            "updated_at": at(card.updated_at),
            **(more if whole else {}),
        }

    def _create(self, code: str) -> Response:
        job, given = self._job(code), request.get_json()["candidate"]
        if not given.get("firstname") or not given.get("lastname"):
            raise Wrong(422, "firstname and lastname are required")
        person = self.world.add_person(
            given["firstname"],
            given["lastname"],
            emails=[given["email"]] if given.get("email") else [],
            phones=[given["phone"]] if given.get("phone") else [],
            title=given.get("headline", ""),
            tags=list(given.get("tags", [])),
            by=self.bot.id,
        )
        self._next_id = person.id
        made = self.world.add_application(person.id, job.id, "sourced", by="")
        self.wrote("candidates")
        return answer({"status": "created", "candidate": self._shown(Card(made.id, person, made), whole=True)})

    def _placed(self, id: str) -> Placement:
        placement = self._card(id).placement
        if placement is None:
            raise Wrong(422, "candidate is in the talent pool")
        return placement

    def _move(self, id: str) -> Response:
        who, slug = self._member_acting(), request.get_json().get("target_stage")
        if slug not in self.world.stages:
            raise Wrong(422, "target_stage is not a stage of this job")
        self.world.move(self._placed(id).id, slug, by=who)
        self.wrote("moves")
        return answer(None)

    def _judge(self, id: str, so: bool) -> Response:
        self._disqualify(self._placed(id), so, by=self._member_acting())
        self.wrote("disqualify" if so else "revert")
        return answer(None)

    def _disqualify(self, card: Placement, so: bool, *, by: str) -> None:
        card.extra.setdefault("timeline", []).append(("disqualified" if so else "reverted", by, self.now()))
        self.world.set_status(card.id, "rejected" if so else "active", by=by)

    def _tags(self, id: str) -> Response:
        """Replaces all tags."""
        card = self._card(id)
        card.person.tags[:] = list(request.get_json()["tags"])
        self._touch(card)
        self.wrote("tags")
        return answer({"tags": card.person.tags})

    def _touch(self, card: Card) -> None:
        (card.placement or card.person).updated_at = self.now()

    def _comment(self, id: str) -> Response:
        who, card, given = self._member_acting(), self._card(id), request.get_json()["comment"]
        made = self.world.add_note(card.on, given["body"], by=who)
        if attached := given.get("attachment"):
            content = base64.b64decode(attached["data"])
            self.world.add_file(card.on, attached["name"], content, "application/octet-stream")
        self._touch(card)
        self.wrote("comments")
        return answer({"id": made.id})

    def _activities(self, id: str) -> Response:
        card = self._card(id)
        rows: list[tuple[datetime, dict[str, Any]]] = []
        placement = card.placement
        for number, move in enumerate(placement.history if placement else ()):
            stage = self.world.stages[move.stage_id]
            before = placement.history[number - 1].stage_id if placement and number else move.stage_id
            rows.append(
                (
                    move.at,
                    {
                        "id": f"m{number}-{id}",
                        "action": stage.id if number else "uploaded",
                        "stage_name": self.world.stages[before].name,
                        "action_stage": {"name": self.world.stages[before].name, "slug": before},
                        "target_stage": {"name": stage.name, "slug": stage.id} if number else None,
                        "body": None,
                        **self._by(move.by),
                    },
                )
            )
        for number, (action, by, when) in enumerate(placement.extra.get("timeline", ()) if placement else ()):
            rows.append((when, {"id": f"t{number}-{id}", "action": action, "body": None, **self._by(by)}))
        for note in self.world.notes_on(*card.on):
            rows.append((note.at, {"id": note.id, "action": "comment", "body": note.body, **self._by(note.by)}))
        rows.sort(key=lambda row: row[0])
        return answer({"activities": [{**row, "created_at": at(when, precise=True)} for when, row in rows]})

    def _by(self, who: str) -> dict[str, Any]:
        known = self.world.colleagues.get(who)
        return {"member": {"id": known.id, "name": known.name, "type": "Member"}} if known else {}

    def _events(self) -> Response:
        """Without `include_cancelled` only those that stand; without `start_date` only those to come."""
        asked = request.args
        start = time_of(asked["start_date"]) if "start_date" in asked else self.now()
        rows = [
            {
                "id": one.id,
                "title": one.name,
                "type": "InterviewEvent",
                "starts_at": at(one.starts_at, precise=True),
                "ends_at": at(one.ends_at, precise=True),
                "cancelled": one.status == "cancelled",
                "members": [
                    {"id": who, "name": self.world.colleagues[who].name, "status": "accepted"}
                    for who in one.interviewer_ids
                ],
                "candidate": {"id": one.application_id, "name": ""},
            }
            for one in self.world.meetings.values()
            if not one.deleted
            and asked.get("candidate_id") in (None, one.application_id)
            and one.starts_at >= start
            and (one.status != "cancelled" or asked.get("include_cancelled") == "true")
        ]
        return answer({"events": rows})

    def _file(self, id: str) -> Response:
        file = self.world.files[id]
        return Response(file.content, content_type=file.media_type)
