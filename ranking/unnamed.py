"""Lists under headings no word list knows: told by what their items say and by where they stand.

"Your toolbox" and 「一緒に冒険する装備」 announce nothing to a parser. A list most of whose items speak of years, experience,
knowledge or levels asks for something all the same; the one behind what is required asks for what is welcome.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from ranking.layout import Line
from ranking.lexicon import lexicon

_UNKNOWN = ("", "other")
_ASKING = re.compile(
    r"経験|知識|スキル|資格|免許|以上|できる|(?<!仕)方$|こと$|能力|力$|理解|知見|検定"
    r"|\d\s*\+?\s*(?:years?|yrs?)|\b(?:several|two|three|four|five) (?:years|or more)|\b(?:experience|experienced|knowledge|skills?|proficien\w+|familiar\w*|expertise|background|degree|fluent|fluency|native|certificat\w+|certified|qualified|licen[cs]e|exposure|track record|abilit\w+|understanding|know-how|command of|grasp of|grip of)\b"
    r"|^(?:[・\-*→•]\s*)?(?:you(?:'ve| have| can| know| are|'re)|know(?:s|ing)?|have|has|been|worked|able)\b"
)
_OFFERING = re.compile(
    r"円|年収|月給|手当|保険|休|賞与|支給|補助|リモート|在宅|正社員|勤務|面接|面談|選考|福利|制度"
    r"|[¥$€]|\b(?:jpy|yen|salary|bonus|insurance|leave|holidays?|remote|hybrid|office|permanent|interview|visa|stock|equity|budget|allowance|lunch|reports? to|days off|flexible)\b"
)


def name_unknown_lists(lines: list[Line]) -> list[Line]:
    """Call a list that asks for something "must" where nothing else is, and the next one behind the musts "nice"."""
    named = list(lines)
    blocks = _blocks(named)
    if not any(line.section == "must" and not line.heading for line in named):
        first = next((b for b in blocks if _unknown(named, b) and _share(named, b, strictly=True) > 0.5), None)
        if first is not None:
            _call(named, first, "must")
    if any(line.section == "nice" and not line.heading for line in named):
        return named
    for before, block in pairwise(blocks):
        if (
            named[before[-1]].section == "must"
            and _unknown(named, block)
            and _share(named, block, strictly=False) >= 0.5
        ):
            _call(named, block, "nice")
            break
    return named


def _blocks(lines: list[Line]) -> list[list[int]]:
    """The numbers of the lines under each heading; headings without lines of their own are left out."""
    found: list[list[int]] = []
    for i, line in enumerate(lines):
        if line.heading or (i and line.section != lines[i - 1].section and not lines[i - 1].heading):
            found.append([])
        if not line.heading and found:
            found[-1].append(i)
    return [block for block in found if block]


def _unknown(lines: list[Line], block: list[int]) -> bool:
    """Whether a block is a list under a heading that says nothing: "The cherry on top"."""
    headed = block[0] > 0 and lines[block[0] - 1].heading
    return headed and lines[block[0]].section in _UNKNOWN and lines[block[0]].listed


def _share(lines: list[Line], block: list[int], *, strictly: bool) -> float:
    """How many of a list's items ask for something; `strictly`: a skill's name alone isn't enough, duties name them too."""
    items = [lines[i].text for i in block if lines[i].listed]
    if any(_OFFERING.search(text) for text in items):
        return 0.0
    return sum(1 for text in items if _asks(text, strictly)) / len(items)


def _asks(text: str, strictly: bool) -> bool:
    if _ASKING.search(text):
        return True
    return not strictly and any(
        hit.concept.kind in ("skill", "certificate", "function", "industry") for hit in lexicon().find(text)
    )


def _call(lines: list[Line], block: list[int], section: str) -> None:
    lines[block[0] - 1] = replace(lines[block[0] - 1], section=section)
    for i in block:
        if lines[i].listed:
            lines[i] = replace(lines[i], section=section)
