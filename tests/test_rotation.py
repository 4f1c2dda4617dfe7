"""`secrets rotate`: everything under the newest key, refused while one is missing, gone on with after a stop."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel, select

from plugin import rotation
from plugin.cli import main
from plugin.connections import add_secret, secrets_of
from plugin.database import Database
from plugin.events import record
from plugin.pipeline import chain
from plugin.rows import Connection, Delivery, Employer, PersonKey, Secret
from plugin.sealing import Erased, Vault
from plugin.work.deliveries import WEBHOOK, accept, open_delivery

OLD, OLDER, NEW = (Fernet.generate_key().decode() for _ in range(3))
ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PLAIN = frozenset({"calibrationmarket.packed", "calibrationscore.people", "calibrationscore.revisions"})


def test_every_column_of_bytes_is_known_to_be_sealed_or_not() -> None:
    bytes_there = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert {name for name in bytes_there if ".sealed" not in name} == PLAIN
    assert bytes_there >= rotation.OURS | rotation.NOT_OURS
    assert {str(place) for place in rotation.places()} == bytes_there - PLAIN - rotation.NOT_OURS


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "AT_ONCE", 30)


@pytest.fixture
def lived_in(database: Database, employer: Employer, new_connection: Callable[..., Connection]) -> Connection:
    """An employer with secrets, a person's key, a delivery and a ledger, sealed under two old keys."""
    first, second = Vault([OLDER]), Vault([OLD, OLDER])
    connection = new_connection(database, first, employer)
    with database.writing() as session:
        for number in range(rotation.AT_ONCE):
            add_secret(session, second, connection, "webhook", f"secret {number}")
        second.person(session, employer.key, "p1")
        accept(session, second, connection=connection, door=WEBHOOK, headers={"a": "b"}, body=b"body")
        record(session, employer.key, "connection", connection.key, "connected", actor="admin:cli")
        chain.seal(session, first, employer.key)
    return connection


def everything_opens(database: Database, vault: Vault, connection: Connection) -> bool:
    with database.reading() as session:
        [delivery] = session.exec(select(Delivery)).all()
        person = vault.person(session, connection.employer_id, "p1", create=False)
        return (
            len(secrets_of(session, vault, connection.key, "webhook")) == rotation.AT_ONCE + 1
            and open_delivery(vault, delivery) == ({"a": "b"}, b"body")
            and person.decrypt(person.encrypt(b"x")) == b"x"
        )


def test_everything_is_sealed_anew_and_middle_keys_may_go(database: Database, lived_in: Connection) -> None:
    vault = Vault([NEW, OLD, OLDER])
    found = rotation.survey(database, vault)
    assert found.older == found.ours > rotation.AT_ONCE and not found.unopened
    assert rotation.rotate(database, vault) == found.older
    assert rotation.survey(database, vault).older == 0
    assert rotation.rotate(database, vault) == 0  # twice is once
    assert everything_opens(database, Vault([NEW, OLDER]), lived_in)
    with pytest.raises(InvalidToken):
        everything_opens(database, Vault([OLD, OLDER]), lived_in)


def test_a_stopped_run_is_gone_on_with(database: Database, lived_in: Connection) -> None:
    vault = Vault([NEW, OLD, OLDER])
    whole = rotation.survey(database, vault).older

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(database, vault, stop)
    left = rotation.survey(database, vault).older
    assert 0 < left < whole
    assert everything_opens(database, vault, lived_in)
    assert rotation.rotate(database, vault) == left


@ONE_DATABASE
def test_what_no_key_opens_is_named(database: Database, lived_in: Connection) -> None:
    found = rotation.survey(database, Vault([NEW, OLDER]))
    assert found.unopened["secret.sealed"] == rotation.AT_ONCE
    assert found.unopened["personkey.sealed"] == found.unopened["delivery.sealed_key"] == 1


@ONE_DATABASE
def test_another_last_key_is_noticed_by_the_ledger(database: Database, lived_in: Connection) -> None:
    with database.reading() as session:
        assert not rotation.last_key_lost(session, Vault([NEW, OLD, OLDER]))
        assert rotation.last_key_lost(session, Vault([NEW, OLDER, OLD]))


@ONE_DATABASE
def test_who_erases_in_between_wins(database: Database, lived_in: Connection) -> None:
    vault = Vault([NEW, OLD, OLDER])

    def erase(count: int) -> None:
        with database.writing() as session:
            for row in session.exec(select(PersonKey)):
                session.delete(row)

    rotation.rotate(database, vault, erase)
    with database.reading() as session, pytest.raises(Erased):
        vault.person(session, lived_in.employer_id, "p1", create=False)


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out):
        code = main(list(arguments))
    return code, out.getvalue()


@pytest.fixture
def installed(database: Database, lived_in: Connection, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKUYAKU_DATABASE_URL", database.url)
    monkeypatch.setenv("KAKUYAKU_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("LANG", "C.UTF-8")


@ONE_DATABASE
def test_the_command_refuses_while_a_key_is_missing(
    database: Database, installed: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rotation.survey(database, Vault([NEW, OLD, OLDER])).older
    for keys, words in (((NEW, OLDER), "secret.sealed 30"), ((NEW, OLDER, OLD), "when the ledger began")):
        monkeypatch.setenv("KAKUYAKU_SECRET_KEYS", ",".join(keys))
        code, _ = run("secrets", "rotate")
        said = capsys.readouterr().err
        assert code == 2 and words in said and len(said.strip().splitlines()) == 1
        assert not any(key in said for key in (NEW, OLD, OLDER))
    assert rotation.survey(database, Vault([NEW, OLD, OLDER])).older == before


def test_the_command_rotates_lists_and_retires(
    database: Database, installed: None, monkeypatch: pytest.MonkeyPatch, lived_in: Connection
) -> None:
    monkeypatch.setenv("KAKUYAKU_SECRET_KEYS", f"{NEW},{OLD},{OLDER}")
    code, out = run("secrets", "rotate", "--check")
    assert code == 0 and "older key" in out
    code, out = run("secrets", "rotate")
    assert code == 0 and "The last must stay" in out
    assert rotation.survey(database, Vault([NEW, OLDER])).unopened.total() == 0
    code, out = run("secrets", "list")
    assert code == 0 and "client_secret" in out and "sandbox-secret" not in out and "secret 4" not in out
    code, out = run("secrets", "retire", str(lived_in.key), "webhook")
    assert code == 0 and f"{rotation.AT_ONCE} given up" in out
    with database.reading() as session:
        assert len(session.exec(select(Secret).where(Secret.name == "webhook", Secret.retired_at.is_(None))).all()) == 1  # type: ignore[union-attr]
        assert secrets_of(session, Vault([NEW, OLDER]), lived_in.key, "webhook") == [f"secret {rotation.AT_ONCE - 1}"]
