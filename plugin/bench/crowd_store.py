"""A store of millions for the benchmarks: the product's own side index on disk, filled by `ranking.crowd`.

Everything the judgement reads (columns, concepts, vectors) lies in the index as it would in an installation. What is not
there is Chroma and the texts: the texts of the people quoted are written from the seed when asked for.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.columns import Block, Snapshot
from ranking.crowd import Crowd
from ranking.side_index import SideIndex
from ranking.store import fingerprint
from ranking.values import Profile

Say = Callable[[str], None]


class CrowdStore:
    """What a judge and an employer's desk ask of a store. `writing` counts the seconds spent on writing texts."""

    def __init__(self, crowd: Crowd, index: SideIndex, folder: Path) -> None:
        self.crowd, self.index, self.folder = crowd, index, folder
        self.writing = 0.0
        self._written: dict[str, Profile] = {}

    def snapshot(self) -> Snapshot:
        return self.index.snapshot()

    def get(self, ids: Sequence[str]) -> dict[str, Profile]:
        """Write the profiles of those ids; kept afterwards, as a database would have them."""
        begun = time.perf_counter()
        for profile_id in ids:
            if profile_id not in self._written:
                self._written[profile_id] = self.crowd.profile(profile_id)
        found = {profile_id: self._written[profile_id] for profile_id in ids}
        self.writing += time.perf_counter() - begun
        return found

    @property
    def last_applied(self) -> int:
        return self.index.number

    def close(self) -> None:
        self._written.clear()


def default_cache() -> Path:
    """Where crowds are kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kakuyaku"


def open_crowd(people: int, cache: Path, say: Say) -> tuple[CrowdStore, dict[str, float]]:
    """Open the index of a crowd, filling it first where the cache has none of this size and version.

    Returns the store and figures: seconds drawing, seconds writing, people a second into the index, bytes on disk.
    """
    folder = cache / f"crowd-{people}-{fingerprint()}"
    done = folder / "filled"
    figures: dict[str, float] = {}
    crowd = Crowd(people)
    if not done.exists():
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        index = SideIndex.create(folder / "index", fingerprint())
        drawing = _Timed(crowd.blocks(), people, say)
        begun = time.perf_counter()
        index.append_blocks(drawing, number=1)
        whole = time.perf_counter() - begun
        seconds = whole - drawing.seconds
        figures = {"drawn_s": drawing.seconds, "written_s": seconds, "per_second": people / seconds}
        done.write_text(f"{people} {drawing.seconds} {seconds}\n", encoding="ascii")
        say(f"{people:,} people drawn in {drawing.seconds:.1f} s and written into the index in {seconds:.1f} s")
    else:
        _, drawn, seconds_ = done.read_text(encoding="ascii").split()
        figures = {"drawn_s": float(drawn), "written_s": float(seconds_), "per_second": people / float(seconds_)}
    begun = time.perf_counter()
    index = SideIndex.open(folder / "index", fingerprint())
    figures["open_s"] = time.perf_counter() - begun
    figures["disk_mb"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    return CrowdStore(crowd, index, folder), figures


class _Timed:
    """Blocks, with the time it took to draw them and a word on progress now and then."""

    def __init__(self, blocks: Iterable[Block], people: int, say: Say) -> None:
        self._blocks, self._people, self._say = iter(blocks), people, say
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Block]:
        done, told = 0, time.monotonic()
        while True:
            begun = time.perf_counter()
            block = next(self._blocks, None)
            self.seconds += time.perf_counter() - begun
            if block is None:
                return
            yield block
            done += len(block)
            if time.monotonic() - told > 5:
                told = time.monotonic()
                self._say(f"{done:,} of {self._people:,} people")


def exact_vectors(crowd: Crowd, blocks: int) -> Iterator[tuple[Block, NDArray[np.float32]]]:
    """The first blocks with their vectors before quantisation (length one, float32)."""
    for number, block in enumerate(crowd.blocks()):
        if number == blocks:
            return
        yield block, crowd.unquantised(number)
