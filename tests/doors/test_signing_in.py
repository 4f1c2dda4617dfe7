"""Signing in: a link in the colleague's own mailbox, once; who then sees what."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from plugin.doors import sign_in
from plugin.doors.app import create_app
from plugin.rows import Connection, Mail, Requisition, SignIn, Staff
from plugin.work.runtime import assemble

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def press(client: Any, page: str, path: str | None = None, /, **form: Any) -> Any:
    """Open a page and press a button on it: its token, these fields."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None, f"{page} has no form"
    return client.post(path or page, data={"csrf_token": token[1], **form})


def link_in(house: Any, mail: Mail) -> str:
    found = re.search(r"/sign-in/[\w-]+(?:\?\S+)?", house.mail_text(mail))
    assert found is not None
    return found[0]


def ask(house: Any, address: str, client: Any = None, **more: str) -> Any:
    return press(client or house.client(), "/sign-in", email=address, **more)


def test_the_link_goes_to_the_colleagues_own_address_and_opens_once(house: Any) -> None:
    recruiter = house.one(Staff, col(Staff.id) == house.recruiter)
    ask(house, recruiter.email.upper())
    mail = house.one(Mail)
    assert mail.kind == "sign_in" and mail.staff_id == house.recruiter
    link = link_in(house, mail)
    client = house.client()
    assert client.get(link).status_code == 200 and client.get("/requisitions").status_code == 303
    assert press(client, link).status_code == 303
    assert client.get("/requisitions").status_code == 200
    assert house.client().get(link).status_code == 410
    again = house.client()
    assert press(again, "/sign-in", link).status_code == 410
    assert again.get("/requisitions").status_code == 303


def test_an_unknown_address_hears_the_same_and_nothing_is_sent(house: Any) -> None:
    recruiter = house.one(Staff, col(Staff.id) == house.recruiter)
    known, unknown = ask(house, recruiter.email), ask(house, "nobody@example.com")
    cut = lambda text: re.sub(r'value="[^"]*"', "", text)  # noqa: E731
    assert cut(known.text) == cut(unknown.text)
    assert len(house.all(Mail)) == 1


def test_one_colleague_is_mailed_one_link_a_minute(house: Any, clock: Any) -> None:
    recruiter = house.one(Staff, col(Staff.id) == house.recruiter)
    for _ in range(3):
        ask(house, recruiter.email)
    assert len(house.all(Mail)) == 1
    clock.move(timedelta(minutes=2))
    ask(house, recruiter.email)
    assert len(house.all(Mail)) == 2


def test_a_link_expires(house: Any, clock: Any) -> None:
    recruiter = house.one(Staff, col(Staff.id) == house.recruiter)
    ask(house, recruiter.email)
    link = link_in(house, house.one(Mail))
    clock.move(sign_in.LIFE + timedelta(seconds=1))
    assert house.client().get(link).status_code == 410
    assert press(house.client(), "/sign-in", link).status_code == 410


def test_only_a_digest_of_the_link_is_kept(house: Any) -> None:
    recruiter = house.one(Staff, col(Staff.id) == house.recruiter)
    ask(house, recruiter.email)
    token = link_in(house, house.one(Mail)).rsplit("/", 1)[1]
    assert token not in house.one(SignIn).token_digest


def test_the_way_back_is_kept_and_stays_on_this_site(house: Any) -> None:
    recruiter = house.one(Staff, col(Staff.id) == house.recruiter)
    wanted = f"/requisitions/{house.requisition}"
    assert house.client().get(wanted).headers["Location"].endswith("next=/requisitions/1")
    ask(house, recruiter.email, next=wanted)
    client = house.client()
    link = link_in(house, house.one(Mail))
    assert press(client, link, link.partition("?")[0], next=wanted).headers["Location"] == wanted
    assert press(client, wanted, "/language", lang="en", next="https://evil.example/").headers["Location"] == "/"


def test_a_session_ends_by_itself(house: Any, clock: Any) -> None:
    client = house.client(house.recruiter)
    assert client.get("/requisitions").status_code == 200
    clock.move(timedelta(hours=1, seconds=1))
    assert client.get("/requisitions").status_code == 303


def test_a_colleague_who_left_is_signed_out(house: Any) -> None:
    client = house.client(house.recruiter)
    with house.work.writing() as db:
        staff = db.get_one(Staff, house.recruiter)
        staff.active = False
        db.add(staff)
    assert client.get("/requisitions").status_code == 303


