"""One process that sweeps: `python -m plugin.bench.sweep_child FOLDER`; may be killed at any moment and started again.

Reads `sweep.json` in the folder (which stand-in, where, which clock), sweeps until both lists are read, and prints what
it took. Each round is a tick: a list that ran into its limit goes on with the next one.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlmodel import col, select

from connectors.registry import CONNECTORS
from plugin.bench.sweep_world import CUT_OFF, SharedClock, some_people
from plugin.database import Database
from plugin.migrate import upgrade
from plugin.pipeline.people import source_of
from plugin.rows import Connection, Employer, Job, Profile, Sweep
from plugin.sealing import Vault
from plugin.settings import Settings
from plugin.work.context import Work
from plugin.work.jobs import Claim
from plugin.work.sweeps import sweep_connection

LISTS = ("requisitions", "people")
MOST_ROUNDS = 10_000


def prepare(folder: Path, name: str, there: Any) -> int:
    """Write down what the child needs, and make its database: one employer, one connection, a few people of ours.

    Returns how many those are: what changed of them must be owed a reading, as every requisition must.
    """
    url = f"sqlite:///{folder}/state.sqlite3"
    upgrade(url)
    clock = SharedClock(folder / "clock")
    database = Database(url, clock)
    with database.writing() as session:
        employer = Employer(name="bench", created_at=clock.now())
        session.add(employer)
        session.flush()
        connection = Connection(
            employer_id=employer.key,
            url_key="bench",
            ats=name,
            name="bench",
            cut_off=CUT_OFF,
            policy={},
            created_at=CUT_OFF,
        )
        session.add(connection)
        session.flush()
        ours = some_people(there)
        for number, ids in enumerate(ours):
            for id in ids:
                session.add(
                    Profile(
                        employer_id=employer.key,
                        profile_id=f"{number}:{id}",
                        sealed=b"",
                        source=source_of(connection),
                        ats_candidate_id=id,
                        created_at=clock.now(),
                    )
                )
    database.close()
    at = clock.now()
    clock.close()
    given = there.connection()
    options = {key: value for key, value in given["options"].items() if not key.startswith("rate_")}
    slot = int(at.timestamp()) // Settings(data_folder=folder).sweep_seconds
    told = {"slot": slot, "name": name, "url": url, "credentials": given["credentials"], "options": options}
    (folder / "sweep.json").write_text(json.dumps(told))
    return len(ours)


def sweep(folder: Path) -> dict[str, Any]:
    """Sweep to the end of both lists; what it took, as plain values."""
    told = json.loads((folder / "sweep.json").read_text())
    clock = SharedClock(folder / "clock")
    database = Database(told["url"], clock)
    kind = CONNECTORS[told["name"]]
    ats = kind(credentials=told["credentials"], secrets=[], options=told["options"], timekeeper=clock.timekeeper())
    vault = Vault([Fernet.generate_key().decode()])
    work = Work(Settings(data_folder=folder), database, clock, vault, ats=lambda _: ats, judge=lambda _: None)
    began, rounds = clock.seconds(), 0
    try:
        while not _read(database) and rounds < MOST_ROUNDS:
            # Whoever takes a dead worker's job answers the tick that it did; the ticks after it are new ones.
            slot = int(clock.now().timestamp()) // work.settings.sweep_seconds if rounds else told["slot"]
            rounds += 1
            with database.reading() as session:
                connection = session.exec(select(Connection)).one()
            claim = Claim(0, connection.employer_id, connection.key, "sweep_connection", {"slot": slot}, 1, 0)
            sweep_connection(work, claim)
            if not _read(database):
                clock.sleep(work.settings.sweep_seconds)
        took = timedelta(seconds=clock.seconds() - began)
        memory = _most_memory()  # before the counting below takes its own
        owed = [_owed(database, kind) for kind in ("read_requisition", "read_person")]
    finally:
        ats.close()
        database.close()
        clock.close()
    return {"minutes": round(took.total_seconds() / 60, 1), "rounds": rounds, "mb": round(memory), "owed": owed}


def _read(database: Database) -> bool:
    """Whether both lists have been read to their end."""
    with database.reading() as session:
        ended = session.exec(select(Sweep.name).where(col(Sweep.read_to).is_not(None))).all()
    return set(LISTS) <= set(ended)


def _most_memory() -> float:
    """The most this process has held, in MB. `getrusage` counts what its parent held when it was started as well."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _owed(database: Database, kind: str) -> int:
    """How many different things are owed a reading."""
    with database.reading() as session:
        return len({job["ats_id"] for job in session.exec(select(Job.payload).where(col(Job.kind) == kind))})


if __name__ == "__main__":
    print(json.dumps(sweep(Path(sys.argv[1]))))
