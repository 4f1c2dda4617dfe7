"""Connections as the rest of the service needs them: policy, secrets, connector, shared access token."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from connectors.base import Connector, TokenStore
from connectors.registry import CONNECTORS
from plugin.database import Database, now_of
from plugin.policy import Policy
from plugin.rows import AccessToken, Connection, Secret
from plugin.sealing import Vault
from plugin.settings import Settings


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
    """A connection's access token in the database: one row, minted under its lock (Greenhouse: minting one revokes the last)."""

    def __init__(self, database: Database, vault: Vault, connection: Connection) -> None:
        super().__init__()
        self._database, self._vault = database, vault
        self._connection_id, self._employer_id = connection.key, connection.employer_id

    def current(self) -> str | None:
        with self._database.reading() as session:
            row = self._row(session, lock=False)
            return self._vault.open(row.sealed).decode() if row and row.sealed else None

    def exclusive(self, mint: Callable[[str | None], str]) -> str:
        # BEGIN IMMEDIATE on SQLite and FOR UPDATE on PostgreSQL: one minter at a time over all processes.
        with self._database.writing() as session:
            row = self._row(session, lock=True)
            if row is None:
                dialect = sqlite if self._database.is_sqlite else postgresql
                session.execute(
                    dialect.insert(AccessToken)
                    .values(
                        employer_id=self._employer_id, connection_id=self._connection_id, created_at=now_of(session)
                    )
                    .on_conflict_do_nothing(index_elements=["connection_id"])
                )
                row = self._row(session, lock=True)
            if row is None:
                raise LookupError("the connection was deleted while its token was minted")
            token = mint(self._vault.open(row.sealed).decode() if row.sealed else None)
            row.sealed = self._vault.seal(token.encode())
            session.add(row)
            return token

    def _row(self, session: DbSession, *, lock: bool) -> AccessToken | None:
        query = select(AccessToken).where(col(AccessToken.connection_id) == self._connection_id)
        return session.exec(query.with_for_update() if lock else query).first()


CREDENTIALS = ("client_id", "client_secret", "sub")


def connector_of(database: Database, vault: Vault, settings: Settings, connection: Connection) -> Connector:
    """Build the connector of a connection from its rows."""
    with database.reading() as session:
        credentials = {
            name: found[0] for name in CREDENTIALS if (found := secrets_of(session, vault, connection.key, name))
        }
        signing = secrets_of(session, vault, connection.key, "webhook")
    options = {"timeout": str(settings.ats_timeout_seconds), **connection.options}
    return CONNECTORS[connection.ats](
        credentials=credentials,
        secrets=signing,
        options=options,
        tokens=SharedToken(database, vault, connection),
    )
