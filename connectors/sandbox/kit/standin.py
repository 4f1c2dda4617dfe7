"""What a vendor's stand-in is made of. A vendor's module adds its wire, its webhooks, and how a manager decides there."""

from __future__ import annotations

import itertools
import json
import socket
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

from flask import Blueprint, Flask, Response, request

from connectors.sandbox.kit.bell import Bell, Hook, Rung
from connectors.sandbox.kit.serving import Server
from connectors.sandbox.kit.world import Change, Colleague, World
from connectors.sandbox.misbehaviour import Misbehaviour
from connectors.sandbox.wire import Later

CALIBRATION_TAG = "kakuyaku-calibration"


class Rate(Protocol):
    """So many calls in so many seconds."""

    @property
    def calls(self) -> int: ...
    @property
    def seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class EntryThere:
    """An entry as somebody at the ATS sees it."""

    application_id: str
    person_id: str
    stage: str
    status: str
    emails: tuple[str, ...]
    notes: tuple[str, ...]
    tags: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class There:
    """A requisition as its manager sees it. `notes`: wherever a shortlist or message may stand; `asked`: the short id of
    the calibration a decision is asked for, "" while none is; `choice` and `line` as they stand."""

    notes: tuple[str, ...] = ()
    asked: str = ""
    choice: str = ""
    line: str = ""
    entries: tuple[EntryThere, ...] = field(default_factory=tuple)


