"""The page of security answers names only what is there, and the same in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.registry import CONNECTORS
from plugin.cli.entry import COMMANDS
from plugin.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(params=["security.md", "security.ja.md"])
def page(request: pytest.FixtureRequest) -> str:
    return (DOCS / request.param).read_text("utf-8")


def test_settings_and_commands_it_names_exist(page: str) -> None:
    named = {name.lower() for name in re.findall(r"KAKUYAKU_([A-Z_]+)", page)}
    assert named <= set(Settings.model_fields) and len(named) >= 10
    assert set(re.findall(r"`kakuyaku ([a-z-]+)", page)) <= set(COMMANDS)


def test_every_ats_has_its_row(page: str) -> None:
    rows = set(re.findall(r"\| \[([a-z]+)\]\([a-z]+(?:\.ja)?\.md\) \|", page))
    assert rows == set(CONNECTORS)
    assert all(kind.title in page or kind.name in page for kind in CONNECTORS.values())


def test_both_languages_answer_the_same_questions() -> None:
    english, japanese = ((DOCS / name).read_text("utf-8") for name in ("security.md", "security.ja.md"))
    for pattern in (r"^## ", r"^\| ", r"`[^`]+`"):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, japanese, re.M)), pattern
    assert set(re.findall(r"KAKUYAKU_[A-Z_]+", english)) == set(re.findall(r"KAKUYAKU_[A-Z_]+", japanese))
