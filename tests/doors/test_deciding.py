"""R2 on pages: the link in the ATS only shows, the link in the manager's mailbox decides, by POST, once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from plugin.doors.decision_form import whole
from plugin.rows import Calibration, Commitment, Connection, Job, Mail, Requisition, ShortlistEntry, Staff

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def press(client: Any, page: str, path: str | None = None, /, **form: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None, f"{page} has no form"
    return client.post(path or page, data={"csrf_token": token[1], **form})


def decide(house: Any, token: str, **changes: Any) -> Any:
    form = {"answer": "commit", "line": "75", "kind": "interview", "days": "5", "interviewer_title": "採用責任者"}
    form |= {"max_people": "20", "minutes": "45", **changes}
    return press(house.client(), f"/act/{token}", **form)


def test_the_link_in_the_ats_shows_and_can_only_have_the_manager_mailed(house: Any) -> None:
    path = f"/r/{house.show_token()}"
    for client in (house.client(), house.client(house.recruiter)):
        text = client.get(path).text
        assert 'name="answer"' not in text and "/act/" not in text
    answer = press(house.client(house.recruiter), path, answer="commit", line="75")
    assert answer.status_code == 303 and "/act/" not in answer.headers["Location"]
    mail = house.one(Mail)
    manager = house.one(Staff, col(Staff.id) == house.manager)
    assert mail.staff_id == house.manager
    assert manager.email in house.mail_text(mail).splitlines()[0]
    assert house.all(Commitment) == []


def test_pressing_again_and_again_floods_nobody(house: Any, clock: Any) -> None:
    path = f"/r/{house.show_token()}"
    for _ in range(4):
        press(house.client(), path)
    assert len(house.all(Mail)) == 1
    clock.move(timedelta(minutes=2))
    press(house.client(), path)
    assert len(house.all(Mail)) == 2


@pytest.mark.parametrize("token", ["", "x", "MQ.abc", "1"])
def test_a_made_up_link_shows_nothing(house: Any, token: str) -> None:
    assert house.client().get(f"/r/{token}").status_code == 404


def test_the_managers_link_decides_and_leads_to_the_receipt(house: Any) -> None:
    token = house.link()
    answer = decide(house, token, line="７１", days="３営業日", max_people="１２")
    assert answer.status_code == 303
    commitment = house.one(Commitment)
    assert (commitment.state, commitment.strength, commitment.how) == ("in_force", "verified", "acting_link")
    assert (commitment.line, commitment.days, commitment.max_people) == (71, 3, 12)
    assert (commitment.kind, commitment.selection, commitment.format) == ("interview", True, "online")
    assert [job.kind for job in house.all(Job, col(Job.kind) == "prepare_batch")] == ["prepare_batch"]
    assert house.one(Mail, col(Mail.kind) == "receipt").staff_id == house.manager
    receipt = house.client().get(answer.headers["Location"])
    assert receipt.status_code == 200 and "71点以上" in receipt.text


def test_one_link_serves_one_decision(house: Any) -> None:
    token = house.link()
    client = house.client()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/act/{token}").text)
    assert csrf is not None
    form = {"csrf_token": csrf[1], "answer": "commit", "line": "75", "days": "5", "interviewer_title": "部長"}
    form |= {"max_people": "20", "minutes": "45"}
    assert client.post(f"/act/{token}", data=form).status_code == 303
    assert client.post(f"/act/{token}", data={**form, "line": "60"}).status_code == 410
    assert house.one(Commitment).line == 75
    used = client.get(f"/act/{token}")
    assert used.status_code == 200 and 'name="answer"' not in used.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"line": "高め"}, "高め"),
        ({"line": "30"}, "40"),
        ({"line": "101"}, "100"),
        ({"days": "すぐ"}, "すぐ"),
        ({"days": "31"}, "30"),
        ({"interviewer_title": " "}, "80"),
        ({"max_people": "0"}, "1000"),
        ({"max_people": "many"}, "1000"),
        ({"minutes": "5"}, "240"),
        ({"reply_deadline": "2020-01-01"}, "返信"),
        ({"reply_deadline": "soon"}, "返信"),
        ({"kind": "lunch"}, "面談"),
        ({"format": "telepathy"}, "オンライン"),
    ],
)
def test_what_cannot_be_committed_to_commits_nothing_and_the_link_stays_good(
    house: Any, changes: dict[str, str], words: str
) -> None:
    token = house.link()
    answer = decide(house, token, **changes)
    assert answer.status_code == 422
    alert = re.search(r'role="alert">(.*?)</div>', answer.text, re.S)
    assert alert is not None and words in alert[1]
    for name, value in changes.items():
        if name in ("line", "days", "max_people"):
            assert f'name="{name}"' in answer.text and f'value="{value}"' in answer.text
    assert house.all(Commitment) == []
    assert decide(house, token).status_code == 303


@pytest.mark.parametrize(
    ("kind", "given", "selection"),
    [("casual", "", False), ("casual", "1", True), ("interview", "", True), ("interview", "0", False)],
)
def test_a_casual_meeting_is_no_selection_unless_the_manager_says_so(
    house: Any, kind: str, given: str, selection: bool
) -> None:
    decide(house, house.link(), kind=kind, selection=given)
    commitment = house.one(Commitment)
    assert (commitment.kind, commitment.selection) == (kind, selection)


def test_people_kept_out_are_the_ones_ticked(house: Any) -> None:
    decide(house, house.link(), exclude=["A-02", "A-05", "nobody"])
    rows = house.all(ShortlistEntry, col(ShortlistEntry.label).in_(["A-02", "A-05"]))
    assert house.one(Commitment).exclusions == [row.profile_id for row in rows]


def test_not_committing_is_recorded_with_the_reason_and_shows_what_stands_in_the_way(house: Any) -> None:
    answer = press(
        house.client(), f"/act/{house.link()}", answer="decline", why="nobody_fits", reason="もう少し経験が欲しい"
    )
    assert answer.status_code == 303
    commitment = house.one(Commitment)
    assert commitment.state == "declined" and commitment.end_reason == "nobody_fits"
    text = house.client().get(answer.headers["Location"]).text
    assert "もう少し経験が欲しい" in text and "PostgreSQL" in text and "妨げになっていること" in text
    assert house.all(Job, col(Job.kind) == "prepare_batch") == []


def test_a_stale_link_decides_nothing(house: Any) -> None:
    token = house.link()
    with house.work.writing() as db:
        old = db.get_one(Calibration, house.calibration)
        newer = Calibration(**{**old.model_dump(exclude={"id"}), "short_id": "CNEW"})
        db.add(newer)
        db.flush()
        requisition = db.get_one(Requisition, house.requisition)
        requisition.calibration_id = newer.key
        db.add(requisition)
    page = house.client().get(f"/act/{token}")
    assert 'name="answer"' not in page.text
    assert (
        press(
            house.client(),
            "/sign-in",
            f"/act/{token}",
            answer="commit",
            line="75",
            days="5",
            interviewer_title="x",
            max_people="1",
            minutes="45",
        ).status_code
        == 410
    )
    assert house.all(Commitment) == []


def test_a_former_managers_link_decides_nothing(house: Any) -> None:
    token = house.link(staff=house.bystander)
    assert 'name="answer"' not in house.client().get(f"/act/{token}").text
    answer = press(
        house.client(),
        "/sign-in",
        f"/act/{token}",
        answer="commit",
        line="75",
        days="5",
        interviewer_title="x",
        max_people="1",
        minutes="45",
    )
    assert answer.status_code == 410
    assert house.all(Commitment) == []


def test_an_expired_link_can_have_a_fresh_one_mailed_to_its_owner(house: Any, clock: Any) -> None:
    token = house.link()
    clock.move(timedelta(days=8))
    page = f"/act/{token}"
    assert 'name="answer"' not in house.client().get(page).text
    assert press(house.client(), page, f"{page}/again").status_code == 303
    assert house.one(Mail).staff_id == house.manager


def test_undo_by_the_receipts_link(house: Any) -> None:
    commitment_id = house.commit()
    token = house.link("undo", commitment_id)
    page = f"/act/{token}"
    assert house.client().get(page).status_code == 200
    assert house.one(Commitment).state == "in_force"
    assert press(house.client(), page, reason="予定変更").status_code == 303
    assert house.one(Commitment).state == "undone"
    assert 'class="danger"' not in house.client().get(page).text


def test_a_recorded_edit_is_confirmed_from_the_mailbox(house: Any) -> None:
    commitment_id = house.commit("ats_field")
    assert house.one(Commitment).state == "proposed"
    token = house.link("confirm", commitment_id)
    assert house.client().get(f"/act/{token}").status_code == 200
    assert house.one(Commitment).state == "proposed"
    assert press(house.client(), f"/act/{token}").status_code == 303
    assert (house.one(Commitment).state, house.one(Commitment).strength) == ("in_force", "verified")


def test_being_signed_in_decides_nothing_and_undoes_only_for_the_manager(house: Any) -> None:
    commitment_id = house.commit()
    page, path = f"/requisitions/{house.requisition}", f"/requisitions/{house.requisition}/undo"
    assert press(house.client(house.recruiter), page, path, commitment=commitment_id).status_code == 403
    assert press(house.client(house.bystander), "/requisitions", path, commitment=commitment_id).status_code == 404
    assert house.one(Commitment).state == "in_force"
    assert press(house.client(house.manager), page, path, commitment=commitment_id).status_code == 303
    assert house.one(Commitment).state == "undone"


def test_the_grace_period_counts_down_on_the_page(house: Any, clock: Any) -> None:
    with house.work.writing() as db:
        connection = db.get_one(Connection, house.connection)
        connection.attested_by = "管理者"
        db.add(connection)
    commitment_id = house.commit("ats_field")
    page = f"/requisitions/{house.requisition}"
    assert "data-until" not in house.client(house.manager).get(page).text
    with house.work.writing() as db:
        commitment = db.get_one(Commitment, commitment_id)
        commitment.receipt_accepted_at = clock.now()
        db.add(commitment)
    text = house.client(house.manager).get(page).text
    until = re.search(r'data-until="([^"]+)"', text)
    assert until is not None and until[1].endswith("Z")
    assert 'class="danger"' in text


@given(st.text(max_size=8))
def test_a_whole_number_is_read_or_refused_never_guessed(database_kind: str, text: str) -> None:
    found = whole(text)
    assert found is None or 0 <= found <= 99999


@given(st.integers(0, 99999))
def test_full_width_digits_are_digits(database_kind: str, number: int) -> None:
    wide = str(number).translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert whole(wide) == whole(f" {number} ") == number
