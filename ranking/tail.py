"""The newest people of an index: an append-only file of checked frames, and the same people in memory.

A frame is what one call appended: a block, the ids that went, and the number of the journal row it completes. A frame
torn by a crash is not read, and cut off before the next one is written.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.columns import COLUMNS, Block, Postings
from ranking.durable import checksum, step, sync_file
from ranking.encoder import DIMENSIONS
from ranking.gathering import pairs_of, postings_of_pairs
from ranking.segments import Damaged

_HEAD = struct.Struct("<4sII")  # mark, bytes, checksum
_MARK = b"kyt1"


@dataclass(frozen=True, slots=True)
class Frame:
    """What one call appended; `number` 0 completes nothing."""

    number: int
    block: Block
    gone: tuple[str, ...]


def to_bytes(frame: Frame) -> bytes:
    """Lay a frame out as it stands in the file."""
    block = frame.block
    header = json.dumps(
        {
            "number": frame.number,
            "people": len(block),
            "width": block.ids.dtype.itemsize,
            "pairs": len(block.postings.rows),
            "denied": len(block.denials.rows),
            "names": sorted(block.postings.numbers, key=block.postings.numbers.__getitem__),
            "denied_names": sorted(block.denials.numbers, key=block.denials.numbers.__getitem__),
            "gone": frame.gone,
        },
        ensure_ascii=False,
    ).encode()
    parts = [struct.pack("<I", len(header)), header]
    parts.extend(
        np.ascontiguousarray(getattr(block, name).astype(kind, copy=False)).tobytes() for name, kind in _ARRAYS
    )
    for postings in (block.postings, block.denials):
        parts.append(postings.offsets[: len(postings.numbers) + 1].astype("<u4", copy=False).tobytes())
        parts.append(postings.rows.astype("<u2", copy=False).tobytes())
    body = b"".join(parts)
    return _HEAD.pack(_MARK, len(body), checksum(body)) + body


def from_bytes(body: bytes) -> Frame:
    """Read a frame back; the checksum has been looked at."""
    (length,) = struct.unpack_from("<I", body)
    header = json.loads(body[4 : 4 + length])
    offset, people = 4 + length, header["people"]
    arrays: dict[str, Any] = {}

    def take(kind: str, count: int) -> NDArray[Any]:
        nonlocal offset
        array = np.frombuffer(body, kind, count, offset)
        offset += array.nbytes
        return array

    for name, kind in _ARRAYS:
        if name == "ids":
            arrays[name] = take(f"S{header['width']}", people)
        elif name == "vectors":
            arrays[name] = take("i1", people * DIMENSIONS).reshape(people, DIMENSIONS)
        else:
            arrays[name] = take(kind, people)
    for name, names, pairs in (("postings", "names", "pairs"), ("denials", "denied_names", "denied")):
        numbers = {concept: number for number, concept in enumerate(header[names])}
        arrays[name] = Postings(numbers, take("<u4", len(numbers) + 1), take("<u2", header[pairs]))
    return Frame(header["number"], Block(**arrays), tuple(header["gone"]))


_ARRAYS = (("ids", "S"), *COLUMNS, ("vectors", "i1"))


class TailFile:
    """The file. Frames of `read` beyond what was read before are new ones of another process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read_to = 0

    def new_frames(self) -> Iterator[Frame]:
        """Read the whole frames that follow what has been read. Raises `Damaged` when the file is gone or has shrunk."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self.read_to:
                    raise Damaged(f"{self.path.name} is shorter than it was")
                file.seek(self.read_to)
                while len(head := file.read(_HEAD.size)) == _HEAD.size:
                    mark, length, crc = _HEAD.unpack(head)
                    if mark != _MARK or len(body := file.read(length)) < length or checksum(body) != crc:
                        return
                    self.read_to += _HEAD.size + length
                    yield from_bytes(body)
        except FileNotFoundError:
            raise Damaged(f"{self.path.name} is missing") from None

    def append(self, frames: Sequence[Frame]) -> None:
        """Write frames after the last whole one and wait until they are on the disk; what is torn is cut off first."""
        contents = [to_bytes(frame) for frame in frames]
        with self.path.open("r+b") as file:
            if file.seek(0, 2) > self.read_to:
                file.truncate(self.read_to)
                sync_file(file)
            file.seek(self.read_to)
            for content in contents:
                half = len(content) // 2
                file.write(content[:half])
                file.flush()
                step("frame half written")
                file.write(content[half:])
            sync_file(file)
        self.read_to += sum(map(len, contents))
        step("tail on disk")

    def check(self) -> str | None:
        """Read all frames again; say what is damaged, None when nothing is."""
        again = TailFile(self.path)
        try:
            for _ in again.new_frames():
                pass
        except Damaged as damage:
            return str(damage)
        return f"{self.path.name} is damaged at byte {again.read_to:,}" if again.read_to < self.read_to else None


class Tail:
    """The people of the frames, in arrays that only grow: what a snapshot took of them never changes under it."""

    def __init__(self) -> None:
        self.places: dict[bytes, int] = {}
        self.frames = 0
        self.people = 0
        self._width = 16
        self._columns: dict[str, NDArray[Any]] = {}
        self._alive = np.zeros(0, np.bool_)
        self._numbers: dict[str, int] = {}
        self._pairs = tuple(_Growing() for _ in range(4))
        self._grow(64)

    @property
    def living(self) -> int:
        return len(self.places)

    def take(self, frame: Frame) -> None:
        """Add a frame's people in place of those of the same ids, and let those that went go."""
        block = frame.block
        start, end = self.people, self.people + len(block)
        self._widen(block.ids.dtype.itemsize)
        if end > len(self._alive):
            self._grow(max(end, 2 * len(self._alive)))
        for name, _ in _ARRAYS:
            self._columns[name][start:end] = getattr(block, name)
        self._alive[start:end] = True
        for place, profile_id in enumerate(block.ids.tolist(), start):
            old = self.places.get(profile_id)
            if old is not None:
                self._alive[old] = False
            self.places[profile_id] = place
        for postings, (concepts, rows) in (
            (block.postings, self._pairs[:2]),
            (block.denials, self._pairs[2:]),
        ):
            own, at = pairs_of(postings)
            of = np.zeros(max(1, len(postings.numbers)), np.uint16)
            for name, number in postings.numbers.items():
                of[number] = self._numbers.setdefault(name, len(self._numbers))
            # By row: later frames' rows are higher, so that the pairs of a concept ascend.
            concepts.extend(of[own])
            rows.extend((at + np.uint16(start)).astype(np.uint16))
        for gone in frame.gone:
            old = self.places.pop(gone.encode(), None)
            if old is not None:
                self._alive[old] = False
        self.people = end
        self.frames += 1

    def block(self) -> Block:
        """Return the people as a block that stays as it is."""
        n = self.people
        alive = self._alive[:n]
        numbers = dict(self._numbers)
        postings, denials = (
            postings_of_pairs(numbers, pairs[0].array(), pairs[1].array())
            for pairs in (self._pairs[:2], self._pairs[2:])
        )
        columns = {name: self._columns[name][:n] for name, _ in _ARRAYS}
        for array in columns.values():
            array.flags.writeable = False
        return Block(postings=postings, denials=denials, alive=None if alive.all() else alive.copy(), **columns)

    def _grow(self, size: int) -> None:
        def longer(old: NDArray[Any] | None, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
            new = np.zeros(shape, kind)
            if old is not None:
                new[: self.people] = old[: self.people]
            return new

        for name, kind in _ARRAYS:
            shape = (size, DIMENSIONS) if name == "vectors" else (size,)
            self._columns[name] = longer(self._columns.get(name), f"S{self._width}" if name == "ids" else kind, shape)
        self._alive = longer(self._alive, "?", (size,))

    def _widen(self, width: int) -> None:
        if width > self._width:
            self._width = width
            self._columns["ids"] = self._columns["ids"].astype(f"S{width}")


class _Growing:
    """An array that grows at its end."""

    def __init__(self) -> None:
        self._array = np.zeros(256, np.uint16)
        self._length = 0

    def extend(self, more: NDArray[np.uint16]) -> None:
        end = self._length + len(more)
        if end > len(self._array):
            longer = np.zeros(max(end, 2 * len(self._array)), np.uint16)
            longer[: self._length] = self._array[: self._length]
            self._array = longer
        self._array[self._length : end] = more
        self._length = end

    def array(self) -> NDArray[np.uint16]:
        return self._array[: self._length]
