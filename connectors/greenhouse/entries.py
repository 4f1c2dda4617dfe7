"""A yes on its way into a Greenhouse pipeline: the person once, their place in the pipeline once."""

from __future__ import annotations

from typing import Any

from connectors.base import ATSError
from connectors.greenhouse.shapes import GreenhouseSource
from connectors.greenhouse.writes import Writes, created
from connectors.records import Application, ApplicationStatus, Candidate, Entered, EntryKind, NewEntry

# The stage a casual meeting belongs to, where the caller names none.
CASUAL_WORDS = ("カジュアル", "casual")


class Entries(Writes):
    """Enter people into pipelines."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the person and their application or prospect on the job; at most one of each.

        A person is looked up by `candidate_id`, else by address. An application on the job that is already there is
        returned whatever its state (`applications` shows it). Raises `ATSError(unknown=True)` when Greenhouse creates
        the person asynchronously: call again after a while, the look will find them.
        """
        person = self._known(entry)
        if person is None:
            candidate_id, application_id = self._create_person(entry)
            if application_id:
                return Entered(candidate_id, application_id)
        else:
            candidate_id = person.id
            standing = self._standing(person.id, entry.requisition_id)
            if standing is not None:
                return Entered(person.id, standing.id, found=True)
        body = {"candidate_id": int(candidate_id), **self._place(entry)}
        return Entered(candidate_id, created(self.harvest.create("applications", body), "application"))

    def _known(self, entry: NewEntry) -> Candidate | None:
        if entry.candidate_id:
            person = self.candidate(entry.candidate_id)
            if person is not None:
                return person
        # A known id may have been merged away; the address still finds whom it was merged into.
        people = self.find_candidates(email=entry.email) if entry.email else []
        for person in people:
            if self._standing(person.id, entry.requisition_id):
                return person
        return people[0] if people else None

    def _standing(self, candidate_id: str, requisition_id: str) -> Application | None:
        """The entry on this job: a live one before a finished one, the oldest of each."""
        found = self.applications(candidate_id=candidate_id, requisition_id=requisition_id)
        return min(found, key=lambda one: one.status is not ApplicationStatus.ACTIVE, default=None)

    def _create_person(self, entry: NewEntry) -> tuple[str, str]:
        """Create the person; return their id, and their application's where Greenhouse insisted on one."""
        body: dict[str, Any] = {"first_name": entry.first_name, "last_name": entry.last_name}
        if entry.company:
            body["company"] = entry.company
        if entry.title:
            body["title"] = entry.title
        if entry.email:
            body["email_addresses"] = [{"value": entry.email, "type": "personal"}]
        if entry.phone:
            body["phone_numbers"] = [{"value": entry.phone, "type": "mobile"}]
        try:
            answer = self.harvest.create("candidates", body)
        except ATSError as problem:
            # Whether a person without an application may be created is not documented alike everywhere.
            wants_application = problem.status == 422 and "application" in str(problem)
            if not wants_application or entry.kind is EntryKind.PROSPECT:
                raise
            answer = self.harvest.create("candidates", {**body, "application": self._place(entry)})
        if not isinstance(answer, dict):
            raise ATSError("Greenhouse gave no id for the new candidate", unknown=True)
        # Answered as `{candidate, application}`, as the candidate itself, or as `{message}` while it is processed.
        inner = answer.get("candidate")
        person = created(inner if isinstance(inner, dict) else answer, "candidate")
        application = answer.get("application")
        return person, created(application, "application") if isinstance(application, dict) else ""

    def _place(self, entry: NewEntry) -> dict[str, Any]:
        """Say where in the job the person enters."""
        job_id = int(entry.requisition_id)
        body: dict[str, Any] = {}
        if entry.kind is EntryKind.PROSPECT:
            body |= {"prospect": True, "prospective_job_ids": [job_id]}
        else:
            body["job_id"] = job_id
            stage_id = entry.stage_id
            if not stage_id and entry.kind is EntryKind.CASUAL:
                stage_id = self._casual_stage(entry.requisition_id)
            if stage_id:
                body["initial_stage_id"] = int(stage_id)
        source_id = self._source(entry.source) if entry.source else None
        if source_id is not None:
            body["source_id"] = source_id
        return body

    def _casual_stage(self, requisition_id: str) -> str:
        for stage in self.stages(requisition_id):
            if any(word in stage.name.casefold() for word in CASUAL_WORDS):
                return stage.id
        return ""

    def _source(self, name: str) -> int | None:
        """Find a source by name. Sources cannot be created by API; an unknown one is left out."""
        for source in self.harvest.list("sources", GreenhouseSource):
            if source.name.casefold() == name.casefold():
                return source.id
        return None
