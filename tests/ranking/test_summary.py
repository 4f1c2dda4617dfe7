"""A fit in words: the same facts, quotes and numbers in both languages; short; nothing that the evidence doesn't hold."""

from __future__ import annotations

import inspect
import re
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.guidance import read_guidance
from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.summary import LONGEST, band, fit_summary, summary_of
from ranking.telling import in_short
from ranking.values import Guidance, Profile, Scored, Skill
from ranking.values import GuidanceUnit as Wish
from ranking.values import Quote as Words

TODAY = date(2026, 11, 21)
JD = read_requirement(
    "職種：バックエンドエンジニア\n必須条件\n・Javaでの開発経験 3年以上\n・SQL\n・日本語：ビジネスレベル\n歓迎条件\n・Docker\n・英語：日常会話"
)
GUIDANCE = read_guidance(
    "Kubernetesの経験は必須です。PHPの方は避けたい。落ち着いて進められる方。30代まで。英語は不問。"
)
FITTING = "バックエンドエンジニア。Java、SQL、Kubernetesの開発経験5年。日本語：ネイティブ。決済基盤を設計しました。"
OTHER = "Backend engineer. Python, PHP and PostgreSQL. Conversational Japanese. Led the payment platform team."


def judged(text: str, guidance: Guidance | None = GUIDANCE) -> Scored:
    (scored,) = Judge.score_profiles(JD, guidance, [Profile("p", text)], reference_date=TODAY)
    return scored


_LABELS = st.text(alphabet="abcdefgあいうえおかき", min_size=1, max_size=20)
_QUOTES = st.text(alphabet="hijklmnopさしすせそ■ ", min_size=1, max_size=120).filter(lambda words: words.strip())
_STATUS = st.sampled_from(["met", "related", "not_found", "contradicted", "similarity"])


@st.composite
def evidence(draw: st.DrawFn) -> list[dict[str, Any]]:
    dimensions = []
    for name in draw(st.lists(st.sampled_from(["must", "role", "experience", "language", "nice"]), unique=True)):
        rows = []
        for number in range(draw(st.integers(1, 5))):
            status = draw(_STATUS)
            maximum = draw(st.integers(1, 4000)) / 100
            points = 0.0 if status in ("not_found", "contradicted") else round(maximum * draw(st.floats(0, 1)), 2)
            words = draw(_QUOTES) if status != "not_found" else None
            rows.append({
                "unit": f"{name}:{number}", "label_ja": draw(_LABELS), "label_en": draw(_LABELS), "status": status,
                "points": points, "maximum": maximum, "description": None, "inferred": draw(st.booleans()),
                "profile": None if words is None else {"words": words, "start": 0, "end": len(words)},
            })  # fmt: skip
        dimensions.append({"name": name, "points": 0.0, "maximum": 0.0, "rows": rows})
    return dimensions


@settings(max_examples=60)
@given(
    evidence(), st.integers(0, 100), st.none() | st.integers(0, 100), st.booleans(), st.none() | st.integers(0, 100),
    st.lists(st.tuples(st.sampled_from(["must", "prefer", "relax", "avoid", "loose", "unused"]), _LABELS), max_size=6),
)  # fmt: skip
def test_both_languages_hold_the_same_numbers_and_quotes(
    dimensions: list[dict[str, Any]], score: int, line: int | None, inclusive: bool, without: int | None, wishes: list[tuple[str, str]]
) -> None:  # fmt: skip
    guidance = Guidance(
        "", tuple(Wish(kind, Skill(name, name, name), Words(name, 0, len(name))) for kind, name in wishes)
    )
    summary = fit_summary(
        dimensions, score=score, without_guidance=without, headline="見出し", guidance=guidance, line=line, inclusive=inclusive
    )  # fmt: skip
    ja, en = summary.text("ja"), summary.text("en")
    assert [section.key for section in summary.ja] == [section.key for section in summary.en]
    for ours, theirs in zip(summary.ja, summary.en, strict=True):
        assert sorted(re.findall(r"-?\d+(?:\.\d+)?", ours.text)) == sorted(re.findall(r"-?\d+(?:\.\d+)?", theirs.text))
        assert re.findall(r"「(.*?)」", ours.text) == re.findall(r"“(.*?)”", theirs.text)
    quotes = [" ".join(row["profile"]["words"].split()) for d in dimensions for row in d["rows"] if row["profile"]]
    for told in re.findall(r"「(.*?)」", ja):
        assert any(quote.startswith(told.removesuffix("…")) for quote in quotes)
    assert max(len(ja), len(en)) <= LONGEST


