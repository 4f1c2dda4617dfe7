"""Who is within reach, and how many of them share which score, language level, desired pay and place.

Pay and place are filters, never points. What is unknown excludes nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.census import Marks
from ranking.columns import UNKNOWN_16, Block
from ranking.places import within_reach
from ranking.questions import WRITTEN, language_answer
from ranking.score import WRITTEN_LEVEL
from ranking.values import PAY_BEYOND, PAY_UNKNOWN, PAY_WITHIN, LanguageTally, Market, Requirement, Tally

PAY_UNIT = 10_000  # JPY; what pay is kept in
SCORES = 101
_BANDS = 52  # millions of JPY, the last but one for 50 and more, the last for unknown
_BAND = 1_000_000 // PAY_UNIT
_LEVELS, _PLACES = 8, 48
LANGUAGES = ("japanese", "english")


@dataclass(frozen=True, slots=True)
class Filters:
    """What pay and place a description states. `high` in PAY_UNIT, rounded up, None when open; `places` as bytes."""

    high: int | None
    places: NDArray[np.bool_] | None

    def reach(self, block: Block) -> NDArray[np.bool_]:
        """Mark who lives within reach of the place, or nobody knows where; people gone from the store never."""
        near = np.ones(len(block), np.bool_) if self.places is None else self.places.take(block.places, mode="wrap")
        return near if block.alive is None else near & block.alive


def filters_of(requirement: Requirement) -> Filters:
    """Read the filters out of a description; a fully remote job reaches everywhere."""
    high = None
    if requirement.pay is not None and requirement.pay.value.high is not None:
        high = -(-requirement.pay.value.high // PAY_UNIT)
    if requirement.place is None or (requirement.remote is not None and requirement.remote.value == "full"):
        return Filters(high, None)
    places = np.zeros(256, np.bool_)
    places[[0, *(int(code) for code in within_reach(requirement.place.value))]] = True
    return Filters(high, places)


def pay_class(block: Block, high: int | None) -> NDArray[np.uint8]:
    """Tell where everybody's desired pay lies (PAY_…) against the upper end of a band, given in PAY_UNIT."""
    unknown = block.desired_pay == UNKNOWN_16
    classes: NDArray[np.uint8] = unknown * np.uint8(PAY_UNKNOWN)
    if high is not None:
        classes += ((block.desired_pay > high) & ~unknown) * np.uint8(PAY_BEYOND)
    return classes


@dataclass(frozen=True, slots=True)
class Seen:
    """One block, scored and filtered. Arrays have one entry a person."""

    block: Block
    marks: Marks
    reach: NDArray[np.bool_]
    pay: NDArray[np.uint8]

    @property
    def considered(self) -> NDArray[np.bool_]:
        """Mark who is within reach and whose desired pay doesn't exceed the band."""
        within: NDArray[np.bool_] = self.pay != PAY_BEYOND
        return self.reach & within


@dataclass(frozen=True, slots=True)
class Counts:
    """What one block adds to the market; arrays of counts, to be added up."""

    reach: int
    considered: int
    people: NDArray[np.int64]  # by score from the floor, pay class, contactable
    languages: tuple[NDArray[np.int64], ...]  # by score without language from the floor, answer, band
    places: NDArray[np.int64]  # by score without language from the floor, place


def see(block: Block, marks: Marks, filters: Filters) -> Seen:
    """Put a block's scores beside its filters."""
    return Seen(block, marks, filters.reach(block), pay_class(block, filters.high))


