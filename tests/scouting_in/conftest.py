"""A letter that has left, and a person who answers it: rows as sending would have left them, mails as programs write them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.clock import SettableClock
from plugin.database import Database
from plugin.people import Identity, Person, add_profiles
from plugin.policy import Policy
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Connection,
    Employer,
    Entry,
    Job,
    Mail,
    Promise,
    Reply,
    RequirementRow,
    Requisition,
    Scout,
    Staff,
    Suppression,
    Task,
)
from plugin.scouting.mime import parse
from plugin.scouting.post import come_back, message_id_of, new_token
from plugin.sealing import Vault
from plugin.work.context import Work
from plugin.work.deliveries import accept
from plugin.work.handlers import HANDLERS
from plugin.work.jobs import owe
from plugin.work.worker import Worker
from ranking.values import Profile as JudgedProfile

REPLIES = Path(__file__).parents[1] / "fixtures" / "replies" / "open"
YES = "ご連絡ありがとうございます。ぜひ一度お話を伺えればと存じます。"


def _nothing(work: Work, claim: Any) -> None:
    """Stands for a job of another area; these tests are about reading mails."""


@dataclass
class World:
    """One requisition with a commitment in force and people who were written to."""

    work: Work
    connection: Connection
    policy: Policy
    manager: Staff
    recruiter: Staff
    requisition: Requisition
    calibration: Calibration
    commitment: Commitment
    batch: Batch
    answers: int = 0
    names: dict[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> SettableClock:
        assert isinstance(self.work.clock, SettableClock)
        return self.work.clock

    def scout(self, number: int = 1, *, state: str = "sent", committed: bool = True) -> Scout:
        """A person and the letter that went to them."""
        profile_id, address, token = f"u{number:04}", f"person{number}@example.com", new_token()
        own = {"employer_id": self.connection.employer_id, "created_at": self.clock.now()}
        raw = (REPLIES / "letter_ja.eml").read_bytes().decode("ascii")
        with self.work.writing() as session:
            add_profiles(
                session,
                self.work.vault,
                self.connection.employer_id,
                [
                    Person(
                        profile=JudgedProfile(id=profile_id, text="Pythonで開発"),
                        identity=Identity(name="山田太郎", email=address),
                        language="ja",
                        contact_basis="agency_registrant",
                        source="import",
                    )
                ],
            )
            scout = Scout(
                **own,
                connection_id=self.connection.key,
                requisition_id=self.requisition.key,
                calibration_id=self.calibration.key,
                batch_id=self.batch.key,
                commitment_id=self.commitment.key if committed else None,
                profile_id=profile_id,
                profile_revision=1,
                score=82,
                arm="committed" if committed else "standard",
                language="ja",
                state=state,
                reply_token=token,
                reply_deadline=self.commitment.reply_deadline if committed else None,
                sent_at=self.clock.now() if state == "sent" else None,
            )
            session.add(scout)
            session.flush()
            mail = self.mail(session, "scout", address, token, state=state, person=profile_id, raw=raw)
            mail.scout_id = scout.key
            session.add(mail)
            session.flush()
            scout.mail_id = mail.key
            session.add(scout)
        return scout

    def mail(self, session: Any, kind: str, to: str, token: str, **given: Any) -> Mail:
        """A mail of ours as it stands after its sending."""
        person, raw = given.pop("person", ""), given.pop("raw", "Subject: x\n\nx")
        vault, employer_id = self.work.vault, self.connection.employer_id
        mail = Mail(
            employer_id=employer_id,
            created_at=self.clock.now(),
            connection_id=self.connection.key,
            kind=kind,
            name=f"{kind}:{token}",
            message_id=message_id_of(token, self.policy),
            person=person,
            to_hash=vault.hash_email(employer_id, to),
            sealed_to=vault.seal_for(session, employer_id, person, {"to": to, "from": ""}),
            sealed=vault.seal_for(session, employer_id, person, raw),
            language="ja",
            **{"state": "sent", **given},
        )
        session.add(mail)
        session.flush()
        return mail

    def address(self, scout: Scout) -> str:
        return come_back(self.policy.from_address, scout.reply_token)

    def answer(
        self,
        scout: Scout | None,
        text: str = YES,
        *,
        sender: str = "",
        to: str = "",
        refers: bool = True,
        subject: str = "Re: バックエンドエンジニアのご案内",
        headers: dict[str, str] | None = None,
        id: str = "",
    ) -> bytes:
        """A mail a person wrote, by default to the scout's own reply address from the address we wrote to."""
        self.answers += 1
        mail = EmailMessage(policy=SMTP)
        mail["From"] = sender or (f"person{int(scout.profile_id[1:])}@example.com" if scout else "nobody@example.org")
        mail["To"] = to or (self.address(scout) if scout else self.policy.from_address)
        mail["Subject"] = subject
        mail["Message-ID"] = id or f"<answer{self.answers}@mail.example.com>"
        if scout is not None and refers:
            mail["In-Reply-To"] = message_id_of(scout.reply_token, self.policy)
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text, charset="utf-8", cte="base64")
        return mail.as_bytes()

    def arrive(self, raw: bytes, *, envelope: str = "", at: datetime | None = None) -> int | None:
        """Take a mail in at the door; its delivery's id, or None when these bytes came before."""
        headers = {"x-kakuyaku-recipient": envelope} if envelope else {}
        with self.work.writing() as session:
            delivery = accept(
                session,
                self.work.vault,
                connection=self.connection,
                door="mail",
                headers=headers,
                body=raw,
                received_at=at,
            )
            return delivery.key if delivery is not None else None

    def again(self, delivery_id: int) -> None:
        """Owe the reading of a delivery once more, as a crashed worker's second run would do it."""
        with self.work.writing() as session:
            self.answers += 1
            owe(
                session,
                "read_mail",
                f"again:{delivery_id}:{self.answers}",
                employer_id=self.connection.employer_id,
                connection_id=self.connection.key,
                payload={"delivery_id": delivery_id},
            )

    def read_all(self) -> None:
        """Read every mail that has arrived; nothing of it may fail."""
        kinds = ("send_mail", "send_scout", "apply_profiles", "add_entry", "entry_notes", "release_holding")
        own = ("read_mail", "open_reminder", "preview_files")
        Worker(self.work, {**{kind: HANDLERS[kind] for kind in own}, **dict.fromkeys(kinds, _nothing)}).run_due()
        assert not self.rows(Job, Job.state != "done", Job.kind == "read_mail")

    def receive(self, raw: bytes, **given: Any) -> None:
        self.arrive(raw, **given)
        self.read_all()

    def rows(self, kind: Any, *where: Any) -> list[Any]:
        with self.work.reading() as session:
            query = select(kind).where(col(kind.employer_id) == self.connection.employer_id, *where)
            return list(session.exec(query.order_by(col(kind.id))))

    def entries(self) -> list[Entry]:
        return self.rows(Entry)

    def promises(self) -> list[Promise]:
        return self.rows(Promise)

    def replies(self) -> list[Reply]:
        return self.rows(Reply)

    def tasks(self, *kinds: str) -> list[Task]:
        return [task for task in self.rows(Task, Task.state == "open") if not kinds or task.kind in kinds]

    def suppressed(self) -> set[str]:
        return {row.address_hash for row in self.rows(Suppression)}

    def hash(self, address: str) -> str:
        return self.work.vault.hash_email(self.connection.employer_id, address)


