"""R12: what stands in the ATS names nobody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.alignment.masking import MASK, mask
from plugin.identity import Identity
from ranking.universe import generate

HOSHINO = Identity(
    name="星野 静香",
    kana="ホシノ シズカ",
    romaji="Shizuka Hoshino",
    email="shizuka.hoshino.1@example.jp",
    phone="070-0000-9707",
    company="株式会社架空カエデフーズ",
    employers=("Fictional Granite Systems K.K.",),
)


@pytest.mark.parametrize(
    "text",
    [
        "星野静香は薬事を担当",
        "星野　静香",
        "静香さんの推薦",
        "ほしの しずか",
        "ﾎｼﾉ ｼｽﾞｶ",
        "HOSHINO Shizuka",
        "Hoshino, Shizuka led it",
        "Ｓｈｉｚｕｋａ",
        "shizuka.hoshino.1@example.jp",
        "SHIZUKA.HOSHINO.1@EXAMPLE.JP",
        "070-0000-9707",
        "０７０ー００００ー９７０７".replace("ー", "-"),
        "07000009707",
        "+81 70-0000-9707",
        "株式会社架空カエデフーズにて営業",
        "架空カエデフーズで営業",
        "㈱架空カエデフーズ",
        "Fictional Granite Systems K.K.",
        "at FICTIONAL GRANITE SYSTEMS",
        "https://www.linkedin.com/in/shizuka",
        "github.com/hoshino",
    ],
)
def test_a_known_person_is_masked_in_every_usual_spelling(text: str) -> None:
    masked = mask(text, HOSHINO)
    assert MASK in masked
    left = unicodedata.normalize("NFKC", masked).casefold()
    for word in (
        "星野",
        "静香",
        "ホシノ",
        "シズカ",
        "ほしの",
        "しずか",
        "hoshino",
        "shizuka",
        "9707",
        "カエデ",
        "granite",
    ):
        assert word not in left


@pytest.mark.parametrize(
    ("text", "gone", "stays"),
    [
        ("2019年4月～2020年3月　株式会社どこかの会社 営業部", "どこか", "2019年4月"),
        ("合同会社ナニカにてGoで開発", "ナニカ", "Goで開発"),
        ("前職はどこか商事株式会社です", "どこか商事", "前職は"),
        ("2018 - 2026: Unheard Of Systems K.K.", "Unheard", "2018"),
        ("Worked at Some Place Inc. as an engineer", "Some Place", "as an engineer"),
        ("reach me at nobody@example.com today", "nobody", "today"),
        ("TEL 03-0000-0000 まで", "0000", "まで"),
    ],
)
def test_what_nobody_told_us_is_masked_too(text: str, gone: str, stays: str) -> None:
    masked = mask(text, None)
    assert gone not in masked and stays in masked and MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "通算9年の経験",
        "Go言語",
        "TOEIC 830点",
        "JLPT N1",
        "Terraform",
        "AWS（ECS、Lambda）",
        "5 years of experience",
        "年収 700万円〜1,000万円",
        "2020年4月～2024年3月",
        "C#",
    ],
)
def test_evidence_that_names_nobody_stays_readable(text: str) -> None:
    assert mask(text, HOSHINO) == text


def test_a_single_kanji_name_does_not_eat_other_words() -> None:
    hayashi = Identity(name="林 元", email="x@example.com")
    assert mask("森林組合での元請け管理", hayashi) == "森林組合での元請け管理"
    assert mask("林 元は元気", hayashi) == f"{MASK}は元気"


PEOPLE = list(generate(200, 7))
_PAD = st.text(alphabet="abcXYZ あいうアイウ漢字、。/ \n1", max_size=12)


def _tokens(one: Any) -> list[str]:
    """What must not be left of a person, folded; parts of one character are too common to look for."""
    words = [one.name, one.kana, one.romaji, *one.name.split(), *one.romaji.split(), one.email, one.phone]
    words.append(re.sub(r"株式会社|K\.K\.", "", one.company).strip())
    return [_fold(word) for word in words if len(_fold(word)) > 2]


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@settings(max_examples=150)
@given(index=st.integers(0, len(PEOPLE) - 1), pads=st.lists(_PAD, min_size=6, max_size=6), wide=st.booleans())
def test_whatever_stands_around_it_nothing_of_a_person_is_left(index: int, pads: list[str], wide: bool) -> None:
    one = PEOPLE[index]
    identity = Identity(one.name, one.kana, one.romaji, one.email, one.phone, one.company, one.title)
    said = [one.name, one.romaji, one.email, one.phone, one.company]
    # Words stand beside other words, so a pad ends in a space: 山田 inside 小山田 is another name.
    text = "".join(f"{pad} {word} " for pad, word in zip(pads, said, strict=False)) + pads[-1]
    if wide:
        text = text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)})
    masked = _fold(mask(text, identity))
    assert [token for token in _tokens(one) if token in masked] == []


def test_nothing_posted_in_the_ats_names_anybody(new_house: Callable[..., Any]) -> None:
    with new_house(count=25) as house:
        house.ring()
        house.ats.edit(line="75")
        house.ring()
        posted = _fold("\n".join([*house.ats.notes, *house.ats.messages, *house.mails()]))
        for i in range(25):
            for word in (f"郎{i}", f"Invented{i}", f"第{i}商店", f"person{i}@", f"090-0000-{i:04}", f"Fictional {i} K"):
                assert _fold(word) not in posted
        assert MASK in posted


def test_unless_the_connection_says_otherwise(new_house: Callable[..., Any], policy: Any) -> None:
    with new_house(count=3, policy=policy.model_copy(update={"masked": False})) as house:
        house.ring()
        assert "Fiona Invented0" in house.ats.notes[0]


@pytest.mark.parametrize("dash", "-－−‐–ー")
def test_a_telephone_number_is_masked_whatever_dash_a_keyboard_writes(dash: str) -> None:
    for text in (f"０３{dash}００００{dash}９７０７まで", f"電話：070{dash}0000{dash}9707"):
        for identity in (None, Identity("架空 花子", phone="070-0000-9707")):
            assert not re.search(r"\d", mask(text, identity)), text
    assert mask("経験は2015−2018年の3年", None) == "経験は2015−2018年の3年"
