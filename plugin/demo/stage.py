"""Set the stage: one fictitious employer, one connection to the sandbox ATS, a bilingual universe of people.

Shared by `kakuyaku demo`, `kakuyaku story`, the benchmarks and the tests, so that all of them run the same set-up. Nobody
in it exists: addresses end in example.com or example.jp.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib.resources import files
from typing import Any

from sqlmodel import Session, col, select

from connectors.sandbox import seed
from plugin.connections import add_secret, secrets_of
from plugin.database import Database, now_of
from plugin.people import add_people
from plugin.policy import LegalBlock, Policy
from plugin.rows import Connection, Employer, ProfileChange
from plugin.sealing import Vault
from ranking.universe import generate

REPLY_DOMAIN = "scout.example.com"
RECRUITER = str(seed.RECRUITER)
MANAGER = str(seed.MANAGER)
MANAGER_ADDRESS = "kenichi.suzuki@example.com"
RECRUITER_ADDRESS = "misaki.sato@example.com"


def demo_policy(*, locale: str = "ja", grace_seconds: int = 20, recall_seconds: int = 10, **changes: Any) -> Policy:
    """The demo's defaults: a 20 s grace, a 10 s recall window, no quiet hours."""
    values: dict[str, Any] = {
        "locale": locale,
        "grace_seconds": grace_seconds,
        "recall_seconds": recall_seconds,
        "quiet_hours": False,
        "per_minute": 600,
        "per_domain_per_minute": 600,
        "first_day_letters": 0,
        "most_a_day": 100_000,
        "interviews_per_week": 60,  # nobody is kept waiting in a demonstration
        "from_name": "青葉クラウド株式会社 採用チーム" if locale == "ja" else "Aoba Cloud Talent Team",
        "from_address": f"scout@{REPLY_DOMAIN}",
        "bounce_address": f"bounce@{REPLY_DOMAIN}",
        "company_ja": "青葉クラウド株式会社",
        "company_en": "Aoba Cloud Inc.",
        "legal": LegalBlock(
            sender="青葉クラウド株式会社（デモ用の架空企業） / Aoba Cloud Inc. (fictitious)",
            postal_address="〒100-0000 東京都千代田区例示1-2-3 / 1-2-3 Reiji, Chiyoda-ku, Tokyo 100-0000",
            contact=f"privacy@{REPLY_DOMAIN}",
        ),
    }
    return Policy.model_validate(values | changes)


def set_stage(
    database: Database,
    vault: Vault,
    *,
    ats: str,
    credentials: Mapping[str, str],
    options: Mapping[str, str],
    policy: Policy,
    name: str = "demo",
    employer_name: str = "Aoba Cloud (demo)",
) -> Connection:
    """Create an employer and a connection of theirs, or find them and bring address and policy up to date."""
    with database.writing() as session:
        now = now_of(session)
        connection = session.exec(select(Connection).where(col(Connection.name) == name)).first()
        if connection is None:
            employer = session.exec(select(Employer).where(col(Employer.name) == employer_name)).first()
            employer = employer or Employer(name=employer_name, created_at=now)
            session.add(employer)
            session.flush()
            connection = Connection(
                employer_id=employer.key,
                created_at=now,
                url_key=secrets.token_urlsafe(16),
                ats=ats,
                name=name,
                cut_off=now - timedelta(days=1),
                # The sandbox lets only a requisition's hiring manager edit the decision fields.
                attested_by="demo",
                attested_at=now,
            )
            session.add(connection)
            session.flush()
            for credential, value in credentials.items():
                add_secret(session, vault, connection, credential, value)
            add_secret(session, vault, connection, "webhook", secrets.token_hex(24))
            add_secret(session, vault, connection, "mail_door", secrets.token_hex(24))
        connection.options = dict(options)
        connection.policy = policy.model_dump(mode="json")
        session.add(connection)
        return connection


def secret_of(database: Database, vault: Vault, connection: Connection, name: str) -> str:
    with database.reading() as session:
        return secrets_of(session, vault, connection.key, name)[0]


def fill_universe(
    database: Database,
    vault: Vault,
    employer_id: int,
    count: int,
    *,
    seed_number: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Journal `count` generated people for an employer that has none yet; return how many were added."""
    with database.reading() as session:
        if has_people(session, employer_id):
            return 0
    people = list(generate(count, seed_number))
    step = 500
    for start in range(0, len(people), step):
        with database.writing() as session:
            add_people(session, vault, employer_id, people[start : start + step], source="generated")
        if progress is not None:
            progress(min(start + step, len(people)), len(people))
    return len(people)


def has_people(session: Session, employer_id: int) -> bool:
    return (
        session.exec(select(ProfileChange.id).where(col(ProfileChange.employer_id) == employer_id)).first() is not None
    )


def demo_description(lang: str) -> str:
    """A believable job description in one language."""
    name = "backend_ja.txt" if lang == "ja" else "sales_en.txt"
    return (files("ranking") / "data" / "demo" / name).read_text(encoding="utf-8")
