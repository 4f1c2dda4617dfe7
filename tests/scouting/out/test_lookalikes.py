"""People who may be one: found by telephone, name and employer, in the store and in the ATS; a person decides."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from connectors.records import Candidate
from plugin.identity import Identity
from plugin.rows import Batch, Commitment, Lookalike, Profile, Task
from plugin.scouting.lookalikes import TASK, decide


def person(name: str, **changes: str) -> Identity:
    return Identity(**{"name": name, "email": "a@person.example.com", "company": "株式会社れい", **changes})  # type: ignore[arg-type]


def two(stage: Any, first: Identity, second: Identity) -> dict[str, str]:
    """A batch of these two, the first the better; why each is left out."""
    stage.people(1, identity=first)
    stage.people(1, first=2, identity=second)
    stage.calibrate({"u001": 90, "u002": 80})
    stage.commit()
    stage.run()
    return {id: row.reason for id, row in stage.scouts().items()}


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        (person("見本 太郎"), person("見本太郎", email="b@person.example.com"), True),
        (person("見本 太郎", kana="ミホン タロウ"), person("みほん たろう", email="b@person.example.com"), True),
        (person("見本 太郎"), person("見本 太郎", email="b@person.example.com", company="べつの会社"), False),
        (person("見本 太郎", company=""), person("見本 太郎", email="b@person.example.com", company=""), False),
        (
            person("見本 太郎", phone="090-0000-1234"),
            person("旧姓 太郎", email="b@person.example.com", phone="+81 90 0000 1234", company="べつ"),
            True,
        ),
    ],
)
def test_of_two_records_of_one_person_only_the_better_is_written_to(
    stage: Any, first: Identity, second: Identity, alike: bool
) -> None:
    assert two(stage, first, second) == {"u001": "", "u002": "possible_duplicate" if alike else ""}
    with stage.work.reading() as session:
        asked = session.exec(select(Task).where(Task.kind == TASK)).all()
    assert len(asked) == (1 if alike else 0)


def answer(stage: Any, *, same: bool) -> None:
    with stage.work.writing() as session:
        row = session.exec(select(Lookalike)).one()
        assert decide(session, row, same=same, by="staff:1")
        assert not decide(session, row, same=not same, by="staff:1")
        assert session.exec(select(Task).where(Task.kind == TASK)).one().state == "done"


def again(stage: Any) -> dict[str, str]:
    """A new commitment supersedes the old one and is prepared."""
    with stage.work.writing() as session:
        for row in (*session.exec(select(Batch)), *session.exec(select(Commitment))):
            row.state = "stopped" if isinstance(row, Batch) else "superseded"
            session.add(row)
    stage.commit()
    stage.run()
    return {id: row.reason for id, row in stage.scouts().items()}


def known_in_ats(stage: Any, **changes: Any) -> None:
    found = Candidate(id="c9", first_name="太郎", last_name="見本", emails=("old@person.example.com",), **changes)
    stage.ats.find_candidates = lambda *, email="", name="": (
        [found] if name.replace(" ", "") == "見本太郎" or email == "old@person.example.com" else []
    )
    stage.ats.candidate = lambda id: found if id == "c9" else None


def alone(stage: Any) -> dict[str, str]:
    stage.people(1, identity=person("見本 太郎"))
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    return {id: row.reason for id, row in stage.scouts().items()}


def test_who_looks_like_somebody_in_the_ats_waits_for_a_person(stage: Any) -> None:
    known_in_ats(stage)
    assert alone(stage) == {"u001": "possible_duplicate"}
    answer(stage, same=False)
    assert again(stage) == {"u001": ""}


def test_who_is_found_to_be_somebody_in_the_ats_shares_what_stands_there(stage: Any) -> None:
    known_in_ats(stage, do_not_contact=True)
    assert alone(stage) == {"u001": "possible_duplicate"}
    answer(stage, same=True)
    assert again(stage) == {"u001": "do_not_contact"}
    with stage.work.reading() as session:
        assert session.exec(select(Profile)).one().ats_candidate_id == "c9"
