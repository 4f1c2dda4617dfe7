"""What only the ATS knows of a person: in process there, turned down lately, not to be contacted (R5).

Read by address before a letter is drafted, and again before it leaves when that was long ago; kept as `Restriction` rows
so that the decision to write reads rows only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from connectors.base import Connector, Unsupported
from connectors.records import Application, ApplicationStatus, Candidate
from plugin.connections import policy_of
from plugin.policy import Policy
from plugin.rows import Connection, Lookalike, Restriction
from plugin.work.context import Work

FROM_ATS = "ats"
IN_PROCESS_HOLDS = timedelta(days=1)
"""How long "in process" is believed without looking again; it also ends by the next look."""


def learn_from_ats(work: Work, connection: Connection, addresses: Mapping[str, str]) -> set[str]:
    """Look these people (profile id → mail address) up in the ATS and remember what forbids writing; whom it knows.

    Call it outside any transaction. An ATS that can't find people by address teaches nothing. Raises `ATSError`: not
    knowing is no permission.
    """
    ats, policy, now = work.ats(connection), policy_of(connection), work.clock.now()
    learnt: dict[str, list[tuple[str, str, datetime | None]]] = {}
    known: set[str] = set()
    numbers = _numbers(work, connection, list(addresses))
    for profile_id, address in addresses.items():
        try:
            people = (
                [one for one in ats.find_candidates(email=address.strip()) if _same(one, address)] if address else []
            )
        except Unsupported:
            return known
        if people:
            known.add(profile_id)
        for id in numbers.get(profile_id, set()) - {one.id for one in people}:
            found = ats.candidate(id)
            people += [found] if found is not None else []
        learnt[profile_id] = [each for one in people for each in _of_candidate(ats, policy, one, now)]
    with work.writing() as session:
        _remember(session, connection, learnt, now)
    return known


def _numbers(work: Work, connection: Connection, profile_ids: Sequence[str]) -> dict[str, set[str]]:
    """Candidates of this ATS account a person found to be these people, under whatever address."""
    before = f"ats:{connection.key}:"
    found: dict[str, set[str]] = {}
    with work.reading() as session:
        rows = session.exec(
            select(Lookalike).where(
                col(Lookalike.employer_id) == connection.employer_id,
                col(Lookalike.profile_id).in_(profile_ids),
                col(Lookalike.state) == "same",
                col(Lookalike.other).startswith(before),
            )
        )
        for row in rows:
            found.setdefault(row.profile_id, set()).add(row.other.removeprefix(before))
    return found


def _of_candidate(
    ats: Connector, policy: Policy, candidate: Candidate, now: datetime
) -> Iterator[tuple[str, str, datetime | None]]:
    if candidate.do_not_contact:
        yield "do_not_contact", candidate.id, None
    for application in ats.applications(candidate_id=candidate.id):
        yield from _of_application(application, policy, now)


def _of_application(
    application: Application, policy: Policy, now: datetime
) -> Iterator[tuple[str, str, datetime | None]]:
    if application.prospect:
        return  # in a pool, not in a process
    if application.status in (ApplicationStatus.ACTIVE, ApplicationStatus.HIRED):
        yield "in_process", application.id, now + IN_PROCESS_HOLDS
    elif application.status == ApplicationStatus.REJECTED:
        when = application.rejected_at or application.last_activity_at or now
        until = when + timedelta(days=policy.rejected_days)
        if until > now:
            yield "rejected", application.id, until


def _same(candidate: Candidate, address: str) -> bool:
    # Some ATSs search by parts of words.
    return address.strip().casefold() in {each.strip().casefold() for each in candidate.emails}


def _remember(
    session: Session,
    connection: Connection,
    learnt: Mapping[str, list[tuple[str, str, datetime | None]]],
    now: datetime,
) -> None:
    """Replace what the ATS said before; what people here entered stays."""
    owner = f"{FROM_ATS}:{connection.key}"
    session.execute(
        delete(Restriction).where(
            col(Restriction.employer_id) == connection.employer_id,
            col(Restriction.profile_id).in_(list(learnt)),
            col(Restriction.owner) == owner,
        )
    )
    for profile_id, found in learnt.items():
        for kind, ats_id, until in found:
            session.add(
                Restriction(
                    employer_id=connection.employer_id,
                    kind=kind,
                    profile_id=profile_id,
                    owner=owner,
                    reason=f"ATS {ats_id}",
                    expires_at=until,
                    created_at=now,
                )
            )
