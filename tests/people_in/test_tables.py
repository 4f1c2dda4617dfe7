"""Tables of people: how they are written, what their columns mean, one row as one person."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plugin.people_in.columns import ColumnMapping, WrongMapping, banned_kind, check, guess, read, written
from plugin.people_in.records import Defaults, Incoming, SetAside, Unusable, read_date
from plugin.people_in.table_people import labelled, read_rows
from plugin.people_in.tables import NoTable, read_table
from ranking.profiles import complete
from ranking.values import Level

NOW = datetime(2026, 11, 20, tzinfo=UTC)
JAPANESE = (
    *(
        "候補者番号",
        "氏名",
        "フリガナ",
        "メールアドレス（必須）",
        "電話番号",
        "性別",
        "生年月日",
        "現職",
        "職務要約",
        "スキル",
    ),
    *("語学", "年収(万円)", "希望年収(万円)", "住所", "同意日", "最終更新日", "備考"),
)
ENGLISH = (
    *("Candidate ID", "First Name", "Last Name", "E-mail", "Mobile", "Date of Birth", "Gender", "Current Company"),
    *(
        "Current Title",
        "Summary",
        "Skills",
        "Years of Experience",
        "Current Salary",
        "Location",
        "Last Updated",
        "Notes",
    ),
)
ROW = (
    *("K-1", "見本　太郎", "ミホン　タロウ", "taro@example.com", "090-0000-0001", "男", "1990/1/1", "株式会社れい"),
    *(
        "決済基盤のバックエンドエンジニアを5年。\n直近はリーダー。",
        "Go, AWS",
        "英語：TOEIC 850",
        "650",
        "800",
        "東京都港区見本町1-2-3",
        "2026/1/5",
        "2026年9月1日",
        "声が大きい",
    ),
)


def table(tmp_path: Path, *rows: Any, encoding: str = "utf-8", delimiter: str = ",", name: str = "people.csv") -> Path:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    path = tmp_path / name
    path.write_bytes(file.getvalue().encode(encoding))
    return path


def people(path: Path, mapping: ColumnMapping | None = None, defaults: Defaults | None = None) -> list[Any]:
    found = read_table(path)
    return list(read_rows(found, mapping or guess(found.headings, found.first(50)), defaults or Defaults(), NOW))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_table_is_read_however_excel_wrote_it(tmp_path: Path, encoding: str, delimiter: str) -> None:
    found = read_table(table(tmp_path, JAPANESE, ROW, encoding=encoding, delimiter=delimiter))
    assert (found.headings, found.delimiter) == (JAPANESE, delimiter)
    assert tuple(found.first(1)[0].values()) == ROW


def test_japanese_headings_are_understood() -> None:
    mapping = guess(JAPANESE, [dict(zip(JAPANESE, ROW, strict=True))])
    assert dict(mapping.columns) == {
        "候補者番号": "id", "氏名": "name", "フリガナ": "kana", "メールアドレス（必須）": "email", "電話番号": "phone", "現職": "company",
        "職務要約": "text", "スキル": "text", "語学": "text", "年収(万円)": "text", "希望年収(万円)": "text", "住所": "place",
        "同意日": "consent_date", "最終更新日": "as_of", "備考": "ignore",
    }  # fmt: skip
    assert dict(mapping.banned) == {"性別": "gender", "生年月日": "birth_date"}


def test_english_headings_are_understood() -> None:
    mapping = guess(ENGLISH)
    assert dict(mapping.columns) == {
        "Candidate ID": "id", "First Name": "given_name", "Last Name": "family_name", "E-mail": "email", "Mobile": "phone",
        "Current Company": "company", "Current Title": "title", "Summary": "text", "Skills": "text",
        "Years of Experience": "text", "Current Salary": "text", "Location": "place", "Last Updated": "as_of", "Notes": "ignore",
    }  # fmt: skip
    assert dict(mapping.banned) == {"Date of Birth": "birth_date", "Gender": "gender"}


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("年齢", "age"), ("満年齢", "age"), ("国籍", "nationality"), ("本籍地", "domicile"), ("出身地", "domicile"), ("配偶者の有無", "family"),
        ("扶養家族数", "family"), ("家族構成", "family"), ("宗教", "religion"), ("支持政党", "religion"), ("労働組合加入", "union"),
        ("顔写真URL", "photo"), ("健康状態", "health"), ("障害者手帳", "health"), ("Marital Status", "family"), ("date_of_birth", "birth_date"),
        ("Sex", "gender"), ("Religion", "religion"), ("Trade Union", "union"), ("Photo", "photo"), ("Ethnicity", "race"),
        ("氏名", ""), ("姓", ""), ("Family Name", ""), ("経験年数", ""), ("Languages", ""), ("希望年収", ""), ("Job Title", ""), ("最終学歴", ""),
    ],
)  # fmt: skip
def test_columns_nobody_may_decide_by_are_told_from_the_others(heading: str, kind: str) -> None:
    assert banned_kind(heading) == kind


def test_a_row_becomes_a_person_with_facts_and_without_what_is_banned(tmp_path: Path) -> None:
    (one,) = people(table(tmp_path, JAPANESE, ROW))
    assert isinstance(one, Incoming)
    assert (one.profile.id, one.identity.name, one.identity.email) == ("K-1", "見本　太郎", "taro@example.com")
    assert (one.as_of, one.contact_basis) == (datetime(2026, 9, 1, tzinfo=UTC), None)  # a day alone is no basis
    assert one.stripped == {"gender": 1, "birth_date": 1}
    assert "男" not in one.profile.text and "1990" not in one.profile.text and "大きい" not in one.profile.text
    assert "港区" not in one.profile.text and "居住地：東京都" in one.profile.text
    facts = complete(one.profile)
    assert (facts.pay, facts.desired_pay, facts.place, facts.english) == (6_500_000, 8_000_000, "13", Level.BUSINESS)
    assert {"go", "aws"} <= set(facts.skills or ())


def test_units_come_from_the_heading_or_the_size() -> None:
    assert labelled("年収(万円)", "650") == "年収：650万円"
    assert labelled("希望年収", "7,500,000") == "希望年収：7,500,000円"
    assert labelled("Current Salary", "9000000") == "Current Salary: JPY 9000000"
    assert labelled("経験年数", "8") == "経験年数：8年" and labelled("TOEIC", "850") == "TOEIC: 850"


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("メールアドレス（必須）", "taro@example", "mail address"),
        ("最終更新日", "03/04/2026", "2026-03-31"),
        ("最終更新日", "2027-01-01", "future"),
        ("候補者番号", "x" * 201, "no id"),
    ],
)
def test_a_bad_cell_sets_its_row_aside_with_the_line(tmp_path: Path, column: str, value: str, says: str) -> None:
    bad = [value if heading == column else cell for heading, cell in zip(JAPANESE, ROW, strict=True)]
    first, second = people(table(tmp_path, JAPANESE, bad, ROW))
    # The summary's cell runs over two lines, so the first row ends on line 3 and the second on line 5.
    assert isinstance(first, SetAside) and first.place == "line 3" and says in first.reason
    assert isinstance(second, Incoming) and second.place == "line 5"


def test_rows_of_another_width_and_of_no_words_are_set_aside_empty_ones_passed_over(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        ("氏名", "職務要約"),
        ("見本", "営業", "余り"),
        ("見本",),
        ("", ""),
        ("例示", ""),
        ("見本", "営業を5年", ""),
    )
    found = people(path)
    assert [isinstance(one, SetAside) for one in found] == [True, True, True, False]
    assert "3 cells" in found[0].reason and "1 cells" in found[1].reason and "nothing is said" in found[2].reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "Excel"),
        ("氏名\n見本\n".encode(), "one column"),
        ("見本,taro@example.com\n例示,hanako@example.com\n".encode(), "names of the columns"),
        (b"a,b\n\xff\xfe\x00\x81,\xff\n", "neither UTF-8 nor Shift_JIS"),
        (b"a,b\n\x00\x00,c\n", "no text file"),
    ],
)
def test_what_is_no_table_says_why(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(NoTable, match=says):
        read_table(path)


def test_a_mapping_is_written_edited_and_read_back(tmp_path: Path) -> None:
    guessed = guess(JAPANESE, [dict(zip(JAPANESE, ROW, strict=True))])
    path = tmp_path / "people.mapping.toml"
    path.write_text(written(guessed, tmp_path / "people.csv"), "utf-8")
    assert read(path, JAPANESE) == guessed
    path.write_text(path.read_text("utf-8").replace('"備考" = "ignore"', '"備考" = "text"'), "utf-8")
    assert read(path, JAPANESE).columns["備考"] == "text"


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ('"無い列" = "text"', "does not have"),
        ('"氏名" = "nombre"', "means nothing"),
        ('"性別" = "text"', "must not decide"),
        ('"氏名" = "name"\n"フリガナ" = "name"\n"スキル" = "text"', "two columns"),
        ('"氏名" = "name"', "without words"),
        ('"氏名" = 3', r"\[columns\]"),
        ('"氏名" name', "can't be read"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, columns: str, says: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(f"[columns]\n{columns}\n", "utf-8")
    with pytest.raises(WrongMapping, match=says):
        read(path, JAPANESE)


def test_two_columns_of_one_name_are_two_columns(tmp_path: Path) -> None:
    found = read_table(table(tmp_path, ("氏名", "会社名", "会社名", ""), ("見本", "甲", "乙", "丙")))
    assert found.headings == ("氏名", "会社名", "会社名 (2)", "column 4")
    with pytest.raises(WrongMapping, match="without words"):
        check(guess(found.headings), found.headings)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31", "2026-03-31"), ("2026/3/5", "2026-03-05"), ("2026年3月5日", "2026-03-05"), ("2026.3.5", "2026-03-05"),
        ("２０２６年３月", "2026-03-01"), ("2026-03", "2026-03-01"), ("令和6年4月1日", "2024-04-01"), ("令和元年5月1日", "2019-05-01"),
        ("2026-03-31T10:00:00+09:00", "2026-03-31"), ("2026/03/31 10:15", "2026-03-31"), ("", None),
    ],
)  # fmt: skip
def test_dates_are_read_year_first(text: str, day: str | None) -> None:
    found = read_date(text, NOW)
    assert (found.date().isoformat() if found else None) == day


@pytest.mark.parametrize("text", ["03/04/2026", "31.3.26", "last week", "2026-13-01", "2099-01-01"])
def test_dates_that_could_be_another_are_refused(text: str) -> None:
    with pytest.raises(Unusable):
        read_date(text, NOW)
