"""The sandbox's own pages, for a recruiter and a hiring manager, in Japanese and English."""

from __future__ import annotations

import base64
import binascii
import hmac
import html as html_words
import re
import secrets
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape
from werkzeug.exceptions import Forbidden, NotFound

from connectors.sandbox import jobs, pages_people, seed
from connectors.sandbox.admin import requisition_whole
from connectors.sandbox.jobs import Ats, Missing, NotAllowed, Unprocessable
from connectors.sandbox.phrases import LANGUAGES, phrase
from connectors.sandbox.store import Row
from connectors.sandbox.webhooks import ACTIONS

JAPAN = timezone(timedelta(hours=9))
LANGUAGE_COOKIE = "sandbox_language"


def language() -> str:
    """The reader's language: asked for, remembered, or the browser's; Japanese where none says."""
    for wish in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    return request.accept_languages.best_match(LANGUAGES) or "ja"


def say(key: str) -> str:
    return phrase(key, language())


def local_time(text: str | None) -> str:
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")


def as_post(text: str) -> str:
    """Turn pasted text into a post's HTML, keeping its lines; text that is HTML already is kept."""
    if re.search(r"<(p|ul|ol|h\d|div|br)\b", text):
        return text
    return "<p>" + str(escape(text.strip())).replace("\r\n", "\n").replace("\n", "<br>\n") + "</p>"


def as_text(html: str) -> str:
    """Show a description's HTML as plain lines."""
    text = re.sub(r"(?i)<br\s*/?>\s*|</(p|li|h\d|div|tr)>\s*", "\n", html or "")
    return html_words.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def current_user(ats: Ats) -> Row | None:
    return ats.store.get("users", session.get("user"))


def signed_in(ats: Ats) -> Row:
    user = current_user(ats)
    if user is None:
        raise NotAllowed("sign in first")
    return user


def arrange(app: Flask) -> None:
    """Give every template its words."""
    app.jinja_env.globals.update(
        say=say, language=language, local_time=local_time, as_text=as_text, company=seed.COMPANY
    )


