"""What the score reads of everybody: columns, concept postings and int8 vectors, in blocks of 65,536 people.

A block's arrays are read-only and may be memory-mapped; a snapshot is an immutable tuple of blocks. Small blocks keep
one unit's working arrays inside the processor's cache and let postings be 16-bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.encoder import DIMENSIONS, encode
from ranking.facts import Facts, read_facts
from ranking.tables import Tables
from ranking.values import Profile

BLOCK = 65_536
UNKNOWN = -1
UNKNOWN_16 = 65_535

COLUMNS: tuple[tuple[str, str], ...] = (
    ("revisions", "<i4"),
    ("signals", "u1"),  # bits of `ranking.facts`
    ("japanese", "u1"),  # level + 1; 0 unknown
    ("english", "u1"),
    ("months", "<u2"),  # of experience; UNKNOWN_16 unknown
    ("open_since", "<u2"),  # month number (year × 12 + month − 1) since which a job is still running; 0 none
    ("desired_pay", "<u2"),  # in 10,000 JPY a year, rounded up; UNKNOWN_16 unknown
    ("places", "u1"),  # prefecture 1–47; 0 unknown
    ("contactable", "u1"),
)
"""The plain columns of a block and their types as they lie on disk."""


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the score sees them. Levels, pay and months are UNKNOWN when absent, `place` is ""."""

    id: str
    revision: int
    concepts: tuple[str, ...]
    denied: tuple[str, ...]
    signals: int
    japanese: int
    english: int
    years: float
    open_since: int
    desired_pay: int
    place: str
    contactable: bool
    vector: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Postings:
    """Which rows of a block have which concept: `rows[offsets[n]:offsets[n + 1]]`, ascending, for concept number n."""

    numbers: dict[str, int]
    offsets: NDArray[np.uint32]
    rows: NDArray[np.uint16]

    def of(self, concept: str) -> NDArray[np.uint16]:
        number = self.numbers.get(concept)
        if number is None:
            return self.rows[:0]
        return self.rows[int(self.offsets[number]) : int(self.offsets[number + 1])]


@dataclass(frozen=True, slots=True)
class Block:
    """Up to BLOCK people. `ids` are UTF-8 bytes (no newline in them), in any order; `alive` None when all are."""

    ids: NDArray[np.bytes_]
    revisions: NDArray[np.int32]
    signals: NDArray[np.uint8]
    japanese: NDArray[np.uint8]
    english: NDArray[np.uint8]
    months: NDArray[np.uint16]
    open_since: NDArray[np.uint16]
    desired_pay: NDArray[np.uint16]
    places: NDArray[np.uint8]
    contactable: NDArray[np.uint8]
    vectors: NDArray[np.int8]  # (people, DIMENSIONS)
    postings: Postings
    denials: Postings
    alive: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everybody at one moment. `number`: the last journal row in it. `people`: how many are alive.

    `frozen`: the tables their vectors were made by, None for the shipped ones.
    """

    blocks: tuple[Block, ...]
    number: int
    people: int
    frozen: Tables | None = None


def row_of(facts: Facts) -> Row:
    """Work out a person's row from what is known of them; the one way into the score, with or without a store."""
    profile = facts.profile
    return Row(
        id=profile.id,
        revision=profile.revision,
        concepts=facts.concepts,
        denied=facts.denied,
        signals=facts.signals,
        japanese=UNKNOWN if profile.japanese is None else int(profile.japanese),
        english=UNKNOWN if profile.english is None else int(profile.english),
        years=UNKNOWN if facts.years is None else float(facts.years),
        open_since=UNKNOWN if facts.open_since is None else facts.open_since,
        desired_pay=UNKNOWN if profile.desired_pay is None else profile.desired_pay,
        place=profile.place or "",
        contactable=profile.contactable,
        vector=encode(facts.readable, facts.concepts),
    )


def block_of(rows: Sequence[Row]) -> Block:
    """Lay up to BLOCK rows out as a block, in the order given."""
    if len(rows) > BLOCK:
        raise ValueError(f"A block holds {BLOCK} people, not {len(rows)}.")
    ids = [row.id.encode() for row in rows]
    return Block(
        ids=np.array(ids, dtype=f"S{max([1, *map(len, ids)])}"),
        revisions=np.array([row.revision for row in rows], np.int32),
        signals=np.array([row.signals for row in rows], np.uint8),
        japanese=np.array([row.japanese + 1 for row in rows], np.uint8),
        english=np.array([row.english + 1 for row in rows], np.uint8),
        months=np.array(
            [UNKNOWN_16 if row.years < 0 else min(round(row.years * 12), 1_200) for row in rows], np.uint16
        ),
        open_since=np.array([max(0, row.open_since) for row in rows], np.uint16),
        desired_pay=np.array(
            [UNKNOWN_16 if row.desired_pay < 0 else min(-(-row.desired_pay // 10_000), 65_534) for row in rows],
            np.uint16,
        ),
        places=np.array([int(row.place) if row.place else 0 for row in rows], np.uint8),
        contactable=np.array([row.contactable for row in rows], np.uint8),
        vectors=np.array([row.vector for row in rows], np.int8).reshape(len(rows), DIMENSIONS),
        postings=_postings([row.concepts for row in rows]),
        denials=_postings([row.denied for row in rows]),
    )


def blocks_of(rows: Iterable[Row]) -> tuple[Block, ...]:
    """Lay rows out in as many blocks as they need."""
    listed = list(rows)
    return tuple(block_of(listed[start : start + BLOCK]) for start in range(0, len(listed), BLOCK))


def blocks_of_profiles(profiles: Iterable[Profile]) -> tuple[Block, ...]:
    """Lay out profiles that are in no store."""
    return blocks_of(row_of(read_facts(profile)) for profile in profiles)


def pick(blocks: Sequence[Block], places: Sequence[tuple[int, int]], concepts: Iterable[str]) -> Block:
    """Take a few people, (number of the block, row), out as a block in the order given.

    Its postings know these concepts only.
    """
    columns = {
        name: np.concatenate([getattr(blocks[0], name)[:0], *(getattr(blocks[b], name)[r : r + 1] for b, r in places)])
        for name in ("ids", *(name for name, _ in COLUMNS), "vectors")
    }
    sought = tuple(concepts)
    found = [[c for c in sought if _has(blocks[b].postings.of(c), r)] for b, r in places]
    denied = [[c for c in sought if _has(blocks[b].denials.of(c), r)] for b, r in places]
    return Block(**columns, postings=_postings(found), denials=_postings(denied))


def _has(rows: NDArray[np.uint16], row: int) -> bool:
    at = int(np.searchsorted(rows, np.uint16(row)))
    return at < len(rows) and int(rows[at]) == row


def _postings(lists: Sequence[Sequence[str]]) -> Postings:
    found: dict[str, list[int]] = {}
    for number, concepts in enumerate(lists):
        for concept in concepts:
            found.setdefault(concept, []).append(number)
    names = sorted(found)
    lengths = [len(found[name]) for name in names]
    return Postings(
        {name: n for n, name in enumerate(names)},
        np.concatenate(([0], np.cumsum(lengths))).astype(np.uint32),
        np.array([row for name in names for row in found[name]], np.uint16),
    )
