"""Every letter: language × arm × voice × occasion, from generated facts and terms."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.i18n import say_date
from plugin.policy import LegalBlock, Policy
from plugin.scouting.compiler import COMMITTED, FIRST, FOLLOW_UP, SEPARATOR, Parts, compile_letter
from plugin.scouting.facts import PersonFact, role_facts
from plugin.scouting.legal import LetterRefused, legal_block, missing
from plugin.scouting.promising import PromiseTerms, promise_block
from plugin.scouting.scan import promises_in
from plugin.scouting.voices import AGENCY, IN_HOUSE, OPERATOR, VOICES, speaker
from ranking.lexicon import lexicon
from ranking.requirement import read_requirement

LEGAL = LegalBlock(
    sender="れいキャリア株式会社",
    postal_address="東京都千代田区見本町1-2-3",
    contact="saiyo@rei.example.com",
    licence="13-ユ-000000",
    entrusted_by="株式会社みほん",
    entrusted_to="れいキャリア株式会社",
    entrustment_basis="東京労働局長許可 13-募-000000",
)
COMPANY = {"ja": "株式会社みほん", "en": "Mihon Inc."}
PAGE, REFUSE = "https://kakuyaku.example.com/c/token", "https://kakuyaku.example.com/u/token"
DESCRIPTION = """バックエンドエンジニア
必須：Goでの開発経験3年以上
勤務地：東京都
年収：600万円〜900万円
雇用形態：正社員
リモート：一部リモート可
"""


def legal_of(voice: str) -> LegalBlock:
    """The employer's own block in-house, the sender's otherwise."""
    return LEGAL.model_copy(update={"sender": COMPANY["ja"]}) if voice == IN_HOUSE else LEGAL


def parts_of(
    language: str,
    voice: str,
    occasion: str,
    promise: PromiseTerms | None,
    *,
    facts: tuple[PersonFact, ...],
    addressee: str = "髙橋",
    title: str = "Backend Engineer",
    from_name: str = "",
    **changes: object,
) -> Parts:
    """One language of a letter."""
    legal = legal_of(voice)
    policy = Policy(legal=legal, from_name=from_name)
    company = COMPANY[language]
    parts = Parts(
        language=language,
        arm=COMMITTED if promise is not None else "standard",
        voice=voice,
        occasion=occasion,
        addressee=addressee,
        company=company,
        speaker=speaker(policy, voice, language, company),
        facts=facts,
        role=role_facts(read_requirement(DESCRIPTION), title, date(2026, 11, 20), language),
        legal=legal_block(
            legal,
            basis="own_applicant",
            basis_at=datetime(2025, 4, 1, tzinfo=UTC),
            zone="Asia/Tokyo",
            language=language,
            refuse_url=REFUSE,
            voice=voice,
            company=company,
        ),
        page=PAGE,
        promise=promise,
        sent_on=date(2026, 11, 20) if occasion == FOLLOW_UP else None,
    )
    return dataclasses.replace(parts, **changes)  # type: ignore[arg-type]


_CONCEPTS = [one for one in lexicon().concepts.values() if one.kind != "level"]


@st.composite
def facts(draw: st.DrawFn) -> tuple[PersonFact, ...]:
    """One to five facts about anything the lexicon knows."""
    chosen = draw(st.lists(st.sampled_from(_CONCEPTS), min_size=1, max_size=5))
    return tuple(PersonFact("must", one.label_ja, one.label_en, one.label_ja, 0, 2, kind=one.kind) for one in chosen)


terms = st.builds(
    PromiseTerms,
    kind=st.sampled_from(["interview", "casual"]),
    selection=st.booleans(),
    screening=st.sampled_from(["none", "preparation_only"]),
    interviewer_title=st.sampled_from(["", "開発部長", "Head of Engineering"]),
    interviewer_name=st.sampled_from([None, "見本 花子"]),
    days=st.integers(1, 30),
    reply_deadline=st.dates(date(2026, 12, 1), date(2027, 12, 31)),
    format=st.sampled_from(["online", "onsite", "either"]),
    minutes=st.integers(10, 240),
)


EVERY = pytest.mark.parametrize(
    ("language", "voice", "occasion"),
    [(language, voice, occasion) for language in ("ja", "en") for voice in VOICES for occasion in (FIRST, FOLLOW_UP)],
)
FACTS = (
    PersonFact("must", "Go言語", "Go", "Goによる", 0, 2, kind="skill"),
    PersonFact("role", "SRE", "SRE", "SREを担当", 0, 3, kind="role"),
)
TERMS = PromiseTerms("interview", True, "none", "開発部長", None, 5, date(2026, 12, 4), "online", 45)


@EVERY
@settings(max_examples=25, deadline=None)
@given(about=facts(), promise=st.one_of(st.none(), terms))
def test_every_letter_compiles_whole_and_promises_only_what_its_row_holds(
    language: str, voice: str, occasion: str, about: tuple[PersonFact, ...], promise: PromiseTerms | None
) -> None:
    parts = parts_of(language, voice, occasion, promise, facts=about)
    try:
        letter = compile_letter(parts)
    except LetterRefused as refused:
        # A label of the lexicon may itself be trade talk about selection (採用面接); such a letter stays unwritten.
        assert refused.code == "promise_wording"
        assert any(promises_in(fact.say(language)) or fact.in_language(language) in refused.detail for fact in about)
        return
    text = letter.text
    assert text.startswith("髙橋様\n" if language == "ja" else "Dear 髙橋,\n")
    for wanted in (PAGE, REFUSE, parts.legal, legal_of(voice).postal_address, legal_of(voice).contact):
        assert wanted in text
    assert "%(" not in text and "\n\n\n" not in text
    assert COMPANY[language] in text
    if promise is None:
        assert promises_in(letter.subject) == promises_in(text) == []
        return
    block = promise_block(promise, language)
    assert text.count(block) == 1
    assert promises_in(text.replace(block, "")) == [], "nothing beside the block sounds like a promise"
    for said in (str(promise.days), str(promise.minutes), say_date(promise.reply_deadline, language)):
        assert said in block


@EVERY
def test_the_arms_differ_only_in_the_commitment_block(language: str, voice: str, occasion: str) -> None:
    committed = compile_letter(parts_of(language, voice, occasion, TERMS, facts=FACTS))
    standard = compile_letter(parts_of(language, voice, occasion, None, facts=FACTS))
    assert committed.subject == standard.subject
    assert committed.text.replace(promise_block(TERMS, language) + "\n\n", "") == standard.text


@settings(max_examples=60, deadline=None)
@given(promise=terms)
def test_both_languages_say_the_same_numbers_and_dates(promise: PromiseTerms) -> None:
    japanese, english = promise_block(promise, "ja"), promise_block(promise, "en")

    def numbers(block: str, language: str) -> list[int]:
        rest = block.replace(say_date(promise.reply_deadline, language), "")
        rest = rest.replace("12月29日～1月3日", "").replace("29 December to 3 January", "")
        return sorted(int(found) for found in re.findall(r"\d+", rest))

    assert numbers(japanese, "ja") == numbers(english, "en") == sorted([promise.days, promise.minutes])
    assert say_date(promise.reply_deadline, "ja") in japanese
    assert say_date(promise.reply_deadline, "en") in english


@pytest.mark.parametrize("occasion", [FIRST, FOLLOW_UP])
@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("promise", [TERMS, None])
@pytest.mark.parametrize(("first", "second"), [("ja", "en"), ("en", "ja")])
def test_a_bilingual_letter_is_both_whole_with_one_promise_and_one_legal_block_a_language(
    occasion: str, voice: str, promise: PromiseTerms | None, first: str, second: str
) -> None:
    parts = [parts_of(language, voice, occasion, promise, facts=FACTS) for language in (first, second)]
    both = compile_letter(parts[0], parts[1])
    alone = [compile_letter(one) for one in parts]
    pointer, rest = both.text.split("\n\n", 1)
    assert ("英語" in pointer) or ("日本語" in pointer) or ("below" in pointer)
    assert rest.split(f"\n{SEPARATOR}\n\n") == [one.text for one in alone]
    assert both.subject == f"{alone[0].subject} / {alone[1].subject}"
    assert both.language == first
    for one in parts:
        assert both.text.count(one.legal) == 1
        if promise is not None:
            assert both.text.count(promise_block(promise, one.language)) == 1


def test_two_halves_that_say_different_things_are_no_letter() -> None:
    with pytest.raises(ValueError, match="say the same"):
        compile_letter(
            parts_of("ja", IN_HOUSE, FIRST, TERMS, facts=FACTS), parts_of("en", IN_HOUSE, FIRST, None, facts=FACTS)
        )


# Voices.


@pytest.mark.parametrize("occasion", [FIRST, FOLLOW_UP])
def test_an_agency_says_that_it_is_one_and_who_the_employer_is(occasion: str) -> None:
    japanese = compile_letter(parts_of("ja", AGENCY, occasion, TERMS, facts=FACTS)).text
    assert "人材紹介業" in japanese and "許可番号：13-ユ-000000" in japanese
    assert "本求人の求人者（雇用主）は、当社ではなく株式会社みほんです" in japanese
    english = compile_letter(parts_of("en", AGENCY, occasion, TERMS, facts=FACTS)).text
    assert "a recruitment agency" in english or "the recruitment agency" in english
    assert "The employer for this position is Mihon Inc., not the sender." in english


@pytest.mark.parametrize("occasion", [FIRST, FOLLOW_UP])
def test_an_operator_says_who_entrusted_whom_and_on_what_basis(occasion: str) -> None:
    japanese = compile_letter(parts_of("ja", OPERATOR, occasion, TERMS, facts=FACTS)).text
    for said in (
        "株式会社みほんより採用業務の委託を受けております、れいキャリア株式会社",
        "委託元（募集主）：株式会社みほん",
        "委託先（募集受託者）：れいキャリア株式会社",
        "委託募集の根拠：東京労働局長許可 13-募-000000",
    ):
        assert said in japanese
    assert "on behalf of Mihon Inc." in compile_letter(parts_of("en", OPERATOR, occasion, TERMS, facts=FACTS)).text


@pytest.mark.parametrize("gap", ["entrusted_by", "entrusted_to", "entrustment_basis"])
def test_an_operator_without_the_entrustment_writes_nothing(gap: str) -> None:
    legal = LEGAL.model_copy(update={gap: " "})
    assert missing(legal, voice=OPERATOR) == [gap]
    assert missing(legal, voice=AGENCY) == []
    with pytest.raises(LetterRefused) as refused:
        legal_block(
            legal, basis="referral", basis_at=None, zone="Asia/Tokyo", language="ja", refuse_url=REFUSE, voice=OPERATOR
        )
    assert refused.value.code == "entrustment_missing"
    assert gap in refused.value.text("ja") and gap in refused.value.text("en")


@pytest.mark.parametrize(
    ("from_name", "introduced"),
    [
        ("", "株式会社みほん 採用担当"),
        ("佐藤 花子", "株式会社みほんの佐藤 花子"),
        ("みほん採用チーム", "みほん採用チーム"),
        ("Mihon talent team", "株式会社みほん 採用担当"),  # can't be read in a Japanese letter
    ],
)
def test_who_writes_is_introduced_once(from_name: str, introduced: str) -> None:
    text = compile_letter(parts_of("ja", IN_HOUSE, FIRST, None, facts=FACTS, from_name=from_name)).text
    assert f"\n{introduced}と申します。\n" in text


# Names and facts.


@pytest.mark.parametrize("name", ["髙橋", "山﨑", "葛\U000e0100城", "\ufa19田", "𠮷田", "がく"])
def test_a_name_is_kept_as_its_owner_writes_it(name: str) -> None:
    assert compile_letter(parts_of("ja", IN_HOUSE, FIRST, None, facts=FACTS, addressee=name)).text.startswith(
        f"{name}様\n"
    )


def test_a_kana_in_two_parts_is_joined() -> None:
    split = "か\u3099く"
    assert compile_letter(parts_of("ja", IN_HOUSE, FIRST, None, facts=FACTS, addressee=split)).text.startswith("がく様")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"addressee": " "}, "name_missing"),
        ({"page": ""}, "page_missing"),
        ({"legal": ""}, "legal_missing"),
        ({"facts": (PersonFact("must", "法人営業の立ち上げ", "法人営業の立ち上げ", "x", 0, 1),)}, "nothing_to_say"),
    ],
)
def test_a_letter_that_lacks_something_is_not_written(changes: dict[str, object], code: str) -> None:
    parts = dataclasses.replace(parts_of("en", IN_HOUSE, FIRST, None, facts=FACTS), **changes)  # type: ignore[arg-type]
    with pytest.raises(LetterRefused) as refused:
        compile_letter(parts)
    assert refused.value.code == code
    assert refused.value.text("ja") and refused.value.text("ja") != refused.value.text("en")


@settings(max_examples=80, deadline=None)
@given(about=facts(), language=st.sampled_from(["ja", "en"]))
def test_at_most_three_facts_are_said_and_none_in_the_profiles_words(
    about: tuple[PersonFact, ...], language: str
) -> None:
    quoted = tuple(dataclasses.replace(fact, quote=f"「{fact.label_ja}」を一人で十年やりました") for fact in about)
    labels = list(dict.fromkeys(fact.in_language(language) for fact in quoted))
    try:
        text = compile_letter(parts_of(language, IN_HOUSE, FIRST, None, facts=quoted)).text
    except LetterRefused:
        return
    assert "十年" not in text
    said = "、".join(labels[:3])
    opening = text.split("\n\n")[2]
    for label in labels[3:]:
        assert label not in opening or label in said or any(label in one for one in labels[:3]) or len(label) < 4


@pytest.mark.parametrize(
    ("kind", "label", "language", "said"),
    [
        ("skill", "Go", "ja", "Goのご経験"),
        ("role", "SRE", "ja", "SREとしてのご経歴"),
        ("certificate", "日商簿記2級", "ja", "お持ちの資格（日商簿記2級）"),
        ("industry", "保険業界", "ja", "業界でのご経験（保険業界）"),
        ("", "設計・開発の経験", "ja", "設計・開発のご経験"),
        ("", "実務経験", "ja", "実務のご経験"),
        ("function", "product planning", "en", "your experience in product planning"),
        ("role", "SRE", "en", "your background as an SRE"),
        ("role", "UI designer", "en", "your background as a UI designer"),
        ("role", "product owner", "en", "your background as a product owner"),
        ("role", "interpreter", "en", "your background as an interpreter"),
        ("certificate", "CCNA", "en", "your qualification (CCNA)"),
    ],
)
def test_a_fact_is_worded_by_what_it_is(kind: str, label: str, language: str, said: str) -> None:
    assert PersonFact("must", label, label, "x", 0, 1, kind=kind).say(language) == said


# Subjects.


@EVERY
@settings(max_examples=10, deadline=None)
@given(promise=st.one_of(st.none(), terms))
def test_subjects_are_neutral(language: str, voice: str, occasion: str, promise: PromiseTerms | None) -> None:
    subject = compile_letter(parts_of(language, voice, occasion, promise, facts=FACTS)).subject
    assert not re.search(r"確約|約束|面接|面談|選考|スカウト|promise|guarantee|interview|[!！★◆【]", subject, re.I)


@settings(max_examples=60, deadline=None)
@given(promise=terms, language=st.sampled_from(["ja", "en"]), voice=st.sampled_from(VOICES))
def test_a_subject_says_the_promise_only_where_all_of_it_is_true(
    promise: PromiseTerms, language: str, voice: str
) -> None:
    letter = compile_letter(parts_of(language, voice, FIRST, promise, facts=FACTS, promise_in_subject=True))
    whole = promise.kind == "interview" and promise.screening == "none"
    assert bool(re.search(r"書類選考なし・面接確約|No document screening, interview promised", letter.subject)) == whole
    follow_up = compile_letter(parts_of(language, voice, FOLLOW_UP, promise, facts=FACTS, promise_in_subject=True))
    assert not promises_in(follow_up.subject)


# Tone.


def letter_files() -> list[tuple[str, str]]:
    from importlib.resources import files

    return [
        (path.name, path.read_text("utf-8"))
        for area in ("letters", "answers")
        for path in sorted(files("locales").joinpath("ja", area).iterdir(), key=lambda path: path.name)
    ]


@pytest.mark.parametrize(("name", "text"), letter_files())
def test_no_set_phrase_that_people_dread(name: str, text: str) -> None:
    assert not re.search(r"お祈り|祈念|ご縁がな|ご活躍を|ご健勝|見送らせ|不採用|面談確約スカウト", text)
    assert not re.search(r"させていただかせ|おられられ|拝見させて|[!！]", text)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("voice", VOICES)
def test_a_letter_is_short_enough_to_be_read(language: str, voice: str) -> None:
    parts = parts_of(language, voice, FIRST, None, facts=FACTS)
    own_words = compile_letter(parts).text.replace(parts.legal, "").replace(PAGE, "")
    assert len(own_words) <= (900 if language == "ja" else 1600)
