"""The world a stand-in speaks of: colleagues, jobs, people and what happens between them, in memory.

Plain things with ids as text. Every change goes through a method or `changed`, which stamps the time and tells the
listeners (the bell). Hold `whole()` for several steps that belong together; it is one re-entrant lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Colleague:
    id: str
    name: str
    email: str
    role: str
    active: bool = True


@dataclass(slots=True)
class Post:
    """A text of a job. `content` is HTML or plain text, as it was given."""

    id: str
    title: str
    content: str
    live: bool
    internal: bool
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Job:
    """A requisition. `status` is draft, open or closed; `fields` are custom fields by key; `extra` is the vendor's own."""

    id: str
    title: str
    status: str
    created_at: datetime
    updated_at: datetime
    notes: str = ""
    confidential: bool = False
    manager_ids: list[str] = field(default_factory=list)
    recruiter_ids: list[str] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    deleted: bool = False


@dataclass(slots=True)
class Person:
    """A candidate. Merged away: `merged_into` names who remains; deleted: only the id is left."""

    id: str
    first_name: str
    last_name: str
    created_at: datetime
    updated_at: datetime
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    company: str = ""
    title: str = ""
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    merged_into: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    stage_id: str
    at: datetime
    by: str


@dataclass(slots=True)
class Placement:
    """An application: one person on one job. `status` is active, rejected or hired."""

    id: str
    person_id: str
    job_id: str
    stage_id: str
    created_at: datetime
    updated_at: datetime
    status: str = "active"
    source: str = ""
    history: list[Moved] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    deleted: bool = False


@dataclass(slots=True)
class Stage:
    """A stage of one job, or of the whole account where `job_id` is empty."""

    id: str
    name: str
    order: int
    job_id: str = ""


@dataclass(slots=True)
class Note:
    """A note, comment or chatter message. `on` is ("job" | "person" | "application", id)."""

    id: str
    on: tuple[str, str]
    body: str
    by: str
    at: datetime
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Attached:
    id: str
    on: tuple[str, str]
    filename: str
    content: bytes
    media_type: str
    at: datetime


@dataclass(slots=True)
class Meeting:
    """An interview. `status` is scheduled, complete or cancelled."""

    id: str
    application_id: str
    starts_at: datetime
    ends_at: datetime
    interviewer_ids: list[str]
    name: str
    status: str
    updated_at: datetime
    deleted: bool = False


@dataclass(slots=True)
class Form:
    """A form somebody was asked to fill in about an application (feedback, scorecard, activity). `at` once filled in."""

    id: str
    application_id: str
    by: str
    values: dict[str, Any]
    created_at: datetime
    at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to which thing: `kind` job, post, person, application, note, file, meeting or form; `what` created,
    updated, deleted, merged, moved, closed, opened, rejected, submitted…; `by` a colleague's id, "" for nobody known."""

    kind: str
    what: str
    id: str
    by: str
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)


