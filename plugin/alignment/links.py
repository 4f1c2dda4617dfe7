"""Links. One kind acts and only reaches its owner's own mailbox; the other stands in the ATS and only shows (R2).

An acting link is a random token of which a digest is kept, bound to a person, a purpose and a subject; it expires and
serves one decision. Opening it changes nothing: mail scanners open links. Only the POST of its page uses it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import update
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import ActingLink, Calibration, Connection, Staff
from plugin.sealing import Vault, token_digest
from plugin.settings import Settings

Purpose = Literal["decide", "confirm", "undo"]
LIFE_HOURS: dict[Purpose, int] = {"decide": 24 * 7, "confirm": 24 * 3, "undo": 24 * 90}


class LinkRefused(Exception):
    """A link can't act (any more). `reason`: unknown, used, expired, not_yours, overtaken."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"this link can't act: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Look:
    """What a page may show of a link before its button is pressed. `state`: good, used, expired, unknown."""

    state: str
    purpose: str = ""
    subject_id: int = 0
    staff_id: int = 0
    connection_id: int = 0
    employer_id: int = 0
    expires_at: datetime | None = None


def new_link(
    session: Session,
    *,
    connection: Connection,
    staff: Staff,
    purpose: Purpose,
    subject_id: int,
    hours: float | None = None,
) -> str:
    """Make an acting link and return its token, which must go to the person's own mailbox and nowhere else."""
    token = secrets.token_urlsafe(24)
    now = now_of(session)
    session.add(
        ActingLink(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            staff_id=staff.key,
            purpose=purpose,
            subject_id=subject_id,
            token_digest=token_digest(token),
            expires_at=now + timedelta(hours=hours if hours is not None else LIFE_HOURS[purpose]),
            created_at=now,
        )
    )
    return token


def look_at(session: Session, token: str) -> Look:
    """Say what a link is for, changing nothing (GET)."""
    link = _find(session, token)
    if link is None:
        return Look("unknown")
    state = "used" if link.used_at else "expired" if link.expires_at <= now_of(session) else "good"
    return Look(
        state, link.purpose, link.subject_id, link.staff_id, link.connection_id, link.employer_id, link.expires_at
    )


def use_link(session: Session, token: str, purpose: Purpose) -> ActingLink:
    """Use a link up (POST): once, before it expires, for its own purpose. Raises `LinkRefused`."""
    now = now_of(session)
    # One statement decides: of two presses of the button at once, one wins on either database.
    used = session.execute(
        update(ActingLink)
        .where(
            col(ActingLink.token_digest) == token_digest(token),
            col(ActingLink.purpose) == purpose,
            col(ActingLink.used_at).is_(None),
            col(ActingLink.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(ActingLink.id))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if used is None:
        look = look_at(session, token)
        raise LinkRefused(look.state if look.state != "good" else "unknown")
    link = session.get(ActingLink, used, populate_existing=True)
    if link is None:
        raise LinkRefused("unknown")
    return link


def _find(session: Session, token: str) -> ActingLink | None:
    return session.exec(select(ActingLink).where(col(ActingLink.token_digest) == token_digest(token))).first()


def acting_url(settings: Settings, token: str) -> str:
    return f"{settings.public_url}/act/{token}"


# The link that only shows.


def show_token(vault: Vault, calibration: Calibration) -> str:
    """A signed token for the masked page of one calibration; whoever reads the ATS may open it."""
    return str(_shows(vault).dumps(calibration.key))


def read_show_token(vault: Vault, token: str) -> int | None:
    """The calibration a show token is for, None when it isn't ours."""
    try:
        found = _shows(vault).loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def show_url(settings: Settings, vault: Vault, calibration: Calibration) -> str:
    return f"{settings.public_url}/r/{show_token(vault, calibration)}"


def _shows(vault: Vault) -> URLSafeSerializer:
    return URLSafeSerializer(vault.signing_key, salt="show a calibration")
