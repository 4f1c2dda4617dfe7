"""A mail comes in: whose answer it is, what it says, what it sets off."""

from __future__ import annotations

from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from plugin.rows import Connection, Event, Mail, Reply, Scout
from plugin.scouting.post import come_back, new_token
from plugin.scouting.replies import CannotDecide, decide_reply, log_reply

YES = "ご連絡ありがとうございます。ぜひ一度お話を伺えればと存じます。"

# What the two databases differ in is tested in test_on_both_databases.py.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_a_yes_becomes_one_entry_with_its_promise(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout))
    [entry], [promise], [reply] = world.entries(), world.promises(), world.replies()
    assert (entry.scout_id, entry.reply_id, entry.state) == (scout.key, reply.key, "owed")
    assert promise.due_date == date(2026, 11, 30)  # five business days after Friday the 20th, the 23rd is a holiday
    assert (reply.intent, reply.state, reply.matched) == ("interested", "decided", "token")
    assert not world.tasks()


def test_the_promise_runs_from_the_receipt_not_from_the_reading(world: Any) -> None:
    scout = world.scout()
    world.arrive(world.answer(scout), at=world.clock.now())
    received = world.clock.now()
    world.clock.move(timedelta(days=3))
    world.read_all()
    assert abs(world.promises()[0].received_at - received) < timedelta(seconds=5)


def test_what_was_written_is_sealed_under_the_persons_key(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout))
    [reply] = world.replies()
    assert reply.person == scout.profile_id
    assert "伺えれば".encode() not in (reply.sealed_text or b"")
    with world.work.reading() as session:
        opened = world.work.vault.open_for(session, reply.employer_id, reply.person, reply.sealed_text)
    assert opened == YES


def test_the_same_mail_by_two_doors_is_one_reply(world: Any) -> None:
    scout = world.scout()
    raw = world.answer(scout)
    world.receive(raw)
    world.receive(b"Received: from elsewhere by imap.example.com\r\n" + raw)
    assert len(world.replies()) == len(world.entries()) == 1


def test_one_message_id_for_two_answers_loses_neither(world: Any) -> None:
    first, second = world.scout(1), world.scout(2)
    for scout in (first, second):
        world.receive(
            world.answer(scout, sender="shared@example.com", id="<same@mail.example.com>", text=f"{YES}{scout.key}")
        )
    assert {entry.scout_id for entry in world.entries()} == {first.key, second.key}


def test_two_people_who_say_the_same_at_once_both_count(world: Any) -> None:
    first, second = world.scout(1), world.scout(2)
    raws = [
        world.answer(scout, "はい、お願いします。", sender="shared@example.com", refers=False)
        for scout in (first, second)
    ]
    for raw in raws:
        world.arrive(raw)
    world.read_all()
    assert {entry.scout_id for entry in world.entries()} == {first.key, second.key}


def test_one_mail_to_the_addresses_of_two_letters_is_for_a_person(world: Any) -> None:
    first, second = world.scout(1), world.scout(2)
    world.receive(world.answer(first, to=f"{world.address(first)}, {world.address(second)}"))
    [reply] = world.replies()
    assert (reply.state, reply.triage_because) == ("triage", "several_letters")
    assert not world.entries()


def test_a_token_in_capitals_still_matches(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, to=world.address(scout).upper()))
    assert len(world.entries()) == 1


def test_a_token_counts_from_another_address(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, sender="private@example.net", refers=False))
    assert len(world.entries()) == 1


def test_the_envelope_s_recipient_counts_when_the_header_hides_it(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, to="undisclosed@example.net", refers=False), envelope=world.address(scout))
    assert len(world.entries()) == 1


def test_references_with_the_same_sender_match(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, to=world.policy.from_address))
    assert world.replies()[0].matched == "references"
    assert len(world.entries()) == 1


def test_references_with_another_sender_wait_for_a_person(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, to=world.policy.from_address, sender="somebody@example.net"))
    [reply], [task] = world.replies(), world.tasks()
    assert (reply.state, reply.triage_because, task.kind) == ("triage", "other_sender", "triage")
    assert not world.entries()


