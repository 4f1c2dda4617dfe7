"""Erasing a person everywhere: their key, their rows, what quotes or names them elsewhere, the store, the files below it.

What stays are ids, keyed hashes and the fact that somebody was erased, when and by whom; the ledger still verifies. In
the ATS we don't delete: its owner is asked to, by a note that names nobody and a task.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from connectors.desk import Desk
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.desk import people as desk_people
from plugin.erasing import drop_words
from plugin.events import record
from plugin.identity import Identity, identity_of
from plugin.mentions import Marks
from plugin.people import delete_profiles
from plugin.pipeline.calendar import due_date
from plugin.pipeline.ledger import OPEN, waive
from plugin.pipeline.owners import owner_id
from plugin.pipeline.people import source_of
from plugin.rows import Connection, DataRequest, Delivery, Entry, Mail, Profile, Promise, Requisition, Scout
from plugin.scouting.data_requests import finish
from plugin.scouting.mime import parse
from plugin.scouting.post import raw_of
from plugin.scouting.suppression import silence
from plugin.sealing import Erased
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.deliveries import open_delivery
from plugin.work.jobs import Claim, owe

log = structlog.get_logger(__name__)

_PAGE = 500


@dataclass(slots=True)
class Mentions:
    """Sealed texts of others that name a person: mails to colleagues and inbound bytes, by id."""

    mails: list[int] = field(default_factory=list)
    deliveries: list[int] = field(default_factory=list)


def erase_asked(work: Work, claim: Claim) -> None:
    """The job of a confirmed request. A second run finds nobody and closes what is open."""
    with work.reading() as session:
        request = session.get_one(DataRequest, claim.payload["request_id"])
    if request.state not in ("open", "done"):
        return
    erase_person(work, request.employer_id, request.profile_id, by="candidate", asked=True)
    with work.writing() as session:
        finish(session, session.get_one(DataRequest, request.key), by="clock")
    tidy(work, request.employer_id)


def erase_person(work: Work, employer_id: int, profile_id: str, *, by: str, asked: bool) -> bool:
    """Erase one person's data; False when there is nobody of this id. `asked`: by themselves, so they are suppressed, too.

    The rows go in one transaction; call `tidy` afterwards, which rewrites the files of the store.
    """
    with work.reading() as session:
        found = _person(session, work, employer_id, profile_id)
    if found is None:
        return False
    profile, identity = found
    marks = Marks.of(identity) if identity is not None else Marks(frozenset())
    mentions = find_mentions(work, employer_id, marks)
    with work.writing() as session:
        scouts = session.exec(
            select(Scout).where(col(Scout.employer_id) == employer_id, col(Scout.profile_id) == profile_id)
        ).all()
        if asked:
            _no_more_promised(session, work, scouts)
            silence(session, work.vault, employer_id=employer_id, profile_id=profile_id)
        there = _in_the_ats(session, employer_id, profile)
        drop_words(session, employer_id, profile_id, marks)
        desk_people.forget_words(session, work.vault, employer_id, marks)
        if not delete_profiles(session, work.vault, employer_id, [profile_id]):
            return False
        _drop(session, employer_id, mentions)
        record(
            session,
            employer_id,
            "profile",
            profile.key,
            "erased",
            actor=by,
            person=profile.email_hash or work.vault.hash(employer_id, "profile:" + profile_id),
            asked=asked,
        )
        for connection_id, candidate, requisition_id in there:
            _ask_the_ats(session, connection_id, candidate, requisition_id)
        for request in session.exec(
            select(DataRequest).where(
                col(DataRequest.employer_id) == employer_id,
                col(DataRequest.profile_id) == profile_id,
                col(DataRequest.state).in_(["confirming", "open"]),
            )
        ).all():
            finish(session, request, by=by)
    return True


def tidy(work: Work, employer_id: int) -> None:
    """Let nothing of who was erased remain in files: the store's, and pages of the state database written over.

    SQLite overwrites what it frees (`secure_delete`); its write-ahead log is emptied here.
    """
    work.judge(employer_id).tidy(work)
    checkpoint(work)


def checkpoint(work: Work) -> None:
    """Empty SQLite's write-ahead log into the file; nothing on PostgreSQL, whose vacuum runs by itself."""
    if not work.database.is_sqlite:
        return
    with work.database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if raw is not None:
            connection.rollback()  # a checkpoint can't run inside a transaction
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def find_mentions(work: Work, employer_id: int, marks: Marks) -> Mentions:
    """Look through every mail to a colleague and every inbound delivery that can still be read."""
    found = Mentions()
    if not marks.words and not marks.digits:
        return found
    with work.reading() as session:
        after = 0
        while page := session.exec(
            select(Mail)
            .where(
                col(Mail.employer_id) == employer_id,
                col(Mail.person) == "",
                col(Mail.sealed).is_not(None),
                col(Mail.id) > after,
            )
            .order_by(col(Mail.id))
            .limit(_PAGE)
        ).all():
            after = page[-1].key
            for mail in page:
                letter = parse(raw_of(session, work.vault, mail))
                if marks.stand_in(letter.subject + "\n" + letter.text):
                    found.mails.append(mail.key)
        after = 0
        while deliveries := session.exec(
            select(Delivery)
            .where(
                col(Delivery.employer_id) == employer_id,
                col(Delivery.sealed_key).is_not(None),
                col(Delivery.id) > after,
            )
            .order_by(col(Delivery.id))
            .limit(_PAGE)
        ).all():
            after = deliveries[-1].key
            found.deliveries += [one.key for one in deliveries if marks.stand_in(_words(work, one))]
    return found


