"""Lever as its documentation has it: Data API v1, webhooks signed in the body, a manager who moves a card.

https://hire.lever.co/developer/documentation. A person of the world is a contact, a placement an opportunity; somebody a
recruiter added without a job has an opportunity of their own without a posting. Answers are shaped like those recorded in
NangoHQ/integration-templates (integrations/lever/tests, July 2026).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from flask import Blueprint, Response, request

from connectors.sandbox.kit import (
    CALIBRATION_TAG,
    Change,
    Hook,
    Job,
    Person,
    Placement,
    Post,
    Rung,
    Stage,
    StandIn,
    answer,
)

KEY = "lever-stand-in-key"
REVIEW, APPROVED = "Threshold review", "Threshold approved"
STAGES = (
    *(("lead-new", "New lead"), ("lead-reached-out", "Reached out"), ("lead-responded", "Responded")),
    *(("applicant-new", "応募"), ("", "カジュアル面談"), ("", "一次面接"), ("", "最終面接")),
    *(("", REVIEW), ("", APPROVED), ("offer", "内定")),
)
HIRED, REFUSED = "a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"
ORIGINS = ("applied", "sourced", "referred", "university", "internal", "agency")
LISTS_KEPT = 50


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


class LeverStandIn(StandIn):
    name: ClassVar[str] = "lever"
    title: ClassVar[str] = "Lever"

    def fill_stages(self) -> None:
        for order, (id, text) in enumerate(STAGES):
            stage = Stage(id or self.new_id("stage"), text, order)
            self.world.stages[stage.id] = stage

    def connection(self) -> dict[str, dict[str, str]]:
        return {"credentials": {"api_key": KEY}, "options": {**self.hurry(), "perform_as": self.bot.id}}

    def refusal(self, status: int, words: str) -> Response:
        codes = {429: "TooManyRequests", 500: "InternalServerError", 504: "GatewayTimeout"}
        return answer({"code": codes.get(status, "Error"), "message": words}, status)

    # A manager in Lever's pages.

    def _card_of(self, requisition_id: str) -> Placement | None:
        cards = (one for one in self.world.on_job(requisition_id) if CALIBRATION_TAG in one.extra.get("tags", ()))
        return next(cards, None)

    def _stage(self, text: str) -> str:
        return next(id for id, stage in self.world.stages.items() if stage.name == text)

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        with self.world.whole():
            card, who = self._card_of(requisition_id), by or self.manager.id
            if card is None:
                raise LookupError("nothing is asked on this requisition")
            if line:
                self.world.add_note(("application", card.id), line, by=who)
            if choice == "decline":
                self._archive(card, REFUSED, by=who)
                return
            if card.extra.get("archived"):
                self._archive(card, None, by=who)
            self.world.move(card.id, self._stage(APPROVED if choice == "approve" else REVIEW), by=who)

    def _archive(self, card: Placement, reason: str | None, *, by: str) -> None:
        card.extra["archived"] = {"reason": reason, "archivedAt": millis(self.now())} if reason else None
        status = "active" if reason is None else ("hired" if reason == HIRED else "rejected")
        self.world.set_status(card.id, status, by=by)

    def asked(self, requisition_id: str) -> str:
        card = self._card_of(requisition_id)
        notes = self.world.notes_on("application", card.id) if card else []
        asking = [found[1] for note in notes if (found := re.search(r"\[kakuyaku:(\S+?)\]", note.body))]
        return asking[-1] if asking else ""

    def decision_there(self, requisition_id: str) -> tuple[str, str]:
        card = self._card_of(requisition_id)
        if card is None:
            return "", ""
        theirs = [note.body for note in self.world.notes_on("application", card.id) if note.by != self.bot.id]
        stage = self.world.stages[card.stage_id].name
        choice = "decline" if card.extra.get("archived") else {APPROVED: "approve", REVIEW: "pending"}.get(stage, "")
        return choice, theirs[-1] if theirs else ""

    # Webhooks: https://hire.lever.co/developer/documentation#webhooks

    def rings(self, change: Change) -> list[Rung]:
        world = self.world
        if change.kind == "person":
            if change.what == "deleted":
                mine = [one for one in world.applications.values() if one.person_id == change.id]
                ids = [one.id for one in mine] or [_alone(change.id)]
                return [Rung("candidateDeleted", _who(id, change.id) | {"deletedBy": change.by or None}) for id in ids]
            return [Rung("contactUpdated", {"contactId": change.id})] if change.what == "updated" else []
        if change.kind == "meeting":
            meeting = world.meetings[change.id]
            one = world.applications[meeting.application_id]
            what = {"created": "interviewCreated", "deleted": "interviewDeleted"}.get(change.what, "interviewUpdated")
            return [Rung(what, _who(one.id, one.person_id) | {"interviewId": change.id})]
        if change.kind != "application":
            return []
        one = world.applications[change.id]
        who = _who(one.id, one.person_id)
        if change.what == "created":
            return [Rung("applicationCreated", who | {"applicationId": f"app-{one.id}"})]
        if change.what == "moved":
            stages = {"toStageId": one.stage_id, "fromStageId": change.facts.get("before")}
            return [Rung("candidateStageChange", who | stages)]
        if change.what in ("rejected", "active", "hired"):
            archived = {"toArchived": one.extra.get("archived"), "fromArchived": None}
            found = [Rung("candidateArchiveChange", who | archived)]
            return [*found, Rung("candidateHired", who)] if change.what == "hired" else found
        return []

    def sign(self, hook: Hook, rung: Rung, event_id: str) -> tuple[str, Mapping[str, str], bytes]:
        token, at = hashlib.sha256(event_id.encode()).hexdigest(), millis(self.now())
        signature = hmac.new(hook.secret.encode(), f"{token}{at}".encode(), hashlib.sha256).hexdigest()
        body = {"id": event_id, "event": rung.event, "triggeredAt": at, "token": token, "signature": signature}
        raw = json.dumps({**body, "data": rung.payload}).encode()
        return hook.url, {"User-Agent": "Lever-Webhooks", "Content-Type": "application/json"}, raw

    # The wire.

    def wire(self) -> Blueprint:
        self._snapshots: dict[str, list[Any]] = {}
        self.refuse: set[str] = set()
        """Paths this key has no permission for."""
        api = Blueprint("lever", __name__)
        api.before_request(self._allowed)
        api.register_error_handler(Wrong, lambda no: answer({"code": no.code, "message": no.words}, no.status))
        for rule, (view, *methods) in self._routes().items():
            api.add_url_rule(
                rule.split(" ")[-1],
                rule,
                self._whole(view),
                methods=methods or ["GET"],
                provide_automatic_options=False,
            )
        return api

    def _whole(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def serve(**ids: str) -> Response:
            with self.world.whole():
                return view(**ids)

        return serve

    def _allowed(self) -> Response | None:
        given = request.authorization
        if given is None or given.type != "basic" or given.username != KEY or given.password:
            return answer({"code": "AuthenticationError", "message": "Invalid API key"}, 401)
        if any(request.path.startswith(path) for path in self.refuse):
            return answer({"code": "ForbiddenError", "message": "This key has no permission for it"}, 403)
        return None

    def _routes(self) -> dict[str, tuple[Any, ...]]:
        card = "/opportunities/<id>"
        return {
            "/requisitions": (self._requisitions,),
            "/requisitions/<id>": (lambda id: _one(self._requisition(self._job(id))),),
            "/postings": (self._postings,),
            "/postings/<id>": (lambda id: _one(self._posting(*self._post(id))),),
            "/users": (lambda: self._listed([_user(one) for one in self.world.colleagues.values()]),),
            "/users/<id>": (lambda id: _one(_user(_known(self.world.colleagues, id))),),
            "/stages": (lambda: self._listed([_stage(one) for one in self.world.stages_of("")]),),
            "/archive_reasons": (self._reasons,),
            "/opportunities": (self._opportunities,),
            "post /opportunities": (self._create, "POST"),
            "/opportunities/deleted": (self._deleted,),
            card: (lambda id: _one(self._opportunity(self._card(id))),),
            f"put {card}/stage": (self._put_stage, "PUT"),
            f"put {card}/archived": (self._put_archived, "PUT"),
            f"post {card}/addTags": (self._add_tags, "POST"),
            f"{card}/notes": (self._notes,),
            f"post {card}/notes": (self._add_note, "POST"),
            f"{card}/files": (self._files,),
            f"post {card}/files": (self._add_file, "POST"),
            f"{card}/interviews": (self._interviews,),
            f"{card}/resumes": (self._resumes,),
            f"{card}/resumes/<resume>/download": (self._download,),
            "/webhooks": (lambda: self._listed([_hook(one) for one in self.bell.hooks if one.active]),),
            "post /webhooks": (self._add_webhook, "POST"),
            "delete /webhooks/<id>": (self._drop_webhook, "DELETE"),
        }

    def _listed(self, rows: Iterable[Any], show: Callable[[Any], Any] = lambda row: row) -> Response:
        """A page of a list; the rest is kept under an opaque offset."""
        limit = int(request.args.get("limit") or 100)
        if not 1 <= limit <= 100:
            raise Wrong(400, "BadRequestError", "limit must be between 1 and 100")
        name, start = "", 0
        if offset := request.args.get("offset"):
            try:
                name, _, number = base64.urlsafe_b64decode(offset).decode().partition(":")
                kept, start = self._snapshots[name], int(number)
            except (ValueError, KeyError):
                raise Wrong(400, "BadRequestError", "Invalid offset token") from None
        else:
            kept = list(rows)
        page, following = kept[start : start + limit], start + limit
        body: dict[str, Any] = {"data": [show(row) for row in page], "hasNext": following < len(kept)}
        if following < len(kept):
            if not name:
                name = self.new_id("offset")
                self._snapshots[name] = kept
                for old in list(self._snapshots)[:-LISTS_KEPT]:
                    del self._snapshots[old]
            body["next"] = base64.urlsafe_b64encode(f"{name}:{following}".encode()).decode()
        return answer(body)

    # Requisitions and postings.

    def _job(self, id: str) -> Job:
        job = self.world.jobs.get(id)
        if job is None or job.deleted:
            raise Wrong(404, "ResourceNotFound", "Requisition not found")
        return job

    def _confidential(self, is_so: bool) -> bool:
        """Whether the `confidentiality` filter lets something through; without it only what is not."""
        asked = request.args.get("confidentiality", "non-confidential")
        return asked == "all" or is_so == (asked == "confidential")

    def _requisitions(self) -> Response:
        asked = request.args
        rows = [
            job
            for job in self.world.jobs.values()
            if not job.deleted
            and self._confidential(job.confidential)
            and ("requisition_code" not in asked or asked["requisition_code"] == _code(job))
            and ("status" not in asked or asked["status"] == job.status)
            and ("created_at_start" not in asked or ms(job.created_at) >= int(asked["created_at_start"]))
        ]
        return self._listed(rows, self._requisition)

    def _requisition(self, job: Job) -> dict[str, Any]:
        return {
            "id": job.id,
            "createdAt": millis(job.created_at),
            "updatedAt": millis(job.updated_at),
            "closedAt": millis(job.closed_at),
            "confidentiality": "confidential" if job.confidential else "non-confidential",
            "status": job.status,
            "name": job.title,
            "requisitionCode": _code(job),
            "headcountTotal": 1,
            "hiringManager": next(iter(job.manager_ids), None),
            "owner": next(iter(job.recruiter_ids), None),
            "internalNotes": job.notes,
            "compensationBand": job.extra.get("compensationBand"),
            "approval": {"steps": []},
            "postings": [post.id for post in job.posts],
            "customFields": job.fields,
        }

    def _post(self, id: str) -> tuple[Job, Post]:
        for job in self.world.jobs.values():
            for post in job.posts:
                if post.id == id:
                    return job, post
        raise Wrong(404, "ResourceNotFound", "Posting not found")

    def _postings(self) -> Response:
        start = int(request.args.get("updated_at_start") or 0)
        rows = [
            (job, post)
            for job in self.world.jobs.values()
            if self._confidential(job.confidential)
            for post in job.posts
            if ms(post.updated_at) >= start
        ]
        return self._listed(rows, lambda row: self._posting(*row))

    def _posting(self, job: Job, post: Post) -> dict[str, Any]:
        state = "draft"
        if post.live:
            state = "internal" if post.internal else "published"
        return {
            "id": post.id,
            "text": post.title,
            "state": state if job.status != "closed" else "closed",
            "distributionChannels": ["public", "internal"],
            "owner": next(iter(job.recruiter_ids), None),
            "hiringManager": next(iter(job.manager_ids), None),
            "content": {
                "description": re.sub(r"<[^>]+>", "", post.content),
                "descriptionHtml": post.content,
                "lists": [],
                "closing": "",
                "closingHtml": "",
            },
            "confidentiality": "confidential" if job.confidential else "non-confidential",
            "reqCode": _code(job),
            "requisitionCodes": [_code(job)],
            "createdAt": millis(post.created_at),
            "updatedAt": millis(post.updated_at),
        }

    def _reasons(self) -> Response:
        hired = {"id": HIRED, "text": "Hired", "status": "active", "type": "hired"}
        refused = {"id": REFUSED, "text": "Underqualified", "status": "active", "type": "non-hired"}
        return self._listed([hired, refused])

    # Opportunities.

    def _cards(self, people: Iterable[Person] | None = None) -> list[Card]:
        """Those of some people, or all; newest first."""
        found: list[Card] = []
        for person in self.world.people.values() if people is None else people:
            if person.deleted:
                continue
            if "api" not in person.extra:
                found.append(Card(_alone(person.id), person))
            found += [Card(one.id, person, one) for one in self.world.of_person(person.id)]
        found.sort(key=lambda card: card.created_at)
        return found[::-1]

    def _card(self, id: str) -> Card:
        placement = self.world.applications.get(id)
        if placement is not None and not placement.deleted:
            return Card(id, self.world.people[placement.person_id], placement)
        for person in self.world.people.values() if placement is None else ():
            if not person.deleted and "api" not in person.extra and _alone(person.id) == id:
                return Card(id, person)
        raise Wrong(404, "ResourceNotFound", "Opportunity not found")

    def _opportunities(self) -> Response:
        asked, world = request.args, self.world
        if "offset" in asked:
            return self._listed((), self._opportunity)
        people: list[Person] | None = None
        if "email" in asked:
            people = world.by_address(asked["email"].strip())
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
            "stage": _stage(self.world.stages[stage_id]) if "stage" in expanded else stage_id,
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
            or (_alone(person.id),)
        ]
        return self._listed(rows)

    def _by(self) -> str:
        who = request.args.get("perform_as", "")
        if who not in self.world.colleagues:
            raise Wrong(400, "BadRequestError", "perform_as must be the id of a user")
        return who

    def _create(self) -> Response:
        """Lever never refuses somebody it knows: same address, same contact, a new opportunity (`deduped`)."""
        who, given = self._by(), request.get_json()
        if len(given.get("postings", [])) != 1:
            raise Wrong(400, "BadRequestError", "postings must hold exactly one posting")
        job, post = self._post(given["postings"][0])
        stage = given.get("stage") or "lead-new"
        if stage not in self.world.stages:
            raise Wrong(400, "BadRequestError", "Invalid stage")
        known = next((found for address in given.get("emails", []) for found in self.world.by_address(address)), None)
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
        return _one(self._opportunity(self._card(id)))

    def _put_archived(self, id: str) -> Response:
        self._archive(self._placed(id), request.get_json().get("reason"), by=self._by())
        self.wrote("archived")
        return _one(self._opportunity(self._card(id)))

    def _add_tags(self, id: str) -> Response:
        card = self._card(id)
        card.tags.extend(tag for tag in request.get_json()["tags"] if tag not in card.tags)
        self._touch(card)
        self.wrote("tags")
        return _one(self._opportunity(card))

    def _touch(self, card: Card) -> None:
        (card.placement or card.person).updated_at = self.now()

    def _notes(self, id: str) -> Response:
        return self._listed([_note(note) for note in reversed(self.world.notes_on(*self._card(id).on))])

    def _add_note(self, id: str) -> Response:
        card = self._card(id)
        made = self.world.add_note(card.on, str(request.get_json()["value"]), by=self._by())
        self._touch(card)
        self.wrote("notes")
        return answer({"data": {**_note(made), "noteId": made.id}}, 201)

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

    # Webhooks by API: the token is shown once.

    def _add_webhook(self) -> Response:
        given = request.get_json()
        if not str(given.get("url", "")).startswith(("https://", "http://127.0.0.1")):
            raise Wrong(400, "BadRequestError", "url must be https")
        id = self.new_id("webhook")
        secret = hashlib.sha256(f"{id}{given['url']}".encode()).hexdigest()[:48]
        hook = self.bell.add(Hook(id, given["url"], secret, frozenset({given["event"]})))
        self.wrote("webhooks")
        whole = _hook(hook)
        whole["configuration"]["signatureToken"] = secret
        return answer({"data": whole}, 201)

    def _drop_webhook(self, id: str) -> Response:
        hook = next((one for one in self.bell.hooks if one.id == id and one.active), None)
        if hook is None:
            raise Wrong(404, "ResourceNotFound", "Webhook not found")
        hook.active = False
        self.wrote("webhooks")
        return Response(status=204)


def _alone(person_id: str) -> str:
    """The id of the opportunity of somebody without a posting."""
    return f"{person_id[:-12]}{'0' * 12}" if len(person_id) > 12 else f"{person_id}-0"


def _who(opportunity: str, contact: str) -> dict[str, Any]:
    return {"opportunityId": opportunity, "candidateId": opportunity, "contactId": contact}


def _one(data: dict[str, Any]) -> Response:
    return answer({"data": data})


def _known(things: Mapping[str, Any], id: str) -> Any:
    if id not in things:
        raise Wrong(404, "ResourceNotFound", "Not found")
    return things[id]


def _code(job: Job) -> str:
    return f"REQ-{job.id[:8]}"


def _user(one: Any) -> dict[str, Any]:
    role = "limited team member" if one.role == "manager" else "super admin"
    gone = None if one.active else 1
    return {"id": one.id, "name": one.name, "email": one.email, "accessRole": role, "deactivatedAt": gone}


def _stage(one: Stage) -> dict[str, Any]:
    return {"id": one.id, "text": one.name}


def _hook(hook: Hook) -> dict[str, Any]:
    event = next(iter(hook.events or ("candidateHired",)))
    return {
        "id": hook.id,
        "event": event,
        "url": hook.url,
        "configuration": {"conditions": {"origins": list(ORIGINS)}},
    }


def _note(note: Any) -> dict[str, Any]:
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
