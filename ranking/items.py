"""What one point of a description names: things of the lexicon and phrases it doesn't know, alternatives as one unit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from ranking.folding import Folded
from ranking.levels import find_levels
from ranking.lexicon import Concept, lexicon
from ranking.phrases import cleaned, degree_in, is_about_languages, parts_of, says_nothing
from ranking.refusals import find_protected
from ranking.values import Skill, Stated

NICE_WORDS = re.compile(
    r"歓迎|尚可|尚良|なお可|嬉し|うれし|あれば(?:なお|尚|可|優遇)|優遇|望ましい|\bnice to have\b|\bpreferred\b|\b(?:is|are|would be) an? (?:\w+ )?(?:plus|advantage|bonus|asset)\b"
    r"|\ba plus\b|\bdesirable\b|\bwelcome\b|\bso would\b|\bhelpful\b|\buseful\b|\bappreciated\b|\bfavou?rabl[ey]\b|\b(?:would|will|could|can|also) (?:also )?help\b|方(?:なら|であれば)|\bhelps\b|心強|ありがた|有利|助か|活かせ|生かせ|\ban? (?:\w+ )?(?:advantage|plus|bonus|asset)\b|\beven better\b|\bgreat if\b"
)
_NOT_ASKED = re.compile(
    r"不問|不要|問いません|問わず|なくても(?:可|ok|大丈夫|構い)|なくて(?:可|ok)|必須では(?:ありません|ない)|書けなくて|\bnot required\b|\bnot necessary\b|\bno need\b|\bnot a condition\b|\bnot needed\b|\bno .{3,30} (?:required|needed|necessary)"
)
_OR = re.compile(
    r"または|もしくは|あるいは|又は|若しくは|いずれか|どれか|どちらか|など|等|(?<=[a-z0-9])か(?=[a-z0-9])|\bor\b|\beither\b|\bone of\b|\bany of\b|such as|e\.g\.|のうち"
)
_JOINT = re.compile(r"^(?:\s|[、,/・&()+]|or|and|または|もしくは|あるいは|又は|若しくは|および|及び|や|か|と)*$")
_WHERE_AFTER = re.compile(r"(?:業界|企業|会社)?(?:での|における|で(?=[^す])|にて|向け|出身)")
_WHERE_BEFORE = re.compile(r"\b(?:at|for|with|in) (?:an? |the )?(?:\w+ )?$")
_BRACKETS = re.compile(r"\(([^()]+)\)")
# 「事業会社またはPR会社での広報経験」 asks for the one thing at the end
_WORKPLACE = re.compile(
    r"^.{0,12}(?:会社|企業|業界|部門|事務所|メーカー|商社|病院|銀行|店舗?|代理店|ホテル|レストラン|機関|法人|学校|工場)$"
)
_OBJECT = re.compile(
    r"\b(?:experience|background|expertise|knowledge|understanding|track record|proficiency|familiarity|grounding) (?:in|of|with) (?!japan\b|apac\b|asia\b)(?P<what>[^,.;:()]{3,60}?)(?=[,.;:(]| (?:at|from|for|gained|within|in|is|are|would|and|or)\b|$)"
)
_COMPOUND = re.compile(r"[\w.+]+-(?:based|driven|oriented|native|facing|related) $|[\w.+]+-$")
_EXAMPLES = re.compile(r"^\s*(?:e\.?g\.?|i\.?e\.?|such as|like|for example|例|例えば)[:,]?\s*$")
_COUNTED = ("skill", "function", "certificate", "industry", "role")


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing named in a line: a concept, or a phrase the lexicon doesn't know. Offsets count in the line."""

    concept: Concept | None
    start: int
    end: int


def _asked_for(text: str, hits: list[_Item]) -> list[_Item]:
    """Leave out what only says where: an industry or a role beside a competence, or 「メーカーでの」 before it."""
    competent = any(h.concept is not None and h.concept.kind in ("skill", "function", "certificate") for h in hits)
    kept = []
    for hit in hits:
        if hit.concept is not None and hit.concept.kind in ("industry", "role"):
            around = _WHERE_AFTER.match(text, hit.end) or _WHERE_BEFORE.search(text[: hit.start])
            rest = text[: hit.start] + " " + text[hit.end :]
            if competent or (
                around and hit.concept.kind == "industry" and not says_nothing(_WHERE_AFTER.sub("", rest))
            ):
                continue
        kept.append(hit)
    return kept


