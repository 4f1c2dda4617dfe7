"""Three ways to write the requirement: as it is, with a language eased, with the pay moved, or with a must made a wish.

Every way is scored anew by its own plan over everybody; the people it gains are those on or above the proposed line,
within the pay band or of unknown pay, who are not so as written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.census import Census, of_every_block
from ranking.columns import Block
from ranking.market import PAY_UNIT, Seen, count_people, pay_class, tallies
from ranking.plan import make_plan
from ranking.values import (
    PAY_BEYOND,
    Guidance,
    LanguageNeed,
    Level,
    Pay,
    Requirement,
    Skill,
    Specification,
    Stated,
    Years,
)

GAINED = 50
PAY_STEP, PAY_CAP = 500_000, 1.4
_TRIED_BLOCKS = 8  # half a million people tell which must costs most


@dataclass(frozen=True, slots=True)
class Way:
    """One changed requirement. `kind`, `changes`, `about` as in `Specification`."""

    kind: str
    about: str
    changes: Mapping[str, Any]


def changed(requirement: Requirement, changes: Mapping[str, Any]) -> Requirement:
    """Apply the changes of a specification; words stay quoted where the description has them."""
    if not changes:
        return requirement
    quoted: dict[Any, Stated[Any]] = {stated.value: stated for stated in (*requirement.must, *requirement.nice)}
    readers: dict[str, Callable[[Any], Any]] = {
        "japanese": lambda v: LanguageNeed(Level(v["level"]), v["required"]),
        "english": lambda v: LanguageNeed(Level(v["level"]), v["required"]),
        "pay": lambda v: Pay(**v),
        "years": lambda v: Years(v["low"], v["high"]),
    }
    fields: dict[str, Any] = {}
    for name, value in changes.items():
        if name in ("must", "nice"):
            fields[name] = tuple(quoted[Skill.from_json(each)] for each in value)
            continue
        stated = getattr(requirement, name)
        fields[name] = None if value is None else replace(stated, value=readers.get(name, str)(value))
    return replace(requirement, **fields)


def language_ways(requirement: Requirement) -> list[Way]:
    """Ease each language by a step, or ask for none; the milder one first."""
    ways: list[Way] = []
    for language in ("japanese", "english"):
        stated: Stated[LanguageNeed] | None = getattr(requirement, language)
        if stated is None or stated.value.level <= Level.NONE:
            continue
        need = stated.value
        if need.level > Level.BASIC:
            lower = {"level": int(need.level) - 1, "required": need.required}
            ways.append(Way("language_eased", language, {language: lower}))
        ways.append(Way("language_eased", language, {language: None}))
    return ways


def must_ways(requirement: Requirement) -> list[Way]:
    """Make each must a wish."""
    ways: list[Way] = []
    for number, stated in enumerate(requirement.must):
        rest = [asdict(other.value) for other in (*requirement.must[:number], *requirement.must[number + 1 :])]
        nice = [asdict(other.value) for other in (*requirement.nice, stated)]
        ways.append(Way("must_eased", stated.value.concept or stated.value.label_ja, {"must": rest, "nice": nice}))
    return ways


@dataclass(frozen=True, slots=True)
class Supply:
    """Everybody scored by plan 0 as written and by further plans, one a language way, with the line they are held to."""

    requirement: Requirement
    guidance: Guidance | None
    reference_month: int | None
    seen: Sequence[Seen]
    languages: Sequence[Way]
    line: int
    floor: int
    high: int | None  # upper end of the pay band, in PAY_UNIT


def specifications(supply: Supply) -> tuple[Specification, ...]:
    """Name as written and up to two ways that gain people."""
    ways = [_as_written(supply)]
    eased = _language(supply)
    if eased is not None:
        ways.append(eased)
    moved = _pay(supply)
    if moved is not None:
        ways.append(moved)
    ways.extend(_musts(supply, 3 - len(ways)))
    return tuple(ways)


def _as_written(supply: Supply) -> Specification:
    return _specify(supply, Way("as_written", "", {}), [seen.marks.scores[0] for seen in supply.seen], supply.high)


def _language(supply: Supply) -> Specification | None:
    """Ease the language that costs most: by a step, or altogether where a step gains nobody."""
    best: tuple[int, int] | None = None
    settled: set[str] = set()
    for number, way in enumerate(supply.languages, start=1):
        if way.about in settled:
            continue
        gained = sum(_gained(seen, seen.marks.scores[number], seen.pay, supply.line)[1] for seen in supply.seen)
        if gained:
            settled.add(way.about)
            if best is None or gained > best[0]:
                best = gained, number
    if best is None:
        return None
    scores = [seen.marks.scores[best[1]] for seen in supply.seen]
    return _specify(supply, supply.languages[best[1] - 1], scores, supply.high)


def _pay(supply: Supply) -> Specification | None:
    """Raise the upper end to what half of those above the line but beyond the band would come for."""
    pay = supply.requirement.pay
    if pay is None or pay.value.high is None:
        return None
    beyond = [
        seen.block.desired_pay[seen.reach & (seen.pay == PAY_BEYOND) & (seen.marks.scores[0] >= supply.line)]
        for seen in supply.seen
    ]
    wanted = np.sort(np.concatenate([np.zeros(0, np.uint16), *beyond]))
    if not len(wanted):
        return None
    median = int(wanted[(len(wanted) - 1) // 2]) * PAY_UNIT
    cap = int(pay.value.high * PAY_CAP) // PAY_STEP * PAY_STEP
    high = min(-(-median // PAY_STEP) * PAY_STEP, cap)
    if high < int(wanted[0]) * PAY_UNIT:
        return None  # even the modest among them want more than could be offered
    way = Way("pay_moved", "pay", {"pay": asdict(replace(pay.value, high=high))})
    return _specify(supply, way, [seen.marks.scores[0] for seen in supply.seen], -(-high // PAY_UNIT))


def _musts(supply: Supply, wanted: int) -> list[Specification]:
    """Make the musts a wish that keep most people below the line, the costliest first."""
    ways = must_ways(supply.requirement)
    if wanted < 1 or not ways or not supply.seen:
        return []
    step = -(-len(supply.seen) // _TRIED_BLOCKS)
    gains = _try(supply, ways, supply.seen[::step])
    best = sorted((number for number in range(len(ways)) if gains[number]), key=lambda n: (-gains[n], n))[:wanted]
    if not best:
        return []
    chosen = [ways[number] for number in best]
    census = _census(supply, chosen)
    marked = of_every_block(lambda block: census.mark(block).scores, [seen.block for seen in supply.seen])
    return [
        _specify(supply, way, [scores[number] for scores in marked], supply.high) for number, way in enumerate(chosen)
    ]


def _try(supply: Supply, ways: Sequence[Way], some: Sequence[Seen]) -> list[int]:
    census = _census(supply, ways)
    by_block = {id(seen.block): seen for seen in some}

    def gains(block: Block) -> list[int]:
        seen = by_block[id(block)]
        return [_gained(seen, scores, seen.pay, supply.line)[1] for scores in census.mark(block).scores]

    found = of_every_block(gains, [seen.block for seen in some])
    return [sum(each) for each in zip(*found, strict=True)]


def _census(supply: Supply, ways: Sequence[Way]) -> Census:
    plans = [make_plan(changed(supply.requirement, way.changes), supply.guidance) for way in ways]
    return Census(plans, supply.reference_month)


def _gained(seen: Seen, scores: NDArray[np.uint8], pay: NDArray[np.uint8], line: int) -> tuple[NDArray[np.bool_], int]:
    """Mark and count who stands on or above the line within pay as changed, and not so as written."""
    now = seen.reach & (scores >= line) & (pay != PAY_BEYOND)
    gained = now & ~(seen.considered & (seen.marks.scores[0] >= line))
    return gained, int(np.count_nonzero(gained))


def _specify(supply: Supply, way: Way, scores: Sequence[NDArray[np.uint8]], high: int | None) -> Specification:
    people = np.zeros((101 - supply.floor) * 6, np.int64)
    best: list[tuple[int, bytes, int]] = []
    for seen, changed_scores in zip(supply.seen, scores, strict=True):
        pay = seen.pay if high == supply.high else pay_class(seen.block, high)
        people += count_people(seen, changed_scores, pay, supply.floor)
        if way.kind == "as_written":
            continue
        rows = np.flatnonzero(_gained(seen, changed_scores, pay, supply.line)[0])
        if len(rows) > GAINED:  # no more of a block than could be among the best of all
            least = np.sort(changed_scores[rows])[-GAINED]
            rows = rows[changed_scores[rows] >= least]
        best.extend(
            zip(
                (-changed_scores[rows].astype(np.int64)).tolist(),
                seen.block.ids[rows].tolist(),
                seen.marks.scores[0][rows].tolist(),
                strict=True,
            )
        )
        best = sorted(best)[:GAINED]
    gained = tuple((profile_id.decode(), -score, written) for score, profile_id, written in best)
    return Specification(way.kind, way.changes, way.about, tallies(people, supply.floor), gained)
