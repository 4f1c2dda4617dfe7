"""Polling a real mailbox: Dovecot on loopback, its configuration in a temporary folder."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from plugin.rows import Delivery, Sweep
from plugin.scouting.inbox import read_imap_url
from plugin.scouting.mailbox import poll
from plugin.settings import WrongSetting
from plugin.work.jobs import Claim, NotYet

needs_dovecot = pytest.mark.dovecot
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

CONFIG = """
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
  args = password=secret
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


@dataclass
class Dovecot:
    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"imap://scout@127.0.0.1:{self.port}/INBOX"

    def append(self, raw: bytes, at: datetime | None = None) -> None:
        client = self.login()
        client.append("INBOX", "", imaplib.Time2Internaldate(at or datetime.now(UTC)), raw)
        client.logout()

    def login(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login("scout", "secret")
        return client

    def renumber(self) -> None:
        """Throw the numbering away, as a restored mailbox does."""
        for file in (self.folder / "mail").glob("dovecot*"):
            file.unlink()


@pytest.fixture
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    # Short: a socket's path may have about a hundred characters.
    folder = Path(f"/tmp/dovecot-{os.getpid()}-{time.monotonic_ns() % 10**6}")
    for name in ("run", "state", "mail", "home"):
        (folder / name).mkdir(parents=True)
    root = os.geteuid() == 0
    user = "dovecot" if root else pwd.getpwuid(os.geteuid()).pw_name
    login = "dovenull" if root else user
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    if root:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user, group)
        folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "dovecot.conf"
    config.write_text(CONFIG.format(folder=folder, user=user, group=group, login=login, port=port))
    process = subprocess.Popen([program, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    server = Dovecot(port, folder)
    try:
        for _ in range(100):
            try:
                server.login().logout()
                break
            except (OSError, imaplib.IMAP4.error):
                if process.poll() is not None:
                    break
                time.sleep(0.05)
        else:
            log = folder / "log"
            pytest.fail(f"Dovecot did not answer: {log.read_text() if log.exists() else ''}")
        if process.poll() is not None:
            assert process.stderr is not None
            pytest.fail(f"Dovecot ended: {process.stderr.read().decode()}")
        yield server
    finally:
        process.terminate()
        process.wait(10)
        if process.stderr is not None:
            process.stderr.close()
        for _ in range(60):  # its children follow
            if not (folder / "run" / "master.pid").exists():
                break
            time.sleep(0.05)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def polling(world: Any, dovecot: Dovecot) -> Callable[[], None]:
    # The test's clock stands in November 2026; the mailbox knows only the real one.
    world.clock.move_to(datetime.now(UTC) + timedelta(seconds=1))
    world.work.settings = world.work.settings.model_copy(
        update={"imap_url": dovecot.url, "imap_password": SecretStr("secret")}
    )
    with world.work.writing() as session:
        connection = session.merge(world.connection)
        connection.created_at = datetime.now(UTC) - timedelta(days=1)
        session.add(connection)

    def run() -> None:
        poll(world.work, Claim(0, world.connection.employer_id, None, "poll_mailbox", {}, 1, 0))
        world.read_all()

    return run


@needs_dovecot
def test_each_mail_is_taken_in_once_with_the_server_s_receive_time(
    world: Any, dovecot: Dovecot, polling: Callable[[], None]
) -> None:
    scout = world.scout()
    received = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    dovecot.append(
        world.answer(None, "古いメールです", sender="old@example.com"), datetime.now(UTC) - timedelta(days=9)
    )
    dovecot.append(world.answer(scout), received)
    for _ in range(3):
        polling()
    [delivery], [entry], [promise] = world.rows(Delivery), world.entries(), world.promises()
    assert (delivery.received_at, promise.received_at) == (received, received)
    assert entry.scout_id == scout.key
    client = dovecot.login()
    client.select("INBOX", readonly=True)
    assert client.search(None, "UNSEEN")[1] == [b"1 2"]  # nobody sees that we looked
    client.logout()


@needs_dovecot
def test_a_renumbered_mailbox_is_read_again_and_nothing_is_doubled(
    world: Any, dovecot: Dovecot, polling: Callable[[], None]
) -> None:
    first, second = world.scout(1), world.scout(2)
    dovecot.append(world.answer(first))
    polling()
    dovecot.renumber()
    dovecot.append(world.answer(second))
    polling()
    assert {entry.scout_id for entry in world.entries()} == {first.key, second.key}
    assert len(world.rows(Delivery)) == 2
    with world.work.reading() as session:
        [mark] = session.exec(select(Sweep).where(col(Sweep.name).startswith("mailbox:"))).all()
    assert mark.mark.count(":") == 1


@needs_dovecot
def test_a_wrong_password_is_told_and_tried_again(world: Any, dovecot: Dovecot, polling: Callable[[], None]) -> None:
    polling()
    world.work.settings = world.work.settings.model_copy(update={"imap_password": SecretStr("wrong")})
    with pytest.raises(NotYet, match="mailbox INBOX"):
        polling()
    for attempts in (6, 500):
        with pytest.raises(NotYet) as wait:
            poll(world.work, Claim(0, world.connection.employer_id, None, "poll_mailbox", {}, attempts, 0))
        assert wait.value.until - world.clock.now() <= timedelta(seconds=120), "answers wait there"
    assert [task.kind for task in world.tasks()] == ["mailbox_unread"]
    with world.work.reading() as session:
        [mark] = session.exec(select(Sweep).where(col(Sweep.name).startswith("mailbox:"))).all()
    assert "mailbox" in mark.error


def test_no_mailbox_set_means_nothing_to_do(world: Any) -> None:
    poll(world.work, Claim(0, world.connection.employer_id, None, "poll_mailbox", {}, 1, 0))
    assert not world.rows(Sweep)


@pytest.mark.parametrize(
    "url",
    ["imaps://host", "imap://user@mail.example.com", "imaps://user:secret@host/INBOX", "imaps://user@host:99999999"],
)
def test_wrong_mailbox_urls_are_refused_with_what_to_do(world: Any, url: str) -> None:
    with pytest.raises(WrongSetting, match="KAKUYAKU_IMAP_"):
        read_imap_url(url)


def test_a_mailbox_url_is_read(world: Any) -> None:
    box = read_imap_url("imaps://scout%40example.com@mail.example.com/Replies/New")
    assert (box.secure, box.port, box.user, box.folder) == (True, 993, "scout@example.com", "Replies/New")
