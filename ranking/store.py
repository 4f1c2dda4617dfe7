"""The people of one employer, kept in Chroma: the one door to chromadb.

Chroma holds id, vector and about a dozen scalars; the full text and the fields as they were given stand beside it
under the same id in a small SQLite file (a Chroma document costs ten times its size). An index in memory is derived
from Chroma when the store opens. One process at a time opens an embedded folder; it may open several collections.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

import structlog

from ranking import records
from ranking.columns import Row, Snapshot, row_of
from ranking.encoder import vector_fingerprint
from ranking.facts import read_facts
from ranking.index import Index
from ranking.protected import strip_banned
from ranking.texts import Kept, Texts
from ranking.values import Profile
from ranking.vault import StoreBusy, StoreError, Vault, open_vault

__all__ = ["Finding", "ProfileStore", "StoreBusy", "StoreError"]

log = structlog.get_logger(__name__)
Progress = Callable[[int, int], None]
T = TypeVar("T")
FACTS_CODE = 1  # raised by hand when reading the same text gives other facts
_BATCH = 1_000
_REBUILD_UNASKED = 20_000  # a small store re-reads itself at opening after an upgrade


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `verify` found wrong; `kind` is constant, `message` says what it means."""

    kind: str
    message: str
    profile_id: str = ""


