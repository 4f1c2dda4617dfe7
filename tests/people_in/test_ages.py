"""Old profiles are marked, and past a setting not promised to until somebody confirms them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from plugin.people import confirm
from plugin.people_in.ages import age_of, age_text
from plugin.policy import Policy
from plugin.rows import Event, Profile

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "age", "ja", "en"),
    [
        (0, "current", "", ""),
        (365, "current", "", ""),
        (366, "old", "2025-11時点の情報", "as of 2025-11"),
        (
            731,
            "unconfirmed",
            "2024-11時点の情報（面接確約の前に確認が必要）",
            "as of 2024-11, to be confirmed before anything is promised",
        ),
        (None, "unknown", "情報の時点が不明", "age of this information unknown"),
    ],
)
def test_an_age_is_marked_in_both_languages(days: int | None, age: str, ja: str, en: str) -> None:
    as_of = None if days is None else NOW - timedelta(days=days)
    assert age_of(as_of, Policy(), NOW) == age
    assert (age_text(as_of, Policy(), NOW, "ja"), age_text(as_of, Policy(), NOW, "en")) == (ja, en)


def test_confirming_says_who_and_changes_nothing_else(door: Any, lines: Any) -> None:
    door.take(lines({"id": "a", "text": "営業を5年", "as_of": "2023-01-01"}))
    with door.work.writing() as session:
        assert confirm(session, door.employer_id, ["a", "nobody", "a"], actor="admin:佐藤") == ["a"]
    with door.work.reading() as session:
        row = session.exec(select(Profile)).one()
        event = session.exec(select(Event).where(Event.subject == "profile")).one()
    assert row.as_of is not None and (door.work.clock.now() - row.as_of) < timedelta(minutes=1) and row.revision == 1
    assert (event.what, event.actor, event.facts["before"][:10]) == ("confirmed", "admin:佐藤", "2023-01-01")
