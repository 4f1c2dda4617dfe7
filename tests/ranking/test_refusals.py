"""Protected attributes (R9): refused wherever they stand, with reason, law and rewrite; never a feature; lawful exceptions are HR's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.guidance import read_guidance
from ranking.plan import make_plan
from ranking.refusals import CODES, refusal_of, without_protected
from ranking.requirement import read_requirement

JD = read_requirement("職種：バックエンドエンジニア\n必須条件\n・Python\n・AWS\n歓迎条件\n・Docker")
WISHES = (
    "Pythonは必須です。", "Dockerは不要です。", "PHPの方は避けたい。", "経験5年は欲しいです。", "英語はビジネスレベルを歓迎。",
    "Kubernetes would be a plus. ", "We don't need AWS. ", "落ち着いて物事を進められる方。",
)  # fmt: skip
REFUSED = (
    "30代まで。", "女性が望ましい。", "35歳以下の方。", "若手の男性。", "日本国籍の方に限ります。", "独身の方。", "小さいお子さんのいない方。",
    "宗教に熱心でない方。", "労働組合員は不可。", "健康な方のみ。", "容姿端麗な方。", "本籍が都内の方。", "young and energetic. ",
    "men only. ", "no mothers with small kids. ", "Japanese nationals only. ", "someone in his thirties. ", "under 35. ",
    "no foreigners. ", "good-looking people. ", "nobody with disabilities. ",
)  # fmt: skip


@given(st.lists(st.sampled_from(WISHES), max_size=3), st.lists(st.sampled_from(REFUSED), min_size=1, max_size=3))
def test_what_is_refused_changes_nothing_that_is_scored(wishes: list[str], refused: list[str]) -> None:
    allowed = read_guidance("".join(wishes))
    both = read_guidance("".join([*wishes, *refused]))
    assert make_plan(JD, both) == make_plan(JD, allowed)
    assert any(unit.refused for unit in both.units)


@pytest.mark.parametrize("words", REFUSED)
def test_a_refused_sentence_leaves_no_wish_behind(words: str) -> None:
    units = read_guidance(words).units
    assert units and all(unit.refused for unit in units)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("じょせいがのぞましい", "gender"), ("ｼﾞｮｾｲ歓迎", "gender"), ("おんなのひとがいい", "gender"), ("女が良い", "gender"),
        ("女 性を希望", "gender"), ("boys only", "gender"), ("30 代まで", "age"), ("３５さい以下", "age"), ("アラ３０", "age"),
        ("1990年以降生まれ", "age"), ("昭和生まれはNG", "age"), ("ゆとり世代は避けたい", "age"), ("自分と同世代", "age"),
        ("thirty-somethings", "age"), ("below thirty-five", "age"), ("born after 1990", "age"), ("no elderly people", "age"),
        ("にほんじんのみ", "nationality"), ("ｶﾞｲｼﾞﾝ不可", "nationality"), ("中国の方は避けたい", "nationality"),
        ("韓国出身の方", "nationality"), ("no foreign applicants", "nationality"), ("white people", "nationality"),
        ("どくしん希望", "family"), ("育休取得予定のない方", "family"), ("no maternity leave", "family"), ("childless", "family"),
        ("クリスチャンの方", "religion"), ("共産党員は不可", "belief"), ("障碍者は不可", "health"), ("no handicapped people", "health"),
        ("高身長の方", "looks"),
    ],
)  # fmt: skip
def test_another_spelling_of_a_protected_attribute_is_refused_as_well(words: str, code: str) -> None:
    units = read_guidance(words).units
    assert code in {unit.refused for unit in units}
    assert make_plan(JD, read_guidance(words)) == make_plan(JD, None)


@pytest.mark.parametrize(
    "text",
    [
        "営業職\n必須スキル\n・法人営業の経験\n%s",
        "Sales manager\nRequirements\n- B2B sales\n%s",
    ],
)
@pytest.mark.parametrize(
    "wish",
    ["女性の方", "35歳以下の方", "日本人", "若い方", "独身の方", "Female", "Under 35", "Japanese nationals only"],
)
def test_a_description_s_protected_must_is_no_feature(text: str, wish: str) -> None:
    mark = "・" if "・" in text else "- "
    assert make_plan(read_requirement(text % (mark + wish)), None) == make_plan(read_requirement(text % ""), None)


def test_a_title_s_protected_words_are_no_feature() -> None:
    asked, plain = (
        read_requirement(f"職種：{title}\n必須条件\n・Python") for title in ("若い女性エンジニア", "エンジニア")
    )
    assert make_plan(asked, None).units[-1].phrase == make_plan(plain, None).units[-1].phrase


def test_what_is_left_of_words_holds_no_protected_attribute() -> None:
    assert without_protected("若い女性 Engineer, ｆｅｍａｌｅ") == "Engineer,"
    assert without_protected("女性向け雑誌の編集") == "女性向け雑誌の編集"


@given(st.text(alphabet="若い手30代女性男日本人歳まで歓迎必須Pythonyoung men", max_size=40))
def test_no_unit_in_force_quotes_a_refused_word(text: str) -> None:
    units = read_guidance(text).units
    refused = [unit.quote for unit in units if unit.refused]
    for unit in units:
        if not unit.refused:
            assert all(unit.quote.end <= quote.start or quote.end <= unit.quote.start for quote in refused)


@pytest.mark.parametrize(
    "words",
    [
        "女性向け化粧品の商品企画を経験した方", "外国人採用の経験がある方", "子ども向け教材の編集経験", "シニアエンジニアを希望",
        "紳士服の販売経験者", "障害者雇用の実務経験がある人事", "障害対応に強い方", "race conditions in Go", "Photoshop skills",
        "experience with women's fashion", "a young company background is a plus", "native Japanese speakers",
        "budget of under 50 million yen", "motherboard design", "日本人顧客の対応経験",
        "日本の方式に詳しい方", "中国の方との折衝経験", "日本の人事制度の知識", "彼女が担当した案件", "産休代替の採用経験", "おんなじ業界の経験",
        "産休・育休の手続き経験", "under thirty million yen", "ガイドラインの作成", "助成金の申請経験",
    ],
)  # fmt: skip
def test_words_that_only_resemble_a_protected_attribute_are_not_refused(words: str) -> None:
    assert not any(unit.refused for unit in read_guidance(words).units)


def test_what_else_a_sentence_says_is_read_without_the_refused_words() -> None:
    units = read_guidance("20代でKubernetesの経験がある方を優先。").units
    assert [(u.polarity, u.skill.concept, u.refused) for u in units] == [
        ("prefer", "", "age"),
        ("prefer", "kubernetes", ""),
    ]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("lawful", [False, True])
def test_every_refusal_says_why_and_how_to_say_it_by_role_and_experience(code: str, lawful: bool) -> None:
    refusal = refusal_of(code, "x", lawful=lawful)
    assert refusal.reason_ja and refusal.reason_en and (not refusal.law_ja) == (not refusal.law_en)
    assert "経験" in refusal.rewrite_ja
    assert "experience" in refusal.rewrite_en
    for english in (refusal.rewrite_en, refusal.rewrite_ja):
        assert not any(unit.refused for unit in read_guidance(english).units), english


def test_the_rewrite_of_an_age_follows_what_was_said() -> None:
    assert "メンバークラス" in refusal_of("age", "30代まで").rewrite_ja
    assert "early in their career" in refusal_of("age", "Young").rewrite_en
    assert "15年以上" in refusal_of("age", "年配").rewrite_ja


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("長期勤続によるキャリア形成を図るため、35歳未満の方。", "age"),
        ("例外事由3号のイにより30代まで。", "age"),
        ("ポジティブ・アクションとして女性を優先。", "gender"),
        ("障害者雇用枠での採用です。", "health"),
        ("Under 35 for long-term career development. ", "age"),
        ("Women preferred as positive action. ", "gender"),
    ],
)
def test_a_lawful_exception_is_for_hr_and_still_nothing_to_rank_by(words: str, code: str) -> None:
    guidance = read_guidance(words)
    assert any(unit.refused == code and unit.ask_hr for unit in guidance.units)
    assert make_plan(JD, guidance) == make_plan(JD, None)
    assert refusal_of(code, words, lawful=True).hr_ja and refusal_of(code, words, lawful=True).hr_en
    assert not refusal_of(code, words).hr_ja
