"""Letters carried by hand: the same rules and the same record as by mail, in a text that fits."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from plugin.alignment.commitment import undo
from plugin.identity import Identity
from plugin.rows import Batch, Commitment, Entry, Event, Promise, Reply, Requisition, Scout, Task
from plugin.scouting import by_hand
from plugin.scouting.batches import recall
from plugin.scouting.by_hand import CannotTake
from plugin.scouting.compiler import BY_HAND as BRIEF
from plugin.scouting.compiler import compile_letter
from plugin.scouting.cutting import TooLong, cut, limit_of
from plugin.scouting.deciding import log_reply
from plugin.scouting.letters import parts_of
from plugin.scouting.media import BY_HAND, reach_of
from plugin.scouting.optout import unsubscribe, unsubscribe_token
from plugin.scouting.promising import promise_block
from plugin.scouting.suppression import suppress

BOTH_DATABASES = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
LINKEDIN = "https://www.linkedin.example/in/taro-mihon"


def known_there(email: str = "", **handles: Any) -> Identity:
    return Identity(name="見本 太郎", romaji="Taro Mihon", email=email, company="株式会社れい", **handles)


def another_there() -> Identity:
    return Identity(name="例示 花子", romaji="Hanako Reiji", company="株式会社べつ", linkedin=LINKEDIN + "-2")


@pytest.fixture
def unmailed(stage: Any, smtp: Any) -> Any:
    """One person without a mail address who is known on LinkedIn, their letter released and past recall."""
    stage.people(1, identity=known_there(linkedin=LINKEDIN))
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    stage.release()
    stage.clock.move(timedelta(minutes=11))
    stage.run()
    return stage


def only(stage: Any) -> Scout:
    (scout,) = stage.scouts().values()
    assert isinstance(scout, Scout)
    return scout


def take(stage: Any) -> Scout:
    with stage.work.writing() as session:
        return by_hand.take(session, stage.work, only(stage).key, "staff:1")


def mark(stage: Any, *, sent: bool = True) -> Scout:
    with stage.work.writing() as session:
        act = by_hand.sent if sent else by_hand.not_sent
        return act(session, only(stage).key, "staff:1")


def open_tasks(stage: Any) -> list[str]:
    with stage.work.reading() as session:
        return [row.kind for row in session.exec(select(Task).where(col(Task.state) == "open"))]


@BOTH_DATABASES
def test_who_has_no_address_but_is_known_there_is_written_to_by_hand_alone(unmailed: Any, smtp: Any) -> None:
    assert (only(unmailed).state, only(unmailed).medium) == ("queued", "linkedin")
    assert smtp.accepted == [] and unmailed.mails() == []
    assert take(unmailed).state == "sending"
    assert open_tasks(unmailed) == ["by_hand"]
    scout = mark(unmailed)
    assert (scout.state, scout.sent_at is not None) == ("sent", True)
    (mail,) = unmailed.mails()
    assert (mail.state, mail.kind, mail.commitment_id) == ("sent", "scout", unmailed.commitment_id)
    assert open_tasks(unmailed) == [] and unmailed.batch().state == "finished"
    unmailed.run_for(days=2)
    assert smtp.accepted == [], "it is never mailed as well"


def test_who_is_known_nowhere_stays_left_out(stage: Any) -> None:
    stage.people(1, identity=known_there())
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    assert (only(stage).state, only(stage).reason) == ("excluded", "no_address")


def test_a_page_there_is_no_basis_to_write(stage: Any) -> None:
    stage.people(1, identity=known_there(linkedin=LINKEDIN), contact_basis="none")
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    assert only(stage).state == "excluded" and "no_basis" in only(stage).reason


def test_a_recruiter_may_carry_a_letter_that_could_be_mailed(stage: Any, smtp: Any) -> None:
    stage.people(1, identity=known_there(email="taro@person.example.com", wantedly="https://www.wantedly.example/id/x"))
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    with stage.work.writing() as session:
        scout = session.get_one(Scout, only(stage).key)
        with pytest.raises(CannotTake, match="not_there"):
            by_hand.choose(session, stage.work, scout, "bizreach", "staff:1")
        by_hand.choose(session, stage.work, scout, "wantedly", "staff:1")
    stage.release()
    stage.run_for(hours=1)
    assert smtp.accepted == [] and only(stage).state == "queued"
    take(stage)
    mark(stage)
    (mail,) = stage.mails()
    assert mail.to_hash == stage.work.vault.hash_email(mail.employer_id, "taro@person.example.com")


def test_nothing_is_taken_before_release_or_while_it_can_be_recalled(stage: Any) -> None:
    stage.people(1, identity=known_there(linkedin=LINKEDIN))
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    with pytest.raises(CannotTake, match="not_released"):
        take(stage)
    stage.release()
    with pytest.raises(CannotTake, match="recall"):
        take(stage)
    with stage.work.writing() as session:
        recall(session, session.get_one(Batch, stage.batch().key), "1")
    stage.clock.move(timedelta(minutes=11))
    with pytest.raises(CannotTake, match="not_released"):
        take(stage)
    assert stage.mails() == []


# R1 and R5 in the transaction that takes it.


def test_a_commitment_taken_back_stops_what_nobody_has_taken(unmailed: Any) -> None:
    with unmailed.work.writing() as session:
        undo(session, unmailed.work.vault, session.get_one(Commitment, unmailed.commitment_id), "staff:1", "other")
    with pytest.raises(CannotTake, match="may_not"):
        take(unmailed)
    assert only(unmailed).state == "stopped" and unmailed.mails() == []


def test_the_last_days_before_the_reply_deadline_stop_a_letter_by_hand_too(unmailed: Any) -> None:
    unmailed.clock.move(timedelta(days=13))
    assert take(unmailed).state == "stopped"
    assert only(unmailed).reason and unmailed.mails() == []


def test_letters_by_hand_count_towards_the_cap(stage: Any) -> None:
    stage.people(1, identity=known_there(linkedin=LINKEDIN))
    stage.people(1, first=2, identity=another_there())
    stage.calibrate({"u001": 90, "u002": 80})
    stage.commit()
    stage.run()
    stage.release()
    stage.clock.move(timedelta(minutes=11))
    stage.change(Commitment, stage.commitment_id, max_people=1)
    states = []
    for id in ("u001", "u002"):
        with stage.work.writing() as session:
            scout = by_hand.take(session, stage.work, stage.scouts()[id].key, "staff:1")
            states.append((scout.state, scout.reason))
    assert states == [("sending", "by_hand"), ("stopped", "cap_reached")]


def test_who_said_stop_is_not_written_to_by_hand_either(unmailed: Any) -> None:
    reach = reach_of(known_there(linkedin=LINKEDIN), "linkedin")
    with unmailed.work.writing() as session:
        suppress(session, unmailed.work.vault, employer_id=unmailed.connection.employer_id, address=reach)
    assert (take(unmailed).state, only(unmailed).reason) == ("excluded", "suppressed")


def test_the_link_in_a_letter_by_hand_refuses_for_who_has_no_address(unmailed: Any) -> None:
    take(unmailed)
    mark(unmailed)
    reach = reach_of(known_there(linkedin=LINKEDIN), "linkedin")
    vault, scout = unmailed.work.vault, only(unmailed)
    token = unsubscribe_token(vault, scout, reach)
    with unmailed.work.reading() as session:
        assert token in by_hand.text_of(session, unmailed.work, scout)[1]
    with unmailed.work.writing() as session:
        unsubscribe(session, vault, token)
    unmailed.calibrate({"u001": 95}, hash="h2")
    with unmailed.work.reading() as session:
        found = by_hand._said_stop(session, unmailed.work, unmailed.connection, reach)
    assert found


def test_a_test_run_sends_nothing_by_hand(unmailed: Any) -> None:
    unmailed.policy(test_address="dry-run@mihon.example.com")
    with pytest.raises(CannotTake, match="test_run"):
        take(unmailed)


@BOTH_DATABASES
def test_two_colleagues_at_once_take_one_letter(unmailed: Any) -> None:
    states: list[str] = []
    barrier = threading.Barrier(2)

    def one() -> None:
        barrier.wait(10)
        states.append(take(unmailed).state)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert states == ["sending", "sending"]
    assert [(mail.state, mail.attempts) for mail in unmailed.mails()] == [("sending", 1)]


# What was taken is what was said.


def test_the_text_is_fixed_when_it_is_taken(unmailed: Any) -> None:
    take(unmailed)
    with unmailed.work.reading() as session:
        before = by_hand.text_of(session, unmailed.work, only(unmailed))
    unmailed.policy(company_ja="株式会社あたらしい名")
    take(unmailed)
    with unmailed.work.reading() as session:
        assert by_hand.text_of(session, unmailed.work, only(unmailed)) == before
    assert "面接の実施をお約束するもので、採用をお約束するものではありません" in before[1]
    assert "本メール" not in before[1] and "本メッセージにそのままご返信ください" in before[1]


def test_a_letter_not_sent_waits_again_and_is_asked_about_anew(unmailed: Any, smtp: Any) -> None:
    take(unmailed)
    assert mark(unmailed, sent=False).state == "queued"
    assert open_tasks(unmailed) == []
    unmailed.run_for(hours=2)
    assert only(unmailed).state == "queued" and smtp.accepted == []
    with unmailed.work.writing() as session:
        undo(session, unmailed.work.vault, session.get_one(Commitment, unmailed.commitment_id), "staff:1", "other")
    with pytest.raises(CannotTake):
        take(unmailed)


def test_what_was_sent_stays_sent(unmailed: Any) -> None:
    with pytest.raises(CannotTake, match="not_taken"):
        mark(unmailed)
    take(unmailed)
    with unmailed.work.writing() as session:
        undo(session, unmailed.work.vault, session.get_one(Commitment, unmailed.commitment_id), "staff:1", "other")
    mark(unmailed)  # it had been copied before the commitment was taken back: it binds
    assert mark(unmailed).state == "sent"
    with pytest.raises(CannotTake, match="not_taken"):
        mark(unmailed, sent=False)
    with unmailed.work.reading() as session:
        [sent] = session.exec(select(Event).where(col(Event.what) == "sent", col(Event.subject) == "scout")).all()
    assert (sent.facts["how"], sent.facts["medium"]) == ("by_hand", "linkedin")
    assert LINKEDIN not in str(sent.facts)


def test_a_letter_taken_and_never_mentioned_again_stays_somebody_s_task(unmailed: Any) -> None:
    take(unmailed)
    unmailed.run_for(days=3)
    assert "by_hand" in open_tasks(unmailed)
    assert only(unmailed).state == "sending"


@BOTH_DATABASES
def test_a_yes_pasted_back_becomes_an_entry_with_its_promise(unmailed: Any) -> None:
    take(unmailed)
    mark(unmailed)
    with unmailed.work.writing() as session:
        scout = session.get_one(Scout, only(unmailed).key)
        log_reply(
            session,
            unmailed.work.vault,
            scout,
            "linkedin",
            "ぜひお話を伺いたいです。",
            "interested",
            "staff:1",
            unmailed.clock.now(),
        )
    with unmailed.work.reading() as session:
        [reply] = session.exec(select(Reply)).all()
        [entry] = session.exec(select(Entry)).all()
        [promise] = session.exec(select(Promise)).all()
    assert (reply.medium, entry.scout_id, promise.scout_id) == ("linkedin", scout.key, scout.key)


def test_an_opt_out_pasted_back_silences_every_medium(unmailed: Any) -> None:
    take(unmailed)
    mark(unmailed)
    reach = reach_of(known_there(linkedin=LINKEDIN), "linkedin")
    with unmailed.work.writing() as session:
        log_reply(
            session,
            unmailed.work.vault,
            session.get_one(Scout, only(unmailed).key),
            "linkedin",
            "今後の連絡は不要です。",
            "opt_out",
            "staff:1",
            unmailed.clock.now(),
        )
    with unmailed.work.reading() as session:
        assert by_hand._said_stop(session, unmailed.work, unmailed.connection, reach)


# Length.


@pytest.fixture
def whole(unmailed: Any) -> Any:
    """The parts of the letter, whole."""
    with unmailed.work.reading() as session:
        return parts_of(session, unmailed.work.vault, unmailed.work.settings, only(unmailed), reach="linkedin:x")


def test_courtesies_go_first_then_facts_about_the_role_then_the_letter_is_refused(whole: Any) -> None:
    longest = cut(whole, "linkedin", 10_000)
    assert (longest.left_out, longest.brief) == (0, False) and len(whole.role.lines) > 2
    brief = cut(whole, "linkedin", longest.length - 1)
    assert (brief.left_out, brief.brief) == (0, True)
    assert all(value in brief.letter.text for _label, value in whole.role.lines)
    shorter = cut(whole, "linkedin", brief.length - 1)
    assert shorter.left_out == 1
    assert whole.role.lines[-1][1] not in shorter.letter.text
    with pytest.raises(TooLong, match="too_long") as refused:
        cut(whole, "linkedin", 300)
    for locale in ("ja", "en"):
        assert "300" in refused.value.text(locale) and "LinkedIn" in refused.value.text(locale)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("voice", ["in_house", "agency", "operator"])
def test_every_voice_has_its_letter_in_fewer_words(whole: Any, language: str, voice: str) -> None:
    letter = compile_letter(replace(whole, language=language, voice=voice, occasion=BRIEF))
    assert "%(" not in letter.text and whole.page in letter.text and whole.legal in letter.text
    assert len(letter.text) < len(compile_letter(replace(whole, language=language, voice=voice)).text)


@given(most=st.integers(min_value=1, max_value=3000))
def test_whatever_the_limit_promise_law_and_refusal_are_whole_or_nothing_is_written(whole: Any, most: int) -> None:
    try:
        found = cut(whole, "wantedly", most)
    except TooLong:
        return
    text = found.letter.text
    assert len(text) <= most
    assert promise_block(whole.promise, "ja") in text
    assert whole.legal.replace("本メール", "本メッセージ") in text


def test_every_medium_has_a_limit_and_both_languages_fit_it(stage: Any) -> None:
    stage.people(1, identity=known_there(linkedin=LINKEDIN))
    stage.people(1, first=2, identity=another_there(), language="en")
    stage.policy(company_en="Mihon Inc.")
    stage.calibrate({"u001": 90, "u002": 89})
    stage.commit()
    stage.run()
    with stage.work.reading() as session:
        for scout in stage.scouts().values():
            for medium in BY_HAND:
                found = by_hand.shown(session, stage.work, scout, medium)
                assert found.length <= limit_of(stage.work.settings, medium) == found.most


def test_a_pause_holds_it_back_and_stops_nothing(unmailed: Any) -> None:
    unmailed.change(Requisition, unmailed.requisition_id, paused=True)
    with pytest.raises(CannotTake, match="paused"):
        take(unmailed)
    assert only(unmailed).state == "queued"
    unmailed.change(Requisition, unmailed.requisition_id, paused=False)
    assert take(unmailed).state == "sending"


def promised(stage: Any, count: int, state: str, *, days: int, cause: str = "") -> None:
    """Promises of the same manager to others, due so many days from now."""
    scout, now = only(stage), stage.clock.now()
    due = now + timedelta(days=days)
    with stage.work.writing() as session:
        for number in range(count):
            shared = scout.model_dump(exclude={"id", "reply_token", "profile_id", "state", "medium"})
            other = Scout(**shared, reply_token=f"other{number:021}", profile_id=f"other{number}", state="sent")
            session.add(other)
            session.flush()
            session.add(
                Promise(
                    employer_id=scout.employer_id,
                    connection_id=scout.connection_id,
                    requisition_id=scout.requisition_id,
                    scout_id=other.key,
                    commitment_id=stage.commitment_id,
                    manager_id=stage.manager_id,
                    received_at=due - timedelta(days=7),
                    zone="Asia/Tokyo",
                    day_zero=(due - timedelta(days=7)).date(),
                    due_date=due.date(),
                    due_at=due,
                    state=state,
                    cause=cause,
                    created_at=now,
                )
            )


def refused_to_be_taken(stage: Any, code: str) -> None:
    scout = stage.scouts()["u001"]
    with pytest.raises(CannotTake, match=code), stage.work.writing() as session:
        by_hand.take(session, stage.work, scout.key, "staff:1")
    assert stage.states()["u001"] == "queued"


def test_a_manager_who_keeps_too_few_promises_gives_none_by_hand_either(unmailed: Any) -> None:
    unmailed.policy(kept_rate_floor=0.8)
    promised(unmailed, 5, "broken", days=-2, cause="manager")
    refused_to_be_taken(unmailed, "under_review")


def test_nobody_is_promised_a_meeting_by_hand_for_which_the_manager_has_no_room(unmailed: Any) -> None:
    unmailed.policy(interviews_per_week=1)
    promised(unmailed, 1, "owed", days=7)
    refused_to_be_taken(unmailed, "full")
