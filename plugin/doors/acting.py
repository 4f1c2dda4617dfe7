"""The link in the ATS, which only shows, and the link in the manager's mailbox, which acts (R2).

Opening either changes nothing; the button of the page that only shows mails a fresh acting link to the manager's own
address. Deciding, confirming and undoing are POSTs of the acting page, without JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.alignment import acting, guidance, links, specifications
from plugin.alignment.terms import default_terms, problem_text
from plugin.alignment.views import shortlist_view
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.doors import decision_form, page, standing, times
from plugin.doors.echoing import echoed
from plugin.doors.page import translate as _
from plugin.doors.requisitions import tell_of_link
from plugin.doors.weighing import asked_for, weigh
from plugin.pipeline import revocation
from plugin.rows import Calibration, Commitment, Connection, Requisition, Staff

blueprint = Blueprint("acting", __name__)


# The link that only shows.


@blueprint.get("/r/<token>")
def shown(token: str) -> ResponseReturnValue:
    """The masked shortlist, for whoever reads the ATS."""
    with page.work().reading() as db:
        calibration = _shown_calibration(db, token)
        requisition = db.get_one(Requisition, calibration.requisition_id)
        _read_as_manager(db, requisition, requisition.manager_id)
        values = standing.of(db, requisition)
        view = shortlist_view(db, calibration, masked=True, locale=page.locale(), vault=page.work().vault)
        commitment = values["commitment"]
        asked = asked_for(request.args, commitment.line if commitment is not None else view.proposed_line)
        if commitment is not None and asked["inclusive"] is None:
            asked["inclusive"] = commitment.inclusive
        weighed = weigh(db, view, calibration, policy_of(values["connection"]), **asked)
        return render_template(
            "pages/shown.html", token=token, view=view, calibration=calibration, weighed=weighed, **values
        )


@blueprint.post("/r/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Mail the manager a fresh acting link; whoever presses gets nothing else."""
    with page.work().writing() as db:
        sent = acting.ask_for_link(db, page.work(), _shown_calibration(db, token))
    tell_of_link(sent)
    return page.see_other("acting.shown", token=token)


def _shown_calibration(db: Session, token: str) -> Calibration:
    id = links.read_show_token(page.work().vault, token)
    calibration = db.get(Calibration, id) if id is not None else None
    if calibration is None or calibration.state != "done":
        abort(404)
    return calibration


# The link that acts.


