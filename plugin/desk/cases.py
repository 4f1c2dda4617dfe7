"""Whom a letter of recommendation is about, and whether they may be handed over at all.

Nobody is put before a client who has not agreed (個人情報保護法 27条). It is asked when the page is opened, again in
the transaction that sends the letter, and once more in the one that marks its mail as leaving.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from plugin.desk import people, pipeline
from plugin.identity import Identity, identity_of
from plugin.pipeline.writes import reference
from plugin.provision import HANDING_ON
from plugin.rows import (
    Connection,
    DeskApplication,
    DeskFile,
    DeskHandOff,
    DeskPerson,
    DeskRequisition,
    Employer,
    Entry,
    Mail,
    Profile,
    Reply,
    Requisition,
    Scout,
)
from plugin.scouting.circumstances import AGAINST
from plugin.scouting.disclosure import WITHHELD, view_of
from plugin.sealing import Erased, Vault


class NotAllowed(Exception):
    """This person may not be handed over, or not like this; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the recruiter chose for one letter. `remark`: why they recommend, in their own words; `enclosed`: file ids."""

    language: str
    items: tuple[str, ...]
    remark: str
    company: str
    reader: str
    address: str
    enclosed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Everything one letter is made of."""

    connection: Connection
    position: DeskRequisition
    application: DeskApplication
    person: DeskPerson
    contact: people.Contact
    entry: Entry
    scout: Scout
    requisition: Requisition
    profile: Profile
    identity: Identity


def case_of(session: Session, vault: Vault, connection: Connection, application: DeskApplication) -> Case:
    """Everything known of one person in one pipeline. Raises `NotAllowed` where they may not be handed over at all."""
    position = session.get_one(DeskRequisition, application.requisition_id)
    person = session.get_one(DeskPerson, application.person_id)
    contact = people.opened(session, vault, person)
    entry = session.exec(
        select(Entry).where(
            col(Entry.connection_id) == connection.key, col(Entry.ats_application_id) == str(application.key)
        )
    ).first()
    if contact is None:
        raise NotAllowed("erased")
    if entry is None:
        raise NotAllowed("no_yes")
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == connection.employer_id, col(Profile.profile_id) == entry.profile_id
        )
    ).first()
    if profile is None:
        raise NotAllowed("erased")
    try:
        identity = identity_of(session, vault, profile)
    except Erased:
        raise NotAllowed("erased") from None
    scout = session.get_one(Scout, entry.scout_id)
    requisition = session.get_one(Requisition, entry.requisition_id)
    _must_be_willing(session, entry, scout, requisition, profile, application, position)
    return Case(connection, position, application, person, contact, entry, scout, requisition, profile, identity)


def _must_be_willing(
    session: Session,
    entry: Entry,
    scout: Scout,
    requisition: Requisition,
    profile: Profile,
    application: DeskApplication,
    position: DeskRequisition,
) -> None:
    if entry.state == "closed" or application.status == "rejected":
        raise NotAllowed("ended")
    if position.status == "closed" or position.deleted_at is not None:
        raise NotAllowed("closed")
    if profile.suspended_at is not None:
        raise NotAllowed("suspended")
    last = session.exec(
        select(Reply.intent)
        .where(col(Reply.scout_id) == scout.key, col(Reply.intent).in_(("interested", *AGAINST)))
        .order_by(col(Reply.received_at).desc(), col(Reply.id).desc())
    ).first()
    if last in AGAINST:
        raise NotAllowed("withdrawn")
    handing_on = session.get_one(Employer, entry.employer_id).mode in HANDING_ON
    if handing_on and view_of(session, requisition, scout).stage == WITHHELD:
        raise NotAllowed("consent_missing")


def why_held(session: Session, vault: Vault, mail: Mail) -> str:
    """Why a letter that waits to be sent may not leave any more; "" when it may. It may have waited for hours."""
    row = session.exec(select(DeskHandOff).where(col(DeskHandOff.mail_id) == mail.key)).one()
    application = session.get_one(DeskApplication, row.application_id)
    try:
        case_of(session, vault, session.get_one(Connection, row.connection_id), application)
    except NotAllowed as refused:
        return refused.code
    return ""


def files_of(session: Session, vault: Vault, case: Case) -> list[tuple[DeskFile, str]]:
    """The files that may be enclosed: what the person sent. Our own sheet with score and evidence is not one of them."""
    ours = reference(vault, case.entry.employer_id, f"attach:{case.entry.key}")
    found = pipeline.files(session, vault, pipeline.one(session, vault, case.application))
    return [(file, name) for file, name in found if file.ref != ours]
