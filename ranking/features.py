"""What a text is made of for the encoder: Japanese in two and three characters, Latin words by their stems.

Features are 32-bit hashes with the place each stands at. Digits are no features: a year or a telephone number says
nothing of what somebody can do. Neither is Japanese in hiragana alone: that is grammar.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[a-z][a-z+#]*")
_ENDINGS = (
    "ations", "ation", "ments", "ingly", "ment", "ings", "ing", "ers", "ors", "ies", "ied", "er", "or", "es", "ed",
    "ly", "s", "y", "e",
)  # fmt: skip
_SHORTEST = 3  # what must be left of a word when its ending goes
_GAP = 3  # folded characters two words of a pair may stand apart: a blank, a comma and a blank


def features(folded: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """List the features of folded text with the place each stands at: characters first, then words and pairs."""
    hashes, places = _characters(folded)
    words, spots = _words(folded)
    return np.concatenate([hashes, words]), np.concatenate([places, spots])


def _characters(folded: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    points = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    hiragana = ((points >= 0x3041) & (points <= 0x3096)) | (points == 0x30FC)
    japanese = hiragana | ((points >= 0x30A1) & (points <= 0x30FA)) | ((points >= 0x3400) & (points <= 0x9FFF))
    japanese |= points == 0x3005
    hashes, places = [np.zeros(0, np.uint32)], [np.zeros(0, np.int64)]
    for size in (2, 3):
        if len(points) < size:
            break
        count = len(points) - size + 1
        whole, grammar = japanese[:count].copy(), hiragana[:count].copy()
        for i in range(1, size):
            whole &= japanese[i : count + i]
            grammar &= hiragana[i : count + i]
        found = np.flatnonzero(whole & ~grammar)
        hashes.append(_hashed(points, found, size))
        places.append(found)
    return np.concatenate(hashes), np.concatenate(places)


def _hashed(points: NDArray[np.uint32], starts: NDArray[np.int64], size: int) -> NDArray[np.uint32]:
    """FNV over the characters with a final mix; unsigned arithmetic wraps the same everywhere."""
    hashes = np.full(len(starts), 2166136261 + size, dtype=np.uint32)
    for i in range(size):
        hashes = hashes * np.uint32(16777619) ^ points[starts + i]
    hashes ^= hashes >> np.uint32(15)
    hashes = hashes * np.uint32(0x85EBCA6B)
    return hashes ^ (hashes >> np.uint32(13))


def _words(folded: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    found: list[int] = []
    places: list[int] = []
    before, end = "", -_GAP - 1
    for match in _WORD.finditer(folded):
        word, start = match.group(), match.start()
        found.append(_word_hash(word))
        places.append(start)
        if start - end <= _GAP:
            found.append(_pair_hash(before, word))
            places.append(start)
        before, end = word, match.end()
    return np.array(found, np.uint32), np.array(places, np.int64)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Cut a Latin word's ending, so that "monitored" and "monitoring" meet."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=1 << 16)
def _word_hash(word: str) -> int:
    return zlib.crc32(stem(word).encode())


@lru_cache(maxsize=1 << 16)
def _pair_hash(before: str, word: str) -> int:
    return zlib.crc32(f"{stem(before)} {stem(word)}".encode())
