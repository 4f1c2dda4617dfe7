"""What the score reads: columns, concept postings and int8 vectors of everybody, in memory, derived from the store.

A snapshot is immutable; writers change the index and the next snapshot sees it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.encoder import DIMENSIONS, encode
from ranking.facts import Facts, read_facts
from ranking.values import Profile

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the score sees them. Levels, pay and months are UNKNOWN when absent, `place` is ""."""

    id: str
    revision: int
    concepts: tuple[str, ...]
    denied: tuple[str, ...]
    quoted: int
    japanese: int
    english: int
    years: float
    open_since: int
    desired_pay: int
    place: str
    contactable: bool
    vector: NDArray[np.int8]


def row_of(facts: Facts) -> Row:
    """Work out a person's row from what is known of them; the one way into the score, with or without a store."""
    profile = facts.profile
    return Row(
        id=profile.id,
        revision=profile.revision,
        concepts=facts.concepts,
        denied=facts.denied,
        quoted=facts.quoted,
        japanese=UNKNOWN if profile.japanese is None else int(profile.japanese),
        english=UNKNOWN if profile.english is None else int(profile.english),
        years=UNKNOWN if facts.years is None else float(facts.years),
        open_since=UNKNOWN if facts.open_since is None else facts.open_since,
        desired_pay=UNKNOWN if profile.desired_pay is None else profile.desired_pay,
        place=profile.place or "",
        contactable=profile.contactable,
        vector=encode(facts.readable, facts.concepts),
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows, column by column, in the order of their ids. Arrays have one entry per person."""

    ids: tuple[str, ...]
    revisions: NDArray[np.int64]
    quoted: NDArray[np.uint8]
    japanese: NDArray[np.int8]
    english: NDArray[np.int8]
    years: NDArray[np.float64]
    open_since: NDArray[np.int64]
    desired_pay: NDArray[np.int64]
    places: NDArray[np.str_]
    contactable: NDArray[np.bool_]
    vectors: NDArray[np.float32]  # the int8 values; products of float32 are exact up to 2**24, so BLAS may do them
    postings: dict[str, NDArray[np.int64]]
    denials: dict[str, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.ids)

    def with_any(self, concepts: Iterable[str], *, denied: bool = False) -> NDArray[np.bool_]:
        """Mark the people who have (or expressly deny) any of the concepts."""
        mask = np.zeros(len(self.ids), dtype=np.bool_)
        table = self.denials if denied else self.postings
        for concept in concepts:
            rows = table.get(concept)
            if rows is not None:
                mask[rows] = True
        return mask


def columns_of(rows: Sequence[Row]) -> Columns:
    """Lay rows out as columns, sorted by id."""
    ordered = sorted(rows, key=lambda r: r.id)
    return Columns(
        ids=tuple(r.id for r in ordered),
        revisions=np.array([r.revision for r in ordered], np.int64),
        quoted=np.array([r.quoted for r in ordered], np.uint8),
        japanese=np.array([r.japanese for r in ordered], np.int8),
        english=np.array([r.english for r in ordered], np.int8),
        years=np.array([r.years for r in ordered], np.float64),
        open_since=np.array([r.open_since for r in ordered], np.int64),
        desired_pay=np.array([r.desired_pay for r in ordered], np.int64),
        places=np.array([r.place for r in ordered], dtype="U2"),
        contactable=np.array([r.contactable for r in ordered], np.bool_),
        vectors=np.array([r.vector for r in ordered], np.float32).reshape(len(ordered), DIMENSIONS),
        postings=_postings([r.concepts for r in ordered]),
        denials=_postings([r.denied for r in ordered]),
    )


def columns_of_profiles(profiles: Iterable[Profile]) -> Columns:
    """Lay out profiles that are in no store."""
    return columns_of([row_of(read_facts(profile)) for profile in profiles])


def _postings(lists: Sequence[tuple[str, ...]]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, list[int]] = {}
    for number, concepts in enumerate(lists):
        for concept in concepts:
            found.setdefault(concept, []).append(number)
    return {concept: np.array(numbers, np.int64) for concept, numbers in found.items()}


class Index:
    """The rows of one collection; safe to read and write from several threads of one process."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows = {row.id: row for row in rows}
        self._columns: Columns | None = None
        self._lock = threading.Lock()

    def apply(self, upserts: Iterable[Row], deletes: Iterable[str]) -> None:
        """Take rows in and out."""
        with self._lock:
            for row in upserts:
                self._rows[row.id] = row
            for profile_id in deletes:
                self._rows.pop(profile_id, None)
            self._columns = None

    def snapshot(self) -> Columns:
        """Return everybody as columns; the same object until something changes."""
        with self._lock:
            if self._columns is None:
                self._columns = columns_of(list(self._rows.values()))
            return self._columns

    def row(self, profile_id: str) -> Row | None:
        return self._rows.get(profile_id)

    def ids(self) -> set[str]:
        with self._lock:
            return set(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
