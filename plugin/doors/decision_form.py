"""The decision form: what its fields hold before it is sent, and what was sent as terms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from plugin.alignment.fields import read_days, read_line
from plugin.alignment.terms import Terms, problem_text
from plugin.doors import page
from plugin.rows import Calibration, ShortlistEntry


def given(defaults: Terms, form: Mapping[str, str] | None) -> dict[str, Any]:
    """What the form's fields hold: what was typed, else what is proposed."""
    values: dict[str, Any] = {
        "line": str(defaults.line),
        "inclusive": "1" if defaults.inclusive else "0",
        "kind": defaults.kind,
        "days": str(defaults.days),
        "interviewer_title": defaults.interviewer_title,
        "interviewer_name": "",
        "max_people": str(defaults.max_people),
        "selection": "",
        "screening": defaults.screening,
        "reply_deadline": defaults.reply_deadline.isoformat(),
        "format": defaults.format,
        "minutes": str(defaults.minutes),
    }
    return values if form is None else {name: form.get(name, value) for name, value in values.items()}


def terms_of(db: Session, calibration: Calibration, defaults: Terms, form: Any) -> tuple[Terms, list[str]]:
    """The form as terms, and what could not be read, in the manager's words."""
    locale, wrong = page.locale(), list[str]()

    def number(name: str, code: str, read: Any) -> int:
        typed = form.get(name, "").strip()
        found = read(typed)
        if found is None:
            wrong.append(problem_text(code, locale, given=typed))
            return int(getattr(defaults, name))
        return int(found)

    kind = form.get("kind", defaults.kind)
    try:
        deadline = date.fromisoformat(form.get("reply_deadline", defaults.reply_deadline.isoformat()))
    except ValueError:
        wrong.append(problem_text("deadline_past", locale))
        deadline = defaults.reply_deadline
    # "As usual": an interview is part of the selection, a casual meeting isn't.
    selection = form.get("selection", "") == "1" if form.get("selection") else kind == "interview"
    terms = replace(
        defaults,
        line=number("line", "line_unreadable", read_line),
        inclusive=form.get("inclusive", "1") == "1",
        kind=kind,
        selection=selection,
        screening=form.get("screening", defaults.screening),
        interviewer_title=form.get("interviewer_title", "").strip(),
        interviewer_name=form.get("interviewer_name", "").strip()[:80] or None,
        days=number("days", "days_unreadable", read_days),
        reply_deadline=deadline,
        max_people=number("max_people", "people_range", whole),
        format=form.get("format", defaults.format),
        minutes=number("minutes", "minutes", whole),
        exclusions=_exclusions(db, calibration, form.getlist("exclude")),
    )
    return terms, wrong


def whole(text: str) -> int | None:
    """A whole number as people type it, full-width digits included."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return int(plain) if re.fullmatch(r"\d{1,5}", plain, re.ASCII) else None


def _exclusions(db: Session, calibration: Calibration, labels: list[str]) -> tuple[str, ...]:
    if not labels:
        return ()
    return tuple(
        db.exec(
            select(ShortlistEntry.profile_id)
            .where(col(ShortlistEntry.calibration_id) == calibration.key, col(ShortlistEntry.label).in_(labels))
            .order_by(col(ShortlistEntry.rank))
        )
    )
