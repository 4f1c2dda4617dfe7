"""A small year, lived through once: every rule holds, and every rule's judge can tell when it doesn't.

Real SMTP, a real IMAP server, an ATS that loses webhooks, a worker that is killed. `make year` lives through the whole
one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from plugin.rows import Job, Promise
from plugin.year import calendar
from plugin.year.simulation import Size, Year, open_year
from plugin.year.verdicts import Court, right_end

pytestmark = pytest.mark.dovecot

SMALL = Size(
    seed=3, requisitions=5, people=300, days=50, managers=4, kills=6, restarts=1, opening_days=4, eagerness=2.0
)


def test_a_small_year_holds_and_its_judges_see_lies(tmp_path: Path) -> None:
    """One test: a year takes most of a minute, and tests that shared it might be run apart."""
    with open_year(tmp_path, SMALL) as year:
        year.run()
        verdicts = Court(year).sit()
        assert {verdict.rule: verdict.wrong for verdict in verdicts if verdict.wrong} == {}
        assert {verdict.rule for verdict in verdicts} == {rule for _, rule in LIES}, "every rule can be broken"
        assert_much_happened(year)
        for lie, rule in LIES:
            with lie(year):
                assert [verdict.wrong for verdict in Court(year).sit(only=rule)] != [()], lie.__name__
        assert Court(year).sit(only="the ledger verifies")[0].wrong == (), "every lie was taken back"


def assert_much_happened(year: Year) -> None:
    """The year had in it what its rules are about."""
    counts, killer = year.truth.counts, year.town.killer
    assert counts["requisitions"] == SMALL.requisitions
    assert counts["letters"] > 20
    assert any(yes.promised for yes in year.truth.yeses.values())
    assert counts["meetings held"]
    assert counts["mails in: opt_out"]
    assert sum(killer.by.values()) == year.town.hands.deaths >= SMALL.kills // 2
    assert year.town.hands.starts > SMALL.kills // 2


# Lies: each changes what one rule is asked about, and takes the change back.


@contextmanager
def _twice(year: Year) -> Iterator[None]:
    mail = year.town.mails(0)[0]
    year.town.postbox.store.keep(mail.sender, mail.recipient, mail.raw)
    yield
    year.town.postbox.store.drop(year.town.mails(0)[-1].id)


@contextmanager
def _a_yes_nobody_entered(year: Year) -> Iterator[None]:
    yes = next(iter(year.truth.yeses.values()))
    year.truth.yeses[10**6] = yes
    yield
    del year.truth.yeses[10**6]


@contextmanager
def _an_entry_without_a_yes(year: Year) -> Iterator[None]:
    scout_id, yes = next(iter(year.truth.yeses.items()))
    del year.truth.yeses[scout_id]
    yield
    year.truth.yeses[scout_id] = yes


@contextmanager
def _read_twice(year: Year) -> Iterator[None]:
    answer = next(iter(year.truth.answers.values()))
    answer.read = 2
    yield
    answer.read = 1


@contextmanager
def _a_second_application(year: Year) -> Iterator[None]:
    store = year.town.sandbox.store
    row = store.rows("applications")[0]
    made = store.add("applications", candidate_id=row["candidate_id"], job_id=row["job_id"])
    yield
    store.remove("applications", id=made["id"])


@contextmanager
def _never_arrived(year: Year) -> Iterator[None]:
    taken = year.town.mail_server.taken
    message_id = next(id for id, times in taken.items() if times)
    times = taken.pop(message_id)
    yield
    taken[message_id] = times


@contextmanager
def _another_due_date(year: Year) -> Iterator[None]:
    yes = next(yes for yes in year.truth.yeses.values() if yes.promised)
    assert yes.due is not None
    yes.due += timedelta(days=1)
    yield
    yes.due -= timedelta(days=1)


@contextmanager
def _a_meeting_that_was_none(year: Year) -> Iterator[None]:
    yes = next(yes for yes in year.truth.yeses.values() if yes.promised and right_end(yes) == "kept")
    meetings, yes.meetings = yes.meetings, []
    yield
    yes.meetings = meetings


@contextmanager
def _had_opted_out(year: Year) -> Iterator[None]:
    letter = next(iter(year.truth.letters.values()))
    year.truth.opted_out[letter.address] = letter.kept.received_at - timedelta(minutes=1)
    yield
    del year.truth.opted_out[letter.address]


@contextmanager
def _nobody_decided(year: Year) -> Iterator[None]:
    decisions, year.managers.decisions = year.managers.decisions, {}
    yield
    year.managers.decisions = decisions


@contextmanager
def _twice_within_a_month(year: Year) -> Iterator[None]:
    letter = next(iter(year.truth.letters.values()))
    kept = replace(letter.kept, received_at=letter.kept.received_at + timedelta(days=7))
    year.truth.letters["again"] = replace(letter, kept=kept, requisition=0)
    yield
    del year.truth.letters["again"]


@contextmanager
def _at_night(year: Year) -> Iterator[None]:
    letter = next(iter(year.truth.letters.values()))
    kept = letter.kept
    letter.kept = replace(kept, received_at=calendar.at(calendar.day_of(kept.received_at), 3))
    yield
    letter.kept = kept


@contextmanager
def _work_set_aside(year: Year) -> Iterator[None]:
    with year.town.work.writing() as session:
        job = session.exec(select(Job).where(col(Job.state) == "done").order_by(col(Job.id).desc()).limit(1)).one()
        job.state, job.error = "parked", "set aside for a lie"
        session.add(job)
    yield
    with year.town.work.writing() as session:
        session.merge(job).state = "done"


@contextmanager
def _a_row_changed_behind_the_ledger(year: Year) -> Iterator[None]:
    def move(by: timedelta) -> None:
        with year.town.work.writing() as session:
            promise = session.exec(select(Promise).order_by(col(Promise.id)).limit(1)).one()
            promise.due_date += by
            session.add(promise)

    move(timedelta(days=1))
    yield
    move(timedelta(days=-1))


LIES: tuple[tuple[Callable[[Year], AbstractContextManager[None]], str], ...] = (
    (_twice, "no Message-ID twice at the mail server"),
    (_a_yes_nobody_entered, "no yes lost, none doubled, none invented"),
    (_an_entry_without_a_yes, "no yes lost, none doubled, none invented"),
    (_read_twice, "every answer was read once"),
    (_a_second_application, "in the ATS one candidate, one application, one note each"),
    (_never_arrived, "what nobody knows is bounded, and rows agree with the mail server"),
    (_another_due_date, "every promise has its date and came to its right end"),
    (_a_meeting_that_was_none, "every promise has its date and came to its right end"),
    (_had_opted_out, "no mail after an opt-out or a dead address"),
    (_nobody_decided, "no promise in a letter outside a commitment in force"),
    (_twice_within_a_month, "caps, one letter a requisition and person, thirty days between"),
    (_at_night, "no letter at night, on weekends, holidays, closures; never faster than the pace"),
    (_work_set_aside, "no work is left over or was set aside"),
    (_a_row_changed_behind_the_ledger, "the ledger verifies"),
)
