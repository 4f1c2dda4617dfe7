"""Facts from text alone, JSON lines met at the door, and what is stripped there (R9)."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.facts import ENGLISH_QUOTED, JAPANESE_QUOTED, read_facts
from ranking.profiles import at_the_door, complete, read_profiles, strip_banned
from ranking.values import Level, Profile

RESUME = """バックエンドエンジニア（神奈川県在住）
Python、Goを用いたWebサービス開発に8年従事。AWS上で運用。Javaの経験はありません。
日本語：ネイティブ　英語：TOEIC 850点
現在年収：650万円　希望年収：700万円以上"""


def test_everything_is_read_from_text_alone() -> None:
    profile = complete(Profile("p1", RESUME))
    assert (profile.japanese, profile.english) == (Level.NATIVE, Level.BUSINESS)
    assert (profile.years, profile.pay, profile.desired_pay, profile.place) == (8.0, 6_500_000, 7_000_000, "14")
    assert profile.skills is not None and {"python", "go", "aws", "r_backend"} <= set(profile.skills)
    assert profile.headline == "バックエンドエンジニア"


def test_english_text_is_read_as_well() -> None:
    text = (
        "Account Executive\n6 years of experience in B2B sales.\nNo experience with Salesforce.\n"
        "Japanese: JLPT N2; English: native\nCurrent salary: JPY 6.5M\nDesired salary: JPY 8M\nLives in Osaka"
    )
    facts = read_facts(Profile("p1", text))
    profile = facts.profile
    assert (profile.japanese, profile.english) == (Level.BUSINESS, Level.NATIVE)
    assert (profile.years, profile.pay, profile.desired_pay, profile.place) == (6.0, 6_500_000, 8_000_000, "27")
    assert facts.denied == ("salesforce",)


def test_what_the_text_does_not_say_stays_unknown() -> None:
    profile = complete(Profile("p1", "Pythonで開発しています。"))
    assert (profile.japanese, profile.english, profile.years, profile.pay, profile.place) == (None,) * 5


def test_a_denied_skill_is_no_skill() -> None:
    facts = read_facts(Profile("p1", RESUME))
    assert facts.denied == ("java",)
    assert "java" not in facts.concepts


def test_structured_fields_stand_over_the_text_and_count_as_quoted_only_if_the_text_agrees() -> None:
    facts = read_facts(Profile("p1", "日本語：N3\nEnglish: fluent", japanese=Level.BUSINESS, english=Level.FLUENT))
    assert facts.profile.japanese == Level.BUSINESS
    assert facts.signals & ENGLISH_QUOTED
    assert not facts.signals & JAPANESE_QUOTED


def test_dated_jobs_add_up_to_the_reference_date() -> None:
    text = "2010年4月～2015年3月 架空商事\n2014年4月～2018年3月 架空工業\n2020年1月～現在 架空フーズ"
    profile = complete(Profile("p1", text), reference_date=date(2026, 1, 15))
    assert profile.years == 14.0  # eight years without the overlap, then six running


def test_studying_for_an_exam_is_not_having_it() -> None:
    assert complete(Profile("p1", "日本語：N2\n日本語能力試験N1 勉強中")).japanese == Level.BUSINESS


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("生年月日：1985年3月2日", "birth_date"),
        ("Date of birth: 2 March 1985", "birth_date"),
        ("年齢：38歳", "age"),
        ("性別：女", "gender"),
        ("Gender: female", "gender"),
        ("本籍：北海道", "domicile"),
        ("配偶者：有", "family"),
        ("Marital status: married", "family"),
        ("家族構成：妻、子二人", "family"),
        ("宗教：なし", "religion"),
        ("労働組合への加入：あり", "union"),
        ("国籍：日本", "nationality"),
        ("Nationality: Canadian", "nationality"),
        ("顔写真：https://example.com/me.jpg", "photo"),
    ],
)
def test_banned_personal_data_is_stripped_and_counted(line: str, kind: str) -> None:
    text, counts = strip_banned(f"Pythonの開発経験5年\n{line}\nAWS")
    assert text == "Pythonの開発経験5年\nAWS"
    assert counts[kind] == 1


@pytest.mark.parametrize(
    "text",
    ["労働組合との折衝を担当", "女性向け化粧品の営業", "年齢層別の分析", "managed 12 stages", "家庭用品メーカー"],
)
def test_work_that_only_sounds_personal_stays(text: str) -> None:
    assert strip_banned(text) == (text, {})


def test_a_profile_is_stripped_at_the_door() -> None:
    profile, counts = at_the_door(Profile("p1", "SRE\n年齢：41歳\nTerraform", headline="SRE 41歳"))
    assert "41" not in profile.text + profile.headline
    assert counts["age"] == 2


def test_protected_attributes_are_no_features() -> None:
    bare = read_facts(Profile("p1", "SRE。Terraform。\n\n"))
    told = read_facts(Profile("p1", "SRE。Terraform。\n年齢：41歳　性別：女　国籍：日本\n"))
    assert (bare.concepts, bare.profile.japanese, bare.years) == (told.concepts, told.profile.japanese, told.years)


def line(**data: object) -> str:
    return json.dumps(data, ensure_ascii=False)


def test_json_lines_are_read_with_every_field() -> None:
    read = read_profiles(
        [
            line(id="a", text="Pythonの経験", japanese="N2", english="TOEIC 900", years=4, pay=5_000_000, place="大阪"),
            "",
            line(id=7, text="Sales", skills=["Salesforce", "python"], japanese=5, english="business", contactable=True),
        ]
    )
    assert read.errors == []
    first, second = read.profiles
    assert (first.japanese, first.english, first.years, first.pay, first.place) == (
        Level.BUSINESS, Level.FLUENT, 4.0, 5_000_000, "27",
    )  # fmt: skip
    assert (second.id, second.skills, second.contactable) == ("7", ("python", "salesforce"), True)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "not valid JSON"),
        ("[1]", "one JSON object"),
        (line(text="x"), '"id" is missing'),
        (line(id="a"), '"text" is missing'),
        (line(id="a", text="x", years="many"), '"years" must be a number'),
        (line(id="a", text="x", japanese="a bit"), '"japanese" must be 0 to 5'),
        (line(id="a", text="x", place="Atlantis"), "names no prefecture"),
        (line(id="a", text="x", skills="python"), '"skills" must be a list'),
        (line(id="a", text="x", contactable="yes"), '"contactable" must be true or false'),
    ],
)
def test_a_bad_line_is_set_aside_and_named(bad: str, message: str) -> None:
    read = read_profiles([line(id="ok", text="x"), bad])
    assert [p.id for p in read.profiles] == ["ok"]
    (error,) = read.errors
    assert error.line == 2 and message in error.message


def test_an_id_given_twice_is_an_error() -> None:
    read = read_profiles([line(id="a", text="x"), line(id="a", text="y")])
    assert [p.text for p in read.profiles] == ["x"]
    assert "taken already by line 1" in read.errors[0].message


def test_banned_fields_and_lines_are_counted() -> None:
    read = read_profiles([line(id="a", text="SRE\n性別：男\n", age=41, gender="m")])
    assert read.profiles[0].text == "SRE\n"
    assert read.stripped == {"gender": 2, "age": 1}


@given(st.text(max_size=120))
def test_stripping_twice_strips_nothing_more_that_counts(text: str) -> None:
    once, _ = strip_banned(text)
    assert len(once) <= len(text)
    read_facts(Profile("p1", text))  # any text can be read
