"""The commit behind every door: deliveries that arrive together share one transaction, and so one fsync.

A vendor waits while its webhook is stored, and SQLite has one writer. So requests hand what they want stored to one
thread; it takes all that wait at that moment, stores them in one transaction, and answers each only after the commit.
Alone, a delivery waits for nobody. PostgreSQL has many writers: there a few threads do this, so that those who arrive
during a commit need not wait for it.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import DBAPIError

from plugin.database import Database
from plugin.work.deliveries import Sealed, accept_sealed

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 64
WRITERS = 3
"""Transactions at once on PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One delivery that waits to be stored."""

    sealed: Sealed
    stored: Future[bool] = field(default_factory=Future)


class Receiver:
    """Stores deliveries for one process. `store` returns after the commit: True when new, False when it came before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[Arrived | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def store(self, sealed: Sealed, *, timeout: float = 25.0) -> bool:
        """Store it and the job that reads it. Raises `DBAPIError` or `TimeoutError` when it may not be stored."""
        with self._lock:
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._run, name=f"receiver-{place}", daemon=True)
                    for place in range(1 if self._database.is_sqlite else WRITERS)
                ]
                for thread in self._threads:
                    thread.start()
        arrived = Arrived(sealed)
        self._waiting.put(arrived)
        return arrived.stored.result(timeout)

    def close(self) -> None:
        """Store what waits, then end the threads."""
        with self._lock:
            threads, self._threads = self._threads, []
        for _ in threads:
            self._waiting.put(None)
        for thread in threads:
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
                keys = accept_sealed(session, [one.sealed for one in together])
        except Exception as error:  # whatever it was, every request that waits must hear of it
            if len(together) == 1:
                together[0].stored.set_exception(error)
                return
            # One of them may be at fault (its connection was deleted meanwhile): each for itself, then.
            log.warning("deliveries_apart", error=type(error).__name__, database=isinstance(error, DBAPIError))
            for one in together:
                self._store_together([one])
            return
        for one, key in zip(together, keys, strict=True):
            one.stored.set_result(key is not None)
