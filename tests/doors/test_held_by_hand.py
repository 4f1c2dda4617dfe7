"""A promise whose meeting the ATS doesn't show: the recruiter says what became of it, and only then may they."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from plugin.rows import Connection, Entry, Promise
from plugin.tasks import open_task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def press(client: Any, page: str, path: str | None = None, /, **form: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None, f"{page} has no form"
    return client.post(path or page, data={"csrf_token": token[1], **form})


def unread(house: Any, promise: Promise) -> None:
    with house.work.writing() as db:
        connection = db.get_one(Connection, promise.connection_id)
        open_task(
            db,
            employer_id=connection.employer_id,
            connection_id=connection.key,
            kind="promises_unread",
            name="today",
        )


def test_what_the_ats_shows_is_not_said_by_hand(house: Any, said_yes: Entry) -> None:
    promise = house.one(Promise)
    client, page = house.client(house.recruiter), f"/promises/{promise.key}"
    assert "/held" not in client.get(page).text
    assert press(client, page, f"{page}/held", at="2026-11-21T10:00").status_code == 409
    assert house.one(Promise).state == "owed"


def test_a_meeting_in_time_is_recorded_with_its_hour(house: Any, said_yes: Entry) -> None:
    promise = house.one(Promise)
    unread(house, promise)
    client, page = house.client(house.recruiter), f"/promises/{promise.key}"
    assert "実施されましたか" in client.get(page).text
    press(client, page, f"{page}/held", at="soon")
    press(client, page, f"{page}/held")
    assert house.one(Promise).state == "owed", "the date has not passed: nothing can be broken by hand either"
    now = house.work.clock.now() + timedelta(minutes=20)
    house.work.clock.move(timedelta(minutes=30))
    press(client, page, f"{page}/held", at=now.astimezone(ZoneInfo(promise.zone)).strftime("%Y-%m-%dT%H:%M"))
    kept = house.one(Promise)
    assert kept.state == "kept" and kept.kept_at == now.replace(second=0, microsecond=0)
    assert press(house.client(house.manager), "/promises", f"{page}/held", at="").status_code == 403
