"""A real IMAP server for as long as a block lasts: Dovecot from Debian's packages, its configuration in a folder of its own.

Loopback only, one account. Mail enters by APPEND, so that a test or the simulated year says itself when a mail was
received (INTERNALDATE).
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from plugin.demo.postbox import free_port

USER, PASSWORD = "scout", "secret"  # an account that lives for one run, on loopback
START_SECONDS = 15.0

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
default_login_user = {login}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class NoDovecot(Exception):
    """Dovecot is not installed or did not start. The message says what to do, or has its last words."""


@dataclass
class Dovecot:
    """A running server with one mailbox. `log` is its own log file."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        """As `KAKUYAKU_IMAP_URL` wants it; the password is `PASSWORD`."""
        return f"imap://{USER}@127.0.0.1:{self.port}/INBOX"

    def append(self, raw: bytes, at: datetime | None = None) -> None:
        """Put one mail into the mailbox as received `at` (now, if not said)."""
        client = self.login()
        try:
            self.append_with(client, raw, at or datetime.now(UTC))
        finally:
            client.logout()

    @staticmethod
    def append_with(client: imaplib.IMAP4, raw: bytes, at: datetime) -> None:
        """The same over a connection that is open already: for many mails. Raises `imaplib.IMAP4.error` when refused."""
        status, answer = client.append("INBOX", "", imaplib.Time2Internaldate(at), raw)
        if status != "OK":
            raise imaplib.IMAP4.error(f"APPEND refused: {answer!r}")

    def login(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(USER, PASSWORD)
        return client

    def renumber(self) -> None:
        """Throw the numbering away, as a restored mailbox does."""
        for file in (self.folder / "mail").glob("dovecot*"):
            file.unlink()

    @property
    def log(self) -> str:
        """The end of what the server logged."""
        path = self.folder / "log"
        return path.read_text(errors="replace")[-1000:] if path.exists() else ""


@contextmanager
def open_dovecot() -> Iterator[Dovecot]:
    """Start a server in a short temporary folder; it and its folder are gone afterwards. Raises `NoDovecot`."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not os.access(program, os.X_OK):
        raise NoDovecot("Dovecot is not installed: apt-get install dovecot-imapd")
    # Short, and not below the caller's folder: a socket's path may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="kyd-", dir="/tmp"))
    process: subprocess.Popen[bytes] | None = None
    try:
        port = free_port()
        config = _configure(folder, port)
        process = subprocess.Popen(  # noqa: S603 - the program found above
            [program, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        server = Dovecot(port, folder)
        _wait(server, process)
        yield server
    finally:
        if process is not None:
            _end(process, folder)
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, port: int) -> Path:
    for name in ("run", "state", "mail", "home"):
        (folder / name).mkdir()
    root = os.geteuid() == 0
    user = "dovecot" if root else pwd.getpwuid(os.geteuid()).pw_name
    login = "dovenull" if root else user
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    if root:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user, group)
        folder.chmod(0o755)
    config = folder / "dovecot.conf"
    config.write_text(_CONFIG.format(folder=folder, user=user, group=group, login=login, port=port, password=PASSWORD))
    return config


def _wait(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            server.login().logout()
            return
        except (OSError, imaplib.IMAP4.error):
            if process.poll() is not None:
                words = process.stderr.read().decode(errors="replace") if process.stderr else ""
                raise NoDovecot(f"Dovecot ended: {words.strip() or server.log}") from None
            time.sleep(0.05)
    raise NoDovecot(f"Dovecot did not answer within {START_SECONDS:.0f} s: {server.log}")


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stderr is not None:
        process.stderr.close()
    for _ in range(60):  # its children follow
        if not (folder / "run" / "master.pid").exists():
            return
        time.sleep(0.05)
