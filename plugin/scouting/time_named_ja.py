"""Times named in Japanese: 「来年4月以降」, 「半年後」, 「年度末」, 「GW明け」."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from plugin.scouting.months import UNTIL, Read, coming, count_of, first_of, months_on, season, within

_PART = r"(?:の)?(?:上旬|初旬|初め|はじめ|頭|中旬|半ば|中頃|下旬|末|終わり)?"


def _year_month(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    era, year, month, day, part = match.group("era", "year", "month", "day", "part")
    number = int(year) + (2018 if era else 0)
    if not (1 <= int(month) <= 12 and today.year <= number <= today.year + 5):
        return None
    first = first_of(number, int(month))
    if day and first is not None:
        return first.replace(day=min(int(day), monthrange(first.year, first.month)[1])), False
    return within(first, part or "", after)


def _month(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    year, month, day, part = match.group("year", "month", "day", "part")
    if not 1 <= int(month) <= 12:
        return None
    # "1~3月" names a span; it begins with its first month.
    if year:
        ahead = {"再来年": 2, "来年": 1, "翌年": 1, "明年": 1, "年明け": 1}.get(year.rstrip("の"), 0)
        first = first_of(today.year + ahead, int(month))
    else:
        first = coming(int(month), today, int(day or 1))
    if day and first is not None:
        return first.replace(day=min(int(day), monthrange(first.year, first.month)[1])), False
    return within(first, part or "", after)


def _relative_month(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    ahead = {"今月": 0, "来月": 1, "翌月": 1, "再来月": 2}[match.group("which")]
    if ahead == 0 and not (UNTIL.match((match.group("part") or "") + after) or match.group("part")):
        return None
    return within(first_of(today.year, today.month, ahead), match.group("part") or "", after)


def _months(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    if match.group("half"):
        months = 6 + (12 if match.group("half").startswith("1年") else 0)
    else:
        number = count_of(match.group("count"))
        if number is None:
            return None
        months = number * (12 if match.group("unit") == "年" else 1)
    if re.match(r"^(?:間)?(?:前|以内|以上|目)|^.{0,4}(?:経験|在籍|勤務)", after):
        return None
    day = months_on(today, months)
    return (day, True) if day else None


def _days(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    number = count_of(match.group("count"))
    if number is None or re.match(r"^(?:間)?(?:前|以内)", after):
        return None
    return today + timedelta(days=number * (7 if "週" in match.group("unit") else 1)), True


def _fiscal(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    word = match.group()
    april = date(today.year + (today.month >= 4), 4, 1)
    new_year = date(today.year + 1, 1, 1)
    if word in ("年度末", "期末"):
        return (april, True) if UNTIL.match(after) else (date(april.year, 3, 1), False)
    if word in ("今年度", "今期", "年内", "今年", "本年", "年末"):
        end = april if word in ("今年度", "今期") else new_year
        if word == "年末" and not UNTIL.match(after) and not after.startswith("年始"):
            return date(today.year, 12, 1), False
        closed = word in ("年内", "年末") or UNTIL.match(after)
        return (end, True) if closed else None
    if word in ("年明け", "年が明け", "年始", "正月明け", "来年"):
        return new_year, word != "来年"
    if word in ("gw", "ゴールデンウィーク"):
        return coming(5, today, 7) or today, True
    if word == "お盆":
        return coming(8, today, 17) or today, True
    return april, True


def _week(match: re.Match[str], after: str, today: date) -> tuple[date, bool] | None:
    weeks = 2 if match.group() == "再来週" else 1
    return today + timedelta(days=7 * weeks - today.weekday()), False


READERS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (
        re.compile(
            rf"(?P<era>令和|(?<![a-z])r(?=\d))?(?P<year>(?<!\d)(?:20)?\d\d?)(?:年|[/.](?=\d{{1,2}}(?!\d)))の?(?P<month>\d{{1,2}})(?:月|(?=[/.以頃か]))(?:[/.]?(?P<day>\d{{1,2}})日?(?!\d))?(?P<part>{_PART})"
        ),
        _year_month,
    ),
    (
        re.compile(
            rf"(?P<year>(?:再来年|来年|翌年|明年|年明け|今年|本年)の?)?(?<!\d)(?P<month>\d{{1,2}})(?:[~〜\-ー]\d{{1,2}})?月(?!\d*(?:か月|ヶ月))(?:(?P<day>\d{{1,2}})日)?(?P<part>{_PART})"
        ),
        _month,
    ),
    (re.compile(rf"(?P<which>再来月|来月|翌月|今月)(?P<part>{_PART})"), _relative_month),
    (
        re.compile(
            r"(?P<half>(?:1年)?半年|1年半)|(?P<count>\d{1,2}|十?[一二三四五六七八九十数])(?:(?P<unit>[かヶカケヵ箇ヵ]月|年))(?!\d|目|前|度|[生次])"
        ),
        _months,
    ),
    (re.compile(r"(?P<count>\d{1,3}|[一二三数])(?P<unit>週間?|日)(?=後|ほど|くらい|ぐらい|程)"), _days),
    (re.compile(r"再来週|来週"), _week),
    (
        re.compile(
            r"(?P<next>再来|来|翌|次の|今度の)?(?:年の?)?(?:春|夏|秋|冬)(?![日葉田山目川野原木場])(?:の)?(?P<bonus>ボーナス|賞与)?"
        ),
        season,
    ),
    (
        re.compile(
            r"年度末|期末|今年度|年度明け|年度が明け|来年度|新年度|次年度|翌年度|来期|新しい期|今期|年内|正月明け|年明け|年が明け|年始|年末|gw|ゴールデンウィーク|お盆|来年|今年|本年"
        ),
        _fiscal,
    ),
)
