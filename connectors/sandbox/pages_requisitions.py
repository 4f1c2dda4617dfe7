"""The pages about requisitions: making, editing, publishing, and the decision only a hiring manager edits."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox import jobs, pages_people, seed
from connectors.sandbox.admin import requisition_whole
from connectors.sandbox.jobs import Ats, Missing, NotAllowed, Unprocessable
from connectors.sandbox.store import Row
from connectors.sandbox.words import as_post, as_text, say


def signed_in(ats: Ats) -> Row:
    user = ats.store.get("users", session.get("user"))
    if user is None:
        raise NotAllowed("sign in first")
    return user


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


def add(blueprint: Blueprint, ats: Ats) -> None:
    """Add the routes to the pages' blueprint, which guards them."""
    store = ats.store

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
