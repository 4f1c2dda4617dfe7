"""Persons in the store: sealed, found again, journalled without gaps, erased for good."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from plugin import people
from plugin.alignment.store import EmployerDesk
from plugin.clock import SettableClock
from plugin.database import Database
from plugin.identity import fold_company, hash_name, hash_phone
from plugin.people import (
    Identity,
    Person,
    add_people,
    add_profiles,
    changes_after,
    delete_profiles,
    identities,
    identity_of,
)
from plugin.rows import Employer, Job, PersonKey, Profile, ProfileChange
from plugin.sealing import Erased, Vault
from ranking.judge import Judge
from ranking.store import ProfileStore
from ranking.universe import generate
from ranking.values import Profile as Judged


def _person(id: str, **changes: Any) -> Person:
    values: dict[str, Any] = {
        "profile": Judged(id=id, text=f"Goで5年。{id}"),
        "identity": Identity(
            name="架空 太郎", email=f"{id}@example.com", phone="090-0000-0000", company="株式会社みほん"
        ),
        "language": "ja",
        "contact_basis": "own_applicant",
    }
    return Person(**(values | changes))


def test_a_person_is_sealed_and_found_by_hash(database: Database, vault: Vault, employer: Employer) -> None:
    with database.writing() as session:
        added = add_profiles(session, vault, employer.key, [_person("p1"), _person("p2")])
    assert (added.count, added.number) == (2, 2)
    with database.reading() as session:
        row = session.exec(select(Profile).where(Profile.profile_id == "p1")).one()
        assert identity_of(session, vault, row).name == "架空 太郎"
        assert identities(session, vault, employer.key, ["p1", "p2", "p9"]).keys() == {"p1", "p2"}
        assert row.email_hash == vault.hash_email(employer.key, "P1@Example.com ")
        assert "架空".encode() not in row.sealed
        job = session.exec(select(Job).where(Job.kind == "apply_profiles")).one()
        assert job.payload == {"employer_id": employer.key}


def test_a_change_is_the_next_revision(database: Database, vault: Vault, employer: Employer) -> None:
    for _time in range(3):
        with database.writing() as session:
            add_profiles(session, vault, employer.key, [_person("p1")])
    with database.reading() as session:
        assert session.exec(select(Profile)).one().revision == 3
        number, upserts, deletes = changes_after(session, vault, employer.key, 0, 100)
    assert (number, [(p.id, p.revision) for p in upserts], deletes) == (3, [("p1", 3)], [])


def test_banned_data_is_stripped_at_the_door_and_counted(database: Database, vault: Vault, employer: Employer) -> None:
    profile = Judged(id="p1", text="生年月日：1990年1月1日\n性別：女性\nGoで5年の開発経験")
    with database.writing() as session:
        added = add_profiles(session, vault, employer.key, [_person("p1", profile=profile)])
    assert sum(added.stripped.values()) >= 2
    with database.reading() as session:
        _number, upserts, _deletes = changes_after(session, vault, employer.key, 0, 10)
    assert "1990" not in upserts[0].text and "女性" not in upserts[0].text and "Go" in upserts[0].text


@pytest.mark.parametrize(
    ("changes", "contactable"),
    [
        ({}, True),
        ({"contact_basis": "none"}, False),
        ({"contact_basis": "scraped"}, False),
        ({"language": ""}, False),
        ({"identity": Identity(name="架空 太郎")}, False),
    ],
)
def test_the_contactable_flag_is_ours(
    database: Database, vault: Vault, employer: Employer, changes: dict[str, Any], contactable: bool
) -> None:
    with database.writing() as session:
        add_profiles(session, vault, employer.key, [_person("p1", **changes)])
    with database.reading() as session:
        assert changes_after(session, vault, employer.key, 0, 10)[1][0].contactable is contactable


def test_an_erased_person_is_nowhere_to_be_read(
    database: Database, vault: Vault, employer: Employer, tmp_path: Path
) -> None:
    with database.writing() as session:
        add_profiles(session, vault, employer.key, [_person("p1"), _person("p2")])
    with database.reading() as session:
        row = session.exec(select(Profile).where(Profile.profile_id == "p1")).one()
    with database.writing() as session:
        assert delete_profiles(session, vault, employer.key, ["p1", "nobody"]) == 1
        assert delete_profiles(session, vault, employer.key, ["p1"]) == 0
    with database.reading() as session:
        with pytest.raises(Erased):
            identity_of(session, vault, row)
        assert session.exec(select(PersonKey.person)).all() == ["p2"]
        changes = session.exec(select(ProfileChange).where(ProfileChange.profile_id == "p1")).all()
        assert all(change.sealed is None for change in changes)
        assert changes_after(session, vault, employer.key, 0, 10)[2] == ["p1"]


def test_numbers_have_no_gaps_when_many_write_at_once(database: Database, vault: Vault, employer: Employer) -> None:
    with database.writing() as session:
        add_profiles(session, vault, employer.key, [_person("first")])
    failed: list[BaseException] = []

    def add(worker: int) -> None:
        try:
            for step in range(5):
                with database.writing() as session:
                    add_profiles(
                        session, vault, employer.key, [_person(f"w{worker}s{step}"), _person(f"x{worker}s{step}")]
                    )
        except BaseException as error:  # shown by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=add, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with database.reading() as session:
        numbers = session.exec(select(ProfileChange.number).order_by(col(ProfileChange.number))).all()
    assert numbers == list(range(1, 42))


@settings(max_examples=15)
@given(
    steps=st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.booleans()), max_size=10), window=st.integers(1, 4)
)
def test_replaying_the_journal_gives_the_rows(
    sqlite_template: Path,
    tmp_path: Path,
    clock: SettableClock,
    vault: Vault,
    new_employer: Callable[..., Employer],
    steps: list[tuple[str, bool]],
    window: int,
) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "journal.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'journal.sqlite3'}", clock)
    employer, other = new_employer(database), new_employer(database, "別会社")
    with database.writing() as session:
        add_profiles(session, vault, other.key, [_person("a")])
    for id, is_upsert in steps:
        with database.writing() as session:
            if is_upsert:
                add_profiles(session, vault, employer.key, [_person(id)])
            else:
                delete_profiles(session, vault, employer.key, [id])
    held: dict[str, int] = {}
    number = 0
    with database.reading() as session:
        while True:
            last, upserts, deletes = changes_after(session, vault, employer.key, number, window)
            if last == number:
                break
            number = last
            for gone in deletes:
                held.pop(gone, None)
            held |= {profile.id: profile.revision for profile in upserts}
        rows = {
            row.profile_id: row.revision
            for row in session.exec(select(Profile).where(Profile.employer_id == employer.key))
        }
    database.close()
    assert held == rows


def test_generated_people_come_in_by_the_hundred(database: Database, vault: Vault, employer: Employer) -> None:
    made = list(generate(300, 3))
    with database.writing() as session:
        add_people(session, vault, employer.key, made, source="generated")
    with database.reading() as session:
        found = identities(session, vault, employer.key, [one.profile.id for one in made])
    assert {id: identity.email for id, identity in found.items()} == {one.profile.id: one.email for one in made}


def test_one_way_of_writing_a_thing_finds_the_other(vault: Vault) -> None:
    assert (
        hash_phone(vault, 1, "090-1234-5678")
        == hash_phone(vault, 1, "+81 90 1234 5678")
        == hash_phone(vault, 1, "０９０１２３４５６７８")
    )
    assert hash_name(vault, 1, "星野 静香") == hash_name(vault, 1, "星野　静香") == hash_name(vault, 1, "星野静香")
    assert fold_company("株式会社みほん") == fold_company("みほん") == fold_company("㈱みほん")
    assert fold_company("Mihon Co., Ltd.") == fold_company("MIHON Inc")
    assert fold_company("") == hash_phone(vault, 1, "-") == hash_name(vault, 1, "　") == ""
    assert hash_name(vault, 1, "星野静香") != hash_name(vault, 2, "星野静香")


def test_names_come_apart_by_the_way_they_are_written() -> None:
    assert (Identity("星野 静香").family_name, Identity("星野 静香").given_name) == ("星野", "静香")
    assert (Identity("Farid Ferreira").family_name, Identity("Farid Ferreira").given_name) == ("Ferreira", "Farid")
    assert (Identity("Cher").family_name, Identity("Cher").given_name) == ("Cher", "")


def test_an_identity_survives_its_json() -> None:
    one = Identity("星野 静香", employers=("株式会社みほん",))
    from dataclasses import asdict

    assert Identity.from_json(json.loads(json.dumps(asdict(one)))) == one
    assert people.Identity is Identity


def test_the_erased_are_tidied_away_once_an_hour(
    database: Database, vault: Vault, employer: Employer, tmp_path: Path
) -> None:
    with database.writing() as session:
        add_profiles(session, vault, employer.key, [_person("p1"), _person("p2"), _person("p3")])
        delete_profiles(session, vault, employer.key, ["p1"])
        delete_profiles(session, vault, employer.key, ["p2"])
    with database.reading() as session:
        job = session.exec(select(Job).where(Job.kind == "tidy_profiles")).one()
        erased = session.exec(select(ProfileChange).where(ProfileChange.op == "delete")).all()
    assert all(job.due > change.created_at for change in erased)
    work = SimpleNamespace(vault=vault, reading=database.reading)
    with ProfileStore.open(tmp_path / "profiles", "employer-1") as store:
        desk = EmployerDesk(employer.key, store, Judge(store))
        desk.catch_up(cast(Any, work))
        desk.tidy(cast(Any, work))
        assert store.snapshot().people == 1
    files = [path for path in (tmp_path / "profiles").rglob("*") if path.is_file() and "index" in str(path)]
    assert files and not any(b"p1" in path.read_bytes() for path in files)
