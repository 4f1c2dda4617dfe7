"""An employer with a journal, and records taken in as the command does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.identity import identities
from plugin.people_in.records import Defaults, Incoming, SetAside, Unread
from plugin.people_in.taking_in import Report, take_in
from plugin.rows import Profile
from plugin.work.context import Work


@dataclass
class Door:
    work: Work
    employer_id: int
    aside: list[SetAside]

    def take(self, records: Iterable[Incoming | SetAside | Unread], step: int = 500, **more: Any) -> Report:
        return take_in(self.work, self.employer_id, records, self.aside.append, step=step, **more)

    def people(self) -> dict[str, tuple[Profile, Any]]:
        """Everybody there: their row and who they are, by name (by id for the nameless)."""
        with self.work.reading() as session:
            rows = session.exec(select(Profile).where(col(Profile.employer_id) == self.employer_id)).all()
            who = identities(session, self.work.vault, self.employer_id, [row.profile_id for row in rows])
            return {who[row.profile_id].name or row.profile_id: (row, who[row.profile_id]) for row in rows}


@pytest.fixture
def door(work: Work, employer: Any) -> Door:
    return Door(work, employer.key, [])


@pytest.fixture
def lines(work: Work) -> Callable[..., Any]:
    """JSON objects as lines of a file, read."""
    import json

    from plugin.people_in.json_lines import read_lines

    def read(*objects: dict[str, Any] | str, defaults: Defaults | None = None) -> Any:
        texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in objects]
        return read_lines(iter(texts), defaults or Defaults(), work.clock.now())

    return read
