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

import structlog
from sqlalchemy.exc import DBAPIError

from plugin.database import Database
from plugin.work.deliveries import Sealed, accept_sealed

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 64


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
        self._thread: threading.Thread | None = None

    def store(self, sealed: Sealed, *, timeout: float = 25.0) -> bool:
        """Store it and the job that reads it. Raises `DBAPIError` or `TimeoutError` when it may not be stored."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)
                self._thread.start()
        arrived = Arrived(sealed)
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
