"""`letter preview`, `client-names` and `experiment` as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, create_engine, select

from plugin.rows import ClientName, Connection, Employer, Experiment, Requisition

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def account(installation: Path) -> Path:
    """One connection with one requisition, `r1` in the ATS."""
    engine = create_engine(f"sqlite:///{installation / 'kakuyaku.sqlite3'}")
    with Session(engine) as session:
        employer = Employer(name="架空キャリア", mode="agency", created_at=NOW)
        session.add(employer)
        session.flush()
        base: dict[str, Any] = {"employer_id": employer.key, "created_at": NOW}
        connection = Connection(**base, url_key="k", ats="greenhouse", name="架空キャリア")
        session.add(connection)
        session.flush()
        session.add(Requisition(**base, connection_id=connection.key, ats_id="r1", title="職種", status="open"))
        session.commit()
    engine.dispose()
    return installation


def rows(folder: Path, kind: type[Any]) -> list[Any]:
    engine = create_engine(f"sqlite:///{folder / 'kakuyaku.sqlite3'}")
    with Session(engine) as session:
        found = list(session.exec(select(kind)))
    engine.dispose()
    return found


def test_names_are_imported_once_and_listed_as_they_are_imported(
    kakuyaku: Callable[..., Any], account: Path, tmp_path: Path
) -> None:
    file = tmp_path / "names.csv"
    file.write_text(
        "name,kind,requisition\n株式会社みなと物流,legal,r1\nハコブネ,product,\nみなと物流,,r1\n", encoding="utf-8"
    )
    assert "2 names added, 1 there already" in kakuyaku("client-names", "import", file, "--by", "sato").out
    assert "0 names added, 3 there already" in kakuyaku("client-names", "import", file).out
    assert [(row.name, row.kind, row.requisition_id, row.by) for row in rows(account, ClientName)] == [
        ("株式会社みなと物流", "legal", 1, "admin:sato"),
        ("ハコブネ", "product", None, "admin:sato"),
    ]
    assert (
        kakuyaku("client-names", "list").out == "name,kind,requisition\n株式会社みなと物流,legal,1\nハコブネ,product,\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("名前\nみなと\n", "columns name, kind, requisition"),
        ("name,kind\nみなと物流,firm\n", "line 2: kind must be one of"),
        ("name,requisition\nみなと物流,r9\n", "line 2: there is no requisition 'r9'"),
        ("name\nみなと物流\nＭ\n", "line 3: 'Ｍ' has fewer than two letters"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_added(
    kakuyaku: Callable[..., Any], account: Path, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "names.csv"
    file.write_text(text, encoding="utf-8")
    ran = kakuyaku("client-names", "import", file)
    assert ran.code != 0 and said in ran.err
    assert rows(account, ClientName) == []


def test_there_is_nothing_to_preview_before_a_letter_is_drafted(kakuyaku: Callable[..., Any], account: Path) -> None:
    assert "there is no requisition 7" in kakuyaku("letter", "preview", "--requisition", "7").err
    assert "no letter has been drafted for requisition 1 yet" in kakuyaku("letter", "preview", "--requisition", "1").err
    assert "no letter to u9" in kakuyaku("letter", "preview", "--requisition", "1", "--person", "u9").err


def test_an_experiment_is_planned_started_and_stopped(kakuyaku: Callable[..., Any], account: Path) -> None:
    planned = kakuyaku("experiment", "plan", "--expected", "0.1", "--hoped", "0.2").out
    assert "199 letters an arm, 398 in all" in planned and "can't be said how long" in planned
    assert "No experiment has been started" in kakuyaku("experiment", "status").out
    shares = ("--expected", "0.1", "--hoped", "0.2", "--by", "sato")
    assert "Write down one rule" in kakuyaku("experiment", "start", *shares).err
    assert "experiment 1 runs" in kakuyaku("experiment", "start", *shares, "--per-arm", "199").out
    assert "runs already" in kakuyaku("experiment", "start", *shares, "--per-arm", "199").err
    assert "Not yet: results show once the rule is reached" in kakuyaku("experiment", "status").out
    [status] = json.loads(kakuyaku("experiment", "status", "--json").out)
    assert (status["results"], status["reached"], status["sent"]) == (None, False, {"committed": 0, "standard": 0})
    assert "experiment 1: stopped" in kakuyaku("experiment", "stop", "--by", "sato").out
    assert "no experiment runs" in kakuyaku("experiment", "stop", "--by", "sato").err
    [row] = rows(account, Experiment)
    assert (row.started_by, row.ended_by, row.state) == ("admin:sato", "admin:sato", "stopped")
