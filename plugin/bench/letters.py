"""`bench letters`: so many letters drafted, compiled as they will be sent, and queued; in this process, on a real database.

Compiling alone, without a row written, is measured beside it in the same run: what is left is what the rows cost.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from plugin import migrate
from plugin.alignment.scores import grouped, keep
from plugin.bench.databases import Engine, fresh_database
from plugin.bench.requisitions import requisition
from plugin.demo.stage import demo_policy, set_stage
from plugin.people import CONTACT_BASES, add_people
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Connection,
    Job,
    Profile,
    RequirementRow,
    Requisition,
    Scout,
    Staff,
)
from plugin.scouting import letters
from plugin.scouting.batches import release
from plugin.scouting.choosing import Above, Chosen, Plan, draft
from plugin.scouting.facts import PersonFact
from plugin.settings import alone
from plugin.work.context import Work
from plugin.work.runtime import build_work
from ranking.requirement import read_requirement
from ranking.universe import generate
from ranking.values import Requirement

T = TypeVar("T")

A_BATCH = 200
"""Letters of one requisition."""

FACTS = (
    PersonFact("must", "Go", "Go", "Go", 0, 2, "skill"),
    PersonFact("must", "AWS", "AWS", "AWS", 5, 8, "skill"),
    PersonFact("wants", "Kubernetes", "Kubernetes", "Kubernetes", 12, 22, "skill"),
)


def measure(engine: Engine, *, count: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Draft, compile and queue `count` letters; a row for each part, for all of it, and for compiling alone."""
    with tempfile.TemporaryDirectory(prefix="kakuyaku-bench-") as folder, fresh_database(engine) as url:
        settings = alone(data_folder=Path(folder), **({"database_url": url} if url else {}))
        migrate.upgrade(settings.database)
        work = build_work(settings)
        try:
            connection = set_stage(
                work.database,
                work.vault,
                ats="greenhouse",
                credentials={},
                options={},
                policy=demo_policy(max_people=1000),
            )
            say(f"{engine.name}: {count:,} people are taken in")
            people = _people(work, connection, count)
            plans = [_plan(work, connection, number, some) for number, some in enumerate(_by(people, A_BATCH))]
            say(f"{engine.name}: {len(plans)} requisitions, {count:,} letters")
            drafted = _timed(plans, lambda plan: _draft(work, *plan))
            compiled = _timed(plans, lambda plan: _compile(work, plan[0]))
            queued = _timed(plans, lambda plan: _queue(work, plan[0]))
            with work.reading() as session:
                owed = len(session.exec(select(Job.id).where(col(Job.kind) == "send_scout")).all())
            if owed != count:
                raise RuntimeError(f"{owed} letters are queued instead of {count}")
            alone_ = _timed(plans, lambda plan: _compile(work, plan[0]))
        finally:
            work.close()
    parts = {
        "drafted, compiled and queued": drafted + compiled + queued,
        "  drafted": drafted,
        "  compiled": compiled,
        "  queued": queued,
        "compiled only": alone_,
    }
    return [
        {
            "database": engine.name,
            "stage": stage,
            "letters": count,
            "seconds": round(seconds, 2),
            "letters_per_s": round(count / seconds, 1),
        }
        for stage, seconds in parts.items()
    ]


