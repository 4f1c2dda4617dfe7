"""The recruiter's desk: tasks with owner and clock, work that was set aside, and how the connection is set."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.doors import page, words
from plugin.doors.page import translate as _
from plugin.doors.paging import rows_of
from plugin.doors.visitors import changing, recruiters, visitor
from plugin.events import record
from plugin.rows import Employer, Job, Mail, Requisition, Scout, Staff, Sweep, Task
from plugin.scouting.legal import missing
from plugin.scouting.settling import settle_unknown
from plugin.tasks import close_task
from plugin.work import jobs

blueprint = Blueprint("desk", __name__)

BY_HAND = frozenset(
    {
        "question",
        "later",
        "later_now",
        "via_agent",
        "data_request",
        "withdraw",
        "reschedule",
        "referral",
        "yes_again",
        "unreadable_decision",
        "decision_by_another",
        "decision_for_earlier_shortlist",
        "manager_unreachable",
        "no_place_in_ats",
        "mail_impossible",
        "mail_refused",
        "mail_bounced",
        "letter_refused",
        "promises_unread",
        "promise_on_closed",
        "promise_on_rejected",
        "promise_on_deleted",
        "promise_doubt",
        "erasure_question",
        "erase_in_ats",
        "guidance_exception",
        "parked_job",
        "mailbox_unread",
        "mail_leak",
        "promise_stuck",
    }
)
"""Kinds a person marks done. All others end when what they ask for has happened."""


@blueprint.get("/tasks")
@recruiters
def tasks() -> ResponseReturnValue:
    """What waits for a person, the most urgent first, and what was done lately."""
    with page.work().reading() as db:
        mine = col(Task.connection_id) == visitor().connection.key
        rows, at = rows_of(
            db,
            select(Task)
            .where(mine, col(Task.state) == "open")
            .order_by(col(Task.due).is_(None), col(Task.due), col(Task.id)),
        )
        done = db.exec(
            select(Task).where(mine, col(Task.state) == "done").order_by(col(Task.done_at).desc()).limit(20)
        ).all()
        everything = [*rows, *done]
        staff = _by_id(db, Staff, [task.owner_id for task in everything] + [_staff_id(task.done_by) for task in done])
        requisitions = _by_id(db, Requisition, [task.requisition_id for task in everything])
        hidden = {id for id, row in requisitions.items() if not visitor().may_see(row)}
        return render_template(
            "pages/tasks.html",
            at=at,
            tasks=[task for task in rows if task.requisition_id not in hidden],
            done=[task for task in done if task.requisition_id not in hidden],
            staff=staff,
            requisitions=requisitions,
            words=words,
            links=_links(db, everything),
            by_hand=BY_HAND,
            locale=page.locale(),
            staff_id=_staff_id,
        )


@blueprint.post("/tasks/<int:task_id>/done")
@recruiters
def done(task_id: int) -> ResponseReturnValue:
    """Mark a task done that only a person can know to be."""
    with changing() as db:
        task = _task(db, task_id)
        if task.kind not in BY_HAND:
            abort(409)
        close_task(db, task.employer_id, task.kind, task.name.partition(":")[2], by=visitor().actor)
        record(db, task.employer_id, "task", task.key, "done", actor=visitor().actor, kind=task.kind)
    page.say(_("Done."))
    return page.see_other("desk.tasks")


@blueprint.post("/tasks/<int:task_id>/settle/<int:delivered>")
@recruiters
def settle(task_id: int, delivered: int) -> ResponseReturnValue:
    """Say what became of a mail whose server's answer was lost."""
    with changing() as db:
        task = _task(db, task_id)
        mail = db.get(Mail, task.subject_id) if task.subject == "mail" else None
        if mail is None or mail.connection_id != visitor().connection.id:
            abort(404)
        settle_unknown(db, mail, delivered=bool(delivered), by=visitor().actor)
    page.say(_("Recorded."))
    return page.see_other("desk.tasks")


@blueprint.get("/jobs")
@recruiters
def parked() -> ResponseReturnValue:
    """Work that was set aside with the vendor's own words, and what is being tried again."""
    with page.work().reading() as db:
        mine = col(Job.connection_id) == visitor().connection.key
        rows, at = rows_of(db, select(Job).where(mine, col(Job.state) == "parked").order_by(col(Job.id)))
        trying = db.exec(
            select(Job).where(mine, col(Job.state) == "owed", col(Job.error) != "").order_by(col(Job.due)).limit(50)
        ).all()
        return render_template("pages/jobs.html", parked=rows, at=at, trying=trying, words=words)


