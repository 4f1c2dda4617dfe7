"""The worker of the simulated year: a process of its own, so that it can be killed at any moment and started anew.

It is forked from a nursery that has everything imported, because a year has many deaths and little time. What it does
in between is a worker's own work on the same database, the same store and the same clock.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Client, Listener
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from plugin.demo.stage import demo_description
from plugin.i18n import LOCALES
from plugin.logs import set_up_logs
from plugin.settings import alone
from plugin.work import ticks
from plugin.work.handlers import HANDLERS
from plugin.work.processes import free_the_dead
from plugin.work.runtime import build_work
from plugin.work.worker import Worker
from plugin.year.shared_clock import SharedClock
from ranking.requirement import plain_text, read_requirement

THREADS = 2
DUTIES: dict[str, Callable[..., None]] = {
    "sweep": ticks.owe_sweeps,
    "mail": ticks.owe_mailbox,
    "promises": ticks.owe_promise_clock,
    "all": ticks.tick,
}
PATIENCE = 180.0
"""Real seconds one stretch of work may take before the year is called stuck."""


class Stuck(Exception):
    """The worker neither finished nor died."""


# The worker's side.


def nursery(address: str) -> None:
    """Import everything once, then fork a worker for every line on standard input, until that closes."""
    for handler in HANDLERS.values():
        import_module(handler.partition(":")[0])
    for module in ("plugin.alignment.store", "ranking.judge", "ranking.store", "ranking.rereading"):
        import_module(module)
    for language in LOCALES:
        read_requirement(plain_text(demo_description(language)))  # the lexicon is read once, not once a worker
    gc.freeze()  # what is imported is never garbage: no worker shall look through it again and again
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the system
    while sys.stdin.buffer.readline():
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            work_for(address)
            return


def work_for(address: str) -> None:
    """One worker's life: do what the pipe asks for until it says `end` or closes."""
    pipe = Client(address, "AF_UNIX")
    values, clock_path = pipe.recv()
    settings = alone(**values)
    set_up_logs(settings)
    clock = SharedClock(clock_path)
    work = build_work(settings, clock)
    free_the_dead(work)  # the year has one worker; what its predecessor held is free
    worker = Worker(work, HANDLERS)
    try:
        pipe.send(os.getpid())
        with ThreadPoolExecutor(THREADS) as hands:
            while (asked := pipe.recv()) != "end":
                for duty in asked:
                    DUTIES[duty](work)
                pipe.send(sum(done.result() for done in [hands.submit(worker.run_due) for _ in range(THREADS)]))
    except EOFError:
        pass  # whoever employed us has gone
    finally:
        work.close()
        clock.close()
        pipe.close()


# Its employer's side.


@dataclass
class Hands:
    """The worker process as its employer sees it: have it `run`, `kill` it, `restart` it."""

    values: Mapping[str, Any]
    clock_path: Path
    folder: Path
    deaths: int = 0
    starts: int = 0
    seconds: float = 0.0  # real ones spent waiting for it
    pid: int = 0
    _pipe: Pipe | None = None
    _nursery: subprocess.Popen[bytes] | None = None
    _listener: Listener | None = None

    def run(self, *duties: str) -> int | None:
        """Do the duties and all work that is due; how many jobs ran, or None when the process died over it."""
        began = time.monotonic()
        try:
            pipe = self._pipe or self._start()
            pipe.send(duties)
            return int(self._hear(pipe))
        except (EOFError, OSError):
            self._gone()
            return None
        finally:
            self.seconds += time.monotonic() - began

    def kill(self) -> None:
        """End the process as a power cut would; `run` notices. Safe from any thread."""
        pid, self.pid = self.pid, 0
        if pid:
            self.deaths += 1
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart(self) -> None:
        """End it the orderly way; the next `run` starts another."""
        if self._pipe is not None:
            with suppress(OSError, EOFError):  # it may be dead already
                self._pipe.send("end")
                self._pipe.poll(30)  # readable when it has closed its end
            self._gone()

    def close(self) -> None:
        self.restart()
        if self._listener is not None:
            self._listener.close()
        if self._nursery is not None:
            assert self._nursery.stdin is not None
            self._nursery.stdin.close()
            self._nursery.wait(30)

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""

    def _start(self) -> Pipe:
        if self._listener is None:
            # The address is Python's own choice: short enough for a socket, in a folder of its own.
            self._listener = Listener(family="AF_UNIX")
        if self._nursery is None:
            code = f"from plugin.year.hands import nursery; nursery({str(self._listener.address)!r})"
            with self.log.open("ab") as log:
                self._nursery = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=log, stderr=log
                )
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(b"one\n")
        self._nursery.stdin.flush()
        pipe = self._listener.accept()
        pipe.send((dict(self.values), self.clock_path))
        self.pid = int(self._hear(pipe))
        self._pipe = pipe
        self.starts += 1
        return pipe

    def _hear(self, pipe: Pipe) -> Any:
        if not pipe.poll(PATIENCE):
            raise Stuck(f"the worker did not finish within {PATIENCE:.0f} s: {self.last_words()}")
        return pipe.recv()

    def _gone(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe, self.pid = None, 0
