"""Who falls out at sending makes room for the next best, as long as the commitment stands and the recruiter lets it."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, func, select

from plugin.database import now_of
from plugin.rows import Batch, Commitment, Requisition, Scout
from plugin.work.jobs import BULK, owe

TAKES_A_PLACE = ("drafted", "queued", "sending", "sent", "unknown")
"""States of a letter that fills one of the places a commitment has."""

TOGETHER = timedelta(minutes=1)
"""How long others may fall out before the next best are looked for, so that they are looked for together."""


def owe_replacement(session: Session, scout: Scout) -> None:
    """Owe the search for somebody in this person's stead. Does not commit."""
    batch = session.get_one(Batch, scout.batch_id)
    if batch.commitment_id is None or not batch.replacing or batch.released_by is None:
        return
    owe(
        session,
        "prepare_batch",
        f"instead_of:{scout.key}:{batch.key}",
        employer_id=batch.employer_id,
        connection_id=scout.connection_id,
        payload={"commitment_id": batch.commitment_id, "batch_id": batch.key},
        due=now_of(session) + TOGETHER,
        lane=BULK,
    )


def places(session: Session, commitment: Commitment) -> int:
    """How many more people the commitment has room for, letters drafted or waiting counted."""
    taken = session.exec(
        select(func.count())
        .select_from(Scout)
        .where(col(Scout.commitment_id) == commitment.key, col(Scout.state).in_(TAKES_A_PLACE))
    ).one()
    return max(0, commitment.max_people - taken)


def takes_more(session: Session, batch: Batch) -> bool:
    """Whether a batch may be filled up: released by somebody, not recalled or stopped since, not switched off."""
    session.refresh(batch)
    return batch.replacing and batch.released_by is not None and batch.state in ("released", "sending", "finished")


def prepare_again(session: Session, requisition: Requisition) -> None:
    """A requisition is open again: letters that stopped when it was closed are prepared anew. Does not commit."""
    commitment = session.exec(
        select(Commitment).where(col(Commitment.requisition_id) == requisition.key, col(Commitment.state) == "in_force")
    ).first()
    if commitment is None:
        return
    stopped = session.exec(
        select(Batch).where(col(Batch.commitment_id) == commitment.key).order_by(col(Batch.id).desc())
    ).first()
    if stopped is None or stopped.state != "stopped":
        return
    owe(
        session,
        "prepare_batch",
        f"{commitment.key}:open_again:{stopped.key}",
        employer_id=commitment.employer_id,
        connection_id=requisition.connection_id,
        payload={"commitment_id": commitment.key},
    )