def test_the_sender_alone_waits_for_a_person(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, to=world.policy.from_address, refers=False))
    [reply] = world.replies()
    assert (reply.scout_id, reply.matched, reply.triage_because) == (scout.key, "sender", "by_sender")
    assert not world.entries()


def test_a_yes_nobody_can_place_waits_for_a_person(world: Any) -> None:
    world.receive(world.answer(None, sender="unknown@example.net"))
    [reply], [task] = world.replies(), world.tasks("triage")
    assert (reply.scout_id, reply.triage_because) == (None, "no_match")
    assert task.due is not None


@pytest.mark.parametrize("how", ["token", "references", "other_sender", "sender", "unknown"])
def test_an_opt_out_counts_however_it_was_matched(world: Any, how: str) -> None:
    scout = world.scout()
    text = "今後このようなメールは送らないでください。"
    given: dict[str, Any] = {
        "token": {},
        "references": {"to": world.policy.from_address},
        "other_sender": {"to": world.policy.from_address, "sender": "else@example.net"},
        "sender": {"to": world.policy.from_address, "refers": False},
        "unknown": {},
    }[how]
    if how == "unknown":
        world.receive(world.answer(None, text, sender="stranger@example.net"))
        assert world.hash("stranger@example.net") in world.suppressed()
        return
    world.receive(world.answer(scout, text, **given))
    assert world.hash("person1@example.com") in world.suppressed()
    if how == "other_sender":
        assert world.hash("else@example.net") in world.suppressed()
    assert not world.entries()


def test_the_unsubscribe_button_of_a_mail_program_counts(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, "", subject="unsubscribe", headers={"Auto-Submitted": "auto-generated"}))
    assert world.hash("person1@example.com") in world.suppressed()


def test_our_own_stop_line_quoted_is_no_opt_out(world: Any, letter: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, "ぜひお願いします。\n\n" + letter("ja").text))
    assert not world.suppressed()
    assert len(world.entries()) == 1


def test_a_yes_and_a_stop_in_one_mail_stops_and_asks(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, "ぜひお話を伺いたいです。なお、今後のスカウトメールの配信は停止してください。"))
    assert world.hash("person1@example.com") in world.suppressed()
    assert world.replies()[0].state == "triage"
    assert len(world.tasks("triage")) == 1


def test_a_condition_is_for_the_recruiter_with_the_promise_s_clock(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, "フルリモートであれば、ぜひお話を伺いたいです。"))
    [task] = world.tasks()
    assert (task.kind, task.owner_id) == ("contradiction", world.recruiter.key)
    assert task.due is not None and task.due.date() == date(2026, 11, 30)
    assert not world.entries()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("年収のレンジを教えてください。", "question"),
        ("落ち着いたら改めてご連絡いただけますか。今は動けません。", "later"),
        ("私は転職しませんが、元同僚をご紹介できます。", "referral"),
        ("面接の日程をリスケさせてください。", "reschedule"),
    ],
)
def test_what_is_no_yes_leaves_a_person_something_to_do(world: Any, text: str, kind: str) -> None:
    world.receive(world.answer(world.scout(), text))
    assert [task.kind for task in world.tasks()] == [kind]
    assert not world.entries()


def test_a_decline_leaves_nothing_to_do_and_no_entry(world: Any) -> None:
    world.receive(world.answer(world.scout(), "今回は辞退させていただきます。"))
    assert world.replies()[0].intent == "declined"
    assert not world.tasks() and not world.entries() and not world.suppressed()


def test_a_decline_after_a_yes_is_for_a_person(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout))
    world.receive(world.answer(scout, "やはり今回は辞退させていただきます。"))
    assert [task.kind for task in world.tasks()] == ["withdraw"]
    assert len(world.entries()) == 1  # R9: no rule takes anybody out


def test_a_yes_read_after_a_later_decline_asks_a_person(world: Any) -> None:
    scout = world.scout()
    at = world.clock.now()
    world.clock.move(timedelta(hours=2))
    world.receive(world.answer(scout, "今回は辞退させていただきます。"))
    world.receive(world.answer(scout), at=at)
    assert not world.entries()
    assert [task.facts["because"] for task in world.tasks("triage")] == ["said_no_since"]


