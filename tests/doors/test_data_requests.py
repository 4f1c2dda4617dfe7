"""The recruiter's side of requests about personal data: shown, put right, closed; what was handed on; whose time ends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.connections import policy_of
from plugin.people import delete_profiles, judged_of
from plugin.provision import as_csv, drop_old, record_handing_on
from plugin.rows import Connection, DataRequest, Employer, Entry, Mail, ProvisionRecord, Scout, Task
from plugin.scouting.candidate_links import page_token

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def link(house: Any) -> str:
    house.batch(house.commit())
    house.sent()
    with house.work.reading() as db:
        scout = db.get_one(Scout, house.all(Scout)[0].key)
        return f"/c/{page_token(house.work.vault, scout, 'taro.yamada@example.com')}"


def form_of(client: Any, path: str) -> dict[str, str]:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token is not None
    return {"csrf_token": token[1]}


def test_a_confirmed_request_is_answered_to_the_known_address(house: Any, link: str) -> None:
    candidate = house.app.test_client()
    candidate.post(f"{link}/data", data={"kind": "disclosure"})
    path = re.search(r"(/c/\S+/confirm/\S+)", house.mail_text(house.one(Mail, col(Mail.kind) == "data_confirm")))
    assert path is not None
    recruiter = house.client(house.recruiter)
    assert "山田" not in recruiter.get("/people/requests").text, "nothing is shown before they confirmed"
    candidate.post(path[1])
    request = house.one(DataRequest)
    form = form_of(recruiter, "/people/requests")
    assert recruiter.post(f"/people/requests/{request.key}/show", data=form).status_code == 303
    mail = house.mail_text(house.one(Mail, col(Mail.kind) == "data_answer"))
    assert "taro.yamada@example.com" in mail
    assert house.one(DataRequest).state == "done"
    assert house.one(Task, col(Task.kind) == "data_request").state == "done"


def test_a_correction_is_journalled_and_closes(house: Any, link: str) -> None:
    house.app.test_client().post(f"{link}/data", data={"kind": "correction", "words": "会社を移りました"})
    recruiter = house.client(house.recruiter)
    page = recruiter.get("/people/requests").text
    assert "会社を移りました" in page and "taro.yamada@example.com" in page
    request = house.one(DataRequest)
    form = form_of(recruiter, "/people/requests") | {
        "company": "幻影商会",
        "text": "幻影商会でGoによる決済基盤を開発。",
    }
    assert recruiter.post(f"/people/requests/{request.key}/correct", data=form).status_code == 303
    assert house.one(DataRequest).state == "done"
    with house.work.reading() as db:
        judged = judged_of(db, house.work.vault, request.employer_id, "u0")
    assert judged is not None and "幻影商会" in judged.text and judged.revision == 2


def test_a_bystander_sees_none_of_it(house: Any, link: str) -> None:
    assert house.client(house.bystander).get("/people/requests").status_code == 403


def test_whose_time_ends_is_listed(house: Any) -> None:
    with house.work.writing() as db:
        row = db.get_one(Connection, house.connection)
        row.policy = policy_of(row).model_copy(update={"retention_days": {"own_applicant": 20}}).model_dump(mode="json")
        db.add(row)
    text = house.client(house.recruiter, "ja").get("/people/expiring").text
    assert "山田 太郎" in text and "2026年12月10日" in text


def test_what_is_handed_to_a_client_is_written_down_once_and_kept_three_years(house: Any, link: str) -> None:
    house.app.test_client().post(f"{link}/answer", data={"answer": "yes"})
    entry = house.one(Entry)
    with house.work.writing() as db:
        assert not record_handing_on(db, house.work.vault, db.get_one(Entry, entry.key)), "in-house nobody else gets it"
        employer = db.get_one(Employer, entry.employer_id)
        employer.mode = "agency"
        db.add(employer)
    with house.work.writing() as db:
        assert record_handing_on(db, house.work.vault, db.get_one(Entry, entry.key))
        assert not record_handing_on(db, house.work.vault, db.get_one(Entry, entry.key))
        assert "山田 太郎" in as_csv(db, house.work.vault, entry.employer_id, "ja")
        delete_profiles(db, house.work.vault, entry.employer_id, ["u0"])
    with house.work.writing() as db:
        after = as_csv(db, house.work.vault, entry.employer_id, "ja")
        assert "山田" not in after and house.one(ProvisionRecord).person_hash in after
        drop_old(db)
        assert len(db.exec(select(ProvisionRecord)).all()) == 1
    house.work.clock.move(timedelta(days=3 * 366))
    with house.work.writing() as db:
        drop_old(db)
        assert db.exec(select(ProvisionRecord)).all() == []


def test_times_typed_by_the_manager_are_offered(house: Any, link: str) -> None:
    manager = house.client(house.manager)
    path = f"/requisitions/{house.requisition}/times"
    form = form_of(manager, path)
    assert manager.post(path, data=form | {"time": "2026-11-25T18:00", "feed": "http://10.0.0.1/x"}).status_code == 422
    assert manager.post(path, data=form | {"time": ["2026-11-25T18:00", "2026-11-26T12:00"]}).status_code == 303
    candidate = house.app.test_client()
    candidate.post(f"{link}/answer", data={"answer": "yes"})
    offered = re.findall(r'name="at" value="([^"]+)"', candidate.get(link).text)
    assert offered == ["2026-11-25T09:00:00+00:00", "2026-11-26T03:00:00+00:00"]
