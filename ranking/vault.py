"""Chroma itself: one shared client and one lock per embedded folder, plain calls on collections by name.

Measured limits this respects: batches up to `get_max_batch_size()`, reads of at most 5,000 at a time, no `where` on
large collections, no documents, `embedding_function=None`, a large `sync_threshold` for loads.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from ranking.errors import StoreBusy, StoreError

_PAGE = 2_000
_CONFIGURATION = {"hnsw": {"space": "ip", "sync_threshold": 20_000}}


Record = tuple[str, Mapping[str, Any], NDArray[np.float32]]
"""Id, metadata and vector of one person."""


@dataclass
class _Shared:
    """An embedded folder open in this process: Chroma wants one client a folder, the lock one process."""

    client: Any
    lock: IO[str]
    users: int = 1


_open_folders: dict[str, _Shared] = {}
_opening = threading.Lock()


@dataclass
class Vault:
    """Chroma's collections by name."""

    client: Any
    folder: str | None
    closed: bool = False
    _collections: dict[str, Any] = field(default_factory=dict)

    @property
    def largest_batch(self) -> int:
        return int(self.client.get_max_batch_size())

    def close(self) -> None:
        """Let go; the last user of a folder closes the client and gives the lock back."""
        if self.closed:
            return
        self.closed = True
        self._collections.clear()
        if self.folder is None:
            self.client.close()
            return
        with _opening:
            shared = _open_folders[self.folder]
            shared.users -= 1
            if shared.users == 0:
                del _open_folders[self.folder]
                shared.client.close()
                shared.lock.close()

    def has(self, name: str) -> bool:
        return name in self.names()

    def create(self, name: str) -> None:
        self._collections[name] = self.client.get_or_create_collection(
            name, embedding_function=None, configuration=_CONFIGURATION
        )

    def drop(self, name: str) -> None:
        """Delete a collection; one that isn't there is no error."""
        self._collections.pop(name, None)
        if self.has(name):
            self.client.delete_collection(name)

    def _collection(self, name: str) -> Any:
        if name not in self._collections:
            self._collections[name] = self.client.get_collection(name, embedding_function=None)
        return self._collections[name]

    def count(self, name: str) -> int:
        return int(self._collection(name).count())

    def upsert(
        self, name: str, ids: Sequence[str], vectors: Sequence[NDArray[np.int8]], metadata: Sequence[Mapping[str, Any]]
    ) -> None:
        if ids:
            embeddings = np.stack(vectors).astype(np.float32)
            self._collection(name).upsert(ids=list(ids), embeddings=embeddings, metadatas=[dict(m) for m in metadata])

    def delete(self, name: str, ids: Sequence[str]) -> None:
        if ids:
            self._collection(name).delete(ids=list(ids))

    def metadata(self, name: str, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        if not ids:
            return {}
        found = self._collection(name).get(ids=list(ids), include=["metadatas"])
        return dict(zip(found["ids"], found["metadatas"], strict=True))

    def has_ids(self, name: str, ids: Sequence[str]) -> set[str]:
        """Tell which of the ids (a few thousand at most) are there."""
        return set(self._collection(name).get(ids=list(ids), include=[])["ids"]) if ids else set()

    def id_pages(self, name: str) -> Iterator[list[str]]:
        """List all ids; a later page takes longer, and nobody may write meanwhile."""
        offset = 0
        while page := self._collection(name).get(include=[], limit=_PAGE, offset=offset)["ids"]:
            offset += len(page)
            yield page

    def records(self, name: str, ids: Sequence[str]) -> list[Record]:
        """Read metadata and vectors of a few thousand people; ids that aren't there are left out."""
        return _records(self._collection(name).get(ids=list(ids), include=["metadatas", "embeddings"])) if ids else []

    def newer(self, name: str, number: int, most: int) -> list[Record]:
        """Read those written after journal row `number`, `most` at most."""
        found: list[Record] = []
        while len(found) < most:
            page = self._collection(name).get(
                where={"number": {"$gt": number}},
                include=["metadatas", "embeddings"],
                limit=min(_PAGE, most - len(found)),
                offset=len(found),
            )
            if not page["ids"]:
                break
            found.extend(_records(page))
        return found

    def names(self) -> list[str]:
        return [str(collection.name) for collection in self.client.list_collections()]


def _records(page: Mapping[str, Any]) -> list[Record]:
    return list(zip(page["ids"], page["metadatas"], page["embeddings"], strict=True))


def open_vault(where: str) -> Vault:
    """Open Chroma in a folder or on a server. Raises `StoreBusy` or `StoreError`."""
    if where.startswith(("http://", "https://")):
        return Vault(_remote(where), None)
    path = Path(where).resolve()
    path.mkdir(parents=True, exist_ok=True)
    folder = str(path)
    with _opening:
        shared = _open_folders.get(folder)
        if shared is not None:
            shared.users += 1
            return Vault(shared.client, folder)
        lock = _lock(path)
        try:
            client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
        except BaseException as error:
            lock.close()
            if isinstance(error, ChromaError | ValueError | OSError):
                raise StoreError(f"Chroma can't open {folder}: {error}") from error
            raise
        _open_folders[folder] = _Shared(client, lock)
        return Vault(client, folder)


def _lock(path: Path) -> IO[str]:
    lock = (path / "kakuyaku.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StoreBusy(
            f"The profile store {path} is open in another process (pid {holder}). Stop it (`kakuyaku serve` or a "
            "command still running), or use a Chroma server, which several processes may share."
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _remote(where: str) -> Any:
    parts = urlsplit(where)
    try:
        return chromadb.HttpClient(
            host=parts.hostname or "",
            port=parts.port or (443 if parts.scheme == "https" else 8000),
            ssl=parts.scheme == "https",
            settings=Settings(anonymized_telemetry=False),
        )
    except (ChromaError, ValueError, OSError) as error:
        raise StoreError(f"No Chroma server answers at {where}: {error}") from error
