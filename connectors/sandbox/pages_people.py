"""The pages about people: the board, one person's application, interviews, rejection."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox import bodies, jobs, people
from connectors.sandbox.jobs import Ats, Unprocessable
from connectors.sandbox.store import iso
from connectors.sandbox.words import JAPAN


def board(ats: Ats, whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Sort a requisition's entries into columns: prospects, each stage, finished."""
    columns: list[dict[str, Any]] = [
        {"title": stage["name"], "key": "", "cards": [], "stage_id": stage["id"]} for stage in whole["stages"]
    ]
    prospects: dict[str, Any] = {"title": "", "key": "prospects", "cards": [], "stage_id": None}
    finished: dict[str, Any] = {"title": "", "key": "finished", "cards": [], "stage_id": None}
    by_stage = {column["stage_id"]: column for column in columns}
    for entry in whole["entries"]:
        stage = bodies.current_stage(ats.store, entry["id"])
        notes = entry["notes"]
        upcoming = [i["starts_at"] for i in entry["interviews"] if i["status"] == "scheduled" and i["starts_at"]]
        card = entry | {"last_note": notes[-1]["body"] if notes else "", "next": min(upcoming, default="")}
        if entry["status"] != people.OPEN:
            finished["cards"].append(card)
        elif entry["prospect"] or stage is None:
            prospects["cards"].append(card)
        else:
            by_stage[stage["id"]]["cards"].append(card)
    shown = [prospects] if prospects["cards"] else []
    return [*shown, *columns, *([finished] if finished["cards"] else [])]


def add(blueprint: Blueprint, ats: Ats) -> None:
    """Add the routes to the pages' blueprint, which guards them."""
    store = ats.store

    def back(id: int) -> ResponseReturnValue:
        return redirect(url_for("pages.application", id=id))

    @blueprint.get("/applications/<int:id>")
    def application(id: int) -> ResponseReturnValue:
        row = jobs.find(ats, "applications", id)
        job_id = row["job_id"] or (row["prospective_job_ids"] or [0])[0]
        job = jobs.find(ats, "jobs", job_id)
        interviews = []
        for interview in store.rows("interviews", application_id=id):
            kind = store.get("job_interviews", interview["job_interview_id"])
            seats = store.rows("interviewers", interview_id=interview["id"])
            names = [store.get("users", seat["user_id"]) for seat in seats]
            interviews.append(
                interview | {"name": kind["name"] if kind else "", "panel": [user["name"] for user in names if user]}
            )
        return render_template(
            "application.html",
            application=row,
            job=job,
            candidate=jobs.find(ats, "candidates", row["candidate_id"]),
            tags=bodies.tags(store, row["candidate_id"]),
            notes=list(reversed(store.rows("notes", candidate_id=row["candidate_id"]))),
            attachments=store.rows("attachments", application_id=id),
            interviews=interviews,
            kinds=store.rows("job_interviews", job_id=job["id"]),
            stage=bodies.current_stage(store, id),
            stages=store.rows("job_interview_stages", job_id=job["id"], active=1),
            reasons=store.rows("rejection_reasons"),
            people={user["id"]: user["name"] for user in store.rows("users")},
            interviewers=store.rows("users", role="manager"),
        )

    @blueprint.post("/applications/<int:id>/move")
    def move(id: int) -> ResponseReturnValue:
        row = jobs.find(ats, "applications", id)
        stage_id = _number("stage_id")
        if row["prospect"]:
            stage = jobs.find(ats, "job_interview_stages", stage_id)
            people.convert_prospect(ats, id, stage["job_id"], stage_id)
        else:
            people.move(ats, id, stage_id)
        return back(id)

    @blueprint.post("/applications/<int:id>/interviews")
    def schedule(id: int) -> ResponseReturnValue:
        form = request.form
        try:
            start = datetime.fromisoformat(form.get("starts_at", "")).replace(tzinfo=JAPAN)
            minutes = int(form.get("minutes") or 45)
        except ValueError:
            raise Unprocessable("YYYY-MM-DD HH:MM", "starts_at") from None
        people.schedule_interview(
            ats,
            id,
            starts_at=iso(start),
            ends_at=iso(start + timedelta(minutes=minutes)),
            interviewer_ids=[_number("interviewer_id")],
            name=form.get("kind", ""),
            organizer_id=session.get("user"),
        )
        return back(id)

    @blueprint.post("/applications/<int:id>/interviews/<int:interview_id>")
    def interview(id: int, interview_id: int) -> ResponseReturnValue:
        if request.form.get("action") == "cancel":
            people.cancel_interview(ats, interview_id)
        else:
            people.change_interview(ats, interview_id, status="complete")
        return back(id)

    @blueprint.post("/applications/<int:id>/reject")
    def reject(id: int) -> ResponseReturnValue:
        people.reject(ats, id, _number("reason_id"), session.get("user"))
        return back(id)

    @blueprint.post("/applications/<int:id>/hire")
    def hire(id: int) -> ResponseReturnValue:
        people.hire(ats, id)
        return back(id)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not text.isdigit():
        raise Unprocessable(name, name)
    return int(text)
