"""The recruiter at the desk, twice a business day: releases, decides what the rules could not, arranges meetings, closes.

What only a person can know (whether a mail from elsewhere is really theirs, whether a mail arrived) the recruiter asks
the truth, as a real one would pick up the telephone.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from plugin.pipeline import ledger
from plugin.pipeline.entries import decide_duplicate
from plugin.pipeline.holding import close_entry
from plugin.rows import Batch, Delivery, Entry, Mail, Promise, Reply, Scout, Staff, Task
from plugin.rows import Requisition as RequisitionRow
from plugin.scouting.batches import CannotRelease, recall, release
from plugin.scouting.mime import parse
from plugin.scouting.replies import decide_reply
from plugin.scouting.settling import settle_unknown
from plugin.tasks import close_task
from plugin.work.deliveries import open_delivery
from plugin.year.meetings import Meetings, somebody
from plugin.year.truth import Yes

if TYPE_CHECKING:
    from plugin.year.simulation import Year

MEANS = {
    "yes": "interested",
    "no": "declined",
    "later": "later",
    "question": "question",
    "opt_out": "opt_out",
    "withdraw": "withdraw",
}


class Recruiters:
    """Their desk, and what they remember between two sittings."""

    def __init__(self, year: Year) -> None:
        self._year = year
        self._meetings = Meetings(year)
        self._released: Counter[int] = Counter()  # batch → how often it was looked at
        self._left: set[int] = set()  # replies nobody can say anything about

    def sit_down(self) -> None:
        """Go through everything that waits for a person."""
        self._year.managers.look_at_all()
        self._settle_unknown()
        self._release()
        self._decide_replies()
        self._year.town.settle()
        self._decide_entries()
        self._year.town.settle()
        self._follow_up()
        self._meetings.arrange()
        self._name_causes()

    def _by(self, session: Session) -> str:
        return somebody(session, self._year.town.connection.key)

    # Letters.

    def _release(self) -> None:
        year, work = self._year, self._year.town.work
        with work.reading() as session:
            waiting = session.exec(select(Batch.id).where(col(Batch.state).in_(("drafted", "recalled")))).all()
        for batch_id in filter(None, waiting):
            self._released[batch_id] += 1
            dice = year.dice("release", batch_id, self._released[batch_id])
            try:
                with work.writing() as session:
                    release(session, session.get_one(Batch, batch_id), self._by(session))
                year.truth.counts["batches released"] += 1
            except CannotRelease:
                continue  # closed, overtaken: it waits or was stopped
            if dice.random() < 0.04:
                with work.writing() as session:
                    recall(session, session.get_one(Batch, batch_id), self._by(session))
                year.truth.counts["batches recalled"] += 1

    def _settle_unknown(self) -> None:
        """Ask the mail server's log about mails nobody knows of."""
        year, work = self._year, self._year.town.work
        with work.reading() as session:
            tasks = session.exec(select(Task).where(col(Task.kind) == "unknown_mail", col(Task.state) == "open")).all()
        for task in tasks:
            with work.writing() as session:
                mail = session.get(Mail, task.subject_id)
                if mail is None or mail.state != "unknown":
                    continue
                # Half the time nobody looks: a letter may stay unknown for good.
                if mail.kind == "scout" and year.dice("unknown", task.key).random() < 0.5:
                    continue
                arrived = year.town.mail_server.taken[mail.message_id] > 0
                settle_unknown(session, mail, delivered=arrived, by=self._by(session))
                year.truth.counts["unknown mails settled by the recruiter"] += 1

    # Replies.

    def _decide_replies(self) -> None:
        year, work = self._year, self._year.town.work
        with work.reading() as session:
            waiting = session.exec(select(Reply.id).where(col(Reply.state) == "triage")).all()
        for reply_id in waiting:
            if reply_id in self._left:
                continue
            with work.reading() as session:
                reply = session.get_one(Reply, reply_id)
                delivery = session.get(Delivery, reply.delivery_id) if reply.delivery_id is not None else None
            if delivery is None:
                continue
            message_id = str(parse(open_delivery(work.vault, delivery)[1]).header("message-id")).strip()
            sent = year.truth.answers.get(message_id)
            meant = (sent.meant or sent.kind) if sent is not None else ""
            if sent is None or meant not in MEANS:
                self._left.add(reply.key)  # not theirs, and nothing to be done about it
                year.truth.counts["replies nobody answers for"] += 1
                continue
            with work.writing() as session:
                scout = session.get_one(Scout, sent.letter.scout_id)
                waits = session.get_one(Reply, reply_id)
                decide_reply(
                    session,
                    work.vault,
                    waits,
                    MEANS[meant],
                    self._by(session),
                    scout=scout if waits.scout_id != scout.key else None,
                )
            year.truth.counts[f"replies decided by the recruiter: {meant}"] += 1
            if meant == "yes":
                year.candidates.said_yes(sent.letter, sent.received_at)
            if meant == "opt_out":
                year.truth.opted_out.setdefault(sent.letter.address, year.now)

    # Entries.

    def _decide_entries(self) -> None:
        """Somebody like this is in the ATS already: is it them? The recruiter looks at the addresses."""
        year, work = self._year, self._year.town.work
        with work.reading() as session:
            waiting = session.exec(select(Entry).where(col(Entry.state) == "deciding")).all()
        for entry in waiting:
            yes = year.truth.yeses.get(entry.scout_id)
            with work.writing() as session:
                held = session.get_one(Entry, entry.key)
                decide_duplicate(session, held, by=self._by(session), candidate_id=self._same_person(yes))
            year.truth.counts[f"entries decided by the recruiter: {entry.because}"] += 1

    def _same_person(self, yes: Yes | None) -> str:
        if yes is None:
            return ""
        for row in self._year.town.sandbox.store.rows("candidates"):
            if any(one["value"].lower() == yes.letter.address for one in row["email_addresses"]):
                return str(row["id"])
        return ""

    def _follow_up(self) -> None:
        """Withdrawals, managers who left, and held entries whose requisition will not open again."""
        work = self._year.town.work
        with work.reading() as session:
            tasks = session.exec(
                select(Task).where(
                    col(Task.kind).in_(("withdraw", "succession", "holding_closed")), col(Task.state) == "open"
                )
            ).all()
        for task in tasks:
            if task.kind == "withdraw":
                self._waive(task)
            elif task.kind == "succession":
                self._succeed(task)
            else:
                self._close_held(task)

    def _waive(self, task: Task) -> None:
        year, work = self._year, self._year.town.work
        waived: int | None = None
        with work.writing() as session:
            reply = session.get_one(Reply, task.subject_id)
            promise = session.exec(select(Promise).where(col(Promise.scout_id) == reply.scout_id)).first()
            if promise is not None and promise.state in ledger.OPEN:
                ledger.waive(session, work.vault, promise, by=self._by(session), because="本人より辞退の連絡")
                waived = promise.scout_id
            close_task(session, task.employer_id, task.kind, _name(task), by=self._by(session))
        if waived is not None:
            yes = year.truth.yeses[waived]
            yes.waived = True
            year.truth.counts["promises waived by the candidate"] += 1
            for meeting in yes.meetings:
                if meeting.taken_off_at is None and meeting.starts_at > year.now:
                    year.town.ats("DELETE", f"/sandbox/interviews/{meeting.id}")
                    meeting.taken_off_at = year.now

    def _succeed(self, task: Task) -> None:
        year, work = self._year, self._year.town.work
        with work.writing() as session:
            promise = session.get_one(Promise, task.subject_id)
            if promise.state not in ledger.OPEN:
                return
            requisition = session.get_one(RequisitionRow, promise.requisition_id)
            staff = session.get(Staff, requisition.manager_id) if requisition.manager_id is not None else None
            if staff is None or not staff.active:
                return
            ledger.name_successor(session, promise, staff, by=self._by(session))
            yes = year.truth.yeses[promise.scout_id]
            yes.keeper = int(staff.ats_id)
            year.truth.counts["successors named"] += 1

    def _close_held(self, task: Task) -> None:
        """Nobody is kept waiting on a requisition that stays closed: after two weeks the person is told, and closed."""
        year, work = self._year, self._year.town.work
        if task.created_at + timedelta(days=21) > year.now:
            return
        with work.writing() as session:
            entry = session.get_one(Entry, task.subject_id)
            promise = session.exec(select(Promise).where(col(Promise.scout_id) == entry.scout_id)).first()
            if entry.state == "holding" and (promise is None or promise.state not in ledger.OPEN):
                close_entry(session, entry, by=self._by(session), because="募集終了を本人に連絡済み")
                year.truth.counts["held entries closed by the recruiter"] += 1

    def _name_causes(self) -> None:
        year, work = self._year, self._year.town.work
        with work.reading() as session:
            broken = session.exec(
                select(Promise.id).where(col(Promise.state) == "broken", col(Promise.cause) == "")
            ).all()
        for promise_id in broken:
            dice = year.dice("cause", promise_id)
            with work.writing() as session:
                promise = session.get_one(Promise, promise_id)
                cause = dice.choice(("manager", "manager", "recruiter", "candidate"))
                ledger.state_cause(session, promise, cause=cause, by=self._by(session))


def _name(task: Task) -> str:
    return task.name.partition(":")[2] if task.name.startswith(f"{task.kind}:") else task.name
