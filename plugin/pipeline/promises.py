"""The promise clock: reminds, opens a task before a promise breaks, reads the ATS afresh, and only then lets it break.

A tick owes `promise_clock`; what it does is a function of the rows and the time, so a tick missed, late or doubled
changes nothing but when. Changes of a promise are in `pipeline.ledger`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.records import Interview
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.i18n import phrases, say_date
from plugin.pipeline import answers, chain, holding, ledger
from plugin.pipeline.calendar import business_day_before, moment
from plugin.pipeline.interviews import fresh_interviews, settle, successor_needed
from plugin.pipeline.ledger import choose_later, name_successor, state_cause, waive
from plugin.pipeline.meeting_reminders import remind_candidate
from plugin.pipeline.owners import keeper_of, locale_of, owner_id
from plugin.pipeline.wording import kind_words
from plugin.rows import Commitment, Connection, Entry, Promise, Requisition
from plugin.sealing import Vault
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import Claim
from plugin.work.rates import hold_off

__all__ = ["choose_later", "name_successor", "promise_clock", "reminders_of", "state_cause", "waive"]

log = structlog.get_logger(__name__)

MORNING = 9
"""Hour of the day, in the promise's zone, at which reminders leave."""


def promise_clock(work: Work, claim: Claim) -> None:
    """One tick for the open promises of an employer (of one connection, where the job names one).

    Nothing breaks without a fresh read: an ATS that doesn't answer leaves its promises open, and a task behind.
    """
    with work.writing() as session:
        holding.heal(session, claim.employer_id, claim.connection_id)
    passed = []
    for promise_id in _open_promises(work, claim):
        with _alone(work, promise_id) as (session, promise):
            if promise.state in ledger.OPEN:
                look_after(session, work.vault, promise)
                remind_candidate(session, work.vault, promise)
                if now_of(session) > promise.due_at:
                    passed.append(promise_id)
    for connection_id, promises in _by_connection(work, passed).items():
        try:
            _settle_passed(work, connection_id, promises)
        except ATSError as error:
            # The next tick tries again; until a read succeeds nothing breaks, and somebody hears that none does.
            log.warning("promises_not_read", connection=connection_id, status=error.status)
            _tell_unread(work, connection_id, error)
    with work.writing() as session:
        chain.seal(session, work.vault, claim.employer_id)


def _tell_unread(work: Work, connection_id: int, error: ATSError) -> None:
    with work.writing() as session:
        connection = session.get_one(Connection, connection_id)
        now = now_of(session)
        if error.status == 429 or error.retry_after:
            until = now + timedelta(seconds=error.retry_after or 30.0)
            hold_off(session, connection.employer_id, connection.key, until)
        open_task(
            session,
            employer_id=connection.employer_id,
            connection_id=connection.key,
            kind="promises_unread",
            name=f"{connection.key}:{now.date().isoformat()}",
            subject="connection",
            subject_id=connection.key,
            facts={"words": str(error)[:500]},
        )


def _open_promises(work: Work, claim: Claim) -> list[int]:
    query = select(Promise.id).where(col(Promise.employer_id) == claim.employer_id, col(Promise.state).in_(ledger.OPEN))
    if claim.connection_id is not None:
        query = query.where(col(Promise.connection_id) == claim.connection_id)
    with work.reading() as session:
        return [id for id in session.exec(query.order_by(col(Promise.due_at))) if id is not None]


@contextmanager
def _alone(work: Work, promise_id: int) -> Iterator[tuple[Session, Promise]]:
    """One promise, locked, in a transaction of its own: what goes wrong with one stops none of the others."""
    try:
        with work.writing() as session:
            yield (
                session,
                session.exec(
                    select(Promise).where(col(Promise.id) == promise_id).with_for_update(key_share=True)
                ).one(),
            )
    except DBAPIError:
        raise  # the database itself: the whole tick is tried again
    except Exception as error:  # whatever it is, a person hears of it and the other promises are looked after
        log.error("promise_not_looked_after", promise=promise_id, error=type(error).__name__)
        with work.writing() as session:
            promise = session.get_one(Promise, promise_id)
            _open(
                session,
                promise,
                session.get_one(Requisition, promise.requisition_id),
                "promise_stuck",
                due=promise.due_at,
                of=now_of(session).date().isoformat(),
            )


def look_after(session: Session, vault: Vault, promise: Promise) -> None:
    """Remind, and open the tasks this moment asks for."""
    now = now_of(session)
    connection = session.get_one(Connection, promise.connection_id)
    requisition = session.get_one(Requisition, promise.requisition_id)
    if successor_needed(session, promise):
        _open(session, promise, requisition, "succession", due=promise.due_at)
    reached = [name for name, at in reminders_of(connection, promise) if at <= now]
    fresh = [name for name in reached if name not in promise.reminded]
    # A promise moved by the candidate's choice is `scheduled` before any meeting stands.
    arranged = promise.state == "scheduled" and promise.interview_id != ""
    if (reached or now > promise.due_at) and not (arranged and now <= promise.due_at):
        # Before it breaks the recruiter has an open task: in an earlier commit than the one that breaks it.
        _open(session, promise, requisition, "promise_soon", due=promise.due_at, of=promise.due_date.isoformat())
    if fresh:
        promise.reminded = [*promise.reminded, *fresh]
        session.add(promise)
        if not arranged and now <= promise.due_at:
            # After an outage several are due at once: the last one says it all.
            _remind(session, vault, connection, requisition, promise, fresh[-1])


