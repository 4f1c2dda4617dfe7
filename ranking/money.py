"""Pay in JPY a year, read from Japanese and English text. Only pay is pay: turnover, capital and funding are not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranking.values import Pay

_KANJI = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_NUM = r"(?:\d千\d百(?=万)|\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[一二三四五六七八九十百千]+)"
_TO = r"\s*(?:~|-|から|より|以上|to)、?\s*(?:約|最大|上限|経験により|経験に応じて?)?\s*"
_RANGE_JA = re.compile(
    rf"(?P<floor>~\s*)?(?P<a>{_NUM})\s*(?P<ua>千万|百万|万|千(?=円))?(?P<ra>\d{{4}}|\d,\d{{3}}|\d千)?\s*円?台?(?:{_TO}(?P<b>{_NUM})\s*(?P<ub>千万|百万|万|千(?=円))?(?P<rb>\d{{4}}|\d,\d{{3}}|\d千)?\s*円?台?)?"
    r"(?P<open>\s*(?:~|以上|から|より)(?!\s*[\d一二三四五六七八九]))?(?P<cap>\s*(?:以下|まで|以内|未満))?"
)
_UNIT_EN = r"(?:million|mil|mm|m|k)"
_UNIT_ENDS = r"(?![a-z])|(?=jpy|yen)"
_RANGE_EN = re.compile(
    r"(?P<upto>(?:up to|no more than|not more than|max(?:imum)?\.?:?(?: of)?|until|≤|<=)\s*)?(?P<from>(?:from|at least|starting (?:at|from)|over|minimum(?: of)?)\s*)?"
    r"(?P<cur>jpy|yen|¥|\\)?\s*"
    rf"(?P<a>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)\s*(?P<ua>{_UNIT_EN}(?:{_UNIT_ENDS}))?\s*(?P<cur_a>jpy|yen|円)?"
    r"(?:\s*(?:-|~|up to|to|and|[,/]? ?max\.?)\s*(?:jpy|yen|¥|\\)?\s*"
    rf"(?P<b>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)\s*(?P<ub>{_UNIT_EN}(?:{_UNIT_ENDS}))?)?"
    r"\s*(?P<cur2>jpy|yen|円)?(?P<open>\s*(?:\+|and up|or more|~))?"
)
_PAY_CONTEXT = re.compile(
    r"年収|給与|給料|月給|初任給|月収|基本給|お給料|月額|年俸|報酬|待遇|想定給|提示額|賃金|salary|compensation|\bpay\b|\bpackage\b|\bote\b|base\b|remuneration|annual income|\ba year\b|\bper year\b|per annum|annually|/yr\b|/year\b|(?:^|[\s(])年(?=\d)|理論年収"
)
_NOT_PAY = re.compile(
    r"年収例|年商|売上|資本金|調達|予算|取扱高|流通総額|時価総額|総資産|純利益|営業利益|入社一時金|入社祝|祝い金|支度金|手当|交通費|上限\d|補助|支給額上限|罰金|単価|受注|商談規模|案件規模"
    r"|revenue|funding|funded|raised|\bcapital\b|\bbudget(?! for (?:this|the) (?:role|position))|\barr\b|\bgmv\b|\bmrr\b|sign(?:ing)?[- ]?on|sign(?:ing)? bonus|allowance|series [a-e]\b|turnover|sales target|quota|deal size|valuation|stipend"
)
_MONTHLY = re.compile(
    r"月給|初任給|(?<![0-9ヶかカ])月(?=約?[\d一二三四五])|月額|月収|基本給|/月|per month|monthly|a month|/month"
)
_BARE = re.compile(r"(?P<a>\d{1,2},\d{3},\d{3})(?:\s*(?:-|~|to)\s*(?P<b>\d{1,2},\d{3},\d{3}))?")
_CEILING = re.compile(r"(?:最大|最高|上限)[^\d]{0,6}$")
_FOREIGN = re.compile(r"usd|\$|eur|€|sgd|hkd|gbp|£")
_OTE = re.compile(r"\bote\b|on[- ]target|理論年収|目標達成時")
_BASE = re.compile(r"\bbase\b|ベース|固定給|基本給|基本年俸")
_YEARLY_OR_MONTHLY = re.compile(r"年収|月給|年俸|salary|per year|a year")
_HOURLY = re.compile(r"時給|日給(?!月給)|時間給|per hour|hourly|an hour|/hour|per day|daily rate")
_MONTHS = r"(?:ヶ月|か月|カ月|ヵ月|ケ月|箇月|months?)"
_BONUS = re.compile(
    rf"(?:賞与|ボーナス|bonus)[^\n。]{{0,24}}?(?P<a>\d{{1,2}}(?:\.\d+)?)\s*{_MONTHS}|(?P<b>\d{{1,2}}(?:\.\d+)?)\s*months?(?:'| of)? bonus"
)
_OVERTIME = re.compile(
    r"(?:固定|みなし|定額)(?:の)?(?:残業|時間外|超過勤務)[^。\n]{0,14}?(?P<a>\d{1,3}(?:\.\d)?)\s*(?:時間|h(?![a-z]))"
    r"|(?P<b>\d{1,3}(?:\.\d)?)\s*(?:時間|h)(?:/月)?(?:分|相当)?[^。\n]{0,8}?(?:固定|みなし|定額)(?:の)?(?:残業|時間外)"
    r"|(?P<c>\d{1,3})\s*(?:hours?|hrs?)[^.;\n]{0,22}?(?:fixed|deemed|included) overtime|(?:fixed|deemed) overtime[^.;\n]{0,22}?(?P<d>\d{1,3})\s*(?:hours?|hrs?)"
)
_LOWEST, _HIGHEST = 1_200_000, 200_000_000


@dataclass(frozen=True, slots=True)
class PayFound:
    """A pay range with its folded offsets. `inferred` when it was computed from a monthly figure."""

    pay: Pay
    start: int
    end: int
    inferred: bool


def find_pay(
    line: str,
    *,
    in_pay_section: bool = False,
    among_terms: bool = False,
    label: str = "",
    bonus_months: float | None = None,
) -> PayFound | None:
    """Find the yearly pay one folded line states, None when the line speaks of other money or of none.

    Monthly pay counts twelve times, plus stated bonus months (`bonus_months`: stated on another line); hourly and daily
    pay are left out. `label`: what stands before the line ("月給:"). `among_terms`: the line stands among the terms, so a
    sum that can only be a year's pay needs no word for it.
    """
    hourly = _HOURLY.search(label + line)
    if hourly is not None and not _YEARLY_OR_MONTHLY.search((label + line)[: hourly.start()]):
        return None
    cue = _PAY_CONTEXT.search(line)
    if cue is None and not in_pay_section and not among_terms and _PAY_CONTEXT.search(label) is None:
        return None
    bad = _NOT_PAY.search(line)
    if bad is not None and (cue is None or bad.start() < cue.start()) and not (in_pay_section and bad.start() > 8):
        return None
    region_end = bad.start() if bad is not None else len(line)
    if hourly is not None:  # 「常勤：月給27万円、パート：時給1,600円」
        region_end = min(region_end, max(0, hourly.start() - len(label)))
    if (target := _OTE.search(label + line)) is not None:
        return _on_target(line, region_end, target.end() - len(label))
    found = _amounts(line, 0, region_end)
    if found is None and in_pay_section and not _FOREIGN.search(label + line):
        found = _bare(line, region_end)
    if found is None:
        return None
    low, high, start, end = found
    if cue is None and not in_pay_section and max(low or 0, high or 0) < 2_000_000 and not _MONTHLY.search(line):
        return None
    monthly = False
    if max(low or 0, high or 0) < 3_000_000 and _MONTHLY.search(label + line[: end + 14]):
        bonus = find_bonus_months(line)
        months = 12.0 + (bonus if bonus is not None else bonus_months or 0.0)
        low, high = (round(v * months) if v is not None else None for v in (low, high))
        monthly = True
    return _checked(low, high, start, end, monthly)


def _checked(
    low: int | None, high: int | None, start: int, end: int, inferred: bool, ote: int | None = None
) -> PayFound | None:
    if not all(_LOWEST <= v <= _HIGHEST for v in (low, high, ote) if v is not None):
        return None
    if low is not None and high is not None and low > high:
        return None
    return PayFound(Pay(low, high, ote), start, end, inferred)


def _bare(line: str, region_end: int) -> tuple[int | None, int | None, int, int] | None:
    """Read "Salary (JPY): 7,000,000 - 10,000,000": in the pay field the figures need no currency."""
    found = _BARE.search(line, 0, region_end)
    if found is None:
        return None
    low, high = _western(found["a"], None), _western(found["b"], None) if found["b"] else None
    return low, low if high is None else high, found.start(), found.end()


def _on_target(line: str, region_end: int, after_target: int) -> PayFound | None:
    """Read "OTE 12M (base 8M)": the band is the base, target earnings stand apart; alone they are all there is."""
    base_word = _BASE.search(line)
    target = _amounts(line, max(0, after_target), region_end) or _amounts(line, 0, region_end)
    base = _amounts(line, base_word.end(), region_end) if base_word is not None else None
    if target is None:
        return None
    low, high, start, end = target
    if base is None or base[:2] == target[:2]:
        return _checked(low, high, start, end, True, high or low)
    return _checked(base[0], base[1], min(start, base[2]), max(end, base[3]), False, high or low)


def _amounts(line: str, begin: int, end: int) -> tuple[int | None, int | None, int, int] | None:
    return _japanese(line, begin, end) or _english(line, begin, end)


def find_bonus_months(line: str) -> float | None:
    """Find how many months' pay a bonus is."""
    found = _BONUS.search(line)
    if found is None:
        return None
    months = float(next(g for g in found.groups() if g))
    return months if 0 < months <= 12 else None


