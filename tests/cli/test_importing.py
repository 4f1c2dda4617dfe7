"""`profiles import` as a person runs it: tables, folders, the ATS; what is said and what is left beside the file."""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plugin.cli.means import opened
from plugin.connections import add_secret
from plugin.policy import Policy
from plugin.rows import Connection, Employer, Rediscovery

Kakuyaku = Callable[..., Any]
OWN = ("--employer", "みほん", "--create")
WORK = "決済基盤のバックエンド開発にGoで五年間従事し、直近は五名のチームのリーダーを務めています。"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    with path.open("w", encoding="cp932", newline="") as file:
        csv.writer(file).writerows(
            [
                ("氏名", "メールアドレス", "性別", "職務要約", "最終更新日"),
                ("見本 太郎", "taro@example.com", "男", WORK, "2026/09/01"),
                ("例示 花子", "hanako@example", "女", WORK, ""),
                ("見本 太郎", "taro@example.com", "男", "営業を2年", "2020/09/01"),
            ]
        )
    return path


def test_a_table_is_shown_first_and_imported_when_agreed(kakuyaku: Kakuyaku, table: Path) -> None:
    ran = kakuyaku("profiles", "import", table, *OWN)
    assert ran.code == 1 and "Nothing imported" in ran.out
    assert "Shift_JIS" in ran.err and "氏名 → name   見■ | 例■ | 見■" in ran.err and "太郎" not in ran.err
    assert "性別 → left out: must not decide (gender)   ■ | ■ | ■" in ran.err
    mapping = table.with_suffix(".mapping.toml")
    assert '"氏名" = "name"' in mapping.read_text("utf-8")
    ran = kakuyaku("profiles", "import", table, *OWN, "--mapping", mapping)
    assert ran.code == 0, ran
    assert "1 imported, 1 folded into somebody who is the same person, 1 set aside" in ran.out
    assert "stripped: gender 2" in ran.out and "1 without a basis" in ran.out
    assert "line 3: the mail address is none" in ran.err and "line 4: same mail address" in ran.err
    rejected = table.with_suffix(".rejected.csv")
    with rejected.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["where"], row["氏名"]) == ("line 3", "例示 花子") and rejected.stat().st_mode & 0o077 == 0
    again = kakuyaku("profiles", "import", table, *OWN, "--yes")
    assert again.code == 0 and "0 imported, 2 were in already, 1 set aside" in again.out
    assert json.loads(kakuyaku("profiles", "count", "--json").out)["profiles"] == 1


def test_a_dry_run_changes_nothing(kakuyaku: Kakuyaku, table: Path) -> None:
    ran = kakuyaku("profiles", "import", table, "--dry-run")
    assert ran.code == 0 and "2 could be imported, 1 would be set aside" in ran.out
    assert kakuyaku("profiles", "count", "--json").code == 2  # nobody's store was made


def test_bad_lines_go_to_a_file_beside_and_a_clean_run_removes_it(kakuyaku: Kakuyaku, tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(f'{{"id": "a", "text": "{WORK}"}}\nnonsense\n', "utf-8")
    ran = kakuyaku("profiles", "import", path, *OWN)
    assert ran.code == 0 and "1 imported, 1 set aside" in ran.out and "line 2" in ran.err
    rejected = tmp_path / "people.rejected.jsonl"
    assert json.loads(rejected.read_text("utf-8"))["record"] == "nonsense"
    path.write_text(f'{{"id": "a", "text": "{WORK}"}}\n', "utf-8")
    assert kakuyaku("profiles", "import", path, *OWN).code == 0 and not rejected.exists()


def test_a_folder_of_documents(kakuyaku: Kakuyaku, tmp_path: Path) -> None:
    folder = tmp_path / "résumés"
    folder.mkdir()
    (folder / "a.txt").write_text(f"氏名：見本 太郎\n性別：男\n{WORK}", "utf-8")
    (folder / "b.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    options = ("--basis", "agency_registrant", "--as-of", "2026-10-01", "--source", "archive")
    ran = kakuyaku("profiles", "import", folder, *OWN, *options)
    assert ran.code == 0 and "1 imported, 1 set aside" in ran.out and "gender 1" in ran.out
    assert "b.doc: this format can't be read: save it as .docx" in ran.err
    assert (tmp_path / "résumés.rejected.csv").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "Name a file"),
        (["x.csv", "--from-ats", "a"], "Name a file"),
        (["x.csv", "--basis", "own_applicant"], "--consent-date"),
        (["x.csv", "--basis", "friend"], "friend"),
        (["x.csv", "--as-of", "2199-01-01"], "future"),
        (["x.csv", "--since", "2026-01-01"], "--from-ats"),
        (["--from-ats", "a", "--basis", "none"], "--from-ats takes"),
        (["--from-ats", "nobody"], "no connection"),
    ],
)
def test_wrong_options_are_one_clear_line(kakuyaku: Kakuyaku, tmp_path: Path, options: list[str], says: str) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    ran = kakuyaku("profiles", "import", *options)
    assert ran.code == 2 and says in ran.err and ran.out == ""


