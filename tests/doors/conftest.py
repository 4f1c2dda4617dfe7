"""A connection as its pages show it: a requisition with a shortlist of eight, its manager, its recruiter, a bystander.

The people are invented. The rows are written as the judgement leaves them, so that no page test loads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from email import message_from_bytes
from email import policy as mail_policy
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlmodel import Session, col, select

from plugin.alignment import commitment as commitments
from plugin.alignment import links, market
from plugin.alignment.calibration import masked_evidence, shortlist_hash
from plugin.alignment.scores import grouped, keep
from plugin.alignment.terms import default_terms
from plugin.database import Database
from plugin.doors.app import create_app
from plugin.identity import seal_many
from plugin.people import Identity, Person, add_profiles
from plugin.policy import Policy
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Connection,
    Employer,
    Entry,
    Mail,
    RequirementRow,
    Requisition,
    Scout,
    ShortlistEntry,
    Staff,
    metadata,
)
from plugin.scouting.facts import PersonFact
from plugin.scouting.post import raw_of
from plugin.work.context import Work
from ranking.requirement import read_requirement
from ranking.values import (
    Dimension,
    EvidenceRow,
    LanguageTally,
    Market,
    Profile,
    Quote,
    Scored,
    Specification,
    Tally,
)

TEXT = "バックエンドエンジニア\n■必須条件\n・Goでの開発経験 5年以上\n・PostgreSQLの経験\n■給与\n年収 700万円〜1,000万円\n■勤務地\n東京都渋谷区\n"
WORDS = "架空商会でGoによる決済基盤を開発。"
PEOPLE = [
    ("山田 太郎", "taro.yamada@example.com"),
    ("佐々木 花", "hana.sasaki@example.com"),
    ("小林 翔", "sho.kobayashi@example.com"),
    ("Jane Doe", "jane.doe@example.com"),
    ("中村 葵", "aoi.nakamura@example.com"),
    ("松本 蓮", "ren.matsumoto@example.com"),
    ("Max Muster", "max.muster@example.com"),
    ("石井 凛", "rin.ishii@example.com"),
]
SCORES = (90, 84, 79, 75, 75, 71, 70, 69)

MARKET = Market(
    40,
    120,
    100,
    tuple(Tally(score, 0, True, 1) for score in SCORES),
    {
        "japanese": tuple(
            LanguageTally(score, 2 if score == 79 else 4, "stated", 8 if score > 80 else 6, 1) for score in SCORES
        ),
        "english": tuple(LanguageTally(score, 3, "stated", 8 if score > 80 else 6, 1) for score in SCORES),
    },
    tuple((score, "13", 1) for score in SCORES),
)
SPECIFICATIONS = (
    Specification("as_written", {}, "", MARKET.people),
    Specification(
        "pay_moved",
        {"pay": {"low": 7_000_000, "high": 12_000_000}},
        "pay",
        (*MARKET.people, Tally(78, 0, True, 6)),
        (("u2", 79, 71), ("u5", 76, 71)),
    ),
)


@dataclass
class House:
    """One connection with everything on it; ids, so that every test reads its own rows."""

    work: Work
    app: Flask
    connection: int
    manager: int
    recruiter: int
    bystander: int
    requisition: int
    calibration: int

    def client(self, staff: int | None = None, lang: str | None = None) -> FlaskClient:
        """A browser; signed in as a colleague where one is named."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            if staff is not None:
                session["staff"] = staff
                session["until"] = (self.work.clock.now() + timedelta(hours=1)).timestamp()
            if lang is not None:
                session["lang"] = lang
        return client

    def link(self, purpose: str = "decide", subject: int | None = None, staff: int | None = None) -> str:
        """A fresh acting link's token."""
        with self.work.writing() as db:
            return links.new_link(
                db,
                connection=db.get_one(Connection, self.connection),
                staff=db.get_one(Staff, staff or self.manager),
                purpose=purpose,  # type: ignore[arg-type]
                subject_id=subject or self.calibration,
            )

    def show_token(self) -> str:
        with self.work.reading() as db:
            return links.show_token(self.work.vault, db.get_one(Calibration, self.calibration))

    def commit(self, how: str = "acting_link", **changes: Any) -> int:
        """The manager commits, without a page."""
        with self.work.writing() as db:
            connection, manager = db.get_one(Connection, self.connection), db.get_one(Staff, self.manager)
            calibration = db.get_one(Calibration, self.calibration)
            return commitments.decide(
                db,
                self.work,
                connection=connection,
                requisition=db.get_one(Requisition, self.requisition),
                calibration=calibration,
                manager=manager,
                terms=default_terms(connection, calibration, manager, self.work.clock.now(), **changes),
                how=how,
                by=manager if how == "acting_link" else None,
            ).key

    def batch(self, commitment: int | None, people: int = 3) -> int:
        """Letters drafted to the first few, as a worker leaves them."""
        with self.work.writing() as db:
            now = self.work.clock.now()
            row = Batch(
                employer_id=self._employer(db),
                requisition_id=self.requisition,
                calibration_id=self.calibration,
                commitment_id=commitment,
                created_at=now,
            )
            db.add(row)
            db.flush()
            given = db.get(Commitment, commitment) if commitment is not None else None
            for number in range(people):
                language = "ja" if " " in PEOPLE[number][0] and not PEOPLE[number][0].isascii() else "en"
                fact = PersonFact("must", "Go言語", "Go", "Go", WORDS.index("Go"), WORDS.index("Go") + 2)
                db.add(
                    Scout(
                        employer_id=row.employer_id,
                        connection_id=self.connection,
                        requisition_id=self.requisition,
                        calibration_id=self.calibration,
                        batch_id=row.key,
                        commitment_id=commitment,
                        profile_id=f"u{number}",
                        profile_revision=1,
                        score=SCORES[number],
                        arm="committed" if commitment is not None else "standard",
                        language=language,
                        reply_token=f"token{number:020}",
                        reply_deadline=given.reply_deadline if given is not None else None,
                        sealed_facts=self.work.vault.seal_for(db, row.employer_id, f"u{number}", [fact.to_json()]),
                        created_at=now,
                    )
                )
            return row.key

    def sent(self, number: int = 0) -> int:
        """One letter of the newest batch as sent; its scout's id."""
        with self.work.writing() as db:
            scout = db.exec(select(Scout).where(col(Scout.profile_id) == f"u{number}")).one()
            scout.state, scout.sent_at = "sent", self.work.clock.now()
            db.add(scout)
            return scout.key

    def one(self, table: Any, *where: Any) -> Any:
        with self.work.reading() as db:
            return db.exec(select(table).where(*where)).one()

    def all(self, table: Any, *where: Any) -> Any:
        with self.work.reading() as db:
            return db.exec(select(table).where(*where).order_by(col(table.id))).all()

    def mail_text(self, mail: Mail) -> str:
        """Who it goes to, its subject and its plain text."""
        with self.work.reading() as db:
            message = message_from_bytes(
                raw_of(db, self.work.vault, db.get_one(Mail, mail.key)), policy=mail_policy.default
            )
        body = message.get_body(("plain",))
        assert body is not None
        return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content()}"

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, for saying that nothing changed."""
        with self.work.reading() as db:
            return {
                table.name: sorted(tuple(map(str, row)) for row in db.execute(text(f'SELECT * FROM "{table.name}"')))
                for table in metadata.sorted_tables
            }

    def _employer(self, db: Session) -> int:
        return db.get_one(Connection, self.connection).employer_id


def furnish(work: Work, connection: Connection) -> House:
    """Put a requisition with its shortlist on a connection."""
    now, employer_id = work.clock.now(), connection.employer_id
    with work.writing() as db:
        staff = [
            Staff(
                employer_id=employer_id,
                connection_id=connection.key,
                ats_id=f"{connection.key}-{name}",
                name=name,
                email=f"{email}.{connection.key}@example.com",
                created_at=now,
            )
            for name, email in (("鈴木 健一", "suzuki"), ("佐藤 美咲", "sato"), ("高橋 直子", "takahashi"))
        ]
        db.add_all(staff)
        db.flush()
        manager, recruiter, bystander = staff
        add_profiles(
            db,
            work.vault,
            employer_id,
            [
                Person(
                    profile=Profile(id=f"u{number}", text=f"{name}。{WORDS}", headline="エンジニア"),
                    identity=Identity(name=name, email=email, company="架空商会", title="エンジニア"),
                    language="en" if name.isascii() else "ja",
                    contact_basis="own_applicant",
                    basis_at=now,
                    source="test",
                )
                for number, (name, email) in enumerate(PEOPLE)
            ],
        )
        requisition = Requisition(
            employer_id=employer_id,
            connection_id=connection.key,
            ats_id="r1",
            title="バックエンドエンジニア",
            status="open",
            description=TEXT,
            description_source="live_posting",
            state="calibrated",
            manager_id=manager.key,
            recruiter_id=recruiter.key,
            read_at=now,
            created_at=now,
        )
        db.add(requisition)
        db.flush()
        asked = read_requirement(TEXT)
        requirement = RequirementRow(
            employer_id=employer_id,
            requisition_id=requisition.key,
            hash=asked.hash,
            parser_version=asked.parser_version,
            text=TEXT,
            parsed=asked.to_json(),
            created_at=now,
        )
        db.add(requirement)
        db.flush()
        shortlist = [_scored(f"u{number}", score, PEOPLE[number][0]) for number, score in enumerate(SCORES)]
        calibration = Calibration(
            employer_id=employer_id,
            requisition_id=requisition.key,
            requirement_id=requirement.key,
            manager_id=manager.key,
            short_id=f"CTEST{connection.key}",
            requirement_hash=asked.hash,
            guidance_hash="",
            state="done",
            score_version="v1",
            universe=120,
            considered=100,
            floor=40,
            proposed_line=75,
            shortlist_hash=shortlist_hash(shortlist),
            finished_at=now,
            created_at=now,
        )
        db.add(calibration)
        db.flush()
        market.keep(db, calibration, market.StoredMarket(MARKET, SPECIFICATIONS), now)
        requisition.calibration_id = calibration.key
        db.add(requisition)
        sealed = seal_many(
            db, work.vault, employer_id, {s.profile_id: [asdict(d) for d in s.dimensions] for s in shortlist}
        )
        for rank, scored in enumerate(shortlist, start=1):
            name, email = PEOPLE[rank - 1]
            because = ["suppressed"] if rank == 3 else []
            db.add(
                ShortlistEntry(
                    employer_id=employer_id,
                    calibration_id=calibration.key,
                    rank=rank,
                    label=f"A-{rank:02}",
                    profile_id=scored.profile_id,
                    profile_revision=1,
                    score=scored.score,
                    evidence=masked_evidence(scored, Identity(name=name, email=email, company="架空商会")),
                    sealed_evidence=sealed[scored.profile_id],
                    evidence_hash=scored.evidence_hash,
                    reachable=not because,
                    unreachable_because=because,
                    headline="エンジニア",
                    created_at=now,
                )
            )
        keep(db, calibration, grouped((one.profile_id, 1, one.score) for one in shortlist), now)
        return House(
            work,
            create_app(work),
            connection.key,
            manager.key,
            recruiter.key,
            bystander.key,
            requisition.key,
            calibration.key,
        )


def _scored(profile_id: str, score: int, name: str) -> Scored:
    words = f"{name}。{WORDS}"
    met = EvidenceRow(
        unit="must:go",
        label_ja="Go言語",
        label_en="Go",
        status="met",
        points=float(score) / 2,
        maximum=50.0,
        description=Quote("Goでの開発経験", 0, 8),
        profile=Quote(words, 0, len(words)),
    )
    missing = EvidenceRow(
        "must:pg", "PostgreSQL", "PostgreSQL", "not_found", 0.0, 10.0, Quote("PostgreSQLの経験", 0, 13)
    )
    return Scored(profile_id, 1, score, (Dimension("must", met.points, 60.0, (met, missing)),))


@pytest.fixture
def house(work: Work, connection: Connection) -> House:
    """The connection, furnished."""
    return furnish(work, connection)


@pytest.fixture
def other_house(
    work: Work,
    database: Database,
    second_employer: Employer,
    new_connection: Callable[..., Connection],
    policy: Policy,
    house: House,
) -> House:
    """Another employer's connection in the same installation, furnished alike."""
    return furnish(work, new_connection(database, work.vault, second_employer, url_key="second", policy=policy))


@pytest.fixture
def said_yes(house: House) -> Entry:
    """Somebody answered a committed letter with a yes: an entry on its way, and a promise."""
    from plugin.pipeline.entries import accept_yes

    house.batch(house.commit())
    scout_id = house.sent()
    with house.work.writing() as db:
        scout = db.get_one(Scout, scout_id)
        return accept_yes(
            db,
            house.work.vault,
            connection=db.get_one(Connection, house.connection),
            scout=scout,
            reply_id=None,
            received_at=house.work.clock.now(),
            now=house.work.clock.now(),
        )
