"""The whole loop in one process, over real HTTP and SMTP, with a clock that can be moved: stories, tests, benchmarks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from waitress.server import create_server

from connectors.records import Approval
from connectors.registry import CONNECTORS
from connectors.sandbox import Sandbox
from connectors.sandbox import serve as serve_sandbox
from connectors.sandbox.kit import Counterpart
from connectors.sandbox.standins import stand_in
from connectors.sandbox.standins.greenhouse import GreenhouseStandIn
from plugin import migrate
from plugin.clock import SettableClock
from plugin.connections import connector_of
from plugin.demo.desk_there import DeskThere
from plugin.demo.postbox import Postbox, free_port
from plugin.demo.relay import relay_to
from plugin.demo.stage import REPLY_DOMAIN, demo_policy, fill_universe, secret_of, set_stage
from plugin.doors.app import create_app
from plugin.policy import Policy
from plugin.rows import Connection
from plugin.settings import alone
from plugin.work.context import Work
from plugin.work.handlers import HANDLERS
from plugin.work.jobs import owe
from plugin.work.runtime import build_work
from plugin.work.worker import Worker


@dataclass
class World:
    """Everything a story touches. `settle()` works off whatever is due at the clock's time."""

    clock: SettableClock
    work: Work
    worker: Worker
    connection: Connection
    there: Counterpart
    postbox: Postbox
    url: str
    doors: dict[str, Callable[[str, bytes], None]]  # reply domain → whose inbound mail door
    stack: ExitStack

    def join(self, there: Counterpart, *, ats: str, name: str, employer: str, domain: str, **policy: Any) -> World:
        """Connect another ATS to the same installation; the employer is made when new, and its people are to be added."""
        self.stack.callback(there.close)
        addresses = {"from_address": f"scout@{domain}", "bounce_address": f"bounce@{domain}"}
        made = demo_policy(**(addresses | policy))
        names = {"name": name, "employer_name": employer}
        connection = _connect(self.work, self.url, there, ats, made, **names)
        self.doors[domain] = _door(self.work, self.url, connection, self.clock)
        return replace(self, there=there, connection=connection)

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox itself, where that is what is on the other side."""
        assert isinstance(self.there, GreenhouseStandIn)
        return self.there.sandbox

    @property
    def approval(self) -> Approval:
        """How the manager approves in this ATS."""
        found = CONNECTORS[self.connection.ats].approval
        assert found is not None, f"{self.connection.ats} does not say how a manager approves"
        return found

    def settle(self) -> int:
        """Run owed work until nothing is due; return how many jobs ran."""
        return self.worker.run_due()

    def sweep(self) -> None:
        """Look into the ATS for what never rang, now."""
        with self.work.writing() as session:
            owe(
                session,
                "sweep_connection",
                f"{self.connection.key}:{self.clock.now().isoformat()}",
                employer_id=self.connection.employer_id,
                connection_id=self.connection.key,
                payload={"connection_id": self.connection.key},
            )

    def tick_promises(self) -> None:
        """Let the promise clock look at what is due, now."""
        with self.work.writing() as session:
            slot = self.clock.now().isoformat()
            owe(session, "promise_clock", slot, employer_id=self.connection.employer_id, payload={"slot": slot})


@contextmanager
def open_world(
    folder: Path,
    *,
    start: datetime,
    locale: str = "ja",
    people: int = 5000,
    ats: str = "greenhouse",
    database_url: str = "",
    policy: Policy | None = None,
    settings: dict[str, Any] | None = None,
    progress: Any = None,
    counterpart: Callable[[SettableClock], Counterpart] | None = None,
) -> Iterator[World]:
    """Start the ATS's stand-in, the mail server, the plugin's web side and a worker; close all of them at the end.

    `counterpart` makes something else to talk to than the stand-in of `ats`: a real one.
    """
    clock = SettableClock(start)
    with ExitStack() as stack:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        doors: dict[str, Callable[[str, bytes], None]] = {}
        postbox = Postbox(
            folder / "postbox",
            ours=lambda address: address.lower().rpartition("@")[2] in doors,
            hand_over=lambda recipient, raw: doors[recipient.lower().rpartition("@")[2]](recipient, raw),
            now=clock.now,
        )
        stack.callback(postbox.close)
        made = alone(
            **{
                "data_folder": folder,
                "database_url": database_url,
                "smtp_url": postbox.smtp_url,
                "settle_seconds": 1.0,
                "web_port": port,
                "public_url": url,
                **(settings or {}),
            }
        )
        migrate.upgrade(made.database)
        work = build_work(made, clock)
        stack.callback(work.close)
        there = counterpart(clock) if counterpart else _other_side(ats, folder, work, clock)
        stack.callback(there.close)
        server = create_server(create_app(work), host="127.0.0.1", port=port, threads=8)
        stack.callback(server.close)
        stack.callback(server.task_dispatcher.shutdown)  # first: a request still being answered needs the server
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        connection = _connect(work, url, there, ats, policy or demo_policy(locale=locale))
        doors[REPLY_DOMAIN] = _door(work, url, connection, clock)
        fill_universe(work.database, work.vault, connection.employer_id, people, progress=progress)
        yield World(clock, work, Worker(work, HANDLERS), connection, there, postbox, url, doors, stack)


def _connect(work: Work, url: str, there: Counterpart, ats: str, policy: Policy, **names: str) -> Connection:
    """What `kakuyaku connect` does, without asking: rows, fields in the ATS, webhooks."""
    known = there.connection()
    connection = set_stage(
        work.database,
        work.vault,
        ats=ats,
        credentials=known["credentials"],
        options=known["options"],
        policy=policy,
        **names,
    )
    connector = connector_of(work.database, work.vault, work.settings, connection)
    if connector.supports("set_up"):
        connector.set_up()
    connector.close()
    secret = secret_of(work.database, work.vault, connection, "webhook")
    there.point_webhooks(f"{url}/webhooks/{connection.url_key}", secret)
    return connection


def _door(work: Work, url: str, connection: Connection, clock: SettableClock) -> Callable[[str, bytes], None]:
    """The inbound mail door of a connection, as a mail server's hook that signs what it hands over."""
    secret = secret_of(work.database, work.vault, connection, "mail_door")
    return relay_to(f"{url}/mail/{connection.url_key}", secret, lambda: clock.now().timestamp())


def _other_side(ats: str, folder: Path, work: Work, clock: SettableClock) -> Counterpart:
    if ats == DeskThere.name:
        return DeskThere(work)
    if ats != "greenhouse":
        return stand_in(ats)(now=clock.now)
    sandbox = serve_sandbox(folder / "sandbox", now=clock.now, retry_after=(0.2, 0.5, 1, 2, 4))
    return GreenhouseStandIn(sandbox=sandbox, ours=True)
