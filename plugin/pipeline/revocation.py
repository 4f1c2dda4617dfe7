"""Taking a commitment back (E5): never silently. A reason, what stops, and to whom the word still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, or_, select

from plugin.database import now_of
from plugin.rows import Commitment, Promise, Scout
from plugin.sealing import Vault

REASONS = ("role_changed", "headcount_gone", "line_wrong", "no_time", "handed_over", "other")
"""Why a manager takes a commitment back, as they choose."""


class ReasonNeeded(Exception):
    """Letters have left: a commitment isn't taken back without saying why."""


@dataclass(frozen=True, slots=True)
class StillBound:
    """What holds after a commitment ended: promises owed, and letters that a yes by `until` still turns into one."""

    promises: tuple[Promise, ...]
    letters: int
    until: date

    @property
    def nothing(self) -> bool:
        return not self.promises and not self.letters


def still_bound(session: Session, commitment: Commitment) -> StillBound:
    """Who is still owed under a commitment, whatever became of it since."""
    promises = session.exec(
        select(Promise)
        .where(col(Promise.commitment_id) == commitment.key, col(Promise.state).in_(("owed", "scheduled")))
        .order_by(col(Promise.due_at))
    ).all()
    today = now_of(session).astimezone(ZoneInfo(commitment.zone)).date()
    letters = session.exec(
        select(func.count())
        .select_from(Scout)
        .outerjoin(Promise, col(Promise.scout_id) == col(Scout.id))
        .where(
            col(Scout.commitment_id) == commitment.key,
            or_(col(Scout.arm) == "committed", col(Scout.experiment_id).is_not(None)),
            col(Scout.state).in_(("sending", "sent", "unknown")),
            col(Promise.id).is_(None),
            func.coalesce(Scout.reply_deadline, commitment.reply_deadline) >= today,
        )
    ).one()
    return StillBound(tuple(promises), letters, commitment.reply_deadline)


def keep_reason(session: Session, vault: Vault, commitment: Commitment, words: str) -> None:
    """Keep the manager's own words: sealed, and no part of the chain."""
    if words.strip():
        commitment.sealed_reason = vault.seal_for(session, commitment.employer_id, "", words.strip()[:500])
        session.add(commitment)


def reason_words(session: Session, vault: Vault, commitment: Commitment) -> str:
    if commitment.sealed_reason is None:
        return ""
    return str(vault.open_for(session, commitment.employer_id, "", commitment.sealed_reason))


def has_left(session: Session, commitment: Commitment) -> bool:
    """Whether a letter of a commitment has left, or may have."""
    return (
        session.exec(
            select(Scout.id)
            .where(col(Scout.commitment_id) == commitment.key, col(Scout.state).in_(("sending", "sent", "unknown")))
            .limit(1)
        ).first()
        is not None
    )
