"""What a person typed into a letter, looked at before it may stand there: promises, dates, another kind of meeting.

Dates and the kind of meeting stand in the commitment's block, made from its row; typed beside it they could only say
the same again or something else.
"""

from __future__ import annotations

import re
from functools import cache

from plugin.scouting.legal import LetterRefused
from plugin.scouting.promising import PromiseTerms
from plugin.scouting.scan import plain, promises_in

# Days and deadlines somebody could hold us to. How long somebody has done something, how often one works, when
# something was founded are none.
_DATES_JA = (
    r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|[上中下]旬|末)",
    r"(?:今月|来月|再来月|本年|年内|月|週)(?:末|中)?(?:まで|迄|に(?:面接|面談|お会い|選考|開始)|中に|以内)",
    r"(?:今月|来月|再来月|今週|来週|再来週)(?:末|中|の?[月火水木金土日]曜日?)",
    r"(?:今週|来週|再来週)(?!間)",
    r"(?:明日|明後日|あさって|本日中|今日中|翌営業日|翌日|当日中)",
    r"(?:\d+|[一二三四五六七八九十]+)(?:営業日|日|週間|か月|ヶ月|カ月|ヵ月|時間)(?:以内|後まで|のうちに|で(?:ご?連絡|返信|回答|お返事))",
    r"(?:締め?切り?|〆切|期限|〆)(?:は|を|:|日|まで|間近|が)?(?!なし|を設け(?:て|ま)(?:い?ま?せん|い?ない)|はござい|はあり|は設け)",
    r"[月火水木金土日]曜日?(?:まで|中に|の?\d{1,2}時)",
    r"(?<!\d)\d{1,2}[/／]\d{1,2}(?:\([月火水木金土日]\)|まで|に(?:面接|面談|お会い)|締|から|〜|~)",
    r"(?<![\d.])20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}(?!\d)",
    r"(?:お早めに|先着|順次締|急募につき)",
)
_MONTHS = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAYS = r"(?:mon|tues?|wed(?:nes)?|thurs?|fri|satur|sun)(?:day)?"
_DATES_EN = (
    rf"\b{_MONTHS} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?![:%])",
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTHS}(?![a-z])",
    rf"\b(?:by|until|till|before|no later than|on|this|next|coming) (?:the )?(?:{_DAYS}|{_MONTHS}|week|month|tomorrow|tonight|end of|close of)\b",
    r"\b(?:tomorrow|day after tomorrow|tonight|this week|next week|this month|next month|end of (?:the |this |next )?(?:week|month|year|day)|eod|eow|cob)\b",
    r"\bwithin (?:the next )?(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|a|a few|the)[ -](?:business |working |calendar )?(?:day|week|hour|month)s?\b",
    r"\bin (?:\d+|two|three|four|five) (?:business |working )?(?:days|hours)\b",
    r"\b(?:deadline|closing date|apply by|reply by|respond by|answer by|expires?|last chance|first come)\b",
    r"(?<![\d.])20\d\d-\d{1,2}-\d{1,2}(?!\d)|(?<![\d./])\d{1,2}/\d{1,2}/(?:20)?\d\d(?![\d/])",
)

# Said of work or habits, not of this meeting.
_OF_WORK_JA = re.compile(
    r"(?:1on1|定期|評価|目標|キャリア|産業医|顧客|保護者|家族|患者|利用者|入居者|三者|退職|社内)(?:との|の|様との)?面談|面談(?:室|記録|業務|スキル|ブース)|"
    r"(?:模擬|採用|新卒)面接|面接(?:官|業務|スキル|練習|対策|指導|評価シート)|選考委員|銘柄選考|"
    r"カジュアルな(?:服装|雰囲気|社風|職場|コミュニケーション)|服装(?:は|も)?カジュアル|オフィスカジュアル|"
    r"カジュアル(?:ウェア|ゲーム|ブランド|衣料|服)"
)
_OF_WORK_EN = re.compile(
    r"\b(?:user|customer|client|stakeholder|research|exit|witness|patient|media|expert)s? interview\w*|"
    r"\binterview(?:s|ed|ing)? (?:users|customers|clients|patients|stakeholders)|\binterview(?:er)? (?:training|skills|guide|panel|calibration)|"
    r"\bscreening (?:of )?(?:drugs?|compounds?|tests?|programm?e|tools?|patients|devices)|\b(?:drug|health|cancer|patient|genetic|aml|sanctions|credit) screening|"
    r"\b(?:casual|informal) (?:dress\w*|clothes|wear|games?|gaming|atmosphere|culture|brand|office|environment|style)|\b(?:business|smart)[ -]casual"
)


