"""Whom a batch is for: everyone above the line, best first, whom we may write to and have something to say to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from plugin.alignment.commitment import live, lock
from plugin.alignment.covers import above
from plugin.alignment.scores import best_first
from plugin.alignment.store import judged_on
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.identity import identities, seal_many
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Connection,
    Employer,
    GuidanceNote,
    Profile,
    RequirementRow,
    Requisition,
    Scout,
)
from plugin.scouting import arms, lookalikes
from plugin.scouting.compiler import STANDARD
from plugin.scouting.facts import PersonFact, person_facts
from plugin.scouting.known_there import learn_from_ats
from plugin.scouting.may_write import LEFT, reachable
from plugin.scouting.media import ABOUT_MAIL, MAIL, reachable_by
from plugin.scouting.post import new_token
from plugin.scouting.replacing import places, takes_more
from plugin.sealing import Vault
from plugin.work.context import Work
from ranking.guidance import read_guidance
from ranking.values import Requirement

STEP = 40
"""People looked at together: R5, then the ATS, then the judgement."""

MOST_EXCLUDED = 200
"""Rows kept of people who can't be written to; beyond it nobody reads on."""


@dataclass(frozen=True, slots=True)
class Above:
    """One person above the line, as the calibration stored them."""

    profile_id: str
    revision: int
    score: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person of the batch: what their letter says of them, or why they are left out."""

    person: Above
    language: str = ""
    facts: tuple[PersonFact, ...] = ()
    reason: str = ""
    medium: str = MAIL


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch is to be made of, read before anything slow happens."""

    connection: Connection
    requisition: Requisition
    calibration: Calibration
    commitment: Commitment | None
    requirement: Requirement
    guidance: str
    people: int
    ranked: tuple[Above, ...]
    by: str
    batch_id: int | None = None  # the batch to fill up, instead of a new one

    def choose(self, work: Work) -> list[Chosen]:
        """Go down the ranking until the cap is full. Asks the ATS and the judgement: call it outside any transaction."""
        chosen: list[Chosen] = []
        excluded: list[Chosen] = []
        for start in range(0, len(self.ranked), STEP):
            wanted = self.people - len(chosen)
            if wanted <= 0:
                break
            ok, out = self._of_step(work, self.ranked[start : start + STEP], wanted)
            chosen += ok
            excluded += out
        return chosen + excluded[:MOST_EXCLUDED]

    def _of_step(self, work: Work, step: Sequence[Above], wanted: int) -> tuple[list[Chosen], list[Chosen]]:
        because, media = self._reachable(work, step)
        maybe = [one for one in step if not because[one.profile_id]]
        if maybe:
            with work.reading() as session:
                people = identities(session, work.vault, self.connection.employer_id, [one.profile_id for one in maybe])
            known = {id: person.email for id, person in people.items() if person.email}
            there = learn_from_ats(work, self.connection, known)
            ids = [one.profile_id for one in maybe]
            lookalikes.learn(work, self.connection, self.requisition.key, ids, known=there)
            because |= self._reachable(work, maybe)[0]
        maybe = [one for one in maybe if not because[one.profile_id]]
        facts = self._facts(work, maybe)
        ok: list[Chosen] = []
        out: list[Chosen] = []
        for one in step:
            if because[one.profile_id]:
                out.append(Chosen(one, reason=",".join(because[one.profile_id])))
            elif not facts[one.profile_id][1]:
                out.append(Chosen(one, reason="nothing_to_say"))
            elif len(ok) < wanted:
                language, said = facts[one.profile_id]
                ok.append(Chosen(one, language, said, medium=media.get(one.profile_id, MAIL)))
            else:
                break  # the cap is full; who comes after is not excluded, merely not reached
        return ok, out

    def _reachable(self, work: Work, step: Sequence[Above]) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Why each may not be written to; and the medium of those who can be written to, but by hand alone."""
        with work.reading() as session:
            because = reachable(
                session,
                work.vault,
                connection=self.connection,
                requisition=self.requisition,
                profile_ids=[one.profile_id for one in step],
                now=work.clock.now(),
                revisions={one.profile_id: one.revision for one in step},
                promised=self.commitment is not None,
            )
            unmailed = [id for id, codes in because.items() if codes and ABOUT_MAIL.issuperset(codes)]
            people = identities(session, work.vault, self.connection.employer_id, unmailed)
        media = {id: medium for id, person in people.items() if (medium := reachable_by(person))}
        return because | {id: [] for id in media}, media

    def _facts(self, work: Work, people: Sequence[Above]) -> dict[str, tuple[str, tuple[PersonFact, ...]]]:
        """Language and facts by profile id, from the judgement's evidence."""
        if not people:
            return {}
        ids = [one.profile_id for one in people]
        guidance = read_guidance(self.guidance) if self.guidance.strip() else None
        scored = {
            each.profile_id: each
            for each in work.judge(self.connection.employer_id).evidence(
                self.requirement, guidance, ids, reference_date=judged_on(self.calibration, self.connection)
            )
        }
        with work.reading() as session:
            languages = {
                row.profile_id: row.language
                for row in session.exec(
                    select(Profile).where(
                        col(Profile.employer_id) == self.connection.employer_id, col(Profile.profile_id).in_(ids)
                    )
                )
            }
        return {
            id: (languages[id], person_facts(scored[id].dimensions, languages[id]))
            if id in scored and id in languages
            else ("", ())
            for id in ids
        }


