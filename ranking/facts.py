"""A person's text and optional fields become the facts the score uses.

What the text doesn't say stays unknown. A structured field stands over the text; whether the text says it too is
kept (`signals`), because only a quoted contradiction may cap a score (R8).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ranking.folding import Folded, fold
from ranking.levels import LevelFound, find_levels, says_none
from ranking.lexicon import Hit, lexicon
from ranking.money import find_pay
from ranking.places import PlaceFound, find_places
from ranking.protected import blanked, strip_banned
from ranking.values import Level, Profile
from ranking.years import YearsFound, career, find_own_years, find_part_years

JAPANESE_QUOTED, ENGLISH_QUOTED, YEARS_QUOTED, WRITTEN_JAPANESE, WRITTEN_ENGLISH = 1, 2, 4, 8, 16
"""Bits of `signals`: the text says the level or the years itself; the text is written in that language."""

_LEAST_HIRAGANA, _JAPANESE_SHARE = 10, 0.3  # kanji alone may be Chinese, katakana a list of words
_LEAST_LATIN, _ENGLISH_SHARE, _LEAST_WORDS = 200, 0.7, 5
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ々〆\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[a-z]")
_SENTENCE = re.compile(r"(?:[^。\n.!?]|[.!?](?!\s))+[。.!?]?")
_ENGLISH_WORDS = re.compile(r"\b(?:the|and|of|in|to|for|with|from|by|at|on|as|is|was|my|our|which|that|who)\b")
_DENIED_AFTER = re.compile(
    r"^[^。\n、,]{0,12}?(?:(?:経験|実務|知識|スキル|使用経験|業務経験)(?:は|が|も)?(?:なし|無し|ない|無い|ありません|ございません|未経験|ゼロ)|は?未経験|(?:は)?(?:できません|扱えません|使えません))"
)
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:no|without(?: any)?|lack(?:s|ing)?|never (?:used|worked (?:with|in)|done)|zero)\b(?: \w+){0,3}?(?: experience| knowledge| background)?(?: with| in| of| using)?\s*)$"
)
_STUDYING = re.compile(r"勉強中|学習中|目標|取得予定|受験予定|\bstudying\b|\bpreparing\b|\bplan(?:ning)? to\b")
_CURRENT = re.compile(
    r"現在?(?:の)?(?:年収|給与)|現年収|年収\s*:|current (?:salary|annual|compensation|pay)|present salary"
)
_DESIRED = re.compile(
    r"希望(?:年収|給与|額|条件)|(?:desired|expected|target|asking) (?:salary|annual|compensation|pay)|salary expectation"
)
_HOME = re.compile(
    r"居住地|現住所|在住|住所|お住まい|\blives? in\b|\bliving in\b|\bbased in\b|\bresid|\blocation\s*:|\baddress\s*:"
)
_WISH = re.compile(r"希望(?:勤務地|職種|業種|業界)|desired (?:location|position|role|industry)|looking for (?:a|an) ")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A concept in a profile's text; `denied` when the text says it is not there."""

    hit: Hit
    denied: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """All the words in a text that bear on the score, with folded offsets; the source of every quote."""

    folded: Folded
    sightings: tuple[Sighting, ...]
    japanese: LevelFound | None
    english: LevelFound | None
    years: YearsFound | None
    open_since: int | None
    pay: int | None
    desired_pay: int | None
    place: PlaceFound | None
    in_part: bool = False  # `years` are a part of the career: the least it can be, which contradicts nothing


@dataclass(frozen=True, slots=True)
class Facts:
    """What the index holds of a person. `concepts` are expanded by what they imply.

    `open_since` (month number, year × 12 + month − 1): a job still running, to be counted up to a reference date on
    top of `years`. `readable`: the text with banned personal data blanked, the only text anything may be read from.
    """

    profile: Profile
    concepts: tuple[str, ...]
    denied: tuple[str, ...]
    signals: int
    years: float | None
    open_since: int | None
    readable: str


