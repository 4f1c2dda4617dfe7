"""The manager's view in Odoo's own pages, photographed: `python tests_odoo/pictures.py FOLDER` (needs Chromium).

Tells the story as far as the decision, which the manager makes in the browser: opens the job, reads, completes the
activity with a line as feedback. Logs in with KAKUYAKU_ODOO_LOGIN, `login:password` of the interviewer.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from plugin.demo.pictures import _chromium
from plugin.demo.real_odoo import Keys, RealOdoo
from plugin.demo.stage import demo_description
from plugin.demo.story import Story
from plugin.demo.world import open_world

LINE = "82"


def photograph(page: Any, there: RealOdoo, id: str, folder: Path) -> None:
    login, _, password = os.environ["KAKUYAKU_ODOO_LOGIN"].partition(":")
    page.goto(f"{there.url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/odoo**")
    page.goto(f"{there.url}/odoo/action-hr_recruitment.action_hr_job/{id}")
    page.wait_for_selector(".o-mail-Activity")
    page.wait_for_timeout(1500)  # pictures and fonts
    page.screenshot(path=str(folder / "odoo-job.png"))
    page.locator(".o-mail-Activity-markDone").first.click()
    page.wait_for_selector(".o-mail-ActivityMarkAsDone textarea")
    page.fill(".o-mail-ActivityMarkAsDone textarea", LINE)
    page.wait_for_timeout(300)
    page.screenshot(path=str(folder / "odoo.png"))
    # Done and schedule the next, done, discard.
    page.locator(".o-mail-ActivityMarkAsDone button").nth(1).click()
    page.wait_for_timeout(1500)
    page.get_by_role("tab", name="kakuyaku").click()
    page.wait_for_timeout(500)
    page.screenshot(path=str(folder / "odoo-decided.png"))


def main(folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    keys = Keys.read(Path(os.environ["KAKUYAKU_ODOO_KEYS"]).read_text(encoding="utf-8"))
    there = RealOdoo(os.environ["KAKUYAKU_ODOO_URL"].rstrip("/"), keys)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="kakuyaku-odoo-") as where,
        open_world(Path(where), start=start, ats="odoo", people=2000, counterpart=lambda clock: there) as world,
    ):
        story = Story(world, lambda step, words: print(f"  {step}: {words}"))
        story.create_requisition(demo_description("ja"), "シニアバックエンドエンジニア")
        story.see_shortlist_in_ats()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="ja-JP")
            photograph(context.new_page(), there, story.ats_id, folder)
            browser.close()
        story._settle_until("what was clicked has reached us", lambda: story._commitment() is not None)
        found = story._commitment()
        print(f"  decided in the browser: {found.line if found else ''}, {found.how if found else ''}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
