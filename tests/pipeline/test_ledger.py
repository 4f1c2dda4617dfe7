"""The ledger verifies as long as nobody rewrote it, and says where when somebody did."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from plugin.alignment.commitment import terms_digest
from plugin.events import record
from plugin.pipeline import audit, chain
from plugin.rows import Commitment, Event, LedgerHead, LedgerLink, Promise


def entered(world: Any) -> tuple[Any, Promise]:
    scout = world.scout()
    with world.work.writing() as session:
        commitment = session.get_one(Commitment, scout.commitment_id)
        record(
            session, commitment.employer_id, "commitment", commitment.key, "proposed",
            actor="staff:1", terms=terms_digest(commitment),
        )  # fmt: skip
    world.yes(scout)
    world.work_all()
    return scout, world.promise(scout)


def seal(world: Any) -> int:
    with world.work.writing() as session:
        return chain.seal(session, world.work.vault, world.connection.employer_id)


def breaks(world: Any) -> list[tuple[str, str]]:
    employer_id = world.connection.employer_id
    with world.work.reading() as session:
        found = [*chain.verify(session, world.work.vault, employer_id), *audit.audit(session, employer_id)]
    return [(one.where, one.what) for one in found]


def tamper(world: Any, sql: str, **values: Any) -> None:
    """As somebody with the database's password would, triggers taken away first."""
    with world.work.writing() as session:
        if session.get_bind().dialect.name == "sqlite":
            for table in ("event", "ledgerlink"):
                for act in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}"))
        else:
            for table in ("event", "ledgerlink"):
                session.execute(text(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"))
        session.execute(text(sql), values)


def test_what_happened_is_linked_once_and_verifies(world: Any) -> None:
    entered(world)
    first = seal(world)
    assert first >= 3 and seal(world) == 0
    assert breaks(world) == []
    with world.work.reading() as session:
        numbers = session.exec(select(LedgerLink.number).order_by(col(LedgerLink.number))).all()
    assert list(numbers) == list(range(1, first + 1))


def test_the_clock_seals_as_it_goes(world: Any) -> None:
    _scout, promise = entered(world)
    world.clock.move_to(promise.due_at + timedelta(seconds=1))
    world.tick()
    assert world.promise(_scout).state == "broken"
    with world.work.reading() as session:
        head = session.exec(select(LedgerHead)).one()
        events = session.exec(select(Event.id).where(col(Event.employer_id) == head.employer_id)).all()
    assert head.number == len(events) and breaks(world) == []


@pytest.mark.parametrize("table", ["event", "ledgerlink"])
@pytest.mark.parametrize("sql", ["UPDATE {table} SET created_at = created_at", "DELETE FROM {table}"])
def test_the_database_refuses_to_rewrite(world: Any, table: str, sql: str) -> None:
    entered(world)
    seal(world)
    with pytest.raises(DBAPIError, match="append-only"), world.work.writing() as session:
        session.execute(text(sql.format(table=table)))
    assert breaks(world) == []


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        ("UPDATE event SET actor = 'staff:99' WHERE subject = 'promise' AND what = 'made'", "number"),
        ("UPDATE event SET what = 'kept' WHERE subject = 'promise' AND what = 'made'", "number"),
        ("DELETE FROM ledgerlink WHERE number = 2", "number 2"),
        ("DELETE FROM ledgerlink WHERE number = (SELECT max(number) FROM ledgerlink)", "number"),
        ("UPDATE promise SET state = 'kept'", "promise"),
        ("UPDATE promise SET manager_id = (SELECT max(id) FROM staff)", "promise"),
        ("UPDATE commitment SET line = 10", "commitment"),
        ("UPDATE commitment SET days = 9", "commitment"),
    ],
)
def test_whatever_is_rewritten_is_found(world: Any, sql: str, where: str) -> None:
    entered(world)
    seal(world)
    tamper(world, sql)
    found = breaks(world)
    assert found and found[0][0].startswith(where), found


def test_a_later_date_written_behind_its_back_is_found(world: Any) -> None:
    _scout, promise = entered(world)
    seal(world)
    with world.work.writing() as session:
        row = session.get_one(Promise, promise.key)
        row.due_date, row.due_at = row.due_date + timedelta(days=7), row.due_at + timedelta(days=7)
        session.add(row)
    assert [where for where, _ in breaks(world)] == [f"promise {promise.key}"]


def test_a_forged_event_has_no_place_in_the_chain(world: Any) -> None:
    """Who can write rows but has no key can make no link that fits."""
    entered(world)
    sealed = seal(world)
    tamper(world, "UPDATE ledgerlink SET digest = :digest WHERE number = :number", digest="0" * 64, number=sealed)
    assert f"number {sealed}" in {where for where, _ in breaks(world)}


def test_another_key_verifies_nothing(world: Any) -> None:
    from cryptography.fernet import Fernet

    from plugin.sealing import Vault

    entered(world)
    seal(world)
    other = Vault([Fernet.generate_key().decode()])
    with world.work.reading() as session:
        assert chain.verify(session, other, world.connection.employer_id)


def test_events_that_wait_too_long_are_said(world: Any) -> None:
    entered(world)
    assert not [found for found in breaks(world) if found[0] == "the end"]
    world.clock.move_to(world.clock.now() + timedelta(hours=1))
    assert [found for found in breaks(world) if found[0] == "the end"]


def test_counting_by_hand() -> None:
    assert audit.counted(date(2026, 12, 25), 5, ["2026-12-29", "2026-12-30", "2026-12-31", "2027-01-01"]) == date(
        2027, 1, 7
    )
