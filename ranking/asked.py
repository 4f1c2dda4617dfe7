"""What a description asks for in skills: musts and what is welcome, alternatives as one unit, each with its quote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ranking.folding import Folded, fold
from ranking.items import NICE_WORDS, units_of
from ranking.layout import Line
from ranking.phrases import cleaned, is_about_languages, parts_of
from ranking.refusals import find_protected
from ranking.values import Quote, Skill, Stated

__all__ = ["NICE_WORDS", "asked_skills", "is_nice", "nice_from"]

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
_ASKS = re.compile(
    r"経験|スキル|background|知識|資格|知見|experience|knowledge|skills?\b|proficien|familiar|expertise|qualified|licen[cs]e|comfortable with|worked|track record|abilit|able to|years (?:in|of|as)|年以上|できる|免許"
)
_PROSE = ("", "other", "duties", "person", "stack", "conditions", "language", "title")
_REASON = re.compile(r"(?:ので|ため|から|ですが|ますが)[、\s]*$")


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
        at = line.start + start
        units = units_of(folded, at, text, phrases=phrases)
        if units:
            first, last = cleaned(text, 0, len(text))
            yield _Point(units, folded.quote(at + first, at + last) if phrases else None)


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