def test_an_auto_reply_is_no_answer(world: Any) -> None:
    scout = world.scout()
    text = "11月25日まで不在にしております。ぜひよろしくお願いいたします。"
    world.receive(world.answer(scout, text, headers={"Auto-Submitted": "auto-replied"}))
    assert (world.replies()[0].intent, world.replies()[0].state) == ("auto_reply", "handled")
    assert not world.entries() and not world.tasks()


def test_a_reply_settles_an_unknown_mail(world: Any) -> None:
    scout = world.scout(state="unknown")
    world.receive(world.answer(scout))
    assert world.rows(Mail)[0].state == "sent"
    assert world.rows(Scout)[0].state == "sent"
    assert len(world.entries()) == 1


def test_a_mail_matched_by_its_sender_alone_settles_nothing(world: Any) -> None:
    scout = world.scout(state="unknown")
    world.receive(world.answer(scout, to=world.policy.from_address, refers=False))
    assert (world.rows(Mail)[0].state, world.rows(Scout)[0].state) == ("unknown", "unknown")


def test_what_it_answers_says_whose_mail_it_is_before_the_address_does(
    world: Any, second_employer: Any, new_connection: Any
) -> None:
    """One mailbox for two employers: an answer that lost its plus address still goes to whose letter it answers."""
    from plugin.scouting.matching import connection_of, letter_of

    other = new_connection(world.work.database, world.work.vault, second_employer, url_key="other", policy=world.policy)
    scout = world.scout()
    with world.work.writing() as session:
        letter = letter_of(session, scout)
        letter.connection_id, letter.employer_id = other.key, other.employer_id
        session.add(letter)
    with world.work.reading() as session:
        found = connection_of(session, [world.policy.from_address], [letter.message_id.strip("<>")])
        assert found is not None and found.key == other.key


def test_a_colleague_s_answer_to_our_mail_is_nobody_s_yes(world: Any) -> None:
    token = new_token()
    with world.work.writing() as session:
        world.mail(session, "nudge", "kenichi.suzuki@example.com", token, staff_id=world.manager.key)
    to = come_back(world.policy.from_address, token)
    world.receive(
        world.answer(None, "75点でお願いします。ぜひ進めてください。", sender="kenichi.suzuki@example.com", to=to)
    )
    assert world.replies()[0].triage_because == "staff"
    assert not world.entries()


@pytest.mark.parametrize(
    "quoted",
    [
        "> https://kakuyaku.example.com/act/{token}\n> この方専用です。",
        "> https://kakuyaku.example.com/act/{half}\n> {rest}\n>\n> この方専用です。",
        "https://safe.example.com/?url=https%3A%2F%2Fkakuyaku.example.com%2Fact%2F{token}&data=1",
        "https://kakuyaku.example.com/sign-in/{token}?next=/requisitions この方専用です。",
    ],
)
def test_an_answer_that_quotes_an_acting_link_shows_it_to_nobody(world: Any, quoted: str) -> None:
    link, reply_token = "aB3-" * 8, new_token()
    with world.work.writing() as session:
        world.mail(session, "nudge", "kenichi.suzuki@example.com", reply_token, staff_id=world.manager.key)
    text = "どの候補者でしょうか。\n\n" + quoted.format(token=link, half=link[:14], rest=link[14:])
    to = come_back(world.policy.from_address, reply_token)
    world.receive(world.answer(None, text, sender="kenichi.suzuki@example.com", to=to, subject=f"/act/{link}"))
    reply = world.replies()[0]
    with world.work.reading() as session:
        opened = [
            str(world.work.vault.open_for(session, reply.employer_id, reply.person, sealed))
            for sealed in (reply.sealed_text, reply.sealed_full, reply.sealed_words)
            if sealed is not None
        ]
    assert "どの候補者でしょうか" in opened[1]
    assert "この方専用です" in opened[1] or "safe.example.com" in opened[1], "only the token goes"
    assert not any(part in text for text in opened for part in ("aB3-aB3", "B3-aB"))


