"""What a description asks for in skills: musts and what is welcome, alternatives as one unit, each with its quote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ranking.folding import Folded, fold
from ranking.layout import Line
from ranking.levels import find_levels
from ranking.lexicon import Concept, lexicon
from ranking.phrases import cleaned, degree_in, is_about_languages, parts_of, says_nothing
from ranking.refusals import find_protected
from ranking.values import Quote, Skill, Stated

NICE_WORDS = re.compile(
    r"歓迎|尚可|尚良|なお可|嬉し|うれし|あれば(?:なお|尚|可|優遇)|優遇|望ましい|\bnice to have\b|\bpreferred\b|\b(?:is|are|would be) an? (?:\w+ )?(?:plus|advantage|bonus|asset)\b"
    r"|\ba plus\b|\bdesirable\b|\bwelcome\b|\bso would\b|\bhelpful\b|\buseful\b|\bappreciated\b|\bfavou?rabl[ey]\b|\b(?:would|will|could|can|also) (?:also )?help\b|方(?:なら|であれば)|\bhelps\b|心強|ありがた|有利|助か|活かせ|生かせ|\ban? (?:\w+ )?(?:advantage|plus|bonus|asset)\b|\beven better\b|\bgreat if\b"
)
_ALL_OF_THEM = re.compile(r"いずれも|どちらも|ともに|すべて|全て|all\b|both\b")
_NICE_FROM_HERE = re.compile(r"できれば(?!尚|なお|歓迎|可|ok)|望ましくは|可能であれば|\bideally\b|\bpreferably\b")
_MUST_WORDS = re.compile(
    r"必須(?!では|で(?:は)?な)|必要です|必要となります|必要とし|必ずお持ち|に限(?:らせ|り)|求めます|お持ちの方を(?:募集|対象)|\bmust have\b|(?<!not )\brequired\b|\bmandatory\b|\byou must\b|\bmust be\b"
    r"|\byou(?:'ll)? need (?:to|at|a|some)\b|\bwe (?:require|expect)\b|\b(?:is|are) (?:expected|essential|needed|a must)\b|\b(?:candidates?|applicants?|you) (?:should|must|will|need to) (?:bring|have|possess|hold|be)\b|\bshould (?:bring|possess)\b"
    r"|いただきたい|(?:いる|ある|できる|お持ちの|をお持ちで|もつ|持つ)方(?:を|に|が対象|のみ|で)(?!.{0,60}(?:歓迎|優遇|尚可))|方を(?:お待ち|求め|探し|募集)"
)
# A clause that asks by itself: what is welcome begins behind it.
_SETTLED = re.compile(r"(?:必須|必要|要|以上|程度|年|級)、|" + _MUST_WORDS.pattern)
_ONLY_YEARS = re.compile(r"[:,]?\s*(?:[\d.+\-~]|years?|yrs?|more|or|年|以上|程度)*\)")
_NOT_ASKED = re.compile(
    r"不問|不要|問いません|問わず|なくても(?:可|ok|大丈夫|構い)|なくて(?:可|ok)|必須では(?:ありません|ない)|書けなくて|\bnot required\b|\bnot necessary\b|\bno need\b|\bnot a condition\b|\bnot needed\b|\bno .{3,30} (?:required|needed|necessary)"
)
_ASKS = re.compile(
    r"経験|スキル|background|知識|資格|知見|experience|knowledge|skills?\b|proficien|familiar|expertise|qualified|licen[cs]e|comfortable with|worked|track record|abilit|able to|years (?:in|of|as)|年以上|できる|免許"
)
_OR = re.compile(
    r"または|もしくは|あるいは|又は|若しくは|いずれか|どれか|どちらか|など|等|(?<=[a-z0-9])か(?=[a-z0-9])|\bor\b|\beither\b|\bone of\b|\bany of\b|such as|e\.g\.|のうち"
)
_JOINT = re.compile(r"^(?:\s|[、,/・&()+]|or|and|または|もしくは|あるいは|又は|若しくは|および|及び|や|か|と)*$")
_WHERE_AFTER = re.compile(r"(?:業界|企業|会社)?(?:での|における|で(?=[^す])|にて|向け|出身)")
_WHERE_BEFORE = re.compile(r"\b(?:at|for|with|in) (?:an? |the )?(?:\w+ )?$")
_BRACKETS = re.compile(r"\(([^()]+)\)")
_PROSE = ("", "other", "duties", "person", "stack", "conditions", "language", "title")
# 「事業会社またはPR会社での広報経験」 asks for the one thing at the end
_WORKPLACE = re.compile(
    r"^.{0,12}(?:会社|企業|業界|部門|事務所|メーカー|商社|病院|銀行|店舗?|代理店|ホテル|レストラン|機関|法人|学校|工場)$"
)
_OBJECT = re.compile(
    r"\b(?:experience|background|expertise|knowledge|understanding|track record|proficiency|familiarity|grounding) (?:in|of|with) (?!japan\b|apac\b|asia\b)(?P<what>[^,.;:()]{3,60}?)(?=[,.;:(]| (?:at|from|for|gained|within|in|is|are|would|and|or)\b|$)"
)
_COMPOUND = re.compile(r"[\w.+]+-(?:based|driven|oriented|native|facing|related) $|[\w.+]+-$")
_REASON = re.compile(r"(?:ので|ため|から|ですが|ますが)[、\s]*$")
_EXAMPLES = re.compile(r"^\s*(?:e\.?g\.?|i\.?e\.?|such as|like|for example|例|例えば)[:,]?\s*$")
_COUNTED = ("skill", "function", "certificate", "industry", "role")


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing named in a line: a concept, or a phrase the lexicon doesn't know. Offsets count in the line."""

    concept: Concept | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Point:
    """A list item, clause or sentence with what it asks for. `phrase`: its words, where they may stand for themselves."""

    units: tuple[Stated[Skill], ...]
    phrase: Quote | None
    choice: int = 0  # the points that share a number are alternatives


