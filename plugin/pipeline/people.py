"""People who change in the ATS: changed, merged into another, deleted. What we hold follows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from connectors.base import Connector, Unsupported
from connectors.records import Candidate, EventKind
from plugin.events import record
from plugin.people import delete_profiles
from plugin.pipeline import ledger
from plugin.pipeline.interviews import application_gone
from plugin.pipeline.notes import owe_notes
from plugin.pipeline.owners import owner_id
from plugin.rows import Connection, Entry, Profile, Promise, Requisition
from plugin.scouting.suppression import suppress
from plugin.sealing import Vault
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import Claim


def source_of(connection: Connection) -> str:
    """`Profile.source` of people who came to us from this ATS account: deleted there, they are erased here."""
    return f"ats:{connection.key}"


def read_person(work: Work, claim: Claim) -> None:
    """Follow a person's change. The doorbell says who; what became of them is read from the ATS (R6)."""
    old, new = str(claim.payload["ats_id"]), str(claim.payload.get("new_id") or "")
    kind = EventKind(claim.payload.get("kind") or EventKind.CANDIDATE)
    with work.reading() as session:
        if claim.connection_id is None:
            raise ValueError("a person is read on a connection")
        connection = session.get_one(Connection, claim.connection_id)
        requisitions = _requisitions(session, connection, old)
        known = bool(requisitions) or _profiles(session, connection, old) != []
    if not known:
        return
    ats = work.ats(connection)
    standing = ats.candidate(old)
    if standing is not None and not _emptied(standing):
        # Alive under this id, whatever rang: a late or repeated doorbell deletes nobody.
        with work.finishing(claim) as session:
            _changed(session, work.vault, connection, standing)
        return
    if standing is None and kind is EventKind.CANDIDATE:
        # Not shown: deleted, merged or made private. The first two ring for themselves; a bell of an earlier edit may
        # be heard after the merge, and must not erase somebody who lives on under another id.
        return
    survivor = ats.candidate(new) if kind is EventKind.CANDIDATE_MERGED and new else None
    if survivor is not None:
        applications = _moved_applications(ats, survivor.id, requisitions)
        with work.finishing(claim) as session:
            _merged(session, connection, old, survivor.id, applications)
            _changed(session, work.vault, connection, survivor)
        return
    # Merged into somebody who isn't shown either (merged again, most likely): a person follows that, nobody is erased.
    erase = kind is not EventKind.CANDIDATE_MERGED or standing is not None
    with work.finishing(claim) as session:
        _deleted(session, work.vault, connection, old, erase=erase)


def _emptied(candidate: Candidate) -> bool:
    """An anonymised person keeps a record, but nothing by which to know or reach them."""
    return not candidate.emails and not candidate.phones and "anonym" in f"{candidate.name}".casefold()


def _changed(session: Session, vault: Vault, connection: Connection, candidate: Candidate) -> None:
    """Somebody marked "do not contact" in the ATS is written to no more."""
    if not candidate.do_not_contact:
        return
    for address in candidate.emails:
        suppress(session, vault, employer_id=connection.employer_id, address=address, reason="by_hand")
    for profile in _profiles(session, connection, candidate.id):
        if profile.email_hash:
            suppress(
                session,
                vault,
                employer_id=connection.employer_id,
                address_hash=profile.email_hash,
                reason="by_hand",
            )


def _merged(session: Session, connection: Connection, old: str, new: str, applications: dict[int, str]) -> None:
    """Rows that named the person who is gone name whom they were merged into."""
    for profile in _profiles(session, connection, old):
        profile.ats_candidate_id = new
        session.add(profile)
    for entry in _entries(session, connection, old):
        entry.ats_candidate_id = new
        entry.ats_application_id = applications.get(entry.requisition_id) or entry.ats_application_id
        session.add(entry)
        owe_notes(session, entry, f"merged:{new}")
        record(session, entry.employer_id, "entry", entry.key, "merged", actor="ats", old=old, new=new)


