"""Every change made inside a customer's ATS goes through here: written once, whatever dies in between (R7).

A write has a name (`add_entry:<scout>`, `note:<entry>`) and a short visible reference made from it. Connectors look for
the reference (or the address) before they write, so a second call changes nothing once the first one can be seen. What
is left to us: one writer at a time, and no look before the vendor had time to finish what it may still be doing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session, col, select

from connectors.base import ATSError, Unsupported
from connectors.pace import before_waiting
from plugin.database import now_of
from plugin.rows import AtsWrite, Connection
from plugin.sealing import Vault
from plugin.work.context import Work
from plugin.work.jobs import NotYet
from plugin.work.leases import held, keep_until
from plugin.work.rates import held_off_until, hold_off

log = structlog.get_logger(__name__)

CALLS_IN_A_WRITE = 12
"""Most requests one write makes (token, looks, candidate, application, and one repeat): bounds how long it can take."""

UNKNOWN_AT_ONCE = 5
"""Unknown outcomes of one write that are only waited out. More are a failure: backed off, and told to a person in the end."""

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U, so it can be read out on the telephone


def reference(vault: Vault, employer_id: int, name: str) -> str:
    """The short visible reference of a write (`KY-7F3A2K0D`), the same for the same name for ever."""
    number = int(vault.hash(employer_id, "reference:" + name)[:10], 16)
    return "KY-" + "".join(_LETTERS[(number >> shift) & 31] for shift in range(35, -1, -5))


def write_once(
    work: Work, connection: Connection, name: str, write: Callable[[str], dict[str, Any]], *, subject: str
) -> dict[str, Any]:
    """Make one change in the ATS exactly once and return what `write(ref)` returned, now or the first time.

    `write` looks for `ref` (or for what it would create) before it writes, and returns JSON. `subject` names what only
    one writer may touch at a time: `requisition:<id>` or `person:<hash>`; it is held by a lease longer than all
    time-outs together. Call it outside any transaction.

    Raises `NotYet` while another writer holds the subject, while the vendor asked us to wait, and after an unknown
    outcome until the settle time is over; `ATSError` when the vendor definitely refused (nothing was written), or when
    outcomes stay unknown (`unknown`). The subject stays held while an outcome settles: what may be applied late must
    not be missed by another write about the same person.
    """
    seconds = lease_seconds(work)
    settle = work.settings.settle_seconds
    with held(work, connection.employer_id, f"{connection.key}:{subject}", seconds + settle) as token:
        with work.writing() as session:
            row = _row(session, work.vault, connection, name)
            if row.state == "done":
                return row.result
            now = now_of(session)
            if row.state == "attempting" and row.settle_until is not None and row.settle_until > now:
                raise NotYet(row.settle_until, f"{name}: the outcome of the last attempt is unknown, it is settling")
            waiting = held_off_until(session, connection.key)
            if waiting is not None:
                raise NotYet(waiting, f"{connection.ats} asked us to wait")
            row.state, row.attempts, row.attempted_at = "attempting", row.attempts + 1, now
            row.job_id = work.claim.id if work.claim else None
            # Should we die from here on, the last request of ours leaves before the lease is over. Nobody looks
            # before that moment and a settle time have passed.
            row.settle_until = now + timedelta(seconds=seconds + settle)
            session.add(row)
            ref, attempts = row.ref, row.attempts
        try:
            with before_waiting(lambda wait: _put_off(work, connection, name, wait + seconds + settle)):
                result = write(ref)
        except NotYet:
            raise  # the subject is another's by now: what stands of this write is theirs to say
        except Unsupported as error:
            _definite(work, connection, name, "failed", str(error))
            raise
        except ATSError as error:
            if not error.unknown:
                _definite(work, connection, name, "failed" if error.permanent else "owed", str(error))
                if error.status == 429:
                    _wait_as_told(work, connection, error.retry_after)
                raise
            until = _settle(work, connection, name, str(error), token)
            if attempts > UNKNOWN_AT_ONCE:
                raise
            raise NotYet(until, f"{name}: {error}") from error
        except Exception as error:
            # Whatever went wrong while reading the answer, the write may have been applied: look before the next one.
            _settle(work, connection, name, f"{type(error).__name__}: {error}", token)
            raise
        with work.writing() as session:
            row = _row(session, work.vault, connection, name)
            row.state, row.result, row.settle_until, row.error = "done", result, None, ""
            session.add(row)
    log.info("ats_written", connection=connection.key, write=name, ref=ref)
    return result


def written(session: Session, employer_id: int, name: str) -> dict[str, Any] | None:
    """What a write returned, None when it isn't done (yet)."""
    row = _find(session, employer_id, name)
    return row.result if row is not None and row.state == "done" else None


def maybe_written(session: Session, employer_id: int, name: str) -> bool:
    """Say whether a write may stand in the ATS already: it does, or an attempt has an unknown outcome."""
    row = _find(session, employer_id, name)
    return row is not None and row.state in ("attempting", "done")


def lease_seconds(work: Work) -> float:
    """How long one writer holds its subject: longer than all time-outs of one write together."""
    return max(work.settings.lease_seconds, CALLS_IN_A_WRITE * work.settings.ats_timeout_seconds)


def _find(session: Session, employer_id: int, name: str) -> AtsWrite | None:
    return session.exec(
        select(AtsWrite).where(col(AtsWrite.employer_id) == employer_id, col(AtsWrite.name) == name)
    ).first()


def _row(session: Session, vault: Vault, connection: Connection, name: str) -> AtsWrite:
    # The lease of the subject is held: nobody else adds this row.
    row = _find(session, connection.employer_id, name)
    if row is None:
        row = AtsWrite(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            name=name,
            ref=reference(vault, connection.employer_id, name),
            created_at=now_of(session),
        )
        session.add(row)
        session.flush()
    return row


def _definite(work: Work, connection: Connection, name: str, state: str, error: str) -> None:
    with work.writing() as session:
        row = _row(session, work.vault, connection, name)
        row.state, row.error, row.settle_until = state, error[:2000], None
        session.add(row)


def _settle(work: Work, connection: Connection, name: str, error: str, token: str) -> datetime:
    with work.writing() as session:
        row = _row(session, work.vault, connection, name)
        row.error = error[:2000]
        row.settle_until = now_of(session) + timedelta(seconds=work.settings.settle_seconds)
        session.add(row)
        keep_until(session, token, row.settle_until)
        return row.settle_until


def _put_off(work: Work, connection: Connection, name: str, seconds: float) -> None:
    """A request waits for its turn: should we die, nobody looks before it too had time to be answered."""
    with work.writing() as session:
        row = _row(session, work.vault, connection, name)
        row.settle_until = now_of(session) + timedelta(seconds=seconds)
        session.add(row)


def _wait_as_told(work: Work, connection: Connection, retry_after: float | None) -> None:
    # Every process asks this row before it writes there. Without a word from the vendor: Greenhouse's window is 30 s.
    with work.writing() as session:
        until = now_of(session) + timedelta(seconds=retry_after or 30.0)
        hold_off(session, connection.employer_id, connection.key, until)
