"""SmartRecruiters' stand-in: its Customer API, subscriptions and signed webhooks, as its reference describes them.

https://developers.smartrecruiters.com/reference. What the reference leaves open stands here as an assumption: a new
application starts as `start_status`, and an address that is known joins the person who has it. `approval_by` says where
the connector was told to have managers decide: `fields` or `application`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

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
    StandIn,
    There,
    answer,
)
from connectors.sandbox.kit.bell import post as ring

API_KEY = "stand-in-api-key"
CLIENT_ID, CLIENT_SECRET = "stand-in-client", "stand-in-client-secret"
SUBSCRIPTIONS = "/webhooks-api/v201907/subscriptions"
INTERVIEWS = "/interviews-api/v201904/interviews"
USERS = "/user-api/v201804/users"
STATUSES = ("LEAD", "NEW", "IN_REVIEW", "INTERVIEW", "OFFERED", "HIRED", "REJECTED", "WITHDRAWN", "TRANSFERRED")
STEPS = ("IN_REVIEW/カジュアル面談", "INTERVIEW/一次面接", "INTERVIEW/最終面接")
JOB_STATUSES = {
    "draft": ("CREATED", "NOT_PUBLISHED"),
    "open": ("SOURCING", "PUBLIC"),
    "closed": ("FILLED", "NOT_PUBLISHED"),
}
DECIDED = {"approve": "Approve / 承認", "decline": "Decline / 見送り", "pending": "Pending / 未決定"}
MOST_SUBSCRIPTIONS, MOST_KEYS = 20, 16


class SmartRecruitersStandIn(StandIn):
    """A SmartRecruiters account. `oauth`: the connection is an OAuth client instead of a key."""

    name: ClassVar[str] = "smartrecruiters"
    title: ClassVar[str] = "SmartRecruiters"
    start_status: ClassVar[str] = "NEW"

    def __init__(self, *, approval_by: str = "fields", oauth: bool = False, **how: Any) -> None:
        self.approval_by, self.oauth = approval_by, oauth
        self.tokens: set[str] = set()
        self.searching = threading.Lock()
        # label → (id, its values by id; None for free text). Free text fields were made by hand.
        self.job_fields: dict[str, tuple[str, dict[str, str] | None]] = {
            "kakuyaku calibration": ("5ec29396d4a5de40e44b1f01", None),
            "kakuyaku line": ("5ec29396d4a5de40e44b1f02", None),
            "kakuyaku days": ("5ec29396d4a5de40e44b1f03", None),
        }
        self.candidate_fields = {"kakuyaku calibration": "cp-calibration", "kakuyaku line": "cp-line"}
        super().__init__(**how)

    # The account.

    def fill_stages(self) -> None:
        ids = [id for status in STATUSES for id in (status, *(one for one in STEPS if one.startswith(f"{status}/")))]
        for order, id in enumerate(ids):
            made = self.world.add_stage(id.partition("/")[2] or id, order)
            self.world.stages[id] = replace(made, id=id)
            del self.world.stages[made.id]

    def connection(self) -> dict[str, dict[str, str]]:
        by_key = {"api_key": API_KEY}
        by_client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        options = {**self.hurry(), "sub_statuses": ", ".join(STEPS), "approval_by": self.approval_by}
        return {"credentials": by_client if self.oauth else by_key, "options": options}

    def refusal(self, status: int, words: str) -> Response:
        return answer({"code": f"HTTP_{status}", "message": words}, status)

    def rate_headers(self, left: int, seconds: float) -> dict[str, str]:
        calls = self.rate.calls if self.rate else 0
        return {"X-RateLimit-Limit": str(calls), "X-RateLimit-Remaining": str(max(0, left))}

    def is_write(self) -> bool:
        return request.method not in ("GET", "HEAD") and not request.path.startswith("/identity/")

    def let_tokens_die(self) -> None:
        self.tokens.clear()

    # People acting there.

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        """Decide in the job's fields, or on the calibration person where there is one."""
        by = by or self.manager.id
        with self.world.whole():
            beside = self._calibration(requisition_id)
            if beside is not None:
                status = {"approve": "INTERVIEW", "decline": "REJECTED", "pending": "IN_REVIEW"}[choice]
                beside.fields["kakuyaku line"] = line
                self.world.changed("application", "updated", beside.id, by=by)
                self._put_status(beside, status, by)
                return
            fields = self.world.jobs[requisition_id].fields
            fields["kakuyaku decision"] = DECIDED[choice]
            fields["kakuyaku line"] = line
            if days:
                fields["kakuyaku days"] = days
            self.world.changed("job", "updated", requisition_id, by=by)

    def plan_interview(self, application_id: str, starts_at: datetime, *, by: str = "", name: str = "面接") -> str:
        return super().plan_interview(self._placement(application_id).id, starts_at, by=by, name=name)

    # Looking.

    def there(self, requisition_id: str) -> There:
        """As everywhere, but applications are named as the API names them: by person and job."""
        seen = super().there(requisition_id)
        entries = (replace(one, application_id=f"{one.person_id}:{requisition_id}") for one in seen.entries)
        return replace(seen, entries=tuple(entries))

    def asked(self, requisition_id: str) -> str:
        beside = self._calibration(requisition_id)
        fields = beside.fields if beside else self.world.jobs[requisition_id].fields
        return str(fields.get("kakuyaku calibration", ""))

    def decision_there(self, requisition_id: str) -> tuple[str, str]:
        beside = self._calibration(requisition_id)
        if beside is not None:
            status = self._status(beside)[0]
            choice = {"INTERVIEW": "approve", "REJECTED": "decline"}.get(status, "pending")
            return choice, str(beside.fields.get("kakuyaku line", ""))
        fields = self.world.jobs[requisition_id].fields
        shown = str(fields.get("kakuyaku decision", ""))
        choice = next((each for each, label in DECIDED.items() if label == shown), shown)
        return choice, str(fields.get("kakuyaku line", ""))

    def _calibration(self, job_id: str) -> Placement | None:
        found = (one for one in self.world.on_job(job_id) if CALIBRATION_TAG in self.world.people[one.person_id].tags)
        return next(found, None)

    def _placement(self, pair: str) -> Placement:
        person_id, _, job_id = pair.partition(":")
        return next(one for one in self.world.of_person(person_id) if one.job_id == job_id)

    def _status(self, one: Placement) -> tuple[str, str]:
        """(status, sub-status) as the API says it."""
        if one.status != "active" and one.stage_id not in ("WITHDRAWN", "TRANSFERRED"):
            return one.status.upper(), ""
        status, _, step = one.stage_id.partition("/")
        return status, step

    def _put_status(self, one: Placement, stage_id: str, by: str) -> None:
        standing = {"REJECTED": "rejected", "HIRED": "hired"}.get(stage_id, "active")
        one.status = standing
        self.world.move(one.id, stage_id, by=by)

    # Webhooks.

    def rings(self, change: Change) -> list[Rung]:
        what = {"closed": "status.updated", "opened": "status.updated"}.get(change.what, change.what)
        if change.kind == "job" and change.what != "deleted":
            return [Rung(f"job.{what}", {"id": change.id})]
        if change.kind == "post":
            return [Rung(f"job.ad.{change.what}", {"job_id": change.facts["job_id"], "job_ad_id": change.id})]
        if change.kind == "person":
            # Nothing is said of merging: who was merged away is gone.
            return [Rung(f"candidate.{'deleted' if what == 'merged' else what}", {"id": change.id})]
        if change.kind == "application":
            one = self.world.applications[change.id]
            name = {"created": "created", "updated": "fields.updated"}.get(change.what, "status.updated")
            body = {"job_id": one.job_id, "candidate_id": one.person_id, "application_id": one.id}
            return [Rung(f"application.{name}", body)]
        if change.kind == "meeting":
            meeting = self.world.meetings[change.id]
            one = self.world.applications[meeting.application_id]
            name = {"created": "created", "cancelled": "canceled"}.get(change.what, "updated")
            ids = {"interview_id": change.id, "application_id": one.id, "candidate_id": one.person_id}
            return [Rung(f"interview.{name}", {**ids, "company_id": "stand-in"})]
        return []

    def sign(self, hook: Hook, rung: Rung, event_id: str) -> tuple[str, Mapping[str, str], bytes]:
        body = json.dumps(rung.payload, separators=(",", ":")).encode()
        timestamp = str(int(self.now().timestamp()))
        link = f"<{self.url}/{rung.event.partition('.')[0]}s>; rel=self"
        signed = [timestamp, body.decode(), event_id, rung.event, "v201910", link]
        keys = [hook.secret, *hook.extra.get("older", [])]
        marks = [hmac.new(key.encode(), ".".join(signed).encode(), hashlib.sha256).hexdigest() for key in keys if key]
        headers = {
            "event-id": event_id,
            "event-name": rung.event,
            "event-version": "v201910",
            "Link": link,
            "smartrecruiters-timestamp": timestamp,
            "smartrecruiters-signature": ";".join(f"v1={mark}" for mark in marks),
        }
        return hook.url, headers, body

    def wire(self) -> Blueprint:
        blueprint = Blueprint("smartrecruiters", __name__)
        Wire(self).on(blueprint)
        return blueprint


