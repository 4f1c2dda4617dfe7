"""A candidate's own page: why they were written to, what was promised, what they can say and ask for.

The link in their letter is the permission: no sign-in, no cookie, nothing loaded from elsewhere, nothing counted. Opening
changes nothing; every change is a POST. Nothing here shows a score, a line or a rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.database import now_of
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.i18n import LOCALES
from plugin.pipeline.scheduling import CannotChoose, Wishes, choose, say_wishes
from plugin.pipeline.slots import Slot
from plugin.rows import Scout
from plugin.scouting.candidate_links import BadLink, CandidateLink, EndedLink, follow
from plugin.scouting.candidate_view import facing, person_of
from plugin.scouting.data_requests import KINDS, CannotAsk, ask, confirm, look_at
from plugin.scouting.disclosure import consent
from plugin.scouting.intent import REASONS
from plugin.scouting.page_answers import ANSWERS, CannotAnswer, answer

blueprint = Blueprint("candidate", __name__, url_prefix="/c")

SAID = ("answered", "chosen", "noted", "asked", "mailed", "suspended", "consented", "confirmed")
"""What the page may say came of a press; the address carries the word, so that no cookie has to."""


@blueprint.get("/<token>")
def shown(token: str) -> ResponseReturnValue:
    """The page of one letter's person."""
    return _show(token)


@blueprint.post("/<token>/answer")
def answered(token: str) -> ResponseReturnValue:
    """Yes, no, or never again."""
    said, reason = request.form.get("answer", ""), request.form.get("reason", "")
    if said not in ANSWERS:
        return _show(token, wrong=_("Choose one of the answers."))

    def act(db: Session, link: CandidateLink, scout: Scout) -> str:
        answer(db, page.work().vault, scout, link.address_hash, said, reason=reason if reason in REASONS else "")
        return "answered"

    return _act(token, act)


@blueprint.post("/<token>/time")
def time_chosen(token: str) -> ResponseReturnValue:
    """One of the times offered."""
    try:
        starts_at = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        return _show(token, wrong=_("Choose one of the times."))
    if starts_at.tzinfo is None:
        return _show(token, wrong=_("Choose one of the times."))
    because = request.form.get("because", "")

    def act(db: Session, link: CandidateLink, scout: Scout) -> str:
        choose(db, page.work().vault, scout, starts_at, because=because)
        return "chosen"

    return _act(token, act)


@blueprint.post("/<token>/wishes")
def wished(token: str) -> ResponseReturnValue:
    """What they like to say besides, all of it optional."""
    given = {name: request.form.get(name, "").strip()[:500] for name in ("pay", "start", "others", "format", "permit")}
    if given["format"] not in ("online", "onsite", "either"):
        given["format"] = ""
    if given["permit"] not in ("yes", "no"):
        given["permit"] = ""

    def act(db: Session, link: CandidateLink, scout: Scout) -> str:
        say_wishes(db, page.work().vault, scout, Wishes(**given))
        return "noted"

    return _act(token, act)


@blueprint.post("/<token>/consent")
def consented(token: str) -> ResponseReturnValue:
    """Agree to be introduced to the employer by name."""

    def act(db: Session, link: CandidateLink, scout: Scout) -> str:
        view = facing(db, page.work().vault, scout, link.address_hash, page.locale(), now_of(db))
        if view is not None and view.may_consent:
            consent(db, scout, "candidate")
        return "consented"

    return _act(token, act)


@blueprint.post("/<token>/data")
def data_asked(token: str) -> ResponseReturnValue:
    """Ask to see one's data, to have it put right, used no more, or erased."""
    kind, words = request.form.get("kind", ""), request.form.get("words", "")
    if kind not in KINDS:
        return _show(token, wrong=_("Choose what you ask for."))

    def act(db: Session, link: CandidateLink, scout: Scout) -> str:
        found = person_of(db, page.work().vault, scout)
        if found is None:
            raise CannotAsk("erased")
        request_row = ask(db, page.work().vault, scout, *found, kind, words)
        return {"confirming": "mailed", "done": "suspended"}.get(request_row.state, "asked")

    return _act(token, act)


@blueprint.get("/<token>/confirm/<secret>")
def confirming(token: str, secret: str) -> ResponseReturnValue:
    """What a confirming mail leads to: it shows, its button acts."""
    work = page.work()
    try:
        with work.reading() as db:
            _link, scout = follow(db, work.vault, token, now_of(db))
            _speak(scout)
            found = look_at(db, scout, secret)
            over = found.state == "confirming" and (found.confirm_until is None or now_of(db) > found.confirm_until)
            return render_template(
                "pages/candidate_confirm.html",
                token=token,
                secret=secret,
                asked=found,
                over=over,
                lang=page.locale(),
                legal=None,
            )
    except BadLink as error:
        return _bad(error)
    except CannotAsk as error:
        return _notice(_("This link is not valid any more"), _cannot_ask(error.code), 404)


