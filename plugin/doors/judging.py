"""Verdicts and picked specifications, as forms post them: the same from the acting page and from a signed-in one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort
from sqlmodel import Session, col, select

from plugin.alignment import acts, deciding, specifications
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.rows import Calibration, Connection, Requisition, ShortlistEntry, Staff


def give_verdict(db: Session, calibration: Calibration, staff: Staff, form: Mapping[str, str]) -> str:
    """Note a verdict and say so; return the label of the person it is about. 404 for nobody of this shortlist."""
    label = form.get("label", "")
    entry = db.exec(
        select(ShortlistEntry).where(
            col(ShortlistEntry.calibration_id) == calibration.key, col(ShortlistEntry.label) == label
        )
    ).first()
    if entry is None:
        abort(404)
    why, words = form.get("why", ""), form.get("words", "").strip()
    if why and why not in deciding.REASONS:
        abort(400)
    reason = words if why == "other" else why
    try:
        acts.give_verdict(db, calibration, staff, entry.profile_id, form.get("match") == "1", reason)
    except acts.NeedsReason:
        page.say(_("Say why this person does not match: the reason is what helps."), "bad")
    else:
        page.say(_("Noted for %(label)s. It changes no score and removes nobody.", label=label))
    return label


def pick_specification(
    db: Session,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    form: Mapping[str, str],
    actor: str,
) -> None:
    """Take the specification of a letter, or take the last pick back where the form names none; say what follows."""
    letter = form.get("letter", "")
    try:
        if letter:
            next_one = specifications.pick_specification(db, connection, requisition, calibration, letter, actor)
        else:
            next_one = specifications.undo_pick(db, connection, requisition, actor)
    except (specifications.NotOffered, specifications.Overtaken) as error:
        page.say(error.text(page.locale()), "bad")
        return
    if next_one is None:
        page.say(_("Nothing was changed."))
    else:
        page.say(
            _(
                "The requirement is changed, and the shortlist is being made anew. A mail with the link to decide follows."
            )
        )
