"""The desk's positions: listed, read from a pasted text or a 求人票, checked, saved, opened and closed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from connectors.desk import Desk
from plugin.desk import colleagues, pipeline, positions
from plugin.desk.positions import LARGEST_FILE, LONGEST_TEXT, Position, Refused
from plugin.desk.stages import ORDER, names
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.paging import rows_of
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.policy import Policy
from plugin.rows import DeskColleague, DeskRequisition

blueprint = Blueprint("positions", __name__)

ON_A_PAGE = 50
STATES = ("draft", "open", "closed")


def prepare(app: Flask) -> None:
    """Let the one form that takes a file be larger. Call it before anything reads a form (CSRF does)."""

    @app.before_request
    def larger() -> None:
        if request.endpoint == "positions.read":
            request.max_content_length = LARGEST_FILE + 512 * 1024
            request.max_form_memory_size = 512 * 1024


def on_the_desk() -> None:
    """404 for colleagues whose connection keeps no books of its own."""
    if visitor().connection.ats != Desk.name:
        abort(404)


def position_of(db: Session, position_id: int, *, lock: bool = False) -> DeskRequisition:
    """A position this recruiter may see: a confidential one is its own recruiter's only. 404 otherwise."""
    on_the_desk()
    row = db.get(DeskRequisition, position_id, with_for_update={"key_share": True} if lock else None)
    if row is None or row.connection_id != visitor().connection.key or row.deleted_at is not None:
        abort(404)
    if row.confidential and str(row.recruiter_id) != visitor().staff.ats_id:
        abort(404)
    return row


@blueprint.get("/desk/positions")
@recruiters
def listed() -> ResponseReturnValue:
    """Every position of the desk this recruiter may see, open ones first."""
    on_the_desk()
    own = visitor().staff.ats_id
    with page.work().reading() as db:
        query = (
            select(DeskRequisition)
            .where(
                col(DeskRequisition.connection_id) == visitor().connection.key,
                col(DeskRequisition.deleted_at).is_(None),
                (col(DeskRequisition.confidential).is_(False))
                | (col(DeskRequisition.recruiter_id) == (int(own) if own.isdigit() else 0)),
            )
            .order_by((col(DeskRequisition.status) == "closed").asc(), col(DeskRequisition.id).desc())
        )
        rows, at = rows_of(db, query, size=ON_A_PAGE)
        counts = pipeline.counted(db, [row.key for row in rows])
        lines = [
            {
                "row": row,
                "manager": db.get_one(DeskColleague, row.manager_id),
                "recruiter": db.get_one(DeskColleague, row.recruiter_id),
                "people": counts.get(row.key, 0),
                "requisition": positions.taken_in(db, row),
            }
            for row in rows
        ]
    return render_template("pages/positions.html", lines=lines, at=at, states=states())


@blueprint.get("/desk/positions/new")
@recruiters
def new() -> ResponseReturnValue:
    """The form: paste a description, or give a file."""
    on_the_desk()
    return render_template("pages/position_new.html", wrong="")


@blueprint.post("/desk/positions/read")
@recruiters
def read() -> ResponseReturnValue:
    """Read a text or a file and show what was understood, before anything is saved."""
    on_the_desk()
    file = request.files.get("file")
    source = request.form.get("source", "paste")
    text = request.form.get("text", "").replace("\r\n", "\n")[:LONGEST_TEXT]
    if file is not None and file.filename:
        with file.stream as stream:
            content = stream.read(LARGEST_FILE + 1)
        try:
            text, source = positions.read_file(file.filename, content), "file"
        except Refused as refused:
            return render_template("pages/position_new.html", wrong=wrong_words(refused.code)), 400
    if not text.strip():
        return render_template("pages/position_new.html", wrong=wrong_words("text")), 400
    with page.work().reading() as db:
        return _form(db, given=request.form, text=text, source=source)


@blueprint.post("/desk/positions")
@recruiters
def save() -> ResponseReturnValue:
    """Save a new position; its shortlist is on the way."""
    on_the_desk()
    try:
        with changing() as db:
            row = positions.enter(db, visitor().connection, _given(), visitor().actor)
            key = row.key
    except Refused as refused:
        return _again(refused)
    page.say(_("Saved. The shortlist is on its way; the hiring manager gets a link to decide."))
    return page.see_other("positions.shown", position_id=key)


@blueprint.get("/desk/positions/<int:position_id>")
@recruiters
def shown(position_id: int) -> ResponseReturnValue:
    """One position: where it stands, its notes, everybody in its pipeline."""
    with page.work().reading() as db:
        row = position_of(db, position_id)
        return render_template(
            "pages/position.html",
            position=row,
            manager=db.get_one(DeskColleague, row.manager_id),
            recruiter=db.get_one(DeskColleague, row.recruiter_id),
            requisition=positions.taken_in(db, row),
            notes=positions.notes(db, page.work().vault, row),
            standing=pipeline.standing(db, page.work().vault, row.key),
            stages=names(page.locale()),
            order=ORDER,
            states=states(),
        )


