"""Web and worker are killed at random points, under load, between an ATS and a mail server that misbehave.

What must hold afterwards (R4, R6, R7): every webhook that was acknowledged is worked off, every change in the ATS stands
there once, no letter left twice, every scout has arrived or says that nobody knows, and no job is lost. Real processes,
real clock; the dice are seeded, the machine's own timing is not.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import update
from sqlmodel import col, func, select

from plugin.bench.installation import Installation, open_installation
from plugin.bench.requisitions import requisition
from plugin.database import now_of
from plugin.demo.postbox import Handler, answer_to
from plugin.demo.postpages import YES_EN, YES_JA
from plugin.demo.relay import relay_to
from plugin.demo.sandbox_client import call
from plugin.demo.stage import MANAGER, RECRUITER, demo_policy, secret_of
from plugin.rows import AtsWrite, Batch, Commitment, Delivery, Entry, Job, Mail, Reply, Scout, Task
from plugin.scouting.batches import release
from plugin.work.deliveries import body_hash
from plugin.work.ticks import TICKED

REQUISITIONS = 10
LETTERS = 4
KILLS = 5
"""Of each process, at least."""
STAGES = (
    *(("job", "read_requisition"), ("ats", "job_notes"), ("job", "calibrate"), ("mail", ""), ("ats", "jobs")),
    *(("mail", "scout"), ("ats", "applications"), ("mail", "scout"), ("ats", "notes"), ("mail", "scout")),
)
"""What each worker in turn is killed at, so that the dice fall on the whole loop and not ten times on its beginning: a
job that is done, a write the ATS has applied, a letter the mail server has taken and not yet answered for."""
ANSWERS_AFTER = 0.15
"""Seconds the mail server takes to answer for a letter it has taken: the moment at which a death leaves an unknown."""
DELIVERIES = 50
"""What a web process takes before it is killed, at most."""
STILLBORN = 0.2
"""The share of processes that are killed before they have done anything."""
LONGEST = 8.0
"""Seconds after which a process that has begun is killed, however little it has done."""
SENDERS = 2
SETTLED = 150.0
"""Seconds the rest may take once nobody is killed any more."""

SETTINGS: dict[str, Any] = {
    "settle_seconds": 1.2,
    "lease_seconds": 2,
    "ats_timeout_seconds": 0.6,
    "smtp_timeout_seconds": 3,
    "sweep_seconds": 4,
    "sender_threads": SENDERS,
    "worker_threads": 6,
}

pytestmark = pytest.mark.kill


class SurlyServer(Handler):
    """A mail server that now and then says "later", or hangs up after the text, with the mail kept or without."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.dice = random.Random(4)
        self.taken: list[str] = []  # Message-IDs it took responsibility for, each time it did
        self.letters = 0
        self.silent: set[str] = set()  # those whose sender got no answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        message_id = next(
            line.split(b":", 1)[1].strip().decode()
            for line in raw.splitlines()
            if line.lower().startswith(b"message-id:")
        )
        is_scout = b"\nlist-unsubscribe:" in raw.lower()
        fate = self.dice.random()
        if fate < 0.08:
            return "451 4.3.0 busy, come again later"
        if is_scout and fate < 0.16:
            self.silent.add(message_id)
            if fate < 0.12:
                self.taken.append(message_id)
                await super().handle_DATA(server, session, envelope)
            server.transport.abort()
            return "421 4.4.2 hanging up"
        answer = await super().handle_DATA(server, session, envelope)
        if answer.startswith("250"):
            self.taken.append(message_id)
            self.letters += is_scout
            await asyncio.sleep(ANSWERS_AFTER)
        return answer


def surly(installation: Installation) -> SurlyServer:
    server = installation.postbox.handler
    assert isinstance(server, SurlyServer)
    return server


