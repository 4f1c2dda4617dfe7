"""Polling a real mailbox: Dovecot on loopback, its configuration in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from plugin.demo.dovecot import Dovecot, open_dovecot
from plugin.rows import Delivery, Sweep
from plugin.scouting.inbox import read_imap_url
from plugin.scouting.mailbox import poll
from plugin.settings import WrongSetting
from plugin.work.jobs import Claim, NotYet

needs_dovecot = pytest.mark.dovecot
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with open_dovecot() as server:
        yield server


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
