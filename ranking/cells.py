"""Who stands behind one cell of the market table: found anew, since a calibration keeps counts, not who is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ranking.census import Census, of_every_block
from ranking.columns import UNKNOWN_16, Block, Snapshot
from ranking.market import PAY_UNIT, filters_of
from ranking.plan import make_plan
from ranking.questions import WRITTEN, language_answer
from ranking.tables import in_force
from ranking.values import Guidance, Requirement

_MILLION = 1_000_000 // PAY_UNIT


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, as in `values.LanguageTally`: `low` ≤ desired pay < `high` in millions of JPY; both None is unknown."""

    language: str
    level: int
    basis: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """One of the people in a cell, with the score as written."""

    profile_id: str
    score: int
    contactable: bool


def people_of(
    snapshot: Snapshot,
    requirement: Requirement,
    guidance: Guidance | None,
    cell: Cell,
    *,
    line: int,
    limit: int,
    reference_date: date,
) -> tuple[int, tuple[Member, ...]]:
    """Count who is in a cell at a line (score without the language dimension) and list the best of them by score, then id.

    The store may have changed since the calibration was counted: the figure may differ a little from the table's.
    """
    with in_force(snapshot.frozen):
        return _people_of(snapshot, requirement, guidance, cell, line, limit, reference_date)


def _people_of(
    snapshot: Snapshot,
    requirement: Requirement,
    guidance: Guidance | None,
    cell: Cell,
    line: int,
    limit: int,
    reference_date: date,
) -> tuple[int, tuple[Member, ...]]:
    census = Census([make_plan(requirement, guidance)], reference_date.year * 12 + reference_date.month - 1)
    filters = filters_of(requirement)

    def look(block: Block) -> tuple[int, list[tuple[int, bytes, bool]]]:
        marks = census.mark(block)
        inside = filters.reach(block) & (marks.without_language >= line) & _in(cell, block)
        rows = np.flatnonzero(inside)
        scores = marks.scores[0][rows]
        if len(rows) > limit:  # everyone tied with the last kept, so that ties fall by id over all blocks
            least = np.partition(scores, -limit)[-limit]
            kept = scores >= least
            rows, scores = rows[kept], scores[kept]
        listed = zip(scores.tolist(), block.ids[rows].tolist(), block.contactable[rows].tolist(), strict=True)
        return int(np.count_nonzero(inside)), [(score, one, bool(reach)) for score, one, reach in listed]

    found = of_every_block(look, snapshot.blocks)
    best = sorted((one for _count, some in found for one in some), key=lambda one: (-one[0], one[1]))[:limit]
    return sum(count for count, _some in found), tuple(Member(one.decode(), score, reach) for score, one, reach in best)


def _in(cell: Cell, block: Block) -> NDArray[np.bool_]:
    answer = WRITTEN if cell.basis == "written" else cell.level + 1
    speaks: NDArray[np.bool_] = (language_answer(block, cell.language) & 7) == answer
    unknown = block.desired_pay == UNKNOWN_16
    if cell.low is None:
        speaks &= unknown
        return speaks
    wants: NDArray[np.bool_] = speaks & ~unknown & (block.desired_pay >= cell.low * _MILLION)
    if cell.high is not None:
        wants &= block.desired_pay < cell.high * _MILLION
    return wants
