"""The way in over IMAP: what is new in a folder, as raw bytes with the server's own receive time. The one door to IMAP.

Nothing is changed in the mailbox: no flag is set, nothing is moved or deleted. How far it was read is a mark of
UIDVALIDITY and the last UID (RFC 3501 §2.3.1.1), because people open mails too and \\Seen says nothing about us.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from plugin.scouting.xoauth2 import first_words
from plugin.settings import WrongSetting

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_INTERNALDATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_UID = re.compile(rb"\bUID (\d+)")


IDLE_STEP = 1.0
"""Seconds of one look while waiting: how soon a wait can be ended."""

_ABOUT = "FROM TO CC REPLY-TO DELIVERED-TO X-ORIGINAL-TO MESSAGE-ID IN-REPLY-TO REFERENCES"


class MailboxDown(Exception):
    """The mailbox could not be read. One sentence with the server's words; trying again may help."""


class SignInRefused(MailboxDown):
    """The server knows us not: a wrong password, or a token that has ended."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to read: as an IMAP URL says."""

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


def read_imap_url(url: str, what: str = "KAKUYAKU_IMAP_URL") -> Place:
    """Read `imaps://user@host:port/folder`; raise `WrongSetting` with one line saying what to do (`what` it is of)."""
    parts = urlsplit(url)
    try:
        port = parts.port or (993 if parts.scheme == "imaps" else 143)
    except ValueError:
        port = 0
    if parts.scheme not in ("imap", "imaps") or not port or not parts.hostname or not parts.username:
        raise WrongSetting(f"{what} must look like imaps://user@host:port/folder")
    if parts.password is not None:
        todo = "set KAKUYAKU_IMAP_PASSWORD" if what == "KAKUYAKU_IMAP_URL" else "it is asked for"
        raise WrongSetting(f"{what} must not hold the password; {todo}")
    if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
        raise WrongSetting(f"{what}: imap:// reads in the clear and is for loopback only; use imaps://")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return Place(parts.scheme == "imaps", parts.hostname, port, unquote(parts.username), folder)


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
            found = self._fetch(uid, "BODY.PEEK[]")
            if found is not None:
                yield found

    def about(self, uid: int) -> Fetched | None:
        """Whom a mail is from and to and what it answers, and nothing else of it; None when it has gone."""
        return self._fetch(uid, f"BODY.PEEK[HEADER.FIELDS ({_ABOUT})]")

    def wait(self, seconds: float, *, ended: Callable[[], bool], arrived: Callable[[], None]) -> None:
        """Wait until the server says that mails have come (RFC 2177) and call `arrived` each time, for some seconds.

        Returns early when `ended` says so. Raises `MailboxDown` when the server can't wait or has hung up.
        """
        until = time.monotonic() + seconds
        idle = self._box.idle
        idle.start()
        silent = 0
        while time.monotonic() < until and not ended():
            looked = time.monotonic()
            said = idle.poll(timeout=IDLE_STEP)
            if any(b"EXISTS" in line.upper() for line in said):
                arrived()
            # A connection that has gone is always ready to be read and never says anything.
            silent = silent + 1 if not said and time.monotonic() - looked < IDLE_STEP / 2 else 0
            if silent > 3:
                raise MailboxDown("the mailbox's server has hung up")
        idle.stop()

    def _fetch(self, uid: int, what: str) -> Fetched | None:
        status, answer = self._box.client.uid("fetch", str(uid), f"(UID INTERNALDATE {what})")
        if status != "OK":
            raise MailboxDown(f"the mailbox did not hand over mail {uid}: {_words(answer)}")
        return _one(uid, answer)


@contextmanager
def open_inbox(place: Place, *, timeout: float, password: str = "", token: str = "") -> Iterator[Inbox]:
    """Sign in with a password, or by XOAUTH2 with a token, and open the folder.

    Raises `SignInRefused` or `MailboxDown` with the server's own words.
    """
    box = _sign_in(place, timeout, password, token)
    try:
        yield Inbox(box, place.folder)
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise MailboxDown(f"the mailbox {place.folder} at {place.host}: {_words(error)}") from error
    finally:
        _leave(box)


def _sign_in(place: Place, timeout: float, password: str, token: str) -> Any:
    try:
        box: Any = (
            MailBox(place.host, place.port, timeout=timeout, ssl_context=ssl.create_default_context())
            if place.secure
            else MailBoxUnencrypted(place.host, place.port, timeout=timeout)
        )
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxDown(f"no connection to the mailbox at {place.host}:{place.port}: {error}") from error
    try:
        if token:
            said = first_words(place.user, token).encode("ascii")
            # A refusal comes as a challenge that wants an empty answer; the NO follows it.
            box.client.authenticate("XOAUTH2", lambda challenge: b"" if challenge else said)
        else:
            box.login(place.user, password, initial_folder=None)
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        _leave(box)
        kind = MailboxDown if isinstance(error, OSError | imaplib.IMAP4.abort) else SignInRefused
        raise kind(f"the mailbox {place.folder} at {place.host}: {_words(error)}") from error
    return box


def _leave(box: Any) -> None:
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
