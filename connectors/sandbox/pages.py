"""The sandbox's own pages, for a recruiter and a hiring manager, in Japanese and English."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from connectors.sandbox import jobs, pages_people, pages_requisitions, seed
from connectors.sandbox.jobs import Ats, Missing, NotAllowed, Unprocessable
from connectors.sandbox.phrases import LANGUAGES
from connectors.sandbox.store import Row
from connectors.sandbox.webhooks import ACTIONS
from connectors.sandbox.words import LANGUAGE_COOKIE, as_text, language, local_time, say


def current_user(ats: Ats) -> Row | None:
    return ats.store.get("users", session.get("user"))


def arrange(app: Flask) -> None:
    """Give every template its words."""
    app.jinja_env.globals.update(
        say=say, language=language, local_time=local_time, as_text=as_text, company=seed.COMPANY
    )


def pages(ats: Ats) -> Blueprint:
    """Build the blueprint of pages."""
    blueprint = Blueprint("pages", __name__)
    store = ats.store

    @blueprint.before_request
    def guard() -> ResponseReturnValue | None:
        if "csrf" not in session:
            session["csrf"] = secrets.token_hex(16)
        if request.method == "POST":
            given = request.form.get("csrf", "")
            if not hmac.compare_digest(given.encode(), session["csrf"].encode()):
                return render_template("problem.html", message=say("form_expired")), 400
        open_to_all = ("pages.sign_in", "pages.attachment")
        if request.endpoint not in open_to_all and current_user(ats) is None:
            return redirect(url_for("pages.sign_in", next=request.full_path.rstrip("?")))
        return None

    @blueprint.after_request
    def remember_language(answer: Response) -> Response:
        if request.args.get("lang") in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, request.args["lang"], samesite="Lax", max_age=31_536_000)
        return answer

    @blueprint.context_processor
    def words() -> dict[str, Any]:
        return {"user": current_user(ats), "csrf": session.get("csrf", "")}

    @blueprint.errorhandler(Missing)
    @blueprint.errorhandler(NotFound)
    def missing(problem: Exception) -> ResponseReturnValue:
        return render_template("problem.html", message=say("not_found")), 404

    @blueprint.errorhandler(NotAllowed)
    @blueprint.errorhandler(Forbidden)
    def refused(problem: Exception) -> ResponseReturnValue:
        return render_template("problem.html", message=say("not_allowed")), 403

    @blueprint.errorhandler(Unprocessable)
    def wrong(problem: Unprocessable) -> ResponseReturnValue:
        return render_template("problem.html", message=say("wrong_value") + str(problem)), 422

    @blueprint.get("/")
    def home() -> ResponseReturnValue:
        return redirect(url_for("pages.requisitions"))

    @blueprint.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> ResponseReturnValue:
        people = [user for user in store.rows("users", deactivated=0) if user["role"] != "service"]
        target = request.values.get("next", "")
        # Only paths of this site, never another one.
        if not re.match(r"^/(?![/\\])", target):
            target = url_for("pages.requisitions")
        if request.method == "POST":
            chosen = request.form.get("user_id", "")
            if chosen not in {str(user["id"]) for user in people}:
                raise NotAllowed("no such user")
            session["user"] = int(chosen)
            return redirect(target)
        return render_template("sign_in.html", people=people, next=target)

    @blueprint.post("/sign-out")
    def sign_out() -> ResponseReturnValue:
        session.pop("user", None)
        return redirect(url_for("pages.sign_in"))

    @blueprint.get("/requisitions")
    def requisitions() -> ResponseReturnValue:
        found = []
        for job in reversed(store.rows("jobs")):
            names = [store.get("users", id) for id in jobs.managers(ats, job["id"])]
            entries = store.rows("applications", job_id=job["id"])
            found.append(job | {"managers": [n["name"] for n in names if n], "entries": len(entries)})
        return render_template("requisitions.html", jobs=found)

    @blueprint.get("/sandbox/attachments/<int:id>")
    def attachment(id: int) -> ResponseReturnValue:
        row = jobs.find(ats, "attachments", id)
        try:
            content = base64.b64decode(row["content"] or "", validate=True)
        except binascii.Error:
            content = b""
        # Never shown inline: what people upload is not ours to run.
        return Response(
            content,
            content_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{_quoted(row['filename'])}"},
        )

    @blueprint.route("/webhooks", methods=["GET", "POST"])
    def webhooks() -> ResponseReturnValue:
        if request.method == "POST":
            form = request.form
            if form.get("remove", "").isdigit():
                store.remove("webhooks", id=int(form["remove"]))
                return redirect(url_for("pages.webhooks"))
            url, secret = form.get("url", "").strip(), form.get("secret", "").strip()
            if not re.match(r"^https?://", url) or not secret:
                raise Unprocessable(f"{say('address')}, {say('secret')}", "url")
            actions = ACTIONS if form.get("action") == "all" else (form.get("action", ""),)
            for action in actions:
                if action not in ACTIONS:
                    raise Unprocessable(say("event"), "action")
                ats.bell.add_webhook(url, secret, action)
            return redirect(url_for("pages.webhooks"))
        deliveries = store.select("deliveries", "1", [], "ORDER BY id DESC LIMIT 30")
        return render_template("webhooks.html", webhooks=store.rows("webhooks"), deliveries=deliveries, actions=ACTIONS)

    pages_requisitions.add(blueprint, ats)
    pages_people.add(blueprint, ats)
    return blueprint


def _quoted(name: str) -> str:
    return quote(name, safe="")
