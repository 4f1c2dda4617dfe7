"""Keeping to a vendor's rate limit: calls wait their turn instead of being refused.

A bucket of `Rate.calls` that refills evenly over `Rate.seconds`. It is one process's: several processes on one account
are kept apart by the vendor's 429, which holds all of them off.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from connectors.records import Rate


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """What waiting is measured by: seconds that only grow, and a way to let them pass."""

    now: Callable[[], float]
    sleep: Callable[[float], None]


REAL = Timekeeper(time.monotonic, time.sleep)


class Pace:
    """No more than `rate.calls` in any `rate.seconds`, first come first served. Thread-safe."""

    def __init__(self, rate: Rate, timekeeper: Timekeeper = REAL) -> None:
        self.rate = rate
        self._time = timekeeper
        self._lock = threading.Lock()
        self._taken: list[float] = []

    def take(self) -> None:
        """Wait until one more call keeps to the rate."""
        with self._lock:
            now = self._time.now()
            if len(self._taken) >= self.rate.calls:
                free_at = self._taken[-self.rate.calls] + self.rate.seconds
                if free_at > now:
                    self._time.sleep(free_at - now)
                    now = max(self._time.now(), free_at)
            self._taken = [*self._taken[-self.rate.calls + 1 :], now] if self.rate.calls > 1 else [now]