def read_text(text: str) -> Reading:
    """Read a profile's text once. Banned personal data is blanked first, so it can neither count nor be quoted."""
    folded = fold(blanked(text))
    sightings = tuple(
        Sighting(hit, _denied(folded.text, hit)) for hit in lexicon().find(folded) if not _wish(folded, hit)
    )
    levels = _own_levels(folded.text)
    pay, desired = _pays(folded.text)
    years, open_since = career(folded.text)
    stated = find_own_years(folded.text)
    if stated is not None:
        years, open_since = stated, None
    in_part = years is None and open_since is None
    if in_part:
        years = _part_years(folded.text, sightings)
    return Reading(
        folded,
        sightings,
        levels.get("japanese"),
        levels.get("english"),
        years,
        open_since,
        pay,
        desired,
        _home(folded.text),
        in_part,
    )


def read_facts(profile: Profile) -> Facts:
    """Complete a profile from its text and work out what the index holds of it."""
    reading = read_text(profile.text)
    lex = lexicon()
    present = {s.hit.concept.id for s in reading.sightings if not s.denied}
    denied = {s.hit.concept.id for s in reading.sightings if s.denied} - present
    stated = profile.skills if profile.skills is not None else tuple(sorted(present))
    concepts = lex.expand({*stated, *present} - denied)
    signals = written_in("\n".join(_sentences(reading)))
    japanese, english = profile.japanese, profile.english
    if reading.japanese is not None and japanese in (None, reading.japanese.level):
        japanese, signals = reading.japanese.level, signals | JAPANESE_QUOTED
    if reading.english is not None and english in (None, reading.english.level):
        english, signals = reading.english.level, signals | ENGLISH_QUOTED
    years, open_since = profile.years, None
    if years is None and reading.years is not None:
        years, open_since = reading.years.low, reading.open_since
        signals |= 0 if reading.in_part else YEARS_QUOTED
    elif years is not None and reading.years is not None and reading.years.low == years and not reading.in_part:
        signals |= YEARS_QUOTED
    completed = replace(
        profile,
        headline=profile.headline or _headline(profile.text, reading),
        skills=tuple(sorted(set(stated) - denied)),
        japanese=japanese,
        english=english,
        years=years,
        pay=profile.pay if profile.pay is not None else reading.pay,
        desired_pay=profile.desired_pay if profile.desired_pay is not None else reading.desired_pay,
        place=profile.place or (reading.place.code if reading.place else None),
    )
    return Facts(
        completed,
        concepts,
        tuple(sorted(denied - set(concepts))),
        signals,
        years,
        open_since,
        reading.folded.original,
    )


def written_in(text: str) -> int:
    """Tell which language folded text is written in, as bits of `signals`: running text, not scattered words.

    Japanese: at least 30 % of the letters, ten hiragana among them. English: at least 200 Latin letters, 70 % of all, with the
    small words English can't do without, five of them (a list of product names has none).
    """
    japanese, latin = len(_JAPANESE.findall(text)), len(_LATIN.findall(text))
    if len(_HIRAGANA.findall(text)) >= _LEAST_HIRAGANA and japanese >= _JAPANESE_SHARE * (japanese + latin):
        return WRITTEN_JAPANESE
    if latin >= _LEAST_LATIN and latin >= _ENGLISH_SHARE * (japanese + latin):
        return WRITTEN_ENGLISH if len(set(_ENGLISH_WORDS.findall(text))) >= _LEAST_WORDS else 0
    return 0


def _about_work(text: str, sightings: Sequence[Sighting]) -> Iterator[re.Match[str]]:
    """Find the sentences that name a concept: what somebody adds about the weather says nothing of how they work.

    A line of business alone doesn't count: an inn or a café is in many a holiday too.
    """
    named = sorted(sighting.hit.start for sighting in sightings if sighting.hit.concept.kind != "industry")
    for sentence in _SENTENCE.finditer(text):
        at = bisect_left(named, sentence.start())
        if at < len(named) and named[at] < sentence.end():
            yield sentence


def _sentences(reading: Reading) -> list[str]:
    return [sentence.group() for sentence in _about_work(reading.folded.text, reading.sightings)]


