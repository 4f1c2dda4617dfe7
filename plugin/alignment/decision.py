"""What an edit of the decision fields in the ATS means. Texts are the manager's own; what can't be read commits nothing.

A decision belongs to the calibration whose short id stands in our own field beside it. The same fields read again are
an echo: what was read last is remembered by digest, and only a change is anything at all.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from connectors.records import Choice, Decision
from plugin.alignment import commitment as commitments
from plugin.alignment import mails
from plugin.alignment.terms import Terms, default_terms, problem_text, problems
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.rows import Calibration, Commitment, Connection, Event, Requisition, Staff, Task
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import owe
from ranking.values import digest

_KANJI = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}
_LINE = re.compile(r"(?P<number>\d{1,3}|[〇零一二三四五六七八九十百]{1,5})\s*(?:点|points?|pts?|pt)?\.?", re.IGNORECASE)
_DAYS = re.compile(
    r"(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:営業日|日|business days?|working days?|days?)?(?:以内)?\.?",
    re.IGNORECASE,
)
_KINDS = {
    "面接": "interview",
    "interview": "interview",
    "カジュアル面談": "casual",
    "面談": "casual",
    "casual": "casual",
    "casual meeting": "casual",
}


@dataclass(frozen=True, slots=True)
class Read:
    """The fields as terms, or the problems that keep them from being terms: (code, the text given)."""

    terms: Terms | None
    problems: tuple[tuple[str, str], ...] = ()


def read_line(text: str) -> int | None:
    """Read `75`, `75点`, `７５`, `75 points`, 七十五; None for anything else. Out of range is for the caller to say."""
    return _number(_LINE, text)


def read_days(text: str) -> int | None:
    """Read `5`, `５日`, `5営業日以内`, `5 business days`; None for anything else."""
    return _number(_DAYS, text)


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    number = found["number"]
    return int(number) if number.isascii() and number.isdigit() else _from_kanji(number)


def _from_kanji(text: str) -> int | None:
    """七十五, 七五, 百; None for what no one writes."""
    if not re.search("[十百]", text):
        return int("".join(str(_KANJI[c]) for c in text))
    found = re.fullmatch(
        r"(?:(?P<h>一)?(?P<hh>百))?(?:(?P<t>[一二三四五六七八九])?(?P<tt>十))?(?P<u>[一二三四五六七八九])?", text
    )
    if found is None:
        return None
    hundreds = 100 if found["hh"] else 0
    tens = 10 * _KANJI[found["t"]] if found["t"] else 10 if found["tt"] else 0
    return hundreds + tens + (_KANJI[found["u"]] if found["u"] else 0)


def read_terms(
    decision: Decision, connection: Connection, calibration: Calibration, manager: Staff | None, now: datetime
) -> Read:
    """Read an approval into terms. An empty line takes the proposed one that stands beside it; empty days and meeting
    take the connection's own."""
    wrong: list[tuple[str, str]] = []
    changes: dict[str, Any] = {}
    if decision.line.strip():
        line = read_line(decision.line)
        if line is None:
            wrong.append(("line_unreadable", decision.line))
        else:
            changes["line"] = line
    if decision.days.strip():
        days = read_days(decision.days)
        if days is None:
            wrong.append(("days_unreadable", decision.days))
        else:
            changes["days"] = days
    if decision.meeting.strip():
        kind = _KINDS.get(unicodedata.normalize("NFKC", decision.meeting).strip().casefold())
        if kind is None:
            wrong.append(("kind", decision.meeting))
        else:
            changes["kind"] = kind
    if wrong:
        return Read(None, tuple(wrong))
    terms = default_terms(connection, calibration, manager, now, **changes)
    today = now.astimezone(ZoneInfo(terms.zone)).date()
    found = problems(terms, calibration, today)
    return Read(None, tuple((code, "") for code in found)) if found else Read(terms)


def says_the_same(decision: Decision, commitment: Commitment, connection: Connection, calibration: Calibration) -> bool:
    """Say whether the fields, read now, still mean the commitment: its line, kind and days."""
    read = read_terms(decision, connection, calibration, None, commitment.proposed_at)
    return read.terms is not None and _same(read.terms, commitment)


