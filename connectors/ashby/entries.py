"""A yes on its way into an Ashby pipeline: the person once, their application once."""

from __future__ import annotations

from typing import Any

from connectors.ashby import translate
from connectors.ashby.shapes import AshbyApplication, AshbyCandidate, AshbyNamed
from connectors.ashby.writes import Writes
from connectors.records import Application, ApplicationStatus, Candidate, Entered, EntryKind, NewEntry

# The stage a casual meeting belongs to, where the caller names none.
CASUAL_WORDS = ("カジュアル", "casual")
FIRST_SCREEN = "FirstPreInterviewScreen"
"""Ashby's own name for the first stage that is no lead's."""


class Entries(Writes):
    """Enter people into pipelines."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the person and their application on the job; at most one of each.

        A person is looked up by `candidate_id`, else by address (Ashby itself creates the same address twice). An
        application on the job that is already there is returned whatever its state. A prospect becomes a lead.
        """
        person = self._known(entry)
        if person is not None:
            standing = self._standing_on(person.id, entry.requisition_id)
            if standing is not None:
                return Entered(person.id, standing.id, found=True)
        candidate_id = person.id if person is not None else self._create_person(entry)
        body = {"candidateId": candidate_id, "jobId": entry.requisition_id, **self._place(entry)}
        made = self.rpc.one("application.create", AshbyApplication, body, write=True)
        return Entered(candidate_id, made.id)

    def _known(self, entry: NewEntry) -> Candidate | None:
        if entry.candidate_id:
            person = self.candidate(entry.candidate_id)
            if person is not None:
                return person
        # A known id may have been merged away; the address still finds whom it was merged into.
        people = self.find_candidates(email=entry.email) if entry.email else []
        for person in people:
            if self._standing_on(person.id, entry.requisition_id):
                return person
        return people[0] if people else None

    def _standing_on(self, candidate_id: str, requisition_id: str) -> Application | None:
        """The application on this job: a live one before a finished one, the oldest of each."""
        found = self.applications(candidate_id=candidate_id, requisition_id=requisition_id)
        return min(found, key=lambda one: one.status is not ApplicationStatus.ACTIVE, default=None)

    def _create_person(self, entry: NewEntry) -> str:
        body: dict[str, Any] = {"name": translate.joined_name(entry.first_name, entry.last_name)}
        if entry.email:
            body["email"] = entry.email
        if entry.phone:
            body["phoneNumber"] = entry.phone
        source_id = self._source(entry.source)
        if source_id:
            body["sourceId"] = source_id
        return self.rpc.one("candidate.create", AshbyCandidate, body, write=True).id

    def _place(self, entry: NewEntry) -> dict[str, str]:
        """Say where in the job the person enters. Without a stage Ashby takes the first of its leads."""
        body: dict[str, str] = {}
        stage_id = entry.stage_id
        if entry.kind is not EntryKind.PROSPECT:
            if not stage_id and entry.kind is EntryKind.CASUAL:
                stage_id = self._casual_stage(entry.requisition_id)
            stage_id = stage_id or FIRST_SCREEN
        if stage_id:
            body["interviewStageId"] = stage_id
        source_id = self._source(entry.source)
        if source_id:
            body["sourceId"] = source_id
        return body

    def _casual_stage(self, requisition_id: str) -> str:
        for stage in self.stages(requisition_id):
            if any(word in stage.name.casefold() for word in CASUAL_WORDS):
                return stage.id
        return ""

    def _source(self, name: str) -> str:
        """Find a source by name; an unknown one is left out, sources are the administrators' to make."""
        if not name:
            return ""
        for source in self.rpc.unpaged("source.list", AshbyNamed):
            if source.title.casefold() == name.casefold():
                return source.id
        return ""
