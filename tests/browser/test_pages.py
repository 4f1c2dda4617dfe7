"""The plugin's pages in Chromium: with and without JavaScript, by keyboard, on a phone, on paper, in both languages."""

from __future__ import annotations

import importlib.util
import re
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlmodel import col
from waitress.server import create_server

from plugin.doors.app import create_app
from plugin.rows import Batch, Commitment, Connection, Entry, Reply, Scout, Suppression
from plugin.scouting.optout import unsubscribe_token
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.runtime import assemble

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]


def _furnishing() -> Any:
    """The house the doors' own tests live in; `tests/` is no package, so it is loaded by path."""
    name = "tests_doors_house"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "doors" / "conftest.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def house(work: Work, connection: Connection) -> Any:
    return _furnishing().furnish(work, connection)


@pytest.fixture
def url(house: Any) -> Iterator[str]:
    """The pages, served in demo mode so that one click signs in."""
    work = house.work
    demo = assemble(work.settings.model_copy(update={"demo": True}), work.database, work.clock, work.vault)
    server = create_server(create_app(demo), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)
    demo.close()


@pytest.fixture
def browse(chromium: Any, url: str) -> Iterator[Callable[..., Any]]:
    """`browse("佐藤", lang="en", width=390)`: a page of somebody signed in; complaints of the browser fail the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def start(who: str = "", *, lang: str = "ja", width: int = 1280, javascript: bool = True) -> Any:
        context = chromium.new_context(
            base_url=url,
            locale="ja-JP" if lang == "ja" else "en-GB",
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _complains(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if who:
            page.goto("/sign-in")
            page.locator("form", has_text=who).get_by_role("button").click()
        if lang == "en":
            page.goto("/requisitions")
            switch = page.get_by_role("button", name="English")
            if switch.count():
                switch.click()
        return page

    yield start
    for context in contexts:
        context.close()
    assert complaints == []


def _complains(message: Any) -> bool:
    """An error of the page's own; that a form was refused (422) is no error."""
    return message.type == "error" and "422" not in message.text


def test_the_slider_the_number_and_the_counts_go_together(house: Any, browse: Callable[..., Any]) -> None:
    page = browse()
    page.goto(f"/act/{house.link()}")
    people = page.locator("[data-show=people]")
    assert people.inner_text() == "5"
    page.fill("#line", "70")
    assert people.inner_text() == "7"
    assert page.locator("#decide input[type=range]").input_value() == "70"
    page.locator("#decide input[type=range]").press("ArrowRight")
    assert page.input_value("#line") == "71" and people.inner_text() == "6"
    assert page.locator(".person.below").count() == 2
    page.get_by_text("そのほか（入力済み）").click()
    page.get_by_label("含まない（超）").check()
    assert people.inner_text() == "5" and page.locator(".person.below").count() == 3


def test_deciding_works_without_javascript(house: Any, browse: Callable[..., Any]) -> None:
    page = browse(javascript=False)
    page.goto(f"/act/{house.link()}")
    expect(page.locator("#decide input[type=range]")).to_be_hidden()
    page.fill("#line", "七十一")
    page.get_by_label("カジュアル面談", exact=True).check()
    page.get_by_role("button", name="この内容で確約する").click()
    expect(page.get_by_text("71点以上")).to_be_visible()
    commitment = house.one(Commitment)
    assert (commitment.line, commitment.kind, commitment.state) == (71, "casual", "in_force")
    page.get_by_role("button", name="確約を取り消す").click()
    expect(page.get_by_role("heading", name="取り消されました")).to_be_visible()
    assert house.one(Commitment).state == "undone"


def test_a_mistake_is_said_beside_the_form_and_keeps_what_was_typed(house: Any, browse: Callable[..., Any]) -> None:
    page = browse(javascript=False)
    page.goto(f"/act/{house.link()}")
    page.fill("#line", "高め")
    page.fill("#days", "3")
    page.get_by_role("button", name="この内容で確約する").click()
    assert "高め" in page.get_by_role("alert").inner_text()
    assert page.input_value("#days") == "3" and house.all(Commitment) == []


