"""People in a desk's pipeline: where they stand, meetings, notes, files. Moved and closed by a person's hand only (R9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from connectors.records import EventKind
from plugin.desk import people, pipeline
from plugin.desk.stages import ORDER, names
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.positions import on_the_desk, position_of
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.events import record
from plugin.rows import DeskApplication, DeskColleague, DeskFile, DeskInterview, DeskPerson, DeskRequisition
from plugin.sealing import Erased

blueprint = Blueprint("pipelines", __name__)

A_LIFETIME = timedelta(days=36_500)
"""No meeting is that far off: a year was mistyped."""


def application_of(db: Session, application_id: int) -> tuple[DeskApplication, DeskRequisition]:
    """Somebody's place in a pipeline this recruiter may see, and its position. 404 otherwise."""
    on_the_desk()
    row = db.get(DeskApplication, application_id)
    if row is None or row.connection_id != visitor().connection.key:
        abort(404)
    return row, position_of(db, row.requisition_id)


@blueprint.get("/desk/people/<int:application_id>")
@recruiters
def shown(application_id: int) -> ResponseReturnValue:
    """One person in one pipeline."""
    with page.work().reading() as db:
        application, position = application_of(db, application_id)
        standing = pipeline.one(db, page.work().vault, application)
        vault = page.work().vault
        return render_template(
            "pages/pipeline_person.html",
            one=standing,
            position=position,
            notes=pipeline.notes(db, vault, standing.person),
            files=pipeline.files(db, vault, standing),
            colleagues=_colleagues(db),
            manager_id=position.manager_id,
            others=_others(db, standing),
            stages=names(page.locale()),
            order=ORDER,
            meeting_states=meeting_states(),
            letter_states=letter_states(),
        )


@blueprint.post("/desk/people/<int:application_id>/stage")
@recruiters
def move(application_id: int) -> ResponseReturnValue:
    """Move somebody to a stage, or close and reopen their candidacy."""
    wanted = request.form.get("stage", "")
    with changing() as db:
        application, position = application_of(db, application_id)
        try:
            if wanted in pipeline.ENDS:
                pipeline.end(db, visitor().connection, application, wanted, visitor().actor)
            else:
                pipeline.move(db, visitor().connection, application, wanted, visitor().actor)
        except ValueError:
            abort(400)
        back = position.key
    page.say(_("Saved."))
    if request.form.get("back") == "person":
        return page.see_other("pipelines.shown", application_id=application_id)
    return page.see_other("positions.shown", position_id=back)


@blueprint.post("/desk/people/<int:application_id>/meetings")
@recruiters
def plan(application_id: int) -> ResponseReturnValue:
    """Record a meeting that was agreed on."""
    form = request.form
    try:
        starts_at = datetime.fromisoformat(form.get("starts_at", "")).replace(tzinfo=ZoneInfo(page.zone()))
        if abs(starts_at - page.work().clock.now()) > A_LIFETIME:
            raise ValueError(starts_at)
    except (ValueError, OverflowError):
        page.say(_("Enter the day and time of the meeting."), "bad")
        return page.see_other("pipelines.shown", application_id=application_id)
    with changing() as db:
        application, _position = application_of(db, application_id)
        interviewer = db.get(DeskColleague, page.number("interviewer"))
        if interviewer is not None and interviewer.connection_id != visitor().connection.key:
            abort(404)
        try:
            pipeline.plan(
                db,
                visitor().connection,
                application,
                kind=form.get("kind", ""),
                starts_at=starts_at.astimezone(UTC),
                minutes=page.number("minutes"),
                interviewer=interviewer,
                by=visitor().actor,
            )
        except ValueError:
            abort(400)
    page.say(_("The meeting is recorded. A promise counts as kept when it took place in time."))
    return page.see_other("pipelines.shown", application_id=application_id)


@blueprint.post("/desk/meetings/<int:meeting_id>")
@recruiters
def meeting(meeting_id: int) -> ResponseReturnValue:
    """Say that a meeting took place or was called off."""
    with changing() as db:
        on_the_desk()
        row = db.get(DeskInterview, meeting_id)
        if row is None or row.connection_id != visitor().connection.key:
            abort(404)
        application, _position = application_of(db, row.application_id)
        try:
            pipeline.set_meeting(db, visitor().connection, row, request.form.get("status", ""), visitor().actor)
        except ValueError:
            abort(400)
        key = application.key
    page.say(_("Saved."))
    return page.see_other("pipelines.shown", application_id=key)


