"""Times a manager gives for meeting people: read from a form, kept, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.pipeline.feeds import FEED_HOSTS, SCHEDULING_HOSTS, WrongAddress, checked
from plugin.policy import Policy
from plugin.rows import MeetingTime, Requisition

FIELDS = 5
"""How many times a form asks for: three to five are enough for one choice."""
FARTHEST = timedelta(days=120)


def read_times(given: Sequence[str], zone: str, now: datetime) -> tuple[list[datetime], list[str]]:
    """Typed local times as aware UTC, in order and each once, and those that can't be taken. Empty ones are no times."""
    times: set[datetime] = set()
    wrong: list[str] = []
    for typed in (each.strip() for each in given):
        if not typed:
            continue
        try:
            local = datetime.fromisoformat(typed)
        except ValueError:
            wrong.append(typed)
            continue
        at = (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
        if now < at <= now + FARTHEST:
            times.add(at.replace(second=0, microsecond=0))
        else:
            wrong.append(typed)
    return sorted(times), wrong


def set_times(
    session: Session, requisition: Requisition, staff_id: int, times: Sequence[datetime], minutes: int, *, by: str
) -> None:
    """Make these the times of a requisition: new ones are added, missing ones that are still to come are taken back.

    What somebody has chosen already stays chosen. Does not commit.
    """
    now = now_of(session)
    rows = {
        row.starts_at: row
        for row in session.exec(select(MeetingTime).where(col(MeetingTime.requisition_id) == requisition.key))
    }
    changed = False
    for at in times:
        row = rows.get(at)
        if row is None:
            row = MeetingTime(
                employer_id=requisition.employer_id,
                requisition_id=requisition.key,
                staff_id=staff_id,
                starts_at=at,
                minutes=minutes,
                created_at=now,
            )
        elif row.gone_at is None and row.minutes == minutes:
            continue
        row.gone_at, row.minutes, row.staff_id, changed = None, minutes, staff_id, True
        session.add(row)
    for at, row in rows.items():
        if at not in times and row.gone_at is None and at > now:
            row.gone_at, changed = now, True
            session.add(row)
    session.flush()
    if changed:
        record(
            session,
            requisition.employer_id,
            "requisition",
            requisition.key,
            "times_given",
            actor=by,
            times=[at.isoformat() for at in times],
        )


def times_given(session: Session, requisition_id: int) -> list[datetime]:
    """The times that stand and are still to come."""
    return list(
        session.exec(
            select(MeetingTime.starts_at)
            .where(
                col(MeetingTime.requisition_id) == requisition_id,
                col(MeetingTime.gone_at).is_(None),
                col(MeetingTime.starts_at) > now_of(session),
            )
            .order_by(col(MeetingTime.starts_at))
        )
    )


def problems(policy: Policy, *, feed: str, scheduling: str, wrong_times: Sequence[str], locale: str) -> list[str]:
    """What can't be taken of a form's times and addresses, in the manager's words."""
    _ = phrases(locale)
    found = [
        _("The time “%(given)s” can't be taken. Give a day and an hour that are still to come.", given=typed)
        for typed in wrong_times
    ]
    for url, hosts in (
        (feed, (*FEED_HOSTS, *policy.calendar_hosts)),
        (scheduling, (*SCHEDULING_HOSTS, *policy.scheduling_hosts)),
    ):
        if not url.strip():
            continue
        try:
            checked(url, hosts)
        except WrongAddress as error:
            if error.code == "not_https":
                found.append(
                    _("The address “%(given)s” can't be taken: it has to begin with https://.", given=url[:80])
                )
            else:
                found.append(
                    _(
                        "The address “%(given)s” can't be taken: only these are: %(hosts)s.",
                        given=url[:80],
                        hosts=", ".join(hosts),
                    )
                )
    return found