def _whole_word(text: str, hit: _Item) -> _Item:
    """Quote the compound around a name: "eBPF-based observability", not "observability"."""
    before = _COMPOUND.search(text, max(0, hit.start - 40), hit.start)
    return replace(hit, start=before.start()) if before is not None else hit


def _items(text: str, hits: list[_Item], blocked: list[tuple[int, int]]) -> list[_Item]:
    """Add the phrases the lexicon doesn't know: each member of an enumeration, or the line as a whole."""
    if (degree := degree_in(text)) is not None:
        known = [h for h in hits if h.concept is not None and h.concept.kind == "certificate"]
        if known or not hits:
            return known or _phrase(text, 0, len(text))
        beside = [h for h in hits if h.end <= degree[0] and "(" in text[h.end : degree[0]]]
        return [*beside, _Item(None, *degree)] if beside else _phrase(text, 0, len(text))
    members = parts_of(text, listed=False)
    if len(members) < 2:
        members = [(0, len(text))]
    found: list[_Item] = []
    modifiers = _only_modify(text, hits, members)
    for start, end in members:
        inside = [hit for hit in hits if start <= hit.start < end]
        asked = _object_of(text, start, end, inside) if len(members) == 1 else None
        if asked is not None:
            found.extend(sorted([*inside, asked], key=lambda item: item.start))
        elif inside and not _more_than_a_field(text, inside, start, end):
            found.extend(_with_bracketed(text, inside, start, end))
        elif not any(a <= start and end <= b + 1 for a, b in blocked) and not (
            end < len(text) and (modifiers or _WORKPLACE.match(text[start:end]))
        ):
            found.extend(_phrase(text, start, end))
    return found


def _only_modify(text: str, hits: list[_Item], members: list[tuple[int, int]]) -> bool:
    """Whether all members but the last say of what: 「FA装置または産業機械の機械設計経験」 asks for mechanical design."""
    start, end = members[-1]
    of = re.search(r"の(?!経験|知識|スキル|資格|実務)", text[start:end])
    inside = [hit.start for hit in hits if start <= hit.start < end]
    return len(members) > 1 and of is not None and bool(inside) and min(inside) >= start + of.end()


def _object_of(text: str, start: int, end: int, hits: list[_Item]) -> _Item | None:
    """Find what a sentence asks experience in, where nothing known stands there: "a background in X, gained at Y"."""
    found = _OBJECT.search(text, start, end)
    if found is None or not hits or any(h.start < found.end("what") and found.start("what") < h.end for h in hits):
        return None
    what = text[found.start("what") : found.end("what")]
    if says_nothing(what) or find_levels(what):
        return None
    return _Item(None, found.start("what"), found.end("what"))


def _phrase(text: str, start: int, end: int) -> list[_Item]:
    first, last = cleaned(text, start, end)
    words = text[first:last]
    if (
        says_nothing(words) or is_about_languages(words) or find_protected(words)
    ):  # what nobody may be ranked by is not asked (R9)
        return []
    if find_levels(words):
        # A level in brackets is an aside: "communication skills in English (Japanese not required)".
        bracket = words.find("(")
        if bracket < 4 or find_levels(words[:bracket]) or is_about_languages(words):
            return []
        last = first + len(words[:bracket].rstrip())
    return [_Item(None, first, last)]


def _more_than_a_field(text: str, hits: list[_Item], start: int, end: int) -> bool:
    """Whether a phrase names more than the industry or role in it: 「普通自動車免許」 is no car industry."""
    if any(h.concept is None or h.concept.kind not in ("industry", "role") for h in hits):
        return False
    rest = text[start:end]
    for hit in hits:
        rest = rest.replace(text[hit.start : hit.end], " ")
    return not says_nothing(_WHERE_AFTER.sub(" ", rest))