def test_signing_out_forgets(house: Any) -> None:
    client = house.client(house.recruiter)
    assert press(client, "/requisitions", "/sign-out").status_code == 303
    assert client.get("/requisitions").status_code == 303


def test_a_forged_session_opens_nothing(house: Any) -> None:
    client = house.client()
    client.set_cookie("kakuyaku", "eyJzdGFmZiI6MiwidW50aWwiOjR9.aaaa.bbbb")
    assert client.get("/requisitions").status_code == 303


def test_demo_lists_colleagues_on_this_machine_only(house: Any) -> None:
    path = f"/sign-in/as/{house.recruiter}"
    plain = house.client()
    assert "佐藤" not in plain.get("/sign-in").text
    assert press(plain, "/sign-in", path).status_code == 404
    work = house.work
    demo = create_app(
        assemble(work.settings.model_copy(update={"demo": True}), work.database, work.clock, work.vault)
    ).test_client()
    assert "佐藤" in demo.get("/sign-in").text
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert "佐藤" not in demo.get("/sign-in", environ_overrides=elsewhere).text
    assert "佐藤" not in demo.get("/sign-in", headers={"X-Forwarded-For": "192.0.2.7"}).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', demo.get("/sign-in").text)
    assert token is not None
    assert demo.post(path, data={"csrf_token": token[1]}, environ_overrides=elsewhere).status_code == 404
    assert demo.post(path, data={"csrf_token": token[1]}).status_code == 303
    assert demo.get("/requisitions").status_code == 200


def test_the_manager_sees_nobodys_name_and_the_recruiter_does(house: Any) -> None:
    """R12: the same ids, order and scores; names only in the recruiter's view."""
    path = f"/requisitions/{house.requisition}"
    manager, recruiter = house.client(house.manager).get(path).text, house.client(house.recruiter).get(path).text
    for secret in ("山田", "太郎", "taro.yamada", "架空商会", "Jane Doe"):
        assert secret not in manager
    assert "山田 太郎" in recruiter and "架空商会" in recruiter and "■" in manager
    order = r'id="(A-\d\d)" data-score="(\d+)"'
    assert re.findall(order, manager) == re.findall(order, recruiter)
    assert len(re.findall(order, manager)) == 8


def test_the_page_in_the_ats_names_nobody(house: Any) -> None:
    text = house.client().get(f"/r/{house.show_token()}").text
    assert "A-01" in text
    for secret in ("山田", "taro.yamada", "架空商会", "Jane Doe", "Max Muster"):
        assert secret not in text


@pytest.mark.parametrize(
    "path", ["/replies", "/tasks", "/jobs", "/connection", "/requisitions/1/letters", "/replies/log"]
)
def test_a_manager_is_kept_from_the_recruiters_pages(house: Any, path: str) -> None:
    assert house.client(house.manager).get(path).status_code == 403
    assert house.client(house.bystander).get(path).status_code == 403


def test_a_bystander_sees_no_requisition(house: Any) -> None:
    client = house.client(house.bystander)
    assert "バックエンド" not in client.get("/requisitions").text
    assert client.get(f"/requisitions/{house.requisition}").status_code == 404


def test_a_confidential_requisition_is_its_own_recruiters(house: Any) -> None:
    with house.work.writing() as db:
        requisition = db.get_one(Requisition, house.requisition)
        requisition.confidential, requisition.recruiter_id = True, house.bystander
        other = Requisition(
            employer_id=requisition.employer_id,
            connection_id=house.connection,
            ats_id="r2",
            title="別の求人",
            status="open",
            recruiter_id=house.recruiter,
            created_at=house.work.clock.now(),
        )
        db.add_all([requisition, other])
    path = f"/requisitions/{house.requisition}"
    assert house.client(house.bystander).get(path).status_code == 200
    assert house.client(house.manager).get(path).status_code == 200
    recruiter = house.client(house.recruiter)
    assert recruiter.get(path).status_code == 404
    assert "バックエンド" not in recruiter.get("/requisitions").text


def test_without_a_sender_no_link_can_be_mailed(house: Any) -> None:
    with house.work.writing() as db:
        connection = db.get_one(Connection, house.connection)
        connection.policy = {**connection.policy, "from_address": ""}
        db.add(connection)
    assert ask(house, house.one(Staff, col(Staff.id) == house.recruiter).email).status_code == 200
    assert house.all(Mail) == []
