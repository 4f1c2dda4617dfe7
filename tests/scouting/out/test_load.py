"""Letters are weighed against what the manager can keep: no promise is made that arithmetic will break."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from plugin.pipeline.calendar import due_date, is_business_day
from plugin.rows import Batch, Entry, MeetingTime, Promise, Requisition, Scout
from plugin.scouting.load import YES_WITHIN, Forecast, forecast
from plugin.scouting.post import new_token

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def busy(stage: Any) -> Any:
    """A commitment in force, nobody written to yet; a fifth of letters is reckoned to be answered with a yes."""
    stage.policy(reply_rate=0.2, interviews_per_week=3)
    stage.people(40)
    stage.calibrate({f"u{number:03d}": 90 for number in range(1, 41)})
    stage.commit(max_people=40)
    return stage


def weigh(stage: Any) -> Forecast:
    with stage.work.reading() as session:
        found = forecast(session, session.get_one(Requisition, stage.requisition_id))
    assert found is not None
    return found


def letter(stage: Any, session: Session, number: int) -> Scout:
    """A letter that left now."""
    base = {"employer_id": stage.connection.employer_id, "created_at": stage.clock.now()}
    batch = session.exec(select(Batch).where(col(Batch.requisition_id) == stage.requisition_id)).first()
    if batch is None:
        batch = Batch(
            **base,
            requisition_id=stage.requisition_id,
            calibration_id=stage.calibration_id,
            commitment_id=stage.commitment_id,
        )
        session.add(batch)
        session.flush()
    scout = Scout(
        **base,
        connection_id=stage.connection.key,
        requisition_id=stage.requisition_id,
        calibration_id=stage.calibration_id,
        batch_id=batch.key,
        commitment_id=stage.commitment_id,
        profile_id=f"u{number:03d}",
        profile_revision=1,
        score=90,
        arm="committed",
        language="ja",
        state="sent",
        sent_at=stage.clock.now(),
        reply_token=new_token(),
    )
    session.add(scout)
    session.flush()
    return scout


def yes(stage: Any, session: Session, scout: Scout, days: int = 5) -> Promise:
    """That letter is answered with a yes now."""
    now = stage.clock.now()
    base = {"employer_id": stage.connection.employer_id, "created_at": now}
    entry = Entry(
        **base,
        connection_id=scout.connection_id,
        requisition_id=scout.requisition_id,
        scout_id=scout.key,
        profile_id=scout.profile_id,
        kind="application",
    )
    session.add(entry)
    session.flush()
    due = due_date(now, days, "Asia/Tokyo")
    promise = Promise(
        **base,
        connection_id=scout.connection_id,
        requisition_id=scout.requisition_id,
        scout_id=scout.key,
        commitment_id=stage.commitment_id,
        entry_id=entry.key,
        manager_id=stage.manager_id,
        received_at=now,
        day_zero=due.day_zero,
        due_date=due.date,
        due_at=due.due_at,
        zone="Asia/Tokyo",
    )
    session.add(promise)
    session.flush()
    return promise


def test_nobody_is_weighed_without_a_commitment(stage: Any) -> None:
    stage.calibrate({})
    with stage.work.reading() as session:
        assert forecast(session, session.get_one(Requisition, stage.requisition_id)) is None


def test_room_is_what_the_manager_can_meet_over_the_share_that_says_yes(busy: Any) -> None:
    found = weigh(busy)
    assert (found.room, found.source) == (15, "setting")
    with busy.work.writing() as session:
        for number in range(1, 11):
            letter(busy, session, number)
    assert weigh(busy).room == 5


def test_a_yes_takes_a_whole_place_and_a_kept_promise_gives_it_back(busy: Any) -> None:
    with busy.work.writing() as session:
        promise = yes(busy, session, letter(busy, session, 1))
    assert weigh(busy).room == 10
    busy.change(Promise, promise.key, state="kept")
    assert weigh(busy).room == 15


def test_letters_older_than_a_week_are_reckoned_with_no_more(busy: Any) -> None:
    with busy.work.writing() as session:
        for number in range(1, 16):
            letter(busy, session, number)
    assert weigh(busy).room == 0
    busy.clock.move(YES_WITHIN + timedelta(hours=1))
    assert weigh(busy).room == 15


def test_another_requisition_of_the_same_manager_counts(busy: Any) -> None:
    first = busy.requisition_id
    with busy.work.writing() as session:
        yes(busy, session, letter(busy, session, 1))
    manager = busy.manager_id
    busy.requisition_id, busy.tag = 0, "b"
    busy.calibrate({"u040": 90})
    busy.change(Requisition, busy.requisition_id, manager_id=manager)
    busy.manager_id = manager
    busy.commit()
    assert busy.requisition_id != first
    assert weigh(busy).room == 10


def test_times_the_manager_gave_are_the_pace_they_keep(busy: Any) -> None:
    with busy.work.writing() as session:
        for day in (1, 2):
            session.add(
                MeetingTime(
                    employer_id=busy.connection.employer_id,
                    created_at=busy.clock.now(),
                    requisition_id=busy.requisition_id,
                    staff_id=busy.manager_id,
                    starts_at=busy.clock.now() + timedelta(days=day),
                    minutes=45,
                )
            )
    found = weigh(busy)
    assert (found.room, found.source) == (10, "given")


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_the_page_says_when_and_why_letters_wait(busy: Any, locale: str) -> None:
    with busy.work.writing() as session:
        for number in range(1, 16):
            letter(busy, session, number)
    said = weigh(busy).text(locale)
    assert "3" in said and "15" in said
    assert ("送信を待っています" in said) == (locale == "ja")


def test_letters_wait_in_the_queue_until_there_is_room(busy: Any, smtp: Any) -> None:
    busy.policy(reply_rate=0.5, interviews_per_week=2, per_minute=6000, per_domain_per_minute=6000)
    busy.run()
    busy.release()
    busy.clock.move(timedelta(hours=1))
    busy.run()
    states = busy.states()
    assert [states[id] for id in sorted(states)].count("sent") == 4
    assert all(state in ("sent", "queued") for state in states.values())
    busy.clock.move(YES_WITHIN + timedelta(hours=2))
    busy.run()
    assert list(busy.states().values()).count("sent") == 8


@pytest.mark.parametrize("seed", range(3))
def test_whatever_pattern_of_yeses_within_the_assumed_share_no_window_holds_more_than_the_manager_can(
    busy: Any, seed: int
) -> None:
    chance = random.Random(seed)
    rate, capacity = chance.choice([(0.1, 1), (0.25, 2), (0.5, 3)])
    busy.policy(reply_rate=rate, interviews_per_week=capacity)
    sent: list[tuple[Any, Scout]] = []
    answered: dict[int, Any] = {}
    made: list[date] = []
    number = 0
    for _step in range(50):
        with busy.work.writing() as session:
            busy.clock.move(timedelta(hours=chance.choice([1, 5, 20, 60])))
            found = forecast(session, session.get_one(Requisition, busy.requisition_id), holding=True)
            assert found is not None
            for _letter in range(min(found.room, chance.choice([0, 1, 3, 8]), 40 - number)):
                number += 1
                sent.append((busy.clock.now(), letter(busy, session, number)))
            open_ = [
                place
                for place, (when, _scout) in enumerate(sent)
                if place not in answered and busy.clock.now() - when < YES_WITHIN
            ]
            chance.shuffle(open_)
            for place in open_[: chance.choice([0, 0, 2, 9])]:
                if _within_share(answered.keys() | {place}, place, rate):
                    answered[place] = busy.clock.now()
                    made.append(yes(busy, session, sent[place][1]).due_date)
        _no_window_over(made, capacity)
    assert answered


def _within_share(said_yes: Any, place: int, rate: float) -> bool:
    """Whether every run of letters, one after the other, has no more yeses than its share."""
    last = max(said_yes)
    for first in range(place + 1):
        for end in range(place, last + 1):
            if sum(first <= each <= end for each in said_yes) > math.ceil(round(rate * (end - first + 1), 9)):
                return False
    return True


def _no_window_over(made: list[date], capacity: int) -> None:
    if not made:
        return
    days = [min(made) + timedelta(days=n) for n in range((max(made) - min(made)).days + 1)]
    business = [day for day in days if is_business_day(day)]
    for start in range(len(business)):
        window = business[start : start + 5]
        assert sum(day in window for day in made) <= capacity, (window, made)
