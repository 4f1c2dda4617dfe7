"""Names are found however they are spelled and wherever they stand; words that only contain their letters are not."""

from __future__ import annotations

import base64
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.scouting.leaks import folded, leaks, say_found

NAMES = (
    "株式会社みなとデータ基盤",
    "ミナトペイ",
    "みなと",
    "決済プロダクト開発部",
    "Harbor Ledger, Inc.",
    "HLX",
    "harbor-ledger.co.jp",
    "港湾商会",
)

TEXTS = (
    "突然のご連絡にて失礼いたします。これまでのご経歴を拝見し、ご連絡を差し上げました。",
    "Dear Taro, I hope you don't mind hearing from me out of the blue. We look for an engineer.",
    "・勤務地：東京都\n・年収：600万円〜900万円\n・雇用形態：正社員",
    "https://example.test/requisitions?from=letter",
)


def to_full_width(text: str) -> str:
    return "".join("　" if char == " " else chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


_HALF = {
    unicodedata.normalize("NFKC", half): half
    for code in range(0xFF66, 0xFF9E)
    for mark in ("", "ﾞ", "ﾟ")
    if len(unicodedata.normalize("NFKC", half := chr(code) + mark)) == 1
}


def to_half_width(text: str) -> str:
    katakana = "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char for char in text)
    return "".join(_HALF.get(char, char) for char in katakana)


SPELLINGS = {
    "as it is": lambda name: name,
    "upper case": str.upper,
    "full width": to_full_width,
    "half width": to_half_width,
    "spaced": " ".join,
    "dotted": "・".join,
    "hidden": "​".join,
    "wrapped": lambda name: name[: len(name) // 2] + "\n" + name[len(name) // 2 :],
    "bold": lambda name: name[:1] + "<b>" + name[1:] + "</b>",
    "entities": lambda name: "".join(f"&#{ord(char)};" for char in name),
}


@settings(max_examples=300)
@given(
    name=st.sampled_from(NAMES),
    spelling=st.sampled_from(sorted(SPELLINGS)),
    text=st.sampled_from(TEXTS),
    place=st.floats(0, 1),
)
def test_a_name_is_found_in_every_spelling_wherever_it_is_put(
    name: str, spelling: str, text: str, place: float
) -> None:
    words = re.split(r"(?<=[\s。、：・])", text)
    at = round(place * len(words))
    laid = "".join(words[:at]) + " " + SPELLINGS[spelling](name) + " " + "".join(words[at:])
    assert f"text: {name}" in leaks({"text": laid}, NAMES)


@settings(max_examples=100)
@given(
    name=st.sampled_from([name for name in NAMES if len(folded(name)) >= 6]),
    text=st.sampled_from(TEXTS),
    data=st.data(),
)
def test_a_long_name_is_found_in_the_middle_of_a_word_as_well(name: str, text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    assert leaks({"text": text[:at] + name + text[at:]}, [name])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("レイ", "プレイヤーとしてもご活躍いただけます。"),
        ("れい", "おそれいりますが、ご検討ください。"),
        ("HLX", "The phlx server"),
        ("Arc", "You would research architecture."),
        ("みなと", "港区のオフィスです。"),
        ("Go", "Google Cloudのご経験を拝見しました。"),
    ],
)
def test_a_short_name_is_not_found_inside_another_word(name: str, text: str) -> None:
    assert leaks({"text": text}, [name]) == []


def test_every_part_is_named() -> None:
    found = leaks(
        {
            "subject": "募集（HLX）",
            "text": "本文",
            "from_domain": "mail.harbor-ledger.co.jp",
            "header": "<mailto:x@example.test>",
        },
        NAMES,
    )
    assert "subject: HLX" in found
    assert "from_domain: harbor-ledger.co.jp" in found and "from_domain: Harbor Ledger, Inc." in found
    assert not [each for each in found if each.startswith(("text", "header"))]
    said = say_found("; ".join(found), "ja")
    assert "件名：「HLX」" in said and "差出人アドレス" in said


def test_links_are_read_as_browsers_read_them() -> None:
    assert leaks({"text": "https://example.test/?q=%E6%B8%AF%E6%B9%BE%E5%95%86%E4%BC%9A"}, ["港湾商会"])
    assert leaks({"text": f"https://{'港湾商会'.encode('idna').decode()}.example"}, ["港湾商会"])


def test_our_own_signed_links_name_nobody_by_chance() -> None:
    token = base64.urlsafe_b64encode(b"arc-hlx " * 12).decode() + ".hlx-ab_hlx"
    assert (
        leaks(
            {"text": f"https://example.test/u/{token}", "header": "<mailto:s+hlxhlxhlxhlxhlxhlxhlxhlxaa@example.test>"},
            ["HLX"],
        )
        == []
    )


def test_what_kind_of_company_it_is_makes_no_difference() -> None:
    assert folded("株式会社港湾商会") == folded("㈱港湾商会") == folded("港湾商会（株）") == "港湾商会"
    assert folded("Harbor Ledger, Inc.") == folded("HARBOR LEDGER K.K.") == "harborledger"


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(st.text(max_size=120))
def test_without_secrets_nothing_is_found(text: str) -> None:
    assert leaks({"text": text}, []) == []
