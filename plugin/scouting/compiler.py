"""The letter compiler: typed blocks in, one letter out, or a refusal.

A letter is a whole text per language and arm with places for blocks. A promise gets into it only as `PromiseTerms` made
from a commitment's row; everything else, typed or read, is scanned and refused when it sounds like one (R1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from plugin.i18n import say_date
from plugin.scouting.facts import PersonFact, RoleFacts
from plugin.scouting.legal import LetterRefused
from plugin.scouting.post import as_html
from plugin.scouting.promising import PromiseTerms, promise_block, promises_in

COMMITTED, STANDARD = "committed", "standard"


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a letter is made of. `addressee`: 姓 in Japanese, the full name in English. `note`: a recruiter's words."""

    language: str
    arm: str
    addressee: str
    company: str
    writer: str
    facts: tuple[PersonFact, ...]
    role: RoleFacts
    legal: str
    promise: PromiseTerms | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it will be read."""

    subject: str
    text: str
    html: str
    language: str
    arm: str


def compile_letter(parts: Parts) -> Letter:
    """Put a letter together. Raises `LetterRefused` rather than leave something out or let a promise slip."""
    if parts.arm == COMMITTED and parts.promise is None:
        raise LetterRefused("promise_missing")
    if parts.arm == STANDARD and parts.promise is not None:
        raise LetterRefused("promise_uncalled")
    if not parts.facts:
        raise LetterRefused("nothing_to_say")
    if not parts.legal.strip():
        raise LetterRefused("legal_missing")
    subject, without_promise = _render(parts, "")
    # Committed letters too: beside the block made from the row, nothing in them may sound like a promise.
    # A recruiter's words are looked at once more without their blank lines: a promise may not hide by a line break.
    found = promises_in(subject) + promises_in(without_promise) + promises_in(" ".join(parts.note.split()))
    if found:
        raise LetterRefused("promise_wording", found[0])
    text = without_promise
    if parts.promise is not None:
        text = _render(parts, promise_block(parts.promise, parts.language))[1]
    return Letter(subject, text, as_html(text), parts.language, parts.arm)


def _render(parts: Parts, promise: str) -> tuple[str, str]:
    subject, body = _source(parts.language, parts.arm)
    bullet, colon = ("・", "：") if parts.language == "ja" else ("- ", ": ")
    values = {
        "name": _one_line(parts.addressee),
        "company": _one_line(parts.company),
        "writer": _one_line(parts.writer),
        "role": parts.role.title,
        "as_of": say_date(parts.role.as_of, parts.language),
        "facts": "\n".join(bullet + fact.say(parts.language) for fact in parts.facts),
        "role_facts": "\n".join(bullet + label + colon + value for label, value in parts.role.lines),
        "note": parts.note.strip(),
        "promise": promise,
        "legal": parts.legal,
    }
    text = re.sub(r"\n{3,}", "\n\n", body % values).strip() + "\n"
    return subject % values, text


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _source(language: str, arm: str) -> tuple[str, str]:
    """Subject and body of a letter file. Raises FileNotFoundError for a language or arm that has none."""
    text = files("locales").joinpath(language, "letters", f"{arm}.txt").read_text(encoding="utf-8")
    subject, _, body = text.partition("\n\n")
    return subject.removeprefix("Subject: ").strip(), body
