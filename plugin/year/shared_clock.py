"""One clock for several processes: how far it is ahead of the real one stands in eight bytes that all of them map."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

_DOUBLE = struct.Struct("d")


class SharedClock:
    """Runs like the real clock, shifted. Whoever opens the same file sees every move at once; close it at the end."""

    def __init__(self, path: Path, start: datetime | None = None) -> None:
        """Open the clock at `path`; with `start` make it, showing that moment."""
        if start is not None:
            path.write_bytes(_DOUBLE.pack(start.timestamp() - time.time()))
        self.path = path
        with path.open("r+b") as file:
            self._ahead = mmap.mmap(file.fileno(), _DOUBLE.size)

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.fromtimestamp(time.time() + float(_DOUBLE.unpack_from(self._ahead)[0]), UTC)

    def move_to(self, moment: datetime) -> None:
        """Show `moment` from now on; never goes back. Only one process may move a clock."""
        ahead = moment.timestamp() - time.time()
        if ahead > float(_DOUBLE.unpack_from(self._ahead)[0]):
            _DOUBLE.pack_into(self._ahead, 0, ahead)

    def close(self) -> None:
        self._ahead.close()