class StandIn(ABC):
    """A running stand-in: a context manager. `url` is its address; `world` what is in it.

    `now` gives aware UTC. `rate`: answer 429 beyond it (None: no limit, and `connection()` tells the connector to hurry).
    `retry_after`: seconds before each further attempt of a webhook.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    never_again: ClassVar[frozenset[int]] = frozenset()
    """Statuses after which this vendor does not retry a webhook."""
    rings_at_all: ClassVar[bool] = True
    can_decide: ClassVar[bool] = True
    """False where a manager can't decide inside this ATS."""
    signs_the_time: ClassVar[bool] = False
    """True where a webhook says when it was sent, signed, so that an old one is refused."""
    tells_deletions: ClassVar[bool] = True
    """False where neither a webhook nor a list says that a person was deleted."""
    confidential_jobs: ClassVar[bool] = True
    """False where the API has no such thing, or hides them."""
    lists: ClassVar[tuple[tuple[str, int], ...]] = (("requisitions", 100), ("people", 100))
    """What a sweep can't do without: each list, as long as there are requisitions or people, and the most its page holds."""
    numeric_ids: ClassVar[bool] = False

    def __init__(
        self,
        *,
        now: Callable[[], datetime] | None = None,
        rate: Rate | None = None,
        retry_after: Sequence[float] = (0.05, 0.1, 0.2, 0.4),
        port: int = 0,
    ) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.rate = rate
        self.misbehaviour = Misbehaviour()
        self._numbers = itertools.count(1001)
        self.world = World(self.now, self.new_id)
        self._bell = Bell(self.sign, self.misbehaviour, retry_after, self.never_again)
        self._later = Later()
        self._counted: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        """How often each path (first two segments) was asked, refused ones included."""
        self.refused = 0
        """How many requests came above the rate."""
        self._recent: deque[float] = deque()
        self._fill()
        self.world.listeners.append(lambda change: self._bell.ring(self.rings(change)))
        self.app = self._flask()
        self._server = Server("127.0.0.1", port, self.app, self.now)
        self.url = self._server.url
        self._bell.start()

    # What a vendor's module adds.

    @abstractmethod
    def wire(self) -> Blueprint:
        """The vendor's API."""

    @abstractmethod
    def connection(self) -> dict[str, dict[str, str]]:
        """`credentials` and `options` (at least `api_base`) that a connector to this stand-in needs; start from `hurry()`."""

    @abstractmethod
    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        """Decide as a colleague would in the vendor's pages: `choice` is approve, decline or pending (taken back).

        `by` is a colleague's id; the requisition's manager if left out.
        """

    def rings(self, change: Change) -> list[Rung]:
        """Which webhooks a change sets off."""
        return []

    def sign(self, hook: Hook, rung: Rung, event_id: str) -> tuple[str, Mapping[str, str], bytes]:
        """Make (address, headers, body) of a delivery."""
        raise NotImplementedError(f"{self.name} sends no webhooks")

    def is_write(self) -> bool:
        """Say whether the request being served changes something; vendors that POST everything tell by the path."""
        return request.method not in ("GET", "HEAD")

    def refusal(self, status: int, words: str) -> Response:
        """An error as this vendor words it."""
        return answer({"message": words}, status)

    def rate_headers(self, left: int, seconds: float) -> dict[str, str]:
        """What this vendor says of its limit on every answer; on a 429 as well."""
        return {}

    def asked(self, requisition_id: str) -> str:
        """The short id of the calibration a decision is asked for on this requisition, "" while none is."""
        return ""

    def decision_there(self, requisition_id: str) -> tuple[str, str]:
        """(choice, line) as they stand."""
        return "", ""

    def stage_names(self) -> tuple[str, ...]:
        """The stages of a new job or of the account; a vendor with other ways overrides `fill_stages`."""
        return ("応募", "カジュアル面談", "一次面接", "最終面接", "内定")

    def fill_stages(self) -> None:
        for order, name in enumerate(self.stage_names()):
            self.world.add_stage(name, order)

    # Colleagues everybody knows.

    def _fill(self) -> None:
        add = self.world.add_colleague
        self.bot: Colleague = add("kakuyaku 連携", "kakuyaku@example.com", "bot")
        self.manager: Colleague = add("鈴木 健一", "kenichi.suzuki@example.com", "manager")
        self.other_manager: Colleague = add("高橋 直人", "naoto.takahashi@example.com", "manager")
        self.recruiter: Colleague = add("佐藤 美咲", "misaki.sato@example.com", "recruiter")
        self.fill_stages()

    def new_id(self, kind: str) -> str:
        """An id as the vendor's look: numbers, or hex with hyphens; unlike ones for unlike kinds either way."""
        number = next(self._numbers)
        if self.numeric_ids:
            return str(number)
        head = sum(map(ord, kind)) % 65536
        return f"{number:08x}-{head:04x}-4000-8000-{number * 2654435761 % (1 << 48):012x}"

    # People acting in the vendor's own pages.

    def create_requisition(
        self,
        *,
        title: str,
        description: str = "",
        status: str = "open",
        confidential: bool = False,
        fields: Mapping[str, Any] | None = None,
    ) -> str:
        """Create a requisition of the first manager and the recruiter, its description as a live post if there is one."""
        with self.world.whole():
            job = self.world.add_job(
                title,
                status,
                by=self.recruiter.id,
                confidential=confidential,
                manager_ids=[self.manager.id],
                recruiter_ids=[self.recruiter.id],
                fields=dict(fields or {}),
            )
            if description:
                self.world.add_post(job.id, description, by=self.recruiter.id)
            return job.id

    def edit_requisition(self, requisition_id: str, *, title: str = "", description: str = "") -> None:
        with self.world.whole():
            job = self.world.jobs[requisition_id]
            job.title = title or job.title
            if description and job.posts:
                job.posts[0].content = description
                job.posts[0].updated_at = self.now()
                self.world.changed("post", "updated", job.posts[0].id, by=self.recruiter.id, job_id=job.id)
            elif description:
                self.world.add_post(job.id, description, by=self.recruiter.id)
            self.world.changed("job", "updated", job.id, by=self.recruiter.id)

    def close_requisition(self, requisition_id: str) -> None:
        with self.world.whole():
            job = self.world.jobs[requisition_id]
            job.status, job.closed_at = "closed", self.now()
            self.world.changed("job", "closed", job.id, by=self.recruiter.id)

    def reopen_requisition(self, requisition_id: str) -> None:
        with self.world.whole():
            job = self.world.jobs[requisition_id]
            job.status, job.closed_at, job.opened_at = "open", None, self.now()
            self.world.changed("job", "opened", job.id, by=self.recruiter.id)

    def delete_requisition(self, requisition_id: str) -> None:
        with self.world.whole():
            self.world.jobs[requisition_id].deleted = True
            self.world.changed("job", "deleted", requisition_id, by=self.recruiter.id)

    def add_person(self, first_name: str, last_name: str, email: str, **more: Any) -> str:
        return self.world.add_person(first_name, last_name, emails=[email], by=self.recruiter.id, **more).id

    def merge_people(self, old: str, into: str) -> None:
        self.world.merge_people(old, into)

    def delete_person(self, person_id: str) -> None:
        self.world.delete_person(person_id)

    def plan_interview(self, application_id: str, starts_at: datetime, *, by: str = "", name: str = "面接") -> str:
        """Plan an interview of an hour with the first manager (or another); return its id."""
        ends_at = starts_at + timedelta(hours=1)
        return self.world.add_meeting(application_id, starts_at, ends_at, [by or self.manager.id], name).id

    def set_interview(self, interview_id: str, status: str) -> None:
        """`status` is scheduled, complete or cancelled."""
        with self.world.whole():
            self.world.meetings[interview_id].status = status
            self.world.changed("meeting", status, interview_id, by=self.recruiter.id)

    # Looking.

    def there(self, requisition_id: str) -> There:
        """A requisition as it stands, read from the world and not over the wire."""
        world = self.world
        with world.whole():
            notes = [note.body for note in world.notes_on("job", requisition_id)]
            entries: list[EntryThere] = []
            for one in world.on_job(requisition_id):
                person = world.people[one.person_id]
                own = [*world.notes_on("application", one.id), *world.notes_on("person", person.id)]
                if CALIBRATION_TAG in person.tags or CALIBRATION_TAG in one.extra.get("tags", ()):
                    notes += [note.body for note in own]
                    continue
                files = [*world.files_on("application", one.id), *world.files_on("person", person.id)]
                stage = world.stages.get(one.stage_id)
                entries.append(
                    EntryThere(
                        application_id=one.id,
                        person_id=person.id,
                        stage=stage.name if stage else "",
                        status=one.status,
                        emails=tuple(person.emails),
                        notes=tuple(note.body for note in own),
                        tags=(*person.tags, *one.extra.get("tags", ())),
                        files=tuple(file.filename for file in files),
                    )
                )
            choice, line = self.decision_there(requisition_id)
            return There(tuple(notes), self.asked(requisition_id), choice, line, tuple(entries))

    def writes(self) -> dict[str, int]:
        """How many API writes were applied so far, per kind; the wire counts them with `wrote`."""
        return dict(self._counted)

    def wrote(self, kind: str) -> None:
        self._counted[kind] += 1

    # Running.

    def point_webhooks(self, url: str, secret: str) -> None:
        """Subscribe `url` to every event, as an administrator would by hand. Does nothing where none are sent."""
        if self.rings_at_all:
            self._bell.add(Hook(self.new_id("hook"), url, secret))

    @property
    def bell(self) -> Bell:
        return self._bell

    def misbehave(self, kind: str, **how: Any) -> None:
        """Arrange trouble: see `connectors.sandbox.misbehaviour.KINDS`."""
        self.misbehaviour.order(kind, **how)

    def behave(self) -> None:
        self.misbehaviour.clear()

    def hurry(self) -> dict[str, str]:
        """Options every connector to a stand-in gets: where it is, and no pacing unless a limit is in force."""
        unpaced = {} if self.rate else {"rate_calls": "1000000", "rate_seconds": "1"}
        return {"api_base": self.url, "timeout": "10", **unpaced}

    def close(self) -> None:
        self._later.close()
        self._server.stop()
        self._bell.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # The server. Everything below happens to every vendor's wire alike.

    def _flask(self) -> Flask:
        app = Flask(f"connectors.sandbox.standins.{self.name}", static_folder=None)
        app.config["MAX_CONTENT_LENGTH"] = 16 * 1024 * 1024
        app.before_request(self._before)
        app.after_request(self._after)
        app.register_blueprint(self.wire())
        return app

    def _before(self) -> Response | None:
        path, write = request.path, self.is_write()
        if request.headers.get("X-Late"):
            return None
        self.requests["/".join(path.split("/")[:3])] += 1
        if (refused := self._too_many()) is not None:
            return refused
        if slow := self.misbehaviour.strikes("slow", path=path, write=write):
            time.sleep(slow.delay)
        if many := self.misbehaviour.strikes("too_many_requests", path=path, write=write):
            refused = self.refusal(429, "Too many requests")
            refused.headers.update({"Retry-After": str(max(1, round(many.delay))), **self.rate_headers(0, 1.0)})
            return refused
        if self.misbehaviour.strikes("server_error", path=path, write=write):
            return self.refusal(500, "Internal server error")
        if write and (late := self.misbehaviour.strikes("late_write", path=path, write=True)):
            body, headers = request.get_data(), {**dict(request.headers), "X-Late": "1"}
            method, full = request.method, request.full_path
            self._later.call(
                late.delay, lambda: self.app.test_client().open(full, method=method, data=body, headers=headers)
            )
            return self.refusal(504, "Gateway timeout")
        return None

    def _after(self, response: Response) -> Response:
        path, write = request.path, self.is_write()
        if request.headers.get("X-Late") or response.status_code >= 400:
            return response
        if write and self.misbehaviour.strikes("drop_answer", path=path, write=True):
            connection: socket.socket | None = request.environ.get("werkzeug.socket")
            if connection is not None:
                connection.shutdown(socket.SHUT_RDWR)
        elif write and self.misbehaviour.strikes("error_after_write", path=path, write=True):
            return self.refusal(500, "Internal server error")
        if self.rate is not None:
            response.headers.update(self.rate_headers(self.rate.calls - len(self._recent), self.rate.seconds))
        return response

    def _too_many(self) -> Response | None:
        """Refuse a request above the rate, by a sliding window on the stand-in's own clock."""
        if self.rate is None:
            return None
        now = self.now().timestamp()
        with self.world.whole():
            while self._recent and self._recent[0] <= now - self.rate.seconds:
                self._recent.popleft()
            if len(self._recent) < self.rate.calls:
                self._recent.append(now)
                return None
            self.refused += 1
            wait = max(1.0, self._recent[0] + self.rate.seconds - now)
        refused = self.refusal(429, "Too many requests")
        refused.headers.update({"Retry-After": str(round(wait)), **self.rate_headers(0, wait)})
        return refused


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; None for an empty body."""
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    return Response(text, status, dict(headers or {}), content_type="application/json; charset=utf-8")
