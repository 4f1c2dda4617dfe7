"""The databases a benchmark runs on: SQLite in a folder, and a throw-away PostgreSQL that keeps its promises (fsync on)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

NOBODY = 65534
START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A database to measure on. `url` is empty for SQLite in the installation's own folder."""

    name: str
    url: str


class NoDatabase(Exception):
    """The PostgreSQL server did not start; the message is its own."""


@contextmanager
def engines(wanted: str, url: str) -> Iterator[list[Engine]]:
    """The engines to measure: `wanted` is sqlite, postgresql or both; `url` names a server, "" starts one if there is one.

    On a server given by URL databases are made for the time; its user must be allowed to.
    """
    found = [Engine("SQLite", "")] if wanted in ("both", "sqlite") else []
    if wanted == "sqlite":
        yield found
    elif url:
        yield [*found, Engine("PostgreSQL", url)]
    elif find_program("initdb") is None:
        if wanted == "postgresql":
            raise NoDatabase("PostgreSQL's initdb is not here; install it or give --database-url")
        yield found
    else:
        with throw_away_postgresql() as made:
            yield [*found, Engine("PostgreSQL", made)]


def find_program(name: str) -> Path | None:
    """A server program, also where Debian keeps it out of the PATH."""
    found = shutil.which(name)
    if found:
        return Path(found)
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return folder / name
    return None


@contextmanager
def throw_away_postgresql() -> Iterator[str]:
    """Run a PostgreSQL on a Unix socket for as long as the block, durable as by default; yields a database's URL."""
    initdb = find_program("initdb")
    if initdb is None:
        raise NoDatabase("PostgreSQL's initdb is not here")
    folder = Path(tempfile.mkdtemp(prefix="kakuyaku-pg-"))
    as_nobody: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        os.chown(folder, NOBODY, NOBODY)
        as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig=QUIT"]
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    data = folder / "data"
    try:
        subprocess.run(  # noqa: S603 - a server program found above
            [*as_nobody, str(initdb), "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", str(data)],
            check=True, capture_output=True, env=environment, cwd=folder,
        )  # fmt: skip
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(  # noqa: S603 - likewise
                [
                    *as_nobody, str(initdb.resolve().with_name("postgres")), "-D", str(data),
                    "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "max_connections=200",
                ],
                stdout=log, stderr=log, env=environment, cwd=folder,
            )  # fmt: skip
        try:
            _wait_for(folder, server)
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait(20)
    except subprocess.CalledProcessError as error:
        raise NoDatabase(f"initdb failed: {error.stderr.decode(errors='replace').strip()}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(folder: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(f"host={folder} user=postgres dbname=postgres"):
                return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                words = (folder / "log").read_text(errors="replace").strip()
                raise NoDatabase(f"PostgreSQL did not start: {words[-500:]}") from None
            time.sleep(0.05)


@contextmanager
def fresh_database(engine: Engine) -> Iterator[str]:
    """The URL of a new, empty database on the engine's server, dropped at the end; "" for SQLite, new in every folder."""
    if not engine.url:
        yield ""
        return
    there = make_url(engine.url)
    name = f"kakuyaku_bench_{time.time_ns()}"
    server = create_engine(there, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield there.set(database=name).render_as_string(hide_password=False)
        finally:
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    finally:
        server.dispose()
