"""`bench load`: people with their texts into the store, end to end: read, encoded, into text file, Chroma and index."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plugin.bench.calibrate import memory
from plugin.bench.crowd_store import Say
from ranking.crowd import Crowd
from ranking.store import ProfileStore
from ranking.values import Profile

_STEP = 5_000


def measure(people: int, say: Say) -> dict[str, Any]:
    """Apply a crowd's texts journal step by journal step; writing the texts is not counted, reading them is."""
    crowd = Crowd(people)
    seconds = 0.0
    with tempfile.TemporaryDirectory(prefix="kakuyaku-bench-") as folder:
        with ProfileStore.open(Path(folder), "crowd") as store:
            done = 0
            for batch in _batches(crowd):
                begun = time.perf_counter()
                store.apply(done + len(batch), batch)
                seconds += time.perf_counter() - begun
                done += len(batch)
                say(f"{done:,} of {people:,} people, {done / seconds:,.0f} a second")
            figures = memory()
        begun = time.perf_counter()
        with ProfileStore.open(Path(folder), "crowd") as store:
            store.snapshot()
            reopened = time.perf_counter() - begun
        sizes = {"disk_mb": sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) // 1_000_000}
    return {
        "profiles": people,
        "seconds": round(seconds, 1),
        "per_second": round(people / seconds),
        "reopened_ms": round(reopened * 1000),
        **sizes,
        **figures,
    }


def _batches(crowd: Crowd) -> Iterator[list[Profile]]:
    for start in range(0, crowd.size, _STEP):
        yield [crowd.profile(f"c{number:08d}") for number in range(start, min(crowd.size, start + _STEP))]
