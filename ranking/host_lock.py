"""One writer per host: a lock file that threads of this process share and other processes wait for."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path
from types import TracebackType

from ranking.errors import StoreBusy

_WAIT = 30.0
_PAUSE = 0.02


class HostLock:
    """Use as a context manager, as deeply nested as needed. Raises `StoreBusy` after `wait` seconds.

    Taking turns inside the process is the caller's matter.
    """

    def __init__(self, path: Path, wait: float = _WAIT) -> None:
        self._path, self._wait = path, wait
        self._users = 0
        self._handle = -1
        self._guard = threading.Lock()

    def __enter__(self) -> HostLock:
        with self._guard:
            if self._users == 0:
                self._handle = self._take()
            self._users += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            self._users -= 1
            if self._users == 0:
                os.close(self._handle)

    def _take(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        end = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    os.close(handle)
                    raise StoreBusy(
                        f"Another process has been writing to {self._path.parent} for more than {self._wait:g} "
                        "seconds: wait until it has finished (a rebuild takes minutes), then try again."
                    ) from None
                time.sleep(_PAUSE)
            else:
                return handle
