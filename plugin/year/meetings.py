"""Meetings: put into the ATS by the recruiter, held, moved, cancelled, or attended by one side only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from plugin.demo.sandbox_client import SandboxRefused
from plugin.pipeline import ledger
from plugin.rows import Entry, Promise, Staff
from plugin.year import calendar
from plugin.year.truth import Meeting, Yes

if TYPE_CHECKING:
    from plugin.year.simulation import Year


def somebody(session: Session, connection_id: int) -> str:
    """Who signs for what a recruiter does: the first colleague there is."""
    staff = session.exec(select(Staff).where(col(Staff.connection_id) == connection_id).order_by(col(Staff.id))).first()
    return f"staff:{staff.key}" if staff is not None else "staff:1"


class Meetings:
    """All of them, and for whom one was thought about."""

    def __init__(self, year: Year) -> None:
        self._year = year
        self._arranged: set[int] = set()  # scouts

    def arrange(self) -> None:
        """Put a meeting into the ATS for whoever stands there with a promise."""
        year, work = self._year, self._year.town.work
        with work.reading() as session:
            rows = session.exec(
                select(Entry, Promise, Staff)
                .join(Promise, col(Promise.entry_id) == col(Entry.id))
                .join(Staff, col(Promise.manager_id) == col(Staff.id))
                .where(col(Entry.state) == "entered", col(Promise.state).in_(ledger.OPEN))
            ).all()
        for entry, promise, staff in rows:
            yes = year.truth.yeses.get(entry.scout_id)
            if entry.scout_id in self._arranged or yes is None:
                continue
            self._arranged.add(entry.scout_id)
            yes.keeper = yes.keeper or int(staff.ats_id)
            self._choose(yes, int(entry.ats_application_id), promise.key)

    def _choose(self, yes: Yes, application: int, promise_id: int) -> None:
        year, dice = self._year, self._year.dice("meeting", yes.letter.address, yes.letter.requisition)
        today = calendar.day_of(year.now)
        assert yes.due is not None
        throw = dice.random()
        if throw < 0.06:
            year.truth.counts["meetings never arranged"] += 1
            return
        if throw < 0.11:
            day = calendar.after(yes.due, dice.randint(1, 3))  # too late, and nobody asked the candidate
        elif throw < 0.15 and today < yes.due:
            day = calendar.after(yes.due, dice.randint(1, 5))
            self._candidate_chose(yes, promise_id, day)
        else:
            day = min(calendar.after(today, dice.randint(1, max(1, yes.letter.days))), yes.due)
            if day <= today:
                day = calendar.after(today, 1)
        self._put(yes, application, day)

    def _candidate_chose(self, yes: Yes, promise_id: int, day: date) -> None:
        year, work = self._year, self._year.town.work
        assert yes.due is not None
        with work.writing() as session:
            promise = session.get_one(Promise, promise_id)
            offered = calendar.at(yes.due, 11, 0)
            if not promise.received_at <= offered <= promise.due_at:
                return
            ledger.choose_later(
                session,
                work.vault,
                promise,
                to=day,
                offered=[offered],
                because="出張のため",
                by=somebody(session, self._year.town.connection.key),
            )
        yes.due, yes.moved = day, True
        year.truth.counts["later days chosen by the candidate"] += 1

    def _put(self, yes: Yes, application: int, day: date, again: bool = False) -> None:
        year = self._year
        dice = year.dice("slot", yes.letter.address, yes.letter.requisition, again)
        starts = calendar.at(day, dice.choice((10, 11, 13, 14, 16, 17)), dice.choice((0, 30)))
        try:
            made = year.town.ats(
                "POST",
                f"/sandbox/applications/{application}/interviews",
                {"starts_at": starts.isoformat(), "interviewer_ids": [yes.keeper], "name": "面接"},
            )
        except SandboxRefused:
            year.truth.counts["meetings the ATS refused"] += 1
            return
        meeting = Meeting(int(made["id"]), starts, yes.keeper)
        yes.meetings.append(meeting)
        year.truth.counts["meetings arranged"] += 1
        throw = dice.random()
        if throw < 0.05:
            # The manager cancels the day before, or that morning; half are arranged anew.
            at = max(year.now + timedelta(minutes=5), starts - timedelta(hours=dice.choice((2, 20))))
            if at < starts:
                year.agenda.add(at, lambda: self._cancel(yes, meeting, application, "cancelled by the manager"))
                return
        if throw < 0.10:
            who = "manager" if throw < 0.075 else "candidate"
            year.agenda.add(
                starts + timedelta(minutes=4),
                lambda: self._cancel(yes, meeting, application, f"no-shows of the {who}"),
            )
            return
        year.agenda.add(starts + timedelta(minutes=55), lambda: self._complete(meeting))

    def _cancel(self, yes: Yes, meeting: Meeting, application: int, what: str) -> None:
        year = self._year
        if meeting.taken_off_at is not None:
            return  # the candidate withdrew meanwhile
        year.town.ats("DELETE", f"/sandbox/interviews/{meeting.id}")
        meeting.taken_off_at = year.now
        year.truth.counts[what] += 1
        dice = year.dice("again", yes.letter.address, yes.letter.requisition, len(yes.meetings))
        if dice.random() < 0.5 and not yes.waived:
            day = calendar.after(calendar.day_of(year.now), 1)
            self._put(yes, application, day, again=True)

    def _complete(self, meeting: Meeting) -> None:
        year = self._year
        if meeting.taken_off_at is not None:
            return
        year.town.ats("PATCH", f"/sandbox/interviews/{meeting.id}", {"status": "complete"})
        year.truth.counts["meetings held"] += 1
