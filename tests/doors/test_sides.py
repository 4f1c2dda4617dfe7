"""Two addresses, one for the world and one for colleagues: every route is reachable on exactly its side."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.records import Request
from plugin.doors import sides
from plugin.doors.app import create_app
from plugin.rows import Connection
from plugin.work.context import Work
from plugin.work.runtime import assemble

REACHED = 299
STAFF_ALONE = "http://10.0.0.5:8322"
WORLD = ("/webhooks/", "/mail/", "/inbound/", "/u/", "/c/", "/act/", "/r/")
"""Beginnings of what the public address answers, beside /static/, /language and /health. Growing this is a decision."""
SHARED = ("/static/", "/language", "/health")

ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def split(work: Work) -> Work:
    apart = {"staff_host": "10.0.0.5", "staff_url": STAFF_ALONE, "public_url": "https://kakuyaku.example.com"}
    return assemble(work.settings.model_copy(update=apart), work.database, work.clock, work.vault)


def app_of(work: Work, side: sides.Side | None) -> Any:
    app = create_app(work, side)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@ONE_DATABASE
def test_every_route_is_reachable_on_exactly_its_side(split: Work) -> None:
    apps = {side: app_of(split, side) for side in sides.SIDES}
    for app in apps.values():
        for endpoint in app.view_functions:
            app.view_functions[endpoint] = lambda **values: ("", REACHED)
    walked = 0
    for rule in apps["public"].url_map.iter_rules():
        path = rule.rule
        for name, converter in rule._converters.items():
            one = sorted(getattr(converter, "items", ["1"]))[0]
            path = path.replace(next(part for part in path.split("/") if f"{name}>" in part and "<" in part), one)
        wanted = {"public", "staff"} if rule.rule.startswith(SHARED) else set()
        wanted = wanted or ({"public"} if rule.rule.startswith(WORLD) else {"staff"})
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        reached = {
            side for side, app in apps.items() if app.test_client().open(path, method=method).status_code == REACHED
        }
        assert reached == wanted, (rule.rule, reached)
        walked += 1
    assert walked > 100


@ONE_DATABASE
def test_without_a_second_address_everything_is_at_one(work: Work) -> None:
    client = app_of(work, None).test_client()
    assert client.get("/sign-in").status_code == 200 and client.get("/health").status_code == 200
    assert client.post("/webhooks/nobody").data.startswith(b"no connection has this address")


@ONE_DATABASE
def test_the_public_side_names_the_staffs_address_nowhere(split: Work, connection: Connection) -> None:
    client = app_of(split, "public").test_client()
    for path in ("/", "/sign-in", "/requisitions", "/act/unknown", "/r/unknown", "/c/unknown", "/u/unknown", "/none"):
        answer = client.get(path)
        assert answer.status_code in (404, 410), path
        assert STAFF_ALONE.encode() not in answer.data, path


@ONE_DATABASE
def test_links_to_the_other_side_carry_its_address(split: Work) -> None:
    for side, ours, theirs in (
        ("staff", "sign_in.ask", "candidates.shown"),
        ("public", "candidates.shown", "sign_in.ask"),
    ):
        app = app_of(split, side)  # type: ignore[arg-type]
        other = STAFF_ALONE if side == "public" else "https://kakuyaku.example.com"
        given = {"sign_in.ask": {}, "candidates.shown": {"token": "t"}}
        with app.test_request_context():
            assert app.url_for(ours, **given[ours]).startswith("/")
            assert app.url_for(theirs, **given[theirs]).startswith(other + "/")
            assert app.url_for("static", filename="pages.css").startswith("/static/")


@ONE_DATABASE
def test_cookies_are_as_safe_as_their_own_address(split: Work) -> None:
    staff = app_of(split, "staff").test_client().get("/sign-in").headers["Set-Cookie"]
    assert "Secure" not in staff and "kakuyaku=" in staff
    assert create_app(split, "public").config["SESSION_COOKIE_SECURE"] is True


@ONE_DATABASE
def test_pull_only_takes_what_comes_all_the_same(split: Work, connection: Connection) -> None:
    # Nobody is expected to ring then, but a hook somebody left in the ATS is no reason to lose what it says.
    quiet = assemble(split.settings.model_copy(update={"pull_only": True}), split.database, split.clock, split.vault)
    client = app_of(quiet, "public").test_client()
    event: Request = quiet.ats(connection).test_event(f"/webhooks/{connection.url_key}", quiet.clock.now())
    answer = client.post(event.path, data=event.body, headers=dict(event.headers))
    assert answer.status_code == 200
    quiet.close()
