"""Who a résumé is about, and a folder of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plugin.people_in.records import Defaults, Incoming
from plugin.people_in.resumes import documents_in, read_document, read_documents
from plugin.people_in.who import who

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FILES = Path(__file__).with_name("files")
WORK = "決済基盤のバックエンド開発にGoとPostgreSQLで五年間従事し、直近は五名のチームのリーダーを務めています。"


def test_a_japanese_resume_gives_its_person_and_keeps_only_words_about_work() -> None:
    one = read_document("a.pdf", (FILES / "shokumu_keirekisho.pdf").read_bytes(), Defaults(), NOW)
    assert isinstance(one, Incoming)
    who_ = one.identity
    assert (who_.name, who_.kana) == ("見本 太郎", "ミホン タロウ")
    assert (who_.email, who_.phone) == ("taro.mihon@example.com", "090-0000-1234")
    assert one.as_of == datetime(2026, 4, 1, tzinfo=UTC)  # 「2026年4月1日現在」
    assert one.stripped == {"birth_date": 1, "gender": 1, "family": 1, "domicile": 1}
    for gone in ("見本", "1990", "長野", "example.com", "090-0000", "例示荘"):
        assert gone not in one.profile.text
    assert "居住地：東京都" in one.profile.text and "TOEIC 820点" in one.profile.text


def test_an_english_resume_likewise() -> None:
    one = read_document("a.pdf", (FILES / "resume.pdf").read_bytes(), Defaults(), NOW)
    assert isinstance(one, Incoming)
    assert (one.identity.name, one.identity.email) == ("Jane Sample", "jane.sample@example.com")
    assert one.profile.text.startswith("Osaka, Japan\nSummary\nProduct manager")
    assert one.stripped == {"birth_date": 1, "nationality": 1, "family": 1} and one.as_of is None


@pytest.mark.parametrize(
    ("text", "filename", "name"),
    [
        (f"職務経歴書\n氏　名　見本　太郎　印\n{WORK}", "", "見本 太郎"),
        (f"職務経歴書\n見本　太郎\n{WORK}", "", "見本 太郎"),
        (f"Name: Jane Sample\n{WORK}", "", "Jane Sample"),
        (f"Senior Product Manager\n{WORK}", "", ""),
        (WORK, "職務経歴書_見本太郎様_20260401", "見本太郎"),
        (WORK, "見本　太郎_履歴書", "見本 太郎"),
        (WORK, "resume_final_2", ""),
        (f"• Address customer issues within a day\n{WORK}", "", ""),
    ],
)
def test_a_name_is_taken_where_names_stand_and_nowhere_else(text: str, filename: str, name: str) -> None:
    assert who(text, filename)[0].name == name


def test_prose_is_left_as_it_is() -> None:
    prose = (
        f"• Address customer issues within a day\n2018年4月-2020年3月 株式会社れい\n売上 0120 億円規模の部門\n{WORK}"
    )
    identity, rest = who(prose)
    assert rest == prose and not identity.phone


def test_a_folder_is_read_once_and_what_cannot_be_read_is_named(tmp_path: Path, door: Any) -> None:
    folder = tmp_path / "résumés"
    (folder / "2025").mkdir(parents=True)
    (folder / "a.txt").write_text(f"氏名：見本 太郎\ntaro@example.com\n{WORK}", "utf-8")
    (folder / "2025" / "b.txt").write_text(f"氏名：例示 花子\n{WORK}", "utf-8")
    (folder / "copy of a.txt").write_bytes((folder / "a.txt").read_bytes())
    (folder / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "picture.png").write_bytes(b"no document")
    (folder / "~$a.docx").write_bytes(b"Word's own")
    found = documents_in(folder)
    assert [str(path.relative_to(folder)) for path in found] == ["2025/b.txt", "a.txt", "copy of a.txt", "old.doc"]
    report = door.take(read_documents(found, folder, Defaults(), NOW))
    assert (report.new, report.folded, report.set_aside) == (2, 1, 1)
    assert door.aside[0].place == "old.doc" and ".docx" in door.aside[0].reason
    again = door.take(read_documents(found, folder, Defaults(), NOW))
    assert (again.known, again.new, again.changed) == (3, 0, 0)


def test_a_resume_that_is_in_is_not_read_again(tmp_path: Path, door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(f"氏名：見本 太郎\n{WORK}", "utf-8")
    door.take(read_documents([tmp_path / "a.txt"], tmp_path, Defaults(), NOW))
    from plugin.people_in import resumes

    def never(*_: Any) -> str:
        raise AssertionError("read again")

    monkeypatch.setattr(resumes, "text_of", never)
    assert door.take(read_documents([tmp_path / "a.txt"], tmp_path, Defaults(), NOW)).known == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_we_may_not_read_is_named(tmp_path: Path, door: Any) -> None:
    (tmp_path / "a.txt").write_text(WORK, "utf-8")
    (tmp_path / "a.txt").chmod(0)
    door.take(read_documents([tmp_path / "a.txt"], tmp_path, Defaults(), NOW))
    assert "can't be read" in door.aside[0].reason