class TimesRefused(Exception):
    """The times given with a decision can't be taken: nothing of it is done, the link stays good."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__("; ".join(texts))
        self.texts = texts


@blueprint.get("/act/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """What an acting link is for: the decision form, the terms to confirm, or the receipt with Undo."""
    with page.work().reading() as db:
        look = links.look_at(db, token)
        if look.state == "unknown":
            return link_over("unknown")
        if look.purpose == "decide":
            return _decision_page(db, token, look)
        return _commitment_page(db, token, look)


@blueprint.post("/act/<token>")
def act(token: str) -> ResponseReturnValue:
    """Do what the link is for, once."""
    work = page.work()
    try:
        with work.writing() as db:
            look = links.look_at(db, token)
            if look.purpose == "decide" and request.form.get("answer") == "decline":
                why = request.form.get("why", "")
                commitment = acting.decline_by_link(
                    db,
                    work.vault,
                    token,
                    why if why in standing.DECLINED else "",
                    request.form.get("reason", "").strip()[:500],
                )
                calibration = db.get_one(Calibration, commitment.calibration_id)
                page.say(_("Recorded: no commitment. Thank you for saying so."))
                return page.see_other("acting.shown", token=links.show_token(work.vault, calibration))
            if look.purpose == "decide":
                calibration = db.get_one(Calibration, look.subject_id)
                requisition = db.get_one(Requisition, calibration.requisition_id)
                connection = _read_as_manager(db, requisition, look.staff_id)
                defaults = default_terms(connection, calibration, db.get(Staff, look.staff_id), now_of(db))
                terms, wrong = decision_form.terms_of(db, calibration, defaults, request.form)
                if wrong:
                    return _decision_page(db, token, look, form=request.form, wrong=wrong), 422
                commitment = acting.decide_by_link(db, work, token, terms)
                if "time" in request.form:
                    wrong = times.keep(
                        db,
                        connection,
                        requisition,
                        request.form,
                        by=f"staff:{look.staff_id}",
                        staff_id=look.staff_id,
                        minutes=commitment.minutes,
                    )
                    if wrong:
                        raise TimesRefused(wrong)
            elif look.purpose == "confirm":
                commitment = acting.confirm_by_link(db, work, token)
            elif look.purpose == "undo":
                acting.undo_by_link(
                    db, work.vault, token, request.form.get("why", ""), request.form.get("reason", "").strip()[:500]
                )
                return page.see_other("acting.open_link", token=token)
            else:
                return link_over(look.state)
            # The manager is here already: the receipt opens with its own link, which undoes.
            undo = _undo_link(db, commitment)
    except acting.WrongTerms as error:
        with work.reading() as db:
            look = links.look_at(db, token)
            floor = db.get_one(Calibration, look.subject_id).floor
            texts = [problem_text(code, page.locale(), floor=floor) for code in error.codes]
            return _decision_page(db, token, look, form=request.form, wrong=texts), 422
    except TimesRefused as error:
        with work.reading() as db:
            return _decision_page(db, token, links.look_at(db, token), form=request.form, wrong=error.texts), 422
    except revocation.ReasonNeeded:
        with work.reading() as db:
            return _commitment_page(db, token, links.look_at(db, token), wrong=_("Choose why you take it back.")), 422
    except links.LinkRefused as error:
        return link_over(error.reason)
    return page.see_other("acting.open_link", token=undo)


@blueprint.post("/act/<token>/again")
def again(token: str) -> ResponseReturnValue:
    """A used or expired link to decide: mail its owner a fresh one."""
    with page.work().writing() as db:
        look = links.look_at(db, token)
        calibration = db.get(Calibration, look.subject_id) if look.purpose == "decide" else None
        sent = calibration is not None and acting.ask_for_link(db, page.work(), calibration)
    tell_of_link(sent)
    return page.see_other("acting.open_link", token=token)


def _decision_page(
    db: Session,
    token: str,
    look: links.Look,
    *,
    form: Mapping[str, str] | None = None,
    wrong: list[str] | None = None,
) -> str:
    calibration = db.get_one(Calibration, look.subject_id)
    requisition = db.get_one(Requisition, calibration.requisition_id)
    connection = _read_as_manager(db, requisition, look.staff_id)
    values = standing.of(db, requisition)
    overtaken = requisition.calibration_id != calibration.id or requisition.manager_id != look.staff_id
    policy = policy_of(connection)
    view = shortlist_view(
        db,
        calibration,
        masked=policy.masked,
        locale=page.locale(),
        vault=page.work().vault,
        staff_id=look.staff_id,
    )
    defaults = default_terms(connection, calibration, db.get(Staff, look.staff_id), now_of(db))
    if page.locale() != policy.locale and not policy.interviewer_title:
        defaults = replace(defaults, interviewer_title=_own_title(db, look.staff_id) or _("Hiring manager"))
    given = decision_form.given(defaults, form)
    asked = asked_for(given if form is not None else request.args, view.proposed_line)
    if form is None:
        given |= {name: str(asked[name]) for name in ("line", "max_people", "minutes") if asked[name] is not None}
    note = guidance.current(db, requisition.key)
    return render_template(
        "pages/decide.html",
        token=token,
        link_state="overtaken" if overtaken else look.state,
        view=view,
        calibration=calibration,
        weighed=weigh(db, view, calibration, policy, **asked),
        note=note,
        understood=echoed(guidance.understood(note)),
        picked=specifications.picked(db, requisition),
        given=given,
        excluded=set(form.getlist("exclude")) if form is not None and hasattr(form, "getlist") else set(),
        wrong=wrong or [],
        meeting=times.fields(db, requisition, policy.zone, form),
        reasons=standing.declined_reasons(),
        expires=look.expires_at,
        **values,
    )


def _commitment_page(db: Session, token: str, look: links.Look, *, wrong: str = "") -> str:
    commitment = db.get_one(Commitment, look.subject_id)
    requisition = db.get_one(Requisition, commitment.requisition_id)
    connection = _read_as_manager(db, requisition, look.staff_id)
    values = standing.of(db, requisition) | {
        "commitment": commitment,
        "terms": standing.terms_shown(commitment),
        "commitment_state": standing.commitment_state(commitment, connection),
        "diagnosis": None,
        "mailed": standing.mailed(db, commitment),
        "bound": standing.still_bound(db, [commitment]),
    }
    calibration = db.get_one(Calibration, commitment.calibration_id)
    return render_template(
        "pages/receipt.html",
        token=token,
        purpose=look.purpose,
        link_state=look.state,
        reasons=standing.undo_reasons(),
        wrong=wrong,
        show_url=url_for("acting.shown", token=links.show_token(page.work().vault, calibration)),
        **values,
    )


def _undo_link(db: Session, commitment: Commitment) -> str:
    requisition = db.get_one(Requisition, commitment.requisition_id)
    return links.new_link(
        db,
        connection=db.get_one(Connection, requisition.connection_id),
        staff=db.get_one(Staff, commitment.manager_id),
        purpose="undo",
        subject_id=commitment.key,
    )


def _own_title(db: Session, staff_id: int) -> str:
    staff = db.get(Staff, staff_id)
    return staff.title if staff is not None and staff.title else ""


def _read_as_manager(db: Session, requisition: Requisition, staff_id: int | None) -> Connection:
    """Speak the manager's language on pages that need no session."""
    connection = db.get_one(Connection, requisition.connection_id)
    policy = policy_of(connection)
    staff = db.get(Staff, staff_id) if staff_id is not None else None
    page.read_as((staff.locale if staff is not None else None) or policy.locale, zone=policy.zone)
    return connection


def link_over(reason: str) -> tuple[str, int]:
    """Say why a link can't act, and what to do about it."""
    texts = {
        "unknown": _(
            "The address may have been cut off in the mail. Copy all of it, or ask for a new link in the ATS."
        ),
        "used": _("It has served its one decision already. The receipt in your mailbox says what was decided."),
        "expired": _("Links end after some days. Ask for a new one on the page the ATS leads to."),
        "not_yours": _("Somebody else is the hiring manager of this requisition now. Nothing was changed."),
        "overtaken": _(
            "The description or the criteria changed, so there is a newer shortlist. Nothing was changed; please"
            " decide by the link in the newer mail."
        ),
    }
    return page.notice(_("This link can't act"), texts.get(reason, texts["unknown"]), 410)
