"""The commit behind every door: deliveries that arrive together share one transaction, and so one fsync.

A vendor waits while its webhook is stored, and SQLite has one writer. So requests hand what they want stored to one
thread; it takes all that wait at that moment, stores them in one transaction, and answers each only after the commit.
Alone, a delivery waits for nobody.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from plugin.database import Database
from plugin.work.deliveries import accept_sealed

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Arrived:
    """One delivery, verified and sealed, that waits to be stored."""

    employer_id: int
    connection_id: int
    door: str
    body_hash: str
    event_key: str
    sealed: tuple[bytes, bytes, bytes]
    received_at: datetime
    days: int
    stored: Future[bool] = field(default_factory=Future)


class Receiver:
    """Stores deliveries for one process. `store` returns after the commit: True when new, False when it came before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[Arrived | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def store(self, arrived: Arrived, *, timeout: float = 25.0) -> bool:
        """Store it and the job that reads it. Raises `DBAPIError` or `TimeoutError` when it may not be stored."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)
                self._thread.start()
        self._waiting.put(arrived)
        return arrived.stored.result(timeout)

    def close(self) -> None:
        """Store what waits, then end the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join(30)

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            together = [first]
            ending = False
            while len(together) < MOST_AT_ONCE:
                try:
                    more = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    ending = True
                    break
                together.append(more)
            self._store_together(together)
            if ending:
                return

    def _store_together(self, together: list[Arrived]) -> None:
        try:
            with self._database.writing() as session:
                new = [_accept(session, one) for one in together]
        except Exception as error:  # whatever it was, every request that waits must hear of it
            if len(together) == 1:
                together[0].stored.set_exception(error)
                return
            # One of them may be at fault (its connection was deleted meanwhile): each for itself, then.
            log.warning("deliveries_apart", error=type(error).__name__, database=isinstance(error, DBAPIError))
            for one in together:
                self._store_together([one])
            return
        for one, was_new in zip(together, new, strict=True):
            one.stored.set_result(was_new)


def _accept(session: Session, one: Arrived) -> bool:
    return (
        accept_sealed(
            session,
            one.sealed,
            employer_id=one.employer_id,
            connection_id=one.connection_id,
            door=one.door,
            body_hash=one.body_hash,
            event_key=one.event_key,
            received_at=one.received_at,
            days=one.days,
        )
        is not None
    )