def shown_fields(ats: Ats, job: Row, user: Row) -> list[dict[str, Any]]:
    """The job's custom fields as a page needs them: value, options, and whether this user may edit them."""
    kept = ats.store.setting("manager_only", [])
    shown = []
    for field in ats.store.rows("custom_fields", field_type="job", active=1):
        value = (job["custom_fields"] or {}).get(field["name_key"])
        options = ats.store.rows("custom_field_options", custom_field_id=field["id"], active=1)
        text = next((o["name"] for o in options if o["id"] == value), "") if options else value
        if isinstance(text, float) and text.is_integer():
            text = int(text)
        shown.append(
            field
            | {
                "value": value,
                "text": "" if text is None else str(text),
                "options": options,
                "manager_only": field["name_key"] in kept,
                "editable": jobs.may_edit(ats, job["id"], user, field["name_key"]),
            }
        )
    return shown


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

    def form_page(job: Row | None, status: int = 200) -> ResponseReturnValue:
        whole = requisition_whole(ats, job["id"]) if job else None
        post = whole["posts"][-1] if whole and whole["posts"] else None
        return (
            render_template(
                "requisition_form.html",
                job=job,
                post=post,
                guidance=whole["fields"].get(seed.GUIDANCE_KEY) if whole else "",
                managers=store.rows("users", role="manager"),
                manager_id=(whole["managers"] or [None])[0] if whole else seed.MANAGER,
            ),
            status,
        )

    @blueprint.route("/requisitions/new", methods=["GET", "POST"])
    def new_requisition() -> ResponseReturnValue:
        if request.method == "GET":
            return form_page(None)
        form = request.form
        text = form.get("description", "")
        posted = form.get("keep_as", "post") == "post"
        user = signed_in(ats)
        job, _ = jobs.create_job(
            ats,
            name=form.get("name", ""),
            notes="" if posted else as_post(text),
            post=as_post(text) if posted and text.strip() else "",
            guidance=form.get("guidance", "").strip(),
            manager_id=int(form["manager_id"]) if form.get("manager_id", "").isdigit() else None,
            recruiter_id=user["id"] if user["role"] == "recruiter" else seed.RECRUITER,
            confidential="confidential" in form,
            language="ja" if re.search(r"[ぁ-んァ-ヶ一-龯]", text) else "en",
        )
        return redirect(url_for("pages.requisition", id=job["id"]))

    @blueprint.get("/sdash/<int:id>")
    def dashboard(id: int) -> ResponseReturnValue:
        """Where an API client links to, as on the wire this stands in for."""
        return redirect(url_for("pages.requisition", id=id))

    @blueprint.get("/requisitions/<int:id>")
    def requisition(id: int) -> ResponseReturnValue:
        job = jobs.find(ats, "jobs", id)
        user = signed_in(ats)
        whole = requisition_whole(ats, id)
        fields = shown_fields(ats, job, user)
        people = {row["id"]: row["name"] for row in store.rows("users")}
        return render_template(
            "requisition.html",
            job=job,
            post=whole["posts"][-1] if whole["posts"] else None,
            job_notes=list(reversed(whole["job_notes"])),
            people=people,
            manager_names=[people.get(m, "") for m in whole["managers"]],
            recruiter_names=[people.get(o["user_id"], "") for o in store.rows("job_owners", job_id=id)],
            guidance=whole["fields"].get(seed.GUIDANCE_KEY) or "",
            decision=[field for field in fields if field["manager_only"]],
            may_decide=any(field["manager_only"] and field["editable"] for field in fields),
            others=[f for f in fields if not f["manager_only"] and f["name_key"] != seed.GUIDANCE_KEY],
            columns=pages_people.board(ats, whole),
            version=version_of(id),
        )

    def version_of(id: int) -> str:
        whole = requisition_whole(ats, id)
        stamps = [row["updated_at"] for row in whole["entries"]]
        people_stamps = [note["id"] for row in whole["entries"] for note in row["notes"]]
        return f"{whole['job']['updated_at']}-{len(whole['job_notes'])}-{max(stamps, default='')}-{len(people_stamps)}"

    @blueprint.get("/requisitions/<int:id>/version")
    def version(id: int) -> ResponseReturnValue:
        return Response(version_of(id), content_type="text/plain; charset=utf-8")

    @blueprint.route("/requisitions/<int:id>/edit", methods=["GET", "POST"])
    def edit_requisition(id: int) -> ResponseReturnValue:
        job = jobs.find(ats, "jobs", id)
        if request.method == "GET":
            return form_page(job)
        form = request.form
        text = form.get("description", "")
        posts = store.rows("job_posts", job_id=id)
        if not form.get("name", "").strip():
            raise Unprocessable(say("title"), "name")
        with store.whole():
            changes: dict[str, Any] = {"name": form["name"].strip(), "confidential": "confidential" in form}
            if posts:
                if as_text(posts[-1]["content"]) != text.replace("\r\n", "\n").strip():
                    jobs.change_post(ats, posts[-1]["id"], content=as_post(text), title=changes["name"])
            elif form.get("keep_as") == "post" and text.strip():
                jobs.create_post(ats, id, title=changes["name"], content=as_post(text))
                changes["notes"] = ""
            elif as_text(job["notes"]) != text.replace("\r\n", "\n").strip():
                changes["notes"] = as_post(text) if text.strip() else ""
            jobs.set_fields(ats, id, {seed.GUIDANCE_KEY: form.get("guidance", "").replace("\r\n", "\n").strip()})
            manager = form.get("manager_id", "")
            jobs.set_manager(ats, id, int(manager) if manager.isdigit() else None)
            jobs.change_job(ats, id, **changes)
        flash(say("saved"))
        return redirect(url_for("pages.requisition", id=id))

    @blueprint.post("/requisitions/<int:id>/status")
    def change_status(id: int) -> ResponseReturnValue:
        jobs.change_job(ats, id, status=request.form.get("status", ""))
        return redirect(url_for("pages.requisition", id=id))

    @blueprint.post("/requisitions/<int:id>/publish")
    def publish(id: int) -> ResponseReturnValue:
        posts = store.rows("job_posts", job_id=id)
        if not posts:
            raise Missing("post")
        jobs.change_post(ats, posts[-1]["id"], live=request.form.get("live") == "yes")
        return redirect(url_for("pages.requisition", id=id))

    @blueprint.post("/requisitions/<int:id>/fields")
    def save_fields(id: int) -> ResponseReturnValue:
        user = signed_in(ats)
        known = {row["name_key"] for row in store.rows("custom_fields", field_type="job")}
        values = {key: text.replace("\r\n", "\n").strip() for key, text in request.form.items() if key in known}
        jobs.edit_fields_as(ats, id, user["id"], values)
        flash(say("saved"))
        return redirect(url_for("pages.requisition", id=id, _anchor="decision"))

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

    pages_people.add(blueprint, ats)
    return blueprint


def _quoted(name: str) -> str:
    return quote(name, safe="")
