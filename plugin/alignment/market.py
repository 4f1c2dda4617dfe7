"""Counts for sliders and tables, from what a calibration stored alone. It is your own store, not the market.

Every number has a denominator: the people within reach, of those in the store, as of the calibration. Cells of fewer
than five people are withheld, and so is what would give them away (R10, `withholding`).
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from plugin.alignment.tables import HIGHEST, MarketTable, table_of
from plugin.i18n import phrases
from plugin.policy import Policy
from plugin.rows import Calibration, CalibrationMarket
from ranking.values import (
    PAY_BEYOND,
    PAY_UNKNOWN,
    LanguageTally,
    Market,
    Specification,
    Tally,
)


@dataclass(frozen=True, slots=True)
class Fresh:
    """How old what we know is: the median month of last update, over `known` of `people`; "" when unknown."""

    people: int = 0
    known: int = 0
    median: str = ""


@dataclass(frozen=True, slots=True)
class StoredMarket:
    """What a calibration counted. `headlines`: sealed under each person's key, of people the specifications gain."""

    market: Market
    specifications: tuple[Specification, ...] = ()
    fresh: Fresh = Fresh()
    headlines: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineCount:
    """How many people stand on the promised side of a line. `reachable` is the index's flag, an estimate.

    `people` want no more than the band offers, or don't say (`pay_unknown` of them); `beyond` want more, and are not in
    `people`: no letter goes to them.
    """

    line: int
    people: int
    reachable: int
    pay_unknown: int = 0
    beyond: int = 0


# Stored and read.


def keep(session: Session, calibration: Calibration, stored: StoredMarket, now: datetime) -> None:
    """Store what a calibration counted."""
    packed = {
        "market": folded(stored.market).to_json(),
        "specifications": [specification.to_json() for specification in stored.specifications],
        "fresh": [stored.fresh.people, stored.fresh.known, stored.fresh.median],
        "headlines": dict(stored.headlines),
    }
    raw = json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()
    session.add(
        CalibrationMarket(
            employer_id=calibration.employer_id,
            calibration_id=calibration.key,
            packed=zlib.compress(raw),
            created_at=now,
        )
    )


def read_market(session: Session, calibration: Calibration) -> StoredMarket:
    """Read what a calibration counted; nobody, where it has not run (or failed)."""
    row = session.exec(
        select(CalibrationMarket).where(col(CalibrationMarket.calibration_id) == calibration.key)
    ).first()
    if row is None:
        return StoredMarket(Market(calibration.floor, calibration.universe, calibration.considered, (), {}, ()))
    data = _unpacked(row)
    return StoredMarket(
        Market.from_json(data["market"]),
        tuple(Specification.from_json(one) for one in data["specifications"]),
        fresh_of(row),
        data.get("headlines", {}),
    )


def fresh_of(row: CalibrationMarket) -> Fresh:
    """How old the data of a stored market is."""
    return Fresh(*_unpacked(row).get("fresh", ()))


def _unpacked(row: CalibrationMarket) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(zlib.decompress(row.packed))
    return data


def folded(market: Market) -> Market:
    """Merge pay above the highest band: what is stored stays small whatever people want to earn."""
    languages: dict[str, tuple[LanguageTally, ...]] = {}
    for name, tallies in market.languages.items():
        counts: Counter[tuple[int, int, str, int]] = Counter()
        for tally in tallies:
            counts[tally.score, tally.level, tally.basis, min(HIGHEST, tally.pay_band)] += tally.count
        languages[name] = tuple(LanguageTally(*key, count) for key, count in sorted(counts.items()))
    return replace(market, languages=languages)


# Counted.


def line_counts(stored: StoredMarket, inclusive: bool) -> list[LineCount]:
    """For every line from the floor to 100: who stands above it."""
    return counts_by_line(stored.market.people, stored.market.floor, inclusive)


def counts_by_line(tallies: Sequence[Tally], floor: int, inclusive: bool) -> list[LineCount]:
    """For every line from the floor to 100, in one pass: who stands above it, reachable, pay unknown, pay beyond."""
    sums = [[0] * 102 for _ in range(4)]
    people, reachable, unknown, beyond = sums
    for tally in tallies:
        if tally.pay == PAY_BEYOND:
            beyond[tally.score] += tally.count
            continue
        people[tally.score] += tally.count
        if tally.contactable:
            reachable[tally.score] += tally.count
        if tally.pay == PAY_UNKNOWN:
            unknown[tally.score] += tally.count
    for column in sums:
        for score in range(100, -1, -1):
            column[score] += column[score + 1]
    least = 0 if inclusive else 1
    return [LineCount(line, *(column[line + least] for column in sums)) for line in range(floor, 101)]


def market_table(stored: StoredMarket, line: int, language: str) -> MarketTable:
    """The table of one language at a line, see `tables.table_of`."""
    return table_of(stored.market, line, language)


# In words.


def estimate_text(stored: StoredMarket, line: int, locale: str) -> str:
    """Say between which numbers a count at a line lies; "" where counts are exact, as they are without an encoder."""
    estimate = stored.market.estimate
    if estimate is None:
        return ""
    by_score: Counter[int] = Counter()
    for tally in stored.market.people:
        if tally.pay != PAY_BEYOND:
            by_score[tally.score] += tally.count
    low, high = estimate.between(by_score, line)
    return phrases(locale)(
        "Counts are estimates: the best %(read)s people were read again, after which %(low)s to %(high)s are expected"
        " at %(line)s points or more",
        read=f"{estimate.read:,}", low=f"{low:,}", high=f"{high:,}", line=line,
    )  # fmt: skip


def source_text(stored: StoredMarket, policy: Policy, locale: str, line: int | None = None) -> str:
    """Say whose data this is, of how many people and how old: your own store, unless it is declared a market (R10).

    With a line, where counts are estimates, also between which numbers the count at the line lies.
    """
    said = _whose(stored, policy, locale)
    estimated = estimate_text(stored, line, locale) if line is not None else ""
    return f"{said} · {estimated}" if estimated else said


def _whose(stored: StoredMarket, policy: Policy, locale: str) -> str:
    _ = phrases(locale)
    people, month = f"{stored.market.universe:,}", stored.fresh.median
    if policy.market_source:
        known = _("%(name)s: %(people)s people, median last update %(month)s")
        unknown = _("%(name)s: %(people)s people, last update unknown")
        return (known if month else unknown) % {"name": policy.market_source, "people": people, "month": month}
    if month:
        return _("Your own data: %(people)s people, median last update %(month)s", people=people, month=month)
    return _("Your own data: %(people)s people, last update unknown", people=people)
