"""The manifest of an index: the one file that says which others count. It is replaced whole, or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.columns import COLUMNS
from ranking.durable import checksum, replace_file, write_file
from ranking.encoder import DIMENSIONS
from ranking.segments import Damaged, SegmentRecord

FORMAT = f"1-{checksum(repr((COLUMNS, DIMENSIONS)).encode()):08x}"  # other columns are another format, unasked
NAME = "manifest"


@dataclass(frozen=True, slots=True)
class DeadRecord:
    """The file with the places of a segment's people who are gone or live elsewhere."""

    name: str
    count: int
    crc: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`number`: the last journal row in segments and tombstones (the tail's frames go on from there)."""

    fingerprint: str
    number: int
    next: int
    tail: str
    segments: tuple[SegmentRecord, ...] = ()
    dead: dict[str, DeadRecord] = field(default_factory=dict)

    def files(self) -> set[str]:
        """Name every file that counts."""
        return {NAME, self.tail, *(s.name for s in self.segments), *(d.name for d in self.dead.values())}

    def write(self, folder: Path) -> None:
        """Let this manifest be the one that counts."""
        body = json.dumps(
            {
                "format": FORMAT,
                "fingerprint": self.fingerprint,
                "number": self.number,
                "next": self.next,
                "tail": self.tail,
                "segments": [segment.as_json() for segment in self.segments],
                "dead": {name: asdict(record) for name, record in self.dead.items()},
            }
        ).encode()
        replace_file(folder / NAME, f"{checksum(body):08x}\n".encode() + body)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest. Raises `Damaged` when there is none, or it isn't whole, or of another format."""
        try:
            crc, _, body = (folder / NAME).read_bytes().partition(b"\n")
        except FileNotFoundError:
            raise Damaged("there is no manifest") from None
        if crc != f"{checksum(body):08x}".encode():
            raise Damaged("the manifest is damaged")
        data = json.loads(body)
        if data["format"] != FORMAT:
            raise Damaged(f"the index is laid out as {data['format']}, not {FORMAT}")
        return cls(
            data["fingerprint"],
            data["number"],
            data["next"],
            data["tail"],
            tuple(SegmentRecord.from_json(segment) for segment in data["segments"]),
            {name: DeadRecord(**record) for name, record in data["dead"].items()},
        )


def write_dead(folder: Path, name: str, places: NDArray[np.int64]) -> DeadRecord:
    """Write the places of a segment's dead."""
    content = places.astype("<u4").tobytes()
    write_file(folder / name, content)
    return DeadRecord(name, len(places), checksum(content))


def read_dead(folder: Path, record: DeadRecord) -> NDArray[np.int64]:
    """Read the places back. Raises `Damaged`."""
    try:
        content = (folder / record.name).read_bytes()
    except FileNotFoundError:
        raise Damaged(f"{record.name} is missing") from None
    if len(content) != 4 * record.count or checksum(content) != record.crc:
        raise Damaged(f"{record.name} is damaged")
    return np.frombuffer(content, "<u4").astype(np.int64)
