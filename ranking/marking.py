"""A few people scored with every unit's status: by the first reading, or by both, and explained in a given order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ranking.columns import Block, pick
from ranking.evidence import explain
from ranking.groups import grouped_people
from ranking.market import Seen
from ranking.plan import Plan
from ranking.questions import question_of
from ranking.score import Scores, evaluate
from ranking.values import Estimate, Profile, Quote, Scored, ScoreGroup

if TYPE_CHECKING:
    from ranking.rereading import Rereader


@dataclass(frozen=True)
class Marked:
    """The people of a block with their scores. `without`: by the plan without guidance, if there is one."""

    block: Block
    scores: Scores
    quotes: Sequence[Mapping[int, Quote]] | None
    without: Sequence[int] | None


@dataclass(frozen=True)
class Again:
    """Those who were read again; who has left the store meanwhile is in no list. `before`: their first scores."""

    marked: Marked
    profiles: Mapping[str, Profile]
    before: Sequence[int]

    @property
    def order(self) -> list[int]:
        """Rows of the block, best second score first, ties by id."""
        ids = self.marked.block.ids.tolist()
        rows = [row for row, raw in enumerate(ids) if raw.decode() in self.profiles]
        return sorted(rows, key=lambda row: (-int(self.marked.scores.score[row]), ids[row]))

    @property
    def best(self) -> list[int]:
        return [int(self.marked.scores.score[row]) for row in self.order]

    @property
    def estimate(self) -> Estimate:
        moved = [int(self.marked.scores.score[row]) - int(self.before[row]) for row in self.order] or [0]
        low, high = np.quantile(moved, (0.05, 0.95), method="nearest")
        return Estimate(len(self.order), int(low), int(high))

    def groups(self, floor: int) -> tuple[ScoreGroup, ...]:
        rows = [row for row in self.order if self.marked.scores.score[row] >= floor]
        block = self.marked.block
        return grouped_people(self.marked.scores.score[rows], block.ids[rows], block.revisions[rows])


def picked(plan: Plan, plain: Plan | None, seen: Sequence[Seen], places: Sequence[tuple[int, int]]) -> Block:
    """Take the people at these places out, with all the concepts the plans ask for."""
    units = (*plan.units, *(plain.units if plain else ()))
    asked = [question_of(unit) for unit in units]
    concepts = {concept for question in asked for concept in (*question.concepts, *question.related)}
    return pick([one.block for one in seen], places, sorted(concepts))


def marked_people(
    plan: Plan,
    plain: Plan | None,
    block: Block,
    profiles: Mapping[str, Profile],
    month: int | None,
    rereader: Rereader | None,
) -> Marked:
    """Score a block's people, by the first reading or, with a rereader, by both."""
    scores, bare = evaluate(plan, block, month), evaluate(plain, block, month) if plain else None
    if rereader is None:
        return Marked(block, scores, None, bare.score.tolist() if bare else None)
    again = rereader.read_again(scores, block, profiles, month)
    if bare is not None:
        bare = rereader.read_again(bare, block, profiles, month).scores
    return Marked(block, again.scores, again.quotes, bare.score.tolist() if bare else None)


def explained(marked: Marked, profiles: Mapping[str, Profile], rows: Sequence[int] | None = None) -> Iterable[Scored]:
    """Explain people in the order given (all, in the block's order); who is in no profile is left out."""
    ids = marked.block.ids.tolist()
    for row in range(len(ids)) if rows is None else rows:
        profile = profiles.get(ids[row].decode())
        if profile is not None:
            yield explain(
                marked.scores,
                row,
                profile,
                None if marked.without is None else marked.without[row],
                None if marked.quotes is None else marked.quotes[row],
            )
