"""When a manager can meet somebody: times they gave, what their calendar leaves free, or hours proposed by default.

Given times come first; where there are none, a feed's free hours; where there is none either, hours most people can make
(online, 12–13 and 18–21 on business days), said to be a proposal. A time somebody has chosen is free no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.pipeline.calendar import is_business_day
from plugin.rows import Availability, Commitment, Connection, MeetingTime, Requisition, SlotChoice

WINDOWS = ((time(12), time(13)), (time(18), time(21)))
"""Hours offered by default, in the manager's zone: people who work elsewhere are free then."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time to meet. `source`: given (by the manager), feed (free in their calendar) or proposed (by default)."""

    starts_at: datetime
    minutes: int
    source: str

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def slots_of(
    session: Session, requisition_id: int, *, after: datetime, before: datetime, besides: int | None = None
) -> list[Slot]:
    """The manager's free times that begin after `after` and end by `before`, earliest first; none of them is taken.

    `besides`: the scout whose own choice doesn't count as taken.
    """
    requisition = session.get_one(Requisition, requisition_id)
    connection = session.get_one(Connection, requisition.connection_id)
    policy = policy_of(connection)
    commitment = _commitment(session, requisition_id)
    minutes = commitment.minutes if commitment is not None else policy.minutes
    zone = ZoneInfo(commitment.zone if commitment is not None else policy.zone)
    staff_id = _keeper(requisition, commitment)
    given = session.exec(
        select(MeetingTime)
        .where(
            col(MeetingTime.requisition_id) == requisition_id,
            col(MeetingTime.gone_at).is_(None),
            col(MeetingTime.starts_at) > after,
            col(MeetingTime.starts_at) < before,
        )
        .order_by(col(MeetingTime.starts_at))
    ).all()
    taken = _taken(session, staff_id, after, before, besides)
    if given:
        found: Iterable[Slot] = (Slot(one.starts_at, one.minutes, "given") for one in given)
    else:
        calendar = session.exec(select(Availability).where(col(Availability.requisition_id) == requisition_id)).first()
        read = calendar is not None and calendar.sealed_feed is not None and calendar.read_at is not None
        if calendar is not None and read:
            taken += [_pair(each) for each in calendar.busy]
        source = "feed" if read else "proposed"
        found = (
            Slot(start, minutes, source) for start in _hours(after, before, minutes, zone, frozenset(policy.closures))
        )
    return [slot for slot in found if slot.ends_at <= before and not _overlaps(slot, taken)]


def _hours(
    after: datetime, before: datetime, minutes: int, zone: ZoneInfo, closures: frozenset[date]
) -> Iterator[datetime]:
    """The default windows cut into meetings, on business days."""
    step = timedelta(minutes=max(60, -(-minutes // 30) * 30))
    day, last = after.astimezone(zone).date(), before.astimezone(zone).date()
    while day <= last:
        if is_business_day(day, closures):
            for opens, closes in WINDOWS:
                start = datetime.combine(day, opens, zone)
                end = datetime.combine(day, closes, zone)
                while start + timedelta(minutes=minutes) <= end:
                    if start > after:
                        yield start.astimezone(UTC)
                    start += step
        day += timedelta(days=1)


def _commitment(session: Session, requisition_id: int) -> Commitment | None:
    return session.exec(
        select(Commitment)
        .where(col(Commitment.requisition_id) == requisition_id, col(Commitment.in_force_at).is_not(None))
        .order_by(col(Commitment.id).desc())
        .limit(1)
    ).first()


def _keeper(requisition: Requisition, commitment: Commitment | None) -> int | None:
    if commitment is not None:
        return commitment.interviewer_id or commitment.manager_id
    return requisition.manager_id


def _taken(
    session: Session, staff_id: int | None, after: datetime, before: datetime, besides: int | None
) -> list[tuple[datetime, datetime]]:
    """What candidates of any of this manager's requisitions have chosen."""
    if staff_id is None:
        return []
    chosen = session.exec(
        select(SlotChoice).where(
            col(SlotChoice.staff_id) == staff_id,
            col(SlotChoice.starts_at) > after - timedelta(days=1),
            col(SlotChoice.starts_at) < before,
        )
    ).all()
    return [
        (one.starts_at, one.starts_at + timedelta(minutes=one.minutes))
        for one in chosen
        if one.starts_at is not None and one.scout_id != besides
    ]


def _pair(each: list[str]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(each[0]), datetime.fromisoformat(each[1])


def _overlaps(slot: Slot, taken: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(slot.starts_at < end and start < slot.ends_at for start, end in taken)
