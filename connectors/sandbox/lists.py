"""The sandbox's lists: which columns each shows, which filters each takes, and what must be computed.

As documented for Harvest v3. `queries` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox import bodies
from connectors.sandbox.store import Row, Store

Shape = Callable[[Store, Row], dict[str, Any]]


@dataclass(frozen=True)
class Listing:
    """One list: columns shown as they are, filters by name, and what must be computed."""

    shown: tuple[str, ...]
    filters: Mapping[str, str] = field(default_factory=dict)
    shape: Shape | None = None


STAMPS = ("id", "created_at", "updated_at")
# A filter is "kind:column"; ids, created_at, updated_at and fields exist on every list.
EVERYWHERE = {"ids": "ids:id", "created_at": "time:created_at", "updated_at": "time:updated_at"}


def _job(store: Store, row: Row) -> dict[str, Any]:
    return {"custom_fields": bodies.custom_fields(store, row)}


def _candidate(store: Store, row: Row) -> dict[str, Any]:
    return {
        "tags": bodies.tags(store, row["id"]),
        "email_addresses": row["email_addresses"] or [],
        "phone_numbers": row["phone_numbers"] or [],
        "website_addresses": row["website_addresses"] or [],
        "social_media_addresses": row["social_media_addresses"] or [],
        "addresses": [],
        "custom_fields": {},
        "linked_user_ids": [],
    }


def _application(store: Store, row: Row) -> dict[str, Any]:
    # `stage_id` is the id of the application-stage row, not of the job's stage.
    current = next(iter(store.rows("application_stages", application_id=row["id"], current=1)), None)
    stage = bodies.current_stage(store, row["id"])
    return {
        "stage_id": current["id"] if current else None,
        "stage_name": stage["name"] if stage else None,
        "custom_fields": {},
    }


def _reason(store: Store, row: Row) -> dict[str, Any]:
    return {"type": {"id": row["id"], "key": row["type"]}}


def _attachment(store: Store, row: Row) -> dict[str, Any]:
    return {"url": f"/sandbox/attachments/{row['id']}"}


def _user(store: Store, row: Row) -> dict[str, Any]:
    return {"emails": [row["primary_email"]], "employee_id": None, "custom_fields": {}}


LISTS: dict[str, Listing] = {
    "users": Listing(
        ("name", "first_name", "last_name", "primary_email", "site_admin", "deactivated"),
        {"primary_email": "text:primary_email", "deactivated": "bool:deactivated"},
        _user,
    ),
    "jobs": Listing(
        (
            *("name", "requisition_id", "notes", "confidential", "status", "opened_at", "closed_at"),
            *("is_template", "copied_from_id", "department_id", "office_ids"),
        ),
        {
            "status": "text:status",
            "opened_at": "time:opened_at",
            "closed_at": "time:closed_at",
            "requisition_id": "text:requisition_id",
            "department_id": "text:department_id",
            "confidential": "bool:confidential",
        },
        _job,
    ),
    "job_posts": Listing(
        (
            *("job_id", "title", "content", "internal_content", "live", "active", "internal", "language"),
            *("public_url", "first_published_at"),
        ),
        {"job_ids": "ids:job_id", "live": "bool:live", "internal": "bool:internal", "active": "bool:active"},
    ),
    "job_hiring_managers": Listing(("job_id", "user_id"), {"job_ids": "ids:job_id", "user_ids": "ids:user_id"}),
    "job_owners": Listing(
        ("job_id", "user_id", "type", "responsible"),
        {"job_ids": "ids:job_id", "user_ids": "ids:user_id", "type": "text:type"},
    ),
    "job_notes": Listing(
        ("job_id", "user_id", "body", "visibility"),
        {"job_ids": "ids:job_id", "user_ids": "ids:user_id", "visibility": "text:visibility"},
    ),
    "openings": Listing(
        ("job_id", "opening_id", "open", "opened_at", "closed_at", "application_id", "target_start_on"),
        {"job_ids": "ids:job_id", "open": "bool:open"},
    ),
    "job_interview_stages": Listing(
        ("job_id", "name", "sort_order", "active"), {"job_ids": "ids:job_id", "active": "bool:active"}
    ),
    "job_interviews": Listing(
        ("job_id", "job_interview_stage_id", "name", "sort_order", "active", "duration"),
        {"job_ids": "ids:job_id", "job_interview_stage_ids": "ids:job_interview_stage_id"},
    ),
    "custom_fields": Listing(
        (
            *("name", "name_key", "field_type", "value_type", "description", "private", "required"),
            *("require_approval", "api_only", "active", "sort_order", "expose_in_job_board_api"),
        ),
        {
            "field_type": "text:field_type",
            "active": "bool:active",
            "name": "text:name",
            "name_key": "text:name_key",
        },
    ),
    "custom_field_options": Listing(
        ("custom_field_id", "name", "sort_order", "active"),
        {"custom_field_ids": "ids:custom_field_id", "active": "bool:active"},
    ),
    "candidates": Listing(
        ("first_name", "last_name", "company", "title", "private", "can_email", "last_activity_at"),
        {
            "email": "email:email_addresses",
            "private": "bool:private",
            "tag": "tag:id",
            "last_activity_at": "time:last_activity_at",
        },
        _candidate,
    ),
    "candidate_employments": Listing(
        ("candidate_id", "company_name", "title", "start_date", "end_date", "latest"),
        {"candidate_ids": "ids:candidate_id", "latest": "bool:latest"},
    ),
    "candidate_tags": Listing(("name",)),
    "applied_candidate_tags": Listing(
        ("candidate_id", "candidate_tag_id"),
        {"candidate_ids": "ids:candidate_id", "candidate_tag_ids": "ids:candidate_tag_id"},
    ),
    "applications": Listing(
        (
            *("candidate_id", "job_id", "prospect", "prospective_job_ids", "status", "source_id"),
            *("recruiter_id", "rejected_at", "last_activity_at"),
        ),
        {
            "candidate_ids": "ids:candidate_id",
            "job_ids": "ids:job_id",
            "prospective_job_ids": "idsin:prospective_job_ids",
            "status": "status:status",
            "prospect": "bool:prospect",
            "last_activity_at": "time:last_activity_at",
        },
        _application,
    ),
    "application_stages": Listing(
        ("application_id", "job_interview_stage_id", "entered_at", "exited_at", "current"),
        {
            "application_ids": "ids:application_id",
            "job_interview_stage_ids": "ids:job_interview_stage_id",
            "current": "bool:current",
        },
    ),
    "rejection_reasons": Listing(("name",), {"include_defaults": "any:"}, _reason),
    "rejection_details": Listing(
        ("application_id", "rejection_reason_id", "rejected_by_id", "rejected_at"),
        {"application_ids": "ids:application_id", "rejection_reason_ids": "ids:rejection_reason_id"},
    ),
    "sources": Listing(("name",), {}, _reason),
    "notes": Listing(
        ("candidate_id", "application_id", "user_id", "body", "visibility", "type"),
        {
            "candidate_ids": "ids:candidate_id",
            "application_ids": "ids:application_id",
            "user_ids": "ids:user_id",
            "type": "text:type",
            "visibility": "text:visibility",
        },
    ),
    "attachments": Listing(
        ("candidate_id", "application_id", "filename", "type"),
        {"application_ids": "ids:application_id", "candidate_ids": "ids:candidate_id", "type": "text:type"},
        _attachment,
    ),
    "interviews": Listing(
        (
            *("application_id", "job_id", "job_interview_id", "organizer_id", "starts_at", "ends_at", "status"),
            *("scheduled_at", "location", "video_conferencing_url"),
        ),
        {
            "job_ids": "ids:job_id",
            "application_ids": "ids:application_id",
            "job_interview_ids": "ids:job_interview_id",
            "organizer_ids": "ids:organizer_id",
            "starts_at": "time:starts_at",
            "ends_at": "time:ends_at",
            "status": "text:status",
        },
    ),
    "approval_flows": Listing(
        ("job_id", "offer_id", "approval_type", "approval_status", "requested_by_id", "sequential", "version"),
        {"job_ids": "ids:job_id", "approval_type": "text:approval_type"},
    ),
    "approver_groups": Listing(
        ("approval_flow_id", "approvals_required", "required_for_exception", "resolved_at", "sort_order"),
        {"approval_flow_ids": "ids:approval_flow_id"},
    ),
    "approvers": Listing(
        ("approver_group_id", "user_id", "status", "request_sent_at", "resolved_at", "resolved_by_id", "sort_order"),
        {"approver_group_ids": "ids:approver_group_id", "user_ids": "ids:user_id", "status": "text:status"},
    ),
    "interviewers": Listing(
        ("interview_id", "user_id", "email", "response_status"),
        {"interview_ids": "ids:interview_id", "user_ids": "ids:user_id"},
    ),
}


def show(store: Store, name: str, row: Row) -> dict[str, Any]:
    """Give one row the shape the wire gives it."""
    listing = LISTS[name]
    shown = {key: row[key] for key in (*STAMPS, *listing.shown)}
    return shown | listing.shape(store, row) if listing.shape else shown
