"""The judged descriptions keep the shape the comparison relies on. Of the frozen ones only the shape is looked at."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

JUDGED = Path(__file__).parents[1] / "fixtures" / "judged"
FILES = sorted(JUDGED.glob("*/*.json"))
ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)*)")
KEYS = {"id", "language", "grade", "plain", "why", "text"}
LONGEST_PROFILE, SHORTEST_PROFILE = 600, 250


def read(path: Path) -> dict[str, Any]:
    judged: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return judged


def relevant(judged: dict[str, Any]) -> list[dict[str, Any]]:
    return [profile for profile in judged["profiles"] if profile["grade"] >= 2]


def test_eight_descriptions_are_open_and_four_frozen_half_of_each_japanese() -> None:
    languages = Counter((path.parent.name, read(path)["description_language"]) for path in FILES)
    assert languages == {("open", "ja"): 4, ("open", "en"): 4, ("frozen", "ja"): 2, ("frozen", "en"): 2}


def test_nobody_is_in_both_folders() -> None:
    texts = {
        folder: {profile["text"] for path in (JUDGED / folder).glob("*.json") for profile in read(path)["profiles"]}
        for folder in ("open", "frozen")
    }
    assert texts["open"] and texts["frozen"]
    assert not texts["open"] & texts["frozen"]


def test_an_id_is_one_person_throughout() -> None:
    people = {(profile["id"], profile["text"]) for path in FILES for profile in read(path)["profiles"]}
    assert len({person for person, _ in people}) == len({text for _, text in people}) == len(people)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_thirty_profiles_are_graded(path: Path) -> None:
    judged = read(path)
    profiles = judged["profiles"]
    assert judged["slug"] == path.stem
    assert 500 <= len(judged["description"]) <= 1200
    assert len(profiles) == len({profile["id"] for profile in profiles}) == 30
    for profile in profiles:
        assert set(profile) == KEYS
        assert profile["language"] in {"ja", "en"} and isinstance(profile["plain"], bool) and profile["why"]
        assert SHORTEST_PROFILE <= len(profile["text"]) <= LONGEST_PROFILE
    grades = Counter(profile["grade"] for profile in profiles)
    assert set(grades) == {0, 1, 2, 3}
    assert grades[3] >= 4 and grades[2] >= 5 and grades[1] >= 5 and grades[0] >= 9


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_third_of_the_relevant_are_plain_and_both_languages_are_among_them(path: Path) -> None:
    judged = read(path)
    found = relevant(judged)
    assert 3 * sum(profile["plain"] for profile in found) >= len(found)
    assert not any(profile["plain"] for profile in judged["profiles"] if profile["grade"] < 2)
    for share in Counter(profile["language"] for profile in found).values():
        assert 4 <= share <= 7
    assert {profile["language"] for profile in found if profile["plain"]} == {"ja", "en"}
    assert {profile["language"] for profile in judged["profiles"] if profile["grade"] < 2} == {"ja", "en"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_address_reaches_anybody(path: Path) -> None:
    for domain in ADDRESS.findall(path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"(?:[\w-]+\.)*example(?:\.\w+)?", domain), domain
