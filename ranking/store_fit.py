"""Fit tables on a store's own people: the words they use beside the words we know, their own pool, their own logistic.

The shipped directions (lines of work) stay. A sentence that clearly points to some of them lends these to every word in
it that enough people use; a word said in all kinds of sentences comes to point nowhere. The pool closeness is held
against, and the logistic from closeness to points, are taken from the people themselves. Only counts over `LEAST_SAYING`
people and more enter, and a pool of vectors without ids, so that nobody can be read out of the tables.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.encoder import encode
from ranking.errors import StoreError
from ranking.facts import read_facts
from ranking.features import features
from ranking.fit import logistic
from ranking.folding import fold
from ranking.tables import DIMENSIONS, Tables, shipped_tables, tables_of
from ranking.values import Profile

FIT_CODE = 1
LEAST_PEOPLE = 2_000
MOST_PEOPLE = 10_000  # read for the fit: a sample, evenly drawn
LEAST_SAYING = 5  # people who must use a word before it is learned
_EVERYBODY = 0.2  # a word a fifth of all people use says nothing of what they do
_POOL, _JUDGED = 400, 1_500
_FULL = 32_000
_CLEAR, _LEAST = 0.6, 0.15  # how clear a sentence must be to lend its direction, and from which share on
_DOUBT = 3.0  # what a word lacks to certainty
_OWN = 0.5  # how much a word's new direction may change one it has
_SENTENCE = re.compile(r"[^。\n.!?;]+")
_BATCH = 500
Document = tuple[str, tuple[str, ...]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Fit:
    """Fitted tables as they are written to a file. `people`: how many were read; `learned`: words new to the tables."""

    arrays: dict[str, Any]
    people: int
    learned: int

    @property
    def name(self) -> str:
        digest = hashlib.sha256()
        for part in sorted(self.arrays):
            digest.update(part.encode())
            digest.update(np.asarray(self.arrays[part]).tobytes())
        return digest.hexdigest()[:16]


def fit_tables(texts: Sequence[str], progress: Progress | None = None) -> Fit:
    """Fit on these people's texts; the same texts in the same order give the same tables.

    Raises `StoreError` for fewer than `LEAST_PEOPLE`.
    """
    if len(texts) < LEAST_PEOPLE:
        raise StoreError(
            f"There are {len(texts):,} people in the store; fitting needs at least {LEAST_PEOPLE:,}. "
            "The shipped tables serve until then."
        )
    shipped = shipped_tables()
    read: list[Document] = []
    for number, text in enumerate(texts, start=1):
        facts = read_facts(Profile("p", text))
        read.append((facts.readable, facts.concepts))
        if progress is not None and number % _BATCH == 0:
            progress(number, len(texts))
    keys, rows, learned = _learn([readable for readable, _ in read], shipped)
    concepts = tuple(sorted(shipped.concepts, key=shipped.concepts.__getitem__))
    projection = np.concatenate([rows, shipped.projection[len(shipped.keys) :].astype(np.int16)])
    frozen = tables_of(keys, projection, concepts, pool=np.zeros((0, DIMENSIONS), np.int8))
    pool_of = _evenly(read, _POOL)
    loose = np.stack([encode(*one, frozen=frozen) for one in pool_of])
    scale = round(float(np.quantile(np.abs(loose.astype(np.float64)) / 127.0, 0.9995)), 4) or 1.0
    frozen = tables_of(keys, projection, concepts, pool=frozen.pool, scale=scale)
    pool = np.stack([encode(*one, frozen=frozen) for one in pool_of])
    steepness, midpoint = logistic(frozen, pool, _evenly(read, _JUDGED)) or (shipped.steepness, shipped.midpoint)
    arrays = {
        "keys": keys,
        "projection": projection,
        "concepts": np.array(",".join(concepts)),
        "pool": pool,
        "scale": np.float64(scale),
        "steepness": np.float64(steepness),
        "midpoint": np.float64(midpoint),
    }
    return Fit(arrays, len(texts), learned)


def _learn(texts: Sequence[str], shipped: Tables) -> tuple[NDArray[np.uint32], NDArray[np.int16], int]:
    """Give every word enough people use the directions of the clear sentences it stands in."""
    folded = [fold(text).text for text in texts]
    hashes, saying = np.unique(np.concatenate([np.unique(features(text)[0]) for text in folded]), return_counts=True)
    chosen = hashes[(saying >= LEAST_SAYING) & (saying <= _EVERYBODY * len(texts))]
    said = np.zeros((len(chosen), DIMENSIONS))
    whole = np.zeros(len(chosen))
    for text in folded:
        for words, shares in _sentences(text, shipped):
            at = np.searchsorted(chosen, words)
            at = at[(at < len(chosen)) & (chosen[np.minimum(at, len(chosen) - 1)] == words)]
            said[at] += shares
            whole[at] += 1.0
    new = _FULL * said / (whole + _DOUBT)[:, None]
    new[new < _LEAST * _FULL] = 0.0
    known = np.minimum(np.searchsorted(shipped.keys, chosen), max(0, len(shipped.keys) - 1))
    is_known = shipped.keys[known] == chosen
    weight = (_OWN * whole / (whole + 20.0))[:, None]
    before = shipped.projection[known].astype(np.float64)
    rows = np.where(is_known[:, None], (1 - weight) * before + weight * new, new)
    fresh = ~is_known & rows.any(axis=1)
    keep = is_known | fresh
    merged = dict(zip(shipped.keys.tolist(), shipped.projection[: len(shipped.keys)], strict=True))
    merged.update(zip(chosen[keep].tolist(), rows[keep], strict=True))
    keys = np.array(sorted(merged), np.uint32)
    laid = np.rint(np.stack([merged[key] for key in keys.tolist()])).astype(np.int16)
    return keys, laid, int(fresh.sum())


def _sentences(folded: str, shipped: Tables) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.float64]]]:
    """Go through a text's sentences: the words in each, and the directions it clearly points to (none: zeros)."""
    words, places = features(folded)
    if not len(words):
        return
    starts = np.array([match.start() for match in _SENTENCE.finditer(folded)], np.int64)
    sentence = np.maximum(0, np.searchsorted(starts, places, side="right") - 1)
    rows = np.minimum(np.searchsorted(shipped.keys, words), len(shipped.keys) - 1)
    known = shipped.keys[rows] == words
    for number in np.unique(sentence).tolist():
        inside = sentence == number
        total = shipped.projection[np.unique(rows[inside & known])].astype(np.float64).sum(axis=0) / _FULL
        shares = np.zeros(DIMENSIONS)
        if float(total.max(initial=0.0)) >= _CLEAR:
            shares = total / total.sum()
            shares[shares < _LEAST] = 0.0
        yield np.unique(words[inside]), shares


def _evenly(documents: Sequence[Document], number: int) -> list[Document]:
    """Take about so many, evenly from the first to the last."""
    step = max(1, len(documents) // number)
    return list(documents[::step][:number])
