"""What the desk's pages do to positions: enter, change, open, close. Each owes the reading an ATS's bell would.

A text is checked before it is kept: `understood` says what will be asked for, so that nobody waits for a shortlist that
cannot come.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from connectors.records import Event, EventKind
from plugin.alignment import saying
from plugin.alignment.requirement import FIELDS, parsed
from plugin.database import now_of
from plugin.desk import colleagues
from plugin.events import record
from plugin.people_in.documents import ENDINGS, Unreadable, text_of
from plugin.rows import Connection, DeskColleague, DeskNote, DeskRequisition, Requisition, Staff
from plugin.scouting.post import reachable
from plugin.sealing import Vault
from plugin.work.deliveries import owe_reads

LONGEST_TITLE = 200
LONGEST_TEXT = 40_000
LARGEST_FILE = 5_000_000


class Refused(Exception):
    """What was entered can't be kept; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Position:
    """A position as entered on its page. Names and addresses as typed; `to_*` empty: letters go to the manager."""

    title: str
    text: str
    manager_name: str
    manager_address: str
    recruiter_id: int
    confidential: bool = False
    draft: bool = False
    to_company: str = ""
    to_name: str = ""
    to_address: str = ""
    source: str = "paste"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text asks for, field by field in words, and the title it names. `asks`: whether a shortlist can come of it."""

    title: str
    fields: tuple[tuple[str, str], ...]
    asks: bool


def read_file(name: str, content: bytes) -> str:
    """Read the text of a 求人票. Raises `Refused`: too_large, unknown_type, or unreadable (a scan, locked, damaged)."""
    if len(content) > LARGEST_FILE:
        raise Refused("too_large")
    if name.rpartition(".")[2].lower() not in ENDINGS:
        raise Refused("unknown_type")
    try:
        return text_of(name, content)[:LONGEST_TEXT]
    except Unreadable as error:
        raise Refused("unreadable") from error


def understood(text: str, locale: str) -> Understood:
    """Say what will be asked for, as the requisition's page will."""
    found = parsed(text)
    title = str(found.title.value) if found.title is not None else ""
    fields = [
        (saying.label(name, locale), saying.field_text(found, name, locale))
        for name in FIELDS
        if getattr(found, name) not in (None, ())
    ]
    return Understood(title, tuple(fields), bool(found.must or found.nice or title))


def check(given: Position) -> None:
    """Raise `Refused` for what an ATS would not have let through."""
    if not given.title.strip() or len(given.title) > LONGEST_TITLE:
        raise Refused("title")
    if not given.text.strip() or len(given.text) > LONGEST_TEXT:
        raise Refused("text")
    if not given.manager_name.strip():
        raise Refused("manager")
    for address, code in ((given.manager_address, "manager_address"), (given.to_address, "to_address")):
        if not address.strip() and code == "to_address":
            continue
        if not reachable(address):
            raise Refused(code)


def enter(session: Session, connection: Connection, given: Position, by: str) -> DeskRequisition:
    """Enter a position and owe its reading. Raises `Refused`. Does not commit."""
    now = now_of(session)
    row = DeskRequisition(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        title="",
        text="",
        status="draft" if given.draft else "open",
        manager_id=0,
        recruiter_id=0,
        opened_at=None if given.draft else now,
        text_at=now,
        updated_at=now,
        created_at=now,
    )
    _fill(session, connection, row, given, by)
    record(session, row.employer_id, "desk_position", row.key, "entered", actor=by)
    owe_reading(session, connection, row)
    return row


def change(session: Session, connection: Connection, row: DeskRequisition, given: Position, by: str) -> None:
    """Replace what is said of a position, and owe its reading; a new text starts a calibration there. Raises `Refused`."""
    _fill(session, connection, row, given, by)
    record(session, row.employer_id, "desk_position", row.key, "changed", actor=by)
    owe_reading(session, connection, row)


def set_status(session: Session, connection: Connection, row: DeskRequisition, status: str, by: str) -> None:
    """Open or close a position; nothing when it is so already."""
    if status == row.status:
        return
    now = now_of(session)
    row.status, row.updated_at = status, now
    if status == "open":
        row.opened_at, row.closed_at = row.opened_at or now, None
    if status == "closed":
        row.closed_at = now
    session.add(row)
    record(session, row.employer_id, "desk_position", row.key, f"status_{status}", actor=by)
    owe_reading(session, connection, row)


def remove(session: Session, connection: Connection, row: DeskRequisition, by: str) -> None:
    """Take a position out of the books: it is read as gone, and nothing is promised on it any more."""
    row.deleted_at = row.updated_at = now_of(session)
    session.add(row)
    record(session, row.employer_id, "desk_position", row.key, "removed", actor=by)
    owe_reading(session, connection, row)


def owe_reading(session: Session, connection: Connection, row: DeskRequisition) -> None:
    """Owe the reading that a doorbell would; named by the moment of the change, so that each is read once."""
    session.flush()
    event = Event(EventKind.REQUISITION, str(row.key))
    owe_reads(session, connection, [(event, f"desk:{row.updated_at.isoformat()}")])


def taken_in(session: Session, row: DeskRequisition) -> Requisition | None:
    """The position as the rest of the service has read it; None until it has."""
    return session.exec(
        select(Requisition).where(
            col(Requisition.connection_id) == row.connection_id, col(Requisition.ats_id) == str(row.key)
        )
    ).first()


def notes(session: Session, vault: Vault, row: DeskRequisition) -> list[tuple[DeskNote, str]]:
    """The notes on a position, the newest first: shortlists and the last message."""
    rows = session.exec(
        select(DeskNote).where(col(DeskNote.requisition_id) == row.key).order_by(col(DeskNote.updated_at).desc())
    )
    return [(note, str(vault.open_for(session, row.employer_id, "", note.sealed))) for note in rows]


def _fill(session: Session, connection: Connection, row: DeskRequisition, given: Position, by: str) -> None:
    check(given)
    recruiter = session.get(DeskColleague, given.recruiter_id)
    if recruiter is None or recruiter.connection_id != connection.key or not recruiter.recruits:
        raise Refused("recruiter")
    if given.manager_address.strip().lower() in (recruiter.email, _by_address(session, connection, by)):
        # The promise must be another person's own act (R2), and here nobody but the recruiter says who that is: neither
        # whose position it is nor who enters it for them.
        raise Refused("same_person")
    manager = colleagues.enter(session, connection, given.manager_name, given.manager_address)
    now, text = now_of(session), given.text.replace("\r\n", "\n").strip()
    if text != row.text:
        row.text, row.source, row.text_at = text, given.source, now
    row.title, row.confidential = " ".join(given.title.split()), given.confidential
    row.manager_id, row.recruiter_id = manager.key, recruiter.key
    row.to_company = " ".join(given.to_company.split())
    row.to_name, row.to_address = " ".join(given.to_name.split()), given.to_address.strip()
    row.updated_at = now
    session.add(row)
    session.flush()


def _by_address(session: Session, connection: Connection, by: str) -> str:
    """The address of the colleague who acts (`staff:<id>`)."""
    kind, _, id = by.partition(":")
    staff = session.get(Staff, int(id)) if kind == "staff" and id.isdigit() else None
    return staff.email.strip().lower() if staff is not None and staff.connection_id == connection.key else ""
