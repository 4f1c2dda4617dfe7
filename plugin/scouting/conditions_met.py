"""A condition put on a yes, compared with what the description states: pay, remote work, place, contract, visa.

"Met" means that every condition in it was understood and a stated fact meets each; anything else is for the recruiter.
So a word about the job that isn't understood here makes the whole "unknown", never "met".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plugin.scouting import asked
from plugin.scouting.asked import CONTRADICTED, MET, UNKNOWN
from plugin.scouting.conditions_said import CONDITION, TOPIC, without_courtesy
from plugin.scouting.intent import sentences
from ranking.values import Requirement

TOPICS = ("pay", "remote", "place", "contract", "visa", "other")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing asked for, and how the description answers it. `topic` is one of `TOPICS`."""

    topic: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A condition against the facts: met, contradicted or unknown, point by point."""

    verdict: str
    points: tuple[Point, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(point.topic for point in self.points))


def conditions_of(own: str, quoted: str) -> str:
    """The sentences of somebody's own words that put a condition, the one already quoted first."""
    found = [quoted] if quoted else []
    for sentence in sentences(own):
        bare = without_courtesy(sentence)
        if sentence not in found and CONDITION.search(bare) and TOPIC.search(bare):
            found.append(sentence)
    return "\n".join(found)


def compare(condition: str, requirement: Requirement) -> Compared:
    """Compare a condition, in either language, with a requirement. Several sentences are so many conditions."""
    points: list[Point] = []
    for sentence in sentences(condition):
        points += _points(sentence, requirement)
    points = points or [Point("other", UNKNOWN)]
    verdicts = {point.verdict for point in points}
    verdict = CONTRADICTED if CONTRADICTED in verdicts else UNKNOWN if UNKNOWN in verdicts else MET
    return Compared(verdict, tuple(dict.fromkeys(points)))


def worst(compared: Sequence[Compared]) -> Compared:
    """Of comparisons of one condition with several states of a description, the one furthest from "met"."""
    return max(compared, key=lambda one: (MET, UNKNOWN, CONTRADICTED).index(one.verdict))


def _points(sentence: str, requirement: Requirement) -> list[Point]:
    bare = without_courtesy(sentence)
    asks = [
        *asked.pay(bare, requirement.pay),
        *asked.remote(bare, requirement.remote),
        *asked.place(bare, requirement),
        *asked.contract(bare, requirement.employment),
        *asked.visa(bare, requirement.visa),
    ]
    points = [Point(ask.topic, ask.verdict) for ask in asks]
    rest = _MEETING.sub(lambda match: " " * len(match.group()), _without(bare, asks))
    # What follows 「であれば」 is what they would do then: 「選考に進みたいです」 is no condition.
    ends = [match.end() for match in _ENDS.finditer(bare)]
    conditional = rest[: ends[-1]] if ends else rest
    if TOPIC.search(rest) or _NEGATED.search(rest) or _MORE_TOPICS.search(conditional) or not _covered(bare, asks):
        points.append(Point("other", UNKNOWN))
    return points


_MORE_TOPICS = re.compile(
    r"賞与|ボーナス|手当|昇給|株|ストック|残業|副業|兼業|フレックス|裁量|時短|出張|転勤|異動|夜勤|土日|休み|休暇|育休|産休"
    r"|役職|肩書|管理職|マネ(?:ージャ|ジメント)|英語|技術|言語|開発環境|チーム|規模|上場|自社|受託|常駐|入社(?:時期|日)|開始"
    r"|内定|選考|書類|手取り|税|海外|国外|地方|近(?:い|け|場)|徒歩|駅|時間|曜|定時"
    r"|\b(?:bonus|equity|stock|options?|rsus?|overtime|travel|title|manager|management|english|japanese|team|tech|stack"
    r"|abroad|overseas|outside japan|hours?|flex\w*|weekends?|holidays?|vacation|notice|start date|net|take[- ]home|tax"
    r"|family|school|benefits?|insurance|selection|screening|offer)\b"
)
"""Further things people make a condition of that no field of a description answers."""

_MEETING = re.compile(
    r"\b(?:talk|speak|meet|chat|hear|learn)\b[^,.;]{0,30}?\b(?:team|company|you|position|role|opportunity)\b"
)
"""Whom they would talk to then."""

_NEGATED = re.compile(
    r"な(?:い|けれ|く(?:て)?も|し(?!ょ))|ません|以外|不可|不要|除(?:き|い|く)|無し|禁止"
    r"|\b(?:ng|not|no|never|without|unless|except|neither|nor|don't|doesn't|isn't|won't|can't|cannot)\b"
)

# Places where a condition ends (Japanese) or begins (English). Each must have something understood in its clause.
_ENDS = re.compile(
    r"であれば|ならば|なら(?!な|び|ず|い)|でしたら|だったら|(?:な|高|低|良|よ|多|少な|近|安|無)ければ|の?場合|条件|前提|限り|必須|次第|のみ"
)
_BEGINS = re.compile(
    r"\b(?:if|as long as|so long as|provided(?: that)?|providing|on condition|assuming|depending on|unless|contingent on"
    r"|require[sd]?|needs?|must|minimum|at least|only (?:consider|accept|interested)|has to be|would have to be"
    r"|expecting|looking for|expectation)\b"
)


def _covered(sentence: str, asks: Sequence[asked.Ask]) -> bool:
    """Whether every conditional clause holds something that was understood."""
    if not asks:
        return False
    begin = 0
    for end in _ENDS.finditer(sentence):
        if not any(begin <= ask.start <= end.end() for ask in asks):
            return False
        begin = end.end()
    starts = [match.start() for match in _BEGINS.finditer(sentence)]
    for place, start in enumerate(starts):
        until = starts[place + 1] if place + 1 < len(starts) else len(sentence)
        stop = re.search(r"[,;]| then | and (?=if\b)", sentence[start:until])
        first = start + stop.start() if stop else until
        # "800k minimum": the amount stands before its word.
        if not any(start - 40 <= ask.start <= max(first, start + 60) for ask in asks):
            return False
        if " and " in sentence[start:first] and not _and_understood(sentence, start, first, asks):
            return False
    return True


def _and_understood(sentence: str, start: int, end: int, asks: Sequence[asked.Ask]) -> bool:
    """「if it's remote and the work is interesting」: both halves must hold something understood."""
    at = start
    for part in sentence[start:end].split(" and "):
        if not any(at <= ask.start < at + len(part) + 1 for ask in asks):
            return False
        at += len(part) + len(" and ")
    return True


def _without(sentence: str, asks: Sequence[asked.Ask]) -> str:
    left = list(sentence)
    for ask in asks:
        left[ask.start : ask.end] = " " * (ask.end - ask.start)
    return "".join(left)
