"""Sync tokens: how a list is asked only for what changed.

Ashby hands one out with a list's last page. Each is kept with the time its list began, so that a sweep over an
overlapping window finds one old enough. They live in the connection's `TokenStore`, which Ashby's key needs for nothing
else; without them, or when Ashby refuses one, a list is read whole.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta

from connectors.base import ATSError, TokenStore

KEPT = 6
APART = timedelta(minutes=5)
"""So that those kept reach back further than a sweep's overlap, however often it runs."""


class Marks:
    """The sync tokens of one connection, by list."""

    def __init__(self, tokens: TokenStore) -> None:
        self._tokens = tokens

    def before(self, name: str, since: datetime) -> str:
        """The newest token of a list that began at or before `since`, "" for none."""
        standing = [(began, token) for began, token in _read(self._tokens.current()).get(name, []) if began <= since]
        return max(standing)[1] if standing else ""

    def add(self, name: str, began: datetime, token: str) -> None:
        """Keep a token. That it can't be kept is no harm: the next list is read whole."""

        def change(stored: str | None) -> str:
            kept = _read(stored)
            own = sorted(kept.get(name, []))
            if not own or began - own[-1][0] >= APART:
                kept[name] = [*own, (began, token)][-KEPT:]
            return _write(kept)

        with contextlib.suppress(ATSError):
            self._tokens.exclusive(change)

    def forget(self, name: str) -> None:
        """Forget the tokens of a list, after Ashby refused one."""

        def change(stored: str | None) -> str:
            kept = _read(stored)
            kept.pop(name, None)
            return _write(kept)

        with contextlib.suppress(ATSError):
            self._tokens.exclusive(change)


Kept = dict[str, list[tuple[datetime, str]]]


def _read(stored: str | None) -> Kept:
    try:
        whole = json.loads(stored or "{}")
        return {
            name: [(datetime.fromisoformat(began), str(token)) for began, token in marks]
            for name, marks in whole.items()
        }
    except (ValueError, TypeError, AttributeError):
        return {}


def _write(kept: Kept) -> str:
    return json.dumps({name: [[began.isoformat(), token] for began, token in marks] for name, marks in kept.items()})
