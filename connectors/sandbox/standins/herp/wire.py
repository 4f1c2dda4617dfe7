"""What HERP Hire's stand-in speaks: `/v1/…`, pages of a hundred, JST, no webhooks."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from flask import Blueprint, Response, request

from connectors.sandbox.kit import Colleague, Job, Meeting, Person, Placement, StandIn, answer

JST = timezone(timedelta(hours=9))
PER_PAGE = 100
LONGEST_COMMENT = 20_000
STEPS = {
    "entry": "エントリー",
    "casualInterview": "カジュアル面談",
    "resumeScreening": "書類選考",
    "firstInterview": "一次面接",
    "secondInterview": "二次面接",
    "thirdInterview": "三次面接",
    "finalInterview": "最終面接",
    "offered": "内定",
    "offerAccepted": "内定承諾",
}
KEY = "herp-stand-in-key"


class HerpWire(StandIn):
    """The API over the world. A candidacy is person and application in one, so both have one id here."""

    def __init__(self, **how: Any) -> None:
        self._candidacy_id = ""
        self._sorted: dict[Any, list[Any]] = {}
        super().__init__(**how)
        self.world.listeners.append(lambda change: self._sorted.clear())

    def new_id(self, kind: str) -> str:
        """UUIDs, members apart (U-…); a candidacy has its person's id, for it is both."""
        if kind == "user":
            return f"U-{next(self._numbers)}"
        if kind == "application" and self._candidacy_id:
            id, self._candidacy_id = self._candidacy_id, ""
            return id
        id = super().new_id(kind)
        if kind == "person":
            self._candidacy_id = id
        return id

    def stage_names(self) -> tuple[str, ...]:
        return tuple(STEPS.values())

    def _step_id(self, code: str) -> str:
        return next(stage.id for stage in self.world.stages.values() if stage.name == STEPS[code])

    def _code(self, one: Placement) -> str:
        stage = self.world.stages.get(one.stage_id)
        return next((code for code, name in STEPS.items() if stage and name == stage.name), "entry")

    def _enter(self, person: Person, job_id: str, code: str, *, by: str, **extra: Any) -> Placement:
        return self.world.add_application(person.id, job_id, self._step_id(code), by=by, extra=extra)

    def refusal(self, status: int, words: str) -> Response:
        return answer({"message": words}, status)

    def rate_headers(self, left: int, seconds: float) -> dict[str, str]:
        return {"x-remaining-request": str(max(0, left)), "x-reset-at": _jst(self.now() + timedelta(seconds=seconds))}

    def wire(self) -> Blueprint:
        wire = Blueprint("herp", __name__)
        add = wire.add_url_rule
        add("/v1/users", view_func=self._signed(self._users), methods=["GET"])
        add("/v1/requisitions", view_func=self._signed(self._requisitions), methods=["GET"])
        add("/v1/candidacies", view_func=self._signed(self._candidacies), methods=["GET"])
        add("/v1/candidacies", view_func=self._signed(self._create), methods=["POST"], endpoint="create")
        add("/v1/candidacies/<id>", view_func=self._signed(self._candidacy), methods=["GET"])
        add("/v1/candidacies/<id>/step", view_func=self._signed(self._move), methods=["PATCH"])
        add("/v1/candidacies/<id>/contacts", view_func=self._signed(self._contacts), methods=["GET"])
        comments = "/v1/candidacies/<id>/timeline-comments"
        add(comments, view_func=self._signed(self._comments), methods=["GET"])
        add(comments, view_func=self._signed(self._comment), methods=["POST"], endpoint="comment")
        return wire

    def _signed(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def signed(**names: str) -> Response:
            if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {KEY}".encode()):
                return self.refusal(401, "認証に失敗しました")
            with self.world.whole():
                return view(**names)

        signed.__name__ = view.__name__
        return signed

    def _users(self) -> Response:
        people = [one for one in self.world.colleagues.values() if one.role != "bot"]
        return answer({"users": [self._user(one) for one in people], "hasNextPage": False})

    def _user(self, one: Colleague) -> dict[str, Any]:
        return {"id": one.id, "name": one.name, "email": one.email, "isActive": one.active}

    def _page(self, name: str, rows: list[Any], show: Callable[[Any], dict[str, Any]]) -> Response:
        try:
            page = int(request.args.get("page", "1"))
        except ValueError:
            return self.refusal(400, "page が不正です")
        if page < 1:
            return self.refusal(400, "page が不正です")
        start = (page - 1) * PER_PAGE
        shown = [show(row) for row in rows[start : start + PER_PAGE]]
        return answer({name: shown, "hasNextPage": start + PER_PAGE < len(rows)})

    def _in_order(self, what: str, rows: Callable[[], list[Any]], key: Callable[[Any], Any], many: int) -> list[Any]:
        given = tuple(sorted((name, value) for name, value in request.args.items() if name != "page"))
        found = self._sorted.get((what, given, many))
        if found is None:
            backwards = request.args.get("direction", "desc") == "desc"
            found = self._sorted[(what, given, many)] = sorted(rows(), key=key, reverse=backwards)
        return found

    def _requisitions(self) -> Response:
        wanted = request.args.get("status")
        by = {"createdAt": "created_at", "updatedAt": "updated_at"}.get(request.args.get("sort", "createdAt"))
        if by is None or wanted not in (None, "active", "archived"):
            return self.refusal(400, "パラメーターに不備があります")

        def rows() -> list[Job]:
            jobs = [one for one in self.world.jobs.values() if not one.deleted]
            return [one for one in jobs if wanted in (None, _status(one))]

        found = self._in_order("jobs", rows, lambda one: (getattr(one, by), one.id), len(self.world.jobs))
        return self._page("requisitions", found, self._requisition)

    def _requisition(self, one: Job) -> dict[str, Any]:
        return {
            "id": one.id,
            "name": one.title,
            "status": _status(one),
            "careerPageStatus": "published" if any(post.live for post in one.posts) else "private",
            "description": "\n".join(post.content for post in one.posts),
            "createdAt": _jst(one.created_at),
            "updatedAt": _jst(one.updated_at),
        }

    def _candidacies(self) -> Response:
        args = request.args
        sort = args.get("sort", "appliedAt")
        if sort not in ("appliedAt", "stepUpdatedAt"):
            return self.refusal(400, "sort が不正です")

        def rows() -> list[Placement]:
            job = args.get("requisitionId")
            found = self.world.on_job(job) if job else [one for one in self.world.applications.values() if _there(one)]
            return [one for one in found if self._fits(one, args)]

        def key(one: Placement) -> tuple[datetime, str]:
            return (one.history[-1].at if sort == "stepUpdatedAt" else one.created_at, one.id)

        return self._page("candidacies", self._in_order("all", rows, key, len(self.world.applications)), self._listed)

    def _fits(self, one: Placement, args: Mapping[str, str]) -> bool:
        status = "active" if one.status == "active" else "terminated"
        return args.get("status") in (None, status) and args.get("step") in (None, self._code(one))

    def _listed(self, one: Placement) -> dict[str, Any]:
        """The twenty fields of the list (recorded)."""
        person = self.world.people[one.person_id]
        ended = {"hired": "hired", "rejected": "rejected"}.get(one.status)
        return {
            **self._single(one),
            "email": person.emails[0] if person.emails else None,
            "telephoneNumber": person.phones[0] if person.phones else None,
            "age": None,
            "company": person.company or None,
            "education": None,
            "career": person.title or None,
            "note": None,
            "terminationReason": ended,
            "terminatedAt": _jst(one.updated_at) if ended else None,
            "updatedAt": _jst(max(one.updated_at, person.updated_at)),
        }

    def _single(self, one: Placement) -> dict[str, Any]:
        """The fields that the list and the single answer share (recorded): no mail address among them."""
        person = self.world.people[one.person_id]
        channel = {"type": "manual", "kind": "other", "description": one.source or None}
        return {
            "id": one.id,
            "name": f"{person.last_name} {person.first_name}".strip(),
            "status": "active" if one.status == "active" else "terminated",
            "requisitionId": one.job_id,
            "appliedAt": _jst(one.created_at),
            "step": self._code(one),
            "stepUpdatedAt": _jst(one.history[-1].at),
            "channel": channel,
            "operators": list(one.extra.get("operators", ())),
            "tags": list(person.tags),
        }

    def _find(self, id: str) -> Placement | None:
        one = self.world.applications.get(id)
        return one if one is not None and _there(one) else None

    def _candidacy(self, id: str) -> Response:
        one = self._find(id)
        if one is None:
            return self.refusal(404, "応募が見つかりません")
        mail = {"mainEmailAddress": "", "subEmailAddresses": []}
        return answer({**self._single(one), "agentEmailAddress": mail, "links": []})

    def _create(self) -> Response:
        body = request.get_json(silent=True) or {}
        job = self.world.jobs.get(str(body.get("requisitionId")))
        if job is None or job.deleted or not str(body.get("name") or "").strip():
            return self.refusal(400, "requisitionId と name は必須です")
        step = str(body.get("step") or "entry")
        if step not in STEPS:
            return self.refusal(400, "step が不正です")
        last, _, first = str(body["name"]).partition(" ")
        person = self.world.add_person(
            first,
            last,
            emails=[str(body["email"])] if body.get("email") else [],
            phones=[str(body["telephoneNumber"])] if body.get("telephoneNumber") else [],
            company=str(body.get("company") or ""),
            by=self.bot.id,
        )
        made = self._enter(person, job.id, step, by=self.bot.id)
        made.source = str((body.get("channel") or {}).get("description") or "")
        self.wrote("candidacies")
        return answer({"id": made.id}, 200)

    def _move(self, id: str) -> Response:
        one, step = self._find(id), str((request.get_json(silent=True) or {}).get("step"))
        if one is None:
            return self.refusal(404, "応募が見つかりません")
        if step not in STEPS:
            return self.refusal(400, "step が不正です")
        self.world.move(id, self._step_id(step), by=self.bot.id)
        self.wrote("step")
        return answer({"id": id, "step": step})

    def _comments(self, id: str) -> Response:
        if self._find(id) is None:
            return self.refusal(404, "応募が見つかりません")
        shown = [
            {
                "id": note.id,
                "body": note.body,
                "textType": "text/plain",
                "createdBy": note.by,
                "createdAt": _jst(note.at),
            }
            for note in self.world.notes_on("application", id)
        ]
        return answer({"timelineComments": shown})

    def _comment(self, id: str) -> Response:
        body = request.get_json(silent=True) or {}
        text, kind, to = body.get("body"), body.get("textType", "text/plain"), body.get("mentionTo", [])
        if self._find(id) is None:
            return self.refusal(404, "応募が見つかりません")
        if not isinstance(text, str) or not 0 < len(text) <= LONGEST_COMMENT:
            return self.refusal(400, "body は1〜20,000文字で指定してください")
        if kind not in ("text/plain", "text/markdown") or any(user not in self.world.colleagues for user in to):
            return self.refusal(400, "パラメーターに不備があります")
        note = self.world.add_note(("application", id), text, by=self.bot.id, mentioned=list(to))
        self.wrote("timeline-comments")
        return answer({"id": note.id})

    def _contacts(self, id: str) -> Response:
        one = self._find(id)
        if one is None:
            return self.refusal(404, "応募が見つかりません")
        meetings = [meeting for meeting in self.world.meetings.values() if meeting.application_id == id]
        planned = [meeting for meeting in meetings if meeting.status != "cancelled" and not meeting.deleted]
        return answer({"contacts": [self._contact(meeting, one) for meeting in planned]})

    def _contact(self, meeting: Meeting, one: Placement) -> dict[str, Any]:
        done = "completed" if meeting.status == "complete" else "unfilled"
        evaluators = [{"id": f"{meeting.id}-{id}", "status": done, "evaluatorId": id} for id in meeting.interviewer_ids]
        return {
            "id": meeting.id,
            "type": "meeting" if "カジュアル" in meeting.name else "interview",
            "step": self._code(one),
            "createdAt": _jst(meeting.updated_at),
            "createdBy": self.recruiter.id,
            "requireAssessmentSchedule": True,
            "assessmentSchedule": {
                "title": meeting.name,
                "attendeeIds": list(meeting.interviewer_ids),
                "schedule": {"startsAt": _jst(meeting.starts_at), "endsAt": _jst(meeting.ends_at)},
            },
            "evaluations": evaluators,
        }


def _status(one: Job) -> str:
    return "active" if one.status == "open" else "archived"


def _there(one: Placement) -> bool:
    return not one.deleted


def _jst(moment: datetime) -> str:
    return moment.astimezone(JST).isoformat(timespec="seconds")
