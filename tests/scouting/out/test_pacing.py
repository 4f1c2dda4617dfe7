"""Pace and quiet hours by a simulated clock: never more than the mailbox may write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.policy import Policy
from plugin.scouting.pacing import GROWTH, is_quiet_day, most_on, next_moment, take_turn

TOKYO = ZoneInfo("Asia/Tokyo")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("changes", "now", "leaves"),
    [
        ({}, "2026-11-20 08:59", "2026-11-20 09:00"),
        ({}, "2026-11-20 18:59", "2026-11-20 18:59"),
        ({}, "2026-11-20 19:00", "2026-11-24 09:00"),  # the weekend and 勤労感謝の日
        ({"monday_from": 11}, "2026-11-16 09:30", "2026-11-16 11:00"),
        ({"from_hour": 8}, "2026-11-16 08:30", "2026-11-16 09:00"),
        ({"from_hour": 8}, "2026-11-17 08:30", "2026-11-17 08:30"),
        ({}, "2026-08-13 10:00", "2026-08-17 09:00"),
        ({"obon_quiet": False}, "2026-08-13 10:00", "2026-08-13 10:00"),
        ({}, "2026-12-29 10:00", "2027-01-04 09:00"),
        ({"year_end_quiet": False}, "2026-12-29 10:00", "2026-12-29 10:00"),
        ({"year_end_quiet": False}, "2027-01-01 10:00", "2027-01-04 09:00"),
        ({"closures": (date(2026, 11, 20),)}, "2026-11-20 10:00", "2026-11-24 09:00"),
        ({"quiet_hours": False}, "2026-11-21 03:00", "2026-11-21 03:00"),
    ],
)
def test_letters_keep_to_the_readers_hours(changes: dict[str, Any], now: str, leaves: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=TOKYO)
    assert next_moment(moment, Policy(**changes)).astimezone(TOKYO) == datetime.fromisoformat(leaves).replace(
        tzinfo=TOKYO
    )


def test_whoever_lives_elsewhere_reads_in_their_own_morning() -> None:
    in_tokyo = datetime(2026, 11, 20, 10, tzinfo=TOKYO)  # one in the night in London
    there = next_moment(in_tokyo, Policy(), "Europe/London")
    assert there.astimezone(ZoneInfo("Europe/London")) == datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Europe/London"))


@given(MOMENTS, st.sampled_from(["", "Europe/London", "America/New_York", "Pacific/Auckland"]), st.integers(6, 12))
def test_no_letter_leaves_in_a_night_or_on_a_quiet_day(moment: datetime, zone: str, from_hour: int) -> None:
    policy = Policy(from_hour=from_hour)
    found = next_moment(moment, policy, zone)
    local = found.astimezone(ZoneInfo(zone or policy.zone))
    assert found >= moment
    assert from_hour <= local.hour < 19
    assert not is_quiet_day(local.date(), policy)
    assert local.weekday() != 0 or local.hour >= 9
    assert next_moment(found, policy, zone) == found


@given(st.integers(1, 400), st.integers(1, 200), st.integers(1, 5000))
def test_a_new_mailbox_writes_half_as_many_again_each_day_up_to_its_most(days: int, first: int, most: int) -> None:
    policy = Policy(first_day_letters=first, most_a_day=most)
    assert most_on(1, policy) == min(first, most)
    assert most_on(days, policy) <= most_on(days + 1, policy) <= most
    assert most_on(days + 1, policy) <= most_on(days, policy) * GROWTH + GROWTH


class Still:
    """A clock that moves when told, and only then."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


def test_sending_never_exceeds_its_pace(work: Any, new_connection: Callable[..., Any], database: Any) -> None:
    """Days of a mailbox that two connections share, tried far more often than it may write."""
    import random

    random.seed(7)
    from plugin.rows import Employer

    changes = {"per_minute": 4, "per_domain_per_minute": 2, "first_day_letters": 6, "most_a_day": 25}
    policy = Policy(from_address="scout@mihon.example.com", quiet_hours=True, **changes)
    with database.writing() as session:
        employer = Employer(name="株式会社みほん", created_at=work.clock.now())
        session.add(employer)
        session.flush()
    connections = [
        new_connection(database, work.vault, employer, url_key=f"pace{number}", policy=policy) for number in (1, 2)
    ]
    sent: list[tuple[datetime, str]] = []
    clock = Still(work.clock.now())
    until = clock.now() + timedelta(days=12)
    while clock.now() < until:
        moment = next_moment(clock.now(), policy)
        if moment > clock.now():
            clock.move(moment - clock.now())
        tries = []
        for _try in range(3):
            to = f"u@{random.choice(['a', 'a', 'b', 'c'])}.example.com"
            with database.writing() as session:
                session.info["clock"] = clock
                turn = take_turn(session, work.vault, random.choice(connections), policy, to)
            if turn is None:
                sent.append((clock.now(), to))
            else:
                assert turn.at > clock.now()
                tries.append(turn.at)
        whole_day = [at for at in tries if at - clock.now() > timedelta(hours=1)]
        clock.move(max(whole_day) - clock.now() if whole_day else timedelta(seconds=random.choice([1, 7, 15, 31])))
    days = Counter(moment.astimezone(TOKYO).date() for moment, _to in sent)
    for number, day in enumerate(sorted(days), start=1):
        assert days[day] <= most_on(number, policy)
    assert max(days.values()) == 25  # grown to its most
    for start, (moment, _to) in enumerate(sent):
        minute = [to for when, to in sent[start : start + 10] if when - moment < timedelta(minutes=1)]
        assert len(minute) <= 4
        assert max(Counter(minute).values()) <= 2
