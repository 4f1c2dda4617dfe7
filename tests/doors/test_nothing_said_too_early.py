"""A candidate's page says no more of an employer than its letters may; and what is pressed twice is asked once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from plugin.pipeline.apologies import draft_apology, send_apology
from plugin.pipeline.farewells import CannotClose, draft_farewell, send_farewell
from plugin.pipeline.wording import Letter
from plugin.provision import record_handing_on
from plugin.rows import (
    Availability,
    Commitment,
    Connection,
    DataRequest,
    Employer,
    Entry,
    Mail,
    Promise,
    Reply,
    Requisition,
    Scout,
    Task,
)
from plugin.scouting.candidate_links import page_token
from plugin.scouting.data_answers import CannotShow, show_them
from plugin.scouting.deciding import log_reply
from plugin.scouting.disclosure import add_name, consent
from plugin.scouting.legal import LetterRefused
from plugin.scouting.question_answers import CannotAnswer, draft_answer, send_answer

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def link(house: Any) -> str:
    """The page of the first letter's person."""
    house.batch(house.commit())
    house.sent()
    with house.work.reading() as db:
        scout = db.get_one(Scout, house.all(Scout)[0].key)
        return f"/c/{page_token(house.work.vault, scout, 'taro.yamada@example.com')}"


@pytest.fixture
def agency(house: Any, link: str) -> str:
    """The same page of an agency that withholds its client; the client's people named it where they could."""
    with house.work.writing() as db:
        connection, now = db.get_one(Connection, house.connection), house.work.clock.now()
        db.get_one(Employer, connection.employer_id).mode = "agency"
        requisition = db.get_one(Requisition, house.requisition)
        requisition.client_ja, requisition.client_en = "都内の金融会社", "a financial company in Tokyo"
        add_name(db, connection, requisition, "legal", "株式会社クライアンツ", "staff:1")
        for scout in db.exec(select(Scout)):
            scout.voice = "agency"
        db.exec(select(Commitment)).one().interviewer_title = "クライアンツ開発部長"
        db.add(
            Availability(
                employer_id=connection.employer_id,
                connection_id=connection.key,
                requisition_id=requisition.key,
                staff_id=house.manager,
                scheduling_url="https://calendly.com/yamamoto-clz",
                created_at=now,
            )
        )
    return link


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_neither_interviewer_nor_scheduling_page_tells_of_a_withheld_client(house: Any, agency: str, lang: str) -> None:
    client = house.app.test_client()
    assert "クライアンツ" not in client.get(f"{agency}?lang={lang}").text
    client.post(f"{agency}/answer", data={"answer": "yes"})
    page = client.get(f"{agency}?lang={lang}").text
    assert "クライアンツ" not in page and "calendly" not in page
    with house.work.writing() as db:
        consent(db, db.exec(select(Scout)).first(), "candidate")
    page = client.get(f"{agency}?lang={lang}").text
    assert "クライアンツ" in page and "calendly.com" in page


def test_in_house_a_withheld_employer_is_no_sender_below_the_page_either(house: Any, link: str) -> None:
    with house.work.writing() as db:
        requisition = db.get_one(Requisition, house.requisition)
        requisition.disclosure, requisition.client_ja = "withheld", "都内の金融会社"
    page = house.app.test_client().get(link).text
    assert "みほん" not in page and "mihon.example.com" not in page


def test_a_correction_pressed_twice_is_one_request_and_another_one_two(house: Any, link: str) -> None:
    client = house.app.test_client()
    for words in ("名前が違います", "名前が違います", "会社名も違います"):
        client.post(f"{link}/data", data={"kind": "correction", "words": words})
    assert len(house.all(DataRequest)) == 2
    assert [task.kind for task in house.all(Task)] == ["data_request", "data_request"]


@pytest.mark.parametrize("subject", ["面接確約・内定保証のご案内", "A guaranteed offer for you"])
def test_an_apologys_subject_promises_nothing_either(house: Any, said_yes: Any, subject: str) -> None:
    with house.work.writing() as db:
        db.exec(select(Promise)).one().state = "broken"
    with house.work.writing() as db:
        connection, promise = db.get_one(Connection, house.connection), db.exec(select(Promise)).one()
        drafted = draft_apology(db, house.work.vault, connection, promise)
        with pytest.raises(LetterRefused):
            send_apology(db, house.work.vault, connection, promise, Letter(subject, drafted.text), by="staff:1")
        assert send_apology(db, house.work.vault, connection, promise, drafted, by="staff:1") is not None


def test_a_request_whose_answer_would_name_the_client_stays_open_until_it_may(house: Any, agency: str) -> None:
    client = house.app.test_client()
    client.post(f"{agency}/answer", data={"answer": "yes"})
    client.post(f"{agency}/data", data={"kind": "disclosure"})
    with house.work.writing() as db:
        request = db.exec(select(DataRequest)).one()
        request.state = "open"
        record_handing_on(db, house.work.vault, db.exec(select(Entry)).one())
    with pytest.raises(CannotShow, match="unsaid"), house.work.writing() as db:
        show_them(db, house.work.vault, db.exec(select(DataRequest)).one(), by="staff:1")
    assert house.one(DataRequest).state == "open"
    with house.work.writing() as db:
        consent(db, db.exec(select(Scout)).first(), "candidate")
        show_them(db, house.work.vault, db.exec(select(DataRequest)).one(), by="staff:1")
    assert house.one(DataRequest).state == "done"
    assert [mail.state for mail in house.all(Mail) if mail.kind == "data_answer"] == ["queued"]


def test_a_closing_that_names_the_client_closes_nothing(house: Any, agency: str) -> None:
    vault = house.work.vault
    house.app.test_client().post(f"{agency}/answer", data={"answer": "yes"})
    with house.work.writing() as db:
        db.exec(select(Entry)).one().state = "holding"
        db.exec(select(Promise)).one().state = "waived"
        db.get_one(Requisition, house.requisition).status = "closed"
    with house.work.writing() as db:
        entry = db.exec(select(Entry)).one()
        drafted = draft_farewell(db, vault, entry)
        named = Letter(drafted.subject, drafted.text + "\nクライアンツ社の判断です。")
        with pytest.raises(CannotClose, match="names an employer"):
            send_farewell(db, vault, entry, named, by="staff:1")
        assert entry.state == "holding"
        send_farewell(db, vault, entry, drafted, by="staff:1")
    assert [mail.state for mail in house.all(Mail) if mail.kind == "closing"] == ["queued"]


def test_an_answer_that_names_the_client_leaves_the_question_open(house: Any, agency: str) -> None:
    vault = house.work.vault
    with house.work.writing() as db:
        scout = db.exec(select(Scout)).first()
        log_reply(db, vault, scout, "phone", "社名は？", "question", "staff:1", house.work.clock.now())
    with house.work.writing() as db:
        reply = db.exec(select(Reply)).one()
        drafted = draft_answer(db, vault, reply, db.exec(select(Scout)).first(), "ja").letter
        with pytest.raises(CannotAnswer, match="names an employer"):
            send_answer(
                db, vault, reply, Letter(drafted.subject, drafted.text + "\n株式会社クライアンツです。"), by="staff:1"
            )
    assert [task.state for task in house.all(Task) if task.kind == "question"] == ["open"]
