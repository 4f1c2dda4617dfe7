"""Sealing everything anew under the newest key, so that an older one may be given up.

Fernet says nothing of the key a value was sealed under: each is tried. A run that was stopped is run again; what stands
under the newest key already is left alone. Nothing is changed while a value can't be opened at all, because a key that
is missing would only be missed later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, select, update
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows

import plugin.rows  # noqa: F401 all tables must be known
from plugin.database import Database
from plugin.pipeline.chain import digest_of
from plugin.rows import Event, LedgerLink
from plugin.sealing import Vault

AT_ONCE = 500

OURS = frozenset(
    {
        *("secret.sealed", "accesstoken.sealed", "mailtoken.sealed", "mailtoken.sealed_refresh"),
        *("mailbox.sealed_secret", "availability.sealed_feed", "personkey.sealed", "delivery.sealed_key"),
        *("question.sealed_asked", "question.sealed_answer", "commitment.sealed_reason"),
    }
)
"""Columns sealed under the installation's own keys, always."""
NOT_OURS = frozenset({"delivery.sealed_headers", "delivery.sealed_body", "profile.sealed", "profilechange.sealed"})
"""Columns sealed under a key of their own or a person's, always: their keys are sealed anew, they stay.

Every other column may be either: under a person's key, or under ours where it is about nobody.
"""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A column of sealed values."""

    table: Table
    name: str

    def __str__(self) -> str:
        return f"{self.table.name}.{self.name}"

    @property
    def always_ours(self) -> bool:
        return str(self) in OURS


@dataclass(slots=True)
class Found:
    """What stands under which key: how many values there are under ours, how many under an older one, and what can't
    be opened, by column."""

    ours: int = 0
    older: int = 0
    unopened: Counter[str] = field(default_factory=Counter)


def places() -> list[Place]:
    """Every column that may hold something under our own keys."""
    return [
        place
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.startswith("sealed")
        if str(place := Place(table, column.name)) not in NOT_OURS
    ]


def survey(database: Database, vault: Vault, progress: Progress | None = None) -> Found:
    """Try every value, change none."""
    found = Found()
    for place in places():
        for rows in _batches(database, place):
            for _id, sealed, nobody in rows:
                state = vault.sealed_under(sealed)
                found.ours += state is not None
                found.older += state == "older"
                if state is None and (place.always_ours or nobody):
                    found.unopened[str(place)] += 1
            if progress is not None:
                progress(len(rows))
    return found


def rotate(database: Database, vault: Vault, progress: Progress | None = None) -> int:
    """Seal anew what stands under an older key; return how many. Each batch is committed by itself."""
    changed = 0
    for place in places():
        column = place.table.c[place.name]
        for rows in _batches(database, place):
            older = [(id, sealed) for id, sealed, _nobody in rows if vault.sealed_under(sealed) == "older"]
            if older:
                with database.writing() as session:
                    for id, sealed in older:
                        # Whoever changed or erased it meanwhile wins.
                        same = (place.table.c.id == id) & (column == sealed)
                        done = session.execute(
                            update(place.table).where(same).values({place.name: vault.rotate(sealed)})
                        )
                        changed += int(getattr(done, "rowcount", 0) or 0)
            if progress is not None:
                progress(len(rows))
    return changed


def last_key_lost(session: Session, vault: Vault) -> bool:
    """Whether the last key is another than when the ledger began: it keys look-ups, links and the ledger itself."""
    firsts = session.exec(
        select_rows(LedgerLink, Event)
        .join(Event, col(Event.id) == col(LedgerLink.event_id))
        .where(col(LedgerLink.number) == 1)
    ).all()
    return bool(firsts) and not any(digest_of(vault, "", event) == link.digest for link, event in firsts)


def _batches(database: Database, place: Place) -> Iterator[list[tuple[int, bytes, bool]]]:
    """(id, sealed, whether it is about nobody), in the order of ids, a batch at a time."""
    table, column, last = place.table, place.table.c[place.name], 0
    person: Any = table.c.get("person")
    about: ColumnElement[Any] = column.is_(None) if person is None else person == ""
    while True:
        with database.reading() as session:
            rows = session.execute(
                select(table.c.id, column, about)
                .where(column.is_not(None), table.c.id > last)
                .order_by(table.c.id)
                .limit(AT_ONCE)
            ).all()
        if rows:
            yield [(int(id), bytes(sealed), bool(nobody)) for id, sealed, nobody in rows if sealed]
            last = int(rows[-1][0])
        if len(rows) < AT_ONCE:
            return
