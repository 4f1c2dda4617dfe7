"""What is written into Lever about people. Each write looks for itself first, so that a second call changes nothing.

Lever has no idempotency key: an opportunity is found by person and posting, a note by its visible reference, a file by its
name. Notes and tags belong to an opportunity; a person's go on the one `_place_for` names.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from connectors.base import ATSError
from connectors.lever import translate
from connectors.lever.client import at
from connectors.lever.decisions import Decisions, new_id
from connectors.lever.shapes import Created, LeverFile, LeverOpportunity
from connectors.records import Application, ApplicationStatus, Attachment, Candidate, Entered, EntryKind, NewEntry
from connectors.refs import carries, carrying

# The stage a casual meeting belongs to, where the caller names none.
CASUAL_WORDS = ("カジュアル", "casual")


class Writes(Decisions):
    """The writing side: entries, notes, tags, files, moves."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the person and their opportunity on the requisition; at most one of each.

        Lever makes a new opportunity each time it is asked, on the contact who has the address. So people are looked up
        first, by `candidate_id`, else by address; whoever stands on a posting of the requisition is returned whatever
        became of them.
        """
        requisition = self._require_requisition(entry.requisition_id)
        person = self._known(entry)
        if person is not None:
            standing = self._standing(person.id, requisition.id)
            if standing is not None:
                return Entered(person.id, standing.id, found=True)
        headline = ", ".join(part for part in (entry.title, entry.company) if part)
        # By the address Lever knows them by, the new opportunity joins the contact that is there.
        address = person.emails[0] if person is not None and person.emails else entry.email
        body: dict[str, Any] = {
            "name": translate.whole_name(entry.first_name, entry.last_name),
            "postings": [self._posting_for(requisition)],
            "stage": entry.stage_id or self._first_stage(entry),
            "origin": "sourced",
        }
        if address:
            body["emails"] = [address]
        if entry.phone:
            body["phones"] = [{"type": "mobile", "value": entry.phone}]
        if headline:
            body["headline"] = headline
        if entry.source:
            body["sources"] = [entry.source]
        data = self.lever.write("POST", "/opportunities", perform_as=self.perform_as, body=body)
        created = new_id(data, "opportunity")
        contact = Created.model_validate(data).contact
        if not contact:
            raise ATSError("Lever named no contact for the new opportunity", unknown=True)
        return Entered(contact, created)

    def _known(self, entry: NewEntry) -> Candidate | None:
        if entry.candidate_id and (person := self.candidate(entry.candidate_id)) is not None:
            return person
        # A known contact may have been merged away; the address still finds whom it was merged into.
        people = self.find_candidates(email=entry.email) if entry.email else []
        standing = (person for person in people if self._standing(person.id, entry.requisition_id))
        return next(standing, people[0] if people else None)

    def _standing(self, candidate_id: str, requisition_id: str) -> Application | None:
        """The opportunity on this requisition: a live one before a finished one, the oldest of each."""
        found = self.applications(candidate_id=candidate_id, requisition_id=requisition_id)
        return min(found, key=lambda one: one.status is not ApplicationStatus.ACTIVE, default=None)

    def _first_stage(self, entry: NewEntry) -> str:
        if entry.kind is EntryKind.PROSPECT:
            return "lead-new"
        if entry.kind is EntryKind.CASUAL:
            for stage in self.stages(entry.requisition_id):
                if any(word in stage.name.casefold() for word in CASUAL_WORDS):
                    return stage.id
        return translate.FIRST_STAGE

    def _place_for(self, candidate_id: str) -> tuple[LeverOpportunity, list[LeverOpportunity]]:
        """The opportunity a person's notes and tags go on, the newest that is open, and all of theirs."""
        found = sorted(self._opportunities(contact_id=candidate_id), key=lambda one: one.created_at, reverse=True)
        if not found:
            raise ATSError(
                f"Lever shows no opportunity of contact {candidate_id}: deleted, merged into another, or confidential",
                status=404,
                permanent=True,
            )
        return next((one for one in found if one.archived is None), found[0]), found

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        place, all_of_theirs = self._place_for(candidate_id)
        for one in all_of_theirs:
            for remark in self._notes(one.id):
                if carries(remark.text, ref):
                    return remark.note_id
        return self._write_note(place.id, carrying(body, ref))

    def tag(self, candidate_id: str, tag: str) -> None:
        place, _all = self._place_for(candidate_id)
        if tag.casefold() not in {there.casefold() for there in place.tags}:
            # https://hire.lever.co/developer/documentation#add-tags-to-opportunity
            path = at("opportunities", place.id, "addTags")
            self.lever.write("POST", path, perform_as=self.perform_as, body={"tags": [tag]})

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        """Attach a file unless one whose name carries `ref` is there.

        https://hire.lever.co/developer/documentation#upload-a-file
        """
        path = PurePath(attachment.filename)
        filename = path.name if not ref or carries(path.stem, ref) else f"{path.stem}-{ref}{path.suffix}"
        place = at("opportunities", application_id, "files")
        for found in self.lever.list(place, LeverFile):
            if found.name == filename:
                return found.id
        part = (filename, attachment.content, attachment.media_type)
        data = self.lever.write("POST", place, perform_as=self.perform_as, files={"file": part})
        return new_id(data, "file")

    def move(self, application_id: str, stage_id: str) -> None:
        """Move an opportunity to a stage, a lead into the pipeline; nothing when it is there already."""
        expand = {"expand": ["applications", "stage"]}
        found = self.lever.one(at("opportunities", application_id), LeverOpportunity, expand)
        if found is None:
            raise ATSError(f"Lever shows no opportunity {application_id}", status=404, permanent=True)
        self._move_to(found, stage_id)
