"""The manager's words become units with the right polarity; protected attributes are refused (R9)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.guidance import read_guidance
from ranking.judge import Judge
from ranking.plan import LOOSE_MOST, TOTAL, make_plan
from ranking.requirement import read_requirement
from ranking.values import Profile


def units(text: str) -> list[tuple[str, str]]:
    return [(u.polarity, u.skill.concept) for u in read_guidance(text).units if not u.refused]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Goは必須です。", [("must", "go")]),
        ("Kubernetes、Terraformの経験者を優先。", [("prefer", "kubernetes"), ("prefer", "terraform")]),
        ("Javaは不問です。", [("relax", "java")]),
        ("Javaは必須ではありません。", [("relax", "java")]),
        ("PHPのみの方は除く。", [("avoid", "php")]),
        ("Java以外の方。", [("avoid", "java")]),
        ("SaaS営業以外は不要。", [("must", "saas_sales")]),
        ("英語は不問。", [("relax", "language:english:0")]),
        ("日本語N1必須。", [("must", "language:japanese:4")]),
        ("Python必須、Javaは不問。", [("must", "python"), ("relax", "java")]),
        ("Go is a must.", [("must", "go")]),
        (
            "We must have Python and AWS, ideally Kubernetes.",
            [("must", "python"), ("must", "aws"), ("prefer", "kubernetes")],
        ),
        ("Java is not required.", [("relax", "java")]),
        ("We don't need Java but Python is essential.", [("relax", "java"), ("must", "python")]),
        ("Avoid people from SIer.", [("avoid", "i_sier")]),
        ("No English required.", [("relax", "language:english:0")]),
        ("Business-level English would be nice.", [("prefer", "language:english:3")]),
        ("Conversational Japanese is enough.", [("relax", "language:japanese:2")]),
        ("経験は5年は欲しいです。", [("prefer", "years:5")]),
        ("最低でも8年以上の経験が必要です。", [("must", "years:8")]),
        ("経験年数は問いません。", [("relax", "years:0")]),
        ("Ten years in sales is what I want.", [("prefer", "years:10")]),
        ("創業10年の会社です。", [("loose", "")]),
        ("ReactよりもGoを見てほしい。", [("relax", "react"), ("prefer", "go")]),
        ("I prefer Python over Ruby.", [("prefer", "python"), ("relax", "ruby")]),
        ("Java is not optional.", [("must", "java")]),
        ("Anyone but PHP developers.", [("avoid", "php")]),
        ("IFRS is nice to have but not needed.", [("relax", "ifrs")]),
        ("IFRS is nice to have but not a must.", [("prefer", "ifrs")]),
        ("Java以外の言語しか書けない方は不要です。", [("must", "java")]),
        ("よろしくお願いいたします。", []),
    ],
)
def test_units_and_polarity(text: str, expected: list[tuple[str, str]]) -> None:
    assert units(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("30代まで", "age"),
        ("若い方がいい", "age"),
        ("女性が望ましい", "gender"),
        ("日本人のみ", "nationality"),
        ("独身の方", "family"),
        ("宗教に熱心でない方", "religion"),
        ("young candidates preferred", "age"),
        ("men only", "gender"),
        ("Japanese nationals only", "nationality"),
        ("nobody with children", "family"),
        ("good-looking people", "looks"),
    ],
)
def test_protected_attributes_are_refused_with_the_reason(text: str, reason: str) -> None:
    (unit,) = read_guidance(text).units
    assert unit.refused == reason


def test_a_refused_clause_takes_nothing_else_with_it() -> None:
    guidance = read_guidance("Python必須。30代まで。")
    assert [(u.polarity, u.skill.concept, u.refused) for u in guidance.units] == [
        ("must", "python", ""),
        ("prefer", "", "age"),
    ]


def test_what_is_not_understood_is_used_loosely() -> None:
    (unit,) = read_guidance("落ち着いて物事を進められる方").units
    assert (unit.polarity, unit.skill.concept) == ("loose", "")


def test_alternatives_are_one_wish_that_either_serves() -> None:
    for text in ("AWSかGCPのどちらかは必須です。", "Either AWS or GCP is required."):
        (unit,) = read_guidance(text).units
        assert (unit.polarity, unit.skill.concept, unit.skill.any_of) == ("must", "aws", ("gcp",))


def test_a_wish_against_what_is_not_known_is_said_to_be_unused() -> None:
    for text in ("出世欲の強い方は避けたい。", "ゴルフの腕前は不問。", "経験3年以内の方。"):
        (unit,) = read_guidance(text).units
        assert (unit.polarity, unit.skill.concept) == ("unused", "")


JD = read_requirement(
    "職種：バックエンドエンジニア\n必須条件\n・Python\n・AWS\n・経験3年以上\n歓迎条件\n・Docker\n・英語：日常会話"
)
SENTENCES = (
    "Goは必須です。", "Dockerは不要です。", "PHPの方は避けたい。", "経験5年は欲しいです。", "英語はビジネスレベルを歓迎。",
    "英語は不問。", "落ち着いて進められる方。", "一人で何でもこなせる方。", "粘り強く取り組める方。", "明るく話せる方。", "AWSかGCPが必須。",
)  # fmt: skip


@given(st.lists(st.sampled_from(SENTENCES), max_size=6))
def test_points_add_up_to_a_hundred_and_what_is_loose_stays_within_fifteen(sentences: list[str]) -> None:
    plan = make_plan(JD, read_guidance("".join(sentences)))
    assert sum(unit.maximum for unit in plan.units) == TOTAL
    assert sum(unit.maximum for unit in plan.units if unit.key.startswith("loose:")) <= LOOSE_MOST
    assert len({unit.key for unit in plan.units}) == len(plan.units)
    assert all(unit.maximum >= 0 for unit in plan.units)


@given(st.sampled_from(["PHPの方は避けたい。", "No PHP people."]), st.booleans())
def test_avoid_takes_points_only_where_the_profile_says_it(words: str, says: bool) -> None:
    text = "バックエンドエンジニア。Python、AWSの開発経験5年。" + ("PHPも書きます。" if says else "")
    (scored,) = Judge.score_profiles(JD, read_guidance(words), [Profile("p", text)], reference_date=date(2026, 11, 21))
    (row,) = [row for d in scored.dimensions for row in d.rows if row.unit == "avoid:php"]
    assert (row.points < 0) == says == (row.profile is not None)
    assert not scored.capped and row.status == ("contradicted" if says else "not_found")


@given(st.text(max_size=60))
def test_quotes_stand_in_the_guidance(text: str) -> None:
    for unit in read_guidance(text).units:
        assert text[unit.quote.start : unit.quote.end] == unit.quote.words
