"""The way out: one mail over SMTP, and an honest answer whether it left. The one door to smtplib.

What matters is the moment the end of the text has gone over the wire. A refusal before it, or in answer to it, means
the mail has definitely not left; a lost answer after it means nobody can know (R7: no engine makes SMTP exactly-once).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from connectors.wording import without_addresses
from plugin.scouting.dkim_signing import signer_of
from plugin.scouting.xoauth2 import Grant, NoToken, Tokens, first_words, grant_of
from plugin.settings import Settings, WrongSetting

Stage = Literal["connection", "sender", "recipient", "content"]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server took responsibility for the mail."""

    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The mail has definitely not left. `code` 0: no connection. `stage` says what was refused.

    `connection` and `sender` are ours to mend (login, sender address); `recipient` and `content` are about this mail.
    """

    code: int
    answer: str
    transient: bool
    stage: Stage

    @property
    def ours_to_mend(self) -> bool:
        """Whether trying another recipient would meet the same refusal."""
        return not self.transient and self.stage in ("connection", "sender")


@dataclass(frozen=True, slots=True)
class Unknown:
    """The text went out and no answer came back: it may or may not have left."""

    answer: str


Outcome = Delivered | Refused | Unknown


@dataclass(frozen=True, slots=True)
class _Way:
    scheme: str
    host: str
    port: int
    user: str


class Outbox:
    """Speaks to the mail server of the settings; a connection per mail, so that nothing is shared between threads."""

    def __init__(self, settings: Settings, tokens: Tokens | None = None) -> None:
        self._way = read_smtp_url(settings.smtp_url) if settings.smtp_url else None
        self._tokens = tokens
        self._grant: Grant | None = None
        if self._way is not None and settings.smtp_auth == "xoauth2":
            if not self._way.user or tokens is None:
                raise WrongSetting(
                    "KAKUYAKU_SMTP_URL names no user, whom xoauth2 signs in; write smtp+starttls://user@host"
                )
            self._grant = grant_of(settings)
        self._signer = signer_of(settings)
        self._password = settings.smtp_password.get_secret_value()
        self._timeout = settings.smtp_timeout_seconds
        # Named, so that smtplib does not ask the resolver what this machine is called.
        self._name = urlsplit(settings.public_url).hostname or "localhost"

    @property
    def configured(self) -> bool:
        return self._way is not None

    def deliver(self, raw: bytes, envelope_from: str, to: str) -> Outcome:
        """Hand one mail to the server. Never raises for what servers and networks do; raises `WrongSetting` without one."""
        if self._way is None:
            raise WrongSetting("KAKUYAKU_SMTP_URL is empty, so no mail can be sent; see `kakuyaku settings`")
        if not re.fullmatch(r"[!-;=?-~]+@[!-;=?-~]+", to):
            # Printable ASCII without angle brackets: anything else would need SMTPUTF8 or break the command line.
            return Refused(553, "the address has characters that mail can't carry", False, "recipient")
        if self._signer is not None:
            raw = self._signer.sign(raw)
        try:
            server = self._connect(self._way)
        except smtplib.SMTPResponseException as error:
            # 535 can't be mended by waiting, 454 (temporary authentication failure) can.
            return Refused(error.smtp_code, _words(error.smtp_error), error.smtp_code < 500, "connection")
        except NoToken as error:
            return Refused(0, _words(str(error)), not error.permanent, "connection")
        except ssl.SSLCertVerificationError as error:
            return Refused(
                0, f"the mail server's certificate was not accepted: {error.verify_message}", False, "connection"
            )
        except (smtplib.SMTPException, OSError) as error:
            return Refused(0, f"no connection: {type(error).__name__}: {error}", True, "connection")
        try:
            return self._hand_over(server, raw, envelope_from, to)
        finally:
            # The answer is known by now; how the server takes its leave changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def check(self) -> str:
        """Log in and out again; return what is wrong, "" when nothing is (`kakuyaku doctor`)."""
        if self._way is None:
            return "KAKUYAKU_SMTP_URL is empty"
        try:
            server = self._connect(self._way)
        except NoToken as error:
            return str(error)
        except (smtplib.SMTPException, OSError) as error:
            return f"{self._way.host}:{self._way.port}: {type(error).__name__}: {error}"
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()
        return ""

    def _connect(self, way: _Way) -> smtplib.SMTP:
        """Open a connection and sign in. A token the server refuses is replaced, once."""
        if self._tokens is None or self._grant is None:
            return self._open(way, "")
        token = self._tokens.bearer(self._grant)
        try:
            return self._open(way, token)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise
        return self._open(way, self._tokens.renewed(self._grant, refused=token))

    def _open(self, way: _Way, token: str) -> smtplib.SMTP:
        if way.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                way.host,
                way.port,
                local_hostname=self._name,
                timeout=self._timeout,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(way.host, way.port, local_hostname=self._name, timeout=self._timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if way.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if token:
                said = first_words(way.user, token)
                # A refusal comes as a challenge that wants an empty answer; the 535 follows it.
                server.auth("XOAUTH2", lambda challenge=None: "" if challenge else said)
            elif way.user:
                server.login(way.user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, raw: bytes, envelope_from: str, to: str) -> Outcome:
        steps: tuple[tuple[Stage, str, tuple[int, ...]], ...] = (
            ("sender", f"MAIL FROM:<{envelope_from}>", (250,)),
            ("recipient", f"RCPT TO:<{to}>", (250, 251)),
            ("content", "DATA", (354,)),
        )
        for stage, command, wanted in steps:
            try:
                code, answer = server.docmd(command)
            except (smtplib.SMTPException, OSError) as error:
                return Refused(
                    0, f"connection lost before the text: {type(error).__name__}: {error}", True, "connection"
                )
            if code not in wanted:
                return Refused(code, _words(answer), not 500 <= code < 600, stage)
        try:
            server.send(_on_the_wire(raw))
            code, answer = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            return Unknown(f"no answer after the text: {type(error).__name__}: {error}")
        if 200 <= code < 300:
            return Delivered(f"{code} {_words(answer)}")
        if 400 <= code < 600:
            return Refused(code, _words(answer), code < 500, "content")
        return Unknown(f"an answer that is none: {code} {_words(answer)}")


def read_smtp_url(url: str) -> _Way:
    """Read `smtp://`, `smtp+starttls://` or `smtps://`; raise `WrongSetting` with one line saying what to do."""
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise WrongSetting(
            "KAKUYAKU_SMTP_URL must look like smtps://user@host:port, smtp+starttls://user@host:port or smtp://127.0.0.1:port"
        ) from None
    if not parts.hostname:
        raise WrongSetting("KAKUYAKU_SMTP_URL names no host; write smtps://user@host:port")
    if parts.password is not None:
        raise WrongSetting("KAKUYAKU_SMTP_URL must not hold the password; set KAKUYAKU_SMTP_PASSWORD")
    if parts.scheme == "smtp" and parts.hostname not in LOOPBACK:
        raise WrongSetting(
            "KAKUYAKU_SMTP_URL: smtp:// sends everything in the clear and is for loopback only;"
            " use smtp+starttls:// or smtps://"
        )
    return _Way(parts.scheme, parts.hostname, port, unquote(parts.username or ""))


_BLOCKED = re.compile(r"spam|block|black ?list|reputation|policy|relay|denied|dmarc|spf|dkim|rate|quota|full", re.I)


def says_unknown_user(refused: Refused) -> bool:
    """Whether a 5xx means that this mailbox does not exist (RFC 3463: 5.1.x, 5.2.1), so that nobody writes there again.

    550 alone is also what servers answer when they dislike the sender; then the mailbox is not at fault.
    """
    if refused.transient or refused.stage != "recipient":
        return False
    enhanced = re.search(r"\b5\.\d{1,3}\.\d{1,3}\b", refused.answer)
    if enhanced:
        return enhanced[0] in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
    return refused.code in (550, 551, 553) and not _BLOCKED.search(refused.answer)


def _on_the_wire(raw: bytes) -> bytes:
    """CRLF line ends, dots at line starts doubled, and the lone dot that ends the text (RFC 5321 §4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines) + b".\r\n"


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    # Servers repeat the address they refuse; what they said outlives the person's erasure.
    return without_addresses(" ".join(text.split())[:500])
