"""Tables of people by language level and desired pay, as far as they may be shown (R10, `withholding`).

Whatever tables are drawn of one market, at several lines and of both languages, and held side by side: no cell of fewer
than five can be worked out from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plugin.alignment.withholding import LEAST, TOTAL, Cell, withheld
from plugin.i18n import phrases
from ranking.values import LanguageTally, Market

UNKNOWN = -1
_ROW = -2
_Level = tuple[int, str]
WIDTH = 2
"""Millions of JPY: ¥8–10M is how people here speak of pay."""
STEP = 5
"""Points between two lines at which tables are drawn."""
HIGHEST = 20
"""Millions of JPY from which on pay is one band: the few above it are no table."""


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
    """Viable people (score without the language dimension at or above `line`, see `drawn_line`), language by desired pay.

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


def drawn_line(line: int, floor: int) -> int:
    """The line a table is drawn at: down to a multiple of STEP, not below the floor."""
    return max(floor, line // STEP * STEP)


def table_of(market: Market, line: int, language: str) -> MarketTable:
    """Count the viable by level of one language ("japanese" or "english") and pay band, withheld where few.

    Drawn at `drawn_line`. Tables at several lines may be held side by side: what is withheld at one line stays so at
    every higher one, and bands only ever merge, so that no cell is caught between two lines that show the same number.
    """
    tables = _Tables(market.languages.get(language, ()))
    drawn = drawn_line(line, market.floor)
    first = market.floor // STEP * STEP + STEP
    for at in (market.floor, *range(first, drawn + 1, STEP)):
        tables.move_to(at)
    return MarketTable(
        language=language,
        line=drawn,
        bands=tuple(tables.bands),
        rows=tuple(
            MarketRow(
                level,
                basis,
                tuple(None if (number, place) in tables.hidden else count for place, count in enumerate(row)),
                None if (number, TOTAL) in tables.hidden else sum(row),
            )
            for number, ((level, basis), row) in enumerate(tables.rows)
        ),
        viable=sum(sum(row) for _level, row in tables.rows) if tables.rows or not tables.left_out else None,
        left_out=tables.left_out,
        within_reach=market.within_reach,
        universe=market.universe,
    )


class _Tables:
    """One language's table at one line after the other, upwards from the floor; remembers what it has withheld."""

    def __init__(self, tallies: Sequence[LanguageTally]) -> None:
        self._counts: Counter[tuple[_Level, int]] = Counter()
        self._by_score: dict[int, Counter[tuple[_Level, int]]] = {}
        for tally in tallies:
            key = ((tally.level, tally.basis), _band(tally.pay_band))
            self._counts[key] += tally.count
            self._by_score.setdefault(tally.score, Counter())[key] += tally.count
        lows = [_band(tally.pay_band) for tally in tallies if tally.pay_band >= 0]
        self._known = [(low, low + WIDTH) for low in range(min(lows), max(lows) + 1, WIDTH)] if lows else []
        self._held: set[tuple[_Level, int]] = set()  # level and lower end of a band of WIDTH; UNKNOWN, _ROW
        self.bands: list[Band] = []
        self.rows: list[tuple[_Level, list[int]]] = []
        self.hidden: frozenset[Cell] = frozenset()
        self.left_out = False

    def move_to(self, line: int) -> None:
        for score in [score for score in self._by_score if score < line]:
            self._counts.subtract(self._by_score.pop(score))
        counts = self._counts
        by_band: Counter[int] = Counter()
        for (_level, low), count in counts.items():
            by_band[low] += count
        unknown = by_band.pop(UNKNOWN, 0)
        known = by_band.total()
        self.left_out = 0 < known < LEAST or 0 < unknown < LEAST
        self._known = _merged(self._known, by_band) if known >= LEAST else []
        parts = [range(low, high, WIDTH) for low, high in self._known]
        shown = [part for part in parts if any(by_band[low] for low in part)]
        # Bands nobody wants any more are left away at both ends.
        parts = [part for part in parts if shown and shown[0].start <= part.start <= shown[-1].start]
        self.bands = [Band(part.start, None if part.stop > HIGHEST else part.stop) for part in parts]
        columns: list[Sequence[int]] = list(parts)
        if unknown >= LEAST:
            self.bands.append(Band(None, None))
            columns.append((UNKNOWN,))
        levels = sorted({level for level, _low in counts}, key=_from_the_top)
        table = [(level, [sum(counts[level, low] for low in column) for column in columns]) for level in levels]
        # A level only those left out have is no row.
        self.rows = [(level, row) for level, row in table if any(row)]
        already = {
            (number, place)
            for number, (level, _row) in enumerate(self.rows)
            for place, column in enumerate(columns)
            if any((level, low) in self._held for low in column)
        } | {(number, TOTAL) for number, (level, _row) in enumerate(self.rows) if (level, _ROW) in self._held}
        self.hidden = withheld([row for _level, row in self.rows], already)
        for number, place in self.hidden:
            level = self.rows[number][0]
            self._held |= {(level, low) for low in (columns[place] if place != TOTAL else (_ROW,))}


def _from_the_top(level: _Level) -> tuple[int, bool]:
    return -level[0], level[1] != "stated"


def _merged(bands: Sequence[tuple[int, int]], by_band: Mapping[int, int]) -> list[tuple[int, int]]:
    """Neighbouring bands merged until each holds nobody or at least LEAST people; there are as many in all."""
    merged: list[tuple[int, int, int]] = []  # low, high, people
    low, people = None, 0
    for start, end in bands:
        low = start if low is None else low
        people += sum(by_band.get(one, 0) for one in range(start, end, WIDTH))
        if people == 0 or people >= LEAST:
            merged.append((low, end, people))
            low, people = None, 0
    if low is not None:  # the few at the top go with the last band that has people, and what lies between
        end = bands[-1][1]
        while merged[-1][2] == 0:
            merged.pop()
        low, _end, more = merged.pop()
        merged.append((low, end, more + people))
    return [(low, high) for low, high, _people in merged]


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
