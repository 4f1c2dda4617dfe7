"""Who is in HERP, by address and name: HERP's API cannot be searched for either, only listed.

The book is read once from the list (a request per hundred candidacies), then kept up from the top of the list, which is
sorted by when a candidacy's step last moved; entering a candidacy counts as the first move. An address edited on an old
candidacy is seen with the next whole reading (`book_hours`, 24).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.herp import translate
from connectors.herp.hire import Hire
from connectors.herp.shapes import HerpCandidacy
from connectors.pace import Timekeeper
from connectors.records import Candidate

FRESH = 60.0
"""Seconds for which a look may be as old as the last one; a look before a write never is."""
LATEST_FIRST = {"sort": "stepUpdatedAt", "direction": "desc"}


@dataclass(frozen=True, slots=True)
class Known:
    candidate: Candidate
    applied_at: datetime | None


class Book:
    """One process's own. Thread-safe; about a kilobyte a candidacy."""

    def __init__(self, hire: Hire, options: Mapping[str, str], timekeeper: Timekeeper) -> None:
        self._hire, self._options, self._time = hire, options, timekeeper
        self._whole_every = 3600 * float(options.get("book_hours") or 24)
        self._lock = threading.Lock()
        self._known: dict[str, Known] = {}
        self._by_address: dict[str, set[str]] = {}
        self._read_at: float | None = None
        self._looked_at = 0.0
        self._latest: datetime | None = None

    def look(self, *, now: bool = False) -> None:
        """Bring the book up to date; `now` however recently that was done."""
        with self._lock:
            at = self._time.now()
            if self._read_at is None or at - self._read_at > self._whole_every:
                self._read(None)
                self._read_at = self._looked_at = at
            elif now or at - self._looked_at > FRESH:
                self._read(self._latest)
                self._looked_at = at

    def changed(self) -> None:
        """We have entered somebody ourselves: the next look is taken now."""
        with self._lock:
            self._looked_at = float("-inf")

    def _read(self, until: datetime | None) -> None:
        if until is None:
            known: dict[str, Known] = {}
            addresses: dict[str, set[str]] = {}
            for one in self._latest_first(None):
                _put(known, addresses, self._options, one)
            self._known, self._by_address = known, addresses
            return
        for one in self._latest_first(until):
            _put(self._known, self._by_address, self._options, one)

    def _latest_first(self, until: datetime | None) -> Iterator[HerpCandidacy]:
        """Yield candidacies until a page goes behind `until`; remember the newest move seen."""
        number, more, latest = 1, True, self._latest
        while more:
            found, more = self._hire.page("candidacies", HerpCandidacy, number, **LATEST_FIRST)
            for one in found:
                at = translate.moved_at(one)
                latest = max(latest, at) if latest and at else latest or at
                yield one
            last = translate.moved_at(found[-1]) if found else None
            if until is not None and (last is None or last < until):
                break
            number += 1
        self._latest = latest

    def at(self, address: str) -> list[str]:
        """Candidacies under an address, oldest first."""
        with self._lock:
            return self._oldest_first(self._by_address.get(_fold(address), set()))

    def of_same_person(self, id: str) -> list[str]:
        """The candidacies of whoever `id` is, itself among them: those under the same address."""
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

    def candidate(self, id: str) -> Candidate | None:
        with self._lock:
            known = self._known.get(id)
            return known.candidate if known else None

    def forget(self, id: str) -> None:
        """Somebody who is gone."""
        with self._lock:
            known = self._known.pop(id, None)
            for address in known.candidate.emails if known else ():
                self._by_address.get(_fold(address), set()).discard(id)

    def _oldest_first(self, ids: set[str]) -> list[str]:
        def key(id: str) -> tuple[str, str]:
            known = self._known.get(id)
            return (known.applied_at.isoformat() if known and known.applied_at else "", id)

        return sorted(ids, key=key)


def _put(
    known: dict[str, Known], addresses: dict[str, set[str]], options: Mapping[str, str], one: HerpCandidacy
) -> None:
    if translate.is_calibration(options, one):
        return
    before = known.get(one.id)
    for address in before.candidate.emails if before else ():
        addresses.get(_fold(address), set()).discard(one.id)
    candidate = translate.candidate(one)
    known[one.id] = Known(candidate, one.appliedAt)
    for address in candidate.emails:
        addresses.setdefault(_fold(address), set()).add(one.id)


def _fold(address: str) -> str:
    return address.strip().casefold()


def _orders(one: Candidate) -> set[str]:
    given, family = one.first_name, one.last_name
    return {"".join(order.casefold().split()) for order in (given + family, family + given)} - {""}
