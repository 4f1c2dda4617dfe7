"""The desk asked what every ATS is: its real books on a throw-away SQLite, with a person's hands (`plugin.demo.desk_there`).

It can't be a stand-in of `connectors.sandbox`, which knows no plugin. There is no wire either: trouble is a layer over the
books that loses answers as a database that goes away at the commit would.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from cryptography.fernet import Fernet
from sqlalchemy import event
from sqlmodel import select

from connectors.base import ATSError
from connectors.sandbox.misbehaviour import Misbehaviour
from plugin.database import Database
from plugin.demo.desk_there import DeskThere
from plugin.desk import colleagues
from plugin.desk.books import DeskBooks
from plugin.migrate import upgrade
from plugin.rows import Connection, DeskApplication, DeskFile, DeskNote, DeskPerson, Employer
from plugin.sealing import Vault
from plugin.settings import Settings
from plugin.work.runtime import assemble

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

        def called(*given: Any, **named: Any) -> Any:
            return self._there.in_trouble(name, lambda: method(*given, **named))

        return called


class DeskStandIn(DeskThere):
    """A desk of its own. `more`: what its connector is built with besides what every connector takes."""

    tells_deletions: ClassVar[bool] = True
    confidential_jobs: ClassVar[bool] = True

    def __init__(self, *, now: Callable[[], datetime] | None = None, **_: Any) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kakuyaku-desk-")
        path = Path(self._folder.name, "desk.sqlite3")
        path.write_bytes(_migrated())
        self.database = Database(f"sqlite:///{path}", _Clock(now or (lambda: datetime.now(UTC))))
        # Nothing here has to survive a power cut.
        event.listen(self.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        vault = Vault([Fernet.generate_key().decode()])
        settings = Settings(data_folder=Path(self._folder.name))
        super().__init__(assemble(settings, self.database, self.database.clock, vault))
        self.misbehaviour = Misbehaviour()
        self._late: list[threading.Timer] = []
        with self.database.writing() as session:
            at = self.database.clock.now()
            employer = Employer(name="株式会社みほん", created_at=at)
            session.add(employer)
            session.flush()
            row = Connection(employer_id=employer.key, url_key="desk", ats="desk", name="desk", created_at=at)
            session.add(row)
            session.flush()
            for one, recruits in ((self.recruiter, True), (self.manager, False), (self.other_manager, False)):
                one.id = str(colleagues.enter(session, row, one.name, one.email, recruits=recruits).key)
        self.point_webhooks("/webhooks/desk", "")
        self.more = {"books": Troubled(self, DeskBooks(self.database, vault, row, "https://kakuyaku.example"))}

    def writes(self) -> dict[str, int]:
        """How many rows of each kind there are, and how many tags: what a write that finds itself adds nothing to."""
        with self.database.reading() as session:
            counted = {
                table.__name__: len(session.exec(select(table.id)).all())
                for table in (DeskPerson, DeskApplication, DeskNote, DeskFile)
            }
            return counted | {"tags": sum(len(tags) for tags in session.exec(select(DeskPerson.tags)))}

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
        call()
        raise ATSError("the database went away at the commit", unknown=name in WRITES)

    def close(self) -> None:
        for timer in self._late:
            timer.join()
        self.work.close()
        self.database.close()
        self._folder.cleanup()
