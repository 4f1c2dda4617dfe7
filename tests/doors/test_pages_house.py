"""What holds for every page: nothing acts on GET, nothing else runs in it, nobody sees what isn't theirs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import request
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

import plugin
from plugin.doors import page
from plugin.doors.app import create_app
from plugin.rows import (
    Batch,
    ClientName,
    DataRequest,
    Entry,
    Experiment,
    Introduction,
    Job,
    Lookalike,
    OffLimits,
    Promise,
    Reply,
    Requisition,
    Scout,
    Staff,
    Task,
)
from plugin.scouting.candidate_links import page_token
from plugin.scouting.optout import unsubscribe_token
from plugin.work.runtime import assemble

ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"])
"""Pages ask no database for anything of its own: those that only show run on one."""

TEMPLATES = Path(plugin.__file__).parent / "templates" / "pages"


def _paths(house: Any) -> list[str]:
    """Every page address of the application, with ids of rows that exist."""
    ids = {
        "requisition_id": house.requisition,
        "batch_id": house.one(Batch).key,
        "scout_id": house.all(Scout)[0].key,
        "promise_id": house.one(Promise).key,
        "entry_id": house.one(Entry).key,
        "reply_id": next((reply.key for reply in house.all(Reply)), 1),
        "mail_id": 1,
        "staff_id": house.manager,
        "asked": "nothing-asked",
        "secret": "no-secret",
        "lang": "ja",
        "row_id": 1,
        "position_id": 1,
        "application_id": 1,
        "file_id": 1,
    }
    with house.work.reading() as db:
        scout = db.get_one(Scout, ids["scout_id"])
        refusal = unsubscribe_token(house.work.vault, scout, "taro.yamada@example.com")
        own_page = page_token(house.work.vault, scout, "taro.yamada@example.com")
    tokens = {
        "acting.": house.link(),
        "by_link.": house.link(),
        "candidates.": refusal,
        "candidate.": own_page,
        "sign_in.": "no-link",
    }
    found = []
    for rule in house.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or rule.rule.startswith(page.MACHINES):
            continue
        values: dict[str, Any] = {name: ids[name] for name in rule.arguments if name in ids}
        if "token" in rule.arguments:
            token = house.show_token() if rule.rule.startswith("/r/") else tokens[rule.endpoint.split(".")[0] + "."]
            values["token"] = token
        with house.app.test_request_context():
            found.append(house.app.url_for(rule.endpoint, **values))
    return found


def test_no_get_changes_anything(house: Any, said_yes: Entry) -> None:
    paths = _paths(house)
    before = house.everything()
    for staff in (None, house.manager, house.recruiter, house.bystander):
        client = house.client(staff)
        for path in paths:
            assert client.get(path).status_code < 500, path
            assert client.head(path).status_code < 500, path
    assert house.everything() == before
    assert len(paths) > 20


def test_every_page_answers_the_recruiter_in_both_languages(house: Any, said_yes: Entry) -> None:
    for lang in ("ja", "en"):
        client = house.client(house.recruiter, lang)
        for path in _paths(house):
            answer = client.get(path)
            assert answer.status_code in (200, 302, 404, 410), (path, answer.status_code)
            if answer.status_code == 200 and answer.mimetype == "text/html" and not path.startswith(("/u/", "/c/")):
                if path.endswith(("/mail", "/conditions/ja")):
                    continue  # a mail, or the sheet that goes with one, speaks its reader's language
                assert f'<html lang="{lang}"' in answer.text


@ONE_DATABASE
def test_a_page_lets_nothing_else_run_in_it(house: Any) -> None:
    answer = house.client(house.recruiter).get(f"/requisitions/{house.requisition}")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.stem)
def test_a_template_needs_no_inline_script_or_style(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?! src=)", source)


def test_every_form_that_posts_carries_the_token() -> None:
    for template in TEMPLATES.glob("*.html"):
        for form in re.findall(r'<form[^>]*method="post".*?</form>', template.read_text(encoding="utf-8"), re.S):
            # A candidate's forms need none: the signed link is the permission, no cookie is set, and mail programs press
            # the refusal without any page.
            free = ("candidates.one_click", "url_for('candidate.")
            assert "csrf" in form or any(name in form for name in free), (template.name, form[:120])


@ONE_DATABASE
def test_cookies_are_for_https_alone_where_the_address_is(house: Any) -> None:
    work = house.work
    public = work.settings.model_copy(update={"public_url": "https://kakuyaku.example.com"})
    secure = create_app(assemble(public, work.database, work.clock, work.vault))
    answer = secure.test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "__Host-"))
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    plain = house.client().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in plain and "Secure" not in plain


@ONE_DATABASE
def test_a_post_without_the_token_is_refused(house: Any, said_yes: Entry) -> None:
    token, before = house.link(), house.everything()
    client = house.client(house.recruiter)
    for rule in house.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule.startswith((*page.MACHINES, "/u/", "/c/")):
            continue
        with house.app.test_request_context():
            path = house.app.url_for(
                rule.endpoint, **{name: token if name == "token" else _one_of(rule, name, 1) for name in rule.arguments}
            )
        assert client.post(path, data={"answer": "commit"}).status_code == 400, path
    assert house.everything() == before


def _one_of(rule: Any, name: str, given: object) -> object:
    """A value for an address's part: one of those it allows, else what is given."""
    allowed = getattr(rule._converters[name], "items", None)
    return sorted(allowed)[0] if allowed else given


