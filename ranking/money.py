"""Pay in JPY a year, read from Japanese and English text. Only pay is pay: turnover, capital and funding are not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranking.values import Pay

_KANJI = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_NUM = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[一二三四五六七八九十百千]+)"
_TO = r"\s*(?:~|-|から|より|to)\s*"
_RANGE_JA = re.compile(
    rf"(?P<floor>~\s*)?(?P<a>{_NUM})\s*(?P<ua>千万|百万|万)?\s*円?(?:{_TO}(?P<b>{_NUM})\s*(?P<ub>千万|百万|万)?\s*円?)?"
    r"(?P<open>\s*(?:~|以上|から|より)(?!\s*[\d一二三四五六七八九]))?(?P<cap>\s*(?:以下|まで|以内|未満))?"
)
_UNIT_EN = r"(?:million|mil|mm|m|k)"
_RANGE_EN = re.compile(
    r"(?P<upto>(?:up to|max(?:imum)?(?: of)?|until)\s*)?(?P<from>(?:from|at least|starting (?:at|from)|over|minimum(?: of)?)\s*)?"
    r"(?P<cur>jpy|yen|¥|\\)?\s*"
    rf"(?P<a>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)\s*(?P<ua>{_UNIT_EN}(?![a-z]))?\s*(?P<cur_a>jpy|yen|円)?"
    r"(?:\s*(?:-|~|to|and)\s*(?:jpy|yen|¥|\\)?\s*"
    rf"(?P<b>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)\s*(?P<ub>{_UNIT_EN}(?![a-z]))?)?"
    r"\s*(?P<cur2>jpy|yen|円)?(?P<open>\s*(?:\+|and up|or more|~))?"
)
_PAY_CONTEXT = re.compile(
    r"年収|給与|給料|月給|月額|年俸|報酬|待遇|想定給|提示額|賃金|salary|compensation|\bpay\b|\bpackage\b|\bote\b|base\b|remuneration|annual income"
)
_NOT_PAY = re.compile(
    r"年収例|年商|売上|資本金|調達|予算|取扱高|流通総額|時価総額|総資産|純利益|営業利益|入社一時金|入社祝|祝い金|支度金|手当|交通費|上限\d|補助|支給額上限|罰金|単価|受注|商談規模|案件規模"
    r"|revenue|funding|funded|raised|\bcapital\b|\bbudget|\barr\b|\bgmv\b|\bmrr\b|sign(?:ing)?[- ]?on|sign(?:ing)? bonus|allowance|series [a-e]\b|turnover|quota|deal size|valuation|stipend"
)
_MONTHLY = re.compile(r"月給|月額|月収|基本給|/月|per month|monthly|a month")
_HOURLY = re.compile(r"時給|日給|時間給|per hour|hourly|an hour|/hour|per day|daily rate")
_BONUS = re.compile(r"(?:賞与|ボーナス|bonus)[^\n。]{0,12}?(\d+(?:\.\d+)?)\s*(?:ヶ月|か月|カ月|ヵ月|months)")
_LOWEST, _HIGHEST = 1_200_000, 200_000_000


@dataclass(frozen=True, slots=True)
class PayFound:
    """A pay range with its folded offsets. `inferred` when it was computed from a monthly figure."""

    pay: Pay
    start: int
    end: int
    inferred: bool


def find_pay(line: str, *, in_pay_section: bool = False) -> PayFound | None:
    """Find the yearly pay one folded line states, None when the line speaks of other money or of none.

    Monthly pay counts twelve times, plus stated bonus months; hourly and daily pay are left out.
    """
    if _HOURLY.search(line):
        return None
    cue = _PAY_CONTEXT.search(line)
    if cue is None and not in_pay_section:
        return None
    bad = _NOT_PAY.search(line)
    if bad is not None and (cue is None or bad.start() < cue.start()):
        return None
    region_end = bad.start() if bad is not None else len(line)
    found = _japanese(line, region_end) or _english(line, region_end)
    if found is None:
        return None
    low, high, start, end = found
    monthly = False
    if max(low or 0, high or 0) < 3_000_000 and _MONTHLY.search(line[:end]):
        bonus = _BONUS.search(line)
        months = 12.0 + (float(bonus.group(1)) if bonus else 0.0)
        low, high = (round(v * months) if v is not None else None for v in (low, high))
        monthly = True
    if not all(_LOWEST <= v <= _HIGHEST for v in (low, high) if v is not None):
        return None
    if low is not None and high is not None and low > high:
        return None
    return PayFound(Pay(low, high), start, end, monthly)


def _japanese(line: str, region_end: int) -> tuple[int | None, int | None, int, int] | None:
    for m in _RANGE_JA.finditer(line, 0, region_end):
        unit_b = m.group("ub")
        unit_a = m.group("ua") or (unit_b if m.group("b") else None)
        yen = "円" in m.group(0)
        low = _amount(m.group("a"), unit_a)
        high = _amount(m.group("b"), unit_b or m.group("ua")) if m.group("b") else None
        if (unit_a is None and not (yen and low >= 100_000)) or low < 100_000:
            continue
        start, end = m.start("a"), m.end()
        if m.group("floor") and high is None:
            return None, low, m.start(), end
        if high is None and m.group("cap"):
            return None, low, start, end
        if high is None and not m.group("open"):
            return low, low, start, len(m.group(0).rstrip()) + m.start()
        return low, high, start, m.start() + len(m.group(0).rstrip())
    return None


def _english(line: str, region_end: int) -> tuple[int | None, int | None, int, int] | None:
    for m in _RANGE_EN.finditer(line, 0, region_end):
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


def _amount(number: str, unit: str | None) -> int:
    return round(_value(number) * {"千万": 10_000_000, "百万": 1_000_000, "万": 10_000, None: 1}[unit])


def _western(number: str, unit: str | None) -> int:
    value = float(number.replace(",", ""))
    if unit is None:
        return round(value)
    return round(value * (1_000 if unit == "k" else 1_000_000))


def _value(number: str) -> float:
    if number[0].isdigit():
        return float(number.replace(",", ""))
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
