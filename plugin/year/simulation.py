"""The year itself: days pass, people act, the worker works and dies, and what happened is written down as it happens."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from plugin.demo.postbox import Kept
from plugin.demo.stage import demo_policy
from plugin.policy import Policy
from plugin.rows import Commitment, Mail, Scout
from plugin.rows import Requisition as RequisitionRow
from plugin.year import calendar
from plugin.year.agenda import Agenda
from plugin.year.candidates import Candidates
from plugin.year.managers import Managers
from plugin.year.recruiters import Recruiters
from plugin.year.town import Town, open_town
from plugin.year.truth import Letter, Requisition, Truth

START = date(2025, 10, 1)
"""Long past: an IMAP server takes no mail from the future, and notes its own time instead."""
WINDING_UP = 70
"""Days at the end in which no requisition is opened, so that every promise comes to its end within the year."""


@dataclass(frozen=True)
class Size:
    """How big a year is."""

    seed: int = 1
    requisitions: int = 200
    people: int = 20_000
    days: int = 365
    managers: int = 24
    kills: int = 60
    restarts: int = 12
    opening_days: int = 0  # in which requisitions are opened; 0: all but the last `WINDING_UP`
    eagerness: float = 1.0  # how much more often people answer than they would
    start: date = START


def policy() -> Policy:
    """As the demo's, with the hours, pace and windows a real team would have."""
    return demo_policy(
        grace_seconds=1800,
        recall_seconds=600,
        quiet_hours=True,
        per_minute=12,
        profiles_confirm_after_days=3650,  # the invented people don't come by to confirm what is known of them
        closures=tuple(sorted(calendar.CLOSURES)),
        from_name="青葉クラウド株式会社 採用チーム",
    )


