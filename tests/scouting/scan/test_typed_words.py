"""What people type into letters: what must be refused, what only looks like it, and what Hypothesis makes of the pieces."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plugin.scouting.compiler import STANDARD, Parts, compile_letter
from plugin.scouting.facts import PersonFact, RoleFacts
from plugin.scouting.handwriting import dates_in, mismatches_in, refuse, refuse_added, typed_into
from plugin.scouting.legal import LetterRefused
from plugin.scouting.promising import PromiseTerms
from plugin.scouting.scan import promises_in
from plugin.scouting.voices import Speaker

FOLDER = Path(__file__).parents[2] / "fixtures" / "typed"
CODES = {"promise": "promise_wording", "date": "date_wording", "kind": "kind_wording"}


def lines(name: str) -> list[list[str]]:
    text = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line]


REFUSED, HARMLESS = lines("refused"), lines("harmless")


def terms(kind: str) -> PromiseTerms | None:
    """The commitment a text is held against; None for "-"."""
    if kind == "-":
        return None
    return PromiseTerms(kind, kind == "interview", "none", "開発部長", None, 5, date(2026, 12, 4), "online", 45)


def test_there_are_enough_of_both_in_both_languages() -> None:
    for rows in (REFUSED, HARMLESS):
        assert len(rows) >= 60
        assert min(Counter(row[0] for row in rows).values()) >= 25
        assert len({row[-1] for row in rows}) == len(rows)


@pytest.mark.parametrize(("_language", "code", "kind", "text"), REFUSED, ids=[row[-1][:30] for row in REFUSED])
def test_words_that_promise_date_or_rename_the_meeting_are_refused(
    _language: str, code: str, kind: str, text: str
) -> None:
    with pytest.raises(LetterRefused) as refused:
        refuse(text, terms(kind))
    assert refused.value.code == CODES[code]


@pytest.mark.parametrize(("_language", "kind", "text"), HARMLESS, ids=[row[-1][:30] for row in HARMLESS])
def test_words_that_only_look_like_it_pass(_language: str, kind: str, text: str) -> None:
    refuse(text, terms(kind))


def test_a_refusal_says_what_was_found_and_what_to_do_in_both_languages() -> None:
    for text in ("11月30日までにご返信ください。", "We guarantee an interview."):
        with pytest.raises(LetterRefused) as refused:
            refuse(text, None)
        ja, en = refused.value.text("ja"), refused.value.text("en")
        assert refused.value.detail in ja and refused.value.detail in en and ja != en


def test_the_same_words_fit_one_kind_of_meeting_and_not_the_other() -> None:
    interview, casual = terms("interview"), terms("casual")
    assert interview is not None and casual is not None
    assert (
        mismatches_in("面接で詳しくお話しします", interview) == [] != mismatches_in("面接で詳しくお話しします", casual)
    )
    assert (
        mismatches_in("面談で詳しくお話しします", casual) == [] != mismatches_in("面談で詳しくお話しします", interview)
    )


def test_only_what_was_added_to_a_draft_is_typed() -> None:
    drafted = "お詫び申し上げます。\n新しい候補日は12月3日です。\nよろしくお願いいたします。"
    assert typed_into(drafted, drafted) == ""
    assert typed_into(drafted, drafted.replace("よろしく", "どうぞよろしく")) == "どうぞよろしくお願いいたします。"
    assert typed_into(drafted, f"{drafted}\n面接を確約します。") == "面接を確約します。"
    assert typed_into(drafted, "お詫び申し上げます。") == ""


# Hypothesis tries to make an uncommitted letter promise.

PROMISES = (
    "面接を確約します",
    "書類選考は免除です",
    "必ずお会いします",
    "内定直結です",
    "guaranteed interview",
    "fast-track",
)
_INVISIBLE = "​‌‍⁠­\ufeff"
_BESIDE = st.text(alphabet="のこれは開発チームGo日々ab ", max_size=6)


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def cyrillic(text: str) -> str:
    return text.translate(str.maketrans("aeopcyx", "аеорсух"))


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """A promise as people try to get it past a filter."""
    words = draw(st.sampled_from(PROMISES))
    change = draw(st.sampled_from(["plain", "wide", "case", "look", "hidden", "wrapped", "bold"]))
    if change == "wide":
        words = full_width(words)
    elif change == "case":
        words = words.upper()
    elif change == "look":
        words = cyrillic(words)
    elif change == "hidden":
        hidden = draw(st.sampled_from(_INVISIBLE))
        words = hidden.join(words)
    elif change == "wrapped":
        at = draw(st.integers(1, len(words) - 1))
        # English breaks between words only, Japanese anywhere.
        words = words.replace(" ", "\n") if words.isascii() else f"{words[:at]}\n{words[at:]}"
    elif change == "bold":
        at = draw(st.integers(1, len(words) - 1))
        words = f"{words[:at]}<b></b>{words[at:]}"
    return f"{draw(_BESIDE)} {words} {draw(_BESIDE)}"


def parts(
    language: str, *, note: str = "", title: str = "エンジニア", company: str = "架空", label: str = "Go"
) -> Parts:
    return Parts(
        language=language,
        arm=STANDARD,
        addressee="見本",
        company=company,
        speaker=Speaker("架空株式会社", "採用チーム", "架空株式会社の採用チーム"),
        facts=(PersonFact("must", label, label, "Go", 0, 2),),
        role=RoleFacts(title, date(2026, 11, 20)),
        legal="送信者：架空株式会社",
        page="https://example.test/c/…",
        note=note,
    )


@settings(max_examples=150)
@given(words=disguised(), place=st.sampled_from(["note", "title", "company"]), language=st.sampled_from(["ja", "en"]))
def test_a_promise_in_disguise_gets_into_no_uncommitted_letter(words: str, place: str, language: str) -> None:
    given = {place: " ".join(words.split()) if place != "note" else words}
    with pytest.raises(LetterRefused) as refused:
        compile_letter(parts(language, **given))  # type: ignore[arg-type]
    assert refused.value.code in ("promise_wording", "date_wording")


_PIECES = st.lists(
    st.sampled_from(
        [
            *"面接談確約書類選考免除必ずお会いします",
            "guarantee",
            "d interview",
            "inter",
            "view",
            " ",
            "\n",
            "​",
            "・",
            "<i>",
            "</i>",
            "&#30906;",
            "ｶｸ",
            "ﾔｸ",
            "Ｇ",
            "ｕaranteed",
            "skip",
            " screening",
            "。",
            ".",
            "5営業日以内に",
            "fast",
            "-track",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=200)
@given(
    note=_PIECES,
    title=_PIECES.map(lambda text: " ".join(text.split()) or "職種"),
    language=st.sampled_from(["ja", "en"]),
)
@example(note="面接を確\n\n約します", title="職種", language="ja")
def test_whatever_the_pieces_make_the_letter_that_comes_out_promises_nothing(
    note: str, title: str, language: str
) -> None:
    try:
        letter = compile_letter(parts(language, note=note, title=title))
    except LetterRefused:
        return
    for words in (letter.subject, letter.text, re.sub(r"<[^>]+>", "", letter.html)):
        assert promises_in(words) == []
        # Read once more by other eyes than the scan's.
        squeezed = re.sub(r"[\s​・]", "", unicodedata.normalize("NFKC", words))
        assert not re.search(r"確約|書類選考免除|必ずお会いします", squeezed)
        latin = unicodedata.normalize("NFKC", words).replace("\u200b", "")
        assert not re.search(r"(?<![a-z])guaranteed\s+interview|(?<![a-z])fast-track", latin, re.I)


@given(st.text(max_size=200))
def test_looking_never_fails_and_says_the_same_twice(text: str) -> None:
    assert promises_in(text) == promises_in(text)
    assert dates_in(text) == dates_in(text)


def test_other_dates_in_a_drafted_apology_are_no_added_promise() -> None:
    drafted = "12月1日(火)に面接の場をご用意しました。\n誠に申し訳ございません。"
    refuse_added(drafted, drafted.replace("12月1日(火)", "12月3日(木)"))
    refuse_added("An interview on Tue 1 Dec 2026 is set.", "An interview on Thu 3 Dec 2026 is set.")
    with pytest.raises(LetterRefused) as refused:
        refuse_added(drafted, f"{drafted}\n次は必ず面接を実施し、採用も保証します。")
    assert refused.value.code == "promise_wording"
