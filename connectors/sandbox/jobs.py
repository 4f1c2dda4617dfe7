"""What happens to requisitions: made, edited, published, opened, closed, decided on. Each rings what the wire rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox import bodies, seed
from connectors.sandbox.misbehaviour import Misbehaviour
from connectors.sandbox.store import Row, Store, iso
from connectors.sandbox.webhooks import Bell


@dataclass(frozen=True)
class Ats:
    """The sandbox's parts, handed to whatever changes something."""

    store: Store
    bell: Bell
    misbehaviour: Misbehaviour


class NotAllowed(Exception):
    """This user may not do this."""


class Unprocessable(Exception):
    """A value the sandbox refuses; `field` names it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Missing(Exception):
    """No such object."""


def find(ats: Ats, table: str, id: int) -> Row:
    row = ats.store.get(table, id)
    if row is None:
        raise Missing(f"{table} {id} not found")
    return row


def create_job(
    ats: Ats,
    *,
    name: str,
    notes: str = "",
    status: str = "draft",
    manager_id: int | None = seed.MANAGER,
    recruiter_id: int | None = seed.RECRUITER,
    guidance: str = "",
    confidential: bool = False,
    is_template: bool = False,
    post: str = "",
    live: bool = False,
    language: str = "ja",
) -> tuple[Row, Row | None]:
    """Make a requisition with its stages, team, opening and (when a text is given) its post."""
    if not name.strip():
        raise Unprocessable("name can't be blank", "name")
    if status not in ("draft", "open"):
        raise Unprocessable("Must be one of: draft, open", "status")
    store = ats.store
    now = iso(store.now())
    with store.whole():
        job = store.add(
            "jobs",
            name=name.strip(),
            notes=notes,
            confidential=confidential,
            status=status,
            opened_at=now if status == "open" else None,
            is_template=is_template,
            office_ids=[],
            custom_fields={seed.GUIDANCE_KEY: guidance} if guidance else {},
        )
        store.change("jobs", job["id"], requisition_id=f"R-{job['id'] % 100_000}")
        store.add("openings", job_id=job["id"], opening_id="1", open=True, opened_at=now)
        for order, stage_name in enumerate(seed.STAGES):
            stage = store.add("job_interview_stages", job_id=job["id"], name=stage_name, sort_order=order, active=True)
            if stage_name in seed.INTERVIEWS:
                store.add(
                    "job_interviews",
                    job_id=job["id"],
                    job_interview_stage_id=stage["id"],
                    name=seed.INTERVIEWS[stage_name],
                    sort_order=order,
                    active=True,
                    duration=45,
                )
        if manager_id:
            find(ats, "users", manager_id)
            store.add("job_hiring_managers", job_id=job["id"], user_id=manager_id)
        if recruiter_id:
            find(ats, "users", recruiter_id)
            store.add("job_owners", job_id=job["id"], user_id=recruiter_id, type="recruiter", responsible=True)
        job = find(ats, "jobs", job["id"])
        ats.bell.ring("job_created", bodies.job(store, job))
        made = None
        if post.strip():
            made = create_post(ats, job["id"], title=name, content=post, live=live, language=language)
    return job, made


def change_job(ats: Ats, job_id: int, **changes: Any) -> Row:
    """Edit a requisition's name, notes, requisition_id, confidential or status; an edit that changes nothing is quiet."""
    store = ats.store
    with store.whole():
        job = find(ats, "jobs", job_id)
        different = {key: value for key, value in changes.items() if job[key] != value}
        if not different:
            return job
        if "status" in different:
            if different["status"] not in ("draft", "open", "closed"):
                raise Unprocessable("Must be one of: draft, open, closed", "status")
            now = iso(store.now())
            if different["status"] == "open":
                different |= {"opened_at": job["opened_at"] or now, "closed_at": None}
            if different["status"] == "closed":
                different["closed_at"] = now
        job = store.change("jobs", job_id, **different) or job
        ats.bell.ring("job_updated", bodies.job(store, job))
    return job


def set_fields(ats: Ats, job_id: int, values: dict[str, Any]) -> Row:
    """Set custom fields by key (None clears). A single_select takes an option's id, as the wire does."""
    store = ats.store
    with store.whole():
        job = find(ats, "jobs", job_id)
        now = dict(job["custom_fields"] or {})
        for key, value in values.items():
            now[key] = _checked(store, key, value)
        now = {key: value for key, value in now.items() if value is not None}
        if now == (job["custom_fields"] or {}):
            return job
        job = store.change("jobs", job_id, custom_fields=now) or job
        ats.bell.ring("job_updated", bodies.job(store, job))
    return job


