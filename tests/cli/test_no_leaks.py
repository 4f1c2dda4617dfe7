"""Secrets stand nowhere but sealed: not in what commands print, logs, error pages, tracebacks, process lists, the database.

Every secret an installation has is planted with a word of its own; everything it leaves behind is searched for them.
"""

from __future__ import annotations

import json
import re
import resource
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from cryptography.fernet import Fernet
from sqlmodel import col, select

from connectors.base import ATSError
from plugin.cli.entry import cli
from plugin.cli.serve import leave_no_core
from plugin.connections import secrets_of
from plugin.doors.app import create_app
from plugin.logs import set_up_logs
from plugin.rows import AccessToken, Connection, Job
from plugin.settings import alone, load
from plugin.work import supervisor
from plugin.work.context import Work
from plugin.work.runtime import build_work
from plugin.work.worker import Worker

Kakuyaku = Callable[..., Any]
KEYS = [Fernet.generate_key().decode() for _ in range(2)]
PLANTED = {
    "KAKUYAKU_SECRET_KEYS": ",".join(KEYS),
    "KAKUYAKU_SMTP_PASSWORD": "planted-smtp-9f2c",
    "KAKUYAKU_IMAP_PASSWORD": "planted-imap-71ab",
    "KAKUYAKU_MAIL_OAUTH_CLIENT_SECRET": "planted-oauth-c3d9",
    "KAKUYAKU_MAIL_OAUTH_REFRESH_TOKEN": "planted-refresh-55e0",
    "KAKUYAKU_MODEL_KEY": "planted-model-08bd",
}
WEBHOOK, MAILBOX = "planted-webhook-4a1e", "planted-mailbox-d6f3"
CLIENT_SECRET = "sandbox-secret"
TYPED = "planted-wrong-credential-2b77"


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, installation: Path) -> list[str]:
    """Everything that must be found nowhere."""
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KAKUYAKU_IMAP_URL", "imaps://scout%40example.com@127.0.0.1:9/INBOX")
    monkeypatch.setenv("KAKUYAKU_LOG_LEVEL", "debug")
    return [
        *KEYS,
        *[value for name, value in PLANTED.items() if "KEYS" not in name],
        WEBHOOK,
        MAILBOX,
        CLIENT_SECRET,
        TYPED,
    ]


@pytest.fixture
def work(planted: list[str], installation: Path) -> Iterator[Work]:
    made = build_work(load())
    yield made
    made.close()


def clean(text: str | bytes, words: list[str], where: str) -> None:
    raw = text.encode() if isinstance(text, str) else text
    found = [word for word in words if word.encode() in raw]
    assert not found, (where, found)


