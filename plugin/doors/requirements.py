"""The requirement as it was read, each field with its words; overrides; the criteria and what was understood of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.alignment import acts, guidance, requirement
from plugin.alignment.market import level_text
from plugin.doors import page, standing
from plugin.doors.override_form import value_of
from plugin.doors.page import translate as _
from plugin.doors.visitors import changing, requisition_of, signed_in, visitor
from plugin.rows import Calibration, Connection, GuidanceNote, Override, Requisition, Staff
from ranking.places import LABELS as PLACES
from ranking.values import Requirement, Stated

blueprint = Blueprint("requirements", __name__)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the requirement: what is in force, the words it was read from, and an override if there is one."""

    name: str
    label: str
    values: tuple[tuple[str, str, bool], ...]  # (value, quote, inferred)
    text_values: tuple[str, ...]  # what the text itself says, where it is overridden
    override: Override | None
    by: str
    to_paste: str


@blueprint.get("/requisitions/<int:requisition_id>/requirement")
@signed_in
def shown(requisition_id: int) -> ResponseReturnValue:
    """The requirement and the criteria of one requisition."""
    with page.work().reading() as db:
        requisition = requisition_of(db, requisition_id)
        return render_template("pages/requirement.html", **_values(db, requisition))


@blueprint.post("/requisitions/<int:requisition_id>/guidance")
@signed_in
def write_guidance(requisition_id: int) -> ResponseReturnValue:
    """Put the criteria in force; a calibration starts where they differ."""
    with changing() as db:
        requisition = requisition_of(db, requisition_id)
        before = guidance.current(db, requisition.key)
        text = request.form.get("text", "").replace("\r\n", "\n")[:4000]
        connection = db.get_one(Connection, requisition.connection_id)
        acts.set_guidance(db, connection, requisition, text, visitor().actor)
        changed = guidance.current(db, requisition.key) != before
    if changed:
        page.say(_("Saved. The shortlist is being calibrated anew; an earlier commitment no longer holds."))
    else:
        page.say(_("Nothing was changed."))
    return page.see_other("requirements.shown", requisition_id=requisition_id)


@blueprint.post("/requisitions/<int:requisition_id>/override")
@signed_in
def override(requisition_id: int) -> ResponseReturnValue:
    """Set a field by hand, or take an override away; a calibration starts where the requirement differs."""
    name = request.form.get("field", "")
    try:
        with changing() as db:
            requisition = requisition_of(db, requisition_id)
            connection = db.get_one(Connection, requisition.connection_id)
            if request.form.get("action") == "end":
                for row in requirement.overrides_of(db, requisition.key):
                    if row.field == name:
                        acts.end_override(db, connection, requisition, row, visitor().actor)
            else:
                value = value_of(requisition, name, request.form)
                acts.set_override(db, connection, requisition, name, value, visitor().actor)
        page.say(_("Saved. Where that changes what is asked, the shortlist is being calibrated anew."))
    except requirement.WrongOverride as wrong:
        page.say(wrong.text(page.locale()), "bad")
    return page.see_other("requirements.shown", requisition_id=requisition_id)


@blueprint.post("/requisitions/<int:requisition_id>/again")
@signed_in
def again(requisition_id: int) -> ResponseReturnValue:
    """Calibrate anew because a person asks. What was committed on the one before ends."""
    with changing() as db:
        requisition = requisition_of(db, requisition_id)
        connection = db.get_one(Connection, requisition.connection_id)
        started = acts.ask_again(db, connection, requisition, visitor().actor)
    if started is not None:
        page.say(_("It is being calibrated anew; this page shows the result by itself."))
    else:
        page.say(_("There is nothing to calibrate: no description, or the requisition is paused or skipped."), "bad")
    return page.see_other("requisitions.shown", requisition_id=requisition_id)


def _values(db: Session, requisition: Requisition) -> dict[str, Any]:
    read = requirement.parsed(requisition.description)
    overrides = {row.field: row for row in requirement.overrides_of(db, requisition.key)}
    asked = requirement.with_overrides(read, list(overrides.values()))
    authors = {
        row.key: row.name for row in db.exec(select(Staff).where(col(Staff.connection_id) == requisition.connection_id))
    }
    note = guidance.current(db, requisition.key)
    understood = guidance.understood(note)
    return {
        **standing.of(db, requisition),
        "fields": [_field(name, read, asked, overrides.get(name), authors) for name in requirement.FIELDS],
        "asked": asked,
        "note": note,
        "note_by": _author(note, authors),
        "understood": understood,
        "calibration": db.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None,
        "places": sorted(PLACES.items()),
        "locale": page.locale(),
        "levels": [(number, level_text(number, "stated", page.locale())) for number in range(1, 6)],
        "choices": choices,
        "polarities": polarities(),
        "refusals": refusals(),
    }


