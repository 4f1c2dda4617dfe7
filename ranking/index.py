"""The rows of one collection in memory, derived from Chroma when the store opens.

A snapshot is immutable; writers change the index and the next snapshot sees it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from ranking.columns import Block, Row, blocks_of


class Index:
    """The rows of one collection; safe to read and write from several threads of one process."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows = {row.id: row for row in rows}
        self._blocks: tuple[Block, ...] | None = None
        self._lock = threading.Lock()

    def apply(self, upserts: Iterable[Row], deletes: Iterable[str]) -> None:
        """Take rows in and out."""
        with self._lock:
            for row in upserts:
                self._rows[row.id] = row
            for profile_id in deletes:
                self._rows.pop(profile_id, None)
            self._blocks = None

    def snapshot(self) -> tuple[Block, ...]:
        """Return everybody in blocks; the same object until something changes."""
        with self._lock:
            if self._blocks is None:
                self._blocks = blocks_of(self._rows.values())
            return self._blocks

    def row(self, profile_id: str) -> Row | None:
        return self._rows.get(profile_id)

    def ids(self) -> set[str]:
        with self._lock:
            return set(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
