"""What stands in the way of a commitment: which musts go unanswered, who can't be reached, what another line would give.

Numbers of the stored calibration alone, each with its denominator (R10); nothing here decides or changes anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from plugin.alignment.market import LineCount, line_counts, read_market
from plugin.alignment.no_line import Gap, gap
from plugin.connections import policy_of
from plugin.rows import Calibration, Connection, Requisition, ShortlistEntry

MOST = 3


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One must, and in how many of the shown profiles it is not found or contradicted."""

    label_ja: str
    label_en: str
    not_found: int
    contradicted: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`shown` people of the shortlist, `reachable` of them; `lines` from the proposed one down in steps of five."""

    shown: int
    reachable: int
    unanswered: tuple[Unanswered, ...]
    lines: tuple[LineCount, ...]
    considered: int
    universe: int
    gap: Gap


def diagnose(session: Session, calibration: Calibration, staff_id: int | None = None) -> Diagnosis:
    """Read a calibration's shortlist, histogram and one manager's verdicts for what keeps them from naming a line."""
    entries = session.exec(select(ShortlistEntry).where(col(ShortlistEntry.calibration_id) == calibration.key)).all()
    requisition = session.get_one(Requisition, calibration.requisition_id)
    inclusive = policy_of(session.get_one(Connection, requisition.connection_id)).inclusive
    wanted = range(calibration.proposed_line, max(calibration.floor, calibration.proposed_line - 20) - 1, -5)
    by_line = {count.line: count for count in line_counts(read_market(session, calibration), inclusive)}
    return Diagnosis(
        shown=len(entries),
        reachable=sum(1 for entry in entries if entry.reachable),
        unanswered=unanswered([entry.evidence for entry in entries]),
        lines=tuple(by_line[line] for line in wanted if line in by_line),
        considered=calibration.considered,
        universe=calibration.universe,
        gap=gap(session, calibration, staff_id, inclusive=inclusive),
    )


def unanswered(evidence: Sequence[Sequence[dict[str, Any]]]) -> tuple[Unanswered, ...]:
    """The musts most of these people's evidence leaves unanswered, the worst first, at most MOST."""
    not_found: Counter[tuple[str, str]] = Counter()
    contradicted: Counter[tuple[str, str]] = Counter()
    for dimensions in evidence:
        for dimension in dimensions:
            if dimension["name"] != "must":
                continue
            for row in dimension["rows"]:
                label = (row["label_ja"], row["label_en"])
                not_found[label] += row["status"] == "not_found"
                contradicted[label] += row["status"] == "contradicted"
    worst = sorted(
        not_found.keys() | contradicted.keys(), key=lambda label: (-(not_found[label] + contradicted[label]), label)
    )
    return tuple(
        Unanswered(*label, not_found=not_found[label], contradicted=contradicted[label])
        for label in worst[:MOST]
        if not_found[label] + contradicted[label]
    )
