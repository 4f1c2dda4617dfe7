"""Promises with their clocks, the holding lane, entries; everything a person may record about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, func, select

from plugin.database import now_of
from plugin.doors import page, words
from plugin.doors.history import history
from plugin.doors.page import translate as _
from plugin.doors.paging import rows_of
from plugin.doors.people import Names
from plugin.doors.refusing import refusal
from plugin.doors.visitors import changing, recruiters, recruiting, signed_in, visitor
from plugin.identity import Identity, identity_of
from plugin.pipeline import apologies, chain, farewells, holding, ledger
from plugin.pipeline.entries import decide_duplicate, record_intent
from plugin.pipeline.notes import profile_of
from plugin.pipeline.wording import Letter, counted_words, interviewer_words, kind_words
from plugin.rows import Commitment, Connection, Entry, Promise, Requisition, Scout, Staff, Task
from plugin.scouting.legal import LetterRefused
from plugin.sealing import Erased

blueprint = Blueprint("promises", __name__)

SOON = timedelta(days=2)


@blueprint.get("/promises")
@signed_in
def listed() -> ResponseReturnValue:
    """Open promises by due date, then what waits, then what is over. A manager sees those they gave or must keep."""
    with page.work().reading() as db:
        seen = visitor().visible()
        base = select(Promise).join(Requisition, col(Requisition.id) == col(Promise.requisition_id)).where(seen)
        show = request.args.get("show", "")
        open_ones = base.where(col(Promise.state).in_(ledger.OPEN)).order_by(col(Promise.due_at), col(Promise.id))
        past = base.where(col(Promise.state).not_in(ledger.OPEN))
        if show == "soon":
            open_ones = open_ones.where(col(Promise.due_at) <= now_of(db) + SOON)
        if show in ("kept", "broken", "waived"):
            past = past.where(col(Promise.state) == show)
        counts = dict(
            db.execute(
                select(Promise.state, func.count())
                .join(Requisition, col(Requisition.id) == col(Promise.requisition_id))
                .where(seen)
                .group_by(col(Promise.state))
            ).all()
        )
        due, due_at = rows_of(db, open_ones, "due")
        over, over_at = rows_of(db, past.order_by(col(Promise.due_at).desc(), col(Promise.id)), "over")
        yeses: Any = (
            select(Entry)
            .join(Requisition, col(Requisition.id) == col(Entry.requisition_id))
            .where(seen)
            .order_by(col(Entry.id).desc())
        )
        entries, yes_at = rows_of(db, yeses, "yes")
        waiting = col(Entry.state).in_(("holding", "deciding"))
        held, held_at = rows_of(db, yeses.where(waiting), "held")
        scouts = _by_id(db, Scout, [row.scout_id for row in (*due, *over)])
        requisitions = _by_id(db, Requisition, [row.requisition_id for row in (*due, *over, *entries, *held)])
        commitments = _by_id(db, Commitment, [row.commitment_id for row in (*due, *over)])
        keepers = _by_id(
            db,
            Staff,
            [
                row.successor_id or commitments[row.commitment_id].interviewer_id or row.manager_id
                for row in (*due, *over)
            ],
        )
        people = [scout.profile_id for scout in scouts.values()] + [entry.profile_id for entry in (*entries, *held)]
        return render_template(
            "pages/promises.html",
            show=show,
            counts=counts,
            due=due if show in ("", "open", "soon") else [],
            over=over if show in ("", "kept", "broken", "waived") else [],
            entries=entries if not show else [],
            held=held if not show else [],
            any=bool(counts or entries),
            at={"due": due_at, "over": over_at, "yes": yes_at, "held": held_at},
            scouts=scouts,
            requisitions=requisitions,
            commitments=commitments,
            keepers=keepers,
            by_entry={promise.scout_id: promise for promise in (*due, *over)},
            names=Names(db, visitor().staff.employer_id, people),
            words=words,
            kind_words=lambda commitment: kind_words(commitment, page.locale()),
        )


@blueprint.get("/promises/<int:promise_id>")
@signed_in
def shown(promise_id: int) -> ResponseReturnValue:
    """One promise: its terms, how its date was counted, what may be recorded, and the apology when it was broken."""
    with page.work().reading() as db:
        promise = _promise(db, promise_id)
        requisition = db.get_one(Requisition, promise.requisition_id)
        scout = db.get_one(Scout, promise.scout_id)
        commitment = db.get_one(Commitment, promise.commitment_id)
        connection = db.get_one(Connection, promise.connection_id)
        staff = db.exec(
            select(Staff)
            .where(col(Staff.connection_id) == promise.connection_id, col(Staff.active).is_(True))
            .order_by(col(Staff.name))
        ).all()
        apology, cannot = None, ""
        if promise.state == "broken" and visitor().sees_names(requisition):
            try:
                apology = apologies.draft_apology(db, page.work().vault, connection, promise)
            except apologies.CannotApologise as error:
                cannot = refusal(error)
        apologised = db.exec(
            select(Task).where(
                col(Task.subject) == "promise",
                col(Task.subject_id) == promise.key,
                col(Task.kind) == "apology",
                col(Task.state) == "done",
            )
        ).first()
        return render_template(
            "pages/promise.html",
            promise=promise,
            requisition=requisition,
            scout=scout,
            commitment=commitment,
            keeper=db.get(Staff, promise.successor_id or commitment.interviewer_id or promise.manager_id),
            entry=db.get(Entry, promise.entry_id) if promise.entry_id is not None else None,
            names=Names(db, promise.employer_id, [scout.profile_id]),
            counted=counted_words(promise, page.locale()),
            said=ledger.words_of(db, page.work().vault, promise) if visitor().sees_names(requisition) else "",
            kind=kind_words(commitment, page.locale()),
            interviewer=interviewer_words(commitment, page.locale()),
            staff=staff,
            apology=apology,
            cannot=cannot,
            apologised=apologised,
            words=words,
            may_record=visitor().sees_names(requisition),
            unread=promise.state in ledger.OPEN and _unread(db, promise.connection_id),
            history=history(db, promise),
            chain=chain.length(db, promise.employer_id),
        )


@blueprint.post("/promises/<int:promise_id>/waive")
@recruiters
def waive(promise_id: int) -> ResponseReturnValue:
    """Record that the candidate no longer wants the meeting."""
    with _recording(promise_id) as (db, promise):
        ledger.waive(db, page.work().vault, promise, by=visitor().actor, because=request.form.get("because", ""))
    return page.see_other("promises.shown", promise_id=promise_id)


def _unread(db: Session, connection_id: int) -> bool:
    """Whether the ATS could not be asked for meetings when the date of a promise had passed, or shows none at all."""
    return (
        db.exec(
            select(Task.id).where(
                col(Task.connection_id) == connection_id,
                col(Task.kind) == "promises_unread",
                col(Task.state) == "open",
            )
        ).first()
        is not None
    )


@blueprint.post("/promises/<int:promise_id>/held")
@recruiters
def held(promise_id: int) -> ResponseReturnValue:
    """Say what became of a promise whose meeting the ATS doesn't show: when it took place, or that none did."""
    try:
        text = request.form.get("at", "")
        at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(page.zone())).astimezone(UTC) if text else None
    except ValueError:
        page.say(_("Give the day and time of the meeting."), "bad")
        return page.see_other("promises.shown", promise_id=promise_id)
    with _recording(promise_id) as (db, promise):
        if not _unread(db, promise.connection_id):
            abort(409)
        if at is None:
            ledger.break_promise(db, promise)
        else:
            ledger.say_held(db, promise, at, by=visitor().actor)
    return page.see_other("promises.shown", promise_id=promise_id)


