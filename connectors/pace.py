"""Keeping to a vendor's rate limit: calls wait their turn instead of being refused.

A bucket of `Rate.calls` that refills evenly over `Rate.seconds`. It is one process's: several processes on one account
are kept apart by the vendor's 429, which holds all of them off.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.records import Rate


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """What waiting is measured by: seconds that only grow, and a way to let them pass."""

    now: Callable[[], float]
    sleep: Callable[[float], None]


REAL = Timekeeper(time.monotonic, time.sleep)


def rate_of(rate: Rate, options: Mapping[str, str]) -> Rate:
    """The rate in force: the connection's `rate_calls` and `rate_seconds` where set. Raises ValueError for no number."""
    calls, seconds = options.get("rate_calls"), options.get("rate_seconds")
    try:
        given = Rate(int(calls or rate.calls), float(seconds or rate.seconds), rate.published)
    except ValueError:
        raise ValueError("the options rate_calls and rate_seconds must be numbers") from None
    if given.calls < 1 or not 0 < given.seconds <= 86_400:
        raise ValueError("the options rate_calls and rate_seconds must be above 0 (at most a day)")
    return given


class Pace:
    """No more than `rate.calls` in any `rate.seconds`, first come first served. Thread-safe."""

    def __init__(self, rate: Rate, timekeeper: Timekeeper = REAL) -> None:
        self.rate = rate
        self._time = timekeeper
        self._lock = threading.Lock()
        self._taken: deque[float] = deque(maxlen=rate.calls)

    def take(self) -> None:
        """Wait until one more call keeps to the rate."""
        with self._lock:
            now = self._time.now()
            if len(self._taken) == self.rate.calls:
                free_at = self._taken[0] + self.rate.seconds
                if free_at > now:
                    self._time.sleep(free_at - now)
                    now = max(self._time.now(), free_at)
            self._taken.append(now)
