"""A candidate is reminded of their meeting once, from the morning of the day before it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.pipeline.answers import tell_reminder
from plugin.rows import Connection, Entry, Promise, SlotChoice
from plugin.sealing import Vault

MORNING, EVENING = 9, 19
"""Hours of the day, in the promise's zone, between which a reminder leaves."""

TOO_CLOSE = timedelta(hours=2)
"""Nobody is reminded of what is about to begin, nor of what they chose a moment ago."""


def remind_candidate(session: Session, vault: Vault, promise: Promise) -> bool:
    """Post the reminder where it is time for it; True then. Once for each time it is set to. Does not commit."""
    connection = session.get_one(Connection, promise.connection_id)
    when = meeting_time(session, promise)
    if when is None or not policy_of(connection).remind_candidates:
        return False
    zone, now = ZoneInfo(promise.zone), now_of(session)
    local = now.astimezone(zone)
    from_moment = datetime.combine(when.astimezone(zone).date() - timedelta(days=1), time(MORNING), zone)
    mark = f"meeting:{when.isoformat()}"
    if mark in promise.reminded:
        return False
    if now < from_moment or now > when - TOO_CLOSE or not MORNING <= local.hour < EVENING:
        return False
    entry = session.exec(select(Entry).where(col(Entry.scout_id) == promise.scout_id)).first()
    if entry is None:
        return False
    tell_reminder(session, vault, connection, entry, promise, when)
    promise.reminded = [*promise.reminded, mark]
    session.add(promise)
    return True


def meeting_time(session: Session, promise: Promise) -> datetime | None:
    """When the meeting is: as the ATS has it, else as the candidate chose it."""
    if promise.interview_at is not None:
        return promise.interview_at
    return session.exec(select(SlotChoice.starts_at).where(col(SlotChoice.scout_id) == promise.scout_id)).first()
