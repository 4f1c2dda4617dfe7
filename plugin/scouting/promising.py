"""The one place where a promise is put into words, from a commitment's row, and the scan for promises anywhere else (R1).

`PromiseTerms` has only what a letter may say of a commitment: line, score, cap, exclusions, calibration, versions and
strength are not in it, so no template can let them slip.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from plugin.i18n import phrases, say_date
from plugin.rows import Commitment


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """What a letter states of a commitment, and nothing more."""

    kind: str
    selection: bool
    screening: str
    interviewer_title: str
    interviewer_name: str | None
    days: int
    reply_deadline: date
    format: str
    minutes: int

    @classmethod
    def of(cls, commitment: Commitment) -> PromiseTerms:
        return cls(
            kind=commitment.kind,
            selection=commitment.selection,
            screening=commitment.screening,
            interviewer_title=commitment.interviewer_title,
            interviewer_name=commitment.interviewer_name,
            days=commitment.days,
            reply_deadline=commitment.reply_deadline,
            format=commitment.format,
            minutes=commitment.minutes,
        )


_UNNAMED = ("", "採用責任者", "Hiring manager", "hiring manager", "the hiring manager")


def earns_subject(terms: PromiseTerms) -> bool:
    """Whether 「書類選考なし・面接確約」 would be true of a commitment: an interview, and no screening of any kind before it."""
    return terms.kind == "interview" and terms.screening == "none"


def promise_block(terms: PromiseTerms, language: str) -> str:
    """The commitment in a letter's words. Raises KeyError for a kind, screening or format that has no words."""
    _ = phrases(language)
    kind = {"interview": _("interview"), "casual": _("casual meeting")}[terms.kind]
    screening = {
        "none": _("none; there is no screening by documents"),
        "preparation_only": _("none; we ask for your CV only to prepare for the conversation, not to select by it"),
    }[terms.screening]
    where = {
        "online": _("online"),
        "onsite": _("at the office"),
        "either": _("online or at the office, as you prefer"),
    }[terms.format]
    title = " ".join(terms.interviewer_title.split())
    interviewer = _("the hiring manager of this position") if title in _UNNAMED else title
    if terms.interviewer_name:
        interviewer = _("%(name)s, %(title)s", name=terms.interviewer_name, title=interviewer)
    return (
        _source(language)
        % {
            "kind": kind,
            "kind_inside": kind,
            "selection": _("part of the selection") if terms.selection else _("not part of any selection"),
            "screening": screening,
            "interviewer": interviewer,
            "days": terms.days,
            "format": where,
            "minutes": terms.minutes,
            "reply_by": say_date(terms.reply_deadline, language),
        }
    ).strip()


@cache
def _source(language: str) -> str:
    return files("locales").joinpath(language, "letters", "promise.txt").read_text(encoding="utf-8")


# What sounds like a promise. A false alarm costs a person a rewording, a miss costs the manager's word: where in doubt
# it rings. Japanese is looked at with all spaces taken out, English with them made single.

