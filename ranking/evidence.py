"""Why a score is what it is: a row per unit with the description's words, the profile's words and the points.

Points come from the score alone; reading the text adds quotes, never points. A profile quote is given only if it is
an exact stretch of the profile's text (R8).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ranking.facts import Reading, read_text
from ranking.passages import PASSAGE, Passages
from ranking.plan import Unit
from ranking.questions import CONTRADICTED, MET, RELATED, SIMILARITY, related_concepts
from ranking.score import STATUSES, Scores
from ranking.values import Dimension, EvidenceRow, Profile, Quote, Scored

_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_ENGLISH_WORDS = re.compile(r"\b[a-z]{2,}\b")
_ENOUGH = 8  # small words or hiragana that make a sentence running text


def explain(
    scores: Scores,
    number: int,
    profile: Profile,
    without_guidance: int | None = None,
    reread: Mapping[int, Quote] | None = None,
) -> Scored:
    """Turn row `number` of the scores into a person's score with its evidence.

    `reread`: the words that units rest on which a second reading gave their points, by number of the unit.
    """
    reading = read_text(profile.text)
    passages = Passages(reading)
    rows: dict[str, list[EvidenceRow]] = {}
    for position, unit in enumerate(scores.plan.units):
        status = int(scores.statuses[number, position])
        quote, inferred = (
            (reread[position], status == RELATED)
            if reread and position in reread
            else _find(unit, status, reading, passages, profile)
        )
        rows.setdefault(unit.dimension, []).append(
            EvidenceRow(
                unit=unit.key,
                label_ja=unit.label_ja,
                label_en=unit.label_en,
                status=STATUSES[status],
                points=int(scores.points[number, position]) / 100,
                maximum=unit.maximum / 100,
                description=unit.quote,
                profile=_exact(quote, profile.text),
                inferred=inferred,
            )
        )
    dimensions = tuple(
        Dimension(
            name,
            round(sum(row.points for row in rows[name]), 2),
            round(sum(row.maximum for row in rows[name]), 2),
            tuple(rows[name]),
        )
        for name in scores.plan.dimensions()
    )
    return Scored(
        profile_id=profile.id,
        revision=profile.revision,
        score=int(scores.score[number]),
        dimensions=dimensions,
        capped=bool(scores.capped[number]),
        without_language=int(scores.without_language[number]),
        without_guidance=without_guidance,
    )


def _exact(quote: Quote | None, text: str) -> Quote | None:
    """Let a quote through only if it stands in the text as it is."""
    return quote if quote is not None and text[quote.start : quote.end] == quote.words else None


def _find(unit: Unit, status: int, reading: Reading, passages: Passages, profile: Profile) -> tuple[Quote | None, bool]:
    """Find the profile's words for a unit; True when they imply it rather than say it."""
    if status == SIMILARITY:
        return passages.closest(unit.phrase), False
    if unit.kind == "years":
        return _span(reading.years, reading), False
    if unit.kind == "language":
        found = reading.japanese if unit.key == "language:japanese" else reading.english
        stated = profile.japanese if unit.key == "language:japanese" else profile.english
        if stated is None and status == RELATED:
            return _written_sentence(reading, unit.key), True
        if found is None or (stated is not None and found.level != stated):
            return None, False
        return _span(found, reading), found.inferred
    if unit.kind == "level" and status == RELATED:
        return _span(reading.years, reading), True
    wanted = related_concepts(unit) if status == RELATED else unit.concepts
    if status not in (MET, RELATED, CONTRADICTED):
        return None, False
    denied = status == CONTRADICTED and unit.kind != "avoid"
    return _mention(set(wanted), reading, denied=denied)


def _mention(wanted: set[str], reading: Reading, *, denied: bool) -> tuple[Quote | None, bool]:
    implied: Quote | None = None
    for sighting in reading.sightings:
        if sighting.denied != denied:
            continue
        if sighting.hit.concept.id in wanted:
            if denied:
                return _sentence(sighting.hit.start, sighting.hit.end, reading), False
            return sighting.hit.quote, False
        if implied is None and wanted.intersection(sighting.hit.concept.closure):
            implied = sighting.hit.quote
    return implied, implied is not None


def _sentence(start: int, end: int, reading: Reading) -> Quote:
    """Quote the whole sentence a denial stands in: the bare word would say the opposite."""
    text = reading.folded.text
    first = max(text.rfind(mark, 0, start) for mark in "。\n") + 1
    stops = [stop for mark in ("。", "\n", ". ") if (stop := text.find(mark, end)) >= 0]
    return reading.folded.quote(first, min(stops, default=len(text)))


def _written_sentence(reading: Reading, key: str) -> Quote | None:
    """Quote the first running sentence: it is written in the language, which is all there is to show for it."""
    letters = _HIRAGANA if key == "language:japanese" else _ENGLISH_WORDS
    best = max(
        PASSAGE.finditer(reading.folded.text),
        key=lambda found: (min(_ENOUGH, len(letters.findall(found.group()))), -found.start()),
        default=None,
    )
    return None if best is None else reading.folded.quote(best.start(), best.end())


def _span(found: object, reading: Reading) -> Quote | None:
    start, end = getattr(found, "start", None), getattr(found, "end", None)
    return reading.folded.quote(start, end) if start is not None and end is not None else None
