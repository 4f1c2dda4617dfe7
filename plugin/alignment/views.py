"""The shortlist as everybody sees it: note in the ATS, manager's page, recruiter's page render this one value.

Masked or not, ids, order, scores and the evidence hash are the same (R8). Masked views never hold an unmasked word.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from plugin.alignment import market
from plugin.alignment.terms import say_line
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.i18n import phrases
from plugin.identity import Identity, identities, known_keys, profiles_of
from plugin.people_in.ages import age_text
from plugin.rows import Calibration, Connection, Requisition, ShortlistEntry, Verdict
from plugin.scouting.may_write import reason_text
from plugin.sealing import Vault


@dataclass(frozen=True, slots=True)
class RowView:
    """One unit against one person. `status`: met, related, not_found, contradicted, similarity."""

    label: str
    status: str
    status_text: str
    points: float
    maximum: float
    asked: str  # the description's words, "" where the unit is not quoted
    quote: str  # the profile's words, masked where the view is; "" where there are none
    start: int | None
    end: int | None
    inferred: bool


@dataclass(frozen=True, slots=True)
class DimensionView:
    name: str
    label: str
    points: float
    maximum: float
    rows: tuple[RowView, ...]

    @property
    def share(self) -> float:
        """Between 0 and 1, for bars."""
        return max(0.0, min(1.0, self.points / self.maximum)) if self.maximum else 0.0


@dataclass(frozen=True, slots=True)
class EntryView:
    """One of the 20. `identity` is None in masked views and for people erased since."""

    rank: int
    label: str
    profile_id: str
    score: int
    band: str
    capped: bool
    headline: str
    dimensions: tuple[DimensionView, ...]
    best: str  # one line of evidence
    reachable: bool
    why_not: tuple[str, ...]
    evidence_hash: str
    identity: Identity | None = None
    verdict: bool | None = None
    verdict_reason: str = ""
    age: str = ""  # the mark of somebody of whom what is known is old, or of unknown age


@dataclass(frozen=True, slots=True)
class ShortlistView:
    """A calibration's shortlist with what stands around it. `reachable` is of `len(entries)`."""

    calibration_id: int
    short_id: str
    requisition_title: str
    masked: bool
    locale: str
    entries: tuple[EntryView, ...]
    reachable: int
    shortlist_hash: str
    proposed_line: int
    proposed_line_text: str
    inclusive: bool
    floor: int
    universe: int
    considered: int
    score_version: str
    lines: tuple[market.LineCount, ...]
    counted: market.StoredMarket
    current: bool  # still the requisition's own
    asked_by: str


def shortlist_view(
    session: Session,
    calibration: Calibration,
    *,
    masked: bool,
    locale: str,
    vault: Vault,
    staff_id: int | None = None,
) -> ShortlistView:
    """Everything about a calibration's shortlist in one reader's language, in a handful of queries.

    `staff_id`: whose verdicts to show beside the entries. Unmasked views are for the recruiter and after a yes.
    """
    requisition = session.get_one(Requisition, calibration.requisition_id)
    policy = policy_of(session.get_one(Connection, requisition.connection_id))
    rows = session.exec(
        select(ShortlistEntry)
        .where(col(ShortlistEntry.calibration_id) == calibration.key)
        .order_by(col(ShortlistEntry.rank))
    ).all()
    ids = [row.profile_id for row in rows]
    people = {} if masked else identities(session, vault, calibration.employer_id, ids)
    words = {} if masked else unmasked(session, vault, calibration.employer_id, rows)
    verdicts = _verdicts(session, calibration, staff_id)
    counted = market.read_market(session, calibration)
    now = now_of(session)
    known = {row.profile_id: row.as_of for row in profiles_of(session, calibration.employer_id, ids)}
    ages = {id: age_text(as_of, policy, now, locale) for id, as_of in known.items()}
    entries = tuple(
        _entry(
            row,
            words.get(row.profile_id, row.evidence),
            people.get(row.profile_id),
            verdicts,
            locale,
            ages.get(row.profile_id, ""),
        )
        for row in rows
    )
    return ShortlistView(
        calibration_id=calibration.key,
        short_id=calibration.short_id,
        requisition_title=requisition.title,
        masked=masked,
        locale=locale,
        entries=entries,
        reachable=sum(1 for entry in entries if entry.reachable),
        shortlist_hash=calibration.shortlist_hash,
        proposed_line=calibration.proposed_line,
        proposed_line_text=say_line(calibration.proposed_line, policy.inclusive, locale),
        inclusive=policy.inclusive,
        floor=calibration.floor,
        universe=calibration.universe,
        considered=calibration.considered,
        score_version=calibration.score_version,
        lines=tuple(market.line_counts(counted, policy.inclusive)),
        counted=counted,
        current=requisition.calibration_id == calibration.id,
        asked_by=calibration.asked_by,
    )