def plan_of(session: Session, payload: Mapping[str, Any]) -> Plan | None:
    """Read what a batch is to be made of; None when there is nothing to prepare (any more)."""
    if "commitment_id" in payload:
        commitment = session.get(Commitment, payload["commitment_id"])
        batch = session.get(Batch, payload["batch_id"]) if "batch_id" in payload else None
        if commitment is None or not _wanted(session, commitment, batch):
            return None
        calibration = session.get_one(Calibration, commitment.calibration_id)
        line, inclusive = commitment.line, commitment.inclusive
        people = commitment.max_people if batch is None else places(session, commitment)
        exclusions, by = set(commitment.exclusions), ""
    else:
        commitment = batch = None
        calibration = session.get_one(Calibration, payload["calibration_id"])
        line, inclusive, people = int(payload["line"]), True, int(payload["people"])
        exclusions, by = set[str](), str(payload["by"])
    requisition = session.get_one(Requisition, calibration.requisition_id)
    connection = session.get_one(Connection, requisition.connection_id)
    requirement = session.get_one(RequirementRow, calibration.requirement_id)
    guidance = session.get(GuidanceNote, calibration.guidance_id) if calibration.guidance_id is not None else None
    settled: ColumnElement[bool] = col(Scout.state).in_([*LEFT, "refused"])
    if batch is not None:
        settled = or_(settled, col(Scout.batch_id) == batch.key)  # looked at before, whatever came of it
    written = set(session.exec(select(Scout.profile_id).where(col(Scout.requisition_id) == requisition.key, settled)))
    ranked = tuple(
        Above(profile_id, revision, score)
        for profile_id, revision, score in best_first(session, calibration, line)
        if above(score, line, inclusive) and profile_id not in exclusions and profile_id not in written
    )
    return Plan(
        connection=connection,
        requisition=requisition,
        calibration=calibration,
        commitment=commitment,
        requirement=Requirement.from_json(requirement.parsed),
        guidance=guidance.text if guidance is not None else "",
        people=people,
        ranked=ranked,
        by=by,
        batch_id=batch.key if batch is not None else None,
    )


def draft(session: Session, vault: Vault, plan: Plan, people: Sequence[Chosen]) -> Batch | None:
    """Write a batch and its letters' rows; None when the plan has been overtaken. A second call changes nothing.

    Somebody whose letter for this requisition was drafted before and never left keeps that row: one person is scouted
    at most once per requisition.
    """
    requisition = lock(session, plan.requisition.key)
    filling = session.get_one(Batch, plan.batch_id, populate_existing=True) if plan.batch_id is not None else None
    if plan.commitment is not None:
        commitment = session.get_one(Commitment, plan.commitment.key, populate_existing=True)
        if not _wanted(session, commitment, filling):
            return None
        if filling is not None and len([one for one in people if not one.reason]) > places(session, commitment):
            return None  # another search has filled these places meanwhile
    elif requisition.calibration_id != plan.calibration.id or live(session, requisition.key) is not None:
        return None  # asked for before the manager decided: nobody's committed letter becomes a standard one
    now = now_of(session)
    batch = filling or Batch(
        employer_id=requisition.employer_id,
        requisition_id=requisition.key,
        calibration_id=plan.calibration.key,
        commitment_id=plan.commitment.key if plan.commitment is not None else None,
        replacing=policy_of(plan.connection).replacing,
        created_at=now,
    )
    session.add(batch)
    session.flush()
    known = {
        row.profile_id: row for row in session.exec(select(Scout).where(col(Scout.requisition_id) == requisition.key))
    }
    facts = seal_many(
        session,
        vault,
        requisition.employer_id,
        {one.person.profile_id: [fact.to_json() for fact in one.facts] for one in people if one.facts},
    )
    voice = session.get_one(Employer, requisition.employer_id).mode
    drafted = 0
    written: list[Scout] = []
    for one in people:
        scout = known.get(one.person.profile_id)
        if scout is not None and scout.state in (*LEFT, "refused"):
            continue
        if scout is None:
            scout = Scout(
                employer_id=requisition.employer_id,
                connection_id=requisition.connection_id,
                requisition_id=requisition.key,
                calibration_id=plan.calibration.key,
                batch_id=batch.key,
                profile_id=one.person.profile_id,
                profile_revision=one.person.revision,
                score=one.person.score,
                arm=STANDARD,
                language="",
                reply_token=new_token(),
                created_at=now,
            )
        scout.calibration_id, scout.batch_id, scout.commitment_id = batch.calibration_id, batch.key, batch.commitment_id
        scout.profile_revision, scout.score = one.person.revision, one.person.score
        scout.language, scout.second_language, scout.reason = one.language, "", one.reason
        scout.voice, scout.medium = voice, one.medium
        scout.state = "excluded" if one.reason else "drafted"
        scout.reply_deadline = plan.commitment.reply_deadline if plan.commitment is not None else None
        scout.sealed_facts = facts.get(one.person.profile_id)
        session.add(scout)
        written.append(scout)
        drafted += scout.state == "drafted"
    arms.assign(session, vault, plan.commitment, written)
    record(
        session,
        batch.employer_id,
        "batch",
        batch.key,
        "drafted" if filling is None else "filled_up",
        actor=f"staff:{plan.by}" if plan.by else "clock",
        people=drafted,
        excluded=len(people) - drafted,
        above=len(plan.ranked),
    )
    return batch


def _wanted(session: Session, commitment: Commitment, filling: Batch | None) -> bool:
    """Whether letters of this commitment are (still) to be drafted: it has no batch yet, or one to be filled up.

    A batch that stopped while its commitment stayed in force stopped because the requisition closed; it has reopened.
    """
    if commitment.state != "in_force":
        return False
    if filling is not None:
        return filling.commitment_id == commitment.id and takes_more(session, filling)
    standing = select(Batch.id).where(col(Batch.commitment_id) == commitment.key, col(Batch.state) != "stopped")
    return session.exec(standing).first() is None
