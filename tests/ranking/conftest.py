"""A small invented universe, and descriptions to hold it against."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from ranking.requirement import read_requirement
from ranking.store import ProfileStore
from ranking.universe import GeneratedPerson, generate
from ranking.values import Profile, Requirement


@pytest.fixture(scope="session")
def people() -> list[GeneratedPerson]:
    return list(generate(400, 11))


@pytest.fixture(scope="session")
def profiles(people: list[GeneratedPerson]) -> list[Profile]:
    return [person.profile for person in people]


def _demo(name: str) -> str:
    return (files("ranking") / "data" / "demo" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def backend() -> Requirement:
    return read_requirement(_demo("backend_ja.txt"))


@pytest.fixture(scope="session")
def sales() -> Requirement:
    return read_requirement(_demo("sales_en.txt"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ProfileStore]:
    with ProfileStore.open(tmp_path / "chroma", "employer-1") as opened:
        yield opened


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, profiles: list[Profile]) -> Iterator[ProfileStore]:
    with ProfileStore.open(tmp_path_factory.mktemp("filled"), "employer-1") as opened:
        opened.apply(7, profiles)
        yield opened