def polarities() -> dict[str, str]:
    """How a point of the criteria counts."""
    return {
        "must": _("must"),
        "prefer": _("welcome"),
        "relax": _("counts less"),
        "avoid": _("counts against"),
        "loose": _("taken as it reads, by likeness"),
    }


def refusals() -> dict[str, str]:
    """What criteria may not go by (R9)."""
    return {
        "age": _("age"),
        "gender": _("gender"),
        "nationality": _("nationality"),
        "family": _("family"),
        "religion": _("religion"),
        "origin": _("family origin"),
        "belief": _("beliefs"),
        "union": _("union membership"),
        "disability": _("disability"),
        "health": _("health"),
        "appearance": _("appearance"),
    }


def _field(
    name: str, read: Requirement, asked: Requirement, override: Override | None, authors: dict[int, str]
) -> Field:
    return Field(
        name=name,
        label=label(name),
        values=tuple(_said(name, getattr(asked, name))),
        text_values=tuple(value for value, _quote, _inferred in _said(name, getattr(read, name))) if override else (),
        override=override,
        by=_who(override.by, authors) if override is not None else "",
        to_paste=_to_paste(name, getattr(asked, name)) if override is not None else "",
    )


def label(name: str) -> str:
    return {
        "title": _("Position"),
        "must": _("Must have"),
        "nice": _("Nice to have"),
        "years": _("Years of experience"),
        "japanese": _("Japanese"),
        "english": _("English"),
        "pay": _("Annual pay"),
        "place": _("Place"),
        "remote": _("Remote work"),
        "employment": _("Employment"),
    }[name]


def choices(name: str) -> dict[str, str]:
    """What a field that is one of a few may be."""
    return {
        "remote": {"none": _("at the workplace"), "partial": _("partly remote"), "full": _("fully remote")},
        "employment": {
            "permanent": _("permanent"),
            "contract": _("fixed term"),
            "part_time": _("part time"),
            "temporary": _("temporary agency work"),
            "freelance": _("freelance"),
        },
    }.get(name, {})


def _said(name: str, stated: Any) -> list[tuple[str, str, bool]]:
    """Values in words, each with its quote ("" for an override)."""
    if stated is None:
        return []
    found: tuple[Stated[Any], ...] = stated if isinstance(stated, tuple) else (stated,)
    return [(_say(name, one.value), one.quote.words, one.inferred) for one in found]


def _say(name: str, value: Any) -> str:
    locale = page.locale()
    if name in ("must", "nice"):
        return str(value.label_ja if locale == "ja" else value.label_en)
    if name == "years":
        return _range(value.low, value.high, lambda number: _("%(years)s years", years=f"{number:g}"))
    if name == "pay":
        return _range(value.low, value.high, _yen)
    if name in ("japanese", "english"):
        level = level_text(int(value.level), "stated", locale)
        return level if value.required else _("%(level)s, welcome", level=level)
    if name == "place":
        return PLACES.get(str(value), (str(value), str(value)))[0 if locale == "ja" else 1]
    return choices(name).get(str(value), str(value))


def _yen(amount: int) -> str:
    if page.locale() == "ja":
        return f"{amount // 10_000:,}万円" if amount % 10_000 == 0 else f"{amount:,}円"
    return f"¥{amount:,}"


def _range(low: Any, high: Any, say: Callable[[Any], str]) -> str:
    if low is not None and high is not None:
        return say(low) if low == high else f"{say(low)} – {say(high)}"
    return _("from %(low)s", low=say(low)) if low is not None else _("up to %(high)s", high=say(high))


def _to_paste(name: str, stated: Any) -> str:
    """A line for the description in the ATS, which we never rewrite, that says what the override says."""
    values = [value for value, _quote, _inferred in _said(name, stated)]
    colon = "：" if page.locale() == "ja" else ": "
    return label(name) + colon + _(", ").join(values) if values else ""


def _author(note: GuidanceNote | None, authors: dict[int, str]) -> str:
    return _who(note.author, authors) if note is not None else ""


def _who(actor: str, authors: dict[int, str]) -> str:
    kind, _colon, id = actor.partition(":")
    if kind == "staff" and id.isdigit():
        return authors.get(int(id), _("a colleague"))
    return _("the ATS") if actor == "ats" else actor
