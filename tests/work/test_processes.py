"""`serve`, `web`, `worker` as real processes: restarted when they die, gone when the supervisor is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from plugin.settings import Settings, WrongSetting
from plugin.work.context import Work
from plugin.work.processes import _only_worker


def children(pid: int) -> dict[int, str]:
    """Living children of a process with their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
                if int(parent) == pid and state != "Z":
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(true: Callable[[], object], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def serving(tmp_path: Path, sqlite_template: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    folder = tmp_path / "installation"
    folder.mkdir()
    (folder / "kakuyaku.sqlite3").write_bytes(sqlite_template.read_bytes())
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "KAKUYAKU_DATA_FOLDER": str(folder),
        "KAKUYAKU_WEB_PORT": str(port),
        "KAKUYAKU_LOG_LEVEL": "error",
    }
    # Our packages have everyday names: one of the same name in the working folder must not be taken for ours.
    stray = tmp_path / "work" / "plugin"
    stray.mkdir(parents=True)
    (stray / "__init__.py").write_text("raise SystemExit('a stranger')\n")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "plugin.cli", "serve"],
        env=environment,
        cwd=tmp_path / "work",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(60)


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def named(pid: int, name: str) -> list[int]:
    return [child for child, line in children(pid).items() if f"plugin.cli {name}" in line]


def test_a_dead_child_is_started_again_and_all_end_together(serving: subprocess.Popen[bytes], port: int) -> None:
    until(lambda: answers(port) and named(serving.pid, "worker"))
    for name in ("web", "worker"):
        [before] = named(serving.pid, name)
        os.kill(before, signal.SIGKILL)
        until(lambda name=name, before=before: named(serving.pid, name) not in ([], [before]))  # type: ignore[misc]
    until(lambda: answers(port))
    mine = list(children(serving.pid))
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(60) == 0
    assert not any(alive(pid) for pid in mine)


def test_children_end_when_the_supervisor_is_killed(serving: subprocess.Popen[bytes], port: int) -> None:
    until(lambda: answers(port) and named(serving.pid, "worker"))
    mine = list(children(serving.pid))
    assert len(mine) == 2
    serving.kill()
    serving.wait(20)
    until(lambda: not any(alive(pid) for pid in mine))


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {
            **os.environ,
            "KAKUYAKU_DATA_FOLDER": str(tmp_path / "other"),
            "KAKUYAKU_WEB_PORT": str(taken.getsockname()[1]),
        }
        ran = subprocess.run(
            [sys.executable, "-m", "plugin.cli", "web"], env=environment, capture_output=True, text=True, cwd=tmp_path
        )
    assert ran.returncode == 2
    assert "KAKUYAKU_WEB_PORT" in ran.stderr and len(ran.stderr.strip().splitlines()) == 1


@pytest.mark.postgres
def test_several_web_processes_share_postgresql(tmp_path: Path, port: int, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgres_server")
    url = server.fresh()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "KAKUYAKU_DATA_FOLDER": str(tmp_path / "installation"),
        "KAKUYAKU_DATABASE_URL": url,
        "KAKUYAKU_WEB_PORT": str(port),
        "KAKUYAKU_WEB_PROCESSES": "2",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "plugin.cli", "web"],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        until(lambda: answers(port))
        mine = list(children(process.pid))
        assert len(mine) == 2
        process.terminate()
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait(20)
        server.drop(url)
    assert process.returncode == 0, said
    assert b"Traceback" not in said
    until(lambda: not any(alive(pid) for pid in mine))


def test_sqlite_has_one_worker_process(settings: Settings) -> None:
    settings.data_folder.mkdir(parents=True)
    with _only_worker(settings) as alone:
        assert alone
        with pytest.raises(WrongSetting, match="PostgreSQL"), _only_worker(settings):
            pass
    elsewhere = settings.model_copy(update={"database_url": "postgresql+psycopg://u@db/k"})
    with _only_worker(elsewhere) as first, _only_worker(elsewhere) as second:
        assert not first and not second


def test_importing_the_means_of_work_loads_neither_numpy_nor_chromadb() -> None:
    script = (
        "import sys, plugin.work.runtime, plugin.work.worker, plugin.work.handlers, plugin.doors.webhooks;"
        "print([m for m in ('numpy', 'chromadb', 'simsimd') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_means_are_closed_twice_without_harm(work: Work) -> None:
    work.close()
    work.close()
