"""A batch: everyone above the line, best first, up to the cap; released by the recruiter, recalled, or stopped.

The 20 of the shortlist are only its sample. Nothing here sends: releasing owes `send_scout` jobs, and every one of them
asks R1 and R5 again in the transaction that marks its mail `sending`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, func, select

from plugin.alignment.commitment import lock
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.pipeline.kept_rate import under_review
from plugin.policy import Policy
from plugin.rows import Batch, Commitment, Connection, Employer, Mail, Requisition, Scout
from plugin.scouting import disclosure
from plugin.scouting.choosing import draft, plan_of
from plugin.scouting.legal import LetterRefused, missing
from plugin.scouting.may_write import LEFT
from plugin.scouting.media import MAIL
from plugin.scouting.pacing import moments
from plugin.work.context import Work
from plugin.work.jobs import BULK, Claim, Owed, owe_many

UNSENT = ("drafted", "queued")


class CannotRelease(Exception):
    """A batch may not leave now. `reasons` are codes; `text(locale)` says them and what to do."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons

    def text(self, locale: str) -> str:
        _ = phrases(locale)
        texts = {
            "not_waiting": _("This batch is not waiting for release."),
            "nobody": _("There is nobody in this batch who may be written to."),
            "not_open": _(
                "The position is not open in the ATS. Open it there, or have somebody record that the headcount is approved."
            ),
            "closed": _("The position is closed in the ATS."),
            "paused": _("The position or the connection is paused. Resume it first."),
            "under_review": _(
                "This manager's earlier promises were kept too rarely. The owner of the account looks at it first,"
                " on the page of kept promises."
            ),
            "no_commitment": _("The commitment these letters rest on is no longer in force."),
            "legal_missing": _("Sender, postal address or contact are missing. Set them with `kakuyaku connect`."),
            "sender_missing": _("The connection has no sender address. Set one with `kakuyaku connect`."),
        }
        return " ".join(
            texts[reason] if reason in texts else LetterRefused(reason).text(locale) for reason in self.reasons
        )


@dataclass(frozen=True, slots=True)
class Recalled:
    """How many letters were pulled back, and how many had left already."""

    pulled_back: int
    left: int


def prepare_batch(work: Work, claim: Claim) -> None:
    """Draft the letters of a commitment, or standard ones. Twice is once.

    Payload: `commitment_id`, with `batch_id` to fill up a batch people fell out of; or, without any commitment, `calibration_id`, `line`, `people` and `by` for standard
    letters. Reads the ATS and the judgement outside any transaction.
    """
    with work.reading() as session:
        plan = plan_of(session, claim.payload)
    if plan is None:
        return
    candidates = plan.choose(work)
    with work.finishing(claim) as session:
        batch = draft(session, work.vault, plan, candidates)
        if batch is not None and plan.batch_id is not None:
            _release_more(session, batch)
        elif batch is not None and policy_of(plan.connection).auto_release and not obstacles(session, batch):
            release(session, batch, "auto")


def obstacles(session: Session, batch: Batch) -> list[str]:
    """What keeps a batch from being released now, as codes of `CannotRelease`; empty when nothing does."""
    requisition = session.get_one(Requisition, batch.requisition_id)
    connection = session.get_one(Connection, requisition.connection_id)
    employer = session.get_one(Employer, batch.employer_id)
    policy = policy_of(connection)
    found: list[str] = []
    if batch.state not in ("drafted", "recalled"):
        return ["not_waiting"]
    drafted = session.exec(
        select(func.count()).select_from(Scout).where(col(Scout.batch_id) == batch.key, col(Scout.state) == "drafted")
    ).one()
    if not drafted:
        found.append("nobody")
    found += may_leave(requisition, connection)
    if batch.commitment_id is not None:
        commitment = session.get(Commitment, batch.commitment_id, populate_existing=True)
        if commitment is None or commitment.state != "in_force":
            found.append("no_commitment")
        elif under_review(session, connection, commitment.manager_id):
            found.append("under_review")
    if missing(policy.legal, voice=employer.mode):
        found.append("legal_missing")
    if not policy.from_address:
        found.append("sender_missing")
    return found + _untold(session, batch, requisition)


def _untold(session: Session, batch: Batch, requisition: Requisition) -> list[str]:
    """Why a withheld employer can't be described in the letters' languages, as codes; empty when it can."""
    if disclosure.setting_of(session, requisition) != disclosure.WITHHELD:
        return []
    languages = session.exec(
        select(Scout.language).where(col(Scout.batch_id) == batch.key, col(Scout.state) == "drafted").distinct()
    ).all()
    view, found = disclosure.view_of(session, requisition, None), []
    for language in languages:
        try:
            view.company(language)
        except LetterRefused as refused:
            found.append(refused.code)
    return list(dict.fromkeys(found))


def may_leave(requisition: Requisition, connection: Connection) -> list[str]:
    """Whether scouts of a requisition may leave at all: open, or its headcount approved by a named person; not paused."""
    found = []
    if requisition.status == "closed":
        found.append("closed")
    elif requisition.status != "open" and not requisition.headcount_approved_by:
        found.append("not_open")
    if requisition.paused or connection.state != "active" or requisition.state == "skipped":
        found.append("paused")
    return found


