"""What the columns of somebody else's table mean: guessed from their headings in both languages, kept in a file to edit."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ranking.protected import BANNED_KEYS


class WrongMapping(Exception):
    """A mapping can't be used; the message says why and what to do."""


IGNORE = "ignore"
TEXT = "text"
MEANINGS: Mapping[str, str] = {
    "id": "your own number for the person; the same number is the same person",
    "name": "full name as they write it",
    "family_name": "family name",
    "given_name": "given name",
    "kana": "reading of the name",
    "family_kana": "reading of the family name",
    "given_kana": "reading of the given name",
    "romaji": "name in Latin letters",
    "email": "mail address",
    "phone": "telephone number",
    "company": "present employer",
    "title": "present job title",
    "industry": "the employer's industry (shown instead of its name)",
    "size": "the employer's size (shown instead of its name)",
    "place": "where they live; only the prefecture is kept",
    TEXT: "words about the person, kept under the column's heading; any number of columns",
    "language": "language to write to them in: ja or en",
    "contact_basis": "why they may be written to",
    "consent_date": "the day they agreed to be contacted",
    "as_of": "the day this was last known to be true",
    "source": "where the record comes from",
    "ats_candidate_id": "their number in the ATS",
    IGNORE: "left out",
}
_MANY = (TEXT, IGNORE)

_HEADINGS: Mapping[str, str] = {
    "id": "id no number 番号 管理番号 管理no 候補者id 候補者番号 候補者コード 登録番号 登録id 求職者id 求職者番号 求職者no 応募者id 応募者番号"
    " candidateid personid profileid recordid 会員番号 会員id",
    "ats_candidate_id": "ats候補者id atsid atscandidateid greenhouseid greenhousecandidateid",
    "name": "氏名 名前 お名前 御名前 候補者名 候補者氏名 応募者名 応募者氏名 求職者名 氏名漢字 漢字氏名 name fullname candidatename candidate",
    "family_name": "姓 名字 苗字 氏 姓漢字 lastname familyname surname",
    "given_name": "名 名漢字 firstname givenname",
    "kana": "フリガナ ふりがな カナ かな 氏名カナ 氏名フリガナ 氏名かな 氏名ふりがな カナ氏名 フリガナ氏名 よみ 読み よみがな ヨミガナ 読み仮名"
    " kana namekana furigana reading",
    "family_kana": "セイ せい 姓カナ 姓フリガナ 姓かな lastnamekana familynamekana",
    "given_kana": "メイ めい 名カナ 名フリガナ 名かな firstnamekana givennamekana",
    "romaji": "ローマ字 ローマ字氏名 氏名ローマ字 英字氏名 英語氏名 英文氏名 英語名 romaji nameenglish nameromaji englishname nameinenglish",
    "email": "メール メールアドレス eメール eメールアドレス 電子メール 連絡先メール 連絡先メールアドレス 個人メール pcメール 携帯メール"
    " mail email emailaddress mailaddress personalemail primaryemail",
    "phone": "電話 電話番号 携帯 携帯電話 携帯番号 携帯電話番号 連絡先電話番号 連絡先 tel phone phonenumber mobile mobilephone telephone cell",
    "company": "会社 会社名 現職企業 現職会社 現職会社名 現職企業名 現勤務先 勤務先 勤務先名 現在の勤務先 現在の会社 所属 所属企業 在籍企業 直近企業 直近の勤務先 企業名"
    " company companyname currentcompany employer currentemployer organization organisation presentemployer",
    "title": "役職 役職名 職種 現職種 現在の職種 現職種名 現在の役職 ポジション 肩書 肩書き 職位 現職ポジション"
    " title jobtitle currenttitle position currentposition role currentrole headline",
    "industry": "業界 業種 現在の業界 industry sector",
    "size": "従業員数 企業規模 会社規模 companysize employees",
    "place": "住所 現住所 居住地 お住まい 都道府県 居住都道府県 居住エリア 現居住地 address location city prefecture residence homeaddress livesin",
    TEXT: "職務要約 職務経歴 職務内容 職務経歴要約 職歴 経歴 経歴概要 業務内容 担当業務 仕事内容 自己pr 自己紹介 スキル 保有スキル 経験スキル 活かせる経験 テクニカルスキル 技術 資格 保有資格"
    " 資格免許 語学 語学力 英語 英語力 英語レベル 日本語 日本語力 日本語レベル toeic toefl jlpt 学歴 最終学歴 経験年数 社会人経験年数 経験 経験職種 経験業界 マネジメント経験"
    " 年収 現年収 現在年収 現在の年収 希望年収 希望給与 希望勤務地 希望職種 希望条件 転職理由 実績 強み プロフィール 研究内容"
    " summary profile careersummary professionalsummary experience workexperience workhistory employmenthistory career careerhistory resume cv skill skills technologies techstack"
    " certification certifications qualification qualifications language languages languageskills english englishlevel japanese japaneselevel education degree yearsofexperience years"
    " salary currentsalary desiredsalary expectedsalary compensation currentcompensation desiredlocation achievements about bio description text strengths",
    "language": "連絡言語 希望言語 使用言語連絡 contactlanguage preferredlanguage correspondencelanguage",
    "contact_basis": "連絡根拠 コンタクト根拠 連絡の根拠 contactbasis basis legalbasis",
    "consent_date": "同意日 同意取得日 同意年月日 個人情報同意日 連絡同意日 consentdate consentedat consentat basisat optindate consent",
    "as_of": "最終更新日 最終更新日時 最終更新 更新日 更新日時 情報更新日 登録更新日 最終活動日 最終接触日 最終連絡日 最終面談日 時点"
    " asof lastupdated lastupdate updatedat updated updateddate lastmodified modified lastactivity lastactivityat lastcontacted",
    "source": "流入経路 応募経路 登録経路 経路 媒体 媒体名 ソース 情報源 source channel applicationsource candidatesource",
}
_KNOWN = {heading: meaning for meaning, headings in _HEADINGS.items() for heading in headings.split()}

