"""Who is in the desk's books: found by keyed hashes, told of under the person's own key, gone with that key.

Somebody who is in the profile store lies under the key they have there, so that whatever erases them erases them here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from connectors.records import Candidate
from plugin.database import now_of
from plugin.identity import chunks, hash_name
from plugin.mentions import Marks
from plugin.rows import (
    Connection,
    DeskApplication,
    DeskFile,
    DeskHandOff,
    DeskInterview,
    DeskNote,
    DeskPerson,
    PersonKey,
    Profile,
)
from plugin.sealing import Erased, Vault


@dataclass(frozen=True, slots=True)
class Contact:
    """What the desk holds of a person; everything else of them lies in the profile store."""

    first_name: str
    last_name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    company: str = ""
    title: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Contact:
        return cls(**{**data, "emails": tuple(data["emails"]), "phones": tuple(data["phones"])})


def enter(session: Session, vault: Vault, connection: Connection, contact: Contact) -> DeskPerson:
    """Write somebody into the books. Who they are was looked up before; does not commit."""
    row = DeskPerson(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        person=_key_of(session, vault, connection, contact),
        updated_at=now_of(session),
        created_at=now_of(session),
    )
    keep(session, vault, row, contact)
    return row


def keep(session: Session, vault: Vault, row: DeskPerson, contact: Contact) -> None:
    """Store what is known of a person now, and how they are found again."""
    row.sealed = vault.seal_for(session, row.employer_id, row.person, asdict(contact))
    # The first address finds them; others are compared after opening (a merge leaves several).
    row.email_hash = vault.hash_email(row.employer_id, contact.emails[0]) if contact.emails else ""
    row.name_hash = hash_name(vault, row.employer_id, contact.last_name + contact.first_name)
    row.updated_at = now_of(session)
    session.add(row)
    session.flush()


def opened(session: Session, vault: Vault, row: DeskPerson) -> Contact | None:
    """What is held of somebody; None once they are deleted or erased."""
    if row.deleted_at is not None or row.sealed is None:
        return None
    try:
        return Contact.from_json(vault.open_for(session, row.employer_id, row.person, row.sealed))
    except Erased:
        return None


def as_candidate(row: DeskPerson, contact: Contact) -> Candidate:
    return Candidate(
        id=str(row.key),
        first_name=contact.first_name,
        last_name=contact.last_name,
        emails=contact.emails,
        phones=contact.phones,
        company=contact.company,
        title=contact.title,
        tags=tuple(row.tags),
        do_not_contact=row.do_not_contact,
        updated_at=row.updated_at,
    )


def find(
    session: Session, vault: Vault, connection: Connection, *, email: str = "", name: str = ""
) -> Iterator[tuple[DeskPerson, Contact]]:
    """Who has this address, or this name in either order; both given, both must fit. The oldest first."""
    query = select(DeskPerson).where(col(DeskPerson.connection_id) == connection.key)
    if email:
        query = query.where(col(DeskPerson.email_hash) == vault.hash_email(connection.employer_id, email))
    if name:
        parts = name.replace("\u3000", " ").split()
        forms = {"".join(parts), "".join(reversed(parts))}
        query = query.where(
            col(DeskPerson.name_hash).in_([hash_name(vault, connection.employer_id, form) for form in forms])
        )
    given: set[int] = set()
    for found in session.exec(query.order_by(col(DeskPerson.id))).all():
        # Who was merged into another is still found by what they were known by, and is that other.
        row = survivor(session, found)
        contact = opened(session, vault, row) if row is not None else None
        if row is not None and contact is not None and row.key not in given:
            given.add(row.key)
            yield row, contact


def note_name(row: DeskPerson, ref: str) -> str:
    """What makes a note on a person one."""
    return f"note:{row.key}:{ref}"


def survivor(session: Session, row: DeskPerson | None) -> DeskPerson | None:
    """Whom a person was merged into, over any number of merges; themselves if into nobody."""
    seen: set[int] = set()
    while row is not None and row.merged_into is not None and row.key not in seen:
        seen.add(row.key)
        row = session.get(DeskPerson, row.merged_into)
    return row


def merge(session: Session, vault: Vault, gone: DeskPerson, stays: DeskPerson) -> None:
    """Make two records one: `stays` takes over places in pipelines, notes and what was not known of them yet."""
    old, new = opened(session, vault, gone), opened(session, vault, stays)
    if old is None or new is None or gone.key == stays.key:
        raise ValueError("two people who both stand in the books are merged, nobody else")
    kept = Contact(
        new.first_name,
        new.last_name,
        tuple(dict.fromkeys((*new.emails, *old.emails))),
        tuple(dict.fromkeys((*new.phones, *old.phones))),
        new.company or old.company,
        new.title or old.title,
    )
    standing = {row.requisition_id: row for row in _applications(session, stays)}
    for application in _applications(session, gone):
        into = standing.get(application.requisition_id, application)
        _carry_over(session, vault, (gone, application), (stays, into))
        if into is application:
            application.person_id, application.updated_at = stays.key, now_of(session)
            session.add(application)
    there = set(session.exec(select(DeskNote.name).where(col(DeskNote.person_id) == stays.key)))
    for note in session.exec(select(DeskNote).where(col(DeskNote.person_id) == gone.key)).all():
        if note_name(stays, note.name.split(":", 2)[2]) in there:
            session.delete(note)
            continue
        words = vault.open_for(session, gone.employer_id, gone.person, note.sealed)
        note.sealed = vault.seal_for(session, stays.employer_id, stays.person, words)
        note.person_id, note.name = stays.key, note_name(stays, note.name.split(":", 2)[2])
        session.add(note)
    stays.tags = list(dict.fromkeys((*stays.tags, *gone.tags)))
    keep(session, vault, stays, kept)
    gone.merged_into, gone.sealed, gone.tags = stays.key, None, []
    gone.deleted_at = gone.updated_at = now_of(session)
    session.add(gone)
    session.flush()


def _carry_over(
    session: Session, vault: Vault, old: tuple[DeskPerson, DeskApplication], new: tuple[DeskPerson, DeskApplication]
) -> None:
    """Bring what hangs on a place in a pipeline to the other record's place and under its key: meetings, files, letters."""
    (gone, place), (stays, into) = old, new
    employer_id = gone.employer_id

    def under(person: DeskPerson) -> Fernet:
        return vault.person(session, employer_id, person.person)

    known = set(session.exec(select(DeskFile.ref).where(col(DeskFile.application_id) == into.key)))
    for file in session.exec(select(DeskFile).where(col(DeskFile.application_id) == place.key)).all():
        if place.key != into.key and file.ref in known:
            session.delete(file)
            continue
        file.sealed = under(stays).encrypt(under(gone).decrypt(file.sealed))
        file.sealed_name = under(stays).encrypt(under(gone).decrypt(file.sealed_name))
        file.application_id = into.key
        session.add(file)
    for meeting in session.exec(select(DeskInterview).where(col(DeskInterview.application_id) == place.key)).all():
        meeting.application_id, meeting.updated_at = into.key, now_of(session)
        session.add(meeting)
    sent = set(session.exec(select(DeskHandOff.digest).where(col(DeskHandOff.application_id) == into.key)))
    for letter in session.exec(select(DeskHandOff).where(col(DeskHandOff.application_id) == place.key)).all():
        if letter.sealed:
            letter.sealed = under(stays).encrypt(under(gone).decrypt(letter.sealed))
        if letter.digest not in sent:
            letter.application_id = into.key
        session.add(letter)
    session.flush()


