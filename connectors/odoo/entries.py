"""A yes on its way into Odoo's pipeline: one applicant a person and job, whatever their state."""

from __future__ import annotations

from typing import Any

from connectors.base import ATSError
from connectors.odoo.json2 import is_id
from connectors.odoo.people import joined
from connectors.odoo.shapes import HrApplicant, UtmSource
from connectors.odoo.writes import Writes
from connectors.records import Entered, EntryKind, NewEntry

# The stage a casual meeting belongs to, where the caller names none.
CASUAL_WORDS = ("カジュアル", "casual")
QUIET = {"mail_notrack": True}
"""Keeps Odoo from mailing its acknowledgement of an application, which a yes to a scout is not."""


class Entries(Writes):
    """Enter people into pipelines."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the applicant on the job; at most one, ever.

        Looked for by `candidate_id` and by address, archived and refused ones as well. Somebody known without a job (a
        spontaneous application) is put on this one; known on another job, they get an applicant of their own here, as
        Odoo has it.
        """
        known = self._known(entry)
        here = [one for one in known if str(one.job_id) == entry.requisition_id]
        if here:
            standing = min(here, key=lambda one: (not one.active, one.id))
            return Entered(str(standing.id), str(standing.id), found=True)
        free = next((one for one in known if one.job_id is None and one.active and not one.talent_pool_ids), None)
        place = self._place(entry)
        if free is not None:
            self.odoo.call("hr.applicant", "write", write=True, ids=[free.id], vals=place, context=QUIET)
            return Entered(str(free.id), str(free.id))
        values: dict[str, Any] = {"partner_name": joined(entry.first_name, entry.last_name), **place}
        if entry.email:
            values["email_from"] = entry.email
        if entry.phone:
            values["partner_phone"] = entry.phone
        source = self._source(entry.source)
        if source is not None:
            values["source_id"] = source
        id = self.odoo.create("hr.applicant", values, context=QUIET)
        return Entered(id, id)

    def _known(self, entry: NewEntry) -> list[HrApplicant]:
        """Every applicant that is this person, by id or address, talents of a pool included."""
        found = {one.id: one for one in self.same_address(entry.email)} if entry.email else {}
        if is_id(entry.candidate_id) and int(entry.candidate_id) not in found:
            named = self.odoo.one(HrApplicant, entry.candidate_id)
            if named is not None:
                # Their address may be another one: everybody under it is the same person.
                found |= {one.id: one for one in (named, *self.same_address(named.email_normalized))}
        return [found[id] for id in sorted(found)]

    def _place(self, entry: NewEntry) -> dict[str, Any]:
        if not is_id(entry.requisition_id) or self.requisition(entry.requisition_id) is None:
            raise ATSError(f"Odoo shows no job {entry.requisition_id}", status=404, permanent=True)
        stages = self._stages(entry.requisition_id)
        wanted = next((one for one in stages if str(one.id) == entry.stage_id), None)
        if entry.stage_id and wanted is None:
            raise ATSError(f"job {entry.requisition_id} has no stage {entry.stage_id}", permanent=True)
        if wanted is None and entry.kind is EntryKind.CASUAL:
            wanted = next((one for one in stages if any(word in one.name.casefold() for word in CASUAL_WORDS)), None)
        wanted = wanted or next(iter(stages), None)
        stage = {"stage_id": wanted.id} if wanted else {}
        return {"job_id": int(entry.requisition_id), **stage}

    def _source(self, name: str) -> int | None:
        """The marketing source of this name, made where our user may; an entry is not lost for want of one."""
        if not name:
            return None
        found = next((one for one in self.odoo.all(UtmSource, [["name", "=", name]])), None)
        if found is not None:
            return found.id
        try:
            return int(self.odoo.create("utm.source", {"name": name}))
        except ATSError as problem:
            if problem.status != 403:
                raise
            return None