@blueprint.post("/<token>/confirm/<secret>")
def confirmed(token: str, secret: str) -> ResponseReturnValue:
    """It was them."""

    def act(db: Session, link: CandidateLink, scout: Scout) -> str:
        confirm(db, page.work().vault, scout, secret)
        return "confirmed"

    return _act(token, act)


def _act(token: str, act: Any) -> ResponseReturnValue:
    """Follow the link and act in one transaction; then go and look, with the outcome in the address."""
    work = page.work()
    try:
        with work.writing() as db:
            link, scout = follow(db, work.vault, token, now_of(db))
            _speak(scout)
            came_of_it = act(db, link, scout)
    except BadLink as error:
        return _bad(error)
    except CannotAnswer as error:
        return _show(token, wrong=_cannot_answer(error.code))
    except CannotChoose as error:
        return _show(token, wrong=_cannot_choose(error.code))
    except CannotAsk as error:
        return _show(token, wrong=_cannot_ask(error.code))
    words = {"said": came_of_it} | ({"lang": request.args["lang"]} if request.args.get("lang") in LOCALES else {})
    return redirect(f"{url_for('candidate.shown', token=token)}?{urlencode(words)}", code=303)


def _show(token: str, *, wrong: str = "") -> ResponseReturnValue:
    work = page.work()
    try:
        with work.reading() as db:
            link, scout = follow(db, work.vault, token, now_of(db))
            _speak(scout)
            view = facing(db, work.vault, scout, link.address_hash, page.locale(), now_of(db))
            if view is None:
                return _notice(
                    _("Your data has been erased"),
                    _(
                        "Nothing of it is kept here any more, and there is nothing else to do. You will not be written to."
                    ),
                )
            page.read_in(view.zone)
            said = request.args.get("said", "")
            return render_template(
                "pages/candidate.html",
                token=token,
                view=view,
                lang=page.locale(),
                said=said if said in SAID and not wrong else "",
                wrong=wrong,
                given=request.form if wrong else {},
                reasons=_reasons(),
                **_SAYING,
            ), 422 if wrong else 200
    except BadLink as error:
        return _bad(error)


def _by_day(slots: Sequence[Slot]) -> list[tuple[date, list[Slot]]]:
    return [(day, list(group)) for day, group in groupby(slots, lambda slot: page.local_day(slot.starts_at))]


def _clock_time(moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(page.zone()))
    return f"{local.hour}:{local.minute:02}"


def _zone_words(zone: str) -> str:
    return str(get_timezone_name(ZoneInfo(zone), locale=page.locale(), return_zone=False))


_SAYING = {
    "by_day": _by_day,
    "clock_time": _clock_time,
    "zone_words": _zone_words,
    "local": page.local_day,
    "host_of": lambda url: urlsplit(url).hostname or "",
}
"""What the template says times and addresses with."""


def _speak(scout: Scout) -> None:
    asked = request.args.get("lang", "")
    page.speak(asked if asked in LOCALES else scout.language if scout.language in LOCALES else "ja")


def _bad(error: BadLink) -> tuple[str, int]:
    if isinstance(error, EndedLink):
        return _notice(
            _("This page has ended"),
            _(
                "It stays open for some months after the last letter. To ask about your data, answer any letter of ours."
            ),
            410,
        )
    return _notice(
        _("This link is not complete"),
        _("It may have been cut off in the mail. Copy all of it, or answer the letter with the word “stop”."),
        404,
    )


def _notice(title: str, text: str, status: int = 200) -> tuple[str, int]:
    return render_template("pages/candidate_notice.html", title=title, text=text, lang=page.locale()), status


def _cannot_answer(code: str) -> str:
    return {
        "not_sent": _("This letter has not been sent yet. Nothing was changed."),
        "stopped": _("You asked us to stop. If you have changed your mind, please answer the letter by mail."),
    }[code]


def _cannot_choose(code: str) -> str:
    return {
        "gone": _("This time is not free any more. Please choose another."),
        "not_open": _("There is nothing to choose at the moment."),
        "too_late": _("The time can be changed until the day before. Please answer our last mail instead."),
        "no_reason": _("Please say in a few words why none of the earlier times suits you."),
    }[code]


def _cannot_ask(code: str) -> str:
    return {
        "erased": _("Nothing is kept about you any more."),
        "no_words": _("Please say what is wrong, and what is right."),
        "ended": _("Links like this end after a week, and each serves one request. You can ask again on your page."),
    }[code]


def _reasons() -> dict[str, str]:
    words = {
        "not_looking": _("I am not thinking of changing jobs"),
        "satisfied": _("I am content where I am"),
        "role": _("The work is not what I look for"),
        "pay": _("The pay"),
        "place": _("The place or the way of working"),
        "timing": _("The time is not right"),
        "company": _("The company"),
        "process": _("How I was approached"),
        "other": _("Something else"),
    }
    return {code: words[code] for code in REASONS if code in words}
