"""Concepts are found in both scripts, quoted as they were written, and nowhere they aren't."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.folding import fold
from ranking.lexicon import lexicon, load


def found(text: str) -> list[str]:
    return [hit.concept.id for hit in lexicon().find(text)]


def test_the_lexicon_covers_engineering_and_the_commercial_functions() -> None:
    concepts = lexicon().concepts
    assert len(concepts) >= 1_500
    assert {"corp_sales", "recruiting", "monthly_closing", "treasury", "contracts_legal", "procurement"} <= set(
        concepts
    )
    assert {"logistics", "qc", "production_mgmt", "rd", "clinical_dev", "nursing_care", "credit"} <= set(concepts)
    kinds = Counter(c.kind for c in concepts.values())
    assert kinds["industry"] >= 120 and kinds["certificate"] >= 150 and kinds["role"] >= 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ｐｙｔｈｏｎの経験", ["python"]),
        ("ﾃﾞｰﾀ分析", ["data_analysis"]),
        ("JavaScriptのみ", ["javascript"]),  # no Java inside
        ("Ruby on Rails", ["rails"]),  # longest match
        ("REST APIs and microservices", ["rest_api", "microservices"]),
        ("C++ and C#", ["cpp", "csharp"]),
        ("full stack engineer", ["r_fullstack"]),
        ("full-stack engineer", ["r_fullstack"]),
        ("Let's go there", []),
        ("Go, Python", ["go", "python"]),
        ("Python to go", ["python"]),
        ("営業時間 9:00〜18:00", []),
        ("月次決算と連結決算", ["monthly_closing", "consolidated"]),
    ],
)
def test_finds_what_is_written(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_a_skill_implies_what_it_is_built_on() -> None:
    assert {"django", "python"} <= set(lexicon().expand(["django"]))
    assert lexicon().expand(["a concept of tomorrow"]) == ("a concept of tomorrow",)


def test_related_concepts_share_kind_and_group() -> None:
    assert {"gcp", "azure"} <= set(lexicon().related("aws"))
    assert "python" not in lexicon().related("aws")


_WORDS = st.sampled_from(
    ["Ｐｙｔｈｏｎ", "ﾃﾞｰﾀ分析", "㈱", "法人営業", "C++", "①", "が\u3099", "\u3000", "AWS", "ﬁ", "。", "é", "İ", "🎌"]
)


@given(st.lists(st.one_of(_WORDS, st.text(max_size=6))).map("".join))
def test_every_quote_is_the_words_that_stand_there(text: str) -> None:
    folded = fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    for hit in lexicon().find(text):
        assert text[hit.quote.start : hit.quote.end] == hit.quote.words
        assert hit.quote.words


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    source = tmp_path / "skill.tsv"
    source.write_text("id\tgroup\timplies\tja\ten\npython\tlang\t\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"skill\.tsv, line 2: five columns are needed, found 3"):
        load([("skill", source)])


def test_an_unknown_implication_is_named(tmp_path: Path) -> None:
    source = tmp_path / "skill.tsv"
    source.write_text("id\tgroup\timplies\tja\ten\ndjango\tfw\tpython\t\tDjango\n", encoding="utf-8")
    with pytest.raises(ValueError, match="django implies python"):
        load([("skill", source)])
