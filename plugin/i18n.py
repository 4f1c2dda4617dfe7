"""Phrases in the reader's language. The locale is passed in by name, never taken from the process.

Phrases stand in the code in English (`_("Due on %(date)s", date=…)`); `locales/ja/*.po` holds the Japanese, one file an
area. Whole letters are not phrases: they live in `locales/*/letters`. `make check` fails when a phrase has no Japanese
(`plugin.catalogues`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po

LOCALES = ("ja", "en")


@cache
def catalogue(locale: str) -> dict[str, str]:
    """All phrases of one language, English to that language."""
    found: dict[str, str] = {}
    for path in sorted(files("locales").joinpath(locale).iterdir(), key=lambda p: p.name):
        if path.name.endswith(".po"):
            with path.open("rb") as file:
                for message in read_po(file, locale=locale, abort_invalid=True):
                    if message.id and message.string and not message.fuzzy:
                        found[str(message.id)] = str(message.string)
    return found


def phrases(locale: str) -> Callable[..., str]:
    """The `_` of one language: `_("text %(name)s", name=…)`. Unknown languages read English."""
    known = catalogue(locale) if locale in LOCALES else {}

    def translate(text: str, /, **values: object) -> str:
        found = known.get(text, text)
        return found % values if values else found

    return translate


def say_date(value: date, locale: str) -> str:
    """A date as people say it: 2027年1月7日(木), Thu 7 Jan 2027."""
    return str(format_date(value, "y年M月d日(E)" if locale == "ja" else "EEE d MMM y", locale=locale))


def say_time(value: datetime, zone: str, locale: str) -> str:
    """A moment in a zone as people say it."""
    local = value.astimezone(ZoneInfo(zone))
    return str(format_datetime(local, "y年M月d日(E) H:mm" if locale == "ja" else "EEE d MMM y, H:mm", locale=locale))


def one_stop(text: str, locale: str) -> str:
    """An English text in which a sentence that ends with an abbreviation ("Example Inc.") has one full stop, not two."""
    return text if locale == "ja" else re.sub(r"(?<=[A-Za-z])\.\.(?!\.)", ".", text)
