"""Summaries worded by a language model, where an administrator has switched that on: beside the facts, never instead.

Each person of a shortlist is a job of their own, after the shortlist has been posted; quotes are masked before they are
sent. What verifies is kept under the person's key, so that it goes with them; what doesn't is counted.
"""

from __future__ import annotations

import hashlib
import json

import structlog
from sqlmodel import Session, col, select

from plugin.alignment.proposals import count, language_model
from plugin.alignment.summaries import fit_summaries
from plugin.rows import Calibration, ShortlistEntry
from plugin.sealing import Erased
from plugin.settings import Settings
from plugin.work.context import Work
from plugin.work.jobs import Claim, owe
from ranking.proposals import Silent
from ranking.prose import PROSE_CODE, prose_prompt, verified_prose

log = structlog.get_logger(__name__)


def owe_prose(session: Session, settings: Settings, calibration: Calibration) -> None:
    """Owe a wording for everybody on a shortlist; nothing unless it is switched on. Does not commit."""
    if not (settings.model_url and settings.model_summaries):
        return
    session.flush()
    for key in session.exec(
        select(ShortlistEntry.id).where(col(ShortlistEntry.calibration_id) == calibration.key)
    ).all():
        owe(session, "word_summary", str(key), employer_id=calibration.employer_id, payload={"entry_id": key})


def word_summary(work: Work, claim: Claim) -> None:
    """Have one person's summary worded. Payload: entry_id. A second run changes nothing; silence is not asked again."""
    ask = language_model(work.settings) if work.settings.model_summaries else None
    with work.reading() as session:
        entry = session.get(ShortlistEntry, claim.payload["entry_id"])
        if ask is None or entry is None or entry.sealed_prose is not None:
            return
        calibration = session.get_one(Calibration, entry.calibration_id)
        summary = fit_summaries(session, calibration, masked=True, vault=work.vault).get(entry.profile_id)
    if summary is None:
        return
    prompt, prose, outcome = prose_prompt(summary), None, "answered"
    try:
        prose = verified_prose(ask(prompt), summary)
    except Silent as silence:
        outcome = silence.reason
    wording = hashlib.sha256(f"{PROSE_CODE}".encode()).hexdigest()[:16]
    with work.finishing(claim) as session:
        count(session, work, entry.employer_id, "summary", prompt, wording, outcome)
        if prose is not None:
            said = {**prose, "model": work.settings.model_name}
            try:
                key = work.vault.person(session, entry.employer_id, entry.profile_id, create=False)
            except Erased:
                return  # erased while the model was thinking: nothing of them is kept
            entry = session.get_one(ShortlistEntry, entry.key)
            entry.sealed_prose = key.encrypt(json.dumps(said, ensure_ascii=False).encode())
            session.add(entry)
    log.info("summary_worded", entry=claim.payload["entry_id"], outcome=outcome)
