"""`kakuyaku lexicon check` shows what is known and what a recruiter may want to add."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ranking.lexicon import lay_over, lexicon
from ranking.unknown_words import unknown_words

DESCRIPTION = """【募集職種】品質管理担当
【仕事内容】
ゾルブラックス社製の装置を使います。詳しくは https://example.com/Quux をご覧ください。
【必須条件】
・PythonまたはXyzzyでの開発経験（3年以上）
・月次決算の実務経験
・鋳型分光の経験
【歓迎条件】
・フロボニクスの知識
・Xyzzy認定資格
"""


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    yield
    lay_over(None)


@pytest.fixture
def description(tmp_path: Path) -> Path:
    file = tmp_path / "description.txt"
    file.write_text(DESCRIPTION, encoding="utf-8")
    return file


def test_known_terms_come_with_label_kind_and_count(kakuyaku: Callable[..., Any], description: Path) -> None:
    ran = kakuyaku("lexicon", "check", description)
    assert ran.code == 0 and ran.err == ""
    assert "    1 skill  Python  (python)" in ran.out.splitlines()
    assert "    1 work  monthly closing  (monthly_closing)" in ran.out.splitlines()


def test_what_is_required_stands_before_what_is_welcome_and_the_rest(
    kakuyaku: Callable[..., Any], description: Path
) -> None:
    found = json.loads(kakuyaku("lexicon", "check", description, "--json").out)["unknown"]
    assert [(one["words"], one["section"], one["count"]) for one in found] == [
        ("Xyzzy", "must", 2),
        ("鋳型分光", "must", 1),
        ("フロボニクス", "nice", 1),
        ("ゾルブラックス", "", 1),
    ]


def test_it_speaks_japanese(kakuyaku: Callable[..., Any], description: Path) -> None:
    lines = kakuyaku("lexicon", "check", description, "--lang", "ja").out.splitlines()
    assert any(line.split() == ["1", "業務", "月次決算", "(monthly_closing)"] for line in lines)
    assert any(line.split() == ["1", "歓迎", "フロボニクス"] for line in lines)


def test_a_folder_is_tried_before_it_is_used(kakuyaku: Callable[..., Any], description: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "skill_ours.tsv").write_text("id\tgroup\timplies\tja\ten\nxyzzy\t\t\t\tXyzzy\n", encoding="utf-8")
    ran = json.loads(kakuyaku("lexicon", "check", description, "--extra", own, "--json").out)
    assert {"id": "xyzzy", "kind": "skill", "ja": "Xyzzy", "en": "Xyzzy", "count": 2} in ran["known"]
    assert "xyzzy" not in lexicon().concepts


def test_the_setting_holds_for_every_command(
    kakuyaku: Callable[..., Any], description: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "skill_ours.tsv").write_text("id\tgroup\timplies\tja\ten\nxyzzy\t\t\t\tXyzzy\n", encoding="utf-8")
    monkeypatch.setenv("KAKUYAKU_LEXICON", str(own))
    known = json.loads(kakuyaku("lexicon", "check", description, "--json").out)["known"]
    assert "xyzzy" in {one["id"] for one in known}
    read = json.loads(kakuyaku("read-jd", description, "--json").out)
    assert "xyzzy" in json.dumps(read, ensure_ascii=False)


def test_a_broken_line_of_ones_own_is_one_line_not_a_traceback(
    kakuyaku: Callable[..., Any], description: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "skill.tsv").write_text("id\tgroup\timplies\tja\ten\nxyzzy\tXyzzy\n", encoding="utf-8")
    ran = kakuyaku("lexicon", "check", description, "--extra", own)
    assert ran.code == 2 and ran.out == ""
    assert ran.err.startswith("kakuyaku: skill.tsv, line 2: five columns are needed, found 2; put one tab")


def test_addresses_ordinary_words_and_english_beginnings_are_no_terms() -> None:
    text = (
        "Requirements\n- Experience with Frobnicator and Python. Strong skills.\n- Ability to write to jobs@example.org"
    )
    assert [one.words for one in unknown_words(text, lexicon())] == ["Frobnicator"]
    assert unknown_words("応募資格\n・コミュニケーション能力\n・実務経験3年以上\n・学歴不問", lexicon()) == []
