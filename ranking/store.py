"""The people of one employer, kept in Chroma: the one door to chromadb.

Chroma holds id, vector and about a dozen scalars; the full text and the fields as they were given stand beside it
under the same id in a small SQLite file (a Chroma document costs ten times its size, and Chroma's files keep the words
of people who were deleted). The side index, what the score reads, is derived from Chroma and lies beside it on the
local disk. One process at a time opens an embedded folder; it may open several collections.

Every change goes texts, Chroma, index, number: stopped anywhere, applying the journal again ends in the same state.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import structlog

from ranking import records
from ranking.columns import Snapshot, block_of
from ranking.durable import step
from ranking.encoder import vector_fingerprint
from ranking.errors import StoreBusy, StoreError
from ranking.gathering import filled
from ranking.host_lock import HostLock
from ranking.own_tables import OwnTables
from ranking.people import Progress, batches
from ranking.profiles import check_id
from ranking.recording import BATCH, Recorder, Stopped
from ranking.side_index import Damaged, SideIndex
from ranking.store_fit import MOST_PEOPLE, fit_tables
from ranking.tables import Tables, in_force
from ranking.texts import Texts
from ranking.values import Profile
from ranking.vault import Vault, open_vault
from ranking.verifying import Finding, compare

__all__ = ["Finding", "ProfileStore", "StoreBusy", "StoreError"]

log = structlog.get_logger(__name__)
FACTS_CODE = 4  # raised by hand when reading the same text gives other facts
_REBUILD_UNASKED = 20_000  # a small store re-reads itself at opening after an upgrade
_FETCH_NEWER = 20_000  # more than this, and reading everybody is the quicker way


class ProfileStore:
    """The profiles of one collection. Use as a context manager, or call `close`. Threads may share it."""

    def __init__(self, vault: Vault, texts: Texts, collection: str, home: Path) -> None:
        self._vault = vault
        self._texts = texts
        self._name = collection
        self._home = home / "index"
        self._tables = OwnTables(home / "tables" / collection)
        self._writing = threading.RLock()
        self._rebuilding = threading.Lock()
        self._host = HostLock(self._home / f"{collection}.lock")
        self._index: SideIndex
        self._serving = ""
        self._frozen: Tables | None = None  # the tables this store was fitted with; None for the shipped ones
        self._now: tuple[SideIndex, Tables | None]
        self._changed: set[str] | None = None  # who was written while something is rebuilt beside
        self._closing = threading.Event()
        self._checking: threading.Thread | None = None
        self._recorder = Recorder(vault, texts, self._closing)

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

        `rebuild` reads every text again first, whatever version wrote it, telling `progress`. An index that is missing
        or can't be read is built anew from Chroma before this returns; the files of one that can are compared with
        their checksums in the background.
        Raises `StoreBusy` when another process has the folder open, `StoreError` when the store can't be read. One
        that was written by another version and is too large to be rebuilt unasked opens, for `rebuild`: judging and
        applying raise `StoreError` until then.
        """
        remote = str(where).startswith(("http://", "https://"))
        if remote and texts is None:
            raise StoreError("A Chroma server keeps no full text: name a local folder for it (texts=...).")
        folder = texts if texts is not None else Path(where) / "texts"
        vault = open_vault(str(where))
        try:
            file = folder / f"{_file_name(collection)}.sqlite3"
            store = cls(vault, Texts(file), collection, folder if remote else Path(where))
        except BaseException:
            vault.close()
            raise
        try:
            store._prepare(rebuild, progress)
            store._check_beside()
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
        self._closing.set()
        if self._checking is not None and self._checking is not threading.current_thread():
            self._checking.join()
        self._recorder.close()
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
        for batch in batches(ids, BATCH):
            for profile_id, metadata in self._vault.metadata(self._texts.serving, batch).items():
                if (beside := kept.get(profile_id)) is not None:
                    found[profile_id] = records.to_profile(profile_id, metadata, beside.text, beside.headline)
        return {profile_id: found[profile_id] for profile_id in ids if profile_id in found}

    def revisions(self, ids: Sequence[str]) -> dict[str, int]:
        """Tell which revision of each person the score reads; ids the index doesn't have are left out."""
        self._ready()
        found = self._index.find(ids)
        return {raw.decode(): int(number) for raw, number in zip(found.ids.tolist(), found.revisions, strict=True)}

    def scan(self, batch: int = BATCH) -> Iterator[Profile]:
        """Read everybody, in the order of their ids."""
        for ids in self._texts.id_pages(batch):
            yield from self.get(ids).values()

    def snapshot(self) -> Snapshot:
        """Return everybody, with the number of the last journal row in them; never waits for a writer.

        What another process has applied to the same server is seen too.
        """
        if not self._serving:
            self._ready()
        elif self._vault.folder is None and self._writing.acquire(blocking=False):
            try:
                self._ready()
            finally:
                self._writing.release()
        # Index and tables are taken together: a switch in between must not part them.
        index, frozen = self._now
        return replace(index.snapshot(), frozen=frozen)

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
        personal data in a text is removed here too (R9). Raises `ValueError` for an id that can't be kept (nothing is
        written then), `StoreBusy` while another process rebuilds.
        """
        people, gone, recorder = list(upserts), list(deletes), self._recorder
        for person in people:
            check_id(person.id)
        with self._writing, self._host, in_force(self._ready_by()):
            if number <= self._texts.applied:
                return False
            if self._changed is not None:
                self._changed.update(person.id for person in people)
                self._changed.update(gone)
            done = 0
            for read in recorder.readers_for(len(people)).read(people, recorder.batch):
                self._texts.write(read.kept())
                step("texts written")
                recorder.write(self._serving, read, number)
                step("chroma written")
                self._index.put(read.rows())
                done += len(read)
                if progress is not None:
                    progress(done, len(people))
            for ids in batches(gone, BATCH):
                self._vault.delete(self._serving, ids)
                step("chroma deleted")
                self._texts.delete(ids)
                step("texts deleted")
            self._index.put([], gone, number=number)
            self._texts.mark_applied(number)
            step("number written")
            return True

    def rebuild(self, progress: Progress | None = None) -> int:
        """Read every text again into a collection and index beside the serving ones, then switch.

        Returns how many people. What is applied meanwhile goes into the old ones and, before the switch, into the new.
        """
        return self._rebuild(self._tables.of(self._texts.fingerprint), progress)

    def fit(self, progress: Progress | None = None) -> int:
        """Fit tables on the people here and read everybody again by them, beside the serving ones; then switch.

        Scores get a new version. Raises `StoreError` for too few people to fit on.
        """
        every = max(1, -(-self._texts.count() // MOST_PEOPLE))
        everybody = (profile_id for ids in self._texts.id_pages(BATCH) for profile_id in ids)
        drawn = batches(islice(everybody, 0, None, every), BATCH)
        texts = [kept.text for ids in drawn for kept in self._texts.read(ids).values()]
        with in_force(None):
            frozen = self._tables.save(fit_tables(texts, progress))
        return self._rebuild(frozen, progress)

    def unfit(self, progress: Progress | None = None) -> int:
        """Go back to the shipped tables, as `fit` goes away from them."""
        return self._rebuild(None, progress)

    @property
    def fitted(self) -> bool:
        """Whether the tables in force were fitted on the people here."""
        return self._frozen is not None

    def _rebuild(self, frozen: Tables | None, progress: Progress | None) -> int:
        with self._rebuilding, self._host, in_force(frozen):
            with self._writing:
                start, self._changed = self._texts.applied, set()
                new = _collection_name(self._name, self._texts.generation + 1)
                self._vault.drop(new)
                self._vault.create(new)
                index = SideIndex.create(self._home / new, fingerprint(), lock=self._host)
            try:
                parts = index.build(filled(block_of(rows) for rows in self._recorder.read_again(new, start, progress)))
                step("rebuilt beside")
                with self._writing:
                    index.adopt(parts, number=start)
                    self._recorder.repeat(self._changed, new, index)
                    step("changes repeated")
                    old = self._texts.serving
                    self._tables.note(fingerprint(), frozen)
                    self._texts.switch(new, fingerprint())
                    step("switched")
                    self._serving, self._index, self._frozen = new, index, frozen
                    self._now = index, frozen
            finally:
                self._changed = None
            self._discard(old)
            self._tables.keep_only(self._texts.fingerprint, frozen)
            people = index.people
            log.info("profiles_rebuilt", collection=self._name, profiles=people)
            return people

    def rebuild_index(self) -> int:
        """Read everybody from Chroma into new segments while the old ones serve, then switch; return how many."""
        with self._rebuilding, self._host:
            with self._writing:
                self._ready()
                index, start = self._index, self._texts.applied
                changed: set[str] = set()
                self._changed = changed
            try:
                parts = index.build(filled(block_of(rows) for rows in self._recorder.rows_of(self._serving)))
                step("index rebuilt beside")
                with self._writing:
                    index.adopt(parts, number=start, then=lambda: self._recorder.copy(changed, self._serving, index))
            finally:
                self._changed = None
            log.info("index_rebuilt", collection=self._name, profiles=index.people)
            return index.people

    def compact(self) -> None:
        """Rewrite the parts of the index that hold people deleted since, so that none of their bytes remain in it."""
        with self._writing, self._host:
            self._ready()
            self._index.compact()

    def erase_all(self) -> None:
        """Remove everybody: collection, texts, index, and the number of the last journal row."""
        with self._rebuilding, self._writing, self._host:
            old = self._serving
            self._texts.erase()
            self._discard(old)
            self._tables.keep_only("", None)
            self._prepare()

    def verify(self) -> list[Finding]:
        """Compare texts, Chroma, index and checksums, page by page; an empty list means they agree."""
        with self._writing:
            try:
                self._ready()
            except StoreError as outdated:
                return [Finding("stale", str(outdated))]
            return list(compare(self._texts, self._vault, self._index))

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _prepare(self, rebuild: bool = False, progress: Progress | None = None) -> None:
        self._frozen = self._tables.of(self._texts.fingerprint) if self._texts.serving else None
        with in_force(self._frozen):
            self._prepare_by_tables(rebuild, progress)

    def _prepare_by_tables(self, rebuild: bool, progress: Progress | None) -> None:
        with self._writing, self._host:
            if not self._texts.serving:
                self._serving = _collection_name(self._name, 1)
                self._discard(self._serving)  # left by an erasure that was stopped
                self._vault.create(self._serving)
                step("collection made")
                self._index = SideIndex.create(self._home / self._serving, fingerprint(), lock=self._host)
                self._now = self._index, None
                self._texts.switch(self._serving, fingerprint())
            elif not self._vault.has(self._texts.serving):
                raise StoreError(
                    f'Chroma has no collection "{self._texts.serving}" though its texts are here: '
                    "was the folder copied in part? Restore it, or remove it and import again."
                )
            self._remove_leftovers()
        if rebuild or self._texts.fingerprint != fingerprint():
            if self._texts.count() > _REBUILD_UNASKED and not rebuild:
                log.warning("profiles_outdated", collection=self._name)  # `_ready` refuses until they are rebuilt
            else:
                self.rebuild(progress)
        else:
            self._open_index()

    def _ready(self) -> None:
        """See what another process has written to texts and index. Raises `StoreError` where a rebuild is due."""
        if self._serving != self._texts.serving:
            self._frozen = self._tables.of(self._texts.fingerprint)
            with in_force(self._frozen):
                current = fingerprint()
            if self._texts.fingerprint != current:
                raise StoreError(
                    f'The profiles of "{self._name}" were written by another version: run `kakuyaku profiles rebuild`.'
                )
            self._open_index()
        else:
            try:
                self._index.look()
            except Damaged:
                self._open_index()

    def _ready_by(self) -> Tables | None:
        """Do what `_ready` does, and return the tables that are in force then."""
        self._ready()
        return self._frozen

    def _open_index(self) -> None:
        with in_force(self._frozen):
            self._open_index_by_tables()
        self._now = self._index, self._frozen

    def _open_index_by_tables(self) -> None:
        self._serving = self._texts.serving
        folder = self._home / self._serving
        try:
            self._index = SideIndex.open(folder, fingerprint(), lock=self._host)
        except Damaged as damage:
            log.warning("index_damaged", collection=self._name, damage=str(damage))
            self._index = SideIndex.create(folder, fingerprint(), lock=self._host)
        with self._host:
            self._index.sweep()
            if self._index.number < self._texts.applied:
                self._catch_up()

    def _catch_up(self) -> None:
        """Bring an index that lost its end (or all) level with Chroma, which is always as new as the number."""
        newer = [] if not self._index.people else self._vault.newer(self._serving, self._index.number, _FETCH_NEWER)
        if newer and len(newer) < _FETCH_NEWER:
            self._index.put([records.to_row(*record) for record in newer])
        # After that everybody of Chroma is in the index; deletions that were lost show in the count.
        if self._index.people == self._vault.count(self._serving):
            self._index.put([], number=self._texts.applied)
        else:  # nobody writes meanwhile, so nothing has to be repeated as in `rebuild_index`
            parts = self._index.build(filled(block_of(rows) for rows in self._recorder.rows_of(self._serving)))
            self._index.adopt(parts, number=self._texts.applied)

    def _check_beside(self) -> None:
        """Compare the files with their checksums in the background, which also brings them into memory."""

        def check() -> None:
            found = self._index.check(self._closing)
            if not found or self._closing.is_set():
                return
            log.error("index_damaged", collection=self._name, damage=found)
            try:
                self.rebuild_index()
            except Stopped:
                log.info("index_rebuild_stopped", collection=self._name)
            except (StoreError, Damaged, OSError) as error:
                # Nobody waits for this thread; the old index goes on and the next opening or `verify` finds it again.
                log.error("index_rebuild_failed", collection=self._name, error=str(error))

        if self._serving and self._index.snapshot().people:
            self._checking = threading.Thread(target=check, name=f"check-{self._name}", daemon=True)
            self._checking.start()

    def _discard(self, collection: str) -> None:
        self._vault.drop(collection)
        step("collection dropped")
        shutil.rmtree(self._home / collection, ignore_errors=True)

    def _remove_leftovers(self) -> None:
        """Remove what a stopped rebuild left. On a server it may be another host's: left alone there."""
        if self._vault.folder is None:
            return
        for name in self._vault.names():
            if name != self._texts.serving and name.rpartition(".")[0] == _collection_name(self._name, 0)[:-2]:
                self._discard(name)
        for folder in self._home.glob(f"{_collection_name(self._name, 0)[:-2]}.*"):
            if folder.name != self._texts.serving:
                shutil.rmtree(folder)


def fingerprint() -> str:
    """Name what the stored facts and vectors depend on."""
    return f"{FACTS_CODE}-{vector_fingerprint()}"


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
