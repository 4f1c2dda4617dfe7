"""The people behind a cell of the table by language and pay, for those who may see names."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from plugin.alignment import cells
from plugin.doors import page
from plugin.doors.visitors import changing, recruiters, recruiting, visitor
from plugin.rows import Calibration

blueprint = Blueprint("behind", __name__)


@blueprint.post("/requisitions/<int:requisition_id>/cell")
@recruiters
def ask(requisition_id: int) -> ResponseReturnValue:
    """Ask who stands in a cell; a withheld one stays closed (R10)."""
    try:
        with changing() as db:
            requisition = recruiting(db, requisition_id)
            calibration = db.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
            if calibration is None or calibration.state != "done":
                abort(404)
            asked = cells.ask_people(
                db,
                page.work().vault,
                calibration,
                language=request.form.get("language", ""),
                line=_number("line"),
                level=_number("level"),
                basis=request.form.get("basis", ""),
                band=_number("band"),
                by=visitor().actor,
            )
    except cells.Withheld as error:
        page.say(error.text(page.locale()), "bad")
        return page.see_other("requisitions.shown", requisition_id=requisition_id, _anchor="heat")
    return page.see_other("behind.shown", requisition_id=requisition_id, asked=asked)


def _number(name: str) -> int:
    """A number of the form; -9, which no cell has, where there is none."""
    return request.form.get(name, -9, type=int)


@blueprint.get("/requisitions/<int:requisition_id>/cell/<asked>")
@recruiters
def shown(requisition_id: int, asked: str) -> ResponseReturnValue:
    """The people of a cell, best first; while they are being looked up, the page looks again by itself."""
    with page.work().reading() as db:
        requisition = recruiting(db, requisition_id)
        found = cells.people_behind(
            db,
            page.work().vault,
            asked,
            employer_id=requisition.employer_id,
            requisition_id=requisition.key,
            masked=False,
            locale=page.locale(),
        )
        return render_template("pages/cell.html", requisition=requisition, found=found, most=cells.MOST)
