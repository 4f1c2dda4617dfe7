"""The sweep's benchmark, small: every stand-in within its bounds, and one of them killed for real."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Connector
from connectors.records import Page, Rate
from connectors.registry import CONNECTORS
from connectors.sandbox.standins import STANDINS
from plugin.bench import sweep, sweep_child
from plugin.bench.sweep import fewest, measure
from plugin.bench.sweep_world import CUT_OFF, SharedClock, crowded


def test_the_fewest_requests_are_full_pages_of_every_list() -> None:
    assert fewest("greenhouse", 10_000, 50_000) == 20 + 20 + 20 + 100
    assert all(fewest(name, 1, 1) >= 2 for name in STANDINS)


@pytest.fixture(autouse=True)
def _migrated_already(monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> None:
    monkeypatch.setattr(sweep_child, "upgrade", lambda url: shutil.copyfile(sqlite_template, url[len("sqlite:///") :]))


def test_a_sweep_that_was_killed_asks_one_page_again_and_keeps_to_every_bound() -> None:
    row = measure("smartrecruiters", requisitions=500, people=900, say=lambda text: None)
    assert row["wrong"] == "" and row["asked_again"] <= 1, row


@pytest.mark.parametrize("name", sorted(STANDINS))
def test_every_stand_in_is_read_within_its_bounds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "_run", sweep_child.sweep)
    row = measure(name, requisitions=220, people=330, say=lambda text: None, kill=False)
    assert row["wrong"] in ("", "memory"), row  # the memory is that of all the tests before


@pytest.mark.parametrize("name", sorted(STANDINS))
def test_a_cursor_is_good_for_another_process(name: str, tmp_path: Path) -> None:
    clock = SharedClock(tmp_path / "clock")
    there, _ = crowded(name, clock, Rate(1_000_000, 1.0), 220, 330)
    given = there.connection()

    def connect() -> Connector:
        return CONNECTORS[name](
            credentials=given["credentials"], secrets=[], options=given["options"], timekeeper=clock.timekeeper()
        )

    def read(page: Callable[[Connector, str], Page[Any]], *, anew: bool) -> list[str]:
        ids, cursor, ats = set(), "", connect()
        while True:
            found = page(ats, cursor)
            ids |= {one.id for one in found.items}
            if not (cursor := found.cursor):
                ats.close()
                return sorted(ids)
            if anew:
                ats.close()
                ats = connect()

    pages: list[Callable[[Connector, str], Page[Any]]] = [
        lambda ats, cursor: ats.requisitions_page(CUT_OFF, cursor),
        lambda ats, cursor: ats.requisitions_page(None, cursor),
        lambda ats, cursor: ats.people_page(CUT_OFF, cursor),
    ]
    for page, least in zip(pages, (220, 220, 330), strict=True):
        whole = read(page, anew=False)
        assert len(whole) >= least
        assert read(page, anew=True) == whole
    there.close()
    clock.close()
