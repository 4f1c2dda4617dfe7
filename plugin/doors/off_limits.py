"""Companies off limits, and the account at rest: what keeps letters from leaving, as recruiters set it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.rows import OffLimits
from plugin.scouting import off_limits, pausing
from plugin.scouting.off_limits import Company
from plugin.scouting.off_limits_lists import read_list, write_list, wrong_text

blueprint = Blueprint("off_limits", __name__)


@blueprint.get("/off-limits")
@recruiters
def shown() -> ResponseReturnValue:
    """Every company nobody of which is written to, and those that were."""
    return _page({}, "")


@blueprint.get("/off-limits.csv")
@recruiters
def as_list() -> ResponseReturnValue:
    """The companies that stand, as a CSV that can be read in again."""
    with page.work().reading() as db:
        now = page.work().clock.now()
        rows = [row for row in off_limits.listed(db, visitor().connection.employer_id) if off_limits.stands(row, now)]
        # The byte order mark lets Excel read Japanese.
        return Response("\ufeff" + write_list(rows), mimetype="text/csv")


@blueprint.post("/off-limits")
@recruiters
def entered() -> ResponseReturnValue:
    """Enter a company, or change its entry."""
    given = {name: value.strip() for name, value in request.form.items() if name != "csrf_token"}
    try:
        company = Company(
            name=given.get("name", ""),
            number=given.get("number", ""),
            aliases=tuple(given.get("aliases", "").splitlines()),
            owner=given.get("owner", ""),
            reason=given.get("reason", ""),
            expires_on=date.fromisoformat(given["until"]) if given.get("until") else None,
        )
    except ValueError:
        return _page(given, wrong_text("bad_date", page.locale()))
    try:
        with changing() as db:
            off_limits.put(db, visitor().connection.employer_id, company, by=visitor().actor)
    except ValueError as error:
        return _page(given, wrong_text(str(error), page.locale()))
    page.say(_("Entered. Nobody of this company is written to; letters that have not left will not."))
    return page.see_other("off_limits.shown")


@blueprint.post("/off-limits/list")
@recruiters
def read_in() -> ResponseReturnValue:
    """Enter every good row of a pasted or uploaded list; the bad ones are told by line."""
    file = request.files.get("file")
    raw = file.read() if file is not None else b""
    today = page.work().clock.now().astimezone(ZoneInfo("Asia/Tokyo")).date()
    try:
        companies, wrong = read_list(raw.decode("utf-8-sig"), today)
    except UnicodeDecodeError:
        return _page({}, _("The file is no UTF-8 text; save it as “CSV UTF-8” and try again."))
    except ValueError as error:
        return _page({}, wrong_text(str(error), page.locale()))
    bad = [(one.line, one.code) for one in wrong]
    with changing() as db:
        for line, company in companies:
            try:
                off_limits.put(db, visitor().connection.employer_id, company, by=visitor().actor)
            except ValueError as error:
                bad.append((line, str(error)))
    for line, code in sorted(bad):
        page.say(_("Line %(line)s: %(why)s", line=line, why=wrong_text(code, page.locale())), "bad")
    page.say(_("%(count)s companies were taken in.", count=len(companies) + len(wrong) - len(bad)))
    return page.see_other("off_limits.shown")


@blueprint.post("/off-limits/<int:row_id>/end")
@recruiters
def ended(row_id: int) -> ResponseReturnValue:
    """End an entry: they may be written to again."""
    with changing() as db:
        row = db.get(OffLimits, row_id)
        if row is None or row.employer_id != visitor().connection.employer_id:
            abort(404)
        off_limits.end(db, row, by=visitor().actor)
    page.say(_("Ended. They may be written to again."))
    return page.see_other("off_limits.shown")


@blueprint.post("/connection/<any(pause, resume):what>")
@recruiters
def pausing_(what: str) -> ResponseReturnValue:
    """Let no letter leave through this account, or let them leave again."""
    with changing() as db:
        change = pausing.pause if what == "pause" else pausing.resume
        change(db, visitor().connection, by=visitor().actor)
    page.say(
        _("Paused. No letter leaves; replies are read and yeses are taken.")
        if what == "pause"
        else _("Letters leave again.")
    )
    return page.see_other("desk.connection")


def _page(given: dict[str, str], wrong: str) -> ResponseReturnValue:
    with page.work().reading() as db:
        now = page.work().clock.now()
        rows = off_limits.listed(db, visitor().connection.employer_id)
        standing = [row for row in rows if off_limits.stands(row, now)]
        html = render_template(
            "pages/off_limits.html",
            standing=standing,
            others=[row for row in rows if row not in standing],
            given=given,
            wrong=wrong,
        )
        return html, 400 if wrong else 200
