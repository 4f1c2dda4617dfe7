"""Owed work: rows that are claimed under a lease, finished in one commit, backed off, or parked with the reason.

A job is owed in the same transaction as the row that made it necessary, so nothing acknowledged is ever forgotten. Its
handler may run twice (no engine can prevent that); what it writes outside is made once by `pipeline.writes` and
`scouting.sending`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, inspect, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from connectors.base import ATSError, Unsupported
from plugin.database import now_of
from plugin.rows import Job, Task, UtcDateTime
from plugin.sealing import Erased
from plugin.settings import WrongSetting

INTERACTIVE, NORMAL, BULK = 0, 1, 2


class NotYet(Exception):
    """A handler can't go on before `until`: the job is owed again then, which is no failure."""

    def __init__(self, until: datetime, why: str = "") -> None:
        super().__init__(why or f"not before {until.isoformat()}")
        self.until = until


class Park(Exception):
    """Trying again changes nothing: a person must look. The message says what happened and what to do."""


class LostLease(Exception):
    """Another worker has taken this job over; nothing of ours may be committed."""


SURPRISES = 10
"""An exception nobody expected is tried this often before a person must look."""
OUTAGE = 60
"""A vendor's passing failures are tried this often: about a day, the longest wait between two being 30 minutes."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in a worker's hands."""

    id: int
    employer_id: int
    connection_id: int | None
    kind: str
    payload: dict[str, Any]
    attempts: int
    failures: int


