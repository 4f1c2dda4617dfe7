"""Turn text into a vector offline: what stands in it, and the concepts found, through a frozen projection; int8 at the end.

A direction stands for a line of work: a word, a pair of words or two or three Japanese characters points where it is
said. What is said everywhere, or is not known, points nowhere, so that it can't move a score. Everything is integer
arithmetic or single IEEE operations: the same text gives the same bytes on every machine and in every batch. The tables
are fitted once by `python -m ranking.fit` and shipped as `data/tables.npz`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from ranking.features import features
from ranking.folding import fold
from ranking.lexicon import lexicon

ENCODER_CODE = 2  # raised by hand when the same tables give another vector
DIMENSIONS = 128
CONCEPT_WEIGHT = 2.0  # how much a concept weighs beside a word

_TF = np.rint(1024 * (1 + np.log(np.arange(1, 65)))).astype(np.float64)  # how often, saturating, 1/1024


@dataclass(frozen=True, slots=True)
class Tables:
    """The frozen tables.

    `keys` the known features' hashes, sorted; `projection` (keys and then concepts, DIMENSIONS) whole numbers as
    float32, 32,000 for a feature said in one line of work alone; `weights` (same rows) what a feature weighs among
    others of a sentence; `pool` (people, DIMENSIONS) the reference profiles' int8 vectors; `steepness` and `midpoint` the
    logistic from a standardised similarity to a share of the points; `scale` the value of 127.
    """

    keys: NDArray[np.uint32]
    projection: NDArray[np.float32]
    weights: NDArray[np.float64]
    concepts: dict[str, int]
    pool: NDArray[np.int8]
    scale: float
    steepness: float
    midpoint: float
    fingerprint: str


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Load the shipped tables once per process (about 20 MB in memory)."""
    with as_file(files("ranking") / "data" / "tables.npz") as path, np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(arrays[name].tobytes())
    return tables_of(
        arrays["keys"],
        arrays["projection"],
        tuple(str(arrays["concepts"]).split(",")),
        pool=arrays["pool"],
        scale=float(arrays["scale"]),
        steepness=float(arrays["steepness"]),
        midpoint=float(arrays["midpoint"]),
        fingerprint=digest.hexdigest(),
    )


def tables_of(
    keys: NDArray[np.uint32],
    projection: NDArray[np.int16],
    concepts: Sequence[str],
    *,
    pool: NDArray[np.int8],
    scale: float = 1.0,
    steepness: float = 1.0,
    midpoint: float = 0.0,
    fingerprint: str = "",
) -> Tables:
    """Lay tables out for use; the concepts' rows follow the features'."""
    rows = projection.astype(np.float32)
    weights = np.rint(1024 * rows.max(axis=1, initial=0.0) / 32_000).astype(np.float64)
    numbers = {concept: len(keys) + i for i, concept in enumerate(concepts)}
    return Tables(keys, rows, weights, numbers, pool, scale, steepness, midpoint, fingerprint)


def vector_fingerprint() -> str:
    """Name what a vector depends on; vectors of different fingerprints must not be compared."""
    parts = (ENCODER_CODE, tables().fingerprint, lexicon().fingerprint, DIMENSIONS, "l2", unicodedata.unidata_version)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def encode(text: str, concepts: Iterable[str], *, frozen: Tables | None = None) -> NDArray[np.int8]:
    """Encode one text with the concepts found in it as a quantised vector of DIMENSIONS int8."""
    frozen = frozen or tables()
    rows, counts = np.unique(ngrams(fold(text).text, frozen)[0], return_counts=True)
    known = np.array(sorted(frozen.concepts[c] for c in concepts if c in frozen.concepts), dtype=np.int64)
    weights = np.concatenate([_TF[np.minimum(counts, 64) - 1], np.full(len(known), CONCEPT_WEIGHT * 1024)])
    return quantise(weights @ frozen.projection[np.concatenate([rows, known])].astype(np.float64), frozen.scale)


def ngrams(folded: str, frozen: Tables | None = None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Look the features of folded text up: the row of each that is known, and where it stands."""
    frozen = frozen or tables()
    hashes, places = features(folded)
    if not len(frozen.keys):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    rows = np.minimum(np.searchsorted(frozen.keys, hashes), len(frozen.keys) - 1).astype(np.int64)
    known = frozen.keys[rows] == hashes
    return rows[known], places[known]


def quantise(total: NDArray[np.float64], scale: float) -> NDArray[np.int8]:
    """Bring a sum to length one and to int8; an empty text is the zero vector."""
    small = np.rint(total / 16_384)  # squares of this size add up exactly
    length = float(np.sqrt(np.sum(small * small)))
    if length == 0.0:
        return np.zeros(DIMENSIONS, np.int8)
    return np.clip(np.rint(small / length * (127.0 / scale)), -127, 127).astype(np.int8)


def encode_many(items: Sequence[tuple[str, Iterable[str]]]) -> NDArray[np.int8]:
    """Encode several texts; the same as one by one."""
    if not items:
        return np.zeros((0, DIMENSIONS), np.int8)
    return np.stack([encode(text, concepts) for text, concepts in items])
