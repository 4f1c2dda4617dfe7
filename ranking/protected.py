"""Personal data a hiring decision must not see: found, blanked while reading, removed at the door, counted (R9).

The kinds follow the guideline under Article 5-5 of the 職業安定法 (本籍, family, religion, union, …) and our own rule
that birth date, age, gender, nationality and photo are no features.
"""

from __future__ import annotations

import re
from collections import Counter

from ranking.folding import Folded, fold

_VALUE = r"\s*[:=]?\s*[^\n。、|/;,]{0,40}"
_LABELLED = r"\s*(?:[:=]|は|\s{1,4})\s*[^\n。|;]{0,60}"
_BANNED: tuple[tuple[str, str], ...] = (
    ("birth_date", rf"(?:生年月日|誕生日|\bdate of birth\b|\bdob\b|\bbirth ?date\b|\bbirthday\b){_LABELLED}"),
    ("birth_date", r"(?:19|20)\d\d年\s*\d{1,2}月\s*\d{1,2}日\s*生(?:まれ)?|\bborn (?:on|in) [^\n.,;]{4,30}"),
    (
        "age",
        r"(?:(?<![a-z])年齢|満年齢)\s*[:=は]?\s*\d{1,2}\s*(?:歳|才)?|\bage\s*[:=]\s*\d{1,2}|(?:満\s*)?\d{2}\s*[歳才](?!以上|以下|未満|児)",
    ),
    ("age", r"\b\d{2}[- ]years?[- ]old\b|\baged \d{2}\b"),
    ("gender", r"(?:性別|\bgender\b|\bsex\b)\s*[:=]\s*[^\n。、|/;,]{1,20}|(?<=[\s(])(?:男性|女性|男|女)(?=[)\n])"),
    ("nationality", rf"(?:国籍|\bnationality\b|\bcitizenship\b)\s*[:=]{_VALUE}"),
    ("domicile", rf"(?:本籍地?|出生地|出身地|\bplace of birth\b){_LABELLED}"),
    (
        "family",
        rf"(?:配偶者|扶養家族|扶養義務|家族構成|家族状況|婚姻|結婚歴|\bmarital status\b|\bspouse\b|\bnumber of (?:children|dependents)\b|\bdependents\b|\bfamily\b(?=\s*:)){_LABELLED}",
    ),
    (
        "family",
        r"\b(?:married|single|divorced)(?: with (?:\w+ )?(?:children|kids|child))\b|既婚(?:者)?(?:です)?|独身(?:です)?",
    ),
    ("religion", rf"(?:宗教|信仰|信条|支持政党|\breligion\b|\bpolitical (?:views|party)\b){_LABELLED}"),
    (
        "union",
        rf"(?:労働組合(?:への)?(?:加入|所属|活動)|組合加入|組合歴|\b(?:trade |labou?r )?union member(?:ship)?\b){_LABELLED}",
    ),
    ("photo", r"(?:顔?写真|\bphoto(?:graph)?)\s*[:=]\s*[^\n]{0,120}|data:image/[a-z]+;base64,[a-z0-9+/=]+"),
    ("health", rf"(?:健康状態|既往歴|病歴|障害者?手帳|\bdisabilit(?:y|ies)\b(?=\s*:)|\bhealth\b(?=\s*:)){_LABELLED}"),
    ("household", rf"(?:住宅状況|家庭環境|生活環境|資産状況){_LABELLED}"),
)
_PATTERNS = [(kind, re.compile(pattern)) for kind, pattern in _BANNED]
# A cheap look before the patterns: most texts hold none of this.
_CUE = re.compile(
    r"生年月日|誕生日|birth|\bdob\b|年齢|\d\s*[歳才]|\bage[ds]?\b|years?[- ]old|性別|gender|\bsex\b|男|女|国籍|nationality|citizenship"
    r"|本籍|出生地|出身地|配偶者|扶養|家族|婚|marital|spouse|dependents|\bfamily\b|\bsingle\b|\bmarried\b|divorced|独身|宗教|信仰|信条"
    r"|支持政党|religion|political|組合|\bunion\b|写真|photo|data:image|健康状態|既往|病歴|障害者?手帳|disabilit|\bhealth\b|住宅状況|家庭環境"
    r"|生活環境|資産状況|日\s*生|\bborn\b"
)
# Keys of structured records that are dropped whole.
BANNED_KEYS = {
    "age": "age",
    "birth_date": "birth_date",
    "birthday": "birth_date",
    "date_of_birth": "birth_date",
    "dob": "birth_date",
    "gender": "gender",
    "sex": "gender",
    "nationality": "nationality",
    "citizenship": "nationality",
    "religion": "religion",
    "photo": "photo",
    "picture": "photo",
    "marital_status": "family",
    "family": "family",
    "union": "union",
}


def banned_spans(folded: Folded) -> list[tuple[str, int, int]]:
    """Find banned personal data: (kind, start, end) in the original text, in order, without overlaps."""
    if not _CUE.search(folded.text):
        return []
    found = [
        (m.start(), m.end(), kind)
        for kind, pattern in _PATTERNS
        for m in pattern.finditer(folded.text)
        if m.group().strip()
    ]
    kept: list[tuple[str, int, int]] = []
    reached = 0
    for start, end, kind in sorted(found):
        if start >= reached:
            kept.append((kind, folded.starts[start], folded.ends[end - 1]))
            reached = end
    return kept


def strip_banned(text: str) -> tuple[str, Counter[str]]:
    """Remove banned personal data from a text; return what is left and how many of each kind went."""
    counts: Counter[str] = Counter()
    parts: list[str] = []
    last = 0
    for kind, start, end in banned_spans(fold(text)):
        counts[kind] += 1
        parts.extend((text[last:start], _GONE))
        last = end
    if not counts:
        return text, counts
    parts.append(text[last:])
    kept: list[str] = []
    for line in "".join(parts).split("\n"):
        rest = line.replace(_GONE, "")
        if _GONE not in line or rest.strip(_LITTER):
            kept.append(rest.rstrip() if _GONE in line else line)
    return "\n".join(kept), counts


_GONE = "\ufdd1"  # a noncharacter: marks in passing where something was taken out
_LITTER = " \u3000・|/、,;:：()（）-【】[]"


def blanked(text: str) -> str:
    """Replace banned personal data by blanks of the same length, so that offsets stay and nothing reads it."""
    for _, start, end in banned_spans(fold(text)):
        text = text[:start] + " " * (end - start) + text[end:]
    return text