def find_fixed_overtime(line: str) -> float | None:
    """Find how many hours of overtime a month the stated pay already includes."""
    found = _OVERTIME.search(line)
    return float(next(g for g in found.groups() if g)) if found is not None else None


def _japanese(line: str, begin: int, region_end: int) -> tuple[int | None, int | None, int, int] | None:
    for m in _RANGE_JA.finditer(line, begin, region_end):
        unit_b = m.group("ub")
        unit_a = m.group("ua") or (unit_b if m.group("b") else None)
        yen = "円" in m.group(0)
        low = _amount(m.group("a"), unit_a) + _rest(m.group("ra"))
        high = _amount(m.group("b"), unit_b or m.group("ua")) + _rest(m.group("rb")) if m.group("b") else None
        if (unit_a is None and not (yen and low >= 100_000)) or low < 100_000:
            continue
        start, end = m.start("a"), m.end()
        if (m.group("floor") or _CEILING.search(line[max(0, m.start() - 10) : m.start("a")])) and high is None:
            return None, low, m.start(), end
        if high is None and m.group("cap"):
            return None, low, start, end
        if high is None and not m.group("open"):
            return low, low, start, len(m.group(0).rstrip()) + m.start()
        return low, high, start, m.start() + len(m.group(0).rstrip())
    return None