class ProfileStore:
    """The profiles of one collection. Use as a context manager, or call `close`."""

    def __init__(self, vault: Vault, texts: Texts, collection: str) -> None:
        self._vault = vault
        self._texts = texts
        self._name = collection
        self._writing = threading.RLock()
        self._index = Index()
        self._index_number = -1

    @classmethod
    def open(
        cls,
        where: str | Path,
        collection: str,
        *,
        texts: Path | None = None,
        rebuild: bool = False,
        progress: Progress | None = None,
    ) -> ProfileStore:
        """Open a collection in a folder, or on a Chroma server (`http://host:port`, then `texts` names a local folder).

        `rebuild` reads every text again first, whatever version wrote it, telling `progress`.
        Raises `StoreBusy` when another process has the folder open, `StoreError` when the store can't be read or was
        written by another version and is too large to be rebuilt unasked.
        """
        remote = str(where).startswith(("http://", "https://"))
        if remote and texts is None:
            raise StoreError("A Chroma server keeps no full text: name a local folder for it (texts=...).")
        folder = texts if texts is not None else Path(where) / "texts"
        vault = open_vault(str(where))
        try:
            store = cls(vault, Texts(folder / f"{_file_name(collection)}.sqlite3"), collection)
        except BaseException:
            vault.close()
            raise
        try:
            store._prepare(rebuild, progress)
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> ProfileStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder back. Closing twice does nothing."""
        self._texts.close()
        self._vault.close()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def last_applied(self) -> int:
        """The number of the last journal row applied, 0 in a new store."""
        return self._texts.applied

    def count(self) -> int:
        return self._vault.count(self._texts.serving)

    def get(self, ids: Sequence[str]) -> dict[str, Profile]:
        """Read profiles, completed from their text; ids the store doesn't have are left out."""
        kept = self._texts.read(ids)
        found: dict[str, Profile] = {}
        for batch in _batches(ids, _BATCH):
            for profile_id, metadata in self._vault.metadata(self._texts.serving, batch).items():
                if profile_id in kept:
                    found[profile_id] = records.to_profile(profile_id, metadata, kept[profile_id].text)
        return {profile_id: found[profile_id] for profile_id in ids if profile_id in found}

    def scan(self, batch: int = _BATCH) -> Iterator[Profile]:
        """Read everybody, in the order of their ids."""
        for ids in _batches(self._texts.ids(), batch):
            yield from self.get(ids).values()

    def snapshot(self) -> Snapshot:
        """Return everybody in blocks, with the number of the last journal row in them.

        What another process has applied to the same server is read first.
        """
        if self._index_number != self._texts.applied:
            with self._writing:
                if self._index_number != self._texts.applied:
                    self._load_index()
        number = self._index_number
        return Snapshot(self._index.snapshot(), number, len(self._index))

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def apply(
        self,
        number: int,
        upserts: Iterable[Profile],
        deletes: Iterable[str] = (),
        *,
        progress: Progress | None = None,
    ) -> bool:
        """Apply the journal up to `number`. Does nothing and returns False when that has been applied already.

        A crash in the middle leaves `last_applied` as it was, and applying again ends in the same state. Banned
        personal data in a text is removed here too (R9).
        """
        with self._writing:
            if number <= self._texts.applied:
                return False
            current = self._index_number == self._texts.applied
            people, gone = list(upserts), list(deletes)
            rows = self._put(self._texts.serving, people, number, progress)
            for ids in _batches(gone, _BATCH):
                self._vault.delete(self._texts.serving, ids)
                self._texts.delete(ids)
            self._texts.mark_applied(number)
            if current:
                self._index.apply(rows, gone)
                self._index_number = number
            return True

    def rebuild(self, progress: Progress | None = None) -> int:
        """Read every text again into a collection beside the serving one, then switch. Returns how many people."""
        with self._writing:
            old, new = self._texts.serving, _collection_name(self._name, self._texts.generation + 1)
            self._vault.drop(new)
            self._vault.create(new)
            ids = self._texts.ids()
            given = [kept.given for kept in self._texts.read(ids).values()]
            done = len(self._put(new, given, self._texts.applied, progress, texts=False))
            self._texts.switch(new, fingerprint())
            if old:
                self._vault.drop(old)
            self._load_index()
            log.info("profiles_rebuilt", collection=self._name, profiles=done)
            return done

    def erase_all(self) -> None:
        """Remove everybody: collection, texts, and the number of the last journal row."""
        with self._writing:
            self._vault.drop(self._texts.serving)
            self._texts.erase()
            self._prepare()

    def verify(self) -> list[Finding]:
        """Compare Chroma, texts and index; an empty list means they agree."""
        with self._writing:
            findings: list[Finding] = []
            if self._texts.fingerprint != fingerprint():
                findings.append(
                    Finding("stale", "The vectors are of another version: run `kakuyaku profiles rebuild`.")
                )
            self.snapshot()
            texts, chroma, index = set(self._texts.ids()), set(self._vault.ids(self._texts.serving)), self._index.ids()
            for kind, message, ids in (
                ("text_without_vector", "has a text but is not in Chroma", texts - chroma),
                ("vector_without_text", "is in Chroma but has no text", chroma - texts),
                ("index_missing", "is in Chroma but not in the index", chroma - index),
                ("index_stale", "is in the index but not in Chroma", index - chroma),
            ):
                findings.extend(Finding(kind, f"{profile_id} {message}.", profile_id) for profile_id in sorted(ids))
            findings.extend(self._differing(sorted(texts & chroma & index)))
            return findings

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _prepare(self, rebuild: bool = False, progress: Progress | None = None) -> None:
        if not self._texts.serving:
            name = _collection_name(self._name, 1)
            self._vault.create(name)
            self._texts.switch(name, fingerprint())
        elif not self._vault.has(self._texts.serving):
            raise StoreError(
                f'Chroma has no collection "{self._texts.serving}" though its texts are here: '
                "was the folder copied in part? Restore it, or remove it and import again."
            )
        if rebuild or self._texts.fingerprint != fingerprint():
            if self._texts.count() > _REBUILD_UNASKED and not rebuild:
                raise StoreError(
                    f'The profiles of "{self._name}" were written by another version: run `kakuyaku profiles rebuild`.'
                )
            self.rebuild(progress)
        else:
            self._load_index()

    def _load_index(self) -> None:
        number = self._texts.applied
        rows = (
            records.to_row(profile_id, metadata, vector)
            for profile_id, metadata, vector in self._vault.everything(self._texts.serving)
        )
        self._index = Index(rows)
        self._index_number = number

    def _put(
        self,
        collection: str,
        people: Sequence[Profile],
        number: int,
        progress: Progress | None,
        *,
        texts: bool = True,
    ) -> list[Row]:
        """Write people batch by batch; Chroma takes one batch (outside the interpreter lock) while the next is read."""
        rows: list[Row] = []
        writing: Future[None] | None = None
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="chroma") as hand:
            for batch in _batches(people, min(_BATCH, self._vault.largest_batch)):
                clean = [_stripped(profile) for profile in batch]
                facts = [read_facts(profile) for profile in clean]
                new = [row_of(f) for f in facts]
                metadata = [records.to_metadata(f, row, number) for f, row in zip(facts, new, strict=True)]
                if texts:
                    self._texts.write([Kept(profile) for profile in clean])
                if writing is not None:
                    writing.result()
                writing = hand.submit(
                    self._vault.upsert, collection, [row.id for row in new], [row.vector for row in new], metadata
                )
                rows.extend(new)
                if progress is not None:
                    progress(len(rows), len(people))
            if writing is not None:
                writing.result()
        return rows

    def _differing(self, ids: Sequence[str]) -> Iterator[Finding]:
        for batch in _batches(ids, _BATCH):
            for profile_id, metadata in self._vault.metadata(self._texts.serving, batch).items():
                row = self._index.row(profile_id)
                if row is not None and row.revision != metadata.get("revision"):
                    yield Finding("revision_differs", f"{profile_id} has another revision in the index.", profile_id)
                if int(metadata["number"]) > self._texts.applied:
                    message = (
                        f"{profile_id} is ahead of the journal: apply the journal again from {self._texts.applied}."
                    )
                    yield Finding("number_ahead", message, profile_id)


def fingerprint() -> str:
    """Name what the stored facts and vectors depend on."""
    return f"{FACTS_CODE}-{vector_fingerprint()}"


def _stripped(profile: Profile) -> Profile:
    text, counts = strip_banned(profile.text)
    headline, more = strip_banned(profile.headline)
    return replace(profile, text=text, headline=headline) if counts or more else profile


def _file_name(collection: str) -> str:
    if (
        not collection
        or not all(c.isascii() and (c.isalnum() or c in "-_") for c in collection)
        or len(collection) > 60
    ):
        raise StoreError(f'"{collection}" is no name for a collection: use up to 60 of a-z, A-Z, 0-9, - and _.')
    return collection


def _collection_name(collection: str, generation: int) -> str:
    return f"kakuyaku-{_file_name(collection)}.{generation}"


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
