"""Vectors of people's chunks, kept in a SQLite file so that nobody is encoded twice; deleting really deletes.

One file per encoder fingerprint: vectors of different models never stand in one file, and a file that says it is
another's is refused.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SCHEMA = """
CREATE TABLE IF NOT EXISTS encoder (one INTEGER PRIMARY KEY CHECK (one = 1), fingerprint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (id TEXT PRIMARY KEY, text TEXT NOT NULL, vectors BLOB NOT NULL) WITHOUT ROWID;
"""


class VectorCache:
    """The vectors of one collection and encoder. Threads may share it; close it at the end."""

    def __init__(self, path: Path, fingerprint: str, dimensions: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._dimensions = dimensions
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
        # Lost at worst, and then encoded again: no need to wait for the disk. secure_delete overwrites what is deleted.
        self._connection.executescript(
            "PRAGMA secure_delete=ON; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF;" + _SCHEMA
        )
        with self._connection:
            self._connection.execute("INSERT OR IGNORE INTO encoder VALUES (1, ?)", (fingerprint,))
        (kept,) = self._connection.execute("SELECT fingerprint FROM encoder").fetchone()
        if kept != fingerprint:
            self._connection.close()
            raise ValueError(f"{path} holds vectors of another encoder ({kept}); remove the file")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def read(self, profile_id: str, text: str) -> NDArray[np.int16] | None:
        """Return the vectors of a person's chunks, None where there are none of this very text (its digest)."""
        with self._lock:
            row = self._connection.execute(
                "SELECT vectors FROM vectors WHERE id = ? AND text = ?", (profile_id, text)
            ).fetchone()
        return None if row is None else np.frombuffer(row[0], "<i2").reshape(-1, self._dimensions)

    def write(self, profile_id: str, text: str, vectors: NDArray[np.int16]) -> None:
        with self._lock, self._connection as connection:
            connection.execute(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", (profile_id, text, vectors.astype("<i2").tobytes())
            )

    def forget(self, ids: Iterable[str]) -> None:
        """Drop these people's vectors."""
        with self._lock, self._connection as connection:
            connection.executemany("DELETE FROM vectors WHERE id = ?", [(profile_id,) for profile_id in ids])

    def ids(self) -> list[str]:
        """List whose vectors are kept."""
        with self._lock:
            return [profile_id for (profile_id,) in self._connection.execute("SELECT id FROM vectors ORDER BY id")]
