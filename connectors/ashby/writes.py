"""What else is written into Ashby. Each write looks for itself first, so that a second call changes nothing.

Ashby has no idempotency key: a note carries its visible reference, an entry is found by person and job, a tag by its
title, a file by its name. After a lost answer the caller waits and calls again; the look decides.
"""

from __future__ import annotations

from pathlib import PurePath

from connectors.ashby.approval import Approvals
from connectors.ashby.shapes import AshbyApplication, AshbyCandidate, AshbyUpload
from connectors.base import ATSError
from connectors.records import Attachment
from connectors.refs import carries


class Writes(Approvals):
    """Notes, tags, files, moves."""

    def _require_person(self, candidate_id: str) -> AshbyCandidate:
        person = self._person(candidate_id)
        if person is None:
            raise ATSError(
                f"Ashby shows no candidate {candidate_id}: deleted, or merged into another", status=404, permanent=True
            )
        return person

    def _require_application(self, application_id: str) -> AshbyApplication:
        application = self._application(application_id)
        if application is None:
            raise ATSError(f"Ashby shows no application {application_id}", status=404, permanent=True)
        return application

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        self._require_person(candidate_id)
        return self._note_on(candidate_id, ref, body).id

    def tag(self, candidate_id: str, tag: str) -> None:
        self._tag(self._require_person(candidate_id), tag)

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        """Attach a file to the applicant unless one whose name carries `ref` is there. Ashby's files are a person's.

        https://developers.ashbyhq.com/reference/filecreatefileuploadhandle: the bytes go to a storage address that is
        good for ten minutes and takes no key.
        """
        person = self._require_person(self._require_application(application_id).candidate.id)
        filename = _named(attachment.filename, ref)
        for found in (*person.file_handles, *([person.resume_file_handle] if person.resume_file_handle else [])):
            if found.name == filename:
                return found.id
        is_resume = attachment.kind == "resume"
        asked = {
            "fileUploadContext": "CandidateResume" if is_resume else "CandidateFiles",
            "filename": filename,
            "contentType": attachment.media_type,
            "contentLength": len(attachment.content),
        }
        upload = self.rpc.one("file.createFileUploadHandle", AshbyUpload, asked, write=True)
        self.rpc.session.send(
            "POST",
            upload.url,
            form=upload.fields,
            files={"file": (filename, attachment.content, attachment.media_type)},
        )
        verb, key = ("candidate.uploadResume", "resumeHandle") if is_resume else ("candidate.uploadFile", "fileHandle")
        body = {"candidateId": person.id, key: upload.handle}
        after = self.rpc.one(verb, AshbyCandidate, body, write=True)
        handles = [*after.file_handles, *([after.resume_file_handle] if after.resume_file_handle else [])]
        return next((found.id for found in handles if found.name == filename), "")

    def move(self, application_id: str, stage_id: str) -> None:
        """Move an application to a stage of its job's plan; nothing when it is there already.

        A stage that archives or hires is refused: that is never done by us (R9). Activities the customer set on a stage
        may start by themselves.
        """
        application = self._require_application(application_id)
        current = application.current_interview_stage
        if current is not None and current.id == stage_id:
            return
        job = self._require_job(application.job.id)
        if stage_id not in {stage.id for stage in self._stages(job)}:
            raise ATSError(
                f"{stage_id} is no stage of the Ashby job's interview plan that we may move an application to",
                permanent=True,
            )
        body = {"applicationId": application_id, "interviewStageId": stage_id}
        self.rpc.call("application.changeStage", body, write=True)


def _named(filename: str, ref: str) -> str:
    path = PurePath(filename)
    return path.name if not ref or carries(path.stem, ref) else f"{path.stem}-{ref}{path.suffix}"
