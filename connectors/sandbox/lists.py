"""The wire's reading side: every list, its filters and the shape of its answers.

As documented for Harvest v3: filters and `per_page` on the first request, then the cursor alone; newest id first;
ids filters plural and at most 50; unknown names refused. There is no `GET /{list}/{id}`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox import bodies
from connectors.sandbox.jobs import Unprocessable
from connectors.sandbox.store import Row, Store, iso

Shape = Callable[[Store, Row], dict[str, Any]]
MAX_PER_PAGE = 500
DEFAULT_PER_PAGE = 100
MAX_IDS = 50


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
    "interviewers": Listing(
        ("interview_id", "user_id", "email", "response_status"),
        {"interview_ids": "ids:interview_id", "user_ids": "ids:user_id"},
    ),
}


@dataclass(frozen=True)
class Page:
    rows: list[dict[str, Any]]
    cursor: str  # "" on the last page


def read(store: Store, name: str, query: Mapping[str, str]) -> Page:
    """Answer one page of a list. Raises `Unprocessable` as the wire does with 422."""
    listing = LISTS[name]
    if "cursor" in query:
        if len(query) > 1:
            raise Unprocessable("cursor must be the only query parameter")
        asked, before = _read_cursor(name, query["cursor"])
    else:
        asked, before = dict(query), None
    conditions, values = _conditions(listing, asked)
    per_page = _per_page(asked.get("per_page"))
    if before is not None:
        conditions.append("id < ?")
        values.append(before)
    rows = store.select(name, " AND ".join(conditions) or "1", values, f"ORDER BY id DESC LIMIT {per_page + 1}")
    more = len(rows) > per_page
    rows = rows[:per_page]
    shown = [show(store, name, row) for row in rows]
    if asked.get("fields"):
        wanted = {"id", *asked["fields"].split(",")}
        shown = [{key: value for key, value in row.items() if key in wanted} for row in shown]
    return Page(shown, _write_cursor(name, asked, rows[-1]["id"]) if more else "")


def show(store: Store, name: str, row: Row) -> dict[str, Any]:
    """Give one row the shape the wire gives it."""
    listing = LISTS[name]
    shown = {key: row[key] for key in (*STAMPS, *listing.shown)}
    return shown | listing.shape(store, row) if listing.shape else shown


def _write_cursor(name: str, asked: Mapping[str, str], last: int) -> str:
    text = json.dumps([name, dict(asked), last], ensure_ascii=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(name: str, cursor: str) -> tuple[dict[str, str], int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        kind, asked, last = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error):
        raise Unprocessable("Invalid cursor") from None
    if kind != name:
        raise Unprocessable("Invalid cursor")
    return dict(asked), int(last)


def _per_page(value: str | None) -> int:
    if value is None:
        return DEFAULT_PER_PAGE
    if not value.isdigit() or not 1 <= int(value) <= MAX_PER_PAGE:
        raise Unprocessable("Invalid query params: per_page must be between 1 and 500")
    return int(value)


def _conditions(listing: Listing, asked: Mapping[str, str]) -> tuple[list[str], list[Any]]:
    filters = {**EVERYWHERE, **listing.filters}
    unknown = [key for key in asked if key not in filters and key not in ("per_page", "fields")]
    if unknown:
        raise Unprocessable(f"Invalid query params: {', '.join(sorted(unknown))}")
    conditions: list[str] = []
    values: list[Any] = []
    for key, text in asked.items():
        if key in ("per_page", "fields"):
            continue
        kind, _, column = filters[key].partition(":")
        if kind == "ids" or kind == "idsin":
            ids = _ids(key, text)
            marks = ", ".join("?" for _ in ids)
            if kind == "ids":
                conditions.append(f"{column} IN ({marks})")
            else:
                conditions.append(
                    f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value IN ({marks}))"  # noqa: S608
                )
            values.extend(ids)
        elif kind == "bool":
            if text not in ("true", "false"):
                raise Unprocessable(f"Invalid query params: {key} must be true or false")
            conditions.append(f"{column} = ?")
            values.append(int(text == "true"))
        elif kind == "text":
            conditions.append(f"{column} = ?")
            values.append(text)
        elif kind == "status":
            # Asked for as `active`, answered as `in_process`.
            if text not in ("active", "rejected", "hired", "converted"):
                raise Unprocessable("Invalid query params: status")
            conditions.append("status = ?")
            values.append("in_process" if text == "active" else text)
        elif kind == "email":
            conditions.append(
                f"EXISTS (SELECT 1 FROM json_each({column}) WHERE"  # noqa: S608
                " lower(json_extract(json_each.value, '$.value')) = ?)"
            )
            values.append(text.lower())
        elif kind == "tag":
            conditions.append(
                "EXISTS (SELECT 1 FROM applied_candidate_tags a JOIN candidate_tags t ON t.id = a.candidate_tag_id"
                " WHERE a.candidate_id = candidates.id AND t.name = ?)"
            )
            values.append(text)
        elif kind == "time":
            for operator, moment in _bounds(key, text):
                conditions.append(f"{column} {operator} ?")
                values.append(iso(moment))
    return conditions, values


def _ids(key: str, text: str) -> list[int]:
    parts = text.split(",")
    if len(parts) > MAX_IDS:
        raise Unprocessable(f"Invalid query params: {key} takes at most {MAX_IDS} ids")
    if not all(part.isdigit() for part in parts):
        raise Unprocessable(f"Invalid query params: {key} must be integers")
    return [int(part) for part in parts]


OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}


def _bounds(key: str, text: str) -> list[tuple[str, datetime]]:
    """Read `gte|2026-01-01T00:00:00Z|lte|...`."""
    parts = text.split("|")
    if len(parts) % 2:
        raise Unprocessable(f"Invalid query params: {key} must look like gte|2026-01-01T00:00:00Z")
    bounds = []
    for operator, moment in zip(parts[::2], parts[1::2], strict=True):
        try:
            when = datetime.fromisoformat(moment)
        except ValueError:
            raise Unprocessable(f"Invalid query params: {key} is not a time") from None
        if operator not in OPERATORS:
            raise Unprocessable(f"Invalid query params: {key} operator")
        bounds.append((OPERATORS[operator], when if when.tzinfo else when.replace(tzinfo=UTC)))
    return bounds
