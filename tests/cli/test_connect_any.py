"""`connect` for any ATS: its own questions, webhooks by API or by clicks, whose word holds, two employers at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlmodel import col, select

from connectors import http
from connectors.base import ATSError, Connector, TokenStore
from connectors.pace import REAL, Timekeeper
from connectors.records import Approval, Ask, Finding, Request, Said, Subscribed
from connectors.registry import CONNECTORS
from plugin.connections import policy_of, secrets_of
from plugin.rows import Connection, Employer
from plugin.work.context import Work

Kakuyaku = Callable[..., Any]


class Bells(Connector):
    """An ATS that makes its own signing secrets, whose decisions carry their actor."""

    name: ClassVar[str] = "bells"
    title: ClassVar[str] = "Bells & Co."
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask("api_key", Said("API key", "APIキー"), secret=True),
        Ask("region", Said("Region", "リージョン"), kind="option", default="jp"),
        Ask("bot", Said("User id of the bot", "ボットのユーザーID"), default=""),
    )
    preparing: ClassVar[tuple[Said, ...]] = (Said("Create an API key.", "APIキーを作成してください。"),)
    approval: ClassVar[Approval | None] = Approval(Said("a form", "フォーム"), "verified")
    subscribed: ClassVar[list[tuple[str, str]]] = []
    fails: ClassVar[str] = ""

    def __init__(
        self,
        *,
        credentials: Mapping[str, str],
        secrets: Sequence[str],
        options: Mapping[str, str],
        tokens: TokenStore | None = None,
        timekeeper: Timekeeper = REAL,
    ) -> None:
        super().__init__(
            credentials=credentials, secrets=secrets, options=options, tokens=tokens, timekeeper=timekeeper
        )
        http.require_safe(options.get("api_base") or "https://api.bells.example")

    def verify(self, request: Request) -> None: ...

    def subscribe(self, url: str, secret: str) -> Subscribed:
        if self.fails:
            raise ATSError(self.fails)
        new = not self.subscribed
        self.subscribed.append((url, secret))
        return Subscribed((Finding(Said("hook", "フック"), ok=True),), ("made-by-bells",) if new else ())

    def check(self) -> list[Finding]:
        return [Finding(Said("key", "鍵"), ok=bool(self.credentials.get("api_key")))]


class Quiet(Bells):
    """An ATS without webhooks or a place for decisions."""

    name: ClassVar[str] = "quiet"
    approval: ClassVar[Approval | None] = Approval(Said("not there", "なし"), "acting_link")
    verify = Connector.verify
    subscribe = Connector.subscribe


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (Bells, Quiet):
        monkeypatch.setitem(CONNECTORS, kind.name, kind)
    monkeypatch.setattr(Bells, "subscribed", [])


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(**values: Any) -> Path:
        path = tmp_path / "given.json"
        path.write_text(json.dumps(values), "utf-8")
        return path

    return write


MAIL = {
    "from_address": "scout@mihon.example.com",
    "company_ja": "株式会社みほん",
    "legal_sender": "株式会社みほん",
    "postal_address": "東京都千代田区見本町1-2-3",
    "contact": "saiyo@mihon.example.com",
}
FIRST = {"employer": "株式会社みほん", "api_key": "sk-1", **MAIL}


def only(work: Work) -> Connection:
    with work.reading() as session:
        return session.exec(select(Connection)).one()


def held(work: Work, connection: Connection, name: str) -> list[str]:
    with work.reading() as session:
        return secrets_of(session, work.vault, connection.key, name)


def test_help_lists_every_ats_with_its_own_spelling(kakuyaku: Kakuyaku) -> None:
    out = kakuyaku("connect", "--help").out
    assert all(kind.name in out and kind.title in out for kind in CONNECTORS.values())
    assert "api_key" in kakuyaku("connect", "bells", "--help").out


def test_one_that_nobody_speaks_with_is_one_line(kakuyaku: Kakuyaku) -> None:
    ran = kakuyaku("connect", "nobody")
    assert ran.code == 2 and "greenhouse" in ran.err and len(ran.err.strip().splitlines()) == 1


def test_secrets_the_vendor_makes_are_kept_and_a_second_run_changes_only_what_is_answered(
    kakuyaku: Kakuyaku, write: Callable[..., Path], stored: Work
) -> None:
    ran = kakuyaku("connect", "bells", "--answers", write(**FIRST, bot="7"))
    assert ran.code == 0, ran.out + ran.err
    connection = only(stored)
    [(url, ours)] = Bells.subscribed
    assert url.endswith(f"/webhooks/{connection.url_key}")
    assert held(stored, connection, "webhook") == ["made-by-bells", ours]
    assert "made-by-bells" not in ran.out and "attest" not in ran.out
    assert (connection.options, held(stored, connection, "bot")) == ({"region": "jp"}, ["7"])
    ran = kakuyaku("connect", "bells", "--answers", write(bot="", contact="03-0000-0000"), "--option", "depth=3")
    assert ran.code == 0, ran.out + ran.err
    connection = only(stored)
    assert held(stored, connection, "api_key") == ["sk-1"] and held(stored, connection, "bot") == []
    assert connection.options == {"region": "jp", "depth": "3"}
    assert policy_of(connection).legal.contact == "03-0000-0000"
    assert policy_of(connection).legal.sender == "株式会社みほん"
    assert len(held(stored, connection, "webhook")) == 2


def test_a_failing_subscription_is_told_in_the_vendors_words(
    kakuyaku: Kakuyaku, write: Callable[..., Path], stored: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bells, "fails", "Bells: webhooks are not in your plan")
    ran = kakuyaku("connect", "bells", "--answers", write(**FIRST))
    assert ran.code == 1 and "FAIL Bells: webhooks are not in your plan" in ran.out
    assert held(stored, only(stored), "api_key") == ["sk-1"]  # kept: a second run goes on


def test_nothing_is_asked_that_the_ats_does_not_need(
    kakuyaku: Kakuyaku, stored: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def prompt(question: str, default: str | None = None, **how: object) -> str:
        asked.append(question)
        return {"API key (not shown)": "sk-1"}.get(question) or default or ""

    monkeypatch.setattr("click.prompt", prompt)
    ran = kakuyaku("connect", "quiet", "--employer", "みほん")
    assert "not there" in ran.out and "by a link in the manager's mailbox" in ran.out
    own = [one for one in asked if "secret" in one.lower() or "attest" in one or "Region" in one or "API key" in one]
    assert own == ["API key (not shown)", "Region"]
    assert held(stored, only(stored), "webhook") == []


def test_at_a_terminal_what_may_be_left_out_is_taken_away_by_a_dash(
    kakuyaku: Kakuyaku, write: Callable[..., Path], stored: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kakuyaku("connect", "bells", "--answers", write(**FIRST, bot="7")).code == 0
    for typed, kept in (("", ["7"]), ("-", [])):

        def prompt(question: str, default: str | None = None, typed: str = typed, **how: object) -> str:
            return typed if "takes it away" in question else default or ""

        monkeypatch.setattr("click.prompt", prompt)
        assert kakuyaku("connect", "bells").code == 0
        assert held(stored, only(stored), "bot") == kept
        assert held(stored, only(stored), "api_key") == ["sk-1"]


def test_two_employers_may_call_theirs_alike(kakuyaku: Kakuyaku, write: Callable[..., Path], stored: Work) -> None:
    assert kakuyaku("connect", "bells", "--answers", write(**FIRST)).code == 0
    other = {**FIRST, "employer": "別会社", "api_key": "sk-2"}
    assert kakuyaku("connect", "bells", "--answers", write(**other)).code == 0
    with stored.reading() as session:
        rows = session.exec(select(Connection, Employer.name).join(Employer).order_by(col(Connection.id))).all()
        keys = [(name, secrets_of(session, stored.vault, one.key, "api_key")) for one, name in rows]
    assert keys == [("株式会社みほん", ["sk-1"]), ("別会社", ["sk-2"])]
    ran = kakuyaku("connect", "bells", "--answers", write(api_key="sk-3"))
    assert ran.code == 2 and "--employer" in ran.err
    assert kakuyaku("connect", "bells", "--employer", "別会社", "--answers", write(api_key="sk-3")).code == 0
    with stored.reading() as session:
        assert [secrets_of(session, stored.vault, one.key, "api_key") for one, _ in rows] == [["sk-1"], ["sk-3"]]
    # What is meant for one must not reach the other's.
    ran = kakuyaku("pause", "bells")
    assert ran.code == 2 and "2 of 別会社" in ran.err
    assert kakuyaku("pause", "2").code == 0
    with stored.reading() as session:
        assert [session.get_one(Connection, one.key).state for one, _ in rows] == ["active", "paused"]


def test_a_cut_off_is_the_beginning_of_a_day_in_the_connections_zone(
    kakuyaku: Kakuyaku, write: Callable[..., Path], stored: Work
) -> None:
    assert kakuyaku("connect", "bells", "--answers", write(**FIRST, cut_off="2026-04-01")).code == 0
    assert only(stored).cut_off == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert kakuyaku("connect", "bells", "--answers", write(api_key="sk-1")).code == 0
    assert only(stored).cut_off == datetime(2026, 3, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "more", "word"),
    [
        ({"api_base": "http://elsewhere.example"}, (), "https://"),
        ({"options": ["x"]}, (), "options"),
        ({}, ("--option", "novalue"), "NAME=VALUE"),
        ({"cut_off": "spring"}, (), "cut_off"),
        ({"cut_off": "2999-01-01"}, (), "future"),
        ({"client_id": "x"}, (), "client_id"),
        ({"api_key": ""}, (), "api_key"),
        ({}, ("--option", "api_key=sk-open"), "api_key: no option, but a secret"),
        ({"options": {"webhook_secret": "open"}}, (), "webhook_secret: no option, but a secret"),
    ],
)
def test_wrong_answers_are_one_line_and_store_nothing(
    kakuyaku: Kakuyaku,
    write: Callable[..., Path],
    stored: Work,
    change: dict[str, Any],
    more: tuple[str, ...],
    word: str,
) -> None:
    ran = kakuyaku("connect", "bells", "--answers", write(**{**FIRST, **change}), *more)
    assert ran.code == 2 and word in ran.err and len(ran.err.strip().splitlines()) == 1
    with stored.reading() as session:
        assert session.exec(select(Connection)).all() == []


def test_wrong_answers_are_told_in_the_language_spoken(kakuyaku: Kakuyaku, write: Callable[..., Path]) -> None:
    ran = kakuyaku("connect", "bells", "--lang", "ja", "--answers", write(**{**FIRST, "api_key": True}))
    assert (
        ran.code == 2 and "回答「api_key」は文字で指定してください。詳しくは `kakuyaku connect bells --help`" in ran.err
    )
    ran = kakuyaku(
        "connect", "bells", "--lang", "ja", "--answers", write(**FIRST, api_base="https://us:pa55@bells.example")
    )
    assert ran.code == 2 and "パスワードを含めないでください" in ran.err and "pa55" not in ran.err + ran.out


def test_a_name_of_another_ats_is_refused(kakuyaku: Kakuyaku, write: Callable[..., Path]) -> None:
    assert kakuyaku("connect", "bells", "--answers", write(**FIRST)).code == 0
    ran = kakuyaku("connect", "quiet", "--name", "bells", "--answers", write(**FIRST))
    assert ran.code == 2 and "another --name" in ran.err


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_every_ats_says_what_connect_needs_in_both_languages(name: str) -> None:
    kind = CONNECTORS[name]
    words = [*kind.preparing, *(ask.label for ask in kind.asks), kind.hears]
    words += [kind.approval.how] if kind.approval is not None else []
    assert kind.title and kind.approval is not None
    assert all(one and one.ja for one in words)
    assert len({ask.name for ask in kind.asks}) == len(kind.asks)
    assert not {ask.name for ask in kind.asks} & {"name", "employer", "webhook_secret", "webhook", "mail_door"}
