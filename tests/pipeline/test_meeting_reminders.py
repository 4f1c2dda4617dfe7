"""The candidate hears of their meeting once more, in waking hours, for each time it is set to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.pipeline.meeting_reminders import remind_candidate
from plugin.rows import Connection, Promise


@pytest.fixture
def database_kind() -> str:
    """SQLite is enough: nothing here depends on the dialect."""
    return "sqlite"


WHEN = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # 18:00 in Tokyo


def at_times(world: Any, *moments: datetime) -> list[str]:
    """Look at each moment; the plain texts of the reminders posted."""
    for moment in moments:
        world.clock.move_to(moment)
        with world.work.writing() as session:
            remind_candidate(session, world.work.vault, session.exec(select(Promise).order_by(col(Promise.id))).one())
    return [world.text_of(mail) for mail in world.mails("meeting_reminder")]


def meeting_at(world: Any, when: datetime) -> None:
    with world.work.writing() as session:
        promise = session.exec(select(Promise)).one()
        promise.state, promise.interview_at = "scheduled", when
        session.add(promise)


@pytest.fixture
def arranged(world: Any) -> Any:
    world.yes(world.scout())
    world.work_all()
    meeting_at(world, WHEN)
    return world


def test_once_from_the_morning_of_the_day_before(arranged: Any) -> None:
    assert at_times(arranged, WHEN - timedelta(hours=40)) == [], "the night before that"
    [text] = at_times(arranged, WHEN - timedelta(hours=30), WHEN - timedelta(hours=20), WHEN - timedelta(hours=5))
    assert "2026年11月26日(木) 18:00" in text and "/c/" in text and "オンライン、45分程度" in text
    assert "82" not in text, "never the score"


def test_never_at_night_nor_just_before(arranged: Any) -> None:
    assert at_times(arranged, datetime(2026, 11, 25, 13, 0, tzinfo=UTC)) == [], "22:00 in Tokyo"
    assert at_times(arranged, WHEN - timedelta(minutes=30)) == []


def test_a_meeting_moved_is_reminded_of_anew(arranged: Any) -> None:
    assert len(at_times(arranged, WHEN - timedelta(hours=30))) == 1
    meeting_at(arranged, WHEN + timedelta(days=1))
    assert len(at_times(arranged, WHEN - timedelta(hours=6), WHEN - timedelta(hours=4))) == 2


def test_not_where_the_connection_says_so(arranged: Any) -> None:
    with arranged.work.writing() as session:
        connection = session.get_one(Connection, arranged.connection.key)
        connection.policy = dict(connection.policy) | {"remind_candidates": False}
        session.add(connection)
    assert at_times(arranged, WHEN - timedelta(hours=30)) == []
