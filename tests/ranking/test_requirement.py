"""Descriptions in Japanese, English and both: what is stated is read with its quote, what isn't is absent."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.requirement import plain_text, read_requirement
from ranking.values import LanguageNeed, Level, Pay, Requirement, Years


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("年収：600万円〜900万円", 6_000_000, 9_000_000),
        ("想定年収 ８００万円～１，０００万円", 8_000_000, 10_000_000),
        ("年収 1千万円以上", 10_000_000, None),
        ("年収 一千万円以上", 10_000_000, None),
        ("年俸600~800万円", 6_000_000, 8_000_000),
        ("給与：月給40万円〜60万円", 4_800_000, 7_200_000),
        ("月給30万円 賞与4ヶ月", 4_800_000, 4_800_000),
        ("年収 5,000,000円 〜 7,500,000円", 5_000_000, 7_500_000),
        ("年収〜700万円", None, 7_000_000),
        ("年収900万円まで", None, 9_000_000),
        ("Salary: JPY 8M - 10M", 8_000_000, 10_000_000),
        ("Salary: 8-10 million yen", 8_000_000, 10_000_000),
        ("Compensation: ¥7,500,000 - ¥11,000,000", 7_500_000, 11_000_000),
        ("Annual salary up to 15 million yen", None, 15_000_000),
        ("Base pay from JPY 6M", 6_000_000, None),
        ("Salary: JPY 12M+", 12_000_000, None),
    ],
)
def test_pay_is_read_in_yen_a_year(line: str, low: int | None, high: int | None) -> None:
    pay = read_requirement(f"Backend Engineer\n{line}").pay
    assert pay is not None
    assert (pay.value.low, pay.value.high) == (low, high)


@pytest.mark.parametrize(
    "line",
    [
        "年商120億円",
        "資本金：1億円",
        "売上高 50億円、従業員数300名",
        "シリーズBで20億円の資金調達を実施",
        "広告予算 500万円を運用",
        "取扱高は年間3,000億円",
        "入社一時金 50万円",
        "時給 2,000円",
        "年収例：650万円／入社3年目",
        "We raised JPY 6.5 billion in Series D funding",
        "annual revenue of JPY 400 million",
        "You manage a budget of 20 million yen",
        "Commuting allowance up to JPY 30,000",
    ],
)
def test_other_money_is_not_pay(line: str) -> None:
    assert read_requirement(f"Backend Engineer\n{line}").pay is None


@pytest.mark.parametrize(
    ("line", "level", "required"),
    [
        ("日本語：ビジネスレベル", Level.BUSINESS, True),
        ("日本語能力試験N1合格", Level.FLUENT, True),
        ("JLPT N2 or above", Level.BUSINESS, True),
        ("日本語ネイティブレベル", Level.NATIVE, True),
        ("日本語N3程度 歓迎", Level.CONVERSATIONAL, False),
        ("Fluent Japanese required", Level.FLUENT, True),
        ("Japanese: conversational is a plus", Level.CONVERSATIONAL, False),
        ("Business-level Japanese", Level.BUSINESS, True),
        ("N1 or native Japanese", Level.FLUENT, True),
        ("日本語不問", Level.NONE, False),
        ("No Japanese required", Level.NONE, False),
    ],
)
def test_japanese_levels(line: str, level: Level, required: bool) -> None:
    stated = read_requirement(f"Requirements\n- {line}").japanese
    assert stated is not None
    assert stated.value == LanguageNeed(level, required)


@pytest.mark.parametrize(
    ("line", "level", "required"),
    [
        ("TOEIC 800点以上", Level.BUSINESS, True),
        ("TOEIC900点以上", Level.FLUENT, True),
        ("英語：日常会話レベル", Level.CONVERSATIONAL, True),
        ("ビジネス英語", Level.BUSINESS, True),
        ("英語力（ビジネスレベル）あれば尚可", Level.BUSINESS, False),
        ("Business level English preferred", Level.BUSINESS, False),
        ("英語不問", Level.NONE, False),
    ],
)
def test_english_levels(line: str, level: Level, required: bool) -> None:
    stated = read_requirement(f"Requirements\n- {line}").english
    assert stated is not None
    assert stated.value == LanguageNeed(level, required)


def test_each_language_gets_its_own_level() -> None:
    read = read_requirement("Requirements\n- business-level Japanese and conversational English")
    assert read.japanese is not None and read.english is not None
    assert (read.japanese.value.level, read.english.value.level) == (Level.BUSINESS, Level.CONVERSATIONAL)
    read = read_requirement("Requirements\n- Japanese: native, English: business")
    assert read.japanese is not None and read.english is not None
    assert (read.japanese.value.level, read.english.value.level) == (Level.NATIVE, Level.BUSINESS)


def test_bilingual_means_both() -> None:
    read = read_requirement("Requirements\n- Bilingual in Japanese and English")
    assert read.japanese is not None and read.english is not None
    assert read.japanese.value.level == read.english.value.level == Level.FLUENT


@pytest.mark.parametrize("line", ["ネイティブアプリの開発経験", "Experience with React Native", "cloud-native systems"])
def test_native_software_is_no_language(line: str) -> None:
    read = read_requirement(f"Requirements\n- {line}")
    assert read.japanese is None and read.english is None


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("法人営業経験3年以上", 3, None),
        ("経理の実務経験（十年以上）", 10, None),
        ("開発経験3〜5年", 3, 5),
        ("5+ years of experience in sales", 5, None),
        ("4-7 years of experience", 4, 7),
        ("At least three years of experience", 3, None),
    ],
)
def test_years(line: str, low: float, high: float | None) -> None:
    years = read_requirement(f"応募資格\n・{line}").years
    assert years is not None
    assert years.value == Years(low, high)


@pytest.mark.parametrize(
    "line",
    [
        "創業30年以上の企業です",
        "10年以上の歴史がある会社",
        "Founded 12 years ago",
        "契約期間1年（更新あり）",
        "35歳以下",
    ],
)
def test_other_years_are_not_experience(line: str) -> None:
    assert read_requirement(f"Backend Engineer\n{line}").years is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("勤務地：東京都港区", "13"),
        ("勤務地：京都市", "26"),
        ("勤務地：大阪市北区梅田", "27"),
        ("勤務地：福岡県福岡市博多区", "40"),
        ("Location: Yokohama", "14"),
        ("Location: Osaka, Japan", "27"),
    ],
)
def test_places(line: str, code: str) -> None:
    place = read_requirement(f"Backend Engineer\n{line}").place
    assert place is not None and place.value == code


@pytest.mark.parametrize(
    ("line", "remote", "employment"),
    [
        ("フルリモート、正社員", "full", "permanent"),
        ("リモートワーク可 / 契約社員", "partial", "contract"),
        ("リモート不可。業務委託", "none", "freelance"),
        ("Hybrid, full-time position", "partial", "permanent"),
        ("Fully remote, part-time", "full", "part_time"),
        ("Fully on-site, fixed-term", "none", "contract"),
    ],
)
def test_remote_and_employment(line: str, remote: str, employment: str) -> None:
    read = read_requirement(f"Backend Engineer\n{line}")
    assert read.remote is not None and read.remote.value == remote
    assert read.employment is not None and read.employment.value == employment


def concepts(units: object) -> list[str]:
    assert isinstance(units, tuple)
    return [unit.value.concept for unit in units]


def test_headings_tell_musts_from_what_is_welcome() -> None:
    read = read_requirement(
        "■必須条件\n・Pythonの開発経験\n・日商簿記2級\n■歓迎条件\n・Kubernetes\n・Go、Rust\n■福利厚生\n・Excel研修"
    )
    assert concepts(read.must) == ["python", "c_boki2"]
    assert concepts(read.nice) == ["kubernetes", "go", "rust"]


def test_words_on_a_line_tell_musts_from_what_is_welcome() -> None:
    read = read_requirement(
        "We need an engineer. Python experience is required. Knowledge of Kubernetes is a plus. Ideally Terraform."
    )
    assert concepts(read.must) == ["python"]
    assert concepts(read.nice) == ["kubernetes", "terraform"]


def test_ideally_turns_the_rest_of_its_line_only() -> None:
    read = read_requirement("Requirements\n- 4+ years of B2B sales experience, ideally with Salesforce")
    assert concepts(read.must) == ["corp_sales"]
    assert concepts(read.nice) == ["salesforce"]
    assert read.years is not None and read.years.value.low == 4


@pytest.mark.parametrize(
    "line",
    ["GoまたはPythonでの開発経験", "Experience with Go or Python", "Go、Pythonのいずれかの経験", "Go/Pythonの経験"],
)
def test_alternatives_are_one_unit(line: str) -> None:
    (unit,) = read_requirement(f"必須条件\n・{line}").must
    assert (unit.value.concept, unit.value.any_of) == ("go", ("python",))


def test_a_phrase_the_lexicon_lacks_is_kept_as_it_stands() -> None:
    units = read_requirement("必須条件\n・和食器の目利きの経験\n・学歴不問\n・コミュニケーション能力").must
    assert [(u.value.concept, u.value.label_ja) for u in units] == [
        ("", "和食器の目利きの経験"),
        ("", "コミュニケーション能力"),
    ]


@pytest.mark.parametrize(
    ("text", "title", "inferred"),
    [
        ("職種名\n人事労務担当\n必須条件\n・給与計算", "人事労務担当", False),
        ("Position: Site Reliability Engineer\nRequirements\n- Linux", "Site Reliability Engineer", False),
        ("【募集職種】シニアバックエンドエンジニア\n", "シニアバックエンドエンジニア", False),
        ("We are looking for a Frontend Developer to join us.", "Frontend Developer", True),
        ("経理担当を募集します。", "経理担当", True),
    ],
)
def test_titles(text: str, title: str, inferred: bool) -> None:
    stated = read_requirement(text).title
    assert stated is not None
    assert (stated.value, stated.inferred) == (title, inferred)


def test_an_empty_text_asks_for_nothing() -> None:
    read = read_requirement("")
    assert not read.parses
    assert read.substance()["pay"] is None


def test_html_is_read_by_its_plain_text() -> None:
    html = "<h2>経理マネージャー</h2><p>【応募資格】</p><ul><li>月次決算（3年以上）</li></ul><p>年収&nbsp;600万円</p><script>x</script>"
    plain = plain_text(html)
    assert "script" not in plain and "<" not in plain
    read = read_requirement(html)
    assert concepts(read.must) == ["monthly_closing"]
    assert read == read_requirement(plain)


def test_markup_escaped_once_too_often_is_read_too() -> None:
    assert plain_text("&lt;p&gt;Python &amp;amp; Go&lt;/p&gt;") == "Python & Go"


def test_plain_text_comes_back_unchanged() -> None:
    text = "年収 < 800万円 & 賞与\n  C++  "
    assert plain_text(text) == text


def test_layout_does_not_change_the_hash(backend: Requirement) -> None:
    one = read_requirement("【必須条件】\n・Python\n・AWS\n年収：600万円〜800万円")
    other = read_requirement("■必須条件\n\n　・ＡＷＳ\n　・Python\n\n年収：６００万円～８００万円\n")
    assert one.hash == other.hash
    assert one.hash != backend.hash


def test_the_demo_descriptions_read_as_meant(backend: Requirement, sales: Requirement) -> None:
    assert backend.language == "ja" and sales.language == "en"
    assert backend.pay is not None
    assert backend.pay.value == Pay(7_000_000, 10_000_000, fixed_overtime_hours=45.0)
    assert sales.pay is not None and sales.pay.value == Pay(7_000_000, 10_000_000)
    assert backend.years is not None and backend.years.value.low == 5
    assert sales.years is not None and sales.years.value.low == 4
    assert sales.japanese is not None and sales.japanese.value == LanguageNeed(Level.FLUENT, True)
    assert "go" in concepts(backend.must) and "corp_sales" in concepts(sales.must)


def test_a_requirement_survives_json(backend: Requirement) -> None:
    assert Requirement.from_json(json.loads(json.dumps(backend.to_json()))) == backend


_PIECES = st.sampled_from(
    ["必須条件\n", "・Python経験3年以上\n", "歓迎：Go\n", "年収 ６００万円〜９００万円\n", "Requirements\n", "- 5+ years of SQL or Java\n",
     "日本語：N1\n", "English: business level\n", "勤務地：渋谷\n", "Location: Osaka. ", "㈱架空 ﾃｽﾄ\n", "リモート可 ", "正社員\n", "。", "\n\n", "～", "（", "N"]
)  # fmt: skip


@given(st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=14).map("".join))
def test_every_quote_stands_in_the_text_and_reading_is_repeatable(text: str) -> None:
    read = read_requirement(text)
    plain = plain_text(text)
    single = [read.title, read.years, read.japanese, read.english, read.pay, read.place, read.remote, read.employment]
    for stated in (*[s for s in single if s is not None], *read.must, *read.nice):
        assert plain[stated.quote.start : stated.quote.end] == stated.quote.words
    assert read_requirement(text) == read
    assert Requirement.from_json(json.loads(json.dumps(read.to_json()))) == read


@pytest.mark.parametrize(
    "text",
    [
        "職種名\t経理担当\n年収\t500万円～700万円\n必須スキル\t日商簿記2級、Excel\n歓迎スキル\tUSCPA",
        "職種名　　　経理担当\n年収　　　　500万円～700万円\n必須スキル　　日商簿記2級、Excel\n歓迎スキル　　USCPA",
        "<table><tr><td>職種名</td><td>経理担当</td></tr><tr><td>年収</td><td>500万円～700万円</td></tr>"
        "<tr><td>必須スキル</td><td>日商簿記2級、Excel</td></tr><tr><td>歓迎スキル</td><td>USCPA</td></tr></table>",
    ],
)
def test_a_table_is_read_row_by_row(text: str) -> None:
    read = read_requirement(text)
    assert read.title is not None and read.title.value == "経理担当"
    assert read.pay is not None and read.pay.value.low == 5_000_000
    assert len(read.must) == 2 and len(read.nice) == 1


def test_what_would_please_is_welcome_not_required() -> None:
    read = read_requirement("Pythonでバックエンドを書ける方。FastAPI、PostgreSQLの経験があると嬉しいです。")
    assert [skill.value.label_en for skill in read.must] == ["Python"]
    assert {skill.value.label_en for skill in read.nice} == {"FastAPI", "PostgreSQL"}


@pytest.mark.parametrize(
    "text", ["年収" + "1" * 39_000, "年収 " + "9" * 400 + "万円", "salary: JPY " + "9" * 400 + "k"]
)
def test_a_row_of_digits_ends_no_reading(text: str) -> None:
    read_requirement(text)
