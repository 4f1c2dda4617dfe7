"""What `connect` asks: answers from a file or as options, else typed at the terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import click

from connectors.base import Connector
from plugin.cli.means import read_text
from plugin.cli.wording import Phrases
from plugin.i18n import phrases

_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,.]+")
COMMON = (
    *("name", "employer", "mode", "webhook_secret", "cut_off", "locale", "company_ja", "company_en"),
    *("from_name", "from_address", "bounce_address", "market_source"),
    *("legal_sender", "postal_address", "contact", "licence", "entrusted_by", "entrusted_to", "entrustment_basis"),
    *("attested_by", "follow_up_after_days", "promise_in_subject"),
    *("applicants_consent_from", "applicants_consent_tag", "profiles_old_after_days", "profiles_confirm_after_days"),
)
"""What an answers file may hold for every ATS, beside the connector's own questions, `pick` and `options`."""
ADDRESSES = ("api_base", "token_url", "app_base", "rate_calls", "rate_seconds")
"""Options that may also stand at the top of an answers file."""


class Asker:
    """Answers given in a file or as options, else asked for. `quiet`: nobody is there to ask, defaults stand."""

    def __init__(self, given: dict[str, Any], *, quiet: bool, locale: str = "en") -> None:
        self._given = given
        self._quiet = quiet
        self.locale = locale
        self.say: Phrases = phrases(locale)

    def has(self, name: str) -> bool:
        """Whether this was answered beforehand."""
        return name in self._given

    def peek(self, name: str) -> str:
        """An answer given beforehand, left in its place; "" without one."""
        found = self._given.get(name, "")
        return found.strip() if isinstance(found, str) else ""

    def text(
        self,
        name: str,
        question: str,
        default: str | None = None,
        *,
        secret: bool = False,
        among: Sequence[str] | None = None,
    ) -> str:
        """One answer. `default` None makes it required; at a terminal one that is not `among` these is asked again."""
        _ = self.say
        if name in self._given:
            value = self._given.pop(name)
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise click.UsageError(_("The answer '%(name)s' must be text.", name=name))
            answer = str(value).strip()
            if not answer and default is None:
                raise click.UsageError(_("The answer '%(name)s' is empty.", name=name))
            return answer
        if self._quiet:
            if default is None:
                raise click.UsageError(
                    _("The answer '%(name)s' is missing: %(question)s", name=name, question=question)
                )
            return default
        shown = None if default is None else (default if not secret else "")
        return str(
            click.prompt(
                question,
                default=shown,
                hide_input=secret,
                show_default=not secret and bool(shown),
                type=click.Choice(among) if among else None,
            )
        ).strip()

    def address(self, name: str, question: str, default: str) -> str:
        """A mail address or nothing; at a terminal what is neither is asked for again."""
        _ = self.say
        while True:
            given = name in self._given or self._quiet
            answer = self.text(name, question, default)
            if not answer or _ADDRESS.fullmatch(answer):
                return answer
            if given:
                raise click.UsageError(
                    _("The answer '%(name)s' must be a mail address (given: %(given)s).", name=name, given=answer)
                )
            click.echo(_("%(answer)s is no mail address; write name@host.", answer=answer))

    def optional(self, name: str) -> str:
        """An answer that is never asked for: given in the file or empty."""
        return str(self._given.pop(name, "")).strip()

    def ids(self, name: str, question: str, among: Container[str]) -> list[str]:
        """A list of ids: a JSON list, or asked for as `1, 2`, again until all are `among` these."""
        _ = self.say
        if name in self._given:
            value = self._given.pop(name)
            if not isinstance(value, list):
                raise click.UsageError(_("The answer '%(name)s' must be a list.", name=name))
            chosen = [str(one) for one in value]
            if wrong := [one for one in chosen if one not in among]:
                raise click.UsageError(_("There is no open requisition %(ids)s.", ids=", ".join(wrong)))
            return chosen
        if self._quiet:
            return []
        while True:
            chosen = str(click.prompt(question, default="", show_default=False)).replace(",", " ").split()
            wrong = [one for one in chosen if one not in among]
            if not wrong:
                return chosen
            click.echo(_("There is no open requisition %(ids)s.", ids=", ".join(wrong)))


def answers_in(path: Path | None, kind: type[Connector], _: Phrases) -> dict[str, Any]:
    """The answers of a file for one kind of ATS; {} without one. One clear line when it holds none."""
    if path is None:
        return {}
    text = read_text(path)
    try:
        data = json.loads(text)
    except ValueError as error:
        raise click.UsageError(_("%(path)s is not JSON: %(why)s", path=path, why=error)) from None
    if not isinstance(data, dict):
        raise click.UsageError(_("%(path)s must hold one JSON object.", path=path))
    unknown = sorted(set(data) - {one.name for one in kind.asks} - {*COMMON, *ADDRESSES, "pick", "options"})
    if unknown:
        raise click.UsageError(_("%(path)s: nobody asks for %(names)s.", path=path, names=", ".join(unknown)))
    return data


def options_in(given: dict[str, Any], named: Sequence[str], kind: type[Connector], _: Phrases) -> dict[str, str]:
    """Options of a connection: `--option NAME=VALUE`, else `options` of the answers file; "" takes one back.

    Those the connector asks for become answers.
    """
    found = given.pop("options", {})
    if not isinstance(found, dict) or not all(isinstance(value, str | int) for value in found.values()):
        raise click.UsageError(_("The answer 'options' must be an object of texts."))
    options = {name: str(value).strip() for name, value in found.items()}
    options |= {name: str(given.pop(name)).strip() for name in ADDRESSES if name in given}
    for one in named:
        name, equals, value = one.partition("=")
        if not name.strip() or not equals:
            raise click.UsageError(_("--option must look like NAME=VALUE (given: %(given)s).", given=one))
        options[name.strip()] = value.strip()
    # Options stand open in the database, and in a shell's history; what is to be sealed must not get there.
    sealed = {ask.name for ask in kind.asks if ask.kind != "option"} | {"webhook_secret"}
    if wrong := sorted(sealed & set(options)):
        raise click.UsageError(
            _(
                "%(names)s: no option, but a secret; let it be asked for, or put it into an --answers file.",
                names=", ".join(wrong),
            )
        )
    for ask in kind.asks:
        if ask.kind == "option" and ask.name in options:
            given.setdefault(ask.name, options.pop(ask.name))
    return options
