"""Read a job description: title, skills, years, languages, pay, place, remote, employment, each with its quote.

Plain Python and deterministic. What is not stated is absent. Offsets count in the text handed in when it is plain,
else in `plain_text(text)`; callers store the plain text beside the requirement.
"""

from __future__ import annotations

import re

from ranking import years as year_reader
from ranking.asked import ELSEWHERE, NICE_WORDS, asked_skills, is_nice, nice_from
from ranking.folding import Folded, fold
from ranking.layout import Line, plain_text, read_lines
from ranking.levels import find_levels
from ranking.lexicon import Hit, lexicon
from ranking.money import find_pay
from ranking.places import find_places
from ranking.values import LanguageNeed, Level, Pay, Quote, Requirement, Stated, Years

__all__ = ["PARSER_VERSION", "plain_text", "read_requirement"]

PARSER_VERSION = 1
_LOOKING = re.compile(
    r"(?:looking for|hiring|seeking|recruiting)\s+(?:an?\s+|our\s+(?:next|first)\s+)?(?P<title>[^.,\n]{3,60}?)(?=\s+(?:to|who|for|with|in|at|that)\b|[.,\n(]|$)"
)
_WANTED = re.compile(r"(?P<title>[^\s。、,「」として]{2,30})(?:を|の)(?:新たに|積極)?(?:募集|採用)")
_REMOTE = (
    ("none", r"リモート(?:ワーク|勤務)?(?:不可|なし|無し)|在宅(?:勤務)?(?:不可|なし)|フル出社|原則出社|出社必須|毎日出社|\bno remote\b|\bon-?site only\b|not (?:a )?remote|fully on-?site|\boffice-based\b|5 days (?:a week )?in (?:the )?office"),
    ("full", r"フルリモート|完全リモート|完全在宅|全国どこでも|\bfull(?:y)?[ -]remote\b|\b100% remote\b|\bremote[- ]first\b|work from anywhere"),
    ("partial", r"リモート(?:ワーク|勤務)?(?:可|併用|あり|制度|中心|ok|週|との)|一部リモート|リモートワーク|在宅勤務|ハイブリッド(?:勤務|ワーク|型)?|週\s*\d\s*(?:日|回)?(?:程度)?(?:の)?(?:出社|リモート|在宅)|\bhybrid\b|\bremote (?:work|ok|friendly|possible|days?)\b|days? (?:a|per) week (?:remote|from home|in (?:the )?office)|work from home|partially remote"),
)  # fmt: skip
_EMPLOYMENT = (
    ("freelance", r"業務委託|フリーランス|\bfreelance\b|independent contractor"),
    ("temporary", r"派遣(?:社員|スタッフ)|紹介予定派遣|\btemp(?:orary)? (?:staff|position|employee|agency)\b"),
    ("part_time", r"アルバイト|パート(?:タイム|社員|$)|\bpart[- ]time\b"),
    (
        "contract",
        r"契約社員|有期雇用|\bfixed[- ]term\b|\bcontract (?:employee|position|role|staff)\b|(?:^|: ?)contract$",
    ),
    ("permanent", r"正社員|無期雇用|\bpermanent\b|\bseishain\b|\bfull[- ]time(?: employee| position| role|$|\b)"),
)
_REMOTE_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _REMOTE]
_EMPLOYMENT_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _EMPLOYMENT]
_PLACE_CUE = re.compile(
    r"勤務地|勤務先|本社|オフィス|配属|\blocated\b|\bbased in\b|\boffice in\b|\b\w+ office\b|\blocation\b|転勤なし"
)
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def read_requirement(text: str) -> Requirement:
    """Read what a job description asks, from plain text or HTML in Japanese, English or both."""
    folded = fold(plain_text(text))
    lines = read_lines(folded)
    must, nice = asked_skills(folded, lines)
    return Requirement(
        language=text_language(folded.text),
        title=_title(folded, lines),
        must=must,
        nice=nice,
        years=_years(folded, lines),
        japanese=_language(folded, lines, "japanese"),
        english=_language(folded, lines, "english"),
        pay=_pay(folded, lines),
        place=_place(folded, lines),
        remote=_first_of(folded, lines, _REMOTE_PATTERNS, "remote"),
        employment=_first_of(folded, lines, _EMPLOYMENT_PATTERNS, "employment"),
        parser_version=PARSER_VERSION,
    )


def text_language(text: str) -> str:
    """Tell "ja" from "en": a text is Japanese when a tenth of its letters are."""
    letters = sum(1 for c in text if c.isalpha())
    return "ja" if letters and len(_JAPANESE.findall(text)) >= 0.1 * letters else "en"


