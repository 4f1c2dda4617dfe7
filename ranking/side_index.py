"""What the score reads of everybody, on disk: immutable segments, a tail of the newest, tombstones, one manifest.

Derived from Chroma and rebuildable. Writing appends to the tail and buries the old places; a full tail becomes a
segment, small segments are merged, segments with many dead rewritten. Readers hold a `Snapshot`, whose arrays stay as
they are whatever a writer does, in this process or another: only the manifest's rename changes what counts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from ranking.burials import Burials
from ranking.columns import BLOCK, COLUMNS, Block, Postings, Row, Snapshot, block_of
from ranking.durable import step, sync_folder, write_file
from ranking.gathering import filled, hash_ids, join
from ranking.host_lock import HostLock
from ranking.manifest import NAME, DeadRecord, Manifest, read_dead, write_dead
from ranking.segments import BLOCKS, Damaged, Segment, SegmentRecord, SegmentWriter
from ranking.tail import Frame, Tail, TailFile

__all__ = ["Damaged", "SideIndex"]

log = structlog.get_logger(__name__)
TAIL_PEOPLE = 50_000
TAIL_FRAMES = 2_000  # a tail of single changes takes longer to read than a small segment
MERGED_AT_ONCE = 4
LARGEST_MERGED = BLOCK * BLOCKS // 4
DEAD_SHARE = 0.2
_STEP = 10_000


class SideIndex:
    """The index of one folder. Threads may share it; writing takes the host's lock."""

    def __init__(self, folder: Path, fingerprint: str, lock: HostLock | None = None) -> None:
        self.folder, self.fingerprint = folder, fingerprint
        self._writer = lock or HostLock(folder.with_name(folder.name + ".lock"))
        self._guard = threading.RLock()
        self._manifest = Manifest(fingerprint, 0, 1, "")
        self._seen: tuple[int, int, int] | None = None
        self._parts: list[Burials] = []
        self._tail, self._file = Tail(), TailFile(folder / "none")
        self._number = 0
        self._snapshot = Snapshot((), 0, 0)
        self._changed = self._adopting = False
        self._building: set[str] = set()

    @classmethod
    def open(cls, folder: Path, fingerprint: str, *, lock: HostLock | None = None) -> SideIndex:
        """Open the index of a folder, an empty one if the folder isn't there.

        Raises `Damaged` when it can't be served whole, or vectors are of another fingerprint: build it anew
        (`create`, then `replace_all`).
        """
        if not folder.exists():
            return cls.create(folder, fingerprint, lock=lock)
        index = cls(folder, fingerprint, lock)
        index.refresh()
        return index

    @classmethod
    def create(cls, folder: Path, fingerprint: str, *, lock: HostLock | None = None) -> SideIndex:
        """Make an empty index, whatever is in the folder."""
        index = cls(folder, fingerprint, lock)
        with index._writer, index._guard:
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
            index._manifest = replace(index._manifest, next=_next_number(folder))
            index._commit([], number=0)
        return index

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def number(self) -> int:
        """The last journal row that is in the index."""
        return self._number

    @property
    def people(self) -> int:
        with self._guard:
            return sum(part.living for part in self._parts) + self._tail.living

    def look(self) -> None:
        """See what another process has written, unless a writer of this process is busy. Raises `Damaged`."""
        if self._guard.acquire(blocking=False):
            try:
                self.refresh()
            finally:
                self._guard.release()

    def refresh(self) -> None:
        """See what another process has written. Raises `Damaged`."""
        with self._guard:
            for _ in range(20):
                seen = _stamp(self.folder / NAME)
                try:
                    if seen != self._seen:
                        self._load()
                        self._seen = seen
                    self._read_tail()
                    self._publish()
                    return
                except Damaged:
                    # A writer may have replaced the manifest and removed what the old one named.
                    if _stamp(self.folder / NAME) == seen:
                        raise
                    self._seen = None
            raise Damaged("the manifest keeps changing")

    def snapshot(self) -> Snapshot:
        """Return everybody: no copy, immutable, never waiting for a writer; what was written before is in it."""
        return self._snapshot

    def find(self, ids: Sequence[str]) -> Block:
        """Read the columns and vectors (not the concepts) of those of the ids that are in the index, in any order."""
        with self._guard:
            names, hashes = _as_bytes(ids)
            found: list[Block] = []
            for part in self._parts:
                places = part.segment.find(names, hashes)
                places = places[places >= 0]
                places = places[part.is_alive(places)]
                for number, mask in part.segment.by_block(places):
                    found.append(_rows(part.segment.blocks[number], places[mask] - part.segment.starts[number]))
            rows = [self._tail.places[name] for name in dict.fromkeys(names.tolist()) if name in self._tail.places]
            if rows:
                found.append(_rows(self._tail.block(), np.array(rows, np.int64)))
            return join(found)

    def ids(self) -> Iterator[list[str]]:
        """List the ids of everybody, block by block."""
        for block in self.snapshot().blocks:
            ids = block.ids if block.alive is None else block.ids[block.alive]
            yield [raw.decode() for raw in ids.tolist()]

    def check(self, stop: threading.Event | None = None) -> list[str]:
        """Compare every file with its checksum (and bring it into memory); say what is damaged."""
        with self._guard:
            segments, manifest, tail = [part.segment for part in self._parts], self._manifest, self._file
        found = [damage for segment in segments if (damage := segment.check(stop)) is not None]
        with self._guard:
            if (
                self._manifest is not manifest
            ):  # files may have been merged away meanwhile; the new ones were just written
                gone = {s.name for s in manifest.segments} - {s.name for s in self._manifest.segments}
                return [damage for damage in found if not any(damage.startswith(name) for name in gone)]
            try:
                on_disk = Manifest.read(self.folder)
                for record in on_disk.dead.values():
                    read_dead(self.folder, record)
            except Damaged as damage:
                found.append(str(damage))
            if (damage_of_tail := tail.check()) is not None:
                found.append(damage_of_tail)
        return found

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def put(self, rows: Sequence[Row], gone: Iterable[str] = (), *, number: int = 0) -> None:
        """Let people in, in place of those of the same ids, and others go; on disk when this returns.

        `number` is the journal row this completes, 0 when more of it follows.
        """
        latest = list({row.id: row for row in rows}.values())
        names = tuple(gone)
        with self._writer, self._guard:
            self.refresh()
            steps = range(0, max(1, len(latest)), _STEP)
            for start in steps:
                last = start == steps[-1]
                block = block_of(latest[start : start + _STEP])
                if self._tail.people + len(block) > BLOCK:
                    self._seal()
                frame = Frame(number if last else 0, block, names if last else ())
                self._file.append([frame])
                self._take(frame)
                self._bury([*block.ids.tolist(), *(name.encode() for name in frame.gone)])
            self._publish()
            self._tend()

    def append_blocks(self, blocks: Iterable[Block], *, number: int = 0) -> int:
        """Let many people in from ready columns, in place of those of the same ids; return how many.

        The blocks' ids must differ from each other. Nothing counts until all are written.
        """
        with self._writer:
            self.refresh()
            records = self._write_segments(blocks)
            with self._guard:
                if self._tail.people or self._tail.frames:
                    self._seal()
                parts = [Burials(Segment(self.folder, record)) for record in records]
                for part in parts:
                    for block in part.segment.blocks:
                        self._bury(block.ids.tolist())
                self._commit([*self._parts, *parts], number=number or self._number)
                self._publish()
                return sum(record.people for record in records)

    def build(self, blocks: Iterable[Block]) -> list[SegmentRecord]:
        """Write segments beside what serves, for `adopt`; people may be put in meanwhile."""
        return self._write_segments(blocks)

    def adopt(self, records: Sequence[SegmentRecord], *, number: int, then: Callable[[], None] | None = None) -> None:
        """Let segments just built be the whole index.

        `then` runs under the same lock, before any reader sees the new segments: it puts in what changed meanwhile.
        """
        with self._writer, self._guard:
            self._adopting = True
            try:
                self._commit([Burials(Segment(self.folder, record)) for record in records], number=number)
                if then is not None:
                    then()
            finally:
                self._adopting = False
            self._publish()

    def compact(self) -> None:
        """Rewrite every segment that has dead people, so that nothing of them remains on the disk."""
        with self._writer, self._guard:
            self.refresh()
            if self._tail.people or self._tail.frames:
                self._seal()
            for part in [part for part in self._parts if part.dead]:
                self._rewrite([part])
            self._publish()

    def sweep(self) -> None:
        """Remove files no manifest lists, left by a process that was stopped."""
        with self._writer, self._guard:
            self.refresh()
            self._sweep()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _load(self) -> None:
        manifest = Manifest.read(self.folder)
        if manifest.fingerprint != self.fingerprint:
            raise Damaged("the vectors are of another version")
        opened = {part.segment.record: part.segment for part in self._parts}
        parts = []
        for record in manifest.segments:
            part = Burials(opened.get(record) or Segment(self.folder, record))
            if record.name in manifest.dead:
                part.bury(read_dead(self.folder, manifest.dead[record.name]))
            parts.append(part)
        # A process that was stopped may have left files with the next names.
        manifest = replace(manifest, next=max(manifest.next, _next_number(self.folder)))
        self._manifest, self._parts, self._number = manifest, parts, manifest.number
        self._tail, self._file = Tail(), TailFile(self.folder / manifest.tail)
        self._changed = True

    def _read_tail(self) -> None:
        names: list[bytes] = []
        for frame in self._file.new_frames():
            self._take(frame)
            names.extend(frame.block.ids.tolist())
            names.extend(name.encode() for name in frame.gone)
        self._bury(names)

    def _publish(self) -> None:
        if self._changed and not self._adopting:
            blocks = [block for part in self._parts for block in part.blocks()]
            if self._tail.people:
                blocks.append(self._tail.block())
            self._snapshot = Snapshot(tuple(blocks), self._number, self.people)
            self._changed = False

    def _take(self, frame: Frame) -> None:
        self._tail.take(frame)
        self._number = max(self._number, frame.number)
        self._changed = True

    def _bury(self, names: Sequence[bytes]) -> None:
        """Bury what segments have of these ids."""
        if not names or not self._parts:
            return
        self._changed = True
        ids = np.array(names, np.bytes_)
        hashes = hash_ids(ids)
        for part in self._parts:
            places = part.segment.find(ids, hashes)
            if len(places := places[places >= 0]):
                part.bury(places)

    def _write_segments(self, blocks: Iterable[Block]) -> list[SegmentRecord]:
        records: list[SegmentRecord] = []
        writer: SegmentWriter | None = None
        names: list[str] = []
        try:
            for block in blocks:
                if writer is None:
                    writer = SegmentWriter(self.folder, self._new_name("segment"))
                    names.append(writer.name)
                    self._building.add(writer.name)
                writer.add(block)
                if writer.full:
                    records.append(writer.finish())
                    writer = None
            if writer is not None:
                records.append(writer.finish())
                writer = None
        except BaseException:
            if writer is not None:
                writer.abandon()
            for record in records:
                (self.folder / record.name).unlink(missing_ok=True)
            self._building.difference_update(names)
            raise
        return [record for record in records if record.people]

    def _new_name(self, kind: str) -> str:
        with self._guard:
            number = self._manifest.next
            self._manifest = replace(self._manifest, next=number + 1)
            return f"{kind}-{number:08d}"

    def _commit(self, parts: Sequence[Burials], *, number: int, keep_tail: bool = False) -> None:
        """Let these parts be what counts: tombstones and tail first, then the manifest, then away with the rest."""
        dead: dict[str, DeadRecord] = {}
        before = self._manifest.dead
        for part in parts:
            if part.dead:
                known = before.get(part.segment.record.name)
                if known is None or known.count != part.dead:  # the dead never rise again: same count, same people
                    known = write_dead(self.folder, self._new_name("dead"), part.places())
                dead[part.segment.record.name] = known
        step("tombstones written")
        tail = self._manifest.tail
        if not keep_tail:
            tail = self._new_name("tail")
            write_file(self.folder / tail, b"")
        sync_folder(self.folder)
        step("tail made")
        self._manifest = replace(
            self._manifest,
            number=self._manifest.number if keep_tail else number,
            tail=tail,
            segments=tuple(part.segment.record for part in parts),
            dead=dead,
        )
        self._seen = None  # if writing fails now, the disk is asked again
        self._manifest.write(self.folder)
        self._parts = list(parts)
        if not keep_tail:
            self._tail, self._file = Tail(), TailFile(self.folder / tail)
            self._number = number
        self._changed = True
        self._seen = _stamp(self.folder / NAME)
        self._building -= self._manifest.files()
        step("manifest on disk")
        self._sweep()

    def _sweep(self) -> None:
        wanted = self._manifest.files() | self._building
        for path in self.folder.iterdir():
            if path.name not in wanted:
                path.unlink(missing_ok=True)
                step("orphan removed")

    def _seal(self) -> None:
        """Make the tail's people a segment."""
        records = self._write_segments([self._tail.block()])
        self._commit(
            [*self._parts, *(Burials(Segment(self.folder, record)) for record in records)], number=self._number
        )
        log.info("index_sealed", folder=self.folder.name, people=sum(record.people for record in records))

    def _rewrite(self, parts: Sequence[Burials]) -> None:
        """Put parts together as one, without their dead."""
        records = self._write_segments(filled(block for part in parts for block in part.blocks()))
        new = [Burials(Segment(self.folder, record)) for record in records]
        self._commit([*(part for part in self._parts if part not in parts), *new], number=self._number, keep_tail=True)
        log.info(
            "index_merged", folder=self.folder.name, parts=len(parts), people=sum(map(len, (n.segment for n in new)))
        )

    def _tend(self) -> None:
        """Seal, merge and rewrite as far as it is due."""
        if self._tail.people > TAIL_PEOPLE or self._tail.frames > TAIL_FRAMES:
            self._seal()
        while due := self._due():
            self._rewrite(due)
        self._publish()

    def _due(self) -> list[Burials]:
        for part in self._parts:
            if part.dead > DEAD_SHARE * len(part.segment):
                return [part]
        tiers: dict[int, list[Burials]] = {}
        for part in self._parts:
            if part.living < LARGEST_MERGED:
                tiers.setdefault((part.living.bit_length() + 1) // 2, []).append(part)
        for tier in sorted(tiers):
            if len(tiers[tier]) >= MERGED_AT_ONCE:
                return tiers[tier][:MERGED_AT_ONCE]
        return []


def _as_bytes(ids: Sequence[str]) -> tuple[NDArray[np.bytes_], NDArray[np.uint64]]:
    names = np.array([profile_id.encode() for profile_id in ids], np.bytes_)
    return names, hash_ids(names)


def _rows(block: Block, rows: NDArray[np.int64]) -> Block:
    """Take single rows without reading postings."""
    none = Postings({}, np.zeros(1, np.uint32), np.zeros(0, np.uint16))
    columns = {name: getattr(block, name)[rows] for name in ("ids", "vectors", *(name for name, _ in COLUMNS))}
    return Block(postings=none, denials=none, **columns)


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _next_number(folder: Path) -> int:
    """A number no file of the folder has: names are never used twice, whatever a reader still has open."""
    used = [int(tail) for path in folder.iterdir() if (tail := path.name.rpartition("-")[2]).isdigit()]
    return max(used, default=0) + 1
