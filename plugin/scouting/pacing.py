"""When letters leave: in the reader's waking hours of business days, and no faster than one mailbox should write.

A mailbox writes so many letters a minute to everybody, fewer to one domain (its providers look at both), and so many a
day: a new one begins low and may write half as many again with every day it has written on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from plugin.database import now_of
from plugin.pipeline.calendar import holiday_name, is_national_holiday
from plugin.policy import Policy
from plugin.rows import Connection, Job, SendingPace
from plugin.sealing import Vault

GROWTH = 1.5
"""How much more a new mailbox may write with every day it has written on."""

RESTED = timedelta(days=30)
"""A mailbox that wrote to nobody for this long begins low again."""


PACE = "the mailbox's pace"
"""What stands in a job that waits for its turn."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Not yet: when to ask again, and why."""

    at: datetime
    why: str


def next_moment(moment: datetime, policy: Policy, zone: str = "") -> datetime:
    """The first moment from `moment` on at which a letter may leave: itself inside the hours, or the next morning.

    `zone` is where the reader lives; "" is the connection's.
    """
    if not policy.quiet_hours:
        return moment
    there = ZoneInfo(zone or policy.zone)
    local = moment.astimezone(there)
    day = local.date()
    if not is_quiet_day(day, policy):
        if local.time() < time(opens(day, policy)):
            return datetime.combine(day, time(opens(day, policy)), there).astimezone(UTC)
        if local.hour < policy.to_hour:
            return moment
    day += timedelta(days=1)
    while is_quiet_day(day, policy):
        day += timedelta(days=1)
    return datetime.combine(day, time(opens(day, policy)), there).astimezone(UTC)


def opens(day: date, policy: Policy) -> int:
    """The hour from which letters leave on a day: on Mondays people first read what the weekend brought."""
    return max(policy.from_hour, policy.monday_from) if day.weekday() == 0 else policy.from_hour


def is_quiet_day(day: date, policy: Policy) -> bool:
    """Whether no letter leaves on a day: weekends, holidays, closures; お盆 and the turn of the year where so set."""
    if day.weekday() >= 5 or day in policy.closures or is_national_holiday(day):
        return True
    if policy.obon_quiet and day.month == 8 and 13 <= day.day <= 16:
        return True
    return policy.year_end_quiet and holiday_name(day) != ""


def interval(policy: Policy) -> timedelta:
    """The least time between two letters of one mailbox."""
    return timedelta(seconds=60 / policy.per_minute)


def domain_interval(policy: Policy) -> timedelta:
    """The least time between two letters of one mailbox to one domain."""
    return timedelta(seconds=60 / policy.per_domain_per_minute)


def moments(start: datetime, policy: Policy) -> Iterator[datetime]:
    """One moment a letter, from `start` on, without end."""
    moment = start
    while True:
        moment = next_moment(moment, policy)
        yield moment
        moment += interval(policy)


def most_on(days: int, policy: Policy) -> int:
    """How many letters a mailbox may write on its `days`-th day (from 1) of writing."""
    if not policy.first_day_letters:
        return policy.most_a_day
    # Grown step by step, so that many days make no number too large to be one.
    allowed = float(policy.first_day_letters)
    for _day in range(days - 1):
        if allowed >= policy.most_a_day:
            break
        allowed *= GROWTH
    return min(policy.most_a_day, int(allowed))


def take_turn(
    session: Session, vault: Vault, connection: Connection, policy: Policy, to: str, *, job: int | None = None
) -> Turn | None:
    """Take a mailbox's next turn to write to this address; None when it is now, else when to ask again.

    Call it inside the transaction that marks the letter: the turn is taken when that commits. One mailbox has one pace,
    whichever connection of the employer it writes for. `job`: the one that sends this letter; with it those who wait
    stand in line instead of all asking again at once.
    """
    sender = policy.from_address.casefold()
    domain = vault.hash(connection.employer_id, "domain:" + to.rpartition("@")[2].casefold())
    everybody = _locked(session, connection.employer_id, sender, "")
    one = _locked(session, connection.employer_id, sender, domain)
    # Asked after the rows are there: a row made just now must not lie in the future of who made it.
    now = now_of(session)
    today = now.astimezone(ZoneInfo(policy.zone)).date()
    for row, why, step in (
        (everybody, PACE, interval(policy)),
        (one, f"{PACE} to one domain ({domain[:8]})", domain_interval(policy)),
    ):
        if row.next_at > now:
            at = row.next_at if job is None else _end_of_queue(session, row.next_at, why, step, job)
            return Turn(at, why)
    _begin_day(everybody, today)
    if everybody.count >= most_on(everybody.days, policy):
        tomorrow = datetime.combine(today + timedelta(days=1), time(0), ZoneInfo(policy.zone)).astimezone(UTC)
        return Turn(next_moment(tomorrow, policy), "what the mailbox may write in a day")
    _begin_day(one, today)
    everybody.count, everybody.next_at = everybody.count + 1, now + interval(policy)
    one.count, one.next_at = one.count + 1, now + domain_interval(policy)
    session.add(everybody)
    session.add(one)
    return None


def _end_of_queue(session: Session, at: datetime, why: str, step: timedelta, id: int) -> datetime:
    """A place behind all jobs that wait for the same; whoever comes back from their place is next."""
    job = session.get(Job, id)
    if job is None or job.error == why:
        return at
    last = session.exec(
        select(func.max(Job.due)).where(
            col(Job.connection_id) == job.connection_id, col(Job.state) == "owed", col(Job.error) == why
        )
    ).one()
    return at if last is None else max(at, last + step)


def _begin_day(row: SendingPace, today: date) -> None:
    if row.day == today:
        return
    rested = row.day is None or today - row.day > RESTED
    row.days = 1 if rested else row.days + 1
    row.day, row.count = today, 0


def _locked(session: Session, employer_id: int, sender: str, domain: str) -> SendingPace:
    now = now_of(session)
    values = {
        "employer_id": employer_id,
        "created_at": now,
        "sender": sender,
        "domain": domain,
        "next_at": now,
        "count": 0,
        "days": 0,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    unique = ["employer_id", "sender", "domain"]
    session.execute(dialect.insert(SendingPace).values(**values).on_conflict_do_nothing(index_elements=unique))
    return session.exec(
        select(SendingPace)
        .where(
            col(SendingPace.employer_id) == employer_id,
            col(SendingPace.sender) == sender,
            col(SendingPace.domain) == domain,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
