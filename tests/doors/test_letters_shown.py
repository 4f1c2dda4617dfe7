"""A letter's mails before they leave, what is told of the employer, and experiments, as a recruiter meets them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from plugin.rows import ClientName, Connection, Event, Experiment, Requisition, Scout


def press(client: Any, page: str, path: str, **form: Any) -> str:
    """Press a form's button on a page and return what the next page says."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None
    answer = client.post(path, data={"csrf_token": token[1], **form})
    assert answer.status_code == 303, answer.text[:300]
    return html.unescape(client.get(answer.location).text)


@pytest.fixture
def scout(house: Any) -> int:
    house.batch(house.commit())
    key: int = house.all(Scout)[0].key
    return key


def test_every_mail_is_shown_as_text_in_a_mail_program_and_on_a_phone(house: Any, scout: int) -> None:
    client = house.client(house.recruiter)
    first = client.get(f"/scouts/{scout}").text
    assert '<article class="letter"' in first and "返信先" in first and "差出人" in first
    for way in ("html", "phone"):
        shown = client.get(f"/scouts/{scout}?as={way}").text
        assert f'<iframe class="mail {way}" sandbox' in shown
    receipt = client.get(f"/scouts/{scout}?mail=receipt_promised").text
    assert "お約束の内容" in receipt and "いまご返信を受信した場合" in receipt
    assert client.get(f"/scouts/{scout}?mail=secrets").status_code == 404
    assert client.get(f"/scouts/{scout}?as=fax").status_code == 404


def test_the_frame_runs_nothing_loads_nothing_and_is_for_recruiters(house: Any, scout: int) -> None:
    answer = house.client(house.recruiter).get(f"/scouts/{scout}/mail?mail=first")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "/u/…" in answer.text and "<form" not in answer.text
    assert house.client(house.manager).get(f"/scouts/{scout}/mail").status_code in (403, 404)
    assert house.client(house.recruiter).get(f"/scouts/{scout}").headers["X-Frame-Options"] == "DENY"


def test_a_test_run_is_said_on_the_batch_and_on_the_letter(house: Any, scout: int) -> None:
    with house.work.writing() as db:
        connection = db.get_one(Connection, house.connection)
        connection.policy = {**connection.policy, "test_address": "rehearsal@mihon.example.com"}
        db.add(connection)
    client = house.client(house.recruiter)
    for path in (f"/scouts/{scout}", f"/requisitions/{house.requisition}/letters"):
        text = client.get(path).text
        assert "テスト送信中" in text and "rehearsal@mihon.example.com" in text


def test_names_descriptions_and_the_step_are_set_on_one_page(house: Any) -> None:
    client, page = house.client(house.recruiter), f"/requisitions/{house.requisition}/employer"
    assert "追加しました" in press(client, page, f"{page}/names", kind="legal", name="株式会社みなと物流")
    assert "すでに登録" in press(client, page, f"{page}/names", kind="alias", name="みなと物流㈱")
    assert "2文字以上" in press(client, page, f"{page}/names", kind="alias", name="Ｍ")
    named = press(client, page, page, disclosure="withheld", client_ja="みなと物流の親会社", client_en="")
    assert "企業の名称が含まれています" in named and "みなと物流" in named
    promised = press(client, page, page, disclosure="withheld", client_ja="面接確約の物流会社", client_en="")
    assert "確約" in promised
    assert house.one(Requisition).disclosure == ""
    saved = press(client, page, page, disclosure="withheld", client_ja="300名規模の物流会社", client_en="")
    assert "保存しました" in saved and "300名規模の物流会社" in saved
    assert house.one(Requisition).disclosure == "withheld"
    assert [event.facts for event in house.all(Event) if event.what == "disclosure_set"] == [{"disclosure": "withheld"}]
    row = house.one(ClientName)
    assert "削除しました" in press(client, page, f"{page}/names/{row.key}")
    assert house.all(ClientName) == []


def test_a_manager_sets_nothing_of_it(house: Any) -> None:
    client = house.client(house.manager)
    assert client.get(f"/requisitions/{house.requisition}/employer").status_code in (403, 404)
    assert client.get("/experiments").status_code == 403


def test_an_experiment_is_worked_out_registered_and_stopped(house: Any) -> None:
    client = house.client(house.recruiter)
    assert "各群199通" in client.get("/experiments?expected=10&hoped=20").text
    form = {"measure": "meeting", "expected": "10", "hoped": "20", "window": "30"}
    assert "ルールは一つだけ" in press(client, "/experiments", "/experiments", **form)
    assert "読み取れません" in press(client, "/experiments", "/experiments", **form, per_arm="many")
    assert house.all(Experiment) == []
    text = press(client, "/experiments", "/experiments", **form, per_arm="199")
    assert "登録しました" in text and "まだ表示できません" in text and "検出力80％" in text
    experiment = house.one(Experiment)
    assert (experiment.needed, experiment.per_arm, experiment.state) == (199, 199, "running")
    assert "結果はありません" in press(client, "/experiments", f"/experiments/{experiment.key}/stop")
    assert house.one(Experiment).state == "stopped"


def test_another_accounts_experiment_is_not_there(house: Any, other_house: Any) -> None:
    client = house.client(house.recruiter)
    press(client, "/experiments", "/experiments", measure="reply", expected="3", hoped="6", window="30", per_arm="9")
    other = other_house.client(other_house.recruiter)
    assert "各群9通" not in other.get("/experiments").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', other.get("/experiments").text)
    assert token is not None
    key = house.one(Experiment).key
    assert other.post(f"/experiments/{key}/stop", data={"csrf_token": token[1]}).status_code == 404