def test_ctrl_c_finishes_the_people_under_way(
    kakuyaku: Kakuyaku, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.jsonl"
    kakuyaku("profiles", "generate", 1100, "--seed", 5, "--out", people)
    from plugin import people as door

    real, before = door.add_profiles, signal.getsignal(signal.SIGINT)

    def interrupted(*given: Any, **named: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return real(*given, **named)

    monkeypatch.setattr(door, "add_profiles", interrupted)
    ran = kakuyaku("profiles", "import", people, *OWN)
    assert (
        ran.code == 130 and "500 imported" in ran.out and "stopped after line 500" in ran.err and "goes on" in ran.err
    )
    monkeypatch.setattr(door, "add_profiles", real)
    ran = kakuyaku("profiles", "import", people, *OWN)
    assert ran.code == 0 and "600 imported, 500 were in already" in ran.out
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def ats(installation: Path, sandbox: Any) -> Any:
    """A connection named みほん to a sandbox that has known four people for years."""
    from connectors.sandbox import past
    from connectors.sandbox.jobs import create_job

    job, _ = create_job(sandbox.ats, name="過去の求人")
    past.add_past_candidates(sandbox.ats, job["id"])
    given = sandbox.connection()
    with opened() as work, work.writing() as session:
        employer = Employer(name="みほん", created_at=work.clock.now())
        session.add(employer)
        session.flush()
        policy = Policy(applicants_consent_from=datetime(2000, 1, 1, tzinfo=UTC).date())
        connection = Connection(
            employer_id=employer.key, url_key="k", ats="greenhouse", name="みほん", options=given["options"],
            policy=policy.model_dump(mode="json"), created_at=work.clock.now(),
        )  # fmt: skip
        session.add(connection)
        session.flush()
        for name, value in given["credentials"].items():
            add_secret(session, work.vault, connection, name, value)
    return sandbox


def test_past_candidates_come_from_the_ats_and_only_once(kakuyaku: Kakuyaku, ats: Any) -> None:
    assert "4 could be imported" in kakuyaku("profiles", "import", "--from-ats", "みほん", "--dry-run").out
    ran = kakuyaku("profiles", "import", "--from-ats", "みほん")
    assert ran.code == 0 and "4 imported" in ran.out and "1 without a basis" in ran.out, ran
    assert json.loads(kakuyaku("profiles", "count", "--json").out)["profiles"] == 4
    assert "0 imported, 4 were in already" in kakuyaku("profiles", "import", "--from-ats", "みほん").out


def test_a_reading_goes_on_from_the_page_it_stopped_at(
    kakuyaku: Kakuyaku, ats: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.greenhouse import past as module
    from plugin.cli import rediscovering

    monkeypatch.setattr(module, "PER_PAGE", 2)
    monkeypatch.setattr(rediscovering, "MOST_WAITS", 0)
    real, asked = module.Past.past_candidates, []

    def fails_on_the_second(self: Any, since: Any, cursor: str = "") -> Any:
        asked.append(cursor)
        if len(asked) == 2:
            from connectors.base import ATSError

            raise ATSError("Greenhouse: maintenance", status=503)
        return real(self, since, cursor)

    monkeypatch.setattr(module.Past, "past_candidates", fails_on_the_second)
    ran = kakuyaku("profiles", "import", "--from-ats", "みほん")
    assert ran.code == 2 and "maintenance" in ran.err and "goes on" in ran.err
    ran = kakuyaku("profiles", "import", "--from-ats", "みほん")
    assert ran.code == 0 and "2 imported" in ran.out and "going on after the 2 people" in ran.err
    assert asked == ["", asked[1], asked[1]] and asked[1]
    with opened() as work, work.reading() as session:
        row = session.get(Rediscovery, 1)
        assert row is not None and row.people == 4 and row.finished_at is not None


def test_an_ats_that_asks_to_wait_is_waited_for(kakuyaku: Kakuyaku, ats: Any) -> None:
    ats.misbehave("too_many_requests", next=2, delay=1, path="/v3/candidates")
    assert kakuyaku("profiles", "import", "--from-ats", "みほん").code == 0


def test_confirming_people(kakuyaku: Kakuyaku, tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(f'{{"id": "a", "text": "{WORK}", "as_of": "2020-01-01"}}\n', "utf-8")
    kakuyaku("profiles", "import", path, *OWN)
    ran = kakuyaku("profiles", "confirm", "a", "nobody", "--by", "佐藤")
    assert ran.code == 0 and ran.out == "1 confirmed\n" and "not in the store: nobody" in ran.err
    assert kakuyaku("profiles", "confirm", "nobody", "--by", "佐藤").code == 1
