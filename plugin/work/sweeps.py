"""Sweeps heal what never rang: per connection, over a window that overlaps the last one (R6).

A list is read by the page. What a page owes and the cursor of the next are one commit, so that a sweep that was killed
goes on where it stood. What was seen before costs nothing: the jobs owed are keyed by the state that was seen. One list
that fails doesn't stop the others; its window stays open until it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.pace import background
from connectors.records import Event, EventKind
from plugin.alignment import decision as decisions
from plugin.alignment import picking
from plugin.alignment.fields import read_specification
from plugin.database import now_of
from plugin.pipeline.people import known_people, people_of
from plugin.rows import Calibration, Connection, Entry, Promise, Requisition, Sweep
from plugin.work import rates
from plugin.work.context import Work
from plugin.work.deliveries import owe_reads
from plugin.work.jobs import Claim

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""A vendor's clock and ours differ, and a list may be a little behind."""

DECISIONS_EVERY = 300
"""Seconds between two readings of an open question, where the ATS doesn't tell when it is answered."""

FAILURES_OF_A_LOOK = 3
"""Decisions that can't be read before the rest is left to the next look: then it is the ATS, not one requisition."""

DECISIONS = "decisions"


@dataclass(frozen=True, slots=True)
class Seen:
    """What may have changed, and the name of the state it was seen in. `made`: when a requisition was created."""

    event: Event
    state: str
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seens:
    """A page of what was seen, and the cursor of the next one."""

    seen: tuple[Seen, ...]
    cursor: str = ""


Read = Callable[[datetime, str], Seens]


def sweep_connection(work: Work, claim: Claim) -> None:
    """Read every list of one connection since its last sweep, and owe a read of what changed."""
    with work.reading() as session:
        connection = session.get_one(Connection, claim.connection_id)
        ours = _our_applications(session, connection)
    if connection.state != "active":
        return
    ats = work.ats(connection)
    lists: dict[str, tuple[str, Read]] = {
        "requisitions": ("requisitions_page", lambda since, cursor: _requisitions(ats, since, cursor)),
        "people": ("people_page", lambda since, cursor: _people(ats, since, cursor)),
        "interviews": ("interviews", lambda since, cursor: _interviews(ats, since, ours)),
    }
    for name, (method, read) in lists.items():
        if ats.supports(method) and not _read_since(work, connection, name, _tick(work, claim)):
            _sweep(work, connection, name, read)
    if ats.decisions_polled:
        _ask_again(work, connection, ats)


def _tick(work: Work, claim: Claim) -> datetime | None:
    """When the tick came that this sweep answers: a sweep that was killed is taken up under the same one."""
    slot = claim.payload.get("slot")
    return None if slot is None else datetime.fromtimestamp(int(slot) * work.settings.sweep_seconds, UTC)


def _read_since(work: Work, connection: Connection, name: str, tick: datetime | None) -> bool:
    """Whether a list was begun and read to its end since the tick: by us, before we were killed in the next one."""
    with work.reading() as session:
        row = session.exec(
            select(Sweep).where(col(Sweep.connection_id) == connection.key, col(Sweep.name) == name)
        ).first()
    return tick is not None and row is not None and not row.cursor and (row.read_to or tick) > tick


def _sweep(work: Work, connection: Connection, name: str, read: Read) -> None:
    """Read a list to its end, or until the vendor refuses; the next sweep goes on at the page that failed."""
    under_way: tuple[datetime, str] | None = _begin(work, connection, name)
    begun_anew, been = False, set[str]()
    while under_way is not None:
        since, cursor = under_way
        been.add(cursor)
        try:
            with background():
                page = read(since, cursor)
        except ATSError as error:
            log.warning("sweep_failed", connection=connection.key, list=name, status=error.status)
            expired = bool(cursor) and error.permanent
            _failed(work, connection, name, error, anew=expired)
            # The list is begun anew at once, and only once: a page that is refused each time ends it.
            under_way = _begin(work, connection, name) if expired and not begun_anew else None
            begun_anew, been = True, set()
        else:
            under_way = _take_in(work, connection, name, under_way, page)
            if under_way is not None and under_way[1] in been:
                # It would be read for ever; what it shows has been taken in, and the next sweep reads it from its start.
                wrong = ATSError("the list comes back to a page that was read before", permanent=True)
                _failed(work, connection, name, wrong, anew=True)
                return


