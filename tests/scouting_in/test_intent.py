"""What replies say: every fixture with and without our letter at hand, and what must never be misread."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.intent import INTENTS, read_intent
from plugin.scouting.mime import parse
from plugin.scouting.quoting import Ours
from plugin.scouting.reading import Reading, read

ADDRESS = "scout+mzuw4y3fojqxezlsmfxgiidpov@mihon.example.com"


def expected(folder: Any) -> list[tuple[str, str, str]]:
    lines = (folder / "labels.tsv").read_text(encoding="utf-8").splitlines()
    cells = (line.split("\t") for line in lines if not line.startswith("#"))
    return [(name, intent, person) for name, _, intent, person, *_ in cells]


def reading_of(folder: Any, name: str, *, known: bool) -> Reading:
    letter = parse((folder / f"letter_{name[4:6]}.eml").read_bytes())
    ours = Ours(frozenset({"scout@mihon.example.com", ADDRESS}), frozenset({letter.from_name}), letter.text)
    return read(parse((folder / name).read_bytes()), ours if known else None, our_subject=letter.subject)


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Any:
    return request.path.parents[1] / "fixtures" / "replies" / "open"


@pytest.mark.parametrize("known", [True, False], ids=["our letter known", "our letter unknown"])
def test_replies_are_read_right_and_no_refusal_as_a_yes(folder: Any, known: bool) -> None:
    cases = expected(folder)
    assert len(cases) >= 80
    wrong, dangerous = [], []
    for name, intent, person in cases:
        found = reading_of(folder, name, known=known).intent
        if found.kind != intent or (person != "-" and found.doubtful != (person == "yes")):
            wrong.append((name, found))
        acts_as_yes = found.kind == "interested" and not found.doubtful
        if acts_as_yes and (intent in ("declined", "opt_out", "withdraw") or person == "yes"):
            dangerous.append((name, found))
        if intent != "opt_out" and found.opt_out:
            dangerous.append((name, found))
    assert dangerous == []
    assert len(wrong) / len(cases) <= 0.05, wrong


def test_a_stop_that_only_our_letter_says_suppresses_nobody(folder: Any) -> None:
    for name, intent, _ in expected(folder):
        if intent not in ("opt_out",):
            assert not reading_of(folder, name, known=True).intent.opt_out, name


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
