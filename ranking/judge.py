"""Judge everybody at once: order, scores, evidence for the top, and how many people share which values.

`Judge(store).calibrate(...)` runs over a store; `Judge.score_profiles(...)` over profiles in hand, by the same score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from ranking.evidence import explain
from ranking.index import Columns, columns_of_profiles
from ranking.places import within_reach
from ranking.plan import make_plan
from ranking.score import Scores, evaluate, score_version
from ranking.store import ProfileStore
from ranking.values import Calibrated, Guidance, MarketCell, Profile, Requirement, Scored

__all__ = ["Judge", "score_version"]

_LINE_LOWEST, _LINE_HIGHEST, _LINE_RANK = 50, 85, 10


class Judge:
    """Judges the people of one store."""

    def __init__(self, store: ProfileStore) -> None:
        self.store = store

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
        not considered; what is unknown never excludes. Raises `ValueError` when the description asks for nothing.
        """
        begun = perf_counter()
        columns, revision = self.store.snapshot()
        read = perf_counter()
        scores, plain = _evaluate(requirement, guidance, columns, reference_date)
        considered = contradicts_nothing(requirement, columns)
        order = ranked(columns, scores, considered)
        scored = perf_counter()
        cells = market(columns, scores, considered, floor)
        counted = perf_counter()
        best = order[:top]
        profiles = self.store.get([columns.ids[i] for i in best])
        shortlist = tuple(
            explain(scores, int(i), profiles[columns.ids[i]], None if plain is None else int(plain.score[i]))
            for i in best
            if columns.ids[i] in profiles
        )
        above = order[scores.score[order] >= floor]
        return Calibrated(
            score_version=score_version(),
            store_revision=revision,
            universe=len(columns),
            considered=int(considered.sum()),
            proposed_line=proposed_line([int(s) for s in scores.score[order[:_LINE_RANK]]]),
            shortlist=shortlist,
            scores=tuple((columns.ids[i], int(columns.revisions[i]), int(scores.score[i])) for i in above),
            market=cells,
            floor=floor,
            seconds={
                "read": read - begun,
                "score": scored - read,
                "market": counted - scored,
                "evidence": perf_counter() - counted,
            },
        )

    def evidence(
        self,
        requirement: Requirement,
        guidance: Guidance | None,
        ids: Iterable[str],
        *,
        reference_date: date | None = None,
    ) -> list[Scored]:
        """Explain the score of anybody in the store, best first; ids the store doesn't have are left out."""
        profiles = self.store.get(list(ids))
        return self.score_profiles(requirement, guidance, list(profiles.values()), reference_date=reference_date)

    @staticmethod
    def score_profiles(
        requirement: Requirement,
        guidance: Guidance | None,
        profiles: Sequence[Profile],
        *,
        reference_date: date | None = None,
    ) -> list[Scored]:
        """Score profiles without a store: everyone, best first, ties by id. Nobody is removed.

        Raises `ValueError` when the description asks for nothing or two profiles share an id.
        """
        by_id = {profile.id: profile for profile in profiles}
        if len(by_id) != len(profiles):
            raise ValueError("Two profiles share an id: give every profile its own.")
        columns = columns_of_profiles(profiles)
        scores, plain = _evaluate(requirement, guidance, columns, reference_date)
        order = ranked(columns, scores, np.ones(len(columns), np.bool_))
        return [
            explain(scores, int(i), by_id[columns.ids[i]], None if plain is None else int(plain.score[i]))
            for i in order
        ]


def _evaluate(
    requirement: Requirement, guidance: Guidance | None, columns: Columns, reference_date: date | None
) -> tuple[Scores, Scores | None]:
    """Score with the guidance and, if it says anything, without."""
    month = None if reference_date is None else reference_date.year * 12 + reference_date.month - 1
    bent = guidance is not None and any(not unit.refused for unit in guidance.units)
    scores = evaluate(make_plan(requirement, guidance if bent else None), columns, month)
    return scores, evaluate(make_plan(requirement, None), columns, month) if bent else None


def contradicts_nothing(requirement: Requirement, columns: Columns) -> NDArray[np.bool_]:
    """Mark the people whose desired pay and home don't contradict the description; unknown contradicts nothing."""
    mask = np.ones(len(columns), np.bool_)
    if requirement.pay is not None and requirement.pay.value.high is not None:
        mask &= columns.desired_pay <= requirement.pay.value.high
    if requirement.place is not None and (requirement.remote is None or requirement.remote.value != "full"):
        near = within_reach(requirement.place.value)
        mask &= np.isin(columns.places, ["", *sorted(near)])
    return mask


def ranked(columns: Columns, scores: Scores, considered: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Order the considered rows by score, best first; rows lie in the order of their ids, so ties fall by id."""
    rows = np.flatnonzero(considered)
    return rows[np.argsort(-scores.score[rows], kind="stable")]


def proposed_line(best: Sequence[int]) -> int:
    """Propose a line: the score around rank ten, down to a multiple of five, between 50 and 85."""
    if not best:
        return _LINE_LOWEST
    return min(_LINE_HIGHEST, max(_LINE_LOWEST, best[-1] // 5 * 5))


def market(columns: Columns, scores: Scores, considered: NDArray[np.bool_], floor: int) -> tuple[MarketCell, ...]:
    """Count the considered people by score, score without language, levels, desired pay, place and contactability.

    Scores below the floor are counted as 0: no line can lie there, and the cells stay few.
    """
    rows = np.flatnonzero(considered)
    if not len(rows):
        return ()
    score, plain = scores.score[rows], scores.without_language[rows]
    pay = columns.desired_pay[rows]
    place = np.array([int(code) if code else 0 for code in columns.places[rows]], np.int64)
    table = np.stack(
        [
            np.where(score >= floor, score, 0),
            np.where(plain >= floor, plain, 0),
            columns.japanese[rows].astype(np.int64),
            columns.english[rows].astype(np.int64),
            np.where(pay >= 0, pay // 1_000_000, -1),
            place,
            columns.contactable[rows].astype(np.int64),
        ],
        axis=1,
    )
    cells, counts = np.unique(table, axis=0, return_counts=True)
    return tuple(
        MarketCell(s, w, ja, en, band, f"{code:02d}" if code else "", bool(reach), count)
        for (s, w, ja, en, band, code, reach), count in zip(cells.tolist(), counts.tolist(), strict=True)
    )
