"""A house for alignment: an ATS and a judgement that remember, so that every rule can be tried without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.event import listen
from sqlmodel import Session, col, select

from connectors.base import Connector
from connectors.records import (
    ApprovalRequest,
    Choice,
    Decision,
    HiringTeam,
    JobPosting,
    Requisition,
    RequisitionStatus,
    ShortlistPost,
    User,
)
from plugin.alignment import commitment as commitments
from plugin.alignment.scores import grouped
from plugin.clock import SettableClock
from plugin.database import Database
from plugin.people import Identity, Person, add_profiles
from plugin.policy import LegalBlock, Policy
from plugin.rows import Calibration, Commitment, Connection, Employer, Job, Mail, Staff
from plugin.rows import Requisition as RequisitionRow
from plugin.scouting.post import raw_of
from plugin.sealing import Vault
from plugin.settings import Settings
from plugin.work.context import Handler, Work
from plugin.work.handlers import HANDLERS
from plugin.work.jobs import Claim, owe
from plugin.work.worker import Worker
from ranking.values import (
    Calibrated,
    Dimension,
    EvidenceRow,
    Guidance,
    LanguageTally,
    Market,
    Profile,
    Quote,
    Scored,
    Specification,
    Tally,
)
from ranking.values import Requirement as Asked

NOON = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
KEY = Fernet.generate_key().decode()
MANAGER = User("m1", "鈴木 健一", "kenichi.suzuki@example.com")
OTHER = User("m2", "高橋 直子", "naoko.takahashi@example.com")
RECRUITER = User("r1", "佐藤 美咲", "misaki.sato@example.com")
TEXT = "【職種】バックエンドエンジニア\n■必須条件\n・Goでの開発経験 5年以上\n・PostgreSQLの経験\n■給与\n年収 700万円〜1,000万円\n■勤務地\n東京都渋谷区\n"


class RememberingATS(Connector):
    """One requisition with decision fields as Greenhouse has them, and a list of every write that changed something."""

    name = "remembering"

    def __init__(self, now: Callable[[], datetime], text: str = TEXT) -> None:
        super().__init__(credentials={}, secrets=[], options={})
        self.now = now
        made = now() - timedelta(hours=1)
        self.there: Requisition | None = Requisition(
            id="1",
            title="バックエンドエンジニア",
            status=RequisitionStatus.OPEN,
            notes="",
            confidential=False,
            is_template=False,
            created_at=made,
            updated_at=made,
        )
        self.posts = [
            JobPosting(
                "p1", "1", "バックエンドエンジニア", text, live=True, internal=False, language="ja", updated_at=made
            )
        ]
        self.team = HiringTeam((MANAGER,), (RECRUITER,))
        self.decision = Decision("", Choice.PENDING, "")
        self.notes: list[str] = []
        self.messages: list[str] = []
        self.writes: list[str] = []
        self.before_reset: Callable[[], None] | None = None

    def change(self, **changes: Any) -> None:
        assert self.there is not None
        self.there = replace(self.there, **changes)

    def describe(self, text: str) -> None:
        self.posts = [replace(self.posts[0], content=text, updated_at=self.now())]

    def edit(self, choice: Choice = Choice.APPROVED, line: str = "", **changes: Any) -> None:
        """Somebody edits the decision fields; our own field beside them stays."""
        self.decision = Decision(self.decision.calibration, choice, line, **changes)

    def requisitions(self, since: datetime | None) -> Iterator[Requisition]:
        return iter([self.there] if self.there else [])

    def requisition(self, id: str) -> Requisition | None:
        return self.there

    def postings(self, requisition_id: str) -> list[JobPosting]:
        return list(self.posts)

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        return self.team

    def read_decision(self, requisition_id: str) -> Decision | None:
        return self.decision if self.there is not None else None

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        if not any(post.ref in note for note in self.notes):
            self.notes.append(f"{post.body}\n[{post.ref}]")
            self.writes.append("note")
        return "n1"

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> None:
        if self.before_reset is not None:
            self.before_reset()
        stands = self.decision
        if stands.calibration == request.calibration:
            return
        if stands.choice is not Choice.PENDING and request.seen is not None and stands != request.seen:
            return
        self.decision = Decision(request.calibration, Choice.PENDING, "")
        self.messages.append(request.message)
        self.writes.append("approval_request")

    def post_message(self, requisition_id: str, message: str) -> None:
        self.messages.append(message)
        self.writes.append("message")


def people(count: int) -> list[Person]:
    """Invented people, one of them in Japanese out of two."""
    made = []
    for i in range(count):
        name, company = (
            (f"架空 {'一二三四五六七八九十'[i % 10]}郎{i}", f"株式会社架空第{i}商店")
            if i % 2
            else (f"Fiona Invented{i}", f"Fictional {i} K.K.")
        )
        text = f"{company}にてGoを用いた開発を{3 + i}年。連絡先 person{i}@example.com 090-0000-{i:04}"
        made.append(
            Person(
                profile=Profile(id=f"p{i:03}", text=text, headline=f"Engineer at {company}"),
                identity=Identity(name=name, email=f"person{i}@example.com", phone=f"090-0000-{i:04}", company=company),
                language="ja" if i % 2 else "en",
                contact_basis="own_applicant",
                basis_at=NOON - timedelta(days=30),
                source="test",
            )
        )
    return made


class RememberingDesk:
    """A judgement that gives everybody 100 minus their rank, quoting their whole text."""

    def __init__(self, everybody: Sequence[Person]) -> None:
        self.profiles = {person.profile.id: person.profile for person in everybody}
        self.asked: list[tuple[str, str]] = []
        self.version = "test-1"
        self.table: Market | None = None
        self.specifications: tuple[Specification, ...] = ()
        self.store = SimpleNamespace(get=lambda ids: {i: self.profiles[i] for i in ids if i in self.profiles})

    def catch_up(self, work: Work) -> int:
        return 0

    def calibrate(
        self, requirement: Asked, guidance: Guidance | None, *, top: int, floor: int, reference_date: date
    ) -> Calibrated:
        self.asked.append((requirement.hash, guidance.text if guidance else ""))
        scored = [self._scored(p, 100 - i) for i, p in enumerate(sorted(self.profiles.values(), key=lambda p: p.id))]
        return Calibrated(
            score_version=self.version,
            store_revision=1,
            universe=len(scored),
            considered=len(scored),
            proposed_line=75,
            shortlist=tuple(scored[:top]),
            floor=floor,
            groups=tuple(grouped((s.profile_id, s.revision, s.score) for s in scored if s.score >= floor)),
            table=self.table or _everybody_alike(scored, floor),
            specifications=self.specifications,
        )

    preview = calibrate

    def _scored(self, profile: Profile, score: int) -> Scored:
        quote = Quote(profile.text, 0, len(profile.text))
        row = EvidenceRow("go", "Go言語", "Go", "met", float(score), 100.0, None, quote)
        return Scored(profile.id, 1, score, (Dimension("must", float(score), 100.0, (row,)),), without_language=score)


def _everybody_alike(scored: Sequence[Scored], floor: int) -> Market:
    """Everyone speaks Japanese at business level, some English, wants ¥8M, lives in Tokyo and can be written to."""
    there = [s.score for s in scored if s.score >= floor]
    return Market(
        floor,
        len(scored),
        len(scored),
        tuple(Tally(score, 0, True, 1) for score in there),
        {
            name: tuple(LanguageTally(score, level, "stated", 8, 1) for score in there)
            for name, level in (("japanese", 3), ("english", 2))
        },
        tuple((score, "13", 1) for score in there),
    )


@dataclass
class House:
    """One employer's connection with everything around it in memory but the database."""

    work: Work
    clock: SettableClock
    ats: RememberingATS
    desk: RememberingDesk
    employer: Employer
    connection: Connection
    mail_server: str = "accepts"
    batches: list[int] = field(default_factory=list)
    rung: int = 0

    def ring(self) -> None:
        """A doorbell for the requisition, and everything it sets off."""
        self.rung += 1
        with self.work.writing() as session:
            owe(
                session,
                "read_requisition",
                f"{self.connection.key}:{self.rung}:{self.clock.now().isoformat()}",
                employer_id=self.employer.key,
                connection_id=self.connection.key,
                payload={"ats_id": "1"},
            )
        self.settle()

    def settle(self) -> None:
        handlers: dict[str, str | Handler] = {
            **HANDLERS,
            "send_mail": self._send,
            "prepare_batch": self._batch,
            "apply_profiles": _nothing,
        }
        Worker(self.work, handlers).run_due()
        with self.work.reading() as session:
            broken = [job.error for job in session.exec(select(Job).where(col(Job.error) != ""))]
        assert not broken, broken

    def _send(self, work: Work, claim: Claim) -> None:
        """The mail server as far as alignment hears of it."""
        with work.finishing(claim) as session:
            mail = session.get_one(Mail, claim.payload["mail_id"])
            if self.mail_server == "accepts":
                mail.state, mail.accepted_at = "sent", work.clock.now()
                session.add(mail)
                commitments.on_receipt_accepted(session, mail)
            elif self.mail_server == "refuses":
                mail.state = "refused"
                session.add(mail)
                commitments.on_receipt_bounced(session, mail)

    def _batch(self, work: Work, claim: Claim) -> None:
        self.batches.append(claim.payload["commitment_id"])

    def bounce(self) -> None:
        """The last receipt comes back."""
        with self.work.writing() as session:
            mail = session.exec(select(Mail).where(col(Mail.kind) == "receipt").order_by(col(Mail.id).desc())).first()
            if mail is not None:
                mail.state = "bounced"
                session.add(mail)
                commitments.on_receipt_bounced(session, mail)
        self.settle()

    def attest(self) -> None:
        with self.work.writing() as session:
            connection = session.get_one(Connection, self.connection.key)
            connection.attested_by, connection.attested_at = "admin", self.clock.now()
            session.add(connection)

    def reading(self) -> Any:
        return self.work.reading()

    def requisition(self, session: Session) -> RequisitionRow:
        return session.exec(
            select(RequisitionRow).where(col(RequisitionRow.connection_id) == self.connection.key)
        ).one()

    def calibration(self, session: Session) -> Calibration:
        found = self.requisition(session).calibration_id
        assert found is not None
        return session.get_one(Calibration, found)

    def commitments(self) -> list[Commitment]:
        with self.work.reading() as session:
            return list(
                session.exec(
                    select(Commitment)
                    .where(col(Commitment.employer_id) == self.employer.key)
                    .order_by(col(Commitment.id))
                )
            )

    def states(self) -> list[str]:
        return [commitment.state for commitment in self.commitments()]

    def manager(self, session: Session) -> Staff:
        return session.exec(
            select(Staff).where(col(Staff.connection_id) == self.connection.key, col(Staff.ats_id) == MANAGER.id)
        ).one()

    def mails(self, kind: str = "") -> list[str]:
        """The text parts of what was queued, oldest first."""
        import email
        from email.policy import default

        with self.work.reading() as session:
            query = select(Mail).where(col(Mail.employer_id) == self.employer.key).order_by(col(Mail.id))
            rows = session.exec(query.where(col(Mail.kind) == kind) if kind else query).all()
            parsed = [email.message_from_bytes(raw_of(session, self.work.vault, row), policy=default) for row in rows]
            return [f"{m['Subject']}\n{m.get_body(('plain',)).get_content()}" for m in parsed]  # type: ignore[union-attr]

    def link(self, kind: str) -> str:
        """The token of the acting link in the newest mail of a kind."""
        text = self.mails(kind)[-1]
        return text.split("/act/")[1].split()[0]


