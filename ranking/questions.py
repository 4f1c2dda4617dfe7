"""What is looked up of everybody: each unit asks one question, and the answer is a small whole number.

Answers come from columns, postings and vectors alone, elementwise and in whole numbers, so that a person's answers
are the same whoever else is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import simsimd
from numpy.typing import NDArray

from ranking.columns import UNKNOWN_16, Block, Postings
from ranking.encoder import encode
from ranking.facts import ENGLISH_QUOTED, JAPANESE_QUOTED, WRITTEN_ENGLISH, WRITTEN_JAPANESE, YEARS_QUOTED
from ranking.lexicon import lexicon
from ranking.plan import Unit
from ranking.tables import remembered, tables

NOT_FOUND, MET, RELATED, CONTRADICTED, SIMILARITY = range(5)
WRITTEN = 7  # a language's answer when the profile states no level but is written in it; 1 + level otherwise
MONTHS = 512  # months of experience told apart; the last stands for unknown
STEPS = 64  # closeness is told apart in steps of 1/64 standard deviation
REACH = 8 * STEPS
GATE = tuple(STEPS * quarter // 4 for quarter in range(1, 8))  # where years count a seventh more of what they are


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked up of everybody: two units that ask the same share one answer, whatever it is worth to them.

    `kind`: concept, level, years, japanese, english, similarity. Answers are 0 to `size` − 1. Years with a phrase are asked
    together with how close the person stands to it.
    """

    kind: str
    size: int
    concepts: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    years: float = 0.0
    phrase: str = ""


def question_of(unit: Unit) -> Question:
    """Say what a unit looks up."""
    if unit.kind in ("concept", "role"):
        return Question("concept", 4, unit.concepts, related_concepts(unit))
    if unit.kind == "avoid":
        return Question("concept", 4, unit.concepts)
    if unit.kind == "level":
        return Question("level", 4, unit.concepts, years=unit.years)
    if unit.kind == "years":
        return Question("years", 2 * MONTHS * (len(GATE) + 1 if unit.phrase else 1), phrase=unit.phrase)
    if unit.kind == "language":
        return Question(unit.key.removeprefix("language:"), 16)
    return Question("similarity", 2 * REACH + 1, phrase=unit.phrase)


def related_concepts(unit: Unit) -> tuple[str, ...]:
    """Name the concepts that stand near a unit's own."""
    return tuple(
        sorted({other for concept in unit.concepts for other in lexicon().related(concept)} - set(unit.concepts))
    )


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def answers_of(
    questions: Sequence[Question], block: Block, reference_month: int | None
) -> list[NDArray[np.uint8] | NDArray[np.uint16]]:
    """Look every question up of everybody in a block, one array a question.

    Jobs still running count up to `reference_month` (year × 12 + month − 1), not at all if None.
    """
    months: NDArray[np.uint16] | None = None
    if any(question.kind in ("years", "level") for question in questions):
        months = _months(block, reference_month)
    phrases = list(dict.fromkeys(question.phrase for question in questions if question.phrase))
    close = dict(zip(phrases, _closeness(phrases, block), strict=True))
    answers: list[NDArray[np.uint8] | NDArray[np.uint16]] = []
    for question in questions:
        if question.kind == "similarity":
            answers.append(close[question.phrase])
        elif question.kind == "concept":
            answers.append(_concept(question, block))
        elif question.kind in ("japanese", "english"):
            answers.append(language_answer(block, question.kind))
        elif months is not None and question.kind == "level":
            answers.append(_level(question, block, months))
        elif months is not None:
            quoted = months + ((block.signals & YEARS_QUOTED) != 0) * np.uint16(MONTHS)
            answers.append(quoted + _gate(question.phrase, close) if question.phrase else quoted)
    return answers


def _concept(question: Question, block: Block) -> NDArray[np.uint8]:
    """Found over denied over related: whoever has one of the concepts has it, whatever else is denied."""
    answer = np.zeros(len(block), np.uint8)
    _mark(answer, block.postings, question.related, RELATED)
    _mark(answer, block.denials, question.concepts, CONTRADICTED)
    _mark(answer, block.postings, question.concepts, MET)
    return answer


