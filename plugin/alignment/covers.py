"""Whether a commitment covers one person: the predicate of R1, as a pure function of rows already read."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from plugin.rows import Calibration, Commitment, Requisition


class Refusal(StrEnum):
    """Why a letter to this person may not carry this promise."""

    NOT_IN_FORCE = "not_in_force"
    OTHER_REQUISITION = "other_requisition"
    OTHER_CALIBRATION = "other_calibration"
    OTHER_MANAGER = "other_manager"
    REQUIREMENT_CHANGED = "requirement_changed"
    GUIDANCE_CHANGED = "guidance_changed"
    SCORE_VERSION_CHANGED = "score_version_changed"
    NO_SCORE = "no_score"
    BELOW_LINE = "below_line"
    EXCLUDED = "excluded"
    CAP_REACHED = "cap_reached"
    TOO_LATE = "too_late"


def above(score: int, line: int, inclusive: bool) -> bool:
    """Say whether an integer score is on the promised side of the line."""
    return score >= line if inclusive else score > line


def covers(
    commitment: Commitment,
    *,
    requisition: Requisition,
    calibration: Calibration,
    profile_id: str,
    score: int | None,
    mailed: int,
    now: datetime,
    last_days: int,
) -> Refusal | None:
    """Say why `commitment` does not cover this person now; None when it does.

    `calibration` is the one the letter was drafted from and `score` the one it stored. `mailed` counts other people
    written to under the commitment: sending, sent and unknown alike. No letter leaves on the reply deadline or in the
    `last_days` - 1 days before it, counted in the commitment's zone. Read the rows in the transaction that marks the
    mail `sending`, after `commitment.lock`.
    """
    if commitment.state != "in_force" or commitment.in_force_at is None or commitment.in_force_at > now:
        return Refusal.NOT_IN_FORCE
    if commitment.requisition_id != requisition.id or commitment.employer_id != requisition.employer_id:
        return Refusal.OTHER_REQUISITION
    if not commitment.calibration_id == calibration.id == requisition.calibration_id:
        return Refusal.OTHER_CALIBRATION
    if commitment.manager_id != requisition.manager_id:
        return Refusal.OTHER_MANAGER
    if commitment.requirement_hash != calibration.requirement_hash:
        return Refusal.REQUIREMENT_CHANGED
    if commitment.guidance_hash != calibration.guidance_hash:
        return Refusal.GUIDANCE_CHANGED
    if commitment.score_version != calibration.score_version:
        return Refusal.SCORE_VERSION_CHANGED
    if score is None:
        return Refusal.NO_SCORE
    if not above(score, commitment.line, commitment.inclusive):
        return Refusal.BELOW_LINE
    if profile_id in commitment.exclusions:
        return Refusal.EXCLUDED
    if mailed >= commitment.max_people:
        return Refusal.CAP_REACHED
    today = now.astimezone(ZoneInfo(commitment.zone)).date()
    if today > commitment.reply_deadline or today + timedelta(days=last_days) > commitment.reply_deadline:
        return Refusal.TOO_LATE
    return None
