"""What happened to a promise, as its page tells it: from the chained events, each with its place in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.i18n import say_date
from plugin.rows import Event, LedgerLink, Promise, Staff


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a promise as the page tells it. `number`: its place in the ledger's chain, None while it waits for one."""

    at: datetime
    what: str
    by: str
    number: int | None
    digest: str


def history(db: Session, promise: Promise) -> list[Happened]:
    """Everything that happened to a promise, in order, with its place in the chain."""
    rows = db.execute(
        select(Event, LedgerLink)
        .outerjoin(LedgerLink, col(LedgerLink.event_id) == col(Event.id))
        .where(
            col(Event.employer_id) == promise.employer_id,
            col(Event.subject) == "promise",
            col(Event.subject_id) == promise.key,
        )
        .order_by(col(Event.id))
    ).all()
    ids = {int(event.actor.removeprefix("staff:")) for event, _link in rows if event.actor.startswith("staff:")}
    staff = {row.key: row for row in db.exec(select(Staff).where(col(Staff.id).in_(sorted(ids))))}
    return [
        Happened(
            event.created_at,
            happened(event.what, event.facts),
            actor(event.actor, staff),
            link.number if link is not None else None,
            link.digest[:12] if link is not None else "",
        )
        for event, link in rows
    ]


def happened(what: str, facts: Mapping[str, Any]) -> str:
    """One event of a promise in words; unknown ones come back as they are."""
    due = say_date(date.fromisoformat(facts["due"]), page.locale()) if facts.get("due") else ""
    texts = {
        "made": _("A yes made the promise, due %(due)s", due=due),
        "scheduled": _("A meeting in time stands in the ATS"),
        "unscheduled": _("The meeting no longer stands in the ATS"),
        "moved": _("The candidate chose a later day: due %(due)s", due=due),
        "succeeded": _("A colleague keeps it instead"),
        "kept": _("Kept: the meeting took place"),
        "broken": _("Broken: the date passed without a meeting"),
        "waived": _("The candidate no longer wants the meeting"),
        "cause": _("Whose doing it was, was recorded"),
        "apologised": _("An apology was sent"),
        "person_deleted": _("The person was deleted in the ATS"),
    }
    return texts.get(what, what)


def actor(name: str, staff: Mapping[int, Staff]) -> str:
    """Who did something, as events name them."""
    kind, _colon, id = name.partition(":")
    if kind == "staff" and id.isdigit():
        found = staff.get(int(id))
        return found.name if found is not None else _("a former colleague")
    return {"candidate": _("the candidate"), "ats": _("the ATS"), "clock": _("the clock")}.get(name, name)