def _checked(store: Store, key: str, value: Any) -> Any:
    field = next(iter(store.rows("custom_fields", name_key=key, field_type="job", active=1)), None)
    if field is None:
        raise Unprocessable(f"custom field {key} does not exist", "custom_fields")
    if value is None or value == "":
        return None
    if field["value_type"] == "single_select":
        options = {o["id"] for o in store.rows("custom_field_options", custom_field_id=field["id"], active=1)}
        if not str(value).isdigit() or int(value) not in options:
            raise Unprocessable(f"{key}: value must be the id of one of its options", "custom_fields")
        return int(value)
    if field["value_type"] == "number":
        try:
            return float(value)
        except (TypeError, ValueError):
            raise Unprocessable(f"{key}: value must be a number", "custom_fields") from None
    if not isinstance(value, str):
        raise Unprocessable(f"{key}: value must be text", "custom_fields")
    if field["value_type"] == "short_text" and len(value) > 255:
        raise Unprocessable(f"{key}: is too long (maximum is 255 characters)", "custom_fields")
    return value


def managers(ats: Ats, job_id: int) -> list[int]:
    return [row["user_id"] for row in ats.store.rows("job_hiring_managers", job_id=job_id)]


def may_edit(ats: Ats, job_id: int, user: Row, key: str) -> bool:
    """Fields kept for managers are edited by the job's hiring managers alone; others by anyone signed in."""
    if key in ats.store.setting("manager_only", []):
        return user["id"] in managers(ats, job_id)
    field = next(iter(ats.store.rows("custom_fields", name_key=key)), None)
    return bool(field and not field["api_only"])


def edit_fields_as(ats: Ats, job_id: int, user_id: int, values: dict[str, Any]) -> Row:
    """Edit fields as a person does in the pages. Raises `NotAllowed` for a field that is not theirs to edit."""
    user = find(ats, "users", user_id)
    for key in values:
        if not may_edit(ats, job_id, user, key):
            raise NotAllowed(f"{user['name']} may not edit {key} on this requisition")
    return set_fields(ats, job_id, values)


def option_id(ats: Ats, key: str, text: str) -> int | None:
    """Find the option of a select that contains `text`, whatever the case; None for an empty text."""
    if not text:
        return None
    for field in ats.store.rows("custom_fields", name_key=key):
        for option in ats.store.rows("custom_field_options", custom_field_id=field["id"], active=1):
            if text.casefold() in option["name"].casefold():
                return int(option["id"])
    raise Unprocessable(f"{key} has no option like {text!r}", key)


def set_manager(ats: Ats, job_id: int, user_id: int | None) -> None:
    """Replace the hiring manager. Silent: the wire has no webhook for the team alone."""
    with ats.store.whole():
        find(ats, "jobs", job_id)
        if managers(ats, job_id) == ([user_id] if user_id else []):
            return
        ats.store.remove("job_hiring_managers", job_id=job_id)
        if user_id:
            find(ats, "users", user_id)
            ats.store.add("job_hiring_managers", job_id=job_id, user_id=user_id)


def create_post(ats: Ats, job_id: int, *, title: str, content: str, live: bool = False, language: str = "ja") -> Row:
    store = ats.store
    with store.whole():
        find(ats, "jobs", job_id)
        row = store.add(
            "job_posts",
            job_id=job_id,
            title=title,
            content=content,
            internal_content=None,
            live=live,
            active=True,
            internal=False,
            language=language,
            first_published_at=iso(store.now()) if live else None,
        )
        ats.bell.ring("job_post_created", bodies.job_post(row))
    return row


def change_post(ats: Ats, post_id: int, **changes: Any) -> Row:
    """Edit a post's title, content or live switch; publishing stamps its first publication."""
    store = ats.store
    with store.whole():
        row = find(ats, "job_posts", post_id)
        different = {key: value for key, value in changes.items() if row[key] != value}
        if not different:
            return row
        if different.get("live") and not row["first_published_at"]:
            different["first_published_at"] = iso(store.now())
        row = store.change("job_posts", post_id, **different) or row
        ats.bell.ring("job_post_updated", bodies.job_post(row))
    return row


def delete_job(ats: Ats, job_id: int) -> None:
    with ats.store.whole():
        job = find(ats, "jobs", job_id)
        body = {"job": {"id": job["id"], "name": job["name"], "requisition_id": job["requisition_id"]}}
        ats.store.remove("jobs", id=job_id)
        ats.store.remove("job_posts", job_id=job_id)
        ats.bell.ring("job_deleted", body)
