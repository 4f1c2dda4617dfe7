"""Requisitions: what stands where, and one requisition's shortlist with its line and its commitment."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.alignment import acting, acts, specifications
from plugin.alignment import commitment as commitments
from plugin.alignment.views import shortlist_view
from plugin.connections import policy_of
from plugin.doors import judging, page, standing
from plugin.doors.page import translate as _
from plugin.doors.paging import rows_of
from plugin.doors.visitors import changing, recruiters, recruiting, requisition_of, signed_in, visitor
from plugin.doors.weighing import asked_for, weigh
from plugin.pipeline import revocation
from plugin.rows import Calibration, Commitment, Connection, Requisition, Staff

blueprint = Blueprint("requisitions", __name__)

ON_A_PAGE = 50


@blueprint.get("/requisitions")
@signed_in
def listed() -> ResponseReturnValue:
    """Every requisition the visitor may see: open ones first, then by when they were last read."""
    with page.work().reading() as db:
        rows, at = rows_of(
            db,
            select(Requisition)
            .where(visitor().visible())
            .order_by(
                (col(Requisition.status) == "closed").asc(),
                (col(Requisition.state) == "skipped").asc(),
                col(Requisition.id).desc(),
            ),
            size=ON_A_PAGE,
        )
        lines = standing.listed(db, rows)
    return render_template("pages/requisitions.html", lines=lines, at=at)


@blueprint.get("/requisitions/<int:requisition_id>")
@signed_in
def shown(requisition_id: int) -> ResponseReturnValue:
    """One requisition's shortlist, line and commitment."""
    with page.work().reading() as db:
        requisition = requisition_of(db, requisition_id)
        calibration = _calibration(db, requisition)
        values = standing.of(db, requisition)
        if calibration is None or calibration.state != "done":
            return render_template("pages/requisition_waits.html", calibration=calibration, **values)
        masked = policy_of(values["connection"]).masked and not visitor().sees_names(requisition)
        view = shortlist_view(
            db,
            calibration,
            masked=masked,
            locale=page.locale(),
            vault=page.work().vault,
            staff_id=visitor().staff.key,
        )
        commitment = values["commitment"]
        asked = asked_for(request.args, commitment.line if commitment is not None else view.proposed_line)
        if commitment is not None and asked["inclusive"] is None:
            asked["inclusive"] = commitment.inclusive
        return render_template(
            "pages/shortlist.html",
            view=view,
            calibration=calibration,
            weighed=weigh(db, view, calibration, policy_of(values["connection"]), **asked),
            picked=specifications.picked(db, requisition),
            cells_open=url_for("behind.ask", requisition_id=requisition.id)
            if visitor().sees_names(requisition)
            else "",
            **values,
        )


@blueprint.get("/requisitions/<int:requisition_id>/stamp")
@signed_in
def stamp(requisition_id: int) -> ResponseReturnValue:
    """What an open page asks every few seconds: has anything it shows changed?"""
    with page.work().reading() as db:
        return jsonify(stamp=standing.stamp(db, requisition_of(db, requisition_id)))


@blueprint.post("/requisitions/<int:requisition_id>/undo")
@signed_in
def undo(requisition_id: int) -> ResponseReturnValue:
    """The manager takes the commitment back: letters that have left still bind, the others stop."""
    with changing() as db:
        requisition = requisition_of(db, requisition_id)
        commitment = db.get(Commitment, request.form.get("commitment", type=int) or 0)
        if commitment is None or commitment.requisition_id != requisition.key:
            abort(404)
        if visitor().staff.id not in (commitment.manager_id, requisition.manager_id):
            abort(403)
        try:
            undone = commitments.undo(
                db,
                page.work().vault,
                commitment,
                visitor().actor,
                request.form.get("why", ""),
                request.form.get("reason", "").strip()[:500],
            )
        except revocation.ReasonNeeded:
            page.say(_("Choose why you take it back."), "bad")
            return page.see_other("requisitions.shown", requisition_id=requisition_id)
    if undone:
        page.say(_("Undone. No further letter carries the promise; letters that have left still bind."))
    else:
        page.say(_("It had ended already; nothing was changed."), "bad")
    return page.see_other("requisitions.shown", requisition_id=requisition_id)


