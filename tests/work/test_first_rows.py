"""Rows made by whoever comes first: two at the same moment make one, and neither fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlmodel import select

from plugin.connections import SharedToken
from plugin.database import Database
from plugin.people import Identity, Person, add_profiles
from plugin.rows import AccessToken, Connection, Employer, Journal, PersonKey
from plugin.sealing import Vault
from ranking.values import Profile as JudgedProfile


def at_once(call: Callable[[int], Any], count: int = 4) -> list[Any]:
    """Call from several threads at the same moment; return answers and exceptions."""
    ready, found = threading.Barrier(count), list[Any]()

    def run(number: int) -> None:
        ready.wait()
        try:
            found.append(call(number))
        except Exception as error:  # whatever it was, the test shows it
            found.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_persons_first_key_is_one_and_opens_what_both_sealed(
    database: Database, vault: Vault, employer: Employer
) -> None:
    inside = threading.Barrier(4, timeout=1)

    def seal(number: int) -> bytes:
        with database.writing() as session:
            if not database.is_sqlite:
                session.exec(select(PersonKey)).all()
                inside.wait()
            return vault.seal_for(session, employer.key, "mail:1", number)

    sealed = at_once(seal)
    with database.reading() as session:
        assert sorted(vault.open_for(session, employer.key, "mail:1", one) for one in sealed) == [0, 1, 2, 3]
        assert len(session.exec(select(PersonKey)).all()) == 1


def test_the_first_journal_number_is_given_once(database: Database, vault: Vault, employer: Employer) -> None:
    def add(number: int) -> int:
        with database.writing() as session:
            person = Person(profile=JudgedProfile(id=f"p{number}", text="x"), identity=Identity(name="山田 太郎"))
            return add_profiles(session, vault, employer.key, [person]).number

    assert sorted(at_once(add)) == [1, 2, 3, 4]
    with database.reading() as session:
        assert session.exec(select(Journal.last)).all() == [4]


def test_the_first_token_is_minted_once(database: Database, vault: Vault, connection: Connection) -> None:
    minted: list[str] = []

    def mint(stored: str | None) -> str:
        if stored is None:
            minted.append("token")
        return stored or "token"

    assert at_once(lambda number: SharedToken(database, vault, connection).exclusive(mint)) == ["token"] * 4
    assert minted == ["token"]
    with database.reading() as session:
        assert len(session.exec(select(AccessToken)).all()) == 1
