"""A requisition that has no place in its ATS yet to show a shortlist: its owner is told what to make, and it is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlmodel import col, select

from plugin.database import now_of
from plugin.pipeline.owners import owner_id
from plugin.rows import Calibration, Requisition, Task
from plugin.tasks import close_task, open_task
from plugin.work.context import Work
from plugin.work.jobs import owe

NO_PLACE = "no_place_in_ats"
LOOK_AGAIN = timedelta(hours=1)
"""How long after a place was missing in the ATS somebody may have made it."""


def ask_for_a_place(work: Work, calibration: Calibration, requisition: Requisition, said: Mapping[str, str]) -> None:
    """Tell whoever owns the requisition what has to be made in the ATS, and look again until they say it won't be.

    `said`: the connector's or the vendor's words, by language.

    With the place comes who manages the requisition, where the ATS says so there only.
    """
    with work.writing() as session:
        now, name = now_of(session), str(calibration.key)
        open_task(
            session,
            employer_id=requisition.employer_id,
            connection_id=requisition.connection_id,
            kind="no_place_in_ats",
            name=name,
            owner_id=owner_id(session, requisition),
            requisition_id=requisition.key,
            subject="requisition",
            subject_id=requisition.key,
            facts={"said": dict(said)},
        )
        waiting = session.exec(
            select(Task).where(
                col(Task.employer_id) == requisition.employer_id,
                col(Task.subject_id) == requisition.key,
                col(Task.kind) == NO_PLACE,
                col(Task.state) == "open",
            )
        ).all()
        for task in waiting:
            if task.name != f"{NO_PLACE}:{name}":  # an earlier shortlist's: one task asks for the one place
                close_task(session, task.employer_id, NO_PLACE, task.name.partition(":")[2], by="clock")
        if requisition.status != "closed" and any(task.name == f"{NO_PLACE}:{name}" for task in waiting):
            due, slot = now + LOOK_AGAIN, now.strftime("%Y-%m-%dT%H")
            for kind, key, payload in (
                (
                    "read_requisition",
                    f"{requisition.connection_id}:{requisition.ats_id}",
                    {"ats_id": requisition.ats_id},
                ),
                ("post_shortlist", name, {"calibration_id": calibration.key}),
            ):
                owe(
                    session,
                    kind,
                    f"{key}:place:{slot}",
                    employer_id=requisition.employer_id,
                    connection_id=requisition.connection_id,
                    payload=payload,
                    due=due,
                )