def _english(line: str, begin: int, region_end: int) -> tuple[int | None, int | None, int, int] | None:
    for m in _RANGE_EN.finditer(line, begin, region_end):
        currency = m.group("cur") or m.group("cur2") or m.group("cur_a")
        unit_a = m.group("ua") or (m.group("ub") if m.group("b") else None)
        if currency is None and unit_a not in ("million", "mil", "mm", "m"):
            continue
        low = _western(m.group("a"), unit_a)
        high = _western(m.group("b"), m.group("ub") or unit_a) if m.group("b") else None
        if low < 100_000:
            continue
        text = m.group(0)
        start = m.start() + len(text) - len(text.lstrip())
        end = m.start() + len(text.rstrip())
        if high is None and m.group("upto"):
            return None, low, start, end
        if high is None and not (m.group("open") or m.group("from")):
            return low, low, start, end
        return low, high, start, end
    return None


MOST = 1e12
"""No pay; a row of digits hundreds long is no number at all."""


def _amount(number: str, unit: str | None) -> int:
    return round(_value(number) * {"千万": 10_000_000, "百万": 1_000_000, "万": 10_000, "千": 1_000, None: 1}[unit])


def _rest(number: str | None) -> int:
    """The thousands behind 万: 「23万5000円」, 「23万5千円」."""
    return 0 if number is None else int(number[0]) * 1000 if number.endswith("千") else int(number.replace(",", ""))


def _western(number: str, unit: str | None) -> int:
    value = min(float(number.replace(",", "")), MOST)
    if unit is None:
        return round(value)
    return round(value * (1_000 if unit == "k" else 1_000_000))


def _value(number: str) -> float:
    if "千" in number and number[0].isdigit():  # 「1千5百」
        return float(int(number[0]) * 1000 + int(number[2]) * 100)
    if number[0].isdigit():
        return min(float(number.replace(",", "")), MOST)
    return float(kanji_number(number))


def kanji_number(text: str) -> int:
    """Read a kanji number below ten thousand: 十 is 10, 三百五十 is 350."""
    total = 0
    digit = 0
    for character in text:
        if character in _KANJI:
            digit = digit * 10 + _KANJI[character]
        else:
            total += max(digit, 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
    return total + digit
