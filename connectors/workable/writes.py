"""What is written into Workable about people. Each write looks for itself first, so that a second call changes nothing.

Workable has no idempotency key: a candidate is found by address and job, a comment by its visible reference, a file by the
comment that carries it.
"""

from __future__ import annotations

import base64
from pathlib import PurePath
from typing import Any

from connectors.base import ATSError
from connectors.records import Attachment, Entered, EntryKind, NewEntry
from connectors.refs import carries, carrying
from connectors.workable import translate
from connectors.workable.client import at
from connectors.workable.decisions import Decisions, comments
from connectors.workable.shapes import WorkableCandidate

# The stage a casual meeting belongs to, where the caller names none.
CASUAL_WORDS = ("カジュアル", "casual")
OURS = "kakuyaku"
"""The tag of candidates we made: one that still stands where Workable put it is moved on."""


class Writes(Decisions):
    """The writing side: entries, comments, tags, files, moves."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the candidate on the job; at most one with this address.

        Workable puts a new candidate among the sourced, and the move to a stage is a call of its own: one that was lost
        in between is made up for. Whoever stands on the job already, whatever became of them, is returned as they are.
        """
        self._require_job(entry.requisition_id)
        standing = self._standing(entry)
        stage = "" if entry.kind is EntryKind.PROSPECT else entry.stage_id or self._first_stage(entry)
        if standing is not None:
            if stage and standing.stage_kind == translate.SOURCED and not standing.disqualified:
                whole = self._require_candidate(standing.id)
                if OURS in whole.tags and whole.stage_kind == translate.SOURCED:
                    self._move_to(standing.id, stage)
            return Entered(standing.id, standing.id, found=True)
        person: dict[str, Any] = {
            "name": " ".join(part for part in (entry.first_name, entry.last_name) if part != "-"),
            "firstname": entry.first_name,
            "lastname": entry.last_name,
            "tags": [OURS],
        }
        headline = ", ".join(part for part in (entry.title, entry.company) if part)
        # Workable's sources are web domains and its own; ours has no place among them.
        given = {"email": entry.email, "phone": entry.phone, "headline": headline}
        person |= {key: value for key, value in given.items() if value}
        created = self._create(entry.requisition_id, person)
        if stage:
            self._move_to(created, stage)
        return Entered(created, created)

    def _standing(self, entry: NewEntry) -> WorkableCandidate | None:
        """The candidacy on this job, by address or as the candidate named: a live one before a finished one."""
        found = self._of_address(entry.email) if entry.email else []
        if entry.candidate_id and (named := self._candidate(entry.candidate_id)) is not None and not named.anonymized:
            found += self._of_address(named.email) if named.email else [named]
        here = [row for row in found if row.job is not None and row.job.shortcode == entry.requisition_id]
        return min(here, key=lambda row: (bool(row.disqualified), row.created_at), default=None)

    def _first_stage(self, entry: NewEntry) -> str:
        stages = self.stages(entry.requisition_id)
        if entry.kind is EntryKind.CASUAL:
            for stage in stages:
                if any(word in stage.name.casefold() for word in CASUAL_WORDS):
                    return stage.id
        return stages[0].id if stages else ""

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        self._require_candidate(candidate_id)
        for said in comments(self._activities(candidate_id)):
            if carries(said.text, ref):
                return said.note_id
        return self._comment(candidate_id, carrying(body, ref))

    def tag(self, candidate_id: str, tag: str) -> None:
        """Tag a candidate. The call replaces all tags, so those that are there are sent along.

        https://workable.readme.io/reference/update-candidate-tags
        """
        found = self._require_candidate(candidate_id)
        if tag.casefold() not in {there.casefold() for there in found.tags}:
            self.spi.write("PUT", at("candidates", candidate_id, "tags"), {"tags": [*found.tags, tag]})

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        """Attach a file to a comment that names it, unless one does: a comment is the one place that takes files."""
        path = PurePath(attachment.filename)
        filename = path.name if not ref or carries(path.stem, ref) else f"{path.stem}-{ref}{path.suffix}"
        for said in comments(self._activities(application_id)):
            if filename in said.text:
                return said.note_id
        data = base64.b64encode(attachment.content).decode("ascii")
        return self._comment(
            application_id, f"添付 / Attached: {filename}", attachment={"name": filename, "data": data}
        )

    def move(self, application_id: str, stage_id: str) -> None:
        """Move a candidate to a stage of their job; nothing when they are there already."""
        found = self._require_candidate(application_id)
        if found.job is None:
            raise ATSError(
                f"Workable's candidate {application_id} is on no job; put them on one by hand", permanent=True
            )
        names = {stage.slug: stage.name for stage in self._stages_of(found.job.shortcode)}
        if stage_id not in names:
            raise ATSError(f"Workable's job {found.job.shortcode} has no stage {stage_id}", permanent=True)
        if names[stage_id].casefold() != found.stage.casefold():
            self._move_to(application_id, stage_id)
