"""`bench chroma`: what Chroma itself takes for a filtered query, by its own `where`, over a million people.

Loading a million records takes the better part of an hour, so it goes on where it was stopped: the collection is kept in
the cache, and people lie in it in the order of their numbers. The records are those an installation writes; which
version the vectors are of makes no difference to the time, so an upgrade does not load them anew.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from plugin.bench.calibrate import DESCRIPTIONS, memory
from plugin.bench.crowd_store import Say
from plugin.bench.tables import percentile
from ranking.columns import BLOCK, UNKNOWN_16, Block
from ranking.crowd import Crowd
from ranking.questions import query_vector
from ranking.vault import Vault, open_vault

_BATCH = 5_000
_NAME = "crowd"
WHERE: dict[str, Mapping[str, Any]] = {
    "japanese at least business": {"japanese": {"$gte": 3}},
    "desired pay at most 9 million": {"desired_pay": {"$lte": 9_000_000}},
    "Japanese, pay and place": {
        "$and": [{"japanese": {"$gte": 3}}, {"desired_pay": {"$lte": 9_000_000}}, {"place": "13"}]
    },
}


def load(people: int, cache: Path, say: Say, *, minutes: float) -> dict[str, Any]:
    """Write people into Chroma until all are there or the time is up; going on from what an earlier run wrote."""
    vault = _open(people, cache)
    try:
        begun, start = time.monotonic(), vault.count(_NAME)
        crowd, there = Crowd(people), start
        blocks = crowd.blocks_from(there // BLOCK)
        for block in blocks:
            first = there % BLOCK
            for at in range(first, len(block), _BATCH):
                size = min(_BATCH, len(block) - at)
                vault.upsert(_NAME, *_records(block, at, size))
                there += size
                if time.monotonic() - begun > minutes * 60:
                    break
            seconds = time.monotonic() - begun
            say(f"{there:,} of {people:,} people in Chroma, {(there - start) / max(seconds, 1e-9):,.0f} a second")
            if seconds > minutes * 60:
                break
        seconds = time.monotonic() - begun
        return {
            "people": there,
            "of": people,
            "added": there - start,
            "per_second": round((there - start) / max(seconds, 1e-9)),
        }
    finally:
        vault.close()


def query(people: int, cache: Path, say: Say, *, runs: int) -> list[dict[str, Any]]:
    """Ask for the 20 nearest with and without `where`; milliseconds."""
    vault = _open(people, cache)
    try:
        collection = vault.client.get_collection(_NAME, embedding_function=None)
        there = vault.count(_NAME)
        vector = query_vector(DESCRIPTIONS["two musts"]).astype(np.float32)
        rows = []
        for name, where in {"nothing": None, **WHERE}.items():
            seconds = []
            for run in range(runs + 1):
                begun = time.perf_counter()
                collection.query(query_embeddings=[vector], n_results=20, where=where, include=["distances"])
                if run:  # the first one opens the graph
                    seconds.append(time.perf_counter() - begun)
            rows.append(
                {
                    "where": name,
                    "people": there,
                    "p50_ms": round(percentile(seconds, 0.5) * 1000, 1),
                    "max_ms": round(max(seconds) * 1000, 1),
                    **memory(),
                }
            )
            say(f"{name}: {rows[-1]['p50_ms']} ms")
        return rows
    finally:
        vault.close()


def _open(people: int, cache: Path) -> Vault:
    folder = cache / f"chroma-{people}"
    folder.mkdir(parents=True, exist_ok=True)
    vault = open_vault(str(folder))
    if not vault.has(_NAME):
        vault.create(_NAME)
    return vault


def _records(block: Block, at: int, size: int) -> tuple[list[str], Sequence[Any], list[dict[str, Any]]]:
    skills: list[list[str]] = [[] for _ in range(size)]
    for concept in block.postings.numbers:
        rows = block.postings.of(concept).astype(np.int64)
        for row in rows[(rows >= at) & (rows < at + size)].tolist():
            skills[row - at].append(concept)
    metadata = []
    for row in range(at, at + size):
        japanese, english, pay = int(block.japanese[row]), int(block.english[row]), int(block.desired_pay[row])
        metadata.append(
            {
                "number": 1,
                "revision": 1,
                "headline": "",
                "skills": skills[row - at] or None,
                "quoted": int(block.signals[row]),
                "japanese": japanese - 1 if japanese else None,
                "english": english - 1 if english else None,
                "years": int(block.months[row]) / 12,
                "desired_pay": None if pay == UNKNOWN_16 else pay * 10_000,
                "place": f"{int(block.places[row]):02d}" if block.places[row] else None,
                "contactable": bool(block.contactable[row]),
            }
        )
    return [one.decode() for one in block.ids[at : at + size]], list(block.vectors[at : at + size]), metadata
