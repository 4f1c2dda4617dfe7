"""The layout of a description: its lines and sentences, and which section each of them stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ranking.folding import Folded
from ranking.headings import (
    CATEGORY,
    CHOICE,
    LABELLED,
    RawLine,
    after_mark,
    bare,
    inner,
    lead_in,
    one_of_several,
    opening,
    raw_lines,
)
from ranking.markup import plain_text
from ranking.sections import section_of

__all__ = ["Line", "label_of", "plain_text", "read_lines"]

# A label in the middle of a line: set apart by a bar, a mark or blanks before it and a colon behind it. Blanks are
# looked at from their end: a page of them must not be walked through from each.
_LABEL_AHEAD = re.compile(
    r"(?:(?:(?<=[|■◆●▼;])|(?<=[\u3000-\u9fff)] )|(?<=[\u3040-\u9fff]/))\s*|(?<=  )(?! ))(?P<label>[^\s:|■◆●▼。、,()/]{2,10}|[a-z]+(?: [a-z]+){0,2})\s*:(?!//)"
)
_INLINE = re.compile(
    r"(?:【([^】]{2,16})】|<([^<>]{2,16})>|\[([^\[\]]{2,16})\]|≪([^≫]{2,16})≫|〈([^〉]{2,16})〉|〔([^〕]{2,16})〕)"
)
_FULL_STOP = re.compile(r"(?:。|[a-z)]\.)\s*$")
_GOES_ON = re.compile(r"^\s*[※(*＊+]")
# Prose says several things on one line; "e.g. ", "min. " and the like end no sentence.
_SENTENCE = re.compile(
    r"\S(?:(?!。|(?<=[a-z0-9)%\"])(?<!e\.g)(?<!i\.e)(?<!\bmin)(?<!\bmax)(?<!\bapprox)(?<!\binc)(?<!\bincl)(?<!\betc)(?<!\bltd)(?<!\bco)(?<!\bvs)(?<!k\.k)(?<!\bno)(?<!\bms)(?<!\bmr)[.!?] +(?=\S)).)*(?:。|[.!?](?= ))?"
)

_WHERE_TO_WORK = re.compile(
    r"(?:フル|完全|一部)?(?:リモート|在宅|テレ)(?:ワーク|勤務)?(?:も)?(?:可|可能|ok|あり|不可|なし)?[!。]?|(?:fully |100% )?remote(?: ok| possible)?\.?"
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


def read_lines(folded: Folded) -> list[Line]:
    """Split a folded text into sentences and list items and name the section of each ("" before the first heading)."""
    raws = list(raw_lines(folded))
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
        listed = bool(raw.bullet and not raw.mark) or one_of_several(raws, i, within, marks)
        lead = lead_in(raw, within, follower, first=not lines)
        name, at = (lead, len(raw.text)) if lead else opening(raw, listed, within, follower, first=not lines)
        if name == "other" and within in ("must", "nice") and CATEGORY.fullmatch(bare(raw.text)):
            name = within  # ＜共通＞, ＜経験＞: a part of what is asked
        if choice and (name is not None or (choice_begun and not listed)):
            choice = 0
        if name in ("must", "nice") and at >= len(raw.text.rstrip()) and CHOICE.search(raw.text):
            choice, choice_begun = i + 1, False
        if name is None:
            if items_seen and not listed and within in ("must", "nice") and _FULL_STOP.search(raw.text):
                section = within = "other"  # prose behind a list asks for nothing unless it says so
            if not listed and within in ("must", "nice") and _WHERE_TO_WORK.fullmatch(raw.text.strip()):
                within = "remote"  # 「フルリモート可」 on a line of its own asks for nothing
            items_seen = items_seen or listed
            choice_begun = choice_begun or listed
            start = raw.bullet or (len(raw.mark) and after_mark(raw.text)) or 0
            lines.extend(replace(ln, choice=choice) for ln in _sentences(raw, start, within, listed, i))
            continue
        marks.add(raw.mark)
        items_seen = False
        content = raw.text[at:].strip()
        if not content:
            # 「The role」 above a list tells what is done, above a line of its own what it is called.
            section, own = "duties" if name == "title" and follower is not None and follower.bullet else name, ""
            lines.append(_heading(raw, section, i))
            continue
        named, named_at = inner(raw.text, at)
        if named is not None:
            name, at = named, named_at
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
            lines.append(_heading(raw, name, i))
    return lines


def _heading(raw: RawLine, section: str, row: int) -> Line:
    words = raw.text.strip()
    start = raw.start + raw.text.index(words)
    return Line(start, start + len(words), words, section, heading=True, row=row)


def _sentences(raw: RawLine, at: int, section: str, listed: bool, row: int, labelled: bool = False) -> Iterator[Line]:
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
            label = LABELLED.match(words) if not listed or section not in ("must", "nice") else None
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


def _numbered(raw: RawLine, at: int, section: str, row: int) -> Iterator[Line]:
    """Cut a line at the numbers of its items; a label before the first names their section."""
    numbers = [item for item in raw.items if item[0] >= at]
    before = raw.text[at : numbers[0][0]]
    name = section_of(bare(before)) if before.rstrip().endswith((":", "】", "]", ")")) else None
    begins, ends = [end for _, end in numbers], [*(start for start, _ in numbers[1:]), len(raw.text)]
    if name is None and before.strip("、。,;/ "):
        begins, ends = [at, *begins], [numbers[0][0], *ends]
    for begin, finish in zip(begins, ends, strict=True):
        words = raw.text[begin:finish].strip(" 、,;/")
        if words:
            start = raw.start + raw.text.index(words, begin)
            yield Line(start, start + len(words), words, name or section, False, name is not None, True, row)
