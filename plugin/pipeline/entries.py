"""From a yes to an entry in the ATS: exactly one, or meanwhile one place with owner and clock (R4).

`accept_yes` is called in the transaction that understood the reply; `add_entry` is the job it owes. Nothing here
rejects a person or moves one on: 応募意思 is recorded by somebody (`record_intent`, `pipeline.intent`), R9.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector, Unsupported
from connectors.records import EntryKind, NewEntry, RequisitionStatus
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.identity import Identity, identity_of
from plugin.pipeline import answers, holding
from plugin.pipeline.duplicates import Match, look
from plugin.pipeline.intent import move_entry, record_intent
from plugin.pipeline.ledger import promise_for
from plugin.pipeline.notes import entry_notes, owe_notes, person_subject, profile_of
from plugin.pipeline.owners import locale_of, owner_id, recruiter_of
from plugin.pipeline.writes import maybe_written, write_once
from plugin.provision import HANDING_ON, record_handing_on
from plugin.rows import Connection, Employer, Entry, Profile, Requisition, Scout
from plugin.scouting.disclosure import CONSENT_MISSING, WITHHELD, view_of
from plugin.scouting.ownership import hand_off, source_of
from plugin.sealing import Erased, Vault
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import Claim, is_last_try, owe

__all__ = ["accept_yes", "add_entry", "decide_duplicate", "entry_notes", "move_entry", "record_intent"]

log = structlog.get_logger(__name__)


def accept_yes(
    session: Session,
    vault: Vault,
    *,
    connection: Connection,
    scout: Scout,
    reply_id: int | None,
    received_at: datetime,
    now: datetime,
) -> Entry:
    """Take a yes: one entry per scout, its promise if the letter carried one, and what is owed for both.

    A second yes changes nothing, except that one received within the reply deadline makes the promise an earlier read,
    later received one could not. Does not commit.
    """
    entry, new = _entry_of(session, connection, scout, reply_id, now)
    promise, promised = promise_for(session, connection, scout, entry, received_at)
    if not new:
        if promised and promise is not None:
            if entry.state == "holding":
                entry.held_until = holding.held_until(connection, promise, now)
                session.add(entry)
            elif entry.state == "entered":
                answers.tell_entered(session, vault, connection, entry, promise)
                answers.tell_colleagues(session, vault, connection, entry, promise)
                owe_notes(session, entry, "promised")
        if entry.state == "closed":
            _ask_again(session, entry, reply_id, now)
        return entry
    record(session, entry.employer_id, "entry", entry.key, "yes", actor="candidate", scout=scout.key, reply=reply_id)
    requisition = session.get_one(Requisition, scout.requisition_id)
    if requisition.status == RequisitionStatus.OPEN:
        holding.owe_entry(session, entry)
    else:
        holding.hold(session, vault, connection, requisition, entry, status=requisition.status)
    return entry


def _ask_again(session: Session, entry: Entry, reply_id: int | None, now: datetime) -> None:
    """Somebody whose held yes a person closed says yes again: that person is asked again."""
    requisition = session.get_one(Requisition, entry.requisition_id)
    open_task(
        session,
        employer_id=entry.employer_id,
        connection_id=entry.connection_id,
        kind="yes_again",
        name=f"{entry.key}:{reply_id or now.isoformat()}",
        owner_id=owner_id(session, requisition),
        requisition_id=entry.requisition_id,
        subject="entry",
        subject_id=entry.key,
    )


def _entry_of(
    session: Session, connection: Connection, scout: Scout, reply_id: int | None, now: datetime
) -> tuple[Entry, bool]:
    """The scout's entry, and whether this call made it. Two at once: the second waits and finds the first's."""
    values = {
        "employer_id": connection.employer_id,
        "connection_id": connection.key,
        "requisition_id": scout.requisition_id,
        "scout_id": scout.key,
        "reply_id": reply_id,
        "profile_id": scout.profile_id,
        "kind": policy_of(connection).entry_kind,
        "state": "owed",
        "because": "",
        "ats_candidate_id": "",
        "ats_application_id": "",
        "created_at": now,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = session.execute(
        dialect.insert(Entry)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["scout_id"])
        .returning(col(Entry.id))
    ).scalar_one_or_none()
    entry = session.exec(select(Entry).where(col(Entry.scout_id) == scout.key).with_for_update(key_share=True)).one()
    return entry, made is not None


@dataclass(frozen=True)
class _Case:
    entry: Entry
    connection: Connection
    requisition: Requisition
    profile: Profile | None
    identity: Identity | None
    tried: bool
    subject: str


def add_entry(work: Work, claim: Claim) -> None:
    """Put one owed yes into the ATS, or hold it, or hand it to a person. Running it twice enters nobody twice."""
    case = _read(work, claim.payload["entry_id"])
    if case.entry.state != "owed":
        return
    try:
        _enter(work, claim, case)
    except Exception as error:
        # A job that is set aside has neither owner nor clock: whatever ends the trying hands the yes to a person (R4).
        if not is_last_try(claim, error):
            raise
        log.warning("entry_handed_over", entry=case.entry.key, error=type(error).__name__)
        _hand_over(work, claim, case, *_why(work, case, error))


def _why(work: Work, case: _Case, error: Exception) -> tuple[str, tuple[Match, ...], str]:
    """Because of what a yes is handed to a person, and the words they are told: what to do by hand in their language."""
    if isinstance(error, Unsupported):
        with work.reading() as session:
            locale = locale_of(recruiter_of(session, case.requisition), case.connection)
        return "by_hand", (), error.in_language(locale)
    if isinstance(error, ATSError):
        return "refused", (), str(error)
    return "failed", (), type(error).__name__


def _enter(work: Work, claim: Claim, case: _Case) -> None:
    entry, connection = case.entry, case.connection
    if case.identity is None or case.profile is None:
        _hand_over(work, claim, case, "erased", ())
        return
    if not case.tried and _too_early(work, case):
        _hand_over(work, claim, case, CONSENT_MISSING, (), tell=True)
        return
    ats = work.ats(connection)
    # R6: our row is a copy. Between the yes and now the requisition may have been closed.
    standing = ats.requisition(case.requisition.ats_id)
    status = standing.status if standing is not None else RequisitionStatus.CLOSED
    if status is not RequisitionStatus.OPEN and entry.because != "anyway" and not case.tried:
        _hold(work, claim, case, status)
        return
    candidate_id = entry.ats_candidate_id
    if not case.tried and not candidate_id and entry.because != "new_person":
        found = look(work, ats, case.profile, case.identity, case.requisition.ats_id, connection_id=connection.key)
        if found.doubts:
            _hand_over(work, claim, case, "possible_duplicate", found.doubts)
            return
        candidate_id = found.candidate_id
        if candidate_id:
            # Kept before anything is written: after an unknown outcome nobody looks for the person again, and the
            # connector alone knows people by address only.
            _remember(work, entry.key, candidate_id)
    with work.reading() as session:
        source = source_of(session, connection)
    wanted = replace(_new_entry(ats, case, case.identity), candidate_id=candidate_id, source=source)

    def enter(ref: str) -> dict[str, Any]:
        entered = ats.add_entry(replace(wanted, ref=ref))
        return {"candidate_id": entered.candidate_id, "application_id": entered.application_id}

    result = write_once(work, connection, _write_name(entry), enter, subject=case.subject)
    with work.finishing(claim) as session:
        _entered(session, work.vault, connection, entry.key, result)


def _too_early(work: Work, case: _Case) -> bool:
    """Whether this would put somebody before a client they have not agreed to be introduced to (個人情報保護法 27条)."""
    with work.reading() as session:
        if session.get_one(Employer, case.entry.employer_id).mode not in HANDING_ON:
            return False
        scout = session.get_one(Scout, case.entry.scout_id)
        return view_of(session, case.requisition, scout).stage == WITHHELD


def _remember(work: Work, entry_id: int, candidate_id: str) -> None:
    with work.writing() as session:
        entry = session.exec(select(Entry).where(col(Entry.id) == entry_id).with_for_update(key_share=True)).one()
        if entry.state == "owed":
            entry.ats_candidate_id = candidate_id
            session.add(entry)


def _read(work: Work, entry_id: int) -> _Case:
    with work.reading() as session:
        entry = session.get_one(Entry, entry_id)
        profile = profile_of(session, entry)
        identity = None
        if profile is not None:
            try:
                identity = identity_of(session, work.vault, profile)
            except Erased:
                identity = None
        return _Case(
            entry=entry,
            connection=session.get_one(Connection, entry.connection_id),
            requisition=session.get_one(Requisition, entry.requisition_id),
            profile=profile,
            identity=identity,
            tried=maybe_written(session, entry.employer_id, _write_name(entry)),
            subject=person_subject(session, work.vault, entry),
        )


def _write_name(entry: Entry) -> str:
    return f"add_entry:{entry.scout_id}"


def _new_entry(ats: Connector, case: _Case, identity: Identity) -> NewEntry:
    kind = EntryKind(case.entry.kind)
    # Both names are required in most ATSs; who writes one word only is shown with a dash, not with an invented name.
    return NewEntry(
        requisition_id=case.requisition.ats_id,
        ref="",
        kind=kind,
        first_name=identity.given_name or "-",
        last_name=identity.family_name or identity.name or "-",
        email=identity.email.strip(),
        phone=identity.phone,
        company=identity.company,
        title=identity.title,
        stage_id=stage_for(ats, case.connection, case.requisition.ats_id, kind),
    )


def stage_for(ats: Connector, connection: Connection, requisition_id: str, kind: EntryKind) -> str:
    """The stage the policy names, by its name on this requisition; "" lets the connector choose."""
    wanted = policy_of(connection).entry_stage.casefold().strip()
    if not wanted or kind is EntryKind.PROSPECT or not ats.supports("stages"):
        return ""
    stages = ats.stages(requisition_id)
    return next((stage.id for stage in stages if stage.name.casefold().strip() == wanted), "")


def _entered(session: Session, vault: Vault, connection: Connection, entry_id: int, result: dict[str, Any]) -> None:
    entry = session.exec(select(Entry).where(col(Entry.id) == entry_id).with_for_update(key_share=True)).one()
    if entry.state == "entered":
        return
    entry.state, entry.because, entry.held_until = "entered", "", None
    entry.ats_candidate_id = str(result["candidate_id"])
    entry.ats_application_id = str(result["application_id"])
    entry.entered_at = now_of(session)
    session.add(entry)
    promise = holding.promise_of(session, entry)
    record(
        session,
        entry.employer_id,
        "entry",
        entry.key,
        "entered",
        actor="clock",
        candidate=entry.ats_candidate_id,
        application=entry.ats_application_id,
    )
    hand_off(session, connection, entry)
    holding.no_more_to_decide(session, entry, by="ats")
    profile = profile_of(session, entry)
    if profile is not None and not profile.ats_candidate_id:
        profile.ats_candidate_id = entry.ats_candidate_id
        session.add(profile)
    owe_notes(session, entry)
    record_handing_on(session, vault, entry)
    if entry.ats_application_id:
        owe(
            session,
            "read_application",
            f"{entry.connection_id}:{entry.ats_application_id}:entered",
            employer_id=entry.employer_id,
            connection_id=entry.connection_id,
            payload={"ats_id": entry.ats_application_id},
        )
    answers.tell_entered(session, vault, connection, entry, promise)
    answers.tell_colleagues(session, vault, connection, entry, promise)


def _hold(work: Work, claim: Claim, case: _Case, status: RequisitionStatus) -> None:
    with work.finishing(claim) as session:
        entry = session.exec(select(Entry).where(col(Entry.id) == case.entry.key).with_for_update(key_share=True)).one()
        if entry.state != "owed":
            return
        requisition = session.get_one(Requisition, entry.requisition_id)
        holding.hold(session, work.vault, case.connection, requisition, entry, status=status.value)
        # Our row said open: let intake read what the ATS says now.
        owe(
            session,
            "read_requisition",
            f"{requisition.connection_id}:{requisition.ats_id}:held:{entry.key}:{claim.id}",
            employer_id=entry.employer_id,
            connection_id=entry.connection_id,
            payload={"ats_id": requisition.ats_id},
        )


def _hand_over(
    work: Work,
    claim: Claim,
    case: _Case,
    because: str,
    doubts: tuple[Match, ...],
    words: str = "",
    *,
    tell: bool = False,
) -> None:
    """Stop for a person: the entry keeps its place, with owner and clock, on the decision page. `tell`: the receipt leaves."""
    with work.finishing(claim) as session:
        entry = session.exec(select(Entry).where(col(Entry.id) == case.entry.key).with_for_update(key_share=True)).one()
        if entry.state != "owed":
            return
        now = now_of(session)
        requisition = session.get_one(Requisition, entry.requisition_id)
        entry.state, entry.because = "deciding", because
        entry.owner_id = owner_id(session, requisition)
        entry.held_until = holding.held_until(case.connection, holding.promise_of(session, entry), now)
        # A vendor's sentence may name the person: it lies under their key.
        entry.sealed_words = holding.sealed(session, work.vault, entry, words[:500])
        session.add(entry)
        holding.owe_end_of_clock(session, entry)
        record(session, entry.employer_id, "entry", entry.key, "deciding", actor="clock", because=because)
        open_task(
            session,
            employer_id=entry.employer_id,
            connection_id=entry.connection_id,
            kind="possible_duplicate" if doubts else "entry_stuck",
            name=f"{entry.key}:{now.isoformat()}",
            owner_id=entry.owner_id,
            requisition_id=entry.requisition_id,
            subject="entry",
            subject_id=entry.key,
            due=entry.held_until,
            facts={
                "because": because,
                "candidates": [[match.candidate_id, match.why] for match in doubts],
            },
        )
        if tell:
            promise = holding.promise_of(session, entry)
            answers.tell_entered(session, work.vault, case.connection, entry, promise)
            answers.tell_colleagues(session, work.vault, case.connection, entry, promise)


def decide_duplicate(session: Session, entry: Entry, *, by: str, candidate_id: str = "") -> None:
    """A person says who this is: a candidate of the ATS by id, or "" for somebody new. The entry goes on its way.

    An entry the ATS refused goes on its way again likewise. Nothing happens to one that isn't being decided, or whose
    person was erased: that one can only be closed.
    """
    if entry.state != "deciding" or entry.because == "erased":
        return
    if entry.because == CONSENT_MISSING and session.get_one(Scout, entry.scout_id).consented_at is None:
        return  # theirs alone to give: on their page, or recorded on the letter's
    because = "new_person" if entry.because == "possible_duplicate" and not candidate_id else ""
    entry.ats_candidate_id = candidate_id or entry.ats_candidate_id
    holding.let_go(session, entry, actor=by, because=because)
