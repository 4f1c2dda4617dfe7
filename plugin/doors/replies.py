"""Replies that wait for a person, with keys for each decision; answers by telephone or LINE; what was decided lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.doors import page, words
from plugin.doors.page import translate as _
from plugin.doors.paging import rows_of
from plugin.doors.people import Names
from plugin.doors.refusing import refusal
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.rows import Commitment, Reply, Requisition, Scout, Task
from plugin.scouting.replies import CannotDecide, decide_reply, log_reply
from plugin.sealing import Erased

blueprint = Blueprint("replies", __name__)

KEYS = (
    ("interested", "y"),
    ("declined", "n"),
    ("later", "l"),
    ("question", "q"),
    ("reschedule", "t"),
    ("referral", "r"),
    ("withdraw", "w"),
    ("opt_out", "x"),
)
"""What a reply may be decided to be, each with its key."""

LATELY = 30


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply with what a person needs to decide it."""

    reply: Reply
    text: str
    full: str
    sender: str
    subject: str
    words: tuple[str, ...]
    condition: str
    scout: Scout | None
    requisition: Requisition | None
    commitment: Commitment | None
    due: datetime | None


@blueprint.get("/replies")
@recruiters
def waiting() -> ResponseReturnValue:
    """Every reply that waits, the most urgent first."""
    with page.work().reading() as db:
        rows, at = rows_of(
            db,
            select(Reply)
            .where(col(Reply.connection_id) == visitor().connection.key, col(Reply.state) == "triage")
            .order_by(col(Reply.received_at), col(Reply.id)),
        )
        lately = db.exec(
            select(Reply)
            .where(col(Reply.connection_id) == visitor().connection.key, col(Reply.state) != "triage")
            .order_by(col(Reply.id).desc())
            .limit(LATELY)
        ).all()
        shown = [one for one in _shown(db, rows) if _may_see(one)]
        done = [one for one in _shown(db, lately) if _may_see(one)]
        people = [one.scout.profile_id for one in [*shown, *done] if one.scout is not None]
        # Whose answer it is may have to be chosen: anybody written to lately may be.
        unmatched = any(one.scout is None for one in shown)
        choices = _written_to(db) if unmatched else []
        names = Names(db, visitor().staff.employer_id, [*people, *(scout.profile_id for scout, _title in choices)])
        return render_template(
            "pages/replies.html",
            at=at,
            shown=sorted(shown, key=lambda one: (one.due or datetime.max.replace(tzinfo=UTC), one.reply.key)),
            done=done,
            names=names,
            words=words,
            keys=KEYS,
            choices=choices,
        )


@blueprint.post("/replies/<int:reply_id>")
@recruiters
def decide(reply_id: int) -> ResponseReturnValue:
    """Carry out what a person says a reply means."""
    try:
        with changing() as db:
            reply = db.get(Reply, reply_id)
            if reply is None or reply.connection_id != visitor().connection.id:
                abort(404)
            scout = db.get(Scout, request.form.get("scout", type=int) or 0)
            decide_reply(db, page.work().vault, reply, request.form.get("intent", ""), visitor().actor, scout=scout)
            intent = reply.intent
        page.say(_("Decided: %(intent)s.", intent=words.intent(intent)))
    except CannotDecide as error:
        page.say(refusal(error), "bad")
    return page.see_other("replies.waiting")


@blueprint.get("/replies/log")
@recruiters
def form() -> ResponseReturnValue:
    """The form for an answer that came by telephone, LINE or another medium."""
    return _log_form({}, "")


