"""A stand-in for Talentio, built from https://developers.talentio.com (1.1.2) and what public clients read and write.

`/requisitions` and `/candidates` as below https://talentio.com/api/v1: pages of 100 with `X-Total`, `X-Remaining` and
`X-Reset` (seconds), no webhooks. A 候補者 holds its 求人, so person and application have one id here. What no vendor page
shows (the body that creates a candidate, that an update takes `description`) is as docs/talentio.md says it is assumed.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from flask import Blueprint, Response, request

from connectors.sandbox.kit import Colleague, Job, Meeting, Note, Person, Placement, StandIn, answer

JST = timezone(timedelta(hours=9))
PER_PAGE = 100
TOKEN = "talentio-stand-in-token"  # noqa: S105 the stand-in's own
ONGOING, POOL = "選考中", "コンタクト中"


class TalentioStandIn(StandIn):
    """A workspace. Colleagues are known by their addresses, candidates without a 求人 wait in the pool."""

    name: ClassVar[str] = "talentio"
    title: ClassVar[str] = "Talentio"
    tells_deletions: ClassVar[bool] = False
    confidential_jobs: ClassVar[bool] = False
    rings_at_all: ClassVar[bool] = False
    can_decide: ClassVar[bool] = False
    numeric_ids: ClassVar[bool] = True

    def __init__(self, **how: Any) -> None:
        self._candidate_id = ""
        self._sorted: dict[Any, list[Any]] = {}
        super().__init__(**how)
        self.world.listeners.append(lambda change: self._sorted.clear())

    def _fill(self) -> None:
        super()._fill()
        people = list(self.world.colleagues.values())
        for one in people:
            one.id = one.email
        self.world.colleagues = {one.id: one for one in people}

    def connection(self) -> dict[str, dict[str, str]]:
        options = {"managers": f"*={self.manager.email}", "change_status": "yes"}
        return {"credentials": {"access_token": TOKEN}, "options": {**self.hurry(), **options}}

    def new_id(self, kind: str) -> str:
        """Numbers; an application has the id of the candidate it is."""
        if kind == "application" and self._candidate_id:
            id, self._candidate_id = self._candidate_id, ""
            return id
        id = super().new_id(kind)
        self._candidate_id = id if kind == "person" else self._candidate_id
        return id

    def stage_names(self) -> tuple[str, ...]:
        return (ONGOING, POOL)

    # People acting in Talentio's own pages.

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        raise NotImplementedError("Talentio has no place for a decision: the manager's link is the way")

    def add_person(self, first_name: str, last_name: str, email: str, **more: Any) -> str:
        id = super().add_person(first_name, last_name, email, **more)
        self._candidate_id = ""
        return id

    def merge_people(self, old: str, into: str) -> None:
        """No merging is documented: the duplicate is deleted."""
        self.delete_person(old)

    def delete_person(self, person_id: str) -> None:
        self._sorted.clear()
        super().delete_person(person_id)

    # The wire.

    def rate_headers(self, left: int, seconds: float) -> dict[str, str]:
        return {"X-Remaining": str(max(0, left)), "X-Reset": str(round(seconds))}

    def wire(self) -> Blueprint:
        wire = Blueprint("talentio", __name__)
        add = wire.add_url_rule
        add("/requisitions", view_func=self._signed(self._requisitions), methods=["GET"])
        add("/requisitions/<id>", view_func=self._signed(self._requisition), methods=["GET"])
        add("/candidates", view_func=self._signed(self._candidates), methods=["GET"])
        add("/candidates", view_func=self._signed(self._create), methods=["POST"], endpoint="create")
        add("/candidates/<id>", view_func=self._signed(self._candidate), methods=["GET"])
        add("/candidates/<id>", view_func=self._signed(self._update), methods=["PATCH"], endpoint="update")
        return wire

    def _signed(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def signed(**names: str) -> Response:
            if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {TOKEN}".encode()):
                return self.refusal(401, "認証に失敗しました")
            with self.world.whole():
                return view(**names)

        signed.__name__ = view.__name__
        return signed

    def _page(self, rows: list[Any], show: Callable[[Any], dict[str, Any]]) -> Response:
        page = request.args.get("page", "1")
        if not page.isdigit() or int(page) < 1:
            return self.refusal(400, "page が不正です")
        start = (int(page) - 1) * PER_PAGE
        return answer([show(row) for row in rows[start : start + PER_PAGE]], headers={"X-Total": str(len(rows))})

    def _in_order(self, many: int, rows: Callable[[], list[Any]], keys: dict[str, Callable[[Any], Any]]) -> list[Any]:
        """Rows in the order asked for; a sort nobody knows raises KeyError."""
        given = (request.path, *((name, value) for name, value in sorted(request.args.items()) if name != "page"))
        found = self._sorted.get((given, many))
        if found is None:
            sort = request.args.get("sort", next(iter(keys)))
            key = keys[sort.lstrip("-")]
            found = sorted(rows(), key=lambda row: (key(row), int(row.id)), reverse=sort.startswith("-"))
            self._sorted[(given, many)] = found
        return found

    def _since(self) -> datetime:
        """The filter `updatedAtFrom`, read as Japanese time."""
        text = request.args.get("updatedAtFrom")
        return datetime.fromisoformat(text).replace(tzinfo=JST) if text else datetime(1970, 1, 1, tzinfo=UTC)

    def _requisitions(self) -> Response:
        since, wanted = self._since(), request.args.get("status")
        keys: dict[str, Callable[[Any], Any]] = {
            "createdAt": lambda one: one.created_at,
            "updatedAt": lambda one: one.updated_at,
        }

        def rows() -> list[Job]:
            jobs = [one for one in self.world.jobs.values() if not one.deleted and one.updated_at >= since]
            return [one for one in jobs if wanted in (None, "active" if one.status == "open" else "inactive")]

        try:
            found = self._in_order(len(self.world.jobs), rows, keys)
        except KeyError:
            return self.refusal(400, "sort が不正です")
        return self._page(found, self._job)

    def _job(self, one: Job) -> dict[str, Any]:
        return {
            "id": int(one.id),
            "name": one.title,
            "active": one.status == "open",
            "createdAt": _jst(one.created_at),
            "updatedAt": _jst(one.updated_at),
        }

    def _requisition(self, id: str) -> Response:
        one = self.world.jobs.get(id)
        if one is None or one.deleted:
            return self.refusal(404, "求人が見つかりません")
        parts = [{"title": "仕事内容", "body": post.content} for post in one.posts]
        recruiters = [_employee(self.world.colleagues[id]) for id in one.recruiter_ids]
        return answer({**self._job(one), "recruiters": recruiters, "jobDescriptionDetails": parts})

    def _candidates(self) -> Response:
        since, job = self._since(), request.args.get("requisitionIds", "")
        keys: dict[str, Callable[[Any], Any]] = {
            "registeredAt": lambda one: one.created_at,
            "updatedAt": self._updated,
        }

        def rows() -> list[Placement | Person]:
            world, wanted = self.world, job.split(",") if job else []
            placed: list[Placement | Person] = [one for id in wanted for one in world.on_job(id)]
            if not wanted:
                placed = [one for one in world.applications.values() if not one.deleted]
                placed += [one for one in world.people.values() if not one.deleted and not world.of_person(one.id)]
            return [one for one in placed if self._updated(one) >= since]

        try:
            found = self._in_order(len(self.world.applications) + len(self.world.people), rows, keys)
        except KeyError:
            return self.refusal(400, "sort が不正です")
        return self._page(found, self._listed)

    def _updated(self, one: Placement | Person) -> datetime:
        person = self.world.people[one.person_id] if isinstance(one, Placement) else one
        return max(one.updated_at, person.updated_at)

    def _find(self, id: str) -> Placement | Person | None:
        one = self.world.applications.get(id) or self.world.people.get(id)
        return one if one is not None and not one.deleted else None

    def _description(self, id: str) -> Note | None:
        return next(iter(self.world.notes_on("application", id)), None)

    def _listed(self, one: Placement | Person) -> dict[str, Any]:
        """A candidate as the list shows it: the same without the evaluations of its stages."""
        person = self.world.people[one.person_id] if isinstance(one, Placement) else one
        job = self.world.jobs.get(one.job_id) if isinstance(one, Placement) else None
        note = self._description(one.id)
        return {
            "id": int(one.id),
            "lastName": person.last_name,
            "firstName": person.first_name,
            "email": person.emails[0] if person.emails else None,
            "phone": person.phones[0] if person.phones else None,
            "description": note.body if note else None,
            "requisition": {"id": int(job.id), "name": job.title, "active": job.status == "open"} if job else None,
            "status": self._status(one),
            "registeredAt": _jst(one.created_at),
            "appliedAt": _jst(one.created_at),
            "updatedAt": _jst(self._updated(one)),
            "channelType": "custom",
            "tags": [{"id": number, "name": name} for number, name in enumerate(person.tags, 1)],
            "stages": [self._stage(meeting) for meeting in self._meetings(one.id)],
            "customFields": [],
        }

    def _status(self, one: Placement | Person) -> str:
        if isinstance(one, Person):
            return "poolInactive"
        stage = self.world.stages.get(one.stage_id)
        pooled = stage is not None and stage.name == POOL
        return {"rejected": "fail", "hired": "pass"}.get(one.status, "poolActive" if pooled else "ongoing")

    def _meetings(self, id: str) -> list[Meeting]:
        mine = [one for one in self.world.meetings.values() if one.application_id == id]
        return [one for one in mine if one.status != "cancelled" and not one.deleted]

    def _stage(self, meeting: Meeting) -> dict[str, Any]:
        return {
            "id": int(meeting.id),
            "type": "contact" if "カジュアル" in meeting.name else "interview",
            "step": 1,
            "status": "pass" if meeting.status == "complete" else "on_evaluating",
            "scheduledAt": _jst(meeting.starts_at),
            "fixedAt": _jst(meeting.updated_at) if meeting.status == "complete" else None,
        }

    def _candidate(self, id: str) -> Response:
        one = self._find(id)
        if one is None:
            return self.refusal(404, "候補者が見つかりません")
        stages = []
        for meeting in self._meetings(id):
            panel = [_employee(self.world.colleagues[who]) for who in meeting.interviewer_ids]
            finished = meeting.status == "complete"
            evaluations = [{"id": n, "finished": finished, "employee": who} for n, who in enumerate(panel, 1)]
            stages.append({**self._stage(meeting), "evaluations": evaluations})
        return answer({**self._listed(one), "stages": stages})

    def _create(self) -> Response:
        body = request.get_json(silent=True) or {}
        job = self.world.jobs.get(str(body.get("requisitionId")))
        status = str(body.get("status") or "ongoing")
        if not str(body.get("lastName") or "").strip() or status not in ("ongoing", "poolActive"):
            return self.refusal(400, "lastName は必須です")
        if job is None or job.deleted:
            return self.refusal(400, "requisitionId が不正です")
        person = self.world.add_person(
            str(body.get("firstName") or ""),
            str(body["lastName"]),
            emails=[str(body["email"])] if body.get("email") else [],
            phones=[str(body["phone"])] if body.get("phone") else [],
            by=self.bot.id,
        )
        made = self.world.add_application(person.id, job.id, self._stage_id(status), by=self.bot.id)
        if body.get("description"):
            self.world.add_note(("application", made.id), str(body["description"]), by=self.bot.id)
        self.wrote("candidates")
        return answer(self._listed(made))

    def _stage_id(self, status: str) -> str:
        name = POOL if status == "poolActive" else ONGOING
        return next(stage.id for stage in self.world.stages.values() if stage.name == name)

    def _update(self, id: str) -> Response:
        one, body = self._find(id), request.get_json(silent=True) or {}
        if one is None:
            return self.refusal(404, "候補者が見つかりません")
        person = self.world.people[one.person_id] if isinstance(one, Placement) else one
        if "tagNames" in body:
            person.tags[:] = [str(name) for name in body["tagNames"]]
        if "description" in body:
            note = self._description(id) or self.world.add_note(("application", id), "", by=self.bot.id)
            note.body = str(body["description"])
        if "status" in body and isinstance(one, Placement):
            self.world.move(id, self._stage_id(str(body["status"])), by=self.bot.id)
        self.world.changed("person", "updated", person.id, by=self.bot.id)
        self.wrote("update")
        return answer(self._listed(one))


def _employee(one: Colleague) -> dict[str, Any]:
    last, _, first = one.name.partition(" ")
    return {"id": 1, "lastName": last, "firstName": first, "email": one.email, "active": one.active}


def _jst(moment: datetime) -> str:
    return moment.astimezone(JST).isoformat(timespec="seconds")
