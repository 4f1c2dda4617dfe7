"""What every row shares: an employer (R11), aware UTC times, JSON that is JSON on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit ids: SQLite only autoincrements a column declared INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out. SQLite forgets zones; a naive value is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored; use aware UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON
"""Plain JSON on both databases: nothing is queried inside it."""


class Row(SQLModel):
    """Base of every row but Employer's own."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    employer_id: int = Field(foreign_key="employer.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def key(self) -> int:
        """The id of a stored row."""
        if self.id is None:
            raise ValueError(f"{type(self).__name__} has not been stored yet")
        return self.id


def at(*, nullable: bool = True, index: bool = False) -> Any:
    """A time column."""
    if nullable:
        return Field(default=None, sa_type=UtcDateTime, index=index)
    return Field(sa_type=UtcDateTime, index=index)
