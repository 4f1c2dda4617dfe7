"""`kakuyaku lexicon check`: which of a text's terms the lexicon knows, and which it likely should."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from plugin.cli.means import a_file, read_text, words_in_force
from plugin.cli.wording import Phrases, lang_option, language
from plugin.i18n import phrases
from ranking.lexicon import Concept, Lexicon, lexicon, with_folder
from ranking.markup import plain_text
from ranking.unknown_words import UnknownWord, unknown_words


@click.group("lexicon")
def lexicon_command() -> None:
    """Look at the words the judgement knows."""


@lexicon_command.command("check")
@click.argument("file", type=a_file())
@click.option(
    "--extra",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Try a folder of your own .tsv files laid over the lexicon (KAKUYAKU_LEXICON makes it permanent).",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@lang_option
def check(file: Path, extra: Path | None, as_json: bool, lang: str | None) -> None:
    """Say which terms of a text (description, profile; - for standard input) are known, and which likely aren't."""
    words_in_force()
    words = with_folder(extra) if extra else lexicon()
    text = plain_text(read_text(file))
    counts = Counter(hit.concept.id for hit in words.find(text))
    known = [(words.concepts[concept_id], count) for concept_id, count in counts.most_common()]
    unknown = unknown_words(text, words)
    if as_json:
        click.echo(json.dumps(_as_values(words, known, unknown), ensure_ascii=False, indent=2))
        return
    _show(known, unknown, len(words.concepts), language(lang))


def _as_values(words: Lexicon, known: list[tuple[Concept, int]], unknown: list[UnknownWord]) -> dict[str, object]:
    return {
        "concepts": len(words.concepts),
        "fingerprint": words.fingerprint,
        "known": [{"id": c.id, "kind": c.kind, "ja": c.label_ja, "en": c.label_en, "count": n} for c, n in known],
        "unknown": [{"words": one.words, "count": one.count, "section": one.section} for one in unknown],
    }


def _show(known: list[tuple[Concept, int]], unknown: list[UnknownWord], concepts: int, locale: str) -> None:
    _ = phrases(locale)
    click.echo(_("Known terms: %(count)s (of %(concepts)s in the lexicon)", count=len(known), concepts=f"{concepts:,}"))
    kinds = _kinds(_)
    for concept, count in known:
        label = concept.label_ja if locale == "ja" else concept.label_en
        click.echo(f"  {count:3} {kinds[concept.kind]}  {label}  ({concept.id})")
    if not unknown:
        click.echo(_("No other words look like terms."))
        return
    click.echo(_("Perhaps terms, not in the lexicon: %(count)s", count=len(unknown)))
    sections = {"must": _("required"), "nice": _("welcome"), "": _("elsewhere")}
    for one in unknown:
        click.echo(f"  {one.count:3} {sections[one.section]}  {one.words}")
    click.echo(_("Add what is missing to a .tsv file of your own: docs/lexicon.md."))


def _kinds(_: Phrases) -> dict[str, str]:
    return {
        "skill": _("skill"),
        "function": _("work"),
        "role": _("role"),
        "level": _("level"),
        "industry": _("industry"),
        "certificate": _("certificate"),
    }
