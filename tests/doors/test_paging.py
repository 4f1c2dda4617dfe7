"""Long lists come in pages: nothing is cut off, whatever the address says."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from plugin.doors.paging import paged
from plugin.rows import Task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@given(
    st.integers(0, 500), st.integers(1, 60), st.one_of(st.none(), st.integers(-10, 10**9).map(str), st.text(max_size=4))
)
def test_the_pages_of_a_list_hold_everybody_once(database_kind: str, total: int, size: int, asked: str | None) -> None:
    everybody = list(range(total))
    with Flask("x").test_request_context("/", query_string={} if asked is None else {"page": asked}):
        at = paged(total, size=size)
        assert 1 <= at.number <= at.pages
        assert at.of(everybody) or not everybody
    seen: list[int] = []
    for number in range(1, at.pages + 1):
        with Flask("x").test_request_context("/", query_string={"page": number, "due": "2"}):
            here = paged(total, size=size)
            seen += here.of(everybody)
            assert bool(here.after) == (number < here.pages) and bool(here.before) == (number > 1)
            assert all("due=2" in address for address in (here.before, here.after) if address)
    assert seen == everybody


def test_no_task_is_cut_off(house: Any, clock: Any) -> None:
    with house.work.writing() as db:
        for number in range(130):
            db.add(
                Task(
                    employer_id=1,
                    connection_id=house.connection,
                    name=f"question:{number}",
                    kind="question",
                    due=clock.now() + timedelta(hours=number),
                    created_at=clock.now(),
                )
            )
    client = house.client(house.recruiter, "en")
    first, second = client.get("/tasks").text, client.get("/tasks?page=2").text
    count = lambda text: len(re.findall(r'action="/tasks/\d+/done"', text))  # noqa: E731
    assert (count(first), count(second)) == (100, 30)
    assert 'href="?page=2"' in first and 'href="?page=1"' in second
    assert "Page 1 of 2, 130 in all" in first
