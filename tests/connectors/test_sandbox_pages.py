"""The sandbox's own pages, clicked through as recruiter and as hiring manager, in both languages."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.greenhouse import Greenhouse
from connectors.records import ApprovalRequest, Attachment, Choice, EntryKind, InterviewStatus, NewEntry, ShortlistPost
from connectors.sandbox import Sandbox, seed
from connectors.sandbox.phrases import LANGUAGES, PHRASES


class Browser:
    """A person at the pages: follows links, fills forms, keeps cookies."""

    def __init__(self, url: str, language: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language
        self.page = ""

    def open(self, path: str, expect: int = 200) -> str:
        answer = self.session.get(self.url + path, timeout=10)
        assert answer.status_code == expect, answer.text
        self.page = answer.text
        return self.page

    def submit(self, path: str, expect: int = 200, **form: Any) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', self.page)
        assert found, "the page has no form"
        answer = self.session.post(self.url + path, data={"csrf": found[1], **form}, timeout=10)
        assert answer.status_code == expect, answer.text
        self.page = answer.text
        return answer.url.removeprefix(self.url)

    def sign_in(self, user_id: int) -> None:
        self.open("/sign-in")
        self.submit("/sign-in", user_id=user_id)


@pytest.fixture(params=LANGUAGES)
def browser(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Browser]:
    made = Browser(sandbox.url, request.param)
    yield made
    made.session.close()


def test_every_phrase_is_there_in_both_languages() -> None:
    used: set[str] = set()
    folder = Path(sys.modules["connectors.sandbox"].__file__ or "").parent
    for path in [*folder.glob("templates/*.html"), *folder.glob("*.py")]:
        used |= set(re.findall(r'say\("([\w ]+)"', path.read_text("utf-8")))
    assert used <= set(PHRASES)
    for key, (japanese, english) in PHRASES.items():
        assert japanese.strip() and english.strip(), key


def test_the_loop_by_hand(sandbox: Sandbox, ats: Greenhouse, browser: Browser) -> None:
    assert 'href="/sign-in' not in browser.open("/requisitions")  # already sent there
    assert "SANDBOX" in browser.page and "sandbox" in browser.page

    browser.sign_in(seed.RECRUITER)
    browser.open("/requisitions/new")
    where = browser.submit(
        "/requisitions/new",
        name="バックエンドエンジニア",
        description="年収 800万円\n勤務地 東京 <渋谷>",
        keep_as="post",
        guidance="事業会社の経験",
        manager_id=seed.MANAGER,
    )
    id = where.rpartition("/")[2]
    [post] = ats.postings(id)
    assert post.content == "<p>年収 800万円<br>\n勤務地 東京 &lt;渋谷&gt;</p>" and post.language == "ja"
    found = ats.requisition(id)
    assert found is not None and found.fields["screening_guidance"] == "事業会社の経験"
    assert [user.id for user in ats.hiring_team(id).managers] == [str(seed.MANAGER)]

    ats.post_shortlist(id, ShortlistPost("c1", "K-1", "A-01  88点\nA-02  <b>81点</b>"))
    ats.post_approval_request(id, ApprovalRequest("c1", "K-1", 75, "お願いします", "http://127.0.0.1:9/r", "面接", "5"))
    browser.open(f"/sdash/{id}")
    assert "A-01  88点\nA-02  &lt;b&gt;81点&lt;/b&gt;" in browser.page
    assert 'href="http://127.0.0.1:9/r"' in browser.page
    assert 'name="kakuyaku_decision"' not in browser.page, "a recruiter only reads the decision"
    browser.submit(f"/requisitions/{id}/fields", expect=403, kakuyaku_line="10")

    browser.sign_in(seed.MANAGER)
    browser.open(f"/requisitions/{id}")
    approve = re.search(r'<option value="(\d+)" *>Approve / 承認', browser.page)
    assert approve
    browser.submit(f"/requisitions/{id}/fields", expect=403, kakuyaku_shortlist="mine")
    browser.open(f"/requisitions/{id}")
    browser.submit(f"/requisitions/{id}/fields", kakuyaku_decision=approve[1], kakuyaku_line="75点", kakuyaku_days="5")
    decision = ats.read_decision(id)
    assert decision is not None
    assert (decision.choice, decision.line, decision.days) == (Choice.APPROVED, "75点", "5")

    browser.submit(f"/requisitions/{id}/status", status="open")
    browser.submit(f"/requisitions/{id}/publish", live="yes")
    assert ats.postings(id)[0].live
    entered = ats.add_entry(NewEntry(id, "E-1", EntryKind.CASUAL, "花子", "山田", "hanako@example.com"))
    ats.note(entered.candidate_id, "E-1", "スコア 88\n期限 2026-12-01")
    ats.tag(entered.candidate_id, "確約 12/01")
    ats.attach(entered.application_id, "E-1", Attachment("a.txt", b"text", "text/plain"))
    for shown in ("山田 花子", "確約 12/01", "期限 2026-12-01"):
        assert shown in browser.open(f"/requisitions/{id}")

    application = f"/applications/{entered.application_id}"
    assert "a-E-1.txt" in browser.open(application)
    name = "カジュアル面談"
    browser.submit(
        f"{application}/interviews", starts_at="2026-12-01T10:00", minutes="30", kind=name, interviewer_id=seed.MANAGER
    )
    [meeting] = ats.interviews(application_ids=[entered.application_id])
    assert meeting.starts_at is not None and meeting.starts_at.isoformat() == "2026-12-01T01:00:00+00:00"
    assert (meeting.status, meeting.interviewer_ids) == (InterviewStatus.SCHEDULED, (str(seed.MANAGER),))
    browser.submit(f"{application}/interviews/{meeting.id}", action="complete")
    assert ats.interviews()[0].status is InterviewStatus.COMPLETE
    stage = ats.stages(id)[3]
    browser.submit(f"{application}/move", stage_id=stage.id)
    assert ats.applications(requisition_id=id)[0].stage == stage.name
    reason = sandbox.store.rows("rejection_reasons")[1]["id"]
    browser.submit(f"{application}/reject", reason_id=reason)
    [detail] = sandbox.store.rows("rejection_details")
    assert (detail["rejection_reason_id"], detail["rejected_by_id"]) == (reason, seed.MANAGER)

    where = browser.submit(
        f"/requisitions/{id}/edit", name="SRE", description="Salary 10M JPY", guidance="", manager_id=seed.OTHER_MANAGER
    )
    assert ats.postings(id)[0].content == "<p>Salary 10M JPY</p>"
    assert browser.open(where).count("高橋 直子") >= 1
    browser.submit(f"/requisitions/{id}/status", status="closed")


def test_saving_a_requisition_unchanged_rings_nothing(sandbox: Sandbox, browser: Browser, back_door: Any) -> None:
    job = back_door("POST", "/sandbox/requisitions", name="職種", post="<p>年収<br>800万円</p>", guidance="観点")
    before = sandbox.store.get("jobs", job["id"])
    browser.sign_in(seed.RECRUITER)
    browser.open(f"/requisitions/{job['id']}/edit")
    browser.submit(
        f"/requisitions/{job['id']}/edit",
        name="職種",
        description="年収\r\n800万円",
        guidance="観点",
        manager_id=seed.MANAGER,
    )
    assert sandbox.store.get("jobs", job["id"]) == before


def test_the_language_switch_is_remembered(browser: Browser) -> None:
    browser.open("/sign-in?lang=en")
    assert "Who are you today?" in browser.open("/sign-in") and '<html lang="en">' in browser.page
    browser.open("/sign-in?lang=ja")
    assert "だれとしてログインしますか" in browser.open("/sign-in")


def test_a_form_of_another_site_changes_nothing(sandbox: Sandbox, browser: Browser) -> None:
    browser.sign_in(seed.RECRUITER)
    form = {"csrf": "forged", "name": "x"}
    answer = browser.session.post(f"{sandbox.url}/requisitions/new", data=form, timeout=10)
    assert answer.status_code == 400 and sandbox.store.rows("jobs") == []
    cookie = next(cookie for cookie in browser.session.cookies if cookie.name == "sandbox_session")
    assert cookie.get_nonstandard_attr("SameSite") == "Strict" and cookie.has_nonstandard_attr("HttpOnly")


@pytest.mark.parametrize("target", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"])
def test_signing_in_leads_to_no_other_site(sandbox: Sandbox, browser: Browser, target: str) -> None:
    browser.open("/sign-in")
    assert browser.submit("/sign-in", user_id=seed.MANAGER, next=target) == "/requisitions"


def test_webhooks_are_arranged_by_hand(sandbox: Sandbox, browser: Browser) -> None:
    browser.sign_in(seed.RECRUITER)
    browser.open("/webhooks")
    browser.submit("/webhooks", url=sandbox.url + "/nowhere", secret="s", action="job_created")
    [hook] = sandbox.store.rows("webhooks")
    assert hook["active"] is False and "job_created" in browser.page
    browser.submit("/webhooks", remove=hook["id"])
    assert sandbox.store.rows("webhooks") == []
    browser.submit("/webhooks", expect=422, url="nonsense", secret="", action="all")
    browser.open("/webhooks")
    browser.submit("/webhooks", url="http://127.0.0.1:99999/", secret="s", action="job_created")
    assert sandbox.store.rows("webhooks")[0]["active"] is False


def test_wrong_addresses_and_values_get_a_sentence(browser: Browser, back_door: Any) -> None:
    browser.sign_in(seed.RECRUITER)
    browser.open("/requisitions/5", expect=404)
    job = back_door("POST", "/sandbox/requisitions", name="職種")
    browser.open("/requisitions/new")
    browser.submit("/requisitions/new", expect=422, name=" ")
    browser.open("/requisitions")
    browser.submit(f"/requisitions/{job['id']}/status", expect=422, status="exploded")


def test_runs_as_a_process_and_ends_on_sigterm(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "connectors.sandbox", "--port", "0", "--data-folder", str(tmp_path / "ats")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        url = line.removeprefix("sandbox listening on ").strip()
        assert requests.get(f"{url}/sandbox/state", timeout=10).json()["counts"]["jobs"] == 0
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()
