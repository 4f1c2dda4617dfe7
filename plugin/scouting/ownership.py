"""Who introduced a person, and until when that counts (R5): another agency, a colleague, or we ourselves to a client.

An agency's and a colleague's introduction stops our letters within its window, for every position. Our own hand-off to a
client stops letters for that client's positions: the person is theirs to talk to now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.rows import Connection, Employer, Entry, Introduction, Requisition, Scout

KINDS = ("agency", "colleague", "own")
CONSENTS = ("reply", "page", "mail", "telephone", "in_person", "written")
"""How a person agreed to be introduced with the company named."""
_CODES = {"agency": "introduced", "colleague": "referred", "own": "introduced"}


def introduce(
    session: Session,
    connection: Connection,
    profile_id: str,
    *,
    kind: str,
    by_whom: str,
    introduced_at: datetime,
    actor: str,
    expires_at: datetime | None = None,
    requisition: Requisition | None = None,
    consent_at: datetime | None = None,
    consent_how: str = "",
    entry: Entry | None = None,
) -> Introduction | None:
    """Record who introduced somebody; None when this entry's introduction was recorded before. Does not commit.

    Without `expires_at` it counts as long as the connection says (`ownership_days`). Raises ValueError with a code:
    bad_kind, nobody, bad_consent, ends_before.
    """
    by_whom = " ".join(by_whom.split())
    expires_at = expires_at or introduced_at + timedelta(days=policy_of(connection).ownership_days)
    if kind not in KINDS:
        raise ValueError("bad_kind")
    if not by_whom:
        raise ValueError("nobody")
    if (consent_at is None) != (not consent_how) or (consent_how and consent_how not in CONSENTS):
        raise ValueError("bad_consent")
    if expires_at <= introduced_at:
        raise ValueError("ends_before")
    values = {
        "employer_id": connection.employer_id,
        "created_at": now_of(session),
        "connection_id": connection.key,
        "requisition_id": requisition.key if requisition is not None else None,
        "profile_id": profile_id,
        "kind": kind,
        "by": by_whom,
        "introduced_at": introduced_at,
        "expires_at": expires_at,
        "consent_at": consent_at,
        "consent_how": consent_how,
        "acknowledged_by": "",
        "entry_id": entry.key if entry is not None else None,
        "recorded_by": actor,
        "ended_by": "",
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    id = session.execute(
        dialect.insert(Introduction)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["entry_id"])
        .returning(col(Introduction.id))
    ).scalar_one_or_none()
    if id is None:
        return None
    record(
        session,
        connection.employer_id,
        "introduction",
        id,
        "recorded",
        actor=actor,
        kind=kind,
        person=profile_id,
        until=expires_at.isoformat(),
        consent=consent_how,
    )
    return session.get_one(Introduction, id)


def hand_off(session: Session, connection: Connection, entry: Entry) -> Introduction | None:
    """Record an agency's introduction of somebody to a client, at the moment they stand in the client's ATS.

    Nothing for an in-house team. Consent is the person's own, given after their yes (`Scout.consented_at`).
    """
    if session.get_one(Employer, connection.employer_id).mode != "agency":
        return None
    scout = session.get_one(Scout, entry.scout_id)
    return introduce(
        session,
        connection,
        entry.profile_id,
        kind="own",
        by_whom=agency_name(session, connection),
        introduced_at=entry.entered_at or now_of(session),
        actor="clock",
        requisition=session.get_one(Requisition, entry.requisition_id),
        consent_at=scout.consented_at,
        consent_how="reply" if scout.consented_at is not None else "",
        entry=entry,
    )


def agency_name(session: Session, connection: Connection) -> str:
    """The agency as its letters name it."""
    return policy_of(connection).legal.sender or session.get_one(Employer, connection.employer_id).name


def source_of(session: Session, connection: Connection) -> str:
    """What stands in the ATS as the source of somebody we enter: an agency's name says whose introduction it is."""
    employer = session.get_one(Employer, connection.employer_id)
    return f"kakuyaku / {agency_name(session, connection)}" if employer.mode == "agency" else "kakuyaku"


def acknowledge(session: Session, row: Introduction, *, by_whom: str, actor: str) -> None:
    """Record that the client acknowledged an introduction, and who there did. Raises ValueError("nobody") without a name."""
    by_whom = " ".join(by_whom.split())
    if not by_whom:
        raise ValueError("nobody")
    row.acknowledged_at, row.acknowledged_by = now_of(session), by_whom
    session.add(row)
    record(session, row.employer_id, "introduction", row.key, "acknowledged", actor=actor)


def consent(session: Session, row: Introduction, *, how: str, actor: str) -> None:
    """Record that the person agreed to be introduced with the company named. Raises ValueError("bad_consent")."""
    if how not in CONSENTS:
        raise ValueError("bad_consent")
    row.consent_at, row.consent_how = now_of(session), how
    session.add(row)
    record(session, row.employer_id, "introduction", row.key, "consented", actor=actor, how=how)


def end(session: Session, row: Introduction, *, actor: str) -> bool:
    """End a claim before its time; False when it had ended."""
    if row.ended_at is not None:
        return False
    row.ended_at, row.ended_by = now_of(session), actor
    session.add(row)
    record(session, row.employer_id, "introduction", row.key, "ended", actor=actor)
    return True


def claims(session: Session, connection: Connection, profile_ids: Sequence[str], now: datetime) -> dict[str, set[str]]:
    """Codes of `may_write` by profile id: whose claim on these people still runs."""
    found: dict[str, set[str]] = {}
    for row in _standing(session, connection.employer_id, profile_ids, now):
        if row.kind != "own" or row.connection_id == connection.id:
            found.setdefault(row.profile_id, set()).add(_CODES[row.kind])
    return found


def _standing(session: Session, employer_id: int, profile_ids: Sequence[str], now: datetime) -> Iterable[Introduction]:
    return session.exec(
        select(Introduction).where(
            col(Introduction.employer_id) == employer_id,
            col(Introduction.profile_id).in_(profile_ids),
            col(Introduction.ended_at).is_(None),
            col(Introduction.introduced_at) <= now,
            col(Introduction.expires_at) > now,
        )
    )
