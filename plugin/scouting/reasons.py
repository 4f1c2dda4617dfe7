"""Why a letter was left out, stopped or refused, said to people: every code a scout's `reason` can hold."""

from __future__ import annotations

import re

from plugin.i18n import phrases
from plugin.scouting.legal import LetterRefused
from plugin.scouting.may_write import CODES, reason_text


def say_reason(reason: str, locale: str) -> str:
    """A scout's `reason` (codes between commas) for the reader; "" when there is none."""
    return " / ".join(_say(code, locale) for code in reason.split(",") if code)


def _say(code: str, locale: str) -> str:
    if code in CODES:
        return reason_text(code, locale)
    _ = phrases(locale)
    if refused := re.fullmatch(r"smtp_(\d+)", code):
        return _("refused by the recipient's mail server (%(code)s)", code=refused[1])
    texts = {
        "closed": _("the position is closed"),
        "not_open": _("the position is not open"),
        "paused": _("paused by a person"),
        "recalled": _("recalled before it left"),
        "answer_lost": _("the mail server's answer was lost: it may or may not have arrived"),
        "not_delivered": _("was not delivered"),
        "test_run": _("sent to the test address"),
        "no_commitment": _("there is no commitment any more"),
        "not_in_force": _("the commitment is not in force"),
        "commitment_undone": _("the commitment was undone"),
        "commitment_superseded": _("the commitment was replaced by another"),
        "commitment_stale": _("what the commitment rested on has changed"),
        "commitment_refused": _("the commitment was not confirmed"),
        "other_requisition": _("the commitment is for another position"),
        "other_calibration": _("there is a newer calibration"),
        "other_manager": _("the hiring manager has changed"),
        "requirement_changed": _("the description has changed"),
        "guidance_changed": _("the manager's guidance has changed"),
        "score_version_changed": _("the score is of another version"),
        "no_score": _("the calibration holds no score of them"),
        "below_line": _("below the line"),
        "excluded": _("left out by the manager"),
        "cap_reached": _("the most people the manager committed to have been written to"),
        "too_late": _("too close to the reply deadline"),
    }
    if code in texts:
        return texts[code]
    try:
        return LetterRefused(code).text(locale)
    except KeyError:
        return code
