"""One person's data: exported in full, suspended, corrected, expired; records of handing on. Erasing: `test_erasure`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.corrections import NobodyThere, correct, resume, suspend
from plugin.identity import Identity, identity_of
from plugin.mentions import Marks
from plugin.people import Person, add_profiles, changes_after, delete_profiles, judged_of
from plugin.person_data import as_json, as_text, collect
from plugin.policy import Policy
from plugin.retention import expiring, rules_of
from plugin.rows import Connection, Profile
from ranking.values import Profile as Judged

WHO = Identity(name="髙橋 花子", kana="たかはし はなこ", email="hanako@example.com", phone="080-1234-5678")


def take_in(work: Any, connection: Connection, *, days_ago: int = 0, **given: Any) -> None:
    with work.writing() as session:
        then = work.clock.now() - timedelta(days=days_ago)
        person = Person(
            profile=Judged(id=given.pop("id", "p1"), text="Goで決済基盤を開発。", headline="エンジニア"),
            identity=given.pop("identity", WHO),
            language="ja",
            contact_basis=given.pop("basis", "own_applicant"),
            basis_at=then,
            as_of=then,
            source=given.pop("source", "import"),
        )
        add_profiles(session, work.vault, connection.employer_id, [person])
        row = session.exec(select(Profile).where(col(Profile.profile_id) == person.profile.id)).one()
        row.created_at = then
        session.add(row)


def row_of(session: Session, id: str = "p1") -> Profile:
    return session.exec(select(Profile).where(col(Profile.profile_id) == id)).one()


def test_an_export_has_everything_and_labels_in_both_languages(work: Any, connection: Connection) -> None:
    take_in(work, connection)
    with work.reading() as session:
        data = collect(session, work.vault, row_of(session))
        text, back = as_text(data), json.loads(as_json(data))
    assert back["person"]["name"] == "髙橋 花子" and back["career"]["text"] == "Goで決済基盤を開発。"
    assert "氏名 / Name: 髙橋 花子" in text and "Goで決済基盤を開発。" in text
    assert "judgements" in data


def test_what_is_shown_to_them_holds_no_score(work: Any, connection: Connection) -> None:
    take_in(work, connection)
    with work.reading() as session:
        data = collect(session, work.vault, row_of(session), for_them=True)
    assert not {"judgements", "tasks"} & set(data)
    assert "score" not in as_json(data) and "点数" not in as_text(data)


def test_a_suspended_person_leaves_the_store_and_comes_back(work: Any, connection: Connection) -> None:
    take_in(work, connection)
    employer = connection.employer_id
    with work.writing() as session:
        assert suspend(session, work.vault, employer, "p1") and not suspend(session, work.vault, employer, "p1")
        _, upserts, deletes = changes_after(session, work.vault, employer, 0, 100)
        assert upserts == [] and deletes == ["p1"]
    take_in(work, connection)
    with work.writing() as session:
        assert changes_after(session, work.vault, employer, 0, 100)[2] == ["p1"], "an import doesn't bring them back"
        assert resume(session, work.vault, employer, "p1", by="staff:1")
        _, upserts, deletes = changes_after(session, work.vault, employer, 0, 100)
        assert [one.id for one in upserts] == ["p1"] and deletes == []


def test_a_correction_is_the_next_revision(work: Any, connection: Connection) -> None:
    take_in(work, connection)
    employer = connection.employer_id
    with work.writing() as session:
        who = Identity(name="佐藤 花子", email=WHO.email)
        assert correct(session, work.vault, employer, "p1", who, "Rustで配車基盤を開発。", by="staff:1") == 2
        judged = judged_of(session, work.vault, employer, "p1")
        assert judged is not None and (judged.text, judged.revision) == ("Rustで配車基盤を開発。", 2)
        assert identity_of(session, work.vault, row_of(session)).name == "佐藤 花子"


def test_nobody_can_be_corrected_who_is_not_there(work: Any, connection: Connection) -> None:
    take_in(work, connection)
    with work.writing() as session:
        delete_profiles(session, work.vault, connection.employer_id, ["p1"])
        with pytest.raises(NobodyThere):
            correct(session, work.vault, connection.employer_id, "p1", WHO, "x", by="staff:1")


def set_policy(work: Any, connection: Connection, **changes: Any) -> None:
    with work.writing() as session:
        row = session.get_one(Connection, connection.key)
        row.policy = policy_of(row).model_copy(update=changes).model_dump(mode="json")
        session.add(row)


def test_without_a_time_set_nobody_expires(work: Any, connection: Connection) -> None:
    take_in(work, connection, days_ago=5000)
    with work.reading() as session:
        assert expiring(session, connection.employer_id, work.clock.now()) == []


def test_who_expires_is_listed_ahead(work: Any, connection: Connection) -> None:
    take_in(work, connection, days_ago=720)
    take_in(work, connection, id="p2", days_ago=720, basis="business_card", identity=Identity(name="A B"))
    set_policy(work, connection, retention_days={"own_applicant": 730})
    with work.reading() as session:
        now = work.clock.now()
        assert expiring(session, connection.employer_id, now) == []
        found = expiring(session, connection.employer_id, now + timedelta(days=30))
        assert [(one.profile_id, one.kept_because) for one in found] == [("p1", "")]


def test_the_longest_time_of_an_employers_connections_holds(
    work: Any, connection: Connection, new_connection: Callable[..., Connection], employer: Any, policy: Policy
) -> None:
    set_policy(work, connection, retention_days={"own_applicant": 100, "referral": 50})
    other = policy.model_copy(update={"retention_days": {"own_applicant": 300}})
    new_connection(work.database, work.vault, employer, url_key="second", policy=other)
    with work.reading() as session:
        assert rules_of(session, employer.key) == {"own_applicant": 300}


@given(st.sampled_from(["髙橋花子", "髙橋　花子", "花子 髙橋", "HANAKO@EXAMPLE.COM", "08012345678", "+81 80 1234 5678", "たかはし　はなこ"]), st.text(max_size=20), st.text(max_size=20))  # fmt: skip
def test_a_mention_is_found_however_it_is_written(mention: str, before: str, after: str) -> None:
    assert Marks.of(WHO).stand_in(f"{before} {mention} {after}")


@pytest.mark.parametrize("text", ["髙橋 一郎", "花子さん", "080-9999-0000", "", "hanako@example.org"])
def test_another_person_is_no_mention(text: str) -> None:
    assert not Marks.of(WHO).stand_in(text)
