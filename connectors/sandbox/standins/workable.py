"""Workable as its documentation has it: API v3, webhooks signed with the account token, a manager who moves a candidate.

https://workable.readme.io/reference. A candidate is one person on one job: a placement of the world and its person share
their id; somebody a recruiter added without a job is in the talent pool. Answers are shaped like those recorded in
NangoHQ/integration-templates (integrations/workable/tests, July 2026).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from connectors.sandbox.kit import CALIBRATION_TAG, Change, Hook, Job, Person, Placement, Rung, Stage, StandIn, answer

TOKEN = "workable-stand-in-token"  # noqa: S105 the stand-in's own
REVIEW, APPROVED = "Threshold review", "Threshold approved"
STAGES = (
    *(("sourced", "Sourced"), ("applied", "応募"), ("phone-screen", "カジュアル面談"), ("interview", "一次面接")),
    *(
        ("interview", "最終面接"),
        ("assessment", REVIEW),
        ("assessment", APPROVED),
        ("offer", "内定"),
        ("hired", "入社"),
    ),
)
STATES = {"open": "published"}
EVENTS = ("candidate_created", "candidate_moved", "candidate_deleted", "job_deleted")
LISTS_KEPT = 50


class Wrong(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@dataclass(frozen=True, slots=True)
class Card:
    """A candidate: a placement with its person, or a person of the talent pool."""

    id: str
    person: Person
    placement: Placement | None = None

    @property
    def updated_at(self) -> datetime:
        return max(self.person.updated_at, self.placement.updated_at) if self.placement else self.person.updated_at

    @property
    def on(self) -> tuple[str, str]:
        return ("application", self.id) if self.placement else ("person", self.id)


class WorkableStandIn(StandIn):
    """`signs_as`: hex or base64, which Workable's documentation leaves open. `plan`: the hiring plan, None without one."""

    name: ClassVar[str] = "workable"
    title: ClassVar[str] = "Workable"
    signs_as: str = "hex"
    plan: list[dict[str, Any]] | None = None
    _next_id: str = ""

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

    def refusal(self, status: int, words: str) -> Response:
        return answer({"error": words}, status)

    def rate_headers(self, left: int, seconds: float) -> dict[str, str]:
        reset = int(self.now().timestamp() + seconds)
        limit = self.rate.calls if self.rate else 10
        return {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(left),
            "X-Rate-Limit-Reset": str(reset),
        }

    # A manager in Workable's pages.

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

    def _disqualify(self, card: Placement, so: bool, *, by: str) -> None:
        card.extra.setdefault("timeline", []).append(("disqualified" if so else "reverted", by, self.now()))
        self.world.set_status(card.id, "rejected" if so else "active", by=by)

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

    # Webhooks: https://workable.readme.io/reference/webhooks

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
        body = {"id": event_id, "event_type": rung.event, "resource_type": kind, "fired_at": _at(self.now())}
        raw = json.dumps({**body, "data": data}, ensure_ascii=False).encode()
        digest = hmac.new(hook.secret.encode(), raw, hashlib.sha256)
        signature = digest.hexdigest() if self.signs_as == "hex" else base64.b64encode(digest.digest()).decode()
        return hook.url, {"X-Workable-Signature": signature}, raw

    # The wire.

    def wire(self) -> Blueprint:
        self._lists: dict[str, tuple[list[Any], dict[str, int]]] = {}
        api = Blueprint("workable", __name__)
        api.before_request(self._allowed)
        api.register_error_handler(Wrong, lambda no: answer({"error": no.words}, no.status))
        for rule, view in self._routes().items():
            method, _, path = rule.rpartition(" ")
            api.add_url_rule(path, rule, self._whole(view), methods=[method or "GET"], provide_automatic_options=False)
        return api

    def _whole(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def serve(**ids: str) -> Response:
            with self.world.whole():
                return view(**ids)

        return serve

    def _allowed(self) -> Response | None:
        signed = request.path.startswith("/files/")  # an address that is good for a while without a token
        if not signed and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return answer({"error": "Not authorized"}, 401)
        return None

    def _routes(self) -> dict[str, Callable[..., Response]]:
        card = "/candidates/<id>"
        return {
            "/jobs": self._jobs,
            "/jobs/<code>": lambda code: answer(self._job_shown(self._job(code), whole=True)),
            "/jobs/<code>/members": self._job_members,
            "/jobs/<code>/stages": lambda code: self._stages(self._job(code).id),
            "POST /jobs/<code>/candidates": self._create,
            "/requisitions": self._requisitions,
            "/members": lambda: answer({"members": [_member(one) for one in self.world.colleagues.values()]}),
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

    def _listed(self, key: str, rows: Callable[[], Iterable[Any]], id_of: Callable[[Any], str], show: Any) -> Response:
        """A page of a list. `paging.next` is a whole address: the same filters, and the id to go on from."""
        limit = int(request.args.get("limit") or 50)
        if not 1 <= limit <= 100:
            raise Wrong(422, "limit must be between 1 and 100")
        filters = {name: value for name, value in request.args.items() if name != "since_id"}
        name = f"{request.path}?{urlencode(filters)}"
        since = request.args.get("since_id")
        if since is None or name not in self._lists:
            found = list(rows())
            self._lists.pop(name, None)
            self._lists[name] = (found, {id_of(row): number for number, row in enumerate(found)})
            for old in list(self._lists)[:-LISTS_KEPT]:
                del self._lists[old]
        kept, places = self._lists[name]
        if since is not None and since not in places:
            raise Wrong(422, "since_id is not valid")
        start = places[since] if since else 0
        body: dict[str, Any] = {key: [show(row) for row in kept[start : start + limit]]}
        if start + limit < len(kept):
            following = urlencode({**filters, "since_id": id_of(kept[start + limit])})
            body["paging"] = {"next": f"https://stand-in.workable.com/spi/v3{request.path}?{following}"}
        return answer(body)

    # Jobs.

    def _job(self, code: str) -> Job:
        job = self.world.jobs.get(code)
        if job is None or job.deleted:
            raise Wrong(404, "Not found")
        return job

    def _jobs(self) -> Response:
        after = _time(request.args.get("updated_after"))
        rows = lambda: [job for job in self.world.jobs.values() if not job.deleted and _moved(job) >= after]  # noqa: E731
        return self._listed("jobs", rows, lambda job: str(job.id), self._job_shown)

    def _job_shown(self, job: Job, whole: bool = False) -> dict[str, Any]:
        text = "\n".join(post.content for post in job.posts[:1])
        more = {"full_description": text, "description": text, "employment_type": "Full-time"} if whole else {}
        return {
            "id": _plan_id(job),
            "title": job.title,
            "full_title": f"{job.title} - {_plan_id(job)}",
            "shortcode": job.id,
            "code": f"REQ-{job.id[:6]}",
            "state": STATES.get(job.status, job.status),
            "sample": bool(job.extra.get("sample")),
            "confidential": job.confidential,
            "department": None,
            "url": f"https://stand-in.workable.com/jobs/{job.id}",
            "salary": job.extra.get("salary"),
            "created_at": _at(job.created_at),
            "updated_at": _at(_moved(job)),
            **more,
        }

    def _job_members(self, code: str) -> Response:
        job = self._job(code)
        ids = [*job.manager_ids, *job.recruiter_ids, self.bot.id]
        return answer({"members": [_member(self.world.colleagues[id]) for id in dict.fromkeys(ids)]})

    def _stages(self, job_id: str) -> Response:
        rows = [
            {
                "id": 5272000 + one.order,
                "slug": one.id,
                "name": one.name,
                "kind": self._kinds.get(one.id, "interview"),
                "position": one.order,
            }
            for one in self.world.stages_of(job_id)
        ]
        return answer({"stages": rows})

    def _requisitions(self) -> Response:
        if self.plan is None:
            return answer({"error": "Forbidden"}, 403)
        after, job_id = _time(request.args.get("updated_after")), request.args.get("job_id")
        rows = [
            {name: value for name, value in line.items() if name != "updated_at"}
            for line in self.plan
            if line["updated_at"] >= after and job_id in (None, line["job"]["id"])
        ]
        return answer({"requisitions": rows})

    # Candidates.

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
        after = _time(asked.get("updated_after"))

        def rows() -> list[Card]:
            people = self.world.by_address(asked["email"]) if "email" in asked else list(self.world.people.values())
            cards = (card for card in self._cards(people) if _second(card.updated_at) >= after)
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
            "disqualified_at": _at(placement.updated_at) if placement and rejected else None,
            "hired_at": _at(placement.updated_at) if placement and placement.status == "hired" else None,
            "anonymized": bool(person.extra.get("anonymized")),
            "sourced": True,
            "email": person.emails[0] if person.emails else None,
            "phone": person.phones[0] if person.phones else None,
            "created_at": _at(placement.created_at if placement else person.created_at),
            "updated_at": _at(card.updated_at),
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

    def _member_acting(self) -> str:
        who = str(request.get_json().get("member_id") or "")
        if who not in self.world.colleagues:
            raise Wrong(422, "member_id is not a member of this account")
        return who

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
        for number, (action, by, at) in enumerate(placement.extra.get("timeline", ()) if placement else ()):
            rows.append((at, {"id": f"t{number}-{id}", "action": action, "body": None, **self._by(by)}))
        for note in self.world.notes_on(*card.on):
            rows.append((note.at, {"id": note.id, "action": "comment", "body": note.body, **self._by(note.by)}))
        rows.sort(key=lambda row: row[0])
        return answer({"activities": [{**row, "created_at": _at(at, precise=True)} for at, row in rows]})

    def _by(self, who: str) -> dict[str, Any]:
        known = self.world.colleagues.get(who)
        return {"member": {"id": known.id, "name": known.name, "type": "Member"}} if known else {}

    def _events(self) -> Response:
        """Without `include_cancelled` only those that stand; without `start_date` only those to come."""
        asked = request.args
        start = _time(asked["start_date"]) if "start_date" in asked else self.now()
        rows = [
            {
                "id": one.id,
                "title": one.name,
                "type": "InterviewEvent",
                "starts_at": _at(one.starts_at, precise=True),
                "ends_at": _at(one.ends_at, precise=True),
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

    # Subscriptions: an address may be subscribed once.

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


def _second(moment: datetime) -> datetime:
    """Workable's times of jobs and candidates are to the second."""
    return moment.replace(microsecond=0)


def _moved(job: Job) -> datetime:
    return _second(max([job.updated_at, *(post.updated_at for post in job.posts)]))


def _at(moment: datetime, *, precise: bool = False) -> str:
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds" if precise else "seconds").replace("+00:00", "Z")


def _time(text: str | None) -> datetime:
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Wrong(422, "a date is not valid") from None


def _plan_id(job: Job) -> str:
    """A job's own id, by which the hiring plan names it."""
    return f"5b{job.id[-4:].lower()}"


def _member(one: Any) -> dict[str, Any]:
    roles = {"manager": "hiring_manager", "recruiter": "recruiting_admin"}
    role = "admin" if one.role == "bot" else "simple"
    collaboration = roles.get(one.role, "admin")
    return {"id": one.id, "name": one.name, "email": one.email, "role": role, "collaboration_role": collaboration}