def _moved_applications(ats: Connector, new: str, requisitions: dict[int, str]) -> dict[int, str]:
    """Requisition row → the merged person's application there, where the ATS shows one."""
    try:
        standing = ats.applications(candidate_id=new)
    except Unsupported:
        return {}
    found = {one.requisition_id: one.id for one in reversed(standing)}
    return {key: found[ats_id] for key, ats_id in requisitions.items() if ats_id in found}


def _deleted(session: Session, vault: Vault, connection: Connection, old: str, *, erase: bool) -> None:
    """Deleted or anonymised in the ATS: erase whom we know from there; ask a person about the others.

    Promises stand: whether one can still be kept is for the recruiter to say.
    """
    profiles = _profiles(session, connection, old)
    ours = [profile.profile_id for profile in profiles if erase and profile.source == source_of(connection)]
    for entry in _entries(session, connection, old):
        if entry.because == "person_deleted":
            continue
        entry.because = "person_deleted"
        session.add(entry)
        record(session, entry.employer_id, "entry", entry.key, "person_deleted", actor="ats")
        promise = session.exec(select(Promise).where(col(Promise.scout_id) == entry.scout_id)).first()
        if promise is not None and promise.state in ledger.OPEN:
            application_gone(session, promise)
        if entry.profile_id not in ours:
            _ask(session, entry)
    for profile in profiles:
        if profile.profile_id not in ours:
            profile.ats_candidate_id = ""
            session.add(profile)
    if ours:
        delete_profiles(session, vault, connection.employer_id, ours)


def _ask(session: Session, entry: Entry) -> None:
    requisition = session.get_one(Requisition, entry.requisition_id)
    open_task(
        session,
        employer_id=entry.employer_id,
        connection_id=entry.connection_id,
        kind="erasure_question",
        name=str(entry.key),
        owner_id=owner_id(session, requisition),
        requisition_id=entry.requisition_id,
        subject="entry",
        subject_id=entry.key,
    )


def _profiles(session: Session, connection: Connection, ats_id: str) -> list[Profile]:
    # Two accounts of one employer may use the same number for two people: take only whom this account brought.
    here = {entry.profile_id for entry in _entries(session, connection, ats_id)}
    found = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == connection.employer_id, col(Profile.ats_candidate_id) == ats_id
        )
    )
    return [one for one in found if one.source == source_of(connection) or one.profile_id in here]


def known_people(session: Session, connection: Connection, ats_ids: Sequence[str]) -> set[str]:
    """Which of these people we hold anything of that follows their changes: an entry, or a profile this account brought."""
    entries = select(Entry.ats_candidate_id).where(
        col(Entry.connection_id) == connection.key, col(Entry.ats_candidate_id).in_(ats_ids)
    )
    profiles = select(Profile.ats_candidate_id).where(
        col(Profile.employer_id) == connection.employer_id,
        col(Profile.source) == source_of(connection),
        col(Profile.ats_candidate_id).in_(ats_ids),
    )
    return {*session.exec(entries), *session.exec(profiles)}


def people_of(session: Session, connection: Connection, application_ids: Sequence[str]) -> dict[str, str]:
    """Application of ours → whose it is: some ATSs tell of somebody deleted by their application alone."""
    rows = session.exec(
        select(Entry.ats_application_id, Entry.ats_candidate_id).where(
            col(Entry.connection_id) == connection.key, col(Entry.ats_application_id).in_(application_ids)
        )
    )
    return {application: candidate for application, candidate in rows if candidate}


def _entries(session: Session, connection: Connection, ats_id: str) -> list[Entry]:
    return list(
        session.exec(
            select(Entry).where(col(Entry.connection_id) == connection.key, col(Entry.ats_candidate_id) == ats_id)
        )
    )


def _requisitions(session: Session, connection: Connection, ats_id: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for entry in _entries(session, connection, ats_id):
        requisition = session.get_one(Requisition, entry.requisition_id)
        found[requisition.key] = requisition.ats_id
    return found