def _with_bracketed(text: str, hits: list[_Item], start: int, end: int) -> list[_Item]:
    """Add the names in brackets the lexicon doesn't know beside one it does: 「PCスキル（Word、Excel）」."""
    found = list(hits)
    for bracket in _BRACKETS.finditer(text, start, end):
        members = [(bracket.start(1) + a, bracket.start(1) + b) for a, b in parts_of(bracket.group(1), listed=False)]
        if len(members) < 2 or not any(bracket.start() < h.start < bracket.end() for h in hits):
            continue
        for a, b in members:
            if not any(h.start < b and a < h.end for h in hits) and not _EXAMPLES.match(text[a:b]):
                found.extend(_phrase(text, a, b))
    return sorted(found, key=lambda item: item.start)


def _blocked(text: str) -> list[tuple[int, int]]:
    """Find what is said not to be needed: from the clause's beginning to the words that say so."""
    spans = []
    for word in _NOT_ASKED.finditer(text):
        before = text[: word.start()]
        begin = max(before.rfind(c) for c in "、,(。;/") + 1
        # 「必須ではありませんが、あれば歓迎」 goes on
        goes_on = re.match(r"[^、。]{0,8}(?:が|けれど)、[^。]{0,60}", text[word.end() :])
        if not NICE_WORDS.search(
            text[begin : word.end() + (goes_on.end() if goes_on else 0)]
        ):  # "welcome but not necessary" is welcome
            spans.append((begin, word.end()))
    return spans


def _unit(folded: Folded, at: int, group: list[_Item]) -> Stated[Skill]:
    quote = folded.quote(at + group[0].start, at + group[-1].end)
    names = [folded.quote(at + item.start, at + item.end).words for item in group]
    named = [item for item in group if item.concept is not None]
    if not named:
        return Stated(Skill("", quote.words, quote.words), quote)
    known = [item.concept.skill for item in named if item.concept is not None]
    ja = "／".join(i.concept.label_ja if i.concept else n for i, n in zip(group, names, strict=True))
    en = " / ".join(i.concept.label_en if i.concept else n for i, n in zip(group, names, strict=True))
    return Stated(Skill(known[0].concept, ja, en, tuple(s.concept for s in known[1:])), quote)


def _alternatives(text: str, items: list[_Item]) -> list[list[_Item]]:
    """Group what are alternatives of each other: a run joined by separators alone, with an "or" word about."""
    if not items:
        return []
    runs: list[list[_Item]] = [[items[0]]]
    for item in items[1:]:
        before = runs[-1][-1]
        between = text[before.end : item.start]
        if _JOINT.match(between):
            runs[-1].append(item)
        else:
            runs.append([item])
    grouped: list[list[_Item]] = []
    for run in runs:
        within = text[run[0].start : run[-1].end]
        about = text[max(0, run[0].start - 12) : run[0].start] + " " + text[run[-1].end : run[-1].end + 8]
        joints = [text[a.end : b.start] for a, b in pairwise(run)]
        either = bool(joints) and (
            any(_OR.search(j) for j in joints) or all("/" in j for j in joints) or _OR.search(about) is not None
        )
        # "Python and Go or Rust": what "and" joins stays apart.
        if either and not any(re.search(r"\band\b|および|及び|と", j) for j in joints) and within:
            unique: dict[str, _Item] = {}
            for item in run:
                unique.setdefault(item.concept.id if item.concept else f"phrase:{item.start}", item)
            grouped.append(list(unique.values()))
        else:
            grouped.extend([item] for item in run)
    return grouped


def units_of(folded: Folded, at: int, text: str, *, phrases: bool) -> tuple[Stated[Skill], ...]:
    """Name what one point asks for; alternatives ("Go or Java") are one unit.

    `at`: where `text` stands in the folded text. `phrases`: whether words the lexicon doesn't know count too.
    """
    blocked = _blocked(text)
    hits = [
        _Item(h.concept, h.start, h.end)
        for h in lexicon().find(folded.part(at, at + len(text)), about_skills=phrases)
        if h.concept.kind in _COUNTED and not any(a <= h.start < b for a, b in blocked)
    ]
    hits = [_whole_word(text, hit) for hit in _asked_for(text, hits)]
    found = _items(text, hits, blocked) if phrases else hits
    return tuple(_unit(folded, at, group) for group in _alternatives(text, found))
