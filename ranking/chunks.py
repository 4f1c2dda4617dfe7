"""A profile's text in chunks a sentence encoder can read: a sentence or two, exact stretches, each with its language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ranking.facts import Reading
from ranking.requirement import text_language
from ranking.values import Quote

MOST = 64  # chunks of one person; the longest résumés have about as many
_SENTENCE = re.compile(r"(?:[^。\n.!?]|[.!?](?=\S)){1,220}[。.!?]?")
_ENOUGH = {"ja": 24, "en": 60}  # characters that make a chunk; shorter ones take the next sentence in
_LONGEST = 240
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of text as written, with its folded offsets, and its language ("ja" or "en")."""

    text: str
    start: int
    end: int
    language: str

    def quote(self, reading: Reading) -> Quote:
        """Give the chunk as it stands in the text."""
        return reading.folded.quote(self.start, self.end)


def chunks_of(reading: Reading) -> tuple[Chunk, ...]:
    """Cut a text up. What says that something is missing is left out: likeness is blind to negation."""
    found: list[Chunk] = []
    for start, end in _joined(reading):
        words = reading.folded.quote(start, end).words  # as written: models tell capitals apart
        found.append(Chunk(words, start, end, text_language(words)))
        if len(found) == MOST:
            break
    return tuple(found)


def _joined(reading: Reading) -> Iterator[tuple[int, int]]:
    """Join short sentences to the one after, so that a heading stands with what it heads."""
    text = reading.folded.text
    denied = [sighting.hit.start for sighting in reading.sightings if sighting.denied]
    open_from = -1
    last = 0
    for sentence in _SENTENCE.finditer(text):
        start, end = sentence.span()
        if not _WORD.search(sentence.group()):
            continue
        if any(start <= at < end for at in denied):
            if open_from >= 0:
                yield open_from, last
            open_from = -1
            continue
        if open_from >= 0 and end - open_from > _LONGEST:
            yield open_from, last
            open_from = -1
        open_from, last = (start if open_from < 0 else open_from), end
        part = text[open_from:last]
        if len(part.strip()) >= _ENOUGH[text_language(part)]:
            yield open_from, last
            open_from = -1
    if open_from >= 0:
        yield open_from, last
