"""A specification picked in the ATS, by our own field: it asks otherwise and promises nothing, so whoever edits may pick.

Who edited is unknown; the pick is on record as such, can be taken back on our pages, and is taken once.
"""

from __future__ import annotations

import structlog
from sqlmodel import Session

from connectors.records import Decision
from plugin.alignment import mails
from plugin.alignment.fields import read_specification
from plugin.alignment.specifications import LETTERS, NotOffered, Overtaken, last_pick, pick_specification
from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.rows import Calibration, Connection, Requisition, Staff
from plugin.work.jobs import owe
from ranking.values import digest

log = structlog.get_logger(__name__)


def observe(
    session: Session,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration | None,
    stands: Decision,
) -> str:
    """Do what the specification field asks; return what that was: nothing, echo, picked, unreadable.

    A letter belongs to the calibration whose short id stands beside it; on any other it means nothing. Does not commit.
    """
    letter = read_specification(stands.specification)
    if not letter or calibration is None or stands.calibration != calibration.short_id or calibration.state != "done":
        return "nothing"
    last = last_pick(session, requisition)
    if last is not None and (last.facts["calibration"], last.facts["letter"]) == (calibration.key, letter):
        return "echo"
    try:
        pick_specification(session, connection, requisition, calibration, letter, "ats", strength="recorded")
    except (NotOffered, Overtaken):
        _say_unreadable(session, connection, requisition, calibration, stands.specification)
        return "unreadable"
    log.info("specification_picked", requisition=requisition.key, calibration=calibration.key, letter=letter)
    return "picked"


def is_asked(session: Session, requisition: Requisition, stands: Decision) -> bool:
    """Whether the specification field asks for something that was not taken yet, by its look alone."""
    letter = read_specification(stands.specification)
    calibration = session.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
    if not letter or calibration is None or stands.calibration != calibration.short_id:
        return False
    last = last_pick(session, requisition)
    return last is None or (last.facts["calibration"], last.facts["letter"]) != (calibration.key, letter)


def _say_unreadable(
    session: Session, connection: Connection, requisition: Requisition, calibration: Calibration, text: str
) -> None:
    """Say once in our own field that this picks nothing."""
    if requisition.confidential and not policy_of(connection).confidential_posts:
        return
    manager = session.get(Staff, requisition.manager_id) if requisition.manager_id else None
    _ = phrases(mails.locale_of(manager, connection))
    key = f"specification:{calibration.key}:{digest(text)[:16]}"
    owe(
        session,
        "post_message",
        key,
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        payload={
            "requisition_id": requisition.key,
            "key": key,
            "text": _(
                "“%(text)s” is no specification of calibration %(id)s. Please choose one of %(letters)s.",
                text=text[:40],
                id=calibration.short_id,
                letters=", ".join(LETTERS),
            ),
        },
    )
