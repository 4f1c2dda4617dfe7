"""Past candidates: people Teamtailor has known for a while, with their résumés, page by page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from connectors.base import ATSError
from connectors.records import PastCandidate, PastPage, ResumeFile
from connectors.teamtailor import translate
from connectors.teamtailor.reads import LATEST_FIRST
from connectors.teamtailor.setup import SetUp
from connectors.teamtailor.shapes import TeamtailorCandidate

LARGEST_RESUME = 20_000_000


class Past(SetUp):
    """The reading of people for the profile store."""

    def past_candidates(self, since: datetime | None, cursor: str = "") -> PastPage:
        since, at = _place(cursor) if cursor else (since, "")
        page = self.api.page("candidates", TeamtailorCandidate, at, sort=LATEST_FIRST)
        people = [
            self._past(person)
            for person in page.items
            if not self._made_up(person) and (since is None or person.updated_at is None or person.updated_at >= since)
        ]
        if not page.cursor:
            return PastPage(tuple(people))
        return PastPage(tuple(people), json.dumps([since.isoformat() if since else "", page.cursor]))

    def _past(self, person: TeamtailorCandidate) -> PastCandidate:
        """Translate. Who was sourced or referred by somebody else agreed to nothing by that."""
        name = unquote(PurePosixPath(urlsplit(person.resume).path).name) if person.resume else ""
        resumes = (ResumeFile(person.id, name or "resume", person.id, person.updated_at),) if person.resume else ()
        return PastCandidate(
            candidate=translate.candidate(person),
            applied_at=None if person.sourced or person.referred else person.created_at,
            last_activity_at=person.updated_at,
            resumes=resumes,
        )

    def resume(self, file: ResumeFile) -> bytes:
        """Fetch a résumé. Its address is good for a minute, so it is asked for anew."""
        person = self._person(file.url)
        if person is None or not person.resume:
            raise ATSError("Teamtailor does not show this résumé any more", status=404, permanent=True)
        return self.api.session.download(person.resume, largest=LARGEST_RESUME)


def _place(cursor: str) -> tuple[datetime | None, str]:
    try:
        since, at = json.loads(cursor)
        return (datetime.fromisoformat(since).astimezone(UTC) if since else None), str(at)
    except (ValueError, TypeError) as problem:
        raise ATSError("this is no cursor of ours; start the list anew", permanent=True) from problem
