"""The back door: JSON calls that stand in for people and arrange trouble, for tests, stories and benchmarks.

No login, loopback only. Every call that changes something wants `Content-Type: application/json`, which a page of
another site cannot send without asking first.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.sandbox import approvals, bodies, jobs, lists, past, people, seed
from connectors.sandbox.jobs import Ats, Missing, NotAllowed, Unprocessable
from connectors.sandbox.misbehaviour import KINDS
from connectors.sandbox.webhooks import ACTIONS

DECISION = {
    "choice": "kakuyaku_decision",
    "line": "kakuyaku_line",
    "meeting": "kakuyaku_meeting",
    "days": "kakuyaku_days",
    "specification": "kakuyaku_specification",
}
CHOICES = {"approve": "approve", "decline": "decline", "pending": "pending"}
SETTINGS = (
    *("rate_limit", "token_seconds", "missing_scopes", "manager_only", "no_api_only"),
    *("candidates_need_application", "hide_confidential", "no_approvals"),
)


def requisition_whole(ats: Ats, job_id: int) -> dict[str, Any]:
    """Everything on one requisition, as a person could see it."""
    store = ats.store
    job = jobs.find(ats, "jobs", job_id)
    entries = []
    for row in store.select(
        "applications",
        "job_id = ? OR EXISTS (SELECT 1 FROM json_each(prospective_job_ids) WHERE json_each.value = ?)",
        [job_id, job_id],
    ):
        person = store.get("candidates", row["candidate_id"])
        entries.append(
            lists.show(store, "applications", row)
            | {
                "candidate": lists.show(store, "candidates", person) if person else None,
                "notes": store.rows("notes", candidate_id=row["candidate_id"]),
                "attachments": [
                    lists.show(store, "attachments", a) for a in store.rows("attachments", application_id=row["id"])
                ],
                "interviews": store.rows("interviews", application_id=row["id"]),
            }
        )
    return {
        "job": lists.show(store, "jobs", job),
        "fields": {key: value["value"] for key, value in bodies.custom_fields(store, job).items()},
        "job_notes": store.rows("job_notes", job_id=job_id),
        "posts": store.rows("job_posts", job_id=job_id),
        "managers": jobs.managers(ats, job_id),
        "stages": store.rows("job_interview_stages", job_id=job_id),
        "entries": entries,
    }


def decide(ats: Ats, job_id: int, by: int, given: dict[str, Any]) -> None:
    """Fill the decision fields as `by`. Raises `NotAllowed` for anyone but a hiring manager of the requisition."""
    values: dict[str, Any] = {}
    for name, key in DECISION.items():
        if name not in given:
            continue
        text = str(given[name])
        if name == "choice":
            text = CHOICES.get(text, text)
        values[key] = jobs.option_id(ats, key, text) if name in ("choice", "meeting", "specification") else text
    jobs.edit_fields_as(ats, job_id, by, values)


def counted_writes(ats: Ats) -> dict[str, Any]:
    """API writes that were applied, per kind and one by one."""
    found = ats.store.rows("writes")
    counts: dict[str, int] = {}
    for row in found:
        counts[row["kind"]] = counts.get(row["kind"], 0) + 1
    shown = [
        {
            "kind": row["kind"],
            "id": row["object_id"],
            "at": row["created_at"],
            "user_id": row["user_id"],
            "path": row["path"],
        }
        for row in found
    ]
    return {"counts": counts, "writes": shown}


def admin(ats: Ats, set_clock: Any) -> Blueprint:
    """Build the blueprint under `/sandbox`."""
    blueprint = Blueprint("admin", __name__, url_prefix="/sandbox")
    store = ats.store

    @blueprint.before_request
    def json_only() -> ResponseReturnValue | None:
        if request.method in ("POST", "PATCH") and not request.is_json:
            return jsonify(message="send application/json"), 415
        return None

    @blueprint.errorhandler(Missing)
    def missing(problem: Missing) -> ResponseReturnValue:
        return jsonify(message=str(problem)), 404

    @blueprint.errorhandler(NotAllowed)
    def refused(problem: NotAllowed) -> ResponseReturnValue:
        return jsonify(message=str(problem)), 403

    @blueprint.errorhandler(Unprocessable)
    @blueprint.errorhandler(ValueError)
    @blueprint.errorhandler(KeyError)
    @blueprint.errorhandler(TypeError)
    def wrong(problem: Exception) -> ResponseReturnValue:
        return jsonify(message=str(problem)), 422

    def given() -> dict[str, Any]:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise ValueError("send a JSON object")
        return body

    @blueprint.get("/state")
    def state() -> ResponseReturnValue:
        tables = ("jobs", "candidates", "applications", "notes", "job_notes", "webhooks", "deliveries")
        return jsonify(
            company=seed.COMPANY,
            users=store.rows("users"),
            counts={table: len(store.rows(table)) for table in tables},
            tokens_minted=store.setting("tokens_minted", 0),
        )

    @blueprint.post("/requisitions")
    def add_requisition() -> ResponseReturnValue:
        job, post = jobs.create_job(ats, **given())
        return jsonify(id=job["id"], job_post_id=post["id"] if post else None), 201

    @blueprint.get("/requisitions/<int:id>")
    def one_requisition(id: int) -> ResponseReturnValue:
        return jsonify(requisition_whole(ats, id))

    @blueprint.patch("/requisitions/<int:id>")
    def edit_requisition(id: int) -> ResponseReturnValue:
        body = given()
        with store.whole():
            if "manager_id" in body:
                jobs.set_manager(ats, id, body.pop("manager_id"))
            if "guidance" in body:
                jobs.set_fields(ats, id, {seed.GUIDANCE_KEY: body.pop("guidance")})
            if "fields" in body:
                jobs.set_fields(ats, id, body.pop("fields"))
            posted: dict[str, Any] = {key: body.pop(key) for key in ("post", "live") if key in body}
            if "post" in posted:
                posted["content"] = posted.pop("post")
            if posted:
                posts = store.rows("job_posts", job_id=id)
                if posts:
                    jobs.change_post(ats, posts[-1]["id"], **posted)
                else:
                    jobs.create_post(ats, id, title=jobs.find(ats, "jobs", id)["name"], **posted)
            unknown = set(body) - {"name", "notes", "status", "confidential", "requisition_id", "is_template"}
            if unknown:
                raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
            jobs.change_job(ats, id, **body)
        return jsonify(requisition_whole(ats, id))

    @blueprint.delete("/requisitions/<int:id>")
    def drop_requisition(id: int) -> ResponseReturnValue:
        jobs.delete_job(ats, id)
        return Response(status=204)

    @blueprint.post("/requisitions/<int:id>/decision")
    def decision(id: int) -> ResponseReturnValue:
        body = given()
        decide(ats, id, int(body.pop("by")), body)
        return jsonify(requisition_whole(ats, id)["fields"])

    @blueprint.post("/requisitions/<int:id>/approval")
    def approval(id: int) -> ResponseReturnValue:
        """Answer the requisition's approval flow: `by` a user, `status` approved or rejected."""
        body, flows = given(), store.rows("approval_flows", job_id=id)
        if not flows:
            raise Missing("no approval flow on this requisition")
        approvals.answer(ats, flows[-1]["id"], int(body["by"]), str(body["status"]))
        return jsonify(lists.show(store, "approval_flows", jobs.find(ats, "approval_flows", flows[-1]["id"])))

    @blueprint.post("/candidates")
    def add_candidate() -> ResponseReturnValue:
        body = given()
        if email := body.pop("email", ""):
            body["email_addresses"] = [{"value": email, "type": "personal"}]
        return jsonify(lists.show(store, "candidates", people.create_candidate(ats, **body))), 201

    @blueprint.post("/past-candidates")
    def add_past() -> ResponseReturnValue:
        """Everybody of `past`, as if they had been in the ATS for years; `job_id`: where they applied."""
        added = past.add_past_candidates(ats, given().get("job_id"))
        return jsonify([lists.show(store, "candidates", row) for row in added]), 201

    @blueprint.get("/attachments/<int:id>")
    def attachment(id: int) -> ResponseReturnValue:
        """The file itself, at the address the list shows: a signed one in a real ATS, open in this toy."""
        row = jobs.find(ats, "attachments", id)
        return Response(base64.b64decode(row["content"] or ""), mimetype="application/octet-stream")

    @blueprint.patch("/candidates/<int:id>")
    def edit_candidate(id: int) -> ResponseReturnValue:
        return jsonify(lists.show(store, "candidates", people.change_candidate(ats, id, **given())))

    @blueprint.delete("/candidates/<int:id>")
    def drop_candidate(id: int) -> ResponseReturnValue:
        people.delete_candidate(ats, id)
        return Response(status=204)

    @blueprint.post("/candidates/<int:id>/merge")
    def merge(id: int) -> ResponseReturnValue:
        people.merge_candidate(ats, id, int(given()["into"]))
        return jsonify(merged=True)

    @blueprint.post("/candidates/<int:id>/anonymize")
    def anonymize(id: int) -> ResponseReturnValue:
        people.anonymize_candidate(ats, id)
        return jsonify(anonymized=True)

    @blueprint.post("/applications")
    def add_application() -> ResponseReturnValue:
        return jsonify(lists.show(store, "applications", people.create_application(ats, **given()))), 201

    @blueprint.post("/applications/<int:id>/move")
    def move(id: int) -> ResponseReturnValue:
        return jsonify(lists.show(store, "applications", people.move(ats, id, int(given()["stage_id"]))))

    @blueprint.post("/applications/<int:id>/reject")
    def reject(id: int) -> ResponseReturnValue:
        row = people.reject(ats, id, given().get("reason_id"), seed.RECRUITER)
        return jsonify(lists.show(store, "applications", row))

    @blueprint.post("/applications/<int:id>/hire")
    def hire(id: int) -> ResponseReturnValue:
        return jsonify(lists.show(store, "applications", people.hire(ats, id)))

    @blueprint.post("/applications/<int:id>/interviews")
    def meet(id: int) -> ResponseReturnValue:
        return jsonify(people.schedule_interview(ats, id, **given())), 201

    @blueprint.patch("/interviews/<int:id>")
    def edit_interview(id: int) -> ResponseReturnValue:
        return jsonify(people.change_interview(ats, id, **given()))

    @blueprint.delete("/interviews/<int:id>")
    def cancel(id: int) -> ResponseReturnValue:
        people.cancel_interview(ats, id)
        return Response(status=204)

    @blueprint.get("/webhooks")
    def webhooks() -> ResponseReturnValue:
        shown = [{key: row[key] for key in ("id", "action", "url", "active")} for row in store.rows("webhooks")]
        return jsonify(shown)

    @blueprint.post("/webhooks")
    def add_webhooks() -> ResponseReturnValue:
        body = given()
        actions = body.get("actions") or list(ACTIONS)
        unknown = sorted(set(actions) - set(ACTIONS))
        if unknown:
            raise ValueError(f"no such events: {', '.join(unknown)}")
        made = [ats.bell.add_webhook(body["url"], body["secret"], action) for action in actions]
        return jsonify([{key: row[key] for key in ("id", "action", "url", "active")} for row in made]), 201

    @blueprint.delete("/webhooks")
    def drop_webhooks() -> ResponseReturnValue:
        for row in store.rows("webhooks"):
            store.remove("webhooks", id=row["id"])
        return Response(status=204)

    @blueprint.get("/deliveries")
    def deliveries() -> ResponseReturnValue:
        keys = ("id", "event_id", "action", "state", "attempts", "last_error")
        return jsonify([{key: row[key] for key in keys} for row in store.rows("deliveries")])

    @blueprint.post("/misbehave")
    def misbehave() -> ResponseReturnValue:
        ats.misbehaviour.order(**given())
        return jsonify(ats.misbehaviour.report())

    @blueprint.get("/misbehave")
    def misbehaving() -> ResponseReturnValue:
        return jsonify(orders=ats.misbehaviour.report(), kinds=KINDS)

    @blueprint.delete("/misbehave")
    def behave() -> ResponseReturnValue:
        ats.misbehaviour.clear()
        return Response(status=204)

    @blueprint.get("/writes")
    def writes() -> ResponseReturnValue:
        return jsonify(counted_writes(ats))

    @blueprint.delete("/writes")
    def forget_writes() -> ResponseReturnValue:
        for row in store.rows("writes"):
            store.remove("writes", id=row["id"])
        return Response(status=204)

    @blueprint.post("/settings")
    def settings() -> ResponseReturnValue:
        body = given()
        unknown = sorted(set(body) - set(SETTINGS))
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}; known: {', '.join(SETTINGS)}")
        for key, value in body.items():
            store.set(key, value)
        return jsonify({key: store.setting(key) for key in SETTINGS})

    @blueprint.post("/clock")
    def clock() -> ResponseReturnValue:
        text = given()["now"]
        set_clock(datetime.fromisoformat(text) if text else None)
        return jsonify(now=store.now().isoformat())

    return blueprint
