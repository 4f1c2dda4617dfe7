"""Past candidates: people Workable has known for a while, with their experience and résumés, page by page."""

from __future__ import annotations

from datetime import datetime

from connectors.base import ATSError
from connectors.records import Employment, PastCandidate, PastPage, ResumeFile
from connectors.workable import translate
from connectors.workable.client import moment
from connectors.workable.setup import SetUp
from connectors.workable.shapes import WorkableCandidate

LARGEST_RESUME = 20_000_000


class Past(SetUp):
    """The reading of people for the profile store."""

    def past_candidates(self, since: datetime | None, cursor: str = "") -> PastPage:
        """A page of candidates. What they did and their résumé stand on each alone: one call a person."""
        filters = {"updated_after": moment(since)} if since else {}
        rows, following = self.spi.page("/candidates", "candidates", WorkableCandidate, cursor, filters)
        whole = (self._candidate(row.id) for row in rows if not self._is_calibration(row) and not row.anonymized)
        return PastPage(tuple(_past(one) for one in whole if one is not None), following)

    def resume(self, file: ResumeFile) -> bytes:
        """Fetch a résumé from the signed address Workable named, which needs no token and gets none."""
        try:
            return self.spi.session.download(file.url, largest=LARGEST_RESUME)
        except ValueError as problem:
            raise ATSError("Workable named an address for a résumé that is none", permanent=True) from problem


def _past(one: WorkableCandidate) -> PastCandidate:
    metadata = one.resume_metadata
    resumes: tuple[ResumeFile, ...] = ()
    if one.resume_url:
        named = metadata.filename if metadata and metadata.filename else "resume.pdf"
        resumes = (ResumeFile(one.id, named, one.resume_url, metadata.updated_at if metadata else None),)
    return PastCandidate(
        candidate=translate.candidate(one),
        applied_at=None if one.sourced else one.created_at,
        last_activity_at=one.updated_at,
        employments=tuple(
            Employment(job.title, job.company, job.start_date[:10], job.end_date[:10]) for job in one.experience_entries
        ),
        resumes=resumes,
    )
