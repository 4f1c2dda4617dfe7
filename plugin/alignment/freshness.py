"""How old what a store knows is: figures from it are no newer than its profiles (R10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from plugin.alignment.market import Fresh, fresh_of
from plugin.rows import CalibrationMarket, Profile

GOOD_FOR = timedelta(days=1)
"""A median over millions moves slowly: the last calibration's is taken over for a day."""
COUNTED_ANEW = 20_000
"""Up to so many people it is counted each time."""


def freshness(session: Session, employer_id: int, now: datetime) -> Fresh:
    """The median month in which people's profiles were last known to be true, of those where it is known."""
    last = session.exec(
        select(CalibrationMarket)
        .where(col(CalibrationMarket.employer_id) == employer_id, col(CalibrationMarket.created_at) > now - GOOD_FOR)
        .order_by(col(CalibrationMarket.id).desc())
        .limit(1)
    ).first()
    if last is not None and (known := fresh_of(last)).people > COUNTED_ANEW:
        return known
    people = session.exec(select(func.count()).where(col(Profile.employer_id) == employer_id)).one()
    dated = select(Profile.as_of).where(col(Profile.employer_id) == employer_id, col(Profile.as_of).is_not(None))
    known_people = session.exec(select(func.count()).select_from(dated.subquery())).one()
    if not known_people:
        return Fresh(people, 0, "")
    middle = session.exec(dated.order_by(col(Profile.as_of)).offset(known_people // 2).limit(1)).one()
    return Fresh(people, known_people, f"{middle:%Y-%m}")
