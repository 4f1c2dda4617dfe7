"""A requisition with a calibration, people and a commitment; an SMTP server that does as told."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email import policy as email_policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import event
from sqlmodel import Session, col, select

from connectors.records import Application, Candidate
from plugin.alignment.scores import best_first, grouped, keep
from plugin.clock import SettableClock
from plugin.database import Database
from plugin.people import Identity, Person, add_profiles
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Connection,
    Job,
    Mail,
    RequirementRow,
    Requisition,
    Scout,
    Staff,
)
from plugin.work.context import Work
from plugin.work.jobs import owe
from plugin.work.worker import Worker
from ranking.requirement import read_requirement
from ranking.values import Dimension, EvidenceRow, Profile, Quote, Scored

DESCRIPTION = """バックエンドエンジニア
必須：Goでの開発経験3年以上
歓迎：Kubernetesの経験
勤務地：東京都
年収：600万円〜900万円
雇用形態：正社員
リモート：一部リモート可
"""
TEXT = "株式会社れいでGoによる決済基盤の開発を担当。"


class FakeAts:
    """Remembers who is known in the ATS: address → applications."""

    def __init__(self) -> None:
        self.people: dict[str, tuple[Candidate, list[Application]]] = {}
        self.asked: list[str] = []

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        self.asked.append(email)
        return [self.people[email][0]] if email in self.people else []

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        return [each for person, found in self.people.values() if person.id == candidate_id for each in found]


class FakeDesk:
    """Gives everybody the same quoted evidence; `mute` are people of whom nothing can be quoted."""

    def __init__(self) -> None:
        self.mute: set[str] = set()

    def catch_up(self, work: object) -> int:
        return 0

    def evidence(
        self, requirement: object, guidance: object, ids: Sequence[str], *, reference_date: date
    ) -> list[Scored]:
        start = TEXT.index("Go")
        row = EvidenceRow(
            unit="must:go",
            label_ja="Go",
            label_en="Go",
            status="met",
            points=40.0,
            maximum=40.0,
            profile=Quote("Go", start, start + 2),
        )
        return [Scored(id, 1, 80, () if id in self.mute else (Dimension("must", 40.0, 40.0, (row,)),)) for id in ids]


@dataclass
class SmtpServer:
    """A real SMTP server. `plan` holds what to do with the next mails, one a mail: `ok` when it is empty.

    accept · `mail:<answer>` · `rcpt:<answer>` · `data:<answer>` · `drop` (takes the text, closes without an answer) · `drop_lost` (closes
    without an answer and forgets the text).
    """

    plan: list[str] = field(default_factory=list)
    accepted: list[tuple[str, str, bytes]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)  # Message-IDs that were answered with 250

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.plan and self.plan[0].startswith("mail:"):
            return self.plan.pop(0).removeprefix("mail:")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.plan and self.plan[0].startswith("rcpt:"):
            return self.plan.pop(0).removeprefix("rcpt:")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        step = self.plan.pop(0) if self.plan else "ok"
        if step.startswith("data:"):
            return step.removeprefix("data:")
        if step != "drop_lost":
            self.accepted.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.original_content))
        if step.startswith("drop"):
            server.transport.abort()
            return "250 never seen"
        self.answered.append(str(self.messages[-1]["Message-ID"]))
        return "250 2.0.0 kept"

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=email_policy.default) for *_e, raw in self.accepted]  # type: ignore[misc]

    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """SQLite unless a test says it runs on both (`BOTH_DATABASES`): what depends on locks and on the dialect."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def smtp_running() -> Iterator[tuple[SmtpServer, int]]:
    server = SmtpServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port(), ready_timeout=10)
    controller.start()
    yield server, controller.port
    controller.stop()


@pytest.fixture
def smtp(smtp_running: tuple[SmtpServer, int]) -> SmtpServer:
    server = smtp_running[0]
    server.plan.clear()
    server.accepted.clear()
    server.answered.clear()
    return server


@pytest.fixture
def settings(settings: Any, smtp_running: tuple[SmtpServer, int]) -> Any:
    return settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{smtp_running[1]}"})