def remove(session: Session, row: DeskPerson) -> None:
    """Delete somebody from the books, with what was written on them. Their row stays as a number."""
    everyone = [row, *_merged_into(session, row)]
    ids = [application.key for one in everyone for application in _applications(session, one)]
    session.execute(delete(DeskNote).where(col(DeskNote.person_id).in_([one.key for one in everyone])))
    session.execute(delete(DeskFile).where(col(DeskFile.application_id).in_(ids)))
    session.execute(update(DeskHandOff).where(col(DeskHandOff.application_id).in_(ids)).values(sealed=b""))
    row.deleted_at = row.updated_at = now_of(session)
    for one in everyone:
        if one.person.startswith("desk:"):
            session.execute(
                delete(PersonKey).where(
                    col(PersonKey.employer_id) == one.employer_id, col(PersonKey.person) == one.person
                )
            )
        one.sealed, one.email_hash, one.name_hash, one.tags = None, "", "", []
        session.add(one)
    session.flush()


def _merged_into(session: Session, row: DeskPerson) -> list[DeskPerson]:
    """Everybody who was merged into somebody, over any number of merges."""
    found: dict[int, DeskPerson] = {}
    into = [row.key]
    while into:
        rows = session.exec(select(DeskPerson).where(col(DeskPerson.merged_into).in_(into))).all()
        into = [one.key for one in rows if one.key not in found and one.key != row.key]
        found |= {one.key: one for one in rows if one.key in into}
    return list(found.values())


def forget(session: Session, employer_id: int, persons: Sequence[str], entered: Iterable[tuple[int, str]] = ()) -> None:
    """Delete from every desk of an employer who is being erased from its store. Does not commit.

    Found by their key, and by where they were `entered` (connection, candidate id): who had no address then lies under a
    key of the desk's own.
    """
    for connection_id, id in entered:
        row = session.get(DeskPerson, int(id)) if id.isascii() and id.isdigit() and len(id) < 19 else None
        if row is not None and row.connection_id == connection_id and row.employer_id == employer_id:
            _remove_whole(session, row)
    for chunk in chunks(persons):
        for row in session.exec(
            select(DeskPerson).where(col(DeskPerson.employer_id) == employer_id, col(DeskPerson.person).in_(chunk))
        ).all():
            _remove_whole(session, row)


def _remove_whole(session: Session, row: DeskPerson) -> None:
    whole = survivor(session, row)
    if whole is not None and whole.deleted_at is None:
        remove(session, whole)


def forget_words(session: Session, vault: Vault, employer_id: int, marks: Marks) -> None:
    """Delete notes on positions that name somebody who is being erased: an unmasked shortlist does."""
    rows = session.exec(
        select(DeskNote).where(col(DeskNote.employer_id) == employer_id, col(DeskNote.requisition_id).is_not(None))
    ).all()
    for row in rows:
        if marks.stand_in(str(vault.open_for(session, employer_id, "", row.sealed))):
            session.delete(row)


def _applications(session: Session, row: DeskPerson) -> list[DeskApplication]:
    return list(session.exec(select(DeskApplication).where(col(DeskApplication.person_id) == row.key)))


def _key_of(session: Session, vault: Vault, connection: Connection, contact: Contact) -> str:
    """Under whose key somebody lies: their profile's, if the store knows one of these addresses."""
    hashes = [vault.hash_email(connection.employer_id, address) for address in contact.emails]
    if hashes:
        known = session.exec(
            select(Profile.profile_id)
            .where(col(Profile.employer_id) == connection.employer_id, or_(col(Profile.email_hash).in_(hashes)))
            .order_by(col(Profile.id))
        ).first()
        if known is not None:
            return known
    return f"desk:{secrets.token_hex(12)}"
