"""Keeping to a vendor's rate limit: calls wait their turn instead of being refused.

No more than `Rate.calls` in any `Rate.seconds`, counted for a whole process; several processes on one account are kept
apart by the vendor's 429, which holds all of them off.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from connectors.records import Rate


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """What waiting is measured by: seconds that only grow, and a way to let them pass."""

    now: Callable[[], float]
    sleep: Callable[[float], None]


REAL = Timekeeper(time.monotonic, time.sleep)


def rate_of(rate: Rate, options: Mapping[str, str]) -> Rate:
    """The rate in force: the connection's `rate_calls` and `rate_seconds` where set. Raises ValueError for no number.

    The option `account` names whose calls are counted together: the plugin builds a connector for each of its threads.
    """
    calls, seconds = options.get("rate_calls"), options.get("rate_seconds")
    try:
        given = Rate(
            int(calls or rate.calls), float(seconds or rate.seconds), rate.published, options.get("account", "")
        )
    except ValueError:
        raise ValueError("the options rate_calls and rate_seconds must be numbers") from None
    if given.calls < 1 or not 0 < given.seconds <= 86_400:
        raise ValueError("the options rate_calls and rate_seconds must be above 0 (at most a day)")
    return given


LONGEST = 65.0
"""Most seconds a call waits its turn: whoever calls holds a lease and a thread meanwhile."""


MARGIN = 0.05
"""Seconds a window is taken longer than the vendor's: calls take different times to get there."""

BACKGROUND_SHARE = 0.8
"""What long lists may use of a rate: a yes that comes in meanwhile finds the rest free."""

_mood = threading.local()


@contextmanager
def background() -> Iterator[None]:
    """Inside it this thread's calls leave a part of every rate to others."""
    before = getattr(_mood, "background", False)
    _mood.background = True
    try:
        yield
    finally:
        _mood.background = before


@contextmanager
def before_waiting(tell: Callable[[float], None]) -> Iterator[None]:
    """Inside it `tell` hears before this thread waits for a turn, and how many seconds; what it raises keeps the call back.

    Whoever holds a lease while they call holds it that much longer: their write must not leave after it has run out.
    """
    before: Callable[[float], None] | None = getattr(_mood, "tell", None)

    def both(seconds: float) -> None:
        if before is not None:
            before(seconds)
        tell(seconds)

    _mood.tell = both
    try:
        yield
    finally:
        _mood.tell = before


class Busy(Exception):
    """The calls of this window are used up and the next is too far off to wait for: `seconds` until it may be made."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the next call may be made in {seconds:.0f} s")
        self.seconds = seconds


class _Bucket:
    """The moments of the last calls, of everybody who shares an account."""

    def __init__(self, calls: int) -> None:
        self.lock = threading.Lock()
        self.taken: deque[float] = deque(maxlen=calls)


_shared: WeakValueDictionary[tuple[str, int, float], _Bucket] = WeakValueDictionary()
_sharing = threading.Lock()


def _bucket(rate: Rate) -> _Bucket:
    if not rate.account:
        return _Bucket(rate.calls)
    key = (rate.account, rate.calls, rate.seconds)
    with _sharing:
        found = _shared.get(key)
        if found is None:
            found = _shared[key] = _Bucket(rate.calls)
        return found


class Pace:
    """No more than `rate.calls` in any `rate.seconds`, first come first served. Thread-safe."""

    def __init__(self, rate: Rate, timekeeper: Timekeeper = REAL) -> None:
        self.rate = rate
        self._time = timekeeper
        self._bucket = _bucket(rate)

    def take(self) -> None:
        """Wait until one more call keeps to the rate. Raises `Busy` instead of waiting longer than `LONGEST`."""
        left = LONGEST
        while (wait := self._try()) > 0:
            if wait > left:  # others may have been quicker, again and again
                raise Busy(wait)
            if tell := getattr(_mood, "tell", None):
                tell(wait)
            self._time.sleep(wait)
            left -= wait

    def _try(self) -> float:
        """Take a turn and return 0.0, or the seconds until there may be one."""
        bucket, most = self._bucket, self.rate.calls
        if getattr(_mood, "background", False):
            most = max(1, int(most * BACKGROUND_SHARE))
        with bucket.lock:
            now = self._time.now()
            if len(bucket.taken) >= most:
                wait = bucket.taken[-most] + self.rate.seconds + MARGIN - now
                if wait > 0:
                    return wait
            bucket.taken.append(now)
            return 0.0
