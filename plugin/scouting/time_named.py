"""The day somebody names when they answer "later": 「4月以降」, 「3か月後」, 「年明けに」, "after March", "in six months".

Counted from the day their mail came. A month is its first day, a season the first day of its first month; 「3月まで忙しい」
and "after March" are the first of April. A fiscal year begins in April, as nearly everywhere in Japan.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FEW = 3
"""Months (or weeks) that 「数か月」 and "a few months" stand for."""

_MOST_MONTHS = 60
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "数": FEW}
_WORDS = {
    **{
        word: n
        for n, word in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
        )
    },
    **{"a": 1, "an": 1, "another": 1, "couple": 2, "couple of": 2, "a couple": 2, "a couple of": 2},
    **{"few": FEW, "a few": FEW, "another few": FEW, "several": FEW, "eighteen": 18},
}
_MONTHS = {
    name[:length]: n
    for n, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
    for length in (3, len(name))
} | {"sept": 9}
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12, "spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_MONTH = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_COUNT = r"(?:\d{1,3}|another few|a couple of|couple of|a few|several|another|an|a|" + "|".join(_WORDS) + r")"
_PART = r"(?:の)?(?:上旬|初旬|初め|はじめ|頭|中旬|半ば|中頃|下旬|末|終わり)?"
_UNTIL = re.compile(
    r"^(?:の?(?:末|下旬|終わり))?(?:の)?(?:(?:頃|ごろ|ころ|くらい|ぐらい)?まで|いっぱい|一杯|中(?![旬頃半])|内(?:は|に|で)|(?:が|を|も)?(?:過ぎ|すぎ|越え|こえ)|明け|が?終わ)"
)
_ONWARD = re.compile(r"^.{0,3}(?:以降|以後|から|頃|ごろ|ころ|後|あと|になれば|になったら|に入)")
_PAST = re.compile(
    r"^[^、。]{0,14}(?:ばかり|入社し(?:た|て)|転職し(?:た|て)|(?:始|はじ)めた|生まれ|しました(?!ら)|でした(?!ら))"
)
_PAST_BEFORE = re.compile(
    r"\b(?:joined|started|moved|began|begun|left|changed|since|hired|promoted|graduated|last|been here)\b[^.,;]{0,14}$|(?:昨年|去年|先月|一昨年|おととし)の?$"
)


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


_Read = Callable[[re.Match[str], str, date], tuple[date, bool] | None]


def _first(year: int, month: int, months_more: int = 0) -> date | None:
    months = year * 12 + month - 1 + months_more
    try:
        return date(months // 12, months % 12 + 1, 1)
    except ValueError:
        return None


def _coming(month: int, today: date, day: int = 1) -> date | None:
    """The next time this month comes; the running month is meant when it is named."""
    year = today.year + (month < today.month)
    try:
        named = date(year, month, min(day, monthrange(year, month)[1]))
        return named.replace(year=year + 1) if day > 1 and named < today else named
    except ValueError:
        return None


def _later(today: date, months: int) -> date | None:
    if not 0 < months <= _MOST_MONTHS:
        return None
    first = _first(today.year, today.month, months)
    return first.replace(day=min(today.day, monthrange(first.year, first.month)[1])) if first else None


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _within(first: date | None, part: str, after: str) -> tuple[date, bool] | None:
    """A named month: its part of the month, or the month after when it must be over first."""
    if first is None:
        return None
    if _UNTIL.match(part + after) or _UNTIL.match(after):
        return _next_month(first), True
    if re.search(r"中旬|半ば|中頃", part):
        return first.replace(day=max(first.day, 11)), False
    if re.search(r"下旬", part):
        return first.replace(day=21), False
    if re.search(r"末|終わり", part):
        return first.replace(day=monthrange(first.year, first.month)[1]), False
    return first, False


def _number(text: str) -> int | None:
    text = text.strip()
    if text.isdecimal():
        return int(text)
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("十") and len(text) == 2:
        return 10 + _NUMBERS.get(text[1], 0)
    return _NUMBERS.get(text)


def _year_month_ja(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    era, year, month, day, part = match.group("era", "year", "month", "day", "part")
    number = int(year) + (2018 if era else 0)
    if not (1 <= int(month) <= 12 and today.year <= number <= today.year + 5):
        return None
    first = _first(number, int(month))
    if day and first is not None:
        return first.replace(day=min(int(day), monthrange(first.year, first.month)[1])), False
    return _within(first, part or "", after)


def _month_ja(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    year, month, day, part = match.group("year", "month", "day", "part")
    if not 1 <= int(month) <= 12:
        return None
    # "1~3月" names a span; it begins with its first month.
    if year:
        ahead = {"再来年": 2, "来年": 1, "翌年": 1, "明年": 1, "年明け": 1}.get(year.rstrip("の"), 0)
        first = _first(today.year + ahead, int(month))
    else:
        first = _coming(int(month), today, int(day or 1))
    if day and first is not None:
        return first.replace(day=min(int(day), monthrange(first.year, first.month)[1])), False
    return _within(first, part or "", after)


def _relative_month_ja(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    ahead = {"今月": 0, "来月": 1, "翌月": 1, "再来月": 2}[match.group("which")]
    if ahead == 0 and not (_UNTIL.match((match.group("part") or "") + after) or match.group("part")):
        return None
    return _within(_first(today.year, today.month, ahead), match.group("part") or "", after)


def _months_ja(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    if match.group("half"):
        months = 6 + (12 if match.group("half").startswith("1年") else 0)
    else:
        number = _number(match.group("count"))
        if number is None:
            return None
        months = number * (12 if match.group("unit") == "年" else 1)
    if re.match(r"^(?:間)?(?:前|以内|以上|目)|^.{0,4}(?:経験|在籍|勤務)", after):
        return None
    day = _later(today, months)
    return (day, True) if day else None


def _days_ja(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    number = _number(match.group("count"))
    if number is None or re.match(r"^(?:間)?(?:前|以内)", after):
        return None
    return today + timedelta(days=number * (7 if "週" in match.group("unit") else 1)), True


def _fiscal_ja(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    word = match.group()
    april = date(today.year + (today.month >= 4), 4, 1)
    new_year = date(today.year + 1, 1, 1)
    if word in ("年度末", "期末"):
        return (april, True) if _UNTIL.match(after) else (date(april.year, 3, 1), False)
    if word in ("今年度", "今期", "年内", "今年", "本年", "年末"):
        end = april if word in ("今年度", "今期") else new_year
        if word == "年末" and not _UNTIL.match(after) and not after.startswith("年始"):
            return date(today.year, 12, 1), False
        closed = word in ("年内", "年末") or _UNTIL.match(after)
        return (end, True) if closed else None
    if word in ("年明け", "年が明け", "年始", "正月明け", "来年"):
        return new_year, word != "来年"
    if word in ("gw", "ゴールデンウィーク"):
        return _coming(5, today, 7) or today, True
    if word == "お盆":
        return _coming(8, today, 17) or today, True
    return april, True


def _season(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    season = next(name for name in _SEASONS if name in match.group())
    if match.group("bonus"):
        bonus = {"夏": 7, "冬": 1}.get(season)
        day = _coming(bonus, today) if bonus else None
        return (day, True) if day else None
    month = _SEASONS[season]
    day = _coming(month, today)
    if day is not None and day <= today.replace(day=1) and match.group("next"):
        day = day.replace(year=day.year + 1)
    if day is not None and match.group("next") == "再来":
        day = day.replace(year=today.year + 2)
    return (day, bool(match.group("next"))) if day else None


def _week(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    weeks = 2 if match.group() == "再来週" else 1
    return today + timedelta(days=7 * weeks - today.weekday()), False


def _spell_en(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    unit = match.group("unit")
    number = 6 if match.group("half") else _number(match.group("count") or "")
    if number is None or re.match(r"^s? ago", after):
        return None
    if match.group("half") or unit in ("month", "quarter", "year"):
        day = _later(today, number * (1 if match.group("half") else {"month": 1, "quarter": 3, "year": 12}[unit]))
        return (day, True) if day else None
    return today + timedelta(days=number * (7 if unit == "week" else 1)), True


def _month_en(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    lead, name, day, year = (match.group(g) or "" for g in ("lead", "month", "day", "year"))
    day = day or match.group("before") or ""
    month = _MONTHS[name.rstrip(".")]
    if name == "may" and not (lead or day or year):
        return None  # "I may"
    if year and not today.year <= int(year) <= today.year + 5:
        return None
    if lead.strip().startswith(("since", "in early last")):
        return None
    first = _first(int(year), month) if year else _coming(month, today, int(day or 1) if day else 1)
    if first is None:
        return None
    if re.search(r"\bnext year\b", after[:14]) and first.year == today.year:
        first = first.replace(year=first.year + 1)
    if day:
        first = first.replace(day=min(max(int(day), 1), monthrange(first.year, first.month)[1]))
        return first, bool(lead)
    if re.search(r"\b(?:after|past|following)\b|end of|through\b|\bover\b", lead) or re.match(
        r"^ (?:is|has) over", after
    ):
        over = _next_month(first)
        # "at the end of March" is still March; "after" and "until the end of" are what follows it.
        if re.search(r"end of", lead) and not re.search(r"\b(?:after|until|till|through)\b", lead):
            return first.replace(day=monthrange(first.year, first.month)[1]), True
        return over, True
    return first, bool(lead)


def _quarter(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    number, year = int(match.group("number")), match.group("year")
    day = _first(int(year), number * 3 - 2) if year else _coming(number * 3 - 2, today)
    return (day, True) if day else None


def _turn_en(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    words = match.group()
    if "month" in words:
        first = _next_month(today)
        return (_next_month(first) if re.search(r"\bafter\b", words) else first), True
    if "quarter" in words:
        return _first(today.year, (today.month - 1) // 3 * 3 + 1, 3) or today, True
    if "week" in words:
        return today + timedelta(days=7 - today.weekday()), True
    if "fiscal" in words or "financial" in words:
        return date(today.year + (today.month >= 4), 4, 1), True
    if words.startswith("end of") or words.startswith("the end of"):
        return date(today.year, 12, 1), True
    return date(today.year + 1, 1, 1), True


_READERS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (
        re.compile(
            rf"(?P<era>令和|(?<![a-z])r(?=\d))?(?P<year>(?<!\d)(?:20)?\d\d?)(?:年|[/.](?=\d{{1,2}}(?!\d)))の?(?P<month>\d{{1,2}})(?:月|(?=[/.以頃か]))(?:[/.]?(?P<day>\d{{1,2}})日?(?!\d))?(?P<part>{_PART})"
        ),
        _year_month_ja,
    ),
    (
        re.compile(
            rf"(?P<year>(?:再来年|来年|翌年|明年|年明け|今年|本年)の?)?(?<!\d)(?P<month>\d{{1,2}})(?:[~〜\-ー]\d{{1,2}})?月(?!\d*(?:か月|ヶ月))(?:(?P<day>\d{{1,2}})日)?(?P<part>{_PART})"
        ),
        _month_ja,
    ),
    (re.compile(rf"(?P<which>再来月|来月|翌月|今月)(?P<part>{_PART})"), _relative_month_ja),
    (
        re.compile(
            r"(?P<half>(?:1年)?半年|1年半)|(?P<count>\d{1,2}|十?[一二三四五六七八九十数])(?:(?P<unit>[かヶカケヵ箇ヵ]月|年))(?!\d|目|前|度|[生次])"
        ),
        _months_ja,
    ),
    (re.compile(r"(?P<count>\d{1,3}|[一二三数])(?P<unit>週間?|日)(?=後|ほど|くらい|ぐらい|程)"), _days_ja),
    (re.compile(r"再来週|来週"), _week),
    (
        re.compile(
            r"(?P<next>再来|来|翌|次の|今度の)?(?:年の?)?(?:春|夏|秋|冬)(?![日葉田山目川野原木場])(?:の)?(?P<bonus>ボーナス|賞与)?"
        ),
        _season,
    ),
    (
        re.compile(
            r"年度末|期末|今年度|年度明け|年度が明け|来年度|新年度|次年度|翌年度|来期|新しい期|今期|年内|正月明け|年明け|年が明け|年始|年末|gw|ゴールデンウィーク|お盆|来年|今年|本年"
        ),
        _fiscal_ja,
    ),
    (
        re.compile(
            rf"\b(?:in|within|after|for|wait|give (?:me|it)|about|another|next|the next) (?:(?:about|around|roughly|say|maybe|perhaps|at least|the next|like) )?(?:(?P<half>half a year|half year)|(?P<count>{_COUNT})(?: more| or so)?[ -](?P<unit>day|week|month|quarter|year))"
        ),
        _spell_en,
    ),
    (
        re.compile(
            rf"(?:(?P<half>half a year)|\b(?P<count>{_COUNT})(?: more)? (?P<unit>day|week|month|quarter|year))s?'?(?= from now| later| down the (?:line|road)| time\b| or so\b)"
        ),
        _spell_en,
    ),
    (
        re.compile(
            rf"(?P<lead>\b(?:(?:until|till|after|through|from|since|by|around|in|past|following|early|mid|late|before|of|for|at|about|starting|sometime|the|beginning|start|end|middle|over|next|come|into|again)[ -]){{1,6}})?\b(?:(?P<before>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<month>{_MONTH})(?![a-z])(?: (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year>20\d\d))?"
        ),
        _month_en,
    ),
    (re.compile(r"\bq(?P<number>[1-4])(?:,? (?:of )?(?P<year>20\d\d))?\b"), _quarter),
    (
        re.compile(
            r"\b(?:(?:after|early|late|sometime)? ?next (?:month|quarter|week|fiscal year|financial year|year)|(?:the )?new (?:fiscal |financial )?year|(?:the )?(?:start|beginning) of (?:the|next) (?:fiscal |financial )?year|the holidays|the holiday season|christmas|the festive season|(?:the )?end of (?:the|this) year|this year is out)\b"
        ),
        _turn_en,
    ),
    (
        re.compile(
            r"(?P<next>\b(?:next|in|in the|this|after the|come|until|until the|by|the) )(?:spring|summer|autumn|fall|winter)\b(?P<bonus>(?!))?"
        ),
        _season,
    ),
)


def readers() -> Iterator[re.Pattern[str]]:
    """The patterns, for the test that no text makes them run long."""
    return (pattern for pattern, _ in _READERS)
