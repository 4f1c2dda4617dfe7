"""Owed work: claimed once, fenced, backed off, parked; the same on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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


def test_the_most_urgent_lane_comes_first_then_the_longest_due(
    database: Database, employer: Employer, clock: SettableClock
) -> None:
    for number, (lane, minutes) in enumerate([(2, 9), (1, 1), (1, 5), (0, 1), (1, -5), (0, -5)]):
        owe_one(database, employer, str(number), lane=lane, due=clock.now() - timedelta(minutes=minutes))
    order = []
    while (claim := claim_one(database)) is not None:
        order.append(claim.id)
    with database.reading() as session:
        assert [session.get_one(Job, key).dedupe for key in order] == [f"read_delivery:{n}" for n in (3, 2, 1, 0)]


def test_kinds_and_lanes_can_be_left_to_others(database: Database, employer: Employer) -> None:
    owe_one(database, employer, lane=jobs.BULK)
    assert claim_one(database, up_to_lane=jobs.NORMAL) is None
    assert claim_one(database, but_not=("read_delivery", "send_mail")) is None
    assert claim_one(database, kinds=("send_mail",)) is None
    assert claim_one(database, kinds=("send_mail", "read_delivery")) is not None


def test_many_claim_at_once_and_each_job_is_one_workers(database: Database, employer: Employer) -> None:
    for number in range(40):
        owe_one(database, employer, str(number))

    def take(_: int) -> list[int]:
        mine = []
        while (claim := claim_one(database)) is not None:
            mine.append(claim.id)
        return mine

    with ThreadPoolExecutor(6) as pool:
        taken = [key for mine in pool.map(take, range(6)) for key in mine]
    assert len(taken) == len(set(taken)) == 40


def test_back_off_doubles_up_to_half_an_hour_and_heeds_the_vendor() -> None:
    seconds = [jobs.back_off(n).total_seconds() for n in range(12)]
    assert seconds[:4] == [5, 10, 20, 40] and seconds[-1] == 1800 and seconds == sorted(seconds)
    assert jobs.back_off(0, retry_after=90).total_seconds() == 90
    assert jobs.back_off(11, retry_after=1).total_seconds() == 1800


def test_a_job_that_ends_its_process_counts_as_failed(
    database: Database, employer: Employer, clock: SettableClock
) -> None:
    owe_one(database, employer)
    for deaths in range(3):
        claim = claim_one(database)
        assert claim is not None and claim.failures == deaths
        clock.move(timedelta(seconds=61))
    last = claim_one(database)
    assert last is not None
    with database.writing() as session:
        jobs.put_back(session, last, due=clock.now())
    again = claim_one(database)
    assert again is not None and again.failures == 3, "what is put back counts as no death"
