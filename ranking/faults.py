"""Three faults of a requirement, found in what a calibration counted: too narrow, too vague, or nobody it could attract.

Each has its numbers, and each threshold is one constant below: a fault is a reason to talk, never a gate. Plain Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ranking.values import PAY_BEYOND, LanguageTally, Level, Market, Requirement

SENSIBLE = 55
"""The lowest line somebody could promise interviews from: below it the score says "weak match"."""
FEW = 5
"""Fewer viable people than this at a sensible line is too narrow."""
FLAT = 5
"""Points between the first and the twentieth: so little is no order (gaps under about ten are none)."""
VERY_STRONG = 85
"""From here the score says "very strong match"."""
MANY, MANY_SHARE = 50, 0.4
"""Very strong matches, and their share of all from SENSIBLE up, from which the requirement tells nobody apart. Measured on
the test descriptions over 5,000 generated people: real ones reach 0.22 (or a handful of people), one-liners 0.5 to 0.9."""
ENOUGH = 10
"""Viable people needed before a language or a band can be blamed for keeping the rest away."""
SCARCE_SHARE = 0.10
"""Of the viable at the band, the share with the language asked for below which it is out of reach."""
STALE = 0.10
"""How far the median desired pay must lie above the band's upper end for the band to be stale."""

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: too_narrow, too_vague, unattractable. `cause`: of too_vague flat or no_musts; of unattractable language, pay or both.

    `numbers`, by name, all counts of people unless said: line, people (on or above it), within_reach; too_vague: sensible
    (a line), matching (people on or above that), spread (points), shown, musts; unattractable: viable (at the band, whatever the language), speaking (of them), language, level (`Level`),
    known (people whose desired pay is), median (JPY, at least), high (JPY), percent (above the band's end, at least).
    """

    kind: str
    cause: str = ""
    numbers: Mapping[str, int | str] = field(default_factory=dict)


def faults_of(requirement: Requirement, market: Market, line: int, shown: Sequence[int]) -> tuple[Fault, ...]:
    """Find what is wrong with a requirement at a line. `shown`: scores of the shortlist, best first.

    Viable is, as in the market, everyone whose score without the language dimension reaches the line, whatever they
    want to earn: a language or a band that keeps them away is its own fault, not a narrow requirement.
    """
    found = [
        _too_narrow(market),
        _too_vague(requirement, market, shown),
        _unattractable(requirement, market, line),
    ]
    return tuple(fault for fault in found if fault is not None)


def _too_narrow(market: Market) -> Fault | None:
    line = max(market.floor, SENSIBLE)
    people = sum(count for score, _place, count in market.places if score >= line)
    if people >= FEW:
        return None
    return Fault("too_narrow", numbers={"line": line, "people": people, "within_reach": market.within_reach})


def _too_vague(requirement: Requirement, market: Market, shown: Sequence[int]) -> Fault | None:
    """Lines of its own: whoever moves theirs makes no description vague."""
    line, sensible = max(market.floor, VERY_STRONG), max(market.floor, SENSIBLE)
    people, matching = (
        sum(t.count for t in market.people if t.score >= least and t.pay != PAY_BEYOND) for least in (line, sensible)
    )
    numbers: dict[str, int | str] = {
        "line": line,
        "people": people,
        "sensible": sensible,
        "matching": matching,
        "within_reach": market.within_reach,
        "musts": len(requirement.must),
        "shown": len(shown),
        "spread": shown[0] - shown[-1] if shown else 0,
    }
    required = (requirement.japanese, requirement.english)
    if (
        not requirement.must
        and requirement.years is None
        and not any(need and need.value.required for need in required)
    ):
        return Fault("too_vague", "no_musts", numbers)
    many = people >= MANY and people >= MANY_SHARE * matching
    if many and len(shown) > 1 and shown[0] - shown[-1] <= FLAT:
        return Fault("too_vague", "flat", numbers)
    return None


def _unattractable(requirement: Requirement, market: Market, line: int) -> Fault | None:
    high = requirement.pay.value.high if requirement.pay is not None else None
    language, level = _scarcest(requirement, market, line)
    numbers: dict[str, int | str] = {"line": line, "within_reach": market.within_reach}
    causes = []
    if language:
        at_band = [t for t in _viable(market, language, line) if _within(t, high)]
        viable, speaking = _people(at_band), _people(t for t in at_band if t.level >= level)
        if viable >= ENOUGH and (speaking < FEW or speaking < SCARCE_SHARE * viable):
            causes.append("language")
        numbers |= {"language": language, "level": int(level), "viable": viable, "speaking": speaking}
    if high is not None:
        known = [t for t in _viable(market, language or "japanese", line) if t.pay_band >= 0]
        speakers = [t for t in known if t.level >= level] if language else known
        if _people(speakers) >= FEW:
            known = speakers  # pay is asked of those who could do the job as it is written
        if _people(known) >= ENOUGH:
            median = _median(known)
            if median > high * (1 + STALE):
                causes.append("pay")
            percent = max(0, (median - high) * 100 // high)
            numbers |= {"known": _people(known), "median": median, "high": high, "percent": percent}
    if not causes:
        return None
    return Fault("unattractable", "both" if len(causes) == 2 else causes[0], numbers)


def _scarcest(requirement: Requirement, market: Market, line: int) -> tuple[str, Level]:
    """The required language fewest viable people have, with its level; "" when none is required."""
    asked = [
        (name, need.value.level)
        for name, need in (("japanese", requirement.japanese), ("english", requirement.english))
        if need is not None and need.value.required
    ]
    if not asked:
        return "", Level.NONE
    return min(asked, key=lambda one: _people(t for t in _viable(market, one[0], line) if t.level >= one[1]))


def _viable(market: Market, language: str, line: int) -> Iterator[LanguageTally]:
    return (tally for tally in market.languages.get(language, ()) if tally.score >= line)


def _within(tally: LanguageTally, high: int | None) -> bool:
    """Whether desired pay is within the band or unknown; bands of pay are known by their lower ends alone."""
    return high is None or tally.pay_band < 0 or tally.pay_band * _MILLION <= high


def _people(tallies: Iterator[LanguageTally] | Sequence[LanguageTally]) -> int:
    return sum(tally.count for tally in tallies)


def _median(tallies: Sequence[LanguageTally]) -> int:
    """The lower end of the pay band the middle person is in, JPY a year: what half of them want at least."""
    middle, seen = (_people(tallies) + 1) // 2, 0
    for tally in sorted(tallies, key=lambda t: t.pay_band):
        seen += tally.count
        if seen >= middle:
            return tally.pay_band * _MILLION
    raise ValueError("no median of nobody")
