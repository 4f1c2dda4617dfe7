"""A letter of recommendation: looked at first, as text, PDF and table, then sent as it was looked at."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.desk import recommending
from plugin.desk.cases import Case, Chosen, NotAllowed, case_of, files_of
from plugin.desk.recommending import Recommendation
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.pipelines import application_of
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.i18n import LOCALES
from plugin.provision import ITEMS

blueprint = Blueprint("recommendations", __name__)


@blueprint.get("/desk/people/<int:application_id>/recommend")
@recruiters
def begin(application_id: int) -> ResponseReturnValue:
    """The letter as it would read if nothing were chosen."""
    return _shown(application_id, None)


@blueprint.post("/desk/people/<int:application_id>/recommend")
@recruiters
def look(application_id: int) -> ResponseReturnValue:
    """The letter as chosen: a dry run, nothing leaves."""
    return _shown(application_id, _chosen())


@blueprint.post("/desk/people/<int:application_id>/recommend/file/<int:number>")
@recruiters
def file(application_id: int, number: int) -> ResponseReturnValue:
    """One of the letter's own attachments, as it would leave: 0 the PDF, 1 the table."""
    try:
        with page.work().reading() as db:
            case = _case(db, application_id)
            letter = recommending.compose(db, page.work().vault, case, _chosen())
    except NotAllowed as refused:
        return page.notice(_("There is no letter"), wrong_words(refused.code), 409)
    one = letter.attachments[1 if number else 0]
    answer = Response(one.content, mimetype=one.media_type)
    shown = "attachment" if number else "inline"
    answer.headers["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(one.filename)}"
    return answer


@blueprint.post("/desk/people/<int:application_id>/recommend/send")
@recruiters
def send(application_id: int) -> ResponseReturnValue:
    """Send the letter that was looked at, once."""
    chosen = _chosen()
    try:
        with changing() as db:
            case = _case(db, application_id)
            row = recommending.send(
                db, page.work().vault, case, chosen, request.form.get("digest", ""), visitor().actor
            )
    except NotAllowed as refused:
        return _shown(application_id, chosen, wrong=refused.code)
    if row is None:
        page.say(_("This very letter was sent before; it was not sent again."), "bad")
    else:
        page.say(_("The letter is on its way."))
    return page.see_other("pipelines.shown", application_id=application_id)


def wrong_words(code: str) -> str:
    """Why there is no letter, and what to do."""
    texts = {
        "erased": _("This person's data was deleted or erased. Nobody can be handed over any more."),
        "no_yes": _("This person has said yes to nothing of ours, so nothing of theirs may be handed on."),
        "ended": _("Their candidacy is closed. Open it again first if they agree."),
        "closed": _("The position is closed."),
        "suspended": _("They asked us to use their data no more."),
        "withdrawn": _("They have withdrawn since their yes."),
        "consent_missing": _(
            "They have not agreed to be introduced to this client by name. They can on their own page, or you record it"
            " on their letter's page when they have said so."
        ),
        "address": _("That is no mail address of a reader; write name@host."),
        "own_address": _("This is the candidate's own address: the letter is about them, not for them."),
        "items": _("A letter needs at least the name."),
        "remark": _(
            "Your words are too long, or tell something the law keeps out of recruiting (birth date, gender, family,"
            " registered domicile, religion, union …). Leave that out."
        ),
        "too_large": _("The enclosed files are larger than 10 MB together. Enclose fewer."),
        "changed": _("The letter would read otherwise by now. Look at it again, then send it."),
    }
    return texts[code]


def _case(db: Session, application_id: int) -> Case:
    application, _position = application_of(db, application_id)
    return case_of(db, page.work().vault, visitor().connection, application)


def _chosen() -> Chosen:
    form = request.form
    language = form.get("language", "")
    return Chosen(
        language=language if language in LOCALES else "ja",
        items=tuple(one for one in ITEMS if one in form.getlist("items")),
        remark=form.get("remark", "").replace("\r\n", "\n")[: recommending.LONGEST_REMARK + 1],
        company=" ".join(form.get("company", "").split())[:200],
        reader=" ".join(form.get("reader", "").split())[:200],
        address=form.get("address", "").strip()[:320],
        enclosed=tuple(int(one) for one in form.getlist("enclosed") if one.isascii() and one.isdigit()),
    )


def _shown(application_id: int, chosen: Chosen | None, *, wrong: str = "") -> ResponseReturnValue:
    vault = page.work().vault
    with page.work().reading() as db:
        application, position = application_of(db, application_id)
        try:
            case = case_of(db, vault, visitor().connection, application)
        except NotAllowed as refused:
            return render_template(
                "pages/recommend_not.html", position=position, application=application, why=wrong_words(refused.code)
            )
        chosen = chosen or recommending.chosen_first(db, case)
        letter: Recommendation | None = None
        try:
            letter = recommending.compose(db, vault, case, chosen)
        except NotAllowed as refused:
            wrong = wrong or refused.code
        answer = render_template(
            "pages/recommend.html",
            case=case,
            position=position,
            chosen=chosen,
            letter=letter,
            files=files_of(db, vault, case),
            items=item_words(),
            wrong=wrong_words(wrong) if wrong else "",
        )
    return (answer, 409) if wrong else answer


def item_words() -> dict[str, str]:
    """What of a person may be handed on."""
    return {
        "name": _("Name"),
        "contact": _("Mail address and telephone"),
        "career": _("Career, and what of it answers the requirement"),
        "reply": _("Their own words when they said yes"),
    }
