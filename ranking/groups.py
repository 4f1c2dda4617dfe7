"""Everyone from the floor up, packed by score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ranking.census import of_every_block
from ranking.market import Seen
from ranking.values import ScoreGroup


def grouped(seen: Sequence[Seen], floor: int) -> tuple[ScoreGroup, ...]:
    """Pack the considered people at or above the floor, best score first."""

    def rows_of(one: Seen) -> tuple[NDArray[np.uint8], NDArray[np.bytes_], NDArray[np.int32]]:
        scores = one.marks.scores[0]
        rows = np.flatnonzero(one.considered & (scores >= floor))
        return scores[rows], one.block.ids[rows], one.block.revisions[rows]

    found = of_every_block(rows_of, seen)
    if not found:
        return ()
    return grouped_people(*(np.concatenate([each[part] for each in found]) for part in range(3)))


def grouped_people(
    scores: NDArray[np.integer], ids: NDArray[np.bytes_], revisions: NDArray[np.int32]
) -> tuple[ScoreGroup, ...]:
    """Pack these people, best score first."""
    order = np.argsort(scores, kind="stable")
    ids, revisions = ids[order], revisions[order].astype("<i4")
    counts = np.bincount(scores, minlength=101)
    ends = np.cumsum(counts)
    return tuple(
        ScoreGroup(
            score,
            int(counts[score]),
            _lines(ids[ends[score] - counts[score] : ends[score]]),
            revisions[ends[score] - counts[score] : ends[score]].tobytes(),
        )
        for score in range(100, -1, -1)
        if counts[score]
    )


def _lines(ids: NDArray[np.bytes_]) -> bytes:
    """Join ids by newlines; numpy pads ids with NUL bytes, which no id has."""
    width = ids.dtype.itemsize
    table = np.full((len(ids), width + 1), 10, np.uint8)
    table[:, :width] = ids.view(np.uint8).reshape(len(ids), width)
    flat = table.ravel()
    packed: bytes = flat[flat != 0].tobytes()
    return packed[:-1]
