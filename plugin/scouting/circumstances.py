"""What is known beside a reply's words: who wrote, what they said before or since, what the description states.

Rules decide only where nothing here speaks against it; otherwise the reply is doubtful and a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from plugin.rows import Calibration, Connection, Reply, RequirementRow, Requisition, Scout
from plugin.scouting.asked import CONTRADICTED, MET
from plugin.scouting.conditions_met import Compared, compare, conditions_of, worst
from plugin.scouting.intent import Intent, differs, read_intent
from plugin.scouting.matching import Match
from plugin.scouting.mime import Incoming
from plugin.scouting.reading import Reading
from plugin.scouting.suppression import is_suppressed
from plugin.sealing import Vault
from ranking.values import Requirement

AGAINST = ("declined", "withdraw", "opt_out")


@dataclass(frozen=True, slots=True)
class Weighed:
    """An intent as it stands after everything known was asked; `compared` where it came with a condition."""

    intent: Intent
    compared: Compared | None = None


def weigh(
    session: Session,
    vault: Vault,
    connection: Connection,
    found: Match,
    reading: Reading,
    mail: Incoming,
    received_at: datetime,
) -> Weighed:
    """Decide whether what was read may be acted on. A condition that stated facts meet is a plain yes."""
    intent, compared = reading.intent, None
    if intent.kind == "interested" and intent.condition and found.scout is not None:
        compared = compare_for(session, found.scout, conditions_of(reading.cut.own, intent.condition))
        if compared.verdict == MET and intent.because == "condition" and not _other_doubts(intent, reading, mail):
            intent = replace(intent, doubtful=False, because="")
    return Weighed(_with_circumstances(session, vault, connection, found, intent, received_at), compared)


def compare_for(session: Session, scout: Scout, condition: str) -> Compared:
    """Compare a condition with what the letter stated and with what the description states now: both must meet it."""
    return worst([compare(condition, one) for one in requirements_of(session, scout)])


def requirements_of(session: Session, scout: Scout) -> list[Requirement]:
    """The requirement a letter was written from, and the requisition's present one where that differs."""
    requisition = session.get_one(Requisition, scout.requisition_id)
    calibrations = [scout.calibration_id, requisition.calibration_id]
    found: dict[str, Requirement] = {}
    for id in calibrations:
        calibration = session.get(Calibration, id) if id is not None else None
        row = session.get(RequirementRow, calibration.requirement_id) if calibration is not None else None
        if row is not None:
            found.setdefault(row.hash, Requirement.from_json(row.parsed) if row.parsed else Requirement(language=""))
    return list(found.values()) or [Requirement(language="")]


def condition_code(compared: Compared | None) -> str:
    """What a reply's row keeps of a comparison."""
    return compared.verdict if compared is not None else ""


def contradicts(compared: Compared | None) -> bool:
    return compared is not None and compared.verdict == CONTRADICTED


def _other_doubts(intent: Intent, reading: Reading, mail: Incoming) -> bool:
    """Doubts the condition hid: reading names the first one only."""
    cut = reading.cut
    return (
        reading.nature.kind == "auto_reply"
        or cut.too_long
        or mail.broken
        or bool(cut.rest and differs(intent, read_intent(cut.rest)))
    )


def _with_circumstances(
    session: Session, vault: Vault, connection: Connection, found: Match, intent: Intent, received_at: datetime
) -> Intent:
    """Make an intent doubtful where who wrote, or what they said before or since, asks for a person."""

    def doubt(because: str) -> Intent:
        return replace(intent, doubtful=True, because=because)

    if intent.kind == "auto_reply":
        return intent
    if found.how == "token" and found.scout is None:
        return doubt("staff")
    if not found.certain and intent.kind != "opt_out":
        staff = found.mail is not None and found.mail.staff_id is not None
        return doubt(
            {
                "sender": "by_sender",
                "references": "staff" if staff else "other_sender",
                "token": "several_letters",
            }.get(found.how, "no_match")
        )
    if intent.doubtful or intent.kind != "interested" or found.scout is None:
        return intent
    later = session.exec(
        select(Reply.id).where(
            col(Reply.scout_id) == found.scout.key,
            col(Reply.received_at) > received_at,
            col(Reply.intent).in_(AGAINST),
        )
    ).first()
    if later is not None:
        return doubt("said_no_since")
    stopped = session.exec(
        select(Reply.id).where(
            col(Reply.scout_id) == found.scout.key,
            col(Reply.intent) == "opt_out",
        )
    ).first()
    if stopped is not None:
        return doubt("after_opt_out")
    if (
        found.mail is not None
        and found.mail.to_hash
        and found.mail.state == "bounced"
        and is_suppressed(session, vault, employer_id=connection.employer_id, address_hash=found.mail.to_hash)
    ):
        return doubt("bounced_before")
    return intent
