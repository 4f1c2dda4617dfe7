"""What really happened, kept by the simulation and never by the product: the other side of every comparison."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from plugin.demo.postbox import Kept

NEWS = timedelta(minutes=7)
"""How long the news of a closing may take from the ATS to us: a webhook that never came, and the sweep after it."""


@dataclass
class Meeting:
    """An interview somebody put into the ATS, and whether it took place."""

    id: int
    starts_at: datetime
    interviewer: int
    taken_off_at: datetime | None = None


@dataclass
class Letter:
    """A scout as it arrived at the mail server (or was lost on the way to our notice), and what followed."""

    kept: Kept
    scout_id: int
    requisition: int  # the ATS's id
    requisition_id: int  # ours
    profile_id: str
    committed: bool
    commitment_id: int | None
    days: int
    deadline: date | None
    language: str

    @property
    def address(self) -> str:
        return self.kept.recipient


@dataclass
class Answer:
    """One mail a candidate (or somebody who says so) sent. `counts`: yes, person (a person must say), or nothing."""

    message_id: str
    kind: str
    letter: Letter
    received_at: datetime
    counts: str = ""
    read: int = 0  # how many replies of the product's it became, with everything that came twice
    meant: str = ""  # what a person who asks them would hear; "" where the mail means what it says


@dataclass
class Yes:
    """A yes that counts: the first one of a letter, with the promise it makes and what became of it."""

    letter: Letter
    received_at: datetime
    promised: bool
    due: date | None = None
    meetings: list[Meeting] = field(default_factory=list)
    waived: bool = False
    keeper: int = 0  # the ATS's id of who has to keep it
    moved: bool = False


@dataclass
class Requisition:
    """A requisition of the year as its people know it."""

    number: int
    ats_id: int
    manager: int
    opened_at: datetime
    open: bool = True
    shown: int = 0  # shortlists its managers were told of
    decided: int = 0
    states: list[tuple[datetime, bool]] = field(default_factory=list)  # when it was opened and closed

    def set_open(self, at: datetime, is_open: bool) -> None:
        self.open = is_open
        self.states.append((at, is_open))

    def open_at(self, moment: datetime) -> bool:
        """Whether it was open at a moment, or a breath before: the news of a closing has to cross first."""
        return any(self._stood(at) for at in (moment, moment - NEWS))

    def _stood(self, moment: datetime) -> bool:
        return next((is_open for at, is_open in reversed(self.states) if at <= moment), False)


@dataclass
class Truth:
    """Everything that happened so far."""

    requisitions: dict[int, Requisition] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)  # by Message-ID
    answers: dict[str, Answer] = field(default_factory=dict)  # by Message-ID
    yeses: dict[int, Yes] = field(default_factory=dict)  # by scout id
    opted_out: dict[str, datetime] = field(default_factory=dict)  # address → when we had read it
    dead: dict[str, datetime] = field(default_factory=dict)  # address → when its bounce was read
    counts: Counter[str] = field(default_factory=Counter)