def _begin(work: Work, connection: Connection, name: str) -> tuple[datetime, str]:
    """Where the list goes on: what it asks for, and its cursor; a new one is begun if none is under way."""
    with work.writing() as session:
        row = _row(session, connection, name)
        if row.list_since is None or not row.cursor:
            row.list_started_at = now_of(session)
            row.list_since = (row.read_to or connection.cut_off or connection.created_at) - OVERLAP
            row.cursor = ""
            session.add(row)
        return row.list_since, row.cursor


def _take_in(
    work: Work, connection: Connection, name: str, read: tuple[datetime, str], page: Seens
) -> tuple[datetime, str] | None:
    """Owe what a page showed and remember the next one, in one commit; None after the last.

    None as well where another sweep has gone on from this page meanwhile: the list is in its hands.
    """
    with work.writing() as session:
        row = _row(session, connection, name)
        wanted = _worth_reading(session, connection, page.seen, first=row.read_to is None)
        owe_reads(session, connection, [(one.event, f"sweep:{one.state}") for one in wanted])
        if (row.list_since, row.cursor) != read:
            return None
        row.cursor, row.error, row.last_run_at = page.cursor, "", now_of(session)
        if not page.cursor:
            row.read_to, row.list_since, row.list_started_at = row.list_started_at, None, None
        session.add(row)
    return (read[0], page.cursor) if page.cursor else None


def _failed(work: Work, connection: Connection, name: str, error: ATSError, *, anew: bool) -> None:
    with work.writing() as session:
        # A wait without a status is our own pace: the list goes on with the next sweep, a yes meanwhile is not held up.
        paced = error.status is None and error.retry_after is not None
        if not paced and (error.status == 429 or error.retry_after):
            until = now_of(session) + timedelta(seconds=error.retry_after or 30.0)
            rates.hold_off(session, connection.employer_id, connection.key, until)
        row = _row(session, connection, name)
        row.error, row.last_run_at = "" if paced else str(error)[:2000], now_of(session)
        if anew:
            row.cursor = ""
        session.add(row)


def _worth_reading(session: Session, connection: Connection, seen: Sequence[Seen], *, first: bool) -> list[Seen]:
    """Leave out people nobody here knows and, on the first sweep, requisitions older than the cut-off nobody picked."""
    people = [one.event.id for one in seen if one.event.kind in _PEOPLE]
    known = known_people(session, connection, people) if people else set()
    gone = [one.event.id for one in seen if one.event.kind is EventKind.CANDIDATE_DELETED and one.event.id not in known]
    if gone and (theirs := people_of(session, connection, gone)):
        # Told by their application: it is the person that is read.
        known |= set(theirs.values())
        seen = [replace(one, event=replace(one.event, id=theirs.get(one.event.id, one.event.id))) for one in seen]
    old = {one.event.id for one in seen if first and _before(one.made, connection.cut_off)}
    if old:
        rows = session.exec(
            select(Requisition.ats_id).where(
                col(Requisition.connection_id) == connection.key, col(Requisition.ats_id).in_(sorted(old))
            )
        )
        old -= set(rows)
    return [one for one in seen if (one.event.id in known if one.event.kind in _PEOPLE else one.event.id not in old)]


_PEOPLE = frozenset({EventKind.CANDIDATE, EventKind.CANDIDATE_MERGED, EventKind.CANDIDATE_DELETED})


def _before(made: datetime | None, cut_off: datetime | None) -> bool:
    return made is not None and cut_off is not None and made < cut_off


def _requisitions(ats: Connector, since: datetime, cursor: str) -> Seens:
    page = ats.requisitions_page(since, cursor)
    return Seens(
        tuple(
            Seen(
                Event(EventKind.REQUISITION, found.id),
                f"{found.updated_at.isoformat()}:{found.status.value}",
                found.created_at,
            )
            for found in page.items
        ),
        page.cursor,
    )


