"""The manager's words become units with the right polarity; protected attributes are refused (R9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.guidance import read_guidance


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


@given(st.text(max_size=60))
def test_quotes_stand_in_the_guidance(text: str) -> None:
    for unit in read_guidance(text).units:
        assert text[unit.quote.start : unit.quote.end] == unit.quote.words
