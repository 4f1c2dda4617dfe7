"""The layout of a description: HTML made plain, lines, and which section each line stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from ranking.folding import Folded

_TAG = re.compile(
    r"<\s*/?\s*(?:p|br|div|ul|ol|li|h[1-6]|table|tr|td|th|span|strong|b|em|html|body|section|a)\b[^<>]*>", re.I
)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#\d{1,6}|#x[0-9a-f]{1,5});", re.I)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "ul",
        "ol",
        "table",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "dl",
        "dt",
        "dd",
        "blockquote",
    ]
)
_SILENT = frozenset(("script", "style", "head", "title", "template"))


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "li":
            self.parts.append("\n・")
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "th":
            self.parts.append(": ")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def plain_text(text: str) -> str:
    """Turn HTML into plain text: blocks become lines, list items start with 「・」. Plain text comes back unchanged.

    Markup that was escaped once too often (Greenhouse's `content` field) is unescaped first.
    """
    if not _TAG.search(text):
        if "&lt;" not in text or not _ENTITY.search(text):
            return text
        unescaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
        if not _TAG.search(unescaped):
            return text
        text = unescaped
    stripper = _Stripper()
    stripper.feed(text)
    stripper.close()
    lines = [re.sub(r"[ \u00a0]+", " ", line).strip() for line in "".join(stripper.parts).split("\n")]
    kept: list[str] = []
    for line in lines:
        if line in ("・", "・ "):
            continue
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


_SECTIONS: tuple[tuple[str, str], ...] = (
    ("person", r"求める人物|人物像|こんな方|personality|culture fit"),
    ("process", r"年収例|モデル年収"),
    (
        "nice",
        r"歓迎|尚可|あれば|優遇|望ましい|活かせる|want\b|preferred|nice[ -]to[ -]ha|bonus(?: points| skills|$)|good to have|plus(?:es|$)|desir(?:able|ed)|ideally|advantage",
    ),
    (
        "must",
        r"必須|必要な|応募(?:資格|条件|要件)|求める(?:スキル|経験|能力|要件|条件)|対象となる方|must\b|(?:key |job |minimum |basic |essential |technical |your )?(?:requirements?|qualifications?)\b"
        r"|required|what you(?:'ll|'d)?(?: will)? (?:need|bring|have)|what we(?:'re| are)? look|who you are|your (?:profile|background|skills)|about you|skills|experience(?: and|$)|you (?:have|bring)|資格・経験|スキル・経験|経験・スキル",
    ),
    ("title", r"職種|募集(?:職種|ポジション)|ポジション|求人(?:名|タイトル)|役職|(?:job )?title|position|role$|job$"),
    (
        "pay",
        r"(?:想定|予定|提示)?(?:年収|給与|給料|年俸|月給|報酬)|賃金|salary|compensation|pay\b|annual salary|remuneration",
    ),
    (
        "place",
        r"勤務(?:地|場所)|就業(?:場所|の場所)|所在地|オフィス|(?:work |job |office )?locations?\b|office|place of work|based",
    ),
    ("employment", r"雇用(?:形態|区分)|契約(?:形態|種別)|employment|contract type|job type|type$"),
    ("language", r"語学|言語|語学力|languages?\b|日本語|英語|japanese|english"),
    ("remote", r"働き方|勤務形態|勤務スタイル|リモート|在宅|work(?:ing)? style|remote|workplace"),
    (
        "duties",
        r"仕事内容|業務内容|職務内容|担当業務|具体的|主な業務|お任せ|ミッション|job description|(?:key )?responsibilities|what you(?:'ll| will) (?:do|be)|(?:about )?the (?:role|job|position)|duties|your mission|overview|role overview",
    ),
    (
        "stack",
        r"開発環境|技術スタック|使用(?:技術|ツール)|環境|(?:our )?(?:tech(?:nology)?|technical) stack|development environment|our stack|tools",
    ),
    (
        "benefits",
        r"福利厚生|待遇|休日|休暇|各種保険|保険|諸手当|手当|昇給|賞与|benefits|perks|what we offer|we offer|why join|holidays|bonus\b",
    ),
    (
        "company",
        r"会社(?:概要|情報|紹介|について)|企業(?:概要|情報)|事業(?:内容|概要)|私たちについて|当社について|about (?!you|the (?:role|job|position))|company|who we are|our (?:company|mission|story)|設立|資本金|代表者|従業員数|売上高|capital|founded|employees|headcount",
    ),
    ("process", r"選考|応募方法|面接|hiring process|interview|how to apply|selection|application|備考|その他|notice"),
    ("reason", r"募集背景|採用背景|募集理由|reason for|background$"),
    ("hours", r"勤務時間|就業時間|試用期間|working hours|hours|probation|trial"),
)
_HEADINGS = [(name, re.compile(pattern)) for name, pattern in _SECTIONS]
_DECORATION = " \u3000■◆●▼▽◇□○★☆#*【】《》<>[]〔〕「」=_▪►◎◯◾◼▶.-―|~!✅✔💼📍💰"
_BULLET = re.compile(r"^\s*(?:[・•●○◦▪\-*–✓✔]|\d+[.)]|[①-⑳])\s*")
_ASIDE = frozenset(("pay", "place", "employment", "remote", "hours", "benefits", "company", "process"))
_BRACKETED = re.compile(r"^\s*[【\[《〔<]([^】\]》〕>\n]{1,40})[】\]》〕>]\s*:?\s*(.*)$")
_LABELLED = re.compile(r"^([^:\n。]{1,40}?)\s*:\s*(.*)$")
_MARKED = re.compile(r"^\s*(?:#{1,4}|[■◆●▼▽◇□★☆◎▶]|\*\*)\s*\S")


# Prose says several things on one line; "e.g. ", "min. " and the like end no sentence.
_SENTENCE = re.compile(
    r"\S(?:(?!。|(?<=[a-z0-9)%])(?<!e\.g)(?<!i\.e)(?<!\bmin)(?<!\bapprox)(?<!\binc)(?<!k\.k)(?<!\bno)\. +(?=\S)).)*(?:。|\.(?= ))?"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a folded text: offsets of its content (heading and label excluded), section, whether it is a heading."""

    start: int
    end: int
    text: str
    section: str
    heading: bool = False
    labelled: bool = False


def read_lines(folded: Folded) -> list[Line]:
    """Split a folded text into non-empty lines and name the section of each ("" before the first heading)."""
    lines: list[Line] = []
    section = ""
    position = 0
    for raw in folded.text.split("\n"):
        start, position = position, position + len(raw) + 1
        if not raw.strip():
            continue
        name, content_at = _cell(raw, folded.original[folded.starts[start] : folded.ends[start + len(raw) - 1]])
        if name is None:
            name, content_at = _heading(raw)
        listed = _BULLET.match(raw) is not None and not _MARKED.match(raw)
        if name is not None and (
            (section == "stack" and name in ("language", "stack"))
            or (section in ("must", "nice") and listed and name not in _ASIDE)
        ):
            name = None  # a label inside a list ("・日本語：N2以上" among the musts) opens no section of its own
        if name is None:
            bullet = _BULLET.match(raw)
            at = bullet.end() if bullet else len(raw) - len(raw.lstrip())
            for found in _SENTENCE.finditer(raw, at):
                words = found.group().rstrip()
                if words:
                    lines.append(Line(start + found.start(), start + found.start() + len(words), words, section))
            continue
        content = raw[content_at:].strip()
        if not listed or not content:
            section = name
        if not content:
            lines.append(Line(start, start + len(raw.rstrip()), raw.strip(), section, heading=True))
            continue
        at = content_at + len(raw[content_at:]) - len(raw[content_at:].lstrip())
        lines.append(Line(start + at, start + len(raw.rstrip()), raw[at:].rstrip(), name, labelled=True))
    return lines


def _heading(raw: str) -> tuple[str | None, int]:
    """Name the section a line opens and where its content starts; (None, 0) for an ordinary line."""
    bracketed = _BRACKETED.match(raw)
    if bracketed:
        name = _section(bracketed.group(1))
        if name:
            return name, bracketed.start(2)
        if not bracketed.group(2):
            return "other", len(raw)
    bullet = _BULLET.match(raw)
    at = bullet.end() if bullet and not _MARKED.match(raw) else 0
    labelled = _LABELLED.match(raw[at:])
    if labelled:
        name = _section(labelled.group(1))
        if name:
            return name, at + labelled.start(2)
        if not labelled.group(2) and not bullet:
            return "other", len(raw)
    if at == 0 and len(raw.strip()) <= 40 and "。" not in raw and not raw.rstrip().endswith("."):
        name = _section(raw)
        if name:
            return name, len(raw)
        if _MARKED.match(raw):
            return "other", len(raw)
    return None, 0


def _cell(raw: str, original: str) -> tuple[str | None, int]:
    """Name the section of a table's row, its label set apart by a tab or wide space; (None, 0) for any other line."""
    gap = re.search(
        r"(?<=\S)(?:\t| {2,})\s*(?=\S)", original.replace("\u3000", " ") if len(original) == len(raw) else raw
    )
    name = _section(raw[: gap.start()]) if gap else None
    return (name, gap.end()) if gap and name else (None, 0)


def _section(label: str) -> str | None:
    head = label.strip(_DECORATION)
    for name, pattern in _HEADINGS:
        found = pattern.match(head)
        if (
            found
            and len(head) - found.end() <= 14
            and not re.search(r"[、,]|です|ます|\b(?:with|in|of|using)\b", head[found.end() :])
        ):
            return name
    return None
