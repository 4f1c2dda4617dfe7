"""What the rules refuse is said in the reader's language, sentence by sentence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import plugin
from plugin.catalogues import translations
from plugin.doors.app import create_app
from plugin.doors.refusing import apologies, farewells, promises, refusal, replies
from plugin.work.context import Work

ROOT = Path(plugin.__file__).parent
RULES = [
    ("pipeline/ledger.py", "NotAllowed"),
    ("doors/promises.py", "NotAllowed"),
    ("scouting/deciding.py", "CannotDecide"),
    ("scouting/question_answers.py", "CannotAnswer"),
    ("pipeline/farewells.py", "CannotClose"),
    ("pipeline/apologies.py", "CannotApologise"),
]


def raised(path: str, name: str) -> list[str]:
    """The constant messages a module raises an exception with."""
    found = []
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
            found += [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return found


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(("path", "name"), RULES)
def test_every_refusal_has_its_sentence_in_both_languages(work: Work, path: str, name: str) -> None:
    messages = raised(path, name)
    assert messages, f"{path} refuses nothing any more"
    app = create_app(work)
    said = {}
    for lang in ("ja", "en"):
        with app.test_request_context("/", headers={"Accept-Language": lang}):
            app.preprocess_request()
            known = promises() | replies() | farewells() | apologies()
            assert [message for message in messages if message not in known] == []
            said[lang] = [refusal(ValueError(message)) for message in messages]
    assert all(not japanese.isascii() for japanese in said["ja"])
    assert all(english.endswith(".") for english in said["en"])


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_unknown_refusal_is_still_said_kindly(work: Work) -> None:
    app = create_app(work)
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        app.preprocess_request()
        assert "secret" not in refusal(ValueError("secret detail"))
    assert any("このままでは記録できません" in japanese for _file, _phrase, japanese in translations())