@blueprint.get("/desk/positions/<int:position_id>/edit")
@recruiters
def edit(position_id: int) -> ResponseReturnValue:
    """The same form, filled in."""
    with page.work().reading() as db:
        row = position_of(db, position_id)
        manager = db.get_one(DeskColleague, row.manager_id)
        given = {
            "title": row.title,
            "manager_name": manager.name,
            "manager_address": manager.email,
            "recruiter": str(row.recruiter_id),
            "confidential": "1" if row.confidential else "",
            "to_company": row.to_company,
            "to_name": row.to_name,
            "to_address": row.to_address,
        }
        return _form(db, given=given, text=row.text, source=row.source, position=row)


@blueprint.post("/desk/positions/<int:position_id>")
@recruiters
def change(position_id: int) -> ResponseReturnValue:
    """Save what was changed; a text that asks for something else is calibrated anew."""
    try:
        with changing() as db:
            row = position_of(db, position_id, lock=True)
            positions.change(db, visitor().connection, row, _given(), visitor().actor)
    except Refused as refused:
        return _again(refused, position_id)
    page.say(_("Saved. Where that changes what is asked, the shortlist is being calibrated anew."))
    return page.see_other("positions.shown", position_id=position_id)


@blueprint.post("/desk/positions/<int:position_id>/status")
@recruiters
def status(position_id: int) -> ResponseReturnValue:
    """Open or close a position, or take it out of the books."""
    wanted = request.form.get("status", "")
    with changing() as db:
        row = position_of(db, position_id, lock=True)
        if wanted == "removed":
            positions.remove(db, visitor().connection, row, visitor().actor)
        elif wanted in ("open", "closed"):
            positions.set_status(db, visitor().connection, row, wanted, visitor().actor)
        else:
            abort(400)
    if wanted == "removed":
        page.say(_("Taken out of the books. Letters that have left still bind."))
        return page.see_other("positions.listed")
    page.say(_("The position is open.") if wanted == "open" else _("The position is closed; unsent letters stop."))
    return page.see_other("positions.shown", position_id=position_id)


def states() -> dict[str, tuple[str, str]]:
    """A position's state in words, with its tone."""
    return {"draft": (_("draft"), "wait"), "open": (_("open"), "good"), "closed": (_("closed"), "off")}


def wrong_words(code: str) -> str:
    """What is wrong with what was entered, and what to do."""
    texts = {
        "too_large": _("The file is larger than 5 MB. Export it without pictures, or paste the text."),
        "unknown_type": _("Give a PDF, Word, Excel or text file, or paste the text."),
        "unreadable": _(
            "No text could be read from the file: it is a scan, locked with a password or damaged. Export it again, or"
            " paste the text."
        ),
        "title": _("Enter the position's title (at most 200 characters)."),
        "text": _("Paste the description, or give a file with it."),
        "manager": _("Enter the hiring manager's name."),
        "manager_address": _("Enter the hiring manager's mail address (name@host): the link to decide goes there."),
        "to_address": _("Letters of recommendation can't go to that mail address; write name@host."),
        "recruiter": _("Choose a recruiter of this desk."),
        "same_person": _(
            "The hiring manager must be somebody else than the recruiter: the promise to meet people is theirs alone."
        ),
    }
    return texts[code]


def _given() -> Position:
    # PostgreSQL keeps no NUL; what is pasted may hold one.
    form = {name: value.replace("\0", "") for name, value in request.form.items()}
    return Position(
        title=form.get("title", ""),
        text=form.get("text", "")[: LONGEST_TEXT + 1],
        manager_name=form.get("manager_name", "")[:200],
        manager_address=form.get("manager_address", "")[:320],
        recruiter_id=page.number("recruiter"),
        confidential=bool(form.get("confidential")),
        draft=form.get("as") == "draft",
        to_company=form.get("to_company", "")[:200],
        to_name=form.get("to_name", "")[:200],
        to_address=form.get("to_address", "")[:320],
        source="file" if form.get("source") == "file" else "paste",
    )


def _again(refused: Refused, position_id: int | None = None) -> ResponseReturnValue:
    """The form once more, as it was filled in, with what is wrong."""
    with page.work().reading() as db:
        row = position_of(db, position_id) if position_id is not None else None
        text = request.form.get("text", "")[:LONGEST_TEXT]
        source = request.form.get("source", "paste")
        return _form(db, given=request.form, text=text, source=source, position=row, wrong=refused.code), 400


def _form(
    db: Session,
    *,
    given: Any,
    text: str,
    source: str,
    position: DeskRequisition | None = None,
    wrong: str = "",
) -> str:
    understood = positions.understood(text, page.locale())
    policy = Policy.model_validate(visitor().connection.policy)
    return render_template(
        "pages/position_form.html",
        given=given,
        text=text,
        source=source,
        title=given.get("title") or understood.title or text.strip().partition("\n")[0].strip(" ■【】●")[:100],
        understood=understood,
        recruiters=colleagues.recruiters(db, visitor().connection.key),
        own=given.get("recruiter") or visitor().staff.ats_id,
        position=position,
        policy=policy,
        wrong=wrong_words(wrong) if wrong else "",
    )
