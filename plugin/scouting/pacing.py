"""When letters leave: in waking hours of business days, and no faster than one mailbox should send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plugin.pipeline.calendar import is_business_day
from plugin.policy import Policy

FROM_HOUR, TO_HOUR = 9, 19


def next_moment(moment: datetime, policy: Policy) -> datetime:
    """The first moment from `moment` on at which a letter may leave: itself inside the hours, or the next morning at nine."""
    if not policy.quiet_hours:
        return moment
    zone = ZoneInfo(policy.zone)
    local = moment.astimezone(zone)
    day = local.date()
    if is_business_day(day, policy.closures):
        if FROM_HOUR <= local.hour < TO_HOUR:
            return moment
        if local.hour < FROM_HOUR:
            return datetime.combine(day, time(FROM_HOUR), zone).astimezone(UTC)
    day += timedelta(days=1)
    while not is_business_day(day, policy.closures):
        day += timedelta(days=1)
    return datetime.combine(day, time(FROM_HOUR), zone).astimezone(UTC)


def interval(policy: Policy) -> timedelta:
    """The least time between two letters of one mailbox."""
    return timedelta(seconds=60 / policy.per_minute)


def moments(start: datetime, policy: Policy) -> Iterator[datetime]:
    """One moment a letter, from `start` on, without end."""
    moment = start
    while True:
        moment = next_moment(moment, policy)
        yield moment
        moment += interval(policy)
