"""The score: one function of columns, concepts and vectors, in whole hundredths of a point, for any number of people.

Whole numbers throughout, and only elementwise operations, so that a profile scores the same alone, among five and
among five thousand.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ranking.encoder import encode, tables, vector_fingerprint
from ranking.facts import ENGLISH_QUOTED, JAPANESE_QUOTED, YEARS_QUOTED
from ranking.index import Columns
from ranking.lexicon import lexicon
from ranking.plan import CAP, PENALTY, TOTAL, Plan, Unit

SCORE_CODE = 1  # raised by hand when the same tables give another score
NOT_FOUND, MET, RELATED, CONTRADICTED, SIMILARITY = range(5)
STATUSES = ("not_found", "met", "related", "contradicted", "similarity")
_RELATED_SHARE = 0.4
_PHRASE_SHARE = 0.6  # a phrase the lexicon doesn't know is only ever probably met
_YEAR_SLACK = 1.0  # careers are dated by year, so a year short is no contradiction
_STEPS = 64  # steps of the logistic's table per standard deviation


@dataclass(frozen=True, slots=True)
class Scores:
    """Everyone's score. `points` and `statuses` are (people, units); `total` is in hundredths before the cap."""

    plan: Plan
    points: NDArray[np.int64]
    statuses: NDArray[np.int8]
    total: NDArray[np.int64]
    score: NDArray[np.int64]
    without_language: NDArray[np.int64]
    capped: NDArray[np.bool_]


@lru_cache(maxsize=1)
def score_version() -> str:
    """Name everything a score depends on: code, lexicon, projection and scale, pool, logistic."""
    parts = (SCORE_CODE, vector_fingerprint(), lexicon().fingerprint, tables().fingerprint)
    return f"{SCORE_CODE}-" + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:12]


def evaluate(plan: Plan, columns: Columns, reference_month: int | None) -> Scores:
    """Score everyone. Jobs still running count up to `reference_month` (year × 12 + month − 1), not at all if None."""
    people = len(columns)
    points = np.zeros((people, len(plan.units)), np.int64)
    statuses = np.zeros((people, len(plan.units)), np.int8)
    capped = np.zeros(people, np.bool_)
    capped_without_language = np.zeros(people, np.bool_)
    years = _years(columns, reference_month)
    for number, unit in enumerate(plan.units):
        share, status = _judge(unit, columns, years)
        statuses[:, number] = status
        if unit.kind == "avoid":
            points[:, number] = np.where(status == CONTRADICTED, -PENALTY, 0)
            continue
        points[:, number] = np.rint(share * unit.maximum).astype(np.int64)
        if unit.binding:
            contradicted = status == CONTRADICTED
            capped |= contradicted
            if unit.dimension != "language":
                capped_without_language |= contradicted
    spoken = np.array([unit.dimension == "language" for unit in plan.units], np.bool_)
    total = points.sum(axis=1)
    rest = points[:, ~spoken].sum(axis=1)
    language_maximum = sum(unit.maximum for unit in plan.units if unit.dimension == "language")
    rescaled = rest * TOTAL // max(1, TOTAL - language_maximum)
    return Scores(
        plan,
        points,
        statuses,
        total,
        _rounded(total, capped),
        _rounded(rescaled, capped_without_language),
        capped,
    )


