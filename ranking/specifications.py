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
from ranking.market import PAY_UNIT, SCORES, Seen, count_people, pay_class, tallies
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
_TRIED_BLOCKS = 4  # a quarter of a million people, spread over the store, tell which must costs most


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
    if not supply.languages:
        return None

    def each(seen: Seen) -> list[int]:
        return [_gained(seen, scores, seen.pay, supply.line)[1] for scores in seen.marks.scores[1:]]

    gains = [sum(gained) for gained in zip(*of_every_block(each, supply.seen), strict=True)]
    best: tuple[int, int] | None = None
    settled: set[str] = set()
    for number, way in enumerate(supply.languages, start=1):
        if way.about in settled:
            continue
        gained = gains[number - 1]
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
    """Make the musts a wish that keep most people below the line, the costliest first.

    Which ones is found on a few blocks where there are many; the counts of those chosen are of everybody.
    """
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
    marked = of_every_block(lambda seen: census.mark(seen.block).scores, supply.seen)
    return [
        _specify(supply, way, [scores[number] for scores in marked], supply.high) for number, way in enumerate(chosen)
    ]


def _try(supply: Supply, ways: Sequence[Way], some: Sequence[Seen]) -> list[int]:
    census = _census(supply, ways)

    def gains(seen: Seen) -> list[int]:
        return [_gained(seen, scores, seen.pay, supply.line)[1] for scores in census.mark(seen.block).scores]

    return [sum(each) for each in zip(*of_every_block(gains, some), strict=True)]


def _census(supply: Supply, ways: Sequence[Way]) -> Census:
    plans = [make_plan(changed(supply.requirement, way.changes), supply.guidance) for way in ways]
    return Census(plans, supply.reference_month)


def _gained(seen: Seen, scores: NDArray[np.uint8], pay: NDArray[np.uint8], line: int) -> tuple[NDArray[np.bool_], int]:
    """Mark and count who stands on or above the line within pay as changed, and not so as written."""
    now = seen.reach & (scores >= line) & (pay != PAY_BEYOND)
    gained = now & ~(seen.considered & (seen.marks.scores[0] >= line))
    return gained, int(np.count_nonzero(gained))


def _specify(supply: Supply, way: Way, scores: Sequence[NDArray[np.uint8]], high: int | None) -> Specification:
    """Count and list the people of a way, from everybody's scores by it and the upper end of its pay band."""

    def look(one: tuple[Seen, NDArray[np.uint8]]) -> tuple[NDArray[np.int64], list[tuple[int, bytes, int]]]:
        seen, changed_scores = one
        pay = seen.pay if high == supply.high else pay_class(seen.block, high)
        people = count_people(seen, changed_scores, pay, supply.floor)
        return people, [] if way.kind == "as_written" else _best(seen, changed_scores, pay, supply.line)

    found = of_every_block(look, list(zip(supply.seen, scores, strict=True)))
    people = np.zeros((SCORES - supply.floor) * 6, np.int64)
    for counted, _ in found:
        people += counted
    best = sorted(person for _, some in found for person in some)[:GAINED]
    gained = tuple((profile_id.decode(), -score, written) for score, profile_id, written in best)
    return Specification(way.kind, way.changes, way.about, tallies(people, supply.floor), gained)


def _best(seen: Seen, scores: NDArray[np.uint8], pay: NDArray[np.uint8], line: int) -> list[tuple[int, bytes, int]]:
    """List a block's gained people, (−score as changed, id, score as written), as many as could be the best of all."""
    rows = np.flatnonzero(_gained(seen, scores, pay, line)[0])
    if len(rows) > GAINED:
        rows = rows[scores[rows] >= np.sort(scores[rows])[-GAINED]]
    found = zip(
        (-scores[rows].astype(np.int64)).tolist(),
        seen.block.ids[rows].tolist(),
        seen.marks.scores[0][rows].tolist(),
        strict=True,
    )
    return sorted(found)[:GAINED]