def _same(terms: Terms, commitment: Commitment) -> bool:
    return (terms.line, terms.inclusive, terms.kind, terms.days) == (
        commitment.line,
        commitment.inclusive,
        commitment.kind,
        commitment.days,
    )


# Watching the fields.


def digest_of(decision: Decision) -> str:
    """What makes one state of the fields differ from another; formatting counts, who and when don't."""
    actor = decision.actor.id if decision.actor else ""
    return digest([decision.calibration, decision.choice.value, decision.line, decision.meeting, decision.days, actor])


def last_reading(session: Session, requisition: Requisition) -> Event | None:
    """How the fields stood when they were last read: `what` they meant, `facts` with digest and calibrations."""
    return session.exec(
        select(Event)
        .where(
            col(Event.employer_id) == requisition.employer_id,
            col(Event.subject) == "decision_fields",
            col(Event.subject_id) == requisition.key,
        )
        .order_by(col(Event.id).desc())
    ).first()


def seen(session: Session, requisition: Requisition, decision: Decision) -> bool:
    """Say whether this is how the fields stood when they were last read."""
    last = last_reading(session, requisition)
    return last is not None and last.facts.get("digest") == digest_of(decision)


def may_reset(session: Session, requisition: Requisition, calibration: Calibration, decision: Decision) -> bool:
    """Say whether the fields may be reset for a new calibration: nobody has decided, or it was read in its time.

    An edit that came too late for its shortlist is kept as it stands for as long as this calibration is current.
    """
    if decision.choice is Choice.PENDING:
        return True
    last = last_reading(session, requisition)
    if last is None or last.facts.get("digest") != digest_of(decision):
        return False
    return not (last.what == "earlier" and last.facts.get("current") == calibration.key)


def observe(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration | None,
    decision: Decision,
) -> str:
    """Take note of the decision fields as just read and do what they mean; return what that was.

    `echo`, `nothing`, `decided`, `repeated`, `withdrawn`, `declined`, `unreadable`, `earlier`, `unasked`. Does not
    commit. Call it under the reading lease of the requisition, so that readings come in order.
    """
    commitments.lock(session, requisition.key)
    if seen(session, requisition, decision):
        return "echo"
    what = _meaning(session, work, connection, requisition, calibration, decision)
    record(
        session,
        requisition.employer_id,
        "decision_fields",
        requisition.key,
        what,
        actor="ats",
        digest=digest_of(decision),
        calibration=decision.calibration,
        current=calibration.key if calibration is not None else None,
        choice=decision.choice.value,
    )
    return what


def _meaning(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration | None,
    decision: Decision,
) -> str:
    manager = session.get(Staff, requisition.manager_id) if requisition.manager_id else None
    current = calibration is not None and decision.calibration == calibration.short_id
    live = commitments.live(session, requisition.key)
    if decision.choice is Choice.PENDING:
        if current and live is not None and live.how != "acting_link":
            commitments.end(session, live, "undone", actor="ats", reason="withdrawn_in_ats")
            return "withdrawn"
        return "nothing"
    if calibration is None or manager is None:
        return "unasked"
    if not current:
        _flag_earlier(session, work, connection, requisition, calibration, manager, decision)
        return "earlier"
    known = _staff_of(session, connection, decision)
    if decision.actor is not None and (known is None or known.key != manager.key):
        return _refuse(session, connection, requisition, calibration, known, decision)
    how = "ats_actor" if known is not None else "ats_field"
    now = now_of(session)
    if decision.choice is Choice.DECLINED:
        commitments.decline(
            session,
            connection=connection,
            requisition=requisition,
            calibration=calibration,
            manager=manager,
            terms=default_terms(connection, calibration, manager, now),
            how=how,
            by=known,
        )
        return "declined"
    read = (
        Read(None, (("decision_unreadable", ""),))
        if decision.choice is Choice.UNREADABLE
        else read_terms(decision, connection, calibration, manager, now)
    )
    if read.terms is None:
        if live is not None:
            commitments.end(session, live, "superseded", actor="ats", reason="changed_in_ats")
        _say_unreadable(session, work, connection, requisition, calibration, manager, decision, read)
        return "unreadable"
    _readable_again(session, requisition)
    if live is not None and live.calibration_id == calibration.id and _same(read.terms, live):
        return "repeated"
    commitments.decide(
        session,
        work,
        connection=connection,
        requisition=requisition,
        calibration=calibration,
        manager=manager,
        terms=read.terms,
        how=how,
        by=known,
        raw=_raw(decision),
    )
    return "decided"


