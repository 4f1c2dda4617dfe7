"""A segment: up to sixteen blocks of people in one immutable file, memory-mapped.

Block after block lie its ids, columns, vectors and postings, each array on a multiple of 64 bytes; then, for finding
people by id, the sorted hashes of all ids with their places; at the end the names of the concepts. Where everything
lies follows from the record in the manifest, which also has the checksum of every block.
"""

from __future__ import annotations

import json
import mmap
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ranking.columns import COLUMNS, Block, Postings
from ranking.durable import checksum, step, sync_file
from ranking.encoder import DIMENSIONS
from ranking.gathering import hash_ids, living, renumbered

BLOCKS = 16
_ALIGN = 64
_PIECE = 4 << 20  # bytes read at once while checking


class Damaged(Exception):
    """A file of the index isn't what was written; the message names it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One checked stretch of a segment's file."""

    offset: int
    bytes: int
    crc: int


@dataclass(frozen=True, slots=True)
class BlockRecord:
    """What is needed to find a block's arrays: how many people, bytes of an id, concept names, pairs, denied pairs."""

    people: int
    width: int
    names: int
    pairs: int
    denied: int
    part: Part


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A segment as the manifest lists it."""

    name: str
    bytes: int
    people: int
    blocks: tuple[BlockRecord, ...]
    looking_up: Part
    names: Part

    def as_json(self) -> dict[str, Any]:
        """Write the record for the manifest."""
        return {
            "name": self.name,
            "bytes": self.bytes,
            "people": self.people,
            "blocks": [
                [b.people, b.width, b.names, b.pairs, b.denied, b.part.offset, b.part.bytes, b.part.crc]
                for b in self.blocks
            ],
            "looking_up": [self.looking_up.offset, self.looking_up.bytes, self.looking_up.crc],
            "names": [self.names.offset, self.names.bytes, self.names.crc],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SegmentRecord:
        """Read a record back."""
        return cls(
            data["name"],
            data["bytes"],
            data["people"],
            tuple(BlockRecord(b[0], b[1], b[2], b[3], b[4], Part(*b[5:])) for b in data["blocks"]),
            Part(*data["looking_up"]),
            Part(*data["names"]),
        )


class SegmentWriter:
    """Writes one segment, a block at a time. Nothing counts until a manifest lists the record `finish` returns."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / name
        self.name = name
        self._file: IO[bytes] = self._path.open("xb")
        self._offset = 0
        self._numbers: dict[str, int] = {}
        self._blocks: list[BlockRecord] = []
        self._hashes: list[NDArray[np.uint64]] = []

    @property
    def full(self) -> bool:
        return len(self._blocks) >= BLOCKS

    def add(self, block: Block) -> None:
        """Write the living people of a block."""
        block = living(block)
        if not len(block):
            return
        offsets, rows = renumbered(block.postings, self._numbers)
        denied_offsets, denied_rows = renumbered(block.denials, self._numbers)
        names = len(self._numbers)
        record = BlockRecord(
            len(block), block.ids.dtype.itemsize, names, len(rows), len(denied_rows), Part(self._offset, 0, 0)
        )
        arrays = {
            "ids": block.ids,
            "vectors": block.vectors,
            "posting_offsets": _padded(offsets, names + 1),
            "posting_rows": rows,
            "denial_offsets": _padded(denied_offsets, names + 1),
            "denial_rows": denied_rows,
            **{name: getattr(block, name) for name, _ in COLUMNS},
        }
        crc = 0
        for name, kind, shape in _layout(record):
            crc = self._write(np.ascontiguousarray(arrays[name].astype(kind, copy=False)).reshape(shape), crc)
        part = Part(record.part.offset, self._offset - record.part.offset, crc)
        self._blocks.append(BlockRecord(record.people, record.width, names, record.pairs, record.denied, part))
        self._hashes.append(hash_ids(block.ids))
        step("block written")

    def finish(self) -> SegmentRecord:
        """Write the rest and wait until the file is on the disk."""
        hashes = np.concatenate(self._hashes) if self._hashes else np.zeros(0, np.uint64)
        order = np.argsort(hashes, kind="stable")
        start = self._offset
        crc = self._write(hashes[order], 0)
        looking_up = Part(start, 0, self._write(order.astype("<u4"), crc))
        looking_up = Part(start, self._offset - start, looking_up.crc)
        start = self._offset
        text = json.dumps(list(self._numbers), ensure_ascii=False).encode()
        crc = self._write(np.frombuffer(text, np.uint8), 0)
        record = SegmentRecord(
            self.name,
            self._offset,
            len(hashes),
            tuple(self._blocks),
            looking_up,
            Part(start, self._offset - start, crc),
        )
        sync_file(self._file)
        self._file.close()
        step("segment written")
        return record

    def abandon(self) -> None:
        """Remove what was written so far."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _write(self, array: NDArray[Any], crc: int) -> int:
        content = array.tobytes()
        space = b"\0" * (-len(content) % _ALIGN)
        self._file.write(content)
        self._file.write(space)
        self._offset += len(content) + len(space)
        return checksum(space, checksum(content, crc))


class Segment:
    """A segment opened for reading. Its arrays stay readable as long as somebody holds one, though the file be gone."""

    def __init__(self, folder: Path, record: SegmentRecord) -> None:
        """Map the file. Raises `Damaged` when it is missing, of another length, or its small parts are wrong."""
        self.record = record
        self.path = folder / record.name
        try:
            with self.path.open("rb") as file:
                found = file.seek(0, 2)
                if found != record.bytes:
                    raise Damaged(f"{self.path.name} has {found:,} bytes instead of {record.bytes:,}")
                self._map = mmap.mmap(file.fileno(), record.bytes, access=mmap.ACCESS_READ)
        except FileNotFoundError:
            raise Damaged(f"{self.path.name} is missing") from None
        names = self._map[record.names.offset : record.names.offset + record.names.bytes]
        if checksum(names) != record.names.crc:
            raise Damaged(f"{self.path.name} is damaged at byte {record.names.offset:,}")
        self._numbers = {name: number for number, name in enumerate(json.loads(names.rstrip(b"\0") or b"[]"))}
        self.starts = np.cumsum([0, *(b.people for b in record.blocks)])
        size = record.people * 8
        self._hashes = self._array("<u8", (record.people,), record.looking_up.offset)
        self._places = self._array("<u4", (record.people,), record.looking_up.offset + size + -size % _ALIGN)
        self.blocks = tuple(self._block(b) for b in record.blocks)

    def __len__(self) -> int:
        return self.record.people

    def find(self, ids: NDArray[np.bytes_], hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return where each id lies in the segment, −1 for those that aren't in it."""
        found = np.full(len(ids), -1, np.int64)
        at = np.searchsorted(self._hashes, hashes)
        open_ = np.flatnonzero(at < len(self._hashes))
        while len(open_):
            open_ = open_[self._hashes[at[open_]] == hashes[open_]]
            places = self._places[at[open_]].astype(np.int64)
            same = self.ids_at(places) == ids[open_]
            found[open_[same]] = places[same]
            open_ = open_[~same]  # another id of the same hash may follow
            at[open_] += 1
            open_ = open_[at[open_] < len(self._hashes)]
        return found

    def ids_at(self, places: NDArray[np.int64]) -> NDArray[np.bytes_]:
        """Read the ids at some places."""
        widest = max((b.width for b in self.record.blocks), default=1)
        result = np.zeros(len(places), f"S{widest}")
        for number, mask in self.by_block(places):
            result[mask] = self.blocks[number].ids[places[mask] - self.starts[number]]
        return result

    def by_block(self, places: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Tell which of the places lie in which block."""
        blocks = np.searchsorted(self.starts, places, side="right") - 1
        for number in np.unique(blocks):
            yield int(number), blocks == number

    def check(self, stop: threading.Event | None = None) -> str | None:
        """Read the whole file (which also brings it into memory) and say what is damaged; None when nothing is."""
        parts = [*(b.part for b in self.record.blocks), self.record.looking_up, self.record.names]
        try:
            with self.path.open("rb") as file:
                for part in parts:
                    crc, left = 0, part.bytes
                    while left and not (stop is not None and stop.is_set()):
                        piece = file.read(min(left, _PIECE))
                        if not piece:
                            return f"{self.path.name} ends too early"
                        crc, left = checksum(piece, crc), left - len(piece)
                    if stop is not None and stop.is_set():
                        return None
                    if crc != part.crc:
                        return f"{self.path.name} is damaged between bytes {part.offset:,} and {part.offset + part.bytes:,}"
        except OSError as error:
            return f"{self.path.name} can't be read ({error.strerror})"
        return None

    def _block(self, record: BlockRecord) -> Block:
        arrays: dict[str, Any] = {}
        offset = record.part.offset
        for name, kind, shape in _layout(record):
            arrays[name] = self._array(kind, shape, offset)
            size = arrays[name].nbytes
            offset += size + -size % _ALIGN
        full = len(self._numbers) + 1
        return Block(
            postings=Postings(self._numbers, _padded(arrays.pop("posting_offsets"), full), arrays.pop("posting_rows")),
            denials=Postings(self._numbers, _padded(arrays.pop("denial_offsets"), full), arrays.pop("denial_rows")),
            **arrays,
        )

    def _array(self, kind: str, shape: tuple[int, ...], offset: int) -> NDArray[Any]:
        count = int(np.prod(shape))
        return np.frombuffer(self._map, kind, count, offset).reshape(shape) if count else np.zeros(shape, kind)


def _layout(record: BlockRecord) -> list[tuple[str, str, tuple[int, ...]]]:
    n = record.people
    return [
        ("ids", f"S{record.width}", (n,)),
        *((name, kind, (n,)) for name, kind in COLUMNS),
        ("posting_offsets", "<u4", (record.names + 1,)),
        ("posting_rows", "<u2", (record.pairs,)),
        ("denial_offsets", "<u4", (record.names + 1,)),
        ("denial_rows", "<u2", (record.denied,)),
        ("vectors", "i1", (n, DIMENSIONS)),
    ]


def _padded(offsets: NDArray[np.uint32], length: int) -> NDArray[np.uint32]:
    lacking = length - len(offsets)
    if not lacking:
        return offsets
    return np.concatenate((offsets, np.full(lacking, offsets[-1], np.uint32)))
