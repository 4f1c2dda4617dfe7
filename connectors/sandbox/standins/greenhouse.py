"""Greenhouse's stand-in is the sandbox; this lets it be asked what every other one is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.sandbox import admin, jobs, people, seed
from connectors.sandbox.kit.standin import EntryThere, There
from connectors.sandbox.kit.world import Colleague
from connectors.sandbox.server import Sandbox
from connectors.sandbox.webhooks import ACTIONS

CHOICES = {"Approve": "approve", "Decline": "decline", "Pending": "pending"}


class GreenhouseStandIn:
    """The sandbox ATS with a person's hands. `sandbox`: one that runs already; `ours`: to be closed with this."""

    name: ClassVar[str] = "greenhouse"
    title: ClassVar[str] = "Greenhouse"
    can_decide: ClassVar[bool] = True
    rings_at_all: ClassVar[bool] = True
    signs_the_time: ClassVar[bool] = False
    tells_deletions: ClassVar[bool] = True
    confidential_jobs: ClassVar[bool] = True
    # Jobs, then those whose post or hiring manager moved (which are known by then); candidates.
    lists: ClassVar[tuple[tuple[str, int], ...]] = (*(("requisitions", 500),) * 3, ("people", 500))

    def __init__(
        self,
        *,
        now: Callable[[], datetime] | None = None,
        retry_after: Sequence[float] = (0.05, 0.1, 0.2, 0.4),
        sandbox: Sandbox | None = None,
        ours: bool = False,
    ) -> None:
        self._folder = None if sandbox else tempfile.TemporaryDirectory(prefix="kakuyaku-sandbox-")
        self.sandbox = sandbox or Sandbox(str(self._folder and self._folder.name), now=now, retry_after=retry_after)
        self._ours = ours or sandbox is None
        if sandbox is None:
            self.sandbox.start()
        self.url = self.sandbox.url
        self._ats = self.sandbox.ats
        self.manager = self._colleague(seed.MANAGER, "manager")
        self.recruiter = self._colleague(seed.RECRUITER, "recruiter")
        self.other_manager = self._colleague(seed.OTHER_MANAGER, "manager")

    def _colleague(self, id: int, role: str) -> Colleague:
        row = self.sandbox.store.get("users", id)
        assert row is not None
        return Colleague(str(id), f"{row['last_name']} {row['first_name']}", row["primary_email"], role)

    def connection(self) -> dict[str, dict[str, str]]:
        return self.sandbox.connection()

    def point_webhooks(self, url: str, secret: str) -> None:
        for action in ACTIONS:
            self._ats.bell.add_webhook(url, secret, action)

    def create_requisition(
        self,
        *,
        title: str,
        description: str = "",
        status: str = "open",
        confidential: bool = False,
        fields: Mapping[str, Any] | None = None,
    ) -> str:
        job, _ = jobs.create_job(self._ats, name=title, post=description, status=status, confidential=confidential)
        if fields:
            jobs.set_fields(self._ats, job["id"], dict(fields))
        return str(job["id"])

    def edit_requisition(self, requisition_id: str, *, title: str = "", description: str = "") -> None:
        with self.sandbox.store.whole():
            posts = self.sandbox.store.rows("job_posts", job_id=int(requisition_id))
            if description and posts:
                jobs.change_post(self._ats, posts[-1]["id"], content=description)
            elif description:
                name = jobs.find(self._ats, "jobs", int(requisition_id))["name"]
                jobs.create_post(self._ats, int(requisition_id), title=name, content=description)
            if title:
                jobs.change_job(self._ats, int(requisition_id), name=title)

    def close_requisition(self, requisition_id: str) -> None:
        jobs.change_job(self._ats, int(requisition_id), status="closed")

    def reopen_requisition(self, requisition_id: str) -> None:
        jobs.change_job(self._ats, int(requisition_id), status="open")

    def delete_requisition(self, requisition_id: str) -> None:
        jobs.delete_job(self._ats, int(requisition_id))

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        given = {"choice": choice, "line": line, **({"days": days} if days else {})}
        admin.decide(self._ats, int(requisition_id), int(by or self.manager.id), given)

    def add_person(self, first_name: str, last_name: str, email: str, **more: Any) -> str:
        address = [{"value": email, "type": "personal"}]
        row = people.create_candidate(
            self._ats, first_name=first_name, last_name=last_name, email_addresses=address, **more
        )
        return str(row["id"])

    def merge_people(self, old: str, into: str) -> None:
        people.merge_candidate(self._ats, int(old), int(into))

    def delete_person(self, person_id: str) -> None:
        people.delete_candidate(self._ats, int(person_id))

    def plan_interview(self, application_id: str, starts_at: datetime, *, by: str = "", name: str = "面接") -> str:
        made = people.schedule_interview(
            self._ats,
            int(application_id),
            starts_at=starts_at.isoformat(),
            ends_at=(starts_at + timedelta(hours=1)).isoformat(),
            interviewer_ids=[int(by or self.manager.id)],
            name=name,
        )
        return str(made["id"])

    def set_interview(self, interview_id: str, status: str) -> None:
        if status == "cancelled":
            people.cancel_interview(self._ats, int(interview_id))
        else:
            people.change_interview(self._ats, int(interview_id), status=status)

    def there(self, requisition_id: str) -> There:
        whole = admin.requisition_whole(self._ats, int(requisition_id))
        fields = {key: str(value or "") for key, value in whole["fields"].items()}
        entries = tuple(self._entry(one) for one in whole["entries"])
        return There(
            notes=(*(str(note["body"]) for note in whole["job_notes"]), fields.get("kakuyaku_message", "")),
            asked=fields.get("kakuyaku_calibration", ""),
            choice=CHOICES.get(fields.get("kakuyaku_decision", "").split(" ")[0], ""),
            line=fields.get("kakuyaku_line", ""),
            entries=entries,
        )

    def _entry(self, one: dict[str, Any]) -> EntryThere:
        person = one["candidate"] or {}
        return EntryThere(
            application_id=str(one["id"]),
            person_id=str(one["candidate_id"]),
            stage=str(one.get("stage_name") or ""),
            status=str(one["status"]),
            emails=tuple(address["value"] for address in person.get("email_addresses", ())),
            notes=tuple(str(note["body"]) for note in one["notes"]),
            tags=tuple(self._tags(int(one["candidate_id"]))),
            files=tuple(str(file["filename"]) for file in one["attachments"]),
        )

    def _tags(self, candidate_id: int) -> list[str]:
        store = self.sandbox.store
        names = {row["id"]: row["name"] for row in store.rows("candidate_tags")}
        applied = store.rows("applied_candidate_tags", candidate_id=candidate_id)
        return [names[row["candidate_tag_id"]] for row in applied if row["candidate_tag_id"] in names]

    def writes(self) -> dict[str, int]:
        return self.sandbox.writes()

    def misbehave(self, kind: str, **how: Any) -> None:
        self.sandbox.misbehave(kind, **how)

    def behave(self) -> None:
        self.sandbox.behave()

    def close(self) -> None:
        if self._ours:
            self.sandbox.close()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> GreenhouseStandIn:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()
