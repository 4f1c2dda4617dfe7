"""The writing side of the desk's books: notes, entries, files. A second call finds what the first one wrote."""

from __future__ import annotations

from typing import TypeVar

from sqlmodel import Session, col, select

from connectors.base import ATSError
from connectors.records import Attachment, Entered, EntryKind, NewEntry
from plugin.database import NO_KEY_UPDATE, Database, now_of
from plugin.desk import colleagues, people
from plugin.desk.stages import APPLIED, CASUAL, ORDER
from plugin.rows import (
    Connection,
    DeskApplication,
    DeskFile,
    DeskNote,
    DeskPerson,
    DeskRequisition,
)
from plugin.sealing import Vault

Mine = TypeVar("Mine", DeskRequisition, DeskPerson, DeskApplication)


class Keeping:
    """Writes into one desk's books. `connection` says whose: nothing of another's is found here (R11)."""

    def __init__(self, database: Database, vault: Vault, connection: Connection) -> None:
        self.database, self.vault, self.connection = database, vault, connection

    def mine(self, session: Session, table: type[Mine], id: str, *, lock: bool = False) -> Mine | None:
        """A row of this desk by its id as text; None for anything else."""
        if not (id.isascii() and id.isdigit() and len(id) < 19):
            return None
        row = session.get(table, int(id), with_for_update=NO_KEY_UPDATE if lock else None)
        return row if row is not None and row.connection_id == self.connection.key else None

    def prepare(self, recruiter_name: str, recruiter_address: str) -> bool:
        with self.database.writing() as session:
            return colleagues.welcome(session, self.connection, recruiter_name, recruiter_address)

    def post(self, requisition_id: str, kind: str, ref: str, body: str) -> str:
        with self.database.writing() as session:
            requisition = self._position(session, requisition_id)
            name = f"{kind}:{requisition.key}:{ref}" if ref else f"{kind}:{requisition.key}"
            note = self._note_named(session, name)
            if note is None:
                note = self._new_note(name, kind, session)
                note.requisition_id = requisition.key
            elif ref:
                return str(note.key)
            # Messages replace each other: the newest stands.
            note.sealed = self.vault.seal_for(session, self.connection.employer_id, "", body)
            note.updated_at = now_of(session)
            session.add(note)
            session.flush()
            return str(note.key)

    def add_entry(self, entry: NewEntry) -> Entered:
        with self.database.writing() as session:
            # One entry of a desk at a time: two of one person, on two positions, must not make two people.
            session.get_one(Connection, self.connection.key, with_for_update=NO_KEY_UPDATE)
            requisition = self._position(session, entry.requisition_id)
            person = self._whom(session, entry)
            if person is not None:
                standing = session.exec(
                    select(DeskApplication).where(
                        col(DeskApplication.requisition_id) == requisition.key,
                        col(DeskApplication.person_id) == person.key,
                    )
                ).first()
                if standing is not None:
                    return Entered(str(person.key), str(standing.key), found=True)
            else:
                person = people.enter(session, self.vault, self.connection, _contact(entry))
            prospect = entry.kind is EntryKind.PROSPECT
            application = DeskApplication(
                employer_id=self.connection.employer_id,
                connection_id=self.connection.key,
                requisition_id=requisition.key,
                person_id=person.key,
                stage="" if prospect else _stage(entry),
                prospect=prospect,
                source=entry.source,
                updated_at=now_of(session),
                created_at=now_of(session),
            )
            session.add(application)
            session.flush()
            return Entered(str(person.key), str(application.key))

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        with self.database.writing() as session:
            person = self._person(session, candidate_id)
            name = people.note_name(person, ref)
            found = self._note_named(session, name)
            if found is None:
                found = self._new_note(name, "note", session)
                found.person_id = person.key
                found.sealed = self.vault.seal_for(session, person.employer_id, person.person, body)
                session.add(found)
                session.flush()
            return str(found.key)

    def tag(self, candidate_id: str, tag: str) -> None:
        with self.database.writing() as session:
            person = self._person(session, candidate_id)
            if tag.casefold() not in {known.casefold() for known in person.tags}:
                person.tags, person.updated_at = [*person.tags, tag], now_of(session)
                session.add(person)

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        with self.database.writing() as session:
            application = self._application(session, application_id)
            known = session.exec(
                select(DeskFile.id).where(col(DeskFile.application_id) == application.key, col(DeskFile.ref) == ref)
            ).first()
            if known is not None:
                return str(known)
            person = session.get_one(DeskPerson, application.person_id)
            employer_id = self.connection.employer_id
            file = DeskFile(
                employer_id=employer_id,
                connection_id=self.connection.key,
                application_id=application.key,
                ref=ref,
                kind=attachment.kind,
                media_type=attachment.media_type,
                size=len(attachment.content),
                sealed_name=self.vault.seal_for(session, employer_id, person.person, attachment.filename),
                sealed=self.vault.person(session, employer_id, person.person).encrypt(attachment.content),
                created_at=now_of(session),
            )
            session.add(file)
            session.flush()
            return str(file.key)

    def move(self, application_id: str, stage_id: str) -> None:
        if stage_id not in ORDER:
            raise ATSError(f"the desk has no stage {stage_id!r}; it has {', '.join(ORDER)}", permanent=True)
        with self.database.writing() as session:
            application = self._application(session, application_id)
            if application.stage != stage_id or application.prospect:
                application.stage, application.prospect = stage_id, False
                application.updated_at = now_of(session)
                session.add(application)

    # Looking things up for a write.

    def _position(self, session: Session, id: str) -> DeskRequisition:
        row = self.mine(session, DeskRequisition, id, lock=True)
        if row is None or row.deleted_at is not None:
            raise _gone("position", id)
        return row

    def _person(self, session: Session, id: str) -> DeskPerson:
        row = self.mine(session, DeskPerson, id, lock=True)
        if row is None or people.opened(session, self.vault, row) is None:
            raise _gone("person", id)
        return row

    def _application(self, session: Session, id: str) -> DeskApplication:
        row = self.mine(session, DeskApplication, id, lock=True)
        person = session.get_one(DeskPerson, row.person_id) if row is not None else None
        if row is None or person is None or people.opened(session, self.vault, person) is None:
            raise _gone("entry", id)
        return row

    def _whom(self, session: Session, entry: NewEntry) -> DeskPerson | None:
        """Who this is in the books: by number (followed through merges), else by address."""
        known = self.mine(session, DeskPerson, entry.candidate_id) if entry.candidate_id else None
        known = people.survivor(session, known)
        if known is not None and people.opened(session, self.vault, known) is not None:
            return known
        found = people.find(session, self.vault, self.connection, email=entry.email) if entry.email else iter(())
        first = next(found, None)
        return first[0] if first is not None else None

    def _note_named(self, session: Session, name: str) -> DeskNote | None:
        return session.exec(
            select(DeskNote).where(col(DeskNote.connection_id) == self.connection.key, col(DeskNote.name) == name)
        ).first()

    def _new_note(self, name: str, kind: str, session: Session) -> DeskNote:
        return DeskNote(
            employer_id=self.connection.employer_id,
            connection_id=self.connection.key,
            name=name,
            kind=kind,
            sealed=b"",
            updated_at=now_of(session),
            created_at=now_of(session),
        )


def _gone(what: str, id: str) -> ATSError:
    return ATSError(f"the desk has no {what} {id}: it was deleted, or never was there", status=404, permanent=True)


def _stage(entry: NewEntry) -> str:
    if entry.stage_id and entry.stage_id not in ORDER:
        raise ATSError(f"the desk has no stage {entry.stage_id!r}; it has {', '.join(ORDER)}", permanent=True)
    return entry.stage_id or (CASUAL if entry.kind is EntryKind.CASUAL else APPLIED)


def _contact(entry: NewEntry) -> people.Contact:
    return people.Contact(
        entry.first_name,
        entry.last_name,
        (entry.email,) if entry.email else (),
        (entry.phone,) if entry.phone else (),
        entry.company,
        entry.title,
    )
