"""The state database: SQLite (WAL, one worker process) or PostgreSQL, the same code on both.

`writing()` opens a transaction that may write (BEGIN IMMEDIATE on SQLite: a deferred one that turns into a writer fails
at once instead of waiting); `reading()` one that does not. Both end with the block.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from plugin.clock import Clock


class Database:
    """One engine and its two kinds of transaction."""

    def __init__(self, url: str, clock: Clock, *, pool_size: int = 10) -> None:
        self.url = url
        self.clock = clock
        self.public_url = ""  # where people reach this installation; stands in links of mails written in a transaction
        self.is_sqlite = url.startswith("sqlite")
        # Errors name the statement and not what was put into it.
        options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 20, "hide_parameters": True}
        if self.is_sqlite:
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": 30, "check_same_thread": False}
        else:
            options["pool_pre_ping"] = True
            options["connect_args"] = answering(url)
        self.engine: Engine = create_engine(url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that commits when the block ends well, and rolls back otherwise."""
        engine = self.engine.execution_options(kakuyaku_writes=True)
        with Session(engine, expire_on_commit=False) as session:
            session.info["clock"], session.info["public_url"] = self.clock, self.public_url
            with session.begin():
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            session.info["clock"], session.info["public_url"] = self.clock, self.public_url
            yield session

    def close(self) -> None:
        self.engine.dispose()


def answering(url: str) -> dict[str, Any]:
    """Connection arguments that give up on a server which takes a connection and says nothing."""
    return {} if "connect_timeout=" in url else {"connect_timeout": 15}


NO_KEY_UPDATE: dict[str, Any] = {"key_share": True}
"""`with_for_update=` for a row that others refer to: FOR NO KEY UPDATE on PostgreSQL.

Plain FOR UPDATE would also stop whoever inserts or changes a row that refers to this one, and two transactions that each
hold one such row and touch the other's children would deadlock.
"""


def now_of(session: Session) -> datetime:
    """The time of the clock the session's database was opened with."""
    clock: Clock = session.info["clock"]
    return clock.now()


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    # Python's sqlite3 opens transactions by its own rules; we say BEGIN ourselves (SQLAlchemy's documented recipe).
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: a webhook answered 200 must survive a power cut, not only a crash.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("kakuyaku_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def open_database(url: str, clock: Clock) -> Database:
    return Database(url, clock)
