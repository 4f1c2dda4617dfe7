"""The test house: where servers are found and how they are started. Used by `conftest.py` alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

# What a marked test needs, and how a Debian user gets it.
PROGRAMS = {
    "postgres": ("initdb", "PostgreSQL is absent: apt-get install postgresql"),
    "browser": ("chromium", "Chromium is absent: apt-get install chromium fonts-noto-cjk"),
    "dovecot": ("dovecot", "Dovecot is absent: apt-get install dovecot-imapd"),
}
NOBODY = 65534


def program(name: str) -> Path | None:
    """Find a server program, also where Debian keeps it out of the PATH."""
    found = shutil.which(name)
    if found:
        return Path(found)
    for folder in (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/sbin")):
        if (folder / name).exists():
            return folder / name
    return None


class Postgres:
    """A throw-away server on a Unix socket, without fsync. `fresh()` gives a new migrated database's URL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._template_made = False

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def execute(self, sql: str) -> None:
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(sql.encode())

    def empty(self) -> str:
        """Make a database without tables and return its URL."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def fresh(self) -> str:
        """Make a migrated database and return its URL."""
        from plugin.migrate import upgrade

        if not self._template_made:
            self.execute("CREATE DATABASE migrated")
            upgrade(self.url("migrated"))
            self._template_made = True
        name = f"t{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE migrated")
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.split("/")[-1].split("?")[0] if "?" not in url else url.split("?")[0].rsplit("/", 1)[1]
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a server for as long as the block; as root it runs as nobody, because PostgreSQL refuses root."""
    initdb = program("initdb")
    assert initdb is not None, "the caller looks first"
    folder = Path(tempfile.mkdtemp(prefix="kakuyaku-pg-"))
    as_nobody: list[str] = []
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig=QUIT"]
    data = folder / "data"
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    subprocess.run(
        [*as_nobody, str(initdb), "-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", str(data)],
        check=True, capture_output=True, env=environment, cwd=folder,
    )  # fmt: skip
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "300",
        "shared_buffers": "64MB",
        "autovacuum": "off",
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                *as_nobody,
                str(initdb.with_name("postgres")) if (initdb.with_name("postgres")).exists() else "postgres",
                "-D",
                str(data),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
        )
    try:
        made = Postgres(folder)
        for _ in range(400):
            try:
                made.execute("SELECT 1")
                break
            except psycopg.OperationalError:
                if server.poll() is not None:
                    raise RuntimeError((folder / "log").read_text()) from None
                time.sleep(0.025)
        yield made
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def children(of: int) -> dict[int, str]:
    """Living (not zombie) child processes of a process, pid to command line."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            state, parent = stat.rsplit(")", 1)[1].split()[:2]
            if int(parent) == of and state != "Z":
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found
