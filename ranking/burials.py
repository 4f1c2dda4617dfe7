"""Who of a segment is dead: gone from the store, or living elsewhere in a newer version."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ranking.columns import Block
from ranking.gathering import with_alive
from ranking.segments import Segment


class Burials:
    """Who of a segment is alive; arrays once handed out never change."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.alive: list[NDArray[np.bool_] | None] = [None] * len(segment.blocks)
        self.dead = 0
        self._marked: dict[int, Block] = {}

    def bury(self, places: NDArray[np.int64]) -> None:
        """Mark places as dead; those dead already stay so."""
        for number, mask in self.segment.by_block(places):
            old = self.alive[number]
            new = np.ones(len(self.segment.blocks[number]), np.bool_) if old is None else old.copy()
            rows = np.unique(places[mask] - self.segment.starts[number])
            self.dead += int(new[rows].sum())
            new[rows] = False
            self.alive[number] = new

    def places(self) -> NDArray[np.int64]:
        """List the dead."""
        found = [
            np.flatnonzero(~alive) + start
            for alive, start in zip(self.alive, self.segment.starts, strict=False)
            if alive is not None
        ]
        return np.concatenate(found).astype(np.int64) if found else np.zeros(0, np.int64)

    def is_alive(self, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which of the places are alive."""
        result = np.ones(len(places), np.bool_)
        for number, mask in self.segment.by_block(places):
            alive = self.alive[number]
            if alive is not None:
                result[mask] = alive[places[mask] - self.segment.starts[number]]
        return result

    @property
    def living(self) -> int:
        return len(self.segment) - self.dead

    def blocks(self) -> Iterator[Block]:
        """The blocks with who is alive in them; the same objects until somebody is buried."""
        for number, (block, alive) in enumerate(zip(self.segment.blocks, self.alive, strict=True)):
            if alive is None:
                yield block
            else:
                known = self._marked.get(number)
                if known is None or known.alive is not alive:
                    known = self._marked[number] = with_alive(block, alive)
                yield known
