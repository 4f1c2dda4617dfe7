"""Several mailboxes: a connection's own, a colleague's own, waited in by IDLE. Dovecot on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.demo.dovecot import Dovecot, open_dovecot
from plugin.rows import Delivery, Job, Mailbox, Sweep
from plugin.scouting.idling import Idlers
from plugin.scouting.mailbox import owe_poll_now, poll
from plugin.scouting.mailboxes import answers_a_letter, source_of, sources
from plugin.scouting.mime import parse
from plugin.scouting.post import message_id_of, new_token
from plugin.work import ticks
from plugin.work.jobs import Claim, NotYet

needs_dovecot = pytest.mark.dovecot
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with open_dovecot() as running:
        yield running


@pytest.fixture
def dovecot(server: Dovecot) -> Dovecot:
    """The running server, its mailbox emptied."""
    client = server.login()
    _status, [count] = client.select("INBOX")
    if count != b"0":
        client.store("1:*", "+FLAGS", "\\Deleted")
        client.expunge()
    client.logout()
    return server


def add(world: Any, url: str, *, kind: str = "shared", secret: str = "secret") -> int:
    with world.work.writing() as session:
        row = Mailbox(
            employer_id=world.connection.employer_id,
            connection_id=world.connection.key,
            kind=kind,
            url=url,
            sealed_secret=world.work.vault.seal(secret.encode()),
            created_at=datetime.now(UTC) - timedelta(days=1),
        )
        session.add(row)
        session.flush()
        return row.key


def look(world: Any, mailbox: int, attempts: int = 1) -> None:
    claim = Claim(
        0, world.connection.employer_id, world.connection.key, "poll_mailbox", {"mailbox": mailbox}, attempts, 0
    )
    poll(world.work, claim)
    world.read_all()


@pytest.fixture
def here(world: Any) -> Any:
    # The test's clock stands in November 2026; the mailbox knows only the real one.
    world.clock.move_to(datetime.now(UTC) + timedelta(seconds=1))
    return world


@needs_dovecot
def test_a_connection_s_own_mailbox_is_read_once_each(here: Any, dovecot: Dovecot) -> None:
    scout, mailbox = here.scout(), add(here, dovecot.url)
    dovecot.append(here.answer(scout))
    for _ in range(3):
        look(here, mailbox)
    assert [entry.scout_id for entry in here.entries()] == [scout.key]
    with here.work.reading() as session:
        [mark] = session.exec(select(Sweep).where(col(Sweep.name) == f"mailbox:{mailbox}")).all()
    assert mark.mark and not mark.error


@needs_dovecot
def test_of_a_colleague_s_own_mailbox_only_answers_to_letters_are_taken(here: Any, dovecot: Dovecot) -> None:
    scout, mailbox = here.scout(), add(here, dovecot.url, kind="recruiter")
    me = here.recruiter.email
    private = here.answer(None, "今夜の飲み会は19時からです。", sender="friend@example.org", to=me)
    own_copy = here.answer(scout, "ご返信ありがとうございます。", sender=me, to="person1@example.com")
    answer = here.answer(scout, to=me)  # to the colleague's own address: its References lead back
    for raw in (private, own_copy, answer):
        dovecot.append(raw)
    look(here, mailbox)
    assert len(here.rows(Delivery)) == 1, "nothing else was stored"
    assert [entry.scout_id for entry in here.entries()] == [scout.key]
    look(here, mailbox)
    assert len(here.rows(Delivery)) == 1
    client = dovecot.login()
    client.select("INBOX", readonly=True)
    assert client.search(None, "UNSEEN")[1] == [b"1 2 3"]
    client.logout()


@needs_dovecot
def test_the_same_answer_in_two_mailboxes_is_one_yes(here: Any, dovecot: Dovecot) -> None:
    scout = here.scout()
    raw = here.answer(scout, to=f"{here.address(scout)}, {here.recruiter.email}", id="<once@mail.example.com>")
    shared, personal = add(here, dovecot.url), add(here, dovecot.url + "/", kind="recruiter")
    dovecot.append(b"Received: by mx1.example.com\r\n" + raw)
    look(here, shared)
    look(here, personal)
    assert len(here.entries()) == len(here.promises()) == 1


@needs_dovecot
def test_a_mailbox_that_cannot_be_read_is_told_to_its_own_connection(here: Any, dovecot: Dovecot) -> None:
    mailbox = add(here, dovecot.url, secret="wrong")
    with pytest.raises(NotYet, match="mailbox INBOX"):
        look(here, mailbox, attempts=6)
    assert [task.kind for task in here.tasks()] == ["mailbox_unread"]
    with here.work.reading() as session:
        [mark] = session.exec(select(Sweep).where(col(Sweep.name) == f"mailbox:{mailbox}")).all()
    assert "INBOX" in mark.error


@needs_dovecot
def test_a_mail_that_comes_makes_its_poll_due_at_once(here: Any, dovecot: Dovecot) -> None:
    mailbox = add(here, dovecot.url)
    idlers = Idlers(here.work)
    idlers.start()
    try:
        assert until(lambda: polls(here)), "waiting begins with a look"
        finish(here)
        dovecot.append(here.answer(here.scout()))
        assert until(lambda: [job for job in polls(here) if job.payload["mailbox"] == mailbox])
    finally:
        assert idlers.stop(), "every wait ends when it is told to"
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("mailbox")]


@needs_dovecot
def test_a_mailbox_that_is_taken_away_is_no_longer_waited_in(here: Any, dovecot: Dovecot) -> None:
    mailbox = add(here, dovecot.url)
    idlers = Idlers(here.work)
    with here.work.reading() as session:
        wanted = {source.id: source for source in sources(session, here.work.vault, here.work.settings)}
    try:
        idlers._follow(wanted)
        assert list(idlers._waits) == [mailbox]
        thread = idlers._waits[mailbox].thread
        idlers._follow({})
        assert thread is not None
        thread.join(15)
        assert not thread.is_alive() and not idlers._waits
    finally:
        idlers.stop()


def test_every_mailbox_has_one_poll_at_a_time(world: Any) -> None:
    first = add(world, "imaps://a@mail.example.com/INBOX")
    second = add(world, "imaps://b@mail.example.com/INBOX")
    world.work.settings = world.work.settings.model_copy(update={"imap_url": "imaps://c@mail.example.com/INBOX"})
    for _ in range(5):
        ticks.owe_mailbox(world.work)
        world.clock.move(timedelta(minutes=1))
    assert sorted(job.payload.get("mailbox", 0) for job in polls(world)) == [0, first, second]


def test_news_of_a_mailbox_brings_its_waiting_poll_forward(world: Any) -> None:
    mailbox = add(world, "imaps://a@mail.example.com/INBOX")
    ticks.owe_mailbox(world.work)
    with world.work.writing() as session:
        [job] = session.exec(select(Job).where(col(Job.kind) == "poll_mailbox")).all()
        job.due = world.clock.now() + timedelta(minutes=2)  # it could not be read a while ago
        session.add(job)
    with world.work.writing() as session:
        source = source_of(session, world.work.vault, world.work.settings, mailbox)
        owe_poll_now(session, source)
    [job] = polls(world)
    assert job.due <= world.clock.now()


def test_a_mailbox_that_is_off_is_left_alone(world: Any) -> None:
    mailbox = add(world, "imaps://a@mail.example.com/INBOX")
    with world.work.writing() as session:
        row = session.get_one(Mailbox, mailbox)
        row.enabled = False
        session.add(row)
    look(world, mailbox)
    ticks.owe_mailbox(world.work)
    assert not polls(world) and not world.rows(Sweep)


@pytest.mark.parametrize(
    ("case", "taken"),
    [
        ("token", True),
        ("references", True),
        ("nothing", False),
        ("colleague", False),
        ("myself", False),
        ("staff", False),
    ],
)
def test_what_counts_as_an_answer_in_a_colleague_s_mailbox(world: Any, case: str, taken: bool) -> None:
    scout, me = world.scout(), world.recruiter.email
    if case == "token":
        raw = world.answer(scout, refers=False)
    elif case == "references":
        raw = world.answer(scout, to=me, sender="private@example.net")
    elif case == "nothing":
        raw = world.answer(None, to=me, sender="person1@example.com")
    elif case == "colleague":
        raw = world.answer(scout, to=me, sender=world.manager.email.upper())
    elif case == "myself":
        raw = world.answer(scout, to="person1@example.com", sender=me)
    else:
        with world.work.writing() as session:
            token = new_token()
            letter = world.mail(session, "nudge", world.manager.email, token)
            letter.staff_id = world.manager.key
            session.add(letter)
        raw = world.answer(
            None, to=me, sender="someone@example.org", headers={"In-Reply-To": message_id_of(token, world.policy)}
        )
    with world.work.reading() as session:
        assert answers_a_letter(session, world.connection, parse(raw), me) is taken


def polls(world: Any) -> list[Job]:
    return list(world.rows(Job, Job.kind == "poll_mailbox", Job.state == "owed"))


def finish(world: Any) -> None:
    with world.work.writing() as session:
        for job in session.exec(select(Job).where(col(Job.kind) == "poll_mailbox")):
            job.state = "done"
            session.add(job)


def until(found: Any, seconds: float = 15.0) -> bool:
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if found():
            return True
        pause.wait(0.05)
    return False