@dataclass
class Stage:
    """One requisition and what belongs to it."""

    work: Work
    connection: Connection
    tag: str = ""  # keeps several stages on one database apart
    requisition_id: int = 0
    calibration_id: int = 0
    manager_id: int = 0
    commitment_id: int = 0
    ats: FakeAts = field(default_factory=FakeAts)
    desk: FakeDesk = field(default_factory=FakeDesk)
    forbidden: set[str] = field(default_factory=set)

    @property
    def database(self) -> Database:
        return self.work.database

    @property
    def clock(self) -> SettableClock:
        clock = self.work.clock
        assert isinstance(clock, SettableClock)
        return clock

    def people(self, count: int, *, first: int = 1, language: str = "ja", **changes: Any) -> list[str]:
        """Add people u001, u002 … ; return their ids."""
        people = []
        for number in range(first, first + count):
            id = f"{self.tag}u{number:03d}"
            people.append(
                Person(
                    profile=Profile(id=id, text=TEXT, skills=()),
                    identity=changes.get("identity")
                    or Identity(
                        name=f"見本{self.tag}{number} 太郎",
                        romaji=f"Taro Mihon{self.tag}{number}",
                        email=changes.get("email", f"{id}@person.example.com"),
                        company=changes.get("company", "株式会社れい"),
                    ),
                    language=language,
                    contact_basis=changes.get("contact_basis", "own_applicant"),
                    basis_at=datetime(2025, 4, 1, tzinfo=UTC),
                    source="test",
                )
            )
        with self.work.writing() as session:
            add_profiles(session, self.work.vault, self.connection.employer_id, people)
        return [person.profile.id for person in people]

    def calibrate(self, scores: dict[str, int], *, hash: str = "h1", status: str = "open") -> int:
        """A requisition (once) with a new current calibration and these stored scores."""
        with self.work.writing() as session:
            now = self.clock.now()
            base = {"employer_id": self.connection.employer_id, "created_at": now}
            if not self.requisition_id:
                manager = Staff(
                    **base,
                    connection_id=self.connection.key,
                    ats_id=f"m{self.tag}",
                    name="見本 花子",
                    email="manager@mihon.example.com",
                )
                session.add(manager)
                session.flush()
                requisition = Requisition(
                    **base,
                    connection_id=self.connection.key,
                    ats_id=f"r{self.tag}",
                    title="バックエンドエンジニア",
                    status=status,
                    state="calibrated",
                    manager_id=manager.key,
                    read_at=now,
                )
                session.add(requisition)
                session.flush()
                self.requisition_id, self.manager_id = requisition.key, manager.key
            parsed = read_requirement(DESCRIPTION)
            requirement = RequirementRow(
                **base,
                requisition_id=self.requisition_id,
                hash=hash,
                parser_version=1,
                text=DESCRIPTION,
                parsed=parsed.to_json(),
            )
            session.add(requirement)
            session.flush()
            calibration = Calibration(
                **base,
                requisition_id=self.requisition_id,
                requirement_id=requirement.key,
                manager_id=self.manager_id,
                short_id=f"C{self.tag}{requirement.key}",
                requirement_hash=hash,
                guidance_hash="g1",
                score_version="1",
                state="done",
            )
            session.add(calibration)
            session.flush()
            keep(session, calibration, grouped((id, 1, score) for id, score in scores.items()), now)
            self.calibration_id = calibration.key
            session.get_one(Requisition, self.requisition_id).calibration_id = calibration.key
            return calibration.key

    def commit(self, **changes: Any) -> int:
        """A commitment in force on the current calibration, its batch owed."""
        with self.work.writing() as session:
            calibration = session.get_one(Calibration, self.calibration_id)
            now = self.clock.now()
            values: dict[str, Any] = {
                "employer_id": self.connection.employer_id,
                "created_at": now,
                "requisition_id": self.requisition_id,
                "calibration_id": calibration.key,
                "manager_id": self.manager_id,
                "line": 70,
                "inclusive": True,
                "kind": "interview",
                "selection": True,
                "screening": "none",
                "interviewer_title": "開発部長",
                "days": 5,
                "reply_deadline": (now + timedelta(days=14)).date(),
                "zone": "Asia/Tokyo",
                "max_people": 20,
                "format": "online",
                "minutes": 45,
                "requirement_hash": calibration.requirement_hash,
                "guidance_hash": calibration.guidance_hash,
                "score_version": calibration.score_version,
                "strength": "verified",
                "how": "acting_link",
                "state": "in_force",
                "proposed_at": now,
                "in_force_at": now,
            } | changes
            commitment = Commitment(**values)
            session.add(commitment)
            session.flush()
            self.commitment_id = commitment.key
            self.owe(session, "prepare_batch", {"commitment_id": commitment.key})
            return commitment.key

    def owe(self, session: Session, kind: str, payload: dict[str, Any]) -> None:
        owe(
            session,
            kind,
            f"{payload}:{self.clock.now().isoformat()}",
            employer_id=self.connection.employer_id,
            connection_id=self.connection.key,
            payload=payload,
        )

    def run(self) -> int:
        """Work off what is due now."""
        return Worker(self.work).run_due()

    def run_for(self, **delta: float) -> None:
        """Move the clock on in ten steps, working off what becomes due."""
        for _ in range(10):
            self.clock.move(timedelta(**delta) / 10)
            self.run()

    def batch(self) -> Batch:
        with self.work.reading() as session:
            found = session.exec(
                select(Batch).where(col(Batch.requisition_id) == self.requisition_id).order_by(col(Batch.id).desc())
            ).first()
            return found or pytest.fail("no batch")

    def scouts(self) -> dict[str, Scout]:
        with self.work.reading() as session:
            rows = session.exec(
                select(Scout).where(col(Scout.requisition_id) == self.requisition_id).order_by(col(Scout.id))
            )
            return {row.profile_id: row for row in rows}

    def states(self) -> dict[str, str]:
        return {id: row.state for id, row in self.scouts().items()}

    def stored_scores(self) -> dict[str, int]:
        with self.work.reading() as session:
            calibration = session.get_one(Calibration, self.calibration_id)
            return {profile_id: score for profile_id, _revision, score in best_first(session, calibration, 0)}

    def mails(self) -> list[Mail]:
        with self.work.reading() as session:
            return list(session.exec(select(Mail).order_by(col(Mail.id))))

    def jobs(self, kind: str, state: str = "owed") -> list[Job]:
        with self.work.reading() as session:
            return list(session.exec(select(Job).where(col(Job.kind) == kind, col(Job.state) == state)))

    def release(self, by: str = "1") -> None:
        from plugin.scouting.batches import release

        with self.work.writing() as session:
            release(session, session.get_one(Batch, self.batch().key), by)

    def change(self, row: type[Any], id: int, **values: Any) -> None:
        with self.work.writing() as session:
            found = session.get_one(row, id)
            for name, value in values.items():
                setattr(found, name, value)
            session.add(found)

    def policy(self, **changes: Any) -> None:
        policy = dict(self.connection.policy) | changes
        self.change(Connection, self.connection.key, policy=policy)
        self.connection.policy = policy


