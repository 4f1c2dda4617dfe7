"""Waiting in mailboxes (IMAP IDLE): a server that says a mail has come makes its poll due at once.

Nothing is read here, and nothing depends on it: every mailbox is polled anyway, so a wait that fails costs seconds, not
answers. One process waits in a mailbox at a time, by a lease; waits are broken off after some minutes, because servers
and routers forget silent connections (RFC 2177 names 29 minutes, many routers less).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import DBAPIError

from plugin.scouting.inbox import MailboxDown
from plugin.scouting.mailbox import owe_poll_now
from plugin.scouting.mailboxes import Source, opened, sources
from plugin.settings import WrongSetting
from plugin.work.context import Work
from plugin.work.jobs import NotYet
from plugin.work.leases import held

log = structlog.get_logger(__name__)

CYCLE = 240.0
"""Seconds of one wait before the connection is made anew."""
LOOK = 30.0
"""Seconds between looks whether mailboxes have been added or taken away."""
LONGEST_PAUSE = 300.0
"""Most seconds between two tries of a mailbox that can't be waited in."""
MOST = 50
"""Mailboxes waited in by one process; the others are polled all the same."""


@dataclass
class _Wait:
    """One mailbox's thread."""

    source: Source
    ended: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Idlers:
    """A thread for each mailbox, and one that keeps them as the rows say. Start it after any fork."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._waits: dict[int, _Wait] = {}
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._keeper = threading.Thread(target=self._keep, name="mailboxes", daemon=True)
        self._keeper.start()

    def stop(self, wait: float = 15.0) -> bool:
        """End every wait; False when one still ran after `wait` seconds."""
        self._stopping.set()
        threads = [self._keeper, *(one.thread for one in self._waits.values())]
        for one in self._waits.values():
            one.ended.set()
        for thread in threads:
            if thread is not None:
                thread.join(wait)
        self._waits.clear()
        return not any(thread is not None and thread.is_alive() for thread in threads)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._work.reading() as session:
                    found = sources(session, self._work.vault, self._work.settings)[:MOST]
                self._follow({source.id: source for source in found})
            except (DBAPIError, WrongSetting) as error:
                log.warning("mailboxes_not_listed", error=type(error).__name__)
            self._stopping.wait(LOOK)

    def _follow(self, wanted: dict[int, Source]) -> None:
        for id, wait in list(self._waits.items()):
            alive = wait.thread is not None and wait.thread.is_alive()
            if not alive or id not in wanted or _changed(wanted[id], wait.source):
                wait.ended.set()
                del self._waits[id]
        for id, source in wanted.items():
            if id not in self._waits and not self._stopping.is_set():
                wait = _Wait(source)
                wait.thread = threading.Thread(target=self._wait, args=(wait,), name=f"mailbox-{id}", daemon=True)
                self._waits[id] = wait
                wait.thread.start()

    def _wait(self, wait: _Wait) -> None:
        source, failures = wait.source, 0
        while not wait.ended.is_set():
            try:
                self._once(wait)
                failures = 0
            except NotYet:
                wait.ended.wait(LOOK)  # another process waits there
            except (MailboxDown, WrongSetting, DBAPIError) as error:
                # Told to a person by the poll, which meets the same server.
                failures += 1
                log.warning("mailbox_not_waited_in", mailbox=source.id, error=type(error).__name__)
                wait.ended.wait(min(LOOK * 2.0 ** min(failures - 1, 5), LONGEST_PAUSE))

    def _once(self, wait: _Wait) -> None:
        work, source = self._work, wait.source
        # Longer than a wait and the time-outs before and behind it.
        seconds = CYCLE + 3 * work.settings.smtp_timeout_seconds
        with (
            held(work, source.connection.employer_id, f"idle:{source.mark}", seconds),
            opened(work, source) as inbox,
        ):
            # What came between the last poll and now is not announced.
            self._owe(source)
            inbox.wait(CYCLE, ended=wait.ended.is_set, arrived=lambda: self._owe(source))

    def _owe(self, source: Source) -> None:
        with self._work.writing() as session:
            owe_poll_now(session, source)


def _changed(now: Source, then: Source) -> bool:
    """Whether another address or secret was set since a wait began."""
    return (now.place, now.password, now.grant) != (then.place, then.password, then.grant)
