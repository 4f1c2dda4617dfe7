"""Letters: who gets which, exactly as sent, who is left out and why; release, recall, and the recruiter's own paragraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.alignment import commitment as commitments
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.doors import disclosing, page, previews, standing, words
from plugin.doors.page import translate as _
from plugin.doors.paging import paged
from plugin.doors.people import Names
from plugin.doors.visitors import changing, recruiters, recruiting, visitor
from plugin.events import record
from plugin.rows import Batch, Calibration, Connection, Mail, Requisition, Scout
from plugin.scouting import batches
from plugin.scouting.conditions_sheet import label as condition_label
from plugin.scouting.legal import LetterRefused
from plugin.scouting.letters import languages_of, note_of, set_language, set_note
from plugin.scouting.load import forecast
from plugin.scouting.settling import settle_unknown
from plugin.scouting.working_conditions import sheet_of
from plugin.work.jobs import INTERACTIVE, owe

blueprint = Blueprint("letters", __name__)

ORDER = ("drafted", "queued", "sending", "sent", "unknown", "refused", "stopped", "excluded")


@blueprint.get("/requisitions/<int:requisition_id>/letters")
@recruiters
def shown(requisition_id: int) -> ResponseReturnValue:
    """The newest batch of a requisition, or the one asked for."""
    with page.work().reading() as db:
        requisition = recruiting(db, requisition_id)
        values = standing.of(db, requisition)
        rows = db.exec(
            select(Batch).where(col(Batch.requisition_id) == requisition.key).order_by(col(Batch.id).desc())
        ).all()
        wanted = request.args.get("batch", type=int)
        batch = next((row for row in rows if row.id == wanted), rows[0] if rows else None)
        live = commitments.live(db, requisition.key)
        calibration = db.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
        common = {
            **values,
            "batches": rows,
            "words": words,
            "may_ask_standard": live is None and calibration is not None and calibration.state == "done",
            "calibration": calibration,
        }
        if batch is None:
            return render_template("pages/letters_none.html", **common)
        scouts = sorted(
            db.exec(select(Scout).where(col(Scout.batch_id) == batch.key)).all(),
            key=lambda scout: (ORDER.index(scout.state), -scout.score, scout.profile_id),
        )
        writing = [scout for scout in scouts if scout.state != "excluded"]
        left_out = [scout for scout in scouts if scout.state == "excluded"]
        writing_at, left_out_at = paged(len(writing), "written"), paged(len(left_out), "out")
        shown_now = [*writing_at.of(writing), *left_out_at.of(left_out)]
        names = Names(db, batch.employer_id, [scout.profile_id for scout in shown_now])
        obstacles = batches.obstacles(db, batch) if batch.state in ("drafted", "recalled") else []
        return render_template(
            "pages/letters.html",
            **{**common, "batch": batch},
            writing=writing_at.of(writing),
            writing_at=writing_at,
            left_out=left_out_at.of(left_out),
            left_out_at=left_out_at,
            counts=Counter(scout.state for scout in scouts),
            languages=Counter(
                language for scout in scouts if scout.state != "excluded" for language in languages_of(scout)
            ),
            unsettled=[condition_label(gap, page.locale()) for gap in sheet_of(db, requisition, page.locale()).gaps],
            names=names,
            obstacles=batches.CannotRelease(obstacles).text(page.locale()) if obstacles else "",
            notes={language: note_of(batch, language) for language in ("ja", "en")},
            test_address=policy_of(values["connection"]).test_address,
            waits=_waits(db, requisition, scouts),
            letter_stamp=_stamp(batch, scouts),
        )


def _waits(db: Session, requisition: Requisition, scouts: Sequence[Scout]) -> str:
    """Why released letters wait for room in the manager's weeks; "" while they don't."""
    if not any(scout.state == "queued" and scout.commitment_id is not None for scout in scouts):
        return ""
    there = forecast(db, requisition)
    return there.text(page.locale()) if there is not None and there.room < 1 else ""


@blueprint.post("/batches/<int:batch_id>/replacing/<any(on, off):what>")
@recruiters
def replacing(batch_id: int, what: str) -> ResponseReturnValue:
    """Whether the next best stand in for who falls out at sending."""
    with changing() as db:
        batch = _batch(db, batch_id)
        batch.replacing = what == "on"
        db.add(batch)
        record(db, batch.employer_id, "batch", batch.key, f"replacing_{what}", actor=visitor().actor)
    page.say(
        _("The next best stand in for who falls out.") if what == "on" else _("Nobody stands in for who falls out.")
    )
    return page.see_other("letters.shown", requisition_id=batch.requisition_id, batch=batch_id)


@blueprint.get("/scouts/<int:scout_id>")
@recruiters
def letter(scout_id: int) -> ResponseReturnValue:
    """One letter exactly as it is or will be sent."""
    with page.work().reading() as db:
        scout = _scout(db, scout_id)
        requisition = recruiting(db, scout.requisition_id)
        batch = db.get_one(Batch, scout.batch_id)
        names = Names(db, scout.employer_id, [scout.profile_id])
        row = db.exec(
            select(Scout.id)
            .where(col(Scout.batch_id) == batch.key, col(Scout.state) != "excluded")
            .order_by(col(Scout.score).desc(), col(Scout.profile_id))
        ).all()
        place = row.index(scout.id) if scout.id in row else -1
        mail = db.get(Mail, scout.mail_id) if scout.mail_id is not None else None
        return render_template(
            "pages/letter.html",
            scout=scout,
            requisition=requisition,
            batch=batch,
            names=names,
            looked=previews.look(db, scout),
            consent=disclosing.consent_of(db, scout),
            test_address=policy_of(db.get_one(Connection, scout.connection_id)).test_address,
            mail=mail,
            words=words,
            previous=row[place - 1] if place > 0 else None,
            following=row[place + 1] if 0 <= place < len(row) - 1 else None,
            place=place + 1,
            total=len(row),
        )


@blueprint.get("/batches/<int:batch_id>/stamp")
@recruiters
def stamp(batch_id: int) -> ResponseReturnValue:
    """What the open page asks while letters leave."""
    with page.work().reading() as db:
        batch = _batch(db, batch_id)
        scouts = db.exec(select(Scout).where(col(Scout.batch_id) == batch.key)).all()
        return {"stamp": _stamp(batch, scouts)}


@blueprint.post("/batches/<int:batch_id>/release")
@recruiters
def release(batch_id: int) -> ResponseReturnValue:
    """Let a batch leave once its recall window is over."""
    try:
        with changing() as db:
            batch = _batch(db, batch_id)
            batches.release(db, batch, visitor().actor)
            requisition_id = batch.requisition_id
        page.say(_("Released. The letters leave when the recall window is over."))
    except batches.CannotRelease as error:
        with page.work().reading() as db:
            requisition_id = _batch(db, batch_id).requisition_id
        page.say(error.text(page.locale()), "bad")
    return page.see_other("letters.shown", requisition_id=requisition_id, batch=batch_id)


@blueprint.post("/batches/<int:batch_id>/recall")
@recruiters
def recall(batch_id: int) -> ResponseReturnValue:
    """Pull back what has not left."""
    with changing() as db:
        batch = _batch(db, batch_id)
        recalled = batches.recall(db, batch, visitor().actor)
        requisition_id = batch.requisition_id
    if recalled.left:
        text = _(
            "%(back)s letters pulled back; %(left)s had left already and stay sent.",
            back=recalled.pulled_back,
            left=recalled.left,
        )
    else:
        text = _("All %(back)s letters pulled back.", back=recalled.pulled_back)
    page.say(text, "good" if recalled.pulled_back else "bad")
    return page.see_other("letters.shown", requisition_id=requisition_id, batch=batch_id)


@blueprint.post("/batches/<int:batch_id>/note")
@recruiters
def note(batch_id: int) -> ResponseReturnValue:
    """Set the recruiter's own paragraph; one that sounds like a promise is refused."""
    try:
        with changing() as db:
            batch = _batch(db, batch_id)
            requisition_id = batch.requisition_id
            for language in ("ja", "en"):
                text = request.form.get(f"note_{language}")
                if text is not None:
                    set_note(db, batch, text[:1000], language)
        page.say(_("The paragraph stands in every letter of this batch now."))
    except LetterRefused as error:
        page.say(error.text(page.locale()), "bad")
    except ValueError:
        page.say(_("This batch has been released; recall it before changing its letters."), "bad")
    return page.see_other("letters.shown", requisition_id=requisition_id, batch=batch_id)


