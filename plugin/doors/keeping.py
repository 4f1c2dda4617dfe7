"""Kept promises: a manager sees their own rate, the owner of the account everybody's, nobody else anything (E19)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.visitors import changing, signed_in, visitor
from plugin.pipeline.kept_rate import LEAST, Keeping, is_owner, keeping, last_review, review, under_review
from plugin.rows import Commitment, KeepingReview, Promise, Requisition, Staff

blueprint = Blueprint("keeping", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """One manager's line."""

    staff: Staff
    keeping: Keeping
    waits: bool
    reviewed: KeepingReview | None


@blueprint.get("/promises/kept")
@signed_in
def shown() -> ResponseReturnValue:
    """How promises were kept in the last year, with window, denominator and whose doing the broken ones were."""
    here = visitor()
    owner = is_owner(policy_of(here.connection), here.staff)
    with page.work().reading() as db:
        managers = _managers(db) if owner else [here.staff]
        found = keeping(db, [one.key for one in managers])
        lines = [
            Shown(one, found[one.key], under_review(db, here.connection, one.key), last_review(db, one.key))
            for one in managers
        ]
        return render_template(
            "pages/keeping.html",
            lines=sorted(lines, key=lambda line: (not line.waits, -line.keeping.due, line.staff.name)),
            owner=owner,
            floor=policy_of(here.connection).kept_rate_floor,
            least=LEAST,
        )


@blueprint.post("/promises/kept/<int:staff_id>/review")
@signed_in
def reviewed(staff_id: int) -> ResponseReturnValue:
    """The owner has looked at it: this manager may promise again."""
    here = visitor()
    if not is_owner(policy_of(here.connection), here.staff):
        abort(403)
    with changing() as db:
        staff = db.get(Staff, staff_id)
        if staff is None or staff.connection_id != here.connection.id:
            abort(404)
        if staff.id == here.staff.id:
            page.say(_("Nobody reviews their own promises; another owner does."), "bad")
            return page.see_other("keeping.shown")
        review(db, here.connection, staff, by=here.actor)
    page.say(_("Recorded. New letters may carry this manager's promise again."))
    return page.see_other("keeping.shown")


def _managers(db: Session) -> list[Staff]:
    """Everybody of the account who gave a promise or keeps one."""
    here = visitor().connection.key
    ids = set(
        db.exec(
            select(Commitment.manager_id)
            .join(Requisition, col(Requisition.id) == col(Commitment.requisition_id))
            .where(col(Requisition.connection_id) == here)
            .distinct()
        )
    )
    ids |= {
        id for id in db.exec(select(Promise.successor_id).where(col(Promise.connection_id) == here).distinct()) if id
    }
    return list(db.exec(select(Staff).where(col(Staff.id).in_(sorted(ids)))))