def _part_years(text: str, sightings: Sequence[Sighting]) -> YearsFound | None:
    """Find the longest stretch of work among the sentences about work: how long bees were kept is not experience."""
    best: YearsFound | None = None
    for sentence in _about_work(text, sightings):
        found = find_part_years(sentence.group())
        if found is not None and (best is None or (found.low or 0) > (best.low or 0)):
            best = replace(found, start=found.start + sentence.start(), end=found.end + sentence.start())
    return best


def complete(profile: Profile, *, reference_date: date | None = None) -> Profile:
    """Fill a profile's absent fields from its text; a job still running counts up to the reference date if given."""
    facts = read_facts(profile)
    if facts.open_since is None or reference_date is None:
        return facts.profile
    months = reference_date.year * 12 + reference_date.month - 1 - facts.open_since
    return replace(facts.profile, years=round((facts.years or 0.0) + max(0, months) / 12, 1))


def at_the_door(profile: Profile) -> tuple[Profile, Counter[str]]:
    """Strip banned personal data from a profile's text and headline (R9) and complete it; count what went."""
    text, counts = strip_banned(profile.text)
    headline, more = strip_banned(profile.headline)
    return complete(replace(profile, text=text, headline=headline)), counts + more


# ── reading the text ─────────────────────────────────────────────────────────────────────────────────────────────


def _denied(text: str, hit: Hit) -> bool:
    """Whether the words about a concept say it is missing: 「Javaの経験はありません」, "no experience with Java"."""
    if _DENIED_AFTER.match(text[hit.end : hit.end + 32].split("\n")[0]):
        return True
    before = text[max(0, hit.start - 48) : hit.start]
    sentence = re.split(r"[.。\n;]", before)[-1]
    return _DENIED_BEFORE.search(sentence) is not None


def _wish(folded: Folded, hit: Hit) -> bool:
    line_start = folded.text.rfind("\n", 0, hit.start) + 1
    return _WISH.search(folded.text[line_start : hit.start]) is not None


def _own_levels(text: str) -> dict[str, LevelFound]:
    best: dict[str, LevelFound] = {}
    for found in find_levels(text):
        clause = text[found.start : found.end + 12].split("\n")[0]
        if _STUDYING.search(clause):
            continue
        if found.level == Level.NONE and not says_none(clause):
            continue
        if found.language not in best or found.level > best[found.language].level:
            best[found.language] = found
    return best


def _pays(text: str) -> tuple[int | None, int | None]:
    pay: int | None = None
    desired: int | None = None
    if not re.search(r"年収|給与|月給|希望額|salary|compensation|\bpay\b", text):
        return None, None
    for line in re.split(r"[\n。]|(?<=[^0-9])[/|]", text):
        wants = _DESIRED.search(line)
        has = _CURRENT.search(line)
        if has and not (wants and wants.start() <= has.start()):
            part = line[has.start() : wants.start()] if wants else line[has.start() :]
            found = find_pay(part, in_pay_section=True)
            pay = pay or (found.pay.low or found.pay.high if found else None)
        if wants:
            found = find_pay(line[wants.start() :], in_pay_section=True)
            desired = desired or (found.pay.low or found.pay.high if found else None)
    return pay, desired


def _home(text: str) -> PlaceFound | None:
    for m in _HOME.finditer(text):
        begin = text.rfind("\n", 0, m.start()) + 1
        end = text.find("\n", m.end())
        line = text[begin : end if end >= 0 else len(text)]
        if _WISH.search(line):
            continue
        # 「東京都在住」 names the place first, "lives in Tokyo" last.
        after = m.group() != "在住"
        region = (m.end(), begin + len(line)) if after else (max(begin, m.start() - 12), m.start())
        places = find_places(text[region[0] : region[1]])
        if places:
            place = places[0] if after else places[-1]
            return PlaceFound(place.code, region[0] + place.start, region[0] + place.end)
    return None


def _headline(text: str, reading: Reading) -> str:
    roles = [s.hit.quote.words for s in reading.sightings if s.hit.concept.kind == "role" and not s.denied]
    if roles:
        return roles[0]
    return next((line.strip()[:60] for line in text.split("\n") if line.strip()), "")
