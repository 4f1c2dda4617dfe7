"""Everybody at once gives what one by one gives: packed registers, threads and many plans change nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ranking.census import Census, of_every_block
from ranking.columns import Block, block_of, blocks_of_profiles, pick, row_of
from ranking.facts import read_facts
from ranking.guidance import read_guidance
from ranking.plan import make_plan
from ranking.questions import answers_of, question_of
from ranking.score import evaluate
from ranking.specifications import changed, language_ways, must_ways
from ranking.values import Profile, Requirement

MONTH = 2026 * 12 + 10


@pytest.fixture(scope="module")
def block(profiles: list[Profile]) -> Block:
    (whole,) = blocks_of_profiles(profiles)
    return whole


@pytest.mark.parametrize("guided", ["", "Kubernetesを優先。PHPは避けたい。SaaSは必須。英語は不問。"])
def test_packed_sums_are_the_rounded_rows(block: Block, backend: Requirement, sales: Requirement, guided: str) -> None:
    for requirement in (backend, sales):
        guidance = read_guidance(guided)
        ways = [*language_ways(requirement), *must_ways(requirement)]
        plans = [make_plan(changed(requirement, way.changes), guidance) for way in ways]
        plans.insert(0, make_plan(requirement, guidance))
        marks = Census(plans, MONTH).mark(block)
        for plan, scores in zip(plans, marks.scores, strict=True):
            assert (scores == evaluate(plan, block, MONTH).score).all()
        assert (marks.without_language == evaluate(plans[0], block, MONTH).without_language).all()


@settings(max_examples=20)
@given(st.data())
def test_any_answers_add_up_alike(block: Block, backend: Requirement, data: st.DataObject) -> None:
    """Columns drawn at will: levels quoted or not, months to the edge of what is kept, everything unknown."""

    def column(name: str, highest: int) -> NDArray[Any]:
        seed = data.draw(st.integers(0, 1_000), label=name)
        kind = getattr(block, name).dtype
        return np.random.default_rng(seed).integers(0, highest, len(block), endpoint=True).astype(kind)

    odd = replace(
        block,
        signals=column("signals", 31),
        japanese=column("japanese", 6),
        english=column("english", 6),
        months=column("months", 65_535),
        open_since=column("open_since", 65_535),
        vectors=block.vectors[::-1].copy(),
    )
    plan = make_plan(backend, None)
    month = data.draw(st.sampled_from([None, MONTH]))
    marks, scores = Census([plan], month).mark(odd), evaluate(plan, odd, month)
    assert (marks.scores[0] == scores.score).all()
    assert (marks.without_language == scores.without_language).all()


def test_people_picked_out_answer_as_they_did(block: Block, sales: Requirement) -> None:
    questions = [question_of(unit) for unit in make_plan(sales, None).units]
    concepts = {concept for question in questions for concept in (*question.concepts, *question.related)}
    places = [(0, 17), (0, 3), (0, 399)]
    few = pick([block], places, concepts)
    for whole, part in zip(answers_of(questions, block, MONTH), answers_of(questions, few, MONTH), strict=True):
        assert whole[[17, 3, 399]].tolist() == part.tolist()
    assert few.ids.tolist() == block.ids[[17, 3, 399]].tolist()


def test_blocks_come_back_in_their_order(profiles: list[Profile]) -> None:
    rows = [row_of(read_facts(profile)) for profile in profiles[:12]]
    blocks = [block_of(rows[number : number + 1]) for number in range(12)]
    assert of_every_block(lambda one: one.ids[0].decode(), blocks) == [profile.id for profile in profiles[:12]]


def test_a_block_of_nobody_is_scored(sales: Requirement) -> None:
    nobody = block_of([])
    assert len(Census([make_plan(sales, None)], MONTH).mark(nobody).scores[0]) == 0
