"""What a reply leads to: conditions met or not, questions, later, refusals with reasons, files, requests about data."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from zoneinfo import ZoneInfo

import docx
import pytest
from sqlmodel import Session, col, select

from plugin.rows import (
    Calibration,
    Delivery,
    Event,
    Job,
    Mail,
    PersonKey,
    Reply,
    ReplyFile,
    RequirementRow,
    Requisition,
    Scout,
)
from plugin.scouting.attachments import as_attachment
from plugin.scouting.deciding import CannotDecide, Detail, decide_reply, log_reply, take_back_decision
from plugin.scouting.reminders_later import set_day
from ranking.requirement import read_requirement

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

DESCRIPTION = "バックエンドエンジニア\n■必須条件\n・Goでの開発経験\n■給与\n年収 700万円〜1,000万円\n■勤務地\n東京都渋谷区\n■働き方\n一部リモート可\n"
RESUME = (
    "職務経歴書\n氏名：見本 太郎\n生年月日：1985年4月1日\n性別：男\n"
    "架空商会にてGoによる決済基盤の設計と開発に従事。チームの改善活動も主導しました。PostgreSQLの運用も担当。\n"
)


def describe(world: Any, text: str = DESCRIPTION) -> None:
    """Let the description state something: rows as intake would have left them."""
    with world.work.writing() as session:
        row = session.get_one(RequirementRow, world.calibration.requirement_id)
        row.parsed = asdict(read_requirement(text))
        session.add(row)


def word(*paragraphs: str) -> bytes:
    document, file = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


def with_files(raw: bytes, *files: tuple[str, bytes, str]) -> bytes:
    """The same answer with files attached."""
    mail = message_from_bytes(raw, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    for name, content, kind in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def opened(world: Any, reply: Reply, sealed: bytes | None) -> Any:
    assert sealed is not None
    with world.work.reading() as session:
        return world.work.vault.open_for(session, reply.employer_id, reply.person, sealed)


def decide(world: Any, intent: str, detail: Detail | None = None) -> None:
    [reply] = world.replies()
    with world.work.writing() as session:
        decide_reply(session, world.work.vault, session.get_one(Reply, reply.key), intent, "staff:1", detail=detail)


# Conditions.


def test_a_condition_the_facts_meet_is_a_yes(world: Any) -> None:
    describe(world)
    world.receive(world.answer(world.scout(), "年収800万円以上であれば、ぜひ一度お話を伺いたいです。"))
    [reply], [entry] = world.replies(), world.entries()
    assert (reply.state, reply.condition, entry.state) == ("decided", "met", "owed")
    assert len(world.promises()) == 1 and not world.tasks()
    [read] = [event for event in world.rows(Event) if event.what == "read"]
    assert (read.facts["condition"], read.facts["about"]) == ("met", ["pay"])


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("年収1,200万円以上であれば、ぜひ一度お話を伺いたいです。", "contradicted"),
        ("フルリモートであれば、ぜひ一度お話を伺いたいです。", "contradicted"),
        ("副業が可能であれば、ぜひ一度お話を伺いたいです。", "unknown"),
    ],
)
def test_any_other_condition_goes_to_the_recruiter_with_the_clock_running(world: Any, words: str, verdict: str) -> None:
    describe(world)
    world.receive(world.answer(world.scout(), words))
    [reply], [task] = world.replies(), world.tasks()
    assert (reply.state, reply.condition) == ("triage", verdict)
    assert (task.kind, task.owner_id, task.facts["condition"]) == ("contradiction", world.recruiter.key, verdict)
    assert task.due.date() == date(2026, 11, 30)  # the day the promise would be due
    assert not world.entries()


def test_a_condition_met_when_the_letter_was_written_and_not_any_more_is_for_a_person(world: Any) -> None:
    describe(world)
    scout = world.scout()
    with world.work.writing() as session:
        changed = read_requirement(DESCRIPTION.replace("1,000万円", "760万円"))
        row = RequirementRow(
            employer_id=scout.employer_id,
            created_at=world.clock.now(),
            requisition_id=world.requisition.key,
            hash="r2",
            parser_version=1,
            text="",
            parsed=asdict(changed),
        )
        session.add(row)
        session.flush()
        before = session.get_one(Calibration, world.calibration.key)
        later = Calibration(
            **{
                **before.model_dump(exclude={"id"}),
                "requirement_id": row.key,
                "short_id": "C-2",
                "requirement_hash": "r2",
            }
        )
        session.add(later)
        session.flush()
        requisition = session.get_one(Requisition, world.requisition.key)
        requisition.calibration_id = later.key
        session.add(requisition)
    world.receive(world.answer(scout, "年収800万円以上であれば、ぜひ一度お話を伺いたいです。"))
    assert world.replies()[0].condition == "contradicted" and not world.entries()


def test_a_condition_that_is_met_hides_no_other_doubt(world: Any) -> None:
    describe(world)
    words = "年収800万円以上であれば、ぜひ一度お話を伺いたいです。"
    world.receive(world.answer(world.scout(), words, headers={"Auto-Submitted": "auto-replied"}))
    assert not world.entries()


# Questions, later, no.


def test_a_question_beside_a_yes_enters_and_asks_the_recruiter(world: Any) -> None:
    world.receive(world.answer(world.scout(), "ぜひお話を伺いたいです。ちなみに年収はどのくらいでしょうか。"))
    assert len(world.entries()) == 1
    assert [task.kind for task in world.tasks()] == ["question"]


def test_later_with_a_day_opens_a_task_on_that_day_and_writes_no_mail(world: Any) -> None:
    world.receive(world.answer(world.scout(), "今は難しいのですが、来年4月以降にまたご連絡いただけますと幸いです。"))
    [reply] = world.replies()
    assert (reply.intent, reply.later_on) == ("later", date(2027, 4, 1))
    assert not world.tasks()
    [job] = world.rows(Job, Job.kind == "open_reminder")
    assert job.due.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d %H") == "2027-04-01 09"
    mails = len(world.rows(Mail))
    world.clock.move(job.due - world.clock.now() + timedelta(minutes=1))
    world.read_all()
    [task] = world.tasks()
    assert (task.kind, task.owner_id) == ("later_now", world.recruiter.key)
    assert len(world.rows(Mail)) == mails


@pytest.mark.parametrize("since", ["今後のご連絡は不要です。配信を停止してください。", "ぜひ一度お話を伺いたいです。"])
def test_a_reminder_is_not_opened_where_something_was_said_since(world: Any, since: str) -> None:
    scout = world.scout()
    world.receive(world.answer(scout, "今は難しいのですが、来年4月以降にまたご連絡いただけますと幸いです。"))
    world.clock.move(timedelta(days=3))
    world.receive(world.answer(scout, since))
    world.clock.move(timedelta(days=200))
    world.read_all()
    assert not world.tasks("later_now")


def test_a_day_set_by_hand_moves_the_reminder(world: Any) -> None:
    world.receive(world.answer(world.scout(), "今は難しいのですが、来年4月以降にまたご連絡いただけますと幸いです。"))
    [reply] = world.replies()
    with world.work.writing() as session:
        set_day(session, session.get_one(Reply, reply.key), date(2027, 1, 4), by="staff:1")
    world.clock.move(timedelta(days=50))
    world.read_all()
    assert [task.kind for task in world.tasks()] == ["later_now"]
    world.clock.move(timedelta(days=120))
    world.read_all()
    assert len(world.tasks()) == 1
    with world.work.writing() as session, pytest.raises(ValueError, match="to come"):
        set_day(session, session.get_one(Reply, reply.key), date(2026, 1, 4), by="staff:1")


def test_a_refusal_keeps_its_reason_and_nothing_is_sent(world: Any) -> None:
    mails = len(world.rows(Mail))
    world.receive(world.answer(world.scout(), "申し訳ありませんが、勤務地が遠いため今回は辞退させていただきます。"))
    [reply] = world.replies()
    assert (reply.intent, reply.state, reply.reason) == ("declined", "decided", "place")
    assert not world.tasks() and len(world.rows(Mail)) == mails + 1  # the scout's own letter


def test_a_wish_about_one_s_data_opens_a_task_with_its_deadline(world: Any) -> None:
    world.receive(world.answer(world.scout(), "私の個人情報を削除してください。今後の連絡も不要です。"))
    [task] = world.tasks("data_request")
    assert task.due.date() == date(2026, 12, 11)  # fourteen business days
    assert world.suppressed()


# Taking a decision back.


def test_a_decision_can_be_taken_back_for_some_minutes(world: Any) -> None:
    world.receive(world.answer(None, "田中と申します。少し考えます。", sender="someone@example.net"))
    decide(world, "referral")
    assert [task.kind for task in world.tasks()] == ["referral"]
    [reply] = world.replies()
    with world.work.writing() as session:
        take_back_decision(session, session.get_one(Reply, reply.key), "staff:1")
    [reply], [task] = world.replies(), world.tasks()
    assert (reply.state, reply.decided_by, task.kind) == ("triage", "", "triage")
    decide(world, "declined")
    assert not world.tasks()
    world.clock.move(timedelta(minutes=11))
    with world.work.writing() as session, pytest.raises(CannotDecide, match="taken back"):
        take_back_decision(session, session.get_one(Reply, reply.key), "staff:1")


@pytest.mark.parametrize("intent", ["interested", "opt_out"])
def test_what_acts_at_once_is_never_taken_back(world: Any, intent: str) -> None:
    world.receive(world.answer(world.scout(), "検討してみます。"))
    decide(world, intent)
    [reply] = world.replies()
    with world.work.writing() as session, pytest.raises(CannotDecide, match="taken back"):
        take_back_decision(session, session.get_one(Reply, reply.key), "staff:1")


def test_a_person_s_detail_is_kept_only_where_it_belongs(world: Any) -> None:
    world.receive(world.answer(world.scout(), "検討してみます。"))
    decide(world, "later", Detail(reason="pay", topic="pay", later_on=date(2027, 2, 1)))
    [reply] = world.replies()
    assert (reply.reason, reply.topic, reply.later_on) == ("", "", date(2027, 2, 1))


@pytest.mark.parametrize("medium", ["phone", "line", "bizreach", "linkedin", "wantedly", "page"])
def test_an_answer_by_another_medium_takes_the_same_path(world: Any, medium: str) -> None:
    scout = world.scout()
    with world.work.writing() as session:
        log_reply(
            session, world.work.vault, session.get_one(Scout, scout.key), medium, "はい", "interested", "staff:1",
            world.clock.now(),
        )  # fmt: skip
    assert len(world.entries()) == len(world.promises()) == 1


# Files.


def test_a_resume_s_preview_holds_no_banned_facts_and_the_file_waits_for_the_entry(world: Any) -> None:
    raw = with_files(
        world.answer(world.scout()),
        ("見本太郎_職務経歴書.docx", word(*RESUME.split("\n")), "application/octet-stream"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + b"x" * 100, "image/jpeg"),
        ("resume.pdf", b"MZ" + b"\x00" * 200, "application/pdf"),
    )
    world.receive(raw)
    document, photo, program = world.rows(ReplyFile)
    [reply] = world.replies()
    assert (document.type, document.refused, photo.refused, program.refused) == ("docx", "", "picture", "program")
    assert opened(world, reply, document.sealed_name) == "見本太郎_職務経歴書.docx"
    preview = opened(world, reply, document.sealed_preview)
    assert "決済基盤" in preview and "1985" not in preview and "男" not in preview
    assert document.removed >= 2 and document.attached_at is None
    assert len(world.entries()) == 1


def test_a_file_nobody_can_read_holds_up_no_yes(world: Any) -> None:
    world.receive(with_files(world.answer(world.scout()), ("a.pdf", b"%PDF-1.7 broken", "application/pdf")))
    [file] = world.rows(ReplyFile)
    assert (file.type, file.refused) == ("pdf", "")
    assert len(world.entries()) == 1


def test_files_of_an_erased_person_show_nothing(world: Any) -> None:
    scout = world.scout()
    world.receive(with_files(world.answer(scout), ("cv.docx", word(*RESUME.split("\n")), "application/msword")))
    [file] = world.rows(ReplyFile)
    with world.work.writing() as session:
        erase(session, world, scout)
    with world.work.reading() as session:
        assert as_attachment(session, world.work.vault, session.get_one(ReplyFile, file.key)) is None


def erase(session: Session, world: Any, scout: Scout) -> None:
    for key in session.exec(select(PersonKey).where(col(PersonKey.person) == scout.profile_id)):
        session.delete(key)
    for delivery in session.exec(select(Delivery)):
        delivery.sealed_key = delivery.sealed_headers = delivery.sealed_body = None
        session.add(delivery)