def release(session: Session, batch: Batch, by: str) -> None:
    """Let a batch leave once its recall window is over, paced. Does not commit. Raises `CannotRelease`."""
    requisition = lock(session, batch.requisition_id)
    session.refresh(batch)
    found = obstacles(session, batch)
    if found:
        raise CannotRelease(found)
    policy = policy_of(session.get_one(Connection, requisition.connection_id))
    now = now_of(session)
    batch.state, batch.released_by, batch.released_at = "released", by, now
    batch.recall_until = now + timedelta(seconds=policy.recall_seconds)
    session.add(batch)
    people = _queue(session, batch, policy, batch.recall_until)
    record(session, batch.employer_id, "batch", batch.key, "released", actor=_actor(by), people=people)


def _release_more(session: Session, batch: Batch) -> None:
    """Let those follow who were drafted in others' stead; the batch was released, and they can be recalled as long."""
    requisition = session.get_one(Requisition, batch.requisition_id)
    policy = policy_of(session.get_one(Connection, requisition.connection_id))
    people = _queue(session, batch, policy, now_of(session) + timedelta(seconds=policy.recall_seconds))
    if people:
        batch.state = "sending" if batch.state == "finished" else batch.state
        session.add(batch)
        record(session, batch.employer_id, "batch", batch.key, "released_more", actor="clock", people=people)


def _queue(session: Session, batch: Batch, policy: Policy, start: datetime) -> int:
    """Release every draft of a batch and owe the sending of those that go by mail, paced, best first; how many in all."""
    now = now_of(session)
    scouts = session.exec(
        select(Scout)
        .where(col(Scout.batch_id) == batch.key, col(Scout.state) == "drafted")
        .order_by(col(Scout.score).desc(), col(Scout.profile_id))
    ).all()
    for scout in scouts:
        scout.state, scout.reason = "queued", ""
        session.add(scout)
    mailed = [scout for scout in scouts if scout.medium == MAIL]  # the others wait for somebody to carry them
    owe_many(
        session,
        [
            Owed(
                "send_scout",
                f"{scout.key}:{now.isoformat()}",  # a batch that was recalled is owed anew
                scout.employer_id,
                scout.connection_id,
                {"scout_id": scout.key},
                due=due,
                lane=BULK,
            )
            for scout, due in zip(mailed, moments(start, policy), strict=False)
        ],
    )
    return len(scouts)


def recall(session: Session, batch: Batch, by: str) -> Recalled:
    """Pull back what has not left; what has left stays. The batch then waits for release again. Does not commit."""
    lock(session, batch.requisition_id)
    session.refresh(batch)
    left = session.exec(
        select(func.count()).select_from(Scout).where(col(Scout.batch_id) == batch.key, col(Scout.state).in_(LEFT))
    ).one()
    if batch.state not in ("released", "sending"):
        return Recalled(0, left)
    pulled = _move(session, [col(Scout.batch_id) == batch.key, col(Scout.state) == "queued"], "drafted", "recalled")
    batch.state, batch.recall_until = "recalled", None
    session.add(batch)
    record(session, batch.employer_id, "batch", batch.key, "recalled", actor=_actor(by), pulled_back=pulled, left=left)
    return Recalled(pulled, left)


def stop_unsent(session: Session, requisition_id: int, reason: str, commitment_id: int | None = None) -> int:
    """Stop every letter of a requisition (or of one commitment) that has not left; say how many. Does not commit."""
    scouts = [col(Scout.requisition_id) == requisition_id, col(Scout.state).in_(UNSENT)]
    batches = [
        col(Batch.requisition_id) == requisition_id,
        col(Batch.state).in_(("drafted", "released", "sending", "recalled")),
    ]
    if commitment_id is not None:
        scouts.append(col(Scout.commitment_id) == commitment_id)
        batches.append(col(Batch.commitment_id) == commitment_id)
    stopped = _move(session, scouts, "stopped", reason)
    session.execute(update(Batch).where(*batches).values(state="stopped", recall_until=None))
    return stopped


def _move(session: Session, which: list[ColumnElement[bool]], state: str, reason: str) -> int:
    """Move scouts that have not left, and set aside mails of theirs that wait for another attempt."""
    session.flush()
    ids = (
        session.execute(
            update(Scout)
            .where(*which)
            .values(state=state, reason=reason)
            .returning(col(Scout.id))
            .execution_options(synchronize_session="fetch")
        )
        .scalars()
        .all()
    )
    for start in range(0, len(ids), 500):
        session.execute(
            update(Mail)
            .where(col(Mail.scout_id).in_(ids[start : start + 500]), col(Mail.state) == "queued")
            .values(state="held", answer=reason)
        )
    return len(ids)


def _actor(by: str) -> str:
    """Who released, as events name actors; a bare name is a member of staff's."""
    return by if ":" in by or by in ("clock", "ats") else "clock" if by == "auto" else f"staff:{by}"
