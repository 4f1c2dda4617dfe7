"""Who introduced whom, and who may be one person: what recruiters record and decide about people."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.doors import page, words
from plugin.doors.page import translate as _
from plugin.doors.paging import rows_of
from plugin.doors.people import Names
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.rows import Introduction, Lookalike, Profile
from plugin.scouting import lookalikes, ownership

blueprint = Blueprint("ownership", __name__)


@blueprint.get("/introductions")
@recruiters
def introductions() -> ResponseReturnValue:
    """Who was introduced by whom, until when, with whose consent and acknowledgement."""
    return _page("")


@blueprint.post("/introductions")
@recruiters
def recorded() -> ResponseReturnValue:
    """Record an introduction that happened elsewhere. The person is named by their mail address."""
    form = request.form
    here = visitor().connection
    zone = ZoneInfo(policy_of(here).zone)
    try:
        when = datetime.combine(datetime.fromisoformat(form.get("when", "")).date(), time(0), zone)
        until = form.get("until", "")
        ends = datetime.combine(datetime.fromisoformat(until).date(), time(0), zone) if until else None
    except ValueError:
        return _page(_("Write the day as 2027-03-31."))
    how = form.get("consent", "")
    try:
        with changing() as db:
            profile = _by_address(db, form.get("address", ""))
            if profile is None:
                return _page(_("Nobody in your store has this mail address."))
            ownership.introduce(
                db,
                here,
                profile.profile_id,
                kind=form.get("kind", ""),
                by_whom=form.get("by", ""),
                introduced_at=when,
                expires_at=ends,
                consent_at=when if how else None,
                consent_how=how,
                actor=visitor().actor,
            )
    except ValueError as error:
        return _page(words.introduction_wrong(str(error)))
    page.say(_("Recorded. Nobody writes to this person while it counts."))
    return page.see_other("ownership.introductions")


@blueprint.post("/introductions/<int:row_id>/<any(acknowledge, consent, end):what>")
@recruiters
def changed(row_id: int, what: str) -> ResponseReturnValue:
    """Record the client's acknowledgement or the person's consent, or end the claim."""
    try:
        with changing() as db:
            row = db.get(Introduction, row_id)
            if row is None or row.connection_id != visitor().connection.id:
                abort(404)
            if what == "acknowledge":
                ownership.acknowledge(db, row, by_whom=request.form.get("by", ""), actor=visitor().actor)
            elif what == "consent":
                ownership.consent(db, row, how=request.form.get("how", ""), actor=visitor().actor)
            else:
                ownership.end(db, row, actor=visitor().actor)
    except ValueError as error:
        return _page(words.introduction_wrong(str(error)))
    page.say(_("Recorded."))
    return page.see_other("ownership.introductions")


@blueprint.get("/lookalikes/<int:row_id>")
@recruiters
def lookalike(row_id: int) -> ResponseReturnValue:
    """Two records that may be one person, side by side."""
    with page.work().reading() as db:
        row = _lookalike(db, row_id)
        kind, _colon, other = row.other.partition(":")
        ids = [row.profile_id, *([other] if kind == "profile" else [])]
        names = Names(db, row.employer_id, ids)
        return render_template(
            "pages/lookalike.html",
            row=row,
            ours=names.known.get(row.profile_id),
            theirs=names.known.get(other) if kind == "profile" else None,
            candidate=row.other.rpartition(":")[2] if kind == "ats" else "",
            why=words.match_why(row.why),
        )


@blueprint.post("/lookalikes/<int:row_id>/<any(same, different):what>")
@recruiters
def decided(row_id: int, what: str) -> ResponseReturnValue:
    """A person says whether two records are one person; it is remembered."""
    with changing() as db:
        new = lookalikes.decide(db, _lookalike(db, row_id), same=what == "same", by=visitor().actor)
    page.say(_("Recorded; it is not asked again.") if new else _("This was decided before."), "good" if new else "bad")
    return page.see_other("desk.tasks")


def _lookalike(db: Session, row_id: int) -> Lookalike:
    row = db.get(Lookalike, row_id)
    if row is None or row.connection_id != visitor().connection.id:
        abort(404)
    return row


def _by_address(db: Session, address: str) -> Profile | None:
    employer_id = visitor().connection.employer_id
    digest = page.work().vault.hash_email(employer_id, address)
    if not digest:
        return None
    return db.exec(
        select(Profile).where(col(Profile.employer_id) == employer_id, col(Profile.email_hash) == digest)
    ).first()


def _page(wrong: str) -> ResponseReturnValue:
    with page.work().reading() as db:
        here = visitor().connection
        rows, at = rows_of(
            db,
            select(Introduction)
            .where(col(Introduction.connection_id) == here.key)
            .order_by(col(Introduction.introduced_at).desc(), col(Introduction.id).desc()),
        )
        html = render_template(
            "pages/introductions.html",
            rows=rows,
            at=at,
            names=Names(db, here.employer_id, [row.profile_id for row in rows]),
            wrong=wrong,
            given=request.form,
            words=words,
            kinds=("agency", "colleague"),
            consents=ownership.CONSENTS,
        )
        return html, 400 if wrong else 200
