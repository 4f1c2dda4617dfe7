"""Greenhouse by the page: three lists one after the other, and no job read twice for its own post."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import ATSError
from connectors.greenhouse import Greenhouse
from connectors.greenhouse.place import LISTS, Place
from connectors.sandbox import Sandbox


@given(st.sampled_from(LISTS[:-1]), st.sets(st.integers(1, 2**40)), st.sets(st.integers(1, 2**40)), st.text())
def test_a_place_goes_on_with_what_was_given(name: str, before: set[int], now: set[int], cursor: str) -> None:
    place = Place.of(Place(name, frozenset(before)).after(now, cursor))
    assert place.given == before | now
    assert (place.list, place.cursor) == ((name, cursor) if cursor else (LISTS[LISTS.index(name) + 1], ""))


@pytest.mark.parametrize("cursor", ["offers::x", "jobs:%%:x", "jobs:YWJj:x", "nonsense", "candidates"])
def test_a_cursor_that_is_not_ours_starts_the_list_anew(cursor: str) -> None:
    with pytest.raises(ATSError) as problem:
        Place.of(cursor)
    assert problem.value.permanent


def test_another_process_goes_on_and_reads_no_job_for_a_post_it_has_given(
    ats: Greenhouse, connect: Callable[..., Greenhouse], sandbox: Sandbox, back_door: Callable[..., Any]
) -> None:
    since = sandbox.clock.now()
    made = [str(back_door("POST", "/sandbox/requisitions", name="営業", post="<p>経験者</p>")["id"]) for _ in range(3)]
    given, cursor = [], ""
    for _ in range(4):
        other = connect()
        asked: list[str] = []
        send = other.harvest.session.send

        def heard(method: str, url: str, send: Any = send, asked: list[str] = asked, **how: Any) -> Any:
            asked.append(url.rpartition("/")[2])
            return send(method, url, **how)

        other.harvest.session.send = heard  # type: ignore[method-assign]
        page = other.requisitions_page(since, cursor)
        given += [one.id for one in page.items]
        assert len([name for name in asked if name != "token"]) == 1
        cursor = page.cursor
        if not cursor:
            break
    assert sorted(given) == sorted(made)
