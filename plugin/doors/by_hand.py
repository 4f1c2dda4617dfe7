"""Carrying one letter by hand: choose the medium, take the text, say that it was sent, log what they answer."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.doors import page, words
from plugin.doors.page import translate as _
from plugin.doors.people import Names
from plugin.doors.visitors import changing, recruiters, recruiting, visitor
from plugin.rows import Batch, Requisition, Scout
from plugin.scouting import by_hand
from plugin.scouting.by_hand import CannotTake
from plugin.scouting.cutting import Cut
from plugin.scouting.legal import LetterRefused
from plugin.scouting.media import BY_HAND, MAIL, NAMES, handle_of
from plugin.scouting.sending import why_not

blueprint = Blueprint("by_hand", __name__)


@blueprint.get("/scouts/<int:scout_id>/by-hand")
@recruiters
def shown(scout_id: int) -> ResponseReturnValue:
    """The letter as it would be copied, or, once it is taken, to be copied."""
    work = page.work()
    with work.reading() as db:
        scout, requisition = _scout(db, scout_id)
        names = Names(db, scout.employer_id, [scout.profile_id])
        person = names.known.get(scout.profile_id)
        there = [medium for medium in BY_HAND if person is not None and handle_of(person, medium)]
        asked = request.args.get("medium", "")
        medium = asked if asked in there else scout.medium if scout.medium != MAIL else (there[0] if there else "")
        cut: Cut | None = None
        taken: tuple[str, str] | None = None
        refused = may_not = ""
        if scout.state in ("sending", "sent") and scout.medium != MAIL:
            medium = scout.medium
            try:
                taken = by_hand.text_of(db, work, scout)
            except CannotTake as error:
                refused = error.text(page.locale())
        elif medium and scout.state in ("drafted", "queued"):
            try:
                cut = by_hand.shown(db, work, scout, medium)
            except (LetterRefused, CannotTake) as error:
                refused = error.text(page.locale())
        if scout.state in ("sending", "queued") and scout.medium != MAIL:
            why = why_not(db, work, scout)
            may_not = words.why(why[1]) if why is not None else ""
        handle = handle_of(person, medium) if person is not None and medium else ""
        return render_template(
            "pages/by_hand.html",
            scout=scout,
            requisition=requisition,
            batch=db.get_one(Batch, scout.batch_id),
            names=names,
            there=there,
            mailed=bool(person is not None and person.email),
            medium=medium,
            medium_name=NAMES.get(medium, ""),
            media=NAMES,
            handle=handle,
            handle_is_link=urlsplit(handle).scheme == "https",
            cut=cut,
            text=_without_links(cut.letter.text) if cut is not None else "",
            taken=taken,
            refused=refused,
            may_not=may_not,
            words=words,
        )


@blueprint.post("/scouts/<int:scout_id>/by-hand/medium")
@recruiters
def choose(scout_id: int) -> ResponseReturnValue:
    """Let this letter take another medium when its batch is released."""
    medium = request.form.get("medium", "")
    try:
        with changing() as db:
            scout, _requisition = _scout(db, scout_id)
            if medium != MAIL and medium not in BY_HAND:
                abort(422)
            by_hand.choose(db, page.work(), scout, medium, visitor().actor)
        page.say(_("This letter goes by mail.") if medium == MAIL else _("This letter waits to be carried by hand."))
    except CannotTake as error:
        page.say(error.text(page.locale()), "bad")
    return page.see_other("by_hand.shown", scout_id=scout_id)


@blueprint.post("/scouts/<int:scout_id>/by-hand/take")
@recruiters
def take(scout_id: int) -> ResponseReturnValue:
    """Take the letter to copy it: everything is asked again, and its text is fixed."""
    try:
        with changing() as db:
            _scout(db, scout_id)
            scout = by_hand.take(db, page.work(), scout_id, visitor().actor)
        if scout.state != "sending":
            page.say(_("This letter may not leave: %(why)s.", why=words.why(scout.reason)), "bad")
    except (CannotTake, LetterRefused) as error:
        page.say(error.text(page.locale()), "bad")
    return page.see_other("by_hand.shown", scout_id=scout_id)


@blueprint.post("/scouts/<int:scout_id>/by-hand/done")
@recruiters
def done(scout_id: int) -> ResponseReturnValue:
    """Say that the letter was sent, or that it was not."""
    try:
        with changing() as db:
            _scout(db, scout_id)
            if request.form.get("sent") == "1":
                by_hand.sent(db, scout_id, visitor().actor)
                page.say(_("Recorded as sent. Log their answer here when it comes."))
            else:
                by_hand.not_sent(db, scout_id, visitor().actor)
                page.say(_("It waits again; everything is asked anew when somebody takes it."))
    except CannotTake as error:
        page.say(error.text(page.locale()), "bad")
    return page.see_other("by_hand.shown", scout_id=scout_id)


def _without_links(text: str) -> str:
    """A letter as it is shown before it is taken: the person's own links are left out, so that nobody copies it early."""
    ours = re.escape(page.work().settings.public_url)
    return re.sub(rf"({ours}/[cu]/)\S+", r"\1…", text)


def _scout(db: Session, scout_id: int) -> tuple[Scout, Requisition]:
    scout = db.get(Scout, scout_id)
    if scout is None or db.get(Requisition, scout.requisition_id) is None:
        abort(404)
    return scout, recruiting(db, scout.requisition_id)