@blueprint.post("/promises/<int:promise_id>/later")
@recruiters
def later(promise_id: int) -> ResponseReturnValue:
    """Record that the candidate chose a later day though times inside the promise were offered."""
    zone = ZoneInfo(page.zone())
    try:
        to = date.fromisoformat(request.form.get("to", ""))
        offered = [
            datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
            for text in request.form.getlist("offered")
            if text
        ]
    except ValueError:
        page.say(_("Give the new day and the times you offered as dates."), "bad")
        return page.see_other("promises.shown", promise_id=promise_id)
    with _recording(promise_id) as (db, promise):
        ledger.choose_later(
            db,
            page.work().vault,
            promise,
            to=to,
            offered=offered,
            because=request.form.get("because", ""),
            by=visitor().actor,
        )
    return page.see_other("promises.shown", promise_id=promise_id)


@blueprint.post("/promises/<int:promise_id>/successor")
@recruiters
def successor(promise_id: int) -> ResponseReturnValue:
    """Name a colleague who keeps the promise instead."""
    with _recording(promise_id) as (db, promise):
        staff = db.get(Staff, request.form.get("staff", type=int) or 0)
        if staff is None:
            raise ledger.NotAllowed("choose a colleague")
        ledger.name_successor(db, promise, staff, by=visitor().actor)
    return page.see_other("promises.shown", promise_id=promise_id)


@blueprint.post("/promises/<int:promise_id>/cause")
@recruiters
def cause(promise_id: int) -> ResponseReturnValue:
    """Record whose doing a broken promise was."""
    with _recording(promise_id) as (db, promise):
        ledger.state_cause(db, promise, cause=request.form.get("cause", ""), by=visitor().actor)
    return page.see_other("promises.shown", promise_id=promise_id)


@blueprint.post("/promises/<int:promise_id>/apology")
@recruiters
def apologise(promise_id: int) -> ResponseReturnValue:
    """Send the apology as the person here has read and changed it; once."""
    letter = Letter(
        " ".join(request.form.get("subject", "").split())[:200], request.form.get("text", "").strip() + "\n"
    )
    if not letter.subject or not letter.text.strip():
        page.say(_("The apology needs a subject and a text."), "bad")
        return page.see_other("promises.shown", promise_id=promise_id)
    try:
        with changing() as db:
            promise = _promise(db, promise_id)
            recruiting(db, promise.requisition_id)
            connection = db.get_one(Connection, promise.connection_id)
            sent = apologies.send_apology(db, page.work().vault, connection, promise, letter, by=visitor().actor)
        page.say(_("The apology is on its way.") if sent else _("It had been sent already."))
    except apologies.CannotApologise as error:
        page.say(refusal(error), "bad")
    except LetterRefused as error:
        page.say(error.text(page.locale()), "bad")
    return page.see_other("promises.shown", promise_id=promise_id)


