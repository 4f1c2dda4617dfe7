"""What each write of the wire does, what it refuses and what it answers.

Notes are taken for a candidate that does not exist, as the vendor takes them; nothing is deduplicated. `write_routes`
says where each lives and what its body may hold.
"""

from __future__ import annotations

import re
from typing import Any

from connectors.sandbox import approvals, jobs, people
from connectors.sandbox.jobs import Ats, Unprocessable
from connectors.sandbox.lists import show
from connectors.sandbox.store import Row

Body = dict[str, Any]
Written = tuple[int, Any, int]  # status, answer (None for an empty one), id of the object written


def _with(body: Body, **defaults: Any) -> Body:
    return defaults | body


def _answer(ats: Ats, table: str, row: Row, status: int = 201) -> Written:
    return status, show(ats.store, table, row), int(row["id"])


def change_job(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    fields: dict[str, Any] = {}
    given = body.pop("custom_fields", [])
    if not isinstance(given, list):
        raise Unprocessable("custom_fields must be an array", "custom_fields")
    for item in given:
        if not isinstance(item, dict) or ("name_key" in item) == ("custom_field_id" in item):
            raise Unprocessable("give exactly one of name_key and custom_field_id", "custom_fields")
        key = item.get("name_key")
        if key is None:
            found = ats.store.get("custom_fields", int(item["custom_field_id"]))
            key = found["name_key"] if found else ""
        fields[str(key)] = item.get("value")
    with ats.store.whole():
        jobs.find(ats, "jobs", id)
        if fields:
            jobs.set_fields(ats, id, fields)
        if body:
            jobs.change_job(ats, id, **body)
    return _answer(ats, "jobs", jobs.find(ats, "jobs", id), 200)


def create_job_note(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    if body["visibility"] not in ("admin_only_visible", "privately_visible"):
        raise Unprocessable("Must be one of: admin_only_visible, privately_visible", "visibility")
    jobs.find(ats, "jobs", int(body["job_id"]))
    row = ats.store.add("job_notes", **_with(body, user_id=user))
    return _answer(ats, "job_notes", row)


def create_custom_field(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    kinds = ("short_text", "long_text", "yes_no", "single_select", "multi_select", "number", "date", "url")
    if body["value_type"] not in kinds:
        raise Unprocessable(f"Must be one of: {', '.join(kinds)}", "value_type")
    if body.get("api_only") and ats.store.setting("no_api_only"):
        raise Unprocessable("api_only is not available", "api_only")
    options = body.pop("custom_field_options", [])
    key = re.sub(r"[^a-z0-9]+", "_", body["name"].lower()).strip("_")
    if ats.store.rows("custom_fields", name_key=key, field_type=body["field_type"]):
        raise Unprocessable("Name has already been taken", "name")
    flags = {"private": False, "required": False, "require_approval": False, "api_only": False, "active": True}
    with ats.store.whole():
        order = len(ats.store.rows("custom_fields"))
        row = ats.store.add("custom_fields", **_with(body, **flags, name_key=key, sort_order=order))
        for number, option in enumerate(options):
            ats.store.add(
                "custom_field_options",
                custom_field_id=row["id"],
                name=option["name"],
                sort_order=option.get("sort_order", number),
                active=True,
            )
    return _answer(ats, "custom_fields", row)


def create_custom_field_option(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    jobs.find(ats, "custom_fields", int(body["custom_field_id"]))
    row = ats.store.add("custom_field_options", **{"active": True, "sort_order": 99} | body)
    return _answer(ats, "custom_field_options", row)


def create_candidate(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    body = dict(body)
    application = body.pop("application", None)
    if application is None and ats.store.setting("candidates_need_application"):
        raise Unprocessable("application is required", "application")
    with ats.store.whole():
        row = people.create_candidate(ats, id=id or None, **body)
        made = None
        if application is not None:
            made = people.create_application(
                ats,
                candidate_id=row["id"],
                job_id=int(application["job_id"]),
                stage_id=application.get("initial_stage_id"),
            )
    answer = {
        "candidate": show(ats.store, "candidates", row),
        "application": show(ats.store, "applications", made) if made else None,
    }
    return 201, answer, int(row["id"])


def create_application(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    prospect = bool(body.get("prospect"))
    job_ids = body.get("prospective_job_ids") or ([body["job_id"]] if body.get("job_id") else [])
    if not job_ids:
        raise Unprocessable("job_id is required", "job_id")
    if not ats.store.get("candidates", int(body["candidate_id"])):
        raise Unprocessable("candidate_id does not exist", "candidate_id")
    if not ats.store.get("jobs", int(job_ids[0])):
        raise Unprocessable("job_id does not exist", "job_id")
    stage_id = body.get("initial_stage_id")
    row = people.create_application(
        ats,
        candidate_id=int(body["candidate_id"]),
        job_id=int(job_ids[0]),
        stage_id=int(stage_id) if stage_id else None,
        prospect=prospect,
        source_id=body.get("source_id"),
        recruiter_id=body.get("recruiter_id"),
    )
    return _answer(ats, "applications", row)


def move(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    people.move(ats, id, int(body["to_stage_id"]), int(body["from_stage_id"]))
    return 204, None, id


def convert(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    stage = body.get("to_job_interview_stage_id")
    row = people.convert_prospect(ats, id, int(body["job_id"]), int(stage) if stage else None)
    return _answer(ats, "applications", row, 200)


def reject(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    row = people.reject(ats, id, int(body["rejection_reason_id"]), user)
    return _answer(ats, "applications", row, 200)


def create_approval_flow(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    row = approvals.create(
        ats,
        job_id=int(body["job_id"]),
        approval_type=str(body["approval_type"]),
        sequential=bool(body.get("sequential", True)),
        approver_groups=body["approver_groups"],
    )
    return _answer(ats, "approval_flows", row)


def request_approvals(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    approvals.request(ats, id, user)
    return 204, None, id


def replace_approver_groups(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    approvals.replace_groups(ats, id, body["approver_groups"])
    return _answer(ats, "approval_flows", jobs.find(ats, "approval_flows", id), 200)


def create_note(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    if body.pop("note_type") != "NOTE":
        raise Unprocessable("Must be one of: note", "note_type")
    if body["visibility"] not in ("admin_only", "private", "public"):
        raise Unprocessable("Must be one of: admin_only, private, public", "visibility")
    shown = {"admin_only": "admin_only_visible", "private": "privately_visible", "public": "publicly_visible"}
    body["visibility"] = shown[body["visibility"]]
    row = ats.store.add("notes", **_with(body, user_id=user, type="NOTE"))
    return _answer(ats, "notes", row)


def create_tag(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    if ats.store.rows("candidate_tags", name=body["name"]):
        raise Unprocessable("Name has already been taken", "name")
    return _answer(ats, "candidate_tags", ats.store.add("candidate_tags", name=body["name"]))


def create_applied_tag(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    if not ats.store.get("candidates", int(body["candidate_id"])):
        raise Unprocessable("candidate_id does not exist", "candidate_id")
    if not ats.store.get("candidate_tags", int(body["candidate_tag_id"])):
        raise Unprocessable("candidate_tag_id does not exist", "candidate_tag_id")
    row = ats.store.add(
        "applied_candidate_tags",
        candidate_id=int(body["candidate_id"]),
        candidate_tag_id=int(body["candidate_tag_id"]),
    )
    return _answer(ats, "applied_candidate_tags", row)


def create_attachment(ats: Ats, id: int, user: int | None, body: Body) -> Written:
    if ("content" in body) == ("url" in body):
        raise Unprocessable("give exactly one of content and url", "content")
    application = ats.store.get("applications", int(body["application_id"]))
    if application is None:
        raise Unprocessable("application_id does not exist", "application_id")
    body.pop("url", None)
    row = ats.store.add("attachments", candidate_id=application["candidate_id"], **body)
    return _answer(ats, "attachments", row)
