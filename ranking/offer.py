"""What a description offers: pay with what belongs to it, and the place of work."""

from __future__ import annotations

import re
from dataclasses import replace

from ranking.folding import Folded
from ranking.layout import Line, label_of
from ranking.money import PayFound, find_bonus_months, find_fixed_overtime, find_pay
from ranking.places import find_places
from ranking.values import Pay, Stated

# Every repetition is bounded: a line of digits and dashes must not be tried in every way it could be cut.
_AMOUNT = re.compile(
    r"(?:(?:up to|from|starting (?:at|from)|at least|no more than) )?(?:¥|jpy|yen) ?\d[\d.,]{0,20}[mk]?(?: ?(?:-|~|to) ?¥? ?\d[\d.,]{0,20}[mk]?)?(?: ?(?:per|a|/|p\.) ?(?:month|year|annum|a))?|"
    r"(?:(?:up to|max\.?|from|between|jpy|yen|年|月|約|最大|上限|~|[¥≤]) ?){0,6}[\d一二三四五六七八九][\d.,~\-千百十 ]{0,24}(?:(?:to|and|-|~|/ max|万円?|円|から|jpy|[mk]) ?[¥\d.,十三]{0,20}){0,6}\s{0,8}(?:万円?|円|million yen|million|m\b|jpy|yen|k jpy)+"
    r"(?: ?(?:per|a|/) ?(?:month|year|annum)|以上|まで|~)?"
)
_TERMS = re.compile(
    r"正社員|契約社員|業務委託|試用期間|ストックオプション|インセンティブ|賞与|税別|想定レンジ|稼働|permanent|full[- ]time|fixed[- ]term|\bstock options?|\bequity\b|\bbonus\b|\bhousing\b|\bcommission\b|\bwe (?:pay|give|offer)\b"
)
_NO_PAY = ("company", "reason", "process", "duties", "must", "nice", "stack", "person", "unneeded")


def find_offer(folded: Folded, lines: list[Line]) -> Stated[Pay] | None:
    """Find the pay: an annual figure before a monthly one, stated bonus months counted into the latter."""
    about = [
        ln for ln in lines if (ln.section not in _NO_PAY and not ln.heading) or (ln.heading and _AMOUNT.search(ln.text))
    ]
    bonus = next(
        (months for ln in about if (months := find_bonus_months(_label(folded, ln) + ln.text)) is not None), None
    )
    overtime = next((hours for ln in about if (hours := find_fixed_overtime(ln.text)) is not None), None)
    best: tuple[tuple[bool, bool, int], Stated[Pay]] | None = None
    for i, line in enumerate(about):
        found = find_pay(
            line.text,
            in_pay_section=line.section == "pay",
            among_terms=line.section in ("conditions", "benefits", "place") or _among_terms(line),
            label=_label(folded, line),
            bonus_months=bonus,
        )
        if found is None:
            continue
        found = _with_other_end(folded, about[i + 1] if i + 1 < len(about) else None, line, found)
        pay = replace(found.pay, fixed_overtime_hours=overtime, bonus_months=bonus)
        quote = folded.quote(line.start + found.start, line.start + found.end)
        rank = (found.inferred, line.section not in ("pay", "conditions"), i)
        if best is None or rank < best[0]:
            best = (rank, Stated(pay, quote, found.inferred))
    return best[1] if best else None


def _among_terms(line: Line) -> bool:
    """Whether a line states terms without a word for pay: 「480万〜650万、正社員」, "10-13 million yen." alone."""
    if line.section not in ("", "other", "title", "employment", "remote", "trial", "visa", "hours", "reports", "grade"):
        return False
    amount = _AMOUNT.search(line.text)
    if amount is None:
        return False
    return _TERMS.search(line.text) is not None or 2 * len(amount.group()) >= len(line.text.strip(" .。"))


def _with_other_end(folded: Folded, following: Line | None, line: Line, found: PayFound) -> PayFound:
    """Join "Salary (min): …" with the "Salary (max): …" on the next line."""
    if following is None or "min" not in _label(folded, line) or "max" not in _label(folded, following):
        return found
    other = find_pay(following.text, in_pay_section=True, label=_label(folded, following))
    if other is None or found.pay.low is None or (other.pay.high or 0) < found.pay.low:
        return found
    return replace(found, pay=replace(found.pay, high=other.pay.high))


def _label(folded: Folded, line: Line) -> str:
    return "".join(label_of(folded, line).split())  # 「賞　　与」 is 賞与


# ── place ────────────────────────────────────────────────────────────────────────────────────────────────────────

_CUE = re.compile(
    r"勤務|就業|配属|オフィス|転勤なし|\blocated\b|\bbased in\b|\boffice in\b|\b\w+ office\b|\blocation\b|place of work|in person|reporting to our"
)
_SURE_CUE = re.compile(r"\bplace of work\b|\bwork(?:ing)? location\b|勤務地は|就業場所は")
_NOT_THERE = re.compile(
    r"(?:本社|本店|本部|登記|本国|支店|工場見学|オフィス)(?:上の本店)?[はがも、:)]|※|将来|異動|出張|転勤(?!な|は当面|当面な)|訪問|もあり|系列|ほかに|必要はありません|business trips?|meet in|headquarter|head office|flights?\b|travel|move(?:d|s)? to|founded|(?:customers|clients) from|出身|(?:customers|clients|plants|stores|shops|partners|suppliers) in|competitors (?:are )?|listed on|創業|設立|発祥|取引先|顧客|上場|全国|colleagues in|team in|engineers in|later"
)


_HEAD_OFFICE = re.compile(r"(?:本社|オフィス|head office)\s*[:(]")
_OFFICE_APART = re.compile(r"our office is|(?:本社|オフィス)\(")


def find_work_place(folded: Folded, lines: list[Line], remote: Stated[str] | None) -> Stated[str] | None:
    """Find the prefecture of the first named place of work; an office nobody needs to come to is none."""
    anywhere = remote is not None and remote.value == "full"
    own_field = [ln for ln in lines if ln.section == "place" and not ln.heading]
    groups = [
        own_field,
        [ln for ln in lines if ln.section in ("title", "conditions", "employment", "remote", "trial", "pay", "grade", "hours", "reports", "visa")],
        [ln for ln in lines if ln.section not in ("company", "process", "reason", "benefits", "must", "nice", "stack") and _CUE.search(ln.text)]
        + [ln for ln in lines if _SURE_CUE.search(ln.text)],
        [ln for ln in lines if ln.section in ("", "other") and len(ln.text) <= 80 and _TERMS.search(ln.text)],
        [ln for ln in lines if ln.section in ("title", "", "other") and len(ln.text) <= 160 and ln.row < 8],
        # 「勤務地」 above, 「本社：東京都…」 below, and nothing else.
        [ln for ln in own_field if _HEAD_OFFICE.match(ln.text)],
    ]  # fmt: skip
    for number, group in enumerate(groups):
        if anywhere and number == 2:
            continue
        for line in group:
            found = find_places(line.text, among_places=line.section == "place" and not number)
            if not found:
                continue
            first = found[0]
            before = line.text[max(0, first.start - 44) : first.start]
            after = line.text[first.end : first.end + 40] if number else ""
            if after.startswith("出張"):
                continue
            if (
                (_NOT_THERE.search(before) and number < len(groups) - 1)
                or (anywhere and _OFFICE_APART.search(before))
                or (number and re.search(r"本社|必要はありません|営業所もあり", after) and anywhere)
            ):
                continue
            return Stated(first.code, folded.quote(line.start + first.start, line.start + first.end))
    return None
