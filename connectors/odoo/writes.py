"""What is written into Odoo. Each write looks for itself first, so that a second call changes nothing.

JSON-2 has no idempotency key and each call is a transaction of its own, so a note carries its visible reference, an entry
is found by address and job, a tag by name, a file by name, an activity by the calibration in its title.
"""

from __future__ import annotations

import base64
import re
from html import escape, unescape
from pathlib import PurePath
from typing import Any

from connectors.base import ATSError
from connectors.odoo import fields
from connectors.odoo.fields import JobFields
from connectors.odoo.json2 import is_id, made
from connectors.odoo.people import People
from connectors.odoo.shapes import HrApplicant, HrApplicantCategory, IrAttachment, MailActivity, MailMessage
from connectors.records import ApprovalRequest, Attachment, Choice, Decision, Said, ShortlistPost
from connectors.refs import carries, carrying

HOW = Said(
    "To answer: mark this activity as done and write as feedback the line (75, approve 75), decline, or the letter of a"
    " specification. Recruitment officers may set the fields on the job's page “面接確約 / kakuyaku” instead.",
    "ご回答方法：この活動を「完了」にし、フィードバックに面接確約ラインを「75」「承認 75」のように、見送る場合は「見送り」、"
    "要件案を選ぶ場合は記号を「B案」のようにご記入ください。採用担当者の権限をお持ちの方は、求人の「面接確約 / kakuyaku」欄でも設定できます。",
)


