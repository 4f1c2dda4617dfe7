"""Lever as its documentation has it: Data API v1, webhooks signed in the body, a manager who moves a card.

https://hire.lever.co/developer/documentation. Somebody a recruiter added without a job has an opportunity of their own
without a posting. Answers are shaped like those recorded in NangoHQ/integration-templates (integrations/lever/tests, July
2026). Read in this order: `shown`, `wire`, `jobs`, `people`; here are the manager's hands and the webhooks.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response, request

from connectors.sandbox.kit import CALIBRATION_TAG, Change, Hook, Placement, Rung, Stage, answer
from connectors.sandbox.standins.lever.people import People
from connectors.sandbox.standins.lever.shown import (
    APPROVED,
    KEY,
    REFUSED,
    REVIEW,
    STAGES,
    Wrong,
    alone,
    hook_shown,
    known,
    millis,
    one_of,
    stage_shown,
    user_shown,
    who_of,
)


class LeverStandIn(People):
    """`refuse`: paths the key has no permission for."""

    name: ClassVar[str] = "lever"
    title: ClassVar[str] = "Lever"
    signs_the_time: ClassVar[bool] = True
    # Postings, requisitions, opportunities.
    lists: ClassVar[tuple[tuple[str, int], ...]] = (("requisitions", 100), ("requisitions", 100), ("people", 100))

    def fill_stages(self) -> None:
        for order, (id, text) in enumerate(STAGES):
            stage = Stage(id or self.new_id("stage"), text, order)
            self.world.stages[stage.id] = stage

    def connection(self) -> dict[str, dict[str, str]]:
        return {"credentials": {"api_key": KEY}, "options": {**self.hurry(), "perform_as": self.bot.id}}

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

    def rings(self, change: Change) -> list[Rung]:
        world = self.world
        if change.kind == "person":
            if change.what == "deleted":
                mine = [one for one in world.applications.values() if one.person_id == change.id]
                ids = [one.id for one in mine] or [alone(change.id)]
                return [
                    Rung("candidateDeleted", who_of(id, change.id) | {"deletedBy": change.by or None}) for id in ids
                ]
            return [Rung("contactUpdated", {"contactId": change.id})] if change.what == "updated" else []
        if change.kind == "meeting":
            meeting = world.meetings[change.id]
            one = world.applications[meeting.application_id]
            what = {"created": "interviewCreated", "deleted": "interviewDeleted"}.get(change.what, "interviewUpdated")
            return [Rung(what, who_of(one.id, one.person_id) | {"interviewId": change.id})]
        if change.kind != "application":
            return []
        one = world.applications[change.id]
        who = who_of(one.id, one.person_id)
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

    def _routes(self) -> dict[str, tuple[Any, ...]]:
        card = "/opportunities/<id>"
        return {
            "/requisitions": (self._requisitions,),
            "/requisitions/<id>": (lambda id: one_of(self._requisition(self._job(id))),),
            "/postings": (self._postings,),
            "/postings/<id>": (lambda id: one_of(self._posting(*self._post(id))),),
            "/users": (lambda: self._listed([user_shown(one) for one in self.world.colleagues.values()]),),
            "/users/<id>": (lambda id: one_of(user_shown(known(self.world.colleagues, id))),),
            "/stages": (lambda: self._listed([stage_shown(one) for one in self.world.stages_of("")]),),
            "/archive_reasons": (self._reasons,),
            "/opportunities": (self._opportunities,),
            "post /opportunities": (self._create, "POST"),
            "/opportunities/deleted": (self._deleted,),
            card: (lambda id: one_of(self._opportunity(self._card(id))),),
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
            "/webhooks": (lambda: self._listed([hook_shown(one) for one in self.bell.hooks if one.active]),),
            "post /webhooks": (self._add_webhook, "POST"),
            "delete /webhooks/<id>": (self._drop_webhook, "DELETE"),
        }

    def _add_webhook(self) -> Response:
        given = request.get_json()
        if not str(given.get("url", "")).startswith(("https://", "http://127.0.0.1")):
            raise Wrong(400, "BadRequestError", "url must be https")
        id = self.new_id("webhook")
        secret = hashlib.sha256(f"{id}{given['url']}".encode()).hexdigest()[:48]
        hook = self.bell.add(Hook(id, given["url"], secret, frozenset({given["event"]})))
        self.wrote("webhooks")
        whole = hook_shown(hook)
        whole["configuration"]["signatureToken"] = secret
        return answer({"data": whole}, 201)

    def _drop_webhook(self, id: str) -> Response:
        hook = next((one for one in self.bell.hooks if one.id == id and one.active), None)
        if hook is None:
            raise Wrong(404, "ResourceNotFound", "Webhook not found")
        hook.active = False
        self.wrote("webhooks")
        return Response(status=204)