def is_nice(line: Line) -> bool:
    """Whether a line asks for something merely welcome."""
    return nice_from(line) == 0


def nice_from(line: Line) -> int:
    """Tell from which character on a line asks only for what is welcome; past its end when all of it is a must.

    "4+ years of sales, ideally in SaaS" turns at "ideally"; "Go (Rust 尚可)" at the bracket; 「Python必須、Go歓迎」 behind
    the must; 「…歓迎」 at its sentence.
    """
    text = line.text
    if line.section == "nice" and not _MUST_WORDS.search(text):
        return 0
    turn = _NICE_FROM_HERE.search(text)
    if turn is not None and not _ONLY_YEARS.match(text[turn.end() :]):
        return turn.start()
    word = NICE_WORDS.search(text)
    if word is None:
        return len(text) + 1
    before = text[: word.start()]
    bracket = before.rfind("(") + 1
    if bracket and ")" not in before[bracket:]:
        if _ALL_OF_THEM.match(before[bracket:]):
            return 0
        inside = _without_brackets(before[bracket:])
        return bracket if inside else before.rfind("、", 0, bracket) + 1
    border = max(before.rfind("。"), before.rfind(";"), before.rfind("/ "))
    for clause in _SETTLED.finditer(before):
        border = max(border, clause.end() - 1)
    return border + 1


def _without_brackets(text: str) -> str:
    """What stands inside the brackets besides a word for "welcome": "(SAP preferred)" welcomes SAP alone."""
    return re.sub(r"あれば|[\s、,]", "", NICE_WORDS.sub("", text))


def asked_skills(folded: Folded, lines: list[Line]) -> tuple[tuple[Stated[Skill], ...], tuple[Stated[Skill], ...]]:
    """Read the musts and what is welcome.

    Lists under their headings speak first. Where there are none, sentences do that say "must" or 「歓迎」, and where
    not even those are there, what the text names at all counts as asked, inferred.
    """
    must: list[_Point] = []
    nice: list[_Point] = []

    def take(line: Line, phrases: bool) -> None:
        turn = nice_from(line)
        begun = len(must), len(nice)
        welcome_at = folded.starts[line.start + turn] if turn < len(line.text) else len(folded.original) + 1
        for point in _points(folded, line, phrases=phrases):
            before = tuple(unit for unit in point.units if unit.quote.start < welcome_at)
            after = tuple(unit for unit in point.units if unit.quote.start >= welcome_at)
            must.extend([replace(point, units=before)] if before else [])
            nice.extend([replace(point, units=after)] if after else [])
        if line.choice:
            for points, first in zip((must, nice), begun, strict=True):
                points[first:] = [replace(point, choice=line.choice) for point in points[first:]]

    for line in lines:
        if not line.heading and line.section in ("must", "nice"):
            take(line, True)
    musts, nices = bool(must), bool(nice)
    for line in lines:
        if line.heading or line.section not in _PROSE:
            continue
        welcome = NICE_WORDS.search(line.text) or _NICE_FROM_HERE.search(line.text)
        required = _MUST_WORDS.search(line.text)
        if (required and not musts) or (welcome and not nices and (not musts or line.section != "duties")):
            take(line, bool(_ASKS.search(line.text)))
    if not must:
        lacking = [ln for ln in lines if not ln.heading and ln.section in _PROSE and ln.section != "title"]
        lacking = [ln for ln in lacking if not is_nice(ln)]
        asking = [ln for ln in lacking if _ASKS.search(ln.text)]
        must.extend(point for ln in asking for point in _points(folded, ln, phrases=False))
        if not must:
            for line in lacking:
                for point in _points(folded, line, phrases=False):
                    must.append(replace(point, units=tuple(replace(u, inferred=True) for u in point.units)))
    seen: set[str] = set()
    return _once(_chosen(folded, must), seen), _once(_chosen(folded, nice), seen)