def _level(question: Question, block: Block, months: NDArray[np.uint16]) -> NDArray[np.uint8]:
    grown = (months >= np.uint16(round(question.years * 12))) & (months != MONTHS - 1)
    answer: NDArray[np.uint8] = grown.astype(np.uint8) * np.uint8(RELATED)
    _mark(answer, block.postings, question.concepts, MET)
    return answer


def _mark(answer: NDArray[np.uint8], postings: Postings, concepts: Sequence[str], value: int) -> None:
    found = [rows for concept in concepts if len(rows := postings.of(concept))]
    if found:  # one wide index instead of several narrow ones: numpy would widen each, at three times the cost
        answer[np.concatenate(found, dtype=np.int64)] = value


def _gate(phrase: str, close: dict[str, NDArray[np.uint16]]) -> NDArray[np.uint16]:
    """Tell how many steps of GATE a person's closeness reaches, times 2 × MONTHS; all of them without a direction."""
    if standard(phrase) is None:
        return np.full(len(close[phrase]), len(GATE) * 2 * MONTHS, np.uint16)
    reached = [close[phrase] >= np.uint16(REACH + step) for step in GATE]
    steps: NDArray[np.uint16] = np.add.reduce(reached, axis=0, dtype=np.uint16)
    return steps * np.uint16(2 * MONTHS)


def _months(block: Block, reference_month: int | None) -> NDArray[np.uint16]:
    """Count months of experience; `MONTHS` − 1 where nothing is known."""
    months = block.months
    if reference_month is not None:
        running = (block.open_since > 0) & (block.open_since < reference_month)
        months = months + running * (np.uint16(reference_month) - block.open_since)
    unknown = (block.months == UNKNOWN_16) * np.uint16(MONTHS - 1)
    found: NDArray[np.uint16] = np.minimum(months, np.uint16(MONTHS - 2)) | unknown  # MONTHS − 1 has every bit set
    return found


def language_answer(block: Block, language: str) -> NDArray[np.uint8]:
    """Tell everybody's level + 1 (0 unknown, WRITTEN unstated but written in it), plus 8 where the text says so."""
    level, quoted, written = (
        (block.japanese, JAPANESE_QUOTED, WRITTEN_JAPANESE)
        if language == "japanese"
        else (block.english, ENGLISH_QUOTED, WRITTEN_ENGLISH)
    )
    unstated = (level == 0) & ((block.signals & written) != 0)
    answer: NDArray[np.uint8] = level | (unstated * np.uint8(WRITTEN)) | (((block.signals & quoted) != 0) * np.uint8(8))
    return answer


# ── similarity ───────────────────────────────────────────────────────────────────────────────────────────────────


@remembered(512)
def query_vector(phrase: str) -> NDArray[np.int8]:
    """Encode a description's words as the profiles are encoded."""
    concepts = lexicon().expand(hit.concept.id for hit in lexicon().find(phrase))
    vector = encode(phrase, concepts)
    vector.setflags(write=False)
    return vector


@remembered(512)
def standard(phrase: str) -> tuple[np.float32, np.float32] | None:
    """Give the mean closeness of the frozen pool to a phrase, and steps per unit of it; None without a direction."""
    reference = tables().pool.astype(np.float64) @ query_vector(phrase).astype(np.float64)
    spread = float(reference.std())
    return None if spread == 0.0 else (np.float32(reference.mean()), np.float32(STEPS / spread))


def _closeness(phrases: Sequence[str], block: Block) -> list[NDArray[np.uint16]]:
    """Standardise everyone's closeness to phrases against the frozen pool, in steps from −8 standard deviations.

    Products of int8 vectors are whole numbers below 2**24, so they are exact in any order; the rest is elementwise.
    """
    if not phrases or not len(block):
        return [np.zeros(len(block), np.uint16) for _ in phrases]
    queries = np.stack([query_vector(phrase) for phrase in phrases])
    products = np.asarray(simsimd.cdist(block.vectors, queries, "dot", out_dtype="float32"))
    products = products.reshape(len(block), len(phrases))
    found: list[NDArray[np.uint16]] = []
    for number, phrase in enumerate(phrases):
        mean, scale = standard(phrase) or (np.float32(0), np.float32(0))
        steps = products[:, number] - mean
        steps *= scale
        steps += np.float32(REACH + 0.5)
        np.clip(steps, 0, 2 * REACH, out=steps)
        found.append(steps.astype(np.uint16))
    return found
