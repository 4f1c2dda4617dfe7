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

ENCODER_CODE = 2  # raised by hand when the same tables give another vector
CONCEPT_WEIGHT = 2.0  # how much a concept weighs beside a word

_SENTENCE = re.compile(r"[^。\n.!?;]+")
_PERSONAL = re.compile(
    r"[\s【■・*-]*(?:氏名|名前|お名前|ふりがな|フリガナ|写真|顔写真|最終学歴|学歴|出身校|出身大学|name|full name|photo|picture|education|university|school"
    r"|college|alma mater)[\s】]*:"
)
_CLEAR = 3 * 32_000.0  # a sentence that points as far as three words said in one line of work alone is clear
_TF = np.rint(1024 * (1 + np.log(np.arange(1, 65)))).astype(np.float64)  # how often, saturating, 1/1024


def vector_fingerprint() -> str:
    """Name what a vector depends on; vectors of different fingerprints must not be compared."""
    parts = (ENCODER_CODE, tables().fingerprint, lexicon().fingerprint, DIMENSIONS, "l2", unicodedata.unidata_version)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def encode(text: str, concepts: Iterable[str], *, frozen: Tables | None = None) -> NDArray[np.int8]:
    """Encode one text with the concepts found in it as a quantised vector of DIMENSIONS int8.

    A feature weighs as much as the clearest sentence it stands in, so that pages about nothing in particular weigh nothing
    and length earns nothing. Directions with less than a tenth of the strongest are left out as noise.
    """
    frozen = frozen or tables()
    folded = fold(text).text
    rows, places = ngrams(folded, frozen)
    rows, number, counts = np.unique(rows, return_inverse=True, return_counts=True)
    clearest = np.zeros(len(rows))
    np.maximum.at(clearest, number, _clarity(folded, rows[number], places, frozen))
    known = np.array(sorted(frozen.concepts[c] for c in concepts if c in frozen.concepts), dtype=np.int64)
    said = np.rint(_TF[np.minimum(counts, 64) - 1] * clearest / 1024)
    weights = np.concatenate([said, np.full(len(known), CONCEPT_WEIGHT * 1024)])
    total = weights @ frozen.projection[np.concatenate([rows, known])].astype(np.float64)
    return quantise(np.maximum(0.0, total - np.rint(total.max() / 10)), frozen.scale)


def _clarity(folded: str, rows: NDArray[np.int64], places: NDArray[np.int64], frozen: Tables) -> NDArray[np.float64]:
    """Say for each feature how clearly its sentence points to one line of work, 0 to 1024, in whole numbers.

    Lines that name a person, a photo or a school point nowhere.
    """
    if not len(rows):
        return np.zeros(0)
    found = list(_SENTENCE.finditer(folded))
    starts = np.array([match.start() for match in found], np.int64)
    sentence = np.maximum(0, np.searchsorted(starts, places, side="right") - 1)
    order = np.argsort(sentence, kind="stable")
    there, begins = np.unique(sentence[order], return_index=True)
    sums = np.add.reduceat(frozen.projection[rows[order]], begins, axis=0, dtype=np.float64)
    clear = np.minimum(sums.max(axis=1), _CLEAR) / _CLEAR
    cubed = clear * clear * clear
    clarity = np.zeros(len(found))
    clarity[there] = np.rint(1024 * (cubed * cubed))  # a stray word of a trade in a page about the weather is nothing
    clarity[[n for n, match in enumerate(found) if _PERSONAL.match(match.group())]] = 0
    return clarity[sentence]


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
