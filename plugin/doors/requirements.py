"""The requirement as it was read, each field with its words; overrides; the criteria and what was understood of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.alignment import acts, guidance, requirement, saying
from plugin.alignment.tables import level_text
from plugin.doors import page, rerunning, standing
from plugin.doors.echoing import echoed
from plugin.doors.override_form import value_of
from plugin.doors.page import translate as _
from plugin.doors.visitors import changing, requisition_of, signed_in, visitor
from plugin.rows import Calibration, Connection, GuidanceNote, Override, Requisition, Staff
from ranking.places import LABELS as PLACES
from ranking.values import Requirement

blueprint = Blueprint("requirements", __name__)


ONLY_SHOWN = ("seniority", "grade", "reports_to", "reason", "trial_months", "visa")


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
    editable: bool = True  # what is only shown can't be overridden: nothing is computed or written from it


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


@blueprint.post("/requisitions/<int:requisition_id>/rerun")
@signed_in
def rerun(requisition_id: int) -> ResponseReturnValue:
    """Run a text that is nowhere but in this form."""
    with changing() as db:
        asked = rerunning.ask(db, requisition_of(db, requisition_id), request.form, visitor().actor)
    return page.see_other("requirements.rerun_shown", requisition_id=requisition_id, asked=asked)


@blueprint.get("/requisitions/<int:requisition_id>/rerun/<asked>")
@signed_in
def rerun_shown(requisition_id: int, asked: str) -> ResponseReturnValue:
    """What a text would give; while it is being worked out, the page looks again by itself."""
    with page.work().reading() as db:
        here = {"requisition_id": requisition_id}
        return rerunning.shown(
            db,
            requisition_of(db, requisition_id),
            asked,
            back=("requirements.shown", here),
            keep=("requirements.keep", here),
        )


@blueprint.post("/requisitions/<int:requisition_id>/keep")
@signed_in
def keep(requisition_id: int) -> ResponseReturnValue:
    """Keep what the re-run read: chosen fields as set by hand, criteria as the requisition's own."""
    with changing() as db:
        requisition = requisition_of(db, requisition_id)
        connection = db.get_one(Connection, requisition.connection_id)
        rerunning.keep(db, connection, requisition, request.form, visitor().actor)
    return page.see_other("requirements.shown", requisition_id=requisition_id)


def _values(db: Session, requisition: Requisition) -> dict[str, Any]:
    read = requirement.parsed(requisition.description)
    overrides = {row.field: row for row in requirement.overrides_of(db, requisition.key)}
    asked = requirement.with_overrides(read, list(overrides.values()))
    authors = {
        row.key: row.name for row in db.exec(select(Staff).where(col(Staff.connection_id) == requisition.connection_id))
    }
    note = guidance.current(db, requisition.key)
    return {
        **standing.of(db, requisition),
        "fields": [_field(name, read, asked, overrides.get(name), authors) for name in requirement.FIELDS]
        + [_field(name, read, read, None, authors) for name in ONLY_SHOWN if getattr(read, name) is not None],
        "asked": asked,
        "note": note,
        "note_by": _author(note, authors),
        "understood": echoed(guidance.understood(note)),
        "calibration": db.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None,
        "places": sorted(PLACES.items()),
        "locale": page.locale(),
        "levels": [(number, level_text(number, "stated", page.locale())) for number in range(1, 6)],
        "choices": choices,
    }


def _field(
    name: str, read: Requirement, asked: Requirement, override: Override | None, authors: dict[int, str]
) -> Field:
    locale = page.locale()
    return Field(
        name=name,
        label=saying.label(name, locale),
        values=tuple(saying.values(name, getattr(asked, name), locale)),
        text_values=tuple(value for value, _quote, _inferred in saying.values(name, getattr(read, name), locale))
        if override
        else (),
        override=override,
        by=_who(override.by, authors) if override is not None else "",
        to_paste=_to_paste(name, getattr(asked, name)) if override is not None else "",
        editable=name not in ONLY_SHOWN,
    )


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


def _to_paste(name: str, stated: Any) -> str:
    """A line for the description in the ATS, which we never rewrite, that says what the override says."""
    values = [value for value, _quote, _inferred in saying.values(name, stated, page.locale())]
    colon = "：" if page.locale() == "ja" else ": "
    return saying.label(name, page.locale()) + colon + _(", ").join(values) if values else ""


def _author(note: GuidanceNote | None, authors: dict[int, str]) -> str:
    return _who(note.author, authors) if note is not None else ""


def _who(actor: str, authors: dict[int, str]) -> str:
    kind, _colon, id = actor.partition(":")
    if kind == "staff" and id.isdigit():
        return authors.get(int(id), _("a colleague"))
    return _("the ATS") if actor == "ats" else actor
