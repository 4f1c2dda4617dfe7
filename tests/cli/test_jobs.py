"""`jobs` and `replay`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from plugin.rows import Connection, Employer
from plugin.settings import load
from plugin.work import jobs
from plugin.work.context import Work
from plugin.work.deliveries import accept
from plugin.work.jobs import Claim, Park
from plugin.work.runtime import build_work
from plugin.work.worker import Worker


@pytest.fixture
def here(installation: object) -> Iterator[Work]:
    work = build_work(load())
    yield work
    work.close()


@pytest.fixture
def connected(
    here: Work, new_employer: Callable[..., Employer], new_connection: Callable[..., Connection]
) -> Connection:
    return new_connection(here.database, here.vault, new_employer(here.database))


def test_a_parked_job_is_listed_with_the_vendors_words_and_owed_again(
    kakuyaku: Callable[..., Any], here: Work, connected: Connection
) -> None:
    with here.writing() as session:
        key = jobs.owe(session, "read_requisition", "1", employer_id=connected.employer_id, connection_id=connected.key)

    def refuse(work: Work, claim: Claim) -> None:
        raise Park("Harvest: no such job")

    Worker(here, {"read_requisition": refuse}).run_due()
    listed = kakuyaku("jobs", "list")
    assert listed.code == 0 and "parked" in listed.out and "Harvest: no such job" in listed.out
    assert json.loads(kakuyaku("jobs", "list", "--json").out)[0]["id"] == key
    assert kakuyaku("jobs", "retry", key).out == "1 owed again\n"
    assert "owed" in kakuyaku("jobs", "list").out
    assert kakuyaku("jobs", "retry", key).code == 2
    assert kakuyaku("jobs", "retry", "--all").out == "0 owed again\n"


def test_nothing_owed_says_so(kakuyaku: Callable[..., Any]) -> None:
    assert kakuyaku("jobs", "list").out == "nothing is owed\n"


def test_replay_owes_a_delivery_again(kakuyaku: Callable[..., Any], here: Work, connected: Connection) -> None:
    with here.writing() as session:
        made = accept(session, here.vault, connection=connected, door="webhook", headers={}, body=b"{}")
    assert made is not None
    Worker(here, {"read_delivery": lambda work, claim: None}).run_due()
    assert kakuyaku("replay", made.key).code == 0
    assert [job["state"] for job in json.loads(kakuyaku("jobs", "list", "--json").out)] == ["owed"]