_MEET_JA = r"(?:面接|面談|お会い|会い|会わせ|カジュアル|ミーティング|選考|採用|内定|オファー|通過|合格|入社|雇用|お話|お時間|機会)"
_SURE_JA = r"(?:約束|やくそく|保証|保障|必ず|かならず|絶対|確実|間違いなく|まちがいなく|確定|無条件|コミット|請け合|請合|誓|もれなく|漏れなく|全員)"
_ALWAYS_JA = (
    r"確約",
    r"(?:書類|書面|一次|社内|事前)?(?:選考|審査|スクリーニング)(?:は|を|も|が|の)?(?:なし|無し|無く|なく|免除|不要|省略|省き|せず|いたしません|致しません|しません|行いません|行わず|ありません|ございません|スキップ|パス|飛ばし)",
    r"(?:面接|面談|ミーティング)(?:の(?:機会|お?時間|場))?(?:を|は|が)?[^。、]{0,10}?(?:実施|設定|セット|用意|行|確保|組|設け|さしあげ|差し上げ|お受け|受け付け)[^。、]{0,8}?(?:ます(?!か)|ました|済み|ております)",
    r"(?:面接|面談|選考)(?:の場)?(?:に|へ|まで|から)も?(?:すぐ|直接|そのまま)?の?(?:進(?:め|ん|み|む|まれ)|ご?案内|ご?招待|お招き|お?通し|直行|スタート|開始|始[めま])",
    r"書類(?:選考|審査)?(?:は|を|も|に)?(?:すでに|既に)?(?:通過|合格|パス)",
    r"お会い(?:し|いたし|致し|申し上げ)ます(?!か)|お会いする(?:ことになって|予定)",
    r"(?:面接|面談)(?:の)?日程(?:を|は|の)?[^。、]{0,6}?(?:お送り|送付|送り|ご連絡|ご案内|確定|お知らせ)[^。、]{0,6}?ます(?!か)",
    r"(?:\d+|[一二三四五六七八九十]+)(?:営業日|日|週間)(?:以内|中)[^。]{0,30}" + _MEET_JA,
    _MEET_JA + r"[^。]{0,30}(?:\d+|[一二三四五六七八九十]+)(?:営業日|日|週間)(?:以内|中)",
)
_MEET_EN = r"\b(?:interview\w*|meet|meeting\w*|conversation\w*|talk|speak|call|chat|offer\w*|hire\w*|employ\w*|screening|next round)\b"
_SURE_EN = r"\b(?:promis\w*|guarant\w*|assur\w*|pledg\w*|commit\w*|certain\w*|definite\w*|undoubtedly|without fail|no matter what|ensur\w*|vouch\w*|secured|reserved|warrant\w*|swear|give you (?:my|our) word|you have (?:my|our) word)\b"
_ALWAYS_EN = (
    r"\bwe(?: will|'ll|’ll| shall| are going to)\b[^.]{0,25}\b(?:interview|meet|see|hire|employ)\b(?! (?:if|whether|how|what|which))",
    r"\b(?:will|'ll|’ll|shall|are going to)\b(?: \w+){0,3} (?:be interviewed|be hired|(?:get|have|receive|be given|be offered) (?:an?|the|your) (?:\w+ )?(?:interview|meeting|offer))\b",
    r"\b(?:interview|meeting)\b[^.]{0,20}\b(?:will take place|will be held|is yours|is confirmed|has been (?:arranged|scheduled|booked|set))",
    r"\b(?:no|without|skip\w*|waiv\w*|bypass\w*) (?:any |the |a |our )?(?:(?:cv|cvs|resume|résumé|document|documents|paper|initial|usual) ){0,2}(?:screen\w*|selection|review|stage|round|check)\b",
    r"\byou(?: will|'ll|’ll| are going to| shall)\b[^.]{0,25}\b(?:meet|be meeting|(?:speak|talk) (?:to|with))\b",
    r"\b(?:interview|meeting)\b[^.]{0,15}\b(?:awaits|waits|is waiting|is ready|is set|is booked)\b",
    r"\byou(?:'ve|’ve| have)? (?:got |already )?(?:have )?(?:an?|your) (?:\w+ )?(?:interview|meeting)\b",
    r"\b(?:through|straight|directly|right) (?:in)?to (?:the |an? |your |our )?(?:\w+ )?(?:interview|round)",
    r"\bwithin (?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|a|the|few|\s)+(?:business |working |calendar )?(?:day|week|hour)s?\b[^.]*"
    + _MEET_EN,
    _MEET_EN
    + r"[^.]*\bwithin (?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|a|the|few|\s)+(?:business |working |calendar )?(?:day|week|hour)s?\b",
)


# Cyrillic and Greek letters that look like Latin ones, lower case.
_LOOKALIKES = str.maketrans("аеорсухіѕјкмнтвԁɡοανικρτυ", "aeopcyxisjkmhtbdgoavikptu")


def promises_in(text: str) -> list[str]:
    """What in a text sounds like the promise of a meeting, a selection step skipped or a job; empty when nothing does.

    Full-width, spaced, wrapped or zero-width-split spellings are seen through.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf").casefold()
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", plain):
        squeezed = "".join(paragraph.split())
        for sentence in re.split(r"[。!?！？]", squeezed):
            found += _hits(sentence, _ja())
        for sentence in re.split(r"[.。!?](?:\s|$)", " ".join(paragraph.translate(_LOOKALIKES).split())):
            found += _hits(sentence, _en())
    return found


def _hits(sentence: str, patterns: tuple[re.Pattern[str], ...]) -> list[str]:
    return [match[0][:80] for pattern in patterns if (match := pattern.search(sentence))]


@cache
def _ja() -> tuple[re.Pattern[str], ...]:
    both = (f"{_SURE_JA}[^。]*{_MEET_JA}", f"{_MEET_JA}[^。]*{_SURE_JA}")
    return tuple(re.compile(pattern) for pattern in (*_ALWAYS_JA, *both))


@cache
def _en() -> tuple[re.Pattern[str], ...]:
    both = (f"{_SURE_EN}.*{_MEET_EN}", f"{_MEET_EN}.*{_SURE_EN}")
    return tuple(re.compile(pattern) for pattern in (*_ALWAYS_EN, *both))
