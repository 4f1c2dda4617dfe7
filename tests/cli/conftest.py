"""Commands run as a person runs them: through `main`, in an installation of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from connectors.sandbox import serve
from plugin.cli import main
from plugin.demo.postbox import Postbox
from plugin.settings import load
from plugin.work.context import Work
from plugin.work.runtime import build_work


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


# Connecting: an ATS, a mail server, and an answers file for them.


@pytest.fixture
def ats(tmp_path: Path) -> Iterator[Any]:
    with serve(tmp_path / "sandbox", port=0, retry_after=(0.1,)) as running:
        yield running


@pytest.fixture
def smtp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    postbox = Postbox(tmp_path / "mail", ours=lambda address: False, hand_over=lambda recipient, raw: None)
    monkeypatch.setenv("KAKUYAKU_SMTP_URL", postbox.smtp_url)
    yield
    postbox.close()


@pytest.fixture
def answers(tmp_path: Path, ats: Any) -> Callable[..., Path]:
    def write(**changes: Any) -> Path:
        there = ats.connection()
        values = {
            "name": "greenhouse",
            "employer": "株式会社みほん",
            **there["credentials"],
            **there["options"],
            "from_name": "みほん採用",
            "from_address": "scout@mihon.example.com",
            "company_ja": "株式会社みほん",
            "company_en": "Mihon Inc.",
            "legal_sender": "株式会社みほん",
            "postal_address": "東京都千代田区見本町1-2-3",
            "contact": "saiyo@mihon.example.com",
            "attested_by": "管理 花子",
        }
        path = tmp_path / "answers.json"
        path.write_text(json.dumps({**values, **changes}), "utf-8")
        return path

    return write


@pytest.fixture
def stored(installation: Path) -> Iterator[Work]:
    work = build_work(load())
    yield work
    work.close()