@blueprint.post("/scouts/<int:scout_id>/language")
@recruiters
def choose_language(scout_id: int) -> ResponseReturnValue:
    """Write this letter in another language than the person's own, or in both. The person's own stays as it is known."""
    first, _plus, second = request.form.get("language", "").partition("+")
    try:
        with changing() as db:
            scout = _scout(db, scout_id)
            recruiting(db, scout.requisition_id)
            set_language(db, scout, first, second)
        page.say(_("Saved."))
    except ValueError:
        page.say(_("This letter has been released; recall its batch before changing it."), "bad")
    return page.see_other("letters.letter", scout_id=scout_id)


@blueprint.post("/requisitions/<int:requisition_id>/letters")
@recruiters
def ask_standard(requisition_id: int) -> ResponseReturnValue:
    """Have standard letters prepared, which promise nothing; they too wait for release."""
    line, people = request.form.get("line", type=int), request.form.get("people", type=int)
    with changing() as db:
        requisition = recruiting(db, requisition_id)
        calibration = db.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
        if calibration is None or calibration.state != "done" or commitments.live(db, requisition.key) is not None:
            abort(409)
        if line is None or people is None or not calibration.floor <= line <= 100 or not 1 <= people <= 1000:
            page.say(
                _("Give a line from %(floor)s to 100 and a number of people from 1 to 1000.", floor=calibration.floor),
                "bad",
            )
            return page.see_other("letters.shown", requisition_id=requisition_id)
        owe(
            db,
            "prepare_batch",
            f"standard:{calibration.key}:{now_of(db).isoformat()}",
            employer_id=requisition.employer_id,
            connection_id=requisition.connection_id,
            payload={
                "calibration_id": calibration.key,
                "line": line,
                "people": people,
                "by": str(visitor().staff.key),
            },
            lane=INTERACTIVE,
        )
    page.say(_("The letters are being prepared; this page shows them when they are there."))
    return page.see_other("letters.shown", requisition_id=requisition_id)


