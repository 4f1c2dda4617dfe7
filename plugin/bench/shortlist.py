"""`bench shortlist`: from a requisition's webhook, received, to its shortlist standing in the ATS. Real processes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from plugin.bench.crowd_store import open_crowd
from plugin.bench.databases import Engine, fresh_database
from plugin.bench.installation import Installation, NotRunning, open_installation
from plugin.bench.requisitions import requisition
from plugin.bench.tables import spread
from plugin.demo.sandbox_client import call
from plugin.demo.stage import MANAGER, RECRUITER
from plugin.rows import Calibration, Delivery, Job, Requisition
from plugin.work.ticks import TICKED

PATIENCE = 60.0
"""Seconds one requisition may take before the benchmark gives up on it."""

CROWD_WORKER = ("-P", "-m", "plugin.bench.crowd_worker")
STAGES = ("webhook read", "requisition read", "calibrated", "posted")


def measure(
    engine: Engine, *, requisitions: int, people: int, crowd: Path | None = None, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Measure requisitions one after the other; a row for the whole way and one for each stage of it.

    The first requisition of a fresh worker loads the judgement; it is a row of its own and in no other. `crowd`: the
    people are a crowd kept in that folder (`bench.crowd_store`) instead of imported profiles.
    """
    if crowd is not None:
        open_crowd(people, crowd, say)
    with (
        tempfile.TemporaryDirectory(prefix="kakuyaku-bench-") as folder,
        fresh_database(engine) as url,
        open_installation(Path(folder), database_url=url, people=0 if crowd else people) as installation,
    ):
        worker = () if crowd is None else (*CROWD_WORKER, "--people", str(people), "--cache", str(crowd))
        run(installation, say, f"{engine.name}: {people:,} people are there", worker)
        timings = []
        for number in range(requisitions + 1):
            timings.append(_one(installation, number))
            say(f"{engine.name}: requisition {number} took {sum(timings[-1].values()):.2f} s")
        first, rest = timings[0], timings[1:]
        size = {"database": engine.name, "profiles": people}
        rows = [
            {
                **size,
                "stage": "webhook received → shortlist in the ATS",
                **spread([sum(one.values()) for one in rest]),
                "n": len(rest),
            }
        ]
        rows += [
            {**size, "stage": f"  {stage}", **spread([one[stage] for one in rest]), "n": len(rest)} for stage in STAGES
        ]
        rows.append({**size, "stage": "the first after a start", **spread([sum(first.values())]), "n": 1})
        return rows


def run(installation: Installation, say: Callable[[str], None], what: str, worker: tuple[str, ...] = ()) -> None:
    """Start web and worker and wait until the people are in the store."""
    installation.start("web")
    installation.wait_for_web()
    installation.point_webhooks()
    started = time.monotonic()
    installation.start("worker", *worker)
    while True:
        with installation.work.reading() as session:
            waiting = session.exec(
                select(Job.id).where(col(Job.kind) == "apply_profiles", col(Job.state) == "owed")
            ).first()
        if waiting is None:
            break
        _still_there(installation)
        time.sleep(0.1)
    say(f"{what} in {time.monotonic() - started:.1f} s")


def create(installation: Installation, number: int, *, lang: str = "") -> str:
    """Have a recruiter create the n-th requisition in the ATS; returns its id there."""
    title, description = requisition(number, lang)
    body = {
        "name": title,
        "post": description,
        "status": "open",
        "manager_id": int(MANAGER),
        "recruiter_id": int(RECRUITER),
    }
    return str(call(installation.sandbox.url, "POST", "/sandbox/requisitions", body)["id"])


def wait_for(installation: Installation, what: str, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Return once it holds; raise `NotRunning` with what is owed when it takes too long or a process ended."""
    until = time.monotonic() + seconds
    while not holds():
        _still_there(installation)
        if time.monotonic() > until:
            with installation.work.reading() as session:
                owed = session.exec(
                    select(Job.kind, Job.state, Job.error).where(col(Job.state) != "done").limit(5)
                ).all()
            raise NotRunning(f"{what} did not happen within {seconds:.0f} s; owed: {list(owed)}")
        time.sleep(0.02)


def _still_there(installation: Installation) -> None:
    for name, process in installation.running.items():
        if process.poll() is not None:
            raise NotRunning(f"the {name} process ended: {installation.last_words(name)}")


def _one(installation: Installation, number: int) -> dict[str, float]:
    ats_id = create(installation, number)
    store = installation.sandbox.store
    wait_for(
        installation,
        f"the shortlist of requisition {number}",
        lambda: bool(store.rows("job_notes", job_id=int(ats_id))),
    )
    noted = datetime.fromisoformat(store.rows("job_notes", job_id=int(ats_id))[0]["created_at"])
    # The job that posts ends a moment after the note stands; its follow-ups don't disturb the next one then.
    wait_for(installation, "the end of its work", lambda: _nothing_owed(installation))
    with installation.work.reading() as session:
        row = session.exec(select(Requisition).where(col(Requisition.ats_id) == ats_id)).one()
        calibration = session.exec(select(Calibration).where(col(Calibration.requisition_id) == row.key)).one()
        calibrated = _finished(
            session.exec(select(Job).where(col(Job.dedupe) == f"calibrate:{calibration.key}")).first()
        )
        reads = [
            job
            for job in session.exec(
                select(Job).where(col(Job.kind) == "read_requisition").order_by(col(Job.finished_at))
            )
            if job.state == "done" and job.payload.get("ats_id") == ats_id and ":delivery:" in job.dedupe
        ]
        first = reads[0]
        delivery = session.get_one(Delivery, int(first.dedupe.split(":delivery:")[1].split(":")[0]))
        moments = [delivery.received_at, first.created_at, _finished(first), calibrated, noted]
    # A stage that a second webhook had done already takes no time.
    return {stage: max(0.0, (moments[n + 1] - moments[n]).total_seconds()) for n, stage in enumerate(STAGES)}


def _nothing_owed(installation: Installation) -> bool:
    soon = installation.work.clock.now() + timedelta(seconds=5)
    owed = select(Job.id).where(col(Job.state) == "owed", col(Job.due) <= soon, col(Job.kind).not_in(TICKED))
    with installation.work.reading() as session:
        return session.exec(owed).first() is None


def _finished(job: Job | None) -> datetime:
    if job is None or job.finished_at is None:
        raise NotRunning("a job the shortlist needed is not done")
    return job.finished_at
