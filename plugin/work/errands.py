"""Errands: what a command wants of the profile store, whoever has it open.

One process at a time has the embedded store. A command does its errand itself when it gets the lock; else it hands the
errand to the running worker as an interactive job and waits for the answer, which comes back sealed in a file of the
data folder and is gone once read.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from plugin.rows import Job
from plugin.work.context import Work
from plugin.work.jobs import INTERACTIVE, Claim, Park, owe
from ranking.guidance import read_guidance
from ranking.requirement import read_requirement
from ranking.values import PAY_BEYOND

if TYPE_CHECKING:
    from plugin.alignment.store import EmployerDesk

Progress = Callable[[int, int], None]

POLL = 0.1


class ErrandFailed(Exception):
    """The errand could not be done. The message says why and what to do."""


def run_errand(work: Work, claim: Claim) -> None:
    """Do an errand for a waiting command. Payload: employer_id, name, arguments, answer (a file's name)."""
    name = Path(str(claim.payload["answer"])).name
    desk = work.judge(claim.payload["employer_id"])
    answer = do(work, desk, claim.payload["name"], claim.payload["arguments"])
    folder = _folder(work)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{name}.partial"
    partial.write_bytes(work.vault.seal(json.dumps(answer, ensure_ascii=False).encode()))
    partial.replace(folder / name)


def do(
    work: Work, desk: EmployerDesk, name: str, arguments: Mapping[str, Any], progress: Progress | None = None
) -> Any:
    """Do one errand at an open desk and return its answer as JSON values."""
    errands: dict[str, Callable[[], Any]] = {
        "apply": lambda: desk.catch_up(work, progress),
        "count": lambda: {"profiles": desk.store.count(), "applied": desk.store.last_applied},
        "rebuild": lambda: desk.store.rebuild(progress),
        "fit": lambda: desk.store.fit(progress),
        "unfit": lambda: desk.store.unfit(progress),
        "verify": lambda: desk.verify(work),
        "tidy": lambda: desk.tidy(work),
        "calibrate": lambda: _calibrate(work, desk, arguments),
    }
    if name not in errands:
        raise Park(f"this version of kakuyaku knows no errand {name!r}; update every process")
    return errands[name]()


def send(
    work: Work,
    employer_id: int,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    progress: Progress | None = None,
    waiting: Callable[[], None] | None = None,
    patience: float = 3600.0,
) -> Any:
    """Do an errand in this process, or have the process that holds the store do it and wait.

    `waiting` is called once when it is handed over. Raises `ErrandFailed` when that process could not do it, or nobody
    did for `patience` seconds.
    """
    from ranking.store import StoreBusy  # here: it loads numpy, which commands without a store never need

    arguments = dict(arguments or {})
    try:
        return do(work, work.judge(employer_id), name, arguments, progress)
    except StoreBusy:
        if waiting is not None:
            waiting()
    token = secrets.token_hex(16)
    with work.writing() as session:
        job = owe(
            session,
            "errand",
            token,
            employer_id=employer_id,
            payload={"employer_id": employer_id, "name": name, "arguments": arguments, "answer": token},
            lane=INTERACTIVE,
        )
    path, until, next_try = _folder(work) / token, time.monotonic() + patience, time.monotonic() + 2
    while time.monotonic() < until:
        if path.exists():
            answer = json.loads(work.vault.open(path.read_bytes()))
            path.unlink()
            return answer
        with work.reading() as session:
            row = session.exec(select(Job).where(col(Job.id) == job)).one()
        if row.state == "parked" or row.failures:
            raise ErrandFailed(f"the running worker could not do it: {row.error}")
        if row.attempts == 0 and time.monotonic() > next_try:
            # Perhaps it was another command that had the store, and it has gone.
            next_try = time.monotonic() + 2
            try:
                answer = do(work, work.judge(employer_id), name, arguments, progress)
            except StoreBusy:
                pass
            else:
                _withdraw(work, job)
                return answer
        time.sleep(POLL)
    _withdraw(work, job)
    raise ErrandFailed("another process has the profile store open and no worker answers; stop it and try again")


def _withdraw(work: Work, job: int | None) -> None:
    with work.writing() as session:
        row = session.get(Job, job)
        if row is not None and row.state == "owed":
            row.state = "done"
            session.add(row)


def _calibrate(work: Work, desk: EmployerDesk, arguments: Mapping[str, Any]) -> Any:
    desk.catch_up(work)
    found = desk.preview(
        read_requirement(arguments["description"]),
        read_guidance(arguments["guidance"]) if arguments["guidance"].strip() else None,
        top=arguments["top"],
        floor=arguments["floor"],
        reference_date=date.fromisoformat(arguments["date"]),
    )
    people = found.table.people if found.table is not None else ()
    return {
        "score_version": found.score_version,
        "store_revision": found.store_revision,
        "universe": found.universe,
        "considered": found.considered,
        "proposed_line": found.proposed_line,
        "above_floor": sum(tally.count for tally in people if tally.pay != PAY_BEYOND),
        "shortlist": [asdict(scored) for scored in found.shortlist],
        "evidence_hashes": [scored.evidence_hash for scored in found.shortlist],
    }


def _folder(work: Work) -> Path:
    return work.settings.data_folder / "errands"