def open_stage(work: Work, connection: Connection, tag: str = "") -> Stage:
    stage = Stage(work, connection, tag)
    work.ats = lambda _connection: stage.ats  # type: ignore[assignment,return-value]
    work.judge = lambda _employer: stage.desk
    return stage


@pytest.fixture
def stage(work: Work, connection: Connection) -> Stage:
    """An empty stage on the test's database; nobody in it yet."""
    return open_stage(work, connection)


@pytest.fixture
def new_stage(work: Work, connection: Connection) -> Callable[..., Stage]:
    """A fresh stage for each example of a property test: same database, other people, another requisition."""
    tags = (f"t{number}-" for number in itertools.count())
    if work.database.is_sqlite:
        # A hundred examples wait for the disk at every commit otherwise; none of them cuts the power.
        event.listen(work.database.engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
        work.database.engine.dispose()

    def make(**policy: Any) -> Stage:
        stage = open_stage(work, connection, next(tags))
        if policy:
            stage.policy(**policy)
        return stage

    return make


@pytest.fixture
def stage_of(work: Work) -> Callable[..., Stage]:
    """`stage_of(connection, tag)`: another stage on the test's database."""

    def make(connection: Connection, tag: str = "") -> Stage:
        return open_stage(work, connection, tag)

    return make


@pytest.fixture
def text() -> Callable[[EmailMessage], str]:
    """The plain text of a mail."""
    return text_of


@pytest.fixture
def real_outbox(settings: Any) -> Any:
    """The outbox to the running SMTP server."""
    from plugin.scouting.outbox import Outbox

    return Outbox(settings)