_BANNED_HEADINGS: tuple[tuple[str, str], ...] = (
    ("birth_date", r"生年月日|誕生日|生まれ|生年|birth|^dob$"),
    ("age", r"^(?:満)?年齢$|年代$|^age$"),
    ("gender", r"性別|^gender|^sex$|gender$|pronouns?$"),
    ("nationality", r"国籍|nationality|citizenship"),
    ("domicile", r"本籍|出生地|出身地|placeofbirth|birthplace"),
    ("family", r"配偶|扶養|家族|婚姻|結婚|既婚|子供|子ども|marital|spouse|children|dependents|family(?!name|kana)"),
    ("religion", r"宗教|信仰|信条|思想|支持政党|尊敬する人|愛読|religion|politic"),
    ("union", r"労働組合|組合|^union|unionmember|tradeunion|laborunion|labourunion"),
    ("photo", r"写真|photo|picture|headshot"),
    ("health", r"健康|病歴|既往|障害|障碍|障がい|^health|disabilit|medical"),
    ("household", r"住宅状況|家庭環境|生活環境|資産|household"),
    ("race", r"人種|民族|race$|ethnic"),
)


def plain(heading: str) -> str:
    """A heading without what tables decorate it with: 「メールアドレス（必須）」 is メールアドレス."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = re.sub(
        r"[(\[【<〈](?:必須|任意|半角|全角|required|optional|円|万円|万|jpy|yen|年|点)[^)\]】>〉]*[)\]】>〉]", "", text
    )
    return re.sub(r"[\W_]+", "", text)


def banned_kind(heading: str) -> str:
    """The kind of personal data a column of this heading holds that nobody may decide by (R9), "" for none."""
    text = plain(heading)
    if text in _KNOWN:
        return ""
    underscored = unicodedata.normalize("NFKC", heading).casefold().strip().replace(" ", "_")
    if underscored in BANNED_KEYS:
        return BANNED_KEYS[underscored]
    return next((kind for kind, pattern in _BANNED_HEADINGS if re.search(pattern, text)), "")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What each column is taken as, in the table's order. Columns of banned data are in `banned`, by kind."""

    columns: Mapping[str, str]
    banned: Mapping[str, str] = field(default_factory=dict)

    def of(self, meaning: str) -> list[str]:
        return [heading for heading, taken_as in self.columns.items() if taken_as == meaning]


