"""Turn text into a vector offline: what stands in it, and the concepts found, through a frozen projection; int8 at the end.

A direction stands for a line of work: a word, a pair of words or two or three Japanese characters points where it is
said. What is said everywhere, or is not known, points nowhere, so that it can't move a score. Everything is integer
arithmetic or single IEEE operations: the same text gives the same bytes on every machine and in every batch. The tables
are fitted once by `python -m ranking.fit` and shipped as `data/tables.npz`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ranking.features import features
from ranking.folding import fold
from ranking.lexicon import lexicon
from ranking.tables import DIMENSIONS, Tables, tables, tables_of

__all__ = ["DIMENSIONS", "Tables", "encode", "encode_many", "ngrams", "tables", "tables_of", "vector_fingerprint"]

ENCODER_CODE = 3  # raised by hand when the same tables give another vector
CONCEPT_WEIGHT = 2.0  # how much a concept weighs beside a word

_SENTENCE = re.compile(r"[^。\n.!?;]+")
_PERSONAL = re.compile(
    r"[\s【■・*-]*(?:氏名|名前|お名前|ふりがな|フリガナ|写真|顔写真|最終学歴|学歴|出身校|出身大学|name|full name|photo|picture|education|university|school"
    r"|college|alma mater)[\s】]*:"
)
_CLEAR = 3 * 32_000.0  # a sentence that points as far as three words said in one line of work alone is clear
_ONE = 65_536.0  # the weight of a clear sentence that points where the whole text does


def vector_fingerprint() -> str:
    """Name what a vector depends on; vectors of different fingerprints must not be compared."""
    parts = (ENCODER_CODE, tables().fingerprint, lexicon().fingerprint, DIMENSIONS, "l2", unicodedata.unidata_version)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def encode(text: str, concepts: Iterable[str], *, frozen: Tables | None = None) -> NDArray[np.int8]:
    """Encode one text with the concepts found in it as a quantised vector of DIMENSIONS int8.

    A feature weighs once, as much as the heaviest sentence it stands in, so that pages about nothing in particular weigh
    next to nothing and length earns nothing. Directions with less than a tenth of the strongest are left out as noise.
    """
    frozen = frozen or tables()
    folded = fold(text).text
    rows, places = ngrams(folded, frozen)
    known = np.array(sorted(frozen.concepts[c] for c in concepts if c in frozen.concepts), dtype=np.int64)
    total = CONCEPT_WEIGHT * _ONE * frozen.projection[known].sum(axis=0, dtype=np.float64)
    if len(rows):
        total = _with_sentences(total, folded, rows, places, frozen)
    return quantise(np.maximum(0.0, total - np.rint(total.max() / 10)), frozen.scale)


def _with_sentences(
    named: NDArray[np.float64], folded: str, rows: NDArray[np.int64], places: NDArray[np.int64], frozen: Tables
) -> NDArray[np.float64]:
    """Add what the sentences say to what the concepts do, in whole numbers.

    A sentence weighs by the square of how clearly it points to one line of work, and once more by the square of the cosine
    to what all of them say so weighed: stray words of many trades point apart, somebody's own work together. Lines that
    name a person, a photo or a school weigh nothing.
    """
    found = list(_SENTENCE.finditer(folded))
    starts = np.array([match.start() for match in found], np.int64)
    sentence = np.maximum(0, np.searchsorted(starts, places, side="right") - 1)
    order = np.argsort(sentence, kind="stable")
    there, begins = np.unique(sentence[order], return_index=True)
    sums = np.add.reduceat(frozen.projection[rows[order]], begins, axis=0, dtype=np.float64)
    clear = np.minimum(sums.max(axis=1), _CLEAR) / _CLEAR
    weights = np.rint(_ONE * (clear * clear))
    weights[[n for n, number in enumerate(there) if _PERSONAL.match(found[number].group())]] = 0
    features, number = np.unique(rows, return_inverse=True)
    directions = frozen.projection[features].astype(np.float64)
    belongs = np.searchsorted(there, sentence)

    def added(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        heaviest = np.zeros(len(features))
        np.maximum.at(heaviest, number, weights[belongs])
        return np.asarray(named + heaviest @ directions)

    return added(np.rint(weights * _alignment(sums, added(weights))))


def _alignment(sums: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the square of each sentence's cosine to the whole; products of these whole numbers add up exactly."""
    strongest = float(whole.max())
    if strongest <= 0:
        return np.zeros(len(sums))
    core = np.rint(whole / strongest * 1024)
    product = sums @ core
    lengths = np.sum(sums * sums, axis=1) * np.sum(core * core)
    return np.asarray(np.divide(product * product, lengths, out=np.zeros(len(sums)), where=lengths > 0))


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
    strongest = float(total.max())
    if strongest <= 0:
        return np.zeros(DIMENSIONS, np.int8)
    small = np.asarray(np.rint(total / strongest * 32_768))  # squares of this size add up exactly
    length = float(np.sqrt(np.sum(small * small)))
    return np.asarray(np.clip(np.rint(small / length * (127.0 / scale)), -127, 127), np.int8)


def encode_many(items: Sequence[tuple[str, Iterable[str]]]) -> NDArray[np.int8]:
    """Encode several texts; the same as one by one."""
    if not items:
        return np.zeros((0, DIMENSIONS), np.int8)
    return np.stack([encode(text, concepts) for text, concepts in items])
