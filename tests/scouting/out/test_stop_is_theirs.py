"""A stop is the person's, not the letter's: it holds for their address of today and in every service (R5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from plugin.identity import Identity
from plugin.rows import Connection, Profile, Requisition, Scout
from plugin.scouting import by_hand
from plugin.scouting.deciding import log_reply
from plugin.scouting.may_write import may_write_to
from plugin.scouting.optout import unsubscribe, unsubscribe_token
from plugin.scouting.page_answers import answer


def known_there(**ways: Any) -> Identity:
    return Identity(name="見本 太郎", romaji="Taro Mihon", company="株式会社れい", **ways)


def written_to(stage: Any, identity: Identity) -> Scout:
    """One letter that has left, by mail or by hand."""
    stage.people(1, identity=identity)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    stage.release()
    stage.run_for(days=4)
    (scout,) = stage.scouts().values()
    if scout.medium != "mail":
        with stage.work.writing() as session:
            by_hand.take(session, stage.work, scout.key, "staff:1")
        with stage.work.writing() as session:
            by_hand.sent(session, scout.key, "staff:1")
    (scout,) = stage.scouts().values()
    assert isinstance(scout, Scout) and scout.state == "sent"
    return scout


def why_not(stage: Any, requisition_id: int) -> list[str]:
    with stage.work.reading() as session:
        return may_write_to(
            session,
            stage.work.vault,
            connection=session.get_one(Connection, stage.connection.key),
            requisition=session.get_one(Requisition, requisition_id),
            profile=session.exec(select(Profile)).one(),
            now=stage.clock.now(),
        )


@pytest.mark.parametrize("later", ["linkedin", "mail"])
def test_who_said_stop_in_one_service_is_written_to_in_no_other(
    stage: Any, smtp: Any, stage_of: Any, later: str
) -> None:
    here = {"bizreach": "BU0001", "linkedin": "https://www.linkedin.example/in/taro"}
    scout = written_to(stage, known_there(**here))
    with stage.work.writing() as session:
        row, now = session.get_one(Scout, scout.key), stage.clock.now()
        log_reply(session, stage.work.vault, row, "bizreach", "配信を停止してください", "opt_out", "staff:1", now)
    changed = {"linkedin": here["linkedin"]} if later == "linkedin" else {**here, "email": "taro@person.example.com"}
    stage.people(1, identity=known_there(**changed))
    stage.clock.move(timedelta(days=200))
    other = stage_of(stage.connection, "z")
    other.calibrate({"u001": 90})
    assert "suppressed" in why_not(stage, other.requisition_id)


@pytest.mark.parametrize("how", ["page", "link"])
def test_a_stop_said_to_an_old_letter_holds_for_the_address_known_since(
    stage: Any, smtp: Any, stage_of: Any, how: str
) -> None:
    scout = written_to(stage, known_there(email="taro@person.example.com"))
    stage.people(1, identity=known_there(email="taro@new.example.com"))
    with stage.work.writing() as session:
        vault, row = stage.work.vault, session.get_one(Scout, scout.key)
        if how == "page":
            digest = vault.hash_email(row.employer_id, "taro@person.example.com")
            answer(session, vault, row, digest, "stop")
        else:
            unsubscribe(session, vault, unsubscribe_token(vault, row, "taro@person.example.com"))
    stage.clock.move(timedelta(days=200))
    other = stage_of(stage.connection, "z")
    other.calibrate({"u001": 90})
    assert "suppressed" in why_not(stage, other.requisition_id)
