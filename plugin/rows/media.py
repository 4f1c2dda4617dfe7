"""Mailboxes that are read beside the installation's own, and the access tokens mail servers want."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import Row, at


class Mailbox(Row, table=True):
    """A mailbox of one connection. How far it was read is a `Sweep` of the same connection, named `mailbox:<id>`.

    `kind`: shared (answers come here) or recruiter (a colleague's own: nothing is taken but what answers a mail of
    ours). `auth`: password, or xoauth2 with a refresh token as its secret ("" : the installation's own grant).
    """

    __table_args__ = (UniqueConstraint("connection_id", "url"),)

    connection_id: int = Field(foreign_key="connection.id", index=True)
    kind: str = "shared"
    url: str  # imaps://user@host:port/folder, without the secret
    auth: str = "password"
    sealed_secret: bytes = b""
    enabled: bool = True
    added_by: str = ""


class MailToken(Row, table=True):
    """An access token for a mail server, sealed, kept until shortly before it ends; minted by one process at a time.

    `name` is a digest of the grant it was made from, so that a grant that is replaced never meets an old token. The
    installation's own stand under its oldest employer. `sealed_refresh`: the vendor's newest refresh token, where it
    hands out new ones.
    """

    __table_args__ = (UniqueConstraint("employer_id", "name"),)

    name: str
    sealed: bytes | None = None
    sealed_refresh: bytes | None = None
    expires_at: datetime | None = at()
