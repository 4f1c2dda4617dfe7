"""Counts for sliders and tables, from a calibration's stored histogram alone. It is your own store, not the market.

Every number has a denominator: the people considered, of those in the store, as of the calibration. Cells of fewer than
five people are withheld; where that leaves one cell to be worked out from the total, the next smallest goes too (R10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from plugin.alignment.covers import above
from plugin.rows import Calibration
from ranking.values import MarketCell

LEAST = 5
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class LineCount:
    """How many people stand on the promised side of a line; `reachable` is the index's flag, an estimate."""

    line: int
    people: int
    reachable: int


@dataclass(frozen=True, slots=True)
class MarketRow:
    """Counts at one language level, by pay band; None is withheld."""

    level: int
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class MarketTable:
    """Viable people (score without the language dimension at or above the line), language by current pay.

    `bands`: floors in millions of JPY, -1 for unknown pay, which stands apart. `of` considered people of `universe`.
    """

    language: str
    line: int
    bands: tuple[int, ...]
    rows: tuple[MarketRow, ...]
    viable: int
    of: int
    universe: int


def cells_of(calibration: Calibration) -> Iterator[MarketCell]:
    """The stored histogram."""
    return (MarketCell(*cell) for cell in calibration.market)


def as_stored(cells: tuple[MarketCell, ...]) -> list[list[object]]:
    return [
        [c.score, c.without_language, c.japanese, c.english, c.pay_band, c.place, c.contactable, c.count] for c in cells
    ]


def line_counts(calibration: Calibration, inclusive: bool) -> list[LineCount]:
    """For every line from the floor to 100: who stands above it. One pass over the histogram."""
    people, reachable = [0] * 102, [0] * 102
    for cell in cells_of(calibration):
        people[cell.score] += cell.count
        if cell.contactable:
            reachable[cell.score] += cell.count
    for score in range(100, -1, -1):
        people[score] += people[score + 1]
        reachable[score] += reachable[score + 1]
    least = 0 if inclusive else 1
    return [LineCount(line, people[line + least], reachable[line + least]) for line in range(calibration.floor, 101)]


def market_table(calibration: Calibration, line: int, language: str) -> MarketTable:
    """Count the viable by level of one language ("japanese" or "english") and pay band."""
    level_of: Callable[[MarketCell], int] = (lambda c: c.japanese) if language == "japanese" else (lambda c: c.english)
    counts: dict[tuple[int, int], int] = {}
    viable = 0
    for cell in cells_of(calibration):
        if above(cell.without_language, line, True):
            key = (level_of(cell), _band(cell.pay_band))
            counts[key] = counts.get(key, 0) + cell.count
            viable += cell.count
    levels = [*range(5, -1, -1), UNKNOWN]
    bands = sorted({band for _level, band in counts if band != UNKNOWN})
    bands = [*(range(bands[0], bands[-1] + 2, 2) if bands else ()), UNKNOWN]
    shown = withheld(counts)
    return MarketTable(
        language=language,
        line=line,
        bands=tuple(bands),
        rows=tuple(MarketRow(lv, tuple(shown.get((lv, band), 0) for band in bands)) for lv in levels),
        viable=viable,
        of=calibration.considered,
        universe=calibration.universe,
    )


def _band(millions: int) -> int:
    """Two million wide: ¥8–10M is how people here speak of pay."""
    return UNKNOWN if millions < 0 else millions - millions % 2


def withheld(counts: dict[tuple[int, int], int]) -> dict[tuple[int, int], int | None]:
    """Hide cells of one to four people, and one more where a single hidden cell could be worked out from the total."""
    hidden = {key for key, count in counts.items() if 0 < count < LEAST}
    rest = sorted((count, key) for key, count in counts.items() if count >= LEAST)
    if len(hidden) == 1 and rest:
        hidden.add(rest[0][1])
    return {key: None if key in hidden else count for key, count in counts.items()}
