"""R8, and what a score means: the same alone and among thousands, every point with its row, unknown never punished."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.columns import blocks_of_profiles
from ranking.encoder import encode, tables
from ranking.guidance import read_guidance
from ranking.judge import Judge, score_version
from ranking.plan import TOTAL, make_plan
from ranking.questions import Question, answers_of
from ranking.requirement import read_requirement
from ranking.score import SCORE_CODE
from ranking.values import Guidance, Level, Profile, Requirement, Scored

TODAY = date(2026, 11, 21)
JD = """職種：バックエンドエンジニア
必須条件
・Python、AWSでの開発経験 3年以上
・日本語：ビジネスレベル
歓迎条件
・Kubernetes
・英語：日常会話"""


def score(profile: Profile, requirement: Requirement | None = None, guidance: Guidance | None = None) -> Scored:
    (scored,) = Judge.score_profiles(requirement or read_requirement(JD), guidance, [profile], reference_date=TODAY)
    return scored


def person(text: str, **fields: object) -> Profile:
    return Profile("p1", text, **fields)  # type: ignore[arg-type]


@settings(max_examples=12)
@given(st.lists(st.integers(0, 399), min_size=2, max_size=60, unique=True))
def test_a_profile_scores_the_same_alone_and_among_others(
    profiles: list[Profile], backend: Requirement, chosen: list[int]
) -> None:
    group = [profiles[number] for number in chosen]
    among = {s.profile_id: s for s in Judge.score_profiles(backend, None, group, reference_date=TODAY)}
    for profile in group[:3]:
        (alone,) = Judge.score_profiles(backend, None, [profile], reference_date=TODAY)
        assert alone == among[profile.id]


def test_appending_profiles_never_changes_a_score(profiles: list[Profile], sales: Requirement) -> None:
    few = Judge.score_profiles(sales, None, profiles[:50], reference_date=TODAY)
    many = {s.profile_id: s for s in Judge.score_profiles(sales, None, profiles, reference_date=TODAY)}
    assert all(many[s.profile_id] == s for s in few)


def test_ranking_removes_nobody_and_ties_fall_by_id(profiles: list[Profile], sales: Requirement) -> None:
    ranked = Judge.score_profiles(sales, None, profiles, reference_date=TODAY)
    assert {s.profile_id for s in ranked} == {p.id for p in profiles}
    assert [(-s.score, s.profile_id) for s in ranked] == sorted((-s.score, s.profile_id) for s in ranked)


@pytest.mark.parametrize("guided", ["", "Kubernetesを優先。PHPは避けたい。英語は不問。落ち着いた方。"])
def test_every_point_stands_in_a_row_and_every_quote_in_its_text(
    profiles: list[Profile], backend: Requirement, sales: Requirement, guided: str
) -> None:
    texts = {p.id: p.text for p in profiles}
    for requirement in (backend, sales):
        for scored in Judge.score_profiles(requirement, read_guidance(guided), profiles[:150], reference_date=TODAY):
            total = 0.0
            for dimension in scored.dimensions:
                assert dimension.points == pytest.approx(sum(row.points for row in dimension.rows), abs=1e-9)
                total += dimension.points
                for row in dimension.rows:
                    if row.profile is not None:
                        text = texts[scored.profile_id]
                        assert text[row.profile.start : row.profile.end] == row.profile.words
                        assert row.profile.words
                    if row.status == "not_found":
                        assert row.points == 0
                    if row.status in ("met", "related") and row.unit.split(":")[0] in ("must", "nice"):
                        assert row.profile is not None  # generated profiles state their skills in the text alone
                    assert row.points <= row.maximum
            expected = max(0, min(100, int(np.floor(round(total, 2) + 0.5))))
            assert scored.score == (min(expected, 49) if scored.capped else expected)
            assert sum(d.maximum for d in scored.dimensions) == pytest.approx(100)


def test_unknown_earns_nothing_for_its_unit_and_never_caps() -> None:
    full = score(
        person(
            "バックエンドエンジニア。Python、AWS、Kubernetesの開発経験5年。日本語：ネイティブ。英語：ビジネスレベル。"
        )
    )
    silent = score(person("バックエンドエンジニア。Python、AWS、Kubernetesの開発経験5年。"))
    assert not full.capped and not silent.capped
    rows = {row.unit: row for d in silent.dimensions for row in d.rows}
    assert (rows["language:japanese"].status, rows["language:japanese"].points) == ("not_found", 0)
    assert full.score > silent.score >= 50
    assert (
        abs(silent.without_language - full.without_language) <= 2
    )  # the language words colour the similarity a little


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("Pythonの実務経験はありません。", "must:python"),
        ("日本語：N4。", "language:japanese"),
    ],
)
def test_only_a_quoted_contradiction_of_a_must_caps(words: str, unit: str) -> None:
    base = "バックエンドエンジニア。AWS、Kubernetesの開発経験5年。英語：ビジネスレベル。Django"
    base = base.replace("。Django", "") if unit == "must:python" else base
    scored = score(person(base + words))
    rows = {row.unit: row for d in scored.dimensions for row in d.rows}
    assert scored.capped and scored.score <= 49
    assert rows[unit].status == "contradicted"
    assert rows[unit].profile is not None and rows[unit].profile.words in base + words


def test_years_well_short_cap_only_when_the_text_says_so() -> None:
    said = score(person("バックエンドエンジニア。Python、AWSの開発経験1年。日本語：ネイティブ。"))
    structured = score(person("バックエンドエンジニア。Python、AWSの開発。日本語：ネイティブ。", years=1.0))
    assert said.capped
    assert not structured.capped


def test_a_structured_level_the_text_does_not_state_never_caps() -> None:
    scored = score(person("バックエンドエンジニア。Python、AWSの開発経験5年。", japanese=Level.BASIC))
    assert not scored.capped


def test_a_welcome_language_never_caps() -> None:
    scored = score(person("バックエンドエンジニア。Python、AWSの開発経験5年。日本語：ネイティブ。英語：初級。"))
    assert not scored.capped


def test_protected_attributes_do_not_move_a_score(profiles: list[Profile], backend: Requirement) -> None:
    for profile in profiles[:40]:
        told = Profile(
            **{f: getattr(profile, f) for f in profile.__slots__}
            | {"text": profile.text + "\n年齢：52歳\n性別：女\n国籍：日本"}
        )
        assert score(told, backend).score == score(profile, backend).score


def test_dimensions_the_description_does_not_state_drop_out() -> None:
    scored = score(person("Python"), read_requirement("必須条件\n・Pythonの経験"))
    assert [d.name for d in scored.dimensions] == ["must", "role"]
    assert sum(d.maximum for d in scored.dimensions) == pytest.approx(100)


def test_maxima_are_whole_hundredths_that_add_up(backend: Requirement, sales: Requirement) -> None:
    for requirement in (backend, sales, read_requirement(JD), read_requirement("経理担当")):
        assert sum(unit.maximum for unit in make_plan(requirement, None).units) == TOTAL


def test_a_description_that_asks_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a title nor a skill"):
        Judge.score_profiles(read_requirement(""), None, [person("Python")])


def test_two_profiles_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="share an id"):
        Judge.score_profiles(read_requirement(JD), None, [person("Python"), person("AWS")])


def test_layout_does_not_move_a_score(profiles: list[Profile]) -> None:
    one = read_requirement("職種：SRE\n必須条件\n・AWS\n・Terraform")
    other = read_requirement("【職種】\nＳＲＥ\n\n■必須条件\n　・Ｔｅｒｒａｆｏｒｍ\n　・ＡＷＳ\n")
    assert one.hash == other.hash or one.title != other.title
    first = {s.profile_id: s.score for s in Judge.score_profiles(one, None, profiles[:60])}
    second = {s.profile_id: s.score for s in Judge.score_profiles(other, None, profiles[:60])}
    assert all(abs(first[i] - second[i]) <= 1 for i in first)


# ── guidance ─────────────────────────────────────────────────────────────────────────────────────────────────────

WITH = "バックエンドエンジニア。Python、AWSの開発経験5年。日本語：ネイティブ。Terraformを利用。"
WITHOUT = "バックエンドエンジニア。Python、AWSの開発経験5年。日本語：ネイティブ。勤怠を入力。"


def margin(guidance: str) -> int:
    given_ = read_guidance(guidance)
    return score(person(WITH), guidance=given_).score - score(person(WITHOUT), guidance=given_).score


@pytest.mark.parametrize(
    "guidance", ["Terraformの経験者を優先。", "Terraform必須。", "We prefer Terraform.", "Terraform is a must."]
)
def test_wanting_a_skill_lifts_those_who_have_it(guidance: str) -> None:
    assert margin(guidance) > margin("")


@pytest.mark.parametrize("guidance", ["Terraformの方は避けたい。", "Avoid Terraform.", "Terraform以外の方。"])
def test_avoiding_a_skill_lowers_those_who_have_it(guidance: str) -> None:
    assert margin(guidance) < margin("")
    scored = score(person(WITH), guidance=read_guidance(guidance))
    (dimension,) = [d for d in scored.dimensions if d.name == "guidance"]
    assert dimension.points < 0 and dimension.rows[0].profile is not None
    assert dimension.rows[0].profile.words == "Terraform"


def test_relaxing_a_must_makes_its_absence_cheaper() -> None:
    lacking = person("バックエンドエンジニア。AWSの開発経験5年。日本語：ネイティブ。Pythonの経験はありません。")
    strict, relaxed = score(lacking), score(lacking, guidance=read_guidance("Pythonは不問。"))
    assert strict.capped and not relaxed.capped
    assert relaxed.score > strict.score
    assert relaxed.without_guidance == strict.score


def test_refused_guidance_changes_nothing() -> None:
    assert score(person(WITH), guidance=read_guidance("30代まで。女性が望ましい。")) == score(person(WITH))


def test_without_guidance_is_shown_only_when_guidance_says_something() -> None:
    assert score(person(WITH)).without_guidance is None
    assert score(person(WITH), guidance=read_guidance("Terraformを優先。")).without_guidance is not None


# ── vectors ──────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.text(max_size=200))
def test_any_text_has_a_vector_and_the_same_one_twice(text: str) -> None:
    first, second = encode(text, ("python",)), encode(text, ("python",))
    assert first.dtype == np.int8 and first.shape == (128,)
    assert (first == second).all()


def test_the_reference_pool_is_large_and_bilingual_enough() -> None:
    assert len(tables().pool) >= 300


def test_a_japanese_description_finds_english_profiles_and_back(profiles: list[Profile], backend: Requirement) -> None:
    (block,) = blocks_of_profiles(profiles)
    texts = {p.id: p.text for p in profiles}
    for query in ("バックエンドエンジニア Python API設計 AWS", "backend engineer Python API design AWS"):
        (closeness,) = answers_of([Question("similarity", 1_025, phrase=query)], block, None)
        best = np.argsort(-closeness.astype(np.int64), kind="stable")[:20]
        kinds = {texts[block.ids[i].decode()].startswith("職務経歴書") for i in best}
        assert kinds == {True, False}


def test_the_score_version_is_stable_within_a_process() -> None:
    assert score_version() == score_version()
    assert score_version().startswith(f"{SCORE_CODE}-")
