"""What a job's handler is given: the database, the clock, and the ways out, opened only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from plugin.clock import Clock
from plugin.database import Database
from plugin.sealing import Vault
from plugin.settings import Settings
from plugin.work.jobs import Claim, finish

if TYPE_CHECKING:
    from connectors.base import Connector
    from plugin.rows import Connection


@dataclass
class Work:
    """One process's means. `ats(connection)` builds the connector of a connection, `judge()` gives the judgement
    (worker only: it loads numpy and opens Chroma), `smtp` speaks to the mail server."""

    settings: Settings
    database: Database
    clock: Clock
    vault: Vault
    ats: Callable[[Connection], Connector]
    judge: Callable[[int], Any]  # plugin.alignment.store.JudgeDesk for an employer id
    smtp: Any = None  # plugin.scouting.mailbox.Outbox
    claim: Claim | None = field(default=None, repr=False)
    finished: bool = field(default=False, repr=False)  # the handler's own `finishing` has committed
    closing: list[Callable[[], None]] = field(default_factory=list, repr=False)

    def close(self) -> None:
        """Close what was opened for this process: sessions to ATSs, the judgement, the database."""
        for close in self.closing:
            close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.writing() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.database.reading() as session:
            yield session

    @contextmanager
    def finishing(self, claim: Claim) -> Iterator[Session]:
        """The handler's last transaction: business rows, follow-up jobs and `done` in one commit, fenced."""
        with self.database.writing() as session:
            yield session
            finish(session, claim)
        self.finished = True


Handler = Callable[[Work, Claim], None]
