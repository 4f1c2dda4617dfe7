"""What `connect` and `doctor` say, in the reader's language: chosen by `--lang`, else by the locale of the shell."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache

import click

from connectors.records import Said
from plugin.i18n import LOCALES, phrases

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


def _findings(_: Phrases) -> tuple[str, ...]:
    """What connectors find, which speak English: they know nothing of our catalogues."""
    return (
        _("credentials"),
        _("a token was issued"),
        _("compare client id, secret and user id with %(page)s (Harvest V3, OAuth)"),
        _("scope %(scope)s"),
        _("tick %(scope)s on the credential in %(page)s"),
        _("run the check again in a minute; write to Greenhouse support if it stays"),
        _("acting user"),
        _("the credential's own service account"),
        _("is not shown to us"),
        _("set sub to the id of an active Site Admin in %(page)s"),
        _("is deactivated"),
        _("is no Site Admin, so lists stay empty"),
        _("choose an active Site Admin as sub"),
        _("is an active Site Admin; confidential jobs stay hidden unless added to their hiring team"),
        _("write scopes"),
        _("cannot be tried without writing; see that these are ticked: %(scopes)s"),
        _("webhooks"),
        _(
            "cannot be seen by API; under Configure > Dev Center > Web Hooks there is one for each of: %(events)s"
            " (same address, same secret, none disabled)"
        ),
        _("field %(key)s"),
        _("created"),
        _("is there"),
        _("added options: %(options)s"),
        _("is missing"),
        _("run connect again: it creates it"),
        _("lacks the options %(options)s"),
        _("change it under Configure > Custom Options > Jobs"),
        _("created, but Greenhouse gave it another key"),
        _("look up the key of %(name)s under Custom Options and set field_%(purpose)s to it"),
        _("is switched off"),
        _("is a %(found)s field, not %(wanted)s"),
        _("requires approval: every edit would re-run the job's own approval"),
        _("is required: jobs could not be saved without it"),
    )


@cache
def _known(locale: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    pairs = zip(_findings(phrases("en")), _findings(phrases(locale)), strict=True)
    return tuple((re.compile(_as_pattern(english)), said) for english, said in pairs)


def _as_pattern(phrase: str) -> str:
    return re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(phrase))


def finding_said(text: str, locale: str) -> str:
    """A connector's words in a language; a vendor's own sentence stays as it came."""
    if isinstance(text, Said):
        return text.in_language(locale)
    for pattern, said in _known(locale):
        found = pattern.fullmatch(text)
        if found:
            return said % found.groupdict() if found.groupdict() else said
    return text
