"""Years of experience: what a description asks, and what a career's own words and dates amount to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranking.money import kanji_number

_N = r"(\d{1,2}(?:\.\d)?|[一二三四五六七八九十]{1,3})"
_ASKED_JA = re.compile(
    rf"{_N}\s*(?:年|ヶ年|カ年|か年)?\s*(?:(?:~|-|から)\s*{_N}\s*)?年(?:間)?(?P<more>\s*(?:以上|超|~|程度|ほど))?"
)
_HALF_YEAR = re.compile(r"(?<!入社)(?<!約)半年(?:間)?(?:以上|程度)")
_CONTEXT_JA = re.compile(r"経験|実務|従事|キャリア|携わ|歴")
_NOT_YEARS = re.compile(
    r"創業|設立|創立|歴史|周年|歳|契約期間|更新|勤続|前年|昨年|来年|年度|毎年|入社\s*\d|年保証|保証期間|大学|学年|年収|年俸|年間|年商|年後|以内|\d{4}年"
)
_ASKED_EN = re.compile(
    r"(?P<least>at least|not less than|no less than|minimum(?: of)?|over|more than|min\.?)?\s*\b(?P<a>\d{1,2}(?:\.\d)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen)(?:\s*\(\d{1,2}\))?(?P<plus>\s*\+)?"
    r"(?:\s*(?:-|~|to)\s*(?P<b>\d{1,2}))?(?P<plus2>\s*\+)?\s*(?:or more\s*)?(?:years?|yrs?)\b'?(?P<more>\s*(?:or more|plus|\+|minimum))?"
)
_CONTEXT_EN = re.compile(
    r"experience|working|work in|background|in (?:a|an|the)\b|of \w+|selling|managing|leading|as an? "
)
_NOT_YEARS_EN = re.compile(
    r"founded|established|old\b|ago|contract|anniversary|past \d|last \d|warranty|in business|degree"
)
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
}
_MOST = 45.0


@dataclass(frozen=True, slots=True)
class YearsFound:
    low: float | None
    high: float | None
    start: int
    end: int


def find_asked_years(line: str, *, asked: bool = False) -> list[YearsFound]:
    """Find the years of experience one folded line of a description asks for.

    `asked`: the line stands among the requirements, so "8年" and "4 yrs or so" need no word for experience beside them.
    """
    found: list[YearsFound] = []
    for m in _ASKED_JA.finditer(line):
        about = line[max(0, m.start() - 14) : m.end() + 18]
        if not asked and not _CONTEXT_JA.search(line) and not (m.group("more") or "").strip().startswith("以上"):
            continue
        if _NOT_YEARS.search(about.replace("実務経験年数", "")):
            continue
        low = _number(m.group(1))
        high = _number(m.group(2)) if m.group(2) else None
        if 0 < low <= _MOST:
            end = m.start() + len(m.group(0).rstrip())
            found.append(YearsFound(low, high, m.start(), end))
    for m in _HALF_YEAR.finditer(line):
        if asked or _CONTEXT_JA.search(line):
            found.append(YearsFound(0.5, None, m.start(), m.end()))
    for m in _ASKED_EN.finditer(line):
        about = line[max(0, m.start() - 14) : m.end() + 24]
        explicit = m.group("least") or m.group("plus") or m.group("plus2") or m.group("more")
        if _NOT_YEARS_EN.search(about) or not (asked or explicit or _CONTEXT_EN.search(line[m.end() : m.end() + 40])):
            continue
        low = _number(m.group("a"))
        high = _number(m.group("b")) if m.group("b") else None
        if 0 < low <= _MOST:
            start = m.start() + len(m.group(0)) - len(m.group(0).lstrip())
            found.append(YearsFound(low, high, start, m.start() + len(m.group(0).rstrip())))
    return found


_HAS_JA = re.compile(
    rf"(?:経験年数|実務経験|業務経験|職務経験|社会人経験|職歴|経験|キャリア|歴)(?:は|が|:|・|通算|合計|約|\s)*{_N}\s*年(?:間)?(?!\d)"
    rf"|(?:通算|合計|約)?{_N}\s*年(?:間|以上)?(?:の|にわたり|ほど|程度)?[^。\n]{{0,20}}?(?:経験|従事|携わ|担当|勤務|キャリア)"
)
_HAS_EN = re.compile(
    r"\b(\d{1,2}(?:\.\d)?)\+?\s*(?:years?|yrs?)'?\b[^.\n]{0,40}?\b(?:experience|background|career|in |as )"
    r"|experience\s*:?\s*(\d{1,2}(?:\.\d)?)\+?\s*(?:years?|yrs?)"
)
_SPAN = re.compile(
    r"(?P<y1>(?:19|20)\d\d)\s*(?:年|[./-])?\s*(?P<m1>\d{1,2})?\s*月?\s*(?:~|-|から|to|until)\s*"
    r"(?:(?P<y2>(?:19|20)\d\d)\s*(?:年|[./-])?\s*(?P<m2>\d{1,2})?\s*月?|(?P<now>現在|現職|present|now|current))"
)


def find_own_years(text: str) -> YearsFound | None:
    """Find how long a person says they have worked, in folded text; the largest figure stated outright."""
    best: YearsFound | None = None
    for pattern in (_HAS_JA, _HAS_EN):
        for m in pattern.finditer(text):
            number = next((g for g in m.groups() if g), None)
            if number is None or re.search(r"歳|創業|設立|年度", m.group(0)):
                continue
            value = _number(number)
            if 0 < value <= _MOST and (best is None or value > (best.low or 0)):
                best = YearsFound(value, None, m.start(), m.end())
    return best


_PART_JA = re.compile(
    rf"[\u3040-\u30ff\u3400-\u9fffa-z+#)]{{2}}(?:を|に|で|、|,|・|:|\(|\s)?\s*(?P<n>{_N})\s*年(?:間|目|半)?(?=[。、,\s)/・\n]|$)"
)
_PART_EN = re.compile(
    r"\b(?P<n>\d{1,2}(?:\.\d)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen)\+?\s*(?:years?|yrs?)\b"
)
_NO_PART = re.compile(
    r"創業|設立|創立|歳|年度|昭和|平成|令和|卒|入社|契約|更新|大学|高校|専門学校|留学|周年|休|年前|学部|在籍"
)
_NO_PART_EN = re.compile(
    r"founded|established|\bold\b|\bago\b|\blast\b|\bpast\b|contract|degree|university|school|break|leave"
)


def find_part_years(text: str) -> YearsFound | None:
    """Find the longest stretch of work named in a folded sentence that states no total: 「開発を8年」, "Engineer, 7 years".

    It is the least somebody has worked, never the most: it may earn points, it contradicts nothing.
    """
    best: YearsFound | None = None
    for pattern, excluded in ((_PART_JA, _NO_PART), (_PART_EN, _NO_PART_EN)):
        for m in pattern.finditer(text):
            if excluded.search(text[max(0, m.start() - 14) : m.end() + 10]):
                continue
            value = _number(m.group("n"))
            if 0 < value <= _MOST and (best is None or value > (best.low or 0)):
                best = YearsFound(value, None, m.start("n"), m.end())
    return best


def career(text: str) -> tuple[YearsFound | None, int | None]:
    """Add up dated jobs ("2015年4月～2019年3月", "2019 - present") in folded text, overlaps counted once.

    Returns the years of closed jobs, with the offsets of the first range, and the month (year × 12 + month − 1) in
    which a job still running began: what runs is counted up to a reference date by whoever has one.
    """
    spans: list[tuple[int, int]] = []
    open_since: int | None = None
    first: re.Match[str] | None = None
    for m in _SPAN.finditer(text):
        begin = int(m.group("y1")) * 12 + int(m.group("m1") or 1) - 1
        if m.group("now"):
            open_since = begin if open_since is None else min(open_since, begin)
        else:
            finish = int(m.group("y2")) * 12 + int(m.group("m2") or 12)
            if not begin < finish:
                continue
            spans.append((begin, finish))
        first = first or m
    if first is None:
        return None, None
    months = 0
    reached = 0
    for begin, finish in sorted(spans):
        finish = finish if open_since is None else min(finish, open_since)
        months += max(0, finish - max(begin, reached))
        reached = max(reached, finish)
    return YearsFound(round(months / 12, 1), None, first.start(), first.end()), open_since


def _number(text: str) -> float:
    if text in _WORDS:
        return float(_WORDS[text])
    return float(text) if text[0].isdigit() else float(kanji_number(text))
