"""Whether the manager can keep what the next letter promises: interviews in the worst five business days.

Assumed, and said on the page: of the letters out, no more than the connection's share are answered with a yes
(`Policy.reply_rate`, or the share measured if that is higher), each within seven days. Under that assumption no five
business days ever have more promises due than the manager can hold meetings: every letter is weighed, before it leaves,
against the open promises and against the yeses still to come from the letters out.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, or_, select

from plugin.alignment.commitment import in_force
from plugin.connections import policy_of
from plugin.database import NO_KEY_UPDATE, now_of
from plugin.i18n import phrases, say_date
from plugin.pipeline.calendar import due_date, is_business_day
from plugin.pipeline.slots import slots_of
from plugin.policy import Policy
from plugin.rows import Commitment, Connection, MeetingTime, Promise, Requisition, Scout, Staff
from plugin.scouting.may_write import LEFT

YES_WITHIN = timedelta(days=7)
"""Who says yes is assumed to say so within this time of the letter."""

WINDOW = 5
"""Business days looked at together."""

MEASURED_FROM = 100
"""Letters from which on the measured share of yeses counts beside the assumed one."""


@dataclass(frozen=True, slots=True)
class Window:
    """Five consecutive business days: promises due in it, letters whose yes could be due in it, meetings it has room for."""

    first: date
    last: date
    promises: int
    letters: int
    capacity: int

    def demand(self, rate: float, extra: int = 0) -> int:
        return self.promises + expected(rate, self.letters + extra)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one manager's next weeks look like. `reached`: the windows the next letter's yes could be due in."""

    rate: float
    measured: bool
    promises: int
    letters: int
    windows: tuple[Window, ...]
    reached: tuple[Window, ...]
    source: str  # where the capacity comes from: given, feed or setting

    @property
    def room(self) -> int:
        """How many more letters may leave now."""
        found = (math.floor(round((one.capacity - one.promises) / self.rate, 9)) - one.letters for one in self.reached)
        return max(0, min(found, default=0))

    @property
    def worst(self) -> Window:
        """The five business days with the least room."""
        return min(self.windows, key=lambda one: (one.capacity - one.demand(self.rate), one.first))

    def text(self, locale: str) -> str:
        """Why letters wait, for the recruiter's page."""
        _ = phrases(locale)
        worst = min(self.reached, key=lambda one: (one.capacity - one.demand(self.rate, 1), one.first))
        return _(
            "Letters wait: from %(first)s to %(last)s the manager has room for %(capacity)s meetings; %(promises)s are"
            " promised already and up to %(expected)s more yeses are expected from %(letters)s letters out, counting the"
            " next one. They go on by themselves as promises are kept and answers come; more times from the manager"
            " make room at once.",
            first=say_date(worst.first, locale),
            last=say_date(worst.last, locale),
            capacity=worst.capacity,
            promises=worst.promises,
            expected=expected(self.rate, worst.letters + 1),
            letters=worst.letters,
        )


def expected(rate: float, letters: int) -> int:
    """Yeses to be reckoned with from so many letters; rounded up, for half a meeting can't be held."""
    return math.ceil(round(rate * letters, 9))


def forecast(session: Session, requisition: Requisition, *, holding: bool = False) -> Forecast | None:
    """Weigh the manager's next weeks; None without a commitment in force. Reads rows only.

    `holding` takes the manager's row until commit: two letters of two requisitions are then weighed one after the other.
    """
    commitment = in_force(session, requisition.key)
    if commitment is None:
        return None
    connection = session.get_one(Connection, requisition.connection_id)
    policy, now = policy_of(connection), now_of(session)
    keeper = commitment.interviewer_id or commitment.manager_id
    if holding:
        session.get_one(Staff, keeper, with_for_update=NO_KEY_UPDATE)
    zone = ZoneInfo(commitment.zone)
    first = due_date(now, commitment.days, commitment.zone, policy.closures).date
    last = due_date(now + YES_WITHIN, commitment.days, commitment.zone, policy.closures).date
    promised = _promised(session, connection, keeper, zone)
    out = _letters_out(session, connection, keeper, commitment, policy, now)
    days = _business_days(now.astimezone(zone).date(), max([last, *(until for _since, until in out)]), policy)
    rate, measured = yes_rate(session, connection, policy, now)
    capacities, source = _capacity(session, requisition, commitment, keeper, policy, days, now)
    due = Counter(_place(days, day) for day in promised)
    windows = []
    for start in range(len(days) - WINDOW + 1):
        begins, ends = days[start], days[start + WINDOW - 1]
        windows.append(
            Window(
                begins,
                ends,
                sum(due[place] for place in range(start, start + WINDOW)),
                sum(count for (since, until), count in out.items() if until >= begins and since <= ends),
                capacities[start],
            )
        )
    return Forecast(
        rate=rate,
        measured=measured,
        promises=len(promised),
        letters=sum(out.values()),
        windows=tuple(windows),
        reached=tuple(one for one in windows if one.last >= first and one.first <= last),
        source=source,
    )