@blueprint.post("/replies/log")
@recruiters
def log() -> ResponseReturnValue:
    """Log an answer; a yes takes the same path as one by mail, and its clock starts when it was received."""
    given = request.form
    zone = ZoneInfo(page.zone())
    try:
        local = datetime.fromisoformat(given.get("received_at", ""))
        received = (local.replace(tzinfo=zone) if local.tzinfo is None else local).astimezone(UTC)
    except ValueError:
        return _log_form(given, _("Give the day and time at which the answer reached you.")), 422
    try:
        with changing() as db:
            scout = db.get(Scout, given.get("scout", type=int) or 0)
            if scout is None or scout.connection_id != visitor().connection.id:
                return _log_form(given, _("Choose the person the answer came from.")), 422
            log_reply(
                db,
                page.work().vault,
                scout,
                given.get("medium", ""),
                given.get("text", "").strip()[:5000],
                given.get("intent", ""),
                visitor().actor,
                received,
            )
    except CannotDecide as error:
        return _log_form(given, refusal(error)), 422
    page.say(_("Logged."))
    return page.see_other("replies.waiting")


def _log_form(given: Any, wrong: str) -> str:
    with page.work().reading() as db:
        choices = _written_to(db)
        names = Names(db, visitor().staff.employer_id, [scout.profile_id for scout, _title in choices])
        local = page.work().clock.now().astimezone(ZoneInfo(page.zone()))
        return render_template(
            "pages/reply_log.html",
            choices=choices,
            names=names,
            words=words,
            intents=[intent for intent, _key in KEYS],
            given=given,
            wrong=wrong,
            default_time=local.strftime("%Y-%m-%dT%H:%M"),
        )


def _written_to(db: Session) -> list[tuple[Scout, str]]:
    """Everybody written to lately on requisitions this visitor may see, with the requisition's title."""
    rows = db.execute(
        select(Scout, Requisition.title)
        .join(Requisition, col(Requisition.id) == col(Scout.requisition_id))
        .where(visitor().visible(), col(Scout.state).in_(("sending", "sent", "unknown", "refused")))
        .order_by(col(Scout.id).desc())
        .limit(300)
    ).all()
    return [(scout, title) for scout, title in rows]


def _may_see(one: Shown) -> bool:
    return one.requisition is None or visitor().may_see(one.requisition)


def _shown(db: Session, rows: Any) -> list[Shown]:
    """Replies with their scouts, requisitions and clocks, in a few queries; texts opened one by one."""
    scouts = _by_id(db, Scout, [row.scout_id for row in rows])
    requisitions = _by_id(db, Requisition, [scout.requisition_id for scout in scouts.values()])
    commitments = _by_id(db, Commitment, [scout.commitment_id for scout in scouts.values()])
    asked = select(Task.subject_id, Task.due).where(
        col(Task.connection_id) == visitor().connection.key, col(Task.subject) == "reply", col(Task.state) == "open"
    )
    dues = {row.subject_id: row.due for row in db.execute(asked)}
    shown = []
    for row in rows:
        scout = scouts.get(row.scout_id)
        full = _open(db, row, row.sealed_full)
        more = full if isinstance(full, dict) else {}
        found = _open(db, row, row.sealed_words)
        shown.append(
            Shown(
                reply=row,
                text=str(_open(db, row, row.sealed_text) or ""),
                full=str(more.get("text", "")),
                sender=" ".join(
                    part for part in (more.get("name", ""), f"<{more['from']}>" if more.get("from") else "") if part
                ),
                subject=str(more.get("subject", "")),
                words=tuple(found) if isinstance(found, list) else (),
                condition=str(more.get("condition", "")),
                scout=scout,
                requisition=requisitions.get(scout.requisition_id) if scout is not None else None,
                commitment=commitments.get(scout.commitment_id) if scout is not None else None,
                due=dues.get(row.id),
            )
        )
    return shown


def _open(db: Session, reply: Reply, sealed: bytes | None) -> Any:
    if sealed is None:
        return None
    try:
        return page.work().vault.open_for(db, reply.employer_id, reply.person, sealed)
    except Erased:
        return None


def _by_id(db: Session, table: Any, ids: Any) -> dict[int, Any]:
    wanted = sorted({id for id in ids if id is not None})
    return {row.id: row for row in db.exec(select(table).where(col(table.id).in_(wanted)))} if wanted else {}
