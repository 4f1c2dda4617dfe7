"""Everything the simulated year runs on: sandbox ATS, SMTP, IMAP, the plugin's web side, its database, its worker.

`advance_to` is how time passes: never past work that is due, and only while the worker is idle or dead, so that no
lease runs out under somebody who works.
"""

from __future__ import annotations

import imaplib
import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, func, select
from waitress.server import create_server

from connectors.sandbox import Sandbox
from connectors.sandbox import serve as serve_sandbox
from plugin import migrate
from plugin.connections import connector_of
from plugin.demo.dovecot import PASSWORD, Dovecot, open_dovecot
from plugin.demo.postbox import Kept, Postbox, free_port
from plugin.demo.sandbox_client import call, point_webhooks
from plugin.demo.stage import fill_universe, secret_of, set_stage
from plugin.doors.app import create_app
from plugin.policy import Policy
from plugin.rows import Connection, Job
from plugin.settings import alone
from plugin.work.context import Work
from plugin.work.runtime import build_work
from plugin.year.hands import Hands, Stuck
from plugin.year.mail_server import Moment, YearHandler
from plugin.year.shared_clock import SharedClock

POLL_APART = timedelta(seconds=16)
"""A mailbox is looked into once in a slot of fifteen seconds; the next look is in another slot."""
MISBEHAVIOUR: tuple[tuple[str, float, dict[str, str]], ...] = (
    ("too_many_requests", 0.002, {}),
    ("server_error", 0.004, {}),
    ("drop_answer", 0.02, {"on": "writes"}),
    ("error_after_write", 0.01, {"on": "writes"}),
    ("webhook_drop", 0.02, {}),
    ("webhook_duplicate", 0.05, {}),
)
"""What the ATS does wrong all year. Not what comes late: it is late in real time, and the simulated one doesn't wait."""
ROUNDS = 400
"""Stretches of work at one moment before the year is called stuck: work that owes itself anew for ever."""


@dataclass
class Killer:
    """When and how the worker dies: from each planned moment on, over the next thing of its kind that it does."""

    dice: random.Random
    planned: list[datetime]  # the earliest first
    by: Counter[str] = field(default_factory=Counter)
    way: str = ""  # of the death that waits to happen

    def next_way(self, now: datetime) -> str:
        """How the worker is to die next; "" while no death is due."""
        if not self.way and self.planned and self.planned[0] <= now:
            self.planned.pop(0)
            self.way = self.dice.choice(("over a mail", "over a mail", "over a write", "at some moment"))
        return self.way


@dataclass
class Town:
    """The running year. Everything here is the outside, but `work`, which looks into the product's database."""

    clock: SharedClock
    sandbox: Sandbox
    postbox: Postbox
    dovecot: Dovecot
    work: Work
    connection: Connection
    hands: Hands
    url: str
    killer: Killer
    jobs: int = 0
    stretches: int = 0
    _imap: imaplib.IMAP4 | None = None
    _writes_left: int = 0

    @property
    def mail_server(self) -> YearHandler:
        handler = self.postbox.handler
        assert isinstance(handler, YearHandler)
        return handler

    def ats(self, method: str, path: str, body: object | None = None) -> Any:
        """Do something in the ATS as its people do."""
        return call(self.sandbox.url, method, path, body)

    # Work and time.

    def settle(self, *duties: str) -> None:
        """Have everything done that is due now; whoever dies over it is followed by another."""
        if duties:
            self._run(*duties)
        for _ in range(ROUNDS):
            quiet = self.sandbox.bell.wait_until_quiet(30.0)
            if quiet and not self._due_now():
                return
            self._run()
        raise Stuck(f"work that is due now never ends: {self._owed()}")

    def advance_to(self, moment: datetime) -> None:
        """Let time pass until `moment`, stopping wherever work becomes due."""
        self.settle()
        while (due := self._next_due()) is not None and due <= moment:
            self.clock.move_to(due + timedelta(milliseconds=5))
            self.settle()
        self.clock.move_to(moment)

    def receive(self, raw: bytes) -> datetime:
        """A mail arrives in the mailbox now; return when, as the server notes it (whole seconds)."""
        now = self.clock.now().replace(microsecond=0)
        for attempt in (1, 2):
            try:
                if self._imap is None:
                    self._imap = self.dovecot.login()
                self.dovecot.append_with(self._imap, raw, now)
                return now
            except (OSError, imaplib.IMAP4.abort):
                self.close()  # a connection that stood idle for long was closed; a new one is as good
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Leave the mailbox; the servers are closed by whoever opened them."""
        if self._imap is not None:
            with suppress(OSError, imaplib.IMAP4.error):  # it may have hung up first
                self._imap.logout()
            self._imap = None

    def look_into_mailbox(self) -> None:
        """Let the mailbox be polled, a slot after the last look."""
        self.clock.move_to(self.clock.now() + POLL_APART)
        self.settle("mail")

    def _run(self, *duties: str) -> int:
        way = self.killer.next_way(self.clock.now())
        timer: threading.Timer | None = None
        if way == "over a mail":
            moment: Moment = "before" if self.killer.dice.random() < 0.5 else "after"
            self.mail_server.kill_at(self.killer.dice.randint(1, 2), moment, self._kill)
        elif way == "over a write":
            self._writes_left = self.killer.dice.randint(1, 2)
        elif way and (duties or self._due_now()):
            timer = threading.Timer(self.killer.dice.uniform(0.0, 0.05), self._kill)
            timer.start()
        self.stretches += 1
        try:
            ran = self.hands.run(*duties)
        finally:
            if timer is not None:
                timer.cancel()
                timer.join()
            self.mail_server.kill_at(0, "after", None)
            self._writes_left = 0
        if ran is None:
            self._run(*duties)  # a timer rings again
            return 1
        self.jobs += ran
        return ran

    def _kill(self) -> None:
        way, self.killer.way = self.killer.way, ""
        if way:
            self.killer.by[way] += 1
            self.hands.kill()

    def over_a_write(self) -> None:
        """The ATS has applied a write and is about to answer."""
        if self._writes_left:
            self._writes_left -= 1
            if not self._writes_left:
                self._kill()

    def _due_now(self) -> bool:
        due = self._next_due()
        return due is not None and due <= self.clock.now()

    def _next_due(self) -> datetime | None:
        with self.work.reading() as session:
            # A dead worker's job is its successor's at once (`free_the_dead`) on SQLite, and when its lease ends elsewhere.
            return session.exec(
                select(func.min(func.coalesce(col(Job.lease_until), col(Job.due)))).where(col(Job.state) == "owed")
            ).one()

    def _owed(self) -> str:
        with self.work.reading() as session:
            rows = session.exec(select(Job.kind, Job.error).where(col(Job.state) == "owed").limit(5)).all()
        return "; ".join(f"{kind}: {error}" for kind, error in rows)

    def environment(self) -> dict[str, str]:
        """The environment in which `kakuyaku` commands work on this installation, and on no other."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KAKUYAKU_")}
        return environment | {f"KAKUYAKU_{name.upper()}": str(value) for name, value in self.hands.values.items()}

    # What arrived at people's mailboxes.

    def mails(self, after: int) -> list[Kept]:
        return self.postbox.store.all(after=after)


