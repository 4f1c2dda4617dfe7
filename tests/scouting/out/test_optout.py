"""Refusing further letters: a link that shows, a button that acts, for good."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from plugin.rows import Event, Scout, Suppression
from plugin.scouting.optout import BadLink, look_at, unsubscribe, unsubscribe_token, unsubscribe_url
from plugin.scouting.suppression import is_suppressed, suppress

BOTH_DATABASES = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)


@pytest.fixture
def drafted(stage: Any) -> Any:
    stage.people(2)
    stage.calibrate({"u001": 90, "u002": 80})
    stage.commit()
    stage.run()
    return stage


def token_for(stage: Any, id: str) -> str:
    return unsubscribe_token(stage.work.vault, stage.scouts()[id], f"{id}@person.example.com")


@BOTH_DATABASES
def test_looking_changes_nothing_and_acting_suppresses_once(drafted: Any) -> None:
    token, vault = token_for(drafted, "u001"), drafted.work.vault
    assert look_at(vault, token).language == "ja"
    employer = drafted.connection.employer_id
    with drafted.work.reading() as session:
        assert not is_suppressed(session, vault, employer_id=employer, address="u001@person.example.com")
    for _ in range(2):
        with drafted.work.writing() as session:
            assert unsubscribe(session, vault, token).scout_id == drafted.scouts()["u001"].key
    with drafted.work.reading() as session:
        assert is_suppressed(session, vault, employer_id=employer, address="u001@person.example.com")
        assert len(session.exec(select(Suppression)).all()) == 1
        assert len(session.exec(select(Event).where(col(Event.what) == "opted_out")).all()) == 1


@BOTH_DATABASES
def test_a_refusal_stops_what_has_not_left(drafted: Any, smtp: Any) -> None:
    drafted.release()
    with drafted.work.writing() as session:
        unsubscribe(session, drafted.work.vault, token_for(drafted, "u001"))
    drafted.run_for(minutes=15)
    assert drafted.states() == {"u001": "excluded", "u002": "sent"}
    assert drafted.scouts()["u001"].reason == "suppressed"
    assert [to for _f, to, _raw in smtp.accepted] == ["u002@person.example.com"]


def test_the_link_carries_no_address(drafted: Any) -> None:
    token = token_for(drafted, "u001")
    assert "u001" not in unsubscribe_url(drafted.work.settings, token)
    assert unsubscribe_url(drafted.work.settings, token).startswith(drafted.work.settings.public_url + "/u/")


def test_a_changed_link_is_none_of_ours(drafted: Any) -> None:
    token = token_for(drafted, "u001")

    @given(st.integers(0, len(token) - 1), st.sampled_from("aB3_-."))
    def altered(at: int, char: str) -> None:
        if token[at] == char:
            return
        with pytest.raises(BadLink):
            look_at(drafted.work.vault, token[:at] + char + token[at + 1 :])

    altered()
    for broken in ("", "x", token[:-1], token + "A"):
        with pytest.raises(BadLink):
            look_at(drafted.work.vault, broken)


def test_a_suppression_needs_an_address_and_a_known_reason(drafted: Any) -> None:
    with drafted.work.writing() as session, pytest.raises(ValueError, match="address"):
        suppress(session, drafted.work.vault, employer_id=1, address=" ")
    with drafted.work.writing() as session, pytest.raises(ValueError, match="no reason"):
        suppress(session, drafted.work.vault, employer_id=1, address="a@example.com", reason="because")


def test_only_a_keyed_hash_is_kept(drafted: Any) -> None:
    with drafted.work.writing() as session:
        suppress(session, drafted.work.vault, employer_id=drafted.connection.employer_id, address="Someone@example.com")
    with drafted.work.reading() as session:
        row = session.exec(select(Suppression)).one()
    assert "someone" not in str(row.model_dump()).casefold()
    assert isinstance(drafted.scouts()["u001"], Scout)
