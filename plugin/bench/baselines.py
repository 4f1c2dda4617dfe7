"""What the score is compared with: BM25 and character n-grams, the usual ways of finding résumés by a description.

Written out here, small and plain, so that the comparison runs in one process on the same folded text.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ranking.folding import fold

Closeness = NDArray[np.float64]
_K1, _B = 1.2, 0.75
_WORDS = re.compile(r"[a-z0-9][a-z0-9+#.]*(?<!\.)")
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー々〆\u3400-\u4dbf\u4e00-\u9fff]+")


def words_and_bigrams(text: str) -> list[str]:
    """Cut a text for BM25: Latin words whole, Japanese in overlapping pairs of characters."""
    folded = fold(text).text
    found = _WORDS.findall(folded)
    for run in _JAPANESE.findall(folded):
        found.extend([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    return found


def character_ngrams(text: str) -> list[str]:
    """Cut a text into 2 to 4 characters of Japanese and 3 to 5 of Latin words with their borders."""
    folded = fold(text).text
    found = list(_ngrams(_JAPANESE.findall(folded), 2, 4))
    found.extend(_ngrams((f" {word} " for word in _WORDS.findall(folded)), 3, 5))
    return found


def _ngrams(runs: Sequence[str] | Iterator[str], least: int, most: int) -> Iterator[str]:
    for run in runs:
        for size in range(least, most + 1):
            for start in range(len(run) - size + 1):
                yield run[start : start + size]


def rarity(texts: Sequence[str], cut: Callable[[str], list[str]]) -> Callable[[str], float]:
    """Work out how telling a term is from the texts it is looked for in: log(1 + (n − df + ½) / (df + ½))."""
    documents = Counter(term for text in texts for term in set(cut(text)))
    total = len(texts)
    return lambda term: math.log(1 + (total - documents[term] + 0.5) / (documents[term] + 0.5))


def bm25(query: str, texts: Sequence[str], telling: Callable[[str], float]) -> Closeness:
    """Okapi BM25 (k1 1.2, b 0.75); a term counts as often as the description names it."""
    counted = [Counter(words_and_bigrams(text)) for text in texts]
    lengths = [sum(terms.values()) for terms in counted]
    mean = sum(lengths) / len(lengths)
    asked = Counter(words_and_bigrams(query))
    found = np.zeros(len(texts))
    for row, (terms, length) in enumerate(zip(counted, lengths, strict=True)):
        for term in asked.keys() & terms.keys():
            often = terms[term]
            found[row] += (
                asked[term] * telling(term) * often * (_K1 + 1) / (often + _K1 * (1 - _B + _B * length / mean))
            )
    return found


def tfidf_cosine(query: str, texts: Sequence[str], telling: Callable[[str], float]) -> Closeness:
    """Cosine of character n-grams weighted by (1 + log tf) × idf."""
    wanted = _weighted(query, telling)
    return np.array([_cosine(wanted, _weighted(text, telling)) for text in texts])


def _weighted(text: str, telling: Callable[[str], float]) -> dict[str, float]:
    return {term: (1 + math.log(n)) * telling(term) for term, n in Counter(character_ngrams(text)).items()}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    dot = sum(one[term] * other[term] for term in sorted(one.keys() & other.keys()))
    lengths = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return dot / lengths if lengths else 0.0
