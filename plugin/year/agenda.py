"""What will happen when: a heap of moments with something to do at each."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count


@dataclass
class Agenda:
    """Things to do, in order of time; those of one moment in the order they were written down."""

    _heap: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def add(self, moment: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (moment, next(self._order), act))

    def next_at(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def take(self) -> Callable[[], None]:
        return heapq.heappop(self._heap)[2]

    def __len__(self) -> int:
        return len(self._heap)
