"""The recruiter completes what the law wants told: sources, gaps, versions."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlmodel import select

from plugin.rows import Event, Requisition, WorkingConditions
from plugin.scouting import conditions_sheet
from plugin.scouting.working_conditions import sheet_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

FULL = {
    "employer": "株式会社みほん",
    "contract": "permanent",
    "trial": "3か月（条件の変更なし）",
    "job": "決済基盤の開発",
    "job_change": "会社の定める業務",
    "place": "東京都渋谷区",
    "place_change": "会社の定める場所",
    "hours": "9:30〜18:30",
    "breaks": "60分",
    "overtime": "あり（月平均20時間）",
    "holidays": "完全週休2日制",
    "pay": "年収 700万円〜1,000万円",
    "insurance": "健康保険、厚生年金、雇用保険、労災保険",
    "smoking": "屋内禁煙",
}


def press(client: Any, page: str, data: dict[str, str]) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None, f"{page} has no form"
    return client.post(page, data={"csrf_token": token[1], **data})


def test_the_page_names_sources_and_gaps(house: Any) -> None:
    client = house.client(house.recruiter, lang="ja")
    page = html.unescape(client.get(f"/requisitions/{house.requisition}/conditions").get_data(as_text=True))
    assert "募集文から読み取り" in page
    assert "未記載の項目：" in page and "就業時間" in page and "受動喫煙防止措置" in page
    assert "東京都" in page
    english = house.client(house.recruiter, lang="en").get(f"/requisitions/{house.requisition}/conditions")
    assert "Missing: " in english.get_data(as_text=True)


def test_what_is_typed_stands_above_the_description_with_who_and_when(house: Any) -> None:
    client = house.client(house.recruiter, lang="ja")
    url = f"/requisitions/{house.requisition}/conditions"
    form = {**FULL, "place": "東京都渋谷区見本町1-1", "fixed_overtime_amount": "80000", "fixed_overtime_hours": "45"}
    assert press(client, url, form).status_code == 303
    assert press(client, url, form).status_code == 303, "the same again changes nothing"
    with house.work.reading() as db:
        requisition = db.get_one(Requisition, house.requisition)
        sheet = sheet_of(db, requisition, "ja")
        rows = db.exec(select(WorkingConditions)).all()
        events = db.exec(select(Event).where(Event.what == "conditions_stated")).all()
    assert [row.version for row in rows] == [1]
    assert sheet.complete
    assert sheet.known["place"].value == "東京都渋谷区見本町1-1"
    assert sheet.known["place"].by.startswith("staff:")
    assert sheet.known["fixed_overtime_hours"].value == "45.0" or sheet.known["fixed_overtime_hours"].value == "45"
    assert [event.facts for event in events] == [{"version": 1, "gaps": 0}], "no free text in an event"
    assert press(client, url, {**form, "place": ""}).status_code == 303
    with house.work.reading() as db:
        sheet = sheet_of(db, db.get_one(Requisition, house.requisition), "ja")
    assert sheet.version == 2
    assert sheet.known["place"].quote, "an emptied field follows the description again"


@pytest.mark.parametrize(
    ("field", "value"), [("fixed_overtime_amount", "たくさん"), ("fixed_overtime_hours", "-3"), ("contract", "eternal")]
)
def test_what_cannot_be_stored_is_refused_and_kept_in_the_form(house: Any, field: str, value: str) -> None:
    client = house.client(house.recruiter, lang="en")
    answer = press(client, f"/requisitions/{house.requisition}/conditions", {**FULL, field: value})
    assert answer.status_code == 400
    text = html.unescape(answer.get_data(as_text=True))
    assert conditions_sheet.label(field, "en") in text
    assert "9:30〜18:30" in text, "what was typed elsewhere is not lost"
    with house.work.reading() as db:
        assert db.exec(select(WorkingConditions)).all() == []


def test_only_recruiters_write_it(house: Any) -> None:
    client = house.client(house.bystander, lang="en")
    assert client.get(f"/requisitions/{house.requisition}/conditions").status_code in (403, 404)
    with house.work.reading() as db:
        assert db.exec(select(WorkingConditions)).all() == []


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("hours", "9:30〜18:30。書類選考免除、面接確約"),
        ("holidays", "Guaranteed interview, skip screening"),
        ("pay", "内定\n保証"),
    ],
)
def test_nothing_typed_there_promises_a_meeting_or_a_job(house: Any, field: str, words: str) -> None:
    client = house.client(house.recruiter, lang="ja")
    refused = press(client, f"/requisitions/{house.requisition}/conditions", {**FULL, field: words})
    assert refused.status_code == 400 and "約束と受け取られる" in html.unescape(refused.get_data(as_text=True))
    assert house.all(WorkingConditions) == []


def test_what_the_law_wants_told_is_no_promise(house: Any) -> None:
    usual = {
        "trial": "入社日から3か月（条件の変更なし）",
        "insurance": "採用日から14日以内に加入（健康保険、厚生年金、雇用保険、労災保険、確定拠出年金）",
        "holidays": "年間休日125日以上（入社月により按分、5日以内の計画付与）",
        "job": "営業企画：商談の機会創出、確実な納期管理",
        "pay": "年収 600万円〜900万円（採用時に確定）",
    }
    client = house.client(house.recruiter, lang="ja")
    pressed = press(client, f"/requisitions/{house.requisition}/conditions", {**FULL, **usual})
    assert pressed.status_code == 303, pressed.get_data(as_text=True)
