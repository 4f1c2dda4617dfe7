"""What people read: whole in both languages, promises only where a row holds one, never a score."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest

from plugin.identity import Identity
from plugin.pipeline.addressing import salutation, signature
from plugin.pipeline.wording import counted_words, promise_words
from plugin.rows import Scout

NAMES = sorted(path.name for path in files("locales").joinpath("ja", "answers").iterdir())


@pytest.fixture
def database_kind() -> str:
    """SQLite is enough here: entries, people and writes run on both, and nothing below asks the database for more."""
    return "sqlite"


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_exists_in_both_languages_with_the_same_places_to_fill(name: str) -> None:
    texts = [files("locales").joinpath(language, "answers", name).read_text("utf-8") for language in ("ja", "en")]
    places = [set(re.findall(r"%\((\w+)\)s", text)) for text in texts]
    for text, found in zip(texts, places, strict=True):
        assert text.startswith("Subject: ") and "\n\n" in text
        assert not re.search(r"%(?!\(\w+\)s)", text), "a lone % would fail when filled in"
        assert not found & {"score", "line", "cap"}
    # English puts the company into the sentence, Japanese into the line after the salutation: same facts, own order.
    assert places[0] == places[1]


@pytest.mark.parametrize("name", ["receipt_plain.txt", "receipt_late.txt"])
def test_a_letter_without_a_promise_has_no_place_for_one(name: str) -> None:
    for language in ("ja", "en"):
        text = files("locales").joinpath(language, "answers", name).read_text("utf-8")
        assert not {"promise", "due", "kind"} & set(re.findall(r"%\((\w+)\)s", text))
        assert "promise" not in text.lower()


def test_an_english_receipt_says_the_same(new_world: Any) -> None:
    world = new_world(kind="casual", selection=False, interviewer_title="Head of Engineering", format="either")
    scout = world.scout(name="Ada Example", romaji="Ada Example")
    with world.work.writing() as session:
        row = session.get_one(Scout, scout.key)
        row.language = "en"
        session.add(row)
    world.yes(scout)
    world.work_all()
    [mail] = world.mails("candidate_receipt")
    text = world.text_of(mail)
    for words in (
        "Dear Ada Example,",
        "What: casual meeting (not part of any selection)",
        "With: Head of Engineering",
        "By: the end of Mon 30 Nov 2026",
        "Mon 23 Nov 2026 Labor Thanksgiving Day",
        "This promises that the casual meeting takes place; it does not promise employment.",
        "Mihon Inc.",
    ):
        assert words in text, words
    assert "%(" not in text and "82" not in text
    assert world.ats.tags[0][1] == "カジュアル面談確約", "the tag is in the recruiter's language"


def test_a_closure_keeps_the_name_it_had_when_it_was_counted(world: Any) -> None:
    scout = world.scout()
    world.yes(scout)
    promise = world.promise(scout)
    promise.computed = {"days": 5, "skipped": [["2026-11-25", "会社休日"]]}
    assert "11月25日(水) 会社休日" in counted_words(promise, "ja")
    assert "25 Nov 2026 Company holiday" in counted_words(promise, "en")


def test_the_promise_block_holds_terms_and_nothing_else(new_world: Any) -> None:
    world = new_world(max_people=17)
    scout = world.scout()
    world.yes(scout)
    block = promise_words(world.commitment, world.promise(scout), "ja")
    assert "選考の一環です" in block and "オンライン、45分程度" in block
    for secret in (str(world.commitment.line), str(scout.score), "C-1", str(world.commitment.max_people)):
        assert not re.search(rf"(?<!\d){secret}(?!\d)", block), secret


def test_people_are_addressed_as_their_language_does(world: Any, policy: Any) -> None:
    assert salutation(Identity(name="山田 太郎"), "ja") == "山田様"
    assert salutation(Identity(name="山田 太郎", romaji="Taro Yamada"), "en") == "Dear Taro Yamada,"
    assert signature(policy, world.connection, "ja").splitlines() == [
        "株式会社みほん",
        "東京都千代田区見本町1-2-3",
        "saiyo@mihon.example.com",
    ]


def test_an_abbreviation_at_the_end_of_a_sentence_has_one_full_stop() -> None:
    from plugin.i18n import one_stop

    assert one_stop("I write for Example Inc.. It is …", "en") == "I write for Example Inc. It is …"
    assert one_stop("And so on... yes.", "en") == "And so on... yes."
