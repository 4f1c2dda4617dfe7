"""A profile's text in chunks a sentence encoder can read: its sentences and lines, each with its language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranking.facts import Reading
from ranking.requirement import text_language
from ranking.values import Quote

MOST = 96  # chunks of one person; few résumés have more lines
_SENTENCE = re.compile(r"(?:[^。\n.!?]|[.!?](?=\S)){1,220}[。.!?]?")
_SHORTEST = 6


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
    denied = [sighting.hit.start for sighting in reading.sightings if sighting.denied]
    found: list[Chunk] = []
    for start, end in (sentence.span() for sentence in _SENTENCE.finditer(reading.folded.text)):
        if len(reading.folded.text[start:end].strip()) < _SHORTEST or any(start <= at < end for at in denied):
            continue
        words = reading.folded.quote(start, end).words  # as written: models tell capitals apart
        found.append(Chunk(words, start, end, text_language(words)))
        if len(found) == MOST:
            break
    return tuple(found)
