"""One process of an installation: the web side or a worker, until it is told to end."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import update
from sqlmodel import col

from plugin.rows import Job
from plugin.scouting.idling import Idlers
from plugin.settings import Settings, WrongSetting
from plugin.work.context import Work
from plugin.work.runtime import build_work
from plugin.work.ticks import Ticker
from plugin.work.worker import Worker

if TYPE_CHECKING:
    from plugin.doors.sides import Side

log = structlog.get_logger(__name__)

LAST_WORDS = 10.0
"""Seconds a process whose supervisor died may take to end by itself."""


def watch_parent(watch: int | None) -> None:
    """End this process when the supervisor's end of the pipe closes, which the kernel does even after SIGKILL."""
    if watch is None:
        return

    def wait() -> None:
        while True:
            try:
                if not os.read(watch, 1):
                    break
            except InterruptedError:
                continue
            except OSError:
                break
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(LAST_WORDS)
        os._exit(1)

    threading.Thread(target=wait, name="supervisor-watch", daemon=True).start()


def binding(settings: Settings, side: Side | None) -> tuple[str, int]:
    """The address a web process listens on."""
    return (settings.staff_host, settings.staff_port) if side == "staff" else (settings.web_host, settings.web_port)


def run_web(settings: Settings, watch: int | None = None, side: Side | None = None) -> None:
    """Serve HTTP until SIGTERM or SIGINT: waitress in this process, or gunicorn's several; one `side`, or both (None)."""
    if settings.web_processes > 1:
        _gunicorn(settings, watch, side)
        return
    host, port = binding(settings, side)
    from waitress.server import create_server

    from plugin.doors.app import create_app

    work = build_work(settings)
    try:
        server = create_server(
            create_app(work, side),
            host=host,
            port=port,
            threads=settings.web_threads,
            # Doors refuse larger bodies themselves; this only bounds what is buffered before they can.
            max_request_body_size=64 * 1024 * 1024,
            connection_limit=500,
            asyncore_use_poll=True,
            ident=None,
        )
    except (OSError, ValueError) as error:  # ValueError: a host that waitress can't look up
        work.close()
        raise cant_listen(settings, error, side) from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    watch_parent(watch)
    log.info("web_started", port=getattr(server, "effective_port", port), side=side or "both")
    try:
        server.run()  # returns on SystemExit, its threads ended
    finally:
        server.close()
        work.close()
        log.info("web_ended")


def cant_listen(settings: Settings, error: Exception, side: Side | None = None) -> WrongSetting:
    """Why the web process can't have its address, and what to do."""
    name = "STAFF" if side == "staff" else "WEB"
    if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES):
        todo = f"set KAKUYAKU_{name}_PORT to a free one"
    else:
        todo = f"set KAKUYAKU_{name}_HOST to an address of this machine"
    why = getattr(error, "strerror", None) or str(error)
    host, port = binding(settings, side)
    return WrongSetting(f"can't listen on {host}:{port}: {why}; {todo}")


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _gunicorn(settings: Settings, watch: int | None, side: Side | None) -> None:
    from gunicorn.app.base import BaseApplication

    from plugin.doors.app import create_app

    class Application(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in {
                "bind": f"{host}:{port}",
                "workers": settings.web_processes,
                "worker_class": "gthread",
                "threads": settings.web_threads,
                "graceful_timeout": 10,
                "timeout": 60,
                "accesslog": None,
                "loglevel": "warning",
                "control_socket_disable": True,
            }.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> object:
            # Called in each worker, after the fork: no database connection is shared.
            return create_app(build_work(settings), side)

    host, port = binding(settings, side)
    watch_parent(watch)
    Application().run()


def run_worker(settings: Settings, watch: int | None = None, *, judge: Callable[[int], Any] | None = None) -> None:
    """Work owed jobs until SIGTERM or SIGINT. `judge` gives an employer's desk where it isn't the installed store's."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watch_parent(watch)
    with _only_worker(settings) as alone:
        work = build_work(settings)
        if judge is not None:
            work = replace(work, judge=judge)
        try:
            if alone:
                free_the_dead(work)
            worker, ticker, idlers = Worker(work), Ticker(work), Idlers(work)
            worker.start()
            ticker.start()
            if settings.imap_idle:
                idlers.start()
            log.info("worker_started", threads=settings.worker_threads)
            stop.wait()
            ticker.stop()
            idlers.stop()
            worker.stop()
        finally:
            work.close()
            log.info("worker_ended")


@contextmanager
def _only_worker(settings: Settings) -> Iterator[bool]:
    """On SQLite, be the only worker process or refuse; on PostgreSQL any number may run (False)."""
    if not settings.database.startswith("sqlite"):
        yield False
        return
    path = settings.data_folder / "worker.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongSetting(
                "a worker runs on this SQLite database already; stop it, or set KAKUYAKU_DATABASE_URL to PostgreSQL for several"
            ) from None
        yield True


def free_the_dead(work: Work) -> None:
    """Take back the jobs of a worker that died. Only for the one worker there is: nobody else can hold them."""
    with work.writing() as session:
        session.execute(
            update(Job).where(col(Job.state) == "owed", col(Job.lease_until).is_not(None)).values(lease_until=None)
        )
