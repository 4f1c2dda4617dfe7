"""The sandbox keeps to the documented wire: token, cursor, refusals, limits, failures, webhooks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.greenhouse import Greenhouse
from connectors.records import EventKind, Request
from connectors.sandbox import Sandbox, seed, serve
from connectors.signing import hmac_sha256

BackDoor = Callable[..., Any]
Call = Callable[..., requests.Response]


def token(sandbox: Sandbox, session: requests.Session, **form: str) -> requests.Response:
    basic = (seed.CLIENT_ID, form.pop("secret", seed.CLIENT_SECRET))
    return session.post(f"{sandbox.url}/token", data={"grant_type": "client_credentials"} | form, auth=basic)


@pytest.fixture
def call(sandbox: Sandbox) -> Iterator[Call]:
    with requests.Session() as session:
        held = token(sandbox, session).json()["access_token"]

        def send(method: str, path: str, **how: Any) -> requests.Response:
            headers = {"Authorization": f"Bearer {how.pop('token', held)}"}
            return session.request(method, f"{sandbox.url}/v3/{path}", headers=headers, timeout=10, **how)

        yield send


def test_a_new_token_revokes_its_predecessor(sandbox: Sandbox, call: Call) -> None:
    assert call("GET", "jobs").status_code == 200
    with requests.Session() as session:
        second = token(sandbox, session, sub=str(seed.RECRUITER)).json()
        assert second["token_type"] == "Bearer" and second["expires_at"].endswith("Z")
        assert token(sandbox, session, secret="wrong").status_code == 401
        assert token(sandbox, session, sub="7").status_code == 400
        assert token(sandbox, session, grant_type="password").status_code == 400
    assert call("GET", "jobs").status_code == 401
    assert call("GET", "jobs", token=second["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("jobs?candidate_id=1", 422),
        ("applications?candidate_id=1", 422),
        ("jobs?updated_after=2026-01-01", 422),
        ("jobs?page=2", 422),
        ("jobs?per_page=501", 422),
        ("jobs?per_page=0", 422),
        ("jobs?ids=" + ",".join(["1"] * 51), 422),
        ("jobs?ids=abc", 422),
        ("jobs?cursor=zzz", 422),
        ("jobs?updated_at=2026-01-01T00:00:00Z", 422),
        ("jobs?updated_at=gte|yesterday", 422),
        ("jobs/1", 404),
        ("prospects", 404),
        ("eeoc", 404),
        ("applications?status=in_process", 422),
        ("applications?status=active", 200),
        ("jobs?updated_at=gte|2026-01-01T00:00:00Z|lt|2026-01-02T00:00:00Z", 200),
    ],
)
def test_refuses_what_the_wire_refuses(call: Call, path: str, status: int) -> None:
    answer = call("GET", path)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.json()["message"]


def test_pages_newest_first_by_a_cursor_that_travels_alone(sandbox: Sandbox, call: Call) -> None:
    for number in range(7):
        sandbox.store.add("sources", name=f"s{number}", type="OTHER")
    seen: list[int] = []
    path = "sources?per_page=4&created_at=gte|2020-01-01T00:00:00Z"
    for _ in range(5):
        answer = call("GET", path)
        seen += [row["id"] for row in answer.json()]
        if "next" not in answer.links:
            break
        path = answer.links["next"]["url"].partition("/v3/")[2]
        assert call("GET", f"{path}&per_page=4").status_code == 422
    assert seen == sorted(seen, reverse=True) and len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "notes", {"candidate_id": 1, "body": "x", "visibility": "public"}, "note_type is required"),
        ("POST", "candidates", {"first_name": "a", "last_name": "b", "emails": []}, "disallowed additional"),
        ("POST", "applied_candidate_tags", {"candidate_id": 1, "tag": "x"}, "disallowed additional"),
        ("POST", "applications", {"candidate_id": 1, "job_id": 1}, "candidate_id does not exist"),
        ("POST", "custom_fields", {"name": "x", "field_type": "job", "value_type": "magic"}, "Must be one of"),
        ("POST", "attachments", {"application_id": 1, "filename": "a", "type": "other"}, "exactly one of"),
    ],
)
def test_refuses_bodies_the_wire_refuses(call: Call, method: str, path: str, body: Any, words: str) -> None:
    answer = call(method, path, json=body)
    assert answer.status_code == 422
    assert words in answer.json()["errors"][0]["message"]


def test_custom_fields_are_a_map_to_read_and_an_array_to_write(
    ats: Greenhouse, requisition_id: str, call: Call, sandbox: Sandbox
) -> None:
    held = sandbox.store.setting("token")["value"]
    path = f"jobs/{requisition_id}"
    shown = call("GET", f"jobs?ids={requisition_id}", token=held).json()[0]["custom_fields"]
    assert shown["kakuyaku_decision"] == {"name": "Kakuyaku decision", "type": "single_select", "value": None}

    def write(*values: dict[str, Any]) -> requests.Response:
        return call("PATCH", path, token=held, json={"custom_fields": list(values)})

    assert call("PATCH", path, token=held, json={"custom_fields": shown}).status_code == 422
    assert write({"name_key": "kakuyaku_decision", "value": "Approve / 承認"}).status_code == 422
    assert write({"name_key": "x", "custom_field_id": 1, "value": "1"}).status_code == 422
    assert write({"name_key": "no_such_field", "value": "1"}).status_code == 422
    option = sandbox.store.rows("custom_field_options", name="Approve / 承認")[0]["id"]
    assert write({"name_key": "kakuyaku_decision", "value": option}).status_code == 200
    shown = call("GET", f"jobs?ids={requisition_id}", token=held).json()[0]["custom_fields"]
    assert shown["kakuyaku_decision"]["value"] == "Approve / 承認"
    assert write({"name_key": "kakuyaku_decision", "value": None}).status_code == 200


def test_a_note_for_nobody_is_taken_as_the_vendor_takes_it(call: Call) -> None:
    body = {"candidate_id": 5, "body": "x", "visibility": "public", "note_type": "NOTE"}
    assert call("POST", "notes", json=body).status_code == 201


def test_misbehaviour_is_checked_when_it_is_ordered(sandbox: Sandbox, back_door: BackDoor) -> None:
    back_door("POST", "/sandbox/misbehave", expect=422, kind="explode", next=1)
    back_door("POST", "/sandbox/misbehave", expect=422, kind="slow")
    back_door("POST", "/sandbox/misbehave", expect=422, kind="slow", probability=2)
    back_door("POST", "/sandbox/misbehave", kind="slow", next=1, delay=0.01, path="/v3/jobs")
    with pytest.raises(ValueError, match="next is at least 1"):
        sandbox.misbehave("slow", next=0)
    assert back_door("GET", "/sandbox/misbehave")["orders"][0]["kind"] == "slow"
    back_door("DELETE", "/sandbox/misbehave")
    assert back_door("GET", "/sandbox/misbehave")["orders"] == []


def test_the_back_door_refuses_forms(sandbox: Sandbox) -> None:
    with requests.Session() as session:
        answer = session.post(f"{sandbox.url}/sandbox/requisitions", data={"name": "x"})
    assert answer.status_code == 415


def test_a_second_start_finds_everything_again(tmp_path: Path) -> None:
    with serve(tmp_path) as first, requests.Session() as session:
        session.post(f"{first.url}/sandbox/requisitions", json={"name": "職種"})
        held = token(first, session).json()["access_token"]
    with serve(tmp_path) as second, requests.Session() as session:
        headers = {"Authorization": f"Bearer {held}"}
        assert [job["name"] for job in session.get(f"{second.url}/v3/jobs", headers=headers).json()] == ["職種"]


# Webhooks.


class Listener:
    """A receiver of webhooks that answers what it is told to, 200 unless told."""

    def __init__(self) -> None:
        self.received: list[Request] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {key.lower(): value for key, value in self.headers.items()}
                outer.received.append(Request("POST", self.path, headers, body))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Keep the test's output clean."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/key"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join(5)
        self.server.server_close()

    def actions(self) -> list[str]:
        return [str(json.loads(request.body)["action"]) for request in self.received]


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def subscribe(back_door: BackDoor, listener: Listener, *actions: str) -> None:
    made = back_door("POST", "/sandbox/webhooks", url=listener.url, secret="a-secret", actions=list(actions) or None)
    assert all(hook["active"] for hook in made)
    listener.received.clear()


def test_webhooks_are_signed_escaped_and_understood(
    sandbox: Sandbox, back_door: BackDoor, listener: Listener, connect: Callable[..., Greenhouse]
) -> None:
    ats = connect()
    subscribe(back_door, listener)
    made = back_door("POST", "/sandbox/requisitions", name="データエンジニア", post="<p>A & B</p>")
    assert sandbox.bell.wait_until_quiet()
    assert listener.actions() == ["job_created", "job_post_created"]
    for request in listener.received:
        ats.verify(request)
        assert request.body.isascii() and not any(mark in request.body for mark in b"<>&")
        assert [(event.kind, event.id) for event in ats.parse(request)] == [(EventKind.REQUISITION, str(made["id"]))]
    assert len({ats.event_key(request) for request in listener.received}) == 2
    digest = hmac_sha256("a-secret", listener.received[0].body)
    assert listener.received[0].headers["signature"] == f"sha256 {digest}"


def test_a_webhook_is_pinged_and_starts_disabled_if_the_ping_fails(back_door: BackDoor, listener: Listener) -> None:
    listener.answers = [500]
    [hook] = back_door("POST", "/sandbox/webhooks", url=listener.url, secret="a-secret", actions=["job_created"])
    assert hook["active"] is False and listener.actions() == ["ping"]
    back_door("POST", "/sandbox/requisitions", name="職種")
    assert listener.actions() == ["ping"]


@pytest.mark.parametrize("refusal", [500, 202, 401])
def test_anything_but_200_is_tried_again_with_the_same_event_id(
    sandbox: Sandbox, back_door: BackDoor, listener: Listener, refusal: int
) -> None:
    subscribe(back_door, listener, "job_created")
    listener.answers = [refusal, refusal]
    back_door("POST", "/sandbox/requisitions", name="職種")
    assert sandbox.bell.wait_until_quiet()
    assert len(listener.received) == 3
    assert len({request.headers["greenhouse-event-id"] for request in listener.received}) == 1
    assert len({request.body for request in listener.received}) == 1
    assert back_door("GET", "/sandbox/deliveries")[-1]["state"] == "delivered"


def test_deliveries_outlive_a_receiver_that_is_down_until_attempts_run_out(
    sandbox: Sandbox, back_door: BackDoor
) -> None:
    gone = Listener()
    subscribe(back_door, gone, "job_created")
    gone.close()
    back_door("POST", "/sandbox/requisitions", name="職種")
    assert sandbox.bell.wait_until_quiet()
    [row] = back_door("GET", "/sandbox/deliveries")
    assert (row["state"], row["attempts"]) == ("given up", 5)


def test_webhooks_come_twice_late_or_never_on_demand(sandbox: Sandbox, back_door: BackDoor, listener: Listener) -> None:
    subscribe(back_door, listener, "job_created", "job_updated", "job_deleted")
    sandbox.misbehave("webhook_reorder", next=1, delay=0.3)
    made = back_door("POST", "/sandbox/requisitions", name="職種")
    sandbox.misbehave("webhook_duplicate", next=1)
    back_door("PATCH", f"/sandbox/requisitions/{made['id']}", notes="新しいメモ")
    sandbox.misbehave("webhook_drop", next=1)
    back_door("DELETE", f"/sandbox/requisitions/{made['id']}")
    assert sandbox.bell.wait_until_quiet()
    assert listener.actions() == ["job_updated", "job_updated", "job_created"]
    assert [row["state"] for row in back_door("GET", "/sandbox/deliveries")].count("dropped") == 1


def test_what_the_wire_has_no_webhook_for_is_silent(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str, back_door: BackDoor, listener: Listener
) -> None:
    candidate = back_door("POST", "/sandbox/candidates", first_name="花子", last_name="山田")
    job_id = int(requisition_id)
    application = back_door("POST", "/sandbox/applications", candidate_id=candidate["id"], job_id=job_id)
    subscribe(back_door, listener)
    ats.note(str(candidate["id"]), "E-1", "x")
    ats.tag(str(candidate["id"]), "x")
    path = f"/sandbox/applications/{application['id']}/interviews"
    meeting = back_door("POST", path, starts_at="2026-12-01T01:00:00Z")
    back_door("PATCH", f"/sandbox/interviews/{meeting['id']}", status="complete")
    back_door("PATCH", f"/sandbox/requisitions/{job_id}", manager_id=seed.OTHER_MANAGER)
    back_door("PATCH", f"/sandbox/requisitions/{job_id}", guidance="事業会社での開発経験")
    assert sandbox.bell.wait_until_quiet()
    assert listener.actions() == []


def test_every_ring_of_a_life_is_understood(
    sandbox: Sandbox,
    ats: Greenhouse,
    requisition_id: str,
    back_door: BackDoor,
    listener: Listener,
) -> None:
    subscribe(back_door, listener)
    one = back_door("POST", "/sandbox/candidates", first_name="花子", last_name="山田", email="h@example.com")
    two = back_door("POST", "/sandbox/candidates", first_name="花子", last_name="山田", email="h@example.com")
    entered = back_door("POST", "/sandbox/applications", candidate_id=one["id"], job_id=int(requisition_id))
    stage = ats.stages(requisition_id)[3]
    back_door("POST", f"/sandbox/applications/{entered['id']}/move", stage_id=int(stage.id))
    back_door("POST", f"/sandbox/applications/{entered['id']}/reject", reason_id=None)
    back_door("PATCH", f"/sandbox/candidates/{one['id']}", title="部長")
    back_door("POST", f"/sandbox/candidates/{one['id']}/merge", into=two["id"])
    back_door("POST", f"/sandbox/candidates/{two['id']}/anonymize")
    back_door("DELETE", f"/sandbox/candidates/{two['id']}")
    back_door("PATCH", f"/sandbox/requisitions/{requisition_id}", status="open", live=True)
    back_door("DELETE", f"/sandbox/requisitions/{requisition_id}")
    assert sandbox.bell.wait_until_quiet()
    events = [(event.kind, event.id, event.new_id) for request in listener.received for event in ats.parse(request)]
    first, second, application = str(one["id"]), str(two["id"]), str(entered["id"])
    assert events == [
        (EventKind.APPLICATION, application, ""),
        (EventKind.APPLICATION, application, ""),
        (EventKind.APPLICATION, application, ""),
        (EventKind.CANDIDATE, first, ""),
        (EventKind.CANDIDATE_MERGED, first, second),
        (EventKind.CANDIDATE_DELETED, second, ""),
        (EventKind.CANDIDATE_DELETED, second, ""),
        (EventKind.REQUISITION, requisition_id, ""),
        (EventKind.REQUISITION, requisition_id, ""),
        (EventKind.REQUISITION_DELETED, requisition_id, ""),
    ]
