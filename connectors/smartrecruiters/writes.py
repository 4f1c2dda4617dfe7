"""What is written into SmartRecruiters. Each write looks for itself first, so that a second call changes nothing.

There is no idempotency key: our parts of the job's one note, and messages on people, carry their visible reference; a
person is found by address, a tag by name, a file by its name.
"""

from __future__ import annotations

from pathlib import PurePath

from connectors.base import ATSError
from connectors.records import ApprovalRequest, Attachment, HiringTeam, ShortlistPost
from connectors.refs import carries, carrying
from connectors.smartrecruiters import jobnote
from connectors.smartrecruiters.api import created, part
from connectors.smartrecruiters.decisions import Decisions
from connectors.smartrecruiters.reads import pair
from connectors.smartrecruiters.shapes import (
    SmartRecruitersAttachment,
    SmartRecruitersJobNote,
    SmartRecruitersMessage,
    SmartRecruitersTags,
)

LONGEST_MESSAGE = 10_000


class Writes(Decisions):
    """The writing side: the job's note, decisions, messages, tags, files, statuses."""

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Put the shortlist into the job's note and tell the manager with a mention; return the note's job.

        The mention is sent once, right after a note that was ours to write: a share can't be looked up, so that after a
        lost answer it may be missing, never twice.
        """
        job = self.job(requisition_id)
        note = self._note(job.id)
        if carries(jobnote.part(note, jobnote.SHORTLIST), post.ref):
            return job.id
        self._write_note(job.id, note, {jobnote.SHORTLIST: carrying(post.body, post.ref)})
        if (self.options.get("mention") or "yes") == "yes":
            self._mention(job.id, job.title, post)
        return job.id

    def _mention(self, job_id: str, title: str, post: ShortlistPost) -> None:
        """Tell the hiring manager where the shortlist stands. The note is what counts, so a refusal is passed over."""
        try:
            team: HiringTeam = self.hiring_team(job_id)
            manager = next((each for each in team.managers if each.active), None)
            if manager is None:
                return
            content = (
                f"@[USER:{manager.id}] {title}: 要件すり合わせ {post.calibration} を求人のメモに掲載しました。"
                f" / Shortlist {post.calibration} stands in the job's note. [{post.ref}]"
            )
            # https://developers.smartrecruiters.com/reference/messagessharescreate-1
            body = {"content": content, "correlationId": post.ref, "shareWith": {"users": [manager.id]}}
            self.api.create("messages/shares", body)
        except ATSError:
            return

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Reset the decision for `request.calibration` and say what is asked in the job's note.

        A decision set meanwhile is kept and nothing is written. Returns the calibration application's id where the
        decision is made on one. Between our re-read and our write an edit can be lost: there is no conditional write.
        """
        job = self.job(requisition_id)
        application, asked = self.ask(job, request)
        if asked:
            parts = {jobnote.MESSAGE: request.message, jobnote.LINK: request.url}
            self._write_note(job.id, self._note(job.id), parts)
        return application

    def post_message(self, requisition_id: str, message: str) -> None:
        job_id = self.job(requisition_id).id
        self._write_note(job_id, self._note(job_id), {jobnote.MESSAGE: message})

    def _note(self, job_id: str) -> str:
        found = self.api.one(f"jobs/{part(job_id)}/note", SmartRecruitersJobNote)
        return found.content if found else ""

    def _write_note(self, job_id: str, note: str, parts: dict[str, str]) -> None:
        wanted = note
        for name, body in parts.items():
            wanted = jobnote.with_part(wanted, name, body)
        if not jobnote.same(note, wanted):
            self.api.put(f"jobs/{part(job_id)}/note", {"content": wanted})

    # On people.

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        """Write a message on a person, seen by whoever may see the person. Looking needs an administrator's key."""
        for found in self.api.list("messages", SmartRecruitersMessage, candidateId=candidate_id):
            if carries(found.content, ref):
                return found.id or ref
        if self.candidate(candidate_id) is None:
            raise ATSError(
                f"SmartRecruiters shows no candidate {candidate_id}: deleted, or merged into another",
                status=404,
                permanent=True,
            )
        content = carrying(f"#[CANDIDATE:{candidate_id}] {_harmless(body)}", ref)
        if len(content) > LONGEST_MESSAGE:
            end = f"…\n\n[{ref}]"
            content = content[: LONGEST_MESSAGE - len(end)] + end
        answer = self.api.create("messages/shares", {"content": content, "shareWith": {"openNote": True}})
        return created(answer, "message")

    def tag(self, candidate_id: str, tag: str) -> None:
        path = f"candidates/{part(candidate_id)}/tags"
        standing = self.api.one(path, SmartRecruitersTags)
        if standing is None or tag.casefold() not in {each.casefold() for each in standing.tags}:
            # "It doesn't replace existing tags."
            self.api.create(path, {"tags": [tag]})

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        """Attach a file to an application unless one whose name carries `ref` is there."""
        candidate_id, job_id = pair(application_id)
        path = f"candidates/{part(candidate_id)}/jobs/{part(job_id)}/attachments"
        name = PurePath(attachment.filename)
        filename = name.name if not ref or carries(name.stem, ref) else f"{name.stem}-{ref}{name.suffix}"
        for found in self.api.list(path, SmartRecruitersAttachment):
            if found.name == filename:
                return found.id
        kind = "RESUME" if attachment.kind == "resume" else "GENERIC_FILE"
        file = (filename, attachment.content, attachment.media_type)
        return created(self.api.upload(path, {"attachmentType": kind}, file), "attachment")

    def move(self, application_id: str, stage_id: str) -> None:
        """Put an application to a status or step; nothing when it is there already.

        The customer's own rules may mail the candidate on a change of status.
        """
        self.set_status(*pair(application_id), stage_id)


def _harmless(body: str) -> str:
    # `@[USER:…]` mails a colleague, `#[CANDIDATE:…]` links a person: only our own marks may.
    return body.replace("@[", "@ [").replace("#[", "# [")
