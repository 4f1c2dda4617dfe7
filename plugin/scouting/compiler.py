"""The letter compiler: typed blocks in, one letter out, or a refusal.

A letter is a whole text per language, occasion and voice with places for blocks; both arms are the same text, and the
committed one has the commitment block. A promise gets into it only as `PromiseTerms` made from a commitment's row;
everything else, typed or read, is scanned and refused when it sounds like one (R1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from plugin.i18n import one_stop, phrases, say_date
from plugin.identity import as_written
from plugin.scouting import handwriting
from plugin.scouting.disclosure import refuse_leaks
from plugin.scouting.facts import PersonFact, RoleFacts, chosen, say_together
from plugin.scouting.legal import LetterRefused
from plugin.scouting.post import as_html
from plugin.scouting.promising import PromiseTerms, earns_subject, promise_block
from plugin.scouting.scan import promises_in
from plugin.scouting.voices import IN_HOUSE, Speaker

COMMITTED, STANDARD = "committed", "standard"
FIRST, FOLLOW_UP = "first", "follow_up"
BY_HAND = "by_hand"  # a first letter in fewer words, where a service takes no more

SEPARATOR = "＊　＊　＊"
"""Between the two languages of a bilingual letter."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything one language of a letter is made of.

    `addressee`: 姓 in Japanese, the full name in English, as the person writes it. `company`: the employer as this letter
    may name it. `page`: the candidate's own page; None where nobody outside can reach it (`Settings.pull_only`). `note`: a recruiter's words. `sent_on`: the first letter's day, for a
    follow-up. `promise_in_subject`: say it there too where it is wholly true. `secrets`: names that may stand nowhere yet.
    """

    language: str
    arm: str
    addressee: str
    company: str
    speaker: Speaker
    facts: tuple[PersonFact, ...]
    role: RoleFacts
    legal: str
    page: str | None
    voice: str = IN_HOUSE
    occasion: str = FIRST
    promise: PromiseTerms | None = None
    note: str = ""
    sent_on: date | None = None
    promise_in_subject: bool = False
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it will be read. `language` is the first one where it is written in both."""

    subject: str
    text: str
    html: str
    language: str
    arm: str


def compile_letter(parts: Parts, second: Parts | None = None) -> Letter:
    """Put a letter together, in one language or in both.

    Raises `LetterRefused` rather than leave something out or let a promise slip.
    """
    subject, text = _compiled(parts)
    if second is not None:
        if (second.arm, second.occasion, second.promise) != (parts.arm, parts.occasion, parts.promise):
            raise ValueError("both languages of a letter say the same")
        other_subject, other_text = _compiled(second)
        _ = phrases(second.language)
        # Said in the second language: whoever reads the first one needs no pointer.
        follows = (
            _("The same message follows in Japanese below.")
            if second.language == "ja"
            else _("The same message follows in English below.")
        )
        subject = f"{subject} / {other_subject}"
        text = f"{follows}\n\n{text}\n{SEPARATOR}\n\n{other_text}"
    return Letter(subject, text, as_html(text), parts.language, parts.arm)


def _compiled(parts: Parts) -> tuple[str, str]:
    """(subject, text) in one language. Raises `LetterRefused`."""
    if parts.arm == COMMITTED and parts.promise is None:
        raise LetterRefused("promise_missing")
    if parts.arm == STANDARD and parts.promise is not None:
        raise LetterRefused("promise_uncalled")
    if not parts.addressee.strip():
        raise LetterRefused("name_missing")
    if not chosen(parts.facts, parts.language):
        raise LetterRefused("nothing_to_say")
    if not parts.legal.strip():
        raise LetterRefused("legal_missing")
    if parts.page is not None and not parts.page.strip():
        raise LetterRefused("page_missing")
    subject, without_promise = _render(parts, "")
    # Committed letters too: beside the block made from the row, nothing in them may sound like a promise.
    found = promises_in(subject) + promises_in(without_promise)
    if found:
        raise LetterRefused("promise_wording", found[0])
    for typed in (parts.note, parts.role.title):
        handwriting.refuse(typed, parts.promise)
    text = without_promise
    if parts.promise is not None:
        text = _render(parts, promise_block(parts.promise, parts.language))[1]
        if parts.promise_in_subject and parts.occasion == FIRST and earns_subject(parts.promise):
            subject = phrases(parts.language)("No document screening, interview promised: %(subject)s", subject=subject)
    refuse_leaks({"subject": subject, "text": text}, parts.secrets)
    return subject, text


def _render(parts: Parts, promise: str) -> tuple[str, str]:
    language = parts.language
    subject, body = _source(language, f"{parts.occasion}_{parts.voice}")
    if parts.page is None:
        body = "\n\n".join(paragraph for paragraph in body.split("\n\n") if "%(page)s" not in paragraph)
    bullet, colon = ("・", "：") if language == "ja" else ("- ", ": ")
    values = {
        "name": as_written(parts.addressee),
        "company": _one_line(parts.company),
        "sender": _one_line(parts.speaker.sender),
        "writer": _one_line(parts.speaker.writer),
        "introduction": _one_line(parts.speaker.introduction),
        "role": parts.role.title,
        "as_of": say_date(parts.role.as_of, language),
        "sent_on": say_date(parts.sent_on, language) if parts.sent_on is not None else "",
        "facts": say_together(chosen(parts.facts, language), language),
        "role_facts": "\n".join(bullet + label + colon + value for label, value in parts.role.lines),
        "note": parts.note.strip(),
        "promise": promise,
        "page": parts.page,
        "legal": parts.legal,
    }
    text = re.sub(r"\n{3,}", "\n\n", body % values).strip() + "\n"
    return subject % values, one_stop(text, language)


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _source(language: str, name: str) -> tuple[str, str]:
    """Subject and body of a letter file. Raises FileNotFoundError for a language, occasion or voice that has none."""
    text = files("locales").joinpath(language, "letters", f"{name}.txt").read_text(encoding="utf-8")
    subject, _, body = text.partition("\n\n")
    return subject.removeprefix("Subject: ").strip(), body
