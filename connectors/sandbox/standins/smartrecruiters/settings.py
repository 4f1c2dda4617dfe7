"""Configuration, colleagues, interviews, webhook subscriptions."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, request

from connectors.sandbox.kit import Hook, answer
from connectors.sandbox.kit.bell import post as ring
from connectors.sandbox.standins.smartrecruiters.lists import Lists, Refused, iso

MOST_SUBSCRIPTIONS, MOST_KEYS = 20, 16


class Settings(Lists):
    """The Configuration, User, Interview and Webhook Subscription APIs."""

    def definitions(self) -> dict[str, Any]:
        rows = [{"id": id, "label": label} for label, (id, _) in self.ats.job_fields.items()]
        more = {"category": "job", "active": True, "visible": True, "required": False}
        return self.page([{**row, **more} for row in rows])

    def define(self) -> Response:
        label, id = request.get_json()["label"], self.ats.new_id("field")
        self.ats.job_fields[label] = (id, {})
        return answer({"id": id, "label": label}, 201)

    def values(self, id: str) -> dict[str, Any]:
        known = next((values for each, values in self.ats.job_fields.values() if each == id), None) or {}
        return self.page([{"id": value_id, "label": label} for value_id, label in known.items()])

    def add_value(self, id: str) -> Response:
        values = next((values for each, values in self.ats.job_fields.values() if each == id), None)
        if values is None:
            raise Refused(400, "The property takes free text")
        made = self.ats.new_id("value")
        values[made] = request.get_json()["label"]
        return answer({"id": made, "label": values[made]}, 201)

    def user(self, id: str) -> dict[str, Any]:
        one = self.world.colleagues[id]
        last, _, first = one.name.partition(" ")
        return {"id": id, "firstName": first, "lastName": last, "email": one.email, "active": one.active}

    def one_user(self, id: str) -> dict[str, Any]:
        if id not in self.world.colleagues:
            raise Refused(404, "User not found")
        return self.user(id)

    def interviews(self) -> dict[str, Any]:
        asked = request.args["applicationId"]
        one = self.world.applications[asked]
        found = [each for each in list(self.world.meetings.values()) if each.application_id == asked]
        return self.page(
            [
                {
                    "id": each.id,
                    "candidate": {"id": one.person_id, "status": "accepted"},
                    "jobId": one.job_id,
                    "timeslots": [
                        {
                            "id": "1",
                            "interviewType": "ONSITE",
                            "title": each.name,
                            "startsOn": iso(each.starts_at),
                            "endsOn": iso(each.ends_at),
                            "interviewers": [{"id": id, "status": "accepted"} for id in each.interviewer_ids],
                        }
                    ],
                }
                for each in found
                if each.status != "cancelled"
            ]
        )

    # Subscriptions.

    def subscription(self, one: Hook) -> dict[str, Any]:
        events = sorted(one.events or ALL_EVENTS)
        named = [{"name": name, "version": "v201910"} for name in events]
        status = "active" if one.active else "inactive"
        return {"id": one.id, "callbackUrl": one.url, "events": named, "status": status}

    def hook(self, id: str) -> Hook:
        for one in self.ats.bell.hooks:
            if one.id == id:
                return one
        raise Refused(404, "Subscription not found")

    def subscribe(self) -> Response:
        given = request.get_json()
        if len(self.ats.bell.hooks) >= MOST_SUBSCRIPTIONS:
            raise Refused(400, "Subscription limit reached")
        events = frozenset(each["name"] for each in given["events"])
        made = self.ats.bell.add(Hook(self.ats.new_id("hook"), given["callbackUrl"], "", events, active=False))
        self.ats.wrote("subscriptions")
        return answer(self.subscription(made), 201)

    def activate(self, id: str) -> Response:
        one, secret = self.hook(id), secrets.token_hex(8)
        status, headers, _ = ring(one.url, {"X-Hook-Secret": secret}, b"")
        if status != 200 or headers.get("x-hook-secret") != secret:
            raise Refused(400, "Handshake failed: callback URL did not answer 200 with X-Hook-Secret")
        one.active = True
        return answer(None, 204)

    def make_key(self, id: str) -> Response:
        one = self.hook(id)
        older = [one.secret, *one.extra.get("older", [])] if one.secret else []
        if len(older) >= MOST_KEYS:
            raise Refused(400, "Too many secret keys")
        one.secret, one.extra["older"] = secrets.token_urlsafe(16), older
        return answer({"secretKey": one.secret}, 201)


ALL_EVENTS = frozenset(
    {
        *("job.created", "job.updated", "job.status.updated", "job.hiring-team.updated", "job.ad.created"),
        *("job.ad.updated", "job.ad.postings.updated", "application.created", "application.status.updated"),
        *("application.fields.updated", "candidate.created", "candidate.updated", "candidate.deleted"),
        *("interview.created", "interview.updated", "interview.canceled"),
    }
)