@dataclass
class People:
    """What recruiters, managers and candidates do meanwhile, and what they were told had arrived."""

    installation: Installation
    ats_ids: list[str] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)
    answered: dict[str, str] = field(default_factory=dict)  # requisition id → Message-ID of the scout that got a yes
    acknowledged: list[tuple[str, bytes]] = field(default_factory=list)  # (event id, body) of our own webhooks with 200
    offered: int = 0
    in_vain: int = 0
    rung_enough: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    troubles: list[BaseException] = field(default_factory=list)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._run, args=(work,)) for work in (self._hire, self._ring, self._say_yes)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.rung_enough.set()
            self.stopping.set()
            for thread in threads:
                thread.join()
        assert not self.troubles, self.troubles

    def _run(self, work: Any) -> None:
        try:
            work()
        except BaseException as error:  # told to the test's own thread
            self.troubles.append(error)

    def _ats(self, method: str, path: str, body: object | None = None) -> Any:
        return call(self.installation.sandbox.url, method, path, body)

    def _hire(self) -> None:
        """Create requisitions, decide each as its manager once the request stands there, release each batch."""
        following = time.monotonic()
        while not self.stopping.wait(0.1):
            if len(self.ats_ids) < REQUISITIONS and time.monotonic() >= following:
                self._create()
                following = time.monotonic() + 0.7
            for ats_id in self.ats_ids:
                if ats_id not in self.decided and self._ats("GET", f"/sandbox/requisitions/{ats_id}")["fields"].get(
                    "kakuyaku_calibration"
                ):
                    choice = {"by": int(MANAGER), "choice": "approve", "line": "45", "days": "5", "meeting": "面接"}
                    self._ats("POST", f"/sandbox/requisitions/{ats_id}/decision", choice)
                    self.decided.add(ats_id)
            with self.installation.work.reading() as session:
                waiting = session.exec(select(Batch.id).where(col(Batch.state) == "drafted")).all()
            for batch_id in waiting:
                with self.installation.work.writing() as session:
                    release(session, session.get_one(Batch, batch_id), "recruiter")

    def _create(self) -> None:
        title, description = requisition(len(self.ats_ids))
        body = {
            "name": title,
            "post": description,
            "status": "open",
            "manager_id": int(MANAGER),
            "recruiter_id": int(RECRUITER),
        }
        self.ats_ids.append(str(self._ats("POST", "/sandbox/requisitions", body)["id"]))

    def _ring(self) -> None:
        """Ring as the vendor does, with bodies of our own, and remember each that was acknowledged."""
        dice = random.Random(threading.get_ident())
        while not self.rung_enough.wait(0.15):
            known = (
                dice.choice(self.ats_ids)
                if self.ats_ids and dice.random() < 0.15
                else str(dice.randrange(10**6, 10**7))
            )
            self.offered += 1
            event = f"burst-{threading.get_ident()}-{self.offered}"
            action, about = dice.choice((("job_updated", "job"), ("update_candidate", "candidate")))
            if about == "candidate":
                known = str(dice.randrange(10**6, 10**7))
            body = json.dumps({"action": action, "payload": {about: {"id": int(known)}, "nonce": event}}).encode()
            there = HTTPConnection("127.0.0.1", self.installation.port, timeout=10)
            try:
                there.request("POST", self.installation.hook, body, self._signed(event, body))
                status = there.getresponse().status
            except (OSError, HTTPException):
                self.in_vain += 1
                continue
            finally:
                there.close()
            if status == 200:
                self.acknowledged.append((event, body))
            else:
                self.in_vain += 1

    def _signed(self, event: str, body: bytes) -> dict[str, str]:
        digest = hmac.new(self.installation.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
        return {"Signature": f"sha256 {digest}", "Greenhouse-Event-ID": event, "Content-Type": "application/json"}

    def _say_yes(self) -> None:
        """Say yes to the first scout of each requisition, again and again until the mail was taken."""
        work, connection = self.installation.work, self.installation.connection
        secret = secret_of(work.database, work.vault, connection, "mail_door")
        hand_over = relay_to(f"{self.installation.url}/mail/{connection.url_key}", secret)
        while not self.stopping.wait(0.2):
            with work.reading() as session:
                requisitions = dict(session.exec(select(Scout.reply_token, Scout.requisition_id)).all())
            for mail in self.installation.postbox.store.all():
                about = requisitions.get(mail.message_id.strip("<>").split("@")[0])  # a scout's Message-ID is its token
                if about is None or str(about) in self.answered:
                    continue
                text = YES_JA if "様" in mail.text else YES_EN
                answer = answer_to(mail, text)
                try:
                    hand_over(str(mail.message["Reply-To"]), answer.as_bytes())
                except (OSError, HTTPException):
                    continue  # a mail server keeps it and tries again
                self.answered[str(about)] = mail.message_id


class Life:
    """How long a process may live: until it has done so much of something, or for some seconds from its first deed."""

    def __init__(self, name: str, number: int, dice: random.Random, installation: Installation) -> None:
        self._installation = installation
        self._stage = STAGES[number % len(STAGES)] if name == "worker" else ("door", "")
        self._deeds = ("job", "") if name == "worker" else ("door", "")
        self._before = self._count(*self._deeds)
        much = dice.randint(1, 4 if name == "worker" else DELIVERIES)
        self._enough = self._count(*self._stage) + much
        self._a_little_later = dice.choice((0.0, dice.uniform(0.0, 0.3)))
        self._until = time.monotonic() + (dice.uniform(0.2, 2.0) if dice.random() < STILLBORN else 20.0)
        self._begun = False

    def over(self) -> bool:
        now = time.monotonic()
        if not self._begun and self._count(*self._deeds) > self._before:
            self._begun, self._until = True, now + LONGEST
        if self._count(*self._stage) >= self._enough:
            self._until = min(self._until, now + self._a_little_later)
            self._enough = sys.maxsize
        return now >= self._until

    def _count(self, where: str, kind: str) -> int:
        if where == "mail":
            server = surly(self._installation)
            return server.letters if kind == "scout" else len(server.taken)
        if where == "ats":
            return len(self._installation.sandbox.store.rows("writes", kind=kind))
        counted = select(func.count()).select_from(Delivery)
        if where == "job":
            counted = select(func.count()).select_from(Job).where(col(Job.state) == "done")
            counted = counted.where(col(Job.kind) == kind) if kind else counted
        with self._installation.work.reading() as session:
            return int(session.exec(counted).one())


@pytest.fixture
def installation(new_database_url: Callable[[], str], tmp_path: Path) -> Iterator[Installation]:
    policy = demo_policy(
        grace_seconds=0, recall_seconds=0, max_people=LETTERS, per_minute=3000, fatigue_days=0, masked=True
    )
    with open_installation(
        tmp_path,
        database_url=new_database_url(),
        policy=policy,
        people=400,
        settings=SETTINGS,
        mail_handler=SurlyServer,
    ) as made:
        made.start("web")
        made.wait_for_web()
        made.point_webhooks()
        made.start("worker")
        while owed(made):  # the people are being read in: once, not again after every kill
            time.sleep(0.1)
        yield made


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(installation: Installation) -> None:
    dice = random.Random(20261120)
    people = People(installation)
    misbehave(installation)
    kills: Counter[str] = Counter()
    lives = {name: Life(name, 0, dice, installation) for name in ("web", "worker")}
    with people.at_work():
        while min(kills[name] for name in lives) < KILLS:
            for name, life in list(lives.items()):
                if life.over():
                    installation.kill(name)
                    kills[name] += 1
                    installation.start(name)
                    lives[name] = Life(name, kills[name], dice, installation)
            time.sleep(0.015)
        people.rung_enough.set()
        work_off(installation, people)
    ended = {name: installation.end(name) for name in ("web", "worker")}
    report(installation, people, kills)

    assert ended == {"web": 0, "worker": 0}
    assert people.ats_ids and len(people.decided) == len(people.ats_ids) == REQUISITIONS
    assert people.answered, "some scouts were answered"
    check_webhooks(installation, people)
    check_jobs(installation)
    check_ats(installation, people)
    check_mails(installation, kills["worker"])


def misbehave(installation: Installation) -> None:
    """Everything this ATS can do wrong; what arrives late arrives within the settle time."""
    for kind, probability, more in (
        ("too_many_requests", 0.01, {"delay": 1.0}),
        ("server_error", 0.02, {}),
        ("drop_answer", 0.12, {"on": "writes"}),
        ("error_after_write", 0.1, {"on": "writes"}),
        ("late_write", 0.04, {"on": "writes", "delay": 0.6}),
        ("async_candidate", 0.1, {"delay": 0.4}),
        ("webhook_duplicate", 0.2, {}),
        ("webhook_reorder", 0.2, {"delay": 0.8}),
        ("webhook_drop", 0.05, {}),
    ):
        installation.sandbox.misbehave(kind, probability=probability, seed=7, **more)


def work_off(installation: Installation, people: People) -> None:
    """Let the processes work until nobody does anything any more; waits after failures are cut short meanwhile."""
    until = time.monotonic() + SETTLED
    quiet = 0
    while quiet < 8:
        assert time.monotonic() < until, f"still owed: {owed(installation)}"
        for name, process in installation.running.items():
            assert process.poll() is None, f"{name} ended by itself: {installation.last_words(name)}"
        hurry(installation)
        done = len(people.decided) == REQUISITIONS and not owed(installation) and silent(installation)
        quiet = quiet + 1 if done else 0
        if quiet == 2:
            people.stopping.set()
        print(
            f"{time.monotonic():.1f}",
            len(people.decided),
            Counter(k for k, _ in owed(installation)),
            silent(installation),
        )
        time.sleep(0.3)


def hurry(installation: Installation) -> None:
    """Have what waits after a failure tried now, as an operator would. What settles (R7) waits in its own row."""
    with installation.work.writing() as session:
        session.execute(
            update(Job)
            .where(col(Job.state) == "owed", col(Job.error) != "", col(Job.lease_until).is_(None))
            .values(due=now_of(session))
        )


def owed(installation: Installation) -> list[tuple[str, str]]:
    with installation.work.reading() as session:
        found = session.exec(select(Job.kind, Job.error).where(col(Job.state) == "owed", col(Job.kind).not_in(TICKED)))
        return [(kind, error) for kind, error in found]


def silent(installation: Installation) -> bool:
    """Whether no webhook waits at the ATS and no letter waits here."""
    with installation.work.reading() as session:
        waiting = session.exec(select(Scout.id).where(col(Scout.state).in_(("drafted", "queued", "sending")))).all()
    return not waiting and not installation.sandbox.store.rows("deliveries", state="waiting")


def check_webhooks(installation: Installation, people: People) -> None:
    """Every acknowledged webhook is a delivery, and its reading is done."""
    vault, employer_id = installation.work.vault, installation.connection.employer_id
    acknowledged = [
        (row["event_id"], str(row["body"]).encode("ascii"))
        for row in installation.sandbox.store.rows("deliveries", state="delivered")
    ] + people.acknowledged
    assert len(people.acknowledged) > 20
    with installation.work.reading() as session:
        deliveries = session.exec(select(Delivery)).all()
        done = {job.dedupe for job in session.exec(select(Job).where(col(Job.state) == "done"))}
    keys, hashes = {one.event_key for one in deliveries}, {one.body_hash for one in deliveries}
    for event, body in acknowledged:
        assert event in keys or body_hash(vault, employer_id, body) in hashes, f"lost: {body[:200]!r}"
    for one in deliveries:
        assert f"read_{'delivery' if one.door == 'webhook' else 'mail'}:{one.id}" in done


def check_jobs(installation: Installation) -> None:
    """Nothing is owed any more; what a person must look at says why."""
    assert owed(installation) == []
    with installation.work.reading() as session:
        parked = session.exec(select(Job.kind, Job.error).where(col(Job.state) == "parked")).all()
        unsettled = session.exec(select(AtsWrite.name).where(col(AtsWrite.state).in_(("owed", "attempting")))).all()
    assert parked == []
    assert unsettled == []


def check_ats(installation: Installation, people: People) -> None:
    """Each requisition has one note; each yes is one application of one candidate with one note and one file."""
    store = installation.sandbox.store
    there = {
        ats_id: call(installation.sandbox.url, "GET", f"/sandbox/requisitions/{ats_id}") for ats_id in people.ats_ids
    }
    assert {ats_id: len(one["job_notes"]) for ats_id, one in there.items()} == dict.fromkeys(people.ats_ids, 1)
    with installation.work.reading() as session:
        entries = session.exec(select(Entry)).all()
        replies = session.exec(select(Reply)).all()
    assert {str(entry.requisition_id) for entry in entries} == set(people.answered), "each yes has its one place"
    assert len(entries) == len(people.answered) == len(replies)
    entered = [entry for entry in entries if entry.state == "entered"]
    # A person's second yes, while the first one's candidate was being made, may be a recruiter's question (R4).
    assert all(entry.state in ("entered", "deciding") for entry in entries)
    addresses = Counter(address for row in store.rows("candidates") for address in addresses_of(row))
    assert set(addresses.values()) <= {1}, "one candidate an address"
    applications = Counter((row["candidate_id"], row["job_id"]) for row in store.rows("applications"))
    assert set(applications.values()) <= {1}
    assert len(applications) == len(entered)
    assert len(store.rows("candidates")) == len({entry.ats_candidate_id for entry in entered})
    notes = store.rows("notes")
    assert len({note["body"] for note in notes}) == len(notes) == len(entered)
    assert len(store.rows("attachments")) == len(entered)
    tags = Counter((row["candidate_id"], row["candidate_tag_id"]) for row in store.rows("applied_candidate_tags"))
    assert set(tags.values()) <= {1}
    counts = installation.sandbox.writes()
    assert counts["job_notes"] == REQUISITIONS
    assert counts.get("candidates", 0) == len(store.rows("candidates"))
    assert counts.get("notes", 0) == len(entered)


def addresses_of(row: Any) -> list[str]:
    return [str(one["value"]).lower() for one in row["email_addresses"]]


def check_mails(installation: Installation, kills: int) -> None:
    """No letter left twice; each scout's row agrees with the mail server, or says that nobody knows."""
    server = surly(installation)
    taken = Counter(server.taken)
    assert [id for id, times in taken.items() if times > 1] == []
    with installation.work.reading() as session:
        mails = session.exec(select(Mail)).all()
        scouts = session.exec(select(Scout)).all()
        asked = {task.subject_id for task in session.exec(select(Task).where(col(Task.kind) == "unknown_mail"))}
        states = Counter(session.exec(select(Commitment.state)).all())
    # A grace period starts when the receipt was accepted: one whose receipt nobody knows of waits for a person (R2).
    lost = sum(mail.kind == "receipt" and mail.state == "unknown" for mail in mails)
    assert states["in_force"] == REQUISITIONS - lost
    for mail in mails:
        if mail.state == "sent":
            assert mail.message_id in taken
        elif mail.state == "unknown":
            assert mail.key in asked, "a mail nobody knows of is before a person"
        else:
            assert mail.state in ("held", "refused") and mail.message_id not in taken, (mail.kind, mail.state)
    by_key = {mail.key: mail for mail in mails}
    assert {scout.state for scout in scouts} <= {"sent", "unknown", "stopped", "excluded", "refused"}
    for scout in scouts:
        if scout.state in ("sent", "unknown"):
            assert scout.mail_id is not None and by_key[scout.mail_id].state == scout.state
        else:
            assert scout.reason
    unknown = {mail.message_id for mail in mails if mail.state == "unknown"}
    assert len(unknown - server.silent) <= kills * SENDERS


def report(installation: Installation, people: People, kills: Counter[str]) -> None:
    """What happened, for whoever reads a failure (or `pytest -s`)."""
    server = surly(installation)
    with installation.work.reading() as session:
        scouts = Counter(session.exec(select(Scout.state, Scout.reason)).all())
        mails = Counter(session.exec(select(Mail.state)).all())
        entries = Counter(session.exec(select(Entry.state)).all())
        unknown = set(session.exec(select(Mail.message_id).where(col(Mail.state) == "unknown")).all())
        deliveries = len(session.exec(select(Delivery.id)).all())
    print(
        f"kills {dict(kills)}; webhooks acknowledged {len(people.acknowledged)} of {people.offered}, deliveries {deliveries};"
        f" scouts {dict(scouts)}; mails {dict(mails)}, unknown to kills {len(unknown - server.silent)}, hung up on {len(server.silent)};"
        f" yes {len(people.answered)}, entries {dict(entries)}; ATS writes {installation.sandbox.writes()};"
        f" misbehaved {[(o['kind'], o['happened']) for o in installation.sandbox.misbehaviour.report()]}"
    )
