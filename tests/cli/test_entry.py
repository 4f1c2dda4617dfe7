"""Wrong input is one line and exit code 2; commands load only what they need."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from plugin.cli.entry import COMMANDS, cli, known_problem

Kakuyaku = Callable[..., Any]


@pytest.mark.parametrize(
    "wrong",
    [
        ["juggle"],
        ["jobs", "retry"],
        ["jobs", "retry", "17"],
        ["jobs", "list", "--limit", "0"],
        ["replay", "no-number"],
        ["replay", "17"],
        ["read-jd", "absent.txt"],
        ["rank", "--jd", "absent.txt", "--profiles", "absent.jsonl"],
        ["calibrate", "--jd", "absent.txt"],
        ["profiles", "import", "absent.jsonl"],
        ["profiles", "generate", "0"],
        ["profiles", "count"],
        ["profiles", "count", "--employer", "nobody"],
        ["connect", "greenhouse", "--answers", "absent.json"],
        ["doctor", "--connection", "nobody"],
        ["settings", "--no-such-option"],
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(kakuyaku: Kakuyaku, wrong: list[str]) -> None:
    ran = kakuyaku(*wrong)
    assert ran.code == 2
    assert len(ran.err.strip().splitlines()) == 1 and ran.err.startswith("kakuyaku: ")
    assert ran.out == ""


def test_a_wrong_setting_is_refused_by_every_kind_of_command(
    kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAKUYAKU_WEB_PORT", "http")
    for command in (["serve"], ["web"], ["worker"], ["settings"], ["jobs", "list"], ["doctor"]):
        ran = kakuyaku(*command)
        assert ran.code == 2 and "KAKUYAKU_WEB_PORT" in ran.err and len(ran.err.strip().splitlines()) == 1


def test_a_database_that_is_away_is_one_line(kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKUYAKU_DATABASE_URL", "postgresql+psycopg://u:secret@127.0.0.1:1/none")
    ran = kakuyaku("jobs", "list")
    assert ran.code == 2 and "KAKUYAKU_DATABASE_URL" in ran.err and "secret" not in ran.err


def test_many_web_processes_want_postgresql(kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKUYAKU_WEB_PROCESSES", "2")
    ran = kakuyaku("serve")
    assert ran.code == 2 and "PostgreSQL" in ran.err


def test_the_demo_mode_stays_on_this_machine(kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKUYAKU_DEMO", "true")
    monkeypatch.setenv("KAKUYAKU_WEB_HOST", "0.0.0.0")
    assert kakuyaku("web").code == 2


def test_a_bug_keeps_its_traceback() -> None:
    assert known_problem(KeyError("bug")) is None


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_there_and_explains_itself(kakuyaku: Kakuyaku, name: str) -> None:
    command = cli().get_command(None, name)  # type: ignore[arg-type]
    assert command is not None and command.help
    ran = kakuyaku(name, "--help")
    assert ran.code == 0 and "Usage: kakuyaku " + name in ran.out


def test_help_and_version(kakuyaku: Kakuyaku) -> None:
    ran = kakuyaku("--help")
    assert ran.code == 0 and all(name in ran.out for name in COMMANDS)
    assert kakuyaku("--version").out.startswith("kakuyaku ")


def test_settings_load_neither_numpy_nor_a_web_server(installation: Path) -> None:
    script = (
        "import sys; from plugin.cli import main; main(['settings', '--json']);"
        "print([m for m in ('numpy', 'chromadb', 'flask', 'requests', 'sqlalchemy') if m in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"
    assert json.loads(ran.stdout)[0]["name"] == "KAKUYAKU_DATA_FOLDER"


def test_a_new_key_is_a_key(kakuyaku: Kakuyaku) -> None:
    Fernet(kakuyaku("settings", "--new-key").out.strip().encode())
