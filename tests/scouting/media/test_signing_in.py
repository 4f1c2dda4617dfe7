"""Signing in by XOAUTH2: tokens kept, made anew in time and once on refusal, by one process at a time."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import dkim
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr
from sqlmodel import col, select

from connectors.base import ATSError
from plugin.connections import SharedToken
from plugin.rows import Mailbox, MailToken
from plugin.scouting.inbox import MailboxDown
from plugin.scouting.mailboxes import of_row, opened
from plugin.scouting.outbox import Delivered, Outbox, Refused
from plugin.scouting.xoauth2 import Grant, NoToken, Tokens, grant_of
from plugin.settings import WrongSetting

# aiosmtpd warns of signing in without TLS; on loopback there is none.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

RAW = b"From: Mihon <scout@mihon.example.com>\r\nTo: taro@person.example.com\r\nSubject: x\r\n\r\nx\r\n"


@dataclass
class TokenServer:
    """An OAuth server on loopback: hands out t1, t2 …, and remembers what it was asked."""

    port: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    expires_in: int = 3600
    rotate: bool = False
    refuse: str = ""
    hold: threading.Event | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def last(self) -> str:
        return f"t{len(self.asked)}"


@pytest.fixture
def oauth() -> Iterator[TokenServer]:
    server = TokenServer()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            server.asked.append({name: values[0] for name, values in form.items()})
            number = len(server.asked)
            if server.hold is not None:
                server.hold.wait(20)
            if server.refuse:
                body, status = f'{{"error":"{server.refuse}"}}', 400
            else:
                more = f',"refresh_token":"r{number}"' if server.rotate else ""
                body, status = f'{{"access_token":"t{number}","expires_in":{server.expires_in}{more}}}', 200
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.port = httpd.server_port
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
    thread.start()
    yield server
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def settings(settings: Any, oauth: TokenServer) -> Any:
    return settings.model_copy(
        update={
            "mail_oauth_token_url": oauth.url,
            "mail_oauth_client_id": "kakuyaku",
            "mail_oauth_client_secret": SecretStr("app-secret"),
            "mail_oauth_refresh_token": SecretStr("r0"),
            "smtp_timeout_seconds": 5.0,
        }
    )


@pytest.fixture
def tokens(work: Any, connection: Any) -> Tokens:
    return Tokens(work.database, work.vault, work.settings)


@pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_token_is_kept_sealed_until_shortly_before_its_end(work: Any, tokens: Tokens, oauth: TokenServer) -> None:
    grant = grant_of(work.settings)
    assert [tokens.bearer(grant) for _ in range(3)] == ["t1", "t1", "t1"]
    assert oauth.asked == [
        {"client_id": "kakuyaku", "client_secret": "app-secret", "grant_type": "refresh_token", "refresh_token": "r0"}
    ]
    with work.reading() as session:
        [row] = session.exec(select(MailToken)).all()
    assert b"t1" not in (row.sealed or b"") and work.vault.open(row.sealed) == b"t1"
    work.clock.move(timedelta(minutes=56))
    assert tokens.bearer(grant) == "t2"


def test_the_newest_refresh_token_is_used_and_a_replaced_grant_begins_anew(
    work: Any, tokens: Tokens, oauth: TokenServer
) -> None:
    oauth.rotate = True
    grant = grant_of(work.settings)
    tokens.bearer(grant)
    assert tokens.renewed(grant, refused="t1") == "t2"
    assert [asked["refresh_token"] for asked in oauth.asked] == ["r0", "r1"]
    other = grant_of(work.settings, refresh_token="another")
    tokens.bearer(other)
    assert oauth.asked[-1]["refresh_token"] == "another"


def test_an_application_signs_in_for_itself(work: Any, tokens: Tokens, oauth: TokenServer) -> None:
    grant = Grant(oauth.url, "kakuyaku", "app-secret", "", "https://outlook.office365.com/.default")
    tokens.bearer(grant)
    assert oauth.asked[0]["grant_type"] == "client_credentials"
    assert oauth.asked[0]["scope"] == "https://outlook.office365.com/.default"
    at_microsoft = work.settings.model_copy(
        update={
            "mail_oauth_token_url": "https://login.microsoftonline.com/tenant/oauth2/v2.0/token",
            "mail_oauth_refresh_token": SecretStr(""),
        }
    )
    assert grant_of(at_microsoft).scope == "https://outlook.office365.com/.default"


@pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_many_who_need_a_token_ask_once(work: Any, tokens: Tokens, oauth: TokenServer) -> None:
    grant = grant_of(work.settings)
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda _: tokens.bearer(grant), range(6))) == {"t1"}
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda _: tokens.renewed(grant, refused="t1"), range(6))) == {"t2"}
    assert len(oauth.asked) == 2


def test_consent_that_was_withdrawn_is_said_and_not_asked_for_ever(
    work: Any, tokens: Tokens, oauth: TokenServer
) -> None:
    oauth.refuse = "invalid_grant"
    with pytest.raises(NoToken, match="invalid_grant") as refused:
        tokens.bearer(grant_of(work.settings))
    assert refused.value.permanent and "new refresh token" in str(refused.value)


def test_without_an_application_xoauth2_says_what_is_missing(settings: Any) -> None:
    with pytest.raises(WrongSetting, match="KAKUYAKU_MAIL_OAUTH_TOKEN_URL"):
        grant_of(settings.model_copy(update={"mail_oauth_client_id": ""}))
    with pytest.raises(WrongSetting, match="https"):
        grant_of(settings.model_copy(update={"mail_oauth_token_url": "http://token.example.com"}))


# Minting holds up nobody.


def test_a_token_server_that_hangs_holds_up_no_writer(work: Any, connection: Any) -> None:
    let_go, asked = threading.Event(), threading.Event()

    def hang(_stored: str | None) -> str:
        asked.set()
        let_go.wait(20)
        return "late"

    shared = SharedToken(work.database, work.vault, connection)
    with ThreadPoolExecutor(1) as pool:
        minting = pool.submit(shared.exclusive, hang)
        assert asked.wait(10)
        started = time.monotonic()
        with work.writing() as session:
            session.merge(connection)
        assert time.monotonic() - started < 15, "a writer waited for the token server"
        let_go.set()
        assert minting.result(20) == "late"
    assert shared.current() == "late"


def test_a_minter_whose_turn_was_lost_stores_nothing(work: Any, connection: Any) -> None:
    slow = SharedToken(work.database, work.vault, connection, seconds=1)

    def overtaken(_stored: str | None) -> str:
        work.clock.move(timedelta(minutes=5))
        SharedToken(work.database, work.vault, connection).exclusive(lambda _: "theirs")
        return "ours, revoked by theirs"

    with pytest.raises(ATSError, match="longer"):
        slow.exclusive(overtaken)
    assert slow.current() == "theirs"


# SMTP.


class Xoauth2Smtp:
    """A mail server that takes one token at a time."""

    def __init__(self) -> None:
        self.good = "t1"
        self.tried: list[str] = []
        self.accepted: list[bytes] = []

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        said = base64.b64decode(args[1]).decode()
        self.tried.append(said)
        if said == f"user=scout@mihon.example.com\x01auth=Bearer {self.good}\x01\x01":
            return AuthResult(success=True)
        answer = await server.challenge_auth("eyJzdGF0dXMiOiI0MDEifQ==", encode_to_b64=False)
        assert answer == b"", "a refusal's challenge wants an empty answer"
        return AuthResult(success=False, handled=False, message="535 5.7.3 Authentication unsuccessful")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.accepted.append(envelope.original_content)
        return "250 kept"


@pytest.fixture
def relay() -> Iterator[tuple[Xoauth2Smtp, int]]:
    handler = Xoauth2Smtp()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(
        handler, hostname="127.0.0.1", port=port, auth_require_tls=False, auth_required=True, ready_timeout=10
    )
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def outbox(work: Any, tokens: Tokens, relay: tuple[Xoauth2Smtp, int]) -> Outbox:
    settings = work.settings.model_copy(
        update={"smtp_url": f"smtp://scout%40mihon.example.com@127.0.0.1:{relay[1]}", "smtp_auth": "xoauth2"}
    )
    return Outbox(settings, tokens)


def send(outbox: Outbox) -> Any:
    return outbox.deliver(RAW, "bounce@mihon.example.com", "taro@person.example.com")


def test_a_mail_is_sent_under_a_token(outbox: Outbox, relay: tuple[Xoauth2Smtp, int], oauth: TokenServer) -> None:
    assert isinstance(send(outbox), Delivered)
    assert isinstance(send(outbox), Delivered)
    assert len(oauth.asked) == 1 and outbox.check() == ""


def test_a_token_the_server_refuses_is_replaced_once(
    outbox: Outbox, relay: tuple[Xoauth2Smtp, int], oauth: TokenServer
) -> None:
    server = relay[0]
    assert isinstance(send(outbox), Delivered)
    server.good = "t2"
    assert isinstance(send(outbox), Delivered)
    server.good = "nothing we ever have"
    refused = send(outbox)
    assert isinstance(refused, Refused) and (refused.code, refused.stage, refused.transient) == (
        535,
        "connection",
        False,
    )
    assert len(oauth.asked) == 3, "asked once more, not for ever"
    assert len(server.accepted) == 2


def test_no_token_means_not_left_and_says_whether_waiting_helps(outbox: Outbox, oauth: TokenServer) -> None:
    oauth.refuse = "invalid_grant"
    refused = send(outbox)
    assert isinstance(refused, Refused) and not refused.transient and "invalid_grant" in refused.answer
    assert "invalid_grant" in outbox.check()


# IMAP.


class ScriptedImap(threading.Thread):
    """An IMAP server of a few lines: XOAUTH2, one empty folder."""

    def __init__(self, good: str) -> None:
        super().__init__(daemon=True)
        self.good, self.said = good, list[str]()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as wire:
                self._serve(wire)

    def _serve(self, wire: Any) -> None:
        def say(line: str) -> None:
            wire.write(line.encode() + b"\r\n")
            wire.flush()

        say("* OK ready")
        for raw in wire:
            tag, _, command = raw.decode().strip().partition(" ")
            verb = command.split(" ")[0].upper()
            self.said.append(command)
            if verb == "CAPABILITY":
                say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2")
                say(f"{tag} OK done")
            elif verb == "AUTHENTICATE":
                say("+ ")
                given = base64.b64decode(wire.readline()).decode()
                if given == f"user=misaki\x01auth=Bearer {self.good}\x01\x01":
                    say(f"{tag} OK signed in")
                else:
                    say("+ eyJzdGF0dXMiOiI0MDEifQ==")
                    assert wire.readline() == b"\r\n"
                    say(f"{tag} NO AUTHENTICATE failed.")
            elif verb in ("EXAMINE", "SELECT"):
                say("* 0 EXISTS")
                say("* OK [UIDVALIDITY 7] ok")
                say(f"{tag} OK [READ-ONLY] done")
            elif verb == "STATUS":
                say('* STATUS "INBOX" (UIDVALIDITY 7)')
                say(f"{tag} OK done")
            elif verb == "LOGOUT":
                say("* BYE")
                say(f"{tag} OK done")
                return
            else:
                say(f"{tag} OK done")


@pytest.fixture
def imap() -> Iterator[ScriptedImap]:
    server = ScriptedImap("t2")
    server.start()
    yield server
    server.listener.close()
    server.join(5)


def test_a_mailbox_opens_under_a_token_that_is_replaced_once(
    work: Any, connection: Any, oauth: TokenServer, imap: ScriptedImap
) -> None:
    row = Mailbox(
        id=3,
        employer_id=connection.employer_id,
        connection_id=connection.key,
        url=f"imap://misaki@127.0.0.1:{imap.port}/INBOX",
        auth="xoauth2",
        sealed_secret=work.vault.seal(b"her-refresh-token"),
        created_at=work.clock.now(),
    )
    with work.reading() as session:
        source = of_row(session, work.vault, work.settings, row)
    with opened(work, source) as inbox:
        assert inbox.uid_validity == 7
    assert [asked["refresh_token"] for asked in oauth.asked] == ["her-refresh-token"] * 2
    with work.reading() as session:
        [kept] = session.exec(select(MailToken).where(col(MailToken.employer_id) == connection.employer_id)).all()
    assert work.vault.open(kept.sealed) == b"t2"
    imap.good = "nothing we ever have"
    with pytest.raises(MailboxDown, match="AUTHENTICATE failed"), opened(work, source):
        pass


# DKIM.


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def test_mails_are_signed_with_the_one_click_headers(
    work: Any, relay: tuple[Xoauth2Smtp, int], tokens: Tokens, tmp_path: Any, key: rsa.RSAPrivateKey
) -> None:
    (tmp_path / "dkim.pem").write_bytes(pem(key))
    settings = work.settings.model_copy(
        update={
            "smtp_url": f"smtp://scout%40mihon.example.com@127.0.0.1:{relay[1]}",
            "smtp_auth": "xoauth2",
            "dkim_key_file": str(tmp_path / "dkim.pem"),
            "dkim_selector": "mail2026",
        }
    )
    raw = (
        b"List-Unsubscribe: <https://kakuyaku.example/u/x>, <mailto:scout@mihon.example.com>\n"
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n" + RAW.replace(b"\r\n", b"\n") + b".a line with a dot\n"
    )
    assert isinstance(
        Outbox(settings, tokens).deliver(raw, "bounce@mihon.example.com", "taro@person.example.com"), Delivered
    )
    [arrived] = relay[0].accepted
    public = base64.b64encode(
        key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    names = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        names.append(name)
        return b"v=DKIM1; k=rsa; p=" + public

    assert dkim.verify(arrived, dnsfunc=dns)
    assert names == [b"mail2026._domainkey.mihon.example.com."]
    signed = arrived.split(b"\r\nFrom:")[0].lower().replace(b"\r\n", b"").replace(b" ", b"")
    assert b"list-unsubscribe:list-unsubscribe-post" in signed
    assert not dkim.verify(arrived.replace(b"kakuyaku.example/u/x", b"kakuyaku.example/u/y"), dnsfunc=dns)


@pytest.mark.parametrize(
    ("content", "selector", "what"),
    [(None, "mail", "can't be read"), (b"no key", "mail", "no RSA private key"), (b"", "-bad.", "DKIM_SELECTOR")],
)
def test_a_key_that_cannot_sign_is_refused_at_start(
    settings: Any, tmp_path: Any, content: bytes | None, selector: str, what: str
) -> None:
    path = tmp_path / "dkim.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongSetting, match=what):
        Outbox(settings.model_copy(update={"dkim_key_file": str(path), "dkim_selector": selector}))
