"""What happens to people: created, applied, moved, met, rejected, hired, merged, deleted."""

from __future__ import annotations

from typing import Any

from connectors.sandbox import bodies
from connectors.sandbox.jobs import Ats, Unprocessable, find
from connectors.sandbox.store import Row, iso

OPEN = "in_process"


def create_candidate(ats: Ats, *, id: int | None = None, **values: Any) -> Row:
    """Make a person. A second one with the same address is not refused: the wire does not refuse it either."""
    if not str(values.get("first_name") or "").strip() or not str(values.get("last_name") or "").strip():
        raise Unprocessable("first_name and last_name can't be blank", "first_name")
    tags = values.pop("tags", None) or []
    with ats.store.whole():
        row = ats.store.add("candidates", id=id, **{"private": False, "can_email": True, "custom_fields": {}} | values)
        for name in tags:
            apply_tag(ats, row["id"], find_or_make_tag(ats, name)["id"])
    return row


def next_candidate_id(ats: Ats) -> int:
    """Reserve an id for a person who will be created later, as an asynchronous creation does."""
    with ats.store.whole():
        row = ats.store.add("candidates", first_name="-", last_name="-")
        ats.store.remove("candidates", id=row["id"])
    return int(row["id"])


def change_candidate(ats: Ats, candidate_id: int, **changes: Any) -> Row:
    with ats.store.whole():
        find(ats, "candidates", candidate_id)
        row = ats.store.change("candidates", candidate_id, **changes)
        assert row is not None
        ats.bell.ring("update_candidate", {"candidate": bodies.candidate(ats.store, row)})
    return row


def _forget(ats: Ats, candidate_id: int) -> list[int]:
    applications = [row["id"] for row in ats.store.rows("applications", candidate_id=candidate_id)]
    ats.store.remove("candidates", id=candidate_id)
    for table in ("applications", "notes", "attachments", "applied_candidate_tags", "candidate_employments"):
        ats.store.remove(table, candidate_id=candidate_id)
    for application_id in applications:
        ats.store.remove("application_stages", application_id=application_id)
        ats.store.remove("interviews", application_id=application_id)
    return applications


def delete_candidate(ats: Ats, candidate_id: int) -> None:
    with ats.store.whole():
        row = find(ats, "candidates", candidate_id)
        ids = _forget(ats, candidate_id)
        person = {"id": row["id"], "application_ids": ids}
        ats.bell.ring("delete_candidate", {"person": person})


def anonymize_candidate(ats: Ats, candidate_id: int) -> None:
    """Empty a person's fields; the row stays."""
    with ats.store.whole():
        find(ats, "candidates", candidate_id)
        ats.store.change(
            "candidates",
            candidate_id,
            first_name="Anonymized",
            last_name="Candidate",
            company=None,
            title=None,
            email_addresses=[],
            phone_numbers=[],
        )
        fields = ["full_name", "emails", "phone_numbers", "current_company", "current_title"]
        ats.bell.ring("candidate_anonymized", {"candidate_id": candidate_id, "anonymized_fields": fields})


def merge_candidate(ats: Ats, candidate_id: int, into: int) -> None:
    """Move everything of one person to another and delete the first. Only the merge rings."""
    with ats.store.whole():
        row = find(ats, "candidates", candidate_id)
        stays = find(ats, "candidates", into)
        for table in ("applications", "notes", "attachments", "applied_candidate_tags", "candidate_employments"):
            for thing in ats.store.rows(table, candidate_id=candidate_id):
                ats.store.change(table, thing["id"], candidate_id=into)
        ats.store.remove("candidates", id=candidate_id)
        known = stays["email_addresses"] or []
        more = [one for one in row["email_addresses"] or [] if one["value"] not in {had["value"] for had in known}]
        ats.store.change("candidates", into, email_addresses=[*known, *more])
        ats.bell.ring(
            "merge_candidate",
            {"person": {"id": row["id"], "new_candidate_id": into}, "new_candidate_id": into},
        )


def find_or_make_tag(ats: Ats, name: str) -> Row:
    for row in ats.store.rows("candidate_tags", name=name):
        return row
    return ats.store.add("candidate_tags", name=name)


def apply_tag(ats: Ats, candidate_id: int, tag_id: int) -> Row:
    with ats.store.whole():
        for row in ats.store.rows("applied_candidate_tags", candidate_id=candidate_id, candidate_tag_id=tag_id):
            return row
        return ats.store.add("applied_candidate_tags", candidate_id=candidate_id, candidate_tag_id=tag_id)


def create_application(
    ats: Ats, *, candidate_id: int, job_id: int, stage_id: int | None = None, prospect: bool = False, **more: Any
) -> Row:
    """Put a person into a pipeline at `stage_id` (the first stage unless given), or beside it as a prospect."""
    store = ats.store
    with store.whole():
        find(ats, "candidates", candidate_id)
        find(ats, "jobs", job_id)
        stages = store.rows("job_interview_stages", job_id=job_id, active=1)
        if stage_id is not None and stage_id not in {stage["id"] for stage in stages}:
            raise Unprocessable("initial_stage_id is not a stage of this job", "initial_stage_id")
        now = iso(store.now())
        row = store.add(
            "applications",
            candidate_id=candidate_id,
            job_id=None if prospect else job_id,
            prospect=prospect,
            prospective_job_ids=[job_id] if prospect else [],
            status=OPEN,
            last_activity_at=now,
            **more,
        )
        if not prospect:
            _enter(ats, row["id"], stage_id or min(stages, key=lambda s: s["sort_order"])["id"])
        action = "new_prospect_application" if prospect else "new_candidate_application"
        ats.bell.ring(action, bodies.application(store, row))
    return row


