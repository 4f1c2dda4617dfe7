"""A form's fields as the value of an override, in the form `alignment.requirement.checked_value` takes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from plugin.alignment.requirement import WrongOverride, parsed
from plugin.rows import Requisition
from ranking.requirement import read_requirement
from ranking.values import Skill

MOST_SKILLS = 50
"""Each line is read as a description is: a form of thousands would hold the web process up."""


def value_of(requisition: Requisition, field: str, form: Mapping[str, str]) -> Any:
    """What was typed: None for "not asked for". Raises `WrongOverride` for what is no number, or too many skills.

    Skills are one a line, each a word the lexicon knows or a phrase of its own; pay is in 万円 a year.
    """
    if field in ("must", "nice"):
        lines = [line for line in form.get("value", "").splitlines() if line.strip()]
        if len(lines) > MOST_SKILLS:
            raise WrongOverride(field)
        return [_skill(line, requisition) for line in lines]
    if field in ("pay", "years"):
        low, high = _number(field, form.get("low", "")), _number(field, form.get("high", ""))
        if low is None and high is None:
            return None
        if field == "years":
            return {"low": low, "high": high}
        return {
            name: None if given is None else round(given * 10_000) for name, given in (("low", low), ("high", high))
        }
    if field in ("japanese", "english"):
        level = _number(field, form.get("level", ""))
        return None if level is None else {"level": int(level), "required": form.get("required") == "1"}
    return form.get("value", "").strip() or None


def _skill(line: str, requisition: Requisition) -> dict[str, Any]:
    """One line as a skill: as the description has it, else as the reader of descriptions reads it, else as it stands."""
    words = " ".join(line.split())[:80]
    read = parsed(requisition.description)
    for stated in (*read.must, *read.nice):
        if words in (stated.value.label_ja, stated.value.label_en):
            return _plain(stated.value)
    found = read_requirement(f"必須スキル\n・{words}\n")
    if len(found.must) == 1:
        return _plain(found.must[0].value)
    return _plain(Skill("", words, words))


def _plain(skill: Skill) -> dict[str, Any]:
    return {
        "concept": skill.concept,
        "label_ja": skill.label_ja,
        "label_en": skill.label_en,
        "any_of": list(skill.any_of),
    }


def _number(field: str, text: str) -> float | None:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    if not plain:
        return None
    try:
        number = float(plain)
    except ValueError:
        raise WrongOverride(field) from None
    if not 0 <= number < 1e6:
        raise WrongOverride(field)
    return number
