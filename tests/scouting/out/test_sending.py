"""From a commitment in force to letters at a real mail server."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from connectors.records import Attachment
from plugin.alignment.commitment import undo
from plugin.people import delete_profiles
from plugin.rows import Commitment, Job, Mail, Requisition, Suppression, Task
from plugin.scouting.optout import look_at
from plugin.scouting.outbox import Outbox, Refused
from plugin.scouting.post import envelope_of, mail_named, mail_of_token, post, raw_of
from plugin.scouting.sending import settle_unknown
from plugin.scouting.suppression import is_suppressed, suppress
from plugin.work.jobs import retry
from plugin.work.worker import Worker

BOTH_DATABASES = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)


@BOTH_DATABASES
def test_a_released_batch_reaches_the_mail_server_once_its_recall_window_is_over(
    stage: Any, smtp: Any, text: Callable[[EmailMessage], str]
) -> None:
    stage.people(3)
    stage.calibrate({"u001": 90, "u002": 70, "u003": 69})
    stage.commit()
    stage.run()
    assert stage.states() == {"u001": "drafted", "u002": "drafted"}
    stage.release()
    stage.run()
    assert smtp.accepted == []
    stage.run_for(minutes=12)
    assert stage.states() == {"u001": "sent", "u002": "sent"}
    assert [to for _from, to, _raw in smtp.accepted] == ["u001@person.example.com", "u002@person.example.com"]
    first = text(smtp.messages[0])
    assert "面接の実施をお約束するもので、採用をお約束するものではありません" in first
    assert stage.batch().state == "finished"


# Sending once (R7): what each answer of the mail server leads to.


@pytest.fixture
def released(stage: Any, smtp: Any) -> Any:
    """One letter, released, its recall window over."""
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    stage.release()
    stage.clock.move(timedelta(minutes=11))
    return stage


def only_mail(stage: Any) -> Mail:
    (mail,) = stage.mails()
    assert isinstance(mail, Mail)
    return mail


def tasks(stage: Any) -> list[tuple[str, str]]:
    with stage.work.reading() as session:
        return [(row.kind, row.state) for row in session.exec(select(Task).order_by(col(Task.id)))]


def test_the_headers_lead_back_and_let_people_refuse(released: Any, smtp: Any, vault: Any) -> None:
    released.run()
    token = released.scouts()["u001"].reply_token
    sender, to, _raw = smtp.accepted[0]
    mail = smtp.messages[0]
    assert re.fullmatch(r"[a-z2-7]{26}", token)
    assert sender == f"bounce+{token}@mihon.example.com"
    assert str(mail["Reply-To"]) == f"scout+{token}@mihon.example.com"
    assert str(mail["Message-ID"]) == f"<{token}@mihon.example.com>" == only_mail(released).message_id
    assert mail["To"].addresses[0].addr_spec == to == "u001@person.example.com"
    assert mail["Date"].datetime.utcoffset() == timedelta(hours=9)
    assert mail["Auto-Submitted"] is None
    assert str(mail["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    link, mailto = re.fullmatch(r"<(http[^>]+/u/[^>]+)>, <mailto:([^>]+)>", str(mail["List-Unsubscribe"])).groups()  # type: ignore[union-attr]
    assert mailto == f"scout+{token}@mihon.example.com?subject=unsubscribe"
    assert look_at(vault, link.rpartition("/")[2]).scout_id == released.scouts()["u001"].id
    with released.work.reading() as session:
        assert mail_of_token(session, released.connection, token.upper()).id == only_mail(released).id
        assert raw_of(session, vault, only_mail(released)) == smtp.accepted[0][2]
        assert envelope_of(session, vault, only_mail(released)) == (sender, to)


def test_every_line_on_the_wire_is_ascii(released: Any, smtp: Any) -> None:
    released.run()
    assert smtp.accepted[0][2].isascii()
    assert max(len(line) for line in smtp.accepted[0][2].splitlines()) <= 998


@BOTH_DATABASES
@pytest.mark.parametrize("plan", ["rcpt:451 4.7.1 greylisted", "data:452 4.3.1 later"])
def test_a_temporary_refusal_is_tried_again_with_the_same_message_id(released: Any, smtp: Any, plan: str) -> None:
    smtp.plan[:] = [plan, plan]
    released.run()
    assert released.states() == {"u001": "queued"}
    first = only_mail(released)
    assert (first.state, first.attempts) == ("queued", 1)
    assert first.answer in plan
    released.run_for(minutes=5)
    assert released.states() == {"u001": "sent"}
    assert only_mail(released).attempts == 3
    assert smtp.message_ids() == [first.message_id]


@BOTH_DATABASES
def test_everything_is_asked_again_before_the_next_attempt(released: Any, smtp: Any) -> None:
    smtp.plan[:] = ["data:452 4.3.1 later"]
    released.run()
    with released.work.writing() as session:
        undo(session, released.work.vault, session.get_one(Commitment, released.commitment_id), "staff:1", "other")
    released.run_for(minutes=30)
    assert released.states() == {"u001": "stopped"}
    assert only_mail(released).state == "held"
    assert smtp.accepted == []


def test_a_mailbox_that_does_not_exist_is_never_written_to_again(released: Any, smtp: Any) -> None:
    smtp.plan[:] = ["rcpt:550 5.1.1 no such user"]
    released.run()
    released.run_for(hours=10)
    assert released.states() == {"u001": "refused"}
    assert released.scouts()["u001"].reason == "smtp_550"
    assert smtp.accepted == []
    with released.work.reading() as session:
        assert is_suppressed(
            session,
            released.work.vault,
            employer_id=released.connection.employer_id,
            address="u001@person.example.com",
        )


def test_a_refusal_for_another_reason_suppresses_nobody(released: Any, smtp: Any) -> None:
    smtp.plan[:] = ["data:554 5.7.1 looks like spam"]
    released.run()
    assert released.states() == {"u001": "refused"}
    with released.work.reading() as session:
        assert session.exec(select(Suppression)).all() == []


@pytest.mark.parametrize("plan", ["drop", "drop_lost"])
def test_a_lost_answer_is_unknown_and_never_resent(released: Any, smtp: Any, plan: str) -> None:
    smtp.plan[:] = [plan]
    released.run()
    assert released.states() == {"u001": "unknown"}
    assert only_mail(released).state == "unknown"
    assert tasks(released) == [("unknown_mail", "open")]
    released.run_for(hours=48)
    assert only_mail(released).attempts == 1
    assert len(smtp.accepted) == (1 if plan == "drop" else 0)


@BOTH_DATABASES
@pytest.mark.parametrize(("delivered", "state"), [(True, "sent"), (False, "refused")])
def test_a_person_a_bounce_or_a_reply_settles_what_was_unknown(
    released: Any, smtp: Any, delivered: bool, state: str
) -> None:
    smtp.plan[:] = ["drop"]
    released.run()
    for first in (True, False):
        with released.work.writing() as session:
            mail = session.get_one(Mail, only_mail(released).key)
            assert settle_unknown(session, mail, delivered=delivered, by="staff:1") is first
    assert released.states() == {"u001": state}
    assert tasks(released) == [("unknown_mail", "done")]


class Killed(BaseException):
    """Stands for SIGKILL: no handler of ours may catch it."""


class Dying:
    """An outbox whose process ends before or after the mail went out."""

    def __init__(self, real: Any, when: str) -> None:
        self.real, self.when, self.configured = real, when, True

    def deliver(self, raw: bytes, envelope_from: str, to: str) -> Any:
        if self.when == "after":
            self.real.deliver(raw, envelope_from, to)
        raise Killed


@BOTH_DATABASES
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_while_sending_leaves_unknown_and_never_sends_again(released: Any, smtp: Any, when: str) -> None:
    real = released.work.smtp
    released.work.smtp = Dying(real, when)
    with pytest.raises(Killed):
        released.run()
    assert released.states() == {"u001": "sending"}
    released.work.smtp = real
    released.run_for(minutes=20)
    assert released.states() == {"u001": "unknown"}
    assert len(smtp.accepted) == (1 if when == "after" else 0)
    assert released.batch().state == "finished"


@BOTH_DATABASES
def test_a_slow_sender_whose_job_was_taken_over_still_says_what_it_knows(released: Any, smtp: Any) -> None:
    real = released.work.smtp

    class Slow:
        configured = True

        def deliver(self, *mail: Any) -> Any:
            outcome = real.deliver(*mail)
            released.work.smtp = real
            released.clock.move(timedelta(hours=2))
            with released.work.writing() as session:  # its lease has run out
                session.execute(update(Job).where(col(Job.kind) == "send_scout").values(lease_until=None))
            Worker(released.work).run_due()
            assert released.states() == {"u001": "unknown"}
            return outcome

    released.work.smtp = Slow()
    released.run()
    assert released.states() == {"u001": "sent"}
    assert tasks(released) == [("unknown_mail", "done")]
    assert len(smtp.accepted) == 1


def test_a_server_that_refuses_us_parks_the_job_and_costs_nobody_their_letter(released: Any, smtp: Any) -> None:
    real = released.work.smtp

    class NotUs:
        configured = True

        def deliver(self, *mail: Any) -> Any:
            return Refused(535, "5.7.8 wrong password", False, "connection")

    released.work.smtp = NotUs()
    released.run()
    (job,) = released.jobs("send_scout", "parked")
    assert "KAKUYAKU_SMTP_PASSWORD" in job.error
    assert released.states() == {"u001": "queued"}
    released.work.smtp = real
    with released.work.writing() as session:
        assert retry(session, job.key)
    released.run_for(seconds=30)
    assert released.states() == {"u001": "sent"}


def test_without_a_mail_server_the_job_waits_for_a_person(released: Any) -> None:
    released.work.smtp = Outbox(released.work.settings.model_copy(update={"smtp_url": ""}))
    released.run()
    assert "KAKUYAKU_SMTP_URL" in released.jobs("send_scout", "parked")[0].error
    assert released.states() == {"u001": "queued"}


def test_a_letter_that_may_not_be_written_stops_and_asks_the_recruiter_once(stage: Any, smtp: Any) -> None:
    stage.people(3)
    stage.calibrate({"u001": 90, "u002": 80, "u003": 75})
    stage.change(Requisition, stage.requisition_id, title="【面接確約】バックエンドエンジニア")
    stage.commit()
    stage.run()
    stage.release()
    stage.run_for(minutes=15)
    assert set(stage.states().values()) == {"stopped"}
    assert {scout.reason for scout in stage.scouts().values()} == {"promise_wording"}
    assert [kind for kind, _state in tasks(stage)] == ["letter_refused"]
    assert smtp.accepted == []


def test_a_test_run_writes_to_one_address_and_to_nobody_else(
    released: Any, smtp: Any, text: Callable[[EmailMessage], str]
) -> None:
    released.policy(test_address="rehearsal@mihon.example.com")
    released.run()
    assert [to for _f, to, _raw in smtp.accepted] == ["rehearsal@mihon.example.com"]
    message = smtp.messages[0]
    scout = released.scouts()["u001"]
    # Nobody has been written to: a draft again, which waits for release, without a mail of its own.
    assert (scout.state, scout.reason, scout.sent_at, scout.mail_id) == ("drafted", "test_run", None, None)
    assert released.batch().state == "drafted"
    # Whoever reads it answers for nobody.
    assert scout.reply_token not in smtp.accepted[0][2].decode("latin-1") + str(message["Reply-To"])
    assert "/u/test-run" in text(message) and "/c/test-run" in text(message)


def test_after_a_test_run_the_letter_still_leaves_once(released: Any, smtp: Any) -> None:
    released.policy(test_address="rehearsal@mihon.example.com")
    released.run()
    released.change(Commitment, released.commitment_id, max_people=1)
    released.policy(test_address="")
    released.release()
    released.run_for(minutes=15)
    assert [to for _f, to, _raw in smtp.accepted] == ["rehearsal@mihon.example.com", "u001@person.example.com"]
    assert released.states() == {"u001": "sent"}
    assert len(set(smtp.message_ids())) == 2


def test_a_pause_holds_letters_back_until_it_ends(released: Any, smtp: Any) -> None:
    released.change(Requisition, released.requisition_id, paused=True)
    released.run_for(hours=1)
    assert released.states() == {"u001": "queued"}
    released.change(Requisition, released.requisition_id, paused=False)
    released.run_for(minutes=10)
    assert released.states() == {"u001": "sent"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"status": "closed"}, "closed"), ({"status": "draft"}, "not_open"), ({"manager_id": None}, "other_manager")],
)
def test_a_position_that_changes_after_the_release_stops_its_letters(
    released: Any, smtp: Any, changes: dict[str, Any], reason: str
) -> None:
    released.change(Requisition, released.requisition_id, **changes)
    released.run()
    assert released.states() == {"u001": "stopped"}
    assert released.scouts()["u001"].reason == reason
    assert smtp.accepted == []


@BOTH_DATABASES
def test_four_senders_never_exceed_the_cap(stage: Any, smtp: Any) -> None:
    ids = stage.people(8)
    stage.policy(per_minute=60_000)
    stage.calibrate(dict.fromkeys(ids, 90))
    stage.commit(max_people=8)
    stage.run()
    stage.release()
    stage.change(Commitment, stage.commitment_id, max_people=3)
    stage.clock.move(timedelta(minutes=11))
    worker = Worker(stage.work)
    worker.start()
    try:
        for _ in range(400):
            if not {"queued", "sending"} & set(stage.states().values()):
                break
            time.sleep(0.025)
    finally:
        worker.stop()
    assert sorted(stage.states().values()) == ["sent"] * 3 + ["stopped"] * 5
    assert len(smtp.accepted) == 3


# Mails that are no scouts.


def post_one(stage: Any, **changes: Any) -> int | None:
    values: dict[str, Any] = {
        "kind": "nudge",
        "name": "nudge:1",
        "to": "manager@mihon.example.com",
        "to_name": "見本 花子",
        "subject": "シートの確認をお願いいたします\r\nBcc: x@example.com",
        "text": "本文です。\n\nhttps://mihon.example.com/r/1",
        "language": "ja",
    } | changes
    with stage.work.writing() as session:
        return post(session, stage.work.vault, connection=stage.connection, **values)


@BOTH_DATABASES
def test_a_posted_mail_is_sent_once_however_often_it_is_posted(stage: Any, smtp: Any) -> None:
    first = post_one(stage)
    assert first is not None
    assert post_one(stage) is None
    stage.run()
    assert post_one(stage) is None
    stage.run()
    (mail,) = smtp.messages
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Bcc" not in mail
    assert str(mail["Subject"]).startswith("シートの確認をお願いいたします")
    assert mail["List-Unsubscribe"] is None
    assert stage.mails()[0].state == "sent"
    with stage.work.reading() as session:
        assert mail_named(session, stage.connection, "nudge:1").id == first


def test_two_employers_may_use_the_same_name_for_a_mail(
    stage: Any, smtp: Any, second_employer: Any, new_connection: Any, stage_of: Any, vault: Any
) -> None:
    other = stage_of(new_connection(stage.database, vault, second_employer, url_key="second"))
    assert post_one(stage) is not None
    assert post_one(other) is not None
    stage.run()
    assert len(smtp.accepted) == 2


def test_attachments_and_own_html_arrive(stage: Any, smtp: Any) -> None:
    attached = Attachment("職務経歴書.txt", "こんにちは".encode(), "text/plain")
    post_one(stage, html="<p>own</p>", attachments=[attached], reply_to="staff@mihon.example.com")
    stage.run()
    mail = smtp.messages[0]
    (found,) = mail.iter_attachments()
    assert found.get_filename() == "職務経歴書.txt"
    assert found.get_content().strip() == "こんにちは"
    assert mail["Reply-To"] == "staff@mihon.example.com"
    assert "<p>own</p>" in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("to", ["", "  ", "nobody", "a@b c", "<x@example.com>"])
def test_a_mail_to_nobody_is_refused_where_it_is_posted(stage: Any, to: str) -> None:
    with pytest.raises(ValueError, match=r"address|recipient"):
        post_one(stage, to=to)


def test_a_candidates_mail_waits_for_nobody_who_said_stop_or_was_erased(stage: Any, smtp: Any) -> None:
    stage.people(2)
    post_one(stage, kind="candidate_receipt", name="a", to="u001@person.example.com", person="u001")
    post_one(stage, kind="candidate_receipt", name="b", to="u002@person.example.com", person="u002")
    with stage.work.writing() as session:
        suppress(session, stage.work.vault, employer_id=stage.connection.employer_id, address="u001@person.example.com")
        delete_profiles(session, stage.work.vault, stage.connection.employer_id, ["u002"])
    stage.run()
    assert smtp.accepted == []
    assert [(mail.state, mail.answer) for mail in stage.mails()] == [("held", "suppressed"), ("held", "erased")]


@BOTH_DATABASES
@pytest.mark.parametrize(
    ("plan", "state", "grace_runs", "commitment"),
    [
        ([], "sent", True, "grace"),
        (["rcpt:451 later"], "sent", True, "grace"),
        (["rcpt:550 5.1.1 no such user"], "refused", False, "refused"),
        (["drop"], "unknown", False, "grace"),
    ],
)
def test_the_grace_period_starts_when_the_receipt_is_accepted(
    stage: Any, smtp: Any, plan: list[str], state: str, grace_runs: bool, commitment: str
) -> None:
    stage.calibrate({})
    id = stage.commit(state="grace", in_force_at=None, strength="recorded", how="ats_field")
    mail = post_one(stage, kind="receipt", name=f"receipt:{id}", commitment_id=id)
    stage.change(Commitment, id, receipt_mail_id=mail)
    smtp.plan[:] = plan
    with stage.work.reading() as session:
        assert session.get_one(Commitment, id).receipt_accepted_at is None
    stage.run()
    stage.run_for(minutes=2)
    with stage.work.reading() as session:
        row = session.get_one(Commitment, id)
        assert (row.receipt_accepted_at is not None) is grace_runs
        assert row.state == commitment
        assert session.get_one(Mail, mail).state == state