def _enter(ats: Ats, application_id: int, stage_id: int) -> None:
    now = iso(ats.store.now())
    for row in ats.store.rows("application_stages", application_id=application_id, current=1):
        ats.store.change("application_stages", row["id"], current=False, exited_at=now)
    ats.store.add(
        "application_stages",
        application_id=application_id,
        job_interview_stage_id=stage_id,
        entered_at=now,
        current=True,
    )


def move(ats: Ats, application_id: int, to_stage_id: int, from_stage_id: int | None = None) -> Row:
    """Move an application. `from_stage_id` guards against moving what has moved meanwhile."""
    store = ats.store
    with store.whole():
        row = find(ats, "applications", application_id)
        stage = bodies.current_stage(store, application_id)
        if from_stage_id is not None and (stage is None or stage["id"] != from_stage_id):
            raise Unprocessable("from_stage_id is not the current stage", "from_stage_id")
        target = find(ats, "job_interview_stages", to_stage_id)
        if target["job_id"] != row["job_id"]:
            raise Unprocessable("to_stage_id is not a stage of this job", "to_stage_id")
        _enter(ats, application_id, to_stage_id)
        row = store.change("applications", application_id, last_activity_at=iso(store.now())) or row
        ats.bell.ring("candidate_stage_change", bodies.application(store, row))
    return row


def convert_prospect(ats: Ats, application_id: int, job_id: int, stage_id: int | None) -> Row:
    store = ats.store
    with store.whole():
        row = find(ats, "applications", application_id)
        if not row["prospect"]:
            raise Unprocessable("application is not a prospect", "id")
        stages = store.rows("job_interview_stages", job_id=job_id, active=1)
        row = store.change("applications", application_id, prospect=False, job_id=job_id, prospective_job_ids=[]) or row
        _enter(ats, application_id, stage_id or min(stages, key=lambda s: s["sort_order"])["id"])
        ats.bell.ring("application_updated", bodies.application(store, row))
    return row


def reject(ats: Ats, application_id: int, reason_id: int | None, by: int | None) -> Row:
    store = ats.store
    with store.whole():
        find(ats, "applications", application_id)
        reasons = store.rows("rejection_reasons")
        reason = find(ats, "rejection_reasons", reason_id) if reason_id else reasons[0]
        now = iso(store.now())
        store.remove("rejection_details", application_id=application_id)
        store.add(
            "rejection_details",
            application_id=application_id,
            rejection_reason_id=reason["id"],
            rejected_by_id=by,
            rejected_at=now,
        )
        row = store.change("applications", application_id, status="rejected", rejected_at=now, last_activity_at=now)
        assert row is not None
        ats.bell.ring("reject_candidate", bodies.application(store, row))
    return row


def hire(ats: Ats, application_id: int) -> Row:
    with ats.store.whole():
        find(ats, "applications", application_id)
        row = ats.store.change("applications", application_id, status="hired")
        assert row is not None
        ats.bell.ring("hire_candidate", bodies.application(ats.store, row))
    return row


def schedule_interview(
    ats: Ats,
    application_id: int,
    *,
    starts_at: str,
    ends_at: str | None = None,
    interviewer_ids: list[int] | None = None,
    name: str = "",
    organizer_id: int | None = None,
) -> Row:
    """Put a meeting in the calendar. Silent: the wire has no webhook for it."""
    store = ats.store
    with store.whole():
        row = find(ats, "applications", application_id)
        kinds = store.rows("job_interviews", job_id=row["job_id"]) if row["job_id"] else []
        kind = next((kind for kind in kinds if name and name in kind["name"]), kinds[0] if kinds else None)
        interview = store.add(
            "interviews",
            application_id=application_id,
            job_id=row["job_id"],
            job_interview_id=kind["id"] if kind else None,
            organizer_id=organizer_id,
            starts_at=starts_at,
            ends_at=ends_at,
            status="scheduled",
            scheduled_at=iso(store.now()),
        )
        for user_id in interviewer_ids or []:
            user = find(ats, "users", user_id)
            store.add(
                "interviewers",
                interview_id=interview["id"],
                user_id=user_id,
                email=user["primary_email"],
                response_status="accepted",
            )
    return interview


def change_interview(ats: Ats, interview_id: int, **changes: Any) -> Row:
    if changes.get("status", "scheduled") not in ("scheduled", "awaiting_feedback", "complete", "skipped"):
        raise Unprocessable("Must be one of: scheduled, awaiting_feedback, complete, skipped", "status")
    find(ats, "interviews", interview_id)
    row = ats.store.change("interviews", interview_id, **changes)
    assert row is not None
    return row


def cancel_interview(ats: Ats, interview_id: int) -> None:
    with ats.store.whole():
        find(ats, "interviews", interview_id)
        ats.store.remove("interviews", id=interview_id)
        ats.store.remove("interviewers", interview_id=interview_id)
        ats.bell.ring("interview_deleted", {"interview": {"id": interview_id}})
