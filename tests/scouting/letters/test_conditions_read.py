"""Working conditions as descriptions state them: labelled lines, parsed fields, each with words that stand in the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.conditions_read import fixed_overtime, labelled, stated
from ranking.requirement import read_requirement

JAPANESE = """バックエンドエンジニア
■仕事内容：決済基盤の設計・開発（変更の範囲：会社の定める業務）
■必須条件
・Goでの開発経験 5年以上
■雇用形態：正社員
■試用期間：3か月（条件の変更なし）
【勤務地】東京都渋谷区見本町1-1（変更の範囲：会社の定める場所）
【勤務時間】
9:30〜18:30
休憩時間：60分
残業：あり（月平均20時間）
休日・休暇：完全週休2日制（土日）、祝日、年末年始
年収：700万円〜1,000万円
固定残業代：月45時間分、80,000円（超過分は別途支給）
加入保険：健康保険、厚生年金、雇用保険、労災保険
受動喫煙防止措置：屋内禁煙
"""
ENGLISH = """Backend Engineer
Working hours: 9:30 - 18:30
Break: 60 minutes
Overtime: 20 hours a month on average
Holidays: Saturdays, Sundays, public holidays
Contract period: 1 April 2027 - 31 March 2028
Renewal limit: two times
Insurance: health, pension, employment, accident
Smoking measures: no smoking indoors
"""


def test_a_japanese_description_in_full() -> None:
    found = stated(read_requirement(JAPANESE), JAPANESE, "ja")
    values = {name: value for name, (value, _quote) in found.items()}
    assert values["job"] == "決済基盤の設計・開発"
    assert values["job_change"] == "会社の定める業務"
    assert values["place"] == "東京都渋谷区見本町1-1"
    assert values["place_change"] == "会社の定める場所"
    assert values["contract"] == "permanent"
    assert values["trial"] == "3か月（条件の変更なし）"
    assert values["hours"] == "9:30〜18:30"
    assert values["breaks"] == "60分"
    assert values["overtime"] == "あり（月平均20時間）"
    assert values["holidays"].startswith("完全週休2日制")
    assert values["pay"] == "700万円〜1,000万円"
    assert (values["fixed_overtime_amount"], values["fixed_overtime_hours"]) == ("80000", "45")
    assert values["insurance"].endswith("労災保険")
    assert values["smoking"] == "屋内禁煙"


def test_an_english_description() -> None:
    values = {name: value for name, (value, _quote) in stated(read_requirement(ENGLISH), ENGLISH, "en").items()}
    assert values["hours"] == "9:30 - 18:30"
    assert values["term"] == "1 April 2027 - 31 March 2028"
    assert values["renewal_cap"] == "two times"
    assert values["smoking"] == "no smoking indoors"
    assert "employer" not in values


@pytest.mark.parametrize("text", [JAPANESE, ENGLISH])
def test_every_quote_stands_in_the_text(text: str) -> None:
    locale = "ja" if text is JAPANESE else "en"
    for name, (_value, quote) in stated(read_requirement(text), text, locale).items():
        assert quote and quote in text, name


@pytest.mark.parametrize(
    ("words", "amount", "hours"),
    [
        ("月45時間分、80,000円", 80_000, 45.0),
        ("8万円（30時間分）", 80_000, 30.0),
        ("１０時間分を含む", None, 10.0),
        ("JPY 50,000 for 20 hours", 50_000, 20.0),
        ("なし", None, None),
        ("45時間", None, 45.0),
    ],
)
def test_fixed_overtime_is_read_whole_or_in_part(words: str, amount: int | None, hours: float | None) -> None:
    assert fixed_overtime(words) == (amount, hours)


@pytest.mark.parametrize(
    "text",
    [
        "休日は充実しています。",  # no label
        "勤務地は魅力的です",
        "チームの様子：明るい職場です",
        "保険業界での営業経験：3年以上",
        "https://example.com/hours: a page",
    ],
)
def test_prose_states_nothing(text: str) -> None:
    assert labelled(text) == {}


def test_a_marked_heading_takes_the_lines_under_it() -> None:
    text = "■給与\n年収 700万円〜1,000万円\n■勤務地\n東京都渋谷区\n\n福利厚生も充実\n"
    found = labelled(text)
    assert found["pay"] == ("年収 700万円〜1,000万円", "■給与\n年収 700万円〜1,000万円")
    assert found["place"][0] == "東京都渋谷区"


def test_the_first_line_of_a_kind_wins() -> None:
    assert labelled("勤務時間：9:00〜18:00\n勤務時間：10:00〜19:00\n")["hours"][0] == "9:00〜18:00"


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_quotes_stay_true(text: str) -> None:
    for value, quote in labelled(text).values():
        assert value
        assert all(line.strip() in text for line in quote.splitlines())
