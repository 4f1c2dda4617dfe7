"""Webhook bodies in the shape the wire's older generation left behind, which webhooks still carry.

Maps of custom fields by key, `jobs[]`, `current_stage`, `hiring_team`; no event time, no actor, no account.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store import Row, Store


def custom_fields(store: Store, job: Row) -> dict[str, dict[str, Any]]:
    """Show a job's custom fields as a map by key; an option is shown as its text, an empty field as null."""
    shown: dict[str, dict[str, Any]] = {}
    for field in store.rows("custom_fields", field_type="job", active=1):
        value = (job["custom_fields"] or {}).get(field["name_key"])
        if value is not None and field["value_type"] == "single_select":
            option = store.get("custom_field_options", int(value))
            value = option["name"] if option else None
        shown[field["name_key"]] = {"name": field["name"], "type": field["value_type"], "value": value}
    return shown


def _user(store: Store, user_id: int) -> dict[str, Any]:
    user = store.get("users", user_id)
    if user is None:
        return {"id": user_id}
    return {
        "id": user["id"],
        "first_name": user["first_name"],
        "last_name": user["last_name"],
        "name": user["name"],
        "employee_id": None,
    }


def job(store: Store, row: Row) -> dict[str, Any]:
    openings = store.rows("openings", job_id=row["id"])
    posts = store.rows("job_posts", job_id=row["id"])
    owners = store.rows("job_owners", job_id=row["id"])
    return {
        "job": {
            "id": row["id"],
            "name": row["name"],
            "requisition_id": row["requisition_id"],
            "notes": row["notes"],
            "confidential": row["confidential"],
            "job_post_id": posts[-1]["id"] if posts else None,
            "status": row["status"],
            "created_at": row["created_at"],
            "opened_at": row["opened_at"],
            "closed_at": row["closed_at"],
            "departments": [None],
            "offices": [],
            "hiring_team": {
                "recruiters": [_user(store, o["user_id"]) for o in owners if o["type"] == "recruiter"],
                "coordinators": [],
                "sourcers": [],
                "hiring_managers": [
                    _user(store, m["user_id"]) for m in store.rows("job_hiring_managers", job_id=row["id"])
                ],
            },
            "custom_fields": custom_fields(store, row),
            "openings": [
                {
                    "id": o["id"],
                    "opening_id": o["opening_id"],
                    "status": "open" if o["open"] else "closed",
                    "opened_at": o["opened_at"],
                    "closed_at": o["closed_at"],
                    "application_id": o["application_id"],
                    "custom_fields": [],
                }
                for o in openings
            ],
        }
    }


def job_post(row: Row) -> dict[str, Any]:
    """A job post is the payload itself, without a name around it."""
    return {
        "id": row["id"],
        "title": row["title"],
        "internal": row["internal"],
        "external": not row["internal"],
        "active": row["active"],
        "live": row["live"],
        "job_id": row["job_id"],
        "content": row["content"],
        "internal_content": row["internal_content"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "language": row["language"],
        "location": {"name": "東京"},
        "questions": [],
    }


def candidate(store: Store, row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "company": row["company"],
        "title": row["title"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "phone_numbers": row["phone_numbers"] or [],
        "email_addresses": row["email_addresses"] or [],
        "addresses": [],
        "tags": tags(store, row["id"]),
        "custom_fields": {},
    }


def tags(store: Store, candidate_id: int) -> list[str]:
    applied = store.rows("applied_candidate_tags", candidate_id=candidate_id)
    found = [store.get("candidate_tags", row["candidate_tag_id"]) for row in applied]
    return [row["name"] for row in found if row]


def current_stage(store: Store, application_id: int) -> Row | None:
    for row in store.rows("application_stages", application_id=application_id, current=1):
        return store.get("job_interview_stages", row["job_interview_stage_id"])
    return None


def application(store: Store, row: Row) -> dict[str, Any]:
    stage = current_stage(store, row["id"]) if row["status"] != "hired" else None
    person = store.get("candidates", row["candidate_id"])
    job_ids = [row["job_id"]] if row["job_id"] else row["prospective_job_ids"] or []
    jobs = [found for found in (store.get("jobs", id) for id in job_ids) if found]
    rejection = next(iter(store.rows("rejection_details", application_id=row["id"])), None)
    body: dict[str, Any] = {
        "id": row["id"],
        "status": "active" if row["status"] == "in_process" else row["status"],
        "prospect": row["prospect"],
        "applied_at": row["created_at"],
        "rejected_at": row["rejected_at"],
        "last_activity_at": row["last_activity_at"],
        "url": None,
        "source": None,
        "credited_to": None,
        "rejection_reason": None,
        "current_stage": {"id": stage["id"], "name": stage["name"], "interviews": []} if stage else None,
        "candidate": candidate(store, person) if person else None,
        "jobs": [{"id": found["id"], "name": found["name"], "status": found["status"]} for found in jobs],
        "custom_fields": {},
    }
    if rejection and (reason := store.get("rejection_reasons", rejection["rejection_reason_id"])):
        body["rejection_reason"] = {"id": reason["id"], "name": reason["name"]}
    return {"application": body}
