"""Mails that come back: which one, what it settles, who is not written to again."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.rows import Mail, Scout
from plugin.scouting.post import come_back, message_id_of, new_token

# What the two databases differ in is tested in test_on_both_databases.py.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

REPORT = """Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce.{token}.{status}@mx.example.net>
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B

Your message could not be delivered. Please reply if you are interested.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; person1@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {status} said the server
--B
Content-Type: text/rfc822-headers

Message-ID: {id}
--B--
"""


def report(world: Any, token: str, *, action: str = "failed", status: str = "5.1.1", to: str = "") -> bytes:
    to = to or come_back(world.policy.bounce_address, token)
    id = message_id_of(token, world.policy)
    return REPORT.format(to=to, token=token, action=action, status=status, id=id).replace("\n", "\r\n").encode()


def test_an_unknown_user_is_not_written_to_again(world: Any) -> None:
    scout = world.scout()
    world.receive(report(world, scout.reply_token))
    assert world.rows(Mail)[0].state == "bounced"
    assert (world.rows(Scout)[0].state, world.rows(Scout)[0].reason) == ("refused", "bounced")
    assert world.suppressed() == {world.hash("person1@example.com")}
    assert [reply.intent for reply in world.replies()] == ["bounce"]
    assert not world.entries()


def test_an_address_the_report_repeats_is_not_kept(world: Any) -> None:
    scout = world.scout()
    told = report(world, scout.reply_token).replace(b"said the server", b"<person1@example.com> unknown")
    world.receive(told)
    assert world.rows(Mail)[0].answer == "5.1.1 smtp; 5.1.1 <■> unknown"


def test_a_bounce_is_matched_by_its_original_s_message_id(world: Any) -> None:
    scout = world.scout()
    world.receive(report(world, scout.reply_token, to=world.policy.bounce_address))
    assert world.rows(Mail)[0].state == "bounced"


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.4.7"])
def test_what_is_not_the_address_s_fault_suppresses_nobody(world: Any, status: str) -> None:
    scout = world.scout()
    world.receive(report(world, scout.reply_token, status=status))
    assert world.rows(Mail)[0].state == "bounced"
    assert not world.suppressed()


def test_a_delay_is_no_bounce_and_settles_that_it_left(world: Any) -> None:
    scout = world.scout(state="unknown")
    world.receive(report(world, scout.reply_token, action="delayed", status="4.4.1"))
    assert (world.rows(Mail)[0].state, world.rows(Scout)[0].state) == ("sent", "sent")
    assert not world.suppressed()


def test_a_bounce_settles_an_unknown_mail(world: Any) -> None:
    scout = world.scout(state="unknown")
    world.receive(report(world, scout.reply_token))
    assert (world.rows(Mail)[0].state, world.rows(Scout)[0].state) == ("bounced", "refused")


def test_a_delay_told_after_the_bounce_changes_nothing(world: Any) -> None:
    scout = world.scout()
    world.receive(report(world, scout.reply_token))
    world.receive(report(world, scout.reply_token, action="delayed", status="4.4.1"))
    assert world.rows(Mail)[0].state == "bounced"


def test_a_bounced_receipt_keeps_a_recorded_edit_from_taking_effect(world: Any) -> None:
    token = new_token()
    with world.work.writing() as session:
        commitment = session.merge(world.commitment)
        commitment.strength, commitment.how, commitment.state = "recorded", "ats_field", "grace"
        receipt = world.mail(
            session,
            "receipt",
            "kenichi.suzuki@example.com",
            token,
            staff_id=world.manager.key,
            commitment_id=commitment.key,
        )
        commitment.receipt_mail_id = receipt.key
        session.add(commitment)
    world.receive(report(world, token))
    [commitment] = world.rows(type(world.commitment))
    assert commitment.state not in ("grace", "in_force")
    assert [task.kind for task in world.tasks("mail_bounced")] == ["mail_bounced"]
    assert not world.suppressed()  # a colleague is no candidate


def test_a_complaint_suppresses(world: Any) -> None:
    scout = world.scout()
    id = message_id_of(scout.reply_token, world.policy)
    raw = (
        "From: fbl@example.net\r\nTo: bounce@mihon.example.com\r\nMessage-ID: <arf@example.net>\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r\n\r\n--B\r\n\r\nabuse\r\n--B\r\n'
        "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\r\n--B\r\n"
        f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {id}\r\n\r\nx\r\n--B--\r\n"
    )
    world.receive(raw.encode())
    assert world.suppressed() == {world.hash("person1@example.com")}


def test_a_bounce_of_nothing_of_ours_leaves_nothing(world: Any) -> None:
    world.scout()
    world.receive(report(world, new_token()))
    assert not world.replies() and not world.tasks() and not world.suppressed()
