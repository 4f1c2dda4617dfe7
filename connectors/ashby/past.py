"""Past candidates: people Ashby has known for a while, with their résumés, page by page.

Ashby's API gives no employment history, only the current position and company; the rest is in the résumé.
"""

from __future__ import annotations

from datetime import datetime

from connectors.ashby import translate
from connectors.ashby.reads import Place
from connectors.ashby.setup import SetUp
from connectors.ashby.shapes import AshbyCandidate, AshbyFileUrl
from connectors.records import Employment, PastCandidate, PastPage, ResumeFile

PER_PAGE = 25
"""People a page: each of their applications is read by itself."""
LARGEST_RESUME = 20_000_000


class Past(SetUp):
    """The reading of people for the profile store."""

    def past_candidates(self, since: datetime | None, cursor: str = "") -> PastPage:
        place = Place.of(cursor)
        # The cursor carries `since`: Ashby's own lists know no such filter.
        since = place.began if cursor else since
        page = self.rpc.page("candidate.list", AshbyCandidate, cursor=place.cursor, limit=PER_PAGE)
        people = [
            self._past(person)
            for person in page.items
            if not self._made_up(person) and (since is None or person.updated_at is None or person.updated_at >= since)
        ]
        return PastPage(tuple(people), Place(page.cursor, began=since).text())

    def _past(self, person: AshbyCandidate) -> PastCandidate:
        work = (Employment(person.position, person.company),) if person.position or person.company else ()
        file = person.resume_file_handle
        resumes = (ResumeFile(file.id, file.name, file.handle, person.updated_at),) if file and file.handle else ()
        return PastCandidate(
            candidate=translate.candidate(person),
            applied_at=self._applied_at(person),
            last_activity_at=person.updated_at,
            employments=work,
            resumes=resumes,
        )

    def _applied_at(self, person: AshbyCandidate) -> datetime | None:
        """When they first applied themselves: an application that came through a posting."""
        found = (self._application(id) for id in person.application_ids)
        return min((one.created_at for one in found if one and one.applied_via_job_posting_id), default=None)

    def resume(self, file: ResumeFile) -> bytes:
        """Fetch a résumé: its handle buys an address (https://developers.ashbyhq.com/reference/fileinfo)."""
        found = self.rpc.one("file.info", AshbyFileUrl, {"fileHandle": file.url})
        return self.rpc.session.download(found.url, largest=LARGEST_RESUME)
