"""A running sandbox and a Greenhouse connector that talks to it; deliveries as they cross the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.greenhouse import Greenhouse
from connectors.records import Request
from connectors.sandbox import Sandbox, serve

FIXTURES = Path(__file__).parents[1] / "fixtures" / "greenhouse"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with serve(tmp_path / "ats", retry_after=(0.05, 0.1, 0.2, 0.4)) as running:
        yield running


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[..., Greenhouse]]:
    """Make connectors to the sandbox, sharing a token store if one is given."""
    made: list[Greenhouse] = []

    def make(**how: Any) -> Greenhouse:
        given = sandbox.connection()
        options = given["options"] | how.pop("options", {})
        credentials = given["credentials"] | how.pop("credentials", {})
        ats = Greenhouse(credentials=credentials, options=options, secrets=["a-secret"], **how)
        made.append(ats)
        return ats

    yield make
    for ats in made:
        ats.close()


@pytest.fixture
def ats(connect: Callable[..., Greenhouse]) -> Greenhouse:
    """A connector whose account is set up."""
    made = connect()
    made.set_up()
    return made


@pytest.fixture
def back_door(sandbox: Sandbox) -> Iterator[Callable[..., Any]]:
    """Call the sandbox's admin side: `back_door("POST", "/sandbox/requisitions", name=...)` gives its JSON."""
    with requests.Session() as session:

        def call(method: str, path: str, /, expect: int | None = None, **body: Any) -> Any:
            answer = session.request(
                method, sandbox.url + path, json=body if method in ("POST", "PATCH") else None, timeout=10
            )
            if expect is None:
                assert answer.ok, answer.text
            else:
                assert answer.status_code == expect, answer.text
            return answer.json() if answer.content else None

        yield call


@pytest.fixture
def requisition_id(ats: Greenhouse, back_door: Callable[..., Any]) -> str:
    made = back_door(
        "POST",
        "/sandbox/requisitions",
        name="バックエンドエンジニア",
        post="<p>年収800万円〜1,200万円</p>",
        guidance="事業会社での開発経験",
    )
    return str(made["id"])


@pytest.fixture
def delivery() -> Callable[[str], Request]:
    """Read one fixture as the request it was."""

    def read(name: str) -> Request:
        head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
        return Request(method=method, path=path, headers=headers, body=body)

    return read
