"""A local mail server with a mailbox page, so that the loop runs over real SMTP without an account.

Everything sent through it is kept (SQLite) and can be read and answered on its page. Mail to the plugin's own reply
domain is handed to the plugin's inbound mail door, signed, the way a mail provider's inbound hook does it. Used by
`kakuyaku demo`, `kakuyaku story`, the benchmarks and the tests; loopback only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_SCHEMA = """
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY, received_at TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
    message_id TEXT NOT NULL, raw BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS mail_recipient ON mail (recipient, id);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail as the server accepted it. `sender` and `recipient` are the envelope's."""

    id: int
    received_at: datetime
    sender: str
    recipient: str
    message_id: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    def header(self, name: str) -> str:
        """A header as a reader sees it, "" when there is none.

        `message[name]` puts a blank between two encoded words of a display name, which RFC 2047 §6.2 forbids.
        """
        raw = message_from_bytes(self.raw, policy=policy.compat32)[name]
        return "" if raw is None else " ".join(str(make_header(decode_header(raw))).split())

    @property
    def text(self) -> str:
        """The plain text body, "" when there is none."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""


class MailStore:
    """The mails, in one SQLite file that several threads and processes may open."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path, self._now = path, now
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            database.executescript(_SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.path, timeout=30)
        try:
            with database:
                yield database
        finally:
            database.close()

    def keep(self, sender: str, recipient: str, raw: bytes) -> None:
        message_id = str(message_from_bytes(raw, policy=policy.compat32).get("Message-ID", "")).strip()
        with self._open() as database:
            database.execute(
                "INSERT INTO mail (received_at, sender, recipient, message_id, raw) VALUES (?, ?, ?, ?, ?)",
                (self._now().isoformat(), sender, recipient.lower(), message_id, raw),
            )

    def drop(self, id: int) -> None:
        with self._open() as database:
            database.execute("DELETE FROM mail WHERE id = ?", (id,))

    def all(self, *, recipient: str = "", after: int = 0) -> list[Kept]:
        """Mails in the order they came, of one recipient or of all, with an id above `after`."""
        query = "SELECT id, received_at, sender, recipient, message_id, raw FROM mail WHERE id > ?"
        values: list[object] = [after]
        if recipient:
            query, values = query + " AND recipient = ?", [*values, recipient.lower()]
        with self._open() as database:
            rows = database.execute(query + " ORDER BY id", values).fetchall()
        return [Kept(r[0], datetime.fromisoformat(r[1]), r[2], r[3], r[4], r[5]) for r in rows]

    def one(self, id: int) -> Kept | None:
        found = self.all(after=id - 1)[:1]
        return found[0] if found and found[0].id == id else None

    def recipients(self) -> list[tuple[str, int, int]]:
        """(address, how many mails, id of the newest), the newest first."""
        with self._open() as database:
            return database.execute(
                "SELECT recipient, count(*), max(id) FROM mail GROUP BY recipient ORDER BY max(id) DESC"
            ).fetchall()


class Handler:
    """What the SMTP server does with a mail: keep it, and hand over what is addressed to the plugin."""

    def __init__(self, store: MailStore, ours: Callable[[str], bool], hand_over: Callable[[str, bytes], None]) -> None:
        self._store, self._ours, self._hand_over = store, ours, hand_over

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            if self._ours(recipient):
                try:
                    self._hand_over(recipient, raw)
                except OSError as error:
                    # requests' errors are OSErrors: the sender keeps the mail and tries again, nothing is lost.
                    return f"451 4.3.0 the plugin's mail door did not take it: {type(error).__name__}"
            self._store.keep(envelope.mail_from or "", recipient, raw)
        return "250 2.0.0 kept"


class Postbox:
    """The running mail server. `hand_over(recipient, raw)` takes mail for the plugin's own addresses.

    Raises OSError from the constructor when the port is taken.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ours: Callable[[str], bool],
        hand_over: Callable[[str, bytes], None],
        port: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        handler: type[Handler] = Handler,
    ) -> None:
        self.store = MailStore(folder / "postbox.sqlite3", now)
        self.handler = handler(self.store, ours, hand_over)
        self._controller = Controller(
            self.handler, hostname="127.0.0.1", port=port or free_port(), enable_SMTPUTF8=True, ready_timeout=10
        )
        self._controller.start()
        self.port: int = self._controller.port

    @property
    def smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._controller.stop()


def free_port() -> int:
    """A port on loopback that nobody listens on right now."""
    # aiosmtpd probes its own port after starting, so it needs the number beforehand.
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer_to(mail: Kept, text: str, *, sender: str = "", quote: bool = True, subject: str = "") -> EmailMessage:
    """Write an answer the way a mail program does: Re:, In-Reply-To, References, the original quoted below."""
    original = mail.message
    answer = EmailMessage(policy=policy.SMTP)
    answer["From"] = sender or str(original["To"])
    answer["To"] = str(original["Reply-To"] or original["From"])
    answer["Subject"] = subject or f"Re: {original['Subject']}"
    answer["In-Reply-To"] = mail.message_id
    answer["References"] = mail.message_id
    answer["Message-ID"] = (
        f"<{datetime.now(UTC).timestamp():.6f}.{mail.id}@{parseaddr(answer['From'])[1].split('@')[-1]}>"
    )
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines()) if quote else ""
    when = original["Date"] or ""
    head = f"\n\n{when} {original['From']}:\n" if quote else "\n"
    answer.set_content(text.rstrip() + head + quoted + "\n", charset="utf-8", cte="base64")
    return answer
