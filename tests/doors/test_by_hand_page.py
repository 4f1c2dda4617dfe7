"""The page of a letter carried by hand: chosen, taken, copied, marked; JavaScript only copies."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.rows import Batch, Connection, Profile, Scout, Task
from plugin.scouting import batches

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
LINKEDIN = "https://www.linkedin.example/in/taro"


@pytest.fixture
def letter(house: Any) -> int:
    """A committed letter to somebody known on LinkedIn, waiting for release; its number."""
    house.batch(house.commit())
    with house.work.writing() as db:
        profile = db.exec(select(Profile).where(col(Profile.profile_id) == "u0")).one()
        vault = house.work.vault
        identity = vault.open_for(db, profile.employer_id, "u0", profile.sealed) | {"linkedin": LINKEDIN}
        profile.sealed = vault.person(db, profile.employer_id, "u0").encrypt(json.dumps(identity).encode())
        db.add(profile)
    return house.one(Scout, col(Scout.profile_id) == "u0").key  # type: ignore[no-any-return]


def press(client: Any, letter: int, action: str, **form: str) -> Any:
    page = f"/scouts/{letter}/by-hand"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None
    return client.post(f"{page}/{action}", data={"csrf_token": token[1], **form}, follow_redirects=True)


def released(house: Any, client: Any, letter: int) -> None:
    press(client, letter, "medium", medium="linkedin")
    with house.work.writing() as db:
        batches.release(db, db.exec(select(Batch)).one(), f"staff:{house.recruiter}")
    house.work.clock.move(timedelta(minutes=11))


def test_from_choosing_to_logging_the_answer(house: Any, letter: int) -> None:
    client = house.client(house.recruiter, lang="ja")
    assert f'href="/scouts/{letter}/by-hand"' in client.get(f"/scouts/{letter}").text
    page = client.get(f"/scouts/{letter}/by-hand").text
    assert "上限1,900文字" in page and LINKEDIN in page and "<textarea" not in page
    assert "/u/…" in page, "before it is taken nobody can copy it whole"
    released(house, client, letter)
    page = press(client, letter, "take").text
    [text] = re.findall(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert "採用をお約束するものではありません" in html.unescape(text) and "山田様" in text
    assert [task.kind for task in house.all(Task) if task.state == "open"] == ["by_hand"]
    assert f"/scouts/{letter}/by-hand" in client.get("/tasks").text
    page = press(client, letter, "done", sent="1").text
    assert house.one(Scout, col(Scout.id) == letter).state == "sent"
    assert f"/replies/log?scout={letter}&amp;medium=linkedin" in page
    form = client.get(f"/replies/log?scout={letter}&medium=linkedin").text
    assert re.search(rf'<option value="{letter}" selected', form)
    assert re.search(r'value="linkedin" required checked', form)


def test_a_letter_given_back_waits_again(house: Any, letter: int) -> None:
    client = house.client(house.recruiter, lang="en")
    released(house, client, letter)
    press(client, letter, "take")
    page = press(client, letter, "done", sent="0").text
    assert "It waits again" in page and house.one(Scout, col(Scout.id) == letter).state == "queued"


def test_what_may_not_leave_any_more_is_not_shown_for_copying(house: Any, letter: int) -> None:
    client = house.client(house.recruiter, lang="en")
    released(house, client, letter)
    press(client, letter, "take")
    with house.work.writing() as db:
        connection = db.get_one(Connection, house.connection)
        connection.state = "paused"
        db.add(connection)
    page = client.get(f"/scouts/{letter}/by-hand").text
    assert "Don&#39;t send it" in page and "<textarea" not in page
    assert "I have sent it" in page, "what was sent before that must still be said"


@pytest.mark.parametrize("action", ["medium", "take", "done"])
def test_only_recruiters_of_the_requisition_act(house: Any, letter: int, action: str) -> None:
    client = house.client(house.bystander)
    assert client.get(f"/scouts/{letter}/by-hand").status_code in (403, 404)
    assert client.post(f"/scouts/{letter}/by-hand/{action}").status_code in (400, 403, 404)
    recruiter = house.client(house.recruiter)
    assert recruiter.post(f"/scouts/{letter}/by-hand/{action}").status_code == 400, "a form's token is asked for"
    assert recruiter.get("/scouts/99999/by-hand").status_code == 404


def test_who_is_known_nowhere_is_said_to_be(house: Any, letter: int) -> None:
    other = house.one(Scout, col(Scout.profile_id) == "u1").key
    page = house.client(house.recruiter, lang="en").get(f"/scouts/{other}/by-hand").text
    assert "It is not known how to find this person on BizReach, LinkedIn or Wantedly." in page
