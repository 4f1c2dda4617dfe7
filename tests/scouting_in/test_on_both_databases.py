"""The same on SQLite and PostgreSQL, and when several workers read at once."""

from __future__ import annotations

import threading
from typing import Any

from plugin.rows import Mail, Scout
from plugin.scouting.replies import log_reply, read_mail
from plugin.work.jobs import Claim, LostLease, claim


def test_a_mail_becomes_an_entry_an_opt_out_or_a_task(world: Any) -> None:
    yes, stop, ask = world.scout(1, state="unknown"), world.scout(2), world.scout(3)
    raw = world.answer(yes)
    world.receive(raw)
    world.receive(b"Received: elsewhere\r\n" + raw)
    assert world.arrive(raw) is None
    world.receive(world.answer(stop, "配信停止をお願いします。"))
    world.receive(world.answer(ask, "フルリモートであれば、ぜひお話を伺いたいです。"))
    assert [entry.scout_id for entry in world.entries()] == [yes.key]
    assert world.suppressed() == {world.hash("person2@example.com")}
    assert [task.kind for task in world.tasks()] == ["contradiction"]
    assert {mail.state for mail in world.rows(Mail)} == {"sent"}


def test_several_workers_reading_the_same_yes_by_many_doors_make_one_entry(world: Any) -> None:
    scout = world.scout()
    raw = world.answer(scout)
    for n in range(6):
        world.arrive(b"Received: by door %d\r\n" % n + raw)
    claims: list[Claim] = []
    with world.work.writing() as session:
        while (found := claim(session, lease_seconds=60, kinds=("read_mail",))) is not None:
            claims.append(found)
    failed: list[BaseException] = []

    def run(one: Claim) -> None:
        try:
            read_mail(world.work, one)
        except LostLease:
            pass  # the second reader of one claim: whoever finished first has done it
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in claims * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(claims) == 6
    assert len(world.replies()) == len(world.entries()) == len(world.promises()) == 1


def test_a_yes_logged_and_mailed_is_one_entry(world: Any) -> None:
    scout = world.scout()
    with world.work.writing() as session:
        log_reply(
            session,
            world.work.vault,
            session.get_one(Scout, scout.key),
            "line",
            "話したい",
            "interested",
            f"staff:{world.recruiter.key}",
            world.clock.now(),
        )
    world.receive(world.answer(scout))
    assert len(world.entries()) == 1
    assert len(world.replies()) == 2