@blueprint.get("/desk/files/<int:file_id>")
@recruiters
def file(file_id: int) -> ResponseReturnValue:
    """Download a file as it came. It is never shown in the page: it may be anything."""
    with page.work().reading() as db:
        on_the_desk()
        row = db.get(DeskFile, file_id)
        if row is None or row.connection_id != visitor().connection.key:
            abort(404)
        application, _position = application_of(db, row.application_id)
        person = db.get_one(DeskPerson, application.person_id)
        vault = page.work().vault
        try:
            name = str(vault.open_for(db, row.employer_id, person.person, row.sealed_name))
            content = pipeline.content_of(db, vault, person, row)
        except Erased:
            abort(404)
    answer: Response = send_file(BytesIO(content), mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@blueprint.post("/desk/people/<int:application_id>/merge")
@recruiters
def merge(application_id: int) -> ResponseReturnValue:
    """Two records are one person: this one goes into the other."""
    with changing() as db:
        application, position = application_of(db, application_id)
        gone = db.get_one(DeskPerson, application.person_id, with_for_update={"key_share": True})
        stays = db.get(DeskPerson, page.number("into"), with_for_update={"key_share": True})
        offered = {key for key, _named in _others(db, pipeline.one(db, page.work().vault, application))}
        if stays is None or stays.key not in offered:
            abort(404)
        try:
            people.merge(db, page.work().vault, gone, stays)
        except ValueError:
            abort(400)
        record(db, gone.employer_id, "desk_person", gone.key, "merged", actor=visitor().actor, into=stays.key)
        pipeline.owe_person(db, visitor().connection, EventKind.CANDIDATE_MERGED, gone)
        back = position.key
    page.say(_("Merged: the two are one person now."))
    return page.see_other("positions.shown", position_id=back)


@blueprint.post("/desk/people/<int:application_id>/remove")
@recruiters
def remove(application_id: int) -> ResponseReturnValue:
    """Delete somebody from the desk, with notes and files. What was promised to them stands."""
    with changing() as db:
        application, position = application_of(db, application_id)
        person = db.get_one(DeskPerson, application.person_id, with_for_update={"key_share": True})
        people.remove(db, person)
        record(db, person.employer_id, "desk_person", person.key, "removed", actor=visitor().actor)
        pipeline.owe_person(db, visitor().connection, EventKind.CANDIDATE_DELETED, person)
        back = position.key
    page.say(_("Deleted from the desk."))
    return page.see_other("positions.shown", position_id=back)


def meeting_states() -> dict[str, tuple[str, str]]:
    return {
        "scheduled": (_("planned"), "wait"),
        "complete": (_("took place"), "good"),
        "cancelled": (_("called off"), "off"),
    }


def letter_states() -> dict[str, tuple[str, str]]:
    """What became of a letter's mail, in words, with its tone."""
    return {
        "": (_("on its way"), "wait"),
        "queued": (_("on its way"), "wait"),
        "sending": (_("on its way"), "wait"),
        "sent": (_("sent"), "good"),
        "unknown": (_("unknown whether it left"), "bad"),
        "refused": (_("refused by the mail server"), "bad"),
        "bounced": (_("came back"), "bad"),
        "held": (_("held back"), "bad"),
    }


def _colleagues(db: Session) -> list[DeskColleague]:
    return list(
        db.exec(
            select(DeskColleague)
            .where(col(DeskColleague.connection_id) == visitor().connection.key, col(DeskColleague.active).is_(True))
            .order_by(col(DeskColleague.name))
        )
    )


def _others(db: Session, standing: pipeline.Standing) -> list[tuple[int, str]]:
    """Who on this desk may be the same person: the same name in either order, or the same address."""
    contact = standing.contact
    if contact is None:
        return []
    vault, connection = page.work().vault, visitor().connection
    found = list(people.find(db, vault, connection, name=f"{contact.last_name} {contact.first_name}"))
    for address in contact.emails:
        found += people.find(db, vault, connection, email=address)
    return [
        (row.key, f"{other.last_name} {other.first_name} {', '.join(other.emails)}")
        for row, other in {row.key: (row, other) for row, other in found}.values()
        if row.key != standing.person.key and _stands_in_sight(db, row)
    ]


def _stands_in_sight(db: Session, person: DeskPerson) -> bool:
    """Whether somebody is in a pipeline this recruiter may see: a confidential one tells nobody else who is in it."""
    positions = db.exec(
        select(DeskRequisition)
        .join(DeskApplication, col(DeskApplication.requisition_id) == col(DeskRequisition.id))
        .where(col(DeskApplication.person_id) == person.key)
    )
    return any(not one.confidential or str(one.recruiter_id) == visitor().staff.ats_id for one in positions)
