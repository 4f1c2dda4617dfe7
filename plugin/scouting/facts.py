"""What a letter may state: typed facts, each with where it comes from. Nothing else gets into a letter.

About the person: what their profile says, with the span it says it in, paraphrased. About the role: what the job
description says, as of a date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from plugin.i18n import phrases
from ranking.lexicon import lexicon
from ranking.places import LABELS as PLACES
from ranking.values import Dimension, EvidenceRow, Requirement

MOST_FACTS = 3
_DIMENSIONS = ("must", "role", "nice")  # a letter speaks of what somebody has done, not of years or language levels
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class PersonFact:
    """One thing a profile says: the concept both languages name, and the words (offsets into the profile's text)."""

    dimension: str
    label_ja: str
    label_en: str
    quote: str
    start: int
    end: int

    def say(self, language: str) -> str:
        """The fact in the letter's words: a paraphrase, never the profile's own words."""
        _ = phrases(language)
        label = self.label_ja if language == "ja" else self.label_en
        if self.dimension == "role":
            return _("your background as %(label)s", label=label)
        return _("your experience with %(label)s", label=label)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PersonFact:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """What the description says of the role, as of the day it was read. `lines` are (label, value) in the letter's language."""

    title: str
    as_of: date
    lines: tuple[tuple[str, str], ...] = ()


def person_facts(dimensions: Sequence[Dimension], language: str) -> tuple[PersonFact, ...]:
    """Pick what is worth saying: met, quoted from the profile, best first. May be empty; then there is nothing to write."""
    found: list[tuple[int, float, int, PersonFact]] = []
    seen: set[str] = set()
    for dimension in dimensions:
        if dimension.name not in _DIMENSIONS:
            continue
        for number, row in enumerate(dimension.rows):
            labels = _said(row)
            if row.status != "met" or row.profile is None or labels is None:
                continue
            label = labels[0] if language == "ja" else labels[1]
            if not label.strip() or label in seen or (language == "en" and has_japanese(label)):
                continue  # a phrase the lexicon has no English for would stand there in Japanese
            seen.add(label)
            fact = PersonFact(dimension.name, *labels, row.profile.words, row.profile.start, row.profile.end)
            found.append((_DIMENSIONS.index(dimension.name), -row.points, number, fact))
    return tuple(fact for *_order, fact in sorted(found, key=lambda each: each[:3])[:MOST_FACTS])


def _said(row: EvidenceRow) -> tuple[str, str] | None:
    """What the profile's own words name, in both languages; None when they name nothing we know.

    "Go / Java" is met by either, and a thing may be implied by another: the letter then names what stands in the
    profile, not what the description asked.
    """
    if row.profile is None:
        return None
    if not row.inferred and "／" not in row.label_ja and " / " not in row.label_en:
        return row.label_ja, row.label_en
    hits = lexicon().find(row.profile.words, about_skills=True)
    return (hits[0].concept.label_ja, hits[0].concept.label_en) if hits else None


def role_facts(requirement: Requirement, title: str, as_of: date, language: str) -> RoleFacts:
    """State what the description states; what it doesn't, the letter doesn't either. `title` is the ATS's own."""
    _ = phrases(language)
    lines: list[tuple[str, str]] = [(_("Position"), _one_line(title))]
    if requirement.place is not None and requirement.place.value in PLACES:
        japanese, english = PLACES[requirement.place.value]
        lines.append((_("Place of work"), japanese if language == "ja" else english))
    remote = {
        "none": _("at the workplace"),
        "partial": _("partly remote"),
        "full": _("fully remote"),
    }
    if requirement.remote is not None and requirement.remote.value in remote:
        lines.append((_("Way of working"), remote[requirement.remote.value]))
    employment = {
        "permanent": _("permanent employment"),
        "contract": _("fixed-term contract"),
        "part_time": _("part-time employment"),
        "temporary": _("temporary agency employment"),
        "freelance": _("freelance contract"),
    }
    if requirement.employment is not None and requirement.employment.value in employment:
        lines.append((_("Employment"), employment[requirement.employment.value]))
    if requirement.pay is not None:
        pay = say_pay(requirement.pay.value.low, requirement.pay.value.high, language)
        if pay:
            lines.append((_("Annual salary"), pay))
    return RoleFacts(_one_line(title), as_of, tuple(lines))


def say_pay(low: int | None, high: int | None, language: str) -> str:
    """A range of JPY a year as people say it: 600万円～900万円, JPY 6,000,000 to 9,000,000."""
    _ = phrases(language)

    def amount(value: int) -> str:
        if language == "ja":
            return f"{value // 10_000:,}万円" if value % 10_000 == 0 else f"{value:,}円"
        return f"JPY {value:,}"

    if low is not None and high is not None and low != high:
        return _("%(low)s to %(high)s", low=amount(low), high=amount(high))
    if low is not None and high is not None:
        return amount(low)
    if low is not None:
        return _("from %(low)s", low=amount(low))
    return _("up to %(high)s", high=amount(high)) if high is not None else ""


def has_japanese(text: str) -> bool:
    """Whether there are kana or kanji in a text."""
    return bool(_JAPANESE.search(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
