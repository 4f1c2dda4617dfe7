"""What letters say, in both languages, and what they never say."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plugin.i18n import say_date
from plugin.policy import LegalBlock
from plugin.rows import Commitment
from plugin.scouting.compiler import COMMITTED, STANDARD, Letter, Parts, compile_letter
from plugin.scouting.facts import PersonFact, RoleFacts, chosen, person_facts, role_facts, say_pay
from plugin.scouting.legal import LetterRefused, legal_block, missing
from plugin.scouting.promising import PromiseTerms, promise_block
from plugin.scouting.scan import promises_in
from plugin.scouting.voices import Speaker
from ranking.requirement import read_requirement
from ranking.values import Dimension, EvidenceRow, Quote

LEGAL = LegalBlock(
    sender="株式会社みほん", postal_address="東京都千代田区見本町1-2-3", contact="saiyo@mihon.example.com"
)
URL = "https://mihon.example.com/u/token"
PAGE = "https://mihon.example.com/c/token"
FACTS = (PersonFact("must", "Go", "Go", "Go", 0, 2),)
TERMS = PromiseTerms("interview", True, "none", "開発部長", None, 5, date(2026, 12, 4), "online", 45)
SENTENCE = {
    ("ja", "interview"): "面接の実施をお約束するもので、採用をお約束するものではありません",
    ("ja", "casual"): "カジュアル面談の実施をお約束するもので、採用をお約束するものではありません",
    ("en", "interview"): "a promise that the interview will take place; it is not a promise of employment",
    ("en", "casual"): "a promise that the casual meeting will take place; it is not a promise of employment",
}


def parts(language: str = "ja", promise: PromiseTerms | None = None, **changes: Any) -> Parts:
    values: dict[str, Any] = {
        "language": language,
        "arm": COMMITTED if promise else STANDARD,
        "addressee": "見本" if language == "ja" else "Taro Mihon",
        "company": "株式会社みほん" if language == "ja" else "Mihon Inc.",
        "speaker": Speaker("株式会社みほん", "みほん採用チーム", "みほん採用チーム")
        if language == "ja"
        else Speaker("Mihon Inc.", "the Mihon talent team", "the Mihon talent team"),
        "facts": FACTS,
        "role": RoleFacts("Backend Engineer", date(2026, 11, 20)),
        "legal": legal_block(
            LEGAL,
            basis="own_applicant",
            basis_at=datetime(2025, 4, 1, tzinfo=UTC),
            zone="Asia/Tokyo",
            language=language,
            refuse_url=URL,
        ),
        "page": PAGE,
        "promise": promise,
    }
    if "writer" in changes:
        changes["speaker"] = Speaker(values["company"], changes["writer"], changes.pop("writer"))
    return Parts(**values | changes)


def words(letter: Letter) -> str:
    return letter.subject + "\n" + letter.text


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", ["interview", "casual"])
@pytest.mark.parametrize("screening", ["none", "preparation_only"])
@pytest.mark.parametrize("format", ["online", "onsite", "either"])
def test_a_committed_letter_states_every_term_of_the_promise(
    language: str, kind: str, screening: str, format: str
) -> None:
    terms = dataclasses.replace(TERMS, kind=kind, screening=screening, format=format, selection=kind == "interview")
    letter = compile_letter(parts(language, terms))
    assert SENTENCE[language, kind] in letter.text
    assert "開発部長" in letter.text
    assert ("5営業日以内" if language == "ja" else "within 5 business days") in letter.text
    assert say_date(date(2026, 12, 4), language) in letter.text
    assert ("45分" if language == "ja" else "45 minutes") in letter.text
    assert promise_block(terms, language) in letter.text
    assert promise_block(terms, language) != promise_block(
        dataclasses.replace(terms, screening="none" if screening != "none" else "preparation_only"), language
    )


@pytest.mark.parametrize(("language", "opening"), [("ja", "見本様\n"), ("en", "Dear Taro Mihon,\n")])
@pytest.mark.parametrize("promise", [TERMS, None])
def test_a_letter_opens_as_people_write_and_its_subject_is_neutral(
    language: str, opening: str, promise: PromiseTerms | None
) -> None:
    letter = compile_letter(parts(language, promise))
    assert letter.text.startswith(opening)
    assert not re.search(r"確約|約束|面接|面談|promise|guarantee|interview|必見|[!！★◆【]", letter.subject, re.I)
    assert "面談確約スカウト" not in words(letter)
    assert "%(" not in words(letter)
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_standard_letter_holds_no_promise(language: str) -> None:
    letter = compile_letter(parts(language))
    assert promises_in(words(letter)) == []
    assert not re.search(r"約束|確約|promis|guarant", words(letter))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_arms_say_how_to_refuse_who_sends_and_where_the_address_is_from(language: str) -> None:
    for promise in (TERMS, None):
        text = compile_letter(parts(language, promise)).text
        for wanted in (LEGAL.sender, LEGAL.postal_address, LEGAL.contact, URL, say_date(date(2025, 4, 1), language)):
            assert wanted in text


@pytest.mark.parametrize("gap", ["sender", "postal_address", "contact"])
def test_a_letter_is_refused_while_the_legal_block_has_a_gap(gap: str) -> None:
    legal = LEGAL.model_copy(update={gap: "  "})
    with pytest.raises(LetterRefused) as refused:
        legal_block(legal, basis="referral", basis_at=None, zone="Asia/Tokyo", language="ja", refuse_url=URL)
    assert refused.value.code == "legal_missing"
    assert gap in refused.value.text("ja")
    assert missing(legal) == [gap]


def test_an_agency_needs_its_licence_and_states_it() -> None:
    assert missing(LEGAL, voice="agency") == ["licence"]
    licensed = LEGAL.model_copy(update={"licence": "13-ユ-000000"})
    block = legal_block(
        licensed,
        basis="agency_registrant",
        basis_at=None,
        zone="Asia/Tokyo",
        language="ja",
        refuse_url=URL,
        voice="agency",
    )
    assert "許可番号：13-ユ-000000）" in block


def test_nobody_is_written_to_whose_address_came_from_nowhere() -> None:
    with pytest.raises(LetterRefused, match="origin_unknown"):
        legal_block(LEGAL, basis="scraped", basis_at=None, zone="Asia/Tokyo", language="ja", refuse_url=URL)


def test_arms_and_promises_must_agree() -> None:
    with pytest.raises(LetterRefused, match="promise_missing"):
        compile_letter(parts("ja", None, arm=COMMITTED))
    with pytest.raises(LetterRefused, match="promise_uncalled"):
        compile_letter(parts("ja", TERMS, arm=STANDARD))
    with pytest.raises(LetterRefused, match="nothing_to_say"):
        compile_letter(parts("ja", TERMS, facts=()))


@pytest.mark.parametrize("promise", [TERMS, None])
def test_a_promise_in_the_job_title_or_the_recruiters_words_is_refused_in_either_arm(
    promise: PromiseTerms | None,
) -> None:
    for changes in (
        {"note": "ご返信いただいた方とは必ず面接を行います。"},
        {"note": "We guarantee you an interview."},
        {"role": RoleFacts("【面接確約】営業", date(2026, 11, 20))},
        {"writer": "書類選考なしの採用チーム"},
    ):
        with pytest.raises(LetterRefused, match="promise_wording"):
            compile_letter(parts("ja", promise, **changes))


def test_the_title_of_whoever_set_none_reads_well_in_both_languages() -> None:
    for title in ("採用責任者", "Hiring manager"):
        terms = dataclasses.replace(TERMS, interviewer_title=title)
        assert "お会いする者：本ポジションの採用責任者\n" in promise_block(terms, "ja")
        assert "You will meet: the hiring manager of this position\n" in promise_block(terms, "en")


def test_a_name_is_stated_only_where_the_row_holds_one() -> None:
    named = dataclasses.replace(TERMS, interviewer_name="見本 花子")
    assert "開発部長 見本 花子" in promise_block(named, "ja")
    assert "見本 花子, 開発部長" in promise_block(named, "en")


def test_html_and_text_say_the_same_words() -> None:
    letter = compile_letter(parts("en", TERMS, note="C++ & <Rust>"))
    plain = re.sub(r"<[^>]+>", "", letter.html).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    plain = plain.replace("&#x27;", "'").replace("&quot;", '"')
    assert "".join(plain.split()) == "".join(letter.text.split())
    assert f'<a href="{URL}">' in letter.html
    assert "<Rust>" not in letter.html


# Facts.


def row(label: str, status: str = "met", points: float = 10.0, quoted: bool = True, english: str = "") -> EvidenceRow:
    return EvidenceRow(
        label, label, english or label, status, points, 10.0, profile=Quote("Go", 3, 5) if quoted else None
    )


def test_facts_are_met_and_quoted_and_the_best_come_first() -> None:
    dimensions = [
        Dimension("language", 9, 10, (row("日本語"),)),
        Dimension("nice", 9, 10, (row("Kubernetes"),)),
        Dimension("must", 9, 10, (row("Go", points=4), row("AWS"), row("Rust", "related"), row("Java", quoted=False))),
        Dimension("role", 9, 10, (row("SRE"),)),
    ]
    facts = person_facts(dimensions, "ja")
    assert [fact.label_ja for fact in facts] == ["AWS", "Go", "SRE"]
    assert [(fact.quote, fact.start, fact.end) for fact in facts] == [("Go", 3, 5)] * 3
    assert facts[2].say("ja") == "SREとしてのご経歴"
    assert PersonFact.from_json(facts[0].to_json()) == facts[0]


def test_an_english_letter_has_no_phrase_without_english() -> None:
    dimensions = [Dimension("must", 1, 1, (row("法人営業"), row("決済", english="payments")))]
    facts = person_facts(dimensions, "en")
    assert [fact.say("en") for fact in chosen(facts, "en")] == ["your experience with payments"]
    assert [fact.label_ja for fact in chosen(facts, "ja")] == ["法人営業", "決済"]


@pytest.mark.parametrize(
    ("label", "quote", "inferred", "said"),
    [
        ("Go言語／Python／Java", "Javaで", False, ["Java"]),
        ("Go言語／Python／Java", "何か", False, []),
        ("Python", "Pythonで", False, ["Python"]),
        ("バックエンド開発", "Javaで", True, ["Java"]),
    ],
)
def test_a_letter_names_what_stands_in_the_profile_not_what_was_asked(
    label: str, quote: str, inferred: bool, said: list[str]
) -> None:
    met = EvidenceRow("must:x", label, label, "met", 9, 9, profile=Quote(quote, 3, 3 + len(quote)), inferred=inferred)
    assert [fact.label_ja for fact in person_facts([Dimension("must", 9, 9, (met,))], "ja")] == said


def test_the_role_is_stated_as_the_description_states_it() -> None:
    requirement = read_requirement(
        "バックエンドエンジニア\n必須：Goでの開発経験3年以上\n勤務地：東京都\n年収：600万円〜900万円\n雇用形態：正社員\n"
    )
    japanese = dict(role_facts(requirement, "バックエンドエンジニア", date(2026, 11, 20), "ja").lines)
    assert japanese["勤務地"] == "東京都"
    assert japanese["想定年収"] == "600万円～900万円"
    assert japanese["雇用形態"] == "正社員"
    assert "働き方" not in japanese
    english = dict(role_facts(requirement, "Backend Engineer", date(2026, 11, 20), "en").lines)
    assert english["Annual salary"] == "JPY 6,000,000 to JPY 9,000,000"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (6_000_000, 6_000_000, "600万円"),
        (6_000_000, None, "600万円以上"),
        (None, 12_345_678, "12,345,678円以下"),
        (None, None, ""),
    ],
)
def test_pay_is_said_as_people_say_it(low: int | None, high: int | None, said: str) -> None:
    assert say_pay(low, high, "ja") == said


# R1: an uncommitted letter never promises.

_JA_SURE = ["必ず", "絶対に", "確実に", "全員と", "間違いなく"]
_JA_PROMISES = [
    "面接を確約いたします",
    "面談をお約束します",
    "{sure}面接いたします",
    "{sure}お会いします",
    "カジュアル面談を保証します",
    "面接の実施をお約束いたします",
    "書類選考はございません",
    "書類選考なしで面接へお進みいただけます",
    "5営業日以内に面談の機会を設けます",
    "五営業日以内に面接を実施いたします",
    "ご返信いただければ面接を設定いたします",
    "内定をお約束いたします",
    "採用を保証いたします",
]
_EN_SURE = ["definitely ", "certainly ", "", "of course "]
_EN_PROMISES = [
    "We guarantee you an interview",
    "You have a guaranteed interview",
    "I promise that we will meet",
    "We will {sure}interview you",
    "You will {sure}get an interview",
    "An interview is assured",
    "We are committed to meeting every person who answers",
    "There is no CV screening",
    "You will meet us within five business days",
    "Your interview will take place within 5 business days",
    "You'll be interviewed",
    "An offer is certain",
]


@st.composite
def promise_sentences(draw: st.DrawFn) -> str:
    """A promise as somebody may word it, in disguises a mail program shows as the same words."""
    if draw(st.booleans()):
        sentence = draw(st.sampled_from(_JA_PROMISES)).format(sure=draw(st.sampled_from(_JA_SURE)))
        glue = draw(st.sampled_from(["", " ", "\u3000", "\u200b", "\n", "\u00ad"]))
        at = draw(st.integers(1, len(sentence) - 1))
        sentence = sentence[:at] + glue + sentence[at:]
    else:
        sentence = draw(st.sampled_from(_EN_PROMISES)).format(sure=draw(st.sampled_from(_EN_SURE)))
        sentence = sentence.replace(" ", draw(st.sampled_from([" ", "  ", "\n", "\u00a0", "\u3000"])))
        sentence = draw(st.sampled_from([str, str.upper, str.title]))(sentence)
    if draw(st.booleans()):
        sentence = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and c != "'" else c for c in sentence)
    return sentence


_HARMLESS = st.sampled_from(
    ["", "よろしくお願いいたします。", "Our team of six looks after payments. ", "当社の開発チームは6名です。\n"]
)


@given(promise=promise_sentences(), before=_HARMLESS, after=_HARMLESS, language=st.sampled_from(["ja", "en"]))
@example(promise="ｗｅ　ｇｕａｒａｎｔｅｅ　ａｎ　ｉｎｔｅｒｖｉｅｗ", before="", after="", language="en")
def test_no_wording_of_a_promise_gets_past_the_compiler(promise: str, before: str, after: str, language: str) -> None:
    with pytest.raises(LetterRefused, match="promise_wording"):
        compile_letter(parts(language, note=before + promise + "。" + after))


_TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                "面接",
                "面談",
                "確約",
                "約束",
                "お",
                "必ず",
                "を",
                "いたします",
                "実施",
                "採用",
                "Go",
                "Java",
                "promise",
                "guarantee",
                "interview",
                "we",
                "will",
                "。",
                "\n",
                "5営業日以内",
                "に",
            ]
        ),
        max_size=12,
    ).map("".join),
)


@given(
    note=_TEXTS,
    title=_TEXTS,
    label=st.text(min_size=1, max_size=20),
    addressee=st.text(min_size=1, max_size=10).filter(str.strip),
    language=st.sampled_from(["ja", "en"]),
)
def test_an_uncommitted_letter_never_promises_whatever_facts_and_recruiters_say(
    note: str, title: str, label: str, addressee: str, language: str
) -> None:
    fact = PersonFact("must", label, label, "Go", 0, 2)
    try:
        letter = compile_letter(
            parts(
                language,
                facts=(fact,),
                role=RoleFacts(" ".join(title.split()), date(2026, 11, 20)),
                addressee=addressee,
                note=note,
            )
        )
    except LetterRefused as refused:
        assert refused.code in ("promise_wording", "date_wording", "nothing_to_say")
        return
    for paragraph in [*re.split(r"\n\s*\n", words(letter)), note]:
        plain = "".join(unicodedata.normalize("NFKC", paragraph).split())
        assert "確約" not in plain
        assert not re.search(r"(面接|面談)[^。!?]*約束|約束[^。!?]*(面接|面談)|必ず[^。!?]*(面接|面談)", plain)
        assert not any(sentence.replace(" ", "") in plain for sentence in SENTENCE.values())


@pytest.mark.parametrize(
    "promising",
    [
        "ご返信いただければ面接に進めます。",
        "一次面接からのスタートとなります。",
        "書類選考はすでに通過しています。",
        "採用責任者がお会いします。",
        "部長の高橋がお会いいたします。",
        "面接へご招待いたします。",
        "社長面談にご案内いたします。",
        "そのまま面接に進んでいただけます。",
        "ご返信いただければ面談日程をお送りします。",
        "Reply and you will meet our CTO.",
        "You'll get to talk to our hiring manager.",
        "You're guaranteed to speak with the hiring manager.",
        "An interview awaits you.",
        "Your interview slot is waiting for you.",
        "You've got an interview with us.",
        "You go straight to the interview stage.",
        "You are through to the interview.",
        "You can skip the CV stage.",
        "The interview is gu\u0430rant\u0435ed.",  # Cyrillic а and е
    ],
)
def test_promises_in_other_words_are_refused(promising: str) -> None:
    assert promises_in(promising)
    with pytest.raises(LetterRefused):
        compile_letter(parts("ja", note=promising))


@pytest.mark.parametrize(
    "harmless",
    [
        "選考の進め方は、ご相談のうえ決めさせていただきます。",
        "お会いできる日を楽しみにしております。",
        "You would speak English with most of the team.",
        "Our users meet the product in many countries.",
        "I would be happy to talk if you like.",
        "JavaScriptのPromiseに詳しい方を歓迎します。",
        "Gitのコミットログを大切にしています。",
        "採用広報をご担当いただきます。",
        "ご関心がおありでしたら、ご返信をいただけますと幸いです。",
        "ご都合がよろしければ、一度お話を伺えれば幸いです。",
        "カジュアル面談のご希望がございましたら、お知らせください。",
        "You would work on our payment platform with a team of six.",
        "We are a committed team that cares about quality.",
        "Please let us know whether you would like to hear more.",
        "I would be glad to tell you more about the team.",
    ],
)
def test_harmless_words_pass(harmless: str) -> None:
    assert promises_in(harmless) == []
    assert harmless in compile_letter(parts("ja", note=harmless)).text


# What a commitment holds that no letter may say.


@given(
    line=st.integers(40, 100),
    cap=st.integers(1, 999),
    exclusions=st.lists(st.from_regex(r"x[0-9]{6}", fullmatch=True), max_size=3),
    strength=st.sampled_from(["verified", "recorded"]),
    language=st.sampled_from(["ja", "en"]),
)
def test_line_cap_exclusions_and_strength_change_nothing_in_a_letter(
    line: int, cap: int, exclusions: list[str], strength: str, language: str
) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    row: dict[str, Any] = {
        "employer_id": 1,
        "created_at": now,
        "requisition_id": 987_001,
        "calibration_id": 987_002,
        "manager_id": 987_003,
        "kind": "interview",
        "selection": True,
        "screening": "none",
        "interviewer_title": "開発部長",
        "days": 5,
        "reply_deadline": date(2026, 12, 4),
        "zone": "Asia/Tokyo",
        "format": "online",
        "minutes": 45,
        "requirement_hash": "h",
        "guidance_hash": "g",
        "score_version": "v",
        "how": "acting_link",
        "state": "in_force",
        "proposed_at": now,
    }
    one = Commitment(**row, line=line, inclusive=True, max_people=cap, exclusions=exclusions, strength=strength)
    other = Commitment(**row, line=40, inclusive=False, max_people=1, exclusions=[], strength="verified")
    letters = [compile_letter(parts(language, PromiseTerms.of(each))) for each in (one, other)]
    assert letters[0] == letters[1]
    assert {field.name for field in dataclasses.fields(PromiseTerms)} == {
        "kind",
        "selection",
        "screening",
        "interviewer_title",
        "interviewer_name",
        "days",
        "reply_deadline",
        "format",
        "minutes",
    }


def test_a_refusal_is_said_in_both_languages(text: Callable[..., str]) -> None:
    refused = LetterRefused("promise_wording", "面接を確約")
    assert "面接を確約" in refused.text("ja")
    assert refused.text("ja") != refused.text("en")
