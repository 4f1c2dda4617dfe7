"""Every phrase stands in both languages, and the check notices when one doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin import catalogues
from plugin.catalogues import Used


def test_every_phrase_has_its_japanese() -> None:
    assert catalogues.problems(catalogues.used_phrases(), list(catalogues.translations())) == []


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main() == 0
    assert "phrases in both languages" in capsys.readouterr().out


def test_phrases_are_found_in_modules_and_templates(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(
        "_('one %(name)s', name=1)\nx = _('two'\n  ' parts')\nphrases(locale)('at once')\n_(name)\nother('no')\n"
    )
    (tmp_path / "page.html").write_text("{{ _('in a template') }}{% set x = _(\"and here\") if y %}{# _('not here') #}")
    found = catalogues.used_phrases(tmp_path)
    assert set(found) == {"one %(name)s", "two parts", "at once", "in a template", "and here"}
    assert found["two parts"].where.endswith("module.py:2")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ([], "no Japanese"),
        ([("a.po", "Due %(day)s", "")], "no Japanese"),
        ([("a.po", "Due %(day)s", "期日 %(date)s")], "placeholders"),
        ([("a.po", "Due %(day)s", "期日 %(day)s 50%")], "bare %"),
        ([("a.po", "Due %(day)s", "期日 %(day)s"), ("a.po", "gone", "なし")], "nobody says"),
        ([("a.po", "Due %(day)s", "期日 %(day)s"), ("b.po", "Due %(day)s", "締切 %(day)s")], "otherwise"),
    ],
)
def test_what_is_wrong_is_named(known: list[tuple[str, str, str]], said: str) -> None:
    used = {"Due %(day)s": Used("Due %(day)s", "x.py:1")}
    found = catalogues.problems(used, known)
    assert len(found) >= 1 and any(said in line for line in found)


def test_fuzzy_and_obsolete_entries_count_as_missing(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n#, fuzzy\nmsgid "x"\nmsgstr "エックス"\n\n#~ msgid "old"\n#~ msgstr "旧"\n'
    )
    assert [(phrase, japanese) for _file, phrase, japanese in catalogues.translations(tmp_path)] == [
        ("x", ""),
        ("old", ""),
    ]
