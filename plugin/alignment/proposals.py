"""A language model, where one is configured, proposes what our own reading of a text missed. Off by default.

It is asked while a calibration runs, outside any transaction, once for each text; its answer is kept, so that the same
text is understood the same again. What verifies (see `ranking.proposals`) joins the calibration's own requirement and the
manager's criteria, marked as proposed. Hashes are those of the texts as we read them: a model, its mood or its absence
starts no calibration and makes nothing stale. Silence and nonsense are counted, and the calibration goes on without.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, select

from connectors import http
from connectors.base import ATSError
from plugin.rows import GuidanceNote, Proposal, RequirementRow
from plugin.settings import Settings, WrongSetting
from plugin.work.context import Work
from ranking import proposals
from ranking.guidance import read_guidance
from ranking.proposals import Ask, Silent
from ranking.values import Requirement

T = TypeVar("T")
log = structlog.get_logger(__name__)

AGAIN = timedelta(hours=1)
"""How long a silence stands before the model is asked about that text again."""
MOST = 20_000
"""Characters of a text that are sent; the longest descriptions have half of it."""
_MOST_WORDS = 1_500


def language_model(settings: Settings) -> Ask | None:
    """Build the way to the model: POST {url}/chat/completions. None where none is set. Raises `WrongSetting`."""
    if not settings.model_url:
        return None
    if not settings.model_name:
        raise WrongSetting("KAKUYAKU_MODEL_NAME is empty; set it to the language model's name at KAKUYAKU_MODEL_URL")
    try:
        base = http.require_safe(settings.model_url)
    except ValueError as error:
        raise WrongSetting(f"KAKUYAKU_MODEL_URL: {error}") from None
    key = settings.model_key.get_secret_value()

    def ask(prompt: str) -> str:
        door = http.Session("the language model", read_timeout=settings.model_timeout_seconds)
        try:
            answered = door.send(
                "POST",
                f"{base}/chat/completions",
                body={
                    "model": settings.model_name,
                    "messages": [{"role": "user", "content": prompt}],
                    "temperature": 0,
                    "max_tokens": _MOST_WORDS,
                },
                headers={"Authorization": f"Bearer {key}"} if key else None,
            )
        except ATSError as error:
            raise Silent(_reason(error)) from None
        finally:
            door.close()
        try:
            said = answered.data["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            raise Silent("nonsense") from None
        if not isinstance(said, str):
            raise Silent("nonsense")
        return said

    return ask


def _reason(error: ATSError) -> str:
    if error.status is not None:
        return "nonsense" if 200 <= error.status < 300 else "refused"
    return "timeout" if "did not answer" in str(error) else "unreachable"


def propose(
    work: Work, row: RequirementRow, note: GuidanceNote | None
) -> tuple[Requirement, list[dict[str, Any]] | None]:
    """Complete a calibration's requirement, and the criteria's units, by what the model proposes.

    Returns the requirement to judge by and the units to keep with the note (None: leave them as they are). Without a
    model both are as they were read.
    """
    asked = Requirement.from_json(row.parsed)
    ask = language_model(work.settings)
    if ask is None:
        return asked, None
    model = work.settings.model_name

    def take_fields(items: Sequence[Mapping[str, str]]) -> tuple[Requirement, proposals.Proposed]:
        return proposals.with_proposals(asked, row.text, items, model)

    if not asked.proposed_by:
        asked = (
            _asked(work, ask, row.employer_id, "requirement", row.text, proposals.requirement_prompt, take_fields)
            or asked
        )
    if note is None or not note.text.strip():
        return asked, None
    understood = read_guidance(note.text)

    def take_units(items: Sequence[Mapping[str, str]]) -> tuple[list[dict[str, Any]], proposals.Proposed]:
        units = proposals.guidance_units(understood, items, model)
        return proposals.units_to_json(units), proposals.Proposed(len(units), len(items) - len(units))

    return asked, _asked(work, ask, row.employer_id, "guidance", note.text, proposals.guidance_prompt, take_units)


def remembered(session: Session, work: Work, employer_id: int, text: str) -> list[dict[str, str]]:
    """What the model in force answered about a description, without asking it; nothing where it never was."""
    found = session.exec(
        select(Proposal).where(
            col(Proposal.employer_id) == employer_id,
            col(Proposal.task) == "requirement",
            col(Proposal.text_hash) == _text_hash(work, employer_id, text),
            col(Proposal.model) == work.settings.model_name,
            col(Proposal.outcome) == "answered",
        )
    ).first()
    return list(found.items) if found is not None else []


def _text_hash(work: Work, employer_id: int, text: str) -> str:
    return work.vault.hash(employer_id, f"proposal:{text}")


def _asked(
    work: Work,
    ask: Ask,
    employer_id: int,
    task: str,
    text: str,
    prompt: Callable[[str], str],
    take: Callable[[Sequence[Mapping[str, str]]], tuple[T, proposals.Proposed]],
) -> T | None:
    """Take what was answered about a text, now or before; None for silence."""
    wording = hashlib.sha256(f"{proposals.PROMPT_CODE}|{prompt('')}".encode()).hexdigest()[:16]
    key: dict[str, Any] = {
        "employer_id": employer_id,
        "task": task,
        "text_hash": _text_hash(work, employer_id, text),
        "model": work.settings.model_name,
        "prompt": wording,
    }
    with work.reading() as session:
        kept = session.exec(select(Proposal).filter_by(**key)).first()
    now = work.clock.now()
    if kept is not None and kept.outcome != "answered" and kept.asked_at > now - AGAIN:
        return None
    items: list[dict[str, str]] | None = kept.items if kept is not None and kept.outcome == "answered" else None
    outcome = "answered"
    if items is None:
        try:
            items = proposals.items_of(ask(prompt(text[:MOST])))
        except Silent as silence:
            outcome = silence.reason
    found, became = take(items) if items is not None else (None, proposals.Proposed(0, 0))
    with work.writing() as session:
        stored = session.exec(select(Proposal).filter_by(**key)).first()
        if stored is None:
            stored = Proposal(**key, created_at=now, asked_at=now, outcome=outcome)
        if stored.outcome != "answered" or kept is None:
            stored.outcome, stored.items, stored.asked_at = outcome, items or [], now
        stored.taken, stored.left_out = became.taken, became.left_out
        session.add(stored)
    log.info(
        "model_asked", employer=employer_id, task=task, outcome=outcome, taken=became.taken, left_out=became.left_out
    )
    return found


def count(session: Session, work: Work, employer_id: int, task: str, text: str, wording: str, outcome: str) -> None:
    """Count what came of asking about a text, without keeping the answer here. Does not commit."""
    key: dict[str, Any] = {
        "employer_id": employer_id,
        "task": task,
        "text_hash": _text_hash(work, employer_id, text),
        "model": work.settings.model_name,
        "prompt": wording,
    }
    now = work.clock.now()
    row = session.exec(select(Proposal).filter_by(**key)).first() or Proposal(
        **key, created_at=now, asked_at=now, outcome=outcome
    )
    row.outcome, row.asked_at = outcome, now
    session.add(row)


def counted(session: Session) -> Counter[tuple[str, str]]:
    """Count texts by task and what came of asking, over the whole installation."""
    rows = session.execute(
        select(col(Proposal.task), col(Proposal.outcome), func.count()).group_by(
            col(Proposal.task), col(Proposal.outcome)
        )
    )
    return Counter({(task, outcome): count for task, outcome, count in rows})
