"""Persons in the store: who they are (sealed, erasable), what the judgement may see of them, the journal of changes.

Every change is a journal row with a gap-safe number before it reaches Chroma and the index (`alignment.store` applies
them). Name and contact live in one sealed value per person, under a key of their own: deleting the key erases them
wherever the bytes lie (`plugin.identity`). What the law bans from recruiting is stripped before anything is written (R9).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.erasing import drop_traces
from plugin.events import record
from plugin.identity import (
    Identity,
    chunks,
    hash_name,
    hash_phone,
    identities,
    identity_of,
    known_keys,
    profiles_of,
    seal_many,
)
from plugin.rows import Journal, PersonKey, Profile, ProfileChange, ShortlistEntry
from plugin.sealing import Erased, Vault
from plugin.work.jobs import BULK, owe
from ranking import profiles as judged
from ranking.values import Level
from ranking.values import Profile as JudgedProfile

if TYPE_CHECKING:
    from ranking.universe import GeneratedPerson

CONTACT_BASES = frozenset({"own_applicant", "agency_registrant", "business_card", "referral", "written_notice"})
"""Why we may write to somebody at all (R5). A scraped address has none of them."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person on the way into the store."""

    profile: JudgedProfile
    identity: Identity
    language: str = ""
    contact_basis: str = "none"
    basis_at: datetime | None = None
    source: str = ""
    as_of: datetime | None = None
    ats_candidate_id: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """How many were journalled, the last journal number, and what was stripped at the door, by kind."""

    count: int
    number: int
    stripped: Counter[str] = field(default_factory=Counter)


# Into the store.


def add_profiles(session: Session, vault: Vault, employer_id: int, people: Sequence[Person]) -> Added:
    """Journal people, new or changed, and owe their way into the store; at most about a thousand a call.

    Banned personal data is stripped from text and headline here, and counted. A person who is there already gets the
    next revision; what is unchanged is journalled all the same (the store then changes nothing).
    """
    if not people:
        return Added(0, _journal(session, employer_id).last)
    ids = [person.profile.id for person in people]
    if len(set(ids)) != len(ids):
        raise ValueError("the same profile id stands twice in one batch")
    now = now_of(session)
    number = _assign(session, employer_id, len(people))  # first: its lock also keeps two writers off one person
    keys = _keys(session, vault, employer_id, ids)
    there = {row.profile_id: row for row in profiles_of(session, employer_id, ids)}
    stripped: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for offset, person in enumerate(people):
        profile, counts = _stripped(person.profile)
        stripped += counts
        known = there.get(profile.id)
        revision = known.revision + 1 if known else max(1, profile.revision)
        profile = replace(profile, revision=revision, contactable=_contactable(person))
        key = keys[profile.id]
        values = _row_values(vault, employer_id, person, key) | {"revision": revision}
        if known is not None and not person.ats_candidate_id:
            values["ats_candidate_id"] = known.ats_candidate_id  # an import that doesn't know it unsays nothing
        if known is not None:
            known.sqlmodel_update(values)
            session.add(known)
        else:
            rows.append({**values, "employer_id": employer_id, "profile_id": profile.id, "created_at": now})
        changes.append(
            {
                "employer_id": employer_id,
                "number": number - len(people) + 1 + offset,
                "op": "upsert",
                "profile_id": profile.id,
                "revision": revision,
                "sealed": key.encrypt(_as_json(profile)),
                "created_at": now,
            }
        )
    if rows:
        session.execute(insert(Profile), rows)
    session.execute(insert(ProfileChange), changes)
    _owe_applying(session, employer_id, number)
    return Added(len(people), number, stripped)


def add_people(
    session: Session, vault: Vault, employer_id: int, generated: Sequence[GeneratedPerson], *, source: str
) -> Added:
    """Journal generated, fictitious people (demo, benchmarks, tests)."""
    return add_profiles(
        session,
        vault,
        employer_id,
        [
            Person(
                profile=one.profile,
                identity=Identity(
                    name=one.name,
                    kana=one.kana,
                    romaji=one.romaji,
                    email=one.email,
                    phone=one.phone,
                    company=one.company,
                    title=one.title,
                ),
                language=one.language,
                contact_basis=one.contact_basis,
                basis_at=one.basis_at,
                as_of=one.basis_at,
                source=source,
            )
            for one in generated
        ],
    )


def hold_journal(session: Session, employer_id: int) -> None:
    """Keep every other writer of people out until this transaction ends: who is known must not change while one looks."""
    _journal(session, employer_id)


