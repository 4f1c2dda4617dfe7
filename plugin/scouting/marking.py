"""The words that decided, found again in what somebody wrote.

Reading folds width, case and blanks; this leads back from the folded words to the text as it stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """Cut a text into (piece, decided) in order; joined they are the text. Words not found mark nothing."""
    folded, places = _folded(text)
    spans: list[tuple[int, int]] = []
    for word in words:
        wanted = _folded(word)[0]
        at = folded.find(wanted) if wanted else -1
        if at >= 0:
            spans.append((places[at], places[at + len(wanted) - 1] + 1))
    pieces: list[tuple[str, bool]] = []
    position = 0
    for start, end in sorted(spans):
        if start < position:
            if end <= position:
                continue
            start = position
        if start > position:
            pieces.append((text[position:start], False))
        pieces.append((text[start:end], True))
        position = end
    if position < len(text):
        pieces.append((text[position:], False))
    return pieces


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as reading folds it, without blanks, and where each character of that stood."""
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in unicodedata.normalize("NFKC", character).casefold().replace("’", "'").replace("‘", "'"):
            if not one.isspace():
                out.append(one)
                places.append(place)
    return "".join(out), places
