"""Tell the hiring manager that a shortlist is waiting: by mail with a link that acts, in a chat room with one that shows."""

from __future__ import annotations

import structlog
from sqlmodel import Session, col, func, select

from connectors.base import ATSError
from connectors.http import Session as HttpSession
from plugin.alignment import mails
from plugin.alignment.links import show_url
from plugin.connections import policy_of, secrets_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.rows import Calibration, Connection, Requisition, ShortlistEntry, Staff
from plugin.work.context import Work
from plugin.work.jobs import Claim

log = structlog.get_logger(__name__)


def nudge(work: Work, claim: Claim) -> None:
    """Ask the manager for a decision. Payload: calibration_id, kept (an earlier edit still stands in the ATS).

    The mail carries an acting link and goes to the manager alone. The chat room, where one is set, hears the title and a
    link that only shows; a room that does not answer is logged and left alone: the mail is what counts.
    """
    with work.reading() as session:
        calibration = session.get_one(Calibration, claim.payload["calibration_id"])
        requisition = session.get_one(Requisition, calibration.requisition_id)
        connection = session.get_one(Connection, requisition.connection_id)
        rooms = secrets_of(session, work.vault, connection.key, "chat_webhook")
    if requisition.calibration_id != calibration.id or requisition.manager_id is None:
        return
    private = requisition.confidential and not policy_of(connection).confidential_posts
    with work.finishing(claim) as session:
        manager = session.get_one(Staff, requisition.manager_id)
        shown, reachable = _counts(session, calibration)
        mail_id = mails.nudge(
            session,
            work,
            connection,
            requisition,
            calibration,
            manager,
            shown=shown,
            reachable=reachable,
            kept=bool(claim.payload.get("kept")),
        )
        if mail_id is not None:
            record(
                session, calibration.employer_id, "calibration", calibration.key, "nudged", actor="clock", mail=mail_id
            )
    if mail_id is not None and rooms and not private:
        _ = phrases(mails.locale_of(manager, connection))
        text = _("Shortlist for “%(title)s”: where is your line?", title=requisition.title)
        _tell_room(rooms[0], f"{text}\n{show_url(work.settings, work.vault, calibration)}", connection)


def _counts(session: Session, calibration: Calibration) -> tuple[int, int]:
    entries = select(func.count()).where(col(ShortlistEntry.calibration_id) == calibration.key)
    return session.exec(entries).one(), session.exec(entries.where(col(ShortlistEntry.reachable))).one()


def _tell_room(url: str, text: str, connection: Connection) -> None:
    """Post to an incoming webhook. Slack, Google Chat and Teams all take {"text": …}."""
    http = HttpSession("the chat room")
    try:
        http.send("POST", url, body={"text": text})
    except (ATSError, ValueError) as error:
        # The URL is a secret: only what kind of failure it was may be logged.
        log.warning("chat_room_did_not_answer", connection=connection.key, error=type(error).__name__)
    finally:
        http.close()
