"""Time as an argument: everything that asks what time it is, is handed one of these."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that runs from a chosen moment and can be moved on: stories and tests. Thread-safe."""

    def __init__(self, start: datetime) -> None:
        self._offset = start - datetime.now(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return datetime.now(UTC) + self._offset

    def move(self, by: timedelta) -> None:
        with self._lock:
            self._offset += by

    def move_to(self, moment: datetime) -> None:
        with self._lock:
            self._offset = moment - datetime.now(UTC)
