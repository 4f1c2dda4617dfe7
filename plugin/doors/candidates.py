"""For candidates: refusing further letters, and why they were written to. No sign-in, nothing about scores or lines."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.i18n import LOCALES
from plugin.rows import Connection, Employer, Profile, Requisition, Scout
from plugin.scouting import optout
from plugin.scouting.legal import LetterRefused, origin
from plugin.scouting.suppression import is_suppressed

blueprint = Blueprint("candidates", __name__)


@blueprint.get("/u/<token>")
def shown(token: str) -> ResponseReturnValue:
    """The page behind a letter's refusal link: it shows, its button acts."""
    try:
        found = optout.look_at(page.work().vault, token)
    except optout.BadLink:
        return _bad_link()
    page.speak(_language(found.language))
    with page.work().reading() as db:
        done = is_suppressed(db, page.work().vault, employer_id=found.employer_id, address_hash=found.address_hash)
        return render_template(
            "pages/refuse.html", token=token, done=done, lang=_language(found.language), **_about(db, found)
        )


@blueprint.post("/u/<token>")
def one_click(token: str) -> ResponseReturnValue:
    """Refuse: by the page's button, or by a mail program's one POST (RFC 8058), which sends no cookie and no token.

    The link itself is the permission: it is signed and stands in that person's letter alone.
    """
    try:
        with page.work().writing() as db:
            found = optout.unsubscribe(db, page.work().vault, token)
    except optout.BadLink:
        return _bad_link()
    if request.form.get("List-Unsubscribe") == "One-Click":
        return Response("", 200, {"Content-Type": "text/plain; charset=utf-8"})
    return page.see_other("candidates.shown", token=token, lang=_language(found.language))


@blueprint.get("/u/<token>/why")
def why(token: str) -> ResponseReturnValue:
    """Why this person was written to: where the address came from, by whom it is kept, what they can ask for."""
    try:
        found = optout.look_at(page.work().vault, token)
    except optout.BadLink:
        return _bad_link()
    page.speak(_language(found.language))
    with page.work().reading() as db:
        return render_template("pages/why_me.html", token=token, lang=_language(found.language), **_about(db, found))


def _about(db: Session, found: optout.OptOut) -> dict[str, object]:
    """What may be said of a letter: sender, position, the address's origin. Empty words where rows are gone."""
    employer = db.get_one(Employer, found.employer_id)
    scout = db.get(Scout, found.scout_id) if found.scout_id else None
    if scout is None or scout.employer_id != found.employer_id:
        return {"company": employer.name, "position": "", "source": "", "legal": None, "written": None}
    connection = db.get_one(Connection, scout.connection_id)
    policy = policy_of(connection)
    profile = db.exec(
        select(Profile).where(
            col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()
    try:
        source = (
            origin(profile.contact_basis, profile.basis_at, policy.zone, page.locale()) if profile is not None else ""
        )
    except LetterRefused:
        source = ""
    company = policy.company_ja if page.locale() == "ja" else policy.company_en
    requisition = db.get_one(Requisition, scout.requisition_id)
    return {
        "company": company or policy.legal.sender or employer.name,
        "position": requisition.title,
        "source": source,
        "legal": policy.legal,
        "written": scout.sent_at,
    }


def _language(own: str) -> str:
    """The letter's language unless the reader asks for the other."""
    asked = request.args.get("lang", "")
    return asked if asked in LOCALES else own if own in LOCALES else "ja"


def _bad_link() -> tuple[str, int]:
    return page.notice(
        _("This link is not complete"),
        _("It may have been cut off in the mail. Copy all of it, or answer the letter with the word “stop”."),
        404,
    )
