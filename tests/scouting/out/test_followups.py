"""At most one follow-up, to the silent only, under the same rules as the letter it follows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from plugin.alignment.commitment import undo
from plugin.identity import Identity
from plugin.rows import Commitment, Event, Mail, Reply, Scout
from plugin.scouting.followups import owe_follow_ups
from plugin.scouting.suppression import suppress


@pytest.fixture
def sent(stage: Any, smtp: Any) -> Any:
    """One person whose committed letter has left; follow-ups after three days."""
    stage.policy(follow_up_after_days=3, quiet_hours=False)
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    stage.release()
    stage.run_for(minutes=12)
    assert stage.states() == {"u001": "sent"}
    return stage


def wait(stage: Any, days: float) -> None:
    stage.run_for(days=days)
    owe_follow_ups(stage.work)
    stage.run()


def follow_ups(stage: Any) -> list[Mail]:
    return [mail for mail in stage.mails() if mail.kind == "follow_up"]


def why_none(stage: Any) -> str:
    with stage.work.reading() as session:
        event = session.exec(select(Event).where(col(Event.what) == "not_followed_up")).one()
        return str(event.facts["because"])


def test_a_silent_person_hears_once_more_with_the_same_promise(sent: Any, smtp: Any, text: Any) -> None:
    wait(sent, 2)
    assert follow_ups(sent) == [], "too early"
    for _ in range(3):
        wait(sent, 1.5)
    [mail] = follow_ups(sent)
    assert mail.state == "sent"
    assert len(smtp.messages) == 2, "and never a third"
    first, second = smtp.messages
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Reply-To"] == second["Reply-To"], "an answer to either is an answer to the letter"
    assert second["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    block = text(first).split("【お約束する内容】")[1].split("\n\n")[0]
    assert block in text(second), "the row's own terms, the reply deadline included"
    assert sent.states() == {"u001": "sent"}
    envelopes = [envelope for envelope, *_rest in smtp.accepted]
    assert envelopes[0] != envelopes[1], "each bounces to itself"


def test_off_by_default(stage: Any, smtp: Any) -> None:
    stage.policy(quiet_hours=False)
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    stage.release()
    stage.run_for(minutes=12)
    wait(stage, 10)
    assert follow_ups(stage) == []


def answered(session: Session, stage: Any) -> None:
    scout = session.exec(select(Scout)).one()
    session.add(
        Reply(
            employer_id=scout.employer_id,
            connection_id=scout.connection_id,
            scout_id=scout.key,
            received_at=datetime(2026, 11, 24, tzinfo=UTC),
            created_at=datetime(2026, 11, 24, tzinfo=UTC),
        )
    )


def refused(session: Session, stage: Any) -> None:
    suppress(
        session,
        stage.work.vault,
        employer_id=stage.connection.employer_id,
        address="u001@person.example.com",
        reason="opt_out",
    )


def undone(session: Session, stage: Any) -> None:
    undo(session, stage.work.vault, session.get_one(Commitment, stage.commitment_id), "staff:1", "other")


def bounced(session: Session, stage: Any) -> None:
    mail = session.exec(select(Mail)).one()
    mail.state = "bounced"
    session.add(mail)


@pytest.mark.parametrize(
    ("meanwhile", "because"),
    [(answered, ""), (refused, "suppressed"), (undone, "not_in_force"), (bounced, "not_sent")],
)
def test_none_after_an_answer_a_refusal_an_end_or_a_bounce(sent: Any, smtp: Any, meanwhile: Any, because: str) -> None:
    with sent.work.writing() as session:
        meanwhile(session, sent)
    wait(sent, 4)
    wait(sent, 1)
    assert follow_ups(sent) == []
    assert [to for _from, to, _raw in smtp.accepted].count("u001@person.example.com") == 1
    if because:
        assert why_none(sent) == because


def test_an_answer_between_owing_and_sending_stops_it(sent: Any, smtp: Any) -> None:
    sent.run_for(days=4)
    owe_follow_ups(sent.work)
    with sent.work.writing() as session:
        answered(session, sent)
    sent.run()
    assert len(smtp.messages) == 1
    assert why_none(sent) == "answered"


def test_none_in_the_last_days_before_the_reply_deadline(sent: Any, smtp: Any) -> None:
    wait(sent, 12)
    assert len(smtp.messages) == 1
    assert why_none(sent) == "too_late"


def test_a_temporary_refusal_is_tried_again_with_the_same_message_id(sent: Any, smtp: Any) -> None:
    smtp.plan.append("data:451 later")
    wait(sent, 4)
    [mail] = follow_ups(sent)
    assert mail.state == "queued"
    sent.run_for(hours=2)
    [mail] = follow_ups(sent)
    assert mail.state == "sent"
    assert smtp.message_ids()[1] == mail.message_id


def test_a_lost_answer_leaves_it_unknown_and_the_letter_sent(sent: Any, smtp: Any) -> None:
    smtp.plan.append("drop")
    wait(sent, 4)
    wait(sent, 1)
    [mail] = follow_ups(sent)
    assert mail.state == "unknown"
    assert sent.states() == {"u001": "sent"}
    assert len(smtp.messages) == 2


def test_a_refused_follow_up_does_not_unsend_the_letter(sent: Any, smtp: Any) -> None:
    smtp.plan.append("rcpt:550 5.1.1 user unknown")
    wait(sent, 4)
    [mail] = follow_ups(sent)
    assert mail.state == "refused"
    assert sent.states() == {"u001": "sent"}


def test_it_leaves_in_the_readers_own_hours(stage: Any, smtp: Any) -> None:
    stage.policy(follow_up_after_days=3, quiet_hours=True)
    there = Identity(name="Taro Mihon", romaji="Taro Mihon", email="taro@person.example.com", zone="America/New_York")
    stage.people(1, identity=there)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    stage.release()
    stage.run_for(days=3)
    assert stage.states() == {"u001": "sent"}
    for _ in range(6):
        wait(stage, 1)
    [mail] = follow_ups(stage)
    assert mail.attempted_at is not None
    local = mail.attempted_at.astimezone(ZoneInfo("America/New_York"))
    assert 9 <= local.hour < 19 and local.weekday() < 5, local
