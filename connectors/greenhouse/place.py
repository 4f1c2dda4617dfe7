"""Where the list of changed jobs goes on: three lists one after the other, and which jobs were given already, as text."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from connectors.base import ATSError

LISTS = ("jobs", "job_posts", "job_hiring_managers")
MOST_GIVEN = 50_000
"""Jobs remembered at most, a byte or two each; one that is not is only read once more."""


@dataclass(frozen=True)
class Place:
    """A place in the lists. `given`: ids of jobs that need not be read again for their posts or managers."""

    list: str = LISTS[0]
    given: frozenset[int] = frozenset()
    cursor: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a cursor of ours. Raises a permanent `ATSError` for anything else: the list starts anew."""
        if not text:
            return cls()
        name, _, rest = text.partition(":")
        packed, _, cursor = rest.partition(":")
        try:
            if name not in LISTS:
                raise ValueError(name)
            return cls(name, frozenset(_unpacked(packed)), cursor)
        except (ValueError, zlib.error):
            raise ATSError("this is no cursor of ours; the list starts anew", permanent=True) from None

    def after(self, given: Iterable[int], cursor: str) -> str:
        """The cursor after a page that gave these jobs: its next page, else the list after it, "" at the end."""
        name = self.list
        if not cursor:
            following = LISTS[LISTS.index(name) + 1 :]
            if not following:
                return ""
            name = following[0]
        return f"{name}:{_packed(sorted(self.given.union(given))[:MOST_GIVEN])}:{cursor}"


def _packed(ids: list[int]) -> str:
    """Ids as text, each as its distance from the one before."""
    steps = ",".join(str(id - before) for before, id in zip([0, *ids], ids, strict=False))
    return base64.urlsafe_b64encode(zlib.compress(steps.encode())).decode() if ids else ""


def _unpacked(text: str) -> list[int]:
    if not text:
        return []
    ids, last = [], 0
    for step in zlib.decompress(base64.urlsafe_b64decode(text)).split(b","):
        last += int(step)
        ids.append(last)
    return ids
