"""The way in over IMAP: what is new in a folder, as raw bytes with the server's own receive time. The one door to IMAP.

Nothing is changed in the mailbox: no flag is set, nothing is moved or deleted. How far it was read is a mark of
UIDVALIDITY and the last UID (RFC 3501 §2.3.1.1), because people open mails too and \\Seen says nothing about us.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from plugin.settings import Settings, WrongSetting

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_INTERNALDATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_UID = re.compile(rb"\bUID (\d+)")


class MailboxDown(Exception):
    """The mailbox could not be read. One sentence with the server's words; trying again may help."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where to read: as `imap_url` says."""

    secure: bool
    host: str
    port: int
    user: str
    folder: str

    @property
    def name(self) -> str:
        """What the mark of this mailbox is kept under."""
        return f"mailbox:{self.user}@{self.host}/{self.folder}"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail: its UID, when the server received it (INTERNALDATE, aware UTC), and its bytes."""

    uid: int
    received_at: datetime
    raw: bytes


def read_imap_url(url: str) -> Mailbox:
    """Read `imaps://user@host:port/folder`; raise `WrongSetting` with one line saying what to do."""
    parts = urlsplit(url)
    try:
        port = parts.port or (993 if parts.scheme == "imaps" else 143)
    except ValueError:
        port = 0
    if parts.scheme not in ("imap", "imaps") or not port or not parts.hostname or not parts.username:
        raise WrongSetting("KAKUYAKU_IMAP_URL must look like imaps://user@host:port/folder")
    if parts.password is not None:
        raise WrongSetting("KAKUYAKU_IMAP_URL must not hold the password; set KAKUYAKU_IMAP_PASSWORD")
    if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
        raise WrongSetting("KAKUYAKU_IMAP_URL: imap:// reads in the clear and is for loopback only; use imaps://")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return Mailbox(parts.scheme == "imaps", parts.hostname, port, unquote(parts.username), folder)


class Inbox:
    """An open folder. `uid_validity` names its numbering: when it changes, no earlier UID means anything."""

    def __init__(self, box: BaseMailBox, folder: str) -> None:
        self._box = box
        box.folder.set(folder, readonly=True)
        self.uid_validity = int(box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"])

    def after(self, uid: int) -> list[int]:
        """The UIDs above `uid`, ascending."""
        # "n:*" always names the last message, even below n (RFC 3501 §6.4.8).
        return sorted(found for one in self._box.uids(f"UID {uid + 1}:*") if (found := int(one)) > uid)

    def since(self, day: date) -> list[int]:
        """The UIDs of what the server received on or after a day (its own zone), ascending."""
        months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
        return sorted(int(one) for one in self._box.uids(f"SINCE {day.day}-{months[day.month - 1]}-{day.year}"))

    def newest(self) -> int:
        """The highest UID, 0 in an empty folder."""
        return max((int(one) for one in self._box.uids("ALL")), default=0)

    def fetch(self, uids: list[int]) -> Iterator[Fetched]:
        """The mails of these UIDs, one at a time, unread ones left unread. One that has gone meanwhile is passed over."""
        for uid in uids:
            status, answer = self._box.client.uid("fetch", str(uid), "(UID INTERNALDATE BODY.PEEK[])")
            if status != "OK":
                raise MailboxDown(f"the mailbox did not hand over mail {uid}: {_words(answer)}")
            found = _one(uid, answer)
            if found is not None:
                yield found


@contextmanager
def open_inbox(settings: Settings, mailbox: Mailbox) -> Iterator[Inbox]:
    """Log in and open the folder; raise `MailboxDown` with the server's own words."""
    timeout = settings.smtp_timeout_seconds
    try:
        box: Any = (
            MailBox(mailbox.host, mailbox.port, timeout=timeout, ssl_context=ssl.create_default_context())
            if mailbox.secure
            else MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=timeout)
        )
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxDown(f"no connection to the mailbox at {mailbox.host}:{mailbox.port}: {error}") from error
    try:
        box.login(mailbox.user, settings.imap_password.get_secret_value(), initial_folder=None)
        yield Inbox(box, mailbox.folder)
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise MailboxDown(f"the mailbox {mailbox.folder} at {mailbox.host}: {_words(error)}") from error
    finally:
        try:
            box.logout()
        except (ImapToolsError, imaplib.IMAP4.error, OSError):
            box.client.shutdown()  # the connection is gone already; only our end is left to close


def _one(uid: int, answer: list[Any]) -> Fetched | None:
    for position, part in enumerate(answer):
        if not isinstance(part, tuple):
            continue
        # Servers may put UID and INTERNALDATE before or behind the text.
        tail = answer[position + 1] if position + 1 < len(answer) and isinstance(answer[position + 1], bytes) else b""
        about = part[0] + b" " + tail
        named = _UID.search(about)
        if named is not None and int(named.group(1)) == uid:
            return Fetched(uid, _when(about), bytes(part[1]))
    return None


def _when(about: bytes) -> datetime:
    found = _INTERNALDATE.search(about)
    if found is None:
        raise MailboxDown("the mailbox gave no receive time (INTERNALDATE)")
    return datetime.strptime(found.group(1).decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)


def _words(error: object) -> str:
    return " ".join(str(error).split())[:300]
