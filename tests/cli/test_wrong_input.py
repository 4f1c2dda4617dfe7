"""What people get wrong around a command: ports, database files, addresses, empty files, Ctrl-C half way."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Kakuyaku = Callable[..., Any]


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port somebody listens on who takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def one_line(ran: Any, *words: str) -> None:
    assert ran.code == 2 and ran.out == "", ran
    assert len(ran.err.strip().splitlines()) == 1 and ran.err.startswith("kakuyaku: "), ran.err
    for word in words:
        assert word in ran.err, ran.err


def test_a_port_that_is_taken_is_told_before_anything_starts(
    kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch, taken_port: int
) -> None:
    monkeypatch.setenv("KAKUYAKU_WEB_PORT", str(taken_port))
    for command in ("serve", "web"):
        one_line(kakuyaku(command), str(taken_port), "KAKUYAKU_WEB_PORT")


def test_a_host_that_is_none_of_ours_is_told(kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKUYAKU_WEB_HOST", "nonsense.invalid")
    for command in ("serve", "web"):
        one_line(kakuyaku(command), "KAKUYAKU_WEB_HOST")


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("SMTP_URL", "smtp://mail.example.com:25", "loopback only"),
        ("SMTP_URL", "smtps://user:secret@mail.example.com", "KAKUYAKU_SMTP_PASSWORD"),
        ("IMAP_URL", "imap://mail.example.com", "imaps://user@host"),
        ("SECRET_KEYS", "abc", "--new-key"),
    ],
)
def test_a_server_that_could_never_be_used_is_refused_at_start(
    kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    monkeypatch.setenv(f"KAKUYAKU_{name}", value)
    for command in ("serve", "worker", "web"):
        one_line(kakuyaku(command), word)


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("DATABASE_URL", "postgresql+psycopg://u:secret@host:port/x", "port"),
        ("PUBLIC_URL", "https://", "https://host"),
        ("CHROMA_URL", "http://127.0.0.1:99999", "http://host:port"),
        ("WEB_PORT", "-1", "must be greater than or equal to 0"),
        ("DEMO", "maybe", "must be a valid boolean"),
    ],
)
def test_settings_that_are_no_addresses_are_refused(
    kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    monkeypatch.setenv(f"KAKUYAKU_{name}", value)
    ran = kakuyaku("settings")
    one_line(ran, f"KAKUYAKU_{name}", word)
    assert "secret" not in ran.err


def test_a_file_that_is_no_database_is_told(
    kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other.bin").write_bytes(b"no database at all" * 200)
    monkeypatch.setenv("KAKUYAKU_DATABASE_URL", f"sqlite:///{tmp_path}/other.bin")
    one_line(kakuyaku("jobs", "list"), "not a database", "KAKUYAKU_DATABASE_URL")


def test_a_data_folder_that_is_a_file_is_told(
    kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("KAKUYAKU_DATA_FOLDER", str(tmp_path / "file"))
    one_line(kakuyaku("jobs", "list"), "KAKUYAKU_DATA_FOLDER")


@pytest.mark.parametrize("command", [["jobs", "retry"], ["replay"]])
def test_a_number_no_row_can_have_is_told(kakuyaku: Kakuyaku, command: list[str]) -> None:
    one_line(kakuyaku(*command, "9" * 30))


def test_files_that_say_nothing_are_told(kakuyaku: Kakuyaku, tmp_path: Path) -> None:
    empty, sjis, idle = tmp_path / "empty.txt", tmp_path / "sjis.txt", tmp_path / "idle.txt"
    empty.write_text(" \n")
    sjis.write_bytes("バックエンドエンジニア募集".encode("cp932"))
    idle.write_text("こんにちは。今日は良い天気ですね。", "utf-8")
    for command in (["read-jd"], ["story", "--jd"], ["connect", "greenhouse", "--answers"]):
        one_line(kakuyaku(*command, empty), "empty")
        one_line(kakuyaku(*command, sjis), "UTF-8")
    for command in (["read-jd"], ["story", "--jd"]):
        one_line(kakuyaku(*command, idle), "asks for nothing")
    one_line(kakuyaku("rank", "--jd", "-", "--profiles", "-"), "Standard input")


def test_people_read_before_ctrl_c_are_kept_and_the_same_command_goes_on(
    kakuyaku: Kakuyaku, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.jsonl"
    kakuyaku("profiles", "generate", 1100, "--seed", 3, "--out", people)
    command = ["profiles", "import", people, "--employer", "みほん", "--create"]
    from plugin import people as door

    real, calls = door.add_profiles, []

    def stopped_in_the_third(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given, **named)

    monkeypatch.setattr(door, "add_profiles", stopped_in_the_third)
    ran = kakuyaku(*command)
    assert ran.code == 130 and "goes on" in ran.err and len(ran.err.strip().splitlines()) == 1
    counted = json.loads(kakuyaku("profiles", "count", "--json").out)
    assert (counted["known"], counted["profiles"]) == (1000, 0)
    ran = kakuyaku("profiles", "verify", "--json")
    assert json.loads(ran.out) == [] and "1,000 changes wait" in ran.err
    monkeypatch.setattr(door, "add_profiles", real)
    assert kakuyaku(*command).code == 0
    counted = json.loads(kakuyaku("profiles", "count", "--json").out)
    assert (counted["known"], counted["profiles"]) == (1100, 1100)
    assert kakuyaku("profiles", "verify").out == "sound\n"


def test_a_store_that_does_not_answer_keeps_who_was_read(
    kakuyaku: Kakuyaku, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.jsonl"
    kakuyaku("profiles", "generate", 3, "--out", people)
    monkeypatch.setenv("KAKUYAKU_CHROMA_URL", "http://127.0.0.1:1")
    one_line(kakuyaku("profiles", "import", people, "--employer", "みほん", "--create"), "Chroma", "kept")
    monkeypatch.delenv("KAKUYAKU_CHROMA_URL")
    assert "3 changes wait" in kakuyaku("profiles", "count").out
