"""What replies say: every fixture with and without our letter at hand, and what must never be misread."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.bench.replies_reading import labels_of, measure
from plugin.scouting.intent import INTENTS, read_intent


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path:
    return request.path.parents[1] / "fixtures" / "replies" / "open"


def test_replies_are_read_right_with_our_letter_at_hand(folder: Path) -> None:
    found = measure(folder)
    assert found.total >= 220
    assert found.no_as_yes == found.doubted_as_yes == found.silenced == found.left_unsilenced == []
    assert found.right / found.total >= 0.95, found.wrong
    assert found.person_right / found.person_asked >= 0.95, found.wrong
    assert all(right / labelled >= 0.9 for labelled, right, _ in found.beside.values()), found.wrong


def test_without_our_letter_more_is_asked_and_nothing_more_is_misread(folder: Path) -> None:
    found = measure(folder, letters=False)
    assert found.no_as_yes == found.doubted_as_yes == found.silenced == found.left_unsilenced == []
    assert found.right / found.total >= 0.95, found.wrong


def test_every_intent_has_examples(folder: Path) -> None:
    named = {one for label in labels_of(folder) for one in label.intent}
    assert named == set(INTENTS)


def sentences_of(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    text = (request.path.parents[1] / "fixtures" / "replies" / "sentences.tsv").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return [(meant, sentence) for meant, sentence in pairs]


def test_sentences_people_write_are_understood(request: pytest.FixtureRequest) -> None:
    meant = [(kind, text) for kind, text in sentences_of(request) if kind in INTENTS]
    assert len(meant) >= 380
    wrong = [(kind, text, read_intent(text)) for kind, text in meant if read_intent(text).kind != kind]
    assert wrong == []


def test_what_only_sounds_like_a_yes_is_not_acted_on(request: pytest.FixtureRequest) -> None:
    for kind, text in sentences_of(request):
        found = read_intent(text)
        if kind not in ("interested", "heard"):
            assert found.kind != "interested" or found.doubtful, text


def test_a_wish_about_the_telephone_or_the_office_silences_nobody(request: pytest.FixtureRequest) -> None:
    for kind, text in sentences_of(request):
        if kind in ("heard", "interested", "question", "later", "reschedule", "referral"):
            assert not read_intent(text).opt_out, text


REFUSALS = [
    "辞退いたします。",
    "今回は見送らせてください。",
    "お断りします。",
    "興味がありません。",
    "遠慮させていただきます。",
    "I am not interested.",
    "I have to decline.",
    "No, thank you.",
]
STOPS = [
    "配信停止をお願いします。",
    "今後メールを送らないでください。",
    "Please remove me from your list.",
    "Stop emailing me.",
]
ANYTHING = [
    "ぜひ一度お話を伺えればと存じます。",
    "ご連絡ありがとうございます。",
    "興味があります。",
    "面接をお願いいたします。",
    "年収を教えてください。",
    "I'd be happy to talk.",
    "Sounds great, let's talk!",
    "Thank you for your message.",
    "来週の水曜日は空いています。",
]


@given(st.lists(st.sampled_from(ANYTHING), max_size=4), st.sampled_from(REFUSALS), st.integers(0, 4))
def test_a_refusal_among_anything_is_never_acted_on_as_a_yes(around: list[str], refusal: str, place: int) -> None:
    found = read_intent("\n".join([*around[:place], refusal, *around[place:]]))
    assert found.kind != "interested" or found.doubtful


@given(st.lists(st.sampled_from(ANYTHING + REFUSALS), max_size=5), st.sampled_from(STOPS), st.integers(0, 5))
def test_an_opt_out_among_anything_is_heard(around: list[str], stop: str, place: int) -> None:
    found = read_intent("\n".join([*around[:place], stop, *around[place:]]))
    assert found.opt_out and found.kind == "opt_out"


@given(st.text(max_size=300))
def test_any_text_has_an_intent_and_an_empty_one_is_for_a_person(text: str) -> None:
    found = read_intent(text)
    assert found.kind in INTENTS
    assert found.doubtful == bool(found.because)
    if not text.strip():
        assert (found.kind, found.because) == ("unclear", "nothing_left")


@pytest.mark.parametrize(
    ("text", "kind", "because"),
    [
        ("フルリモートであればぜひお話を伺いたいです。", "interested", "condition"),
        ("平日19時以降であればぜひお話を伺いたいです。", "interested", ""),
        ("差し支えなければ、ぜひお話を伺いたいです。", "interested", ""),
        ("Yes, if the salary is above 10 million yen.", "interested", "condition"),
        ("If possible, I'd love to talk on Tuesday.", "interested", ""),
        ("興味がないわけではありません。", "unclear", "negated"),
        ("転職は考えておりませんでしたが、ぜひお話を伺いたいです。", "interested", ""),
        ("お話を伺いたかったのですが、辞退します。", "declined", ""),
    ],
)
def test_conditions_politeness_and_negation(text: str, kind: str, because: str) -> None:
    found = read_intent(text)
    assert (found.kind, found.because) == (kind, because)
