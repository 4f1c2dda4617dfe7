"""The score: what the answers to a unit's question are worth, in whole hundredths of a point.

`census` adds up everybody's tables, `evaluate` a few people's with every unit's status beside it; both read the same
tables, so a profile scores the same alone, among five and among four million.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.columns import Block
from ranking.encoder import vector_fingerprint
from ranking.lexicon import lexicon
from ranking.plan import CAP, PENALTY, TOTAL, Plan, Unit
from ranking.questions import (
    CONTRADICTED,
    GATE,
    MET,
    MONTHS,
    NOT_FOUND,
    REACH,
    RELATED,
    SIMILARITY,
    STEPS,
    WRITTEN,
    answers_of,
    question_of,
    standard,
)
from ranking.tables import remembered, tables
from ranking.values import Level

SCORE_CODE = 4  # raised by hand when the same tables give another score
STATUSES = ("not_found", "met", "related", "contradicted", "similarity")
WRITTEN_LEVEL = {"japanese": Level.FLUENT, "english": Level.BUSINESS}
_RELATED_SHARE = 0.4
_WRITTEN_SHARE = 0.7  # writing a career down in a language says less than a level does
_PHRASE_SHARE = 0.6  # a phrase the lexicon doesn't know is only ever probably met
_YEAR_SLACK = 1.0  # careers are dated by year, so a year short is no contradiction


@remembered(4)
def score_version() -> str:
    """Name everything a score depends on: code, lexicon, projection and scale, pool, logistic."""
    parts = (SCORE_CODE, vector_fingerprint(), lexicon().fingerprint, tables().fingerprint)
    return f"{SCORE_CODE}-" + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Worth:
    """What each answer to a unit's question is worth. `points` in hundredths, `statuses` and `caps` per answer."""

    points: NDArray[np.int32]
    statuses: NDArray[np.int8]
    caps: NDArray[np.bool_]


def worth_of(unit: Unit) -> Worth:
    """Work out a unit's table."""
    size = question_of(unit).size
    if unit.kind == "avoid":
        statuses = np.full(size, NOT_FOUND, np.int8)
        statuses[MET] = CONTRADICTED
        return Worth(np.where(statuses == CONTRADICTED, -PENALTY, 0).astype(np.int32), statuses, np.zeros(size, bool))
    if unit.kind in ("concept", "role", "level"):
        statuses = np.array([NOT_FOUND, MET, RELATED, CONTRADICTED], np.int8)
        share = np.array([0.0, 1.0, _RELATED_SHARE, 0.0])
    elif unit.kind == "years":
        statuses, share = _years_worth(unit)
    elif unit.kind == "language":
        statuses, share = _language_worth(unit)
    else:
        statuses = np.full(size, SIMILARITY, np.int8)
        share = _logistic() * (_PHRASE_SHARE if unit.kind == "phrase" else 1.0)
        if standard(unit.phrase) is None:
            share = np.zeros(size)  # the phrase has no direction at all: no evidence, no points
    caps = (statuses == CONTRADICTED) if unit.binding else np.zeros(size, np.bool_)
    return Worth(np.rint(share * unit.maximum).astype(np.int32), statuses, caps)


def _years_worth(unit: Unit) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Years count as far as they were spent near the description's line of work; elsewhere they are no experience of it."""
    statuses, share = _plain_years_worth(unit)
    if not unit.phrase:
        return statuses, share
    steps = len(GATE)
    near = np.repeat(np.arange(steps + 1) / steps, len(share))
    statuses, share = np.tile(statuses, steps + 1), np.tile(share, steps + 1)
    return np.where((statuses == MET) & (near < 1), RELATED, statuses).astype(np.int8), share * near


def _plain_years_worth(unit: Unit) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    years = np.tile(np.arange(MONTHS) / 12.0, 2)
    quoted = np.arange(2 * MONTHS) >= MONTHS
    known = np.tile(np.arange(MONTHS) < MONTHS - 1, 2)
    met = known & (years >= unit.years)
    short = known & quoted & (years < unit.years - _YEAR_SLACK)
    statuses = np.where(met, MET, np.where(short, CONTRADICTED, np.where(known, RELATED, NOT_FOUND)))
    return statuses.astype(np.int8), np.where(met, 1.0, np.where(known, years / unit.years, 0.0))


def _language_worth(unit: Unit) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    answer = np.arange(16)
    level, quoted = answer % 8 - 1, answer >= 8
    written = answer % 8 == WRITTEN
    enough = written & (int(WRITTEN_LEVEL[unit.key.removeprefix("language:")]) >= unit.level)
    met = ~written & (level >= unit.level)
    below = ~written & (level >= 0) & ~met
    statuses = np.where(met, MET, np.where(below & quoted, CONTRADICTED, np.where(below | enough, RELATED, NOT_FOUND)))
    near = below & (level == unit.level - 1)
    share = np.where(met, 1.0, np.where(enough, _WRITTEN_SHARE, np.where(near, _RELATED_SHARE, 0.0)))
    return statuses.astype(np.int8), share


@remembered(4)
def _logistic() -> NDArray[np.float64]:
    """Tabulate the frozen logistic from −8 to 8 standard deviations: a table, because `exp` may differ by lane."""
    z = np.arange(-REACH, REACH + 1) / STEPS
    share: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-tables().steepness * (z - tables().midpoint)))
    return np.rint(share * 10_000) / 10_000


def closeness_share(steps: int) -> float:
    """Say which share of its points a closeness is worth, in steps from −8 standard deviations."""
    return float(_logistic()[steps])


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores with their statuses. `points` (hundredths) and `statuses` are (people, units)."""

    plan: Plan
    points: NDArray[np.int32]
    statuses: NDArray[np.int8]
    score: NDArray[np.int64]
    without_language: NDArray[np.int64]
    capped: NDArray[np.bool_]


def evaluate(plan: Plan, block: Block, reference_month: int | None) -> Scores:
    """Score the people of a block with every unit's status; for the few who are explained."""
    people = len(block)
    points = np.zeros((people, len(plan.units)), np.int32)
    statuses = np.zeros((people, len(plan.units)), np.int8)
    capped, bare = np.zeros(people, np.bool_), np.zeros(people, np.bool_)
    answers = answers_of([question_of(unit) for unit in plan.units], block, reference_month)
    for number, (unit, answer) in enumerate(zip(plan.units, answers, strict=True)):
        worth = worth_of(unit)
        points[:, number], statuses[:, number] = worth.points[answer], worth.statuses[answer]
        capped |= worth.caps[answer]
        if unit.dimension != "language":
            bare |= worth.caps[answer]
    rest = np.array([unit.dimension != "language" for unit in plan.units], np.bool_)
    return Scores(
        plan,
        points,
        statuses,
        rounded(points.sum(axis=1, dtype=np.int64), capped),
        rounded(points[:, rest].sum(axis=1, dtype=np.int64), bare, of=TOTAL - language_maximum(plan)),
        capped,
    )


def language_maximum(plan: Plan) -> int:
    """Add up what the language dimension can give, in hundredths."""
    return sum(unit.maximum for unit in plan.units if unit.dimension == "language")


def rounded(hundredths: NDArray[np.int64], capped: NDArray[np.bool_], *, of: int = TOTAL) -> NDArray[np.int64]:
    """Scale to 100 points and round once, halves up; a cap is a ceiling."""
    score = np.clip((hundredths * TOTAL // max(1, of) + 50) // 100, 0, 100)
    return np.where(capped, np.minimum(score, CAP), score)
