"""Experiments: what one would need, what was registered, and results once the registered rule is reached."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.connections import policy_of
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.rows import Connection, Experiment, Staff
from plugin.scouting import experiments
from plugin.scouting.experiment_words import cannot_start, lines_of
from plugin.scouting.shares import needed

blueprint = Blueprint("experiments", __name__)


@blueprint.get("/experiments")
@recruiters
def shown() -> ResponseReturnValue:
    """Every experiment of the account, and a form for a new one while none runs."""
    with page.work().reading() as db:
        connection = db.get_one(Connection, visitor().connection.key)
        expected, hoped = _shares(policy_of(connection).reply_rate)
        try:
            wanted: int | None = needed(expected, hoped)
        except ValueError:
            wanted = None
        found = [experiments.standing(db, one) for one in experiments.all_of(db, connection.key)]
        return render_template(
            "pages/experiments.html",
            standings=[(one, lines_of(one, page.locale(), page.zone(), _starter(db, one.experiment))) for one in found],
            running=experiments.running(db, connection.key),
            expected=expected,
            hoped=hoped,
            wanted=wanted,
        )


@blueprint.post("/experiments")
@recruiters
def start() -> ResponseReturnValue:
    """Write the rule down; it begins with the next batch."""
    expected, hoped = _shares(0.03)
    try:
        rule = experiments.Rule(
            measure=request.form.get("measure", ""),
            expected_standard=expected,
            expected_committed=hoped,
            window_days=int(request.form.get("window", "30")),
            per_arm=int(request.form["per_arm"]) if request.form.get("per_arm") else None,
            until=date.fromisoformat(request.form["until"]) if request.form.get("until") else None,
        )
    except ValueError:
        page.say(_("A number or a day could not be read; nothing was started."), "bad")
        return page.see_other("experiments.shown")
    try:
        with changing() as db:
            experiments.start(db, db.get_one(Connection, visitor().connection.key), rule, visitor().actor)
        page.say(_("Registered. It begins with the next batch, and its rule can't be changed any more."))
    except experiments.CannotStart as error:
        page.say(cannot_start(error, page.locale()), "bad")
    return page.see_other("experiments.shown")


@blueprint.post("/experiments/<int:experiment_id>/stop")
@recruiters
def stop(experiment_id: int) -> ResponseReturnValue:
    """End it; before its rule is reached that means without a result."""
    with changing() as db:
        experiment = db.get(Experiment, experiment_id)
        if experiment is None or experiment.connection_id != visitor().connection.key:
            abort(404)
        stopped = experiments.stop(db, experiment, visitor().actor)
    page.say(_("Ended.") if stopped else _("It had ended already."), "good" if stopped else "bad")
    return page.see_other("experiments.shown")


def _starter(db: Session, experiment: Experiment) -> str:
    """The colleague who registered it, by name; "" for whoever did it by a command."""
    kind, _colon, number = experiment.started_by.partition(":")
    staff = db.get(Staff, int(number)) if kind == "staff" and number.isdigit() else None
    return staff.name if staff is not None else ""


def _shares(expected: float) -> tuple[float, float]:
    """The two shares of the form, given in percent; twice the expected one where none is given or it can't be read."""
    without = _percent("expected", expected)
    return without, _percent("hoped", min(0.99, 2 * without))


def _percent(name: str, default: float) -> float:
    try:
        value = float(request.values.get(name, "")) / 100
    except ValueError:
        return default
    return value if 0 < value < 1 else default
