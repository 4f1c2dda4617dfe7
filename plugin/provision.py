"""Records of what was handed to others: kept as 個人情報保護法 29条 asks, for three years (規則 21条).

An agency, or an operator, that puts somebody before its client hands personal data on. The record says when, to whom,
whose, which items and on what basis; the name lies under the person's key, the keyed hash outlives an erasure.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from connectors.desk import Desk
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.i18n import phrases, say_time
from plugin.identity import identity_of
from plugin.rows import Connection, Employer, Entry, Profile, ProvisionRecord, Requisition, Scout
from plugin.scouting.disclosure import view_of
from plugin.scouting.legal import LetterRefused
from plugin.sealing import Erased, Vault
from plugin.spreadsheets import safe

YEARS = 3
ITEMS = ("name", "contact", "career", "reply")
"""What an entry in the client's ATS holds of a person."""
HANDING_ON = ("agency", "operator")


def record_handing_on(
    session: Session, vault: Vault, entry: Entry, *, recipient: str = "", items: Sequence[str] = ITEMS
) -> bool:
    """Write down that a person's data was put before a client; False in-house, and when it is written down already.

    Does not commit. Whose name the client has not been told of is not handed on to it. An entry in the desk's books hands
    nothing on yet: its letter of recommendation does, to `recipient`.
    """
    employer = session.get_one(Employer, entry.employer_id)
    if employer.mode not in HANDING_ON:
        return False
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == entry.employer_id, col(Profile.profile_id) == entry.profile_id
        )
    ).first()
    if profile is None:
        return False
    connection = session.get_one(Connection, entry.connection_id)
    if connection.ats == Desk.name and not recipient:
        return False
    requisition = session.get_one(Requisition, entry.requisition_id)
    scout = session.get_one(Scout, entry.scout_id)
    now = now_of(session)
    try:
        identity = identity_of(session, vault, profile)
    except Erased:
        return False
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    id = session.execute(
        dialect.insert(ProvisionRecord)
        .values(
            employer_id=entry.employer_id,
            connection_id=entry.connection_id,
            entry_id=entry.key,
            profile_id=entry.profile_id,
            person_hash=profile.email_hash or vault.hash(entry.employer_id, "profile:" + entry.profile_id),
            sealed_name=vault.seal_for(session, entry.employer_id, entry.profile_id, identity.name),
            recipient=recipient or _recipient(session, connection, requisition, scout),
            items=list(items),
            basis="consent" if scout.consented_at is not None else profile.contact_basis,
            basis_at=scout.consented_at or profile.basis_at,
            given_at=now,
            keep_until=_years_after(now),
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["entry_id", "recipient"])
        .returning(col(ProvisionRecord.id))
    ).scalar_one_or_none()
    if id is not None:
        record(session, entry.employer_id, "entry", entry.key, "handed_on", actor="clock", provision=id)
    else:
        _add_items(session, entry, recipient, items)
    return id is not None


def _add_items(session: Session, entry: Entry, recipient: str, items: Sequence[str]) -> None:
    """A later letter to the same recipient may hold more than the first one did."""
    row = session.exec(
        select(ProvisionRecord).where(
            col(ProvisionRecord.entry_id) == entry.key, col(ProvisionRecord.recipient) == recipient
        )
    ).first()
    if row is not None and set(items) - set(row.items):
        row.items = [one for one in ITEMS if one in row.items or one in items]
        session.add(row)


def drop_old(session: Session) -> int:
    """Drop records whose time is over; return how many."""
    gone = session.execute(delete(ProvisionRecord).where(col(ProvisionRecord.keep_until) < now_of(session)))
    return int(getattr(gone, "rowcount", 0) or 0)


def as_csv(session: Session, vault: Vault, employer_id: int, locale: str) -> str:
    """Every record of an employer as a table that spreadsheets open (UTF-8 with its mark)."""
    _ = phrases(locale)
    out = StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(
        [_("Given at"), _("To"), _("Name"), _("Keyed mark"), _("Items"), _("Basis"), _("Since"), _("Kept until")]
    )
    items = {"name": _("name"), "contact": _("contact"), "career": _("career"), "reply": _("reply")}
    for row in _rows(session, employer_id):
        zone = policy_of(session.get_one(Connection, row.connection_id)).zone
        table.writerow(
            [
                safe(cell)
                for cell in (
                    say_time(row.given_at, zone, locale),
                    row.recipient,
                    name_of(session, vault, row),
                    row.person_hash,
                    "、".join(items.get(one, one) for one in row.items),
                    basis_words(row.basis, locale),
                    say_time(row.basis_at, zone, locale) if row.basis_at is not None else "",
                    say_time(row.keep_until, zone, locale),
                )
            ]
        )
    return out.getvalue()


def name_of(session: Session, vault: Vault, row: ProvisionRecord) -> str:
    """Whose data it was; "" once they are erased."""
    if row.sealed_name is None:
        return ""
    try:
        return str(vault.open_for(session, row.employer_id, row.profile_id, row.sealed_name))
    except Erased:
        return ""


def basis_words(basis: str, locale: str) -> str:
    """On what basis somebody's data is held or was handed on."""
    _ = phrases(locale)
    words = {
        "consent": _("consent to this introduction"),
        "own_applicant": _("own applicant with consent"),
        "agency_registrant": _("registered with the agency"),
        "business_card": _("business card"),
        "referral": _("introduced with consent"),
        "written_notice": _("written notice of their own"),
        "none": _("none"),
    }
    return words.get(basis, basis)


def _rows(session: Session, employer_id: int) -> Sequence[ProvisionRecord]:
    return session.exec(
        select(ProvisionRecord).where(col(ProvisionRecord.employer_id) == employer_id).order_by(col(ProvisionRecord.id))
    ).all()


def _recipient(session: Session, connection: Connection, requisition: Requisition, scout: Scout) -> str:
    view = view_of(session, requisition, scout)
    name = view.names.get("ja") or view.names.get("en") or ""
    if not name:
        try:
            name = view.company("ja")
        except LetterRefused:
            name = connection.name
    return name


def _years_after(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year + YEARS)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + YEARS, day=28)
