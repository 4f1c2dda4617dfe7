"""`make pictures`: the README's pictures, taken of real pages in both languages by Chromium.

Runs the story up to a promise in a temporary folder and photographs what its people see on the way. Playwright and
Chromium are tools of development: nothing else in the service needs them.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from plugin.alignment import links
from plugin.demo.postbox import Kept
from plugin.demo.stage import MANAGER_ADDRESS, RECRUITER_ADDRESS, demo_description
from plugin.demo.story import START, Story
from plugin.demo.world import World, open_world
from plugin.rows import Calibration, Connection, Promise, Requisition, Scout, Staff

WIDE, PHONE = 1180, 390


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file's name, the page, who looks at it ("" nobody signed in), how wide, how tall at most.

    `open_first` unfolds the first entry's evidence; `act` does something on the page before (a verdict, a changed
    text); `at` is the part that is scrolled to the top.
    """

    name: str
    path: str
    who: str = ""
    width: int = WIDE
    height: int = 900
    open_first: bool = False
    act: Callable[[Any], None] | None = None
    at: str = ""


def take_pictures(base_url: str, folder: Path, shots: Sequence[Shot], *, locale: str) -> list[Path]:
    """Photograph pages of a running demo (its one-click sign-in must be on) and return the files written."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    # Chromium refuses its own sandbox to root.
    switches = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=switches)
        try:
            for shot in shots:
                context = browser.new_context(
                    base_url=base_url,
                    viewport={"width": shot.width, "height": shot.height},
                    device_scale_factor=1.5 if shot.width > PHONE else 2,
                    locale="ja-JP" if locale == "ja" else "en-GB",
                )
                written.append(_take(context.new_page(), shot, folder, locale))
                context.close()
        finally:
            browser.close()
    return written


def _take(page: Any, shot: Shot, folder: Path, locale: str) -> Path:
    if shot.who:
        page.goto("/sign-in")
        page.locator("form", has_text=shot.who).get_by_role("button").click()
    page.goto(shot.path)
    if shot.open_first:
        page.locator(".person .person-foot details summary").first.click()
    if shot.act is not None:
        shot.act(page)
    if shot.at:
        page.locator(shot.at).evaluate("part => part.scrollIntoView()")
    file = folder / f"{shot.name}-{locale}.png"
    page.screenshot(path=str(file))
    return file


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        sys.exit("Chromium is absent: apt-get install chromium fonts-noto-cjk")
    return found


def _judge_some(page: Any) -> None:
    """Take the best, refuse the last, and look at a line a little lower."""
    labels = [one.get_attribute("id") for one in page.locator("#five .person").all()]
    page.click(f"#match-{labels[0]}")
    page.wait_for_selector(f'#match-{labels[0]}[aria-pressed="true"]')
    page.click(f"#no-{labels[-1]}")
    page.locator(f"#{labels[-1]} .reasons button").first.click()
    page.wait_for_selector(f"#no-{labels[-1]}:not(.quiet)")
    for _step in range(4):
        page.locator("#decide input[type=range]").press("ArrowLeft")
    page.wait_for_timeout(800)  # what depends on the line is fetched when it has come to rest
    page.evaluate("scrollTo(0, 0)")


def _ask_for_more(page: Any) -> None:
    """Add a requirement to the description and wait for whom it would find."""
    added = {"ja": "\n■必須条件\n・Kubernetesの運用経験\n", "en": "\nRequirements:\n- Experience with Salesforce\n"}
    box = page.locator("#rerun-text")
    box.fill(box.input_value() + added[page.evaluate("document.documentElement.lang")])
    page.wait_for_selector("#rerun-live #rerun-result[data-state=done]")


@contextmanager
def _at_work(world: World) -> Iterator[None]:
    """Let the worker run beside the pages."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.02):
            world.settle()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _decision_link(world: World) -> str:
    """The page behind the link that is mailed to the manager."""
    with world.work.writing() as session:
        requisition = session.exec(select(Requisition)).one()
        calibration = session.get_one(Calibration, requisition.calibration_id)
        manager = session.get_one(Staff, requisition.manager_id)
        connection = session.get_one(Connection, requisition.connection_id)
        token = links.new_link(
            session, connection=connection, staff=manager, purpose="decide", subject_id=calibration.key
        )
    return f"/act/{token}"


