"""The sentences of a profile, and which of them stands closest to a description's words.

Choosing a sentence to quote moves no point, so it needs no vector of its own: each n-gram and concept of the text is
worth its share of the closeness, and a sentence is worth what stands in it. Whole numbers until the last division.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ranking.encoder import CONCEPT_WEIGHT, ngrams
from ranking.facts import Reading
from ranking.questions import query_vector
from ranking.tables import remembered, tables
from ranking.values import Quote

PASSAGE = re.compile(r"[^。\n.!?]{6,200}")
_SHORTEST = 10


class Passages:
    """The sentences of one text, with the features in each; made once a text, asked once a phrase."""

    def __init__(self, reading: Reading) -> None:
        self._folded = reading.folded
        text = reading.folded.text
        self.spans = [m.span() for m in PASSAGE.finditer(text) if len(m.group().strip()) >= _SHORTEST]
        starts = np.array([start for start, _ in self.spans], np.int64)
        ends = np.array([end for _, end in self.spans], np.int64)
        self._grams = _features(*ngrams(text), starts, ends)
        known = tables().concepts
        sighted = sorted(
            {
                (known[concept], sighting.hit.start)
                for sighting in reading.sightings
                if not sighting.denied
                for concept in sighting.hit.concept.closure
                if concept in known
            }
        )
        rows = np.array([row for row, _ in sighted], np.int64)
        self._concepts = _features(rows, np.array([at for _, at in sighted], np.int64), starts, ends)

    def closest(self, phrase: str) -> Quote | None:
        """Quote the sentence closest to a phrase; the first of equals, None where there is no sentence."""
        if not self.spans:
            return None
        value = _values(phrase)
        worth = _worth(*self._grams, value, len(self.spans))
        worth += CONCEPT_WEIGHT * _worth(*self._concepts, value, len(self.spans))
        start, end = self.spans[int(np.argmax(worth))]
        return self._folded.quote(start, end)


@remembered(64)
def _values(phrase: str) -> NDArray[np.float64]:
    """Say what each feature adds to the closeness to a phrase; whole numbers, so BLAS may add in any order."""
    values: NDArray[np.float64] = tables().projection @ query_vector(phrase).astype(np.float64)
    return values


def _features(
    rows: NDArray[np.int64], places: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put each feature into its sentence: (features, numbers of the sentences), without repeats inside one."""
    if not len(starts) or not len(rows):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    number = np.searchsorted(starts, places, side="right") - 1
    inside = (number >= 0) & (places < ends[number])
    span = len(tables().projection)
    both = np.unique(number[inside] * span + rows[inside])
    return both % span, both // span


def _worth(
    rows: NDArray[np.int64], numbers: NDArray[np.int64], values: NDArray[np.float64], sentences: int
) -> NDArray[np.float64]:
    weights = tables().weights[rows]
    whole = np.bincount(numbers, weights * values[rows], sentences)
    length = np.sqrt(np.bincount(numbers, weights * weights, sentences))
    return np.divide(whole, length, out=np.zeros(sentences), where=length > 0)
