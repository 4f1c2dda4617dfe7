"""`serve` and `web` with an address for colleagues alone: what is refused, in one line, before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plugin.settings import alone
from plugin.work.processes import binding
from plugin.work.supervisor import webs

Kakuyaku = Callable[..., Any]


@pytest.mark.parametrize(
    ("settings", "command", "word"),
    [
        ({}, ("web", "--side", "staff"), "KAKUYAKU_STAFF_HOST"),
        ({"STAFF_HOST": "127.0.0.1"}, ("serve",), "KAKUYAKU_STAFF_URL"),
        (
            {"STAFF_HOST": "127.0.0.1", "STAFF_PORT": "8321", "STAFF_URL": "http://127.0.0.1:8321"},
            ("serve",),
            "KAKUYAKU_STAFF_PORT",
        ),
        ({"STAFF_HOST": "192.0.2.1", "STAFF_URL": "http://192.0.2.1:8322", "WEB_PORT": "0"}, ("serve",), "STAFF_HOST"),
        (
            {"STAFF_HOST": "0.0.0.0", "STAFF_URL": "http://192.0.2.1:8322", "DEMO": "true"},
            ("web",),
            "KAKUYAKU_DEMO",
        ),
    ],
)
def test_what_cannot_run_is_one_line(
    kakuyaku: Kakuyaku,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    command: tuple[str, ...],
    word: str,
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"KAKUYAKU_{name}", value)
    ran = kakuyaku(*command)
    assert ran.code == 2 and word in ran.err and len(ran.err.strip().splitlines()) == 1


def test_a_side_is_a_process_of_its_own() -> None:
    apart = alone(staff_host="10.0.0.5", staff_port=8322, staff_url="http://10.0.0.5:8322")
    assert webs(apart) == ("web --side public", "web --side staff") and webs(alone()) == ("web",)
    assert binding(apart, "staff") == ("10.0.0.5", 8322) and binding(apart, "public") == ("127.0.0.1", 8321)
    assert (apart.staff_address, alone().staff_address) == ("http://10.0.0.5:8322", alone().public_url)
