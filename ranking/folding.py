"""Fold text for matching without losing the way back: NFKC, lower case, one kind of dash and tilde.

Everything here that searches does so in the folded text and quotes from the original, so that full-width forms,
half-width kana and circled numbers are found and still quoted exactly as they were written.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ranking.values import Quote

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_TILDES = dict.fromkeys(map(ord, "〜～∼˜"), "~")
_OTHERS = {ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("\u00a0"): " ", ord("\u3000"): " "}
_TABLE = {**_DASHES, **_TILDES, **_OTHERS, ord("\t"): " ", ord("\r"): " "}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and its folded form. `starts[i]` and `ends[i]` are where folded character `i` stands in the original."""

    original: str
    text: str
    starts: tuple[int, ...] | range
    ends: tuple[int, ...] | range

    def part(self, start: int, end: int) -> Folded:
        """Look at a stretch alone; its quotes are still those of the whole original."""
        return Folded(self.original, self.text[start:end], self.starts[start:end], self.ends[start:end])

    def quote(self, start: int, end: int) -> Quote:
        """Quote the original words behind the folded characters `start` to `end`, without surrounding blanks."""
        if start >= end:
            raise ValueError("an empty stretch of text can't be quoted")
        first, last = self.starts[start], self.ends[end - 1]
        while first < last and self.original[first].isspace():
            first += 1
        while last > first and self.original[last - 1].isspace():
            last -= 1
        return Quote(self.original[first:last], first, last)


_NOT_ONE = "\ufdd0"  # a noncharacter: stands for what doesn't fold to exactly one character


class _OneToOne(dict[int, str]):
    """What each character folds to on its own, worked out once per character and process."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        folded = unicodedata.normalize("NFKC", character.translate(_TABLE)).translate(_TABLE).lower()
        result = folded if len(folded) == 1 and not _joins(character) else _NOT_ONE
        self[point] = result
        return result


_ONE_TO_ONE = _OneToOne()


@lru_cache(maxsize=16)
def fold(text: str) -> Folded:
    """Fold a text; ordinary characters fold one to one, others keep a map back."""
    quick = text.translate(_ONE_TO_ONE)
    if _NOT_ONE not in quick:
        # The common case by far: every character stands for itself.
        return Folded(text, quick, range(len(text)), range(1, len(text) + 1))
    simple = text.translate(_TABLE)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    i = 0
    length = len(text)
    while i < length:
        j = i + 1
        while j < length and _joins(text[j]):
            j += 1
        cluster = simple[i:j]
        folded = cluster if len(cluster) == 1 and cluster.isascii() else unicodedata.normalize("NFKC", cluster)
        folded = folded.translate(_TABLE).lower()
        out.append(folded)
        starts.extend([i] * len(folded))
        ends.extend([j] * len(folded))
        i = j
    return Folded(text, "".join(out), tuple(starts), tuple(ends))


def _joins(character: str) -> bool:
    """Whether a character belongs to the one before it (voicing marks, combining accents)."""
    return character in "ﾞﾟ\u3099\u309a" or unicodedata.combining(character) != 0


def is_latin(character: str) -> bool:
    """Whether a folded character is part of a Latin word or number."""
    return character.isascii() and character.isalnum()
