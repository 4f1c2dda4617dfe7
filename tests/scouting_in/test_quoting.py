"""What somebody wrote, apart from what they quoted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.quoting import Ours, cut

WORDS = "ご連絡ありがとうございます。\nぜひお願いします。"


@pytest.fixture
def ours(letter: Any) -> Ours:
    return Ours(frozenset({"scout@mihon.example.com"}), frozenset({"株式会社みほん 採用チーム"}), letter("ja").text)


@pytest.mark.parametrize(
    "head",
    [
        "2026年11月20日(金) 10:05 株式会社みほん <scout@mihon.example.com>:",
        "On Fri, 20 Nov 2026 at 10:05, Mihon <scout@mihon.example.com>\nwrote:",
        "-----Original Message-----\nFrom: x <scout@mihon.example.com>\nSent: Friday",
        "________________________________\n差出人: x <scout@mihon.example.com>\n送信日時: 2026年11月20日\n件名: 案内",
        "差出人：株式会社みほん\n日時：2026/11/20 10:05\n件名：案内",
        "---- 元のメッセージ ----",
        "令和8年11月20日 10:05 株式会社みほん <scout@mihon.example.com>:",
    ],
)
def test_heads_of_quotes_end_the_own_words(head: str, ours: Ours) -> None:
    assert cut(f"{WORDS}\n\n{head}\n\n{ours.letter}", ours).own == WORDS
    assert cut(f"{WORDS}\n\n{head}\n\n" + "\n".join("> " + line for line in ours.letter.split("\n"))).own == WORDS


def test_an_answer_below_a_marked_quote_is_kept(ours: Ours) -> None:
    marked = "\n".join("> " + line for line in ours.letter.split("\n"))
    assert cut(f"2026/11/20 10:05、x <scout@mihon.example.com>のメール:\n{marked}\n\n{WORDS}", ours).own == WORDS


def test_an_answer_below_an_unmarked_quote_is_not_lost_unseen(ours: Ours) -> None:
    found = cut(f"-----Original Message-----\nFrom: x\n\n{ours.letter}\n\n今回は辞退いたします。", ours)
    assert found.own == "" and found.rest == "今回は辞退いたします。"


def test_our_lines_are_known_unmarked_and_rewrapped(ours: Ours) -> None:
    rewrapped = "\n".join(line[i : i + 35] for line in ours.letter.split("\n") for i in range(0, max(1, len(line)), 35))
    assert cut(f"{WORDS}\n\n{rewrapped}", ours).own.startswith(WORDS)
    assert "配信" not in cut(f"{WORDS}\n\n{rewrapped}", ours).own


def test_greeting_us_by_name_is_no_quote(ours: Ours) -> None:
    text = f"株式会社みほん 採用チーム 佐藤様\n\n{WORDS}"
    assert cut(text, ours).own == text


def test_a_date_somebody_proposes_is_no_head_of_a_quote(ours: Ours) -> None:
    text = "候補日：\n2026年11月26日 10:00\n2026年11月27日 14:00"
    assert cut(text, ours).own == text


def test_a_signature_is_not_what_somebody_says() -> None:
    found = cut(f"{WORDS}\n\n━━━━━━━━\n山田太郎\n例示商事\n090-0000-0000\n━━━━━━━━")
    assert found.own == WORDS
    assert "例示商事" in found.rest


def test_lines_between_rulers_that_are_sentences_are_no_signature() -> None:
    assert "辞退" in cut("こんにちは。\n------\n今回は辞退いたします。\n------").own


@given(st.text(max_size=400))
def test_any_text_can_be_cut_and_stays_beside(text: str) -> None:
    found = cut(text, Ours(frozenset({"scout@mihon.example.com"}), frozenset({"みほん"}), "一行目\n二行目"))
    assert found.full == text
    lines = {line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")}
    assert all(line.strip() in lines for line in found.own.split("\n") if line)


@given(st.lists(st.sampled_from(["ぜひお願いします。", "", "> 引用", "山田様", "> "]), max_size=12))
def test_marked_lines_are_never_own(lines: list[str]) -> None:
    assert "引用" not in cut("\n".join(lines)).own