def guess(headings: Sequence[str], samples: Sequence[Mapping[str, str]] = ()) -> ColumnMapping:
    """Guess what each column means from its heading, and where that has two meanings, from what stands below it.

    A second column of one meaning is taken as text if it is long words and left out otherwise; nothing is lost by a
    wrong guess that isn't shown first.
    """
    columns: dict[str, str] = {}
    banned: dict[str, str] = {}
    for heading in headings:
        kind = banned_kind(heading)
        if kind:
            banned[heading] = kind
            continue
        meaning = _meaning(heading, [row.get(heading, "") for row in samples])
        if meaning not in _MANY and meaning in columns.values():
            meaning = IGNORE
        columns[heading] = meaning
    return ColumnMapping(columns, banned)


def _meaning(heading: str, below: Sequence[str]) -> str:
    text = plain(heading)
    said = [value for value in below if value.strip()]
    if text == "現職":
        return "company" if any(re.search(_COMPANY, value) for value in said) else "title"
    if text == "language" and said and all(value.strip().casefold() in LANGUAGES for value in said):
        return "language"
    if text in _KNOWN:
        return _KNOWN[text]
    if said and all(re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", value.strip()) for value in said):
        return "email"
    for part, meaning in _PARTS:
        if re.search(part, text):
            return meaning
    return IGNORE


LANGUAGES = {
    **dict.fromkeys(("ja", "jp", "日本語", "japanese", "jpn"), "ja"),
    **dict.fromkeys(("en", "英語", "english", "eng"), "en"),
}
_COMPANY = r"株式会社|有限会社|合同会社|[(（]株[)）]|\b(?i:inc|ltd|llc|corp|k\.k)\b"
_PARTS = (
    (r"メール|e?mail", "email"),
    (r"電話|携帯|phone", "phone"),
    (r"フリガナ|ふりがな|カナ", "kana"),
    (
        r"スキル|職務|経歴|職歴|資格|語学|学歴|自己pr|年収|実績|skill|experience|certificat|summary|salary|education",
        TEXT,
    ),
    (r"更新日", "as_of"),
)


def check(mapping: ColumnMapping, headings: Sequence[str]) -> None:
    """Raise `WrongMapping` unless this table can be read by this mapping."""
    for heading, meaning in mapping.columns.items():
        if heading not in headings:
            raise WrongMapping(f'the mapping names a column "{heading}" that the table does not have')
        if meaning not in MEANINGS:
            raise WrongMapping(
                f'column "{heading}" is taken as "{meaning}", which means nothing here; use one of {", ".join(MEANINGS)}'
            )
        if meaning != IGNORE and (kind := banned_kind(heading)):
            raise WrongMapping(
                f'column "{heading}" holds what must not decide about anybody ({kind}); it is left out and can\'t be taken in'
            )
    for meaning in MEANINGS:
        if meaning not in _MANY and len(mapping.of(meaning)) > 1:
            raise WrongMapping(f'two columns are taken as "{meaning}": {", ".join(mapping.of(meaning))}; keep one')
    if not mapping.of(TEXT) and not mapping.of("title"):
        raise WrongMapping(
            'no column says anything about a person\'s work: take at least one as "text" (or "title"); without words nobody can be judged'
        )


def written(mapping: ColumnMapping, file: Path) -> str:
    """The mapping as a file to edit (TOML)."""
    lines = [
        f"# What each column of {file.name} is taken as. Edit the right side, then run",
        "#   kakuyaku profiles import FILE --mapping THIS_FILE",
        "#",
        *(f"# {meaning:<17}{says}" for meaning, says in MEANINGS.items()),
        "",
        "[columns]",
        *(f"{_quoted(heading)} = {_quoted(meaning)}" for heading, meaning in mapping.columns.items()),
    ]
    if mapping.banned:
        lines += ["", "# Left out by law or by our own rule, whatever stands here:"]
        lines += [f"# {_quoted(heading)}: {kind}" for heading, kind in mapping.banned.items()]
    return "\n".join(lines) + "\n"


def read(path: Path, headings: Sequence[str]) -> ColumnMapping:
    """Read an edited mapping. A column it doesn't name is left out. Raises `WrongMapping`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongMapping(f"{path} can't be read as a mapping ({error})") from None
    columns = data.get("columns")
    if not isinstance(columns, dict) or not all(isinstance(meaning, str) for meaning in columns.values()):
        raise WrongMapping(f'{path} has no part [columns] with lines like "氏名" = "name"')
    banned = {heading: kind for heading in headings if (kind := banned_kind(heading))}
    mapping = ColumnMapping({str(heading): str(meaning) for heading, meaning in columns.items()}, banned)
    check(mapping, headings)
    return mapping


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
