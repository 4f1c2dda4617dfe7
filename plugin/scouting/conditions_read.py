"""Working conditions as a description states them: labelled lines and what the requirement's parser found, each quoted.

A line counts only where it carries one of the labels Japanese and English descriptions use (「休日：」, "Working hours:"),
or where the words belong to nothing else (「（変更の範囲）」). What is not stated stays open: nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from plugin.i18n import phrases
from plugin.scouting.facts import say_pay
from ranking.places import LABELS
from ranking.values import Requirement

_LABELS: tuple[tuple[str, str], ...] = (
    ("trial", r"試用期間|試用|probation(?:ary)?(?: period)?|trial period"),
    ("renewal_cap", r"(?:契約)?更新(?:の)?上限|通算契約期間(?:の上限)?|renewal (?:cap|limit)"),
    ("renewal", r"(?:契約の?)?更新(?:の有無|の基準)?|contract renewal|renewal"),
    ("term", r"契約期間|雇用期間|contract (?:period|term)|term of contract"),
    ("job_change", r"(?:業務|仕事|従事すべき業務)(?:内容)?の変更の範囲|scope of change of duties"),
    ("place_change", r"(?:就業|勤務)(?:場所|地|先)の変更の範囲|scope of change of (?:work )?location"),
    ("job", r"仕事内容|業務内容|職務内容|従事すべき業務|job description|duties|responsibilities"),
    ("place", r"就業場所|勤務場所|勤務地(?:所在地)?|work(?:ing)? location|place of work|location"),
    ("hours", r"就業時間|勤務時間|労働時間|working hours|work hours|hours"),
    ("breaks", r"休憩(?:時間)?|break(?:s| time)?"),
    ("overtime", r"時間外労働|時間外|残業(?:時間|の有無)?|所定外労働|overtime"),
    ("holidays", r"休日(?:・|/)?休暇|休日|休暇|holidays(?: and leave)?|days off"),
    ("fixed_overtime", r"固定残業(?:代|手当)|みなし残業(?:代|手当)?|fixed overtime(?: pay)?"),
    ("pay", r"給与|賃金|想定年収|年収|月給|salary|pay|compensation"),
    ("insurance", r"社会保険|加入保険|保険|(?:social )?insurance"),
    ("smoking", r"受動喫煙(?:防止措置|対策|防止)?|喫煙(?:環境|対策)?|smoking(?: measures| policy)?"),
)
"""First match wins: 試用期間 before 期間, 更新上限 before 更新."""

_MARK = r"[\s　■□●○◆◇▼▽・*＊\-–>＞#]*"
_LINE = re.compile(
    rf"^{_MARK}[【\[［(（〔]?\s*(?P<label>(?!\d)[^：:【】\[\]［］〔〕\n]{{1,30}}?)\s*[】\]］〕)）]?\s*[:：]\s*(?P<value>\S.*)$"
)
_HEADING = re.compile(
    rf"^{_MARK}[【\[［〔]\s*(?P<label>[^】\]］〕\n]{{1,30}})\s*[】\]］〕]\s*(?P<value>.*)$"
    r"|^\s*[■●◆◇▼□○]\s*(?P<bare>[^：:\s]{1,30})\s*$"
)
_SCOPE = re.compile(r"[(（]?\s*変更の範囲\s*[)）]?\s*[:：]?\s*(?P<value>[^()（）\n]+)")
_MOST_CHARACTERS = 400


def labelled(text: str) -> dict[str, tuple[str, str]]:
    """What labelled lines state: field → (value, quote). `quote` stands in the text as it is; the first line wins."""
    found: dict[str, tuple[str, str]] = {}
    for label, value, quote in _lines(text):
        plain = unicodedata.normalize("NFKC", label).strip().lower()
        for field, pattern in _LABELS:
            if re.fullmatch(rf"(?:{pattern})(?:\s*\(.*\))?", plain):
                _keep(found, field, value, quote)
                break
    return {field: (value.strip(" 　、。"), quote) for field, (value, quote) in found.items() if value.strip()}


def _keep(found: dict[str, tuple[str, str]], field: str, value: str, quote: str) -> None:
    """Take a line's value; 「（変更の範囲）…」 inside a place or a job is a field of its own."""
    scope = _SCOPE.search(value) if field in ("job", "place") else None
    if scope is not None:
        found.setdefault(f"{field}_change", (scope["value"], scope[0]))
        value = value[: scope.start()]
    found.setdefault(field, (value[:_MOST_CHARACTERS], quote))


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    """(label, value, quote) of each labelled line; a heading on a line of its own takes the lines up to the next."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        heading = _HEADING.match(line)
        if heading is not None:
            value, last = (heading["value"] or "").strip(" 　:："), number
            while not value or last > number:
                following = lines[last + 1] if last + 1 < len(lines) else ""
                if not following.strip() or _HEADING.match(following) or _LINE.match(following):
                    break
                value, last = f"{value} {following.strip()}".strip(), last + 1
            yield heading["label"] or heading["bare"], value, "\n".join(lines[number : last + 1]).strip()
            continue
        match = _LINE.match(line)
        if match is not None:
            yield match["label"], match["value"], line.strip()


_AMOUNT = re.compile(
    r"(?:¥|￥|JPY\s*)?(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(?P<unit>万円|円|yen)?", re.IGNORECASE
)
_HOURS = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?:時間|hours?|h\b)", re.IGNORECASE)


def fixed_overtime(words: str) -> tuple[int | None, float | None]:
    """(JPY a month, hours a month) of a fixed overtime allowance as a line says it; None for what it doesn't say."""
    plain = unicodedata.normalize("NFKC", words)
    hours = _HOURS.search(plain)
    amount = None
    for found in _AMOUNT.finditer(plain):
        number = float(found["number"].replace(",", ""))
        if found["unit"] == "万円":
            amount = round(number * 10_000)
        elif found["unit"] or "," in found["number"] or found[0].startswith(("¥", "JPY")):
            amount = round(number)
        if amount is not None:
            break
    return amount, float(hours["number"]) if hours is not None else None


