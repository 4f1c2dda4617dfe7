"""Signing in: a link to the colleague's own mailbox opens a page whose button opens the session.

In demo mode a page lists the colleagues instead, each with a button; it answers callers on this machine only.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from sqlmodel import Session, col, func, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.doors import page, visitors
from plugin.doors.page import translate as _
from plugin.i18n import phrases
from plugin.rows import Connection, Requisition, SignIn, Staff
from plugin.scouting.post import post
from plugin.sealing import token_digest

blueprint = Blueprint("sign_in", __name__)

LIFE = timedelta(minutes=30)
EVERY = timedelta(minutes=1)
"""How often one colleague may be mailed a link: the form is open to anybody."""


@blueprint.get("/")
def home() -> ResponseReturnValue:
    return redirect(url_for("requisitions.listed"))


@blueprint.get("/sign-in")
def ask() -> ResponseReturnValue:
    """The form, or in demo mode the list of colleagues."""
    people = _demo_people() if _demo_here() else []
    return render_template("pages/sign_in.html", next=page.own_path(request.args.get("next", "/")), people=people)


@blueprint.post("/sign-in")
def send() -> ResponseReturnValue:
    """Mail a link to the address if a colleague has it. The answer is the same whether one does or not."""
    address = request.form.get("email", "").strip().lower()
    if address:
        with page.work().writing() as db:
            people = db.exec(select(Staff).where(func.lower(Staff.email) == address, col(Staff.active).is_(True))).all()
            for staff in people:
                _mail_link(db, staff, page.own_path(request.form.get("next", "/")))
    return render_template("pages/sign_in_sent.html", minutes=int(LIFE.total_seconds() // 60))


@blueprint.get("/sign-in/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the button. Opening the link uses nothing up: mail scanners open links."""
    with page.work().reading() as db:
        found = _find(db, token)
        good = found is not None and found.used_at is None and found.expires_at > now_of(db)
        staff = db.get(Staff, found.staff_id) if found is not None and good else None
    if staff is None:
        return _link_is_over()
    return render_template("pages/sign_in_open.html", staff=staff, token=token)


@blueprint.post("/sign-in/<token>")
def use(token: str) -> ResponseReturnValue:
    """Open the session; the link works once."""
    with page.work().writing() as db:
        now = now_of(db)
        used = db.execute(
            update(SignIn)
            .where(
                col(SignIn.token_digest) == token_digest(token),
                col(SignIn.used_at).is_(None),
                col(SignIn.expires_at) > now,
            )
            .values(used_at=now)
            .returning(col(SignIn.staff_id))
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        staff = db.get(Staff, used) if used is not None else None
    if staff is None or not staff.active:
        return _link_is_over()
    visitors.open_session(staff, now)
    return redirect(page.own_path(request.form.get("next", "/")), code=303)


@blueprint.post("/sign-in/as/<int:staff_id>")
def as_colleague(staff_id: int) -> ResponseReturnValue:
    """Demo mode only, on this machine only: become a colleague with one click."""
    if not _demo_here():
        abort(404)
    with page.work().reading() as db:
        staff = db.get(Staff, staff_id)
        if staff is None or not staff.active:
            abort(404)
        visitors.open_session(staff, now_of(db))
    return redirect(page.own_path(request.form.get("next", "/")), code=303)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    visitors.close_session()
    return redirect(url_for("sign_in.ask"), code=303)


def _demo_here() -> bool:
    return page.work().settings.demo and visitors.on_this_machine()


def _demo_people() -> list[dict[str, object]]:
    """Colleagues known from the ATS with what they do there."""
    with page.work().reading() as db:
        staff = db.exec(select(Staff).where(col(Staff.active).is_(True)).order_by(col(Staff.id))).all()
        recruits = set(db.exec(select(Requisition.recruiter_id).distinct()))
        hires = set(db.exec(select(Requisition.manager_id).distinct()))
    return [
        {"staff": one, "recruiter": one.id in recruits, "manager": one.id in hires}
        for one in staff
        if one.id in recruits or one.id in hires
    ]


def _mail_link(db: Session, staff: Staff, back: str) -> None:
    """Queue the mail, unless one was just sent or the connection can't send any."""
    connection = db.get_one(Connection, staff.connection_id)
    policy, now = policy_of(connection), now_of(db)
    if not policy.from_address:
        return
    lately = select(SignIn.id).where(col(SignIn.staff_id) == staff.key, col(SignIn.created_at) > now - EVERY)
    if db.exec(lately).first() is not None:
        return
    token = secrets.token_urlsafe(24)
    row = SignIn(
        employer_id=staff.employer_id,
        connection_id=connection.key,
        staff_id=staff.key,
        token_digest=token_digest(token),
        expires_at=now + LIFE,
        created_at=now,
    )
    db.add(row)
    db.flush()
    language = staff.locale or policy.locale
    _ = phrases(language)
    settings = page.work().settings
    url = f"{settings.staff_address}/sign-in/{token}"
    if back != "/":
        url += "?" + page.query(next=back)
    lines = [
        _("Open this link and press the button to sign in. It works once, for %(minutes)s minutes:",
            minutes=int(LIFE.total_seconds() // 60)),
        url,
        _("If you did not ask for it, do nothing."),
    ]  # fmt: skip
    post(
        db,
        page.work().vault,
        connection=connection,
        kind="sign_in",
        name=f"sign_in:{row.key}",
        to=staff.email,
        to_name=staff.name,
        subject=_("Your link to sign in"),
        text="\n\n".join(lines) + "\n",
        language=language,
        staff_id=staff.key,
    )


def _find(db: Session, token: str) -> SignIn | None:
    return db.exec(select(SignIn).where(col(SignIn.token_digest) == token_digest(token))).first()


def _link_is_over() -> tuple[str, int]:
    return page.notice(
        _("This link no longer opens anything"),
        _("It was used already or has expired. Ask for a new one on the sign-in page."),
        410,
        link=url_for("sign_in.ask"),
        link_text=_("To the sign-in page"),
    )
