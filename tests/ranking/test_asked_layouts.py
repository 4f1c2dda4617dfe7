"""What is asked, found in layouts and under headings nobody listed beforehand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.folding import fold
from ranking.layout import read_lines
from ranking.markup import plain_text
from ranking.requirement import read_requirement
from ranking.unnamed import name_unknown_lists


def asked(text: str) -> tuple[list[str], list[str]]:
    read = read_requirement(text)
    return [u.quote.words for u in read.must], [u.quote.words for u in read.nice]


@pytest.mark.parametrize(
    "heading",
    ["求める経験・スキル", "こんな方をお待ちしています", "必要なご経験", "What you bring", "Minimum qualifications", "Is this you?",
     "We want to talk to you if", "Ｑ. どんな経験が必要ですか？", "～こんな資格をお持ちの方～", "🎯 Your profile", "ないと困るもの", "Prerequisites"],
)  # fmt: skip
def test_headings_that_require(heading: str) -> None:
    assert asked(f"経理担当\n\n{heading}\n・Python\n・日商簿記2級")[0] == ["Python", "日商簿記2級"]


@pytest.mark.parametrize(
    "heading",
    ["＋αで活かせる経験", "あると望ましいご経験", "こうだったらもっと嬉しい", "さらにあれば心強いです", "あると助かるもの", "Bonus points", "Would also help",
     "Even better if you", "We'd be impressed by", "Ideally", "選考で加点する事項", "次のような方は特に歓迎します。"],
)  # fmt: skip
def test_headings_that_welcome(heading: str) -> None:
    must, nice = asked(f"経理担当\n\n必須条件\n・Excel\n\n{heading}\n・Python\n・日商簿記2級")
    assert (must, nice) == (["Excel"], ["Python", "日商簿記2級"])


def test_what_is_not_needed_is_not_asked() -> None:
    text = "Need: SQL, Python\nGood to see: dbt\nDon't need: Java\n\nなくて大丈夫なもの\n・Go"
    assert asked("Data Analyst\n" + text) == (["SQL", "Python"], ["dbt"])


def test_one_of_the_following_is_one_unit() -> None:
    text = "コンサルタント\n\n求める経験\n以下のいずれか1つ以上のご経験（3年以上）\n①SAPの導入\n②Salesforceの導入\n\n歓迎\n・Python"
    read = read_requirement(text)
    assert len(read.must) == 1
    assert read.must[0].value.any_of
    assert read.must[0].quote.words.startswith("SAP") and "Salesforce" in read.must[0].quote.words


def test_a_bracket_of_its_own_says_which_alternatives() -> None:
    text = "知財担当\n\n◎応募条件\n＜共通＞\n・Excel\n＜いずれか必須＞\n・Python\n・Java\n＜あれば尚可＞\n・Go"
    must, nice = asked(text)
    assert must[0] == "Excel" and len(must) == 2 and nice == ["Go"]


def test_numbers_and_brackets_inside_a_line() -> None:
    assert asked("事務\n応募資格：(1)日商簿記2級 (2)Excel ／ Pythonがあれば優遇します") == (
        ["日商簿記2級", "Excel"],
        ["Python"],
    )
    assert asked("事務\n■応募要項：＜必須＞日商簿記2級、Excel＜尚可＞Python、Java") == (
        ["日商簿記2級", "Excel"],
        ["Python", "Java"],
    )


def test_a_list_inside_a_list_belongs_to_what_stands_above_it() -> None:
    html = "<h4>Requirements</h4><ul><li>Experience<ul><li>PyTorch</li></ul></li><li>Attitude<ul><li>Intellectual honesty</li></ul></li></ul>"
    assert asked(html)[0] == ["PyTorch", "Intellectual honesty"]


def test_an_item_may_hold_a_paragraph() -> None:
    html = "<h3>Requirements</h3><ul><li><p>Python</p></li><li><p>Kafka</p></li></ul>"
    assert plain_text(html).split() == ["Requirements", "・Python", "・Kafka"]
    assert asked(html)[0] == ["Python", "Kafka"]


def test_a_condition_opens_a_paragraph() -> None:
    text = (
        "We are looking for our Lead Android Engineer.\n\nYou should apply if you have shipped apps in Kotlin for six years, and have mentored others.\n\n"
        "Even better if you know Kubernetes, or have spoken at a conference.\n\nNot a problem if you have never used Terraform."
    )
    must, nice = asked(text)
    assert "Kotlin" in must[0] and len(must) == 2
    assert "Kubernetes" in nice[0] and len(nice) == 2
    assert not any("Terraform" in words for words in must + nice)


def test_lists_under_headings_that_say_nothing() -> None:
    text = (
        "Cloud Architect\n\nYour playground\n- Design landing zones\n- Run architecture boards\n\nYour toolbox\n- 5 years of designing distributed systems\n"
        "- Knowledge of Terraform\n\nThe cherry on top\n- Familiarity with Kafka\n- German\n\nOur side of the deal\n- Salary 9M yen\n- 25 days of leave"
    )
    must, nice = asked(text)
    assert len(must) == 2 and len(nice) == 2
    assert not any("Salary" in words or "landing" in words for words in must + nice)


def test_an_offer_behind_the_musts_is_not_welcome_in_a_candidate() -> None:
    text = "Engineer\n\nRequirements\n- Python\n\nA few good reasons\n- A bonus twice a year, 10% of salary\n- Java and Go meetups at the office"
    assert asked(text) == (["Python"], [])


def test_prose_behind_a_list_asks_for_nothing() -> None:
    assert asked("看護師\n\nこんな方をお待ちしています\n・Excel\n入職後3か月は先輩が同行します。")[0] == ["Excel"]


def test_years_in_brackets_welcome_nothing() -> None:
    must, nice = asked("Requirements\n- Several years (ideally 6+) of Python, at least 3 of them with Kafka")
    assert nice == [] and any("Python" in words for words in must)


def test_where_something_was_learnt_is_not_asked() -> None:
    assert asked("必須条件\n・事業会社またはPR会社での広報経験")[0] == ["広報"]
    assert asked("必須条件\n・FA装置または産業機械の機械設計経験")[0] == ["機械設計"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Revenue Manager wanted – new resort hotel", "Revenue Manager"),
        ("訪問看護ステーション つむぎの丘　訪問看護師（常勤）募集", "訪問看護師"),
        ("＼DXの\"その先\"へ／　業務改革コンサルタント", "業務改革コンサルタント"),
        ("レストラン木洩れ日では、ソムリエを一名お迎えします。", "ソムリエ"),
        ("UI/UXデザイナー募集！待ち時間をなくしませんか？", "UI/UXデザイナー"),
        ("🚀 MLOps Engineer @ Hinoki Robotics", "MLOps Engineer"),
        ("Our client is looking for a Regulatory Affairs Manager following a retirement.", "Regulatory Affairs Manager"),
    ],
)  # fmt: skip
def test_titles_among_other_words(text: str, title: str) -> None:
    stated = read_requirement(text).title
    assert stated is not None and stated.value == title


_PIECES = st.sampled_from(
    ["必須", "歓迎：", "【尚可】", "<共通>", "①Python", "(1)", "(2) SQL", "・", "  ・", "- Go", "\n", "\n\n", "　", "\t", "Even better if you ", "Q. ", "？", "経験3年以上", "、",
     "または", "You have", "…", "ﾃｽﾄ", "㌔", "～", "Kafka", "を", "。", ". ", "or", "いずれか", "以下の"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_lines_and_quotes_say_where_they_stand(text: str) -> None:
    folded = fold(text)
    lines = name_unknown_lists(read_lines(folded))
    for line in lines:
        assert folded.text[line.start : line.end] == line.text
    read = read_requirement(text)
    plain = plain_text(text)
    for unit in (*read.must, *read.nice):
        assert plain[unit.quote.start : unit.quote.end] == unit.quote.words != ""
