"""The ATS's own past candidates as people on the way in: rediscovery.

They are ranked like everybody; they are written to only where they have agreed to hear of other positions, which the ATS
does not know: the connection's policy says since when its privacy notice asks for that, or by which tag it is marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from connectors.base import ATSError
from connectors.records import PastCandidate, ResumeFile
from plugin.identity import Identity
from plugin.people_in.documents import Unreadable, text_of
from plugin.people_in.records import Incoming, SetAside, Unread, digest
from plugin.people_in.who import who
from plugin.policy import Policy
from ranking.profiles import strip_banned
from ranking.values import Profile

READER = 1
"""Raise when the same candidate would now be read as other words."""

Fetch = Callable[[ResumeFile], bytes]


def read_past(
    people: tuple[PastCandidate, ...], connection_id: int, policy: Policy, fetch: Fetch, now: datetime
) -> Iterator[Unread | SetAside]:
    """Read a page of past candidates; a résumé is fetched only of those who are new or have changed."""
    for one in people:
        place = f"candidate {one.candidate.id}"
        if one.private:
            yield SetAside(place, "marked as private in the ATS")
            continue
        said = (connection_id, READER, one.candidate, one.employments, _newest(one.resumes), one.last_activity_at)
        content = digest("ats", *map(repr, said), repr(consent_of(one, policy, None)))
        yield Unread(place, content, partial(read_candidate, one, content, policy, fetch, now))


def read_candidate(
    one: PastCandidate, content: str, policy: Policy, fetch: Fetch, now: datetime
) -> Incoming | SetAside:
    """Read one past candidate: what the ATS holds of their jobs, then the words of their newest readable résumé."""
    candidate = one.candidate
    place = f"candidate {candidate.id}"
    words, why = _resume_words(one.resumes, fetch)
    found, rest = who(words)
    jobs = "\n".join(_job(job.title, job.company, job.start, job.end) for job in one.employments)
    text, stripped = strip_banned("\n\n".join(part for part in (jobs, rest.strip()) if part.strip()))
    headline, more = strip_banned(candidate.title or (one.employments[0].title if one.employments else ""))
    if not (text.strip() or headline.strip()):
        return SetAside(place, why or "the ATS holds no words about their work: no résumé, no job, no title")
    consent = consent_of(one, policy, now)
    name = _name(candidate.first_name, candidate.last_name)
    return Incoming(
        place=place,
        profile=Profile(id="", text=text.strip() or headline, headline=headline),
        identity=Identity(
            name=name or found.name,
            kana=found.kana,
            romaji=found.romaji,
            email=next(iter(candidate.emails), "") or found.email,
            phone=next(iter(candidate.phones), "") or found.phone,
            company=candidate.company or (one.employments[0].company if one.employments else ""),
            title=headline,
            employers=tuple(dict.fromkeys(job.company for job in one.employments[1:] if job.company)),
        ),
        content=content,
        contact_basis="own_applicant" if consent else "none",
        basis_at=consent,
        source="ats",
        as_of=one.last_activity_at or candidate.updated_at,
        ats_candidate_id=candidate.id,
        stripped=stripped + more,
    )


def consent_of(one: PastCandidate, policy: Policy, now: datetime | None) -> datetime | None:
    """Since when somebody has agreed to hear of other positions, as far as the connection knows; None: they have not.

    Only who applied themselves can have: a prospect was put there by somebody else. `now` dates a consent that is known by
    a tag, which has no date of its own.
    """
    if one.candidate.do_not_contact or one.applied_at is None:
        return None
    start = policy.applicants_consent_from
    if start is not None and one.applied_at >= datetime.combine(start, time(), ZoneInfo(policy.zone)):
        return one.applied_at
    wanted = policy.applicants_consent_tag.strip().casefold()
    if wanted and wanted in {tag.strip().casefold() for tag in one.candidate.tags}:
        return now or datetime.min.replace(tzinfo=UTC)
    return None


def _newest(resumes: tuple[ResumeFile, ...]) -> tuple[str, str]:
    # The address changes with each listing, so it is no part of what was said.
    return (resumes[0].id, str(resumes[0].updated_at)) if resumes else ("", "")


def _resume_words(resumes: tuple[ResumeFile, ...], fetch: Fetch) -> tuple[str, str]:
    """The words of the newest résumé that can be read, and why the newest can't."""
    why = ""
    for file in resumes[:3]:
        try:
            return text_of(file.filename, fetch(file)), ""
        except Unreadable as error:
            why = why or f"its résumé gives no text: {error}"
        except ATSError as error:
            if not error.permanent:
                raise
            why = why or f"its résumé can't be fetched: {error}"
    return "", why


def _job(title: str, company: str, start: str, end: str) -> str:
    when = f"{start[:7].replace('-', '/') or '?'} – {end[:7].replace('-', '/') or ('現在' if _cjk(title + company) else 'present')}"
    return f"{when}　{company}　{title}" if _cjk(title + company) else f"{when}: {title}, {company}"


def _name(first: str, last: str) -> str:
    """The name in the order of its script; an emptied record ("Anonymized Candidate") has none."""
    parts = (last, first) if _cjk(first + last) else (first, last)
    name = " ".join(part.strip() for part in parts if part.strip())
    return "" if name.casefold() == "anonymized candidate" else name


def _cjk(text: str) -> bool:
    return any("\u3040" <= character <= "\u9fff" for character in text)
