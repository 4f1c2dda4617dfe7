"""A manager's times for meeting people: typed in, read from a calendar, or offered on a scheduling page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.standing import of as standing_of
from plugin.doors.visitors import changing, requisition_of, signed_in, visitor
from plugin.pipeline.feeds import availability, feed_of, set_addresses
from plugin.pipeline.slots import slots_of
from plugin.pipeline.times_given import FARTHEST, FIELDS, problems, read_times, set_times, times_given
from plugin.rows import Connection, Requisition

blueprint = Blueprint("times", __name__)


@blueprint.get("/requisitions/<int:requisition_id>/times")
@signed_in
def shown(requisition_id: int) -> ResponseReturnValue:
    """What stands, and what a candidate would be offered now."""
    with page.work().reading() as db:
        return _page(db, requisition_of(db, requisition_id))


@blueprint.post("/requisitions/<int:requisition_id>/times")
@signed_in
def saved(requisition_id: int) -> ResponseReturnValue:
    """Keep them all, or nothing."""
    with changing() as db:
        requisition = requisition_of(db, requisition_id)
        wrong = keep(db, visitor().connection, requisition, request.form, by=visitor().actor)
        if wrong:
            return _page(db, requisition, form=request.form, wrong=wrong), 422
    page.say(_("Saved. Candidates who said yes are offered these times."))
    return page.see_other("times.shown", requisition_id=requisition_id)


def keep(
    db: Session,
    connection: Connection,
    requisition: Requisition,
    form: Any,
    *,
    by: str,
    staff_id: int | None = None,
    minutes: int | None = None,
) -> list[str]:
    """Read a form's times and addresses and keep them; what is wrong, in the reader's words, if it can't be."""
    policy = policy_of(connection)
    times, wrong_times = read_times(form.getlist("time"), policy.zone, now_of(db))
    feed, scheduling = form.get("feed", "").strip(), form.get("scheduling", "").strip()
    row = availability(db, requisition.key)
    if feed == KEEP:
        feed = feed_of(page.work().vault, row)
    wrong = problems(policy, feed=feed, scheduling=scheduling, wrong_times=wrong_times, locale=page.locale())
    owner = staff_id or requisition.manager_id
    if wrong or owner is None:
        return wrong or [_("The requisition has no hiring manager yet.")]
    set_times(db, requisition, owner, times, minutes or policy.minutes, by=by)
    set_addresses(db, page.work().vault, connection, requisition, owner, feed=feed, scheduling=scheduling)
    return []


KEEP = "•••"
"""Stands in the form for a feed that is set: whoever has a feed's address reads the calendar, so it is not shown again."""


def fields(db: Session, requisition: Requisition, zone: str, form: Any = None) -> Mapping[str, Any]:
    """What the form's fields hold."""
    row = availability(db, requisition.key)
    local = [at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") for at in times_given(db, requisition.key)]
    typed = form.getlist("time") if form is not None and hasattr(form, "getlist") else local
    return {
        "times": [*typed, *[""] * max(0, FIELDS - len(typed))],
        "feed": form.get("feed", "") if form is not None else KEEP if row is not None and row.sealed_feed else "",
        "scheduling": form.get("scheduling", "") if form is not None else row.scheduling_url if row is not None else "",
        "read_at": row.read_at if row is not None else None,
        "feed_error": row.error if row is not None and row.sealed_feed else "",
    }


def _page(db: Session, requisition: Requisition, *, form: Any = None, wrong: list[str] | None = None) -> str:
    policy = policy_of(visitor().connection)
    now: datetime = now_of(db)
    return render_template(
        "pages/times.html",
        given=fields(db, requisition, policy.zone, form),
        wrong=wrong or [],
        offered=slots_of(db, requisition.key, after=now, before=now + FARTHEST / 8),
        **standing_of(db, requisition),
    )
