"""One calibration: the judgement is asked outside any transaction, then everything is stored in one."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session

from plugin.alignment import guidance, market, proposals, scores
from plugin.alignment.freshness import freshness
from plugin.alignment.masking import mask
from plugin.alignment.prose import owe_prose
from plugin.alignment.store import judged_on
from plugin.connections import policy_of
from plugin.events import record
from plugin.people import Identity, identities, seal_many
from plugin.rows import (
    Calibration,
    Connection,
    GuidanceNote,
    RequirementRow,
    Requisition,
    ShortlistEntry,
)
from plugin.scouting.may_write import reachable
from plugin.work.context import Work
from plugin.work.jobs import Claim, owe
from ranking.values import Calibrated, Market, Requirement, Scored, digest

log = structlog.get_logger(__name__)

SHORTLIST = 20
GAINED_SHOWN = 10
"""People a specification gains who are shown with a line on each; the rest are counted."""


def calibrate(work: Work, claim: Claim) -> None:
    """Run a calibration that is owed and owe its posting. Payload: calibration_id. Running it twice changes nothing."""
    with work.reading() as session:
        calibration = session.get_one(Calibration, claim.payload["calibration_id"])
        requisition = session.get_one(Requisition, calibration.requisition_id)
        connection = session.get_one(Connection, requisition.connection_id)
        row = session.get_one(RequirementRow, calibration.requirement_id)
        note = session.get(GuidanceNote, calibration.guidance_id) if calibration.guidance_id else None
    if calibration.state != "owed":
        return
    if requisition.calibration_id != calibration.id:
        # Overtaken before it ran: what it would show is no longer asked for.
        with work.finishing(claim) as session:
            calibration = session.get_one(Calibration, calibration.key)
            calibration.state, calibration.finished_at = "failed", work.clock.now()
            session.add(calibration)
            record(session, calibration.employer_id, "calibration", calibration.key, "overtaken", actor="clock")
        return
    policy = policy_of(connection)
    requirement, units = proposals.propose(work, row, note)
    if note is not None and units is not None:
        note.proposed = units
    desk = work.judge(calibration.employer_id)
    desk.catch_up(work)
    result: Calibrated = desk.calibrate(
        requirement,
        guidance.understood(note),
        top=SHORTLIST,
        floor=policy.floor,
        reference_date=judged_on(calibration, connection),
    )
    now = work.clock.now()
    with work.finishing(claim) as session:
        calibration = session.get_one(Calibration, calibration.key)
        _keep_proposals(session, calibration, requirement, units)
        _store(session, work, connection, requisition, calibration, result, now)
        requisition = session.get_one(Requisition, requisition.key)
        if requisition.calibration_id == calibration.id:
            requisition.state, requisition.state_reason = "calibrated", ""
            session.add(requisition)
        owe_prose(session, work.settings, calibration)
        owe(
            session,
            "post_shortlist",
            str(calibration.key),
            employer_id=calibration.employer_id,
            connection_id=connection.key,
            payload={"calibration_id": calibration.key},
        )
    log.info(
        "calibrated",
        calibration=calibration.key,
        universe=result.universe,
        considered=result.considered,
        stored=sum(group.count for group in result.groups),
        **{f"seconds_{name}": round(value, 4) for name, value in result.seconds.items()},
    )


def _keep_proposals(
    session: Session, calibration: Calibration, requirement: Requirement, units: list[dict[str, Any]] | None
) -> None:
    """Keep what a language model added with what was judged by; the hashes stay those of the texts."""
    if requirement.proposed_by:
        row = session.get_one(RequirementRow, calibration.requirement_id)
        row.parsed = requirement.to_json()
        session.add(row)
    if units is not None and calibration.guidance_id is not None:
        note = session.get_one(GuidanceNote, calibration.guidance_id)
        note.proposed = units
        session.add(note)


def _store(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    result: Calibrated,
    now: datetime,
) -> None:
    employer_id = calibration.employer_id
    ids = [scored.profile_id for scored in result.shortlist]
    people = identities(session, work.vault, employer_id, ids)
    reasons = reachable(session, work.vault, connection=connection, requisition=requisition, profile_ids=ids, now=now)
    sealed = seal_many(
        session, work.vault, employer_id, {s.profile_id: [asdict(d) for d in s.dimensions] for s in result.shortlist}
    )
    lines = headlines(work, employer_id, ids, people)
    for rank, scored in enumerate(result.shortlist, start=1):
        because = reasons.get(scored.profile_id, [])
        session.add(
            ShortlistEntry(
                employer_id=employer_id,
                calibration_id=calibration.key,
                rank=rank,
                label=f"A-{rank:02}",
                profile_id=scored.profile_id,
                profile_revision=scored.revision,
                score=scored.score,
                without_language=scored.without_language,
                without_guidance=scored.without_guidance,
                capped=scored.capped,
                evidence=masked_evidence(scored, people.get(scored.profile_id)),
                sealed_evidence=sealed.get(scored.profile_id),
                evidence_hash=scored.evidence_hash,
                reachable=not because,
                unreachable_because=list(because),
                headline=lines.get(scored.profile_id, ""),
                created_at=now,
            )
        )
    scores.keep(session, calibration, result.groups, now)
    calibration.score_version, calibration.store_revision = result.score_version, result.store_revision
    calibration.universe, calibration.considered = result.universe, result.considered
    calibration.floor, calibration.proposed_line = result.floor, max(result.proposed_line, result.floor)
    market.keep(session, calibration, _counted(session, work, calibration, result, now), now)
    calibration.shortlist_hash = shortlist_hash(result.shortlist)
    calibration.state, calibration.finished_at = "done", now
    session.add(calibration)
    record(
        session,
        employer_id,
        "calibration",
        calibration.key,
        "done",
        actor="clock",
        shortlist_hash=calibration.shortlist_hash,
        score_version=result.score_version,
        universe=result.universe,
    )


def _counted(
    session: Session, work: Work, calibration: Calibration, result: Calibrated, now: datetime
) -> market.StoredMarket:
    """Everything counted, with a sealed line on the first few people each specification gains."""
    employer_id = calibration.employer_id
    ids = sorted({one for specification in result.specifications for one, *_ in specification.gained[:GAINED_SHOWN]})
    lines = headlines(work, employer_id, ids, identities(session, work.vault, employer_id, ids))
    sealed = seal_many(session, work.vault, employer_id, lines)
    return market.StoredMarket(
        result.table or Market(result.floor, result.universe, result.considered, (), {}, ()),
        result.specifications,
        freshness(session, employer_id, now),
        {one: base64.b64encode(token).decode() for one, token in sealed.items()},
    )


def shortlist_hash(shortlist: Sequence[Scored]) -> str:
    """What manager and recruiter must see alike: ids, order, scores, evidence of the unmasked quotes."""
    return digest([[rank, s.profile_id, s.score, s.evidence_hash] for rank, s in enumerate(shortlist, start=1)])


def masked_evidence(scored: Scored, identity: Identity | None) -> list[dict[str, Any]]:
    """Evidence as JSON with the person masked inside quotes; offsets stay those of the unmasked words (R12)."""
    dimensions: list[dict[str, Any]] = [asdict(dimension) for dimension in scored.dimensions]
    for dimension in dimensions:
        dimension["rows"] = [dict(row) for row in dimension["rows"]]
        for row in dimension["rows"]:
            if row["profile"] is not None:
                row["profile"] = {**row["profile"], "words": mask(row["profile"]["words"], identity)}
    return dimensions


def headlines(work: Work, employer_id: int, ids: Sequence[str], people: dict[str, Identity]) -> dict[str, str]:
    """One line on each person, masked; the employer as industry and size where they are known."""
    found = work.judge(employer_id).store.get(list(ids))
    made: dict[str, str] = {}
    for profile_id, profile in found.items():
        identity = people.get(profile_id)
        line = mask((identity.title if identity else "") or profile.headline, identity)
        employer = ", ".join(part for part in (identity.industry, identity.size) if part) if identity else ""
        made[profile_id] = f"{line} ({employer})" if employer else line
    return made