class Writes(People):
    """The writing side: notes, our fields, the activity that asks, tags, files, moves."""

    def _job(self, requisition_id: str) -> JobFields:
        job = self.odoo.one(JobFields, requisition_id)
        if job is None:
            raise ATSError(
                f"Odoo shows no job {requisition_id}: it was deleted, or belongs to a company our user may not see",
                status=404,
                permanent=True,
            )
        return job

    def _set(self, job: JobFields, wanted: dict[str, Any]) -> None:
        """Write those of our fields that stand differently; write nothing when none does."""
        changes = {name: value or False for name, value in wanted.items() if not _same(getattr(job, name), value)}
        if changes:
            self.odoo.write("hr.job", job.id, changes)

    def _post(self, model: str, id: str, ref: str, body: str) -> str:
        """Log a note on a record unless one carrying `ref` is there; return its id."""
        domain = [["model", "=", model], ["res_id", "=", int(id)], ["body", "ilike", ref]]
        for found in self.odoo.all(MailMessage, domain):
            if carries(_plain(found.body), ref):
                return str(found.id)
        answer = self.odoo.call(
            model,
            "message_post",
            write=True,
            ids=[int(id)],
            body=_html(carrying(body, ref)),
            # A plain body would be shown in one line.
            body_is_html=True,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        return made(answer, "note")

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Log the note unless one carrying `post.ref` is there, and fill the shortlist field; return the note's id."""
        job = self._job(requisition_id)
        note_id = self._post("hr.job", requisition_id, post.ref, post.body)
        self._set(job, {fields.SHORTLIST: carrying(post.body, post.ref)})
        return note_id

    def post_message(self, requisition_id: str, message: str) -> None:
        self._set(self._job(requisition_id), {fields.MESSAGE: message})

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Ask for a decision on `request.calibration`: reset the fields, then schedule an activity for the manager.

        Reset and calibration id are one write, so that no earlier approval passes for one of this calibration; an
        activity carries its calibration in its title. What differs from `request.seen` was set meanwhile: then nothing
        at all is written. Between our read and our write an edit can be lost; Odoo has no conditional write.
        """
        job = self._job(requisition_id)
        activities = self.activities(job)
        stands = self.decision_on(job, activities)
        ours = {
            fields.PROPOSED: request.proposed_line,
            fields.MESSAGE: request.message,
            fields.LINK: request.url,
        }
        if stands.calibration == request.calibration:
            self._set(job, {name: value for name, value in ours.items() if name != fields.MESSAGE})
        else:
            decided = stands.choice is not Choice.PENDING
            if decided and request.seen is not None and _decided(stands) != _decided(request.seen):
                return ""
            self._set(
                job,
                {
                    fields.DECISION: "pending",
                    fields.LINE: "",
                    fields.MEETING: next((key for key, name in fields.MEETINGS.items() if name == request.meeting), ""),
                    fields.DAYS: request.days,
                    fields.SPECIFICATION: "",
                    fields.DECIDED_AT: None,
                    fields.CALIBRATION: request.calibration,
                    **ours,
                },
            )
        self._ask(job, activities, request)
        return ""

    def _ask(self, job: JobFields, activities: list[MailActivity], request: ApprovalRequest) -> None:
        """Schedule the manager's activity unless it is there, and take back open ones about earlier calibrations.

        Without a hiring manager on the job there is nobody to ask by activity; the fields remain.
        """
        mine = [one for one in activities if carries(one.summary, request.calibration)]
        for old in (one for one in activities if one.active and one not in mine):
            try:
                self.odoo.call("mail.activity", "unlink", write=True, ids=[old.id])
            except ATSError as problem:
                if problem.status != 404:  # somebody cancelled it meanwhile
                    raise
        managers = [one for one in self.hiring_team(str(job.id)).managers if one.active]
        if mine or not managers:
            return
        self.odoo.call(
            "hr.job",
            "activity_schedule",
            write=True,
            ids=[job.id],
            act_type_xmlid="mail.mail_activity_data_todo",
            summary=f"面接確約ライン / Interview line [{request.calibration}]",
            note=_html(f"{request.message}\n\n{request.url}\n\n{HOW.ja}\n\n{HOW}"),
            user_id=int(managers[0].id),
        )

    # People.

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        self._applicant(candidate_id)
        return self._post("hr.applicant", candidate_id, ref, body)

    def _applicant(self, id: str) -> HrApplicant:
        found = self.odoo.one(HrApplicant, id)
        if found is None:
            raise ATSError(f"Odoo shows no applicant {id}: deleted, or of another company", status=404, permanent=True)
        return found

    def tag(self, candidate_id: str, tag: str) -> None:
        """Tag an applicant; the tag is created where Odoo has none of that name, whatever its case."""
        person = self._applicant(candidate_id)
        tag_id = self._tag_id(tag)
        if tag_id is None:
            try:
                tag_id = int(self.odoo.create("hr.applicant.category", {"name": tag}))
            except ATSError as problem:
                # Names of tags are unique: somebody may have made it between our look and our write.
                tag_id = self._tag_id(tag) if problem.status == 422 else None
                if tag_id is None:
                    raise
        if tag_id not in person.categ_ids:
            # (4, id) links: https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html#odoo.fields.Command
            self.odoo.write("hr.applicant", person.id, {"categ_ids": [[4, tag_id]]})

    def _tag_id(self, tag: str) -> int | None:
        found = self.odoo.all(HrApplicantCategory, [["name", "=ilike", tag.replace("%", r"\%").replace("_", r"\_")]])
        return next((one.id for one in found if one.name.casefold() == tag.casefold()), None)

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        """Attach a file unless one of that name, which carries `ref`, is there."""
        filename = _named(attachment.filename, ref)
        domain = [["res_model", "=", "hr.applicant"], ["res_id", "=", int(application_id)], ["name", "=", filename]]
        for found in self.odoo.all(IrAttachment, domain):
            return str(found.id)
        self._applicant(application_id)
        return self.odoo.create(
            "ir.attachment",
            {
                "name": filename,
                "res_model": "hr.applicant",
                "res_id": int(application_id),
                "mimetype": attachment.media_type,
                "datas": base64.b64encode(attachment.content).decode("ascii"),
            },
        )

    def move(self, application_id: str, stage_id: str) -> None:
        """Move an applicant to a stage; nothing when they are there. A stage with a template mails them: see `check`."""
        person = self._applicant(application_id)
        if not is_id(stage_id):
            raise ATSError(f"{stage_id!r} is no stage of Odoo's", permanent=True)
        if person.stage_id != int(stage_id):
            self.odoo.write("hr.applicant", person.id, {"stage_id": int(stage_id)})


def _html(text: str) -> str:
    """Show plain text as it stands, its addresses as links."""
    lines = escape(text).replace("\r\n", "\n").replace("\n", "<br/>")
    return "<p>" + re.sub(r"https?://[^\s<]+", r'<a href="\g<0>">\g<0></a>', lines) + "</p>"


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


def _named(filename: str, ref: str) -> str:
    path = PurePath(filename)
    return path.name if not ref or carries(path.stem, ref) else f"{path.stem}-{ref}{path.suffix}"


def _same(stands: Any, wanted: Any) -> bool:
    """Compare as a person would: what is empty is empty, line ends and trailing blanks may change on the way."""
    if isinstance(stands, str) and isinstance(wanted, str):
        return stands.replace("\r\n", "\n").strip() == wanted.replace("\r\n", "\n").strip()
    return (stands or None) == (wanted or None)


def _decided(decision: Decision) -> tuple[Any, ...]:
    return (decision.calibration, decision.choice, decision.line, decision.meeting, decision.days)
