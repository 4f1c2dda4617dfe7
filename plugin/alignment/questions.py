"""What a page asks the judgement and shows soon after: a row, worked by a worker in the interactive lane, gone in minutes.

Only a worker has the profile store. The page keeps a token and looks again until the answer is there; asking once more
for the same purpose drops what nobody has begun to work out.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

import structlog
from sqlalchemy import delete
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import Question, Requisition
from plugin.sealing import Vault, token_digest
from plugin.work.context import Work
from plugin.work.jobs import INTERACTIVE, Claim, owe

log = structlog.get_logger(__name__)

KEPT = timedelta(minutes=15)
"""How long an answer can be looked at."""

KINDS = {
    "preview": "plugin.alignment.preview:work_out",
    "cell": "plugin.alignment.cells:work_out",
}
"""What works a question of which kind out: `(work, requisition, asked) -> answer`, JSON in and out. Raises `CantSay`."""

Answerer = Callable[[Work, Requisition, Mapping[str, Any]], Mapping[str, Any]]


class CantSay(Exception):
    """The question has no answer, for a reason (a code) that is shown to whoever asked."""


@dataclass(frozen=True, slots=True)
class Answered:
    """`state`: owed, done, failed (`error` is a code), gone (expired, or never there)."""

    state: str
    asked: Mapping[str, Any]
    answer: Mapping[str, Any]
    error: str = ""


def ask(
    session: Session, vault: Vault, requisition: Requisition, *, kind: str, asked: Mapping[str, Any], by: str
) -> str:
    """Owe an answer, and return the token to look for it with. Does not commit."""
    now = now_of(session)
    drop_expired(session)
    session.execute(
        delete(Question).where(
            col(Question.employer_id) == requisition.employer_id,
            col(Question.requisition_id) == requisition.key,
            col(Question.kind) == kind,
            col(Question.asked_by) == by,
            col(Question.state) == "owed",
        )
    )
    token = secrets.token_urlsafe(24)
    question = Question(
        employer_id=requisition.employer_id,
        requisition_id=requisition.key,
        kind=kind,
        token=token_digest(token),
        asked_by=by,
        sealed_asked=_seal(vault, asked),
        expires_at=now + KEPT,
        created_at=now,
    )
    session.add(question)
    session.flush()
    owe(
        session,
        "question",
        # The token, not the row's number: numbers are given again once a row is gone.
        question.token,
        employer_id=requisition.employer_id,
        payload={"question_id": question.key, "token": question.token},
        lane=INTERACTIVE,
    )
    return token


def look(
    session: Session, vault: Vault, token: str, *, employer_id: int, requisition_id: int | None = None, kind: str
) -> Answered:
    """Look for an answer; another employer's, requisition's or kind's is not there."""
    row = session.exec(
        select(Question).where(
            col(Question.employer_id) == employer_id,
            col(Question.token) == token_digest(token),
            col(Question.kind) == kind,
            col(Question.expires_at) > now_of(session),
        )
    ).first()
    if row is None or (requisition_id is not None and row.requisition_id != requisition_id):
        return Answered("gone", {}, {})
    return Answered(
        row.state,
        json.loads(vault.open(row.sealed_asked)),
        json.loads(vault.open(row.sealed_answer)) if row.sealed_answer is not None else {},
        row.error,
    )


def work_question(work: Work, claim: Claim) -> None:
    """Work a question out. Payload: question_id, token. One that is gone or overtaken needs nothing."""
    with work.reading() as session:
        question = _still(session, claim)
        if question is None:
            return
        requisition = session.get_one(Requisition, question.requisition_id)
    module, _, name = KINDS[question.kind].partition(":")
    answerer: Answerer = getattr(import_module(module), name)
    answer: Mapping[str, Any] | None = None
    error = ""
    try:
        answer = answerer(work, requisition, json.loads(work.vault.open(question.sealed_asked)))
    except CantSay as because:
        error = str(because)
    with work.finishing(claim) as session:
        row = _still(session, claim)
        if row is not None:
            row.state, row.error = ("done", "") if answer is not None else ("failed", error)
            row.sealed_answer = _seal(work.vault, answer) if answer is not None else None
            row.answered_at = now_of(session)
            session.add(row)
    log.info("question_answered", question=question.key, of=question.kind, error=error)


def drop_expired(session: Session) -> None:
    """Drop what is past its time, whoever asked it."""
    session.execute(delete(Question).where(col(Question.expires_at) <= now_of(session)))


def _still(session: Session, claim: Claim) -> Question | None:
    row = session.get(Question, claim.payload["question_id"])
    return row if row is not None and row.token == claim.payload["token"] and row.state == "owed" else None


def _seal(vault: Vault, value: Mapping[str, Any]) -> bytes:
    return vault.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
