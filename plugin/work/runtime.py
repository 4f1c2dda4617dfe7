"""One process's means, put together from the settings.

Importing this loads neither numpy nor chromadb: the judgement, the connectors and the outbox are opened when a handler
first asks for them.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.base import Connector
from plugin.clock import Clock, SystemClock
from plugin.connections import connector_of
from plugin.database import Database, open_database
from plugin.rows import Connection
from plugin.sealing import Vault, open_vault
from plugin.settings import Settings
from plugin.work.context import Work

CONNECTOR_LIFE = 60.0
"""Seconds a built connector is used before its credentials and options are read again."""


@dataclass
class _Built:
    ats: Connector
    options: dict[str, str]
    until: float


class Connectors:
    """Builds the connector of a connection and keeps it for the calling thread: an HTTP session is one thread's."""

    def __init__(self, settings: Settings, database: Database, vault: Vault) -> None:
        self._settings, self._database, self._vault = settings, database, vault
        self._built: dict[tuple[int, int], _Built] = {}
        self._lock = threading.Lock()

    def __call__(self, connection: Connection) -> Connector:
        key = (threading.get_ident(), connection.key)
        with self._lock:
            found = self._built.get(key)
        if found is not None and found.until > time.monotonic() and found.options == connection.options:
            return found.ats
        fresh = connector_of(self._database, self._vault, self._settings, connection)
        with self._lock:
            self._built[key] = _Built(fresh, dict(connection.options), time.monotonic() + CONNECTOR_LIFE)
        if found is not None:
            _close(found.ats)
        return fresh

    def forget(self, connection_id: int) -> None:
        """Drop what was built for a connection whose secrets changed in this process."""
        with self._lock:
            old = [key for key in self._built if key[1] == connection_id]
            dropped = [self._built.pop(key) for key in old]
        for built in dropped:
            _close(built.ats)

    def close(self) -> None:
        with self._lock:
            dropped = list(self._built.values())
            self._built.clear()
        for built in dropped:
            _close(built.ats)


def _close(ats: Connector) -> None:
    close = getattr(ats, "close", None)  # a connector with no session to close has none
    if close is not None:
        close()


class _Desk:
    """The judgement of this process, opened by the first handler that asks: it loads numpy and takes the store's lock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._desk: Any = None
        self._lock = threading.Lock()

    def __call__(self, employer_id: int) -> Any:
        with self._lock:
            if self._desk is None:
                from plugin.alignment.store import JudgeDesk

                self._desk = JudgeDesk(self._settings)
        return self._desk.judge(employer_id)

    def close(self) -> None:
        with self._lock:
            if self._desk is not None:
                self._desk.close()
                self._desk = None


class _LazyOutbox:
    """The way out to the mail server, built when the first mail leaves."""

    def __init__(self, settings: Settings, database: Database, vault: Vault) -> None:
        self._settings, self._database, self._vault = settings, database, vault
        self._outbox: Any = None
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._outbox is None:
                from plugin.scouting.outbox import Outbox
                from plugin.scouting.xoauth2 import Tokens

                tokens = Tokens(self._database, self._vault, self._settings)
                self._outbox = Outbox(self._settings, tokens)
        return getattr(self._outbox, name)


def assemble(settings: Settings, database: Database, clock: Clock, vault: Vault) -> Work:
    """Put together the means of one process from parts the caller opened; `Work.close` closes what was opened here."""
    database.public_url = settings.public_url
    connectors = Connectors(settings, database, vault)
    desk = _Desk(settings)
    return Work(
        settings=settings,
        database=database,
        clock=clock,
        vault=vault,
        ats=connectors,
        judge=desk,
        smtp=_LazyOutbox(settings, database, vault),
        closing=[connectors.close, desk.close],
    )


def use_own_words(settings: Settings) -> None:
    """Lay the installation's own words over the lexicon and what a law moved over the calendar, before anything is read."""
    from plugin.pipeline import calendar
    from ranking.lexicon import lay_over

    lay_over(Path(settings.lexicon) if settings.lexicon else None)
    calendar.lay_over(calendar.read_moved(settings.holidays))


def build_work(settings: Settings, clock: Clock | None = None) -> Work:
    """Open the database and the vault of an installation and put together the means of this process."""
    clock = clock or SystemClock()
    use_own_words(settings)
    vault = open_vault(settings)
    database = open_database(settings.database, clock)
    work = assemble(settings, database, clock, vault)
    work.closing.append(database.close)
    return work
