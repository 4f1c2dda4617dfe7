"""The loop, whole, on every ATS: the same steps, whatever its protocol; by the acting link where it has no other place."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.registry import CONNECTORS
from plugin.demo.stage import demo_description
from plugin.demo.story import PLAYABLE, START, Story
from plugin.demo.world import open_world

TOGETHER = {"greenhouse", "lever", "odoo", "ashby"}
"""Told in tests/test_together.py, at once."""

HERE = sorted(set(PLAYABLE) - TOGETHER)


def test_every_ats_has_its_story() -> None:
    assert set(PLAYABLE) == set(CONNECTORS)


@pytest.mark.parametrize("ats", HERE)
def test_a_promise_is_made_carried_answered_and_kept(ats: str, tmp_path: Path) -> None:
    steps: dict[str, str] = {}
    with open_world(tmp_path, start=START, locale="ja", people=300, ats=ats) as world:
        story = Story(world, steps.__setitem__)
        story.patience = 60.0
        told = story.tell(demo_description("ja"), "シニアバックエンドエンジニア")
        by_link = world.approval.strength == "acting_link"
    assert told.promise["state"] == "kept"
    assert ("acting link" in steps["decision"]) == by_link, "it says how the manager approved"