@blueprint.post("/requisitions/<int:requisition_id>/link")
@signed_in
def mail_link(requisition_id: int) -> ResponseReturnValue:
    """Mail the manager a fresh link to decide; whoever presses learns nothing by it."""
    with changing() as db:
        requisition = requisition_of(db, requisition_id)
        calibration = _calibration(db, requisition)
        sent = calibration is not None and acting.ask_for_link(db, page.work(), calibration)
    tell_of_link(sent)
    return page.see_other("requisitions.shown", requisition_id=requisition_id)


def tell_of_link(sent: bool) -> None:
    if sent:
        page.say(_("A fresh link is on its way to the hiring manager's mailbox. It works once."))
    else:
        page.say(_("No link was sent: one left a moment ago, or nobody can be written to."), "bad")


@blueprint.post("/requisitions/<int:requisition_id>/verdict")
@signed_in
def verdict(requisition_id: int) -> ResponseReturnValue:
    """What the manager says of one of the 20. It changes no score and removes nobody."""
    with changing() as db:
        requisition = requisition_of(db, requisition_id)
        calibration = _calibration(db, requisition)
        if calibration is None:
            abort(404)
        if visitor().staff.id != requisition.manager_id:
            abort(403)
        label = judging.give_verdict(db, calibration, visitor().staff, request.form)
    return page.see_other("requisitions.shown", requisition_id=requisition_id, _anchor=label)


@blueprint.post("/requisitions/<int:requisition_id>/specification")
@signed_in
def pick(requisition_id: int) -> ResponseReturnValue:
    """Take one of the specifications, or take the last pick back: what is asked changes, nothing is promised by it."""
    with changing() as db:
        requisition = requisition_of(db, requisition_id)
        calibration = _calibration(db, requisition)
        if calibration is None:
            abort(404)
        connection = db.get_one(Connection, requisition.connection_id)
        judging.pick_specification(db, connection, requisition, calibration, request.form, visitor().actor)
    return page.see_other("requisitions.shown", requisition_id=requisition_id)


@blueprint.post("/requisitions/<int:requisition_id>/set")
@recruiters
def settings(requisition_id: int) -> ResponseReturnValue:
    """What a recruiter may say of a requisition: pause, resume, skip, take in, headcount, hiring manager."""
    what, by = request.form.get("what", ""), visitor().actor
    with changing() as db:
        requisition = recruiting(db, requisition_id)
        connection = db.get_one(Connection, requisition.connection_id)
        if what == "pause":
            acts.pause(db, requisition, by)
            page.say(_("Paused: nothing of ours leaves until it is resumed."))
        elif what == "resume":
            acts.resume(db, connection, requisition, by)
            page.say(_("Resumed."))
        elif what == "skip":
            try:
                acts.skip(db, requisition, by, request.form.get("reason", ""))
                page.say(_("Skipped."))
            except acts.NeedsReason:
                page.say(_("Say why this requisition is skipped."), "bad")
        elif what == "pick":
            acts.pick(db, connection, requisition, by)
            page.say(_("Taken in."))
        elif what == "headcount":
            acts.approve_headcount(db, requisition, by)
            page.say(_("Recorded: the headcount is approved."))
        elif what == "manager":
            staff = db.get(Staff, request.form.get("staff", type=int) or 0)
            if staff is None or staff.connection_id != requisition.connection_id or not staff.active:
                abort(404)
            try:
                acts.set_manager(db, connection, requisition, staff, by)
                page.say(_("%(name)s is the hiring manager now and is asked for a decision.", name=staff.name))
            except acts.NotTheRecruiter:
                page.say(
                    _(
                        "A recruiter can't be named hiring manager here: the promise must be another person's own. If"
                        " the recruiter hires for this position, say so in the hiring team in the ATS."
                    ),
                    "bad",
                )
        else:
            abort(400)
    return page.see_other("requisitions.shown", requisition_id=requisition_id)


def _calibration(db: Session, requisition: Requisition) -> Calibration | None:
    return db.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
