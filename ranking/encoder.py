"""Turn text into a vector offline: character n-grams and concepts through a frozen, fitted projection, int8 at the end.

Everything is integer arithmetic or single IEEE operations, so the same text gives the same bytes on every machine and
in every batch. The tables are fitted once by `python -m ranking.fit` and shipped as `data/tables.npz`.
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

from ranking.folding import fold
from ranking.lexicon import lexicon

ENCODER_CODE = 1  # raised by hand when the same tables give another vector
BUCKETS = 1 << 14
DIMENSIONS = 128
CONCEPT_WEIGHT = 1.25  # how much the concepts weigh beside the n-grams, both blocks having length one

_TF = np.rint(1024 * (1 + np.log(np.arange(1, 65)))).astype(np.float64)  # term frequency, saturating, 1/1024
_UNIT = float(1 << 20)


@dataclass(frozen=True, slots=True)
class Tables:
    """The frozen tables.

    `projection` (BUCKETS + concepts, DIMENSIONS) holds whole numbers as float64; `weights` (same rows) the inverse
    document frequencies in 1/1024; `pool` (people, DIMENSIONS) the reference profiles' int8 vectors; `steepness` and
    `midpoint` the logistic from a standardised similarity to a share of the points; `scale` the value of 127.
    """

    projection: NDArray[np.float64]
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
    ids = str(arrays["concepts"]).split(",")
    return Tables(
        projection=arrays["projection"].astype(np.float64),
        weights=arrays["weights"].astype(np.float64),
        concepts={concept: BUCKETS + i for i, concept in enumerate(ids)},
        pool=arrays["pool"],
        scale=float(arrays["scale"]),
        steepness=float(arrays["steepness"]),
        midpoint=float(arrays["midpoint"]),
        fingerprint=digest.hexdigest(),
    )


def vector_fingerprint() -> str:
    """Name what a vector depends on; vectors of different fingerprints must not be compared."""
    parts = (ENCODER_CODE, tables().fingerprint, lexicon().fingerprint, DIMENSIONS, "l2", unicodedata.unidata_version)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def encode(text: str, concepts: Iterable[str], *, frozen: Tables | None = None) -> NDArray[np.int8]:
    """Encode one text with the concepts found in it as a quantised vector of DIMENSIONS int8."""
    frozen = frozen or tables()
    rows, counts = ngram_rows(text)
    total = np.zeros(DIMENSIONS)
    if len(rows):
        total += _block(frozen, rows, np.rint(_TF[np.minimum(counts, 64) - 1] * frozen.weights[rows] / 1024))
    known = np.array(sorted(frozen.concepts[c] for c in concepts if c in frozen.concepts), dtype=np.int64)
    if len(known):
        total += np.rint(CONCEPT_WEIGHT * _block(frozen, known, frozen.weights[known]))
    return quantise(total, frozen.scale)


def quantise(total: NDArray[np.float64], scale: float) -> NDArray[np.int8]:
    """Bring a sum to length one and to int8; an empty text is the zero vector."""
    small = np.rint(total / 1024)
    length = float(np.sqrt(np.sum(small * small)))
    if length == 0.0:
        return np.zeros(DIMENSIONS, np.int8)
    return np.clip(np.rint(small / length * (127.0 / scale)), -127, 127).astype(np.int8)


def _block(frozen: Tables, rows: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project one block of features, brought to length one; whole numbers all along, so the order can't matter."""
    length = float(np.sqrt(np.sum(weights * weights)))
    if length == 0.0:
        return np.zeros(DIMENSIONS)
    return np.rint((weights @ frozen.projection[rows]) / length * (_UNIT / 4096))


# ── n-grams ──────────────────────────────────────────────────────────────────────────────────────────────────────

_SPACE, _LATIN, _CJK = 0, 1, 2


def ngram_rows(text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Hash a text's character n-grams: 2 and 3 of Japanese, 3 to 5 of Latin words with their borders.

    Returns the bucket numbers, sorted and unique, and how often each occurs. Digits are no features: a year or a
    telephone number says nothing of what somebody can do.
    """
    rows, counts = np.unique(ngrams(fold(text).text)[0], return_counts=True)
    return rows, counts.astype(np.int64)


def ngrams(folded: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Hash the character n-grams of folded text: the bucket number of each, and where its middle stands."""
    points = np.frombuffer(f" {folded} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kinds = np.zeros(len(points), np.int8)
    kinds[((points >= 97) & (points <= 122)) | (points == 43) | (points == 35)] = _LATIN
    kinds[
        ((points >= 0x3041) & (points <= 0x30FF) & (points != 0x30FB)) | ((points >= 0x3400) & (points <= 0x9FFF))
    ] = _CJK
    points = np.where(kinds == _SPACE, np.uint32(32), points)
    latin, cjk = kinds == _LATIN, kinds == _CJK
    border = latin | (kinds == _SPACE)
    rows, places = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in (2, 3, 4, 5):
        if len(points) < size:
            break
        hashes = _rolling(points, size)
        wanted = np.zeros(len(hashes), np.bool_)
        if size <= 3:
            wanted |= _all_of(cjk, size)
        if size >= 3:
            inner = _all_of(latin, size - 2)[1 : len(hashes) + 1]
            wanted |= inner & border[: len(hashes)] & border[size - 1 :]
        found = np.flatnonzero(wanted)
        rows.append(hashes[found].astype(np.int64))
        places.append(found + size // 2 - 1)  # the text has a blank before it
    return np.concatenate(rows), np.concatenate(places)


def _rolling(points: NDArray[np.uint32], size: int) -> NDArray[np.uint32]:
    hashes = np.full(len(points) - size + 1, 2166136261 + size, dtype=np.uint32)
    for i in range(size):
        hashes = hashes * np.uint32(16777619) ^ points[i : i + len(hashes)]
    hashes ^= hashes >> np.uint32(15)
    hashes = hashes * np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    return hashes >> np.uint32(32 - 14)


def _all_of(mask: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Tell for each window of `size` whether the mask holds all through it."""
    result = mask[: len(mask) - size + 1].copy()
    for i in range(1, size):
        result &= mask[i : len(mask) - size + 1 + i]
    return result


def encode_many(items: Sequence[tuple[str, Iterable[str]]]) -> NDArray[np.int8]:
    """Encode several texts; the same as one by one."""
    if not items:
        return np.zeros((0, DIMENSIONS), np.int8)
    return np.stack([encode(text, concepts) for text, concepts in items])
