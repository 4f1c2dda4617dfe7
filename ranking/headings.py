"""The raw lines of a description, and which section each of them opens: headings, labels, lead-ins, questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ranking.folding import Folded
from ranking.sections import ASIDE, DECORATION, announced, section_of

_BULLET = re.compile(r"^\s*(?:[・•●○◦▪*→＊‐✓✔☑□]|[-–—](?!-)|\(?\d{1,2}[.)](?!\d)|[①-⑳]|\d{1,2}\.\s)\s*")
_MARK = re.compile(r"^\s*(#{1,4}|[■◆●▼▽◇□★☆◎▶▍※]|\*\*)\s*(?=\S)")
_BRACKETED = re.compile(
    r"^\s*(?:【(?P<a>[^】]{1,40})】|\[(?P<b>[^\]]{1,40})\]|《(?P<c>[^》]{1,40})》|〔(?P<d>[^〕]{1,40})〕|<(?P<e>[^>]{1,40})>|「(?P<f>[^」]{1,40})」|\((?P<g>[^()]{1,40})\)|≪(?P<h>[^≫]{1,40})≫|〈(?P<i>[^〉]{1,40})〉|『(?P<j>[^』]{1,40})』|«(?P<k>[^»]{1,40})»)"
    r"\s*:?\s*(?P<rest>.*)$"
)
LABELLED = re.compile(r"^([^:\n。]{1,40}?)\s*:(?!//)\s*(.*)$")
_SLASHED = re.compile(r"^([\u3040-\u30ff\u3400-\u9fff・]{2,8})/(?=\S)")
_SPACED = re.compile(r"^([\u3040-\u30ff\u3400-\u9fff・]{2,8}) (?=\S)")
# A line that only announces the list below it, and one that announces alternatives.
_LEADS_IN = re.compile(
    r"(?:以下|次|下記|上記)(?:の|すべて|全て|いずれ)|(?:ひとつ|1つ|いずれか|どれか)[^、。]*$|following|\b(?:include|are|have|be|need|possess|bring|with|if|in|of)\s*:?$|:$|(?:方|経験|もの|条件)[^、。]{0,6}(?:歓迎|優遇|必須|募集|求め|探し|待ち)[^、。]*。?$"
)
_CONDITION = re.compile(
    r"(?:(?P<nice>(?:even better|extra credit|bonus(?: points)?|nice to have|ideal(?:ly)?|(?:it'?s |it is )?an? (?:plus|bonus|advantage)|(?:it )?(?:would be|is|it's) (?:great|nice|even better|a plus|a bonus)|we'd (?:also )?love it) if:?)"
    r"|(?P<must>(?:you (?:should|will want to|can)|please|do) apply if:?|(?:you(?:'re| are|'ll be| will be) (?:a (?:good|great|strong) (?:fit|match)|right)(?: for (?:this|us|the (?:role|job)))?|(?:we(?:'d| would) (?:like|love) to hear from you)|this (?:role|job|position)? ?is for you) if:?)"
    r"|(?P<unneeded>(?:(?:it'?s |it is )?(?:not a problem|no problem|fine|ok|okay)|don't worry|(?:it )?(?:doesn't|does not) matter|never mind) if:?))\s+"
)
CHOICE = re.compile(
    r"いずれか|どれか|どちらか|(?:one|any|some) (?:or more )?of (?:the|these)|at least (?:one|two) of|either of"
)
# What groups things asked without asking anything itself.
CATEGORY = re.compile(
    r"(?:共通|全員|全職種|経験|スキル|技術|知識|資格|学歴|学位|マインド|姿勢|人物|能力|語学|言語|その他|ソフト|ハード|テクニカル|ビジネス|面|系|について|・|/|&|,|and|education|experience|work|attitude|mindset|skills?|technical|soft|hard|personal|qualities|knowledge|languages?|qualifications?|certifications?|competenc(?:y|ies)|abilities|background|tools|general|domain|behaviou?rs?|other|professional|licences?|\s|:)+"
)
_GAP = re.compile(r"(?<=\S)(?:\t|[ \u3000]{2,}|\u3000)\s*(?=\S)")
_WRAPPED = re.compile(r"^\s*([~=\-*_☆★♪\\+])+ ?\w.*[~=\-*_☆★♪/+]\s*$")
_QUESTION = re.compile(r"^\s*q(?:\d{0,2})[.:]|\?\s*$")


@dataclass(slots=True)
class RawLine:
    """A line of the folded text as it stands, blank ones left out, with what its beginning shows."""

    start: int
    text: str
    wide: str  # the same line with its tabs and wide blanks as they were
    bullet: int  # where the words begin behind a bullet, 0 for none
    mark: str
    after_blank: bool
    items: tuple[tuple[int, int], ...] = ()  # the numbers of a list that stands on one line: where each begins and ends


def raw_lines(folded: Folded) -> Iterator[RawLine]:
    """Yield the lines that hold a letter or digit, bullets, marks and the numbers of items found."""
    position = 0
    blank = True
    exact = isinstance(folded.starts, range)
    for text in folded.text.split("\n"):
        start, position = position, position + len(text) + 1
        if not any(map(str.isalnum, text)):
            blank = True
            continue
        wide = folded.original[start : start + len(text)] if exact else text
        if not exact:
            wide = "".join(
                folded.original[folded.starts[j] : folded.ends[j]][:1] for j in range(start, start + len(text))
            )
        bullet = _BULLET.match(text)
        numbers = _numbers(folded, start, text)
        first = numbers[0] if numbers else None
        circled = first is not None and not text[: first[0]].strip() and first[1] - first[0] == 1
        mark = _MARK.match(text)
        yield RawLine(
            start,
            text,
            wide,
            bullet.end() if bullet else first[1] if circled and first is not None else 0,
            mark.group(1) if mark else "",
            blank,
            numbers if len(numbers) > 1 else (),
        )
        blank = False


def _numbers(folded: Folded, start: int, text: str) -> tuple[tuple[int, int], ...]:
    """Find the numbers of items in a line: "①" (told by the original, for it folds to a digit), "(1)", "1)"."""
    found = [m.span() for m in re.finditer(r"(?:(?<=\W)|^)\(\d{1,2}\)(?!\d)", text)]
    for digits in re.finditer(r"\d{1,2}", text):
        if "①" <= folded.original[folded.starts[start + digits.start()]] <= "⑳":
            found.append((digits.start(), digits.start() + 1))
    return tuple(sorted(found))


def _bracketed(text: str) -> tuple[str, int, str] | None:
    """A line's opening brackets: the words inside, where the rest begins, which bracket."""
    found = _BRACKETED.match(text)
    if found is None:
        return None
    inside: str = next(word for name, word in found.groupdict().items() if name != "rest" and word is not None)
    return inside, found.start("rest"), text.lstrip()[0]


