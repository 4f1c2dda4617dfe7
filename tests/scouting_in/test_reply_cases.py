"""Decisions as test cases: what a person decided, in the fixtures' format, with nobody real in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from plugin.bench.replies_reading import labels_of
from plugin.cli import reply_cases as command
from plugin.rows import Connection, Reply
from plugin.scouting.deciding import Detail, decide_reply
from plugin.scouting.mime import parse
from plugin.scouting.reply_cases import Case, LeftOut, cases, scrub, still_named

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

WORDS = """サンプル商事株式会社 採用ご担当者様

お世話になっております。株式会社リアルの山田太郎です。
同僚の中島さんにも相談し、少し考えたいと思います。
090-1234-5678 までお電話ください。person1@example.com、https://real.example.net/me?id=3
〒150-0001 東京都渋谷区神宮前1-2-3

--
株式会社リアル 開発部
山田　太郎 (Yamada Taro)
"""
NAMES = ("山田", "太郎", "リアル", "090-1234", "person1@", "real.example", "中島", "Yamada", "神宮前")


def decided(world: Any, words: str = WORDS, intent: str = "later", **detail: Any) -> None:
    """A reply somebody had to decide."""
    world.receive(world.answer(world.scout(len(world.replies()) + 1), words))
    reply = world.replies()[-1]
    with world.work.writing() as session:
        row = session.get_one(Reply, reply.key)
        if row.state != "triage":
            row.state, row.intent = "triage", "unclear"
        decide_reply(session, world.work.vault, row, intent, f"staff:{world.recruiter.key}", detail=Detail(**detail))


def found(world: Any) -> list[Case | LeftOut]:
    with world.work.reading() as session:
        return list(cases(session, world.work.vault, session.get_one(Connection, world.connection.key)))


def test_a_case_holds_the_words_and_nobody_s_name(world: Any) -> None:
    decided(world, later_on=date(2027, 4, 1))
    [case] = found(world)
    assert isinstance(case, Case)
    mail = parse(case.mail)
    for name in NAMES:
        assert name not in mail.text, name
    assert "少し考えたい" in mail.text and "見本さん" in mail.text
    assert case.label[2:] == ("later", "yes", "-", "2027-04-01", "-", "-")
    assert case.letter is not None and "person1" not in parse(case.letter).text


def test_the_fixtures_reader_takes_them(world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decided(world)
    decided(world, "年収が合わないので辞退いたします。少し残念です。", "declined", reason="pay")

    class Opened:
        def __enter__(self) -> Any:
            return world.work

        def __exit__(self, *_what: Any) -> None:
            return None

    monkeypatch.setattr(command, "opened", Opened)
    ran = CliRunner().invoke(command.replies, ["export", "--out", str(tmp_path / "cases")])
    assert ran.exit_code == 0, ran.output
    assert "2 replies written" in ran.output and "Read each before" in ran.output
    labels = labels_of(tmp_path / "cases")
    assert [label.intent for label in labels] == [("later",), ("declined",)] and labels[1].reason == ("pay",)
    for label in labels:
        assert (tmp_path / "cases" / label.file).exists() and (tmp_path / "cases" / label.letter).exists()
    again = CliRunner().invoke(command.replies, ["export", "--out", str(tmp_path / "cases")])
    assert again.exit_code == 2 and "not empty" in again.output


def test_what_the_rules_decided_alone_is_no_case(world: Any) -> None:
    world.receive(world.answer(world.scout()))
    assert found(world) == []


def test_an_erased_person_makes_no_case(world: Any) -> None:
    from sqlmodel import select

    from plugin.rows import PersonKey

    decided(world)
    with world.work.writing() as session:
        for key in session.exec(select(PersonKey)):
            session.delete(key)
    [left] = found(world)
    assert isinstance(left, LeftOut) and left.why == "erased"


@given(
    st.sampled_from(["山田太郎", "髙橋 﨑子", "Anna Lindqvist", "株式会社オリオン", "a.b@corp.example.org"]),
    st.sampled_from(["", " ", "　", "\n"]),
    st.text(alphabet="ぁあいうえおです。、 \n", max_size=30),
    st.text(alphabet="ぁあいうえおです。、 \n", max_size=30),
)
def test_what_is_known_is_never_left(database_kind: str, word: str, gap: str, before: str, after: str) -> None:
    spaced = gap.join(word.replace(" ", ""))
    known = {word: "見本"}
    assert not still_named(scrub(f"{before}{word}{after}", known), known)
    assert not still_named(scrub(f"{before}{spaced}{after}", known), known)


def test_people_spoken_to_as_a_group_keep_their_words(database_kind: str) -> None:
    assert scrub("採用ご担当者様、皆様、お客様", {}) == "採用ご担当者様、皆様、お客様"
