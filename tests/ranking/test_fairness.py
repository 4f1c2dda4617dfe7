"""What is no merit moves nothing: name, photo, age, gender, nationality, school, and a page about the weather (F)."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from plugin.bench.relevance import Judged, read_judged
from ranking.columns import Block, Row, block_of, blocks_of_profiles, row_of
from ranking.facts import read_facts
from ranking.plan import make_plan
from ranking.requirement import read_requirement
from ranking.score import evaluate
from ranking.universe import GeneratedPerson
from ranking.values import Profile, Requirement

MONTH = 2026 * 12 + 10
ALLOWED = 2
NEUTRAL = {
    "ja": "休日は近所の公園を散歩したり、家族と海へ出かけたりして過ごしています。季節の花を眺めるのが好きで、春には桜、秋には紅葉を見に遠くまで"
    "足を延ばします。週末には煮物や焼き魚を作り、友人を招くこともあります。本を読むことも多く、歴史の小説や旅の随筆をよく手に取ります。"
    "朝は早く起きて体操をし、夜は早めに休むようにしています。雨の日は家で音楽を聴いて過ごします。猫を二匹飼っていて、世話をするのが毎日の楽しみです。",
    "en": "On weekends I like to walk along the river near my house and look at the birds. In spring I visit gardens with friends and in "
    "autumn we drive to the mountains to see the leaves. I enjoy simple meals and trying fruit I have not eaten before. I read novels "
    "about history and listen to music on rainy days. Two cats live with us and they keep me busy every morning. I get up early, stretch "
    "for a while and go to bed before midnight. Sometimes I swim in the lake or ride my bicycle to the next town. ",
}
PERSONAL = {
    "ja": {
        "氏名": ("架空 花子", "試験 太郎", "グエン・ヴァン・カクウ"),
        "写真": ("添付", "なし"),
        "年齢": ("24歳", "52歳"),
        "性別": ("女", "男"),
        "国籍": ("日本", "ベトナム"),
        "最終学歴": ("架空大学 文学部 卒業", "県立架空高等学校 卒業", "東京大学 経済学部 卒業"),
    },
    "en": {
        "Name": ("Hanako Kaku", "John Example", "Nguyen Van Kaku"),
        "Photo": ("attached", "none"),
        "Age": ("24", "52"),
        "Gender": ("female", "male"),
        "Nationality": ("Japan", "Vietnam"),
        "Education": ("Fictional College, BA History", "University of Oxford, MA Economics", "Kaku High School"),
    },
}
# Eight matters of life outside work, in both languages. The tables are fitted against other sentences, which share some of their words.
_ROWS = (Path(__file__).parent / "neutral.tsv").read_text(encoding="utf-8").splitlines()[1:]
TOPICS = {topic: {"ja": ja, "en": f"{en} "} for topic, ja, en in (row.split("\t") for row in _ROWS)}
# Somebody whose whole text says little of any line of work has little to hold against a word of hotels or of schools in
# the page about a journey: of 3,840 cases 11 move more than 2 points (10 of them beside a Japanese page), by 5 at most.
SELDOM, MOST = 0.02, 5  # of the 240 cases of a topic and language
DESCRIPTIONS = (
    "職種：経理\n必須条件\n・月次決算\n・連結決算\n・日商簿記2級",
    "Machine learning engineer\nRequirements\n- Python\n- PyTorch\n- 3+ years of experience",
    "職種：人事（採用）\n必須条件\n・新卒採用の経験\n・日本語：ネイティブ",
)


@pytest.fixture(scope="module")
def requirements() -> list[Requirement]:
    demo = [(files("ranking") / "data" / "demo" / n).read_text("utf-8") for n in ("backend_ja.txt", "sales_en.txt")]
    return [read_requirement(text) for text in (*demo, *DESCRIPTIONS)]


def largest_move(requirements: list[Requirement], before: list[Profile], after: list[Profile]) -> int:
    blocks: list[Block] = [*blocks_of_profiles(before), *blocks_of_profiles(after)]
    moves = []
    for requirement in requirements:
        plan = make_plan(requirement, None)
        old, new = (evaluate(plan, block, MONTH).score for block in blocks)
        moves.append(int(abs(old - new).max()))
    return max(moves)


@pytest.mark.parametrize("written", ["same", "other"])
def test_two_thousand_neutral_characters_move_a_score_by_two_points_at_most(
    people: list[GeneratedPerson], requirements: list[Requirement], written: str
) -> None:
    def appended(person: GeneratedPerson) -> Profile:
        language = person.language if written == "same" else {"ja": "en", "en": "ja"}[person.language]
        neutral = NEUTRAL[language] * 10
        return replace(person.profile, text=f"{person.profile.text}\n{neutral[:2_000]}")

    some = people[:80]
    assert largest_move(requirements, [p.profile for p in some], [appended(p) for p in some]) <= ALLOWED


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_who_somebody_is_moves_a_score_by_two_points_at_most(
    people: list[GeneratedPerson], requirements: list[Requirement], data: st.DataObject
) -> None:
    def told(person: GeneratedPerson, pick: dict[str, int]) -> Profile:
        lines = [
            f"{key}：{values[pick[str(n)] % len(values)]}"
            for n, (key, values) in enumerate(PERSONAL[person.language].items())
        ]
        return replace(person.profile, text="\n".join((*lines, person.profile.text)))

    picks = [{str(n): data.draw(st.integers(0, 5)) for n in range(6)} for _ in range(2)]
    some = people[:25]
    one, other = ([told(p, pick) for p in some] for pick in picks)
    assert largest_move(requirements, [p.profile for p in some], one) <= ALLOWED
    assert largest_move(requirements, one, other) <= ALLOWED


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return read_judged(Path(__file__).parents[1] / "fixtures" / "judged" / "open")


@pytest.fixture(scope="module")
def rows(judged: list[Judged]) -> dict[str, Row]:
    return {text: row_of(read_facts(Profile("p", text))) for one in judged for text in one.texts}


def moves(one: Judged, changed: list[Row], rows: dict[str, Row]) -> NDArray[np.int64]:
    plan = make_plan(read_requirement(one.description), None)
    before = evaluate(plan, block_of([rows[text] for text in one.texts]), MONTH).score
    return np.asarray(np.abs(evaluate(plan, block_of(changed), MONTH).score - before))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("topic", TOPICS)
def test_plainly_worded_people_keep_their_score_too(
    judged: list[Judged], rows: dict[str, Row], topic: str, language: str
) -> None:
    neutral = (TOPICS[topic][language] * 10)[:2_000]
    found = np.concatenate(
        [
            moves(one, [row_of(read_facts(Profile("p", f"{text}\n{neutral}"))) for text in one.texts], rows)
            for one in judged
        ]
    )
    assert found.max() <= MOST
    assert (found > ALLOWED).mean() <= SELDOM


def test_plainly_worded_people_may_be_anybody(judged: list[Judged], rows: dict[str, Row]) -> None:
    for number, one in enumerate(judged):
        told = []
        for text in one.texts:
            lines = [f"{key}: {values[number % len(values)]}" for key, values in PERSONAL[one.language].items()]
            told.append(row_of(read_facts(Profile("p", "\n".join((*lines, text))))))
        assert moves(one, told, rows).max() <= ALLOWED
