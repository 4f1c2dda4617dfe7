"""From a requisition in the sandbox ATS to a promise in force: real HTTP, real judgement, both databases."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from sqlmodel import select

from connectors.sandbox import seed
from plugin.alignment.commitment import on_receipt_accepted
from plugin.clock import SettableClock
from plugin.people import add_people, delete_profiles
from plugin.rows import Calibration, Commitment, Connection, Job, Mail
from plugin.work.context import Work
from plugin.work.handlers import HANDLERS
from plugin.work.jobs import Claim, owe
from plugin.work.worker import Worker
from ranking.universe import generate

JD = files("ranking").joinpath("data/demo/backend_ja.txt").read_text(encoding="utf-8")


def _take(work: Work, claim: Claim) -> None:
    with work.finishing(claim) as session:
        mail = session.get_one(Mail, claim.payload["mail_id"])
        mail.state, mail.accepted_at = "sent", work.clock.now()
        session.add(mail)
        on_receipt_accepted(session, mail)


def _nothing(work: Work, claim: Claim) -> None:
    """The batch is scouting's."""


class Stage:
    def __init__(self, work: Work, connection: Connection, sandbox: Any, clock: SettableClock) -> None:
        self.work, self.connection, self.sandbox, self.clock = work, connection, sandbox, clock
        self.worker = Worker(work, {**HANDLERS, "send_mail": _take, "prepare_batch": _nothing})
        self.id = ""
        self.rung = 0

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.sandbox.url + path, method=method, data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def create(self) -> None:
        body = {
            "name": "バックエンドエンジニア",
            "post": JD,
            "status": "open",
            "manager_id": seed.MANAGER,
            "recruiter_id": seed.RECRUITER,
        }
        self.id = str(self.call("POST", "/sandbox/requisitions", body)["id"])

    def ring(self) -> None:
        self.rung += 1
        with self.work.writing() as session:
            owe(
                session,
                "read_requisition",
                str(self.rung),
                employer_id=self.connection.employer_id,
                connection_id=self.connection.key,
                payload={"ats_id": self.id},
            )
        self.worker.run_due()

    def there(self) -> Any:
        return self.call("GET", f"/sandbox/requisitions/{self.id}")

    def commitments(self) -> list[Commitment]:
        with self.work.reading() as session:
            return list(session.exec(select(Commitment).order_by(Commitment.id)))  # type: ignore[arg-type]


@pytest.fixture
def stage(work: Work, sandbox_connection: Connection, sandbox: Any, clock: SettableClock) -> Iterator[Stage]:
    with work.writing() as session:
        connection = session.get_one(Connection, sandbox_connection.key)
        connection.attested_by, connection.attested_at = "admin", clock.now()
        session.add(connection)
        add_people(session, work.vault, connection.employer_id, list(generate(150, 1)), source="generated")
    made = Stage(work, connection, sandbox, clock)
    made.create()
    yield made


def test_a_requisition_becomes_a_promise_inside_the_ats(stage: Stage) -> None:
    stage.ring()
    there = stage.there()
    note = there["job_notes"][-1]["body"]
    assert note.count("A-") == 20 and "自社データ150名" in note
    with stage.work.reading() as session:
        calibration = session.exec(select(Calibration)).one()
    assert there["fields"]["kakuyaku_calibration"] == calibration.short_id
    before = stage.sandbox.writes()
    for _echo in range(10):
        stage.ring()
    assert stage.sandbox.writes() == before, "ten echoes cause no write"

    decision = {"by": seed.MANAGER, "choice": "approve", "line": "６０点", "days": "5", "meeting": "面接"}
    stage.call("POST", f"/sandbox/requisitions/{stage.id}/decision", decision)
    stage.ring()
    assert [c.state for c in stage.commitments()] == ["grace"]
    stage.clock.move(timedelta(minutes=31))
    stage.worker.run_due()
    commitment = stage.commitments()[0]
    assert (commitment.state, commitment.line, commitment.score_version) == ("in_force", 60, calibration.score_version)
    assert stage.there()["fields"]["kakuyaku_message"].startswith("有効です：60点以上")
    with stage.work.reading() as session:
        assert not session.exec(select(Job.error).where(Job.error != "")).all()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["too_many_requests", "server_error", "drop_answer", "error_after_write"])
def test_a_misbehaving_ats_ends_in_the_same_state(stage: Stage, kind: str) -> None:
    stage.sandbox.misbehave(kind, next=3, on="writes")
    stage.ring()
    for _wait in range(12):
        stage.clock.move(timedelta(minutes=6))
        stage.worker.run_due()
    there = stage.there()
    assert len(there["job_notes"]) == 1 and there["fields"]["kakuyaku_calibration"]
    with stage.work.reading() as session:
        assert set(session.exec(select(Job.state)).all()) == {"done"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_store_follows_the_journal(stage: Stage, new_work: Callable[..., Work]) -> None:
    stage.worker.run_due()
    employer_id = stage.connection.employer_id
    desk = stage.work.judge(employer_id)
    assert desk.store.count() == 150 and desk.catch_up(stage.work) == 150
    with stage.work.writing() as session:
        assert delete_profiles(session, stage.work.vault, employer_id, ["u000001", "u000002"]) == 2
    stage.worker.run_due()
    assert desk.store.count() == 148 and desk.catch_up(stage.work) == 152
    assert "u000001" not in desk.store.get(["u000001"])
