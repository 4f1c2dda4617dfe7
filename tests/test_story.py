"""The loop, whole, as its people see it. Read this first.

A requisition is created in the ATS; its shortlist stands there; the manager approves a line there; scouts carry that
promise; a yes becomes an entry in the ATS; the promise is kept. Over real HTTP and SMTP, with a clock we move. Then the
same against an ATS that misbehaves: the end is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin.demo.postbox import answer_to
from plugin.demo.postpages import YES_EN, YES_JA
from plugin.demo.stage import demo_description
from plugin.demo.story import START, Story
from plugin.demo.world import World, open_world

TITLE = {"ja": "シニアバックエンドエンジニア", "en": "Account Executive, Enterprise Sales"}


@pytest.fixture(params=["ja", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(tmp_path: Path, lang: str) -> Iterator[World]:
    with open_world(tmp_path, start=START, locale=lang, people=1200) as world:
        yield world


def quiet(step: str, words: str) -> None:
    """Nobody reads along in a test."""


def test_a_requisition_becomes_a_promise_and_a_yes_becomes_an_entry(world: World, lang: str) -> None:
    story = Story(world, quiet)

    story.create_requisition(demo_description(lang), TITLE[lang])

    story.see_shortlist_in_ats()
    assert len(story.told.shortlist) == 20
    note = story.told.ats["note"]
    assert "A-01" in note and "A-20" in note, "people are masked until a yes"
    assert ("点以上" in note) == (lang == "ja"), "the line is written in words, in the manager's language"

    story.approve_in_ats()
    assert story.told.commitment["state"] == "in_force"
    assert story.told.commitment["days"] == 5

    story.release_batch()
    scout = story.read_scouts()
    line = str(story.told.commitment["line"])
    assert f"{line}点" not in scout.text and f"score of {line}" not in scout.text, "a candidate never sees the line"

    story.answer_yes(scout)

    story.see_entry_in_ats()
    assert story.told.promise["due"] == "2026-12-01", "a yes on Tuesday 24 November is due five business days later"

    story.keep_promise()
    assert story.told.promise["state"] == "kept"


@pytest.mark.parametrize("lang", ["ja"], indirect=True)
def test_a_second_yes_changes_nothing(world: World, lang: str) -> None:
    story = Story(world, quiet)
    story.create_requisition(demo_description(lang), TITLE[lang])
    story.see_shortlist_in_ats()
    story.approve_in_ats()
    story.release_batch()
    scout = story.read_scouts()
    story.answer_yes(scout)
    story.see_entry_in_ats()
    before = _written(world)

    again = answer_to(scout, (YES_JA if "様" in scout.text else YES_EN) + " ", subject="Re: Re:")
    story._send(again.as_bytes(), str(scout.message["To"]), str(scout.message["Reply-To"]))
    world.settle()

    assert len(story._there().entries) == 1
    after = _written(world)
    assert {kind: after[kind] for kind in ("candidates", "applications")} == {
        kind: before[kind] for kind in ("candidates", "applications")
    }


@pytest.mark.parametrize("seed", [1])
def test_against_a_misbehaving_ats_the_end_is_the_same(tmp_path: Path, seed: int) -> None:
    with open_world(tmp_path, start=START, locale="ja", people=600) as world:
        story = Story(world, quiet)
        story.patience, story.breath = 90.0, 0.6
        _misbehave(world, seed)
        told = story.tell(demo_description("ja"), TITLE["ja"])
        world.sandbox.behave()
        assert told.promise["state"] == "kept"
        written = _written(world)
        there = story._there()
        assert sum("A-01" in note for note in there.notes) == 1, "one shortlist note, however often the answer was lost"
        assert len(there.entries) == 1
        assert written["candidates"] == 1
        assert written["applications"] == 1


def _misbehave(world: World, seed: int) -> None:
    """Everything the sandbox can do wrong, each often enough to hit the loop at several places."""
    share: list[tuple[str, float, dict[str, Any]]] = [
        ("too_many_requests", 0.05, {}),
        ("server_error", 0.05, {}),
        ("drop_answer", 0.1, {"on": "writes"}),
        ("error_after_write", 0.1, {"on": "writes"}),
        ("webhook_duplicate", 0.3, {}),
        ("webhook_reorder", 0.2, {}),
        ("webhook_drop", 0.2, {}),
    ]
    for kind, probability, more in share:
        world.sandbox.misbehave(kind, probability=probability, seed=seed, **more)
    world.sandbox.misbehave("async_candidate", next=1, delay=0.3)
    world.sandbox.misbehave("late_write", next=1, delay=0.3, on="writes")


def _written(world: World) -> dict[str, int]:
    return dict(world.sandbox.writes())
