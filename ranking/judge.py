"""Judge everybody at once: order, scores, evidence for the top, the market, and three ways to write the requirement.

`Judge(store).calibrate(...)` runs over a store; `Judge.score_profiles(...)` over profiles in hand, by the same score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ranking.census import Census, of_every_block
from ranking.columns import Block, Snapshot, blocks_of_profiles
from ranking.groups import grouped
from ranking.market import (
    Counts,
    Seen,
    added,
    best_scores,
    count,
    filters_of,
    market,
    see,
)
from ranking.marking import Again, explained, marked_people, picked
from ranking.plan import Plan, make_plan
from ranking.score import evaluate, score_version
from ranking.specifications import Supply, changed, language_ways, specifications
from ranking.tables import in_force
from ranking.values import (
    Calibrated,
    Guidance,
    Profile,
    Requirement,
    Scored,
)

if TYPE_CHECKING:
    from ranking.rereading import Rereader

__all__ = ["Judge", "score_version"]

_LINE_LOWEST, _LINE_HIGHEST, _LINE_RANK = 50, 85, 10


class People(Protocol):
    """What a judge needs of a store."""

    def snapshot(self) -> Snapshot: ...

    def get(self, ids: Sequence[str]) -> dict[str, Profile]: ...


class Judge:
    """Judges the people of one store; with a `rereader` the best of them are read again by a sentence encoder."""

    def __init__(self, store: People, rereader: Rereader | None = None) -> None:
        self.store, self.rereader = store, rereader

    def calibrate(
        self,
        requirement: Requirement,
        guidance: Guidance | None,
        *,
        top: int = 20,
        floor: int = 40,
        reference_date: date,
    ) -> Calibrated:
        """Score everyone, keep those pay and place don't contradict, explain the best and count the rest.

        People whose desired pay exceeds the stated band, or who live out of reach of a place that asks presence, are
        not considered; what is unknown never excludes. `seconds` tells read, score (the market's counts included),
        specifications, groups and evidence apart. Raises `ValueError` when the description asks for nothing.
        """
        run, seen = self._run(requirement, guidance, top=top, floor=floor, reference_date=reference_date)
        begun = perf_counter()
        groups = run.groups if run.table is not None and run.table.estimate else grouped(seen, floor)
        return replace(run, groups=groups, seconds={**run.seconds, "groups": perf_counter() - begun})

    def preview(
        self,
        requirement: Requirement,
        guidance: Guidance | None,
        *,
        top: int = 20,
        floor: int = 40,
        reference_date: date,
    ) -> Calibrated:
        """Do what `calibrate` does, without listing everybody from the floor up: for a description still in writing."""
        return self._run(requirement, guidance, top=top, floor=floor, reference_date=reference_date)[0]

    def evidence(
        self,
        requirement: Requirement,
        guidance: Guidance | None,
        ids: Iterable[str],
        *,
        reference_date: date | None = None,
    ) -> list[Scored]:
        """Explain the score of anybody in the store, best first; ids the store doesn't have are left out."""
        profiles = list(self.store.get(list(ids)).values())
        with in_force(self.store.snapshot().frozen):
            return self.score_profiles(
                requirement, guidance, profiles, reference_date=reference_date, rereader=self.rereader
            )

    @staticmethod
    def score_profiles(
        requirement: Requirement,
        guidance: Guidance | None,
        profiles: Sequence[Profile],
        *,
        reference_date: date | None = None,
        rereader: Rereader | None = None,
    ) -> list[Scored]:
        """Score profiles without a store: everyone, best first, ties by id. Nobody is removed.

        Raises `ValueError` when the description asks for nothing or two profiles share an id.
        """
        by_id = {profile.id: profile for profile in profiles}
        if len(by_id) != len(profiles):
            raise ValueError("Two profiles share an id: give every profile its own.")
        plan, plain = _plans(requirement, guidance)
        found = [
            scored
            for block in blocks_of_profiles(profiles)
            for scored in explained(marked_people(plan, plain, block, by_id, _month(reference_date), rereader), by_id)
        ]
        return sorted(found, key=lambda scored: (-scored.score, scored.profile_id))

    def _run(
        self, requirement: Requirement, guidance: Guidance | None, *, top: int, floor: int, reference_date: date
    ) -> tuple[Calibrated, list[Seen]]:
        begun = perf_counter()
        snapshot = self.store.snapshot()
        with in_force(snapshot.frozen):
            return self._judged(snapshot, begun, requirement, guidance, top, floor, reference_date)

    def _judged(
        self,
        snapshot: Snapshot,
        begun: float,
        requirement: Requirement,
        guidance: Guidance | None,
        top: int,
        floor: int,
        reference_date: date,
    ) -> tuple[Calibrated, list[Seen]]:
        month = _month(reference_date)
        plan, plain = _plans(requirement, guidance)
        ways = language_ways(requirement)
        changes = [make_plan(changed(requirement, way.changes), guidance) for way in ways]
        census = Census([plan, *changes], month)
        filters = filters_of(requirement)
        read = perf_counter()

        def look(block: Block) -> tuple[Seen, Counts]:
            seen = see(block, census.mark(block), filters)
            return seen, count(seen, floor)

        found = of_every_block(look, snapshot.blocks)
        seen = [one for one, _ in found]
        counts = added([more for _, more in found], floor)
        scored = perf_counter()
        again = self._read_again(plan, plain, seen, counts, floor, month)
        best = again.best if again else best_scores(seen, counts, floor, max(top, _LINE_RANK))
        line = proposed_line(best[:_LINE_RANK])
        supply = Supply(requirement, guidance, month, seen, ways, line, floor, filters.high)
        ways_out = specifications(supply) if snapshot.people else ()
        specified = perf_counter()
        if again is not None:
            shortlist = tuple(explained(again.marked, again.profiles, again.order[:top]))
        else:
            shortlist = self._shortlist(plan, plain, seen, _best_places(seen, best[:top], top), month)
        done = perf_counter()
        return Calibrated(
            score_version=self.version,
            store_revision=snapshot.number,
            universe=snapshot.people,
            considered=counts.considered,
            proposed_line=line,
            shortlist=shortlist,
            floor=floor,
            table=replace(market(counts, floor, snapshot.people), estimate=again.estimate if again else None),
            specifications=ways_out,
            groups=again.groups(floor) if again else (),
            seconds={
                "read": read - begun,
                "score": scored - read,
                "specifications": specified - scored,
                "evidence": done - specified,
            },
        ), seen

    def _shortlist(
        self,
        plan: Plan,
        plain: Plan | None,
        seen: Sequence[Seen],
        places: Sequence[tuple[int, int]],
        month: int | None,
    ) -> tuple[Scored, ...]:
        """Explain the people at these places, in their order; who has left the store meanwhile is left out."""
        if not places:
            return ()
        block = picked(plan, plain, seen, places)
        profiles = self.store.get([profile_id.decode() for profile_id in block.ids.tolist()])
        return tuple(explained(marked_people(plan, plain, block, profiles, month, None), profiles))

    def _read_again(
        self,
        plan: Plan,
        plain: Plan | None,
        seen: Sequence[Seen],
        counts: Counts,
        floor: int,
        month: int | None,
    ) -> Again | None:
        """Read the best by the first score again; None without an encoder or with nobody to read."""
        if self.rereader is None:
            return None
        best = best_scores(seen, counts, floor, self.rereader.people)
        if not best:
            return None
        block = picked(plan, plain, seen, _best_places(seen, best, self.rereader.people))
        profiles = self.store.get([profile_id.decode() for profile_id in block.ids.tolist()])
        before = evaluate(plan, block, month).score.tolist()
        return Again(marked_people(plan, plain, block, profiles, month, self.rereader), profiles, before)

    @property
    def version(self) -> str:
        """Name everything a score of this judge depends on."""
        return self.rereader.version if self.rereader is not None else score_version()


def _month(reference_date: date | None) -> int | None:
    return None if reference_date is None else reference_date.year * 12 + reference_date.month - 1


def _plans(requirement: Requirement, guidance: Guidance | None) -> tuple[Plan, Plan | None]:
    """Plan with the guidance and, if it says anything, without."""
    bent = guidance is not None and any(not unit.refused for unit in guidance.units)
    return make_plan(requirement, guidance if bent else None), make_plan(requirement, None) if bent else None


def proposed_line(best: Sequence[int]) -> int:
    """Propose a line: the score around rank ten, down to a multiple of five, between 50 and 85."""
    if not best:
        return _LINE_LOWEST
    return min(_LINE_HIGHEST, max(_LINE_LOWEST, best[-1] // 5 * 5))


def _best_places(seen: Sequence[Seen], best: Sequence[int], top: int) -> list[tuple[int, int]]:
    """Find the people with the best scores as (number of the block, row), best first, ties by id."""
    if not best:
        return []
    candidates: list[tuple[int, bytes, int, int]] = []
    for number, one in enumerate(seen):
        scores = one.marks.scores[0]
        rows = np.flatnonzero(one.considered & (scores >= best[-1]))
        tied = rows[scores[rows] == best[-1]]
        if len(tied) > top:  # of many with the last score only the first ids can be among the top
            ids = one.block.ids[tied]
            rows = np.concatenate([rows[scores[rows] > best[-1]], tied[np.argsort(ids, kind="stable")[:top]]])
        candidates.extend(
            (-int(scores[row]), profile_id, number, int(row))
            for row, profile_id in zip(rows.tolist(), one.block.ids[rows].tolist(), strict=True)
        )
    return [(number, row) for _, _, number, row in sorted(candidates)[:top]]