@blueprint.post("/jobs/<int:job_id>/retry")
@recruiters
def retry(job_id: int) -> ResponseReturnValue:
    """Owe a parked job again, now."""
    with changing() as db:
        job = db.get(Job, job_id)
        if job is None or job.connection_id != visitor().connection.id:
            abort(404)
        again = jobs.retry(db, job_id, by=visitor().actor)
        if again:
            record(db, job.employer_id, "job", job_id, "retried", actor=visitor().actor)
    page.say(_("It is being tried again.") if again else _("It is not set aside any more."), "good" if again else "bad")
    return page.see_other("desk.parked")


@blueprint.get("/connection")
@recruiters
def connection() -> ResponseReturnValue:
    """How this ATS account is set, and what is missing. It is changed with `kakuyaku connect`."""
    with page.work().reading() as db:
        found = visitor().connection
        employer = db.get_one(Employer, found.employer_id)
        sweeps = db.exec(select(Sweep).where(col(Sweep.connection_id) == found.key).order_by(col(Sweep.name))).all()
        policy = policy_of(found)
        return render_template(
            "pages/connection.html",
            connection=found,
            policy=policy,
            gaps=missing(policy.legal, voice=employer.mode),
            sweeps=sweeps,
        )


@blueprint.get("/mails/<int:mail_id>")
@recruiters
def mail(mail_id: int) -> ResponseReturnValue:
    """Where a task about a mail leads: its letter, if it is one."""
    with page.work().reading() as db:
        found = db.get(Mail, mail_id)
        if found is None or found.connection_id != visitor().connection.id or found.scout_id is None:
            abort(404)
        return redirect(url_for("letters.letter", scout_id=found.scout_id))


def _task(db: Session, task_id: int) -> Task:
    task = db.get(Task, task_id)
    if task is None or task.connection_id != visitor().connection.id:
        abort(404)
    return task


def _links(db: Session, tasks: list[Task]) -> dict[int, str]:
    """Where each task is dealt with."""
    mails = _by_id(db, Mail, [task.subject_id for task in tasks if task.subject == "mail"])
    scouts = _by_id(db, Scout, [mail.scout_id for mail in mails.values()])
    links: dict[int, str] = {}
    for task in tasks:
        id = task.subject_id
        if task.subject == "reply":
            waits = task.kind in ("triage", "contradiction") or id is None
            links[task.key] = (
                url_for("replies.waiting") + f"#reply-{id}" if waits else url_for("replies.one", reply_id=id)
            )
        elif task.subject == "entry" and id is not None:
            links[task.key] = url_for("promises.entry", entry_id=id)
        elif task.subject == "promise" and id is not None:
            links[task.key] = url_for("promises.shown", promise_id=id)
        elif task.subject == "batch" and task.requisition_id is not None:
            links[task.key] = url_for("letters.shown", requisition_id=task.requisition_id, batch=id)
        elif task.subject == "mail" and id in mails and mails[id].scout_id in scouts:
            links[task.key] = url_for("letters.letter", scout_id=mails[id].scout_id)
        elif task.subject == "scout" and id is not None:
            links[task.key] = url_for("by_hand.shown", scout_id=id)
        elif task.subject == "lookalike" and id is not None:
            links[task.key] = url_for("ownership.lookalike", row_id=id)
        elif task.subject == "job":
            links[task.key] = url_for("desk.parked") + f"#job-{id}"
        elif task.subject == "data_request":
            links[task.key] = url_for("data_requests.listed") + f"#request-{id}"
        elif task.subject == "connection":
            links[task.key] = url_for("desk.connection")
        elif task.requisition_id is not None:
            links[task.key] = url_for("requisitions.shown", requisition_id=task.requisition_id)
    return links


def _staff_id(actor: str) -> int | None:
    """The colleague an actor names, None for the clock and others."""
    kind, _colon, id = actor.partition(":")
    return int(id) if kind == "staff" and id.isdigit() else None


def _by_id(db: Session, table: Any, ids: Any) -> dict[int, Any]:
    wanted = sorted({id for id in ids if id is not None})
    return {row.id: row for row in db.exec(select(table).where(col(table.id).in_(wanted)))} if wanted else {}