def delete_profiles(session: Session, vault: Vault, employer_id: int, profile_ids: Iterable[str]) -> int:
    """Erase people: key, row, words in shortlists, mails that came from them; the store follows by journal. Return how many.

    Rows that must stay (ledger, suppression) hold ids and keyed hashes only. A second call finds nobody.
    """
    ids = [row.profile_id for row in profiles_of(session, employer_id, list(profile_ids))]
    if not ids:
        return 0
    now = now_of(session)
    number = _assign(session, employer_id, len(ids))
    drop_traces(session, employer_id, ids)
    for chunk in chunks(ids):
        for table, column in ((PersonKey, PersonKey.person), (Profile, Profile.profile_id)):
            session.execute(delete(table).where(col(table.employer_id) == employer_id, col(column).in_(chunk)))
        session.execute(
            update(ProfileChange)
            .where(col(ProfileChange.employer_id) == employer_id, col(ProfileChange.profile_id).in_(chunk))
            .values(sealed=None)
        )
        entries = session.exec(
            select(ShortlistEntry).where(
                col(ShortlistEntry.employer_id) == employer_id, col(ShortlistEntry.profile_id).in_(chunk)
            )
        )
        for entry in entries:
            entry.sealed_evidence, entry.headline, entry.evidence = None, "", _without_words(entry.evidence)
            entry.sealed_prose = None
            session.add(entry)
    session.execute(
        insert(ProfileChange),
        [
            {
                "employer_id": employer_id,
                "number": number - len(ids) + 1 + offset,
                "op": "delete",
                "profile_id": profile_id,
                "revision": 0,
                "sealed": None,
                "created_at": now,
            }
            for offset, profile_id in enumerate(ids)
        ],
    )
    _owe_applying(session, employer_id, number)
    hour = int(now.timestamp()) // 3600 + 1
    owe(
        session,
        "tidy_profiles",  # once for all who are erased in one hour: it rewrites whole files
        f"{employer_id}:{hour}",
        employer_id=employer_id,
        payload={"employer_id": employer_id},
        due=datetime.fromtimestamp(hour * 3600, UTC),
        lane=BULK,
    )
    return len(ids)


def confirm(session: Session, employer_id: int, profile_ids: Sequence[str], *, actor: str) -> list[str]:
    """Record that what is known of people is true now, and who says so; return those found.

    Nothing else of them changes: neither their revision nor what a calibration saw of them.
    """
    now = now_of(session)
    found = list(profiles_of(session, employer_id, list(dict.fromkeys(profile_ids))))
    for row in found:
        record(
            session,
            employer_id,
            "profile",
            row.key,
            "confirmed",
            actor=actor,
            profile_id=row.profile_id,
            before=row.as_of.isoformat() if row.as_of else None,
        )
        row.as_of = now
        session.add(row)
    return [row.profile_id for row in found]


def journal_again(session: Session, vault: Vault, employer_id: int, profile_id: str) -> None:
    """Write a person's last known state into the journal once more: what the store may hold of them has changed."""
    row = session.exec(
        select(Profile).where(col(Profile.employer_id) == employer_id, col(Profile.profile_id) == profile_id)
    ).one()
    last = _last_upsert(session, employer_id, profile_id)
    number = _assign(session, employer_id, 1)
    session.add(
        ProfileChange(
            employer_id=employer_id,
            number=number,
            op="upsert",
            profile_id=profile_id,
            revision=row.revision,
            sealed=last.sealed if last is not None else None,
            created_at=now_of(session),
        )
    )
    _owe_applying(session, employer_id, number)


def judged_of(session: Session, vault: Vault, employer_id: int, profile_id: str) -> JudgedProfile | None:
    """A person as the judgement last got to know them; None once they are erased."""
    last = _last_upsert(session, employer_id, profile_id)
    key = known_keys(session, vault, employer_id, [profile_id]).get(profile_id)
    if last is None or last.sealed is None or key is None:
        return None
    return judged_from_json(json.loads(key.decrypt(last.sealed)))


def _last_upsert(session: Session, employer_id: int, profile_id: str) -> ProfileChange | None:
    return session.exec(
        select(ProfileChange)
        .where(
            col(ProfileChange.employer_id) == employer_id,
            col(ProfileChange.profile_id) == profile_id,
            col(ProfileChange.op) == "upsert",
        )
        .order_by(col(ProfileChange.number).desc())
        .limit(1)
    ).first()


# Out of the journal.


def changes_after(
    session: Session, vault: Vault, employer_id: int, number: int, limit: int
) -> tuple[int, list[JudgedProfile], list[str]]:
    """Read journal rows after `number`: the last number read, profiles to upsert, ids to delete.

    Only the last change of each person within the window counts; an upsert whose key is gone counts as a deletion
    (its own deletion follows in the journal), and so does one of somebody who asked not to be used.
    """
    rows = session.exec(
        select(ProfileChange)
        .where(col(ProfileChange.employer_id) == employer_id, col(ProfileChange.number) > number)
        .order_by(col(ProfileChange.number))
        .limit(limit)
    ).all()
    if not rows:
        return number, [], []
    last = {row.profile_id: row for row in rows}
    keys = known_keys(session, vault, employer_id, [i for i, row in last.items() if row.op == "upsert"])
    for chunk in chunks(list(keys)):
        suspended = session.exec(
            select(Profile.profile_id).where(
                col(Profile.employer_id) == employer_id,
                col(Profile.profile_id).in_(chunk),
                col(Profile.suspended_at).is_not(None),
            )
        ).all()
        for profile_id in suspended:
            del keys[profile_id]
    upserts: list[JudgedProfile] = []
    deletes: list[str] = []
    for profile_id, row in last.items():
        key = keys.get(profile_id)
        if row.op == "upsert" and key is not None and row.sealed is not None:
            upserts.append(judged_from_json(json.loads(key.decrypt(row.sealed))))
        else:
            deletes.append(profile_id)
    return rows[-1].number, upserts, deletes


