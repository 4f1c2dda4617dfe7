"""The triage page: the words that decided, the condition beside the fact, files, answers, dates, taking back, who may see."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col

from plugin.rows import DataRequest, Entry, Mail, Reply, ReplyFile, Requisition, Scout, Task
from plugin.scouting.consequences import ask_about_data
from plugin.scouting.replies import log_reply
from plugin.tasks import open_task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

WORDS = "年収1,200万円以上であれば、ぜひお話を伺いたいです。"


def press(client: Any, page: str, path: str | None = None, /, **form: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None, f"{page} has no form"
    return client.post(path or page, data={"csrf_token": token[1], **form})


def reply_of(house: Any, scout: int | None, words: str = WORDS, *, task: str = "triage", **given: Any) -> int:
    """A reply that waits, as reading a mail leaves it."""
    condition = given.pop("quoted", "")
    marks = given.pop("marks", ["ぜひお話を伺いたい"])
    with house.work.writing() as db:
        row = db.get_one(Scout, scout) if scout is not None else None
        employer = house._employer(db)
        person = row.profile_id if row is not None else "mail:x"

        def seal(value: Any) -> bytes:
            sealed: bytes = house.work.vault.seal_for(db, employer, person, value)
            return sealed

        full = {
            "from": "x@example.com",
            "name": "某",
            "subject": "Re",
            "text": f"{words}\n> 引用",
            "condition": condition,
        }
        reply = Reply(
            employer_id=employer,
            connection_id=house.connection,
            scout_id=scout,
            matched="token" if scout is not None else "none",
            person=person,
            sealed_text=seal(words),
            sealed_full=seal(full),
            sealed_words=seal(marks),
            received_at=house.work.clock.now(),
            created_at=house.work.clock.now(),
            **{"intent": "interested", "state": "triage", "triage_because": "condition", **given},
        )
        db.add(reply)
        db.flush()
        open_task(
            db,
            employer_id=employer,
            connection_id=house.connection,
            kind=task,
            name=f"reply:{reply.key}",
            requisition_id=row.requisition_id if row is not None else None,
            subject="reply",
            subject_id=reply.key,
            due=house.work.clock.now() + timedelta(days=1),
        )
        return int(reply.key)


def test_the_condition_stands_beside_the_fact_and_the_words_that_decided_are_marked(house: Any) -> None:
    house.batch(house.commit())
    reply_of(house, house.sent(), condition="contradicted", quoted=WORDS, task="contradiction")
    text = house.client(house.recruiter, "ja").get("/replies").text
    assert "<mark>" in text and "700万円～1,000万円" in text and "条件に合わない" in text
    english = house.client(house.recruiter, "en").get("/replies").text
    assert "contradicts the condition" in english and "JPY 7,000,000 to JPY 10,000,000" in english


def test_words_of_theirs_are_never_markup(house: Any) -> None:
    house.batch(house.commit())
    reply_of(house, house.sent(), "<script>alert(1)</script> <b>はい</b>", marks=["<b>はい</b>"])
    text = house.client(house.recruiter).get("/replies").text
    assert "<script>alert" not in text and "<mark>&lt;b&gt;はい&lt;/b&gt;</mark>" in text


def test_files_say_where_they_go_and_show_text_alone(house: Any) -> None:
    house.batch(house.commit())
    id = reply_of(house, house.sent())
    with house.work.writing() as db:
        reply = db.get_one(Reply, id)
        for place, (name, refused, preview) in enumerate(
            [("職務経歴書.pdf", "", "Goで決済基盤"), ("me.jpg", "picture", "")]
        ):
            db.add(
                ReplyFile(
                    employer_id=reply.employer_id,
                    reply_id=id,
                    place=place,
                    type="pdf",
                    size=12_000,
                    refused=refused,
                    sealed_name=house.work.vault.seal_for(db, reply.employer_id, reply.person, name),
                    sealed_preview=house.work.vault.seal_for(db, reply.employer_id, reply.person, preview)
                    if preview
                    else None,
                    removed=2 if preview else 0,
                    created_at=house.work.clock.now(),
                )
            )
    text = house.client(house.recruiter, "ja").get("/replies").text
    assert (
        "職務経歴書.pdf" in text and "Goで決済基盤" in text and "写真は取り込みません" in text and "2件を除いて" in text
    )


def test_who_may_not_see_a_confidential_requisition_decides_nothing_of_it(house: Any) -> None:
    house.batch(house.commit())
    id = reply_of(house, house.sent())
    with house.work.writing() as db:
        first = db.get_one(Requisition, house.requisition)
        db.add(
            Requisition(
                employer_id=first.employer_id,
                connection_id=first.connection_id,
                ats_id="other",
                title="別の求人",
                status="open",
                recruiter_id=house.bystander,
                created_at=house.work.clock.now(),
            )
        )
    other = house.client(house.bystander)
    assert other.get(f"/replies/{id}").status_code == 200
    with house.work.writing() as db:
        row = db.get_one(Requisition, house.requisition)
        row.confidential = True
        db.add(row)
    assert other.get(f"/replies/{id}").status_code == 404
    assert WORDS not in other.get("/replies").text
    for path, form in (("", {"intent": "interested"}), ("/back", {}), ("/answer", {"text": "x"}), ("/day", {})):
        assert press(other, "/replies/log" if path else "/replies", f"/replies/{id}{path}", **form).status_code == 404
    assert house.one(Reply).state == "triage" and not house.all(Entry)
    scout = house.one(Reply).scout_id
    form = {
        "scout": scout,
        "medium": "phone",
        "text": "はい",
        "intent": "interested",
        "received_at": "2026-11-19T18:00",
    }
    assert press(other, "/connection", "/replies/log", **form).status_code == 422


def test_a_question_is_answered_from_stated_facts_and_once(house: Any) -> None:
    house.batch(house.commit())
    id = reply_of(house, house.sent(), "年収はどのくらいでしょうか。", intent="question", topic="pay", state="decided", task="question")  # fmt: skip
    client = house.client(house.recruiter, "ja")
    text = client.get(f"/replies/{id}").text
    assert "求人票では700万円～1,000万円としております" in text
    refused = press(client, f"/replies/{id}", f"/replies/{id}/answer", subject="ご回答", text="面接を確約いたします。")
    assert refused.status_code == 422 and "約束と受け取られる表現" in refused.text
    before = len(house.all(Mail))
    said = {"subject": "ご回答", "text": "年収は700万円から1,000万円の予定です。"}
    assert press(client, f"/replies/{id}", f"/replies/{id}/answer", **said).status_code == 303
    [mail] = house.all(Mail)[before:]
    assert (mail.kind, mail.person) == ("candidate_answer", house.one(Reply).person)
    assert "700万円から1,000万円" in house.mail_text(mail)
    assert house.one(Task, col(Task.kind) == "question").state == "done"


def test_a_question_no_fact_answers_is_written_by_a_person(house: Any) -> None:
    house.batch(house.commit())
    id = reply_of(house, house.sent(), "社風を教えてください。", intent="question", topic="other", state="decided", task="question")  # fmt: skip
    client = house.client(house.recruiter, "ja")
    text = client.get(f"/replies/{id}").text
    assert "手元の情報には答えが記載されていません" in text
    body = re.search(r"<textarea[^>]*>(.*?)</textarea>", text, re.S)
    assert body is not None
    form = {"subject": "x", "text": body[1]}
    assert press(client, f"/replies/{id}", f"/replies/{id}/answer", **form).status_code == 422


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("employer_name", "求人企業は株式会社みほんです"),
        ("document_screening", "の前に書類選考はございません"),
        ("by_phone", "を予定しております"),
        ("source_of_address", "ご連絡先の入手元"),
        ("remote", "手元の情報には答えが記載されていません"),
    ],
)
def test_each_topic_is_answered_by_its_own_fact_or_by_nobody(house: Any, topic: str, said: str) -> None:
    house.batch(house.commit())
    id = reply_of(house, house.sent(), "質問です。", intent="question", topic=topic, state="decided", task="question")
    assert said in house.client(house.recruiter, "ja").get(f"/replies/{id}").text


def test_a_client_that_may_not_be_named_yet_is_not_named(house: Any) -> None:
    house.batch(house.commit())
    with house.work.writing() as db:
        row = db.get_one(Requisition, house.requisition)
        row.disclosure = "withheld"
        db.add(row)
    id = reply_of(house, house.sent(), "社名は？", intent="question", topic="employer_name", state="decided", task="question")  # fmt: skip
    text = house.client(house.recruiter, "ja").get(f"/replies/{id}").text
    assert "ご紹介にご同意いただいた後に" in text and "求人企業は株式会社みほんです" not in text


def test_later_is_a_day_somebody_notes(house: Any) -> None:
    house.batch(house.commit())
    id = reply_of(house, house.sent(), "また改めてご連絡ください。", intent="later", state="decided", task="later")
    client = house.client(house.recruiter)
    press(client, f"/replies/{id}", f"/replies/{id}/day", later_on="2026-01-01")
    assert house.one(Reply).later_on is None
    press(client, f"/replies/{id}", f"/replies/{id}/day", later_on="2027-04-01")
    assert house.one(Reply).later_on == date(2027, 4, 1)
    assert house.one(Task, col(Task.kind) == "later").state == "done"


def test_a_decision_is_taken_back_from_the_page(house: Any) -> None:
    house.batch(house.commit())
    id = reply_of(house, house.sent())
    client = house.client(house.recruiter)
    press(client, "/replies", f"/replies/{id}", intent="declined", reason="pay")
    assert (house.one(Reply).intent, house.one(Reply).reason) == ("declined", "pay")
    assert f"/replies/{id}/back" in client.get("/replies").text
    press(client, "/replies", f"/replies/{id}/back")
    assert house.one(Reply).state == "triage"
    house.work.clock.move(timedelta(minutes=20))
    press(client, "/replies", f"/replies/{id}", intent="declined")
    house.work.clock.move(timedelta(minutes=20))
    assert f"/replies/{id}/back" not in client.get("/replies").text


def test_a_wish_about_data_has_its_page(house: Any) -> None:
    house.batch(house.commit())
    id = reply_of(house, house.sent(), "データを削除してください。", intent="opt_out", state="decided", task="triage")
    with house.work.writing() as db:
        from plugin.rows import Connection

        reply = db.get_one(Reply, id)
        ask_about_data(db, db.get_one(Connection, house.connection), reply, db.get_one(Scout, reply.scout_id))
    client = house.client(house.recruiter, "en")
    assert "Asks for their data" in client.get(f"/replies/{id}").text
    assert f"/replies/{id}" in client.get("/tasks").text
    press(client, f"/replies/{id}", f"/replies/{id}/data", kind="erasure")
    request = house.one(DataRequest)
    assert (request.kind, request.state) == ("erasure", "confirming")
    assert house.one(Task, col(Task.kind) == "data_request", col(Task.subject) == "reply").state == "done"
    assert press(client, f"/replies/{id}", f"/replies/{id}/data", kind="nonsense").status_code == 400


@pytest.mark.parametrize("medium", ["line", "bizreach", "linkedin", "wantedly"])
def test_an_answer_by_another_medium_is_logged_on_the_page(house: Any, medium: str) -> None:
    house.batch(house.commit())
    form = {"scout": house.sent(), "medium": medium, "text": "はい", "intent": "interested"}
    client = house.client(house.recruiter)
    assert press(client, "/replies/log", **form, received_at="2026-11-19T18:00").status_code == 303
    assert house.one(Reply).medium == medium and house.one(Entry)


def test_nobody_logs_a_mail_or_a_page_by_hand(house: Any) -> None:
    house.batch(house.commit())
    form = {"scout": house.sent(), "text": "はい", "intent": "interested", "received_at": "2026-11-19T18:00"}
    for medium in ("mail", "page", ""):
        assert press(house.client(house.recruiter), "/replies/log", **form, medium=medium).status_code == 422


def test_what_came_by_the_candidate_s_page_is_said_to_be_theirs(house: Any) -> None:
    house.batch(house.commit())
    sent = house.sent()
    with house.work.writing() as db:
        scout = db.get_one(Scout, sent)
        log_reply(db, house.work.vault, scout, "page", "", "interested", "candidate", house.work.clock.now())
    assert "by themselves" in house.client(house.recruiter, "en").get("/replies").text


def test_the_holding_lane_shows_owner_and_clock_and_is_closed_with_a_letter(house: Any) -> None:
    house.batch(None)
    sent = house.sent()
    with house.work.writing() as db:
        row = db.get_one(Requisition, house.requisition)
        row.status = "closed"
        db.add(row)
        scout = db.get_one(Scout, sent)
        log_reply(db, house.work.vault, scout, "phone", "はい", "interested", "staff:1", house.work.clock.now())
    client = house.client(house.recruiter, "ja")
    lane = client.get("/holding").text
    assert "山田 太郎" in lane and "佐藤 美咲" in lane and "判断待ち" in lane
    assert "/holding" in client.get("/promises").text
    entry = house.one(Entry).key
    assert "連絡のうえで終了する" in client.get(f"/entries/{entry}").text
    promised = {"subject": "ご連絡", "text": "次回は面接を確約いたします。"}
    press(client, f"/entries/{entry}", f"/entries/{entry}/farewell", **promised)
    assert house.one(Entry).state == "holding"
    told = {"subject": "募集について", "text": "募集は終了いたしました。"}
    press(client, f"/entries/{entry}", f"/entries/{entry}/farewell", **told)
    assert (house.one(Entry).state, house.one(Entry).because) == ("closed", "closed_with_letter")
    assert house.one(Mail, col(Mail.kind) == "closing")
    assert house.client(house.manager).get("/holding").status_code == 403
