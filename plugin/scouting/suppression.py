"""Whoever said stop is not written to again: by keyed hash, per employer and per sender, for ever (R5, R11).

The hash outlives the person's data: after an erasure the address is gone and still not written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.identity import Identity, identities
from plugin.rows import Profile, Scout, Suppression
from plugin.scouting.media import ways_to
from plugin.sealing import Vault

REASONS = ("opt_out", "bounce", "complaint", "by_hand")


def suppress(
    session: Session,
    vault: Vault,
    *,
    employer_id: int,
    address: str = "",
    address_hash: str = "",
    sender: str = "",
    reason: str = "opt_out",
) -> bool:
    """Never write to this address again, and stop what has not left; say whether that is new. Twice is once.

    Give the address, or its keyed hash where the address is not at hand. `sender` "" is every sender of this employer.
    Raises ValueError without an address or for a reason that is none of `REASONS`.
    """
    digest = address_hash or vault.hash_email(employer_id, address)
    if not digest:
        raise ValueError("a suppression needs an address or its hash")
    if reason not in REASONS:
        raise ValueError(f"{reason!r} is no reason for a suppression")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = session.execute(
        dialect.insert(Suppression)
        .values(
            employer_id=employer_id,
            sender=sender.casefold(),
            address_hash=digest,
            reason=reason,
            created_at=now_of(session),
        )
        .on_conflict_do_nothing(index_elements=["employer_id", "sender", "address_hash"])
        .returning(col(Suppression.id))
    ).scalar_one_or_none()
    _stop_unsent_to(session, employer_id, digest)
    return new is not None


def silence(
    session: Session, vault: Vault, *, employer_id: int, profile_id: str, sender: str = "", reason: str = "opt_out"
) -> None:
    """Never write to this person again by any way they are known: their address of today, and in every service.

    A stop said to one letter is theirs, not that letter's address's (R5). Twice is once; nothing for nobody known.
    """
    person = identities(session, vault, employer_id, [profile_id]).get(profile_id)
    for digest in sorted(hashes_of(vault, employer_id, person)) if person is not None else ():
        suppress(session, vault, employer_id=employer_id, address_hash=digest, sender=sender, reason=reason)
    if not sender:
        _stop_unsent(session, employer_id, [profile_id])


def hashes_of(vault: Vault, employer_id: int, person: Identity) -> set[str]:
    """What a suppression of this person may be kept under."""
    return {vault.hash_email(employer_id, way) for way in ways_to(person)}


def is_suppressed(
    session: Session, vault: Vault, *, employer_id: int, address: str = "", address_hash: str = "", sender: str = ""
) -> bool:
    """Whether this address said stop to this employer, or to this sender of theirs."""
    digest = address_hash or vault.hash_email(employer_id, address)
    return digest in suppressed_hashes(session, employer_id, [digest], sender=sender)


def suppressed_hashes(session: Session, employer_id: int, hashes: Iterable[str], *, sender: str = "") -> set[str]:
    """Of these address hashes, those that said stop. Thousands at once."""
    wanted, found = sorted({digest for digest in hashes if digest}), set[str]()
    for start in range(0, len(wanted), 500):
        found.update(
            session.exec(
                select(Suppression.address_hash).where(
                    col(Suppression.employer_id) == employer_id,
                    col(Suppression.address_hash).in_(wanted[start : start + 500]),
                    col(Suppression.sender).in_(["", sender.casefold()]),
                )
            )
        )
    return found


def _stop_unsent_to(session: Session, employer_id: int, digest: str) -> None:
    persons = session.exec(
        select(Profile.profile_id).where(col(Profile.employer_id) == employer_id, col(Profile.email_hash) == digest)
    ).all()
    if persons:
        _stop_unsent(session, employer_id, persons)


def _stop_unsent(session: Session, employer_id: int, profile_ids: Sequence[str]) -> None:
    session.execute(
        update(Scout)
        .where(
            col(Scout.employer_id) == employer_id,
            col(Scout.profile_id).in_(profile_ids),
            col(Scout.state).in_(["drafted", "queued"]),
        )
        .values(state="excluded", reason="suppressed")
    )