def _chosen(folded: Folded, points: list[_Point]) -> list[_Point]:
    """Make one unit of the points of which one is enough."""
    kept: list[_Point] = []
    for point in points:
        if point.choice and kept and kept[-1].choice == point.choice:
            kept[-1] = replace(kept[-1], units=(*kept[-1].units, *point.units))
        else:
            kept.append(point)
    return [replace(p, units=(_either(folded, p.units),), phrase=None) if p.choice else p for p in kept]


def _either(folded: Folded, units: tuple[Stated[Skill], ...]) -> Stated[Skill]:
    """Join several units to one that any of them meets. Its quote reaches from the first to the last."""
    first, last = min(u.quote.start for u in units), max(u.quote.end for u in units)
    names = list(dict.fromkeys(c for u in units for c in (u.value.concept, *u.value.any_of) if c))
    ja, en = (
        "／".join(dict.fromkeys(u.value.label_ja for u in units)),
        " / ".join(dict.fromkeys(u.value.label_en for u in units)),
    )
    words = folded.original[first:last]
    return Stated(
        Skill(names[0] if names else "", ja, en, tuple(names[1:])), Quote(words, first, last), units[0].inferred
    )


def _points(folded: Folded, line: Line, *, phrases: bool) -> Iterator[_Point]:
    """Yield what each point of a line asks for; alternatives ("Go or Java") are one unit."""
    about_language = False
    for start, end in parts_of(line.text, listed=line.listed):
        text = line.text[start:end]
        if is_about_languages(text):
            about_language = True
            continue
        if _REASON.search(text):
            continue
        if about_language and not (NICE_WORDS.search(text) or _MUST_WORDS.search(text) or _ASKS.search(text)):
            continue  # "business-level Japanese; teachers are our users": a reason, not another thing asked
        blocked = _blocked(text)
        at = line.start + start
        hits = [
            _Item(h.concept, h.start, h.end)
            for h in lexicon().find(folded.part(at, line.start + end), about_skills=phrases)
            if h.concept.kind in _COUNTED and not any(a <= h.start < b for a, b in blocked)
        ]
        hits = [_whole_word(text, hit) for hit in _asked_for(text, hits)]
        items = _items(text, hits, blocked) if phrases else hits
        units = tuple(_unit(folded, at, group) for group in _alternatives(text, items))
        if units:
            first, last = cleaned(text, 0, len(text))
            yield _Point(units, folded.quote(at + first, at + last) if phrases else None)


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


def _once(points: list[_Point], seen: set[str]) -> tuple[Stated[Skill], ...]:
    """Keep each thing once; a point that says nothing new by its concepts stays as a phrase of its own."""
    kept: list[Stated[Skill]] = []
    for point in points:
        fresh = [unit for unit in point.units if _key(unit.value) not in seen]
        if not fresh and point.phrase is not None:
            words = point.phrase.words
            if find_protected(fold(words).text):
                continue
            fresh = [Stated(Skill("", words, words), point.phrase, point.units[0].inferred)]
        for unit in fresh:
            if _key(unit.value) not in seen:
                seen.add(_key(unit.value))
                kept.append(unit)
    return tuple(kept)


def _key(skill: Skill) -> str:
    return skill.concept or f"phrase:{skill.label_ja}"
