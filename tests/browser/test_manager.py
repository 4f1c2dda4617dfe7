"""The manager's page in Chromium: verdicts by keyboard, the line with its price, a card picked, the live re-run, paper."""

from __future__ import annotations

import importlib.util
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlmodel import select
from waitress.server import create_server

from plugin.alignment import links
from plugin.demo.stage import demo_description
from plugin.demo.story import START, Story
from plugin.demo.world import World, open_world
from plugin.doors.app import create_app
from plugin.rows import Calibration, Connection, Override, Requisition, Staff, Verdict
from plugin.work.context import Work

pytestmark = pytest.mark.browser
ON_ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"])


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
    server = create_server(create_app(house.work), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)


@pytest.fixture
def browse(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`browse(url, lang="en", width=390)`: a fresh page; whatever the browser complains of fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def start(base_url: str, *, lang: str = "ja", width: int = 1280, javascript: bool = True) -> Any:
        context = chromium.new_context(
            base_url=base_url,
            locale="ja-JP" if lang == "ja" else "en-GB",
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/sign-in")
        switch = page.get_by_role("button", name="English" if lang == "en" else "日本語")
        if switch.count():
            switch.click()
        else:  # it speaks the browser's language already: choose it all the same
            page.get_by_role("button", name="日本語" if lang == "en" else "English").click()
            page.get_by_role("button", name="English" if lang == "en" else "日本語").click()
        return page

    yield start
    for context in contexts:
        context.close()
    assert complaints == []


@ON_ONE_DATABASE
def test_a_match_is_one_key_and_focus_stays_with_the_person(house: Any, url: str, browse: Callable[..., Any]) -> None:
    page = browse(url)
    page.goto(f"/act/{house.link()}")
    page.fill("#days", "3")
    page.focus("#match-A-04")
    page.keyboard.press("Enter")
    page.wait_for_selector('#match-A-04[aria-pressed="true"]')
    assert page.evaluate("document.activeElement.id") == "match-A-04"
    assert page.input_value("#days") == "3", "what was typed in the commitment stays"
    assert house.one(Verdict).match is True
    page.wait_for_selector("#price-said:has-text('A-04')", state="attached")


@ON_ONE_DATABASE
def test_a_no_is_given_with_its_reason_by_keyboard_and_the_suggestion_follows(
    house: Any, url: str, browse: Callable[..., Any]
) -> None:
    page = browse(url, lang="en")
    page.goto(f"/act/{house.link()}")
    page.focus("#no-A-08")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "missing_must"
    page.keyboard.press("Enter")
    page.wait_for_selector("#no-A-08:has-text('A must is missing')")
    assert page.evaluate("document.activeElement.id") == "no-A-08"
    page.click("#match-A-06")
    page.wait_for_selector('#match-A-06[aria-pressed="true"]')
    assert [(row.profile_id, row.match) for row in house.all(Verdict)] == [("u7", False), ("u5", True)]
    take = page.locator("[data-take]")
    suggested = take.get_attribute("data-take")
    take.click()
    assert page.input_value("#line") == suggested == page.locator("#decide input[type=range]").input_value()


@ON_ONE_DATABASE
def test_verdicts_work_without_javascript(house: Any, url: str, browse: Callable[..., Any]) -> None:
    page = browse(url, javascript=False)
    page.goto(f"/act/{house.link()}")
    page.click("#match-A-01")
    expect(page.locator('#match-A-01[aria-pressed="true"]')).to_have_count(1)
    page.click("#no-A-08")
    page.locator("#A-08").get_by_role("button", name="経験が足りない").click()
    expect(page.locator("#no-A-08")).to_contain_text("✕ 合わない：")
    assert len(house.all(Verdict)) == 2


@ON_ONE_DATABASE
def test_the_slider_moves_price_line_and_what_depends_on_it(house: Any, url: str, browse: Callable[..., Any]) -> None:
    page = browse(url, lang="en")
    page.goto(f"/act/{house.link()}")
    people, slider = page.locator("[data-show=people]"), page.locator("#decide input[type=range]")
    assert people.inner_text() == "5" and page.locator("#curve canvas").count() == 1
    slider.press("ArrowRight")
    assert page.input_value("#line") == "76" and people.inner_text() == "3"
    assert slider.get_attribute("aria-valuetext").startswith("76: 3 people")
    assert page.locator("#A-05.below").count() == 1
    page.fill("#line", "70")
    assert people.inner_text() == "7" and slider.input_value() == "70"
    page.wait_for_selector("#cards:has-text('At the line 70.')")
    page.fill("#max_people", "2")
    page.fill("#percent", "50")
    page.wait_for_selector("[data-show=yeses]:text-is('0.3–2')")
    assert "50%" in page.locator("#assumption").inner_text()
    page.fill("#line", "")
    assert people.inner_text() == "–"


@ON_ONE_DATABASE
def test_a_card_is_picked_with_one_click(house: Any, url: str, browse: Callable[..., Any]) -> None:
    page = browse(url)
    page.goto(f"/act/{house.link()}")
    page.get_by_role("button", name="Bを選ぶ").click()
    page.wait_for_selector("p.say.good")
    assert house.one(Override).field == "pay"
    expect(page.locator("#decide")).to_have_count(0)
    assert len(house.all(Calibration)) == 2


@ON_ONE_DATABASE
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_it_fits_a_small_phone_with_everything_unfolded(
    house: Any, url: str, browse: Callable[..., Any], lang: str
) -> None:
    for path in (f"/act/{house.link()}", f"/r/{house.show_token()}"):
        page = browse(url, lang=lang, width=360)
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        headings = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(one => Number(one.tagName[1]))")
        assert headings[0] == 1 and all(b - a <= 1 for a, b in itertools.pairwise(headings)), headings
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
        assert len(ids) == len(set(ids))


@ON_ONE_DATABASE
def test_on_paper_people_numbers_and_table_remain(house: Any, url: str, browse: Callable[..., Any]) -> None:
    page = browse(url)
    page.goto(f"/act/{house.link()}")
    page.emulate_media(media="print")
    for shown in (".person", "table.heat"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in (".verdict", "#rerun"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert page.pdf(format="A4")[:5] == b"%PDF-"


# The live re-run, with a worker and people behind it.


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small demo whose worker runs beside the pages."""
    with open_world(
        tmp_path_factory.mktemp("world"), start=START, locale="en", people=300, settings={"demo": True}
    ) as world:
        story = Story(world, lambda step, words: None)
        description = demo_description("en")
        story.create_requisition(description, description.strip().splitlines()[0].lstrip("# ")[:80])
        story.see_shortlist_in_ats()
        ended = threading.Event()

        def run() -> None:
            while not ended.wait(0.02):
                world.worker.run_due()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield world
        ended.set()
        thread.join(30)


def _decide(world: World) -> str:
    with world.work.writing() as db:
        requisition = db.exec(select(Requisition)).one()
        return "/act/" + links.new_link(
            db,
            connection=db.get_one(Connection, requisition.connection_id),
            staff=db.get_one(Staff, requisition.manager_id),
            purpose="decide",
            subject_id=requisition.calibration_id or 0,
        )


def test_a_changed_description_is_run_while_it_is_written(world: World, browse: Callable[..., Any]) -> None:
    page = browse(world.url, lang="en")
    page.goto(_decide(world))
    text = page.input_value("#rerun-text")
    page.fill("#rerun-text", text + "\nRequirements:\n- Kubernetes administration\n- 12+ years of experience\n")
    result = page.locator("#rerun-live #rerun-result[data-state=done]")
    result.wait_for(timeout=20_000)
    said = result.inner_text()
    assert "Nothing is saved or sent." in said and "Kubernetes" in said and "people above" in said
    assert result.locator("ol li").count() == 5
    assert page.evaluate("document.activeElement.id") == "rerun-text", "writing goes on"
    with world.work.reading() as db:
        assert db.exec(select(Requisition)).one().description.strip() == text.strip()
        assert len(db.exec(select(Calibration)).all()) == 1


def test_the_rerun_works_without_javascript(world: World, browse: Callable[..., Any]) -> None:
    page = browse(world.url, lang="en", javascript=False)
    page.goto(_decide(world))
    page.fill("#rerun-guidance", "Under 35 preferred. SaaS is a must.")
    page.get_by_role("button", name="See whom it finds").click()
    result = page.locator("#rerun-result[data-state=done]")
    result.wait_for(timeout=20_000)
    assert "refused, never used" in result.inner_text()
    page.get_by_role("link", name="Back to the shortlist").click()
    assert page.locator("#decide").count() == 1
