"""What a requisition asks now: its text as parsed, with the fields people here have overridden.

An override stands until the text's own value for that field changes. Old and new texts are compared as parsed by the
same parser, so neither layout nor an upgrade of ours is a change (R3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, or_, select

from plugin.database import now_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.rows import Calibration, Override, RequirementRow, Requisition
from ranking.folding import fold
from ranking.refusals import find_protected, refusal_of
from ranking.requirement import read_requirement
from ranking.values import LanguageNeed, Level, Pay, Quote, Requirement, Skill, Stated, Years

FIELDS = ("title", "must", "nice", "years", "japanese", "english", "pay", "place", "remote", "employment")


@lru_cache(maxsize=64)
def parsed(text: str) -> Requirement:
    """`read_requirement`, remembered: the same description is read at every doorbell."""
    return read_requirement(text)


def plain_values(requirement: Requirement) -> dict[str, Any]:
    """The substance as plain JSON, comparable with what rows keep."""
    values: dict[str, Any] = json.loads(json.dumps(requirement.substance()))
    return values


def overrides_of(session: Session, requisition_id: int, at: datetime | None = None) -> list[Override]:
    """Overrides in force now, or at a moment in the past; the newest of each field last."""
    query = select(Override).where(col(Override.requisition_id) == requisition_id)
    if at is None:
        query = query.where(col(Override.ended_at).is_(None))
    else:
        query = query.where(
            col(Override.created_at) <= at, or_(col(Override.ended_at).is_(None), col(Override.ended_at) > at)
        )
    return list(session.exec(query.order_by(col(Override.id))))


def with_overrides(requirement: Requirement, overrides: list[Override]) -> Requirement:
    """The requirement with fields set by hand."""
    return with_values(requirement, {override.field: override.value for override in overrides})


def with_values(requirement: Requirement, values: Mapping[str, Any]) -> Requirement:
    """The requirement with other values in some fields. What the text says too, if elsewhere, keeps the text's words."""
    said = {_same(stated.value): stated for stated in (*requirement.nice, *requirement.must)}
    for field, value in values.items():
        stated = _stated(field, value)
        if field in ("must", "nice"):
            stated = tuple(said.get(_same(one.value), one) for one in stated)
        requirement = replace(requirement, **{field: stated})
    return requirement


def _same(skill: Skill) -> tuple[str, ...]:
    """What makes two skills one, whatever the lexicon calls them by now."""
    return (skill.concept, *skill.any_of) if skill.concept else ("", skill.label_ja)


def asked_now(session: Session, requisition: Requisition) -> Requirement:
    """The requirement in force: text and overrides."""
    return with_overrides(parsed(requisition.description), overrides_of(session, requisition.key))


def asked_then(session: Session, row: RequirementRow) -> Requirement:
    """An earlier requirement, its text parsed by today's parser, with the overrides that were in force then."""
    return with_overrides(parsed(row.text), overrides_of(session, row.requisition_id, row.created_at))


def settle_overrides(session: Session, requisition: Requisition) -> None:
    """End the overrides of fields whose value in the text has changed since they were set.

    What only a newer parser reads otherwise, in the calibrated text as in this one, has not changed.
    """
    now = now_of(session)
    values = plain_values(parsed(requisition.description))
    current = session.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
    row = session.get_one(RequirementRow, current.requirement_id) if current is not None else None
    before = plain_values(parsed(row.text)) if row is not None else {}
    for override in overrides_of(session, requisition.key):
        value = values[override.field]
        if value != override.text_value and value != before.get(override.field, override.text_value):
            override.ended_at = now
            session.add(override)
            record(session, requisition.employer_id, "override", override.key, "ended_by_text", actor="ats")
    session.flush()


def changed_fields(old: Requirement, new: Requirement) -> list[str]:
    before, after = plain_values(old), plain_values(new)
    # Seniority can't be overridden, and is left out of the values of texts that don't state it.
    return [name for name in (*FIELDS, "seniority") if before.get(name) != after.get(name)]


class WrongOverride(ValueError):
    """An override's value can't be used. `text(locale)` is one sentence for the person who set it."""

    def __init__(self, field: str) -> None:
        super().__init__(f"not a value of {field}")
        self.field = field

    def text(self, locale: str) -> str:
        return phrases(locale)("This value does not fit the field. Please check it and try again.")


class ProtectedOverride(WrongOverride):
    """A skill that names a protected attribute: nobody is ranked by it, whoever sets it (R9)."""

    def __init__(self, field: str, code: str, words: str) -> None:
        super().__init__(field)
        self.refusal = refusal_of(code, words)

    def text(self, locale: str) -> str:
        return self.refusal.reason_ja if locale == "ja" else self.refusal.reason_en


def checked_value(field: str, value: Any) -> Any:
    """The JSON of an override's value, in the form `Requirement.substance` gives; raises `WrongOverride`.

    None means: not asked for. Pay is {"low","high"} in JPY a year, years {"low","high"}, a language {"level",
    "required"}, must and nice lists of {"concept","label_ja","label_en"}, the rest text.
    """
    if field not in FIELDS:
        raise WrongOverride(field)
    try:
        stated = _stated(field, value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WrongOverride(field) from error
    for skill in (one.value for one in stated) if field in ("must", "nice") else ():
        for words in (skill.label_ja, skill.label_en):
            if not skill.concept and (found := find_protected(fold(words).text)):
                raise ProtectedOverride(field, found[0].code, words)
    return plain_values(replace(Requirement(language="en"), **{field: stated}))[field]


_CHOICES = {
    "remote": ("none", "partial", "full"),
    "employment": ("permanent", "contract", "part_time", "temporary", "freelance"),
}


def _stated(field: str, value: Any) -> Any:
    """An overridden value as the requirement holds it. Its quote is empty: nobody's text says it."""
    nowhere = Quote("", 0, 0)
    if field in ("must", "nice"):
        return tuple(Stated(Skill.from_json(item), nowhere) for item in value or ())
    if value is None:
        return None
    if field in ("pay", "years"):
        low, high = value["low"], value["high"]
        if (low is None and high is None) or any(n is not None and n < 0 for n in (low, high)):
            raise ValueError(field)
        if low is not None and high is not None and low > high:
            raise ValueError(field)
        return Stated(Pay(low, high) if field == "pay" else Years(low, high), nowhere)
    if field in ("japanese", "english"):
        return Stated(LanguageNeed(Level(value["level"]), bool(value["required"])), nowhere)
    text = value.strip()
    if not text or text not in _CHOICES.get(field, (text,)):
        raise ValueError(field)
    return Stated(text, nowhere)
