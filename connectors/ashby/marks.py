"""Sync tokens: how a list is asked only for what changed.

Ashby hands one out with a list's last page. Each is kept with the time it was handed out, so that a sweep over an
overlapping window finds one old enough. They are kept in memory: after a restart, or when Ashby refuses one, a list is
read whole once.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

KEPT = 6
APART = timedelta(minutes=5)
"""So that those kept reach back further than a sweep's overlap, however often it runs."""

_shared: dict[str, Marks] = {}
_lock = threading.Lock()


class Marks:
    """The sync tokens of one account, by list. Thread-safe."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[datetime, str], ...]] = {}

    @classmethod
    def of(cls, account: str) -> Marks:
        """Those of an account, which every connector to it in this process shares; new ones where it has no name."""
        if not account:
            return cls()
        with _lock:
            return _shared.setdefault(account, cls())

    def before(self, name: str, since: datetime) -> str:
        """The newest token of a list that was handed out at or before `since`, "" for none."""
        standing = [mark for mark in self._kept.get(name, ()) if mark[0] <= since]
        return max(standing)[1] if standing else ""

    def add(self, name: str, at: datetime, token: str) -> None:
        with _lock:
            own = self._kept.get(name, ())
            if not own or at - own[-1][0] >= APART:
                self._kept[name] = (*own, (at, token))[-KEPT:]

    def forget(self, name: str) -> None:
        """Forget the tokens of a list, after Ashby refused one."""
        with _lock:
            self._kept.pop(name, None)
