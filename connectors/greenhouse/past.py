"""Past candidates: people Greenhouse has known for a while, with their employments and résumés, page by page.

Harvest v3: `GET /candidates`, `/candidate_employments`, `/applications`, `/attachments`, each with its own list scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urljoin

from connectors.base import ATSError
from connectors.greenhouse import translate
from connectors.greenhouse.harvest import at_or_after
from connectors.greenhouse.setup import SetUp
from connectors.greenhouse.shapes import (
    GreenhouseApplication,
    GreenhouseAttachment,
    GreenhouseCandidate,
    GreenhouseCandidateEmployment,
)
from connectors.records import Employment, PastCandidate, PastPage, ResumeFile

PER_PAGE = 100
"""People a page: small, so that somebody who stops loses little."""
LARGEST_RESUME = 20_000_000


class Past(SetUp):
    """The reading of people for the profile store."""

    def past_candidates(self, since: datetime | None, cursor: str = "") -> PastPage:
        filters = {"last_activity_at": at_or_after(since)} if since else {}
        found, following = self.harvest.page(
            "candidates", GreenhouseCandidate, cursor, per_page=str(PER_PAGE), **filters
        )
        people = {person.id: person for person in found if person.id is not None}
        ids = list(people)
        employments = self._employments(ids)
        resumes = self._resumes(ids)
        applied = self._applied(ids)
        return PastPage(
            tuple(
                PastCandidate(
                    candidate=translate.candidate(person),
                    applied_at=applied.get(id),
                    last_activity_at=person.last_activity_at or person.updated_at,
                    private=bool(person.private),
                    employments=tuple(employments.get(id, ())),
                    resumes=tuple(resumes.get(id, ())),
                )
                for id, person in people.items()
            ),
            following,
        )

    def _employments(self, ids: Sequence[int]) -> dict[int, list[Employment]]:
        """The jobs of people, latest first. An account that doesn't show them (403) has none: résumés remain."""
        found: dict[int, list[Employment]] = {}
        try:
            rows = list(
                self.harvest.list_by("candidate_employments", GreenhouseCandidateEmployment, "candidate_ids", ids)
            )
        except ATSError as problem:
            if problem.status != 403:
                raise
            return {}
        for row in sorted(rows, key=lambda row: (row.start_date, row.id), reverse=True):
            job = Employment(row.title, row.company_name, row.start_date[:10], row.end_date[:10])
            found.setdefault(row.candidate_id, []).append(job)
        return found

    def _resumes(self, ids: Sequence[int]) -> dict[int, list[ResumeFile]]:
        found: dict[int, list[ResumeFile]] = {}
        rows = self.harvest.list_by("attachments", GreenhouseAttachment, "candidate_ids", ids, type="resume")
        for row in sorted(rows, key=lambda row: row.id, reverse=True):
            if row.candidate_id is not None and row.url:
                file = ResumeFile(str(row.id), row.filename, row.url, row.updated_at)
                found.setdefault(row.candidate_id, []).append(file)
        return found

    def _applied(self, ids: Sequence[int]) -> dict[int, datetime]:
        """When people first applied themselves; a prospect was put there by somebody else."""
        found: dict[int, datetime] = {}
        for row in self.harvest.list_by("applications", GreenhouseApplication, "candidate_ids", ids):
            if not row.prospect and row.created_at is not None:
                found[row.candidate_id] = min(row.created_at, found.get(row.candidate_id, row.created_at))
        return found

    def resume(self, file: ResumeFile) -> bytes:
        """Fetch a résumé from its signed address, which needs no token and gets none."""
        return self.harvest.session.download(urljoin(self.harvest.base + "/", file.url), largest=LARGEST_RESUME)
