"""Every mail of a letter as its reader will see it: as text, as a mail program shows it, on a phone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request
from sqlmodel import Session

from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.visitors import recruiters, recruiting
from plugin.rows import Scout
from plugin.scouting.compiler import FIRST
from plugin.scouting.legal import LetterRefused
from plugin.scouting.previewing import Shown, mails_of, shown

blueprint = Blueprint("previews", __name__)

WAYS = ("text", "html", "phone")

# The mail stands in a frame without scripts, forms or an origin of its own; it may carry its own styles and load nothing.
_IN_FRAME = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class Looked:
    """What the page shows: one of the letter's mails in one of the ways, or why it would be refused."""

    which: str
    way: str
    mails: list[tuple[str, str]]
    mail: Shown | None
    refused: str


def look(db: Session, scout: Scout) -> Looked:
    """The mail and the way asked for by the address's query; the letter itself as text by default."""
    kinds = mails_of(db, scout)
    which, way = request.args.get("mail", FIRST), request.args.get("as", "text")
    if which not in kinds or way not in WAYS:
        abort(404)
    mail, refused = None, ""
    try:
        mail = shown(db, page.work().vault, page.work().settings, scout, which)
    except LetterRefused as error:
        refused = error.text(page.locale())
    return Looked(which, way, [(kind, name_of(kind)) for kind in kinds], mail, refused)


def name_of(which: str) -> str:
    """What a mail is called among the others of its letter."""
    names = {
        "first": _("First letter"),
        "follow_up": _("Follow-up"),
        "receipt_promised": _("Receipt of a yes"),
        "receipt_late": _("Receipt of a yes after the deadline"),
        "receipt_plain": _("Receipt of a yes"),
        "holding_draft": _("Holding letter"),
        "holding_closed": _("Holding letter, position closed"),
    }
    return names[which]


@blueprint.get("/scouts/<int:scout_id>/mail")
@recruiters
def frame(scout_id: int) -> Response:
    """The HTML of one mail, for the frame of its page."""
    with page.work().reading() as db:
        scout = db.get(Scout, scout_id)
        if scout is None:
            abort(404)
        recruiting(db, scout.requisition_id)
        looked = look(db, scout)
    if looked.mail is None:
        abort(404)
    response = Response(looked.mail.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _IN_FRAME
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
