"""Persons in the store: erasable text under a key per person, keyed hashes for looking up, the journal of changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import Row, at


class PersonKey(Row, table=True):
    """The key one person's text is encrypted under, itself sealed. Deleting this row erases the text everywhere."""

    __table_args__ = (UniqueConstraint("employer_id", "person"),)

    person: str  # profile id, or "mail:<keyed hash>" for a sender we don't know
    sealed: bytes


class Profile(Row, table=True):
    """A person in the store as scouting sees them. The judgement's side (text, skills, vector) lives in `ranking`.

    `sealed` holds contact and identity JSON (`plugin.people.Identity`) under the person's key.
    """

    __table_args__ = (
        UniqueConstraint("employer_id", "profile_id"),
        Index("ix_profile_email", "employer_id", "email_hash"),
        Index("ix_profile_name", "employer_id", "name_hash"),
        Index("ix_profile_phone", "employer_id", "phone_hash"),
        Index("ix_profile_ats", "employer_id", "ats_candidate_id"),
    )

    profile_id: str
    revision: int = 1
    sealed: bytes
    email_hash: str = ""
    phone_hash: str = ""
    name_hash: str = ""
    language: str = ""  # ja, en or "" unknown
    contact_basis: str = "none"
    basis_at: datetime | None = at()
    source: str = ""
    as_of: datetime | None = at()
    ats_candidate_id: str = ""
    suspended_at: datetime | None = at()  # they asked us to use it no more: neither ranked nor written to


class ProfileSource(Row, table=True):
    """A record that was taken in, by the keyed hash of what it said: the same record a second time changes nothing.

    Several rows of one profile are records that were found to be one person. They outlive the person, as a suppression
    does: who was erased is not brought back by the same file.
    """

    __table_args__ = (
        UniqueConstraint("employer_id", "content_hash"),
        Index("ix_profilesource_profile", "employer_id", "profile_id"),
    )

    content_hash: str
    profile_id: str


class Rediscovery(Row, table=True):
    """One reading of an ATS's own past candidates: how far it came, so that the next one goes on from there."""

    connection_id: int = Field(foreign_key="connection.id", index=True)
    since: datetime | None = at()
    cursor: str = ""  # the vendor's next page; "" before the first and after the last
    people: int = 0
    finished_at: datetime | None = at()


class Journal(Row, table=True):
    """The last journal number of an employer; locked to assign the next, so that there are no gaps."""

    __table_args__ = (UniqueConstraint("employer_id"),)

    last: int = 0


class ProfileChange(Row, table=True):
    """One change of the store, before it reaches Chroma and the index. `op`: upsert or delete.

    `sealed`: the `ranking.Profile` as JSON under the person's key; None for a deletion.
    """

    __table_args__ = (UniqueConstraint("employer_id", "number"),)

    number: int
    op: str
    profile_id: str = Field(index=True)
    revision: int
    sealed: bytes | None = None


class Suppression(Row, table=True):
    """Someone who said stop. Keyed hash only, survives erasure, holds per employer and per sender (R11)."""

    __table_args__ = (UniqueConstraint("employer_id", "sender", "address_hash"),)

    sender: str = ""  # "" means every sender of this employer
    address_hash: str
    reason: str  # opt_out, bounce, complaint, by_hand


class Restriction(Row, table=True):
    """Why somebody must not be written to (R5), mostly as the ATS said: in process, turned down, not to be contacted.

    Companies stand in `OffLimits`, introductions in `Introduction`.
    """

    kind: str  # in_process, rejected, do_not_contact, off_limits
    profile_id: str = ""
    owner: str = ""
    reason: str = ""
    expires_at: datetime | None = at()