@blueprint.post("/scouts/<int:scout_id>/settle")
@recruiters
def settle(scout_id: int) -> ResponseReturnValue:
    """Say what became of a letter whose server's answer was lost. It is not sent again either way."""
    delivered = request.form.get("delivered") == "1"
    with changing() as db:
        scout = _scout(db, scout_id)
        recruiting(db, scout.requisition_id)
        mail = db.get(Mail, scout.mail_id) if scout.mail_id is not None else None
        settled = mail is not None and settle_unknown(db, mail, delivered=delivered, by=visitor().actor)
    page.say(_("Recorded.") if settled else _("It had been settled already."), "good" if settled else "bad")
    return page.see_other("letters.letter", scout_id=scout_id)


def _batch(db: Session, batch_id: int) -> Batch:
    batch = db.get(Batch, batch_id)
    if batch is None:
        abort(404)
    recruiting(db, batch.requisition_id)
    return batch


def _scout(db: Session, scout_id: int) -> Scout:
    scout = db.get(Scout, scout_id)
    if scout is None or db.get(Requisition, scout.requisition_id) is None:
        abort(404)
    return scout


def _stamp(batch: Batch, scouts: object) -> str:
    states = Counter(scout.state for scout in scouts)  # type: ignore[attr-defined]
    return f"{batch.state}|" + "|".join(f"{state}:{states[state]}" for state in ORDER)
