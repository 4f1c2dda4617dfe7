"""Harvest v3 as a protocol, call by call: the token, the cursor, what is asked and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses
from responses import matchers

from connectors.base import ATSError, TokenStore
from connectors.greenhouse import Greenhouse
from connectors.greenhouse.shapes import GreenhouseSource
from connectors.sandbox import Sandbox

API = "https://harvest.greenhouse.io"
TOKEN = "https://auth.greenhouse.io/token"


@pytest.fixture
def greenhouse() -> Iterator[Greenhouse]:
    credentials = {"client_id": "id", "client_secret": "secret", "sub": "4000000100"}
    made = Greenhouse(credentials=credentials, secrets=["s"], options={})
    yield made
    made.close()


@responses.activate
def test_signs_in_with_basic_credentials_and_the_acting_user(greenhouse: Greenhouse) -> None:
    responses.post(TOKEN, json={"token_type": "Bearer", "access_token": "t-1", "expires_at": "2026-11-21T00:00:00Z"})
    responses.get(f"{API}/v3/jobs", json=[], match=[matchers.header_matcher({"Authorization": "Bearer t-1"})])
    assert list(greenhouse.requisitions(None)) == []
    sent = responses.calls[0].request
    assert sent.headers["Authorization"].startswith("Basic ")
    assert parse_qs(str(sent.body)) == {"grant_type": ["client_credentials"], "sub": ["4000000100"]}


@responses.activate
def test_the_cursor_travels_alone_and_only_to_our_address(greenhouse: Greenhouse) -> None:
    responses.post(TOKEN, json={"access_token": "t-1"})
    link = '<https://elsewhere.example/v3/sources?cursor=abc%3D%3D>; rel="next"'
    first = matchers.query_param_matcher({"per_page": "500"})
    second = matchers.query_param_matcher({"cursor": "abc=="})
    responses.get(f"{API}/v3/sources", json=[{"id": 2, "name": "b"}], headers={"Link": link}, match=[first])
    responses.get(f"{API}/v3/sources", json=[{"id": 1, "name": "a"}], headers={"Link": ""}, match=[second])
    assert [one.id for one in greenhouse.harvest.list("sources", GreenhouseSource)] == [2, 1]


@responses.activate
def test_ids_go_fifty_at_a_time(greenhouse: Greenhouse) -> None:
    responses.post(TOKEN, json={"access_token": "t-1"})
    responses.get(f"{API}/v3/sources", json=[])
    list(greenhouse.harvest.list_by("sources", GreenhouseSource, "ids", [*range(120), 5]))
    asked = [
        parse_qs(str(call.request.url).partition("?")[2])["ids"][0]
        for call in responses.calls
        if "v3" in str(call.request.url)
    ]
    assert [len(ids.split(",")) for ids in asked] == [50, 50, 20]


@responses.activate
def test_an_unknown_shape_is_told_with_its_place(greenhouse: Greenhouse) -> None:
    responses.post(TOKEN, json={"access_token": "t-1"})
    responses.get(f"{API}/v3/jobs", json=[{"id": 1, "status": "open", "created_at": "x", "updated_at": "x"}])
    with pytest.raises(ATSError, match="jobs in a shape we do not know"):
        greenhouse.requisition("1")


@responses.activate
def test_wrong_credentials_are_told_in_the_vendors_words(greenhouse: Greenhouse) -> None:
    responses.post(TOKEN, status=401, json={"error": "invalid_client", "error_description": "No such client"})
    with pytest.raises(ATSError, match="No such client"):
        greenhouse.requisition("1")


def test_missing_credentials_are_named() -> None:
    made = Greenhouse(credentials={"client_id": "id"}, secrets=[], options={})
    with pytest.raises(ATSError, match="no client_secret") as caught:
        made.requisition("1")
    assert caught.value.permanent
    made.close()


def test_a_revoked_token_is_replaced_once_for_all_who_share_it(
    sandbox: Sandbox, connect: Callable[..., Greenhouse]
) -> None:
    shared = TokenStore()
    several = [connect(tokens=shared) for _ in range(6)]
    several[0].requisition("1")
    assert sandbox.store.setting("tokens_minted") == 1
    # Somebody else, outside our store, mints: our token is revoked under everyone's feet.
    connect().requisition("1")
    assert sandbox.store.setting("tokens_minted") == 2
    gate = threading.Barrier(len(several))
    problems: list[BaseException] = []

    def read(one: Greenhouse) -> None:
        try:
            gate.wait(10)
            for _ in range(3):
                one.requisition("1")
        except BaseException as problem:  # whatever it is, the test must see it
            problems.append(problem)

    threads = [threading.Thread(target=read, args=(one,)) for one in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert problems == []
    assert sandbox.store.setting("tokens_minted") == 3


def test_a_write_with_a_revoked_token_is_applied_once(
    sandbox: Sandbox, ats: Greenhouse, connect: Callable[..., Greenhouse], requisition_id: str
) -> None:
    connect().requisition("1")
    ats.post_message(requisition_id, "hello")
    assert sandbox.writes()["jobs"] == 1


def test_an_expired_token_is_replaced(sandbox: Sandbox, ats: Greenhouse, back_door: Callable[..., Any]) -> None:
    back_door("POST", "/sandbox/settings", token_seconds=0)
    held = sandbox.store.setting("token")
    sandbox.store.set("token", held | {"expires": 0})
    with pytest.raises(ATSError) as caught:
        ats.requisition("1")
    assert caught.value.status == 401 and not caught.value.permanent
    back_door("POST", "/sandbox/settings", token_seconds=600)
    assert ats.requisition("1") is None
