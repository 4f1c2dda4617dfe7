"""`bench preview`: from a description still in writing, sent off, to what it would find. Real worker, real store."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from plugin.alignment import preview
from plugin.bench.databases import Engine, fresh_database
from plugin.bench.installation import Installation, NotRunning, open_installation
from plugin.bench.requisitions import requisition
from plugin.bench.shortlist import create, run, wait_for
from plugin.bench.tables import spread
from plugin.rows import Question, Requisition

LOOK_EVERY = 0.02
PATIENCE = 30.0


def measure(engine: Engine, *, people: int, texts: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run `texts` descriptions one after the other on a requisition that has its shortlist; the first is a row of its own.

    Counted from the question's transaction on, as the page's POST begins it, until its result can be rendered.
    """
    with (
        tempfile.TemporaryDirectory(prefix="kakuyaku-bench-") as folder,
        fresh_database(engine) as url,
        open_installation(Path(folder), database_url=url, people=people) as installation,
    ):
        run(installation, say, f"{engine.name}: {people:,} people are read in")
        ats_id = create(installation, 0)
        store = installation.sandbox.store
        wait_for(installation, "the shortlist", lambda: bool(store.rows("job_notes", job_id=int(ats_id))))
        with installation.work.reading() as session:
            row = session.exec(select(Requisition).where(col(Requisition.ats_id) == ats_id)).one()
        taken = [_one(installation, row.key, number) for number in range(texts + 1)]
        size = {"database": engine.name, "profiles": people}
        return [
            {
                **size,
                "stage": "text sent → result ready",
                **spread([whole for whole, _worked in taken[1:]]),
                "n": texts,
            },
            {
                **size,
                "stage": "  until a worker has answered",
                **spread([worked for _, worked in taken[1:]]),
                "n": texts,
            },
            {**size, "stage": "the first", **spread([taken[0][0]]), "n": 1},
        ]


def _one(installation: Installation, requisition_id: int, number: int) -> tuple[float, float]:
    """Seconds until the result is read, and until the worker had stored it."""
    work = installation.work
    title, text = requisition(number)
    started, asked_at = time.monotonic(), work.clock.now()
    with work.writing() as session:
        row = session.get_one(Requisition, requisition_id)
        token = preview.ask(session, work.vault, row, text=f"{title}\n\n{text}", guidance="", by="staff:0")
        employer_id = row.employer_id
    while True:
        with work.reading() as session:
            found = preview.answer(session, work.vault, token, employer_id=employer_id, locale="ja")
        if found.state == "done":
            break
        if found.state != "owed" or time.monotonic() - started > PATIENCE:
            raise NotRunning(f"a text could not be run: {found.state} {found.message}")
        time.sleep(LOOK_EVERY)
    whole = time.monotonic() - started
    with work.reading() as session:
        question = session.exec(select(Question).order_by(col(Question.id).desc())).first()
    if question is None or question.answered_at is None:
        raise NotRunning("an answered text is gone")
    return whole, (question.answered_at - asked_at).total_seconds()
