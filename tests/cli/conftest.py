"""Commands run as a person runs them: through `main`, in an installation of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from plugin.cli import main


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Path:
    """An empty installation in a folder of its own; its database is migrated already, to save time."""
    folder = tmp_path / "installation"
    folder.mkdir()
    (folder / "kakuyaku.sqlite3").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("KAKUYAKU_DATA_FOLDER", str(folder))
    monkeypatch.setenv("KAKUYAKU_PUBLIC_URL", "http://127.0.0.1:9")  # nobody answers there
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def kakuyaku(installation: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Ran]]:
    """`kakuyaku("jobs", "list")` → exit code, output, error output."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    yield run
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def english_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak the shell's language; tests read English unless they say otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