def dates_in(text: str) -> list[str]:
    """Days and deadlines in a text; empty when it names none."""
    japanese = "".join(plain(text).split())
    english = " ".join(plain(text).split())
    return [match[0] for pattern in _compiled(_DATES_JA) if (match := pattern.search(japanese))] + [
        match[0] for pattern in _compiled(_DATES_EN) if (match := pattern.search(english))
    ]


def mismatches_in(text: str, terms: PromiseTerms) -> list[str]:
    """What a text calls the meeting that the commitment does not; empty when nothing does.

    A casual meeting is no interview and part of no selection; an interview is no casual meeting.
    """
    japanese = _OF_WORK_JA.sub("＿", "".join(plain(text).split()))
    english = _OF_WORK_EN.sub("_", " ".join(plain(text).split()))
    wrong_ja: list[str] = []
    wrong_en: list[str] = []
    if terms.kind == "casual":
        wrong_ja += [r"面接", r"ジョブインタビュー"]
        wrong_en += [r"\binterview\w*"]
    else:
        wrong_ja += [r"面談", r"カジュアル", r"情報交換", r"お茶|雑談|座談会"]
        wrong_en += [r"\b(?:casual|informal)\b", r"\b(?:coffee|catch[- ]?up|chit[- ]?chat)\b"]
    if terms.kind == "casual" or not terms.selection:
        wrong_ja += [r"選考", r"審査", r"合否"]
        wrong_en += [r"\bselection\b", r"\bscreening\b", r"\bassess\w*"]
    else:
        wrong_ja += [
            r"選考(?:では|とは|に(?:は)?)[^。]{0,8}(?:ない|なく|ありません|ございません|関係|含まれ(?:ない|ま))",
            r"合否(?:は|に)[^。]{0,8}(?:ない|なく|ません)",
        ]
        wrong_en += [r"\b(?:not|no|isn't|isn’t|never|without)\b[^.]{0,20}\b(?:selection|assess\w*|evaluat\w*)"]
    return [match[0] for each in wrong_ja if (match := re.search(each, japanese))] + [
        match[0] for each in wrong_en if (match := re.search(each, english))
    ]


def refuse(text: str, terms: PromiseTerms | None) -> None:
    """Raise `LetterRefused` when typed words promise, name a date, or call the meeting what it is not.

    `terms`: of the commitment the letter rests on; None where it rests on none.
    """
    # Looked at once more without its line breaks: a promise may not hide by them.
    found = promises_in(text) + promises_in(" ".join(text.split()))
    if found:
        raise LetterRefused("promise_wording", found[0])
    dates = dates_in(text)
    if dates:
        raise LetterRefused("date_wording", dates[0])
    wrong = mismatches_in(text, terms) if terms is not None else []
    if wrong:
        raise LetterRefused("kind_wording", wrong[0])


def typed_into(drafted: str, changed: str) -> str:
    """What somebody added to a drafted text: its new and changed lines, joined. "" where they only took away.

    A line whose days and numbers alone were changed is not added: whoever offers other dates has promised nothing more.
    """
    known = {_without_dates(line) for line in drafted.splitlines()}
    return "\n".join(line.strip() for line in changed.splitlines() if _without_dates(line) not in known)


def refuse_added(drafted: str, changed: str) -> None:
    """Raise `LetterRefused` when what was added to a drafted text sounds like a promise."""
    added = typed_into(drafted, changed)
    found = promises_in(added) + promises_in(" ".join(added.split()))
    if found:
        raise LetterRefused("promise_wording", found[0])


def _without_dates(line: str) -> str:
    words = re.sub(r"\d+|[((][月火水木金土日][))]|[月火水木金土日]曜日?", "#", " ".join(plain(line).split()))
    return re.sub(rf"\b(?:{_DAYS}|{_MONTHS})(?![a-z])", "#", words)


@cache
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)
