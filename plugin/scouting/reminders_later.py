"""Who wants to hear from us later: a task opens on the day they named. Never a mail by itself.

Until then nothing is open; the job that opens it keeps the day. Whoever wrote since, said stop or was erased is not
reminded of.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.identity import identity_of
from plugin.pipeline.calendar import due_date, is_business_day, moment
from plugin.pipeline.owners import done_with, owner_id
from plugin.rows import Connection, Profile, Reply, Requisition, Scout
from plugin.scouting.suppression import is_suppressed
from plugin.sealing import Erased
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import Claim, owe

MORNING = 9  # o'clock


def owe_reminder(session: Session, connection: Connection, reply: Reply) -> None:
    """Owe the task that opens on `reply.later_on`, nine in the morning, the next business day if that is none."""
    if reply.later_on is None:
        raise ValueError("a reminder needs the day they named")
    owe(
        session,
        "open_reminder",
        f"{reply.key}:{reply.later_on.isoformat()}",
        employer_id=reply.employer_id,
        connection_id=connection.key,
        payload={"reply_id": reply.key, "day": reply.later_on.isoformat()},
        due=max(morning_of(reply.later_on, connection), now_of(session)),
    )


def set_day(session: Session, reply: Reply, day: date, *, by: str) -> None:
    """A colleague notes the day to ask again. The task that asked for it is done. Does not commit.

    Raises ValueError for a day that is not to come.
    """
    connection = session.get_one(Connection, reply.connection_id)
    if day <= now_of(session).astimezone(ZoneInfo(policy_of(connection).zone)).date():
        raise ValueError("the day to ask again must be to come")
    reply.later_on = day
    session.add(reply)
    done_with(session, reply.employer_id, "later", "reply", reply.key, by=by)
    record(session, reply.employer_id, "reply", reply.key, "reminder_set", actor=by, day=day.isoformat())
    owe_reminder(session, connection, reply)


def open_reminder(work: Work, claim: Claim) -> None:
    """Open the task of a day that has come, unless something has happened since that makes it wrong."""
    with work.finishing(claim) as session:
        reply = session.get_one(Reply, claim.payload["reply_id"])
        scout = session.get(Scout, reply.scout_id) if reply.scout_id is not None else None
        day = date.fromisoformat(claim.payload["day"])
        if scout is None or reply.later_on != day or not _still_wanted(session, work, reply, scout):
            return
        connection = session.get_one(Connection, reply.connection_id)
        requisition = session.get_one(Requisition, scout.requisition_id)
        policy = policy_of(connection)
        open_task(
            session,
            employer_id=reply.employer_id,
            connection_id=connection.key,
            kind="later_now",
            name=f"reply:{reply.key}:{day.isoformat()}",
            owner_id=owner_id(session, requisition),
            requisition_id=requisition.key,
            subject="reply",
            subject_id=reply.key,
            due=due_date(now_of(session), 1, policy.zone, policy.closures).due_at,
            facts={"day": day.isoformat()},
        )


def morning_of(day: date, connection: Connection) -> datetime:
    """Nine o'clock of a day, or of the next business day, in the connection's zone."""
    policy = policy_of(connection)
    while not is_business_day(day, policy.closures):
        day += timedelta(days=1)
    return moment(day, MORNING, policy.zone)


def _still_wanted(session: Session, work: Work, reply: Reply, scout: Scout) -> bool:
    if reply.intent != "later" or reply.state != "decided":
        return False
    since = select(Reply.id).where(
        col(Reply.scout_id) == scout.key,
        col(Reply.received_at) > reply.received_at,
        col(Reply.intent).in_(("interested", "declined", "withdraw", "opt_out", "later")),
    )
    if session.exec(since).first() is not None:
        return False
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == reply.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()
    if profile is None:
        return False
    try:
        identity_of(session, work.vault, profile)
    except Erased:
        return False
    return not is_suppressed(session, work.vault, employer_id=reply.employer_id, address_hash=profile.email_hash)
