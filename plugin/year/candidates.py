"""Candidates: each decides by dice of their own whether, when and how to answer a letter, and some mail programs do too."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from random import Random
from typing import TYPE_CHECKING

from sqlmodel import func, select

from plugin.rows import Reply
from plugin.year import calendar
from plugin.year.answers import STRANGER, answer, out_of_office, returned, text_of
from plugin.year.mail_server import fate_of
from plugin.year.truth import Answer, Letter, Yes

if TYPE_CHECKING:
    from plugin.year.simulation import Year

SHARES: tuple[tuple[str, float], ...] = (
    ("yes", 0.12),
    ("no", 0.07),
    ("later", 0.02),
    ("question", 0.03),
    ("opt_out", 0.03),
    ("away", 0.04),
    ("forged", 0.01),
)
"""What comes back for a letter, if anything."""

YES_WAYS: tuple[tuple[str, float], ...] = (
    ("plain", 0.66),
    ("twice", 0.12),  # the same mail comes twice: one Message-ID
    ("again", 0.06),  # a second yes a day later
    ("elsewhere", 0.07),  # from another address, by References alone
    ("late", 0.05),  # after the reply deadline
    ("no first", 0.04),  # had said no the day before
)


LOOKS = 3
"""Looks into the mailbox until a mail must have been seen: who died over one leaves the next two nothing to do for a while."""


class Candidates:
    """Everybody who gets a letter."""

    def __init__(self, year: Year) -> None:
        self._year = year
        self._written = 0

    def receive(self, letter: Letter) -> None:
        """A letter arrives in somebody's mailbox: plan what they will do."""
        year = self._year
        if fate_of(letter.address, year.size.seed) == "bounces":
            at = letter.kept.received_at + timedelta(minutes=3)
            year.agenda.add(self._soonest(at), lambda: self._bounce(letter))
            return
        dice = year.dice("candidate", letter.address, letter.requisition)
        kind = _which(SHARES, dice.random() / year.size.eagerness)
        if not kind:
            return
        first = self._soonest(letter.kept.received_at + _delay(dice))
        if kind == "yes":
            self._plan_yes(letter, dice, first)
        elif kind == "away":
            year.agenda.add(self._soonest(letter.kept.received_at + timedelta(minutes=1)), lambda: self._away(letter))
            if dice.random() < 0.3:
                self._plan_yes(letter, dice, first)
        elif kind == "question":
            year.agenda.add(first, lambda: self._send(letter, "question"))
            if dice.random() < 0.4:
                self._plan_yes(letter, dice, first + timedelta(days=1))
        elif kind == "forged":
            year.agenda.add(first, lambda: self._forge(letter))
        else:
            year.agenda.add(first, lambda: self._send(letter, kind))

    def _plan_yes(self, letter: Letter, dice: Random, first: datetime) -> None:
        add, way = self._year.agenda.add, _which(YES_WAYS, dice.random())
        if way == "late" and letter.deadline is not None:
            day = letter.deadline + timedelta(days=dice.randint(1, 6))
            first = self._soonest(calendar.at(day, dice.randint(0, 23), dice.randint(1, 58)))
        if way == "no first":
            add(first, lambda: self._send(letter, "no"))
            first += timedelta(days=1)
        add(first, lambda: self._yes(letter, way))
        if way == "again":
            add(first + timedelta(days=1), lambda: self._send(letter, "yes"))
        if dice.random() < 0.06:
            add(first + timedelta(days=2), lambda: self._send(letter, "withdraw"))

    # What they write.

    def _yes(self, letter: Letter, way: str) -> None:
        if way == "elsewhere":
            self._send(letter, "yes", sender="private." + letter.address, by_token=False, counts="person", meant="yes")
        else:
            self._send(letter, "yes", times=2 if way == "twice" else 1)

    def _forge(self, letter: Letter) -> None:
        """Somebody else says yes to this letter: they know what it was, not whose address it went to."""
        self._send(letter, "yes", sender=STRANGER, by_token=False, counts="person", meant="nothing")

    def _away(self, letter: Letter) -> None:
        year = self._year
        text = text_of("away", letter.language, year.dice("away", letter.address, letter.requisition))
        self._post(letter, "away", out_of_office(letter.kept, text, self._id(letter)), 1, "", "")

    def _bounce(self, letter: Letter) -> None:
        year = self._year
        self._post(letter, "bounce", returned(letter.kept, self._id(letter), year.now), 1, "", "")
        year.truth.dead.setdefault(letter.address, year.now)

    def _send(
        self,
        letter: Letter,
        kind: str,
        *,
        sender: str = "",
        by_token: bool = True,
        times: int = 1,
        counts: str = "",
        meant: str = "",
    ) -> None:
        year = self._year
        text = text_of(kind, letter.language, year.dice("text", letter.address, letter.requisition, kind))
        to = "" if by_token else str(letter.kept.message["From"])
        mail = answer(letter.kept, text, sender=sender, to=to, message_id=self._id(letter))
        self._post(letter, kind, mail, times, counts or ("yes" if kind == "yes" else ""), meant)

    def _post(self, letter: Letter, kind: str, mail: EmailMessage, times: int, counts: str, meant: str) -> None:
        """Let a mail arrive (now and then twice), and have it read."""
        year = self._year
        message_id = str(mail["Message-ID"]).strip()
        raw = mail.as_bytes()
        before = self._replies()
        received = year.town.receive(raw)
        sent = year.truth.answers[message_id] = Answer(message_id, kind, letter, received, counts=counts, meant=meant)
        year.truth.counts[f"mails in: {kind}" + (" from elsewhere" if counts == "person" else "")] += 1
        for _ in range(LOOKS):
            year.town.look_into_mailbox()
            if self._replies() > before:
                break
        for _ in range(times - 1):
            year.town.receive(raw)
            year.truth.counts["mails in: the same again"] += 1
            year.town.look_into_mailbox()
        sent.read = self._replies() - before
        if kind == "opt_out":
            year.truth.opted_out.setdefault(letter.address, year.now)
        if counts == "yes":
            self.said_yes(letter, received)

    def _replies(self) -> int:
        with self._year.town.work.reading() as session:
            return session.exec(select(func.count()).select_from(Reply)).one()

    def said_yes(self, letter: Letter, received: datetime) -> Yes:
        """Write a yes down; the first of a letter makes the promise, if it came in time."""
        truth = self._year.truth
        found = truth.yeses.get(letter.scout_id)
        in_time = letter.committed and letter.deadline is not None and calendar.day_of(received) <= letter.deadline
        if found is None:
            found = truth.yeses[letter.scout_id] = Yes(letter, received, in_time)
        elif in_time and not found.promised:
            found.promised, found.received_at = True, received
        if found.promised and found.due is None:
            found.due = calendar.after(calendar.day_of(found.received_at), letter.days)
        return found

    def _id(self, letter: Letter) -> str:
        self._written += 1
        return f"<year.{self._year.size.seed}.{self._written}@mail.example.net>"

    def _soonest(self, moment: datetime) -> datetime:
        return max(moment, self._year.now + timedelta(seconds=30))


def _delay(dice: Random) -> timedelta:
    """How long people take: a fifth answers within hours, most within days, some take two weeks; at any hour."""
    throw = dice.random()
    if throw < 0.2:
        return timedelta(minutes=dice.randint(5, 360))
    if throw < 0.8:
        return timedelta(minutes=dice.randint(360, 6 * 1440))
    return timedelta(minutes=dice.randint(6 * 1440, 14 * 1440))


def _which(shares: tuple[tuple[str, float], ...], throw: float) -> str:
    """The one a throw falls on; "" beyond them all."""
    for name, share in shares:
        if throw < share:
            return name
        throw -= share
    return ""
