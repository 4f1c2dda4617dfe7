"""The sandbox's memory: one SQLite file, one table per thing an applicant tracking system knows.

Rows come and go as plain dictionaries; columns listed in `JSON_COLUMNS` hold lists or maps. One connection behind one
lock keeps every change whole, and the sandbox is small enough for that.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Now = Callable[[], datetime]

# Greenhouse's ids passed 2^31 long ago; starting above it shows whoever stores them in 32 bits.
FIRST_ID = 4_000_001_000

TABLES: Mapping[str, tuple[str, ...]] = {
    "users": ("name", "first_name", "last_name", "primary_email", "site_admin", "deactivated", "role"),
    "jobs": (
        *("name", "requisition_id", "notes", "confidential", "status", "opened_at", "closed_at", "is_template"),
        *("copied_from_id", "department_id", "office_ids", "custom_fields"),
    ),
    "job_posts": (
        *("job_id", "title", "content", "internal_content", "live", "active", "internal", "language"),
        *("public_url", "first_published_at"),
    ),
    "job_hiring_managers": ("job_id", "user_id"),
    "job_owners": ("job_id", "user_id", "type", "responsible"),
    "job_notes": ("job_id", "user_id", "body", "visibility"),
    "openings": ("job_id", "opening_id", "open", "opened_at", "closed_at", "application_id", "target_start_on"),
    "job_interview_stages": ("job_id", "name", "sort_order", "active"),
    "job_interviews": ("job_id", "job_interview_stage_id", "name", "sort_order", "active", "duration"),
    "custom_fields": (
        *("name", "name_key", "field_type", "value_type", "description", "private", "required"),
        *("require_approval", "api_only", "active", "sort_order", "expose_in_job_board_api"),
    ),
    "custom_field_options": ("custom_field_id", "name", "sort_order", "active"),
    "candidates": (
        *("first_name", "last_name", "company", "title", "email_addresses", "phone_numbers", "website_addresses"),
        *("social_media_addresses", "addresses", "custom_fields", "private", "can_email", "last_activity_at"),
    ),
    "candidate_employments": ("candidate_id", "company_name", "title", "start_date", "end_date", "latest"),
    "candidate_tags": ("name",),
    "applied_candidate_tags": ("candidate_id", "candidate_tag_id"),
    "applications": (
        *("candidate_id", "job_id", "prospect", "prospective_job_ids", "status", "source_id", "recruiter_id"),
        *("rejected_at", "last_activity_at"),
    ),
    "application_stages": ("application_id", "job_interview_stage_id", "entered_at", "exited_at", "current"),
    "rejection_reasons": ("name", "type"),
    "rejection_details": ("application_id", "rejection_reason_id", "rejected_by_id", "rejected_at"),
    "sources": ("name", "type"),
    "notes": ("candidate_id", "application_id", "user_id", "body", "visibility", "type"),
    "attachments": ("candidate_id", "application_id", "filename", "type", "content", "visibility"),
    "interviews": (
        *("application_id", "job_id", "job_interview_id", "organizer_id", "starts_at", "ends_at", "status"),
        *("scheduled_at", "location", "video_conferencing_url"),
    ),
    "interviewers": ("interview_id", "user_id", "email", "response_status"),
    "approval_flows": (
        *("job_id", "offer_id", "approval_type", "approval_status", "requested_by_id", "sequential", "version"),
    ),
    "approver_groups": (
        "approval_flow_id",
        "approvals_required",
        "required_for_exception",
        "resolved_at",
        "sort_order",
    ),
    "approvers": (
        *("approver_group_id", "user_id", "status", "request_sent_at", "resolved_at", "resolved_by_id", "sort_order"),
    ),
    # Below: the sandbox's own, not on the wire.
    "webhooks": ("action", "url", "secret", "active"),
    "deliveries": ("webhook_id", "event_id", "action", "body", "state", "attempts", "due", "last_error"),
    "writes": ("kind", "object_id", "user_id", "path"),
    "settings": ("key", "value"),
}
JSON_COLUMNS = {
    *("office_ids", "custom_fields", "email_addresses", "phone_numbers", "website_addresses"),
    *("social_media_addresses", "addresses", "prospective_job_ids", "value"),
}
INDEXES = {
    "job_posts": "job_id", "job_hiring_managers": "job_id", "job_owners": "job_id", "job_notes": "job_id",
    "job_interview_stages": "job_id", "applications": "candidate_id", "application_stages": "application_id",
    "candidate_employments": "candidate_id", "notes": "candidate_id", "applied_candidate_tags": "candidate_id", "attachments": "application_id",
    "interviews": "application_id", "interviewers": "interview_id", "deliveries": "state", "settings": "key",
}  # fmt: skip


def iso(moment: datetime) -> str:
    """Write a time the way the wire shows it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Store:
    """Open (and create) the sandbox's database in `folder`."""

    def __init__(self, folder: Path, now: Now) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.now = now
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(folder / "sandbox.sqlite3", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        for table, columns in TABLES.items():
            self._db.execute(
                f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY AUTOINCREMENT,"
                f" {', '.join(columns)}, created_at, updated_at)"
            )
        for table, column in INDEXES.items():
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {table}_{column} ON {table} ({column})")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Make everything inside one transaction; nested uses join the outer one."""
        with self._lock:
            self._depth += 1
            outermost = self._depth == 1
            try:
                if outermost:
                    self._db.execute("BEGIN IMMEDIATE")
                yield
                if outermost:
                    self._db.execute("COMMIT")
            except BaseException:
                if outermost and self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def add(self, table: str, /, *, id: int | None = None, **values: Any) -> Row:
        with self._lock:
            moment = iso(self.now())
            if id is None:
                last = self._db.execute(f"SELECT MAX(id) FROM {table}").fetchone()[0]  # noqa: S608
                used = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
                id = max(FIRST_ID, last or 0, used[0] if used else 0) + 1
            row = {"id": id, "created_at": moment, "updated_at": moment, **values}
            names = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            self._db.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 names are TABLES' own
                [_to_cell(name, value) for name, value in row.items()],
            )
            found = self.get(table, id)
            assert found is not None
            return found

    def change(self, table: str, id: int, /, **values: Any) -> Row | None:
        """Set columns of one row and stamp it changed; None when there is no such row."""
        with self._lock:
            values["updated_at"] = iso(self.now())
            sets = ", ".join(f"{name} = ?" for name in values)
            self._db.execute(
                f"UPDATE {table} SET {sets} WHERE id = ?",  # noqa: S608
                [*(_to_cell(name, value) for name, value in values.items()), id],
            )
            return self.get(table, id)

    def remove(self, table: str, /, **where: Any) -> None:
        with self._lock:
            condition = " AND ".join(f"{name} = ?" for name in where)
            self._db.execute(f"DELETE FROM {table} WHERE {condition}", list(where.values()))  # noqa: S608

    def get(self, table: str, id: int | None) -> Row | None:
        if id is None:
            return None
        return next(iter(self.rows(table, id=id)), None)

    def rows(self, table: str, /, **where: Any) -> list[Row]:
        """Rows whose columns equal `where`, oldest first."""
        condition = " AND ".join(f"{name} = ?" for name in where) or "1"
        return self.select(table, condition, list(where.values()))

    def select(self, table: str, condition: str, values: list[Any], tail: str = "ORDER BY id") -> list[Row]:
        with self._lock:
            found = self._db.execute(
                f"SELECT * FROM {table} WHERE {condition} {tail}",  # noqa: S608
                values,
            ).fetchall()
        return [{name: _from_cell(name, row[name]) for name in row.keys()} for row in found]  # noqa: SIM118

    def setting(self, key: str, default: Any = None) -> Any:
        found = self.rows("settings", key=key)
        return found[0]["value"] if found else default

    def set(self, key: str, value: Any) -> None:
        with self.whole():
            self.remove("settings", key=key)
            self.add("settings", key=key, value=value)


def _to_cell(name: str, value: Any) -> Any:
    if name in JSON_COLUMNS:
        return json.dumps(value, ensure_ascii=False)
    return int(value) if isinstance(value, bool) else value


BOOLEANS = {
    *("site_admin", "deactivated", "confidential", "is_template", "live", "internal", "responsible", "open"),
    *("active", "private", "required", "require_approval", "api_only", "prospect", "current", "can_email"),
    *("expose_in_job_board_api", "sequential"),
}


def _from_cell(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in JSON_COLUMNS:
        return json.loads(value)
    return bool(value) if name in BOOLEANS else value