def _nothing(work: Work, claim: Claim) -> None:
    """The remembering desk needs no journal."""


TEST_POLICY = Policy(
    from_name="株式会社みほん 採用チーム",
    from_address="scout@mihon.example.com",
    quiet_hours=False,
    grace_seconds=1800,
    legal=LegalBlock(sender="株式会社みほん", postal_address="東京都", contact="saiyo@mihon.example.com"),
)


def build(
    database: Database,
    clock: SettableClock,
    folder: Path,
    *,
    name: str = "first",
    policy: Policy = TEST_POLICY,
    count: int = 24,
) -> House:
    """Furnish a house in an open database."""
    vault = Vault([KEY])
    ats = RememberingATS(clock.now)
    everybody = people(count)
    desk = RememberingDesk(everybody)
    work = Work(
        settings=Settings(data_folder=folder, database_url=database.url, settle_seconds=0.1),
        database=database,
        clock=clock,
        vault=vault,
        ats=lambda connection: ats,
        judge=lambda employer_id: desk,
    )
    with database.writing() as session:
        employer = Employer(name=name, created_at=clock.now())
        session.add(employer)
        session.flush()
        connection = Connection(
            employer_id=employer.key,
            url_key=name,
            ats="greenhouse",
            name=name,
            policy=policy.model_dump(mode="json"),
            created_at=clock.now(),
        )
        session.add(connection)
        session.flush()
        add_profiles(session, vault, employer.key, everybody)
    return House(work, clock, ats, desk, employer, connection)


