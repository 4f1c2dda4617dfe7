"""The holding lane: a yes on a requisition that isn't open has an owner, a clock, an honest letter and an end by a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from plugin.pipeline.farewells import CannotClose, draft_farewell, send_farewell
from plugin.pipeline.wording import Letter
from plugin.rows import Entry, Job, Scout
from plugin.scouting.suppression import suppress

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def held(world: Any, *, status: str = "draft", committed: bool = False, language: str = "ja") -> Scout:
    """Somebody whose yes waits."""
    world.set_status("draft")
    scout: Scout = world.scout(committed=committed)
    if language != "ja":
        with world.work.writing() as session:
            row = session.get_one(Scout, scout.key)
            row.language = language
            session.add(row)
    world.yes(scout)
    world.work_all()
    if status == "closed":
        world.set_status("closed")
    return scout


def wait(world: Any, until: Any) -> None:
    world.clock.move(until - world.clock.now() + timedelta(minutes=1))
    world.work_all()


def test_when_the_clock_runs_out_owner_and_manager_are_told_and_nothing_is_closed(world: Any) -> None:
    scout = held(world)
    entry = world.entry(scout)
    assert entry.owner_id == world.recruiter.key
    wait(world, entry.held_until)
    tasks = world.tasks("holding_over")
    assert {task.owner_id for task in tasks} == {world.recruiter.key, world.manager.key}
    assert world.entry(scout).state == "holding"
    world.set_status("open")
    world.work_all()
    assert world.entry(scout).state == "entered" and not world.tasks("holding_over")


def test_a_yes_that_moved_on_in_time_wakes_nobody(world: Any) -> None:
    scout = held(world)
    until = world.entry(scout).held_until
    world.set_status("open")
    world.work_all()
    wait(world, until)
    assert not world.tasks("holding_over")


@pytest.mark.parametrize(("language", "words"), [("ja", "募集は終了いたしました"), ("en", "closed")])
def test_a_closed_requisition_is_told_by_a_letter_a_person_releases(world: Any, language: str, words: str) -> None:
    scout = held(world, status="closed", language=language)
    world.work_all()
    assert not world.mails("closing"), "nothing sends itself"
    with world.work.writing() as session:
        entry = session.get_one(Entry, world.entry(scout).key)
        draft = draft_farewell(session, world.work.vault, entry)
        assert words in draft.text
        for banned in ("お祈り", "ご縁がなく", "ご活躍", "unfortunately"):
            assert banned not in draft.text
        send_farewell(session, world.work.vault, entry, draft, by="staff:1")
    entry, [mail] = world.entry(scout), world.mails("closing")
    assert (entry.state, entry.because) == ("closed", "closed_with_letter")
    assert words in world.text_of(mail)
    assert not world.tasks("holding_closed")


def test_no_farewell_where_it_would_be_wrong(world: Any) -> None:
    waiting, owed, stopped = held(world), held(world, committed=True), held(world)
    with world.work.writing() as session:
        suppress(
            session,
            world.work.vault,
            employer_id=world.connection.employer_id,
            address=f"person{stopped.key}.{world.connection.key}@example.com",
        )

    def refused(scout: Scout, text: Letter | None = None) -> str:
        with world.work.writing() as session:
            entry = session.get_one(Entry, world.entry(scout).key)
            with pytest.raises(CannotClose) as error:
                if text is None:
                    draft_farewell(session, world.work.vault, entry)
                else:
                    send_farewell(session, world.work.vault, entry, text, by="staff:1")
        return str(error.value)

    assert "not closed" in refused(waiting)
    world.set_status("closed")
    world.work_all()
    assert "still owed" in refused(owed)
    assert "not to be written to" in refused(stopped)
    assert "promise" in refused(waiting, Letter("ご案内", "次の募集では面接を確約いたします。"))
    assert "subject and a text" in refused(waiting, Letter("", "x"))
    assert not world.mails("closing")


def test_the_end_of_the_clock_is_owed_from_the_start(world: Any) -> None:
    scout = held(world)
    [job] = [job for job in world.open_jobs() if job.kind == "holding_over"]
    assert isinstance(job, Job) and job.due == world.entry(scout).held_until
