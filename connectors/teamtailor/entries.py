"""A yes on its way into a Teamtailor pipeline: the person once, their application once."""

from __future__ import annotations

from typing import Any

from connectors.base import ATSError
from connectors.records import Application, ApplicationStatus, Candidate, Entered, EntryKind, NewEntry
from connectors.teamtailor.shapes import TeamtailorCandidate
from connectors.teamtailor.writes import Writes

# The stage a casual meeting belongs to, where the caller names none.
CASUAL_WORDS = ("カジュアル", "casual")


class Entries(Writes):
    """Enter people into pipelines."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the person and their application on the job; at most one of each.

        A person is looked up by `candidate_id`, else by address. An application on the job that is already there is
        returned whatever its state. Everybody enters as sourced: they did not apply themselves.
        """
        person = self._known(entry)
        if person is not None:
            standing = self._standing_on(person.id, entry.requisition_id)
            if standing is not None:
                return Entered(person.id, standing.id, found=True)
        candidate_id = person.id if person is not None else self._create_person(entry)
        stage_id = entry.stage_id
        if not stage_id and entry.kind is EntryKind.CASUAL:
            stage_id = self._casual_stage(entry.requisition_id)
        return Entered(candidate_id, self._apply(candidate_id, entry.requisition_id, stage_id).id)

    def _known(self, entry: NewEntry) -> Candidate | None:
        if entry.candidate_id:
            person = self.candidate(entry.candidate_id)
            if person is not None:
                return person
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
        """Create the person. An address must be unique: one that was taken meanwhile is looked up again."""
        attributes: dict[str, Any] = {
            "first-name": entry.first_name,
            "last-name": entry.last_name,
            "sourced": True,
            **({"email": entry.email} if entry.email else {}),
            **({"phone": entry.phone} if entry.phone else {}),
        }
        try:
            return self.api.create(
                "candidates", TeamtailorCandidate, {"type": "candidates", "attributes": attributes}
            ).id
        except ATSError as problem:
            people = self.find_candidates(email=entry.email) if problem.status == 422 and entry.email else []
            if not people:
                raise
            return people[0].id

    def _casual_stage(self, requisition_id: str) -> str:
        for stage in self.stages(requisition_id):
            if any(word in stage.name.casefold() for word in CASUAL_WORDS):
                return stage.id
        return ""
