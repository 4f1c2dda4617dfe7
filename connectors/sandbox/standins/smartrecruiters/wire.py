"""Which call is answered by which method, and to whom."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from connectors.sandbox.kit import answer
from connectors.sandbox.standins.smartrecruiters.jobs import Jobs
from connectors.sandbox.standins.smartrecruiters.lists import Refused
from connectors.sandbox.standins.smartrecruiters.people import People
from connectors.sandbox.standins.smartrecruiters.settings import Settings

API_KEY = "stand-in-api-key"
CLIENT_ID, CLIENT_SECRET = "stand-in-client", "stand-in-client-secret"
SUBSCRIPTIONS = "/webhooks-api/v201907/subscriptions"
INTERVIEWS = "/interviews-api/v201904/interviews"
USERS = "/user-api/v201804/users"


class Wire(Jobs, People, Settings):
    """The API: one method per call, put on the blueprint by `on`."""

    def on(self, blueprint: Blueprint) -> None:
        def route(method: str, path: str, call: Callable[..., Any]) -> None:
            def served(**ids: str) -> Response:
                if not self._signed_in():
                    return self.ats.refusal(401, "Unauthorized")
                try:
                    made = call(**ids)
                except Refused as problem:
                    return self.ats.refusal(problem.status, str(problem))
                return made if isinstance(made, Response) else answer(made, 200)

            blueprint.add_url_rule(path, f"{method} {path}", served, methods=[method])

        blueprint.add_url_rule("/identity/oauth/token", "token", self.token, methods=["POST"])
        route("GET", "/jobs", self.jobs)
        route("GET", "/jobs/<job_id>", lambda job_id: self.job_whole(self.job(job_id)))
        route("PATCH", "/jobs/<job_id>", self.patch_job)
        route("GET", "/jobs/<job_id>/jobads", self.job_ads)
        route("GET", "/jobs/<job_id>/hiring-team", self.hiring_team)
        route("GET", "/jobs/<job_id>/note", lambda job_id: {"content": self.note_of(job_id)})
        route("PUT", "/jobs/<job_id>/note", self.put_note)
        route("POST", "/jobs/<job_id>/candidates", self.add_candidate)
        route("GET", "/candidates", self.search)
        route("GET", "/candidates/<id>", lambda id: self.person_whole(self.person(id)))
        route("GET", "/candidates/<id>/tags", lambda id: {"tags": self.person(id).tags})
        route("POST", "/candidates/<id>/tags", self.add_tags)
        route("GET", "/candidates/<id>/jobs/<job_id>", self.application)
        route("PUT", "/candidates/<id>/jobs/<job_id>/status", self.put_status)
        route("GET", "/candidates/<id>/jobs/<job_id>/status/history", self.history)
        route("GET", "/candidates/<id>/jobs/<job_id>/properties", self.candidate_properties)
        route("PUT", "/candidates/<id>/jobs/<job_id>/properties", self.put_candidate_properties)
        route("GET", "/candidates/<id>/jobs/<job_id>/attachments", self.attachments)
        route("POST", "/candidates/<id>/jobs/<job_id>/attachments", self.attach)
        route("GET", "/messages", self.messages)
        route("POST", "/messages/shares", self.share)
        route("GET", "/configuration/job-properties", self.definitions)
        route("POST", "/configuration/job-properties", self.define)
        route("GET", "/configuration/job-properties/<id>/values", self.values)
        route("POST", "/configuration/job-properties/<id>/values", self.add_value)
        route("GET", "/configuration/candidate-properties", self.candidate_definitions)
        route("GET", USERS, lambda: self.page([self.user(one) for one in self.world.colleagues]))
        route("GET", f"{USERS}/<id>", self.one_user)
        route("GET", INTERVIEWS, self.interviews)
        route("GET", SUBSCRIPTIONS, lambda: self.page([self.subscription(one) for one in self.ats.bell.hooks]))
        route("POST", SUBSCRIPTIONS, self.subscribe)
        route("PUT", f"{SUBSCRIPTIONS}/<id>/activation", self.activate)
        route("POST", f"{SUBSCRIPTIONS}/<id>/secret-key", self.make_key)

    # Signing in.

    def token(self) -> Response:
        given = request.form
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return answer({"error": "invalid_client", "error_description": "Bad client credentials"}, 401)
        if given.get("grant_type") != "client_credentials":
            return answer({"error": "unsupported_grant_type"}, 400)
        made = secrets.token_hex(16)
        self.ats.tokens.add(made)
        return answer({"access_token": made, "token_type": "bearer", "expires_in": 1799})

    def _signed_in(self) -> bool:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        by_token = kind.casefold() == "bearer" and token in self.ats.tokens
        return by_token or (not self.ats.oauth and request.headers.get("X-SmartToken") == API_KEY)