def owe(
    session: Session,
    kind: str,
    dedupe: str,
    *,
    employer_id: int,
    connection_id: int | None = None,
    payload: dict[str, Any] | None = None,
    due: datetime | None = None,
    lane: int = NORMAL,
) -> int | None:
    """Owe a job once: the id of the new row, or None when `dedupe` is owed or done already."""
    now = now_of(session)
    values = {
        "employer_id": employer_id,
        "connection_id": connection_id,
        "kind": kind,
        "dedupe": f"{kind}:{dedupe}",
        "payload": payload or {},
        "due": due or now,
        "lane": lane,
        "created_at": now,
        "state": "owed",
        "attempts": 0,
        "failures": 0,
        "error": "",
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # psycopg's rowcount after ON CONFLICT is -1: RETURNING says whether the row is new.
    statement = (
        dialect.insert(Job).values(**values).on_conflict_do_nothing(index_elements=["dedupe"]).returning(col(Job.id))
    )
    return session.execute(statement).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Owed:
    """One of many jobs to owe at once, due now unless it says otherwise."""

    kind: str
    dedupe: str
    employer_id: int
    connection_id: int | None
    payload: dict[str, Any]
    due: datetime | None = None
    lane: int = NORMAL


def owe_many(session: Session, owed: Sequence[Owed]) -> None:
    """Owe many jobs in one statement; those owed or done already are left as they are."""
    if not owed:
        return
    now = now_of(session)
    rows = [
        {
            "employer_id": one.employer_id,
            "connection_id": one.connection_id,
            "kind": one.kind,
            "dedupe": f"{one.kind}:{one.dedupe}",
            "payload": one.payload,
            "due": one.due or now,
            "lane": one.lane,
            "created_at": now,
            "state": "owed",
            "attempts": 0,
            "failures": 0,
            "error": "",
        }
        for one in owed
    ]
    session.connection().execute(_OWE_MANY[session.get_bind().dialect.name], rows)


_OWE_MANY = {
    dialect.__name__.rsplit(".", 1)[1]: dialect.insert(inspect(Job).local_table).on_conflict_do_nothing(
        index_elements=["dedupe"]
    )
    for dialect in (postgresql, sqlite)
}


# Lane by lane, because the index is (state, lane, due): over all lanes at once every letter that is due next week would
# be walked past.
_IN_LANE = """(
    SELECT id FROM job
    WHERE state = 'owed' AND lane = {lane} AND due <= :now AND (lease_until IS NULL OR lease_until <= :now) {kinds}
    ORDER BY due, id LIMIT 1 {skip}
)"""

# A lease that ran out is a process that died over the job: it counts as a failure, or such a job would be taken for ever.
_CLAIM = """
UPDATE job SET lease_until = :until, attempts = attempts + 1,
    failures = failures + CASE WHEN lease_until IS NULL THEN 0 ELSE 1 END
WHERE id = COALESCE({lanes}, NULL)
RETURNING id, employer_id, connection_id, kind, attempts, failures
"""


def claim(
    session: Session,
    *,
    lease_seconds: float,
    kinds: tuple[str, ...] = (),
    but_not: tuple[str, ...] = (),
    up_to_lane: int = BULK,
) -> Claim | None:
    """Take the next due job under a lease, most urgent lane first; None when nothing is due.

    `kinds` takes only these, `but_not` leaves these (a sender's threads are bounded that way); `up_to_lane` leaves
    less urgent ones.
    """
    now = now_of(session)
    until = now + timedelta(seconds=lease_seconds)
    filters = ""
    parameters: dict[str, Any] = {}
    for sign, names, tag in (("IN", kinds, "k"), ("NOT IN", but_not, "b")):
        if names:
            filters += f" AND kind {sign} (" + ", ".join(f":{tag}{i}" for i in range(len(names))) + ")"
            parameters |= {f"{tag}{i}": name for i, name in enumerate(names)}
    is_pg = session.get_bind().dialect.name == "postgresql"
    skip = "FOR UPDATE SKIP LOCKED" if is_pg else ""
    lanes = [_IN_LANE.format(lane=lane, kinds=filters, skip=skip) for lane in range(up_to_lane + 1)]
    sql = text(_CLAIM.format(lanes=", ".join(lanes)))
    sql = sql.bindparams(
        bindparam("now", now, type_=UtcDateTime()),
        bindparam("until", until, type_=UtcDateTime()),
        **parameters,
    )
    row = session.execute(sql).first()
    if row is None:
        return None
    payload = session.exec(select(Job.payload).where(col(Job.id) == row.id)).one()
    return Claim(row.id, row.employer_id, row.connection_id, row.kind, dict(payload), row.attempts, row.failures)


_DUE_IN = "SELECT 1 FROM job WHERE state = 'owed' AND due <= :now AND (lease_until IS NULL OR lease_until <= :now)"
_PEEK = text(
    f"{_DUE_IN} AND lane = 0 UNION ALL {_DUE_IN} AND lane = 1 UNION ALL {_DUE_IN} AND lane = 2 LIMIT 1"
).bindparams(bindparam("now", type_=UtcDateTime()))


def anything_due(session: Session) -> bool:
    """Say whether a job waits for a claim; a plain read, cheap enough to ask twenty times a second."""
    return session.execute(_PEEK, {"now": now_of(session)}).first() is not None


def renew(session: Session, claim: Claim, lease_seconds: float) -> bool:
    """Hold a claimed job longer; False when another worker has it now."""
    until = now_of(session) + timedelta(seconds=lease_seconds)
    statement = (
        update(Job)
        .where(col(Job.id) == claim.id, col(Job.attempts) == claim.attempts, col(Job.state) == "owed")
        .values(lease_until=until)
        .returning(col(Job.id))
    )
    return session.execute(statement).scalar_one_or_none() is not None


def finish(session: Session, claim: Claim) -> None:
    """Mark a claimed job done in this transaction; `LostLease` when another worker has it now."""
    _guarded(session, claim, state="done", finished_at=now_of(session), lease_until=None, error="")


def hold(session: Session, claim: Claim) -> None:
    """Make sure in this transaction that a claimed job is still ours; `LostLease` when another worker has it now."""
    held = select(Job.id).where(col(Job.id) == claim.id, col(Job.attempts) == claim.attempts, col(Job.state) == "owed")
    if session.exec(held.with_for_update()).first() is None:
        raise LostLease(f"job {claim.id} was taken over")


def put_back(session: Session, claim: Claim, *, due: datetime, error: str = "", failed: bool = False) -> None:
    """Owe a claimed job again at `due`; `failed` counts towards its back-off."""
    _guarded(
        session,
        claim,
        due=due,
        lease_until=None,
        error=error[:2000],
        failures=claim.failures + (1 if failed else 0),
    )


def park(session: Session, claim: Claim, why: str) -> None:
    """Set a claimed job aside with the vendor's own words, for a person (`kakuyaku jobs list`, the recruiter's page)."""
    _guarded(session, claim, state="parked", lease_until=None, error=why[:2000])


def retry(session: Session, job_id: int, *, by: str = "admin") -> bool:
    """Owe a parked job again now, which ends the task that asked for it; False when there is no such parked job."""
    job = session.get(Job, job_id)
    if job is None or job.state != "parked":
        return False
    session.execute(
        update(Task)
        .where(
            col(Task.employer_id) == job.employer_id,
            col(Task.kind) == "parked_job",
            col(Task.subject_id) == job_id,
            col(Task.state) == "open",
        )
        .values(state="done", done_by=by, done_at=now_of(session))
    )
    job.state, job.due, job.failures, job.lease_until = "owed", now_of(session), 0, None
    session.add(job)
    return True


def _guarded(session: Session, claim: Claim, **values: Any) -> None:
    statement = (
        update(Job)
        .where(col(Job.id) == claim.id, col(Job.attempts) == claim.attempts, col(Job.state) == "owed")
        .values(**values)
        .returning(col(Job.id))
    )
    if session.execute(statement).scalar_one_or_none() is None:
        raise LostLease(f"job {claim.id} was taken over")


def is_last_try(claim: Claim, error: Exception) -> bool:
    """Whether the worker would set this job aside over this error, instead of trying again."""
    if isinstance(error, NotYet | LostLease | OperationalError) or type(error).__name__ == "StoreBusy":
        return False
    if isinstance(error, Park | Unsupported | WrongSetting | Erased):
        return True
    if isinstance(error, ATSError):
        return error.permanent or (error.status != 429 and claim.failures + 1 >= OUTAGE)
    return claim.failures + 1 >= SURPRISES


def back_off(failures: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after the n-th failure: 5 s doubling to 30 min; the vendor's own word wins when longer."""
    own = min(5.0 * 2 ** max(0, failures), 1800.0)
    return timedelta(seconds=max(own, retry_after or 0.0))
