"""Who is in an ATS, by address and name, where its API can be searched for neither and only lists people.

The book is read once from the list, page by page, then kept up from the top of the list, which is sorted by when a
person last moved. What moves nobody (an address edited on an old record, where the list is sorted by something else) is
seen with the next whole reading. Kept in memory only.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from connectors.pace import Timekeeper
from connectors.records import Candidate

FRESH = 60.0
"""Seconds for which a look may be as old as the last one; a look before a write never is."""
HOURS = 24.0
"""How often the whole list is read again."""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as the list shows them. `since`: when they came; `moved_at`: what the list is sorted by, latest first."""

    candidate: Candidate
    since: datetime | None
    moved_at: datetime | None
    ours: bool = False  # a calibration person: shown to nobody


ReadPage = Callable[[int], tuple[Sequence[Known], bool]]
"""Read a page of the list (from 1), and say whether another follows."""


class Book:
    """One account's own in this process, whichever thread's connector looks. Thread-safe; about a kilobyte a person.

    `hints`: where something was last found, to be tried first and never relied upon.
    """

    def __init__(self, timekeeper: Timekeeper, hours: float = HOURS) -> None:
        self._time, self._whole_every = timekeeper, 3600 * hours
        self._lock = threading.Lock()
        self._known: dict[str, Known] = {}
        self._by_address: dict[str, set[str]] = {}
        self._next = 1  # the page a whole reading goes on at
        self._read_at: float | None = None
        self._looked_at = 0.0
        self._latest: datetime | None = None
        self._top: datetime | None = None  # what was latest when the whole reading began
        self.hints: dict[tuple[str, str], str] = {}

    def look(self, page: ReadPage, *, now: bool = False) -> None:
        """Bring the book up to date; `now` however recently that was done.

        A whole reading that a limit or an error cuts off goes on at its page when somebody looks again; until it is
        done, looking raises what stopped it.
        """
        with self._lock:
            at = self._time.now()
            if self._read_at is not None and at - self._read_at > self._whole_every:
                self._known, self._by_address, self._latest, self._read_at, self._next = {}, {}, None, None, 1
            if self._read_at is None:
                self._read_whole(page)
                if self._next > 2 and self._top is not None:  # who moved meanwhile stands above where we read
                    self._read_top(page, self._top)
                self._read_at = self._looked_at = at
            elif now or at - self._looked_at > FRESH:
                self._read_top(page, self._latest)
                self._looked_at = at

    def changed(self) -> None:
        """We have entered somebody ourselves: the next look is taken now."""
        with self._lock:
            self._looked_at = float("-inf")

    def _read_whole(self, page: ReadPage) -> None:
        more = True
        while more:
            found, more = page(self._next)
            self._take(found)
            if self._next == 1:
                self._top = self._latest
            self._next += 1

    def _read_top(self, page: ReadPage, until: datetime | None) -> None:
        """Turn pages until one ends behind `until`; only then does what was newest move on."""
        number, more, before = 1, True, self._latest
        try:
            while more:
                found, more = page(number)
                self._take(found)
                last = found[-1].moved_at if found else None
                if until is not None and (last is None or last < until):
                    return
                number += 1
        except BaseException:
            self._latest = before  # cut off: the next look begins at the top again, and goes as far down
            raise

    def _take(self, found: Sequence[Known]) -> None:
        for one in found:
            if one.moved_at is not None:
                self._latest = max(self._latest, one.moved_at) if self._latest else one.moved_at
            self._put(one)

    def _put(self, one: Known) -> None:
        id = one.candidate.id
        self._drop(id)
        if one.ours:
            return
        self._known[id] = one
        for address in one.candidate.emails:
            self._by_address.setdefault(_fold(address), set()).add(id)

    def _drop(self, id: str) -> None:
        known = self._known.pop(id, None)
        for address in known.candidate.emails if known else ():
            self._by_address.get(_fold(address), set()).discard(id)

    def at(self, address: str) -> list[str]:
        """The ids under an address, oldest first."""
        with self._lock:
            return self._oldest_first(self._by_address.get(_fold(address), set()))

    def of_same_person(self, id: str) -> list[str]:
        """The ids of whoever `id` is, itself among them: those under the same address."""
        with self._lock:
            known = self._known.get(id)
            found = {id}
            for address in known.candidate.emails if known else ():
                found |= self._by_address.get(_fold(address), set())
            return self._oldest_first(found)

    def named(self, name: str) -> list[Candidate]:
        wanted = "".join(name.casefold().split())
        with self._lock:
            people = [known.candidate for known in self._known.values()]
        return [one for one in people if wanted in _orders(one)]

    def found(self, *, email: str, name: str) -> list[Candidate]:
        """Whoever is under an address (and called `name`, where one is given), else all of that name.

        Several records under one address are one person: the newest stands for them.
        """
        if not email:
            return sorted(self.named(name), key=lambda one: one.id) if name else []
        ids = self.at(email)
        newest = self.candidate(ids[-1]) if ids else None
        if newest is None or (name and newest.id not in {one.id for one in self.named(name)}):
            return []
        return [newest]

    def candidate(self, id: str) -> Candidate | None:
        with self._lock:
            known = self._known.get(id)
            return known.candidate if known else None

    def forget(self, id: str) -> None:
        """Somebody who is gone."""
        with self._lock:
            self._drop(id)

    def _oldest_first(self, ids: set[str]) -> list[str]:
        def key(id: str) -> tuple[str, str]:
            known = self._known.get(id)
            return (known.since.isoformat() if known and known.since else "", id)

        return sorted(ids, key=key)


_shared: WeakValueDictionary[tuple[str, str, str], Book] = WeakValueDictionary()
_sharing = threading.Lock()


def book_of(vendor: str, secret: str, options: Mapping[str, str], timekeeper: Timekeeper) -> Book:
    """The book of an account: one for all connectors the plugin builds for a connection (option `account`), as long as
    any of them lives; of its own for a connector without. Another `secret` may be another account, so it is another book.
    """
    hours = float(options.get("book_hours") or HOURS)
    account = options.get("account", "")
    if not account:
        return Book(timekeeper, hours)
    key = (vendor, account, hashlib.sha256(secret.encode()).hexdigest())
    with _sharing:
        found = _shared.get(key)
        if found is None:
            found = _shared[key] = Book(timekeeper, hours)
        return found


def _fold(address: str) -> str:
    return address.strip().casefold()


def _orders(one: Candidate) -> set[str]:
    given, family = one.first_name, one.last_name
    return {"".join(order.casefold().split()) for order in (given + family, family + given)} - {""}