@pytest.fixture
def new_house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """`with new_house() as house`: a fresh one on SQLite, for each example of a property test."""

    @contextmanager
    def make(**changes: Any) -> Iterator[House]:
        folder = tmp_path_factory.mktemp("house")
        shutil.copyfile(sqlite_template, folder / "state.sqlite3")
        clock = SettableClock(NOON)
        database = Database(f"sqlite:///{folder / 'state.sqlite3'}", clock)
        # Nothing here is about power cuts; waiting for the disk would be most of the time these tests take.
        listen(database.engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
        try:
            yield build(database, clock, folder, **changes)
        finally:
            database.close()
            shutil.rmtree(folder)

    return make


@pytest.fixture
def house(new_house: Callable[..., Any]) -> Iterator[House]:
    """A furnished house on SQLite."""
    with new_house() as made:
        yield made


@pytest.fixture
def house_on_both(database: Database, clock: SettableClock, tmp_path: Path) -> House:
    """A furnished house; the test runs on SQLite and on PostgreSQL."""
    return build(database, clock, tmp_path)


@pytest.fixture
def two_houses(database: Database, clock: SettableClock, tmp_path: Path) -> tuple[House, House]:
    """Two employers in one database, alike in everything but their ids."""
    return build(database, clock, tmp_path), build(database, clock, tmp_path, name="second")
