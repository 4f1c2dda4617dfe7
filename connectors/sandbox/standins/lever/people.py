"""Lever's opportunities: a person of the world is a contact, a placement an opportunity."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Response, request

from connectors.sandbox.kit import Person, Placement, answer
from connectors.sandbox.standins.lever.jobs import Jobs
from connectors.sandbox.standins.lever.shown import (
    HIRED,
    REFUSED,
    Card,
    Wrong,
    alone,
    millis,
    ms,
    note_shown,
    one_of,
    stage_shown,
)


class People(Jobs):
    """Opportunities with their notes, files, interviews and résumés.

    `drops_plus`: compare addresses without their plus part, which "canonicalized" may or may not mean.
    """

    drops_plus: bool = False

    def _cards(self, people: Iterable[Person] | None = None) -> list[Card]:
        """Those of some people, or all; newest first."""
        found: list[Card] = []
        for person in self.world.people.values() if people is None else people:
            if person.deleted:
                continue
            if "api" not in person.extra:
                found.append(Card(alone(person.id), person))
            found += [Card(one.id, person, one) for one in self.world.of_person(person.id)]
        found.sort(key=lambda card: card.created_at)
        return found[::-1]

    def _card(self, id: str) -> Card:
        placement = self.world.applications.get(id)
        if placement is not None and not placement.deleted:
            return Card(id, self.world.people[placement.person_id], placement)
        for person in self.world.people.values() if placement is None else ():
            if not person.deleted and "api" not in person.extra and alone(person.id) == id:
                return Card(id, person)
        raise Wrong(404, "ResourceNotFound", "Opportunity not found")

    def _opportunities(self) -> Response:
        asked, world = request.args, self.world
        if "offset" in asked:
            return self._listed((), self._opportunity)
        people: list[Person] | None = None
        if "email" in asked:
            people = self._at_address(asked["email"].strip())
        elif "contact_id" in asked:
            known = world.people.get(asked["contact_id"])
            people = [known] if known else []
        cards = self._cards(people)
        if wanted := set(asked.getlist("posting_id")):
            cards = [card for card in cards if self._posting_of(card) in wanted and not self._archived(card)]
        if wanted := set(asked.getlist("archived_posting_id")):
            cards = [card for card in cards if self._posting_of(card) in wanted and self._archived(card)]
        start = int(asked.get("updated_at_start") or 0)
        cards = [card for card in cards if ms(card.updated_at) >= start]
        cards = [card for card in cards if self._confidential(self._secret(card))]
        return self._listed(cards, self._opportunity)

    def _at_address(self, address: str) -> list[Person]:
        if not self.drops_plus:
            return self.world.by_address(address)
        wanted = re.sub(r"\+[^@]*", "", address.casefold())
        everybody = self.world.people.values()
        return [
            one
            for one in everybody
            if not one.deleted and wanted in {re.sub(r"\+[^@]*", "", given.casefold()) for given in one.emails}
        ]

    def _secret(self, card: Card) -> bool:
        return card.placement is not None and self.world.jobs[card.placement.job_id].confidential

    def _archived(self, card: Card) -> dict[str, Any] | None:
        found: dict[str, Any] | None = card.placement.extra.get("archived") if card.placement else None
        if found is None and card.placement and card.placement.status in ("rejected", "hired"):
            reason = HIRED if card.placement.status == "hired" else REFUSED
            return {"reason": reason, "archivedAt": millis(card.placement.updated_at)}
        return found

    def _posting_of(self, card: Card) -> str | None:
        if card.placement is None:
            return None
        posts = self.world.jobs[card.placement.job_id].posts
        given: str | None = card.placement.extra.get("posting")
        return given or (posts[0].id if posts else None)

    def _opportunity(self, card: Card) -> dict[str, Any]:
        expanded, person, placement = request.args.getlist("expand"), card.person, card.placement
        stage_id = (placement.stage_id if placement else "") or ("applicant-new" if placement else "lead-new")
        application = {"id": f"app-{card.id}", "opportunityId": card.id, "posting": self._posting_of(card)}
        applications = [application] if placement else []
        first, last = person.first_name, person.last_name
        return {
            "id": card.id,
            "name": person.extra.get("name") or f"{last} {first}".strip(),
            "contact": person.id,
            "headline": person.title,
            "stage": stage_shown(self.world.stages[stage_id]) if "stage" in expanded else stage_id,
            "confidentiality": "confidential" if self._secret(card) else "non-confidential",
            "phones": [{"type": "mobile", "value": phone} for phone in person.phones],
            "emails": list(person.emails),
            "archived": self._archived(card),
            "tags": list(card.tags),
            "sources": [placement.source] if placement and placement.source else [],
            "stageChanges": [
                {"toStageId": move.stage_id or stage_id, "updatedAt": millis(move.at), "userId": move.by or None}
                for move in (placement.history if placement else ())
            ],
            "origin": "sourced",
            "applications": applications if "applications" in expanded else [one["id"] for one in applications],
            "createdAt": millis(card.created_at),
            "updatedAt": millis(card.updated_at),
            "lastInteractionAt": millis(card.updated_at),
            "isAnonymized": False,
            "dataProtection": person.extra.get("dataProtection"),
        }

    def _deleted(self) -> Response:
        start = int(request.args.get("deleted_at_start") or 0)
        gone = [person for person in self.world.people.values() if person.deleted and not person.merged_into]
        rows = [
            {"id": id, "deletedAt": millis(person.updated_at)}
            for person in gone
            if ms(person.updated_at) >= start
            for id in (*(one.id for one in self.world.applications.values() if one.person_id == person.id),)
            or (alone(person.id),)
        ]
        return self._listed(rows)

    def _create(self) -> Response:
        """Lever never refuses somebody it knows: same address, same contact, a new opportunity (`deduped`)."""
        who, given = self._by(), request.get_json()
        if len(given.get("postings", [])) != 1:
            raise Wrong(400, "BadRequestError", "postings must hold exactly one posting")
        job, post = self._post(given["postings"][0])
        stage = given.get("stage") or "lead-new"
        if stage not in self.world.stages:
            raise Wrong(400, "BadRequestError", "Invalid stage")
        known = next((found for address in given.get("emails", []) for found in self._at_address(address)), None)
        if known is None:
            known = self.world.add_person(
                "",
                given["name"],
                emails=given.get("emails", []),
                by=who,
                phones=[phone["value"] for phone in given.get("phones", [])],
                title=given.get("headline", ""),
                extra={"api": True, "name": given["name"]},
            )
            deduped = False
        else:
            deduped = True
        extra = {"tags": list(given.get("tags", [])), "posting": post.id, "followers": given.get("followers", [])}
        source = next(iter(given.get("sources", [])), "")
        made = self.world.add_application(known.id, job.id, stage, by=who, source=source, extra=extra)
        self.wrote("opportunities")
        whole = self._opportunity(Card(made.id, known, made))
        return answer({"data": whole, **({"deduped": True} if deduped else {})}, 201)

    def _placed(self, id: str) -> Placement:
        placement = self._card(id).placement
        if placement is None:
            raise Wrong(400, "BadRequestError", "The stand-in keeps no stage for somebody without a posting")
        return placement

    def _put_stage(self, id: str) -> Response:
        stage = request.get_json().get("stage")
        if stage not in self.world.stages:
            raise Wrong(400, "BadRequestError", "Invalid stage")
        self.world.move(self._placed(id).id, stage, by=self._by())
        self.wrote("stage")
        return one_of(self._opportunity(self._card(id)))

    def _put_archived(self, id: str) -> Response:
        self._archive(self._placed(id), request.get_json().get("reason"), by=self._by())
        self.wrote("archived")
        return one_of(self._opportunity(self._card(id)))

    def _archive(self, card: Placement, reason: str | None, *, by: str) -> None:
        card.extra["archived"] = {"reason": reason, "archivedAt": millis(self.now())} if reason else None
        status = "active" if reason is None else ("hired" if reason == HIRED else "rejected")
        self.world.set_status(card.id, status, by=by)

    def _add_tags(self, id: str) -> Response:
        card = self._card(id)
        card.tags.extend(tag for tag in request.get_json()["tags"] if tag not in card.tags)
        self._touch(card)
        self.wrote("tags")
        return one_of(self._opportunity(card))

    def _touch(self, card: Card) -> None:
        (card.placement or card.person).updated_at = self.now()

    def _notes(self, id: str) -> Response:
        return self._listed([note_shown(note) for note in reversed(self.world.notes_on(*self._card(id).on))])

    def _add_note(self, id: str) -> Response:
        card = self._card(id)
        made = self.world.add_note(card.on, str(request.get_json()["value"]), by=self._by())
        self._touch(card)
        self.wrote("notes")
        return answer({"data": {**note_shown(made), "noteId": made.id}}, 201)

    def _files(self, id: str) -> Response:
        files = self.world.files_on(*self._card(id).on)
        return self._listed([{"id": file.id, "name": file.filename} for file in files])

    def _add_file(self, id: str) -> Response:
        self._by()
        sent = request.files["file"]
        name, kind = sent.filename or "file", sent.mimetype
        made = self.world.add_file(self._card(id).on, name, sent.read(), kind)
        self.wrote("files")
        return answer({"data": {"id": made.id, "name": name}}, 201)

    def _interviews(self, id: str) -> Response:
        self._card(id)
        return self._listed(
            {
                "id": one.id,
                "panel": f"panel-{one.id}",
                "subject": one.name,
                "interviewers": [
                    {"id": who, "name": self.world.colleagues[who].name, "feedbackTemplate": "no-feedback"}
                    for who in one.interviewer_ids
                ],
                "date": millis(one.starts_at),
                "duration": int((one.ends_at - one.starts_at).total_seconds() // 60),
                "createdAt": millis(one.updated_at),
                "canceledAt": millis(one.updated_at) if one.status == "cancelled" else None,
            }
            for one in self.world.meetings.values()
            if one.application_id == id and not one.deleted
        )

    def _resumes(self, id: str) -> Response:
        files = self.world.files_on("person", self._card(id).person.id)
        positions = [
            {"org": job["company"], "title": job["title"], "start": {"year": job["year"], "month": 4}, "end": None}
            for job in self._card(id).person.extra.get("jobs", ())
        ]
        return self._listed(
            {
                "id": file.id,
                "createdAt": millis(file.at),
                "file": {"name": file.filename, "uploadedAt": millis(file.at)},
                "parsedData": {"positions": positions},
            }
            for file in files
        )

    def _download(self, id: str, resume: str) -> Response:
        file = self.world.files.get(resume)
        if file is None or file.on != ("person", self._card(id).person.id):
            raise Wrong(404, "ResourceNotFound", "Resume not found")
        return Response(file.content, content_type=file.media_type)
