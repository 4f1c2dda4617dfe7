"""A manager's note as an answer: plain lines and letters are read, chat is left alone, the rest is asked about."""

from __future__ import annotations

import pytest

from connectors.records import ApprovalRequest, Said
from connectors.replies import Answer, asked_in, asking, latest, read

REQUEST = ApprovalRequest("c1a2", "K-1", 75, "ご判断をお願いします。", "https://plugin.example.com/r/1")


@pytest.mark.parametrize(
    ("note", "line"),
    [
        ("75", "75"),
        ("75点", "75点"),
        ("７５点以上", "75点"),
        ("approve 80", "80"),
        ("承認：80点でお願いします。", "80点"),
        ("line: 82 pts", "82 pts"),
        ("七十五点", "七十五点"),
        ("@lever_bot 78", "78"),
        ("<p>77</p>", "77"),
        ("75か80で迷っています", "75か80で迷っています"),
        ("A-03が85なら80でどうでしょう", "が85なら80でどうでしょう"),
    ],
)
def test_a_line_is_read_and_what_is_no_plain_line_stands_as_it_is(note: str, line: str) -> None:
    assert read(note) == Answer(line=line)


@pytest.mark.parametrize(
    "note", ["A-01さんが良いですね", "ありがとうございます", "", "[K-12] 拝見しました", "<b>OK</b>"]
)
def test_chat_is_no_answer(note: str) -> None:
    assert read(note) == Answer()


@pytest.mark.parametrize("note", ["B", "案B", "b案", "Ｂ", "specification B", "案Bでお願いします。"])
def test_a_specification_is_picked_by_its_letter(note: str) -> None:
    assert read(note) == Answer(specification="B")


def test_the_last_answer_counts_and_chat_after_it_changes_nothing() -> None:
    assert latest(["70", "やはり 80", "80", "よろしくお願いします"]) == Answer(line="80")
    assert latest([]) == Answer()


def test_our_asking_note_says_whose_answer_it_is_in_both_languages() -> None:
    note = asking(REQUEST, Said("Move the card.", "カードを移動してください。"))
    assert asked_in(note) == "c1a2"
    assert all(part in note for part in (REQUEST.message, REQUEST.url, "75", "Move the card.", "カードを移動"))
    assert asked_in("[kakuyaku]") == asked_in("K-1") == ""
