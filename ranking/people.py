"""People read for the store: what goes to the texts, to Chroma and to the index, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from ranking import records
from ranking.columns import Row, row_of
from ranking.facts import Facts, read_facts
from ranking.protected import strip_banned
from ranking.texts import Kept
from ranking.values import Profile

Progress = Callable[[int, int], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read:
    """A batch of people, read: as given (without what the law bans), their facts, their rows."""

    given: tuple[Profile, ...]
    facts: tuple[Facts, ...]
    laid: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.given)

    def rows(self) -> list[Row]:
        return list(self.laid)

    def kept(self) -> list[Kept]:
        return [Kept(given, records.shown_headline(facts)) for given, facts in zip(self.given, self.facts, strict=True)]

    def headlines(self) -> dict[str, str]:
        """The headline shown of each."""
        return {facts.profile.id: records.shown_headline(facts) for facts in self.facts}

    def metadata(self, number: int) -> list[dict[str, Any]]:
        return [records.to_metadata(facts, row, number) for facts, row in zip(self.facts, self.laid, strict=True)]


def read_batch(people: Sequence[Profile]) -> Read:
    """Read a batch; of people given twice the last counts. Banned personal data is removed (R9)."""
    given = tuple(_stripped(person) for person in {person.id: person for person in people}.values())
    facts = tuple(read_facts(person) for person in given)
    return Read(given, facts, tuple(row_of(f) for f in facts))


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Split anything into lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _stripped(profile: Profile) -> Profile:
    text, counts = strip_banned(profile.text)
    headline, more = strip_banned(profile.headline)
    return replace(profile, text=text, headline=headline) if counts or more else profile