def _raw(decision: Decision) -> dict[str, Any]:
    return {
        "calibration": decision.calibration,
        "choice": decision.choice.value,
        "line": decision.line[:40],
        "meeting": decision.meeting[:40],
        "days": decision.days[:40],
    }


def _staff_of(session: Session, connection: Connection, decision: Decision) -> Staff | None:
    if decision.actor is None:
        return None
    return session.exec(
        select(Staff).where(col(Staff.connection_id) == connection.key, col(Staff.ats_id) == decision.actor.id)
    ).first()


def _refuse(
    session: Session,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    known: Staff | None,
    decision: Decision,
) -> str:
    """The ATS names an actor who isn't the manager: nothing is committed and nothing live ends (R2)."""
    open_task(
        session,
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        kind="decision_by_another",
        name=f"{calibration.short_id}:{digest_of(decision)[:12]}",
        owner_id=requisition.recruiter_id,
        requisition_id=requisition.key,
        subject="calibration",
        subject_id=calibration.key,
    )
    record(
        session,
        requisition.employer_id,
        "requisition",
        requisition.key,
        "decision_refused",
        actor=f"staff:{known.key}" if known else "ats",
        calibration=calibration.key,
    )
    return "refused"


def _readable_again(session: Session, requisition: Requisition) -> None:
    tasks = session.exec(
        select(Task).where(
            col(Task.employer_id) == requisition.employer_id,
            col(Task.requisition_id) == requisition.key,
            col(Task.kind) == "unreadable_decision",
            col(Task.state) == "open",
        )
    )
    for task in tasks:
        task.state, task.done_by, task.done_at = "done", "ats", now_of(session)
        session.add(task)


def _flag_earlier(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    manager: Staff,
    decision: Decision,
) -> None:
    key = digest_of(decision)[:12]
    open_task(
        session,
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        kind="decision_for_earlier_shortlist",
        name=f"{calibration.short_id}:{key}",
        owner_id=requisition.recruiter_id,
        requisition_id=requisition.key,
        subject="calibration",
        subject_id=calibration.key,
        facts={"stands_for": decision.calibration[:40]},
    )
    mails.earlier_shortlist(session, work, connection, requisition, calibration, manager, key=key)


def _say_unreadable(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    manager: Staff,
    decision: Decision,
    read: Read,
) -> None:
    locale = mails.locale_of(manager, connection)
    texts = [problem_text(code, locale, floor=calibration.floor, given=given[:40]) for code, given in read.problems]
    # The moment is part of the key: the same mistake made again later is told again.
    key = f"{digest_of(decision)[:12]}:{now_of(session).isoformat()}"
    open_task(
        session,
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        kind="unreadable_decision",
        name=f"{calibration.short_id}:{key}",
        owner_id=requisition.recruiter_id,
        requisition_id=requisition.key,
        subject="calibration",
        subject_id=calibration.key,
        facts={"problems": [code for code, _given in read.problems]},
    )
    mails.unreadable(session, work, connection, requisition, calibration, manager, key=key, problems=texts)
    if requisition.confidential and not policy_of(connection).confidential_posts:
        return
    owe(
        session,
        "post_message",
        f"unreadable:{calibration.key}:{key}",
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        payload={
            "requisition_id": requisition.key,
            "key": f"unreadable:{calibration.key}:{key}",
            "text": " ".join(texts),
        },
    )
