"""The terms of a commitment before it is one: what the manager thinks about, the rest from the connection's policy."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from plugin.connections import policy_of
from plugin.i18n import phrases, say_date
from plugin.rows import Calibration, Commitment, Connection, Staff

MAX_DAYS, MAX_PEOPLE, MAX_TITLE = 30, 1000, 80


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything a commitment binds to. `reply_deadline` is a date in `zone`, its last second included.

    `exclusions`: profile ids that the manager keeps out. `interviewer_name` is stated only by that person's consent.
    """

    line: int
    inclusive: bool
    kind: str
    selection: bool
    screening: str
    interviewer_title: str
    days: int
    reply_deadline: date
    zone: str
    max_people: int
    format: str
    minutes: int
    interviewer_name: str | None = None
    interviewer_id: int | None = None
    exclusions: tuple[str, ...] = ()


def default_terms(
    connection: Connection, calibration: Calibration, manager: Staff | None, now: datetime, **changes: Any
) -> Terms:
    """What a connection's policy proposes for one calibration; `changes` are the manager's own."""
    policy = policy_of(connection)
    title = policy.interviewer_title or (manager.title if manager and manager.title else "")
    if not title:
        title = phrases(policy.locale)("Hiring manager")
    today = now.astimezone(ZoneInfo(policy.zone)).date()
    terms = Terms(
        line=calibration.proposed_line,
        inclusive=policy.inclusive,
        kind=policy.kind,
        selection=policy.selection,
        screening=policy.screening,
        interviewer_title=title,
        interviewer_id=manager.key if manager else None,
        days=policy.days,
        reply_deadline=today + timedelta(days=policy.reply_days),
        zone=policy.zone,
        max_people=policy.max_people,
        format=policy.format,
        minutes=policy.minutes,
    )
    if changes.get("kind") == "casual" and "selection" not in changes:
        changes["selection"] = False  # a casual meeting is no selection unless the manager says so
    return replace(terms, **changes)


def terms_of(commitment: Commitment) -> Terms:
    values = {field.name: getattr(commitment, field.name) for field in fields(Terms)}
    return Terms(**{**values, "exclusions": tuple(commitment.exclusions)})


def problems(terms: Terms, calibration: Calibration, today: date) -> list[str]:
    """What keeps terms from being committed to, as codes for `problem_text`; empty when nothing does."""
    wrong: list[str] = []
    if not 0 <= terms.line <= 100:
        wrong.append("line_range")
    elif terms.line < calibration.floor:
        wrong.append("line_floor")
    if terms.kind not in ("interview", "casual"):
        wrong.append("kind")
    if not 1 <= terms.days <= MAX_DAYS:
        wrong.append("days_range")
    if not 1 <= terms.max_people <= MAX_PEOPLE:
        wrong.append("people_range")
    if not terms.interviewer_title.strip() or len(terms.interviewer_title) > MAX_TITLE:
        wrong.append("interviewer")
    if terms.reply_deadline <= today:
        wrong.append("deadline_past")
    if terms.screening not in ("none", "preparation_only"):
        wrong.append("screening")
    if terms.format not in ("online", "onsite", "either"):
        wrong.append("format")
    if not 10 <= terms.minutes <= 240:
        wrong.append("minutes")
    return wrong


def problem_text(code: str, locale: str, *, floor: int = 0, given: str = "") -> str:
    """One sentence that says what is wrong and what to do."""
    _ = phrases(locale)
    texts = {
        "line_unreadable": lambda: _(
            "The line “%(given)s” can't be read. Write a whole number from 0 to 100, such as 75.", given=given
        ),
        "line_range": lambda: _("The line must be a whole number from 0 to 100."),
        "line_floor": lambda: _(
            "The line must be %(floor)s or more: below that this shortlist keeps no scores.", floor=floor
        ),
        "kind": lambda: _("Choose what you promise: an interview or a casual meeting."),
        "days_unreadable": lambda: _(
            "The number of days “%(given)s” can't be read. Write a whole number such as 5.", given=given
        ),
        "days_range": lambda: _("The number of business days must be from 1 to 30."),
        "people_range": lambda: _("The number of people must be from 1 to 1000."),
        "interviewer": lambda: _("Say who will meet the candidates, by title, in at most 80 characters."),
        "deadline_past": lambda: _("The reply deadline must be a day in the future."),
        "screening": lambda: _("Choose whether documents are asked for."),
        "format": lambda: _("Choose how you will meet: online, on site or either."),
        "minutes": lambda: _("The length must be from 10 to 240 minutes."),
        "decision_unreadable": lambda: _("The decision can't be read. Choose one of the options of the field."),
    }
    return texts[code]()


# Said in words.


def say_line(line: int, inclusive: bool, locale: str) -> str:
    """The line in words, the same on note, page and receipt: 75点以上, more than 75 points."""
    _ = phrases(locale)
    if inclusive:
        return _("%(line)s points or more", line=line)
    return _("more than %(line)s points", line=line)


def say_duration(seconds: int, locale: str) -> str:
    """A short span of time: minutes, below two of them seconds."""
    _ = phrases(locale)
    if seconds < 120:
        return _("%(seconds)s seconds", seconds=seconds)
    return _("%(minutes)s minutes", minutes=round(seconds / 60))


def say_kind(kind: str, locale: str) -> str:
    _ = phrases(locale)
    return _("interview") if kind == "interview" else _("casual meeting")


def say_terms(terms: Terms, locale: str) -> list[tuple[str, str]]:
    """Every term as (label, value), in the order a manager reads them."""
    _ = phrases(locale)
    screening = _("none") if terms.screening == "none" else _("career history, for preparation only")
    formats = {"online": _("online"), "onsite": _("on site"), "either": _("online or on site")}
    who = terms.interviewer_title + (f" ({terms.interviewer_name})" if terms.interviewer_name else "")
    return [
        (_("Line"), say_line(terms.line, terms.inclusive, locale)),
        (_("Promised"), say_kind(terms.kind, locale)),
        (_("Within"), _("%(days)s business days of a yes", days=terms.days)),
        (_("Interviewer"), who),
        (_("At most"), _("%(people)s people written to", people=terms.max_people)),
        (_("Replies until"), say_date(terms.reply_deadline, locale)),
        (_("Part of the selection"), _("yes") if terms.selection else _("no")),
        (_("Document screening"), screening),
        (_("Format"), f"{formats[terms.format]}, {_('%(minutes)s minutes', minutes=terms.minutes)}"),
    ]
