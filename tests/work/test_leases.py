"""Leases and limits: one writer at a time, and nobody calls before the vendor said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plugin.clock import SettableClock
from plugin.rows import Connection, Employer
from plugin.work import rates
from plugin.work.context import Work
from plugin.work.jobs import NotYet
from plugin.work.leases import held


def test_a_held_name_is_nobody_elses(work: Work, employer: Employer, clock: SettableClock) -> None:
    with (
        held(work, employer.key, "person:1", 60),
        pytest.raises(NotYet) as refused,
        held(work, employer.key, "person:1", 60),
    ):
        pass
    assert clock.now() < refused.value.until + timedelta(seconds=1)
    with held(work, employer.key, "person:1", 60):
        pass


def test_another_name_or_employer_is_free(work: Work, employer: Employer, second_employer: Employer) -> None:
    with (
        held(work, employer.key, "person:1", 60),
        held(work, employer.key, "person:2", 60),
        held(work, second_employer.key, "person:1", 60),
    ):
        pass


def test_it_is_given_back_after_a_failure(work: Work, employer: Employer) -> None:
    with pytest.raises(KeyError), held(work, employer.key, "person:1", 60):
        raise KeyError
    with held(work, employer.key, "person:1", 60):
        pass


def test_the_lease_of_the_dead_ends_and_they_cannot_give_back_anothers(
    work: Work, employer: Employer, clock: SettableClock
) -> None:
    dead = held(work, employer.key, "person:1", 60)
    dead.__enter__()
    clock.move(timedelta(seconds=61))
    with held(work, employer.key, "person:1", 60):
        dead.__exit__(None, None, None)
        with pytest.raises(NotYet), held(work, employer.key, "person:1", 60):
            pass


def test_turns_under_a_limit(work: Work, connection: Connection, clock: SettableClock) -> None:
    def ask() -> object:
        with work.writing() as session:
            return rates.may_call(session, connection, "letters", timedelta(seconds=2))

    assert ask() is None
    assert ask() is not None
    clock.move(timedelta(seconds=2))
    assert ask() is None


def test_a_shorter_word_does_not_shorten_a_longer_one(work: Work, connection: Connection, clock: SettableClock) -> None:
    for seconds in (30, 5):
        with work.writing() as session:
            until = clock.now() + timedelta(seconds=seconds)
            rates.hold_off(session, connection.employer_id, connection.key, until)
    clock.move(timedelta(seconds=20))
    with work.reading() as session:
        assert rates.held_off_until(session, connection.key) is not None
    clock.move(timedelta(seconds=11))
    with work.reading() as session:
        assert rates.held_off_until(session, connection.key) is None