def test_no_secret_is_found_anywhere(
    kakuyaku: Kakuyaku,
    planted: list[str],
    answers: Callable[..., Path],
    ats: Any,
    smtp: None,
    installation: Path,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: dict[str, str] = {}

    def run(*arguments: object) -> Any:
        ran = kakuyaku(*arguments)
        told[" ".join(map(str, arguments[:2]))] = ran.out + ran.err
        return ran

    client = ats.app.test_client()
    wanted = client.post("/sandbox/requisitions", json={"name": "Go", "status": "open", "post": "Go 必須"}).get_json()
    # A credential that is refused, then the right one; the webhook's secret is printed once, for whoever pastes it.
    assert run("connect", "greenhouse", "--answers", answers(client_secret=TYPED, webhook_secret=WEBHOOK)).code == 1
    clean(told["connect greenhouse"], [word for word in planted if word != WEBHOOK], "connect, refused")
    assert WEBHOOK in told.pop("connect greenhouse")
    ran = run("connect", "greenhouse", "--answers", answers(pick=[str(wanted["id"])], attested_by=""))
    clean(ran.out.replace(WEBHOOK, "", 1), planted, "connect")
    told.pop("connect greenhouse")
    monkeypatch.setattr("click.prompt", lambda question, **how: MAILBOX)
    run("mailbox", "add", "imaps://saiyo%40example.com@127.0.0.1:9/INBOX", "--connection", "greenhouse")
    run("mailbox", "add", "imaps://saiyo%40example.com@127.0.0.1:9/INBOX", "--unchecked")
    run("mailbox", "list")
    run("mailbox", "check")
    run("secrets", "list")
    run("settings", "--json")
    run("doctor", "--json")

    # A job that fails, and the reason it keeps.
    with work.reading() as session:
        connection = session.exec(select(Connection)).one()
        tokens = session.exec(select(AccessToken)).all()
        assert secrets_of(session, work.vault, connection.key, "client_secret") == [CLIENT_SECRET]
        minted = [work.vault.open(row.sealed).decode() for row in tokens if row.sealed]
    words = [*planted, *minted]
    set_up_logs(work.settings)
    ats.misbehave("server_error", probability=1.0)
    Worker(work).run_due()
    ats.behave()
    with work.reading() as session:
        assert session.exec(select(Job).where(col(Job.failures) > 0)).all()
    run("jobs", "list")
    run("jobs", "list", "--json")

    # Webhooks: forged, and one in whose middle something nobody expected breaks.
    app = create_app(work)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    door = app.test_client()
    path = f"/webhooks/{connection.url_key}"
    forged = door.post(path, data=b"{}", headers={"Signature": "sha256 00"})
    assert forged.status_code == 401

    def break_down(self: object, *given: object) -> None:
        secrets, credentials = [WEBHOOK], {"client_secret": CLIENT_SECRET}  # what a debugger would show
        raise RuntimeError(f"{len(secrets) + len(credentials)} things went wrong")

    monkeypatch.setattr("connectors.greenhouse.door.Door.verify", break_down)
    broken = door.post(f"{path}/{MAILBOX}", data=b"{}")
    assert broken.status_code == 500
    told |= {"forged": forged.get_data(as_text=True), "error page": broken.get_data(as_text=True)}

    # A crash: its traceback as Python prints it.
    try:
        work.ats(connection).verify(work.ats(connection).test_event(path, work.clock.now()))
    except RuntimeError as error:
        told["traceback"] = "".join(traceback.format_exception(error))
    told["repr"] = repr((work, work.settings, work.vault, work.ats(connection), connection))
    captured = capsys.readouterr()
    told["logs"] = captured.out + captured.err + caplog.text
    assert "webhook_bad_signature" in told["logs"] and "RuntimeError" in told["logs"] and "exception at" in told["logs"]

    for where, text in told.items():
        clean(text, words, where)
    for file in installation.rglob("*"):
        if file.is_file():
            clean(file.read_bytes(), words, file.name)


def test_the_key_file_is_its_owners_alone(kakuyaku: Kakuyaku, installation: Path) -> None:
    kakuyaku("secrets", "list")
    assert (installation / "keys.txt").stat().st_mode & 0o777 == 0o600


def test_no_command_takes_a_secret_as_an_argument() -> None:
    def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Parameter]]:
        yield from ((path, parameter) for parameter in command.params)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                yield from walk(inner, f"{path} {name}")

    telling = re.compile(r"secret|password|token|(^|_)key|refresh", re.I)
    found = [
        (path, one.name)
        for path, one in walk(cli(), "kakuyaku")
        if telling.search(one.name or "") and not isinstance(one.type, click.types.BoolParamType | click.Path)
    ]
    assert found == []


def test_children_are_started_with_no_secret_in_their_arguments(
    planted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    class Ended:
        def __init__(self, arguments: list[str], **how: object) -> None:
            seen.append(arguments)

        def poll(self) -> int:
            return supervisor.WRONG_INPUT

        def wait(self, timeout: float) -> int:
            return supervisor.WRONG_INPUT

    monkeypatch.setattr("subprocess.Popen", Ended)
    monkeypatch.setattr("signal.signal", lambda *given: None)
    settings = load(staff_host="127.0.0.1", staff_url="http://127.0.0.1:8322")
    assert supervisor.supervise(settings, quiet=True) == supervisor.WRONG_INPUT
    assert [" ".join(one[4:-2]) for one in seen] == ["web --side public", "web --side staff", "worker"]
    clean(json.dumps(seen), planted, "process list")


def test_a_process_leaves_no_core_file(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr("resource.setrlimit", lambda what, limits: asked.append((what, limits)))
    leave_no_core()
    assert asked == [(resource.RLIMIT_CORE, (0, 0))]


def test_settings_show_no_password_however_they_are_shown() -> None:
    settings = alone(
        database_url="postgresql+psycopg://kakuyaku:planted-db-1@db/kakuyaku",
        smtp_password="planted-smtp-2",
        secret_keys="planted-key-3",
    )
    clean(f"{settings!r} {settings}", ["planted-db-1", "planted-smtp-2", "planted-key-3"], "settings")


def test_an_atss_words_never_carry_its_address_with_a_key() -> None:
    from connectors import http

    session = http.Session("an ATS", connect_timeout=0.2, read_timeout=0.2)
    with pytest.raises(ATSError) as caught:
        session.send("GET", "http://127.0.0.1:9/x?key=planted-in-url", headers={"Authorization": "planted-header"})
    session.close()
    chain = "".join(traceback.format_exception_only(caught.value))
    clean(chain, ["planted-in-url", "planted-header"], "error")
