"""The desk asked what every ATS is: its real books on a throw-away SQLite, with a person's hands.

It can't be a stand-in of `connectors.sandbox`, which knows no plugin. There is no wire either: trouble is a layer over the
books that loses answers as a database that goes away at the commit would.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from cryptography.fernet import Fernet
from sqlmodel import Session, select

from connectors.base import ATSError
from connectors.sandbox.kit.standin import EntryThere, There
from connectors.sandbox.kit.world import Colleague
from connectors.sandbox.misbehaviour import Misbehaviour
from plugin.database import Database
from plugin.desk import colleagues, people, pipeline, positions
from plugin.desk.books import DeskBooks
from plugin.desk.positions import Position
from plugin.desk.stages import names
from plugin.migrate import upgrade
from plugin.rows import (
    Connection,
    DeskApplication,
    DeskColleague,
    DeskFile,
    DeskInterview,
    DeskNote,
    DeskPerson,
    DeskRequisition,
    Employer,
)
from plugin.sealing import Vault

TROUBLE = ("too_many_requests", "server_error", "late_write", "drop_answer", "error_after_write", "slow")
WRITES = ("post", "add_entry", "note", "tag", "attach", "move")


@cache
def _migrated() -> bytes:
    """A migrated SQLite file, made once a process."""
    with tempfile.TemporaryDirectory(prefix="kakuyaku-desk-") as folder:
        upgrade(f"sqlite:///{folder}/desk.sqlite3")
        return Path(folder, "desk.sqlite3").read_bytes()


class _Clock:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now


class Troubled:
    """Books that go wrong as ordered: limits, refusals, lost answers, writes that come late."""

    def __init__(self, there: DeskStandIn, books: DeskBooks) -> None:
        self._there, self._books = there, books

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._books, name)
        if not callable(method):
            return method

        def called(*given: Any, **named: Any) -> Any:
            return self._there.in_trouble(name, lambda: method(*given, **named))

        return called


class DeskStandIn:
    """A desk with a manager, another one and a recruiter. `more`: what its connector is built with besides."""

    name: ClassVar[str] = "desk"
    title: ClassVar[str] = "desk"
    can_decide: ClassVar[bool] = False
    rings_at_all: ClassVar[bool] = False

    def __init__(self, *, now: Callable[[], datetime] | None = None, **_: Any) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.url = ""
        self._folder = tempfile.TemporaryDirectory(prefix="kakuyaku-desk-")
        path = Path(self._folder.name, "desk.sqlite3")
        path.write_bytes(_migrated())
        self.database = Database(f"sqlite:///{path}", _Clock(self.now))
        self.vault = Vault([Fernet.generate_key().decode()])
        self.misbehaviour = Misbehaviour()
        self._late: list[threading.Timer] = []
        with self.database.writing() as session:
            employer = Employer(name="株式会社みほん", created_at=self.now())
            session.add(employer)
            session.flush()
            self.row = Connection(
                employer_id=employer.key, url_key="desk", ats="desk", name="desk", created_at=self.now()
            )
            session.add(self.row)
            session.flush()
            self.recruiter = self._colleague(session, "佐藤 美咲", "misaki.sato@example.com", "recruiter")
            self.manager = self._colleague(session, "鈴木 健一", "kenichi.suzuki@example.com", "manager")
            self.other_manager = self._colleague(session, "高橋 直人", "naoto.takahashi@example.com", "manager")
        self.more = {
            "books": Troubled(self, DeskBooks(self.database, self.vault, self.row, "https://kakuyaku.example"))
        }

    def _colleague(self, session: Session, name: str, email: str, role: str) -> Colleague:
        row = colleagues.enter(session, self.row, name, email, recruits=role == "recruiter")
        return Colleague(str(row.key), name, email, role)

    def connection(self) -> dict[str, dict[str, str]]:
        return {
            "credentials": {},
            "options": {"recruiter_name": self.recruiter.name, "recruiter_address": self.recruiter.email},
        }

    def point_webhooks(self, url: str, secret: str) -> None:
        """Nothing rings."""

    # What people do on the desk's pages.

    def create_requisition(
        self,
        *,
        title: str,
        description: str = "",
        status: str = "open",
        confidential: bool = False,
        fields: Mapping[str, Any] | None = None,
    ) -> str:
        given = self._position(title, description or title, confidential=confidential, draft=status == "draft")
        with self.database.writing() as session:
            return str(positions.enter(session, self.row, given, "staff:1").key)

    def _position(self, title: str, text: str, **more: Any) -> Position:
        return Position(title, text, self.manager.name, self.manager.email, int(self.recruiter.id), **more)

    def edit_requisition(self, requisition_id: str, *, title: str = "", description: str = "") -> None:
        with self.database.writing() as session:
            row = session.get_one(DeskRequisition, int(requisition_id))
            given = self._position(title or row.title, description or row.text, confidential=row.confidential)
            positions.change(session, self.row, row, given, "staff:1")

    def close_requisition(self, requisition_id: str) -> None:
        self._set(requisition_id, "closed")

    def reopen_requisition(self, requisition_id: str) -> None:
        self._set(requisition_id, "open")

    def _set(self, requisition_id: str, status: str) -> None:
        with self.database.writing() as session:
            row = session.get_one(DeskRequisition, int(requisition_id))
            positions.set_status(session, self.row, row, status, "staff:1")

    def delete_requisition(self, requisition_id: str) -> None:
        with self.database.writing() as session:
            positions.remove(session, self.row, session.get_one(DeskRequisition, int(requisition_id)), "staff:1")

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        raise NotImplementedError("a manager decides by the link in their mailbox")

    def add_person(self, first_name: str, last_name: str, email: str, **more: Any) -> str:
        with self.database.writing() as session:
            contact = people.Contact(first_name, last_name, (email,), tuple(more.get("phones", ())))
            return str(people.enter(session, self.vault, self.row, contact).key)

    def merge_people(self, old: str, into: str) -> None:
        with self.database.writing() as session:
            rows = (session.get_one(DeskPerson, int(id)) for id in (old, into))
            people.merge(session, self.vault, *rows)

    def delete_person(self, person_id: str) -> None:
        with self.database.writing() as session:
            people.remove(session, session.get_one(DeskPerson, int(person_id)))

    def plan_interview(self, application_id: str, starts_at: datetime, *, by: str = "", name: str = "面接") -> str:
        with self.database.writing() as session:
            made = pipeline.plan(
                session,
                self.row,
                session.get_one(DeskApplication, int(application_id)),
                kind="casual" if "カジュアル" in name else "interview",
                starts_at=starts_at,
                minutes=60,
                interviewer=session.get_one(DeskColleague, int(by or self.manager.id)),
                by="staff:1",
            )
            return str(made.key)

    def set_interview(self, interview_id: str, status: str) -> None:
        with self.database.writing() as session:
            pipeline.set_meeting(
                session, self.row, session.get_one(DeskInterview, int(interview_id)), status, "staff:1"
            )

    # Looking.

    def there(self, requisition_id: str) -> There:
        called = names("ja")
        with self.database.reading() as session:
            row = session.get_one(DeskRequisition, int(requisition_id))
            entries = []
            for one in pipeline.standing(session, self.vault, row.key):
                entries.append(
                    EntryThere(
                        application_id=str(one.application.key),
                        person_id=str(one.person.key),
                        stage=called.get(one.application.stage, ""),
                        status=one.application.status,
                        emails=one.contact.emails if one.contact is not None else (),
                        notes=tuple(words for _, words in pipeline.notes(session, self.vault, one.person)),
                        tags=tuple(one.person.tags),
                        files=tuple(name for _, name in pipeline.files(session, self.vault, one)),
                    )
                )
            notes = tuple(words for _, words in positions.notes(session, self.vault, row))
        return There(notes=notes, entries=tuple(entries))

    def writes(self) -> dict[str, int]:
        """How many rows of each kind there are, and how many tags: what a write that finds itself adds nothing to."""
        with self.database.reading() as session:
            counted = {
                table.__name__: len(session.exec(select(table.id)).all())
                for table in (DeskPerson, DeskApplication, DeskNote, DeskFile)
            }
            return counted | {"tags": sum(len(tags) for tags in session.exec(select(DeskPerson.tags)))}

    # Trouble.

    def misbehave(self, kind: str, **how: Any) -> None:
        self.misbehaviour.order(kind, **how)

    def behave(self) -> None:
        self.misbehaviour.clear()

    def in_trouble(self, name: str, call: Callable[[], Any]) -> Any:
        struck = (self.misbehaviour.strikes(kind, path=f"/{name}", write=name in WRITES) for kind in TROUBLE)
        order = next((one for one in struck if one is not None), None)
        if order is None:
            return call()
        if order.kind == "too_many_requests":
            raise ATSError("the desk is busy", status=429, retry_after=1.0)
        if order.kind == "server_error":
            raise ATSError("the database went away", status=500, unknown=name in WRITES)
        if order.kind in ("late_write", "slow"):
            timer = threading.Timer(order.delay, call)
            timer.start()
            self._late.append(timer)
            raise ATSError("no answer in time", status=504, unknown=True)
        done = call()
        if order.kind in ("drop_answer", "error_after_write"):
            raise ATSError("the database went away at the commit", unknown=name in WRITES)
        return done

    def close(self) -> None:
        for timer in self._late:
            timer.join()
        self.database.close()
        self._folder.cleanup()
