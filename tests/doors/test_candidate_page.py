"""A candidate's own page: it shows on GET, changes on POST alone, and says nothing of scores, lines or secret names."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from plugin.rows import DataRequest, Entry, Mail, Promise, Reply, Scout, SlotChoice, Suppression, Task
from plugin.scouting.candidate_links import page_token

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def link(house: Any) -> str:
    """The page of the first letter's person."""
    house.batch(house.commit())
    house.sent()
    with house.work.reading() as db:
        scout = db.get_one(Scout, house.all(Scout)[0].key)
        return f"/c/{page_token(house.work.vault, scout, 'taro.yamada@example.com')}"


def main_of(text: str) -> str:
    return text.split("<main", 1)[1]


def test_opening_changes_nothing_and_sets_no_cookie(house: Any, link: str) -> None:
    before = house.everything()
    answer = house.app.test_client().get(link)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert house.everything() == before


def test_it_says_why_and_what_is_promised_and_never_score_or_line(house: Any, link: str) -> None:
    text = main_of(house.app.test_client().get(link).text)
    assert "株式会社みほん" in text and "バックエンドエンジニア" in text and "Go" in text
    assert "採用責任者" in text and "5" in text
    assert not re.search(r"\b(90|75)\s*点|(?<!オン)ライン|スコア|順位|A-01", text)


def test_both_languages(house: Any, link: str) -> None:
    client = house.app.test_client()
    assert '<html lang="ja">' in client.get(link).text
    english = client.get(link + "?lang=en").text
    assert '<html lang="en">' in english and "Yes, I would like to talk" in english


def test_a_yes_makes_the_promise_once(house: Any, link: str) -> None:
    client = house.app.test_client()
    assert client.post(f"{link}/answer", data={"answer": "yes"}).status_code == 303
    house.work.clock.move(timedelta(minutes=1))
    assert client.post(f"{link}/answer", data={"answer": "yes"}).status_code == 303
    replies = house.all(Reply)
    assert [(row.medium, row.intent, row.decided_by) for row in replies] == [("page", "interested", "candidate")]
    assert len(house.all(Entry)) == 1 and [row.state for row in house.all(Promise)] == ["owed"]
    shown = main_of(client.get(link).text)
    assert "2026年11月30日" in shown