def tell_and_take(locale: str, folder: Path) -> list[Path]:
    """One story in one language, photographed."""
    with (
        tempfile.TemporaryDirectory(prefix="kakuyaku-pictures-") as where,
        open_world(Path(where), start=START, locale=locale, people=5000, settings={"demo": True}) as world,
    ):
        story = Story(world, lambda step, words: print(f"  {locale}  {step}: {words}"))
        description = demo_description(locale)
        title = description.strip().splitlines()[0].replace("【募集職種】", "").lstrip("#【 ").rstrip("】 ")[:80]
        story.create_requisition(description, title)
        story.see_shortlist_in_ats()
        decide = _decision_link(world)
        with _at_work(world):
            files = take_pictures(
                world.url,
                folder,
                [
                    Shot("manager", decide, height=1000, act=_judge_some),
                    Shot("manager-phone", decide, width=PHONE, height=844),
                    Shot("manager-specifications", decide, height=1000, at="#cards"),
                    Shot("manager-rerun", decide, height=1000, act=_ask_for_more, at="#rerun"),
                ],
                locale=locale,
            )
        story.approve_in_ats()
        world.settle()
        page = f"/requisitions/{story.requisition_id}"
        files += take_pictures(
            world.url,
            folder,
            [
                Shot("recruiter", page, RECRUITER_ADDRESS, height=1000),
                Shot("requirement", f"{page}/requirement", RECRUITER_ADDRESS, height=1000),
                Shot("letters", f"{page}/letters", RECRUITER_ADDRESS, height=860),
                Shot("in-force", page, MANAGER_ADDRESS, height=860),
            ],
            locale=locale,
        )
        story.release_batch()
        story.read_scouts()
        ours = _letters_in(world, locale)
        story.answer_yes(_mail_of(world, ours[0]))
        for scout, text in zip(ours[1:], DOUBTFUL[locale], strict=False):
            story.receive(_mail_of(world, scout), text)
        story.see_entry_in_ats()
        with world.work.reading() as session:
            promise = session.exec(select(Promise).order_by(col(Promise.id))).one()
        world.tick_promises()  # the clock seals what happened into the ledger
        world.settle()
        who = _candidate_link(world, ours[0])
        shots = [
            Shot("letter", f"/scouts/{ours[-1].key}", RECRUITER_ADDRESS, height=1100),
            Shot("letter-phone", f"/scouts/{ours[-1].key}", RECRUITER_ADDRESS, width=PHONE, height=1100),
            Shot("replies", "/replies", RECRUITER_ADDRESS, height=900),
            Shot("replies-phone", "/replies", RECRUITER_ADDRESS, width=PHONE, height=900),
            Shot("promises", "/promises", RECRUITER_ADDRESS, height=560),
            Shot("promise", f"/promises/{promise.key}", RECRUITER_ADDRESS, height=900),
            Shot("promise-phone", f"/promises/{promise.key}", RECRUITER_ADDRESS, width=PHONE, height=1100),
            Shot("candidate", who, height=1000),
            Shot("candidate-phone", who, width=PHONE, height=1100),
        ]
        return files + take_pictures(world.url, folder, shots, locale=locale)


DOUBTFUL = {
    "ja": (
        "ご連絡ありがとうございます。年収が1,500万円以上であれば、ぜひお話を伺いたいです。",
        "書類選考がないというのは本当でしょうか。また、私のメールアドレスはどこでお知りになりましたか。",
    ),
    "en": (
        "Thank you. I'd be happy to talk if the salary is above 20 million yen.",
        "Is it true that there is no document screening? And where did you get my address from?",
    ),
}
"""Replies that wait for a person."""


def _letters_in(world: World, locale: str) -> list[Scout]:
    with world.work.reading() as session:
        return list(
            session.exec(
                select(Scout)
                .where(col(Scout.state) == "sent", col(Scout.language) == locale)
                .order_by(col(Scout.score).desc())
            )
        )


def _mail_of(world: World, scout: Scout) -> Kept:
    token = scout.reply_token
    return next(mail for mail in world.postbox.store.all() if token in mail.header("Reply-To"))


def _candidate_link(world: World, scout: Scout) -> str:
    """The page whose link stands in this scout's letter."""
    found = re.search(r"/c/[\w.-]+", _mail_of(world, scout).text)
    if found is None:
        raise LookupError("the letter has no link to the candidate's page")
    return found[0]


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    for locale in ("ja", "en"):
        for file in tell_and_take(locale, folder):
            print(f"wrote {file}")


if __name__ == "__main__":
    main()
