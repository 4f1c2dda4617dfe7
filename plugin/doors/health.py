"""For those who watch the service: is it there, can it work, how much is owed.

`GET /health` says the process answers, `GET /health/ready` that its database does, `GET /metrics` gives counts in
Prometheus' text format to callers on this machine. Counts only: no ids, no names.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from flask import Blueprint, Response, current_app, request
from sqlalchemy import func, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from plugin.alignment import proposals
from plugin.database import now_of
from plugin.rows import Delivery, Job, Task
from plugin.work.context import Work

blueprint = Blueprint("health", __name__)

_PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@blueprint.get("/health")
def health() -> Response:
    return Response("ok\n", 200, _PLAIN)


@blueprint.get("/health/ready")
def ready() -> Response:
    """200 when the database answers, else 503: a load balancer sends requests elsewhere then."""
    work: Work = current_app.extensions["work"]
    try:
        with work.reading() as session:
            session.execute(text("SELECT 1"))
    except DBAPIError:
        return Response("the database does not answer\n", 503, _PLAIN)
    return Response("ready\n", 200, _PLAIN)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts of owed work, deliveries of the last hour, open tasks, and texts a language model was asked about."""
    if not _from_here():
        return Response("metrics are given on this machine only\n", 404, _PLAIN)
    work: Work = current_app.extensions["work"]
    lines = ["# TYPE kakuyaku_jobs gauge"]
    with work.reading() as session:
        now = now_of(session)
        counted = session.execute(
            select(col(Job.kind), col(Job.state), func.count())
            .where(col(Job.state) != "done")
            .group_by(col(Job.kind), col(Job.state))
        )
        lines += [f'kakuyaku_jobs{{kind="{kind}",state="{state}"}} {count}' for kind, state, count in counted]
        oldest = session.execute(
            select(func.min(Job.due)).where(col(Job.state) == "owed", col(Job.due) <= now)
        ).scalar_one_or_none()
        recent = session.execute(
            select(func.count()).select_from(Delivery).where(col(Delivery.received_at) > now - timedelta(hours=1))
        ).scalar_one()
        tasks = session.execute(select(func.count()).select_from(Task).where(col(Task.state) == "open")).scalar_one()
        answers = proposals.counted(session)
    lag = (now - oldest).total_seconds() if oldest else 0.0
    lines += ["# TYPE kakuyaku_oldest_due_seconds gauge", f"kakuyaku_oldest_due_seconds {lag:.1f}"]
    lines += ["# TYPE kakuyaku_deliveries_last_hour gauge", f"kakuyaku_deliveries_last_hour {recent}"]
    lines += ["# TYPE kakuyaku_open_tasks gauge", f"kakuyaku_open_tasks {tasks}"]
    lines += ["# TYPE kakuyaku_model_texts gauge"] if answers else []
    lines += [
        f'kakuyaku_model_texts{{task="{task}",outcome="{outcome}"}} {count}'
        for (task, outcome), count in sorted(answers.items())
    ]
    return Response("\n".join(lines) + "\n", 200, {**_PLAIN, "Content-Type": "text/plain; version=0.0.4"})


def _from_here() -> bool:
    """Whether the caller is on this machine and no proxy stands between."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
