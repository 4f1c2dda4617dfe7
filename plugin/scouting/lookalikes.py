"""People who may be one person: two records of the store, or one of the store and one of the ATS. A person decides.

Until then nobody who looks like somebody in the ATS is written to, and of two records in the store only the better one
of a batch. The decision is remembered: those found different are not doubted again, those found the same share what
forbids writing to either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.events import record
from plugin.identity import Identity, fold_company, hash_phone, identities
from plugin.pipeline.duplicates import name_forms, namesakes_in_ats
from plugin.rows import Connection, Lookalike, Profile, Requisition
from plugin.sealing import Vault
from plugin.tasks import close_task, open_task
from plugin.work.context import Work

TASK = "possible_duplicate_scout"

MOST_ASKED = 3
"""Records a person is compared with for one likeness: common names in large companies would ask without end."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One record that may be somebody else's: `other` as `Lookalike.other` names them."""

    profile_id: str
    other: str
    why: str


def learn(
    work: Work, connection: Connection, requisition_id: int, profile_ids: Sequence[str], *, known: Collection[str] = ()
) -> None:
    """Find out whom these people may be, best first, and ask a person about each doubt once.

    `known` are people the ATS has under their own address: who they are there is no question.

    Reads the ATS: call it outside any transaction. One that can't search by name is known through our own store.
    """
    if not profile_ids:
        return
    with work.reading() as session:
        doubts = in_store(session, work.vault, connection.employer_id, profile_ids)
        people = identities(session, work.vault, connection.employer_id, profile_ids)
        profiles = session.exec(
            select(Profile).where(
                col(Profile.employer_id) == connection.employer_id, col(Profile.profile_id).in_(profile_ids)
            )
        ).all()
    ats = work.ats(connection)
    for profile in profiles:
        person = people.get(profile.profile_id)
        if person is not None and profile.profile_id not in known:
            for match in namesakes_in_ats(work, ats, profile, person, connection_id=connection.key):
                doubts.append(Doubt(profile.profile_id, ats_name(connection, match.candidate_id), match.why))
    if doubts:
        with work.writing() as session:
            for doubt in doubts:
                _ask(session, connection, requisition_id, doubt)


def ats_name(connection: Connection, candidate_id: str) -> str:
    return f"ats:{connection.key}:{candidate_id}"


def in_store(session: Session, vault: Vault, employer_id: int, profile_ids: Sequence[str]) -> list[Doubt]:
    """Records of the store that may be one person with these: the same telephone, or the same name and employer.

    `profile_ids` best first: of two in it the later one is doubted.
    """
    rows = _with_their_like(session, employer_id, profile_ids)
    people = identities(session, vault, employer_id, [row.profile_id for row in rows])
    place = {id: number for number, id in enumerate(profile_ids)}
    known: dict[str, list[str]] = {}
    ordered = sorted(people, key=lambda id: (place.get(id, -1), id))  # who is not asked about comes first
    found: dict[tuple[str, str], Doubt] = {}
    for id in ordered:
        keys = list(_keys(vault, employer_id, people[id]))
        if id in place:
            for key in keys:
                for other in known.get(key, [])[:MOST_ASKED]:
                    doubt = Doubt(id, f"profile:{other}", key.partition(":")[0])
                    found.setdefault((id, other), doubt)
        for key in keys:
            known.setdefault(key, []).append(id)
    return list(found.values())


def _with_their_like(session: Session, employer_id: int, profile_ids: Sequence[str]) -> list[Profile]:
    """These profiles, and all others with one of their telephones or written names."""
    found: dict[str, Profile] = {}
    for start in range(0, len(profile_ids), 200):
        mine = session.exec(
            select(Profile).where(
                col(Profile.employer_id) == employer_id,
                col(Profile.profile_id).in_(profile_ids[start : start + 200]),
            )
        ).all()
        found |= {row.profile_id: row for row in mine}
        phones, names = {row.phone_hash for row in mine} - {""}, {row.name_hash for row in mine} - {""}
        like = [col(Profile.phone_hash).in_(sorted(phones)), col(Profile.name_hash).in_(sorted(names))]
        others = session.exec(select(Profile).where(col(Profile.employer_id) == employer_id, or_(*like)))
        found |= {row.profile_id: row for row in others if row.profile_id not in found}
    return list(found.values())