@ONE_DATABASE
def test_proxies_are_believed_only_where_configured(house: Any) -> None:
    work = house.work
    behind = assemble(work.settings.model_copy(update={"proxies": 1}), work.database, work.clock, work.vault)
    forwarded = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "kakuyaku.example.com",
        "X-Forwarded-For": "192.0.2.1",
    }
    for app, expected in ((create_app(behind), "https://kakuyaku.example.com"), (house.app, "http://localhost")):
        seen: list[str] = []
        app.before_request_funcs.setdefault(None, []).append(lambda seen=seen: _note(seen))
        app.test_client().get("/sign-in", headers=forwarded)
        assert seen == [expected]


def _note(seen: list[str]) -> None:
    seen.append(request.host_url.rstrip("/"))


@given(
    st.text(max_size=40) | st.sampled_from(["//evil.example", "/\\evil.example", "https://evil.example/x", "/ok?a=b"])
)
def test_the_way_back_stays_on_this_site(path: str) -> None:
    own = page.own_path(path)
    assert own.startswith("/") and not own.startswith("//") and "\\" not in own
    assert own in (path, "/")


@ONE_DATABASE
def test_the_chosen_language_stays(house: Any) -> None:
    client = house.client(house.recruiter, "ja")
    assert "求人" in client.get("/requisitions").text
    token = _csrf(client, "/requisitions")
    client.post("/language", data={"csrf_token": token, "lang": "en", "next": "/requisitions"})
    assert "Requisitions" in client.get("/requisitions").text
    with house.work.reading() as db:
        assert db.get_one(Staff, house.recruiter).locale == "en"


@ONE_DATABASE
def test_error_pages_speak_to_people_and_doors_to_machines(house: Any) -> None:
    client = house.client()
    missing = client.get("/nothing")
    assert missing.status_code == 404 and "<html" in missing.text
    assert client.get("/sign-out").status_code == 405
    assert "<section" not in client.get("/webhooks/unknown").text


@ONE_DATABASE
def test_the_web_process_loads_neither_numpy_nor_chroma(house: Any, said_yes: Entry, tmp_path: Path) -> None:
    """In a process of its own: every route once, then what stands in sys.modules."""
    paths = [*_paths(house), "/health", "/health/ready", "/metrics"]
    script = """
import json, sys
from plugin.clock import SystemClock
from plugin.database import open_database
from plugin.doors.app import create_app
from plugin.sealing import Vault
from plugin.settings import Settings
from plugin.work.runtime import assemble
given = json.load(sys.stdin)
clock = SystemClock()
database = open_database(given["url"], clock)
work = assemble(Settings(data_folder=given["folder"]), database, clock, Vault(given["keys"]))
app = create_app(work)
client = app.test_client()
with client.session_transaction() as session:
    session["staff"], session["until"] = given["staff"], 4e9
answers = [client.get(path).status_code for path in given["paths"]]
client.post("/webhooks/first", data=b"{}")
client.post("/mail/first", data=b"hello")
loaded = sorted({name.split(".")[0] for name in sys.modules} & {"numpy", "chromadb", "simsimd"})
work.close(); database.close()
print(json.dumps({"answers": answers, "loaded": loaded}))
"""
    asked = {
        "url": house.work.database.url,
        "folder": str(tmp_path),
        "keys": [Fernet.generate_key().decode()],
        "staff": house.recruiter,
        "paths": paths,
    }
    done = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(asked), capture_output=True, text=True, timeout=120, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["loaded"] == []
    assert found["answers"].count(200) > 12


def _csrf(client: Any, path: str) -> str:
    match = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert match is not None
    return match[1]


