"""What a description asks for in skills: musts and what is welcome, alternatives as one unit, each with its quote."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ranking.folding import Folded
from ranking.layout import Line
from ranking.levels import find_levels
from ranking.lexicon import Hit, lexicon
from ranking.values import Skill, Stated

ELSEWHERE = frozenset(("company", "benefits", "process", "hours", "reason"))
NICE_WORDS = re.compile(
    r"歓迎|尚可|尚良|嬉し|うれし|あれば(?:なお|尚|可|優遇)|優遇|望ましい|\bnice to have\b|\bpreferred\b|\b(?:is|are|would be) an? (?:\w+ )?(?:plus|advantage|bonus|asset)\b|\ba plus\b|\bdesirable\b"
)
_NICE_FROM_HERE = re.compile(r"できれば|望ましくは|可能であれば|\bideally\b|\bpreferably\b")
_MUST_WORDS = re.compile(
    r"必須|必要です|必要となります|\bmust have\b|\brequired\b|\bmandatory\b|\byou must\b|\bmust be\b"
)
_NOT_ASKED = re.compile(r"不問|不要|問いません|\bnot required\b|\bnot necessary\b|\bno need\b|なくても(?:可|OK)", re.I)
_ASKS = re.compile(
    r"経験|スキル|知識|資格|experience|knowledge|skills?\b|proficien|familiar|expertise|qualified|licen[cs]e"
)
_SOFT = re.compile(
    r"コミュニケーション|協調性|主体的|主体性|積極的|責任感|意欲|向上心|柔軟|学歴|大卒|高卒|専門卒|社会人経験|共感|志向|マインド|好き|興味|関心"
    r"|communication|team player|self[- ]|motivat|passion|attitude|degree|bachelor|master's|proactive|detail|interest|eager|curio"
)
_EITHER = re.compile(
    r"または|もしくは|あるいは|又は|若しくは|いずれか|どれか|など|等|\bor\b|\beither\b|\bone of\b|\bany of\b|such as|e\.g\."
)
_JOINT = re.compile(r"^(?:\s|[、,/・&()]|or|または|もしくは|あるいは|又は|若しくは|や|か)+$")


def is_nice(line: Line) -> bool:
    """Whether a line asks for something merely welcome."""
    return nice_from(line) == 0


def nice_from(line: Line) -> int:
    """Tell from which character on a line asks only for what is welcome; past its end when all of it is a must.

    "4+ years of sales, ideally in SaaS" turns at "ideally"; "Go (Rust 尚可)" at the bracket; 「…歓迎」 at its sentence.
    """
    if line.section == "nice" and not _MUST_WORDS.search(line.text):
        return 0
    turn = _NICE_FROM_HERE.search(line.text)
    if turn is not None:
        return turn.start()
    word = NICE_WORDS.search(line.text)
    if word is None:
        return len(line.text) + 1
    before = line.text[: word.start()]
    return max(before.rfind("(") + 1 if ")" not in before[before.rfind("(") + 1 :] else 0, before.rfind("。") + 1, 0)


def asked_skills(folded: Folded, lines: list[Line]) -> tuple[tuple[Stated[Skill], ...], tuple[Stated[Skill], ...]]:
    must: list[Stated[Skill]] = []
    nice: list[Stated[Skill]] = []
    for line in lines:
        if line.heading or line.section in ELSEWHERE or line.section == "person":
            continue
        asked = (
            line.section in ("must", "nice", "language")
            or _MUST_WORDS.search(line.text)
            or NICE_WORDS.search(line.text)
            or _NICE_FROM_HERE.search(line.text)
        )
        if asked and line.section not in ("pay", "place", "title"):
            turn = line.start + nice_from(line)
            for unit in _units(folded, line, phrases=line.section in ("must", "nice")):
                (nice if folded.starts[min(turn, len(folded.text) - 1)] <= unit.quote.start else must).append(unit)
    if not must:
        lacking = [ln for ln in lines if not ln.heading and ln.section in ("", "other", "duties", "person", "stack")]
        asking = [ln for ln in lacking if _ASKS.search(ln.text) and not is_nice(ln)]
        for line in asking:
            must.extend(_units(folded, line, phrases=False))
        if not must:
            for line in lacking:
                if not is_nice(line):
                    found = _units(folded, line, phrases=False)
                    must.extend(Stated(u.value, u.quote, inferred=True) for u in found)
    kept_must = _once(must, set())
    asked_already = {c for unit in kept_must for c in (unit.value.concept, *unit.value.any_of)}
    return kept_must, _once(nice, asked_already)


def _units(folded: Folded, line: Line, *, phrases: bool) -> Iterator[Stated[Skill]]:
    """Yield what one line asks for; alternatives ("Go or Java") are one unit."""
    if _NOT_ASKED.search(line.text):
        return
    hits = [h for h in _hits(folded, line) if h.concept.kind != "level"]
    if not hits:
        if phrases and _ASKS.search(line.text) and not _SOFT.search(line.text) and not find_levels(line.text):
            quote = folded.quote(line.start, min(line.end, line.start + 80))
            yield Stated(Skill("", quote.words, quote.words), quote)
        return
    for group in _alternatives(line.text, hits):
        first, last = group[0], group[-1]
        quote = folded.quote(line.start + first.start, line.start + last.end)
        skill = first.concept.skill
        if len(group) > 1:
            others = tuple(h.concept.id for h in group[1:])
            ja = "／".join(h.concept.label_ja for h in group)
            en = " / ".join(h.concept.label_en for h in group)
            skill = Skill(skill.concept, ja, en, others)
        yield Stated(skill, quote)


def _hits(folded: Folded, line: Line) -> list[Hit]:
    return lexicon().find(folded.part(line.start, line.end))


def _alternatives(text: str, hits: list[Hit]) -> list[list[Hit]]:
    """Group hits that are alternatives of each other: a run joined by separators alone, with an "or" word about."""
    runs: list[list[Hit]] = [[hits[0]]]
    for hit in hits[1:]:
        before = runs[-1][-1]
        between = text[before.end : hit.start]
        same_kind = before.concept.kind == hit.concept.kind
        if same_kind and (not between or _JOINT.match(between)):
            runs[-1].append(hit)
        else:
            runs.append([hit])
    grouped: list[list[Hit]] = []
    for run in runs:
        stretch = text[max(0, run[0].start - 12) : run[-1].end + 8]
        slashed = all("/" in text[a.end : b.start] for a, b in itertools.pairwise(run))
        if len(run) > 1 and (slashed or _EITHER.search(stretch)):
            unique = {h.concept.id: h for h in reversed(run)}
            grouped.append(sorted(unique.values(), key=lambda h: h.start))
        else:
            grouped.extend([hit] for hit in run)
    return grouped


def _once(units: list[Stated[Skill]], seen: set[str]) -> tuple[Stated[Skill], ...]:
    kept: list[Stated[Skill]] = []
    for unit in units:
        key = unit.value.concept or f"phrase:{unit.value.label_ja}"
        if key not in seen:
            seen.add(key)
            kept.append(unit)
    return tuple(kept)
