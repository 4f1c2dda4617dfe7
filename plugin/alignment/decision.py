"""What an edit of the decision fields in the ATS sets off (`fields` reads the texts).

A decision belongs to the calibration whose short id stands in our own field beside it. The same fields read again are
an echo: what was read last is remembered by digest, and only a change is anything at all.
"""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from connectors.records import Choice, Decision
from plugin.alignment import commitment as commitments
from plugin.alignment import mails
from plugin.alignment.fields import Read, raw_of, read_terms, same_terms
from plugin.alignment.telling import close_questions
from plugin.alignment.terms import default_terms, problem_text
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.rows import Calibration, Connection, Event, Requisition, Staff
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import owe
from ranking.values import digest

CLOCKS_APART = timedelta(minutes=10)
"""How far a vendor's clock may be behind ours."""


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
    """Say whether this is how the fields stood when they were last read.

    What came too early may be done again in its time, and looks the same but for its date.
    """
    last = last_reading(session, requisition)
    if last is None or last.facts.get("digest") != digest_of(decision):
        return False
    return last.what != "earlier" or last.facts.get("at", "") == _date_of(decision)


def _date_of(decision: Decision) -> str:
    return decision.at.isoformat() if decision.at else ""


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
    if what == "unasked":
        return what  # not remembered: it is read again once there is somebody to ask
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
        at=_date_of(decision),
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
    known = _staff_of(session, connection, decision)
    another = decision.actor is not None and (known is None or manager is None or known.key != manager.key)
    if decision.choice is Choice.PENDING:
        if calibration is not None and current and live is not None and live.how != "acting_link":
            if another:
                return _refuse(session, connection, requisition, calibration, known, decision)
            commitments.end(session, live, "undone", actor="ats", reason="withdrawn_in_ats")
            return "withdrawn"
        return "nothing"
    if calibration is None or manager is None:
        return "unasked"
    if not current or _made_before(decision, calibration):
        _flag_earlier(session, work, connection, requisition, calibration, manager, decision)
        return "earlier"
    if another:
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
    close_questions(session, requisition, by="ats")
    if live is not None and live.calibration_id == calibration.id and same_terms(read.terms, live):
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
        raw=raw_of(decision),
    )
    return "decided"


def _made_before(decision: Decision, calibration: Calibration) -> bool:
    """Whether the ATS dates the act before there was anything to decide on.

    Our own field beside it, which says what it belongs to, may have been edited by anybody.
    """
    return decision.at is not None and decision.at < calibration.created_at - CLOCKS_APART


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
