"""Seniority, grade, reporting line, reason, trial period, visa, target earnings: read where stated, absent where not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.levels import find_levels
from ranking.requirement import plain_text, read_requirement
from ranking.values import LanguageNeed, Level, Pay, Requirement

TERMS = ("seniority", "grade", "reports_to", "reason", "trial_months", "visa")


def value(text: str, field: str) -> Any:
    stated = getattr(read_requirement(text), field)
    return stated.value if stated is not None else None


@pytest.mark.parametrize(
    ("title", "seniority"),
    [
        ("経理課長", "manager"),
        ("経理マネージャー", "manager"),
        ("財務部長", "director"),
        ("Head of Legal", "director"),
        ("執行役員 CTO", "executive"),
        ("Chief Financial Officer", "executive"),
        ("テックリード", "lead"),
        ("Lead Data Scientist", "lead"),
        ("シニアインフラエンジニア", "senior"),
        ("Senior Backend Engineer", "senior"),
        ("ジュニアデザイナー", "junior"),
        ("Engineering Manager", "manager"),
        ("Product Manager", None),
        ("Key Account Manager", None),
        ("プロジェクトマネージャー", None),
        ("プロダクトマネージャー", None),
        ("人事マネージャー候補", None),
        ("人事労務担当（リーダー候補）", None),
        ("経理スタッフ", None),
    ],
)
def test_the_title_tells_the_rank_and_roles_are_no_ranks(title: str, seniority: str | None) -> None:
    assert value(f"職種：{title}\n必須条件\n・Excel", "seniority") == seniority


def test_a_stated_grade_tells_the_rank_in_its_own_words() -> None:
    text = "職種：経理\n役職：課長クラス\n必須条件\n・Excel"
    assert value(text, "grade") == "課長クラス" and value(text, "seniority") == "manager"
    assert value("職種：経理\n役職：なし\n必須条件\n・Excel", "grade") is None
    assert value("Job title: Analyst\nGrade: G4\nRequirements\n- SQL", "grade") == "G4"


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("上司：経理部長（50代男性）", "経理部長"),
        ("レポートライン：VP of Engineering", "VP of Engineering"),
        ("法務部長に直接報告していただきます。", "法務部長"),
        ("人事部長の直下です。", "人事部長"),
        ("Reports to: Head of Design", "Head of Design"),
        ("You will report to the Country Manager, Japan.", "Country Manager, Japan"),
        ("You'll report to our CTO, Hanako", "CTO"),
        ("Your manager will be the Head of Customer Success, Ms. Aoki.", "Head of Customer Success"),
        ("Reporting line: HR Director Japan. Place of work: Kobe.", "HR Director Japan"),
        ("Report findings to the regulator", None),
    ],
)
def test_whom_the_role_reports_to(line: str, who: str | None) -> None:
    assert value(f"Analyst\n\n{line}", "reports_to") == who


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("募集背景：事業拡大に伴う増員です。", "growth"),
        ("募集背景：前任者の退職に伴う後任採用", "replacement"),
        ("募集理由：新センターの立ち上げに伴う新設ポスト", "new"),
        ("欠員補充のための募集です。", "replacement"),
        ("Reason for hiring: replacement of a colleague", "replacement"),
        ("Reason for opening: new headcount for growth", "growth"),
        ("This is a newly created position.", "new"),
        ("We hire because the team grows from six to nine.", "growth"),
        ("入退社手続き、退職金制度あり", None),
        ("We raised a round last year.", None),
    ],
)
def test_why_it_is_open(line: str, reason: str | None) -> None:
    assert value(f"Analyst\n\n{line}", "reason") == reason


@pytest.mark.parametrize(
    ("line", "months"),
    [
        ("試用期間：3か月", 3),
        ("正社員（試用期間６ヶ月、条件変更なし）", 6),
        ("はじめの3ヶ月は試用期間です。", 3),
        ("試用期間：なし", None),
        ("Permanent, 3-month probation", 3),
        ("Indefinite-term contract with six months’ probation.", 6),
        ("the first three months are a trial period", 3),
        ("研修は最長3ヶ月", None),
    ],
)
def test_the_trial_period_in_months(line: str, months: float | None) -> None:
    assert value(f"Analyst\n\n{line}", "trial_months") == months


@pytest.mark.parametrize(
    ("line", "visa"),
    [
        ("就労ビザのサポートがあります。", "sponsored"),
        ("ビザサポート：あり", "sponsored"),
        ("We can sponsor your work visa.", "sponsored"),
        ("Visa: the client cannot sponsor visas for this position.", "not_sponsored"),
        ("Visa sponsorship is not available for this role.", "not_sponsored"),
        ("ビザのサポートはありません。", "not_sponsored"),
        ("We accept Visa and other cards.", None),
    ],
)
def test_visas(line: str, visa: str | None) -> None:
    assert value(f"Analyst\n\n{line}", "visa") == visa


@pytest.mark.parametrize(
    ("text", "pay"),
    [
        ("Package\nOTE JPY 20M (base 12M)", Pay(12_000_000, 12_000_000, ote=20_000_000)),
        ("年俸制 700万円〜1,100万円（月45時間分の固定残業代を含む）", Pay(7_000_000, 11_000_000, None, 45.0)),
        ("給与：月給28万円〜34万円（賞与年2回・計4ヶ月分）", Pay(4_480_000, 5_440_000, None, None, 4.0)),
        ("月給：28万円～45万円\n賞与：年2回（計5ヶ月分）", Pay(4_760_000, 7_650_000, None, None, 5.0)),
        (
            "予定年収：600万円～900万円\n月給：35万円～\n※賞与実績：年5.2ヶ月",
            Pay(6_000_000, 9_000_000, None, None, 5.2),
        ),
        ("月給23万5000円〜30万円", Pay(2_820_000, 3_600_000)),
        ("Salary: from 6M up to 8 million yen", Pay(6_000_000, 8_000_000)),
        ("Rate: 700,000 to 850,000 yen a month, no bonus", Pay(8_400_000, 10_200_000)),
        ("年収：一千万円～一千三百万円", Pay(10_000_000, 13_000_000)),
    ],
)
def test_what_belongs_to_the_pay(text: str, pay: Pay) -> None:
    assert value(f"職種：担当\n\n{text}", "pay") == pay


@pytest.mark.parametrize(
    ("line", "level", "required"),
    [
        ("日本語：J.TEST C級程度", Level.CONVERSATIONAL, True),
        ("BJT J1以上", Level.FLUENT, True),
        ("BJT 480点", Level.FLUENT, True),
        ("Business fluent in Japanese (JLPT N1)", Level.FLUENT, True),
        ("Native or near-native Japanese", Level.FLUENT, True),
        ("日本語を使える方（CEFR B1）", Level.CONVERSATIONAL, True),
    ],
)
def test_certificates_of_japanese(line: str, level: Level, required: bool) -> None:
    assert value(f"Requirements\n- {line}", "japanese") == LanguageNeed(level, required)


def test_what_is_not_needed_is_none_and_a_wish_says_more() -> None:
    assert value("不要：\n・英語力\n", "english") == LanguageNeed(Level.NONE, False)
    assert value("Analyst\nEnglish is useful but not needed.", "english") == LanguageNeed(Level.NONE, False)
    wish = "Requirements\n- SQL (Japanese not required)\nNice to have\n- Japanese: JLPT N3"
    assert value(wish, "japanese") == LanguageNeed(Level.CONVERSATIONAL, False)


@pytest.mark.parametrize(
    ("line", "years"),
    [("8年", 8), ("4 yrs or so in sales", 4), ("Ten or more years in finance", 10), ("管理職経験", None)],
)
def test_years_among_the_requirements_need_no_word_for_experience(line: str, years: float | None) -> None:
    read = read_requirement(f"必須条件\n・{line}").years
    assert (read.value.low if read is not None else None) == years


def phrases(units: Any) -> list[str]:
    return [unit.quote.words for unit in units]


def test_one_sentence_may_require_and_welcome() -> None:
    read = read_requirement("応募資格\n普通自動車免許必須、大型免許あれば尚可")
    assert phrases(read.must) == ["普通自動車免許"] and phrases(read.nice) == ["大型免許"]
    read = read_requirement("Requirements\n- Hands-on experience with an ERP system (SAP preferred)")
    assert phrases(read.must) == ["ERP"] and phrases(read.nice) == ["SAP"]


def test_headings_need_no_colon_and_no_mark() -> None:
    read = read_requirement("経理担当\n\n応募の条件\n・日商簿記2級\n\nあると嬉しい経験\n・USCPA\n\n給与\n月給30万円")
    assert phrases(read.must) == ["日商簿記2級"] and phrases(read.nice) == ["USCPA"]
    assert read.pay is not None and read.pay.value.low == 3_600_000


def test_what_the_lexicon_lacks_is_kept_without_its_label() -> None:
    read = read_requirement("必須条件\n・【経験】和食器の目利きをお持ちの方\n歓迎条件\n・ドイツ語\n・ロウソク工芸")
    assert phrases(read.must) == ["和食器の目利き"]
    assert phrases(read.nice) == ["ドイツ語", "ロウソク工芸"]


def test_a_degree_is_one_thing_with_its_fields() -> None:
    (unit,) = read_requirement("Requirements\n- Bachelor's degree in mechanical engineering or robotics").must
    assert unit.quote.words == "Bachelor's degree in mechanical engineering or robotics"


def test_who_may_apply_at_all_is_nothing_asked() -> None:
    read = read_requirement("応募資格\n・学歴不問／第二新卒歓迎\n・U・Iターン歓迎\n・簿記2級")
    assert phrases(read.must) == ["簿記2級"] and not read.nice


def test_a_list_ends_where_prose_begins() -> None:
    read = read_requirement("Requirements\n- SQL\n\nNice to have\n- dbt\n\nOur office has 4 cats. We love Excel.")
    assert phrases(read.nice) == ["dbt"]


def test_an_office_nobody_comes_to_is_no_place_of_work() -> None:
    assert value("勤務地：フルリモート（国内居住の方）。オフィスは京都市下京区にあります。", "place") is None
    assert (
        value("Analyst\n\nLocation\nFully remote from anywhere in Japan. Our office is in Narita, Chiba.", "place")
        is None
    )
    assert value("勤務地：名古屋営業所（愛知県名古屋市）　※本社は大阪府堺市", "place") == "23"


def test_a_table_of_two_columns_is_read_by_its_labels() -> None:
    read = read_requirement(
        "職　　種\t経理（主任クラス）\n必要な資格\t日商簿記２級以上\n必要な経験\t経理実務３年以上\n賃　　金\t月額 280,000円～350,000円\n"
        "賞　　与\t年２回　計4.0ヶ月分\n雇用形態\t正社員（試用期間あり・2ヶ月）"
    )
    assert read.title is not None and read.title.value == "経理"
    assert read.pay is not None and (read.pay.value.low, read.pay.value.high) == (4_480_000, 5_600_000)
    assert read.seniority is not None and read.seniority.value == "lead"
    assert read.trial_months is not None and read.trial_months.value == 2


_PIECES = st.sampled_from(
    ["役職：課長\n", "上司：経理部長\n", "Reports to: CFO\n", "募集背景：増員\n", "試用期間：3ヶ月\n", "We sponsor visas.\n", "OTE 12M (base 8M)\n",
     "・英語不問、Go歓迎\n", "※固定残業30時間分を含む\n", "職種：㈱ﾃｽﾄ担当\n", "【必須】", "<li>Python</li>", "■歓迎\n", "；", "（", "/", "\t"]
)  # fmt: skip


@given(st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=14).map("".join))
def test_every_quote_of_every_field_stands_in_the_text(text: str) -> None:
    read = read_requirement(text)
    plain = plain_text(text)
    for name in TERMS:
        stated = getattr(read, name)
        assert stated is None or plain[stated.quote.start : stated.quote.end] == stated.quote.words
    for unit in (*read.must, *read.nice):
        assert plain[unit.quote.start : unit.quote.end] == unit.quote.words
    assert Requirement.from_json(json.loads(json.dumps(read.to_json()))) == read


@given(
    st.sampled_from(
        ["役職：課長", "上司：部長", "募集背景：増員", "試用期間：3ヶ月", "ビザサポートあり", "※固定残業30時間分を含む"]
    )
)
def test_only_the_rank_enters_the_substance(line: str) -> None:
    plain = "職種：経理\n必須条件\n・日商簿記2級\n\n年収：600万円\n"
    changed = read_requirement(plain).hash != read_requirement(plain + line + "\n").hash
    assert changed == line.startswith("役職")


def test_a_requirement_read_by_the_first_parser_is_still_read() -> None:
    row = read_requirement("職種：経理\n年収：600万円〜700万円\n必須条件\n・簿記2級").to_json()
    for name in TERMS:
        del row[name]
    row["pay"]["value"] = {"low": 6_000_000, "high": 7_000_000}
    row["parser_version"] = 1
    read = Requirement.from_json(json.loads(json.dumps(row)))
    assert read.pay is not None and read.pay.value == Pay(6_000_000, 7_000_000)
    assert all(getattr(read, name) is None for name in TERMS)


def test_a_line_names_the_same_language_and_years_thousands_of_times_and_is_read_all_the_same() -> None:
    looks = _looks_at(lambda: find_levels("日本語n1" * 400)) / _looks_at(lambda: find_levels("日本語n1" * 100))
    assert looks < 8, "four times the text is about four times the work"


def _looks_at(work: Callable[[], object]) -> int:
    """How many calls a piece of work makes: what a clock would say, without a clock."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("line", ["1~ " * 3_000, "1-" * 4_000, "1" * 9_000])
def test_a_line_of_digits_and_dashes_is_no_pay_and_is_not_tried_in_every_way_it_could_be_cut(line: str) -> None:
    assert value(f"営業職\n{line}", "pay") is None  # it took hours
