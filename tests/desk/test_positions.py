"""Positions: read before they are saved, checked, opened and closed; only their own recruiters see them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from sqlmodel import col

from connectors.records import EntryKind, NewEntry, RequisitionStatus
from plugin.desk import colleagues, paper, positions
from plugin.rows import DeskInterview, DeskRequisition, Job, Staff

ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"])


def a_job_sheet() -> bytes:
    """A 求人票 as a PDF, drawn here."""
    out = BytesIO()
    canvas = Canvas(out)
    pdfmetrics.registerFont(paper._font())
    canvas.setFont(paper.FONT, 11)
    for number, line in enumerate(
        (
            "求人票",
            "職種：バックエンドエンジニア",
            "必須条件：Goでの開発経験5年以上",
            "年収 700万円〜1,000万円",
            "事業内容：決済サービスの企画・開発・運営",
            "仕事内容：決済基盤の設計と開発をお任せします。",
        )
    ):
        canvas.drawString(60, 760 - 24 * number, line)
    canvas.save()
    return out.getvalue()


@ONE_DATABASE
def test_a_pasted_text_is_shown_as_understood_and_nothing_is_saved(desk: Any) -> None:
    page = desk.press("/desk/positions/read", {"text": "バックエンドエンジニア\n・Goでの開発経験 5年以上\n"})
    words = page.get_data(as_text=True)
    assert page.status_code == 200 and "読み取った募集要件" in words and "Go" in words
    assert desk.all(DeskRequisition) == []


@ONE_DATABASE
def test_a_job_sheet_is_read_from_its_pdf(desk: Any) -> None:
    sheet = (BytesIO(a_job_sheet()), "求人票.pdf")
    page = desk.press("/desk/positions/read", {"file": sheet}, lang="en")
    words = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Goでの開発経験5年以上" in words and "Annual pay" in words
    assert 'name="source" value="file"' in words


@ONE_DATABASE
def test_a_file_that_gives_no_text_says_what_to_do(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "LARGEST_FILE", 1000)
    for name, content, said in (
        ("求人票.exe", b"MZ", "PDF・Word・Excel・テキスト"),
        ("求人票.pdf", b"%PDF-1.4 broken", "読み取れませんでした"),
        ("求人票.pdf", b"x" * 2000, "5MBを超えています"),
        ("求人票.txt", b"", "読み取れませんでした"),
    ):
        page = desk.press("/desk/positions/read", {"file": (BytesIO(content), name)})
        assert page.status_code == 400 and said in page.get_data(as_text=True), (name, said)


@ONE_DATABASE
def test_the_larger_form_is_for_files_alone(desk: Any) -> None:
    whole = {"title": "x", "text": "x" * 600_000}
    assert desk.press("/desk/positions", whole).status_code == 413


def test_a_saved_position_is_read_as_every_requisition_is(desk: Any) -> None:
    position = desk.position()
    desk.read()
    found = desk.requisition(position)
    assert (found.status, found.description_source) == ("open", "live_posting")
    assert "Goでの開発経験 5年以上" in found.description
    manager = desk.one(Staff, col(Staff.id) == found.manager_id)
    assert (manager.name, manager.email) == ("鈴木 健一", "kenichi.suzuki@client.example.com")
    assert found.recruiter_id == desk.recruiter.key
    assert desk.all(Job, col(Job.kind) == "calibrate"), "its shortlist is on the way"

    desk.press(f"/desk/positions/{position}/status", {"status": "closed"})
    desk.read()
    assert desk.requisition(position).status == "closed"
    desk.press(f"/desk/positions/{position}/status", {"status": "removed"})
    assert desk.ats.requisition(str(position)) is None


@ONE_DATABASE
def test_a_draft_is_a_draft_until_it_is_opened(desk: Any) -> None:
    position = desk.position(**{"as": "draft"})
    assert desk.ats.requisition(str(position)).status is RequisitionStatus.DRAFT
    desk.press(f"/desk/positions/{position}/status", {"status": "open"})
    assert desk.ats.requisition(str(position)).status is RequisitionStatus.OPEN


@ONE_DATABASE
def test_what_is_wrong_is_said_and_nothing_is_saved(desk: Any) -> None:
    right = {
        "title": "エンジニア",
        "text": "Goでの開発経験 5年以上",
        "manager_name": "鈴木 健一",
        "manager_address": "kenichi.suzuki@client.example.com",
        "recruiter": desk.recruiter.ats_id,
    }
    for wrong, said in (
        ({"title": " "}, "職種名を入力してください"),
        ({"text": " "}, "募集内容を貼り付ける"),
        ({"manager_name": ""}, "採用責任者の氏名"),
        ({"manager_address": "nobody"}, "採用責任者のメールアドレスが正しくありません"),
        ({"manager_address": "suzuki@client"}, "採用責任者のメールアドレスが正しくありません"),
        ({"manager_address": "MISAKI.SATO@agency.example.com"}, "採用担当者とは別の方"),
        ({"to_address": "a@b\nBcc: x@example.com"}, "送付先メールアドレス"),
        ({"recruiter": "9999"}, "採用担当者を選んでください"),
    ):
        page = desk.press("/desk/positions", {**right, **wrong})
        assert page.status_code == 400 and said in page.get_data(as_text=True), wrong
    assert desk.all(DeskRequisition) == []


@ONE_DATABASE
def test_who_enters_a_position_for_another_recruiter_does_not_decide_on_it(desk: Any) -> None:
    with desk.work.writing() as db:
        other = colleagues.enter(db, desk.connection, "高橋 直子", "naoko@agency.example.com", recruits=True)
    given = {"title": "エンジニア", "text": "Goでの開発経験 5年以上", "manager_name": "佐藤 美咲"}
    given |= {"recruiter": str(other.key), "manager_address": desk.recruiter.email.upper()}
    answer = desk.press("/desk/positions", given)
    assert answer.status_code == 400 and "採用担当者とは別の方" in answer.get_data(as_text=True)
    position = desk.position(recruiter=str(other.key))
    assert desk.press(f"/desk/positions/{position}", given).status_code == 400


@ONE_DATABASE
def test_changing_the_text_owes_a_reading(desk: Any) -> None:
    position = desk.position()
    desk.read()
    page = desk.client().get(f"/desk/positions/{position}/edit").get_data(as_text=True)
    assert "Goでの開発経験 5年以上" in page and "kenichi.suzuki@client.example.com" in page
    given = {"title": "SRE", "text": "SRE\n・AWSの経験 3年以上", "manager_name": "高橋 直人"}
    given |= {"manager_address": "naoto.takahashi@client.example.com", "recruiter": desk.recruiter.ats_id}
    assert desk.press(f"/desk/positions/{position}", given).status_code == 303
    desk.read()
    found = desk.requisition(position)
    assert (found.title, "AWS" in found.description) == ("SRE", True)
    assert desk.one(Staff, col(Staff.id) == found.manager_id).name == "高橋 直人"


@ONE_DATABASE
def test_nobody_sees_another_desks_positions(desk: Any, other_desk: Any) -> None:
    position = desk.position()
    desk.read()
    application = desk.yes(position)
    meeting = desk.press(
        f"/desk/people/{application}/meetings",
        {"starts_at": "2026-11-24T10:00", "minutes": "45", "kind": "interview"},
    )
    assert meeting.status_code == 303
    file = desk.enclose(application)
    there = other_desk.client()
    assert desk.client().get(f"/desk/positions/{position}").status_code == 200
    for path in (
        f"/desk/positions/{position}", f"/desk/positions/{position}/edit", f"/desk/people/{application}",
        f"/desk/people/{application}/recommend", f"/desk/files/{file}",
    ):  # fmt: skip
        assert there.get(path).status_code == 404, path
    for path in (
        f"/desk/positions/{position}", f"/desk/positions/{position}/status", f"/desk/people/{application}/stage",
        f"/desk/people/{application}/merge", f"/desk/people/{application}/remove", "/desk/meetings/1",
        f"/desk/people/{application}/recommend/send", f"/desk/people/{application}/recommend/file/0",
    ):  # fmt: skip
        assert other_desk.press(path, {"status": "complete", "stage": "first"}).status_code == 404, path
    assert other_desk.ats.requisition(str(position)) is None
    assert other_desk.ats.applications(requisition_id=str(position)) == []
    assert other_desk.ats.candidate("1") is None


@ONE_DATABASE
def test_a_confidential_position_is_its_own_recruiters(desk: Any) -> None:
    from plugin.desk import colleagues
    from plugin.rows import Connection

    position = desk.position(confidential="1")
    desk.read()
    with desk.work.writing() as db:
        colleagues.welcome(db, db.get_one(Connection, desk.connection.key), "高橋 直子", "naoko@agency.example.com")
    other = desk.one(Staff, col(Staff.email) == "naoko@agency.example.com")
    assert desk.client(staff=other.key).get(f"/desk/positions/{position}").status_code == 404
    assert "バックエンド" not in desk.client(staff=other.key).get("/desk/positions").get_data(as_text=True)
    assert desk.client().get(f"/desk/positions/{position}").status_code == 200


def test_numbers_no_row_has_are_nobody(desk: Any, placed: int) -> None:
    client, big = desk.client(), str(10**20)
    for path in ("/desk/people/", "/desk/positions/", "/desk/files/", "/requisitions/"):
        assert client.get(path + big).status_code == 404, path
    meeting = {"starts_at": "2026-12-01T10:00", "kind": "interview", "minutes": "60"}
    for path, form, status in (
        ("/merge", {"into": big}, 404),
        ("/meetings", {**meeting, "minutes": big}, 400),
        ("/meetings", {**meeting, "starts_at": "0001-01-01T00:00"}, 303),
        ("/meetings", {**meeting, "starts_at": "9999-12-31T23:59"}, 303),
    ):
        assert desk.press(f"/desk/people/{placed}{path}", form).status_code == status, form
    assert desk.all(DeskInterview) == [], "no meeting is centuries off"
    title = desk.one(DeskRequisition, col(DeskRequisition.id) == desk.position(title="SRE\0", text="Go\0開発")).title
    assert title == "SRE"


@ONE_DATABASE
def test_a_confidential_position_tells_nobody_else_who_is_in_it(desk: Any, placed: int) -> None:
    with desk.work.writing() as db:
        other = colleagues.enter(db, desk.connection, "高橋 直子", "naoko@agency.example.com", recruits=True)
    hidden = desk.position(recruiter=str(other.key))
    entered = desk.ats.add_entry(
        NewEntry(str(hidden), "K-9", EntryKind.APPLICATION, "太郎", "髙﨑", "t.takasaki@hidden.example.com")
    )
    page = f"/desk/people/{placed}"
    assert "hidden.example.com" in desk.client().get(page).get_data(as_text=True)
    with desk.work.writing() as db:
        row = db.get_one(DeskRequisition, hidden)
        row.confidential = True
        db.add(row)
    assert "hidden.example.com" not in desk.client().get(page).get_data(as_text=True)
    assert desk.press(f"{page}/merge", {"into": entered.candidate_id}).status_code == 404


@ONE_DATABASE
def test_a_manager_who_signs_in_has_no_desk(desk: Any) -> None:
    desk.position()
    desk.read()
    manager = desk.one(Staff, col(Staff.email) == "kenichi.suzuki@client.example.com")
    assert desk.client(staff=manager.key).get("/desk/positions").status_code == 403


@ONE_DATABASE
def test_the_pages_read_in_both_languages(desk: Any, placed: int) -> None:
    position = desk.one(DeskRequisition).key
    before = desk.counted()
    for lang, said in (("ja", "求人デスク"), ("en", "Desk")):
        for path in (
            "/desk/positions", "/desk/positions/new", f"/desk/positions/{position}",
            f"/desk/positions/{position}/edit", f"/desk/people/{placed}", f"/desk/people/{placed}/recommend",
        ):  # fmt: skip
            answer = desk.client(lang).get(path)
            assert answer.status_code == 200 and said in answer.get_data(as_text=True), path
    assert desk.counted() == before, "looking changes nothing"
