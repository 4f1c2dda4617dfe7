"""Past candidates: people Lever has known for a while, with their résumés, page by page."""

from __future__ import annotations

from datetime import datetime

from connectors.lever import translate
from connectors.lever.client import at, millis
from connectors.lever.setup import SetUp
from connectors.lever.shapes import LeverMonth, LeverOpportunity, LeverResume
from connectors.records import Employment, PastCandidate, PastPage, ResumeFile

LARGEST_RESUME = 20_000_000


class Past(SetUp):
    """The reading of people for the profile store."""

    def past_candidates(self, since: datetime | None, cursor: str = "") -> PastPage:
        """A page of opportunities as people: somebody with several comes as often, and is known by their contact.

        Résumés are listed per opportunity, one call each. Since `cursor` carries no `since`, a list that was begun
        with one goes on with it: it stands in the cursor.
        """
        start, _, offset = cursor.partition("|") if cursor else (millis(since) if since else "", "", "")
        filters = {**self._seen_by(), **({"updated_at_start": start} if start else {})}
        found, following = self.lever.page("/opportunities", LeverOpportunity, offset, filters)
        people = [self._past(one) for one in found if not self._is_calibration(one)]
        return PastPage(tuple(one for one in people if one is not None), f"{start}|{following}" if following else "")

    def _past(self, one: LeverOpportunity) -> PastCandidate | None:
        person = translate.candidate([one])
        if person is None:
            return None
        # https://hire.lever.co/developer/documentation#list-all-resumes
        resumes = sorted(
            self.lever.list(at("opportunities", one.id, "resumes"), LeverResume),
            key=lambda resume: resume.created_at or one.created_at,
            reverse=True,
        )
        positions = next((resume.parsed_data.positions for resume in resumes if resume.parsed_data), [])
        return PastCandidate(
            candidate=person,
            applied_at=one.created_at if one.origin == "applied" else None,
            last_activity_at=one.last_interaction_at or one.updated_at,
            # Of a confidential posting's people not even the names are for the colleagues who see the store.
            private=translate.is_confidential(one.confidentiality),
            employments=tuple(
                Employment(position.title, position.org, _month(position.start), _month(position.end))
                for position in positions
            ),
            resumes=tuple(
                ResumeFile(resume.id, resume.file.name, f"{one.id}/{resume.id}", resume.file.uploaded_at)
                for resume in resumes
                if resume.file is not None
            ),
        )

    def resume(self, file: ResumeFile) -> bytes:
        """Fetch a résumé by Lever's own download call, which wants the key."""
        opportunity, _, resume = file.url.partition("/")
        path = at("opportunities", opportunity, "resumes", resume, "download")
        return self.lever.download(path, largest=LARGEST_RESUME)


def _month(given: LeverMonth | None) -> str:
    if given is None or given.year is None:
        return ""
    return f"{given.year:04d}-{given.month:02d}" if given.month else f"{given.year:04d}"