def band_of(score: int, locale: str) -> str:
    """A score in words, for whoever reads numbers badly."""
    _ = phrases(locale)
    if score >= 85:
        return _("very strong match")
    if score >= 70:
        return _("strong match")
    if score >= 55:
        return _("partial match")
    return _("weak match")


def status_text(status: str, locale: str) -> str:
    _ = phrases(locale)
    texts = {
        "met": _("met"),
        "related": _("related"),
        "not_found": _("not found (unknown)"),
        "contradicted": _("contradicted"),
        "similarity": _("similarity"),
    }
    return texts.get(status, status)


def dimension_text(name: str, locale: str) -> str:
    _ = phrases(locale)
    texts = {
        "must": _("Must-haves"),
        "role": _("Role and field"),
        "experience": _("Experience"),
        "language": _("Languages"),
        "nice": _("Nice to have"),
        "guidance": _("Your criteria"),
    }
    return texts.get(name, name)


def _entry(
    row: ShortlistEntry,
    evidence: list[dict[str, Any]],
    identity: Identity | None,
    verdicts: dict[str, Verdict],
    locale: str,
    age: str,
) -> EntryView:
    dimensions = dimensions_view(evidence, locale)
    verdict = verdicts.get(row.profile_id)
    return EntryView(
        rank=row.rank,
        label=row.label,
        profile_id=row.profile_id,
        score=row.score,
        band=band_of(row.score, locale),
        capped=row.capped,
        headline=row.headline,
        dimensions=dimensions,
        best=one_line(dimensions, locale),
        reachable=row.reachable,
        why_not=tuple(reason_text(code, locale) for code in row.unreachable_because),
        evidence_hash=row.evidence_hash,
        identity=identity,
        verdict=verdict.match if verdict is not None else None,
        verdict_reason=verdict.reason if verdict is not None else "",
        age=age,
    )


def dimensions_view(evidence: Sequence[dict[str, Any]], locale: str) -> tuple[DimensionView, ...]:
    """Stored evidence in the reader's language."""
    return tuple(_dimension(data, locale) for data in evidence)


def _dimension(data: dict[str, Any], locale: str) -> DimensionView:
    rows = tuple(
        RowView(
            label=row["label_ja"] if locale == "ja" else row["label_en"],
            status=row["status"],
            status_text=status_text(row["status"], locale),
            points=row["points"],
            maximum=row["maximum"],
            asked=row["description"]["words"] if row["description"] else "",
            quote=row["profile"]["words"] if row["profile"] else "",
            start=row["profile"]["start"] if row["profile"] else None,
            end=row["profile"]["end"] if row["profile"] else None,
            inferred=row["inferred"],
        )
        for row in data["rows"]
    )
    return DimensionView(data["name"], dimension_text(data["name"], locale), data["points"], data["maximum"], rows)


def one_line(dimensions: tuple[DimensionView, ...], locale: str) -> str:
    """The evidence that weighs most, in one line: what is met with its quote, and how many musts were not found."""
    _ = phrases(locale)
    rows = [row for dimension in dimensions for row in dimension.rows]
    met = sorted((row for row in rows if row.status == "met"), key=lambda row: -row.points)
    parts = [f"{row.label} “{row.quote}”" if row.quote and row.quote != row.label else row.label for row in met[:3]]
    if locale == "ja":
        parts = [part.replace(" “", "「").replace("”", "」") for part in parts]
    musts = [row for dimension in dimensions if dimension.name == "must" for row in dimension.rows]
    contradicted = [row.label for row in rows if row.status == "contradicted"]
    missing = [row.label for row in musts if row.status == "not_found"]
    line = _(", ").join(parts) or _("similar career, nothing quoted")
    if contradicted:
        line += _("; contradicted: %(what)s", what=_(", ").join(contradicted[:2]))
    elif missing:
        line += _("; unknown: %(what)s", what=_(", ").join(missing[:2]))
    return line


def unmasked(
    session: Session, vault: Vault, employer_id: int, rows: Sequence[ShortlistEntry]
) -> dict[str, list[dict[str, Any]]]:
    keys = known_keys(session, vault, employer_id, [row.profile_id for row in rows])
    return {
        row.profile_id: json.loads(keys[row.profile_id].decrypt(row.sealed_evidence))
        for row in rows
        if row.sealed_evidence is not None and row.profile_id in keys
    }


def _verdicts(session: Session, calibration: Calibration, staff_id: int | None) -> dict[str, Verdict]:
    if staff_id is None:
        return {}
    found = session.exec(
        select(Verdict).where(col(Verdict.calibration_id) == calibration.key, col(Verdict.staff_id) == staff_id)
    )
    return {verdict.profile_id: verdict for verdict in found}
