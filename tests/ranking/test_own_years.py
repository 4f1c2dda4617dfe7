"""How long somebody has worked, where the text states no total: the least it can be, never a contradiction."""

from __future__ import annotations

from datetime import date

import pytest

from ranking.facts import YEARS_QUOTED, read_facts, read_text
from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.values import Profile


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Javaでの業務システム開発を8年。設計から保守まで。", 8.0),
        ("インサイドセールス2年、フィールドセールス3年。", 3.0),
        ("法人営業（4年）", 4.0),
        ("経理 5年", 5.0),
        ("Backend engineer, 7 years. Java and PostgreSQL.", 7.0),
        ("Ten years of B2B sales to enterprises.", 10.0),
        ("I have kept bees for ten years. Java engineer.", None),
        ("設立20年の会社で営業をしています。", None),
        ("売上を3年で倍にしました。", None),
        ("3年前に転職しました。", None),
        ("平成20年入社。", None),
        ("大学院 2年", None),
        ("Twenty people left two years ago.", None),
        ("University, 4 years", None),
    ],
)
def test_a_stretch_of_work_is_read(text: str, years: float | None) -> None:
    facts = read_facts(Profile("p", text))
    assert facts.years == years
    assert not facts.signals & YEARS_QUOTED
    reading = read_text(text)
    if years is not None:
        assert reading.years is not None
        quote = reading.folded.quote(reading.years.start, reading.years.end)
        assert text[quote.start : quote.end] == quote.words


def test_a_part_of_a_career_earns_but_never_caps() -> None:
    asked = read_requirement("Backend Engineer\nRequirements\n- 5+ years of experience\n- Java\n")
    enough, short, total = (
        Judge.score_profiles(asked, None, [Profile("p", text)], reference_date=date(2026, 11, 1))[0]
        for text in (
            "Backend engineer, 7 years. Java.",
            "Backend engineer, 2 years. Java.",
            "Backend engineer with 2 years of experience. Java.",
        )
    )
    rows = [next(d for d in one.dimensions if d.name == "experience").rows[0] for one in (enough, short, total)]
    assert [row.status for row in rows] == ["met", "related", "contradicted"]
    assert rows[0].profile is not None and rows[0].profile.words == "7 years"
    assert [one.capped for one in (enough, short, total)] == [False, False, True]
