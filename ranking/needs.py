"""Years of experience and language levels a description asks for."""

from __future__ import annotations

import re

from ranking import years as year_reader
from ranking.asked import NICE_WORDS, nice_from
from ranking.folding import Folded
from ranking.layout import Line, label_of
from ranking.levels import find_levels, levels_by_use
from ranking.values import LanguageNeed, Level, Stated, Years

_ELSEWHERE = frozenset(("company", "benefits", "process", "hours", "reason", "reports", "trial", "place", "visa"))
_CERTIFIED = re.compile(r"(?<![a-z0-9])n[1-5](?![0-9a-z])|toeic|test|bjt|cefr|[1-5]級")
_IN_BRACKETS = re.compile(r"\([^)]*(?:(?<![a-z0-9])n[1-5](?![0-9a-z])|toeic|j\.?test|bjt|cefr|英検)")
# Outside the lists of what is asked, only a sentence that asks tells a level by its use.
_ASKED = re.compile(
    r"できる|可能|working language|方(?:を|が|に|[。)]|$)|必須|必要|歓迎|尚可|求め|\bable\b|\bability\b|\bcan\b|\bcomfortable\b|\bmust\b|\bneed\b|\bplus\b|\brequired\b|\bpreferred\b"
)
_OTHERS_SPEAK = re.compile(
    r"(?:メンバー|社員|スタッフ|チーム|同僚)[^。]{0,14}(?:います|在籍|おり|所属)|\b(?:half|most|many|some) of (?:(?:the|our) (?:team|engineers|staff|colleagues|members)|us)\b"
)
_NAMED = {"japanese": re.compile(r"日本語|japanese|jlpt"), "english": re.compile(r"英語|english|toeic")}


def find_years(folded: Folded, lines: list[Line]) -> Stated[Years] | None:
    """Find the years asked as a must; of several the largest minimum."""
    best: Stated[Years] | None = None
    for line in lines:
        if (
            (line.heading and line.section != "must")
            or line.section in _ELSEWHERE
            or line.section in ("pay", "duties", "unneeded")
        ):
            continue
        welcome_at = nice_from(line)
        if welcome_at == 0:
            continue
        for found in year_reader.find_asked_years(line.text, asked=line.section == "must"):
            if found.start >= welcome_at:
                continue
            if best is None or (found.low or 0) > (best.value.low or 0):
                quote = folded.quote(line.start + found.start, line.start + found.end)
                best = Stated(Years(found.low, found.high), quote)
    return best


def find_language_need(folded: Folded, lines: list[Line], language: str) -> Stated[LanguageNeed] | None:
    """Find what is asked of one language: a required level before a welcome one, "N1 or native" by its lower bound."""
    best: Stated[LanguageNeed] | None = None
    for line in lines:
        if line.section in (*_ELSEWHERE, "stack") or (line.heading and line.section != "language"):
            continue
        # 「English：ビジネスレベル」: the language may stand in the label alone.
        label = label_of(folded, line)
        begin = line.start - len(label)
        everything = find_levels(label + line.text)
        if line.section in ("must", "nice", "language", "person") or _ASKED.search(line.text):
            graded = {f.language for f in everything}
            everything += [f for f in levels_by_use(label + line.text) if f.language not in graded]
        if _OTHERS_SPEAK.search(line.text):
            continue
        if line.section == "unneeded" and (named := _NAMED[language].search(line.text)) is not None:
            return Stated(LanguageNeed(Level.NONE, False), folded.quote(line.start + named.start(), line.end))
        found = [f for f in everything if f.language == language]
        if not found or (line.section == "duties" and line.listed):
            continue
        # "Business fluent (JLPT N1)": the certificate in brackets says which level is meant.
        exams = [f for f in found if _CERTIFIED.search((label + line.text)[f.start : f.end])]
        lowest = min(exams if exams and _IN_BRACKETS.search(line.text) else found, key=lambda f: f.level)
        level, required = lowest.level, lowest.level > Level.NONE and lowest.start - len(label) < nice_from(line)
        # A welcome word binds to its own clause: "English: business (preferred), Japanese: N1 (required)".
        if level > Level.NONE and line.section != "nice" and len({f.language for f in everything}) > 1:
            required = not NICE_WORDS.search((label + line.text)[lowest.start : lowest.end + 14])
        quote = folded.quote(begin + lowest.start, begin + lowest.end)
        stated = Stated(LanguageNeed(level, required), quote, lowest.inferred)
        # Required before welcome, and "N3 is a plus" before "not required".
        if best is None or (required, level > Level.NONE) > (best.value.required, best.value.level > Level.NONE):
            best = stated
    return best