def _keys(vault: Vault, employer_id: int, person: Identity) -> Iterable[str]:
    """What two records of one person have in common, one string each."""
    phone = hash_phone(vault, employer_id, person.phone)
    if phone:
        yield f"phone:{phone}"
    company = fold_company(person.company)
    if company:
        for form in sorted(name_forms(person)):
            yield f"name:{form}:{company}"


def _ask(session: Session, connection: Connection, requisition_id: int, doubt: Doubt) -> None:
    values = {
        "employer_id": connection.employer_id,
        "created_at": now_of(session),
        "connection_id": connection.key,
        "profile_id": doubt.profile_id,
        "other": doubt.other,
        "why": doubt.why,
        "state": "open",
        "decided_by": "",
    }
    if _asked_the_other_way(session, connection.employer_id, doubt):
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    id = session.execute(
        dialect.insert(Lookalike)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["employer_id", "profile_id", "other"])
        .returning(col(Lookalike.id))
    ).scalar_one_or_none()
    if id is None:
        return
    requisition = session.get_one(Requisition, requisition_id)
    record(
        session, connection.employer_id, "lookalike", id, "asked", actor="clock", person=doubt.profile_id, why=doubt.why
    )
    open_task(
        session,
        employer_id=connection.employer_id,
        connection_id=connection.key,
        kind=TASK,
        name=str(id),
        owner_id=requisition.recruiter_id,
        requisition_id=requisition.key,
        subject="lookalike",
        subject_id=id,
        due=now_of(session),
        facts={"why": doubt.why},
    )


def _asked_the_other_way(session: Session, employer_id: int, doubt: Doubt) -> bool:
    kind, _colon, other = doubt.other.partition(":")
    return kind == "profile" and (
        session.exec(
            select(Lookalike.id).where(
                col(Lookalike.employer_id) == employer_id,
                col(Lookalike.profile_id) == other,
                col(Lookalike.other) == f"profile:{doubt.profile_id}",
            )
        ).first()
        is not None
    )


def decide(session: Session, row: Lookalike, *, same: bool, by: str) -> bool:
    """Say whether two records are one person; False when that was decided before. Does not commit.

    The same as somebody in the ATS: our record then carries that candidate's number.
    """
    if row.state != "open":
        return False
    row.state, row.decided_by, row.decided_at = ("same" if same else "different"), by, now_of(session)
    session.add(row)
    kind, _colon, rest = row.other.partition(":")
    if same and kind == "ats":
        profile = session.exec(
            select(Profile).where(
                col(Profile.employer_id) == row.employer_id, col(Profile.profile_id) == row.profile_id
            )
        ).first()
        if profile is not None:
            profile.ats_candidate_id = rest.partition(":")[2]
            session.add(profile)
    close_task(session, row.employer_id, TASK, str(row.key), by=by)
    record(session, row.employer_id, "lookalike", row.key, row.state, actor=by, person=row.profile_id)
    return True


def waiting(session: Session, employer_id: int, profile_ids: Sequence[str]) -> set[str]:
    """Of these people, those about whom somebody is still to decide."""
    return set(
        session.exec(
            select(Lookalike.profile_id).where(
                col(Lookalike.employer_id) == employer_id,
                col(Lookalike.profile_id).in_(profile_ids),
                col(Lookalike.state) == "open",
            )
        )
    )


def twins(session: Session, employer_id: int, profile_ids: Sequence[str]) -> Mapping[str, set[str]]:
    """For each of these people the other records of the store a person found to be theirs."""
    others = [f"profile:{id}" for id in profile_ids]
    rows = session.exec(
        select(Lookalike).where(
            col(Lookalike.employer_id) == employer_id,
            col(Lookalike.state) == "same",
            col(Lookalike.other).startswith("profile:"),
            or_(col(Lookalike.profile_id).in_(profile_ids), col(Lookalike.other).in_(others)),
        )
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        other = row.other.removeprefix("profile:")
        found.setdefault(row.profile_id, set()).add(other)
        found.setdefault(other, set()).add(row.profile_id)
    return found