def test_a_no_and_then_a_yes_counts_the_yes(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/answer", data={"answer": "no", "reason": "timing"})
    assert [(row.intent, row.reason) for row in house.all(Reply)] == [("declined", "timing")]
    assert house.all(Entry) == []
    house.work.clock.move(timedelta(minutes=5))
    client.post(f"{link}/answer", data={"answer": "yes"})
    assert len(house.all(Promise)) == 1


def test_a_no_after_a_yes_goes_to_a_person(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/answer", data={"answer": "yes"})
    house.work.clock.move(timedelta(minutes=5))
    client.post(f"{link}/answer", data={"answer": "no"})
    assert [row.intent for row in house.all(Reply)] == ["interested", "withdraw"]
    assert "withdraw" in {task.kind for task in house.all(Task)}
    assert house.one(Promise).state == "owed"


def test_stop_is_for_ever(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/answer", data={"answer": "stop"})
    client.post(f"{link}/answer", data={"answer": "stop"})
    assert len(house.all(Suppression)) == 1
    assert client.post(f"{link}/answer", data={"answer": "yes"}).status_code == 422
    assert house.all(Entry) == []


def test_a_letter_that_has_not_left_is_not_answered(house: Any, link: str) -> None:
    with house.work.reading() as db:
        scout = db.get_one(Scout, house.one(Scout, col(Scout.profile_id) == "u1").key)
        other = f"/c/{page_token(house.work.vault, scout, 'hana.sasaki@example.com')}"
    assert house.app.test_client().post(f"{other}/answer", data={"answer": "yes"}).status_code == 422
    assert house.all(Reply) == []


def test_the_link_ends_some_months_after_the_last_letter(house: Any, link: str) -> None:
    house.work.clock.move(timedelta(days=181))
    client = house.app.test_client()
    assert client.get(link).status_code == 410
    assert client.post(f"{link}/answer", data={"answer": "yes"}).status_code == 410
    assert house.all(Reply) == []


def test_a_time_is_chosen_once_and_told_with_a_neutral_file(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/answer", data={"answer": "yes"})
    times = re.findall(r'name="at" value="([^"]+)"', client.get(link).text)
    assert times
    assert client.post(f"{link}/time", data={"at": times[0]}).status_code == 303
    assert client.post(f"{link}/time", data={"at": times[0]}).status_code == 303
    choice = house.one(SlotChoice)
    assert choice.starts_at.isoformat() == times[0].replace("Z", "+00:00") and choice.source == "proposed"
    mails = [mail for mail in house.all(Mail) if "chosen:" in mail.name]
    assert len(mails) == 3
    assert "book_meeting" in {task.kind for task in house.all(Task)}


def test_a_later_time_needs_a_reason_and_moves_the_date(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/answer", data={"answer": "yes"})
    times = re.findall(r'name="at" value="([^"]+)"', client.get(link).text)
    assert client.post(f"{link}/time", data={"at": times[-1]}).status_code == 422
    assert client.post(f"{link}/time", data={"at": times[-1], "because": "出張のため"}).status_code == 303
    promise = house.one(Promise)
    assert promise.moved_because == "candidate_chose" and promise.due_date.isoformat() > "2026-11-30"


def test_a_time_nobody_offered_is_refused(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/answer", data={"answer": "yes"})
    for at in ("2026-11-24T03:30:00+00:00", "2026-11-24T03:00:00", "soon", ""):
        assert client.post(f"{link}/time", data={"at": at}).status_code == 422
    assert house.all(SlotChoice) == []


def test_wishes_are_sealed_and_passed_on(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/answer", data={"answer": "yes"})
    client.post(f"{link}/wishes", data={"pay": "900万円", "permit": "no", "format": "moon"})
    choice = house.one(SlotChoice)
    assert choice.starts_at is None and choice.sealed_wishes and b"900" not in choice.sealed_wishes
    assert "900万円" in client.get(link).text


def test_erasing_waits_for_the_mail_to_the_known_address(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/data", data={"kind": "erasure"})
    client.post(f"{link}/data", data={"kind": "erasure"})
    asked = house.one(DataRequest)
    assert asked.state == "confirming"
    mail = house.one(Mail, col(Mail.kind) == "data_confirm")
    text = house.mail_text(mail)
    assert "taro.yamada@example.com" in text
    path = re.search(r"https?://[^/]+(/c/\S+/confirm/\S+)", text)
    assert path is not None
    before = house.everything()
    assert client.get(path[1]).status_code == 200
    assert house.everything() == before
    assert client.post(path[1]).status_code == 303
    assert house.one(DataRequest).state == "open" and "data_request" in {task.kind for task in house.all(Task)}


def test_suspension_takes_effect_at_once(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/data", data={"kind": "suspension"})
    assert house.one(DataRequest).state == "done" and len(house.all(Suppression)) == 1


def test_a_correction_says_what_is_wrong(house: Any, link: str) -> None:
    client = house.app.test_client()
    assert client.post(f"{link}/data", data={"kind": "correction", "words": " "}).status_code == 422
    assert client.post(f"{link}/data", data={"kind": "correction", "words": "退職しました"}).status_code == 303
    assert [row.state for row in house.all(DataRequest)] == ["open"]


def test_a_broken_promise_is_said_plainly(house: Any, link: str) -> None:
    client = house.app.test_client()
    client.post(f"{link}/answer", data={"answer": "yes"})
    with house.work.writing() as db:
        promise = db.get_one(Promise, house.one(Promise).key)
        promise.state = "broken"
        db.add(promise)
    assert "お約束を守ることができませんでした" in client.get(link).text
