"""Full texts and the fields as they were given, in a SQLite file beside Chroma; deleting really deletes."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ranking.values import Level, Profile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS texts (id TEXT PRIMARY KEY, given TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), applied INTEGER NOT NULL, serving TEXT NOT NULL,
  generation INTEGER NOT NULL, fingerprint TEXT NOT NULL);
INSERT OR IGNORE INTO state VALUES (1, 0, '', 0, '');
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A profile as it came in (fields read from the text are not kept here, so that they can be read anew).

    `headline` is the one shown: given, or made from the text. It is a person's own words, hence not in Chroma, whose
    files keep what was deleted.
    """

    given: Profile
    headline: str = ""

    @property
    def text(self) -> str:
        return self.given.text


class Texts:
    """The file of one collection. Also remembers which Chroma collection serves and the last journal row applied."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = sqlite3.connect(path, check_same_thread=False, timeout=30)
        # secure_delete overwrites what is deleted with zeros; the rollback journal (no WAL) keeps no copy behind.
        self._connection.executescript(
            "PRAGMA secure_delete=ON; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL;" + _SCHEMA
        )

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("the profile store has been closed")
        return self._connection

    def _state(self, column: str) -> str | int:
        with self._lock:
            value: str | int = self._open.execute(f"SELECT {column} FROM state").fetchone()[0]  # noqa: S608 our own names
            return value

    @property
    def applied(self) -> int:
        return int(self._state("applied"))

    @property
    def serving(self) -> str:
        return str(self._state("serving"))

    @property
    def generation(self) -> int:
        return int(self._state("generation"))

    @property
    def fingerprint(self) -> str:
        return str(self._state("fingerprint"))

    def mark_applied(self, number: int) -> None:
        with self._lock, self._open as connection:
            connection.execute("UPDATE state SET applied = ?", (number,))

    def switch(self, serving: str, fingerprint: str) -> None:
        """Let another Chroma collection serve; one transaction, so a crash leaves the old one or the new."""
        with self._lock, self._open as connection:
            connection.execute(
                "UPDATE state SET serving = ?, fingerprint = ?, generation = generation + 1", (serving, fingerprint)
            )

    def write(self, kept: Iterable[Kept]) -> None:
        with self._lock, self._open as connection:
            connection.executemany(
                "INSERT INTO texts VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET given = excluded.given",
                [(k.given.id, json.dumps(asdict(k.given) | {"shown": k.headline}, ensure_ascii=False)) for k in kept],
            )

    def write_headlines(self, headlines: Mapping[str, str]) -> None:
        """Keep the headlines shown, where they differ from what is kept."""
        shown = [(headline, profile_id, headline) for profile_id, headline in headlines.items()]
        with self._lock, self._open as connection:
            connection.executemany(
                "UPDATE texts SET given = json_set(given, '$.shown', ?) "
                "WHERE id = ? AND json_extract(given, '$.shown') IS NOT ?",
                shown,
            )

    def read(self, ids: Sequence[str]) -> dict[str, Kept]:
        found: dict[str, Kept] = {}
        with self._lock:
            for start in range(0, len(ids), 500):
                part = ids[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = self._open.execute(f"SELECT id, given FROM texts WHERE id IN ({marks})", part)  # noqa: S608 marks only
                found.update((profile_id, _kept(given)) for profile_id, given in rows)
        return found

    def delete(self, ids: Sequence[str]) -> None:
        with self._lock, self._open as connection:
            connection.executemany("DELETE FROM texts WHERE id = ?", [(profile_id,) for profile_id in ids])

    def id_pages(self, size: int) -> Iterator[list[str]]:
        """List all ids in their order; people written meanwhile may or may not be among them."""
        after = ""
        while True:
            with self._lock:
                page = [
                    profile_id
                    for (profile_id,) in self._open.execute(
                        "SELECT id FROM texts WHERE id > ? ORDER BY id LIMIT ?", (after, size)
                    )
                ]
            if not page:
                return
            yield page
            after = page[-1]

    def has_ids(self, ids: Sequence[str]) -> set[str]:
        """Tell which of the ids (a few thousand at most) are there."""
        marks = ",".join("?" * len(ids))
        with self._lock:
            rows = self._open.execute(f"SELECT id FROM texts WHERE id IN ({marks})", list(ids))  # noqa: S608 marks only
            return {profile_id for (profile_id,) in rows}

    def count(self) -> int:
        with self._lock:
            return int(self._open.execute("SELECT count(*) FROM texts").fetchone()[0])

    def erase(self) -> None:
        """Delete everything and give the space back, so that no page keeps a word."""
        with self._lock:
            with self._open as connection:
                connection.execute("DELETE FROM texts")
                connection.execute("UPDATE state SET applied = 0, serving = '', fingerprint = '', generation = 0")
            self._open.execute("VACUUM")


def _kept(stored: str) -> Kept:
    data = json.loads(stored)
    headline = data.pop("shown", data["headline"])
    for key in ("japanese", "english"):
        data[key] = None if data[key] is None else Level(data[key])
    data["skills"] = None if data["skills"] is None else tuple(data["skills"])
    return Kept(Profile(**data), headline)
