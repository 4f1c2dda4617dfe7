"""Connections as the rest of the service needs them: policy, secrets, connector, shared access token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from connectors.base import ATSError, Connector, TokenStore
from connectors.desk import Desk
from connectors.registry import CONNECTORS
from plugin.database import Database, now_of
from plugin.minting import StillMinting, in_turn
from plugin.policy import Policy
from plugin.rows import AccessToken, Connection, Secret
from plugin.sealing import Vault
from plugin.settings import Settings
from plugin.work.leases import still_held


def policy_of(connection: Connection) -> Policy:
    return Policy.model_validate(connection.policy)


def secrets_of(session: DbSession, vault: Vault, connection_id: int, name: str) -> list[str]:
    """Every live secret of that name, newest first."""
    rows = session.exec(
        select(Secret)
        .where(col(Secret.connection_id) == connection_id, col(Secret.name) == name, col(Secret.retired_at).is_(None))
        .order_by(col(Secret.id).desc())
    )
    return [vault.open(row.sealed).decode() for row in rows]


def add_secret(session: DbSession, vault: Vault, connection: Connection, name: str, value: str) -> None:
    session.add(
        Secret(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            name=name,
            sealed=vault.seal(value.encode()),
            created_at=now_of(session),
        )
    )


class SharedToken(TokenStore):
    """A connection's access token in the database: one row, minted in turn (Greenhouse: minting one revokes the last).

    `seconds`: how long a minter may take, longer than the connector's time-outs.
    """

    def __init__(self, database: Database, vault: Vault, connection: Connection, *, seconds: float = 120.0) -> None:
        super().__init__()
        self._database, self._vault, self._seconds = database, vault, seconds
        self._connection_id, self._employer_id = connection.key, connection.employer_id

    def current(self) -> str | None:
        with self._database.reading() as session:
            return self._opened(session)

    def exclusive(self, mint: Callable[[str | None], str]) -> str:
        """Mint in our turn over all processes. Raises `ATSError` when the turn does not come, or was lost meanwhile."""
        try:
            with in_turn(
                self._database, self._employer_id, f"connection:{self._connection_id}", seconds=self._seconds
            ) as turn:
                stored = self.current()
                token = mint(stored)
                if token != stored:
                    self._store(token, turn)
                return token
        except StillMinting as error:
            raise ATSError(str(error), retry_after=5.0) from error

    def _store(self, token: str, turn: str) -> None:
        with self._database.writing() as session:
            if not still_held(session, turn):
                # Another has minted since, which revoked ours.
                raise ATSError("the vendor took longer to hand out a token than a minter may take; trying again helps")
            dialect = sqlite if self._database.is_sqlite else postgresql
            row = dialect.insert(AccessToken).values(
                employer_id=self._employer_id,
                connection_id=self._connection_id,
                sealed=self._vault.seal(token.encode()),
                created_at=now_of(session),
            )
            session.execute(
                row.on_conflict_do_update(index_elements=["connection_id"], set_={"sealed": row.excluded.sealed})
            )

    def _opened(self, session: DbSession) -> str | None:
        row = session.exec(select(AccessToken).where(col(AccessToken.connection_id) == self._connection_id)).first()
        return self._vault.open(row.sealed).decode() if row is not None and row.sealed else None


def credentials_of(ats: str) -> tuple[str, ...]:
    """The names of the sealed answers a connector wants."""
    return tuple(ask.name for ask in CONNECTORS[ats].asks if ask.kind == "credential")


def connector_of(database: Database, vault: Vault, settings: Settings, connection: Connection) -> Connector:
    """Build the connector of a connection from its rows."""
    with database.reading() as session:
        credentials = {
            name: found[0]
            for name in credentials_of(connection.ats)
            if (found := secrets_of(session, vault, connection.key, name))
        }
        signing = secrets_of(session, vault, connection.key, "webhook")
    account = f"{id(database)}:{connection.key}"  # all threads of this process keep to one rate together
    options = {"timeout": str(settings.ats_timeout_seconds), "account": account, **connection.options}
    books: dict[str, Any] = {}
    if connection.ats == Desk.name:
        # The desk has no vendor: its books are rows of ours.
        from plugin.desk.books import DeskBooks

        books = {"books": DeskBooks(database, vault, connection, settings.staff_address)}
    return CONNECTORS[connection.ats](
        credentials=credentials,
        secrets=signing,
        options=options,
        tokens=SharedToken(database, vault, connection, seconds=settings.lease_seconds),
        **books,
    )