def _rounded(hundredths: NDArray[np.int64], capped: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Round once, halves up; a cap is a ceiling."""
    score = np.clip((hundredths + 50) // 100, 0, 100)
    return np.where(capped, np.minimum(score, CAP), score)


def _years(columns: Columns, reference_month: int | None) -> NDArray[np.float64]:
    if reference_month is None:
        return columns.years
    running = np.where(columns.open_since >= 0, np.maximum(0, reference_month - columns.open_since) / 12.0, 0.0)
    return np.where(columns.years >= 0, columns.years + running, columns.years)


def _judge(unit: Unit, columns: Columns, years: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Hold everyone against one unit: the share of its points, and the status."""
    if unit.kind in ("concept", "role"):
        return _concept(unit, columns)
    if unit.kind == "level":
        return _level(unit, columns, years)
    if unit.kind == "years":
        return _enough_years(unit, columns, years)
    if unit.kind == "language":
        return _language(unit, columns)
    if unit.kind == "avoid":
        hit = columns.with_any(unit.concepts)
        return np.zeros(len(columns)), np.where(hit, CONTRADICTED, NOT_FOUND).astype(np.int8)
    share = similarity_share(unit.phrase, columns) * (_PHRASE_SHARE if unit.kind == "phrase" else 1.0)
    return share, np.full(len(columns), SIMILARITY, np.int8)


def _concept(unit: Unit, columns: Columns) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    met = columns.with_any(unit.concepts)
    related = columns.with_any(related_concepts(unit))
    denied = columns.with_any(unit.concepts, denied=True) & ~met
    status = np.where(met, MET, np.where(denied, CONTRADICTED, np.where(related, RELATED, NOT_FOUND)))
    share = np.where(met, 1.0, np.where(related & ~denied, _RELATED_SHARE, 0.0))
    return share, status.astype(np.int8)


def related_concepts(unit: Unit) -> tuple[str, ...]:
    """Name the concepts that stand near a unit's own."""
    return tuple(
        sorted({other for concept in unit.concepts for other in lexicon().related(concept)} - set(unit.concepts))
    )


def _level(unit: Unit, columns: Columns, years: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    met = columns.with_any(unit.concepts)
    grown = years >= unit.years
    status = np.where(met, MET, np.where(grown, RELATED, NOT_FOUND))
    return np.where(met, 1.0, np.where(grown, _RELATED_SHARE, 0.0)), status.astype(np.int8)


def _enough_years(
    unit: Unit, columns: Columns, years: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    known = years >= 0
    met = known & (years >= unit.years)
    short = known & (years < unit.years - _YEAR_SLACK) & ((columns.quoted & YEARS_QUOTED) != 0)
    status = np.where(met, MET, np.where(short, CONTRADICTED, np.where(known, RELATED, NOT_FOUND)))
    share = np.where(met, 1.0, np.where(known, np.maximum(years, 0.0) / unit.years, 0.0))
    return share, status.astype(np.int8)


def _language(unit: Unit, columns: Columns) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    japanese = unit.key == "language:japanese"
    level = (columns.japanese if japanese else columns.english).astype(np.int64)
    quoted = (columns.quoted & (JAPANESE_QUOTED if japanese else ENGLISH_QUOTED)) != 0
    known = level >= 0
    met = known & (level >= unit.level)
    below = known & ~met
    status = np.where(met, MET, np.where(below & quoted, CONTRADICTED, np.where(below, RELATED, NOT_FOUND)))
    share = np.where(met, 1.0, np.where(below & (level == unit.level - 1), _RELATED_SHARE, 0.0))
    return share, status.astype(np.int8)


# ── similarity ───────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def _logistic() -> NDArray[np.float64]:
    """Tabulate the frozen logistic from −8 to 8 standard deviations: a table, because `exp` may differ by lane."""
    z = np.arange(-8 * _STEPS, 8 * _STEPS + 1) / _STEPS
    share: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-tables().steepness * (z - tables().midpoint)))
    return np.rint(share * 10_000) / 10_000


def query_vector(phrase: str) -> NDArray[np.float32]:
    """Encode a description's words as the profiles are encoded."""
    concepts = lexicon().expand(hit.concept.id for hit in lexicon().find(phrase))
    return encode(phrase, concepts).astype(np.float32)


def similarity_share(phrase: str, columns: Columns) -> NDArray[np.float64]:
    """Standardise everyone's closeness to a phrase against the frozen pool and put it through the frozen logistic."""
    query = query_vector(phrase)
    reference = tables().pool.astype(np.float64) @ query.astype(np.float64)
    spread = float(reference.std())
    if spread == 0.0:
        return np.zeros(len(columns))  # the phrase has no direction at all: no evidence, no points
    z = ((columns.vectors @ query).astype(np.float64) - float(reference.mean())) / spread
    steps = np.clip(np.floor(z * _STEPS + 0.5), -8 * _STEPS, 8 * _STEPS).astype(np.int64)
    share: NDArray[np.float64] = _logistic()[steps + 8 * _STEPS]
    return share
