"""What recruiters set about who is written to: companies off limits, introductions, people who may be one, a pause."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlmodel import select

from plugin.identity import identity_of
from plugin.rows import Connection, Introduction, Lookalike, OffLimits, Profile, Task
from plugin.scouting.lookalikes import TASK
from plugin.tasks import open_task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def press(client: Any, page: str, path: str | None = None, /, **form: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None, f"{page} has no form"
    return client.post(path or page, data={"csrf_token": token[1], **form})


def rows(house: Any, table: Any) -> list[Any]:
    with house.work.reading() as session:
        return list(session.exec(select(table)))


def test_a_company_is_entered_changed_and_ended(house: Any) -> None:
    client = house.client(house.recruiter)
    assert (
        press(client, "/off-limits", name="株式会社みほん", owner="営業部", aliases="ミホン\nMIHON").status_code == 303
    )
    row = rows(house, OffLimits)[0]
    assert (row.name, row.aliases, row.owner) == ("株式会社みほん", ["ミホン", "MIHON"], "営業部")
    assert "株式会社みほん" in client.get("/off-limits.csv").text
    assert press(client, "/off-limits", f"/off-limits/{row.id}/end").status_code == 303
    assert rows(house, OffLimits)[0].ended_at is not None


def test_a_wrong_number_is_told_and_nothing_entered(house: Any) -> None:
    client = house.client(house.recruiter)
    answer = press(client, "/off-limits", name="みほん", owner="営業部", number="1234567890123")
    assert answer.status_code == 400 and "検査用数字" in answer.text and "みほん" in answer.text
    assert not rows(house, OffLimits)


def test_a_list_is_read_in_and_its_bad_rows_are_told_by_line(house: Any) -> None:
    client = house.client(house.recruiter)
    file = io.BytesIO("会社名,担当\r\nみほん,営業部\r\n,営業部\r\n".encode())
    assert press(client, "/off-limits", "/off-limits/list", file=(file, "list.csv")).status_code == 303
    page = client.get("/off-limits").text
    assert "3行目" in page and "1社" in page
    assert [row.name for row in rows(house, OffLimits)] == ["みほん"]


def test_an_introduction_is_recorded_with_consent_and_ended(house: Any) -> None:
    client = house.client(house.recruiter)
    with house.work.reading() as session:
        profile = session.exec(select(Profile)).first()
        assert profile is not None
        address = identity_of(session, house.work.vault, profile).email
    day = house.work.clock.now().date().isoformat()
    given = {"address": address, "kind": "agency", "by": "みほんエージェント", "when": day, "consent": "mail"}
    assert press(client, "/introductions", **given).status_code == 303
    row = rows(house, Introduction)[0]
    assert (row.profile_id, row.by, row.consent_how) == (profile.profile_id, "みほんエージェント", "mail")
    assert "みほんエージェント" in client.get("/introductions").text
    press(client, "/introductions", f"/introductions/{row.id}/end")
    assert rows(house, Introduction)[0].ended_at is not None
    assert press(client, "/introductions", **given | {"address": "nobody@person.example.com"}).status_code == 400


@pytest.mark.parametrize("what", ["same", "different"])
def test_a_person_says_whether_two_records_are_one_and_is_not_asked_again(house: Any, what: str) -> None:
    client = house.client(house.recruiter)
    with house.work.writing() as session:
        connection = session.get_one(Connection, house.connection)
        ids = [row.profile_id for row in session.exec(select(Profile)).all()]
        row = Lookalike(
            employer_id=connection.employer_id,
            created_at=house.work.clock.now(),
            connection_id=connection.key,
            profile_id=ids[0],
            other=f"profile:{ids[1]}",
            why="phone",
        )
        session.add(row)
        session.flush()
        open_task(
            session,
            employer_id=row.employer_id,
            connection_id=row.connection_id,
            kind=TASK,
            name=str(row.key),
            subject="lookalike",
            subject_id=row.key,
        )
    assert f"/lookalikes/{row.key}" in client.get("/tasks").text
    assert press(client, f"/lookalikes/{row.key}", f"/lookalikes/{row.key}/{what}").status_code == 303
    assert rows(house, Lookalike)[0].state == what
    assert {task.state for task in rows(house, Task) if task.kind == TASK} == {"done"}
    assert 'name="csrf_token"' in client.get(f"/lookalikes/{row.key}").text


def test_the_account_is_paused_and_goes_on(house: Any) -> None:
    client = house.client(house.recruiter)
    press(client, "/connection", "/connection/pause")
    assert rows(house, Connection)[0].state == "paused"
    press(client, "/connection", "/connection/resume")
    assert rows(house, Connection)[0].state == "active"


@pytest.mark.parametrize("path", ["/off-limits", "/introductions"])
def test_managers_and_strangers_are_kept_out(house: Any, path: str) -> None:
    assert house.client(house.manager).get(path).status_code == 403