def _rows_of_the_pages(db: Any, entry: Entry, now: Any) -> dict[str, int]:
    """One row of everything else that has a page of its own."""
    common = {"employer_id": entry.employer_id, "connection_id": entry.connection_id, "created_at": now}
    rows: dict[str, Any] = {
        "name_id": ClientName(
            **common, requisition_id=entry.requisition_id, kind="alias", name="x", folded="x", by="staff:1"
        ),
        "experiment_id": Experiment(
            **common, measure="meeting", expected_standard=0.1, expected_committed=0.2, needed=10, window_days=30,
            started_by="staff:1",
        ),
        "request_id": DataRequest(
            **common, profile_id=entry.profile_id, person_hash="x", kind="correction", state="open", asked_at=now
        ),
        "off-limits": OffLimits(employer_id=entry.employer_id, created_at=now, name="x", folded="x", owner="y", starts_on=now.date()),
        "introductions": Introduction(
            **common, profile_id=entry.profile_id, kind="agency", by="x", introduced_at=now, expires_at=now
        ),
        "lookalikes": Lookalike(**common, profile_id=entry.profile_id, other="profile:x", why="name"),
    }  # fmt: skip
    db.add_all(rows.values())
    db.flush()
    return {name: row.key for name, row in rows.items()} | {"row_id": 0}


def test_nothing_of_another_employer_is_seen_or_changed(house: Any, other_house: Any, said_yes: Entry) -> None:
    """R11: every address with an id of the first employer's is not found for the second's recruiter."""
    stranger = other_house.client(other_house.recruiter)
    token = _csrf(stranger, "/requisitions")
    ids = {
        "requisition_id": house.requisition,
        "batch_id": house.one(Batch).key,
        "scout_id": house.all(Scout)[0].key,
        "promise_id": house.one(Promise).key,
        "entry_id": house.one(Entry).key,
    }
    with house.work.writing() as db:
        entry = db.get_one(Entry, ids["entry_id"])
        reply = Reply(
            employer_id=entry.employer_id,
            connection_id=entry.connection_id,
            received_at=house.work.clock.now(),
            created_at=house.work.clock.now(),
        )
        task = Task(
            employer_id=entry.employer_id,
            connection_id=entry.connection_id,
            name="question:x",
            kind="question",
            created_at=house.work.clock.now(),
        )
        db.add_all([reply, task])
        db.flush()
        job = db.get_one(Job, house.all(Job)[0].key)
        job.state, job.error = "parked", "no"
        db.add(job)
        ids |= {"reply_id": reply.key, "task_id": task.key, "job_id": job.key, "mail_id": 1}
        ids |= _rows_of_the_pages(db, entry, house.work.clock.now())
    before = house.everything()
    tried = 0
    for rule in house.app.url_map.iter_rules():
        chosen = {"what", "delivered", "lang"} & rule.arguments
        names = rule.arguments - chosen
        if not names or not names <= ids.keys() or rule.endpoint.startswith("sign_in"):
            continue
        own = {name: ids[name] for name in names}
        if "row_id" in own:
            own["row_id"] = ids[rule.rule.split("/")[1]]
        with house.app.test_request_context():
            others = {name: _one_of(rule, name, "ja" if name == "lang" else 1) for name in chosen}
            path = house.app.url_for(rule.endpoint, **own, **others)
        for method in ("GET", "POST"):
            if method in (rule.methods or ()):
                form = {
                    "csrf_token": token,
                    "what": "pause",
                    "text": "x",
                    "because": "x",
                    "subject": "x",
                    "to": "2027-01-01",
                }
                answer = stranger.open(path, method=method, data=form if method == "POST" else None)
                assert answer.status_code in (302, 303, 404), (method, path, answer.status_code)
                tried += 1
    assert house.everything() == before
    assert tried > 30
    listed = stranger.get("/requisitions").text + stranger.get("/promises").text + stranger.get("/replies").text
    assert "CTEST1" not in listed and "山田" not in listed


@ONE_DATABASE
def test_pages_stay_few_queries_for_many_requisitions(house: Any) -> None:
    def count(client: Any) -> int:
        asked: list[str] = []
        listen = lambda *args: asked.append(str(args[2]))  # noqa: E731
        event.listen(house.work.database.engine, "before_cursor_execute", listen)
        try:
            assert client.get("/requisitions").status_code == 200
        finally:
            event.remove(house.work.database.engine, "before_cursor_execute", listen)
        return len(asked)

    few = count(house.client(house.recruiter))
    with house.work.writing() as db:
        for number in range(40):
            db.add(
                Requisition(
                    employer_id=1,
                    connection_id=house.connection,
                    ats_id=f"more{number}",
                    title=f"求人{number}",
                    status="open",
                    state="calibrated",
                    manager_id=house.manager,
                    recruiter_id=house.recruiter,
                    created_at=house.work.clock.now(),
                )
            )
    assert count(house.client(house.recruiter)) == few
