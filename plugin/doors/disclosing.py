"""What candidates are told of a requisition's employer: named, or described until they agree; the names looked for."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.database import now_of
from plugin.doors import page, standing
from plugin.doors.page import translate as _
from plugin.doors.visitors import changing, recruiters, recruiting, visitor
from plugin.events import record
from plugin.rows import ClientName, Connection, Scout
from plugin.scouting import disclosure
from plugin.scouting.handwriting import refuse as refuse_typed
from plugin.scouting.leaks import leaks
from plugin.scouting.legal import LetterRefused

blueprint = Blueprint("disclosing", __name__)

MOST_CHARACTERS = 200


@blueprint.get("/requisitions/<int:requisition_id>/employer")
@recruiters
def shown(requisition_id: int) -> ResponseReturnValue:
    """The requisition's step of the ladder, its description of the employer, and every name."""
    with page.work().reading() as db:
        requisition = recruiting(db, requisition_id)
        view = disclosure.view_of(db, requisition, None)
        return render_template(
            "pages/employer.html",
            **standing.of(db, requisition),
            view=view,
            names=disclosure.names_of(db, requisition),
            kinds=kinds(),
            said={language: _said(view, language) for language in ("ja", "en")},
        )


@blueprint.post("/requisitions/<int:requisition_id>/employer")
@recruiters
def change(requisition_id: int) -> ResponseReturnValue:
    """Set how much is told, and how the employer is described until then."""
    chosen = request.form.get("disclosure", "")
    described = {language: request.form.get(f"client_{language}", "")[:MOST_CHARACTERS] for language in ("ja", "en")}
    with changing() as db:
        requisition = recruiting(db, requisition_id)
        if chosen not in (disclosure.FULL, disclosure.WITHHELD):
            abort(400)
        said = {language: " ".join(text.split()) for language, text in described.items()}
        refused = _refused(said, [row.name for row in disclosure.names_of(db, requisition)])
        if refused:
            page.say(refused, "bad")
            return page.see_other("disclosing.shown", requisition_id=requisition_id)
        if requisition.disclosure != chosen:
            record(
                db,
                requisition.employer_id,
                "requisition",
                requisition.key,
                "disclosure_set",
                actor=visitor().actor,
                disclosure=chosen,
            )
        requisition.disclosure, requisition.client_ja, requisition.client_en = chosen, said["ja"], said["en"]
        db.add(requisition)
    page.say(_("Saved. Letters that have not left follow it."))
    return page.see_other("disclosing.shown", requisition_id=requisition_id)


@blueprint.post("/requisitions/<int:requisition_id>/employer/names")
@recruiters
def add(requisition_id: int) -> ResponseReturnValue:
    """Add one spelling of the employer's name."""
    kind, name = request.form.get("kind", ""), request.form.get("name", "").strip()[:MOST_CHARACTERS]
    with changing() as db:
        requisition = recruiting(db, requisition_id)
        if kind not in disclosure.KINDS:
            abort(400)
        connection = db.get_one(Connection, requisition.connection_id)
        try:
            new = disclosure.add_name(db, connection, requisition, kind, name, visitor().actor)
        except disclosure.NameTooShort:
            page.say(_("A name needs at least two letters; one would be found in every text."), "bad")
            return page.see_other("disclosing.shown", requisition_id=requisition_id)
    page.say(_("Added.") if new else _("This name is there already."), "good" if new else "bad")
    return page.see_other("disclosing.shown", requisition_id=requisition_id)


@blueprint.post("/requisitions/<int:requisition_id>/employer/names/<int:name_id>")
@recruiters
def remove(requisition_id: int, name_id: int) -> ResponseReturnValue:
    """Take a spelling out again."""
    with changing() as db:
        requisition = recruiting(db, requisition_id)
        row = db.get(ClientName, name_id)
        if row is None or row.id not in [one.id for one in disclosure.names_of(db, requisition)]:
            abort(404)
        record(
            db, requisition.employer_id, "requisition", requisition.key, "client_name_removed", actor=visitor().actor
        )
        db.delete(row)
    page.say(_("Taken out."))
    return page.see_other("disclosing.shown", requisition_id=requisition_id)


@blueprint.post("/scouts/<int:scout_id>/consent")
@recruiters
def consented(scout_id: int) -> ResponseReturnValue:
    """Record that somebody agreed, after a yes, to be introduced to the employer by name."""
    with changing() as db:
        scout = db.get(Scout, scout_id)
        if scout is None:
            abort(404)
        recruiting(db, scout.requisition_id)
        new = disclosure.consent(db, scout, visitor().actor, at=now_of(db))
    page.say(_("Recorded: this person may be told the employer's name from now on.") if new else _("Recorded already."))
    return page.see_other("letters.letter", scout_id=scout_id)


def kinds() -> dict[str, str]:
    """What a name is, said."""
    return {
        "legal": _("Registered name"),
        "alias": _("Short name or brand"),
        "product": _("Product or service"),
        "department": _("Department"),
        "domain": _("Domain"),
    }


def consent_of(db: Session, scout: Scout) -> str:
    """How the ladder stands for one person: `open` while a consent can be recorded, `given`, or "" where none is needed."""
    requisition = recruiting(db, scout.requisition_id)
    if disclosure.setting_of(db, requisition) != disclosure.WITHHELD:
        return ""
    return "given" if scout.consented_at is not None else "open"


def _said(view: disclosure.Disclosure, language: str) -> str:
    """How a letter would call the employer now; why it can't where it can't."""
    try:
        return view.company(language)
    except LetterRefused as error:
        return error.text(page.locale())


def _refused(described: dict[str, str], names: list[str]) -> str:
    """Why a description can't stand in a letter; "" when it can."""
    found = leaks(described, names)
    if found:
        return _("The description itself names the employer (“%(name)s”).", name=found[0].partition(": ")[2])
    for text in described.values():
        try:
            refuse_typed(text, None)
        except LetterRefused as error:
            return error.text(page.locale())
    return ""
