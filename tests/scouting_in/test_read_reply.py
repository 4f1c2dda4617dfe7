"""`kakuyaku read-reply`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from plugin.cli.replies import read_reply


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path:
    return request.path.parents[1] / "fixtures" / "replies" / "open"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(read_reply, [str(one) for one in arguments])


def test_a_file_is_read_as_json(folder: Path) -> None:
    result = run(folder / "001_ja_gmail_interested.eml", "--json")
    shown = json.loads(result.output)
    assert (shown["intent"], shown["doubtful"], shown["from"]) == ("interested", False, "taro.yamada@example.com")
    assert shown["text"].endswith("山田太郎") and "採用チーム" in shown["full_text"]


def test_a_file_is_read_for_people(folder: Path) -> None:
    result = run(folder / "001_ja_gmail_interested.eml", "--letter", folder / "letter_ja.eml")
    assert result.exit_code == 0
    assert "intent    interested" in result.output and "ぜひ一度お話を伺えればと存じます。" in result.output


@pytest.mark.parametrize("content", [b"", b"  \n", "ぜひお願いします".encode()])
def test_what_is_no_mail_is_refused_with_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.eml"
    file.write_bytes(content)
    result = run(file)
    assert result.exit_code == 2 and "saved as .eml" in result.output
    assert "Traceback" not in result.output


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert run(tmp_path / "none.eml").exit_code == 2


def test_what_stands_beside_the_intent_is_shown(folder: Path) -> None:
    later = run(folder / "174_ja_shigatsu_later.eml", "--letter", folder / "letter_ja.eml")
    assert "when      2027-04-01" in later.output
    question = run(folder / "158_ja_dokonokaisha_question.eml")
    assert "topic     employer_name" in question.output
    asked = run(folder / "219_ja_delete_opt_out.eml", "--json")
    assert json.loads(asked.output)["erasure"] is True


def test_an_attached_file_is_named_by_its_bytes(folder: Path) -> None:
    shown = run(folder / "142_en_resume_attached_interested.eml")
    assert "attached  Raman_Priya_CV.pdf (pdf, called application/octet-stream" in shown.output
