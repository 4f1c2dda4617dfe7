"""Where each write of the wire lives, the scope it needs, what its body must and may hold.

Unknown body keys are refused as "disallowed additional properties".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox import writes
from connectors.sandbox.jobs import Ats, Missing, Unprocessable
from connectors.sandbox.writes import Body, Written


@dataclass(frozen=True)
class Write:
    """One write: the method and path it lives at, the scope it needs, what its body may hold, what it does."""

    kind: str
    method: str
    path: str
    scope: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    apply: Callable[[Ats, int, int | None, Body], Written]


def check(write: Write, body: Any) -> Body:
    """Refuse what the wire refuses, before anything is applied."""
    if not isinstance(body, dict):
        raise Unprocessable("body must be a JSON object")
    extra = sorted(set(body) - set(write.required) - set(write.optional))
    if extra:
        raise Unprocessable(f"disallowed additional properties: {', '.join(extra)}", extra[0])
    for name in write.required:
        if body.get(name) in (None, ""):
            raise Unprocessable(f"{name} is required", name)
    return body


WRITES: tuple[Write, ...] = (
    Write(
        kind="jobs",
        method="PATCH",
        path="jobs",
        scope="jobs:update",
        required=(),
        optional=("name", "notes", "requisition_id", "office_ids", "department_id", "custom_fields"),
        apply=writes.change_job,
    ),
    Write(
        kind="job_notes",
        method="POST",
        path="job_notes",
        scope="job_notes:create",
        required=("job_id", "body", "visibility"),
        optional=("user_id",),
        apply=writes.create_job_note,
    ),
    Write(
        kind="custom_fields",
        method="POST",
        path="custom_fields",
        scope="custom_fields:create",
        required=("name", "field_type", "value_type"),
        optional=(
            "description",
            "private",
            "required",
            "require_approval",
            "api_only",
            "custom_field_options",
            "expose_in_job_board_api",
        ),
        apply=writes.create_custom_field,
    ),
    Write(
        kind="custom_field_options",
        method="POST",
        path="custom_field_options",
        scope="custom_field_options:create",
        required=("custom_field_id", "name"),
        optional=("sort_order",),
        apply=writes.create_custom_field_option,
    ),
    Write(
        kind="candidates",
        method="POST",
        path="candidates",
        scope="candidates:create",
        required=("first_name", "last_name"),
        optional=(
            "company",
            "title",
            "email_addresses",
            "phone_numbers",
            "website_addresses",
            "social_media_addresses",
            "tags",
            "custom_fields",
            "can_email",
            "application",
        ),
        apply=writes.create_candidate,
    ),
    Write(
        kind="applications",
        method="POST",
        path="applications",
        scope="applications:create",
        required=("candidate_id",),
        optional=(
            "job_id",
            "initial_stage_id",
            "source_id",
            "referrer_id",
            "recruiter_id",
            "coordinator_id",
            "prospect",
            "prospective_job_ids",
        ),
        apply=writes.create_application,
    ),
    Write(
        kind="moves",
        method="POST",
        path="applications/{id}/move",
        scope="applications:move",
        required=("from_stage_id", "to_stage_id"),
        optional=("to_job_id", "email_from_user_id"),
        apply=writes.move,
    ),
    Write(
        kind="conversions",
        method="POST",
        path="applications/{id}/convert_to_candidate",
        scope="applications:convert_to_candidate",
        required=("job_id",),
        optional=("to_job_interview_stage_id",),
        apply=writes.convert,
    ),
    Write(
        kind="rejections",
        method="POST",
        path="applications/{id}/reject",
        scope="applications:reject",
        required=("rejection_reason_id",),
        optional=("notes", "rejection_email"),
        apply=writes.reject,
    ),
    Write(
        kind="approval_flows",
        method="POST",
        path="approval_flows",
        scope="approval_flows:create",
        required=("job_id", "approval_type", "approver_groups"),
        optional=("sequential",),
        apply=writes.create_approval_flow,
    ),
    Write(
        kind="approval_requests",
        method="POST",
        path="approval_flows/{id}/request_approvals",
        scope="approval_flows:request_approvals",
        required=(),
        optional=(),
        apply=writes.request_approvals,
    ),
    Write(
        kind="approver_groups",
        method="PUT",
        path="approval_flows/{id}/replace_approver_groups",
        scope="approval_flows:replace_approver_groups",
        required=("approver_groups",),
        optional=(),
        apply=writes.replace_approver_groups,
    ),
    Write(
        kind="notes",
        method="POST",
        path="notes",
        scope="notes:create",
        required=("candidate_id", "body", "visibility", "note_type"),
        optional=("application_id", "user_id"),
        apply=writes.create_note,
    ),
    Write(
        kind="candidate_tags",
        method="POST",
        path="candidate_tags",
        scope="candidate_tags:create",
        required=("name",),
        optional=(),
        apply=writes.create_tag,
    ),
    Write(
        kind="applied_candidate_tags",
        method="POST",
        path="applied_candidate_tags",
        scope="applied_candidate_tags:create",
        required=("candidate_id", "candidate_tag_id"),
        optional=(),
        apply=writes.create_applied_tag,
    ),
    Write(
        kind="attachments",
        method="POST",
        path="attachments",
        scope="attachments:create",
        required=("application_id", "filename", "type"),
        optional=("content", "url", "visibility"),
        apply=writes.create_attachment,
    ),
)


def match(method: str, path: str) -> tuple[Write, int]:
    """Find the write at `path` (below /v3/) and the id in it (0 without). Raises `Missing`."""
    parts = path.strip("/").split("/")
    id = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    shape = "/".join(["{id}" if part.isdigit() else part for part in parts])
    for write in WRITES:
        wanted = f"{write.path}/{{id}}" if write.method == "PATCH" else write.path
        if write.method == method and wanted == shape:
            return write, id
    raise Missing("Resource not found")
