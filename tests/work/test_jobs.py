"""Owed work: claimed once, fenced, backed off, parked; the same on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plugin.clock import SettableClock
from plugin.database import Database
from plugin.rows import Employer, Job
from plugin.work import jobs


def owe_one(database: Database, employer: Employer, dedupe: str = "1", **how: object) -> int | None:
    with database.writing() as session:
        return jobs.owe(session, "read_delivery", dedupe, employer_id=employer.key, **how)  # type: ignore[arg-type]


def claim_one(database: Database, **how: object) -> jobs.Claim | None:
    with database.writing() as session:
        return jobs.claim(session, lease_seconds=60, **how)  # type: ignore[arg-type]


def test_the_same_job_is_owed_once(database: Database, employer: Employer) -> None:
    assert owe_one(database, employer) is not None
    assert owe_one(database, employer) is None


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(
    database: Database, employer: Employer, clock: SettableClock
) -> None:
    owe_one(database, employer)
    first = claim_one(database)
    assert first is not None
    assert claim_one(database) is None
    clock.move(timedelta(seconds=61))
    second = claim_one(database)
    assert second is not None and second.id == first.id and second.attempts == first.attempts + 1


def test_a_worker_whose_lease_ended_cannot_finish(database: Database, employer: Employer, clock: SettableClock) -> None:
    owe_one(database, employer)
    first = claim_one(database)
    clock.move(timedelta(seconds=61))
    second = claim_one(database)
    assert first is not None and second is not None
    with pytest.raises(jobs.LostLease), database.writing() as session:
        jobs.finish(session, first)
    with database.writing() as session:
        jobs.finish(session, second)
    with database.reading() as session:
        assert session.get_one(Job, first.id).state == "done"