def test_above_the_line_says_why_and_what_the_guidance_did() -> None:
    summary = summary_of(judged(FITTING), headline="IT業界（中堅）", guidance=GUIDANCE, line=75)
    assert summary.facts.side == "above"
    assert "面接確約ラインを満たしています" in summary.text("ja") and "Above the interview line" in summary.text("en")
    assert "「Kubernetes」" in summary.text("ja") and "“Kubernetes”" in summary.text("en")
    assert f"反映前は{summary.facts.without_guidance}点" in summary.text("ja")
    assert f"Without it {summary.facts.without_guidance}" in summary.text("en")
    cited = {unit.polarity: unit for unit in summary.facts.guidance}
    assert cited["must"].status == "met" and cited["must"].points > 0
    assert not any("30" in unit.label_ja for unit in summary.facts.guidance)  # what is refused is not cited as used


def test_below_the_line_says_what_is_unknown_and_never_that_it_lacks() -> None:
    summary = summary_of(judged(OTHER), guidance=GUIDANCE, line=75)
    ja, en = summary.text("ja"), summary.text("en")
    assert summary.facts.side == "below" and summary.facts.capped
    assert "点が伸びなかった点" in ja and "上限の49点" in ja and "stops at 49" in en
    assert "見つからないだけで、経験がないとは限りません" in ja and "Not found in the profile" in en
    assert not re.search(r"lack|missing|欠け|不足", ja + en)
    assert any(question.about == "contradicted" for question in summary.facts.questions)


@pytest.mark.parametrize("inclusive", [True, False])
def test_the_line_itself_counts_only_where_it_is_inclusive(inclusive: bool) -> None:
    facts = fit_summary([], score=75, line=75, inclusive=inclusive).facts
    assert facts.side == ("above" if inclusive else "below")


def test_a_line_nobody_has_committed_to_is_called_proposed() -> None:
    summary = fit_summary([], score=80, line=75, proposed=True)
    assert "提案ライン" in summary.text("ja") and "proposed line" in summary.text("en")
    assert "面接確約ライン" not in summary.text("ja") and "interview line" not in summary.text("en")


def test_the_short_form_says_the_effect_of_the_guidance_and_what_to_ask() -> None:
    facts = summary_of(judged(OTHER), guidance=GUIDANCE, line=75).facts
    assert str(facts.without_guidance) in in_short(facts, "ja") and str(facts.without_guidance) in in_short(facts, "en")
    assert facts.questions[0].point.label_ja in in_short(facts, "ja")
    assert facts.questions[0].point.label_en in in_short(facts, "en")
    assert in_short(fit_summary([], score=50).facts, "ja") == ""


def test_without_a_line_no_side_is_taken() -> None:
    summary = fit_summary([], score=75)
    assert summary.facts.side == "none" and "未設定" in summary.text("ja") and "No interview line" in summary.text("en")


def test_the_stored_evidence_gives_the_same_summary_and_masks_stay() -> None:
    scored = judged(FITTING)
    stored = [asdict(dimension) for dimension in scored.dimensions]
    plain = {"score": scored.score, "capped": scored.capped, "without_guidance": scored.without_guidance}
    assert fit_summary(stored, guidance=GUIDANCE, line=75, **plain) == summary_of(scored, guidance=GUIDANCE, line=75)  # type: ignore[arg-type]
    for dimension in stored:
        for row in dimension["rows"]:
            if row["profile"]:
                row["profile"] = {**row["profile"], "words": "■の設計"}
    masked = fit_summary(stored, guidance=GUIDANCE, line=75, **plain)  # type: ignore[arg-type]
    assert "「■の設計」" in masked.text("ja") and "“■の設計”" in masked.text("en")
    assert set(re.findall(r"「(.*?)」", masked.text("ja"))) == {"■の設計"}


def test_nothing_tells_an_agency_from_an_employer() -> None:
    parameters = set(inspect.signature(fit_summary).parameters)
    assert parameters == {
        "dimensions", "score", "capped", "without_guidance", "headline", "guidance", "line", "inclusive", "proposed",
    }  # fmt: skip


def test_bands() -> None:
    assert [band(score) for score in (0, 54, 55, 69, 70, 84, 85, 100)] == [
        "weak", "weak", "partial", "partial", "strong", "strong", "very_strong", "very_strong",
    ]  # fmt: skip
