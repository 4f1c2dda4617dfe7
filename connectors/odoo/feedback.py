"""What a manager wrote when completing our activity: 「75」, "approve 75", 「承認 75点 5営業日」, 「見送り」, 「B案」.

Only plain answers are taken. Anything left over that is not one of a few polite words makes it UNREADABLE, so that
"not 75" or 「75は無理です」 never approves.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from connectors.records import Choice

_APPROVE = r"approved?|approve[sd]?|yes|ok|承認(?:します|いたします|です)?"
_DECLINE = r"declined?|見送らせて(?:いただきます|ください)|見送り(?:ます|です|とします)?|見送ります|却下(?:します)?"
_PENDING = r"pending|未決定|保留(?:します)?"
_DAYS = re.compile(
    r"(?P<days>[0-9]{1,3})\s*(?:営業日|日以内|(?:business|working)\s+days?|days?)(?:\s*(?:以内|で))?", re.I
)
_NUMBER = re.compile(r"(?<![0-9.])(?P<line>[0-9]{1,3})(?![0-9.])\s*(?:点|points?|pts?)?", re.IGNORECASE)
_SPECIFICATION = re.compile(
    r"(?:要件)?(?:案\s*|specification\s+)?(?P<letter>[A-C])\s*案?(?:で(?:お願いします)?)?[。.]?", re.IGNORECASE
)
_WORDS = {
    Choice.APPROVED: re.compile(rf"(?<![a-z])(?:{_APPROVE})(?![a-z])", re.IGNORECASE),
    Choice.DECLINED: re.compile(rf"(?<![a-z])(?:{_DECLINE})(?![a-z])", re.IGNORECASE),
    Choice.PENDING: re.compile(rf"(?<![a-z])(?:{_PENDING})(?![a-z])", re.IGNORECASE),
}
# An answer may be a sentence; these say nothing more.
_POLITE = re.compile(
    r"面接確約ライン|ライン|以上|(?:で|は)?(?:よろしく)?お願い(?:いた)?します|です|します|で|は|に|を|と"
    r"|\b(?:line|at|with|within|in|please|or\s+more|and|above)\b|[、。,.!！:：/／・()（）「」\s]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """A decision as it was written: `line` and `days` are digits, `line` everything where nothing could be read.

    `specification`: the letter of one that was picked, which decides nothing.
    """

    choice: Choice
    line: str = ""
    days: str = ""
    specification: str = ""


def read(text: str) -> Feedback:
    """Read a feedback text. Nothing written is UNREADABLE: the activity was ticked off without an answer."""
    rest = unicodedata.normalize("NFKC", text).strip()
    if not rest:
        return Feedback(Choice.UNREADABLE)
    if picked := _SPECIFICATION.fullmatch(rest):
        return Feedback(Choice.PENDING, specification=picked["letter"].upper())
    days, rest = _taken(_DAYS, rest, "days")
    line, rest = _taken(_NUMBER, rest, "line")
    said = [choice for choice, words in _WORDS.items() if words.search(rest)]
    for words in _WORDS.values():
        rest = words.sub(" ", rest)
    if len(said) > 1 or _POLITE.sub("", rest) or (line and said and said[0] is not Choice.APPROVED):
        return Feedback(Choice.UNREADABLE, " ".join(text.split())[:80])
    if not said:
        # A line alone approves it; days alone, or polite words alone, decide nothing.
        return (
            Feedback(Choice.APPROVED, line, days) if line else Feedback(Choice.UNREADABLE, " ".join(text.split())[:80])
        )
    return Feedback(said[0], line, days)


def _taken(pattern: re.Pattern[str], text: str, group: str) -> tuple[str, str]:
    """Take the one match out of a text; none if there are several."""
    found = list(pattern.finditer(text))
    if len(found) != 1:
        return "", text
    return found[0][group], text[: found[0].start()] + " " + text[found[0].end() :]
