"""The sweep's benchmark, small: every stand-in within its bounds, and one of them killed for real."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connectors.sandbox.standins import STANDINS
from plugin.bench import sweep, sweep_child
from plugin.bench.sweep import fewest, measure


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
