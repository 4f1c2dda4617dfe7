"""The holding lane (募集開始前の受付): every yes that waits, with its owner and clock, and what happens when that runs out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.doors import page, words
from plugin.doors.page import translate as _
from plugin.doors.paging import rows_of
from plugin.doors.people import Names
from plugin.doors.refusing import refusal
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.pipeline.farewells import CannotClose, send_farewell
from plugin.pipeline.wording import Letter
from plugin.rows import Entry, Promise, Requisition, Staff

blueprint = Blueprint("holding", __name__)

LATELY = 20


@blueprint.get("/holding")
@recruiters
def lane() -> ResponseReturnValue:
    """Everybody whose yes waits, the most urgent first, and what became of others lately."""
    with page.work().reading() as db:
        seen = select(Entry).join(Requisition, col(Requisition.id) == col(Entry.requisition_id))
        seen = seen.where(visitor().visible())
        rows, at = rows_of(
            db,
            seen.where(col(Entry.state).in_(("holding", "deciding"))).order_by(
                col(Entry.held_until).is_(None), col(Entry.held_until), col(Entry.id)
            ),
        )
        closed = db.exec(seen.where(col(Entry.state) == "closed").order_by(col(Entry.id).desc()).limit(LATELY)).all()
        everybody = [*rows, *closed]
        return render_template(
            "pages/holding.html",
            at=at,
            rows=rows,
            closed=closed,
            names=Names(db, visitor().staff.employer_id, [entry.profile_id for entry in everybody]),
            requisitions=_by_id(db, Requisition, [entry.requisition_id for entry in everybody]),
            owners=_by_id(db, Staff, [entry.owner_id for entry in everybody]),
            promises={
                promise.scout_id: promise
                for promise in db.exec(
                    select(Promise).where(col(Promise.scout_id).in_([entry.scout_id for entry in rows]))
                )
            },
            words=words,
        )


@blueprint.post("/entries/<int:entry_id>/farewell")
@recruiters
def farewell(entry_id: int) -> ResponseReturnValue:
    """Send the closing letter as the person here has read and changed it, and close the entry."""
    letter = Letter(
        " ".join(request.form.get("subject", "").split())[:200], request.form.get("text", "").strip()[:8000]
    )
    try:
        with changing() as db:
            entry = db.get(Entry, entry_id)
            requisition = db.get(Requisition, entry.requisition_id) if entry is not None else None
            if entry is None or requisition is None or not visitor().sees_names(requisition):
                abort(404)
            send_farewell(db, page.work().vault, entry, letter, by=visitor().actor)
        page.say(_("The letter is on its way, and the entry is closed."))
    except CannotClose as error:
        page.say(refusal(error), "bad")
    return page.see_other("promises.entry", entry_id=entry_id)


def _by_id(db: Session, table: Any, ids: Iterable[int | None]) -> dict[int, Any]:
    wanted = sorted({id for id in ids if id is not None})
    return {row.id: row for row in db.exec(select(table).where(col(table.id).in_(wanted)))} if wanted else {}