@dataclass
class Year:
    """One year under way."""

    town: Town
    size: Size
    truth: Truth = field(default_factory=Truth)
    agenda: Agenda = field(default_factory=Agenda)
    seen_mail: int = 0
    say: Callable[[str], None] = lambda line: None

    def __post_init__(self) -> None:
        self.managers = Managers(self)
        self.recruiters = Recruiters(self)
        self.candidates = Candidates(self)

    def dice(self, *about: object) -> random.Random:
        """Dice of their own for each thing that happens, so that the order of things changes no throw."""
        return random.Random(":".join(str(part) for part in (self.size.seed, *about)))

    @property
    def now(self) -> datetime:
        return self.town.clock.now()

    @property
    def last_day(self) -> date:
        return self.size.start + timedelta(days=self.size.days)

    # The year's course.

    def run(self) -> None:
        """Live through every day; raises nothing of what goes wrong in the product, that is for the verdicts."""
        self.managers.move_in()
        self._plan_requisitions()
        for number in range(self.size.days + 1):
            self._plan_day(self.size.start + timedelta(days=number))
        for number in range(self.size.restarts):
            at = self.size.start + timedelta(days=self.size.days * (number + 1) // (self.size.restarts + 1))
            self.agenda.add(calendar.at(at, 12, 30), self.town.hands.restart)
        end = calendar.at(self.last_day, 23, 0)
        while (following := self.agenda.next_at()) is not None and following <= end:
            self.town.advance_to(max(following, self.now))
            self.say(f"{calendar.day_of(self.now)}  {self.truth.counts['letters']:,} letters")
            self.notice()
            self.agenda.take()()
            self.town.settle()
            self.notice()
        self.town.advance_to(end)
        self.town.killer.planned.clear()
        self.town.killer.way = ""
        self.town.settle("all")
        self.notice()

    def _plan_requisitions(self) -> None:
        span = self.size.opening_days or max(1, self.size.days - WINDING_UP)
        for number in range(self.size.requisitions):
            dice = self.dice("requisition", number)
            day = calendar.after(self.size.start + timedelta(days=span * number // self.size.requisitions), 1)
            at = calendar.at(day, dice.randint(9, 17), dice.randint(0, 59))
            self.agenda.add(at, lambda number=number: self.managers.open_requisition(number))  # type: ignore[misc]

    def _plan_day(self, day: date) -> None:
        add, town = self.agenda.add, self.town
        add(calendar.at(day, 0, 5), lambda: town.settle("promises"))
        if not calendar.works(day):
            return
        add(calendar.at(day, 9, 5), lambda: town.settle("all"))
        for hour in (13, 18):
            add(calendar.at(day, hour, 5), lambda: town.settle("sweep", "promises"))
        for hour in (10, 15):
            add(calendar.at(day, hour, 10), self.recruiters.sit_down)

    def news(self) -> None:
        """Somebody changed something in the ATS: if its webhook is lost, the sweep a few minutes later sees it."""
        self.agenda.add(self.now + timedelta(minutes=5), lambda: self.town.settle("sweep"))

    # What arrived meanwhile.

    def notice(self) -> None:
        """Look at what the mail server took since the last look, and let people find it."""
        fresh = self.town.mails(self.seen_mail)
        if not fresh:
            return
        self.seen_mail = fresh[-1].id
        letters = [mail for mail in fresh if mail.message["List-Unsubscribe"] is not None]
        known = self._known(letters)
        for mail in fresh:
            letter = known.get(mail.message_id)
            if letter is not None:
                self._arrived(letter)
        self.managers.read_mail([mail for mail in fresh if mail.message_id not in known])

    def _known(self, mails: list[Kept]) -> dict[str, Letter]:
        if not mails:
            return {}
        ids = {mail.message_id: mail for mail in mails}
        with self.town.work.reading() as session:
            rows = session.exec(
                select(Mail.message_id, Scout, RequisitionRow.ats_id, Commitment)
                .join(Scout, col(Mail.scout_id) == col(Scout.id))
                .join(RequisitionRow, col(Scout.requisition_id) == col(RequisitionRow.id))
                .join(Commitment, col(Scout.commitment_id) == col(Commitment.id), isouter=True)
                .where(col(Mail.message_id).in_(ids), col(Mail.kind) == "scout")
            ).all()
        found = {}
        for message_id, scout, ats_id, commitment in rows:
            committed = scout.arm == "committed" and commitment is not None
            found[message_id] = Letter(
                kept=ids[message_id],
                scout_id=scout.key,
                requisition=int(ats_id),
                requisition_id=scout.requisition_id,
                profile_id=scout.profile_id,
                committed=committed,
                commitment_id=scout.commitment_id,
                days=commitment.days if commitment is not None else 0,
                deadline=(scout.reply_deadline or commitment.reply_deadline) if committed else None,
                language=scout.language,
            )
        return found

    def _arrived(self, letter: Letter) -> None:
        if letter.kept.message_id in self.truth.letters:
            return  # the second of a letter that left twice: the verdicts count it at the server
        self.truth.letters[letter.kept.message_id] = letter
        self.truth.counts["letters"] += 1
        self.candidates.receive(letter)

    def requisition(self, ats_id: int) -> Requisition:
        return self.truth.requisitions[ats_id]


@contextmanager
def open_year(
    folder: Path,
    size: Size,
    *,
    database_url: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Year]:
    """A year about to begin, with its town."""
    with open_town(
        folder,
        start=calendar.at(size.start, 0, 1),
        people=size.people,
        policy=policy(),
        seed=size.seed,
        deaths=_deaths(size),
        database_url=database_url,
        progress=progress,
    ) as town:
        yield Year(town, size)


def _deaths(size: Size) -> list[datetime]:
    """When the worker dies: on days of the whole year, in the hours in which it has something to do."""
    dice = random.Random(f"{size.seed}:when it dies")
    return [
        calendar.at(size.start + timedelta(days=dice.randint(1, max(1, size.days - 10))), dice.randint(8, 18))
        for _ in range(size.kills)
    ]
