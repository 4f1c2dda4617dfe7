"""The comparison measures what it says, and on the open judged set the score is ahead of BM25 and character n-grams.

The frozen descriptions are read by nobody here: they are for the final run of `kakuyaku bench relevance`.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.bench.baselines import bm25, character_ngrams, rarity, tfidf_cosine, words_and_bigrams
from plugin.bench.command import bench
from plugin.bench.relevance import (
    DAY,
    Relevance,
    Unjudged,
    crossings,
    measure,
    measured,
    ndcg,
    order,
    read_judged,
    verdicts,
)
from ranking.encoder import encode
from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.values import Profile

OPEN = Path(__file__).parents[1] / "fixtures" / "judged" / "open"


@pytest.fixture(scope="module")
def found() -> Relevance:
    return measure(OPEN)


def test_the_score_is_ahead_of_both_baselines_and_the_interval_excludes_zero(found: Relevance) -> None:
    compared = verdicts(found)
    assert {one.measure for one in compared} == {"ndcg_5", "ndcg_10", "auc"}
    assert {one.baseline.split(" ")[0] for one in compared} == {"BM25", "n-grams"}
    for one in compared:
        assert one.clear and one.mean > 0, one


def test_the_other_language_is_found_and_the_baselines_hardly_find_it(found: Relevance) -> None:
    means = {name: float(np.mean(measures["across"])) for name, measures in found.by_ranker.items()}
    assert means["score"] > means["chance"] > max(value for name, value in means.items() if name[:2] in ("BM", "n-"))
    shares = {(row["description"], row["ranking"]): row["among_ten"] for row in crossings(found)}
    for language in ("ja", "en"):
        assert shares[language, "score"] > shares[language, "chance"]


def test_gain_is_discounted_by_place_and_normalised_by_the_best_order() -> None:
    grades = np.array([0, 3, 1])
    worst = ndcg(grades, np.array([0, 2, 1]), 3)
    assert float(worst) == pytest.approx((1 / math.log2(3) + 7 / 2) / (7 + 1 / math.log2(3)))
    assert float(ndcg(grades, np.array([1, 2, 0]), 3)) == 1.0


def test_equal_scores_keep_the_order_of_ids_and_count_half_in_the_auc() -> None:
    assert order(np.array([1.0, 2.0, 2.0, 1.0])).tolist() == [1, 2, 0, 3]
    judged = read_judged(OPEN)[0]
    assert measured(judged, np.zeros(30))["auc"] == 0.5
    perfect = measured(judged, judged.grades.astype(np.float64))
    assert perfect["auc"] == perfect["ndcg_5"] == perfect["ndcg_10"] == 1.0


def test_bm25_counts_words_and_pairs_of_characters_and_prefers_rare_ones() -> None:
    assert words_and_bigrams("ＡＷＳ経験3年, C++") == ["aws", "3", "c++", "経験", "年"]
    texts = ["python java", "python python", "営業経験"]
    close = bm25("python java", texts, rarity(texts, words_and_bigrams))
    assert close[0] > close[1] > close[2] == 0
    assert bm25("法人営業", texts, rarity(texts, words_and_bigrams)).argmax() == 2


def test_character_ngrams_hold_words_with_their_borders() -> None:
    assert set(character_ngrams("Go 営業")) == {" go", "go ", " go ", "営業"}
    texts = ["database design", "databases designed", "cooking"]
    close = tfidf_cosine("database design", texts, rarity(texts, character_ngrams))
    assert close[0] == pytest.approx(1.0) and 1 > close[1] > close[2]


def test_a_folder_that_cannot_be_measured_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Unjudged, match="no judged descriptions"):
        read_judged(tmp_path)
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Unjudged, match=r"a\.json is not a judged description"):
        read_judged(tmp_path)
    one: dict[str, Any] = json.loads((OPEN / "parts-quality.json").read_text(encoding="utf-8"))
    one["profiles"] = [person for person in one["profiles"] if person["grade"] < 2]
    (tmp_path / "a.json").write_text(json.dumps(one), encoding="utf-8")
    with pytest.raises(Unjudged, match="needs people graded 2 or more"):
        read_judged(tmp_path)


def test_the_command_prints_means_and_differences(tmp_path: Path) -> None:
    for slug in ("parts-quality", "backend-payments"):
        (tmp_path / f"{slug}.json").write_bytes((OPEN / f"{slug}.json").read_bytes())
    shown = CliRunner().invoke(bench, ["relevance", str(tmp_path), "--json"])
    assert shown.exit_code == 0, shown.output
    whole = json.loads(shown.output)
    assert whole["descriptions"] == ["backend-payments", "parts-quality"]
    assert {row["ranking"] for row in whole["means"]} >= {"score", "BM25 (30)", "n-grams (all)", "chance"}
    assert len(whole["differences"]) == 6


SENTENCES = [
    "月次決算と連結決算を担当しました",
    "帳簿を締め、監査法人の質問に答えました",
    "休日は海で泳ぎます",
    "Reviewed contracts with suppliers",
    "I enjoy long walks",
    "Pythonで機械学習のモデルを作りました",
]


@settings(max_examples=30)
@given(st.permutations(SENTENCES), st.integers(1, len(SENTENCES)))
def test_the_order_of_sentences_does_not_move_a_vector(shuffled: list[str], size: int) -> None:
    chosen = shuffled[:size]
    assert np.array_equal(encode("\n".join(chosen), []), encode("\n".join(sorted(chosen)), []))


def test_ordinary_words_reach_the_line_of_work_in_either_language() -> None:
    accounting = encode("経理 月次決算", []).astype(np.float64)
    near = encode("At month's end I close the books and reconcile the ledger with the auditors.", []).astype(np.float64)
    far = encode("I drive a lorry and deliver parcels from the warehouse.", []).astype(np.float64)
    assert float(accounting @ near) > 4 * max(1.0, float(accounting @ far))


# Written for this test alone, after the words of the trades and without a look at what they know; nothing was tuned on them.
PLAINLY = {
    "tax": (
        "税務スタッフ\n必須\n・法人税申告",
        "I work out each spring what firms owe to the government and fill in the forms that go to the revenue office; when inspectors come I sit beside the owner.",
    ),
    "sre": (
        "Site reliability engineer\nMust have\n- AWS\n- Kubernetes",
        "夜中に止まったときに最初に呼ばれる役です。原因を突き止めて書き残し、同じことで起こされないように手順を機械に任せてきました。混み合う年末にも遅くならないよう前もって台数を増やします。",
    ),
    "cra": (
        "臨床開発モニター（CRA）\n必須条件\n・治験のモニタリング経験\n・GCPの知識",
        "I travel between hospitals to see that doctors testing a new heart tablet write down everything as agreed, and I compare their notes with the patients' charts.",
    ),
    "legal": (
        "法務担当\n必須\n・契約審査の経験",
        "I read what the other company wants us to sign, cross out what could hurt us, and talk with their lawyer until both can live with the words.",
    ),
    "pdm": (
        "Product Manager\nMust have\n- Product management experience\n- Agile",
        "使う人の家まで行って手元を見せてもらい、何から直すかを決めて作り手に渡します。出した後に使い続けられているかを毎週数え、やめる機能も決めます。",
    ),
    "nurse": (
        "看護師\n必須\n・病棟経験",
        "I look after people after operations at night, give injections and tell the morning shift what happened.",
    ),
    "warehouse": (
        "Warehouse manager\nMust\n- Logistics\n- WMS",
        "荷物の置き場所を決め、トラックが着く順に人を割り振り、間違った箱が出ないように二人で確かめる仕組みを作りました。",
    ),
    "recruit": (
        "採用担当\n必須\n・中途採用",
        "I find people who might like to join our firm, talk with them first, and bring the good ones to the team leaders.",
    ),
    "mech": (
        "機械設計エンジニア\n必須\n・3D CAD",
        "I draw the moving parts of packing machines on the computer, make them lighter and check that they do not snap.",
    ),
}


@pytest.mark.parametrize("trade", PLAINLY)
def test_who_tells_of_the_work_in_ordinary_words_of_the_other_language_comes_first(trade: str) -> None:
    description, _ = PLAINLY[trade]
    people = [Profile(name, text) for name, (_, text) in PLAINLY.items()]
    first, second, *_ = Judge.score_profiles(read_requirement(description), None, people, reference_date=DAY)
    assert first.profile_id == trade and first.score > second.score