# ── title ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _title(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    for i, line in enumerate(lines):
        if line.section != "title":
            continue
        if line.heading and i + 1 < len(lines) and lines[i + 1].section == "title":
            line = lines[i + 1]
        if not line.heading and len(line.text) <= 80:
            return _stated_title(folded, line.start, line.end, inferred=False)
    opening = [line for line in lines[:6] if line.section in ("", "other", "duties")]
    for line in opening:
        if len(line.text) <= 80 and "。" not in line.text and _roles(line.text):
            if (looking := _LOOKING.search(line.text)) is not None:
                return _stated_title(
                    folded, line.start + looking.start("title"), line.start + looking.end("title"), True
                )
            return _stated_title(folded, line.start, line.end, inferred=False)
    for line in lines:
        for pattern in (_LOOKING, _WANTED):
            for found in pattern.finditer(line.text):
                if _roles(found.group("title")):
                    return _stated_title(
                        folded, line.start + found.start("title"), line.start + found.end("title"), inferred=True
                    )
    if (
        lines
        and lines[0].section in ("", "other")
        and len(lines[0].text) <= 60
        and not re.search(r"[。.!?]", lines[0].text)
    ):
        return _stated_title(folded, lines[0].start, lines[0].end, inferred=True)
    return None


def _roles(text: str) -> list[Hit]:
    return [hit for hit in lexicon().find(text) if hit.concept.kind == "role"]


def _stated_title(folded: Folded, start: int, end: int, inferred: bool) -> Stated[str]:
    marks = " #*■◆●▼【】[]-=|:"
    while start < end - 1 and folded.text[start] in marks.replace("【", "").replace("[", ""):
        start += 1
    while end > start + 1 and folded.text[end - 1] in marks.replace("】", "").replace("]", ""):
        end -= 1
    quote = folded.quote(start, end)
    return Stated(" ".join(quote.words.split()), quote, inferred)


# ── years, languages ─────────────────────────────────────────────────────────────────────────────────────────────


def _years(folded: Folded, lines: list[Line]) -> Stated[Years] | None:
    best: Stated[Years] | None = None
    for line in lines:
        if line.heading or line.section in (*ELSEWHERE, "pay") or is_nice(line):
            continue
        for found in year_reader.find_asked_years(line.text):
            if found.start >= nice_from(line):
                continue
            if best is None or (found.low or 0) > (best.value.low or 0):
                quote = folded.quote(line.start + found.start, line.start + found.end)
                best = Stated(Years(found.low, found.high), quote)
    return best


def _language(folded: Folded, lines: list[Line], language: str) -> Stated[LanguageNeed] | None:
    """Find what is asked of one language: a required level before a welcome one, "N1 or native" by its lower bound."""
    best: Stated[LanguageNeed] | None = None
    for line in lines:
        if line.section in (*ELSEWHERE, "stack"):
            continue
        found = [f for f in find_levels(line.text) if f.language == language]
        if not found:
            continue
        lowest = min(found, key=lambda f: f.level)
        required = lowest.level > Level.NONE and not is_nice(line)
        # A welcome word binds to its own clause: "English: business (preferred), Japanese: N1 (required)".
        if (
            lowest.level > Level.NONE
            and line.section != "nice"
            and len({f.language for f in find_levels(line.text)}) > 1
        ):
            clause = line.text[lowest.start : lowest.end + 14]
            required = not NICE_WORDS.search(clause)
        quote = folded.quote(line.start + lowest.start, line.start + lowest.end)
        stated = Stated(LanguageNeed(lowest.level, required), quote)
        if best is None or (required and not best.value.required):
            best = stated
    return best


# ── pay, place, the rest ─────────────────────────────────────────────────────────────────────────────────────────


def _pay(folded: Folded, lines: list[Line]) -> Stated[Pay] | None:
    candidates: list[tuple[bool, int, Stated[Pay]]] = []
    for i, line in enumerate(lines):
        if line.section in ("company", "reason") and not line.labelled:
            continue
        found = find_pay(line.text, in_pay_section=line.section == "pay")
        if found is not None:
            quote = folded.quote(line.start + found.start, line.start + found.end)
            candidates.append((found.inferred, i, Stated(found.pay, quote, found.inferred)))
    return min(candidates, key=lambda c: (c[0], c[1]))[2] if candidates else None


def _place(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    for wanted in (
        lambda line: line.section == "place",
        lambda line: line.section not in ELSEWHERE and _PLACE_CUE.search(line.text),
        lambda line: line.section in ("title", "") and len(line.text) <= 80,
    ):
        for line in lines:
            if wanted(line):
                for found in find_places(line.text):
                    return Stated(found.code, folded.quote(line.start + found.start, line.start + found.end))
    return None


def _first_of(
    folded: Folded, lines: list[Line], patterns: list[tuple[str, re.Pattern[str]]], section: str
) -> Stated[str] | None:
    """Take the first value stated under its own heading, else anywhere but among the company's own praise."""
    ordered = [ln for ln in lines if ln.section == section] + [ln for ln in lines if ln.section != section]
    for line in ordered:
        if line.section in ("company", "reason", "process"):
            continue
        for name, pattern in patterns:
            found = pattern.search(line.text)
            if found is not None:
                quote: Quote = folded.quote(line.start + found.start(), line.start + found.end())
                return Stated(name, quote)
    return None