def after_mark(text: str) -> int:
    """Tell where a line's words begin behind a heading's mark (■, ###), 0 without one."""
    mark = _MARK.match(text)
    return mark.end() if mark else 0


def bare(text: str) -> str:
    """Strip what decorates a heading: marks, brackets, bars."""
    return text.strip(DECORATION + "≪≫〈〉『』«»・")


def lead_in(raw: RawLine, section: str, follower: RawLine | None, first: bool) -> str | None:
    """Name the section of a line that only announces the items below it: 「次のような方は歓迎します。」, "You have:"."""
    if first or follower is None:
        return None
    words = bare(raw.text)
    if _QUESTION.search(raw.text) and len(words) <= 40 and not raw.bullet:
        return section_of(words, sure=True) or announced(words) or "other"
    if not follower.bullet or follower.mark:
        return None
    if raw.bullet:
        deeper = _indent(follower) > _indent(raw)
        return (section_of(words) or section) if deeper and CATEGORY.fullmatch(words) else None
    if raw.mark or len(words) > 64 or not _LEADS_IN.search(words):
        return None
    name = announced(words)
    if section == "nice" and name == "must" and "必須" not in words and "required" not in words:
        return section  # 「下記いずれかのご経験をお持ちの方」 under what is welcome
    return name or (section if section in ("must", "nice") else None)


def _indent(raw: RawLine) -> int:
    return len(raw.text) - len(raw.text.lstrip())


def one_of_several(raws: list[RawLine], i: int, section: str, marks: set[str]) -> bool:
    """Whether a line marked ■ or ◆ is an item rather than a heading: no heading had that mark, or its neighbours have."""
    raw = raws[i]
    if not raw.mark or section not in ("must", "nice", "duties"):
        return False
    name = section_of(raw.text)
    if raw.mark not in marks:
        label = LABELLED.match(raw.text[after_mark(raw.text) :])
        return name not in ("must", "nice") and (label is None or section_of(label.group(1)) not in ASIDE)
    around = [r for r in (raws[i - 1] if i else None, raws[i + 1] if i + 1 < len(raws) else None) if r is not None]
    return name is None and any(r.mark == raw.mark for r in around)


