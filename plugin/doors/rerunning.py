"""The live re-run: what a changed description or other criteria would give, before anything is changed.

Nothing is posted, nobody is written to, and the requisition stays as it is. A worker works the text out; the page looks
again by itself until it is there, with JavaScript inside the page it was asked from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.alignment import acts, preview, requirement
from plugin.alignment.starting import keep_current
from plugin.doors import page
from plugin.doors.echoing import echoed
from plugin.doors.page import translate as _
from plugin.rows import Connection, Requisition
from ranking.values import Requirement


def ask(db: Session, requisition: Requisition, form: Mapping[str, str], actor: str) -> str:
    """Owe the re-run of a form's text and criteria; return its token."""
    text, criteria = _typed(form)
    return preview.ask(db, page.work().vault, requisition, text=text, guidance=criteria, by=actor)


def shown(
    db: Session,
    requisition: Requisition,
    asked: str,
    *,
    back: tuple[str, dict[str, Any]],
    keep: tuple[str, dict[str, Any]],
) -> ResponseReturnValue:
    """The result as a page of its own, which scripts take their part from; 202 while it is owed."""
    work = page.work()
    found = preview.answer(
        db, work.vault, asked, employer_id=requisition.employer_id, requisition_id=requisition.key, locale=page.locale()
    )
    answer = make_response(
        render_template(
            "pages/rerun_result.html",
            requisition=requisition,
            found=found,
            understood=echoed(found.understood),
            back=url_for(back[0], **back[1]),
            keep=url_for(keep[0], **keep[1]),
        )
    )
    answer.status_code = {"owed": 202, "gone": 410}.get(found.state, 200)
    return answer


def keep(db: Session, connection: Connection, requisition: Requisition, form: Any, actor: str) -> None:
    """Set the chosen fields by hand as the text says them, and put the criteria in force where that was ticked."""
    text, criteria = _typed(form)
    chosen = form.getlist("field")
    if any(field not in requirement.FIELDS for field in chosen):
        abort(400)
    changed = False
    if chosen:
        read: Requirement = requirement.parsed(text)
        values = requirement.plain_values(read)
        try:
            changed = bool(acts.set_overrides(db, requisition, {field: values[field] for field in chosen}, actor))
        except requirement.WrongOverride as wrong:  # a text may contradict itself: "5 to 3 years"
            page.say(wrong.text(page.locale()), "bad")
            return
    if form.get("criteria") == "1":
        acts.set_guidance(db, connection, requisition, criteria, actor)
        changed = True
    elif changed:
        keep_current(db, connection, requisition)
    if changed:
        page.say(
            _(
                "Saved. Where that changes what is asked, the shortlist is being made anew; the link to decide follows by mail."
            )
        )
    else:
        page.say(_("Nothing was changed."), "bad")


def _typed(form: Mapping[str, str]) -> tuple[str, str]:
    text = form.get("text", "").replace("\r\n", "\n")
    criteria = form.get("guidance", "").replace("\r\n", "\n")[: preview.MOST_GUIDANCE]
    if len(text) > preview.MOST:
        abort(413)
    return text, criteria
