"""How long people are kept: by contact basis or source, counted from when they were last known; then they are erased.

Nobody is erased who is in process: an open entry, an open promise, a letter still on its way, or a yes that waits. What
expires is listed a month ahead (`kakuyaku person expiring`, and a page), so that a person can confirm who stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, or_, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.policy import Policy
from plugin.rows import Connection, Employer, Entry, Profile, Promise, Scout
from plugin.work.context import Work
from plugin.work.jobs import BULK, Claim, owe

log = structlog.get_logger(__name__)

AHEAD = timedelta(days=30)
AT_ONCE = 200
"""People erased by one job; what remains is owed again."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """Somebody whose time ends. `kept_because`: in_process where they stay in spite of it, "" otherwise."""

    profile_id: str
    source: str
    basis: str
    since: datetime
    expires_at: datetime
    kept_because: str = ""


def expiring(session: Session, employer_id: int, until: datetime, limit: int | None = None) -> list[Expiring]:
    """Who expires by a moment, the earliest first. Nobody where no `retention_days` are set."""
    rules = rules_of(session, employer_id)
    if not rules:
        return []
    shortest = until - timedelta(days=min(rules.values()))
    found = []
    for row in _candidates(session, employer_id, rules, shortest):
        since = last_known(row)
        days = rules.get(row.source) or rules.get(row.contact_basis)
        if days is None:
            continue
        ends = since + timedelta(days=days)
        if ends <= until:
            found.append(Expiring(row.profile_id, row.source, row.contact_basis, since, ends))
    found.sort(key=lambda one: (one.expires_at, one.profile_id))
    if limit is not None:
        found = found[:limit]
    busy = in_process(session, employer_id, [one.profile_id for one in found])
    return [
        Expiring(one.profile_id, one.source, one.basis, one.since, one.expires_at, "in_process")
        if one.profile_id in busy
        else one
        for one in found
    ]


def rules_of(session: Session, employer_id: int) -> dict[str, int]:
    """Days by contact basis or source. Several connections of an employer share its people: the longest time holds."""
    rules: dict[str, int] = {}
    policies: list[Policy] = [
        policy_of(row)
        for row in session.exec(select(Connection).where(col(Connection.employer_id) == employer_id)).all()
    ]
    for name in {name for policy in policies for name in policy.retention_days}:
        given = [policy.retention_days[name] for policy in policies if policy.retention_days.get(name, 0) > 0]
        if len(given) == len(policies):  # a connection that says nothing keeps them
            rules[name] = max(given)
    return rules


def last_known(profile: Profile) -> datetime:
    """From when their time is counted: what is known was last true, or was given, or taken in."""
    return max(each for each in (profile.as_of, profile.basis_at, profile.created_at) if each is not None)


def in_process(session: Session, employer_id: int, profile_ids: Sequence[str]) -> set[str]:
    """Of these, whoever is still in process with us."""
    found: set[str] = set()
    for start in range(0, len(profile_ids), 500):
        part = list(profile_ids[start : start + 500])
        mine = (col(Scout.employer_id) == employer_id, col(Scout.profile_id).in_(part))
        found |= set(session.exec(select(Scout.profile_id).where(*mine, col(Scout.state).in_(["queued", "sending"]))))
        found |= set(
            session.exec(
                select(Entry.profile_id).where(
                    col(Entry.employer_id) == employer_id,
                    col(Entry.profile_id).in_(part),
                    col(Entry.state) != "closed",
                    or_(col(Entry.state) != "entered", col(Entry.entered_at) > now_of(session) - timedelta(days=365)),
                )
            )
        )
        found |= set(
            session.exec(
                select(Scout.profile_id)
                .join(Promise, col(Promise.scout_id) == col(Scout.id))
                .where(*mine, col(Promise.state).in_(["owed", "scheduled"]))
            )
        )
    return found


def owe_expiry(session: Session) -> None:
    """Owe today's expiry of every employer that has set a time."""
    day = now_of(session).date().isoformat()
    for employer_id in session.exec(select(Employer.id)).all():
        if employer_id is not None and rules_of(session, employer_id):
            owe(
                session,
                "expire_people",
                f"{employer_id}:{day}",
                employer_id=employer_id,
                payload={"employer_id": employer_id},
                lane=BULK,
            )


def expire_people(work: Work, claim: Claim) -> None:
    """Erase who has expired and is not in process; a second run goes on where the first stopped."""
    from plugin.erasure import erase_person  # here: it knows the whole pipeline, which the tick has no use for

    employer_id = claim.payload["employer_id"]
    with work.reading() as session:
        over = [one for one in expiring(session, employer_id, now_of(session)) if not one.kept_because]
    for one in over[:AT_ONCE]:
        erase_person(work, employer_id, one.profile_id, by="clock", asked=False)
    if over:
        log.info("people_expired", employer=employer_id, count=min(len(over), AT_ONCE))
    if len(over) > AT_ONCE:
        with work.finishing(claim) as session:
            owe(
                session,
                "expire_people",
                f"{employer_id}:{work.clock.now().isoformat()}",
                employer_id=employer_id,
                payload={"employer_id": employer_id},
                lane=BULK,
            )


def _candidates(session: Session, employer_id: int, rules: dict[str, int], known_before: datetime) -> Iterator[Profile]:
    """Profiles under a rule that may be old enough, a page at a time."""
    after = 0
    while page := session.exec(
        select(Profile)
        .where(
            col(Profile.employer_id) == employer_id,
            or_(col(Profile.contact_basis).in_(list(rules)), col(Profile.source).in_(list(rules))),
            col(Profile.created_at) <= known_before,
            col(Profile.id) > after,
        )
        .order_by(col(Profile.id))
        .limit(1000)
    ).all():
        yield from page
        after = page[-1].key