def _words(work: Work, delivery: Delivery) -> str:
    """What a delivery says, with encodings undone."""
    headers, body = open_delivery(work.vault, delivery)
    if delivery.door == "mail":
        mail = parse(body)
        return "\n".join([*headers.values(), mail.subject, mail.from_address, mail.text])
    said = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(said), ensure_ascii=False)
    except ValueError:
        return said


def _person(session: Session, work: Work, employer_id: int, profile_id: str) -> tuple[Profile, Identity | None] | None:
    profile = session.exec(
        select(Profile).where(col(Profile.employer_id) == employer_id, col(Profile.profile_id) == profile_id)
    ).first()
    if profile is None:
        return None
    try:
        return profile, identity_of(session, work.vault, profile)
    except Erased:
        return profile, None


def _no_more_promised(session: Session, work: Work, scouts: Sequence[Scout]) -> None:
    """Who asks to be erased gives up the meeting: nobody could tell them of it any more."""
    for scout in scouts:
        promise = session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).first()
        if promise is not None and promise.state in OPEN:
            waive(session, work.vault, promise, by="candidate", because="erased at their request")


def _in_the_ats(session: Session, employer_id: int, profile: Profile) -> list[tuple[int, str, int | None]]:
    """Where the person stands in an ATS: connection, candidate id, a requisition."""
    found: dict[tuple[int, str], int | None] = {}
    for entry in session.exec(
        select(Entry).where(col(Entry.employer_id) == employer_id, col(Entry.profile_id) == profile.profile_id)
    ):
        if entry.ats_candidate_id:
            found[entry.connection_id, entry.ats_candidate_id] = entry.requisition_id
    if profile.ats_candidate_id and not any(candidate == profile.ats_candidate_id for _, candidate in found):
        for connection in session.exec(select(Connection).where(col(Connection.employer_id) == employer_id)).all():
            if profile.source == source_of(connection):
                found[connection.key, profile.ats_candidate_id] = None
    return [(connection, candidate, requisition) for (connection, candidate), requisition in found.items()]


def _ask_the_ats(session: Session, connection_id: int, candidate: str, requisition_id: int | None) -> None:
    connection = session.get_one(Connection, connection_id)
    if connection.ats == Desk.name:
        return  # its books are ours: erased there already
    policy = policy_of(connection)
    owe(
        session,
        "note_erasure",
        f"{connection_id}:{candidate}",
        employer_id=connection.employer_id,
        connection_id=connection_id,
        payload={"connection_id": connection_id, "candidate": candidate},
    )
    requisition = session.get(Requisition, requisition_id) if requisition_id is not None else None
    open_task(
        session,
        employer_id=connection.employer_id,
        connection_id=connection_id,
        kind="erase_in_ats",
        name=f"{connection_id}:{candidate}",
        owner_id=owner_id(session, requisition) if requisition is not None else None,
        requisition_id=requisition_id,
        subject="connection",
        subject_id=connection_id,
        due=due_date(now_of(session), policy.data_request_days, policy.zone, policy.closures).due_at,
        facts={"candidate": candidate},
    )


def _drop(session: Session, employer_id: int, mentions: Mentions) -> None:
    for start in range(0, len(mentions.mails), _PAGE):
        part = mentions.mails[start : start + _PAGE]
        mine = (col(Mail.employer_id) == employer_id, col(Mail.id).in_(part))
        session.execute(update(Mail).where(*mine, col(Mail.state) == "queued").values(state="held", answer="erased"))
        session.execute(update(Mail).where(*mine).values(sealed=None))
    for start in range(0, len(mentions.deliveries), _PAGE):
        session.execute(
            update(Delivery)
            .where(
                col(Delivery.employer_id) == employer_id,
                col(Delivery.id).in_(mentions.deliveries[start : start + _PAGE]),
            )
            .values(sealed_key=None, sealed_headers=None, sealed_body=None)
        )


def vacuum(work: Work) -> None:
    """Rewrite the state database, so that freed space holds nothing old. Waits for writers; for a command, not a worker."""
    with work.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if work.database.is_sqlite:
            checkpoint(work)
            return
        connection.execute(text("VACUUM personkey, profile, profilechange, mail, reply, delivery, scout"))