def test_a_person_decides_a_doubtful_yes_and_the_clock_runs_from_its_receipt(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, "フルリモートであれば、ぜひお話を伺いたいです。"))
    world.clock.move(timedelta(days=4))
    with world.work.writing() as session:
        reply = session.get_one(Reply, world.replies()[0].key)
        decide_reply(session, world.work.vault, reply, "interested", f"staff:{world.recruiter.key}")
    assert world.promises()[0].due_date == date(2026, 11, 30)
    assert not world.tasks()
    with world.work.writing() as session:
        reply = session.get_one(Reply, world.replies()[0].key)
        decide_reply(session, world.work.vault, reply, "interested", f"staff:{world.recruiter.key}")
        with pytest.raises(CannotDecide, match="colleague has decided"):
            decide_reply(session, world.work.vault, reply, "declined", "staff:9")
    assert len(world.entries()) == 1


def test_a_yes_without_a_person_can_be_decided_once_one_is_named(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(None, sender="other@example.net"))
    with world.work.writing() as session:
        reply = session.get_one(Reply, world.replies()[0].key)
        with pytest.raises(CannotDecide, match="whose yes"):
            decide_reply(session, world.work.vault, reply, "interested", "staff:1")
        decide_reply(session, world.work.vault, reply, "interested", "staff:1", scout=session.get_one(Scout, scout.key))
    assert len(world.entries()) == 1


def test_a_person_s_opt_out_decision_suppresses_both_addresses(world: Any) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, "うーん。", sender="private@example.net"))
    with world.work.writing() as session:
        reply = session.get_one(Reply, world.replies()[0].key)
        decide_reply(session, world.work.vault, reply, "opt_out", "staff:1")
    assert {world.hash("private@example.net"), world.hash("person1@example.com")} <= world.suppressed()


def test_a_yes_by_telephone_takes_the_same_path_once(world: Any) -> None:
    scout = world.scout()
    at = world.clock.now()
    for _ in range(2):
        with world.work.writing() as session:
            log_reply(
                session,
                world.work.vault,
                session.get_one(Scout, scout.key),
                "phone",
                "ぜひ会いたいとのこと",
                "interested",
                f"staff:{world.recruiter.key}",
                at,
            )
    assert len(world.replies()) == len(world.entries()) == len(world.promises()) == 1
    assert (world.replies()[0].medium, world.replies()[0].delivery_id) == ("phone", None)


def test_an_answer_from_the_future_is_refused(world: Any) -> None:
    scout = world.scout()
    with world.work.writing() as session, pytest.raises(CannotDecide, match="future"):
        later = world.clock.now() + timedelta(days=1)
        log_reply(
            session, world.work.vault, session.get_one(Scout, scout.key), "phone", "", "interested", "staff:1", later
        )


def test_events_hold_no_personal_text(world: Any) -> None:
    world.receive(world.answer(world.scout()))
    told = str([(event.what, event.actor, event.facts) for event in world.rows(Event)])
    assert "example.com" not in told and "伺え" not in told


def test_another_employer_s_token_matches_nothing_here(
    world: Any, second_employer: Any, new_connection: Any, policy: Any
) -> None:
    other = new_connection(world.work.database, world.work.vault, second_employer, url_key="second", policy=policy)
    scout = world.scout()
    with world.work.writing() as session:
        from plugin.work.deliveries import accept

        accept(
            session,
            world.work.vault,
            connection=session.get_one(Connection, other.key),
            door="mail",
            headers={},
            body=world.answer(scout),
        )
    world.read_all()
    assert not world.entries() and not world.replies()
    with world.work.reading() as session:
        from sqlmodel import select

        [reply] = session.exec(select(Reply)).all()
    assert (reply.employer_id, reply.scout_id) == (second_employer.key, None)


def test_a_cv_that_came_along_is_listed(world: Any) -> None:
    scout = world.scout()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "person1@example.com", world.address(scout), "<cv@example.com>"
    mail.set_content(YES)
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="職務経歴書.pdf")
    world.receive(mail.as_bytes())
    [reply] = world.replies()
    with world.work.reading() as session:
        full = world.work.vault.open_for(session, reply.employer_id, reply.person, reply.sealed_full)
    assert full["attachments"] == [["職務経歴書.pdf", "application/pdf", 5]]
