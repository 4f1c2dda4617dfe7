"""People read in processes of their own come out as if read here, in order; a process that dies is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ranking.people import read_batch
from ranking.readers import ReaderGone, Readers
from ranking.values import Profile


def test_reading_elsewhere_is_reading_here(profiles: list[Profile]) -> None:
    readers = Readers(2)
    try:
        there = list(readers.read(profiles[:63], 9))
    finally:
        readers.close()
    here = [read_batch(profiles[start : start + 9]) for start in range(0, 63, 9)]
    assert [read.facts for read in there] == [read.facts for read in here]
    assert [read.metadata(3) for read in there] == [read.metadata(3) for read in here]
    assert [[row.vector.tobytes() for row in read.rows()] for read in there] == [
        [row.vector.tobytes() for row in read.rows()] for read in here
    ]


def test_what_reading_raises_is_raised_where_the_people_came_from(profiles: list[Profile]) -> None:
    readers = Readers(1)
    try:
        with pytest.raises(AttributeError):
            list(readers.read([replace(profiles[0], text=None)], 5))  # type: ignore[arg-type]
        assert [len(read) for read in readers.read(profiles[:3], 5)] == [3]
        readers._all[0].kill()
        readers._all[0].wait()
        with pytest.raises(ReaderGone, match="ended"):
            list(readers.read(profiles[:3], 5))
    finally:
        readers.close()
