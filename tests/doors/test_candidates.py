"""A candidate's pages: a refusal shows on GET, acts on POST, works in one click, and says nothing of scores."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from plugin.people import delete_profiles
from plugin.rows import Scout, Suppression
from plugin.scouting.optout import unsubscribe_token

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def link(house: Any) -> str:
    """The refusal link of the first letter."""
    house.batch(house.commit())
    house.sent()
    with house.work.reading() as db:
        scout = db.get_one(Scout, house.all(Scout)[0].key)
        return f"/u/{unsubscribe_token(house.work.vault, scout, 'taro.yamada@example.com')}"


def test_the_page_shows_and_its_button_acts(house: Any, link: str) -> None:
    client = house.client()
    shown = client.get(link)
    assert shown.status_code == 200 and "株式会社みほん" in shown.text and 'lang="ja"' in shown.text
    assert house.all(Suppression) == []
    assert client.post(link).status_code == 303
    assert [row.reason for row in house.all(Suppression)] == ["opt_out"]
    assert "ご連絡することはありません" in client.get(link).text
    assert client.post(link).status_code == 303
    assert len(house.all(Suppression)) == 1


def test_a_mail_program_refuses_with_one_post(house: Any, link: str) -> None:
    """RFC 8058: no cookie, no token, no page before it; the answer is no redirect."""
    answer = house.app.test_client().post(link, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.data) == (200, b"")
    assert len(house.all(Suppression)) == 1


def test_the_page_speaks_the_letters_language_or_the_one_asked_for(house: Any, link: str) -> None:
    client = house.client(house.recruiter, "en")
    assert 'lang="ja"' in client.get(link).text.split(">")[1]
    english = client.get(link + "?lang=en").text
    assert '<html lang="en">' in english and "Do not write to me again" in english


def test_why_me_names_the_source_and_never_score_or_line(house: Any, link: str) -> None:
    text = house.client().get(link + "/why").text
    assert "バックエンドエンジニア" in text and "saiyo@mihon.example.com" in text
    assert not re.search(r"\b(90|75)\b|点数|ライン|確約", text.split("<main")[1])


def test_a_refusal_works_after_the_person_was_erased(house: Any, link: str) -> None:
    with house.work.writing() as db:
        employer = house.one(Scout, col(Scout.profile_id) == "u0").employer_id
        delete_profiles(db, house.work.vault, employer, ["u0"])
    client = house.client()
    assert client.get(link).status_code == client.get(link + "/why").status_code == 200
    assert client.post(link).status_code == 303
    assert len(house.all(Suppression)) == 1


@given(cut=st.integers(1, 20), extra=st.text("abc.-_", max_size=3))
def test_a_link_cut_off_changes_nothing(house: Any, link: str, cut: int, extra: str) -> None:
    broken = link[:-cut] + extra
    if broken == link:
        return
    client = house.client()
    assert client.get(broken).status_code in (308, 404)
    assert client.post(broken).status_code in (308, 404)
    assert house.all(Suppression) == []
