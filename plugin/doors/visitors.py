"""Who is here and what they may see: a colleague, signed in by a link to their own mailbox, for some hours.

A manager sees the requisitions they are hiring for, masked. A recruiter sees every requisition of their ATS account,
with names; a confidential one only where they recruit for it. Nobody acts as a manager by being signed in: deciding takes the
acting link in the manager's mailbox (R2).
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from connectors.desk import Desk
from plugin.connections import policy_of
from plugin.desk import colleagues
from plugin.doors import page
from plugin.doors.people import person_name
from plugin.rows import Connection, Reply, Requisition, Staff, Task


@dataclass(frozen=True, slots=True)
class Visitor:
    """A colleague who is signed in. `recruits`: they are the recruiter of at least one requisition, or of the desk."""

    staff: Staff
    connection: Connection
    recruits: bool
    to_decide: int = 0
    to_do: int = 0

    @property
    def actor(self) -> str:
        """As events name them."""
        return f"staff:{self.staff.key}"

    def may_see(self, requisition: Requisition) -> bool:
        if requisition.connection_id != self.connection.id:
            return False
        if self.staff.id in (requisition.manager_id, requisition.recruiter_id):
            return True
        return self.recruits and not requisition.confidential

    def sees_names(self, requisition: Requisition) -> bool:
        """Identity stands in the recruiter's view; the manager's is masked until a yes (R12)."""
        return self.recruits and self.may_see(requisition)

    def visible(self) -> ColumnElement[bool]:
        """`may_see` as a condition of a query over requisitions."""
        mine = or_(col(Requisition.manager_id) == self.staff.id, col(Requisition.recruiter_id) == self.staff.id)
        if self.recruits:
            mine = or_(mine, col(Requisition.confidential).is_(False))
        return and_(col(Requisition.connection_id) == self.connection.key, mine)


def prepare(app: Flask) -> None:
    @app.before_request
    def who() -> None:
        g.visitor = None
        # A browser sends its cookies to every port of a host: on the public side nobody is signed in.
        if request.endpoint == "static" or request.path.startswith(page.MACHINES) or page.side() == "public":
            return
        with page.work().reading() as db:
            g.visitor = _signed_in(db)
        if g.visitor is not None:
            policy = policy_of(g.visitor.connection)
            page.read_as(g.visitor.staff.locale or policy.locale, zone=policy.zone)

    @app.context_processor
    def visitor() -> dict[str, object]:
        return {"visitor": g.get("visitor"), "demo": page.work().settings.demo, "person_name": person_name}


def visitor() -> Visitor:
    """The colleague who is here; pages that ask are behind `signed_in`."""
    found: Visitor | None = g.get("visitor")
    if found is None:
        abort(403)
    return found


def signed_in(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """For colleagues only; others are led to the sign-in page and back."""

    @functools.wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        if g.get("visitor") is None:
            back = request.full_path.rstrip("?") if request.method == "GET" else "/"
            return redirect(url_for("sign_in.ask", next=back), code=303)
        return view(**values)

    return guarded


def recruiters(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """For recruiters only."""

    @signed_in
    @functools.wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        if not visitor().recruits:
            abort(403)
        return view(**values)

    return guarded


def open_session(staff: Staff, now: datetime) -> None:
    """Begin a session that ends by itself. What an earlier visitor of this browser left is dropped."""
    lang = session.get("lang")
    session.clear()
    session["staff"] = staff.key
    session["until"] = (now + timedelta(hours=page.work().settings.staff_session_hours)).timestamp()
    if lang:
        session["lang"] = lang


def close_session() -> None:
    session.clear()


def remember_language(chosen: str) -> None:
    """Keep a colleague's choice for mails and other browsers."""
    found: Visitor | None = g.get("visitor")
    if found is not None and found.staff.locale != chosen:
        with page.work().writing() as db:
            staff = db.get_one(Staff, found.staff.key)
            staff.locale = chosen
            db.add(staff)


def on_this_machine() -> bool:
    """Whether the caller is on this machine and no proxy stands between."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def requisition_of(db: Session, requisition_id: int) -> Requisition:
    """A requisition this visitor may see; 404 for one they may not, so that ids say nothing."""
    found = db.get(Requisition, requisition_id)
    if found is None or not visitor().may_see(found):
        abort(404)
    return found


def recruiting(db: Session, requisition_id: int) -> Requisition:
    """A requisition this visitor may see with names; 404 otherwise."""
    found = requisition_of(db, requisition_id)
    if not visitor().sees_names(found):
        abort(404)
    return found


@contextmanager
def changing() -> Iterator[Session]:
    """The transaction of a POST."""
    with page.work().writing() as db:
        yield db


def _signed_in(db: Session) -> Visitor | None:
    staff_id, until = session.get("staff"), session.get("until")
    if not isinstance(staff_id, int) or not isinstance(until, (int, float)):
        return None
    if datetime.fromtimestamp(until, UTC) <= page.work().clock.now():
        session.pop("staff")
        return None
    staff = db.get(Staff, staff_id)
    if staff is None or not staff.active:
        return None
    connection = db.get_one(Connection, staff.connection_id)
    recruits = (
        db.exec(
            select(Requisition.id)
            .where(col(Requisition.connection_id) == connection.key, col(Requisition.recruiter_id) == staff.key)
            .limit(1)
        ).first()
        is not None
    ) or (connection.ats == Desk.name and colleagues.recruits(db, staff))
    to_decide = to_do = 0
    if recruits:
        to_decide = db.exec(
            select(func.count())
            .select_from(Reply)
            .where(col(Reply.connection_id) == connection.key, col(Reply.state) == "triage")
        ).one()
        to_do = db.exec(
            select(func.count())
            .select_from(Task)
            .where(col(Task.connection_id) == connection.key, col(Task.state) == "open")
        ).one()
    return Visitor(staff, connection, recruits, to_decide, to_do)