def yes_rate(session: Session, connection: Connection, policy: Policy, now: datetime) -> tuple[float, bool]:
    """The share of letters reckoned to be answered with a yes, and whether it was measured here (the last year's)."""
    since, until = now - timedelta(days=365), now - YES_WITHIN
    sent = [
        col(Scout.connection_id) == connection.key,
        col(Scout.commitment_id).is_not(None),
        col(Scout.sent_at) > since,
        col(Scout.sent_at) <= until,
    ]
    letters = session.exec(select(func.count()).select_from(Scout).where(*sent)).one()
    if letters < MEASURED_FROM:
        return policy.reply_rate, False
    yeses = session.exec(
        select(func.count()).select_from(Promise).join(Scout, col(Scout.id) == col(Promise.scout_id)).where(*sent)
    ).one()
    share = yeses / letters
    return (share, True) if share > policy.reply_rate else (policy.reply_rate, False)


def _promised(session: Session, connection: Connection, keeper: int, zone: ZoneInfo) -> list[date]:
    """The day each open promise of this manager needs a meeting on: the day set for it, else its last."""
    rows = session.exec(
        select(Promise)
        .join(Commitment, col(Commitment.id) == col(Promise.commitment_id))
        .where(
            col(Promise.connection_id) == connection.key,
            col(Promise.state).in_(("owed", "scheduled")),
            func.coalesce(col(Promise.successor_id), col(Commitment.interviewer_id), col(Promise.manager_id)) == keeper,
        )
    )
    return [row.interview_at.astimezone(zone).date() if row.interview_at is not None else row.due_date for row in rows]


def _letters_out(
    session: Session, connection: Connection, keeper: int, commitment: Commitment, policy: Policy, now: datetime
) -> Counter[tuple[date, date]]:
    """Letters that may yet be answered with a yes, by the first and the last day such a promise could be due."""
    keeps = func.coalesce(col(Commitment.interviewer_id), col(Commitment.manager_id)) == keeper
    rows = session.execute(
        select(Scout.sent_at, Commitment.days)
        .join(Commitment, col(Commitment.id) == col(Scout.commitment_id))
        .outerjoin(Promise, col(Promise.scout_id) == col(Scout.id))
        .where(
            col(Scout.connection_id) == connection.key,
            col(Scout.state).in_(LEFT),
            or_(col(Scout.sent_at).is_(None), col(Scout.sent_at) > now - YES_WITHIN),
            col(Promise.id).is_(None),
            keeps,
        )
    ).all()
    zone = ZoneInfo(commitment.zone)
    by_day = Counter(((sent_at or now).astimezone(zone).date(), days) for sent_at, days in rows)
    found: Counter[tuple[date, date]] = Counter()
    for (day, days), count in by_day.items():
        latest = datetime.combine(day + YES_WITHIN, datetime.min.time(), zone)  # only its date counts
        first, last = (due_date(when, days, commitment.zone, policy.closures).date for when in (now, latest))
        found[first, last] += count
    return found


def _business_days(today: date, until: date, policy: Policy) -> list[date]:
    """Business days from today to four beyond `until`, so that every window with a day of the span is there."""
    days: list[date] = []
    day, beyond = today, 0
    while beyond < WINDOW:
        if is_business_day(day, policy.closures):
            days.append(day)
            beyond += day > until
        day += timedelta(days=1)
    return days


def _place(days: Sequence[date], day: date) -> int:
    """Where a day stands: what is overdue counts today, what lies between business days on the one before."""
    return max(0, bisect_right(days, day) - 1) if day <= days[-1] else len(days)


def _capacity(
    session: Session,
    requisition: Requisition,
    commitment: Commitment,
    keeper: int,
    policy: Policy,
    days: Sequence[date],
    now: datetime,
) -> tuple[list[int], str]:
    """Meetings each window has room for.

    A manager who gave times is taken at the pace of their fullest five business days, for they give the next ones when
    these are used; one whose calendar is read has what it leaves free, at most what the connection sets.
    """
    zone = ZoneInfo(commitment.zone)
    count = len(days) - WINDOW + 1
    given = session.exec(
        select(MeetingTime.starts_at).where(
            col(MeetingTime.staff_id) == keeper, col(MeetingTime.gone_at).is_(None), col(MeetingTime.starts_at) > now
        )
    ).all()
    if given:
        return [max(_in_windows(days, [each.astimezone(zone).date() for each in given]))] * count, "given"
    end = datetime.combine(days[-1] + timedelta(days=1), datetime.min.time(), zone)
    free = slots_of(session, requisition.key, after=now, before=end)
    if free and free[0].source == "feed":
        there = _in_windows(days, [slot.starts_at.astimezone(zone).date() for slot in free])
        return [min(policy.interviews_per_week, room) for room in there], "feed"
    return [policy.interviews_per_week] * count, "setting"


def _in_windows(days: Sequence[date], when: Sequence[date]) -> list[int]:
    by_place = Counter(_place(days, day) for day in when)
    return [sum(by_place[start + step] for step in range(WINDOW)) for start in range(len(days) - WINDOW + 1)]
