"""A yes on its way into a SmartRecruiters pipeline: the person once, their application to the job once.

https://developers.smartrecruiters.com/reference/candidatesaddtojob-1. Which status a new application starts in, and
that a known address joins the person who has it, are not documented: the first is read and set, the second answered by
whichever person the vendor names.
"""

from __future__ import annotations

from typing import Any

from connectors.base import ATSError
from connectors.records import Application, ApplicationStatus, Entered, EntryKind, NewEntry
from connectors.smartrecruiters.api import created, part
from connectors.smartrecruiters.door import application_id
from connectors.smartrecruiters.shapes import SmartRecruitersCandidate
from connectors.smartrecruiters.translate import PROSPECT
from connectors.smartrecruiters.writes import Writes

CASUAL_WORDS = ("カジュアル", "casual")


class Entries(Writes):
    """Enter people into pipelines."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the person and their application to the job; at most one of each.

        An application that is already there is returned as it stands, unless it is one of ours that a lost answer left
        without its status: those carry our reference as a tag of the person.
        """
        person = self._known(entry)
        standing = self._standing(person, entry.requisition_id) if person else None
        if person is not None and standing is not None:
            if entry.ref and entry.ref in person.tags and standing.stage in ("NEW", PROSPECT):
                self.set_status(person.id, entry.requisition_id, self._place(entry))
            return Entered(person.id, standing.id, found=True)
        body = self._body(entry, person)
        # https://developers.smartrecruiters.com/reference/candidatesaddtojob-1
        try:
            answer = self.api.create(f"jobs/{part(entry.requisition_id)}/candidates", body)
        except ATSError as problem:
            known = self._known_by_another_address(entry) if problem.status == 409 else None
            if known is None:
                raise
            return Entered(known, application_id(known, entry.requisition_id), found=True)
        candidate_id = created(answer, "candidate")
        self.set_status(candidate_id, entry.requisition_id, self._place(entry))
        return Entered(candidate_id, application_id(candidate_id, entry.requisition_id))

    def _known(self, entry: NewEntry) -> SmartRecruitersCandidate | None:
        if entry.candidate_id:
            person = self.person(entry.candidate_id)
            if person is not None:
                return person
        # A known id may be gone (deleted, merged); the address still finds whoever has it now.
        people = self.find_candidates(email=entry.email) if entry.email else []
        found = [person for person in (self.person(each.id) for each in people) if person is not None]
        there = (each for each in found if self._standing(each, entry.requisition_id))
        return next(there, found[0] if found else None)

    def _known_by_another_address(self, entry: NewEntry) -> str | None:
        """Who is on the job although nobody shows this address: a merged person shows one of several.

        SmartRecruiters refused the address as being on the job; if its search by that address finds one person there,
        it is they. Two are nobody's guess.
        """
        shown = self.api.list(
            "candidates", SmartRecruitersCandidate, jobId=entry.requisition_id, q=f'"{entry.email.strip()}"'
        )
        found = [each.id for each in shown if not self.is_calibration(each)]
        return found[0] if len(found) == 1 else None

    def _standing(self, person: SmartRecruitersCandidate, requisition_id: str) -> Application | None:
        found = self.applications(candidate_id=person.id, requisition_id=requisition_id)
        return min(found, key=lambda one: one.status is not ApplicationStatus.ACTIVE, default=None)

    def _body(self, entry: NewEntry, person: SmartRecruitersCandidate | None) -> dict[str, Any]:
        """The person as the vendor takes them; for a known one the address it knows, so that they are joined."""
        body: dict[str, Any] = {
            "firstName": person.firstName if person else entry.first_name,
            "lastName": person.lastName if person else entry.last_name,
            "email": (person.email if person else "") or entry.email,
            "tags": [entry.ref] if entry.ref else [],
        }
        if entry.phone:
            body["phoneNumber"] = entry.phone
        if (entry.company or entry.title) and person is None:
            body["experience"] = [{"title": entry.title or "-", "company": entry.company or "-", "current": True}]
        source = self._source()
        return {**body, **({"sourceDetails": source} if source else {})}

    def _source(self) -> dict[str, str]:
        """The account's own source, by id from /configuration/sources; without one the vendor notes "API"."""
        given = {
            "sourceTypeId": self.options.get("source_type_id", ""),
            "sourceSubTypeId": self.options.get("source_sub_type_id", ""),
            "sourceId": self.options.get("source_id", ""),
        }
        return {name: id for name, id in given.items() if id} if given["sourceTypeId"] else {}

    def _place(self, entry: NewEntry) -> str:
        """The status (or step) an entry starts in."""
        if entry.kind is EntryKind.PROSPECT:
            return PROSPECT
        if entry.stage_id:
            return entry.stage_id
        if entry.kind is EntryKind.CASUAL:
            stages = self.stages(entry.requisition_id)
            casual = (each.id for each in stages if any(word in each.name.casefold() for word in CASUAL_WORDS))
            return next(casual, "IN_REVIEW")
        return "NEW"
