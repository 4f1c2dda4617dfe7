"""Whether the ledger's rows say what its chained events say: promises, their dates and states, commitments' terms.

`chain.verify` shows that no event was rewritten; this shows that nothing was changed beside the events. Both together
are `kakuyaku ledger verify`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from plugin.alignment.commitment import terms_digest
from plugin.pipeline.calendar import end_of_day
from plugin.pipeline.chain import Break
from plugin.rows import Commitment, Event, Promise

NEXT = {
    "": {"made": "owed"},
    "owed": {"scheduled": "scheduled", "moved": "scheduled", "kept": "kept", "broken": "broken", "waived": "waived"},
    "scheduled": {
        "scheduled": "scheduled",
        "moved": "scheduled",
        "unscheduled": "owed",  # or scheduled still, where the candidate chose the day
        "kept": "kept",
        "broken": "broken",
        "waived": "waived",
    },
    "kept": {},
    "broken": {},
    "waived": {},
}
"""What may happen to a promise in each state, and the state it leads to. Other events say something and change nothing."""

_CHANGING = frozenset(what for steps in NEXT.values() for what in steps)
AT_ONCE = 500


def audit(session: Session, employer_id: int) -> list[Break]:
    """Every promise and commitment of an employer against its events; the breaks found."""
    return [*_promises(session, employer_id), *_commitments(session, employer_id)]


def _promises(session: Session, employer_id: int) -> list[Break]:
    found: list[Break] = []
    rows = {
        row.key: row
        for row in session.exec(
            select(Promise).where(col(Promise.employer_id) == employer_id).execution_options(populate_existing=True)
        )
    }
    told = _events(session, employer_id, "promise")
    for key in sorted(told.keys() - rows.keys()):
        found.append(Break(f"promise {key}", "its row is missing"))
    for key, promise in sorted(rows.items()):
        events = told.get(key, [])
        where = f"promise {key}"
        made = next((event for event in events if event.what == "made"), None)
        if made is None:
            found.append(Break(where, "no event says that it was made"))
            continue
        found += [Break(where, wrong) for wrong in (*_made(promise, made), *_course(promise, events))]
    return found


def _made(promise: Promise, made: Event) -> list[str]:
    """Whether the row still says what was promised, to whom, and whether its date was counted right."""
    facts, wrong = made.facts, []
    said = {
        "scout": promise.scout_id,
        "requisition": promise.requisition_id,
        "manager": promise.manager_id,
        "commitment": promise.commitment_id,
        "received": promise.received_at.isoformat(),
        "day_zero": promise.day_zero.isoformat(),
        "zone": promise.zone,
        "skipped": promise.computed.get("skipped"),
    }
    wrong += [f"{name} isn't what it was made with" for name, value in said.items() if facts.get(name) != value]
    due = counted(date.fromisoformat(facts["day_zero"]), facts["days"], [day for day, _name in facts["skipped"]])
    if due.isoformat() != facts["due"]:
        wrong.append(f"its date was counted as {facts['due']}, the days named give {due}")
    return wrong


def _course(promise: Promise, events: Sequence[Event]) -> list[str]:
    """Whether state and date follow from what happened, step by step."""
    wrong, state, due, moved = [], "", "", False
    for event in events:
        if event.what not in _CHANGING:
            continue
        if event.what not in NEXT[state]:
            wrong.append(f"“{event.what}” (event {event.key}) can't follow “{state or 'nothing'}”")
            continue
        state = "scheduled" if event.what == "unscheduled" and moved else NEXT[state][event.what]
        moved |= event.what == "moved"
        due = event.facts.get("due", due)
        if event.what == "broken" and event.created_at <= end_of_day(date.fromisoformat(due), promise.zone):
            wrong.append(f"it broke before its date (event {event.key})")
    if promise.state != state:
        wrong.append(f"it is {promise.state}, its events say {state}")
    if (promise.due_date.isoformat(), promise.due_at) != (due, _at(due, promise)):
        wrong.append(f"it is due {promise.due_date}, its events say {due}")
    return wrong


def _at(due: str, promise: Promise) -> datetime | None:
    return end_of_day(date.fromisoformat(due), promise.zone) if due else None


def counted(day_zero: date, days: int, skipped: Sequence[str]) -> date:
    """The n-th weekday after a day, leaving out those named: the count as a person can follow it."""
    day, left, out = day_zero, days, set(skipped)
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day.isoformat() not in out
    return day


def _commitments(session: Session, employer_id: int) -> list[Break]:
    found = []
    told = _events(session, employer_id, "commitment")
    rows = session.exec(
        select(Commitment)
        .where(col(Commitment.employer_id) == employer_id)
        .order_by(col(Commitment.id))
        .execution_options(populate_existing=True)
    )
    for row in rows:
        proposed = next((event for event in told.get(row.key, []) if event.what == "proposed"), None)
        if proposed is not None and proposed.facts.get("terms", "") != terms_digest(row):
            found.append(Break(f"commitment {row.key}", "its terms aren't those that were committed to"))
    return found


def _events(session: Session, employer_id: int, subject: str) -> dict[int, list[Event]]:
    by_subject: dict[int, list[Event]] = defaultdict(list)
    for event in session.exec(
        select(Event)
        .where(col(Event.employer_id) == employer_id, col(Event.subject) == subject)
        .order_by(col(Event.id))
        .execution_options(populate_existing=True)
    ):
        by_subject[event.subject_id].append(event)
    return by_subject
