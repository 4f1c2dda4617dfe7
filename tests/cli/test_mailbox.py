"""`mailbox`: added, listed, checked, removed; a provider's key stored and its address shown."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.connections import secrets_of
from plugin.rows import Connection, Employer, Mailbox
from plugin.settings import load
from plugin.work.context import Work
from plugin.work.runtime import build_work

Run = Callable[..., Any]


@pytest.fixture
def here(installation: object) -> Iterator[Work]:
    work = build_work(load())
    yield work
    work.close()


@pytest.fixture
def connected(
    here: Work, new_employer: Callable[..., Employer], new_connection: Callable[..., Connection]
) -> Connection:
    return new_connection(here.database, here.vault, new_employer(here.database))


@pytest.fixture
def nobody_listens() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"imap://misaki@127.0.0.1:{probe.getsockname()[1]}/INBOX"


def written(secret: str) -> Path:
    """A secret in a file: it stands in no command line. The folder is the test's own."""
    path = Path("secret.txt")
    path.write_text(secret + "\n", "utf-8")
    return path


def rows(here: Work) -> list[Mailbox]:
    with here.reading() as session:
        return list(session.exec(select(Mailbox).order_by(col(Mailbox.id))))


def test_a_mailbox_is_added_changed_listed_and_removed(kakuyaku: Run, here: Work, connected: Connection) -> None:
    url = "imaps://misaki%40example.com@imap.example.com/INBOX"
    added = kakuyaku("mailbox", "add", url, "--kind", "recruiter", "--secret-file", written("geheim"), "--unchecked")
    assert (added.code, added.err) == (0, "") and "15 seconds" in added.out
    [row] = rows(here)
    assert (row.kind, row.connection_id) == ("recruiter", connected.key)
    assert b"geheim" not in row.sealed_secret and here.vault.open(row.sealed_secret) == b"geheim"
    assert kakuyaku("mailbox", "add", url, "--secret-file", written("neu"), "--unchecked").code == 0
    [row] = rows(here)
    assert (row.kind, here.vault.open(row.sealed_secret)) == ("shared", b"neu")
    listed = kakuyaku("mailbox", "list").out
    assert url in listed and "not read yet" in listed and "neu" not in listed
    assert kakuyaku("mailbox", "remove", row.key).code == 0
    assert rows(here) == [] and "no mailbox is read" in kakuyaku("mailbox", "list").out
    assert "`kakuyaku mailbox list`" in kakuyaku("mailbox", "remove", row.key).err


def test_a_mailbox_that_does_not_open_is_not_stored(
    kakuyaku: Run, here: Work, connected: Connection, nobody_listens: str
) -> None:
    refused = kakuyaku("mailbox", "add", nobody_listens, "--secret-file", written("x"))
    assert refused.code == 2 and "no connection to the mailbox" in refused.err and "--unchecked" in refused.err
    assert rows(here) == []
    kakuyaku("mailbox", "add", nobody_listens, "--secret-file", written("x"), "--unchecked")
    checked = kakuyaku("mailbox", "check")
    assert checked.code == 1 and "FAIL 1: no connection to the mailbox" in checked.out


@pytest.mark.parametrize(
    "url", ["imap://u@mail.example.com", "imaps://u:secret@mail.example.com", "https://example.com"]
)
def test_an_address_that_is_none_is_refused(kakuyaku: Run, here: Work, connected: Connection, url: str) -> None:
    refused = kakuyaku("mailbox", "add", url, "--secret-file", written("x"), "--unchecked")
    assert refused.code == 2 and "the mailbox's address" in refused.err and rows(here) == []


def test_a_provider_s_key_is_stored_and_its_address_shown(kakuyaku: Run, here: Work, connected: Connection) -> None:
    shown = kakuyaku("mailbox", "provider", "mailgun", "--key-file", written("first")).out
    assert f"/inbound/mailgun/{connected.url_key}/mime" in shown and "https" in shown
    for key in ("second", "third"):
        kakuyaku("mailbox", "provider", "mailgun", "--key-file", written(key))
    with here.reading() as session:
        assert secrets_of(session, here.vault, connected.key, "inbound_mailgun") == ["third", "second"]
    assert kakuyaku("mailbox", "provider", "ses", "--show").code == 2


def test_postmark_s_user_and_password_stand_in_its_address(kakuyaku: Run, here: Work, connected: Connection) -> None:
    first = kakuyaku("mailbox", "provider", "postmark").out
    with here.reading() as session:
        [secret] = secrets_of(session, here.vault, connected.key, "inbound_postmark")
    user, _, password = secret.partition(":")
    assert f"//{user}:{password}@" in first and len(password) >= 24
    assert kakuyaku("mailbox", "provider", "postmark", "--show").out == first
