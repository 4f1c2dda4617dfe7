"""A newcomer clicks through the demo in Chromium: requisition, approval inside the ATS, release, mailbox, pipeline."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plugin.demo.stage import demo_description

pytestmark = pytest.mark.browser

WORDS = {
    "ja": {
        "title": "シニアバックエンドエンジニア",
        "recruiter": "佐藤 美咲",
        "manager": "鈴木 健一",
        "approve": "Approve / 承認",
        "yes": "ご連絡ありがとうございます。ぜひ一度お話を伺えればと存じます。",
    },
    "en": {
        "title": "Account Executive, Enterprise Sales",
        "recruiter": "佐藤 美咲",
        "manager": "鈴木 健一",
        "approve": "Approve / 承認",
        "yes": "Thank you for getting in touch. Yes, I would be glad to talk.",
    },
}
LONG = 60_000  # milliseconds a step may take on a busy machine


@dataclass
class Demo:
    ats: str
    plugin: str
    mailbox: str


@pytest.fixture(params=["ja", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def demo(tmp_path: Path, lang: str) -> Iterator[Demo]:
    """`kakuyaku demo` as a user starts it, in an empty folder; ended with Ctrl-C."""
    command = [sys.executable, "-m", "plugin.cli", "demo", "--data-folder", str(tmp_path / "demo")]
    process = subprocess.Popen(
        [*command, "--people", "1200", "--lang", lang],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    lines: list[str] = []
    assert process.stdout is not None
    out = process.stdout
    reader = threading.Thread(target=lambda: lines.extend(iter(out.readline, "")), daemon=True)
    reader.start()
    try:
        links: list[str] = []
        until = time.monotonic() + 120
        while len(links) < 3 and time.monotonic() < until and process.poll() is None:
            time.sleep(0.2)
            links = re.findall(r"^  \S.*(http://127\.0\.0\.1:\d+)$", "".join(lines), re.M)
        assert len(links) == 3, "".join(lines)
        yield Demo(*links)
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(60)
        reader.join(10)
        out.close()
    assert "The demo has ended" in "".join(lines)


@pytest.fixture
def page(chromium: Any, lang: str, tmp_path: Path) -> Iterator[Any]:
    context = chromium.new_context(locale={"ja": "ja-JP", "en": "en-GB"}[lang], viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.set_default_timeout(LONG)
    try:
        yield page
    finally:
        context.close()


def test_a_newcomer_clicks_through_the_demo(demo: Demo, page: Any, lang: str) -> None:
    words = WORDS[lang]
    # The recruiter creates a requisition in the ATS.
    page.goto(demo.ats)
    page.get_by_role("button", name=words["recruiter"]).click()
    page.goto(f"{demo.ats}/requisitions/new")
    page.fill("#name", words["title"])
    page.fill("#description", demo_description(lang))
    page.select_option("#manager_id", label=words["manager"])
    page.locator("form.form button").first.click()
    page.wait_for_url(re.compile(r"/requisitions/\d+$"))
    requisition = page.url

    # The shortlist arrives on it, while it is a draft. Letters leave for open requisitions only: it is opened.
    _reload_until(page, requisition, lambda: page.get_by_text("A-20").count() > 0)
    page.locator("form:has(input[name=status]) button").click()
    # The recruiter sees the decision fields but cannot edit them.
    assert page.locator("#kakuyaku_line:not([disabled])").count() == 0

    # The hiring manager approves a line inside the ATS.
    _sign_in_at_ats(page, demo, words["manager"])
    page.goto(requisition)
    page.select_option("#kakuyaku_decision", label=words["approve"])
    page.fill("#kakuyaku_line", "60")
    page.locator("form:has(#kakuyaku_line) button").click()

    # A receipt is in the manager's mailbox.
    box = f"{demo.mailbox}/box/kenichi.suzuki@example.com"
    _reload_until(page, box, lambda: page.locator("ul.mails li").count() >= 2)

    # After the grace period the recruiter releases the batch.
    page.goto(demo.plugin)
    page.locator("form", has_text=words["recruiter"]).get_by_role("button").click()
    page.get_by_role("link", name=words["title"]).first.click()
    letters = page.url.rstrip("/") + "/letters"
    release = page.locator("form[action*='release'] button:not([disabled])")
    _reload_until(page, letters, lambda: release.count() > 0)
    release.first.click()

    # The scouts are in the candidates' mailboxes; one is answered with a yes.
    candidates = page.locator("ul.boxes a", has_not_text=re.compile("suzuki|sato|takahashi|scout"))
    _reload_until(page, demo.mailbox, lambda: candidates.count() > 0)
    candidates.first.click()
    page.locator("ul.mails a").first.click()
    text = page.locator("pre.letter").inner_text()
    assert ("お約束" in text) or ("promise" in text)
    page.fill("#text", words["yes"])
    page.locator("form button").click()
    page.wait_for_url(re.compile("sent=1"))

    # The person stands in the ATS pipeline, with a note.
    _sign_in_at_ats(page, demo, words["recruiter"])
    _reload_until(page, requisition, lambda: page.locator("a[href*='/applications/']").count() > 0)
    page.locator("a[href*='/applications/']").first.click()
    _reload_until(page, page.url, lambda: page.get_by_text(re.compile("KY-")).count() > 0)


def _sign_in_at_ats(page: Any, demo: Demo, name: str) -> None:
    page.goto(f"{demo.ats}/sign-in")
    page.get_by_role("button", name=name).click()


def _reload_until(page: Any, url: str, holds: Any) -> None:
    until = time.monotonic() + LONG / 1000
    page.goto(url)
    while not holds():
        assert time.monotonic() < until, f"it did not come: {url}\n{page.locator('body').inner_text()[:1500]}"
        time.sleep(0.5)
        page.goto(url)
