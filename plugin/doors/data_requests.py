"""Requests people made about their data, whose time ends soon, and what was handed on. For recruiters."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.corrections import NobodyThere, correct, resume
from plugin.database import now_of
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.identity import Identity, identity_of
from plugin.people import judged_of
from plugin.provision import as_csv, basis_words
from plugin.retention import AHEAD, Expiring, expiring, rules_of
from plugin.rows import DataRequest, Profile
from plugin.scouting.data_answers import CannotShow, show_them
from plugin.scouting.data_requests import finish
from plugin.sealing import Erased

blueprint = Blueprint("data_requests", __name__, url_prefix="/people")

FIELDS = ("name", "kana", "romaji", "email", "phone", "company", "title")
"""What of a person's identity can be put right here."""
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One request as a colleague sees it; `identity` is None once the person was erased."""

    row: DataRequest
    identity: Identity | None
    words: str
    text: str


@blueprint.get("/requests")
@recruiters
def listed() -> ResponseReturnValue:
    """Open requests with their deadlines, the most urgent first, and those done lately."""
    here = visitor().connection
    with page.work().reading() as db:
        mine = col(DataRequest.connection_id) == here.key
        rows = db.exec(
            select(DataRequest).where(mine, col(DataRequest.state) == "open").order_by(col(DataRequest.due))
        ).all()
        done = db.exec(
            select(DataRequest)
            .where(mine, col(DataRequest.state) == "done")
            .order_by(col(DataRequest.done_at).desc())
            .limit(20)
        ).all()
        return render_template(
            "pages/data_requests.html",
            open=[_shown(db, row) for row in rows],
            done=done,
            fields=_fields(),
            kinds=_kinds(),
        )


@blueprint.post("/requests/<int:request_id>/show")
@recruiters
def shown_to_them(request_id: int) -> ResponseReturnValue:
    """Mail what is held to the address that is known, and close the request."""
    try:
        with changing() as db:
            show_them(db, page.work().vault, _mine(db, request_id, "disclosure"), by=visitor().actor)
    except CannotShow as error:
        said = {
            "gone": _("This person has been erased, or no address of theirs is known."),
            "unsaid": _(
                "What is held names a client this person may not know yet. Ask for their consent to be introduced, or"
                " answer them by hand; the request stays open."
            ),
        }
        page.say(said[error.code], "bad")
    else:
        page.say(_("It is on its way to the address that is known."))
    return page.see_other("data_requests.listed")


@blueprint.post("/requests/<int:request_id>/correct")
@recruiters
def corrected(request_id: int) -> ResponseReturnValue:
    """Put a person right as they asked, and close the request. The next calibration scores the new words."""
    vault = page.work().vault
    with changing() as db:
        row = _mine(db, request_id, "correction")
        profile = _profile(db, row)
        if profile is None:
            abort(404)
        identity = identity_of(db, vault, profile)
        given = {name: request.form.get(name, getattr(identity, name)).strip()[:300] for name in FIELDS}
        text = request.form.get("text", "").strip()
        if not given["name"] or not text:
            page.say(_("A name and a career are needed. Nothing was changed."), "bad")
            return page.see_other("data_requests.listed")
        try:
            correct(db, vault, row.employer_id, row.profile_id, replace(identity, **given), text, by=visitor().actor)
        except NobodyThere:
            abort(404)
        finish(db, row, by=visitor().actor)
    page.say(_("Put right. It counts from the next calibration on."))
    return page.see_other("data_requests.listed")


@blueprint.post("/requests/<int:request_id>/done")
@recruiters
def done(request_id: int) -> ResponseReturnValue:
    """Close a request that was met some other way. An erasure closes itself when it is done."""
    with changing() as db:
        row = _mine(db, request_id, "")
        if row.kind == "erasure":
            abort(409)
        finish(db, row, by=visitor().actor)
    page.say(_("Done."))
    return page.see_other("data_requests.listed")


@blueprint.post("/requests/<int:request_id>/resume")
@recruiters
def resumed(request_id: int) -> ResponseReturnValue:
    """They said that their data may be used again: they are ranked again. Written to they are not: that was their stop."""
    with changing() as db:
        row = db.get(DataRequest, request_id)
        if row is None or row.connection_id != visitor().connection.id or row.kind != "suspension":
            abort(404)
        try:
            resume(db, page.work().vault, row.employer_id, row.profile_id, by=visitor().actor)
        except NobodyThere:
            abort(404)
    page.say(_("They are considered again from the next calibration on."))
    return page.see_other("data_requests.listed")


@blueprint.get("/expiring")
@recruiters
def ends_soon() -> ResponseReturnValue:
    """Who will be erased in the next thirty days because their time is over."""
    here = visitor().connection
    with page.work().reading() as db:
        found: list[Expiring] = expiring(db, here.employer_id, now_of(db) + AHEAD)
        known = {
            row.profile_id: row
            for row in db.exec(
                select(Profile).where(
                    col(Profile.employer_id) == here.employer_id,
                    col(Profile.profile_id).in_([one.profile_id for one in found[:MOST_SHOWN]]),
                )
            )
        }
        people = []
        for one in found[:MOST_SHOWN]:
            try:
                identity = identity_of(db, page.work().vault, known[one.profile_id])
            except Erased:
                continue
            people.append((one, identity))
        rules = rules_of(db, here.employer_id)
        return render_template(
            "pages/expiring.html",
            people=people,
            more=max(0, len(found) - MOST_SHOWN),
            rules=sorted((basis_words(name, page.locale()), days) for name, days in rules.items()),
            words=lambda basis: basis_words(basis, page.locale()),
            local=page.local_day,
            zone=policy_of(here).zone,
        )


@blueprint.get("/handed-on.csv")
@recruiters
def handed_on() -> ResponseReturnValue:
    """Every record of what was handed to a client, as a table."""
    with page.work().reading() as db:
        text = as_csv(db, page.work().vault, visitor().connection.employer_id, page.locale())
    return Response(
        text,
        200,
        {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="handed-on.csv"'},
    )


def _mine(db: Session, request_id: int, kind: str) -> DataRequest:
    """An open request of this connection, locked; 404 for any other."""
    row = db.exec(select(DataRequest).where(col(DataRequest.id) == request_id).with_for_update(key_share=True)).first()
    if (
        row is None
        or row.connection_id != visitor().connection.id
        or row.state != "open"
        or (kind and row.kind != kind)
    ):
        abort(404)
    return row


def _profile(db: Session, row: DataRequest) -> Profile | None:
    return db.exec(
        select(Profile).where(col(Profile.employer_id) == row.employer_id, col(Profile.profile_id) == row.profile_id)
    ).first()


def _shown(db: Session, row: DataRequest) -> Shown:
    vault, profile = page.work().vault, _profile(db, row)
    if profile is None:
        return Shown(row, None, "", "")
    try:
        identity = identity_of(db, vault, profile)
        words = (
            str(vault.open_for(db, row.employer_id, row.profile_id, row.sealed_words))
            if row.sealed_words is not None
            else ""
        )
    except Erased:
        return Shown(row, None, "", "")
    judged = judged_of(db, vault, row.employer_id, row.profile_id) if row.kind == "correction" else None
    return Shown(row, identity, words, judged.text if judged is not None else "")


def _fields() -> dict[str, str]:
    words = {
        "name": _("Name"),
        "kana": _("Name in kana"),
        "romaji": _("Name in Latin letters"),
        "email": _("Mail address"),
        "phone": _("Telephone"),
        "company": _("Employer"),
        "title": _("Title"),
    }
    return {name: words[name] for name in FIELDS}


def _kinds() -> dict[str, str]:
    return {
        "disclosure": _("wants to see their data"),
        "correction": _("wants it put right"),
        "suspension": _("wants it used no more"),
        "erasure": _("wants it erased"),
    }
