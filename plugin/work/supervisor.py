"""`kakuyaku serve`: a web process and a worker process, started anew when one dies, ended together.

A child holds the read end of a pipe whose write end is ours alone; the kernel closes it when we die, however we die, and
the child ends itself then.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import click
import structlog

from plugin.settings import Settings

log = structlog.get_logger(__name__)

WRONG_INPUT = 2
STEADY = 60.0
"""Seconds after which a child counts as running well, and its next restart comes at once."""
GRACE = 40.0
"""Seconds children have to end before they are killed; a worker lets running jobs end."""


@dataclass
class _Child:
    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    next_start: float = 0.0


def webs(settings: Settings) -> tuple[str, ...]:
    """The web processes of these settings, as they are called: one for everything, or one a side."""
    return ("web --side public", "web --side staff") if settings.staff_host else ("web",)


def supervise(settings: Settings, names: tuple[str, ...] | None = None, *, quiet: bool = False) -> int:
    """Run the children (the web side and a worker) until SIGTERM or SIGINT; return the exit code: 2 when one refuses
    its settings.

    `quiet`: the caller says where people reach us.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ours, theirs = os.pipe()  # (read, write): the children read, nobody writes
    children = [_Child(name) for name in names or (*webs(settings), "worker")]
    code = 0
    try:
        for child in children:
            _start(child, ours)
        if not quiet:
            click.echo(f"kakuyaku serves {settings.public_url} (Ctrl-C ends it)")
            if settings.staff_host:
                click.echo(f"colleagues' pages are at {settings.staff_address}")
        while not stop.wait(0.1):
            for child in children:
                refused = _look_after(child, ours)
                if refused:
                    code = WRONG_INPUT
                    stop.set()
    finally:
        _end(children)
        os.close(ours)
        os.close(theirs)
    return code


def _start(child: _Child, watch: int) -> None:
    child.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", "plugin.cli", *child.name.split(), "--watch", str(watch)],
        pass_fds=(watch,),
        # Ctrl-C goes to the whole group of a terminal: the children are told by us, once.
        start_new_session=True,
    )
    child.started = time.monotonic()


def _look_after(child: _Child, watch: int) -> bool:
    """Start a dead child again after its back-off; True when it refused its settings, which no restart mends."""
    now = time.monotonic()
    if child.process is not None:
        code = child.process.poll()
        if code is None:
            return False
        if code == WRONG_INPUT:
            return True
        child.deaths = 0 if now - child.started > STEADY else child.deaths + 1
        wait = min(0.25 * 2 ** min(child.deaths, 7), 30.0)
        log.error("child_died", child=child.name, code=code, wait=wait)
        child.process, child.next_start = None, now + wait
    if now >= child.next_start:
        _start(child, watch)
    return False


def _end(children: list[_Child]) -> None:
    running = [child.process for child in children if child.process is not None]
    for process in running:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + GRACE
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("child_killed", pid=process.pid)
            process.kill()
            process.wait()
