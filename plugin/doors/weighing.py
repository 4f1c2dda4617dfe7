"""What a decision is weighed by, as pages show it: the five, the line's price, the table by language and pay, the cards.

Everything is counted from what the calibration stored; nothing here changes anything.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from plugin.alignment import deciding, faults, market, price, specifications, tables
from plugin.alignment.summaries import fit_summaries
from plugin.alignment.views import EntryView, ShortlistView
from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.policy import Policy
from plugin.rows import Calibration
from ranking.telling import Section

SHADES = 6
"""Steps of the table's colouring; the numbers stand in every cell, so colour alone says nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: how many people, None where withheld; `shade` 0 to SHADES; which row and band, to ask for its people."""

    count: int | None
    shade: int
    level: int
    basis: str
    band: int
    unknown: bool


@dataclass(frozen=True, slots=True)
class HeatMap:
    """One language's table with its words. `opens`: its cells lead to their people."""

    language: str
    title: str
    bands: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...], int | None], ...]
    table: tables.MarketTable


@dataclass(frozen=True, slots=True)
class Priced:
    """A line's price with the words a screen reader says when the slider stands on it."""

    price: price.LinePrice
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """Everything around one shortlist at one line."""

    line: int
    inclusive: bool
    five: tuple[EntryView, ...]
    rest: tuple[EntryView, ...]
    judged: int
    suggestion: deciding.Suggestion
    suggestion_text: str
    contradictions: tuple[str, ...]
    reasons: Mapping[str, str]
    prices: tuple[Priced, ...]
    assumption: str
    percent: str
    faults: tuple[Fault, ...]
    cards: tuple[specifications.Card, ...]
    heat: tuple[HeatMap, ...]
    sparse: bool
    source: str
    summaries: Mapping[str, tuple[Section, ...]]


def _sparse(heat: Sequence[HeatMap]) -> bool:
    """Whether most cells that hold anybody are withheld."""
    counts = [cell.count for table in heat for _label, cells, _total in table.rows for cell in cells if cell.count != 0]
    return sum(count is None for count in counts) * 2 > len(counts)


def weigh(
    db: Session,
    view: ShortlistView,
    calibration: Calibration,
    policy: Policy,
    *,
    line: int,
    inclusive: bool | None = None,
    max_people: int | None = None,
    minutes: int | None = None,
    percent: float | None = None,
) -> Weighed:
    """Weigh one shortlist at a line, with the plan as typed; `percent` of the letters are assumed to bring a yes."""
    locale = page.locale()
    inclusive = view.inclusive if inclusive is None else inclusive
    line = max(view.floor, min(100, line))
    five = deciding.five(view.entries, view.proposed_line)
    judged = deciding.judged(view.entries)
    suggestion = deciding.suggested_line(
        judged, proposed=view.proposed_line, floor=view.floor, inclusive=view.inclusive
    )
    rate = price.Rate.around(percent / 100 if percent is not None else policy.reply_rate)
    busy = price.owed_hours(db, calibration.manager_id) if calibration.manager_id is not None else 0.0
    priced = price.prices(view.lines, policy, max_people=max_people, minutes=minutes, rate=rate, busy_hours=busy)
    heat = heat_maps(view.counted, line, locale)
    return Weighed(
        line=line,
        inclusive=inclusive,
        five=five,
        rest=deciding.the_rest(view.entries, five),
        judged=len(judged),
        suggestion=suggestion,
        suggestion_text=deciding.suggestion_text(suggestion, locale),
        contradictions=tuple(deciding.contradiction_text(one, locale) for one in deciding.contradictions(judged)),
        reasons={code: deciding.reason_text(code, locale) for code in deciding.REASONS},
        prices=tuple(Priced(one, price.price_text(one, locale)) for one in priced),
        assumption=price.assumption_text(rate, locale),
        percent=f"{rate.expected * 100:g}",
        faults=tuple(
            Fault(faults.fault_title(one, locale), faults.fault_text(one, locale))
            for one in faults.faults_of(db, calibration, view.counted, line)
        ),
        cards=specifications.cards(
            db, page.work().vault, calibration, view.counted, line=line, inclusive=inclusive, locale=locale
        ),
        heat=heat,
        sparse=_sparse(heat),
        source=market.source_text(view.counted, policy, locale, line),
        summaries={
            profile_id: summary.sections(locale)
            for profile_id, summary in fit_summaries(
                db, calibration, masked=view.masked, vault=page.work().vault
            ).items()
        },
    )


def heat_maps(counted: market.StoredMarket, line: int, locale: str) -> tuple[HeatMap, ...]:
    """The tables of Japanese and English by desired pay."""
    titles = (("japanese", _("Japanese level by desired pay")), ("english", _("English level by desired pay")))
    return tuple(_heat_map(market.market_table(counted, line, language), title, locale) for language, title in titles)


def _heat_map(table: tables.MarketTable, title: str, locale: str) -> HeatMap:
    highest = table.highest
    rows = tuple(
        (
            tables.level_text(row.level, row.basis, locale),
            tuple(
                Cell(count, _shade(count, highest), row.level, row.basis, number, table.bands[number].low is None)
                for number, count in enumerate(row.counts)
            ),
            row.total,
        )
        for row in table.rows
    )
    return HeatMap(table.language, title, tuple(tables.band_text(one, locale) for one in table.bands), rows, table)


def _shade(count: int | None, highest: int) -> int:
    return math.ceil(SHADES * count / highest) if count and highest else 0


def asked_for(values: Mapping[str, str], line: int) -> dict[str, Any]:
    """The line, its boundary and the plan an address asks to be weighed; what is no number is left out."""
    found = _number(values, "line", 0, 100)
    people, minutes = _number(values, "max_people", 1, 1000), _number(values, "minutes", 10, 240)
    return {
        "line": line if found is None else int(found),
        "inclusive": {"1": True, "0": False}.get(values.get("inclusive", "")),
        "max_people": None if people is None else int(people),
        "minutes": None if minutes is None else int(minutes),
        "percent": _number(values, "percent", 0.1, 100),
    }


def _number(values: Mapping[str, str], name: str, low: float, high: float) -> float | None:
    plain = unicodedata.normalize("NFKC", values.get(name, "")).strip()
    return min(high, max(low, float(plain))) if re.fullmatch(r"\d{1,5}(\.\d{1,3})?", plain, re.ASCII) else None
