"""The whole story, told to a real Odoo: its forms, its webhooks, its restarts.

The decision comes both ways: a completed activity of somebody who is an interviewer and nothing more, and the job's
fields, edited by an officer. Then everything in between dies once, and the end is the same.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, select

from connectors.records import Choice
from plugin.demo.browser import Browser, Page, acting_links
from plugin.demo.real_odoo import RealOdoo
from plugin.demo.stage import demo_description
from plugin.demo.story import Story
from plugin.demo.world import World
from plugin.rows import Commitment, Connection, Requisition

TITLE = "シニアバックエンドエンジニア"


def say(step: str, words: str) -> None:
    print(f"  {step:<12} {words}")


def test_told_whole_with_the_managers_own_activity(odoo: RealOdoo, open_here: Callable[[RealOdoo], World]) -> None:
    mailed = odoo.mails_to_applicants()
    world = open_here(odoo)
    story = Story(world, say)
    told = story.tell(demo_description("ja"), TITLE)
    assert told.commitment["how"] == "ats_actor", "Odoo says who completed the activity"
    assert told.promise["state"] == "kept"
    (done,) = odoo.activities(story.ats_id)
    assert str(done["write_uid"][0]) == odoo.manager.id and not done["active"]
    (entry,) = odoo.there(story.ats_id).entries
    assert entry.stage == "New" and entry.status == "active"
    assert any("kakuyaku" in tag or "確約" in tag for tag in entry.tags), entry.tags
    assert entry.files, "the evidence is attached"
    assert odoo.mails_to_applicants() == mailed, "entering somebody sets off no mail of Odoo's to them"


def test_a_field_edited_by_an_officer_is_confirmed_by_the_manager(
    odoo: RealOdoo, open_here: Callable[[RealOdoo], World]
) -> None:
    world = open_here(odoo)
    with world.work.writing() as session:  # nobody can attest that only hiring managers edit a job in Odoo
        connection = session.get_one(Connection, world.connection.key)
        connection.attested_by = connection.attested_at = None
        session.add(connection)
    story = Story(world, say)
    story.create_requisition(demo_description("ja"), TITLE)
    story.see_shortlist_in_ats()
    odoo.edit_decision(story.ats_id, "approve", "82", days="5")
    story._settle_until("the edit has reached us", lambda: story._commitment() is not None)
    found = story._commitment()
    assert found is not None and (found.how, found.line, found.state) == ("ats_field", 82, "proposed")

    browser = Browser(world.url)

    def asked_to_confirm() -> list[Page]:
        """Pages behind links in the manager's mailbox with a form that takes nothing but a yes, and that form first."""
        links = [link for mail in story._mails_to(odoo.manager.email) for link in acting_links(mail.text)]
        pages = [browser.open(link) for link in links]
        # The form before it chooses the page's language.
        rest = [Page(page.address, page.status, page.text.partition("</form>")[2]) for page in pages]
        return [page for page in rest if [form.names for form in page.forms] == [{"csrf_token"}]]

    story._settle_until("the manager is asked to confirm", lambda: bool(asked_to_confirm()))
    done = browser.submit(asked_to_confirm()[0], {})
    assert done.status == 200
    world.settle()
    found = story._commitment()
    assert found is not None and found.state == "in_force"
    story.release_batch()
    story.read_scouts()


def test_everything_dies_once_and_the_end_is_the_same(
    odoo: RealOdoo, open_here: Callable[[RealOdoo], World], tmp_path: Path
) -> None:
    # A plugin that is killed while it writes the shortlist.
    killed = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("plugin_to_be_killed.py")), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert killed.stdout is not None and killed.stdout.readline().strip() == "open"
        id = odoo.create_requisition(title=TITLE, description=demo_description("ja"))
        _wait(lambda: bool(_notes(odoo, id)), "a note stands on the job")
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)
        killed.stdout.close() if killed.stdout else None

    # While nobody listens the job is renamed; then Odoo itself goes down and comes back.
    odoo.edit_requisition(id, title=TITLE + "（東京）")
    if restart := os.environ.get("KAKUYAKU_ODOO_RESTART"):
        subprocess.run(restart, shell=True, check=True, stdout=subprocess.DEVNULL)
        _wait(odoo.up, "Odoo is back", 120)

    world = open_here(odoo)
    story = Story(world, say)
    story.ats_id = id
    world.sweep()
    story.see_shortlist_in_ats()
    assert len(_notes(odoo, id)) == 1, "the shortlist stands once"
    assert len(odoo.activities(id)) == 1, "the manager is asked once"
    with world.work.reading() as session:
        row = session.exec(select(Requisition).where(col(Requisition.ats_id) == id)).one()
        assert row.title == TITLE + "（東京）"

    # The decision rings nobody.
    odoo.lose_webhooks()
    odoo.decide(id, "approve", str(story.told.shortlist[9]["score"]))
    world.settle()
    assert story._commitment() is None
    decision = world.work.ats(world.connection).read_decision(id)
    assert decision is not None and decision.choice is Choice.APPROVED
    story._settle_until("the sweep finds the decision", lambda: story._commitment() is not None)
    odoo.lose_webhooks(lost=False)
    story._settle_until("it is in force", lambda: _state(story) == "in_force")

    story.release_batch()
    scout = story.read_scouts()
    story.answer_yes(scout)
    story.see_entry_in_ats()
    assert len(odoo.there(id).entries) == 1
    story.keep_promise()
    assert story.told.promise["state"] == "kept"


def _notes(odoo: RealOdoo, id: str) -> list[str]:
    return [note for note in odoo.there(id).notes if "A-01" in note and "A-20" in note]


def _state(story: Story) -> str:
    found: Commitment | None = story._commitment()
    return found.state if found else ""


def _wait(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            pytest.fail(f"expected that {what}")
        time.sleep(0.02)
