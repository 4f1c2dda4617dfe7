"""What came with a reply, and replies of our own making that test the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import BigId, Json, Row, at


class ReplyFile(Row, table=True):
    """A file that came with a reply. Its bytes lie in the reply's Delivery, sealed, until they stand in the ATS.

    `place` counts the files of one mail. `refused` is the code of why it is not taken over, "" where it is.
    `sealed_name` and `sealed_preview` (what it says, without R9's banned data) lie under the key of the reply's person.
    """

    __table_args__ = (UniqueConstraint("reply_id", "place"),)

    reply_id: int = Field(foreign_key="reply.id", index=True)
    place: int
    type: str = ""
    size: int = 0
    refused: str = ""
    sealed_name: bytes
    sealed_preview: bytes | None = None
    removed: int = 0  # banned facts left out of the preview
    attached_at: datetime | None = at()


class SyntheticYes(Row, table=True):
    """A yes nobody gave, sent by `doctor` through a connection's mail: how far it came. Gone when the check has ended.

    `token` stands in the address it was sent to, where a scout's reply token would. `found`: what was read, in codes.
    """

    __table_args__ = (UniqueConstraint("token"),)

    connection_id: int = Field(foreign_key="connection.id")
    token: str
    delivery_id: int | None = Field(default=None, sa_type=BigId)
    landed_at: datetime | None = at()
    found: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
