"""The crowd of the benchmarks: the same whichever part is drawn, and its texts say what its columns say."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.columns import BLOCK, row_of
from ranking.crowd import Crowd
from ranking.facts import read_facts

SIZE = BLOCK + 3_000


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd(SIZE)


def test_everybody_is_there_once_and_the_same_in_a_larger_crowd(crowd: Crowd) -> None:
    ids: set[bytes] = set()
    larger = Crowd(SIZE + BLOCK).blocks()
    for block, other in zip(crowd.blocks(), larger, strict=False):
        ids.update(block.ids.tolist())
        size = len(block)
        assert np.array_equal(block.vectors, other.vectors[:size])
        assert np.array_equal(block.desired_pay, other.desired_pay[:size])
        python = block.postings.of("python")
        assert len(python) and np.array_equal(python, other.postings.of("python")[: len(python)])
    assert len(ids) == SIZE


def test_a_text_is_read_as_the_columns_say(crowd: Crowd) -> None:
    block = list(crowd.blocks())[1]
    closeness = []
    for row in range(0, len(block), 30):
        profile = crowd.profile(block.ids[row].decode())
        read = row_of(read_facts(profile))
        has = {name for name in block.postings.numbers if row in block.postings.of(name)}
        denies = {name for name in block.denials.numbers if row in block.denials.of(name)}
        assert has <= set(read.concepts) and denies == set(read.denied), profile.text
        assert read.signals == block.signals[row], profile.text
        assert (read.japanese + 1, read.english + 1) == (block.japanese[row], block.english[row])
        assert round(read.years * 12) == block.months[row]
        assert (read.place or "00") == f"{block.places[row]:02d}"
        assert read.desired_pay == (-1 if block.desired_pay[row] == 65_535 else int(block.desired_pay[row]) * 10_000)
        assert read.contactable == block.contactable[row]
        drawn, encoded = block.vectors[row].astype(float), read.vector.astype(float)
        closeness.append(drawn @ encoded / np.linalg.norm(drawn) / np.linalg.norm(encoded))
    assert np.mean(closeness) > 0.85  # the sum of the parts is not the whole, but near it


def test_somebody_of_another_crowd_is_refused(crowd: Crowd) -> None:
    for wrong in (f"c{SIZE:08d}", "u000001", "c", ""):
        with pytest.raises(KeyError):
            crowd.profile(wrong)
