"""The evidence behind a scouted person's score, as it goes into the ATS after a yes: never a score alone (R8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import col, select

from plugin.alignment.guidance import understood
from plugin.alignment.store import judged_on
from plugin.i18n import phrases
from plugin.rows import Calibration, Connection, GuidanceNote, RequirementRow, Scout, ShortlistEntry
from plugin.sealing import Erased
from plugin.work.context import Work
from ranking.values import Requirement

Dimensions = Sequence[dict[str, Any]]
"""Dimensions of a `ranking.Scored` as JSON, with the person's own words unmasked."""


def evidence_of(work: Work, scout: Scout) -> Dimensions | None:
    """Find the evidence of a scout: from the shortlist, else from the judgement. Call it outside any transaction.

    None where the judgement would not give the same score today: its evidence would belong to another number.
    """
    with work.reading() as session:
        shown = session.exec(
            select(ShortlistEntry).where(
                col(ShortlistEntry.calibration_id) == scout.calibration_id,
                col(ShortlistEntry.profile_id) == scout.profile_id,
            )
        ).first()
        if shown is not None:
            if shown.sealed_evidence is None:
                return shown.evidence
            try:
                found: Dimensions = work.vault.open_for(
                    session, scout.employer_id, scout.profile_id, shown.sealed_evidence
                )
            except Erased:
                return shown.evidence
            return found
        calibration = session.get_one(Calibration, scout.calibration_id)
        connection = session.get_one(Connection, scout.connection_id)
        requirement = session.get_one(RequirementRow, calibration.requirement_id)
        note = session.get(GuidanceNote, calibration.guidance_id) if calibration.guidance_id is not None else None
    judged = work.judge(scout.employer_id).evidence(
        Requirement.from_json(requirement.parsed),
        understood(note),
        [scout.profile_id],
        reference_date=judged_on(calibration, connection),
    )
    for scored in judged:
        if (scored.profile_id, scored.score) == (scout.profile_id, scout.score):
            return [asdict(dimension) for dimension in scored.dimensions]
    return None


def evidence_lines(dimensions: Dimensions | None, locale: str) -> list[str]:
    """One line a unit, with the person's own words where they stand in the profile."""
    _ = phrases(locale)
    if dimensions is None:
        return [_("Evidence: the profile has changed since the scout; see the calibration's page.")]
    lines = [_("Evidence:")]
    for dimension in dimensions:
        name = _dimension(str(dimension["name"]), locale)
        lines.append(f"■ {name} {_points(dimension['points'])}/{_points(dimension['maximum'])}")
        for row in dimension["rows"]:
            label = row["label_ja"] if locale == "ja" else row["label_en"]
            words = row["profile"]["words"] if row["profile"] is not None else ""
            lines.append(f"・{label}: {_status(str(row['status']), locale)}" + (f" 「{words}」" if words else ""))
    return lines


def _points(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _dimension(name: str, locale: str) -> str:
    _ = phrases(locale)
    known = {
        "must": _("Required"),
        "nice": _("Welcome"),
        "role": _("Role"),
        "experience": _("Experience"),
        "language": _("Language"),
    }
    return known.get(name, name)


def _status(status: str, locale: str) -> str:
    _ = phrases(locale)
    known = {
        "met": _("met"),
        "related": _("related"),
        "not_found": _("not found (unknown)"),
        "contradicted": _("contradicted"),
        "similarity": _("similar"),
    }
    return known.get(status, status)
