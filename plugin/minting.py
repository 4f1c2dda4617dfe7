"""Access tokens are minted by one process at a time, and no transaction is open while a vendor is asked.

A vendor that takes a connection and says nothing would otherwise hold up every writer for a whole time-out (SQLite has
one at a time). The turn is a lease: a minter that dies gives it back by dying.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from plugin.database import Database
from plugin.work.jobs import NotYet
from plugin.work.leases import held_in

LOOK_AGAIN = 0.05
"""Seconds between looks whether it is our turn: most vendors answer within half a second."""


class StillMinting(Exception):
    """Another process has been asking for the same token for longer than we wait. Trying again helps."""


@contextmanager
def in_turn(
    database: Database, employer_id: int, name: str, *, seconds: float, patience: float = 30.0
) -> Iterator[str]:
    """Wait for our turn to mint `name` and hold it for at most `seconds`; yields the lease's token.

    `seconds` must be longer than the vendor's time-outs together. Look at what is stored first: whoever had the turn
    before may have minted already. Raises `StillMinting` after `patience` seconds of waiting.
    """
    until = time.monotonic() + patience
    with ExitStack() as stack:
        while True:
            try:
                token = stack.enter_context(held_in(database, employer_id, f"mint:{name}", seconds))
                break
            except NotYet:
                if time.monotonic() > until:
                    raise StillMinting(f"another process has been asking for this token for {patience:g} s") from None
                time.sleep(LOOK_AGAIN)
        yield token
