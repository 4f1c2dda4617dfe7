"""What is read from SmartRecruiters: requisitions, teams, people, pipelines, interviews."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from connectors import calibration
from connectors.base import ATSError
from connectors.records import (
    Application,
    ApplicationStatus,
    Candidate,
    EventKind,
    HiringTeam,
    Interview,
    JobPosting,
    Page,
    PersonChange,
    Requisition,
    Stage,
    User,
)
from connectors.smartrecruiters import translate
from connectors.smartrecruiters.api import INTERVIEWS, USERS, Api, just_before, part
from connectors.smartrecruiters.door import Door
from connectors.smartrecruiters.shapes import (
    SmartRecruitersApplication,
    SmartRecruitersCandidate,
    SmartRecruitersHiringTeamMember,
    SmartRecruitersInterview,
    SmartRecruitersJob,
    SmartRecruitersJobAdItem,
    SmartRecruitersStatusHistoryElement,
    SmartRecruitersUser,
)

STATUSES = ("NEW", "IN_REVIEW", "INTERVIEW", "OFFERED", "HIRED")
# Where an application stands in the vendor's pages: the only place the API shows its own id.
_IN_PAGES = re.compile(r"/applications/([0-9A-Za-z-]+)")


class Reads(Door):
    """The reading side; `api` is set up by `SmartRecruiters`."""

    api: Api
    app_base: str

    # Requisitions.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """A page of jobs whose own date moved. A list gives a job without its description: read `requisition` for it."""
        filters = {"updatedAfter": just_before(since)} if since else {}
        jobs, following = self.api.page("jobs", SmartRecruitersJob, cursor, **filters)
        return Page(tuple(translate.requisition(job, self.app_base) for job in jobs), following)

    def requisition(self, id: str) -> Requisition | None:
        job = self._job_or_none(id)
        return translate.requisition(job, self.app_base) if job else None

    def _job_or_none(self, id: str) -> SmartRecruitersJob | None:
        return self.api.one(f"jobs/{part(id)}", SmartRecruitersJob)

    def job(self, id: str) -> SmartRecruitersJob:
        """The job; raises `ATSError` for one that is gone or hidden from us."""
        found = self._job_or_none(id)
        if found is None:
            raise ATSError(
                f"SmartRecruiters shows no job {id}: it was deleted, or our key's user has no access to it",
                status=404,
                permanent=True,
            )
        return found

    def postings(self, requisition_id: str) -> list[JobPosting]:
        job = self.job(requisition_id)
        ads = self.api.list(f"jobs/{part(requisition_id)}/jobads", SmartRecruitersJobAdItem)
        return [translate.posting(ad, job) for ad in ads]

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        members = list(self.api.list(f"jobs/{part(requisition_id)}/hiring-team", SmartRecruitersHiringTeamMember))
        users = {id: self._user(id) for id in {each.id for each in members if each.role in _ROLES}}

        def of(role: str) -> tuple[User, ...]:
            found = (users[each.id] for each in members if each.role == role)
            return tuple(user for user in found if user is not None)

        return HiringTeam(managers=of("HIRING_MANAGER"), recruiters=of("RECRUITER"))

    def _user(self, id: str) -> User | None:
        found = self.api.one(f"{USERS}/users/{part(id)}", SmartRecruitersUser)
        return translate.user(found) if found else None

    def stages(self, requisition_id: str) -> list[Stage]:
        """The statuses every job has, each followed by those of its steps that `sub_statuses` names.

        A job's own steps (sub-statuses) can't be listed by job; the option gives them as `IN_REVIEW/カジュアル面談`.
        """
        named = [each.strip() for each in (self.options.get("sub_statuses") or "").split(",") if "/" in each]
        ids = [id for status in STATUSES for id in (status, *(one for one in named if one.startswith(f"{status}/")))]
        return [Stage(id=id, name=id.partition("/")[2] or id, order=order) for order, id in enumerate(ids)]

    # People.

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """A page of people changed since. Who was deleted is in no list: that rings."""
        found, following = self.api.page(
            "candidates", SmartRecruitersCandidate, cursor, updatedAfter=just_before(since)
        )
        return Page(
            tuple(
                PersonChange(EventKind.CANDIDATE, each.id, each.updatedOn or since)
                for each in found
                if not self.is_calibration(each)
            ),
            following,
        )

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        """Everyone on some job; without phones and employers, which only `candidate` has."""
        filters = {"updatedAfter": just_before(since)} if since else {}
        for each in self.api.list("candidates", SmartRecruitersCandidate, **filters):
            if not self.is_calibration(each):
                yield translate.candidate(each)

    def candidate(self, id: str) -> Candidate | None:
        person = self.person(id)
        return translate.candidate(person) if person and not self.is_calibration(person) else None

    def person(self, id: str) -> SmartRecruitersCandidate | None:
        return self.api.one(f"candidates/{part(id)}", SmartRecruitersCandidate)

    def is_calibration(self, person: SmartRecruitersCandidate) -> bool:
        return calibration.is_ours(self.options, [person.email] if person.email else [], person.tags)

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address or name, the oldest record first.

        The vendor searches by keyword, in every field and by word stems, so that what it finds is compared here. Quotes
        keep an address together: https://help.smartrecruiters.com → Searching candidates via Candidate API.
        """
        wanted = (email or name).replace('"', " ").strip()
        if not wanted:
            return []
        found = []
        for each in self.api.list("candidates", SmartRecruitersCandidate, q=f'"{wanted}"' if email else wanted):
            same = each.email.casefold() == email.strip().casefold() if email else True
            if same and (not name or _same_name(each, name)) and not self.is_calibration(each):
                found.append(each)
        found.sort(key=lambda each: (each.createdOn is None, each.createdOn, each.id))
        whole = [self.person(each.id) for each in found]
        return [translate.candidate(each) for each in whole if each is not None]

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """Applications of a person, of a requisition, or of both. Who was turned down is dated in a person's list."""
        if candidate_id:
            person = self.person(candidate_id)
            people = [person] if person else []
        elif requisition_id:
            people = list(self.api.list("candidates", SmartRecruitersCandidate, jobId=requisition_id))
        else:
            raise ValueError("name a candidate, a requisition or both")
        found = [
            translate.application(person, at)
            for person in people
            if not self.is_calibration(person)
            for at in translate.assignments(person)
            if not requisition_id or (at.job and at.job.id == requisition_id)
        ]
        return [self._dated(one) for one in found] if candidate_id else found

    def _dated(self, one: Application) -> Application:
        if one.status is not ApplicationStatus.REJECTED:
            return one
        path = f"candidates/{part(one.candidate_id)}/jobs/{part(one.requisition_id)}/status/history"
        changes = [each for each in self.api.list(path, SmartRecruitersStatusHistoryElement) if each.changedOn]
        turned_down = [each.changedOn for each in changes if each.status == "REJECTED" and each.changedOn]
        return replace(one, rejected_at=max(turned_down)) if turned_down else one

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        """The interviews of these applications; for none named, none: SmartRecruiters lists them by application only.

        Raises `ATSError` where an application doesn't show the id its interviews are listed by.
        """
        found: list[Interview] = []
        for id in dict.fromkeys(application_ids):
            candidate_id, job_id = pair(id)
            at = self._application(candidate_id, job_id)
            if at is None:
                continue
            shown = _IN_PAGES.search(at.url)
            if shown is None:
                raise ATSError(
                    f"SmartRecruiters doesn't show under which id the interviews of application {id} are listed; a"
                    " person must say whether the interview took place",
                    permanent=True,
                )
            for each in self.api.list(f"{INTERVIEWS}/interviews", SmartRecruitersInterview, applicationId=shown[1]):
                found.extend(translate.interviews(each, id))
        return sorted(found, key=lambda one: (one.starts_at is None, one.starts_at, one.id))

    def _application(self, candidate_id: str, job_id: str) -> SmartRecruitersApplication | None:
        return self.api.one(f"candidates/{part(candidate_id)}/jobs/{part(job_id)}", SmartRecruitersApplication)


_ROLES = ("HIRING_MANAGER", "RECRUITER")


def pair(application_id: str) -> tuple[str, str]:
    """(candidate, job) of an application's id. Raises `ATSError` for an id that is none of ours."""
    candidate_id, colon, job_id = application_id.partition(":")
    if not (colon and candidate_id and job_id):
        raise ATSError(f"{application_id!r} names no SmartRecruiters application", permanent=True)
    return candidate_id, job_id


def _same_name(person: SmartRecruitersCandidate, name: str) -> bool:
    wanted = "".join(name.casefold().split())
    orders = (person.firstName + person.lastName, person.lastName + person.firstName)
    return wanted in {"".join(order.casefold().split()) for order in orders}
