"""Score everybody, block by block on every core, for several plans at once.

A block's answers are packed into a few registers of 16 bits; a plan turns each register into points by one table, so
that a further plan (the same description with the language eased) costs a few look-ups, not a reading of everybody.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ranking.columns import Block
from ranking.plan import TOTAL, Plan
from ranking.questions import Question, answers_of, question_of
from ranking.score import language_maximum, rounded, worth_of

_REGISTER = 8_192  # answers told apart by one register: its table stays in the first-level cache
S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One way to add up: a table per register (None where it is worth nothing), and what each sum is as a score."""

    tables: tuple[NDArray[np.int32] | None, ...]
    scores: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Marks:
    """The scores of one block: `scores[n]` by plan n, `without_language` by plan 0 with that dimension left out."""

    scores: tuple[NDArray[np.uint8], ...]
    without_language: NDArray[np.uint8]


class Census:
    """Plans made ready to be looked up. `mark` may be called from several threads."""

    def __init__(self, plans: Sequence[Plan], reference_month: int | None) -> None:
        self._month = reference_month
        asked = sorted(
            {question_of(unit): None for plan in plans for unit in plan.units}, key=lambda question: question.size
        )
        spoken = {question_of(unit) for plan in plans for unit in plan.units if unit.dimension == "language"}
        # Languages keep registers of their own, so that leaving them out leaves the other look-ups as they are.
        self._registers = [
            *_packed([question for question in asked if question not in spoken]),
            *_packed([question for question in asked if question in spoken]),
        ]
        self._questions = [question for register in self._registers for question in register]
        self._known: dict[tuple[int, bytes], NDArray[np.int32]] = {}
        self._sheets = [self._sheet(plan) for plan in plans]
        self._bare = self._sheet(plans[0], languages=False)
        uses = Counter(id(table) for sheet in (*self._sheets, self._bare) for table in sheet.tables)
        self._shared = {table for table, number in uses.items() if number > 1}

    def mark(self, block: Block) -> Marks:
        """Score a block's people by every plan."""
        registers = self._read(block)
        taken: dict[int, NDArray[np.int32]] = {}
        scores = [self._add_up(sheet, registers, taken, len(block)) for sheet in (*self._sheets, self._bare)]
        return Marks(tuple(scores[:-1]), scores[-1])

    def _read(self, block: Block) -> list[NDArray[np.uint16]]:
        answers = iter(answers_of(self._questions, block, self._month))
        registers: list[NDArray[np.uint16]] = []
        for questions in self._registers:
            register = np.zeros(len(block), np.uint16)
            stride = 1
            for question in questions:
                register += np.multiply(next(answers), stride, dtype=np.uint16)
                stride *= question.size
            registers.append(register)
        return registers

    def _add_up(
        self,
        sheet: _Sheet,
        registers: Sequence[NDArray[np.uint16]],
        taken: dict[int, NDArray[np.int32]],
        people: int,
    ) -> NDArray[np.uint8]:
        total = np.zeros(people, np.int32)
        for table, register in zip(sheet.tables, registers, strict=True):
            if table is None:
                continue
            points = taken.get(id(table))
            if points is None:
                points = table.take(register, mode="wrap")
                if id(table) in self._shared:
                    taken[id(table)] = points
            total += points
        return sheet.scores.take(total, mode="clip")

    def _sheet(self, plan: Plan, *, languages: bool = True) -> _Sheet:
        """Lay a plan out over the registers.

        A cap adds a span to the sum, wider than all points together, so that one look-up at the end sees both.
        """
        units = [unit for unit in plan.units if languages or unit.dimension != "language"]
        worths = [(question_of(unit), worth_of(unit)) for unit in units]
        lowest = sum(int(worth.points.min()) for _, worth in worths)
        highest = sum(int(worth.points.max()) for _, worth in worths)
        span = highest - lowest + 1
        tables: list[NDArray[np.int32] | None] = []
        for number, questions in enumerate(self._registers):
            table = np.zeros(1, np.int32)
            for question in questions:
                own = np.zeros(question.size, np.int32)
                for asked, worth in worths:
                    if asked == question:
                        own += worth.points - worth.points.min() + worth.caps * np.int32(span)
                table = (own[:, None] + table[None, :]).ravel()
            tables.append(self._known.setdefault((number, table.tobytes()), table) if table.any() else None)
        points = np.tile(np.arange(lowest, highest + 1, dtype=np.int64), 2)
        capped = np.arange(2 * span) >= span
        caps = sum(1 for _, worth in worths if worth.caps.any())
        scores = rounded(points, capped, of=TOTAL if languages else TOTAL - language_maximum(plan)).astype(np.uint8)
        return _Sheet(tuple(tables), np.concatenate([scores[:span], *([scores[span:]] * caps)]))


def _packed(questions: Sequence[Question]) -> Iterator[list[Question]]:
    """Share questions out among registers, in order."""
    register: list[Question] = []
    answers = 1
    for question in questions:
        if register and answers * question.size > _REGISTER:
            yield register
            register, answers = [], 1
        register.append(question)
        answers *= question.size
    if register:
        yield register


def of_every_block(work: Callable[[S], T], blocks: Sequence[S]) -> list[T]:
    """Do the work for every block (or what stands for one), on every core; numpy lets go of the interpreter lock.

    Results come in the blocks' order.
    """
    if len(blocks) < 2:
        return [work(block) for block in blocks]
    with ThreadPoolExecutor(min(len(blocks), os.cpu_count() or 1), thread_name_prefix="census") as hands:
        # Each hand works by the tables in force here.
        return [one.result() for one in [hands.submit(copy_context().run, work, block) for block in blocks]]
