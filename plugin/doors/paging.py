"""Long lists in pages, so that nothing is silently cut off: which page, of how many, and the addresses beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request
from sqlalchemy import func
from sqlmodel import Session, select

ON_A_PAGE = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paged:
    """A page of a list. `name` is the address's parameter; a page beyond the last is the last."""

    name: str
    number: int
    pages: int
    total: int
    size: int

    @property
    def first(self) -> int:
        """How many stand before this page."""
        return (self.number - 1) * self.size

    @property
    def before(self) -> str:
        """The address of the page before, "" on the first."""
        return self._address(self.number - 1) if self.number > 1 else ""

    @property
    def after(self) -> str:
        return self._address(self.number + 1) if self.number < self.pages else ""

    def _address(self, number: int) -> str:
        return "?" + urlencode({**request.args.to_dict(), self.name: number})

    def of(self, everything: Sequence[T]) -> Sequence[T]:
        """This page of a list that is in memory."""
        return everything[self.first : self.first + self.size]


def paged(total: int, name: str = "page", size: int = ON_A_PAGE) -> Paged:
    """The page the address asks for, of a list of `total`."""
    pages = max(1, -(-total // size))
    asked = request.args.get(name, 1, type=int)
    return Paged(name, min(pages, max(1, asked)), pages, total, size)


def rows_of(db: Session, query: Any, name: str = "page", size: int = ON_A_PAGE) -> tuple[list[Any], Paged]:
    """One page of an ordered query of rows, and which it is."""
    total = db.exec(select(func.count()).select_from(query.order_by(None).subquery())).one()
    at = paged(total, name, size)
    return list(db.exec(query.offset(at.first).limit(size)).all()), at
