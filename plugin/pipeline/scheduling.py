"""Choosing a time: what a candidate is offered after a yes, what they chose, and who is told.

The meeting itself is entered in the ATS by a colleague; until one stands there the promise is as it was. A later day than
promised becomes due only by the candidate's own choice although times inside were offered (`ledger.choose_later`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline.calendar import due_date, end_of_day, next_business_days
from plugin.pipeline.feeds import availability
from plugin.pipeline.ledger import OPEN, choose_later
from plugin.pipeline.meeting_mails import tell_chosen
from plugin.pipeline.owners import keeper_id, owner_id
from plugin.pipeline.slots import Slot, slots_of
from plugin.rows import Connection, Entry, Promise, Requisition, Scout, SlotChoice, Staff
from plugin.sealing import Erased, Vault
from plugin.tasks import open_task
from plugin.work.jobs import owe

NOTICE = timedelta(hours=12)
"""No time sooner than this is offered: the manager has to see it."""
LATER_DAYS = 10
"""Business days after the due date within which a later time may be chosen."""
MOST_WORDS = 500


class CannotChoose(Exception):
    """This time can't be chosen. `code`: gone, not_open, too_late, no_reason, nothing_inside."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Offer:
    """Times a candidate may choose: `inside` the promise, `later` than it (only where there are some inside).

    `scheduling_url`: the manager's own page for choosing instead. `proposed`: nobody has said yet that these fit.
    """

    inside: list[Slot]
    later: list[Slot]
    scheduling_url: str = ""

    @property
    def proposed(self) -> bool:
        return any(slot.source == "proposed" for slot in self.inside)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a candidate may say besides, all of it optional. `permit`: "yes", "no" or "" – never a nationality."""

    pay: str = ""
    start: str = ""
    others: str = ""
    format: str = ""
    permit: str = ""

    @property
    def anything(self) -> bool:
        return any(asdict(self).values())


def offer_for(session: Session, promise: Promise, now: datetime) -> Offer:
    """What is offered now to somebody with an open promise; nothing once its date has passed."""
    if promise.state not in OPEN or now > promise.due_at:
        return Offer([], [])
    requisition = session.get_one(Requisition, promise.requisition_id)
    connection = session.get_one(Connection, promise.connection_id)
    row = availability(session, requisition.key)
    after = now + NOTICE
    inside = slots_of(session, requisition.key, after=after, before=promise.due_at, besides=promise.scout_id)
    later: list[Slot] = []
    if inside and not promise.moved_because:
        last = next_business_days(promise.due_date, LATER_DAYS, policy_of(connection).closures)[-1]
        later = slots_of(
            session,
            requisition.key,
            after=promise.due_at,
            before=end_of_day(last, promise.zone),
            besides=promise.scout_id,
        )
        # Where the manager gave times, nobody is offered later ones they didn't give.
        later = [slot for slot in later if slot.source == inside[0].source]
    return Offer(inside, later, row.scheduling_url if row is not None else "")


def choice_of(session: Session, scout_id: int) -> SlotChoice | None:
    return session.exec(select(SlotChoice).where(col(SlotChoice.scout_id) == scout_id)).first()


def may_change(choice: SlotChoice | None, zone: str, now: datetime) -> bool:
    """A time may be chosen anew until the end of the day before it."""
    if choice is None or choice.starts_at is None:
        return True
    day = choice.starts_at.astimezone(ZoneInfo(zone)).date()
    return now < datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def choose(
    session: Session, vault: Vault, scout: Scout, starts_at: datetime, *, because: str = "", by: str = "candidate"
) -> SlotChoice:
    """Take one of the offered times for a candidate who said yes, and tell everybody. The same one twice is once.

    Does not commit. Raises `CannotChoose`; a later time than promised needs a reason in `because`.
    """
    now = now_of(session)
    promise = session.exec(
        select(Promise).where(col(Promise.scout_id) == scout.key).with_for_update(key_share=True)
    ).first()
    if promise is None or promise.state not in OPEN:
        raise CannotChoose("not_open")
    keeper = keeper_id(session, promise)
    # One choice at a manager at a time: two candidates can't both take one hour.
    session.exec(select(Staff).where(col(Staff.id) == keeper).with_for_update(key_share=True)).one()
    choice = choice_of(session, scout.key)
    if choice is not None and choice.starts_at == starts_at:
        return choice
    if not may_change(choice, promise.zone, now):
        raise CannotChoose("too_late")
    offer = offer_for(session, promise, now)
    slot = next((one for one in [*offer.inside, *offer.later] if one.starts_at == starts_at), None)
    if slot is None:
        raise CannotChoose("gone")
    day = starts_at.astimezone(ZoneInfo(promise.zone)).date()
    if starts_at > promise.due_at:
        if not because.strip():
            raise CannotChoose("no_reason")
        offered = [one.starts_at for one in offer.inside]
        choose_later(session, vault, promise, to=day, offered=offered, because=because.strip()[:MOST_WORDS], by=by)
    entry = session.exec(select(Entry).where(col(Entry.scout_id) == scout.key)).one()
    choice = choice or _new(session, scout, entry, keeper)
    choice.sequence += 1 if choice.chosen_at is not None else 0
    choice.staff_id, choice.starts_at, choice.minutes, choice.source = keeper, starts_at, slot.minutes, slot.source
    choice.chosen_at = now
    session.add(choice)
    session.flush()
    record(
        session,
        promise.employer_id,
        "promise",
        promise.key,
        "time_chosen",
        actor=by,
        at=starts_at.isoformat(),
        source=slot.source,
        change=choice.sequence,
    )
    connection = session.get_one(Connection, scout.connection_id)
    tell_chosen(session, vault, connection, entry, promise, choice)
    _ask_to_book(session, connection, entry, promise, choice)
    _owe_note(session, choice, f"time:{choice.sequence}")
    return choice


def say_wishes(session: Session, vault: Vault, scout: Scout, wishes: Wishes) -> SlotChoice:
    """Keep what a candidate said besides, under their key, and pass it on to the recruiter. Does not commit."""
    entry = session.exec(select(Entry).where(col(Entry.scout_id) == scout.key).with_for_update(key_share=True)).first()
    if entry is None or entry.state == "closed":
        raise CannotChoose("not_open")
    promise = session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).first()
    requisition = session.get_one(Requisition, scout.requisition_id)
    keeper = keeper_id(session, promise) if promise is not None else requisition.manager_id or requisition.recruiter_id
    if keeper is None:
        raise CannotChoose("not_open")
    choice = choice_of(session, scout.key) or _new(session, scout, entry, keeper)
    if wishes_of(session, vault, scout, choice) == wishes:
        return choice
    said = {name: value.strip()[:MOST_WORDS] for name, value in asdict(wishes).items()}
    choice.sealed_wishes = vault.seal_for(session, scout.employer_id, scout.profile_id, said)
    choice.wishes_at = now_of(session)
    session.add(choice)
    session.flush()
    _owe_note(session, choice, f"wishes:{choice.wishes_at.isoformat()}")
    return choice


def wishes_of(session: Session, vault: Vault, scout: Scout, choice: SlotChoice | None) -> Wishes:
    """What they said; nothing once they are erased."""
    if choice is None or choice.sealed_wishes is None:
        return Wishes()
    try:
        said = vault.open_for(session, scout.employer_id, scout.profile_id, choice.sealed_wishes)
    except Erased:
        return Wishes()
    return Wishes(**{each.name: str(said.get(each.name, "")) for each in fields(Wishes)})


def _new(session: Session, scout: Scout, entry: Entry, staff_id: int) -> SlotChoice:
    return SlotChoice(
        employer_id=scout.employer_id,
        connection_id=scout.connection_id,
        requisition_id=scout.requisition_id,
        scout_id=scout.key,
        entry_id=entry.key,
        staff_id=staff_id,
        created_at=now_of(session),
    )


def _ask_to_book(session: Session, connection: Connection, entry: Entry, promise: Promise, choice: SlotChoice) -> None:
    """The meeting has to stand in the ATS: a colleague enters it there by the end of the next business day."""
    requisition = session.get_one(Requisition, entry.requisition_id)
    policy = policy_of(connection)
    open_task(
        session,
        employer_id=entry.employer_id,
        connection_id=entry.connection_id,
        kind="book_meeting",
        name=f"{promise.key}:{choice.sequence}",
        owner_id=owner_id(session, requisition),
        requisition_id=entry.requisition_id,
        subject="promise",
        subject_id=promise.key,
        due=min(
            due_date(now_of(session), 1, policy.zone, policy.closures).due_at,
            choice.starts_at or promise.due_at,
        ),
        facts={"at": choice.starts_at.isoformat() if choice.starts_at else "", "change": choice.sequence},
    )


def _owe_note(session: Session, choice: SlotChoice, what: str) -> None:
    owe(
        session,
        "note_choice",
        f"{choice.key}:{what}",
        employer_id=choice.employer_id,
        connection_id=choice.connection_id,
        payload={"choice_id": choice.key, "what": what},
    )
