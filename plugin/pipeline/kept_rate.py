"""Whether a manager's promises are kept (E19): a rate with its window and denominator, and what a low one leads to.

Seen by that manager and by the owner of the account only. Below the connection's floor no new letter carries this
manager's promise until a named person has looked at it; letters that have left still bind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.policy import Policy
from plugin.rows import Connection, KeepingReview, Promise, Staff

WINDOW = timedelta(days=365)
LEAST = 5
"""Fewer promises than this say nothing of a manager, and would name who they were made to (R10)."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """A manager's promises that fell due between `since` and `until`. Waived ones are no part of it.

    `counted`: kept, and broken by the manager or by nobody named yet; what a recruiter or the candidate caused is shown
    in `causes` and counts against nobody's word.
    """

    since: datetime
    until: datetime
    kept: int = 0
    counted: int = 0
    causes: Counter[str] = field(default_factory=Counter)  # of broken ones: manager, recruiter, candidate, "" unnamed

    @property
    def due(self) -> int:
        return self.kept + sum(self.causes.values())

    @property
    def rate(self) -> float | None:
        """Kept of those counted; None below `LEAST`."""
        return self.kept / self.counted if self.counted >= LEAST else None


def keeping(session: Session, staff_ids: Iterable[int], *, after: datetime | None = None) -> dict[int, Keeping]:
    """How each of these managers kept what fell due in the last year (or after a later moment), in one query."""
    ids, until = sorted(set(staff_ids)), now_of(session)
    since = max(until - WINDOW, after) if after is not None else until - WINDOW
    keeper = func.coalesce(Promise.successor_id, Promise.manager_id)
    rows = session.execute(
        select(keeper, Promise.state, Promise.cause, func.count())
        .where(
            keeper.in_(ids),
            col(Promise.state).in_(("kept", "broken")),
            col(Promise.due_at) > since,
            col(Promise.due_at) <= until,
        )
        .group_by(keeper, col(Promise.state), col(Promise.cause))
    ).all()
    # A promise kept early is due later: it counts from the day it was kept.
    early = session.execute(
        select(keeper, func.count())
        .where(keeper.in_(ids), col(Promise.state) == "kept", col(Promise.due_at) > until)
        .group_by(keeper)
    ).all()
    kept, causes = Counter[int](), {id: Counter[str]() for id in ids}
    for staff_id, state, cause, count in rows:
        if state == "kept":
            kept[staff_id] += count
        else:
            causes[staff_id][cause] += count
    for staff_id, count in early:
        kept[staff_id] += count
    return {
        id: Keeping(since, until, kept[id], kept[id] + causes[id]["manager"] + causes[id][""], causes[id]) for id in ids
    }


def under_review(session: Session, connection: Connection, staff_id: int) -> bool:
    """Whether this manager's promises may not stand in new letters: kept too rarely since the last review."""
    floor = policy_of(connection).kept_rate_floor
    if not floor:
        return False
    reviewed = last_review(session, staff_id)
    found = keeping(session, [staff_id], after=reviewed.reviewed_at if reviewed is not None else None)[staff_id]
    return found.rate is not None and found.rate < floor


def last_review(session: Session, staff_id: int) -> KeepingReview | None:
    return session.exec(
        select(KeepingReview).where(col(KeepingReview.staff_id) == staff_id).order_by(col(KeepingReview.id).desc())
    ).first()


def review(session: Session, connection: Connection, staff: Staff, *, by: str) -> KeepingReview:
    """Record that a named person looked at it and lets the manager promise again. What came before counts no more.

    Raises ValueError for a manager of another account, or one who reviews themselves.
    """
    if staff.connection_id != connection.key:
        raise ValueError("this colleague belongs to another ATS account")
    if by == f"staff:{staff.key}":
        raise ValueError("nobody reviews their own promises")
    found = keeping(session, [staff.key])[staff.key]
    row = KeepingReview(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        staff_id=staff.key,
        by=by,
        kept=found.kept,
        counted=found.counted,
        reviewed_at=now_of(session),
        created_at=now_of(session),
    )
    session.add(row)
    session.flush()
    record(
        session, row.employer_id, "staff", staff.key, "keeping_reviewed", actor=by, kept=row.kept, counted=row.counted
    )
    return row


def is_owner(policy: Policy, staff: Staff) -> bool:
    """Whether a colleague is named as owner of the connection."""
    return staff.email.strip().casefold() in {address.strip().casefold() for address in policy.owner_addresses}
