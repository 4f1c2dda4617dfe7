"""What `connect` and `doctor` say, in the reader's language: chosen by `--lang`, else by the locale of the shell."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable

import click

from connectors.records import Said, words_of
from plugin.i18n import LOCALES

Phrases = Callable[..., str]

lang_option = click.option(
    "--lang",
    type=click.Choice(LOCALES),
    default=None,
    help="Language of what is said (ja or en); the shell's (LC_ALL, LC_MESSAGES, LANG) if left out.",
)


def language(chosen: str | None) -> str:
    """The language to speak: the one chosen, else the shell's when it is Japanese, else English."""
    if chosen:
        return chosen
    shell = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "ja" if shell.lower().startswith("ja") else "en"


def said(text: str, locale: str) -> str:
    """A connector's words in a language; a vendor's own sentence stays as it came."""
    return text.in_language(locale) if isinstance(text, Said) else text


def told(problem: Exception, locale: str) -> str:
    """What went wrong, in a language."""
    return said(words_of(problem), locale)


_PIECES = re.compile(r"\s+|[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+")
_NEVER_FIRST = "、。，．）」』！？：；ー"


def wrapped(text: str, *, first: str = "", then: str = "", width: int = 110) -> str:
    """Break a text into lines of at most `width` columns, Japanese between any two letters; an address stays whole."""
    lines, line = [], first
    for piece in _PIECES.findall(text):
        if columns(line + piece.rstrip()) > width and line.strip() and piece not in _NEVER_FIRST:
            lines.append(line.rstrip())
            line = then
            piece = piece.lstrip()
        line += piece
    return "\n".join([*lines, line.rstrip()])


def columns(text: str) -> int:
    """How wide a text stands in a terminal: a full-width letter takes two columns."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