@contextmanager
def open_town(
    folder: Path,
    *,
    start: datetime,
    people: int,
    policy: Policy,
    seed: int,
    deaths: Sequence[datetime] = (),
    database_url: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Town]:
    """Start all servers, fill the store, and close everything at the end. Raises `NoDovecot` without Dovecot."""
    with ExitStack() as stack:
        clock = SharedClock(folder / "clock", start)
        stack.callback(clock.close)
        dovecot = stack.enter_context(open_dovecot())
        sandbox = stack.enter_context(
            serve_sandbox(folder / "sandbox", now=clock.now, retry_after=(0.05, 0.1, 0.2, 0.5, 1, 2, 4))
        )
        town: list[Town] = []

        @sandbox.app.after_request
        def written(response: Any) -> Any:
            from flask import request

            if town and request.method != "GET" and not request.path.startswith("/sandbox"):
                town[0].over_a_write()
            return response

        postbox = Postbox(
            folder / "postbox", ours=lambda _: False, hand_over=lambda *_: None, now=clock.now, handler=YearHandler
        )
        stack.callback(postbox.close)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        values = {
            "data_folder": folder,
            "database_url": database_url,
            "smtp_url": postbox.smtp_url,
            "imap_url": dovecot.url,
            "imap_password": PASSWORD,
            "settle_seconds": 2.0,
            "web_port": port,
            "public_url": url,
            "log_level": "warning",
            # A dead writer's lease must end by itself: longer than the time-outs, or two would write at once.
            "ats_timeout_seconds": 2,
            "smtp_timeout_seconds": 3,
            "lease_seconds": 10,
        }
        settings = alone(**values)
        migrate.upgrade(settings.database)
        work = build_work(settings, clock)
        stack.callback(work.close)
        there = sandbox.connection()
        connection = set_stage(
            work.database,
            work.vault,
            ats="greenhouse",
            credentials=there["credentials"],
            options=there["options"],
            policy=policy,
        )
        server = create_server(create_app(work), host="127.0.0.1", port=port, threads=4)
        stack.callback(server.close)
        threading.Thread(target=server.run, daemon=True).start()
        connector = connector_of(work.database, work.vault, settings, connection)
        connector.set_up()
        connector.close()
        point_webhooks(
            sandbox.url,
            f"{url}/webhooks/{connection.url_key}",
            secret_of(work.database, work.vault, connection, "webhook"),
        )
        fill_universe(work.database, work.vault, connection.employer_id, people, progress=progress)
        hands = Hands(values, clock.path, folder)
        stack.callback(hands.close)
        made = Town(
            clock=clock,
            sandbox=sandbox,
            postbox=postbox,
            dovecot=dovecot,
            work=work,
            connection=connection,
            hands=hands,
            url=url,
            killer=Killer(random.Random(f"{seed}:deaths"), sorted(deaths)),
        )
        made.mail_server.seed = seed
        stack.callback(made.close)
        made.settle()  # everybody is read into the store, undisturbed
        if progress is not None:
            progress(people, people)
        for kind, probability, how in MISBEHAVIOUR:
            sandbox.misbehave(kind, probability=probability, seed=seed, **how)
        town.append(made)
        yield made
