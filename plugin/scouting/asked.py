"""What a condition asks of a job: pay, remote work, place, contract, visa; where it stands, and whether it is met.

Each reader gives one `Ask` for every stretch of the sentence it understood, so that what nobody understood is left over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ranking.places import LABELS, find_places
from ranking.values import Pay, Requirement, Stated

MET, CONTRADICTED, UNKNOWN = "met", "contradicted", "unknown"


@dataclass(frozen=True, slots=True)
class Ask:
    """One stretch of a sentence that asks something, and how the description answers it."""

    topic: str
    verdict: str
    start: int
    end: int


# Pay.

_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"(?:jpy|yen|¥|\\)?\s*(?P<a>{_NUMBER}|一)\s*(?P<ua>千万|百万|万|million|mil|mm|m(?![a-z]))?\s*(?:円|jpy|yen)?"
    rf"(?:\s*(?:~|〜|-|–|から|to)\s*(?:jpy|yen|¥)?\s*(?P<b>{_NUMBER})\s*(?P<ub>千万|百万|万|million|mil|mm|m(?![a-z]))?\s*(?:円|jpy|yen)?)?"
    r"(?:\s*(?:台|程度|くらい|ぐらい|前後))?"
)
_UNITS = {"千万": 10**7, "百万": 10**6, "万": 10**4, "million": 10**6, "mil": 10**6, "mm": 10**6, "m": 10**6, "": 1}
_PAY_WORDS = re.compile(
    r"(?:想定|希望|最低|提示|理論)?年収|年俸|給与|給料|報酬|待遇|基本給|賃金|万円|annual|salary|compensation|pay(?:s|ing)?\b|paid|package"
    r"|base\b|jpy|yen|per year|a year|per annum|/year"
)
_PAY_FILLERS = re.compile(
    r"(?:想定|希望|最低|提示|理論)?年収|年俸|給与|給料|報酬|待遇|賃金|基本給|以上|最低|下回らな(?:ければ|い)|下回ることがな(?:ければ|い)|を?切らな(?:ければ|い)"
    r"|\b(?:annual|salary|compensation|pays?|paying|paid|package|base|jpy|yen|per year|a year|per annum|budget|range)\b|/year"
)
_NOT_YEARLY = re.compile(
    r"月給|月収|月額|時給|日給|時間給|手取り|monthly|a month|per month|/month|hourly|per hour|an hour|per day|take[- ]home|\bnet\b"
)
_FOREIGN = re.compile(r"\$|usd|eur|€|sgd|hkd|gbp|£|dollar|euro|ドル|ユーロ")
_FEWER = re.compile(r"以下|以内|未満|まで|up to|at most|less than|under\b|below\b")
_HELD = re.compile(
    r"現(?:在|職|状)|今の|いまの|current|present|now\b|same as|同等|同額|同じ|%|割(?!増賃金)|アップ|増し?(?:額|え)|more than my|raise\b|increase"
)
_LOWEST, _HIGHEST = 1_000_000, 200_000_000


def pay(sentence: str, pay: Stated[Pay] | None) -> list[Ask]:
    words = list(_PAY_WORDS.finditer(sentence))
    amounts = [found for match in _AMOUNT.finditer(sentence) if (found := _yearly(match, sentence)) is not None]
    if not words and not amounts:
        return []
    spans = [(match.start(), match.end()) for match in _PAY_FILLERS.finditer(sentence)]
    spans += [(start, end) for _low, _high, start, end in amounts]
    if not spans:
        return []
    verdict = UNKNOWN
    if len({(low, high) for low, high, *_ in amounts}) == 1 and not (
        _NOT_YEARLY.search(sentence) or _FOREIGN.search(sentence) or _FEWER.search(sentence) or _HELD.search(sentence)
    ):
        verdict = _within(*amounts[0][:2], pay)
    return [Ask("pay", verdict, start, end) for start, end in sorted(spans)]


def _yearly(match: re.Match[str], sentence: str) -> tuple[int, int, int, int] | None:
    """(low, high, start, end) of an amount of JPY a year, None for a number that is none."""
    unit = match["ua"] or match["ub"] or ""
    number = 1.0 if match["a"] == "一" else float(match["a"].replace(",", ""))
    if match["a"] == "一" and unit not in ("千万", "百万"):
        return None
    low = number * _UNITS[unit]
    high = float(match["b"].replace(",", "")) * _UNITS[match["ub"] or unit] if match["b"] else low
    if not unit and 200 <= number <= 3000 and re.search(r"年収[^\d]{0,6}$", sentence[: match.start()]):
        low, high = low * 10_000, high * 10_000  # 「年収800以上」: people leave 万円 out
    if not (_LOWEST <= low <= high <= _HIGHEST):
        return None
    return round(low), round(high), match.start(), match.end()


def _within(low: int, high: int, pay: Stated[Pay] | None) -> str:
    """Whether the stated band reaches what is asked for: met up to its top, contradicted beyond it."""
    if pay is None or pay.inferred:
        return UNKNOWN  # a figure we computed is none the description states
    top = pay.value.high
    if top is None:
        return MET if pay.value.low is not None and high <= pay.value.low else UNKNOWN
    if high <= top:
        return MET
    return CONTRADICTED if low > top else UNKNOWN


# Remote work.

_REMOTE = re.compile(
    r"(?P<full>フル(?:リモート|テレワーク|在宅)|完全(?:リモート|在宅|テレワーク)|(?:100|百)(?:%|パーセント)(?:リモート|在宅)|出社(?:の?必要)?(?:が|は)?(?:なし|無し|不要|ゼロ|な(?:ければ|い))"
    r"|(?:fully|100 ?%|entirely|completely|full[- ]?time) ?remote(?:ly)?|remote[- ]only|full remote|no office)"
    r"|(?P<days>週に?[\d一二三四五]回?日?(?:程度|以上|まで|以下)?(?:は|の|で)?(?:以上)?(?:リモート|在宅|テレワーク|出社)|(?:リモート|在宅|出社)(?:は|が|を)?週に?[\d一二三四五]日?(?:程度|以上|まで|以下)?"
    r"|(?:\d|one|two|three|four|a few|several|couple of) days? (?:a week )?(?:remote(?:ly)?|from home|wfh|in (?:the )?office|on-?site)|remote(?:ly)? (?:\d|one|two|three|four|a few) days?)"
    r"|(?P<some>(?:一部|部分的に?)(?:リモート|在宅)|(?:リモート|在宅|テレワーク)(?:勤務|ワーク)?(?:併用|も?(?:が)?(?:可(?:能)?|ok|でき))|ハイブリッド|hybrid|part(?:ly|ially)[- ]remote"
    r"|remote(?: work(?:ing)?)? (?:is |are )?(?:possible|allowed|an option|available|ok|okay|option|friendly)|remote[- ]friendly|(?:some|occasional) remote|work from home (?:is |some)?(?:possible|allowed|times)|option (?:to work|of working) remotely)"
    r"|(?P<bare>リモート(?:ワーク|勤務)?|在宅(?:勤務|ワーク)?|テレワーク|remote(?:ly)?(?: work(?:ing)?| position| role| job)?|work(?:ing)? from home|wfh)"
)
_REMOTE_ANSWERS = {
    "full": {"full": MET, "partial": CONTRADICTED, "none": CONTRADICTED},
    "some": {"full": MET, "partial": MET, "none": CONTRADICTED},
    # How many days a week is stated nowhere; and "remote" alone may mean every day.
    "days": {"full": UNKNOWN, "partial": UNKNOWN, "none": CONTRADICTED},
    "bare": {"full": MET, "partial": UNKNOWN, "none": CONTRADICTED},
}


def remote(sentence: str, remote: Stated[str] | None) -> list[Ask]:
    asks = []
    for match in _REMOTE.finditer(sentence):
        stated = remote.value if remote is not None and not remote.inferred else ""
        verdict = _REMOTE_ANSWERS[match.lastgroup or "bare"].get(stated, UNKNOWN)
        asks.append(Ask("remote", verdict, match.start(), match.end()))
    return asks


# Place.

_REGIONS = {
    r"首都圏|一都三県|1都3県|greater tokyo|tokyo area": ("11", "12", "13", "14"),
    r"関東|kanto": ("08", "09", "10", "11", "12", "13", "14"),
    r"関西|近畿|kansai": ("25", "26", "27", "28", "29", "30"),
    r"東海|tokai": ("21", "22", "23", "24"),
    r"九州|kyushu": ("40", "41", "42", "43", "44", "45", "46"),
    r"東北|tohoku": ("02", "03", "04", "05", "06", "07"),
}
_PLACE_FILLERS = re.compile(
    r"勤務(?:地|先)?|都内|県内|府内|道内|市内|近郊|周辺|\b(?:based|located|location|office|workplace|city|area)\b"
)
_OR = re.compile(r"(?:または|もしくは|あるいは|か|や|・|/|,|、|\bor\b)")


def place(sentence: str, requirement: Requirement) -> list[Ask]:
    found = [(one.start, one.end, frozenset((one.code,))) for one in find_places(sentence)]
    for pattern, codes in _REGIONS.items():
        found += [(match.start(), match.end(), frozenset(codes)) for match in re.finditer(pattern, sentence)]
    if "都内" in sentence and not any(start <= sentence.index("都内") < end for start, end, _codes in found):
        at = sentence.index("都内")
        found.append((at, at + 2, frozenset(("13",))))
    fillers = [(match.start(), match.end()) for match in _PLACE_FILLERS.finditer(sentence)]
    if not found:
        # 「勤務地が合えば」 names no place: left in the sentence, it stays unknown.
        return []
    verdict = _located([(sentence[start:end], codes) for start, end, codes in sorted(found)], sentence, requirement)
    return [Ask("place", verdict, start, end) for start, end in [(s, e) for s, e, _c in found] + fillers]


def _located(named: Sequence[tuple[str, frozenset[str]]], sentence: str, requirement: Requirement) -> str:
    place = requirement.place
    if (
        place is None
        or place.inferred
        or re.search(
            r"\d+区|区内|沿線|市内|駅|以外|から(?:の)?(?:フル|完全)?(?:リモート|在宅|通)|在住|住ん|\bfrom\b|live|living",
            sentence,
        )
    ):
        return UNKNOWN
    if len(named) > 1 and not _OR.search(sentence):
        return UNKNOWN
    fits = [codes for _words, codes in named if place.value in codes]
    if not fits:
        return CONTRADICTED
    words = [words for words, codes in named if place.value in codes]
    # A district of the right prefecture says more than the prefecture: met only where the description names it too.
    wide = {*LABELS.get(place.value, ("", ""))} | {"都内"}
    stated = place.quote.words.casefold()
    for one, codes in zip(words, fits, strict=True):
        prefecture = any(
            one == label.casefold() or one + suffix == label for label in wide for suffix in ("", *"都府県")
        )
        if len(codes) > 1 or prefecture or one in stated:
            return MET
    return UNKNOWN


# Contract and visa.

_KINDS = (
    (
        "permanent",
        r"正社員|正規(?:雇用|社員)|無期(?:雇用)?|permanent(?: (?:position|role|employment|employee|job))?|seishain",
    ),
    ("contract", r"契約社員|有期(?:雇用)?|fixed[- ]term(?: contract)?|contract (?:employee|position|role|employment)"),
    ("freelance", r"業務委託|フリーランス|個人事業主|freelanc(?:e|er|ing)|independent contractor|contractor"),
    ("temporary", r"派遣(?:社員)?|temp(?:orary)? (?:agency|staff|dispatch)|dispatch(?:ed)?"),
    ("part_time", r"アルバイト|パート(?:タイム)?|part[- ]time"),
    ("full_time", r"フルタイム|full[- ]time"),
)
_KIND = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _KINDS))
_NOT_AFTER = re.compile(
    r"^(?:の?(?:契約|雇用|形態|社員)?)?(?:で|じゃ)(?:は)?な(?:ければ|い(?:の)?(?:なら|であれば|場合|限り|こと))"
)
_NOT_BEFORE = re.compile(r"\b(?:not|isn't|is not|unless (?:it's|it is)|no)(?: an?| through an?| via an?)?\s*$")
_CONTRACT_FILLERS = re.compile(r"雇用形態|雇用|採用|\b(?:employment|position|role|job|contract type)\b")


def contract(sentence: str, employment: Stated[str] | None) -> list[Ask]:
    asks: list[Ask] = []
    wanted: list[tuple[str, int, int]] = []
    stated = employment.value if employment is not None and not employment.inferred else ""
    for match in _KIND.finditer(sentence):
        kind, start, end = str(match.lastgroup), match.start(), match.end()
        denied_after, denied_before = _NOT_AFTER.match(sentence[end:]), _NOT_BEFORE.search(sentence[:start])
        if kind == "full_time" and re.match(r" ?remote", sentence[end:]):
            continue
        if denied_after or denied_before:
            end += denied_after.end() if denied_after else 0
            start = denied_before.start() if denied_before else start
            unless = bool(denied_before and "unless" in denied_before.group())
            verdict = UNKNOWN if not stated or unless else CONTRADICTED if stated == kind else MET
            asks.append(Ask("contract", verdict, start, end))
        else:
            wanted.append((kind, start, end))
    if wanted:
        verdict = _employed({kind for kind, *_ in wanted}, stated, sentence)
        asks += [Ask("contract", verdict, start, end) for _kind, start, end in wanted]
    if asks:
        asks += [Ask("contract", asks[0].verdict, m.start(), m.end()) for m in _CONTRACT_FILLERS.finditer(sentence)]
    return asks


def _employed(wanted: set[str], stated: str, sentence: str) -> str:
    if not stated or (len(wanted) > 1 and wanted != {"permanent", "full_time"} and not _OR.search(sentence)):
        return UNKNOWN
    if stated in wanted:
        return MET
    if "full_time" in wanted:
        return {"permanent": MET, "part_time": CONTRADICTED}.get(stated, UNKNOWN)
    return CONTRADICTED


_VISA = re.compile(
    r"(?:就労)?ビザ(?:の)?(?:取得)?(?:を|の|が)?(?:支援|サポート|スポンサー|発行|発給)(?:して)?|在留資格(?:の)?(?:取得)?(?:支援|サポート)"
    r"|visa (?:sponsorship|support|is sponsored)|sponsor(?:s|ing|ship)?(?: (?:for )?(?:my|a|the|work))* visas?|(?:sponsor|support) (?:my |a |the )?(?:work )?visa"
)


def visa(sentence: str, visa: Stated[str] | None) -> list[Ask]:
    stated = visa.value if visa is not None and not visa.inferred else ""
    verdict = {"sponsored": MET, "not_sponsored": CONTRADICTED}.get(stated, UNKNOWN)
    return [Ask("visa", verdict, match.start(), match.end()) for match in _VISA.finditer(sentence)]