def stated(requirement: Requirement, text: str, locale: str) -> dict[str, tuple[str, str]]:
    """Everything the description states: labelled lines first, then the parsed fields. Field → (value, quote).

    `contract` is `permanent` or `fixed_term`; `fixed_overtime_amount` and `fixed_overtime_hours` are plain numbers.
    """
    found = labelled(text)
    _ = phrases(locale)
    if "fixed_overtime" in found:
        words, quote = found.pop("fixed_overtime")
        amount, hours = fixed_overtime(words)
        if amount is not None:
            found["fixed_overtime_amount"] = (str(amount), quote)
        if hours is not None:
            found["fixed_overtime_hours"] = (f"{hours:g}", quote)
    if requirement.employment is not None:
        contract = {"permanent": "permanent", "contract": "fixed_term", "temporary": "fixed_term"}
        kind = contract.get(requirement.employment.value)
        if kind is not None:
            found.setdefault("contract", (kind, requirement.employment.quote.words))
    if requirement.trial_months is not None:
        months = _("%(months)s months", months=f"{requirement.trial_months.value:g}")
        found.setdefault("trial", (months, requirement.trial_months.quote.words))
    if requirement.place is not None and requirement.place.value in LABELS:
        place = LABELS[requirement.place.value][0 if locale == "ja" else 1]
        found.setdefault("place", (place, requirement.place.quote.words))
    if requirement.pay is not None:
        pay = requirement.pay.value
        said = say_pay(pay.low, pay.high, locale)
        if said:
            found.setdefault("pay", (_("%(pay)s a year", pay=said), requirement.pay.quote.words))
        if pay.fixed_overtime_hours is not None:
            hours_said = f"{pay.fixed_overtime_hours:g}"
            found.setdefault("fixed_overtime_hours", (hours_said, requirement.pay.quote.words))
    return found