def _by(things: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Things in groups of `size`."""
    rest = iter(things)
    while group := tuple(islice(rest, size)):
        yield group


def _timed(plans: Iterable[Any], act: Callable[[Any], None]) -> float:
    start = time.monotonic()
    for plan in plans:
        act(plan)
    return time.monotonic() - start


def _people(work: Work, connection: Connection, count: int) -> list[Profile]:
    """As many invented people as may be written to."""
    may = (one for one in generate(4 * count + 100, seed=4) if one.contact_basis in CONTACT_BASES and one.language)
    for some in _by(islice(may, count), 500):
        with work.writing() as session:
            add_people(session, work.vault, connection.employer_id, some, source="bench")
    with work.reading() as session:
        return list(session.exec(select(Profile).order_by(col(Profile.profile_id))))


def _plan(work: Work, connection: Connection, number: int, people: Sequence[Profile]) -> tuple[Plan, list[Chosen]]:
    """A requisition with its calibration and a commitment in force, and whom to write to."""
    title, text = requisition(number)
    chosen = [Chosen(Above(one.profile_id, one.revision, 80), one.language or "ja", FACTS) for one in people]
    with work.writing() as session:
        now = work.clock.now()
        base: dict[str, Any] = {"employer_id": connection.employer_id, "created_at": now}
        manager = Staff(
            **base,
            connection_id=connection.key,
            ats_id=f"m{number}",
            name="見本 花子",
            email="manager@mihon.example.com",
        )
        session.add(manager)
        session.flush()
        row = Requisition(
            **base,
            connection_id=connection.key,
            ats_id=f"r{number}",
            title=title,
            status="open",
            state="calibrated",
            manager_id=manager.key,
            read_at=now,
        )
        session.add(row)
        session.flush()
        requirement = RequirementRow(
            **base,
            requisition_id=row.key,
            hash="h",
            parser_version=1,
            text=text,
            parsed=read_requirement(text).to_json(),
        )
        session.add(requirement)
        session.flush()
        calibration = Calibration(
            **base,
            requisition_id=row.key,
            requirement_id=requirement.key,
            manager_id=manager.key,
            short_id=f"B{number}",
            requirement_hash="h",
            guidance_hash="",
            score_version="1",
            state="done",
        )
        session.add(calibration)
        session.flush()
        row.calibration_id = calibration.key
        keep(session, calibration, grouped((one.profile_id, one.revision, 80) for one in people), now)
        commitment = _commitment(session, row, calibration, manager, len(people))
    plan = Plan(
        connection=connection,
        requisition=row,
        calibration=calibration,
        commitment=commitment,
        requirement=Requirement.from_json(requirement.parsed),
        guidance="",
        people=len(people),
        ranked=tuple(one.person for one in chosen),
        by="",
    )
    return plan, chosen


def _commitment(
    session: Session, row: Requisition, calibration: Calibration, manager: Staff, people: int
) -> Commitment:
    now = calibration.created_at
    commitment = Commitment(
        employer_id=row.employer_id,
        created_at=now,
        requisition_id=row.key,
        calibration_id=calibration.key,
        manager_id=manager.key,
        line=70,
        inclusive=True,
        kind="interview",
        selection=True,
        screening="none",
        interviewer_title="開発部長",
        days=5,
        reply_deadline=(now + timedelta(days=14)).date(),
        zone="Asia/Tokyo",
        max_people=people,
        format="online",
        minutes=45,
        requirement_hash=calibration.requirement_hash,
        guidance_hash="",
        score_version=calibration.score_version,
        strength="verified",
        how="acting_link",
        state="in_force",
        proposed_at=now,
        in_force_at=now,
    )
    session.add(commitment)
    session.flush()
    return commitment


def _draft(work: Work, plan: Plan, chosen: Sequence[Chosen]) -> None:
    with work.writing() as session:
        if draft(session, work.vault, plan, chosen) is None:
            raise RuntimeError("nothing was drafted")


def _compile(work: Work, plan: Plan) -> None:
    """Every letter of a requisition as the bytes that will be sent."""
    with work.reading() as session:
        scouts = session.exec(select(Scout).where(col(Scout.requisition_id) == plan.requisition.key)).all()
        for scout in scouts:
            written = letters.write(session, work.vault, work.settings, scout)
            if not written.letter.text:
                raise RuntimeError("an empty letter")


def _queue(work: Work, plan: Plan) -> None:
    with work.writing() as session:
        batch = session.exec(select(Batch).where(col(Batch.requisition_id) == plan.requisition.key)).one()
        release(session, batch, "staff:1")
