"""Replies that wait for a person, with keys for each decision; answers by other media; what was decided lately."""

from __future__ import annotations

from datetime import UTC, date, datetime
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
from plugin.doors.reply_view import Shown, may_see, shown_of
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.pipeline.wording import Letter
from plugin.rows import Reply, Requisition, Scout, Task
from plugin.scouting.consequences import begin_request
from plugin.scouting.deciding import MEDIA, CannotDecide, Detail, decide_reply, log_reply, take_back_decision
from plugin.scouting.intent import REASONS, TOPICS
from plugin.scouting.question_answers import CannotAnswer, draft_answer, send_answer
from plugin.scouting.reminders_later import set_day

blueprint = Blueprint("replies", __name__)

KEYS = (
    ("interested", "y"),
    ("declined", "n"),
    ("later", "l"),
    ("question", "q"),
    ("reschedule", "t"),
    ("referral", "r"),
    ("via_agent", "a"),
    ("withdraw", "w"),
    ("opt_out", "x"),
)
"""What a reply may be decided to be, each with its key."""

LOGGED = tuple(medium for medium in MEDIA if medium not in ("mail", "page"))
LATELY = 30


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
        shown = [one for one in shown_of(db, rows) if may_see(one)]
        done = [one for one in shown_of(db, lately) if may_see(one)]
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


@blueprint.get("/replies/<int:reply_id>")
@recruiters
def one(reply_id: int) -> ResponseReturnValue:
    """One reply with everything that belongs to it: the answer to a question, the day to ask again, its files."""
    return _one(reply_id, None, "")


@blueprint.post("/replies/<int:reply_id>")
@recruiters
def decide(reply_id: int) -> ResponseReturnValue:
    """Carry out what a person says a reply means."""
    try:
        with changing() as db:
            reply, _shown = _reply(db, reply_id)
            scout = db.get(Scout, request.form.get("scout", type=int) or 0)
            if scout is not None and not _may_choose(db, scout):
                abort(404)
            decide_reply(
                db,
                page.work().vault,
                reply,
                request.form.get("intent", ""),
                visitor().actor,
                scout=scout,
                detail=_detail(),
            )
            intent = reply.intent
        page.say(_("Decided: %(intent)s.", intent=words.intent(intent)))
    except CannotDecide as error:
        page.say(refusal(error), "bad")
    return page.see_other("replies.waiting")


@blueprint.post("/replies/<int:reply_id>/back")
@recruiters
def back(reply_id: int) -> ResponseReturnValue:
    """Take a decision back while nothing has come of it."""
    try:
        with changing() as db:
            reply, _shown = _reply(db, reply_id)
            take_back_decision(db, reply, visitor().actor)
        page.say(_("Taken back: decide it anew."))
    except CannotDecide as error:
        page.say(refusal(error), "bad")
    return page.see_other("replies.waiting")


@blueprint.post("/replies/<int:reply_id>/answer")
@recruiters
def answer(reply_id: int) -> ResponseReturnValue:
    """Send the answer to a question."""
    text = Letter(request.form.get("subject", "").strip()[:200], request.form.get("text", "").strip()[:8000])
    try:
        with changing() as db:
            reply, _shown = _reply(db, reply_id)
            send_answer(db, page.work().vault, reply, text, by=visitor().actor)
    except CannotAnswer as error:
        return _one(reply_id, text, refusal(error)), 422
    page.say(_("The answer is on its way."))
    return page.see_other("replies.one", reply_id=reply_id)


@blueprint.post("/replies/<int:reply_id>/day")
@recruiters
def day(reply_id: int) -> ResponseReturnValue:
    """Note the day on which to ask somebody again; a task opens then."""
    given = _date(request.form.get("later_on", ""))
    try:
        with changing() as db:
            reply, _shown = _reply(db, reply_id)
            if given is None:
                raise ValueError("the day to ask again must be to come")
            set_day(db, reply, given, by=visitor().actor)
        page.say(_("A task opens on that day."))
    except ValueError as error:
        page.say(refusal(error), "bad")
    return page.see_other("replies.one", reply_id=reply_id)


@blueprint.post("/replies/<int:reply_id>/data")
@recruiters
def data(reply_id: int) -> ResponseReturnValue:
    """Begin what the law asks for: disclosure and erasure ask the person once more at the address we know."""
    kind = request.form.get("kind", "")
    with changing() as db:
        reply, found = _reply(db, reply_id)
        if kind not in ("disclosure", "suspension", "erasure"):
            abort(400)
        begun = found.scout is not None and begin_request(
            db, page.work().vault, reply, found.scout, kind, by=visitor().actor
        )
    if begun:
        page.say(_("Begun. For disclosure and erasure the person is asked to confirm by mail first."))
    else:
        page.say(_("Nobody known here wrote this, or their data is gone already: answer them by hand."), "bad")
    return page.see_other("replies.one", reply_id=reply_id)


@blueprint.get("/replies/log")
@recruiters
def form() -> ResponseReturnValue:
    """The form for an answer that came by telephone, LINE or another medium."""
    return _log_form(request.args, "")


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
    if given.get("medium", "") not in LOGGED:
        return _log_form(given, _("Say how the answer reached you.")), 422
    try:
        with changing() as db:
            scout = db.get(Scout, given.get("scout", type=int) or 0)
            if scout is None or not _may_choose(db, scout):
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
                detail=_detail(),
            )
    except CannotDecide as error:
        return _log_form(given, refusal(error)), 422
    page.say(_("Logged."))
    return page.see_other("replies.waiting")


def _one(reply_id: int, text: Letter | None, wrong: str) -> str:
    with page.work().reading() as db:
        reply, found = _reply(db, reply_id)
        tasks = db.exec(
            select(Task).where(
                col(Task.employer_id) == reply.employer_id,
                col(Task.subject) == "reply",
                col(Task.subject_id) == reply.key,
                col(Task.state) == "open",
            )
        ).all()
        draft, no_draft = None, ""
        if any(task.kind == "question" for task in tasks) and found.scout is not None:
            try:
                draft = draft_answer(db, page.work().vault, reply, found.scout, page.locale())
            except CannotAnswer as error:
                no_draft = refusal(error)
        people = [found.scout.profile_id] if found.scout is not None else []
        return render_template(
            "pages/reply.html",
            one=found,
            tasks=tasks,
            draft=draft,
            no_draft=no_draft,
            text=text or (draft.letter if draft is not None else None),
            wrong=wrong,
            names=Names(db, visitor().staff.employer_id, people),
            words=words,
        )


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
            media=LOGGED,
            intents=[intent for intent, _key in KEYS],
            reasons=REASONS,
            topics=TOPICS,
            given=given,
            wrong=wrong,
            default_time=local.strftime("%Y-%m-%dT%H:%M"),
        )


def _reply(db: Session, reply_id: int) -> tuple[Reply, Shown]:
    """A reply this visitor may see; 404 for one they may not, so that ids say nothing."""
    reply = db.get(Reply, reply_id)
    if reply is None or reply.connection_id != visitor().connection.id:
        abort(404)
    [found] = shown_of(db, [reply])
    if not may_see(found):
        abort(404)
    return reply, found


def _may_choose(db: Session, scout: Scout) -> bool:
    requisition = db.get(Requisition, scout.requisition_id)
    return requisition is not None and visitor().sees_names(requisition)


def _detail() -> Detail:
    given = request.form
    return Detail(given.get("topic", ""), given.get("reason", ""), _date(given.get("later_on", "")))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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
