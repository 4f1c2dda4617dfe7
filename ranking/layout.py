"""The layout of a description: its lines and sentences, and which section each of them stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ranking.folding import Folded
from ranking.markup import plain_text
from ranking.sections import ASIDE, DECORATION, announced, section_of

__all__ = ["Line", "label_of", "plain_text", "read_lines"]

_BULLET = re.compile(r"^\s*(?:[・•●○◦▪*→＊‐✓✔☑□]|[-–—](?!-)|\(?\d{1,2}[.)](?!\d)|[①-⑳]|\d{1,2}\.\s)\s*")
_MARK = re.compile(r"^\s*(#{1,4}|[■◆●▼▽◇□★☆◎▶▍※]|\*\*)\s*(?=\S)")
_BRACKETED = re.compile(
    r"^\s*(?:【(?P<a>[^】]{1,40})】|\[(?P<b>[^\]]{1,40})\]|《(?P<c>[^》]{1,40})》|〔(?P<d>[^〕]{1,40})〕|<(?P<e>[^>]{1,40})>|「(?P<f>[^」]{1,40})」|\((?P<g>[^()]{1,40})\)|≪(?P<h>[^≫]{1,40})≫|〈(?P<i>[^〉]{1,40})〉|『(?P<j>[^』]{1,40})』|«(?P<k>[^»]{1,40})»)"
    r"\s*:?\s*(?P<rest>.*)$"
)
_LABELLED = re.compile(r"^([^:\n。]{1,40}?)\s*:(?!//)\s*(.*)$")
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
_CHOICE = re.compile(
    r"いずれか|どれか|どちらか|(?:one|any|some) (?:or more )?of (?:the|these)|at least (?:one|two) of|either of"
)
# What groups things asked without asking anything itself.
_CATEGORY = re.compile(
    r"(?:共通|全員|全職種|経験|スキル|技術|知識|資格|学歴|学位|マインド|姿勢|人物|能力|語学|言語|その他|ソフト|ハード|テクニカル|ビジネス|面|系|について|・|/|&|,|and|education|experience|work|attitude|mindset|skills?|technical|soft|hard|personal|qualities|knowledge|languages?|qualifications?|certifications?|competenc(?:y|ies)|abilities|background|tools|general|domain|behaviou?rs?|other|professional|licences?|\s|:)+"
)
# A label in the middle of a line: set apart by a bar, a mark or blanks before it and a colon behind it.
_LABEL_AHEAD = re.compile(
    r"(?:(?<=[|■◆●▼;])|(?<=[\u3000-\u9fff)] )|(?<=  )|(?<=[\u3040-\u9fff]/))\s*(?P<label>[^\s:|■◆●▼。、,()/]{2,10}|[a-z]+(?: [a-z]+){0,2})\s*:(?!//)"
)
_GAP = re.compile(r"(?<=\S)(?:\t|[ \u3000]{2,}|\u3000)\s*(?=\S)")
_WRAPPED = re.compile(r"^\s*([~=\-*_☆★♪\\+])+ ?\w.*[~=\-*_☆★♪/+]\s*$")
_INLINE = re.compile(
    r"(?:【([^】]{2,16})】|<([^<>]{2,16})>|\[([^\[\]]{2,16})\]|≪([^≫]{2,16})≫|〈([^〉]{2,16})〉|〔([^〕]{2,16})〕)"
)
_QUESTION = re.compile(r"^\s*q(?:\d{0,2})[.:]|\?\s*$")
_FULL_STOP = re.compile(r"(?:。|[a-z)]\.)\s*$")
_GOES_ON = re.compile(r"^\s*[※(*＊+]")
# Prose says several things on one line; "e.g. ", "min. " and the like end no sentence.
_SENTENCE = re.compile(
    r"\S(?:(?!。|(?<=[a-z0-9)%\"])(?<!e\.g)(?<!i\.e)(?<!\bmin)(?<!\bmax)(?<!\bapprox)(?<!\binc)(?<!\bincl)(?<!\betc)(?<!\bltd)(?<!\bco)(?<!\bvs)(?<!k\.k)(?<!\bno)(?<!\bms)(?<!\bmr)[.!?] +(?=\S)).)*(?:。|[.!?](?= ))?"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, list item or cell of a folded text, heading and label excluded from its offsets.

    `listed`: an item of a list. `row`: which line of the text it stands on. `choice`: the lines that share a number
    other than 0 are alternatives, one of which is asked.
    """

    start: int
    end: int
    text: str
    section: str
    heading: bool = False
    labelled: bool = False
    listed: bool = False
    row: int = 0
    choice: int = 0


def label_of(folded: Folded, line: Line) -> str:
    """The label before a line's content with all up to it ("月給: "), "" where there is none."""
    if not line.labelled:
        return ""
    begin = folded.text.rfind("\n", 0, line.start) + 1
    return folded.text[max(begin, line.start - 24) : line.start]


