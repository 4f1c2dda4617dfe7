"""Why each of the twenty fits, from what a calibration stored: one value for note, manager's and recruiter's pages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from plugin.alignment import commitment as commitments
from plugin.alignment.guidance import understood
from plugin.alignment.views import unmasked
from plugin.connections import policy_of
from plugin.identity import known_keys
from plugin.rows import Calibration, Connection, GuidanceNote, Requisition, ShortlistEntry
from plugin.sealing import Vault
from ranking.summary import FitSummary, fit_summary
from ranking.telling import Section


def fit_summaries(session: Session, calibration: Calibration, *, masked: bool, vault: Vault) -> dict[str, FitSummary]:
    """Summarise everybody on a calibration's shortlist, by profile id, masked as the shortlist's own view is.

    The line is that of the commitment in force for this very calibration; until there is one, the proposed line.
    """
    requisition = session.get_one(Requisition, calibration.requisition_id)
    policy = policy_of(session.get_one(Connection, requisition.connection_id))
    note = session.get(GuidanceNote, calibration.guidance_id) if calibration.guidance_id is not None else None
    guidance = understood(note)
    commitment = commitments.in_force(session, requisition.key)
    if commitment is not None and commitment.calibration_id != calibration.id:
        commitment = None
    rows = session.exec(
        select(ShortlistEntry)
        .where(col(ShortlistEntry.calibration_id) == calibration.key)
        .order_by(col(ShortlistEntry.rank))
    ).all()
    words = {} if masked else unmasked(session, vault, calibration.employer_id, rows)
    worded = _worded(session, vault, calibration.employer_id, rows)
    return {
        row.profile_id: _with_prose(
            worded.get(row.profile_id),
            fit_summary(
                words.get(row.profile_id, row.evidence),
                score=row.score,
                capped=row.capped,
                without_guidance=row.without_guidance,
                headline=row.headline,
                guidance=guidance,
                line=commitment.line if commitment is not None else calibration.proposed_line,
                inclusive=commitment.inclusive if commitment is not None else policy.inclusive,
                proposed=commitment is None,
            ),
        )
        for row in rows
    }


def _worded(
    session: Session, vault: Vault, employer_id: int, rows: Sequence[ShortlistEntry]
) -> dict[str, Mapping[str, str]]:
    """What a language model worded and verified, masked, of people who are still there."""
    there = [row for row in rows if row.sealed_prose is not None]
    keys = known_keys(session, vault, employer_id, [row.profile_id for row in there]) if there else {}
    return {
        row.profile_id: json.loads(keys[row.profile_id].decrypt(row.sealed_prose or b""))
        for row in there
        if row.profile_id in keys
    }


def _with_prose(worded: Mapping[str, str] | None, summary: FitSummary) -> FitSummary:
    """Put the wording before the facts it was made of, with who worded it."""
    if worded is None:
        return summary
    ja = Section("prose", f"{worded['ja']}（{worded['model']}による文案）")
    en = Section("prose", f"{worded['en']} (worded by {worded['model']})")
    return replace(summary, ja=(ja, *summary.ja), en=(en, *summary.en))
