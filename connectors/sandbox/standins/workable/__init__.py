"""Workable as its documentation has it: API v3, webhooks signed with the account token, a manager who moves a candidate.

https://workable.readme.io/reference. Answers are shaped like those recorded in NangoHQ/integration-templates
(integrations/workable/tests, July 2026). Read in this order: `shown`, `wire`, `jobs`, `people`; here are the manager's hands
and the webhooks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from flask import Response, request

from connectors.sandbox.kit import CALIBRATION_TAG, Change, Hook, Placement, Rung, Stage, answer
from connectors.sandbox.standins.workable.people import People
from connectors.sandbox.standins.workable.shown import APPROVED, EVENTS, REVIEW, STAGES, TOKEN, Wrong, at, member_shown


class WorkableStandIn(People):
    """`signs_as`: hex or base64, which Workable's documentation leaves open."""

    name: ClassVar[str] = "workable"
    title: ClassVar[str] = "Workable"
    signs_as: str = "hex"

    def new_id(self, kind: str) -> str:
        if kind == "application" and self._next_id:
            given, self._next_id = self._next_id, ""
            return given
        number = next(self._numbers)
        return f"{number * 2654435761 % (1 << 40):010X}" if kind == "job" else f"{number + 0x27000000:x}"

    def fill_stages(self) -> None:
        self._kinds: dict[str, str] = {}
        for order, (kind, name) in enumerate(STAGES, start=1):
            alone = sum(kind == other for other, _name in STAGES) == 1
            slug = kind if alone else f"{kind}-{order}"
            self.world.stages[slug] = Stage(slug, name, order)
            self._kinds[slug] = kind

    def connection(self) -> dict[str, dict[str, str]]:
        options = {**self.hurry(), "subdomain": "stand-in", "member_id": self.bot.id}
        return {"credentials": {"api_token": TOKEN}, "options": options}

    def _card_of(self, requisition_id: str) -> Placement | None:
        people = self.world.people
        here = self.world.on_job(requisition_id)
        return next((one for one in here if CALIBRATION_TAG in people[one.person_id].tags), None)

    def _slug(self, name: str) -> str:
        return next(slug for slug, stage in self.world.stages.items() if stage.name == name)

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        with self.world.whole():
            card, who = self._card_of(requisition_id), by or self.manager.id
            if card is None:
                raise LookupError("nothing is asked on this job")
            if line:
                self.world.add_note(("application", card.id), line, by=who)
            if choice == "decline":
                self._disqualify(card, True, by=who)
                return
            if card.status == "rejected":
                self._disqualify(card, False, by=who)
            self.world.move(card.id, self._slug(APPROVED if choice == "approve" else REVIEW), by=who)

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
        name = self.world.stages[card.stage_id].name
        choice = "decline" if card.status == "rejected" else {APPROVED: "approve", REVIEW: "pending"}.get(name, "")
        return choice, theirs[-1] if theirs else ""

    def rings(self, change: Change) -> list[Rung]:
        if change.kind == "application":
            event = "candidate_created" if change.what == "created" else "candidate_moved"
            return [Rung(event, {"id": change.id})]
        if change.kind == "person" and change.what == "deleted":
            mine = [one.id for one in self.world.applications.values() if one.person_id == change.id]
            return [Rung("candidate_deleted", {"id": id}) for id in mine or [change.id]]
        if change.kind == "job" and change.what == "deleted":
            return [Rung("job_deleted", {"shortcode": change.id})]
        return []

    def sign(self, hook: Hook, rung: Rung, event_id: str) -> tuple[str, Mapping[str, str], bytes]:
        """The body is made now: it shows the candidate as they stand when it is sent."""
        data = dict(rung.payload)
        if rung.event in ("candidate_created", "candidate_moved"):
            with self.world.whole():
                data = self._shown(self._card(data["id"])) if data["id"] in self.world.applications else data
        kind = rung.event.split("_")[0]
        body = {"id": event_id, "event_type": rung.event, "resource_type": kind, "fired_at": at(self.now())}
        raw = json.dumps({**body, "data": data}, ensure_ascii=False).encode()
        digest = hmac.new(hook.secret.encode(), raw, hashlib.sha256)
        signature = digest.hexdigest() if self.signs_as == "hex" else base64.b64encode(digest.digest()).decode()
        return hook.url, {"X-Workable-Signature": signature}, raw

    def _routes(self) -> dict[str, Callable[..., Response]]:
        card = "/candidates/<id>"
        return {
            "/jobs": self._jobs,
            "/jobs/<code>": lambda code: answer(self._job_shown(self._job(code), whole=True)),
            "/jobs/<code>/members": self._job_members,
            "/jobs/<code>/stages": lambda code: self._stages(self._job(code).id),
            "POST /jobs/<code>/candidates": self._create,
            "/requisitions": self._requisitions,
            "/members": lambda: answer({"members": [member_shown(one) for one in self.world.colleagues.values()]}),
            "/stages": lambda: self._stages(""),
            "/candidates": self._candidates,
            card: lambda id: answer({"candidate": self._shown(self._card(id), whole=True)}),
            f"{card}/activities": self._activities,
            f"POST {card}/comments": self._comment,
            f"POST {card}/move": self._move,
            f"POST {card}/disqualify": lambda id: self._judge(id, True),
            f"POST {card}/revert": lambda id: self._judge(id, False),
            f"PUT {card}/tags": self._tags,
            "/events": self._events,
            "/subscriptions": self._subscriptions,
            "POST /subscriptions": self._subscribe,
            "/files/<id>": self._file,
        }

    def _subscriptions(self) -> Response:
        rows = [
            {
                "id": hook.extra["number"],
                "event": next(iter(hook.events or ())),
                "target": hook.url,
                "valid_until": None,
            }
            for hook in self.bell.hooks
            if hook.active and "number" in hook.extra
        ]
        return answer({"subscriptions": rows})

    def _subscribe(self) -> Response:
        given = request.get_json()
        if given.get("event") not in EVENTS:
            raise Wrong(422, "event is not valid")
        if any(hook.active and hook.url == given["target"] for hook in self.bell.hooks):
            raise Wrong(409, "target has already been taken")
        number = 104000 + len(self.bell.hooks)
        self.bell.add(
            Hook(self.new_id("hook"), given["target"], TOKEN, frozenset({given["event"]}), extra={"number": number})
        )
        self.wrote("subscriptions")
        return answer({"id": number})