@blueprint.get("/entries/<int:entry_id>")
@recruiters
def entry(entry_id: int) -> ResponseReturnValue:
    """One yes that became an entry or waits to: who, where it stands, and what a person may decide."""
    with page.work().reading() as db:
        found = _entry(db, entry_id)
        task = db.exec(
            select(Task)
            .where(
                col(Task.subject) == "entry",
                col(Task.subject_id) == found.key,
                col(Task.kind).in_(("possible_duplicate", "entry_stuck")),
            )
            .order_by(col(Task.id).desc())
        ).first()
        return render_template(
            "pages/entry.html",
            entry=found,
            requisition=db.get_one(Requisition, found.requisition_id),
            promise=holding.promise_of(db, found),
            said=holding.words_of(db, page.work().vault, found),
            farewell=farewells.draft_or_none(db, page.work().vault, found),
            names=Names(db, found.employer_id, [found.profile_id]),
            owner=db.get(Staff, found.owner_id) if found.owner_id is not None else None,
            task=task if found.state == "deciding" else None,
            person=_to_copy(db, found),
            words=words,
        )


def _to_copy(db: Session, found: Entry) -> Identity | None:
    """Who is to be registered in the ATS by hand, to be copied from the page."""
    profile = profile_of(db, found) if (found.state, found.because) == ("deciding", "by_hand") else None
    try:
        return identity_of(db, page.work().vault, profile) if profile is not None else None
    except Erased:
        return None


@blueprint.post("/entries/<int:entry_id>/intent")
@recruiters
def intent(entry_id: int) -> ResponseReturnValue:
    """Record 応募意思: the candidate wants to apply. A separate event; nothing guesses it."""
    try:
        with changing() as db:
            record_intent(db, _entry(db, entry_id), visitor().actor)
        page.say(_("Recorded: this person wants to apply."))
    except ValueError:
        page.say(_("The person isn't in the ATS yet; record the application once they are."), "bad")
    return page.see_other("promises.entry", entry_id=entry_id)


@blueprint.post("/entries/<int:entry_id>/enter")
@recruiters
def enter(entry_id: int) -> ResponseReturnValue:
    """Send a held or stuck yes on its way into the ATS, as somebody known there or as somebody new."""
    with changing() as db:
        found = _entry(db, entry_id)
        if found.state == "holding":
            holding.enter_anyway(db, found, by=visitor().actor)
        else:
            decide_duplicate(
                db, found, by=visitor().actor, candidate_id=request.form.get("candidate_id", "").strip()[:64]
            )
        moved = found.state == "owed"
    page.say(_("On its way into the ATS.") if moved else _("Nothing was changed."), "good" if moved else "bad")
    return page.see_other("promises.entry", entry_id=entry_id)


@blueprint.post("/entries/<int:entry_id>/close")
@recruiters
def close(entry_id: int) -> ResponseReturnValue:
    """Close a held yes after the candidate was answered; refused while a promise is owed to them."""
    try:
        with changing() as db:
            holding.close_entry(
                db,
                _entry(db, entry_id),
                by=visitor().actor,
                because=request.form.get("because", "")[:500],
                vault=page.work().vault,
            )
        page.say(_("Closed."))
    except ValueError:
        page.say(
            _(
                "It was not closed. Write down why and that the person has been told; and while a promise is owed to"
                " them, keep it or record that they waived it."
            ),
            "bad",
        )
    return page.see_other("promises.entry", entry_id=entry_id)


@contextmanager
def _recording(promise_id: int) -> Iterator[tuple[Session, Promise]]:
    """A change of a promise by a recruiter; what the ledger refuses is said and changes nothing."""
    try:
        with changing() as db:
            promise = _promise(db, promise_id)
            recruiting(db, promise.requisition_id)
            yield db, promise
        page.say(_("Recorded."))
    except ledger.NotAllowed as error:
        page.say(refusal(error), "bad")


def _promise(db: Session, promise_id: int) -> Promise:
    promise = db.get(Promise, promise_id)
    requisition = db.get(Requisition, promise.requisition_id) if promise is not None else None
    if promise is None or requisition is None:
        abort(404)
    keeps = visitor().staff.id in (promise.manager_id, promise.successor_id)
    if not visitor().may_see(requisition) and not (keeps and promise.connection_id == visitor().connection.id):
        abort(404)
    return promise


def _entry(db: Session, entry_id: int) -> Entry:
    found = db.get(Entry, entry_id)
    if found is None:
        abort(404)
    recruiting(db, found.requisition_id)
    return found


def _by_id(db: Session, table: Any, ids: Any) -> dict[int, Any]:
    wanted = sorted({id for id in ids if id is not None})
    return {row.id: row for row in db.exec(select(table).where(col(table.id).in_(wanted)))} if wanted else {}
