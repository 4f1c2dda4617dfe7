"""An agency's desk: a recruiter who is signed in, one position with its client's manager, somebody who said yes.

People and companies are invented. The rows are written as the judgement and the mailbox leave them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email import policy as mail_policy
from email.message import EmailMessage
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, func, select
from werkzeug.test import TestResponse

from connectors.base import Connector
from connectors.records import Attachment, EntryKind, NewEntry
from plugin.database import Database
from plugin.desk import colleagues
from plugin.doors.app import create_app
from plugin.people import Identity, Person, add_profiles
from plugin.policy import Policy
from plugin.rows import (
    Batch,
    Calibration,
    ClientName,
    Connection,
    Employer,
    Entry,
    Mail,
    Reply,
    RequirementRow,
    Requisition,
    Scout,
    ShortlistEntry,
    Staff,
    metadata,
)
from plugin.scouting.post import raw_of
from plugin.work.context import Work
from plugin.work.handlers import HANDLERS
from plugin.work.worker import Worker
from ranking.values import Profile

TEXT = "バックエンドエンジニア\n■必須条件\n・Goでの開発経験 5年以上\n■給与\n年収 700万円〜1,000万円\n■勤務地\n東京都渋谷区\n"
CAREER = "生年月日：1990年4月1日\n架空商会でGoによる決済基盤を開発。"
WORDS = "Goによる決済基盤を開発"
POSITION = {
    "title": "バックエンドエンジニア",
    "text": TEXT,
    "manager_name": "鈴木 健一",
    "manager_address": "kenichi.suzuki@client.example.com",
    "as": "open",
}
READS = ("read_requisition", "read_application", "read_person", "read_delivery")


@dataclass
class Desk:
    """One desk with everything on it."""

    work: Work
    connection: Connection
    recruiter: Staff
    app: Any

    def client(self, lang: str = "ja", staff: int | None = None) -> FlaskClient:
        """A browser, signed in as the recruiter unless another is named."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["staff"] = staff or self.recruiter.key
            session["until"] = (self.work.clock.now() + timedelta(hours=1)).timestamp()
            session["lang"] = lang
        return client

    def press(self, path: str, data: dict[str, Any] | None = None, *, lang: str = "ja") -> TestResponse:
        """Press a button: the form's token is fetched first, as a browser has it from the page."""
        client = self.client(lang)
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk/positions/new").text)
        assert token is not None
        return client.post(path, data={"csrf_token": token[1], **(data or {})})

    def position(self, **how: str) -> int:
        """A position as saved from its page; its id."""
        given = {**POSITION, "recruiter": self.recruiter.ats_id, **how}
        answer = self.press("/desk/positions", given)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return int(answer.headers["Location"].rpartition("/")[2])

    def read(self) -> None:
        """Work the readings the pages have owed, and nothing else."""
        Worker(self.work, {kind: HANDLERS[kind] for kind in READS} | {"calibrate": _nothing}).run_due()

    @property
    def ats(self) -> Connector:
        return self.work.ats(self.connection)

    def requisition(self, position: int) -> Requisition:
        with self.work.reading() as db:
            return db.exec(
                select(Requisition).where(
                    col(Requisition.connection_id) == self.connection.key, col(Requisition.ats_id) == str(position)
                )
            ).one()

    def yes(self, position: int, *, consented: bool = True, number: int = 0, name: str = "髙﨑 太郎") -> int:
        """Somebody said yes and stands in the books; their application's id."""
        email = f"taro{number}.takasaki@example.com"
        requisition, now, employer_id = self.requisition(position), self.work.clock.now(), self.connection.employer_id
        shared: dict[str, Any] = {"employer_id": employer_id, "created_at": now}
        with self.work.writing() as db:
            profile = f"u{number}"
            identity = Identity(
                name=name,
                kana="たかさき たろう",
                romaji="Taro Takasaki",
                email=email,
                phone="090-0000-0000",
                company="架空商会",
                title="エンジニア",
            )
            person = Person(
                profile=Profile(id=profile, text=CAREER, headline="決済基盤のエンジニア"),
                identity=identity,
                language="ja",
                contact_basis="agency_registrant",
                basis_at=now,
                source="test",
            )
            add_profiles(db, self.work.vault, employer_id, [person])

            def add(row: Any) -> Any:
                db.add(row)
                db.flush()
                return row

            asked = add(
                RequirementRow(
                    **shared, requisition_id=requisition.key, hash="r", parser_version=1, text=TEXT, parsed={}
                )
            )
            calibration = add(
                Calibration(
                    **shared,
                    requisition_id=requisition.key,
                    requirement_id=asked.key,
                    short_id=f"C-{number}",
                    requirement_hash="r",
                    guidance_hash="",
                    state="done",
                )
            )
            evidence = [
                {
                    "name": "must",
                    "rows": [
                        {"status": "met", "label_ja": "Go言語", "label_en": "Go", "profile": {"words": WORDS}},
                        {"status": "not_found", "label_ja": "AWS", "label_en": "AWS", "profile": None},
                    ],
                }
            ]
            add(
                ShortlistEntry(
                    **shared,
                    calibration_id=calibration.key,
                    rank=1,
                    label="A-01",
                    profile_id=profile,
                    profile_revision=1,
                    score=88,
                    evidence_hash="e",
                    sealed_evidence=self.work.vault.seal_for(db, employer_id, profile, evidence),
                )
            )
            batch = add(Batch(**shared, requisition_id=requisition.key, calibration_id=calibration.key))
            scout = add(
                Scout(
                    **shared,
                    connection_id=self.connection.key,
                    requisition_id=requisition.key,
                    calibration_id=calibration.key,
                    batch_id=batch.key,
                    profile_id=profile,
                    profile_revision=1,
                    score=88,
                    arm="standard",
                    language="ja",
                    voice="agency",
                    state="sent",
                    reply_token=f"token{number:020}",
                    sent_at=now,
                    consented_at=now if consented else None,
                )
            )
            reply = self.reply(db, scout, "interested", "ぜひお話を伺いたいです。")
            entered = None
        entered = self.ats.add_entry(
            NewEntry(
                requisition_id=str(position),
                ref=f"K-{number}",
                kind=EntryKind.APPLICATION,
                first_name=identity.given_name,
                last_name=identity.family_name,
                email=email,
                phone=identity.phone,
                company=identity.company,
                title=identity.title,
            )
        )
        with self.work.writing() as db:
            db.add(
                Entry(
                    **shared,
                    connection_id=self.connection.key,
                    requisition_id=requisition.key,
                    scout_id=scout.key,
                    reply_id=reply.key,
                    profile_id=profile,
                    kind="application",
                    state="entered",
                    entered_at=now,
                    ats_candidate_id=entered.candidate_id,
                    ats_application_id=entered.application_id,
                )
            )
        return int(entered.application_id)

    def reply(self, db: Session, scout: Scout, intent: str, words: str) -> Reply:
        row = Reply(
            employer_id=scout.employer_id,
            connection_id=scout.connection_id,
            scout_id=scout.key,
            matched="token",
            intent=intent,
            state="handled",
            person=scout.profile_id,
            received_at=self.work.clock.now(),
            created_at=self.work.clock.now(),
            sealed_text=self.work.vault.seal_for(db, scout.employer_id, scout.profile_id, words),
        )
        db.add(row)
        db.flush()
        return row

    def enclose(self, application: int, name: str = "職務経歴書.pdf", content: bytes = b"%PDF-1.4 small") -> str:
        return self.ats.attach(str(application), f"F-{name}", Attachment(name, content, "application/pdf"))

    def one(self, table: Any, *where: Any) -> Any:
        with self.work.reading() as db:
            return db.exec(select(table).where(*where)).one()

    def all(self, table: Any, *where: Any) -> Any:
        with self.work.reading() as db:
            return db.exec(select(table).where(*where).order_by(col(table.id))).all()

    def counted(self) -> dict[str, int]:
        """How many rows every table has."""
        with self.work.reading() as db:
            tables = {table.name: select(func.count()).select_from(table) for table in metadata.sorted_tables}
            return {name: db.exec(query).one() for name, query in tables.items()}

    def mails(self) -> list[Mail]:
        return list(self.all(Mail, col(Mail.kind) == "recommendation"))

    def opened(self, mail: Mail) -> EmailMessage:
        with self.work.reading() as db:
            raw = raw_of(db, self.work.vault, db.get_one(Mail, mail.key))
        message = message_from_bytes(raw, policy=mail_policy.default)
        assert isinstance(message, EmailMessage)
        return message


