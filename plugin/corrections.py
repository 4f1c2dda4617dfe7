"""Changing what is known of a person at their own word: put right, used no more, used again."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.events import record
from plugin.identity import Identity, profiles_of
from plugin.people import Person, add_profiles, hold_journal, journal_again, judged_of
from plugin.rows import Profile
from plugin.sealing import Vault


class NobodyThere(LookupError):
    """There is nobody of this id, or they have been erased."""


def suspend(session: Session, vault: Vault, employer_id: int, profile_id: str, *, by: str = "candidate") -> bool:
    """Rank this person no more (利用停止): they leave the store, what is kept stays. False when that is so already."""
    row = _held(session, employer_id, profile_id)
    if row.suspended_at is not None:
        return False
    row.suspended_at = now_of(session)
    session.add(row)
    session.flush()
    journal_again(session, vault, employer_id, profile_id)
    record(session, employer_id, "profile", row.key, "suspended", actor=by, profile_id=profile_id)
    return True


def resume(session: Session, vault: Vault, employer_id: int, profile_id: str, *, by: str) -> bool:
    """Rank this person again, because they said so. Whether they may be written to is another matter."""
    row = _held(session, employer_id, profile_id)
    if row.suspended_at is None:
        return False
    row.suspended_at = None
    session.add(row)
    session.flush()
    journal_again(session, vault, employer_id, profile_id)
    record(session, employer_id, "profile", row.key, "resumed", actor=by, profile_id=profile_id)
    return True


def correct(
    session: Session,
    vault: Vault,
    employer_id: int,
    profile_id: str,
    identity: Identity,
    text: str,
    *,
    by: str,
) -> int:
    """Put a person right: a new revision goes into the journal, and the next calibration scores it. Returns its revision.

    Raises `NobodyThere`.
    """
    row = _held(session, employer_id, profile_id)
    judged = judged_of(session, vault, employer_id, profile_id)
    if judged is None:
        raise NobodyThere(profile_id)
    changed = text.strip() != judged.text.strip()
    add_profiles(
        session,
        vault,
        employer_id,
        [
            Person(
                # Fields read from the old words no longer count beside new ones.
                profile=replace(judged, text=text.strip(), skills=None) if changed else judged,
                identity=identity,
                language=row.language,
                contact_basis=row.contact_basis,
                basis_at=row.basis_at,
                source=row.source,
                as_of=now_of(session),
                ats_candidate_id=row.ats_candidate_id,
            )
        ],
    )
    session.refresh(row)
    record(
        session, employer_id, "profile", row.key, "corrected", actor=by, profile_id=profile_id, revision=row.revision
    )
    return row.revision


def _held(session: Session, employer_id: int, profile_id: str) -> Profile:
    hold_journal(session, employer_id)
    if not list(profiles_of(session, employer_id, [profile_id])):
        raise NobodyThere(profile_id)
    return session.exec(
        select(Profile).where(col(Profile.employer_id) == employer_id, col(Profile.profile_id) == profile_id)
    ).one()
