"""The day somebody names when they answer "later": 「4月以降」, 「3か月後」, 「年明けに」, "after March", "in six months".

Counted from the day their mail came. A month is its first day, a season the first day of its first month; 「3月まで忙しい」
and "after March" are the first of April. A fiscal year begins in April, as nearly everywhere in Japan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from plugin.scouting import time_named_en, time_named_ja

_ONWARD = re.compile(r"^.{0,3}(?:以降|以後|から|頃|ごろ|ころ|後|あと|になれば|になったら|に入)")
_PAST = re.compile(
    r"^[^、。]{0,14}(?:ばかり|入社し(?:た|て)|転職し(?:た|て)|(?:始|はじ)めた|生まれ|しました(?!ら)|でした(?!ら))"
)
_PAST_BEFORE = re.compile(
    r"\b(?:joined|started|moved|began|begun|left|changed|since|hired|promoted|graduated|last|been here)\b[^.,;]{0,14}$|(?:昨年|去年|先月|一昨年|おととし)の?$"
)
_READERS = (*time_named_ja.READERS, *time_named_en.READERS)


@dataclass(frozen=True, slots=True)
class _Named:
    day: date
    place: int
    forward: bool


def day_named(sentences: list[str], today: date) -> date | None:
    """Give the first day of the time these folded sentences name, None when they name none.

    Where several are named, one that points onward (「以降」, "after") is meant; a day already past is not.
    """
    found = [one for sentence in sentences for one in _all_named(sentence, today)]
    ahead = [one for one in found if one.day >= today or one.day == today.replace(day=1)]
    if not ahead:
        return None
    return next((one for one in ahead if one.forward), ahead[0]).day


def _all_named(sentence: str, today: date) -> list[_Named]:
    found: list[_Named] = []
    taken: list[tuple[int, int]] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(sentence):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            after = sentence[match.end() :]
            named = read(match, after, today)
            if named is None or _PAST.match(after) or _PAST_BEFORE.search(sentence[: match.start()]):
                continue
            taken.append(match.span())
            day, forward = named
            found.append(_Named(day, match.start(), forward or bool(_ONWARD.match(after))))
    return sorted(found, key=lambda one: one.place)