def judged_from_json(data: dict[str, Any]) -> JudgedProfile:
    """A profile as the judgement sees it, from the JSON the journal keeps."""
    level = {name: None if data[name] is None else Level(data[name]) for name in ("japanese", "english")}
    skills = None if data["skills"] is None else tuple(data["skills"])
    return JudgedProfile(**{**data, **level, "skills": skills})


# Inside.


def _stripped(profile: JudgedProfile) -> tuple[JudgedProfile, Counter[str]]:
    """A profile without banned personal data. What its text says beyond that is read by the store, and read anew there
    when the reading improves: years kept as a number here would no longer count a job that still runs."""
    text, counts = judged.strip_banned(profile.text)
    headline, more = judged.strip_banned(profile.headline)
    return replace(profile, text=text, headline=headline), counts + more


def _contactable(person: Person) -> bool:
    """The index's flag, for estimates beyond the 20; `scouting.may_write` decides in each case."""
    return person.contact_basis in CONTACT_BASES and bool(person.identity.email) and person.language in ("ja", "en")


def _row_values(vault: Vault, employer_id: int, person: Person, key: Fernet) -> dict[str, Any]:
    identity = person.identity
    return {
        "sealed": key.encrypt(_as_json(identity)),
        "email_hash": vault.hash_email(employer_id, identity.email),
        "phone_hash": hash_phone(vault, employer_id, identity.phone),
        "name_hash": hash_name(vault, employer_id, identity.name),
        "language": person.language,
        "contact_basis": person.contact_basis,
        "basis_at": person.basis_at,
        "source": person.source,
        "as_of": person.as_of,
        "ats_candidate_id": person.ats_candidate_id,
    }


def _as_json(value: JudgedProfile | Identity) -> bytes:
    # `asdict` copies deeply, which for thousands of flat records takes longer than sealing them.
    return json.dumps({each.name: getattr(value, each.name) for each in fields(value)}, ensure_ascii=False).encode()


def _journal(session: Session, employer_id: int) -> Journal:
    """The employer's journal, locked: numbers are assigned by one writer at a time and therefore have no gaps."""
    query = select(Journal).where(col(Journal.employer_id) == employer_id).with_for_update()
    journal = session.exec(query).first()
    if journal is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(
            dialect.insert(Journal)
            .values(employer_id=employer_id, last=0, created_at=now_of(session))
            .on_conflict_do_nothing(index_elements=["employer_id"])
        )
        journal = session.exec(query).one()
    return journal


def _assign(session: Session, employer_id: int, count: int) -> int:
    """Take `count` numbers and return the last of them."""
    journal = _journal(session, employer_id)
    journal.last += count
    session.add(journal)
    session.flush()
    return journal.last


def _owe_applying(session: Session, employer_id: int, number: int) -> None:
    owe(
        session,
        "apply_profiles",
        f"{employer_id}:{number}",
        employer_id=employer_id,
        payload={"employer_id": employer_id},
    )


def _keys(session: Session, vault: Vault, employer_id: int, ids: Sequence[str]) -> dict[str, Fernet]:
    """Everyone's key, made where there is none."""
    found = known_keys(session, vault, employer_id, ids)
    now = now_of(session)
    made: list[dict[str, Any]] = []
    for person in ids:
        if person not in found:
            key = Fernet.generate_key()
            found[person] = Fernet(key)
            made.append({"employer_id": employer_id, "person": person, "sealed": vault.seal(key), "created_at": now})
    if made:
        session.execute(insert(PersonKey), made)
    return found


def _without_words(evidence: list[Any]) -> list[Any]:
    """Evidence with the person's own words taken out; points and statuses stay, so that the ledger still adds up."""
    return [{**dimension, "rows": [{**row, "profile": None} for row in dimension["rows"]]} for dimension in evidence]


__all__ = [
    "CONTACT_BASES",
    "Added",
    "Erased",
    "Identity",
    "Person",
    "add_people",
    "add_profiles",
    "changes_after",
    "confirm",
    "delete_profiles",
    "hash_name",
    "hash_phone",
    "hold_journal",
    "identities",
    "identity_of",
    "judged_from_json",
    "seal_many",
]