def reminders_of(connection: Connection, promise: Promise) -> list[tuple[str, datetime]]:
    """When whom to remind: at half time, on the business day before, on the morning of the date. In order of time."""
    closures = policy_of(connection).closures
    half = promise.received_at + (promise.due_at - promise.received_at) / 2
    before = moment(business_day_before(promise.due_date, closures), MORNING, promise.zone)
    times = [
        ("half_time", half),
        # A promise made after that morning needs no reminder of it.
        ("day_before", max(before, promise.received_at + timedelta(hours=1))),
        ("morning_of", moment(promise.due_date, MORNING, promise.zone)),
    ]
    return sorted(times, key=lambda item: item[1])


def _remind(
    session: Session, vault: Vault, connection: Connection, requisition: Requisition, promise: Promise, which: str
) -> None:
    entry = session.get(Entry, promise.entry_id) if promise.entry_id is not None else None
    commitment = session.get_one(Commitment, promise.commitment_id)
    identity = answers.candidate_of(session, vault, entry) if entry is not None else None
    for staff in answers.audience(session, connection, requisition, promise):
        locale = locale_of(staff, connection)
        _ = phrases(locale)
        due = say_date(promise.due_date, locale)
        person = identity.name if identity is not None else _("a person erased meanwhile")
        lines = [
            _(
                "%(person)s was promised a meeting (%(kind)s, “%(role)s”) by the end of %(due)s. None is arranged yet.",
                person=person,
                kind=kind_words(commitment, locale),
                role=requisition.title,
                due=due,
            ),
            _("Please arrange it in the ATS, with the interviewer named in the promise."),
            _("If the candidate themselves asks for a later day, record that with the times you offered."),
        ]
        if requisition.url:
            lines += ["", requisition.url]
        answers.notify_staff(
            session,
            vault,
            connection,
            staff,
            kind="reminder",
            name=f"reminder:{promise.key}:{promise.due_date.isoformat()}:{which}",
            subject=_("Promised by %(due)s, not arranged yet – %(role)s", due=due, role=requisition.title),
            lines=lines,
        )


def _open(
    session: Session, promise: Promise, requisition: Requisition, kind: str, *, due: datetime, of: str = ""
) -> None:
    open_task(
        session,
        employer_id=promise.employer_id,
        connection_id=promise.connection_id,
        kind=kind,
        name=f"{promise.key}:{of}" if of else str(promise.key),
        owner_id=owner_id(session, requisition),
        requisition_id=requisition.key,
        subject="promise",
        subject_id=promise.key,
        due=due,
        facts={"keeper": _key(keeper_of(session, promise))},
    )


def _key(staff: object) -> int | None:
    return getattr(staff, "id", None)


def _by_connection(work: Work, promise_ids: list[int]) -> dict[int, dict[int, str]]:
    """Connection → promise → its application in the ATS ("" where there is none)."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    with work.reading() as session:
        for id in promise_ids:
            promise = session.get_one(Promise, id)
            entry = session.get(Entry, promise.entry_id) if promise.entry_id is not None else None
            found[promise.connection_id][id] = entry.ats_application_id if entry is not None else ""
    return found


def _read(ats: Connector, asked: list[str]) -> tuple[dict[str, list[Interview]], ATSError | None]:
    """The interviews of these applications; one that is refused for good keeps none of the others from being read."""
    try:
        return fresh_interviews(ats, asked), None
    except ATSError as error:
        if not error.permanent:
            raise
        if len(asked) == 1:
            return {}, error
    read: dict[str, list[Interview]] = {}
    refused: ATSError | None = None
    for id in asked:
        try:
            read |= fresh_interviews(ats, [id])
        except ATSError as error:
            if not error.permanent:
                raise
            refused = error
    return read, refused


def _settle_passed(work: Work, connection_id: int, applications: dict[int, str]) -> None:
    """Read the interviews of promises whose date has passed, then keep or break each."""
    with work.reading() as session:
        connection = session.get_one(Connection, connection_id)
    asked = [id for id in applications.values() if id]
    read, refused = _read(work.ats(connection), asked)
    for promise_id, application in applications.items():
        if application and application not in read:
            continue
        with _alone(work, promise_id) as (session, promise):
            if promise.state in ledger.OPEN and now_of(session) > promise.due_at:
                settle(session, promise, read.get(application, []))
    if refused is not None:
        raise refused