def _people(ats: Connector, since: datetime, cursor: str) -> Seens:
    page = ats.people_page(since, cursor)
    return Seens(
        tuple(Seen(Event(found.kind, found.id, found.new_id), found.at.isoformat()) for found in page.items),
        page.cursor,
    )


def _interviews(ats: Connector, since: datetime, ours: dict[str, str]) -> Seens:
    """Interviews changed on applications of ours; and those of open promises, because a vanished one lists nowhere."""
    if not ours:
        return Seens(())
    seen = [Seen(Event(EventKind.APPLICATION, id), f"promise:{slot}") for id, slot in ours.items() if slot]
    for interview in ats.interviews(since=since):
        if interview.application_id in ours:
            state = f"{interview.id}:{interview.status.value}:{interview.starts_at}:{interview.updated_at}"
            seen.append(Seen(Event(EventKind.APPLICATION, interview.application_id), state))
    return Seens(tuple(seen))


def _ask_again(work: Work, connection: Connection, ats: Connector) -> None:
    """Look at the decisions on open questions, which ring nobody and move no date; what stands differently is read.

    Only the decision is asked for, not the whole requisition: most of them say what they said five minutes ago.
    """
    with work.reading() as session:
        slot = int(now_of(session).timestamp()) // DECISIONS_EVERY
        asked = session.exec(
            select(Requisition)
            .join(Calibration, col(Calibration.id) == col(Requisition.calibration_id))
            .where(
                col(Requisition.connection_id) == connection.key,
                col(Requisition.status) != "closed",
                col(Calibration.posted_at).is_not(None),
            )
            .order_by(col(Requisition.id))
        ).all()
    # A look that a limit cuts short begins elsewhere the next time, so that each comes to its turn.
    first = slot % len(asked) if asked else 0
    failed = 0
    for requisition in (*asked[first:], *asked[:first]):
        try:
            with background():
                stands = ats.read_decision(requisition.ats_id)
        except ATSError as error:
            log.warning(
                "decision_not_read", connection=connection.key, requisition=requisition.key, status=error.status
            )
            if error.permanent:
                continue  # that of one requisition: hidden, or set up otherwise
            _failed(work, connection, DECISIONS, error, anew=False)
            failed += 1
            if error.retry_after is not None or error.status == 429 or failed == FAILURES_OF_A_LOOK:
                return
            continue  # one that answers strangely must not hide the others for ever
        with work.writing() as session:
            if stands is None:
                continue
            name = ""
            if not decisions.seen(session, requisition, stands):
                name = f"decision:{slot}:{decisions.digest_of(stands)}"
            elif picking.is_asked(session, requisition, stands):
                name = f"specification:{stands.calibration}:{read_specification(stands.specification)[:8]}"
            if name:
                owe_reads(session, connection, [(Event(EventKind.REQUISITION, requisition.ats_id), name)])
    if failed:
        return
    with work.writing() as session:
        row = _row(session, connection, DECISIONS)
        row.error, row.last_run_at = "", now_of(session)
        session.add(row)


def _our_applications(session: Session, connection: Connection) -> dict[str, str]:
    """Applications we made, each with the hour if a promise on it is open (read anew every hour), else ""."""
    hour = now_of(session).strftime("%Y-%m-%dT%H")
    rows = session.exec(
        select(Entry.ats_application_id, Promise.state)
        .join(Promise, col(Promise.entry_id) == col(Entry.id), isouter=True)
        .where(col(Entry.connection_id) == connection.key, col(Entry.ats_application_id) != "")
    )
    return {id: hour if state in ("owed", "scheduled") else "" for id, state in rows}


def _row(session: Session, connection: Connection, name: str) -> Sweep:
    """The row of a list; a new one is in the session, not yet stored."""
    row = session.exec(select(Sweep).where(col(Sweep.connection_id) == connection.key, col(Sweep.name) == name)).first()
    return row or Sweep(
        employer_id=connection.employer_id, connection_id=connection.key, name=name, created_at=now_of(session)
    )
