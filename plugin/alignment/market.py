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

from plugin.alignment.withholding import LEAST, TOTAL, withheld
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

UNKNOWN = -1
WIDTH = 2
"""Millions of JPY: ¥8–10M is how people here speak of pay."""
HIGHEST = 20
"""Millions of JPY from which on pay is one band: the few above it are no table."""


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


@dataclass(frozen=True, slots=True)
class Band:
    """Desired pay in millions of JPY, `low` ≤ pay < `high`; `high` None is open, both None is unknown."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class MarketRow:
    """Counts at one language level, by pay band; None is withheld. `basis`: stated, written (inferred) or ""."""

    level: int
    basis: str
    counts: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class MarketTable:
    """Viable people (score without the language dimension at or above the line), language by desired pay.

    `viable` of `within_reach` people of `universe`; None below five. `left_out`: fewer than five whose pay is unknown
    (or known) are in no cell and not in `viable`.
    """

    language: str
    line: int
    bands: tuple[Band, ...]
    rows: tuple[MarketRow, ...]
    viable: int | None
    left_out: bool
    within_reach: int
    universe: int

    @property
    def highest(self) -> int:
        """The highest cell shown, for colouring by share."""
        return max((count for row in self.rows for count in row.counts if count is not None), default=0)


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
        counts: Counter[LanguageTally] = Counter()
        for tally in tallies:
            counts[replace(tally, pay_band=min(HIGHEST, tally.pay_band), count=0)] += tally.count
        languages[name] = tuple(replace(tally, count=count) for tally, count in sorted(counts.items(), key=str))
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
    """Count the viable by level of one language ("japanese" or "english") and pay band, withheld where few."""
    market = stored.market
    counts: Counter[tuple[tuple[int, str], int]] = Counter()
    for tally in market.languages.get(language, ()):
        if tally.score >= line:
            counts[(tally.level, tally.basis), _band(tally.pay_band)] += tally.count
    by_band: Counter[int] = Counter()
    for (_level, band), count in counts.items():
        by_band[band] += count
    unknown = by_band.pop(UNKNOWN, 0)
    known = sum(by_band.values())
    left_out = 0 < known < LEAST or 0 < unknown < LEAST
    bands = _bands(by_band) if known >= LEAST else []
    if unknown >= LEAST:
        bands.append(Band(None, None))
    levels = sorted({level for (level, _band_), count in counts.items() if count}, key=_from_the_top)
    table = [[_in(band, level, counts) for band in bands] for level in levels]
    # A level only those left out have is no row.
    rows = [(level, row) for level, row in zip(levels, table, strict=True) if any(row)]
    hidden = withheld([row for _level, row in rows])
    return MarketTable(
        language=language,
        line=line,
        bands=tuple(bands),
        rows=tuple(
            MarketRow(
                level,
                basis,
                tuple(None if (number, place) in hidden else count for place, count in enumerate(row)),
                None if (number, TOTAL) in hidden else sum(row),
            )
            for number, ((level, basis), row) in enumerate(rows)
        ),
        viable=sum(sum(row) for _level, row in rows) if rows or not left_out else None,
        left_out=left_out,
        within_reach=market.within_reach,
        universe=market.universe,
    )


def _from_the_top(level: tuple[int, str]) -> tuple[int, bool]:
    return -level[0], level[1] != "stated"


def _in(band: Band, level: tuple[int, str], counts: Mapping[tuple[tuple[int, str], int], int]) -> int:
    if band.low is None:
        return counts.get((level, UNKNOWN), 0)
    until = HIGHEST + WIDTH if band.high is None else band.high
    return sum(counts.get((level, low), 0) for low in range(band.low, until, WIDTH))


def _bands(by_band: Mapping[int, int]) -> list[Band]:
    """Neighbouring bands merged until each holds nobody or at least LEAST people."""
    bands: list[list[int]] = []  # low, high, people
    open_band: list[int] | None = None
    for low in range(min(by_band), max(by_band) + 1, WIDTH):
        count = by_band.get(low, 0)
        if open_band is None:
            open_band = [low, low + WIDTH, count]
        else:
            open_band[1], open_band[2] = low + WIDTH, open_band[2] + count
        if open_band[2] == 0 or open_band[2] >= LEAST:
            bands.append(open_band)
            open_band = None
    if open_band is not None:  # the few at the top go with the last band that has people, and what lies between
        while bands and bands[-1][2] == 0:
            open_band[0] = bands.pop()[0]
        last = bands.pop()
        bands.append([last[0], open_band[1], last[2] + open_band[2]])
    return [Band(low, None if high > HIGHEST else high) for low, high, _people in bands]


def _band(millions: int) -> int:
    return UNKNOWN if millions < 0 else min(HIGHEST, millions - millions % WIDTH)


# In words.


def band_text(band: Band, locale: str) -> str:
    """A pay band as a column's head."""
    _ = phrases(locale)
    if band.low is None:
        return _("pay unknown")
    low, high = band.low, band.high
    if locale == "ja":
        if high is None:
            return f"{low * 100:,}万円以上"
        return f"{low * 100:,}～{high * 100:,}万円" if low else f"{high * 100:,}万円未満"
    if high is None:
        return f"¥{low}M and up"
    return f"¥{low}–{high}M" if low else f"under ¥{high}M"


def level_text(level: int, basis: str, locale: str) -> str:
    """A language level as a row's head, with its basis where it is inferred."""
    _ = phrases(locale)
    words = {
        -1: _("unknown"),
        0: _("none"),
        1: _("basic"),
        2: _("conversational"),
        3: _("business"),
        4: _("fluent"),
        5: _("native"),
    }.get(level, str(level))
    return _("%(level)s (inferred: the profile is written in it)", level=words) if basis == "written" else words


def source_text(stored: StoredMarket, policy: Policy, locale: str) -> str:
    """Say whose data this is, of how many people and how old: your own store, unless it is declared a market (R10)."""
    _ = phrases(locale)
    people = f"{stored.market.universe:,}"
    name = policy.market_source or _("Your own data")
    if stored.fresh.median:
        return _(
            "%(name)s: %(people)s people, median last update %(month)s",
            name=name,
            people=people,
            month=stored.fresh.median,
        )
    return _("%(name)s: %(people)s people, last update unknown", name=name, people=people)