@dataclass(slots=True)
class _Raw:
    start: int
    text: str
    wide: str  # the same line with its tabs and wide blanks as they were
    bullet: int  # where the words begin behind a bullet, 0 for none
    mark: str
    after_blank: bool
    items: tuple[tuple[int, int], ...] = ()  # the numbers of a list that stands on one line: where each begins and ends


def read_lines(folded: Folded) -> list[Line]:
    """Split a folded text into sentences and list items and name the section of each ("" before the first heading)."""
    raws = list(_raws(folded))
    lines: list[Line] = []
    section = ""
    own = ""  # the section of a label whose value stands on its own line; only what clearly goes on belongs to it
    items_seen = False  # whether the section has listed anything yet
    marks: set[str] = set()  # what the headings so far were marked with
    choice = 0  # the line above that said "one of the following", and how many lines there are yet
    choice_begun = False
    for i, raw in enumerate(raws):
        follower = raws[i + 1] if i + 1 < len(raws) else None
        if own and (
            raw.after_blank or not (raw.bullet or _GOES_ON.match(raw.text) or raw.wide.startswith("\u3000\u3000"))
        ):
            own = ""
        if (
            section in ("must", "nice", "unneeded")
            and items_seen
            and raw.after_blank
            and not raw.bullet
            and not raw.mark
        ):
            section = "other"  # the list is over; prose behind it asks for nothing unless it says so
        within = own or section
        listed = bool(raw.bullet and not raw.mark) or _one_of_several(raws, i, within, marks)
        lead = _lead_in(raw, within, follower, first=not lines)
        name, at = (lead, len(raw.text)) if lead else _opening(raw, listed, within, follower, first=not lines)
        if name == "other" and within in ("must", "nice") and _CATEGORY.fullmatch(_bare(raw.text)):
            name = within  # ＜共通＞, ＜経験＞: a part of what is asked
        if choice and (name is not None or (choice_begun and not listed)):
            choice = 0
        if name in ("must", "nice") and at >= len(raw.text.rstrip()) and _CHOICE.search(raw.text):
            choice, choice_begun = i + 1, False
        if name is None:
            if items_seen and not listed and within in ("must", "nice") and _FULL_STOP.search(raw.text):
                section = within = "other"  # prose behind a list asks for nothing unless it says so
            items_seen = items_seen or listed
            choice_begun = choice_begun or listed
            start = raw.bullet or (len(raw.mark) and _after_mark(raw.text)) or 0
            lines.extend(replace(ln, choice=choice) for ln in _sentences(raw, start, within, listed, i))
            continue
        marks.add(raw.mark)
        items_seen = False
        content = raw.text[at:].strip()
        if not content:
            # 「The role」 above a list tells what is done, above a line of its own what it is called.
            section, own = "duties" if name == "title" and follower is not None and follower.bullet else name, ""
            end = raw.start + len(raw.text.rstrip())
            lines.append(Line(raw.start, end, raw.text.strip(), section, heading=True, row=i))
            continue
        inner, inner_at = _inner(raw.text, at)
        if inner is not None:
            name, at = inner, inner_at
        if "\t" in raw.wide and not listed:
            section, own = name, ""  # a table's cell may hold several lines
        elif not listed:
            own = name
            if section in ("must", "nice", "unneeded") and name not in ("must", "nice", "language"):
                section = "other"  # a field of its own ends the list
        if raw.text[at:].strip():
            lines.extend(_sentences(raw, at, name, listed, i, labelled=True))
        else:
            section, own = name, ""
            lines.append(
                Line(raw.start, raw.start + len(raw.text.rstrip()), raw.text.strip(), name, heading=True, row=i)
            )
    return lines


