"""What a letter may state: typed facts, each with where it comes from. Nothing else gets into a letter.

About the person: what their profile says, with the span it says it in, paraphrased. About the role: what the job
description says, as of a date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

from plugin.i18n import phrases
from ranking.lexicon import lexicon
from ranking.places import LABELS as PLACES
from ranking.values import Dimension, EvidenceRow, Requirement

MOST_FACTS = 3
_LONGEST_LABEL = 30
_DIMENSIONS = ("must", "role", "nice")  # a letter speaks of what somebody has done, not of years or language levels
_UNSAID = frozenset({"level"})  # 「ジュニアとして」 is no compliment
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class PersonFact:
    """One thing a profile says: the concept both languages name, and the words (offsets into the profile's text).

    `kind` is the lexicon's (skill, function, role, industry, certificate), "" for a phrase it doesn't know. `inferred`:
    what the description asks is implied by these words rather than said; the label then names what is said.
    """

    dimension: str
    label_ja: str
    label_en: str
    quote: str
    start: int
    end: int
    kind: str = ""
    inferred: bool = False

    def in_language(self, language: str) -> str:
        """The label a letter in this language can show; "" where a phrase exists in Japanese only."""
        label = (self.label_ja if language == "ja" else self.label_en).strip()
        return "" if language == "en" and has_japanese(label) else label

    def say(self, language: str) -> str:
        """The fact in the letter's words: a paraphrase, never the profile's own words."""
        return say_together([self], language)

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
    """Pick what is worth saying: met, quoted from the profile, best first. May be empty; then there is nothing to write.

    Enough for the person's language, then as many as the other language would need if a recruiter chooses that one;
    `chosen` picks what one letter says.
    """
    found: list[tuple[int, float, int, PersonFact]] = []
    for dimension in dimensions:
        if dimension.name not in _DIMENSIONS:
            continue
        for number, row in enumerate(dimension.rows):
            labels = _said(row)
            if row.status != "met" or row.profile is None or labels is None:
                continue
            kind = _kind_of(labels[0]) or ("role" if dimension.name == "role" else "")
            fact = PersonFact(
                dimension.name,
                *labels,
                row.profile.words,
                row.profile.start,
                row.profile.end,
                kind=kind,
                inferred=row.inferred,
            )
            if kind in _UNSAID or (not kind and not _is_label(labels[0])):
                continue
            found.append((_DIMENSIONS.index(dimension.name), -row.points, number, fact))
    ranked = [fact for *_order, fact in sorted(found, key=lambda each: each[:3])]
    kept = chosen(ranked, language)
    if not kept:
        return ()
    kept += chosen(ranked, "en" if language == "ja" else "ja")
    return tuple(fact for fact in ranked if fact in kept)


def chosen(facts: Iterable[PersonFact], language: str) -> tuple[PersonFact, ...]:
    """The facts one letter in this language says: at most three, none twice. Empty: nothing to say in this language."""
    seen: dict[str, PersonFact] = {}
    for fact in facts:
        label = fact.in_language(language)
        if label:
            seen.setdefault(label, fact)
    return tuple(seen.values())[:MOST_FACTS]


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


@cache
def _kinds() -> dict[str, str]:
    return {concept.label_ja: concept.kind for concept in lexicon().concepts.values()}


def _kind_of(label_ja: str) -> str:
    return _kinds().get(label_ja, "")


def _is_label(text: str) -> bool:
    """Whether a phrase the lexicon doesn't know is short and plain enough to stand inside a sentence of a letter."""
    return len(text) <= _LONGEST_LABEL and not re.search(r"[。、，．!?！？\n:：;；]|\. ", text)


# In words. A list of facts is a matter of grammar in each language, so that phrases and placeholders can't say it.


def say_together(facts: Sequence[PersonFact], language: str) -> str:
    """All facts as one part of a sentence: 「GoおよびKubernetesのご経験と、SREとしてのご経歴」. Empty for none."""
    groups: dict[str, list[str]] = {}
    for fact in facts:
        label = fact.in_language(language)
        if label:
            group = fact.kind if fact.kind in ("role", "industry", "certificate", "function") else ""
            groups.setdefault(group, []).append(label)
    if language == "ja":
        return "と、".join(_JAPANESE_WORDS[group](labels) for group, labels in groups.items())
    said = [_ENGLISH_WORDS[group](labels) for group, labels in groups.items()]
    return _and(said)


def _experience(labels: list[str]) -> str:
    """「設計・開発の経験」 asked for is 「設計・開発のご経験」 said."""
    plain = [re.sub(r"の?ご?経験$", "", label) or label for label in labels]
    return f"{_and_ja(plain)}のご経験"


def _and_ja(labels: list[str]) -> str:
    return "、".join([*labels[:-2], "および".join(labels[-2:])])


def _and(parts: list[str]) -> str:
    if len(parts) < 3:
        return " and ".join(parts)
    return ", ".join(parts[:-1]) + ", and " + parts[-1]


def _with_article(label: str) -> str:
    """`a product owner`, `an SRE`, `a UI designer`: by the sound an English reader hears."""
    first = label.split()[0]
    if re.match(r"[A-Z]{2,}|[A-Z]\d", first):
        sounds_open = first[0] in "AEFHILMNORSX"
    else:
        sounds_open = first[0].lower() in "aeio" or (
            first[0].lower() == "u" and not re.match(r"u(?:ni|s[aeiou]|ti)", first, re.IGNORECASE)
        )
    return f"{'an' if sounds_open else 'a'} {label}"


_JAPANESE_WORDS: dict[str, Callable[[list[str]], str]] = {
    "": _experience,
    "function": _experience,
    "role": lambda labels: f"{_and_ja(labels)}としてのご経歴",
    "industry": lambda labels: f"業界でのご経験（{'、'.join(labels)}）",
    "certificate": lambda labels: f"お持ちの資格（{'、'.join(labels)}）",
}
_ENGLISH_WORDS: dict[str, Callable[[list[str]], str]] = {
    "": lambda labels: f"your experience with {_and(labels)}",
    "function": lambda labels: f"your experience in {_and(labels)}",
    "role": lambda labels: f"your background as {_and([_with_article(label) for label in labels])}",
    "industry": lambda labels: f"your industry background ({', '.join(labels)})",
    "certificate": lambda labels: (
        f"your qualifications ({', '.join(labels)})" if len(labels) > 1 else f"your qualification ({labels[0]})"
    ),
}


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
