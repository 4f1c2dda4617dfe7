"""Who hires and who recruits at a desk: entered by hand, known everywhere else by their number here."""

from __future__ import annotations

from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import Connection, DeskColleague, Staff


def enter(
    session: Session, connection: Connection, name: str, address: str, *, recruits: bool = False
) -> DeskColleague:
    """Find a colleague by address or enter them; a new name replaces the old one. Does not commit."""
    email = address.strip().lower()
    row = session.exec(
        select(DeskColleague).where(
            col(DeskColleague.connection_id) == connection.key, col(DeskColleague.email) == email
        )
    ).first()
    if row is None:
        row = DeskColleague(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            email=email,
            name=name,
            created_at=now_of(session),
        )
    row.name = " ".join(name.split()) or row.name
    row.recruits, row.active = row.recruits or recruits, True
    session.add(row)
    session.flush()
    return row


def welcome(session: Session, connection: Connection, name: str, address: str) -> bool:
    """Enter a recruiter who may sign in before there is any position; False when they are there already."""
    known = _recruiter(session, connection, address)
    if known is not None:
        return False
    row = enter(session, connection, name, address, recruits=True)
    staff(session, row)
    return True


def staff(session: Session, row: DeskColleague) -> Staff:
    """The same colleague as the rest of the service knows them."""
    found = session.exec(
        select(Staff).where(col(Staff.connection_id) == row.connection_id, col(Staff.ats_id) == str(row.key))
    ).first()
    if found is None:
        found = Staff(
            employer_id=row.employer_id,
            connection_id=row.connection_id,
            ats_id=str(row.key),
            name=row.name,
            email=row.email,
            created_at=now_of(session),
        )
    found.name, found.email, found.active = row.name, row.email, row.active
    session.add(found)
    session.flush()
    return found


def recruits(session: Session, colleague: Staff) -> bool:
    """Whether a member of staff recruits for a desk, be there a position of theirs or not yet."""
    if not colleague.ats_id.isascii() or not colleague.ats_id.isdigit():
        return False
    row = session.get(DeskColleague, int(colleague.ats_id))
    return row is not None and row.connection_id == colleague.connection_id and row.recruits and row.active


def recruiters(session: Session, connection_id: int) -> list[DeskColleague]:
    return list(
        session.exec(
            select(DeskColleague)
            .where(
                col(DeskColleague.connection_id) == connection_id,
                col(DeskColleague.recruits).is_(True),
                col(DeskColleague.active).is_(True),
            )
            .order_by(col(DeskColleague.id))
        )
    )


def _recruiter(session: Session, connection: Connection, address: str) -> DeskColleague | None:
    return session.exec(
        select(DeskColleague).where(
            col(DeskColleague.connection_id) == connection.key,
            col(DeskColleague.email) == address.strip().lower(),
            col(DeskColleague.recruits).is_(True),
            col(DeskColleague.active).is_(True),
        )
    ).first()