class World:
    """Everything there is. Ids are made by `new_id(kind)`, as the vendor's look."""

    def __init__(self, now: Callable[[], datetime], new_id: Callable[[str], str]) -> None:
        self.now, self.new_id = now, new_id
        self.colleagues: dict[str, Colleague] = {}
        self.jobs: dict[str, Job] = {}
        self.people: dict[str, Person] = {}
        self.applications: dict[str, Placement] = {}
        self.stages: dict[str, Stage] = {}
        self.notes: dict[str, Note] = {}
        self.files: dict[str, Attached] = {}
        self.meetings: dict[str, Meeting] = {}
        self.forms: dict[str, Form] = {}
        self.listeners: list[Callable[[Change], None]] = []
        self._lock = threading.RLock()
        self._quiet = False
        self._on_job: dict[str, list[Placement]] = {}
        self._of_person: dict[str, list[Placement]] = {}
        self._by_address: dict[str, list[Person]] = {}

    @contextmanager
    def whole(self) -> Iterator[None]:
        with self._lock:
            yield

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Fill the world without ringing anybody."""
        with self._lock:
            self._quiet = True
            try:
                yield
            finally:
                self._quiet = False

    def changed(self, kind: str, what: str, id: str, *, by: str = "", **facts: Any) -> None:
        """Stamp the thing's `updated_at` and tell the listeners. Call it after the change."""
        with self._lock:
            at = self.now()
            thing = self._thing(kind, id)
            if thing is not None and hasattr(thing, "updated_at"):
                thing.updated_at = at
            if not self._quiet:
                for listen in self.listeners:
                    listen(Change(kind, what, id, by, at, facts))

    def _thing(self, kind: str, id: str) -> Any:
        places: dict[str, dict[str, Any]] = {
            "job": self.jobs,
            "person": self.people,
            "application": self.applications,
            "meeting": self.meetings,
        }
        return places.get(kind, {}).get(id)

    # Adding. Each returns the thing.

    def add_colleague(self, name: str, email: str, role: str) -> Colleague:
        one = Colleague(self.new_id("user"), name, email, role)
        self.colleagues[one.id] = one
        return one

    def add_stage(self, name: str, order: int, job_id: str = "") -> Stage:
        one = Stage(self.new_id("stage"), name, order, job_id)
        self.stages[one.id] = one
        return one

    def add_job(self, title: str, status: str = "open", *, by: str = "", **more: Any) -> Job:
        with self._lock:
            at = self.now()
            one = Job(self.new_id("job"), title, status, at, at, opened_at=at if status == "open" else None, **more)
            self.jobs[one.id] = one
            self.changed("job", "created", one.id, by=by)
            return one

    def add_post(self, job_id: str, content: str, *, live: bool = True, internal: bool = False, by: str = "") -> Post:
        with self._lock:
            at = self.now()
            job = self.jobs[job_id]
            one = Post(self.new_id("post"), job.title, content, live, internal, at, at)
            job.posts.append(one)
            self.changed("post", "created", one.id, by=by, job_id=job_id)
            return one

    def add_person(
        self, first_name: str, last_name: str, *, emails: list[str] | None = None, by: str = "", **more: Any
    ) -> Person:
        with self._lock:
            at = self.now()
            one = Person(self.new_id("person"), first_name, last_name, at, at, emails=list(emails or []), **more)
            self.people[one.id] = one
            for address in one.emails:
                self._by_address.setdefault(address.casefold(), []).append(one)
            self.changed("person", "created", one.id, by=by)
            return one

    def add_application(
        self, person_id: str, job_id: str, stage_id: str = "", *, by: str = "", source: str = "", **more: Any
    ) -> Placement:
        with self._lock:
            at = self.now()
            one = Placement(self.new_id("application"), person_id, job_id, stage_id, at, at, source=source, **more)
            one.history.append(Moved(stage_id, at, by))
            self.applications[one.id] = one
            self._on_job.setdefault(job_id, []).append(one)
            self._of_person.setdefault(person_id, []).append(one)
            self.changed("application", "created", one.id, by=by)
            return one

    def add_note(self, on: tuple[str, str], body: str, *, by: str = "", **extra: Any) -> Note:
        with self._lock:
            one = Note(self.new_id("note"), on, body, by, self.now(), extra)
            self.notes[one.id] = one
            self.changed("note", "created", one.id, by=by)
            return one

    def add_file(self, on: tuple[str, str], filename: str, content: bytes, media_type: str) -> Attached:
        with self._lock:
            one = Attached(self.new_id("file"), on, filename, content, media_type, self.now())
            self.files[one.id] = one
            self.changed("file", "created", one.id)
            return one

    def add_meeting(
        self, application_id: str, starts_at: datetime, ends_at: datetime, interviewer_ids: list[str], name: str
    ) -> Meeting:
        with self._lock:
            id = self.new_id("meeting")
            one = Meeting(id, application_id, starts_at, ends_at, interviewer_ids, name, "scheduled", self.now())
            self.meetings[id] = one
            self.changed("meeting", "created", id)
            return one

    def add_form(self, application_id: str, by: str, **extra: Any) -> Form:
        """Ask a colleague to fill in a form; `submit_form` fills it in."""
        with self._lock:
            one = Form(self.new_id("form"), application_id, by, {}, self.now(), extra=extra)
            self.forms[one.id] = one
            self.changed("form", "created", one.id, by=by)
            return one

    def submit_form(self, form_id: str, values: dict[str, Any], *, by: str) -> None:
        with self._lock:
            one = self.forms[form_id]
            one.values, one.by, one.at = dict(values), by, self.now()
            self.changed("form", "submitted", form_id, by=by)

    # Changing.

    def move(self, application_id: str, stage_id: str, *, by: str = "") -> None:
        with self._lock:
            one = self.applications[application_id]
            before, one.stage_id = one.stage_id, stage_id
            one.history.append(Moved(stage_id, self.now(), by))
            self.changed("application", "moved", application_id, by=by, before=before)

    def set_status(self, application_id: str, status: str, *, by: str = "", **facts: Any) -> None:
        """Reject, hire or bring back an application."""
        with self._lock:
            self.applications[application_id].status = status
            self.changed("application", status, application_id, by=by, **facts)

    def delete_person(self, person_id: str) -> None:
        """Delete a person: nothing of theirs can be read any more."""
        with self._lock:
            self.people[person_id].deleted = True
            for one in self._of_person.get(person_id, []):
                one.deleted = True
            self.changed("person", "deleted", person_id)

    def merge_people(self, old: str, into: str) -> None:
        """Merge `old` into another person, who takes over applications, notes and addresses."""
        with self._lock:
            gone, stays = self.people[old], self.people[into]
            gone.merged_into, gone.deleted = into, True
            stays.emails += [address for address in gone.emails if address not in stays.emails]
            for address in gone.emails:
                self._by_address.setdefault(address.casefold(), []).append(stays)
            for one in self._of_person.pop(old, []):
                one.person_id = into
                self._of_person.setdefault(into, []).append(one)
            for note in self.notes.values():
                if note.on == ("person", old):
                    note.on = ("person", into)
            self.changed("person", "updated", into)
            self.changed("person", "merged", old, into=into)

    # Looking. What is deleted is not found.

    def by_address(self, address: str) -> list[Person]:
        return [one for one in self._by_address.get(address.casefold(), []) if not one.deleted]

    def on_job(self, job_id: str) -> list[Placement]:
        return [one for one in self._on_job.get(job_id, []) if not one.deleted]

    def of_person(self, person_id: str) -> list[Placement]:
        return [one for one in self._of_person.get(person_id, []) if not one.deleted]

    def notes_on(self, kind: str, id: str) -> list[Note]:
        return [one for one in list(self.notes.values()) if one.on == (kind, id)]

    def files_on(self, kind: str, id: str) -> list[Attached]:
        return [one for one in list(self.files.values()) if one.on == (kind, id)]

    def stages_of(self, job_id: str) -> list[Stage]:
        """The stages of a job in order: its own, else the account's."""
        own = [one for one in self.stages.values() if one.job_id == job_id]
        found = own or [one for one in self.stages.values() if not one.job_id]
        return sorted(found, key=lambda stage: stage.order)