def _nothing(work: Work, claim: Any) -> None:
    """These tests are not about the judgement."""


@cache
def _application() -> list[Any]:
    return []


def application(work: Work) -> Any:
    """The application, made once a process: compiling its routes and templates takes longer than most tests here."""
    made = _application()
    if not made:
        made.append(create_app(work))
    made[0].extensions["work"] = work
    return made[0]


def set_up_desk(work: Work, connection: Connection, *, mode: str = "agency", address: str = "misaki.sato") -> Desk:
    with work.writing() as db:
        row = db.get_one(Connection, connection.key)
        row.ats = "desk"
        employer = db.get_one(Employer, connection.employer_id)
        employer.mode = mode
        db.add_all((row, employer))
        colleagues.welcome(db, row, "佐藤 美咲", f"{address}@agency.example.com")
        recruiter = db.exec(select(Staff).where(col(Staff.connection_id) == row.key)).one()
        for name in ("株式会社みほん", "Mihon"):
            db.add(
                ClientName(
                    employer_id=row.employer_id,
                    connection_id=row.key,
                    kind="legal",
                    name=name,
                    folded=name.lower(),
                    by="test",
                    created_at=work.clock.now(),
                )
            )
    return Desk(work, row, recruiter, application(work))


@pytest.fixture
def desk(work: Work, connection: Connection) -> Desk:
    return set_up_desk(work, connection)


@pytest.fixture
def in_house(work: Work, connection: Connection) -> Desk:
    """The same for an employer whose own ATS has no API."""
    return set_up_desk(work, connection, mode="in_house")


@pytest.fixture
def other_desk(
    work: Work,
    database: Database,
    second_employer: Employer,
    new_connection: Callable[..., Connection],
    policy: Policy,
    desk: Desk,
) -> Desk:
    """Another employer's desk in the same installation."""
    made = new_connection(database, work.vault, second_employer, url_key="second", policy=policy)
    return set_up_desk(work, made, address="naoko.takahashi")


@pytest.fixture
def placed(desk: Desk) -> int:
    """Somebody who said yes and agreed to be introduced; their application's id."""
    position = desk.position(to_company="株式会社みほん", to_name="鈴木 健一", to_address="jinji@client.example.com")
    desk.read()
    return desk.yes(position)