def test_replies_are_decided_by_keys(house: Any, browse: Callable[..., Any], clock: Any) -> None:
    house.batch(house.commit())
    first, second = house.sent(0), house.sent(1)
    with house.work.writing() as db:
        for number, scout_id in enumerate((first, second)):
            scout = db.get_one(Scout, scout_id)
            seal = house.work.vault.seal_for
            reply = Reply(
                employer_id=scout.employer_id,
                connection_id=house.connection,
                scout_id=scout_id,
                matched="token",
                person=scout.profile_id,
                sealed_text=seal(db, scout.employer_id, scout.profile_id, f"返信{number}"),
                received_at=clock.now(),
                created_at=clock.now(),
            )
            db.add(reply)
            db.flush()
            due = clock.now() + timedelta(days=1 + number)
            open_task(db, employer_id=scout.employer_id, connection_id=house.connection, kind="triage",
                      name=f"reply:{reply.key}", subject="reply", subject_id=reply.key, due=due)  # fmt: skip
    page = browse("佐藤")
    page.goto("/replies")
    current = page.locator(".reply[data-current]")
    assert "返信0" in current.inner_text()
    page.keyboard.press("j")
    assert "返信1" in current.inner_text()
    page.keyboard.press("y")
    page.wait_for_selector("p.say.good")
    assert house.one(Entry).scout_id == second
    page.keyboard.press("n")
    page.wait_for_selector("text=判断が必要な返信はありません")
    assert [reply.intent for reply in house.all(Reply)] == ["declined", "interested"]


def test_the_recall_window_counts_down_and_the_page_follows(house: Any, browse: Callable[..., Any]) -> None:
    batch = house.batch(house.commit())
    page = browse("佐藤")
    page.goto(f"/requisitions/{house.requisition}/letters")
    page.get_by_role("button", name="3通の送信を承認する").click()
    assert re.fullmatch(r"(9|10):\d\d", page.locator(".clock").inner_text())
    with house.work.writing() as db:
        row = db.get_one(Batch, batch)
        row.state = "finished"
        db.add(row)
    page.wait_for_selector("h2:has-text('送信完了')")


def test_the_first_stop_of_the_keyboard_is_the_way_to_the_content(house: Any, browse: Callable[..., Any]) -> None:
    page = browse("佐藤")
    page.goto("/requisitions")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_fits_a_phone_and_names_its_parts(house: Any, browse: Callable[..., Any], lang: str) -> None:
    house.batch(house.commit())
    scout = house.sent()
    requisition = f"/requisitions/{house.requisition}"
    paths = ["/requisitions", requisition, f"{requisition}/requirement", f"{requisition}/letters", f"/scouts/{scout}"]
    paths += ["/replies", "/replies/log", "/promises", "/tasks", "/jobs", "/connection", f"/act/{house.link()}"]
    page = browse("佐藤", lang=lang, width=360)
    for path in [*paths, f"/r/{house.show_token()}"]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate("document.documentElement.lang") == lang, path
        assert page.locator("h1").count() == 1, path
        unnamed = page.evaluate(
            """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a')]
                .filter(one => one.checkVisibility() && !(one.labels && one.labels.length) && !one.ariaLabel
                    && !one.textContent.trim() && !one.getAttribute('aria-labelledby'))
                .map(one => one.outerHTML)"""
        )
        assert unnamed == [], path


def test_on_paper_only_what_is_read_remains(house: Any, browse: Callable[..., Any]) -> None:
    page = browse("佐藤")
    page.goto(f"/requisitions/{house.requisition}")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator(".person").first).to_be_visible()
    expect(page.get_by_role("button").first).to_be_hidden()


def test_a_candidate_refuses_on_a_phone_without_javascript(house: Any, browse: Callable[..., Any]) -> None:
    house.batch(house.commit())
    house.sent()
    with house.work.reading() as db:
        scout = db.get_one(Scout, house.one(Scout, col(Scout.profile_id) == "u0").key)
        token = unsubscribe_token(house.work.vault, scout, "taro.yamada@example.com")
    page = browse(width=360, javascript=False)
    page.goto(f"/u/{token}")
    page.get_by_role("button", name="今後の案内を停止する").click()
    expect(page.get_by_role("heading", name="今後、ご連絡することはありません")).to_be_visible()
    assert len(house.all(Suppression)) == 1
