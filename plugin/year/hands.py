"""The worker of the simulated year: a process of its own, so that it can be killed at any moment and started anew.

It is forked from a server that has everything imported, because a year has many deaths and little time. What it does in
between is a worker's own work on the same database, the same store and the same clock.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from plugin.logs import set_up_logs
from plugin.settings import alone
from plugin.work import ticks
from plugin.work.handlers import HANDLERS
from plugin.work.processes import free_the_dead
from plugin.work.runtime import build_work
from plugin.work.worker import Worker
from plugin.year.shared_clock import SharedClock

THREADS = 2
DUTIES: dict[str, Callable[..., None]] = {
    "sweep": ticks.owe_sweeps,
    "mail": ticks.owe_mailbox,
    "promises": ticks.owe_promise_clock,
    "all": ticks.tick,
}
PATIENCE = 120.0
"""Real seconds one stretch of work may take before the year is called stuck."""


class Stuck(Exception):
    """The worker neither finished nor died."""


def work_for(pipe: Pipe, values: Mapping[str, Any], clock_path: Path, log: Path) -> None:
    """The process: do what the pipe asks for until it says `end` or closes."""
    import os
    import sys

    # Its log is a file of its own: what it says belongs beside the year's own lines, not between them.
    file = log.open("a")
    os.dup2(file.fileno(), 1)
    os.dup2(file.fileno(), 2)
    sys.stdout = sys.stderr = file
    settings = alone(**values)
    set_up_logs(settings)
    clock = SharedClock(clock_path)
    work = build_work(settings, clock)
    free_the_dead(work)  # the year has one worker; what its predecessor held is free
    worker = Worker(work, HANDLERS)
    try:
        with ThreadPoolExecutor(THREADS) as hands:
            while True:
                asked = pipe.recv()
                if asked == "end":
                    return
                for duty in asked:
                    DUTIES[duty](work)
                pipe.send(sum(done.result() for done in [hands.submit(worker.run_due) for _ in range(THREADS)]))
    except EOFError:
        return
    finally:
        work.close()
        clock.close()


@dataclass
class Hands:
    """The worker process as its employer sees it. `before` is asked before each stretch of work whether it will be killed."""

    values: Mapping[str, Any]
    clock_path: Path
    log: Path
    deaths: int = 0
    starts: int = 0
    seconds: float = 0.0  # real ones spent waiting for it
    _process: Any = None
    _pipe: Pipe | None = None
    _context: Any = field(default_factory=lambda: multiprocessing.get_context("forkserver"))

    def start(self) -> None:
        if self.starts == 0:
            self._context.set_forkserver_preload(["plugin.year.preloaded"])
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=work_for, args=(theirs, dict(self.values), self.clock_path, self.log), daemon=True
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        self.starts += 1

    def run(self, *duties: str) -> int | None:
        """Do the duties and all work that is due; how many jobs ran, or None when the process died over it."""
        if self._pipe is None:
            self.start()
        assert self._pipe is not None
        began = time.monotonic()
        try:
            self._pipe.send(duties)
            if not self._pipe.poll(PATIENCE):
                raise Stuck(f"the worker did not finish within {PATIENCE:.0f} s: {self.last_words()}")
            return int(self._pipe.recv())
        except (EOFError, OSError):
            self._gone()
            return None
        finally:
            self.seconds += time.monotonic() - began

    def kill(self) -> None:
        """End the process as a power cut would; `run` notices. Safe from any thread."""
        process = self._process
        if process is not None and process.is_alive():
            self.deaths += 1
            process.kill()

    def restart(self) -> None:
        """End it the orderly way; the next `run` starts another."""
        if self._pipe is not None:
            try:
                self._pipe.send("end")
                self._process.join(30)
            except OSError:
                pass  # it is dead already
            self._gone()

    def close(self) -> None:
        self.restart()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""

    def _gone(self) -> None:
        if self._process is not None:
            if self._process.is_alive():
                self._process.join(5)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None
