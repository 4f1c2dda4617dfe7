"""`bench calibrate`: how long a calibration takes over a crowd of this size, stage by stage, for five descriptions.

The index is the product's, memory-mapped from disk; it is filled directly with drawn columns, concepts and vectors (no
text is encoded, no Chroma is there). Everything else is what an installation does: reading the description, scoring and
counting everybody, three specifications, the groups to be stored, twenty people with their evidence in both languages.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from plugin.bench.crowd_store import CrowdStore, Say, exact_vectors, open_crowd
from plugin.bench.tables import percentile
from ranking.columns import BLOCK, row_of
from ranking.facts import read_facts
from ranking.judge import Judge
from ranking.questions import query_vector
from ranking.requirement import read_requirement
from ranking.universe import generate
from ranking.values import Calibrated

DESCRIPTIONS: dict[str, str] = {
    "no must-have": "募集職種：バックエンドエンジニア\n勤務地：東京都\n年収：600万円〜900万円\n",
    "one common must": "募集職種：法人営業\n【必須】\n・法人営業の経験3年以上\n【歓迎】\n・Salesforce\n日本語：ビジネスレベル\n勤務地：東京都\n年収：500万円〜800万円\n",
    "two musts": "Backend Engineer\nRequirements\n- 3+ years of experience\n- Python\n- PostgreSQL\n- Business level Japanese\n"
    "Nice to have\n- AWS\n- Docker\nLocation: Tokyo\nSalary: JPY 7M - 10M\n",
    "five musts, both languages": "募集職種：SRE\n【必須】\n・AWS\n・Kubernetes\n・Terraform\n・監視設計\n・実務経験5年以上\n・日本語：ビジネスレベル\n"
    "・英語：日常会話レベル\n【歓迎】\n・Python\n・情報セキュリティ\n勤務地：東京都（一部リモート）\n年収：800万円〜1,200万円\n",
    "rare musts": "Senior Data Scientist, Pharma\nMust have\n- Scala\n- Clinical development\n- 8+ years of experience\n- Fluent English\n"
    "- Native Japanese\nNice to have\n- Kafka\nLocation: Osaka\nSalary: JPY 10M - 14M\n",
}
DAY = date(2026, 11, 1)
_EXACT_BLOCKS = 2
_ENCODED = 1_000


def measure(people: int, *, runs: int, cache: Path, say: Say) -> dict[str, Any]:
    """Measure one size. Times are milliseconds; memory and disk are megabytes."""
    store, figures = open_crowd(people, cache, say)
    judge = Judge(store)
    begun = time.perf_counter()
    _calibrate(judge, store, DESCRIPTIONS["two musts"])
    first = time.perf_counter() - begun
    rows = []
    for name, text in DESCRIPTIONS.items():
        _calibrate(judge, store, text)
        rows.append(_row(name, [_calibrate(judge, store, text) for _ in range(runs)]))
        say(f"{people:,} people, {name}: {rows[-1]['whole_p50_ms']:.0f} ms")
    return {
        "profiles": people,
        "runs": runs,
        "calibration": rows,
        "store": {
            "people_per_second_into_the_index": round(figures["per_second"]),
            "seconds_to_draw": round(figures["drawn_s"], 1),
            "open_ms": round(figures["open_s"] * 1000, 1),
            "first_calibration_ms": round(first * 1000),
            "disk_mb": round(figures["disk_mb"]),
            **memory(),
        },
        "recall_at_20": round(recall(store), 3),
        "plain": plain(store, runs),
    }


def encoding() -> dict[str, float]:
    """How many texts a second are read and encoded by one process."""
    profiles = [person.profile for person in generate(_ENCODED, 11)]
    begun = time.perf_counter()
    for profile in profiles:
        row_of(read_facts(profile))
    return {"texts_per_second": round(_ENCODED / (time.perf_counter() - begun))}


def _calibrate(judge: Judge, store: CrowdStore, text: str) -> tuple[dict[str, float], Calibrated]:
    """One calibration as a worker runs it; seconds by stage. The texts of the twenty come from memory after the first."""
    begun = time.perf_counter()
    requirement = read_requirement(text)
    read = time.perf_counter()
    found = judge.calibrate(requirement, None, reference_date=DAY)
    whole = time.perf_counter() - begun
    return {"description": read - begun, **found.seconds, "whole": whole}, found


def _row(name: str, runs: Sequence[tuple[dict[str, float], Calibrated]]) -> dict[str, Any]:
    row: dict[str, Any] = {"description": name}
    for stage in ("description", "score", "specifications", "groups", "evidence", "whole"):
        seconds = [times.get(stage, 0.0) for times, _ in runs]
        row[f"{'read' if stage == 'description' else stage}_p50_ms"] = round(percentile(seconds, 0.5) * 1000, 1)
        if stage in ("score", "whole"):
            row[f"{stage}_p95_ms"] = round(percentile(seconds, 0.95) * 1000, 1)
    found = runs[0][1]
    row |= {
        "considered": found.considered,
        "above_floor": sum(group.count for group in found.groups),
        "best": found.shortlist[0].score if found.shortlist else 0,
        "twentieth": found.shortlist[-1].score if found.shortlist else 0,
    }
    return row


def memory() -> dict[str, int]:
    """Megabytes of this process: private, and resident pages of mapped files (shared by every worker of the host)."""
    sizes: dict[str, int] = {}
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, _, rest = line.partition(":")
        sizes[name] = int(rest.split()[0]) if rest.strip().endswith("kB") else 0
    anonymous = sizes.get("Anonymous", 0)
    return {"private_mb": anonymous // 1000, "mapped_mb": (sizes.get("Rss", 0) - anonymous) // 1000}


def recall(store: CrowdStore) -> float:
    """Share of the 20 nearest by float32 vectors that are among the 20 nearest by the index's int8 vectors.

    Over the first 131,072 people and the five descriptions; people as near as the twentieth count as found.
    """
    shares = []
    queries = [query_vector(text).astype(np.float32) for text in DESCRIPTIONS.values()]
    exact: list[list[np.ndarray[Any, np.dtype[np.float32]]]] = [[] for _ in queries]
    small: list[list[np.ndarray[Any, np.dtype[np.float32]]]] = [[] for _ in queries]
    for block, vectors in exact_vectors(store.crowd, _EXACT_BLOCKS):
        quantised = block.vectors.astype(np.float32)
        for number, query in enumerate(queries):
            exact[number].append(vectors @ query)
            small[number].append(quantised @ query)
    for number in range(len(queries)):
        truth, found = np.concatenate(exact[number]), np.concatenate(small[number])
        nearest = np.argsort(-truth)[:20]
        twentieth = np.sort(found)[-20] if len(found) >= 20 else found.min()
        shares.append(float((found[nearest] >= twentieth).mean()))
    return float(np.mean(shares))


def plain(store: CrowdStore, runs: int) -> dict[str, Any]:
    """The plain alternative: the 20 nearest by float32 vectors in memory. No counts, no musts, no evidence."""
    blocks = store.snapshot().blocks[: 1_000_000 // BLOCK + 1]
    vectors = np.concatenate([block.vectors for block in blocks]).astype(np.float32)
    query = query_vector(DESCRIPTIONS["two musts"]).astype(np.float32)
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        near = vectors @ query
        np.argsort(-near[np.argpartition(-near, min(20, len(near) - 1))[:20]])
        seconds.append(time.perf_counter() - begun)
    return {
        "what": "cosine of float32 vectors alone, in memory",
        "people": len(vectors),
        "p50_ms": round(percentile(seconds, 0.5) * 1000, 1),
        "memory_mb": round(vectors.nbytes / 1e6),
    }
