"""A wording counts only if it says nothing the facts don't; else the facts stand alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.judge import Judge
from ranking.proposals import Silent
from ranking.prose import prose_prompt, told, verified_prose
from ranking.requirement import read_requirement
from ranking.summary import FitSummary, summary_of
from ranking.values import Profile

JD = "職種：バックエンドエンジニア\n必須条件\n・Pythonでの開発経験 3年以上\n・Terraform\n歓迎条件\n・Kubernetes\n"


@pytest.fixture(scope="module")
def summary() -> FitSummary:
    person = Profile(
        "p", "Pythonで基幹システムを5年開発。Kubernetesでの運用を担当。", headline="バックエンドエンジニア"
    )
    (scored,) = Judge.score_profiles(read_requirement(JD), None, [person])
    return summary_of(scored, headline="バックエンドエンジニア", line=60)


JA = "Pythonでの開発経験が確認できました。Terraformはプロフィールに記載が見つかりません。"
EN = "Experience with Python was found. Terraform was not found in the profile."


def answer(ja: str = JA, en: str = EN) -> str:
    return json.dumps({"ja": ja, "en": en}, ensure_ascii=False)


def test_what_says_the_facts_in_other_words_counts(summary: FitSummary) -> None:
    assert verified_prose(f"```json\n{answer()}\n```", summary) == {"ja": JA, "en": EN}


@pytest.mark.parametrize(
    ("ja", "en"),
    [
        (JA + "経験は12年です。", EN + " That is 12 years."),  # a number nobody gave
        (JA, EN + " The score is 87."),
        (JA + "「Rubyの達人」です。", EN),  # a quotation of nobody
        (JA, EN + ' They call it "a perfect match".'),
        (JA + "Goも得意です。", EN),  # a skill nobody named
        (JA, EN + " Strong in AWS."),
        (JA + "マイクロソフトに在籍。", EN),
        (JA, EN + " Formerly of Globex."),
        (JA + "女性の方です。", EN),  # protected
        ("短い。", EN),
        (JA * 20, EN),
    ],
)
def test_what_adds_anything_does_not_count(summary: FitSummary, ja: str, en: str) -> None:
    with pytest.raises(Silent, match="unverified"):
        verified_prose(answer(ja, en), summary)


@pytest.mark.parametrize("said", ["", "Sure!", "{}", '{"ja": 1, "en": 2}', '{"ja": "あ"}', "[]"])
def test_nonsense_is_silence(summary: FitSummary, said: str) -> None:
    with pytest.raises(Silent, match="nonsense"):
        verified_prose(said, summary)


@given(number=st.integers(0, 10**6))
def test_no_number_gets_in_that_is_not_in_the_facts(summary: FitSummary, number: int) -> None:
    ja, en = f"{JA}（{number}）", f"{EN} ({number})"
    facts = told(summary.ja) + told(summary.en)
    try:
        verified_prose(answer(ja, en), summary)
    except Silent:
        return
    assert str(number) in facts


def test_score_and_line_are_not_sent(summary: FitSummary) -> None:
    sent = prose_prompt(summary)
    assert told(summary.ja) in sent and told(summary.en) in sent
    assert not any(section.text in sent for section in (*summary.ja, *summary.en) if section.key == "score")