def build_world(work: Work, connection: Connection, policy: Policy) -> World:
    now = work.clock.now()
    own: dict[str, Any] = {"employer_id": connection.employer_id, "created_at": now}
    with work.writing() as session:

        def add(row: Any) -> Any:
            session.add(row)
            session.flush()
            return row

        at = {**own, "connection_id": connection.key}
        manager = add(Staff(**at, ats_id="102", name="鈴木 健一", email="kenichi.suzuki@example.com", locale="ja"))
        recruiter = add(Staff(**at, ats_id="101", name="佐藤 美咲", email="misaki.sato@example.com", locale="ja"))
        requisition = add(
            Requisition(
                **at,
                ats_id="4001",
                title="バックエンドエンジニア",
                status="open",
                manager_id=manager.key,
                recruiter_id=recruiter.key,
                read_at=now,
            )
        )
        on = {**own, "requisition_id": requisition.key}
        requirement = add(RequirementRow(**on, hash="r1", parser_version=1, text="", parsed={}))
        versions = {"requirement_hash": "r1", "guidance_hash": "g1", "score_version": "1-test"}
        calibration = add(Calibration(**on, requirement_id=requirement.key, short_id="C-1", state="done", **versions))
        commitment = add(
            Commitment(
                **on,
                calibration_id=calibration.key,
                manager_id=manager.key,
                line=75,
                inclusive=True,
                kind="interview",
                selection=True,
                screening="none",
                interviewer_title="開発部長",
                days=5,
                reply_deadline=date(2026, 12, 4),
                zone="Asia/Tokyo",
                max_people=20,
                format="online",
                minutes=45,
                **versions,
                strength="verified",
                how="acting_link",
                state="in_force",
                proposed_at=now,
                in_force_at=now,
            )
        )
        batch = add(Batch(**on, calibration_id=calibration.key, commitment_id=commitment.key, state="sending"))
    return World(work, connection, policy, manager, recruiter, requisition, calibration, commitment, batch)


@pytest.fixture
def world(work: Work, connection: Connection, policy: Policy) -> World:
    return build_world(work, connection, policy)


@pytest.fixture
def new_world(
    new_database: Callable[[], Database],
    new_work: Callable[[Database], Work],
    new_employer: Callable[..., Employer],
    new_connection: Callable[..., Connection],
    vault: Vault,
    policy: Policy,
) -> Callable[[], World]:
    """A function that makes a world of its own: one for each example of a property test."""

    def make() -> World:
        database = new_database()
        connection = new_connection(database, vault, new_employer(database))
        return build_world(new_work(database), connection, policy)

    return make


@pytest.fixture
def letter() -> Callable[[str], Any]:
    """`letter("ja")`: the letter that the fixtures answer."""
    return lambda language: parse((REPLIES / f"letter_{language}.eml").read_bytes())


HOUR = timedelta(hours=1)