def _raws(folded: Folded) -> Iterator[_Raw]:
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
        yield _Raw(
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


def _after_mark(text: str) -> int:
    mark = _MARK.match(text)
    return mark.end() if mark else 0


def _bare(text: str) -> str:
    return text.strip(DECORATION + "≪≫〈〉『』«»・")


def _lead_in(raw: _Raw, section: str, follower: _Raw | None, first: bool) -> str | None:
    """Name the section of a line that only announces the items below it: 「次のような方は歓迎します。」, "You have:"."""
    if first or follower is None:
        return None
    words = _bare(raw.text)
    if _QUESTION.search(raw.text) and len(words) <= 40 and not raw.bullet:
        return section_of(words, sure=True) or announced(words) or "other"
    if not follower.bullet or follower.mark:
        return None
    if raw.bullet:
        deeper = _indent(follower) > _indent(raw)
        return (section_of(words) or section) if deeper and _CATEGORY.fullmatch(words) else None
    if raw.mark or len(words) > 64 or not _LEADS_IN.search(words):
        return None
    name = announced(words)
    if section == "nice" and name == "must" and "必須" not in words and "required" not in words:
        return section  # 「下記いずれかのご経験をお持ちの方」 under what is welcome
    return name or (section if section in ("must", "nice") else None)


def _indent(raw: _Raw) -> int:
    return len(raw.text) - len(raw.text.lstrip())


def _one_of_several(raws: list[_Raw], i: int, section: str, marks: set[str]) -> bool:
    """Whether a line marked ■ or ◆ is an item rather than a heading: no heading had that mark, or its neighbours have."""
    raw = raws[i]
    if not raw.mark or section not in ("must", "nice", "duties"):
        return False
    name = section_of(raw.text)
    if raw.mark not in marks:
        label = _LABELLED.match(raw.text[_after_mark(raw.text) :])
        return name not in ("must", "nice") and (label is None or section_of(label.group(1)) not in ASIDE)
    around = [r for r in (raws[i - 1] if i else None, raws[i + 1] if i + 1 < len(raws) else None) if r is not None]
    return name is None and any(r.mark == raw.mark for r in around)


def _opening(raw: _Raw, listed: bool, section: str, follower: _Raw | None, first: bool) -> tuple[str | None, int]:
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
    if not listed and (slashed := _SLASHED.match(text[_after_mark(text) :])) is not None:
        # 「雇用形態／正社員」, but not 「勤務地／勤務時間」
        name = section_of(slashed.group(1))
        rest = _after_mark(text) + slashed.end()
        if name in ASIDE and section_of(text[rest:]) is None:
            return name, rest
    if not listed and (spaced := _SPACED.match(text[_after_mark(text) :])) is not None:
        name = section_of(spaced.group(1))
        if name and name not in ("must", "nice", "company"):
            return name, _after_mark(text) + spaced.end()
    at = raw.bullet if raw.bullet and not raw.mark else _after_mark(text)
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
    labelled = _LABELLED.match(text[at:])
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


def _inner(text: str, at: int) -> tuple[str | None, int]:
    """A heading at the start of a label's content: 「応募条件：【必須】…」."""
    if (bracketed := _bracketed(text[at:])) is not None:
        name = section_of(bracketed[0], sure=True)
        if name in ("must", "nice"):
            return name, at + bracketed[1]
    labelled = _LABELLED.match(text[at:])
    if labelled and not labelled.group(2):
        name = section_of(labelled.group(1), sure=True)
        if name:
            return name, at + labelled.start(2)
    return None, 0


def _sentences(raw: _Raw, at: int, section: str, listed: bool, row: int, labelled: bool = False) -> Iterator[Line]:
    """Cut a line's content into sentences, and at labels inside it; a sentence may open with a label of its own."""
    if raw.items and raw.items[-1][0] > at:
        yield from _numbered(raw, at, section, row)
        return
    cuts = [m.start("label") for m in _LABEL_AHEAD.finditer(raw.text, at) if section_of(m.group("label"))]
    inline = {m.end(): name for m in _INLINE.finditer(raw.text, at) if (name := _asked_inside(m)) is not None}
    cuts += [m.start() for m in _INLINE.finditer(raw.text, at) if m.end() in inline]
    borders = sorted({at, *(c for c in cuts if c > at), *inline, len(raw.text)})
    for begin, finish in pairwise(borders):
        if any(end == finish for end in inline) and _INLINE.fullmatch(raw.text, begin, finish):
            continue
        section = inline.get(begin, section)
        for found in _SENTENCE.finditer(raw.text, begin, finish):
            words = found.group().rstrip(" |/■◆●▼;" if finish < len(raw.text) else " ")
            if not words:
                continue
            start = found.start()
            label = _LABELLED.match(words) if not listed or section not in ("must", "nice") else None
            own = section_of(label.group(1)) if label and label.group(2) else None
            if label is not None and own is not None:
                inner = words[label.start(2) :]
                yield Line(
                    raw.start + start + label.start(2),
                    raw.start + start + len(words),
                    inner,
                    own,
                    False,
                    True,
                    listed,
                    row,
                )
                continue
            yield Line(raw.start + start, raw.start + start + len(words), words, section, False, labelled, listed, row)


def _asked_inside(bracket: re.Match[str]) -> str | None:
    """The section brackets in the middle of a line announce, where it is "must" or "nice": 「…＜尚可＞SAP」."""
    name = section_of(next(words for words in bracket.groups() if words is not None))
    return name if name in ("must", "nice") else None


def _numbered(raw: _Raw, at: int, section: str, row: int) -> Iterator[Line]:
    """Cut a line at the numbers of its items; a label before the first names their section."""
    numbers = [item for item in raw.items if item[0] >= at]
    before = raw.text[at : numbers[0][0]]
    name = section_of(_bare(before)) if before.rstrip().endswith((":", "】", "]", ")")) else None
    begins, ends = [end for _, end in numbers], [*(start for start, _ in numbers[1:]), len(raw.text)]
    if name is None and before.strip("、。,;/ "):
        begins, ends = [at, *begins], [numbers[0][0], *ends]
    for begin, finish in zip(begins, ends, strict=True):
        words = raw.text[begin:finish].strip(" 、,;/")
        if words:
            start = raw.start + raw.text.index(words, begin)
            yield Line(start, start + len(words), words, name or section, False, name is not None, True, row)
