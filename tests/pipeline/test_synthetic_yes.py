"""`doctor --synthetic-yes`: a yes nobody gave goes the way of a real one and leaves nothing behind (M6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from sqlmodel import col, func, select

from plugin.cli.findings import FAIL, OK, Line
from plugin.cli.synthetic_yes import check
from plugin.rows import Delivery, Entry, Event, Job, Mail, Promise, Reply, SyntheticYes, Task
from plugin.scouting.outbox import Delivered, Refused
from plugin.work.deliveries import accept
from plugin.work.worker import Worker

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
LEFT = (SyntheticYes, Delivery, Job, Reply, Entry, Promise, Event, Mail, Task)


@dataclass
class Server:
    """A mail server that hands what it takes to the connection's mailbox when somebody waits."""

    world: Any
    refuses: bool = False
    loses: bool = False
    change: Callable[[bytes], bytes] = bytes
    taken: list[tuple[str, bytes]] = field(default_factory=list)

    def deliver(self, raw: bytes, envelope_from: str, to: str) -> Delivered | Refused:
        if self.refuses:
            return Refused(550, "5.1.1 no such mailbox", transient=False, stage="recipient")
        self.taken.append((to, raw))
        return Delivered("250 queued")

    def pause(self, seconds: float) -> None:
        self.world.clock.move(timedelta(seconds=seconds))
        if self.loses or not self.taken:
            return
        self.bring()

    def bring(self) -> None:
        _to, raw = self.taken.pop()
        with self.world.work.writing() as session:
            accept(
                session,
                self.world.work.vault,
                connection=self.world.connection,
                door="mail",
                headers={},
                body=self.change(raw),
            )
        Worker(self.world.work, {"read_mail": "plugin.scouting.replies:read_mail"}).run_due()


def counts(world: Any) -> dict[str, int]:
    with world.work.reading() as session:
        return {table.__name__: session.exec(select(func.count(col(table.id)))).one() for table in LEFT}


def run(world: Any, server: Server, **given: Any) -> list[Line]:
    world.work.smtp = server
    return list(check(world.work, world.connection, "en", pause=server.pause, patience=30, **given))


def said(lines: list[Line]) -> str:
    return "\n".join(f"{line.level} {line.what} {line.detail} {line.todo}" for line in lines)


@pytest.fixture
def world(world: Any) -> Any:
    with world.work.writing() as session:
        row = session.get_one(type(world.requisition), world.requisition.key)
        row.state = "calibrated"
        session.add(row)
    return world


def test_it_says_where_a_yes_would_land_and_writes_nothing(world: Any) -> None:
    before, server = counts(world), Server(world)
    lines = run(world, server)
    text = said(lines)
    assert {line.level for line in lines} == {OK}, text
    assert "matched by its address" in text and "read as a yes" in text
    assert f"a yes to “{world.ats.requisition('4001').title}” would be entered" in text
    assert "nothing was written in the ATS" in text
    assert not world.ats.people and counts(world) == before


def test_both_languages_are_read_as_a_yes(world: Any) -> None:
    world.work.smtp = server = Server(world)
    lines = list(check(world.work, world.connection, "ja", pause=server.pause, patience=30))
    assert {line.level for line in lines} == {OK}
    assert any("読み取りました" in line.what for line in lines)


def test_a_closed_requisition_would_hold_it(world: Any) -> None:
    world.set_status("closed")
    assert "would wait in the holding lane" in said(run(world, Server(world)))


def test_a_test_requisition_is_written_to_and_says_what_to_delete(world: Any) -> None:
    text = said(run(world, Server(world), requisition=world.requisition.ats_id))
    [person] = world.ats.people.values()
    assert person.last_name == "Synthetic-Yes" and f"delete candidate {person.id}" in text


def test_a_refusal_of_the_mail_server_says_what_to_do(world: Any) -> None:
    before = counts(world)
    lines = run(world, Server(world, refuses=True))
    assert [line.level for line in lines] == [FAIL] and "550 5.1.1 no such mailbox" in lines[0].detail
    assert counts(world) == before


def test_what_never_comes_back_is_said_and_what_comes_later_disturbs_nobody(world: Any) -> None:
    server = Server(world, loses=True)
    lines = run(world, server)
    assert lines[-1].level == FAIL and "not come back within 30 seconds" in lines[-1].what
    server.bring()
    after = counts(world)
    assert (after["SyntheticYes"], after["Reply"], after["Task"], after["Entry"]) == (0, 0, 0, 0)


def test_a_stranger_s_mail_with_an_invented_mark_is_read_like_any_other(world: Any) -> None:
    server = Server(world, loses=True)
    run(world, server)
    _to, raw = server.taken[0]
    marked = message_from_bytes(raw)
    del marked["X-Kakuyaku-Check"]
    marked["X-Kakuyaku-Check"] = "f" * 64
    server.change = lambda _raw: marked.as_bytes()
    server.bring()
    assert counts(world)["Reply"] == 1


def test_a_mail_changed_on_its_way_is_told(world: Any) -> None:
    def automatic(raw: bytes) -> bytes:
        return b"Auto-Submitted: auto-replied\r\n" + raw

    lines = run(world, Server(world, change=automatic))
    assert any(line.level == FAIL and "not read as a yes" in line.what for line in lines)
