"""The day people name when they answer "later"."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.intent import read_intent, sentences
from plugin.scouting.time_named import day_named

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("来月以降", date(2026, 12, 1)),
        ("4月以降", date(2027, 4, 1)),
        ("3か月後に", date(2027, 2, 21)),
        ("after march", date(2027, 4, 1)),
        ("年明けにご連絡ください", date(2027, 1, 1)),
        ("3月まで忙しい", date(2027, 4, 1)),
        ("3月末までプロジェクト", date(2027, 4, 1)),
        ("3月末頃に", date(2027, 3, 31)),
        ("来年4月以降", date(2027, 4, 1)),
        ("半年後", date(2027, 5, 21)),
        ("in six months", date(2027, 5, 21)),
        ("six months from now", date(2027, 5, 21)),
        ("next spring", date(2027, 3, 1)),
        ("来春以降", date(2027, 3, 1)),
        ("in early january", date(2027, 1, 1)),
        ("until the end of march", date(2027, 4, 1)),
        ("in a couple of months", date(2027, 1, 21)),
        ("next year", date(2027, 1, 1)),
        ("after the new year", date(2027, 1, 1)),
        ("2027年4月", date(2027, 4, 1)),
        ("令和9年4月以降", date(2027, 4, 1)),
        ("来年度", date(2027, 4, 1)),
        ("今年度いっぱいは動けません", date(2027, 4, 1)),
        ("年内は難しい", date(2027, 1, 1)),
        ("来年3月までプロジェクトがあるので、4月以降に", date(2027, 4, 1)),
        ("10月に入社したばかりなので、1年後に", date(2027, 11, 21)),
        ("夏のボーナス後", date(2027, 7, 1)),
        ("冬のボーナスをもらってから", date(2027, 1, 1)),
        ("next quarter", date(2027, 1, 1)),
        ("in q2", date(2027, 4, 1)),
        ("i may be open", None),
        ("in may", date(2027, 5, 1)),
        ("5年の経験", None),
        ("来週以降", date(2026, 11, 23)),
        ("2週間後", date(2026, 12, 5)),
        ("数か月後", date(2027, 2, 21)),
        ("12月中旬以降", date(2026, 12, 11)),
        ("一年後", date(2027, 11, 21)),
        ("about 3 months", date(2027, 2, 21)),
        ("mid-january", date(2027, 1, 1)),
        ("march 15", date(2027, 3, 15)),
        ("15 march 2027", date(2027, 3, 15)),
        ("after april 10th", date(2027, 4, 10)),
        ("gw明けに", date(2027, 5, 7)),
        ("1月下旬", date(2027, 1, 21)),
        ("after next month", date(2027, 1, 1)),
        ("2027/4以降", date(2027, 4, 1)),
        ("2027.04.01", date(2027, 4, 1)),
        ("11月いっぱい", date(2026, 12, 1)),
        ("今月末まで立て込んで", date(2026, 12, 1)),
        ("before the end of the year", date(2026, 12, 1)),
        ("once the holidays are over", date(2027, 1, 1)),
        ("半年ほど経ったら", date(2027, 5, 21)),
        ("1〜2か月後", date(2027, 1, 21)),
        ("2、3か月後", date(2027, 2, 21)),
        ("ちょうど1年経つ頃", date(2027, 11, 21)),
        ("年度末で", date(2027, 3, 1)),
        ("3ヵ月", date(2027, 2, 21)),
        ("in the fall", date(2027, 9, 1)),
        ("夏以降", date(2027, 6, 1)),
        ("1年半後", date(2028, 5, 21)),
        ("until june", date(2027, 6, 1)),
    ],
)
def test_times_are_counted_from_the_day_the_mail_came(text: str, day: date | None) -> None:
    assert day_named(sentences(text), TODAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("10月に入社したばかりなので、来年の春以降に改めてお話しできればと思います。", date(2027, 3, 1)),
        ("I joined in September, so please try me again next summer.", date(2027, 6, 1)),
        ("去年の4月に異動しました。半年後にまた連絡してください。", date(2027, 5, 21)),
        ("少し考える時間をください。", None),
    ],
)
def test_what_is_past_is_not_when_to_come_back(text: str, day: date | None) -> None:
    found = read_intent(text, TODAY)
    assert (found.kind, found.when) == ("later", day)


def test_no_day_is_read_from_a_yes_or_without_knowing_today() -> None:
    assert read_intent("ぜひお願いします。12月3日の夜はいかがでしょうか。", TODAY).when is None
    assert read_intent("4月以降に改めてご連絡ください。").when is None


pieces = st.sampled_from(
    [
        "来年",
        "再来年",
        "4",
        "13",
        "31",
        "月",
        "日",
        "年",
        "以降",
        "まで",
        "末",
        "か月",
        "後",
        "令和",
        "春",
        "年度末",
        " after ",
        " in ",
        "february ",
        "29th ",
        "2028",
        " a few ",
        "months",
        " q4 ",
        "next ",
        "year",
        "999 ",
        "days",
        "/",
        ".",
    ]
)


@given(st.lists(pieces, max_size=10).map("".join), st.dates(date(2024, 2, 28), date(2099, 12, 31)))
def test_any_words_name_a_day_ahead_or_none(text: str, today: date) -> None:
    found = day_named(sentences(text), today)
    assert found is None or found >= today.replace(day=1)
