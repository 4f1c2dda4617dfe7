"""Read a job description: what it asks, what it offers and on what terms, each field with its quote.

Plain Python and deterministic. What is not stated is absent. Offsets count in the text handed in when it is plain,
else in `plain_text(text)`; callers store the plain text beside the requirement.
"""

from __future__ import annotations

import re

from ranking.asked import asked_skills
from ranking.folding import fold
from ranking.layout import plain_text, read_lines
from ranking.needs import find_language_need, find_years
from ranking.offer import find_offer, find_work_place
from ranking.opening import find_reason
from ranking.position import find_grade, find_reports_to, find_seniority, find_title
from ranking.terms import find_employment, find_remote, find_trial, find_visa
from ranking.unnamed import name_unknown_lists
from ranking.values import Requirement

__all__ = ["PARSER_VERSION", "plain_text", "read_requirement", "text_language"]

PARSER_VERSION = 2
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def read_requirement(text: str) -> Requirement:
    """Read what a job description asks, from plain text or HTML in Japanese, English or both."""
    folded = fold(plain_text(text))
    lines = name_unknown_lists(read_lines(folded))
    must, nice = asked_skills(folded, lines)
    title = find_title(folded, lines)
    remote = find_remote(folded, lines)
    return Requirement(
        language=text_language(folded.text),
        title=title,
        must=must,
        nice=nice,
        years=find_years(folded, lines),
        japanese=find_language_need(folded, lines, "japanese"),
        english=find_language_need(folded, lines, "english"),
        pay=find_offer(folded, lines),
        place=find_work_place(folded, lines, remote),
        remote=remote,
        employment=find_employment(folded, lines),
        seniority=find_seniority(folded, lines, title),
        grade=find_grade(folded, lines),
        reports_to=find_reports_to(folded, lines),
        reason=find_reason(folded, lines),
        trial_months=find_trial(folded, lines),
        visa=find_visa(folded, lines),
        parser_version=PARSER_VERSION,
    )


def text_language(text: str) -> str:
    """Tell "ja" from "en": a text is Japanese when a tenth of its letters are."""
    letters = sum(1 for c in text if c.isalpha())
    return "ja" if letters and len(_JAPANESE.findall(text)) >= 0.1 * letters else "en"
