"""docs/adding-an-ats.md: its code runs, through the whole story."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from connectors.base import Connector
from connectors.registry import CONNECTORS
from connectors.sandbox.standins import STANDINS
from plugin.demo.stage import demo_description
from plugin.demo.story import START, Story
from plugin.demo.world import open_world

PAGE = Path(__file__).parents[2] / "docs" / "adding-an-ats.md"


def blocks() -> dict[str, str]:
    """The page's code by the file it says it belongs to."""
    found = re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return dict(found)


def load(name: str, code: str, folder: Path) -> ModuleType:
    file = folder / (name.rsplit(".", 1)[1] + "_example.py")
    file.write_text(code, encoding="utf-8")
    spec = spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def kabosu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Connector]]:
    """The example as it would be after its two lines."""
    code = blocks()
    names = ("connectors.kabosu", "connectors.sandbox.standins.kabosu")
    try:
        for name in names:
            load(name, code[name.replace(".", "/") + ".py"], tmp_path)
        registry: dict[str, Any] = {"CONNECTORS": {}}
        exec(compile(code["connectors/registry.py"], "registry", "exec"), registry)
        standins: dict[str, Any] = {"STANDINS": {}}
        exec(compile(code["connectors/sandbox/standins/__init__.py"], "standins", "exec"), standins)
        for key, connector in registry["CONNECTORS"].items():
            monkeypatch.setitem(CONNECTORS, key, connector)
        for key, place in standins["STANDINS"].items():
            monkeypatch.setitem(STANDINS, key, place)
        yield CONNECTORS["kabosu"]
    finally:
        for name in names:
            sys.modules.pop(name, None)


def test_the_example_says_why_for_all_it_leaves_alone(kabosu: type[Connector]) -> None:
    given = {name for name in vars(Connector) if not name.startswith("_")}
    alone = {name for name in kabosu.empty if not kabosu.supports(name)}
    assert alone == set(kabosu.empty), "no reason is given for what is there"
    assert alone <= given


def test_the_example_lives_through_the_story(kabosu: type[Connector], tmp_path: Path) -> None:
    steps: list[str] = []
    folder = tmp_path / "world"
    folder.mkdir()
    with open_world(folder, start=START, locale="ja", people=600, ats="kabosu") as world:
        told = Story(world, lambda step, words: steps.append(words)).tell(
            demo_description("ja"), "シニアバックエンドエンジニア"
        )
    assert told.promise["state"] == "kept"
    assert any("acting link" in words for words in steps)