class Refused(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Wire:
    """The API: one method per call, put on the blueprint by `on`."""

    def __init__(self, ats: SmartRecruitersStandIn) -> None:
        self.ats, self.world = ats, ats.world

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

    def page(self, rows: list[Any]) -> dict[str, Any]:
        """A page of a list; the page id is opaque: here, where the next page starts."""
        limit = min(int(request.args.get("limit", "10")), 100)
        given = request.args.get("pageId", "")
        if given and not re.fullmatch(r"p[0-9a-f]+", given):
            raise Refused(400, "Invalid pageId")
        start = int(given[1:], 16) if given else 0
        body: dict[str, Any] = {"limit": limit, "totalFound": len(rows), "content": rows[start : start + limit]}
        if start + limit < len(rows):
            body["nextPageId"] = f"p{start + limit:x}"
        return body

    def updated_after(self) -> datetime | None:
        given = request.args.get("updatedAfter")
        return datetime.fromisoformat(given.replace("Z", "+00:00")) if given else None

    # Jobs.

    def job(self, id: str) -> Job:
        found = self.world.jobs.get(id)
        if found is None or found.deleted:
            raise Refused(404, "Job not found")
        return found

    def jobs(self) -> dict[str, Any]:
        after = self.updated_after()
        found = [
            one
            for one in list(self.world.jobs.values())
            if not one.deleted and (after is None or one.updated_at > after)
        ]
        listed = self.page(found)
        listed["content"] = [self.job_listed(one) for one in listed["content"]]
        return listed

    def job_listed(self, one: Job) -> dict[str, Any]:
        status, posting = JOB_STATUSES[one.status]
        return {
            "id": one.id,
            "title": one.title,
            "refNumber": f"REF{one.id[:4].upper()}",
            "createdOn": iso(one.created_at),
            "updatedOn": iso(one.updated_at),
            "status": status,
            "postingStatus": "PRIVATE" if one.confidential else posting,
            "actions": {"details": {"url": f"{self.ats.url}/jobs/{one.id}", "method": "GET"}},
        }

    def job_whole(self, one: Job) -> dict[str, Any]:
        properties = []
        for label, value in one.fields.items():
            id, values = self.ats.job_fields.get(label, (label, None))
            value_id = next((each for each, shown in (values or {}).items() if shown == value), "")
            properties.append({"id": id, "label": label, "value": {"id": value_id or None, "label": str(value)}})
        ad = self.sections(one.posts[0]) if one.posts else {"sections": {}}
        return {**self.job_listed(one), "template": False, "jobAd": ad, "properties": properties}

    def sections(self, post: Post) -> dict[str, Any]:
        return {"sections": {"jobDescription": {"title": "仕事内容", "text": post.content}, "qualifications": None}}

    def job_ads(self, job_id: str) -> dict[str, Any]:
        return self.page(
            [
                {
                    "id": one.id,
                    "title": one.title,
                    "language": {"code": "ja", "label": "Japanese"},
                    "jobAd": self.sections(one),
                    "createdOn": iso(one.created_at),
                    "updatedOn": iso(one.updated_at),
                    "postingStatus": "PUBLISHED" if one.live else "NOT_PUBLISHED",
                    "visibility": "INTERNAL" if one.internal else "PUBLIC",
                    "default": number == 0,
                }
                for number, one in enumerate(self.job(job_id).posts)
            ]
        )

    def patch_job(self, job_id: str) -> Response:
        """JSON Patch of properties; one that doesn't exist is ignored, as documented."""
        job, known = self.job(job_id), {id: label for label, (id, _) in self.ats.job_fields.items()}
        with self.world.whole():
            for operation in request.get_json():
                if operation["op"] != "add" or operation["path"] != "/properties/-":
                    raise Refused(400, "Unsupported operation")
                label, value = known.get(operation["value"]["id"]), operation["value"]["value"]
                if label is None:
                    continue
                values = self.ats.job_fields[label][1]
                if value.get("id") == "null":
                    job.fields.pop(label, None)
                elif values is None:
                    job.fields[label] = value["label"]
                elif value.get("id") in values:
                    job.fields[label] = values[value["id"]]
                else:
                    raise Refused(400, f"Value of {label} does not exist")
            self.ats.wrote("job_properties")
            self.world.changed("job", "updated", job.id, by=self.ats.bot.id)
        return answer(None, 204)

    def hiring_team(self, job_id: str) -> dict[str, Any]:
        job = self.job(job_id)
        members = [{"id": id, "role": "HIRING_MANAGER"} for id in job.manager_ids]
        return self.page([*members, *({"id": id, "role": "RECRUITER"} for id in job.recruiter_ids)])

    def note_of(self, job_id: str) -> str:
        return "".join(one.body for one in self.world.notes_on("job", self.job(job_id).id))

    def put_note(self, job_id: str) -> Response:
        content = request.get_json()["content"]
        with self.world.whole():
            standing = self.world.notes_on("job", self.job(job_id).id)
            if standing:
                standing[0].body = content
            else:
                self.world.add_note(("job", job_id), content, by=self.ats.bot.id)
            self.ats.wrote("job_note")
        return answer(None, 204)

    # People.

    def person(self, id: str) -> Person:
        found = self.world.people.get(id)
        if found is None or found.deleted:
            raise Refused(404, "Candidate not found")
        return found

    def placement(self, id: str, job_id: str) -> Placement:
        for one in self.world.of_person(self.person(id).id):
            if one.job_id == job_id:
                return one
        raise Refused(404, "Application not found")

    def search(self) -> dict[str, Any]:
        """Keyword search, one at a time. Those in no pipeline but a talent pool are not found (`extra["pool"]`)."""
        if not self.ats.searching.acquire(blocking=False):
            raise Refused(429, "Concurrent request limit exceeded")
        try:
            after, asked = self.updated_after(), request.args
            tags = {tag.casefold() for tag in asked.getlist("tag")}
            found: Iterable[Person] = [one for one in list(self.world.people.values()) if not one.deleted]
            found = [one for one in found if not one.extra.get("pool") and (after is None or one.updated_at > after)]
            if job_id := asked.get("jobId"):
                there = {one.person_id for one in self.world.on_job(job_id)}
                found = [one for one in found if one.id in there]
            if tags:
                found = [one for one in found if tags & {tag.casefold() for tag in one.tags}]
            if asked.get("q"):
                found = [one for one in found if matches(asked["q"], one)]
            listed = self.page(list(found))
            listed["content"] = [self.person_listed(one) for one in listed["content"]]
            return listed
        finally:
            self.ats.searching.release()

    def person_listed(self, one: Person) -> dict[str, Any]:
        places = [self.assignment(each) for each in self.world.of_person(one.id)]
        return {
            "id": one.id,
            "internal": False,
            "firstName": one.first_name,
            "lastName": one.last_name,
            "email": one.emails[0] if one.emails else None,
            "createdOn": iso(one.created_at),
            "updatedOn": iso(one.updated_at),
            "tags": one.tags,
            "primaryAssignment": places[0] if places else None,
            "secondaryAssignments": places[1:],
        }

    def person_whole(self, one: Person) -> dict[str, Any]:
        job = {"title": one.title, "company": one.company, "current": True}
        phone = one.phones[0] if one.phones else None
        experience = [job] if one.title or one.company else []
        return {**self.person_listed(one), "phoneNumber": phone, "experience": experience, "education": []}

    def assignment(self, one: Placement) -> dict[str, Any]:
        status, step = self.ats._status(one)
        return {"job": {"id": one.job_id}, "status": status, "subStatus": step or None}

    def add_candidate(self, job_id: str) -> Response:
        job, given = self.job(job_id), request.get_json()
        if not all(given.get(name) for name in ("firstName", "lastName", "email")):
            return answer({"message": "Bad request", "errors": [{"code": "X", "message": "email is required"}]}, 400)
        with self.world.whole():
            known = self.world.by_address(given["email"])
            now = (given.get("experience") or [{}])[0]
            person = known[0] if known else None
            if person is None:
                person = self.world.add_person(
                    given["firstName"],
                    given["lastName"],
                    emails=[given["email"]],
                    phones=[given["phoneNumber"]] if given.get("phoneNumber") else [],
                    company=now.get("company", ""),
                    title=now.get("title", ""),
                    by=self.ats.bot.id,
                )
            if any(one.job_id == job.id for one in self.world.of_person(person.id)):
                raise Refused(409, "Candidate is already assigned to the job")
            person.tags += [tag for tag in given.get("tags", []) if tag not in person.tags]
            person.extra.pop("pool", None)
            self.world.add_application(person.id, job.id, self.ats.start_status, by=self.ats.bot.id)
            self.ats.wrote("candidates")
        return answer(self.person_whole(person), 201)

    def add_tags(self, id: str) -> Response:
        person = self.person(id)
        with self.world.whole():
            person.tags += [tag for tag in request.get_json()["tags"] if tag not in person.tags]
            self.ats.wrote("tags")
            self.world.changed("person", "updated", person.id, by=self.ats.bot.id)
        return answer({"tags": person.tags}, 201)

    def application(self, id: str, job_id: str) -> dict[str, Any]:
        one = self.placement(id, job_id)
        pages = "https://www.smartrecruiters.com/app/people/applications"
        return {**self.assignment(one), "url": f"{pages}/{one.id}/profile"}

    def put_status(self, id: str, job_id: str) -> Response:
        one, given = self.placement(id, job_id), request.get_json()
        step = given.get("subStatus")
        stage_id = f"{given['status']}/{step}" if step else given["status"]
        if stage_id not in self.world.stages:
            raise Refused(400, "Status or sub-status does not exist")
        with self.world.whole():
            self.ats._put_status(one, stage_id, self.ats.bot.id)
            self.ats.wrote("status")
        return answer(None, 204)

    def history(self, id: str, job_id: str) -> dict[str, Any]:
        """Status and time; the reference names nobody who changed it."""
        return self.page(
            [
                {"changedOn": iso(each.at), "status": each.stage_id.partition("/")[0], "subStatus": None}
                for each in self.placement(id, job_id).history
            ]
        )

    def candidate_definitions(self) -> dict[str, Any]:
        known = self.ats.candidate_fields.items()
        return self.page([{"id": id, "label": label, "type": "TEXT"} for label, id in known])

    def candidate_properties(self, id: str, job_id: str) -> dict[str, Any]:
        standing = self.placement(id, job_id).fields
        return self.page(
            [
                {"id": self.ats.candidate_fields[label], "label": label, "type": "TEXT", "value": value}
                for label, value in standing.items()
            ]
        )

    def put_candidate_properties(self, id: str, job_id: str) -> Response:
        one, labels = self.placement(id, job_id), {id: label for label, id in self.ats.candidate_fields.items()}
        with self.world.whole():
            for given in request.get_json():
                label = labels.get(given["id"])
                if label is None:
                    raise Refused(400, "Candidate property does not exist")
                one.fields.pop(label, None)
                if "value" in given:
                    one.fields[label] = given["value"]
            self.ats.wrote("candidate_properties")
            self.world.changed("application", "updated", one.id, by=self.ats.bot.id)
        return answer(None, 204)

    def attachments(self, id: str, job_id: str) -> dict[str, Any]:
        files = self.world.files_on("application", self.placement(id, job_id).id)
        return self.page([{"id": one.id, "name": one.filename, "contentType": one.media_type} for one in files])

    def attach(self, id: str, job_id: str) -> Response:
        one, file = self.placement(id, job_id), request.files["file"]
        if request.form.get("attachmentType") not in ("GENERIC_FILE", "RESUME", "COVER_LETTER"):
            raise Refused(400, "attachmentType is invalid")
        made = self.world.add_file(("application", one.id), file.filename or "", file.read(), file.mimetype)
        self.ats.wrote("attachments")
        return answer({"id": made.id, "name": made.filename}, 201)

    # Messages.

    def messages(self) -> dict[str, Any]:
        person = self.person(request.args["candidateId"])
        notes = self.world.notes_on("person", person.id)
        return self.page([{"content": one.body, "createdOn": iso(one.at), "authorId": one.by} for one in notes])

    def share(self) -> Response:
        content = request.get_json()["content"]
        if not 1 <= len(content) <= 10_000:
            raise Refused(400, "content: length between 1 and 10000")
        tagged = re.search(r"#\[CANDIDATE:([^\]]+)\]", content)
        on = ("person", self.person(tagged[1]).id) if tagged else ("mention", "")
        made = self.world.add_note(on, content, by=self.ats.bot.id)
        self.ats.wrote("messages" if tagged else "mentions")
        return answer({"id": made.id, "shareRequired": False}, 201)

    # Configuration and colleagues.

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
        elsewhere = urlsplit(one.url).hostname not in ("127.0.0.1", "localhost")
        # An address that is not on this machine can't be rung from here: taken as answered.
        said = (200, {"x-hook-secret": secret}, b"") if elsewhere else ring(one.url, {"X-Hook-Secret": secret}, b"")
        status, headers, _ = said
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


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def matches(query: str, one: Person) -> bool:
    """Keywords as the help page has them: each by itself, in any field; in quotes, together and in order."""
    words = tokens(" ".join([one.first_name, one.last_name, *one.emails, one.company, one.title, *one.tags]))
    if query.startswith('"') and query.endswith('"'):
        wanted = tokens(query)
        return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))
    return bool(set(tokens(query)) & set(words))


def tokens(text: str) -> list[str]:
    return [each for each in re.split(r"[^\w]+", text.casefold()) if each]
