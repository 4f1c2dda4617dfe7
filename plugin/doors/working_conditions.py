"""Working conditions of one requisition: what is stated, where it comes from, what is missing; typed by a recruiter."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.doors import page, standing
from plugin.doors.page import translate as _
from plugin.doors.visitors import changing, recruiters, recruiting, visitor
from plugin.i18n import say_date
from plugin.rows import Connection, Employer, Requisition, Staff
from plugin.scouting import conditions_sheet, working_conditions
from plugin.scouting.working_conditions import FIELDS, Known, Sheet, WrongConditions

blueprint = Blueprint("working_conditions", __name__)

LONG = ("job", "holidays", "pay")
NUMBERS = ("fixed_overtime_amount", "fixed_overtime_hours")


@dataclass(frozen=True, slots=True)
class Field:
    """One condition on the form."""

    name: str
    label: str
    value: str
    source: str
    quote: str
    missing: bool


@blueprint.get("/requisitions/<int:requisition_id>/conditions")
@recruiters
def shown(requisition_id: int) -> ResponseReturnValue:
    """The conditions as they stand, ready to be completed."""
    with page.work().reading() as db:
        requisition = recruiting(db, requisition_id)
        sheet = working_conditions.sheet_of(db, requisition, page.locale())
        return _page(db, requisition, sheet, {})


@blueprint.post("/requisitions/<int:requisition_id>/conditions")
@recruiters
def write(requisition_id: int) -> ResponseReturnValue:
    """Store what was typed as a new version; what the description states is left to it."""
    typed = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    try:
        with changing() as db:
            requisition = recruiting(db, requisition_id)
            changed = working_conditions.state(db, requisition, typed, visitor().actor)
    except WrongConditions as wrong:
        page.say(wrong.text(page.locale()), "bad")
        with page.work().reading() as db:
            requisition = recruiting(db, requisition_id)
            sheet = working_conditions.sheet_of(db, requisition, page.locale())
            return Response(_page(db, requisition, sheet, typed), 400)
    page.say(_("Saved.") if changed is not None else _("Nothing was changed."))
    return page.see_other("working_conditions.shown", requisition_id=requisition_id)


@blueprint.get("/requisitions/<int:requisition_id>/conditions/<lang>")
@recruiters
def sheet_shown(requisition_id: int, lang: str) -> ResponseReturnValue:
    """The sheet as a candidate gets it with the receipt."""
    if lang not in ("ja", "en"):
        abort(404)
    with page.work().reading() as db:
        requisition = recruiting(db, requisition_id)
        sheet = working_conditions.sheet_of(db, requisition, lang)
        voice = db.get_one(Employer, requisition.employer_id).mode
        legal = policy_of(db.get_one(Connection, requisition.connection_id)).legal
        return render_template(
            "pages/working_conditions_sheet.html",
            **standing.of(db, requisition),
            rows=conditions_sheet.lines(sheet, lang) + conditions_sheet.agency_lines(legal, voice, lang),
            sheet=sheet,
            lang=lang,
        )


def _page(db: Session, requisition: Requisition, sheet: Sheet, typed: dict[str, str]) -> str:
    names = {
        row.key: row.name for row in db.exec(select(Staff).where(col(Staff.connection_id) == requisition.connection_id))
    }
    missing = sheet.gaps
    fields = []
    for name in FIELDS:
        known = sheet.known.get(name)
        fields.append(
            Field(
                name=name,
                label=conditions_sheet.label(name, page.locale()),
                value=typed.get(name, known.value if known is not None else ""),
                source=_source(known, names),
                quote=known.quote if known is not None else "",
                missing=name in missing,
            )
        )
    return render_template(
        "pages/working_conditions.html",
        **standing.of(db, requisition),
        fields=fields,
        sheet=sheet,
        gaps=[conditions_sheet.label(name, page.locale()) for name in missing],
        contracts=conditions_sheet.contracts(page.locale()),
        long=LONG,
        numbers=NUMBERS,
    )


def _source(known: Known | None, names: dict[int, str]) -> str:
    if known is None:
        return ""
    if known.by:
        kind, _colon, id = known.by.partition(":")
        who = names.get(int(id), _("a colleague")) if kind == "staff" and id.isdigit() else known.by
        return _("stated by %(who)s on %(day)s", who=who, day=say_date(known.on, page.locale())) if known.on else who
    if known.quote:
        return _("from the description")
    return _("from the connection's settings")