def opening(raw: RawLine, listed: bool, section: str, follower: RawLine | None, first: bool) -> tuple[str | None, int]:
    """Name the section a line opens and where its content starts; (None, 0) for an ordinary line."""
    text = raw.text
    for gap in _GAP.finditer(raw.wide if len(raw.wide) == len(text) else text):
        if listed or ":" in text[: gap.start()] or gap.start() > (40 if "\t" in gap.group() else 20):
            break
        name = section_of(text[: gap.start()], sure=True) if "\t" in raw.wide else section_of(text[: gap.start()])
        if name:
            return name, gap.end()
        if "\t" in raw.wide[: gap.end()] and gap.start() <= 20:
            return "other", gap.end()
    if not listed and (slashed := _SLASHED.match(text[after_mark(text) :])) is not None:
        # 「雇用形態／正社員」, but not 「勤務地／勤務時間」
        name = section_of(slashed.group(1))
        rest = after_mark(text) + slashed.end()
        if name in ASIDE and section_of(text[rest:]) is None:
            return name, rest
    if not listed and (spaced := _SPACED.match(text[after_mark(text) :])) is not None:
        name = section_of(spaced.group(1))
        if name and name not in ("must", "nice", "company"):
            return name, after_mark(text) + spaced.end()
    at = raw.bullet if raw.bullet and not raw.mark else after_mark(text)
    if (bracketed := _bracketed(text[at:])) is not None:
        inside, rest, bracket = bracketed
        whole = not text[at + rest :].strip()
        name = section_of(inside, sure=bracket not in "(「")
        inside_list = listed and section in ("must", "nice") and name not in ASIDE | {"must", "nice"}
        opens = (whole or bracket not in "(「" or name in ("must", "nice")) and not (
            first and not whole and name != "title"
        )
        if name and opens and not inside_list:
            return name, at + rest
        if whole and bracket not in "(「" and not listed and not first:
            return "other", len(text)
    condition = _CONDITION.match(text) if not listed else None
    if condition is not None and len(text) - condition.end() > 16:
        return next(name for name, found in condition.groupdict().items() if found is not None), condition.end()
    labelled = LABELLED.match(text[at:])
    if labelled:
        label, content = labelled.group(1), labelled.group(2)
        name = section_of(label, sure=not content and not listed)
        in_list = listed and (
            (section == "stack" and name in ("language", "stack", "must"))
            or (section in ("must", "nice") and (name not in ASIDE or len(label) > 12))
        )
        if name == "company" and section == "place" and content:
            return section, at + labelled.start(2)  # 「本社：東京都…」 under the places of work
        if name and not in_list:
            return name, at + labelled.start(2)
        if not content and not listed:
            return "other", len(text)
    if listed and not (re.match(r"\s*\(?\d", text) and follower and not follower.bullet):
        return None, 0
    words = text[at:].strip()
    if len(words) > 48 or "。" in words or (words.endswith((".", "、", ",")) and not words.endswith("...")):
        return None, 0
    deeper = follower is not None and _indent(follower) > _indent(raw) and bool(re.match(r"\s*\d", text))
    shown = (
        bool(raw.mark)
        or deeper
        or _WRAPPED.match(text) is not None
        or (follower is not None and follower.bullet > 0 and not raw.bullet and not first)
    )
    name = section_of(words, sure=shown)
    if name and not (first and name not in ("title", "must", "nice")):
        return name, len(text)
    if shown and not raw.mark and section in ("must", "nice"):
        return None, 0  # 「学歴不問／第二新卒歓迎」 above the musts leaves them what they are
    if shown and not (first and raw.mark == "※"):
        return ("other", len(text)) if raw.mark not in ("※",) and not first else (None, 0)
    return None, 0


def inner(text: str, at: int) -> tuple[str | None, int]:
    """A heading at the start of a label's content: 「応募条件：【必須】…」."""
    if (bracketed := _bracketed(text[at:])) is not None:
        name = section_of(bracketed[0], sure=True)
        if name in ("must", "nice"):
            return name, at + bracketed[1]
    labelled = LABELLED.match(text[at:])
    if labelled and not labelled.group(2):
        name = section_of(labelled.group(1), sure=True)
        if name:
            return name, at + labelled.start(2)
    return None, 0