def count(seen: Seen, floor: int) -> Counts:
    """Count a block's people from the floor up."""
    block, bare = seen.block, seen.marks.without_language
    rows = np.flatnonzero(seen.reach & (bare >= floor))
    base = bare[rows].astype(np.int64) - floor
    pay = block.desired_pay[rows]
    band = np.minimum(pay // np.uint16(_BAND), np.uint16(_BANDS - 2)) + (pay == UNKNOWN_16)
    height = SCORES - floor
    languages = []
    for language in LANGUAGES:
        answer = language_answer(block, language)[rows] & 7
        key = (base * _LEVELS + answer) * _BANDS + band
        languages.append(np.bincount(key, minlength=height * _LEVELS * _BANDS))
    scores = seen.marks.scores[0]
    return Counts(
        int(np.count_nonzero(seen.reach)),
        int(np.count_nonzero(seen.considered)),
        count_people(seen, scores, seen.pay, floor),
        tuple(languages),
        np.bincount(base * _PLACES + block.places[rows], minlength=height * _PLACES),
    )


def count_people(seen: Seen, scores: NDArray[np.uint8], pay: NDArray[np.uint8], floor: int) -> NDArray[np.int64]:
    """Count who is within reach by score, pay class and contactability, from the floor up."""
    rows = np.flatnonzero(seen.reach & (scores >= floor))
    key = (scores[rows].astype(np.int64) - floor) * 6 + pay[rows] * np.uint8(2) + seen.block.contactable[rows]
    return np.bincount(key, minlength=(SCORES - floor) * 6)


def added(counts: Sequence[Counts], floor: int) -> Counts:
    """Add blocks up."""
    height = SCORES - floor
    total = Counts(
        sum(one.reach for one in counts),
        sum(one.considered for one in counts),
        np.zeros(height * 6, np.int64),
        tuple(np.zeros(height * _LEVELS * _BANDS, np.int64) for _ in LANGUAGES),
        np.zeros(height * _PLACES, np.int64),
    )
    for one in counts:
        np.add(total.people, one.people, out=total.people)
        np.add(total.places, one.places, out=total.places)
        for sum_, more in zip(total.languages, one.languages, strict=True):
            np.add(sum_, more, out=sum_)
    return total


def best_scores(seen: Sequence[Seen], counts: Counts, floor: int, rank: int) -> list[int]:
    """List the best scores among the considered, down to a rank."""
    by_score = np.zeros(SCORES, np.int64)
    by_score[floor:] = counts.people.reshape(-1, 3, 2)[:, [PAY_WITHIN, PAY_UNKNOWN], :].sum(axis=(1, 2))
    if by_score.sum() < rank and counts.considered > by_score.sum():
        for one in seen:  # hardly anybody suits: the best are found below the floor
            by_score[:floor] += np.bincount(one.marks.scores[0][one.considered], minlength=SCORES)[:floor]
    best: list[int] = []
    for score in range(SCORES - 1, -1, -1):
        best.extend([score] * min(int(by_score[score]), rank - len(best)))
    return best


def tallies(people: NDArray[np.int64], floor: int) -> tuple[Tally, ...]:
    """Write counts of people out, best score first."""
    found = [
        Tally(int(key) // 6 + floor, int(key) % 6 // 2, bool(key % 2), int(people[key]))
        for key in np.flatnonzero(people)
    ]
    return tuple(sorted(found, key=lambda tally: (-tally.score, tally.pay, tally.contactable)))


def market(counts: Counts, floor: int, universe: int) -> Market:
    """Write the market out."""
    return Market(
        floor,
        universe,
        counts.reach,
        tallies(counts.people, floor),
        {name: _language_tallies(name, table, floor) for name, table in zip(LANGUAGES, counts.languages, strict=True)},
        tuple(
            (int(key) // _PLACES + floor, f"{int(key) % _PLACES:02d}" if key % _PLACES else "", int(counts.places[key]))
            for key in np.flatnonzero(counts.places)
        ),
    )


def _language_tallies(language: str, table: NDArray[np.int64], floor: int) -> tuple[LanguageTally, ...]:
    found = []
    for key in np.flatnonzero(table).tolist():
        score, rest = divmod(key, _LEVELS * _BANDS)
        answer, band = divmod(rest, _BANDS)
        if answer == WRITTEN:
            level, basis = int(WRITTEN_LEVEL[language]), "written"
        else:
            level, basis = answer - 1, "stated" if answer else ""
        found.append(LanguageTally(score + floor, level, basis, -1 if band == _BANDS - 1 else band, int(table[key])))
    return tuple(found)
