"""What is read from Ashby: requisitions, teams, people, pipelines, interviews."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from connectors import calibration
from connectors.ashby import translate
from connectors.ashby.door import Door
from connectors.ashby.marks import Marks
from connectors.ashby.rpc import Rpc
from connectors.ashby.shapes import (
    AshbyApplication,
    AshbyCandidate,
    AshbyHiringTeamMember,
    AshbyInterview,
    AshbyInterviewSchedule,
    AshbyInterviewStage,
    AshbyJob,
    AshbyJobPosting,
    AshbyUser,
    Shape,
)
from connectors.base import ATSError
from connectors.records import (
    Application,
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

S = TypeVar("S", bound=Shape)

# Drafts are left out unless they are asked for by name: https://developers.ashbyhq.com/reference/joblist
JOBS: dict[str, Any] = {"status": ["Draft", "Open", "Closed", "Archived"]}


ENDS = frozenset({"Archived", "Hired"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where we are in a list: Ashby's cursor, the sync token it was asked with, and when it began (Ashby's clock)."""

    cursor: str = ""
    sync: str = ""
    began: datetime | None = None

    def text(self) -> str:
        if not self.cursor:
            return ""
        began = self.began.isoformat() if self.began else ""
        return json.dumps([self.cursor, self.sync, began], separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> Place:
        if not text:
            return cls()
        try:
            cursor, sync, began = json.loads(text)
            return cls(str(cursor), str(sync), datetime.fromisoformat(began).astimezone(UTC) if began else None)
        except (ValueError, TypeError) as problem:
            raise ATSError("this is no cursor of ours; start the list anew", permanent=True) from problem


class Reads(Door):
    """The reading side; `Ashby` sets up what it reads with."""

    approval_interview: str
    rpc: Rpc
    marks: Marks
    manager_role: str
    recruiter_role: str
    _posted_since: datetime | None = None
    _posted_at: Mapping[str, datetime] = {}

    def _page(
        self, name: str, shape: type[S], since: datetime | None, place: Place, body: Mapping[str, Any] | None = None
    ) -> tuple[tuple[S, ...], Place, bool]:
        """Read a page of `<name>.list`: its items, the next place, and whether Ashby gave only what changed.

        A sync token that Ashby refuses (expired, or too much has changed since) is forgotten and the list begun anew,
        whole. With which status it does is not documented.
        """
        sync = place.sync if place.cursor else self.marks.before(name, since) if since else ""
        try:
            page = self.rpc.page(f"{name}.list", shape, body, cursor=place.cursor, sync_token=sync)
        except ATSError as problem:
            if not sync or not problem.permanent:
                raise
            self.marks.forget(name)
            place, sync = Place(), ""
            page = self.rpc.page(f"{name}.list", shape, body)
        began = place.began if place.cursor else page.at
        if not page.cursor and page.sync_token and began:
            # Whether a token tells of changes made while its list was read is not documented: it counts from its end.
            self.marks.add(name, page.at or began, page.sync_token)
        return page.items, Place(page.cursor, sync, began), bool(sync)

    # Requisitions.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """A page of jobs that changed, or whose published posting did.

        A job's own time is not documented to move with the text of its posting, so the postings' times (one call, they
        come in one piece) are looked at beside it. Postings never published show up with their job alone.
        """
        jobs, place, synced = self._page("job", AshbyJob, since, Place.of(cursor), JOBS)
        posted = self._posted(since, fresh=not cursor) if since else {}
        found = [
            translate.requisition(job, posted.get(job.id))
            for job in jobs
            if since is None or job.updated_at >= since or job.id in posted
        ]
        if synced and not place.cursor:
            # Only changed jobs were listed; a job whose posting alone changed may not be among them.
            seen = {job.id for job in jobs}
            for id, posted_at in posted.items():
                other = None if id in seen else self._job(id)
                if other is not None:
                    found.append(translate.requisition(other, posted_at))
        return Page(tuple(found), place.text())

    def _posted(self, since: datetime, *, fresh: bool) -> Mapping[str, datetime]:
        """Jobs with a published posting changed at or after `since`, each with the latest time; read once per list."""
        if fresh or self._posted_since != since:
            found: dict[str, datetime] = {}
            for post in self.rpc.unpaged("jobPosting.list", AshbyJobPosting):
                if post.updated_at >= since:
                    found[post.job_id] = max(post.updated_at, found.get(post.job_id, since))
            self._posted_since, self._posted_at = since, found
        return self._posted_at

    def _job(self, id: str, **more: Any) -> AshbyJob | None:
        return self.rpc.find("job.info", AshbyJob, {"id": id, **more})

    def requisition(self, id: str) -> Requisition | None:
        job = self._job(id)
        return translate.requisition(job) if job else None

    def postings(self, requisition_id: str) -> list[JobPosting]:
        """Read every posting of a job. Which are live only the job says: by default it names the published ones."""
        job = self._job(requisition_id)
        every = self._job(requisition_id, includeUnpublishedJobPostingsIds=True)
        if job is None or every is None:
            return []
        live = set(job.job_posting_ids)
        found = [
            self.rpc.find("jobPosting.info", AshbyJobPosting, {"jobPostingId": id})
            for id in dict.fromkeys([*job.job_posting_ids, *every.job_posting_ids])
        ]
        return [translate.posting(post, live=post.id in live) for post in found if post is not None]

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        """Read the hiring team by role (`role_manager`, `role_recruiter`: the roles' titles on this account).

        The job does not say who has left; each user is looked up.
        """
        job = self._job(requisition_id)
        team = job.hiring_team if job else []
        return HiringTeam(self._members(team, self.manager_role), self._members(team, self.recruiter_role))

    def _members(self, team: Iterable[AshbyHiringTeamMember], role: str) -> tuple[User, ...]:
        wanted = [one for one in team if one.user_id and one.role.casefold() == role.casefold()]
        users: list[User] = []
        for one in {one.user_id: one for one in wanted}.values():
            known = self.rpc.find("user.info", AshbyUser, {"userId": one.user_id})
            users.append(translate.user(known) if known else translate.member(one))
        return tuple(users)

    def stages(self, requisition_id: str) -> list[Stage]:
        job = self._job(requisition_id)
        return [Stage(one.id, one.title, one.order_in_interview_plan) for one in self._stages(job)] if job else []

    def _stages(self, job: AshbyJob) -> list[AshbyInterviewStage]:
        """The stages of a job's default interview plan, in order. A draft may have no plan yet.

        Those that end an application are left out: hiring and turning down are people's to do.
        """
        if not job.default_interview_plan_id:
            return []
        body = {"interviewPlanId": job.default_interview_plan_id}
        found = self.rpc.unpaged("interviewStage.list", AshbyInterviewStage, body)
        living = [stage for stage in found if stage.type not in ENDS]
        return sorted(living, key=lambda stage: stage.order_in_interview_plan)

    # People.

    def _made_up(self, person: AshbyCandidate) -> bool:
        return calibration.is_ours(self.options, translate.addresses(person), (tag.title for tag in person.tags))

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """A page of people changed. Merges and deletions are in no list: they come by webhook alone."""
        people, place, _ = self._page("candidate", AshbyCandidate, since, Place.of(cursor))
        changed = tuple(
            PersonChange(EventKind.CANDIDATE, person.id, person.updated_at or since)
            for person in people
            if not self._made_up(person) and (person.updated_at is None or person.updated_at >= since)
        )
        return Page(changed, place.text())

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        for person in self.rpc.list("candidate.list", AshbyCandidate):
            old = since is not None and person.updated_at is not None and person.updated_at < since
            if not old and not self._made_up(person):
                yield translate.candidate(person)

    def candidate(self, id: str) -> Candidate | None:
        person = self._person(id)
        return translate.candidate(person) if person and not self._made_up(person) else None

    def _person(self, id: str) -> AshbyCandidate | None:
        return self.rpc.find("candidate.info", AshbyCandidate, {"id": id})

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address (exact but for case), by name, or both; the oldest record first."""
        asked = {key: value for key, value in (("email", email), ("name", name)) if value}
        if not asked:
            raise ValueError("name an address, a name or both")
        people = self.rpc.unpaged("candidate.search", AshbyCandidate, asked)
        wanted = email.casefold()
        found = [
            person
            for person in people
            if not self._made_up(person)
            and (not wanted or wanted in {one.casefold() for one in translate.addresses(person)})
        ]
        return [translate.candidate(person) for person in sorted(found, key=_age)]

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """List applications of a person, of a requisition, or of both, oldest first."""
        if candidate_id:
            person = self._person(candidate_id)
            if person is None or self._made_up(person):
                return []
            one_by_one = (self._application(id) for id in person.application_ids)
            found = [one for one in one_by_one if one and (not requisition_id or one.job.id == requisition_id)]
        elif requisition_id:
            listed = self.rpc.list("application.list", AshbyApplication, {"jobId": requisition_id})
            # A 200 does not prove that a filter was used.
            found = [one for one in listed if one.job.id == requisition_id and not self._on_our_person(one)]
        else:
            raise ValueError("name a candidate, a requisition or both")
        return [translate.application(one) for one in sorted(found, key=lambda one: (one.created_at, one.id))]

    def _application(self, id: str) -> AshbyApplication | None:
        return self.rpc.find("application.info", AshbyApplication, {"applicationId": id})

    def _on_our_person(self, found: AshbyApplication) -> bool:
        address = found.candidate.primary_email_address
        return address is not None and calibration.is_ours(self.options, (address.value,))

    # Interviews.

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        """List meetings, oldest first. Our own requests for a decision, which Ashby keeps as events too, are left out."""
        if application_ids:
            found = [
                one
                for id in dict.fromkeys(application_ids)
                for one in self.rpc.list("interviewSchedule.list", AshbyInterviewSchedule, {"applicationId": id})
                if one.application_id == id
            ]
        else:
            found = list(self._schedules_since(since))
        if since is not None:
            found = [one for one in found if one.updated_at is None or one.updated_at >= since]
        names: dict[str, str] = {}
        meetings = [meeting for one in found for meeting in self._meetings(one, names)]
        return sorted(meetings, key=lambda one: (one.starts_at or datetime.max.replace(tzinfo=UTC), one.id))

    def _schedules_since(self, since: datetime | None) -> Iterator[AshbyInterviewSchedule]:
        place = Place()
        while True:
            schedules, place, _ = self._page("interviewSchedule", AshbyInterviewSchedule, since, place)
            yield from (one for one in schedules if since is None or not one.updated_at or one.updated_at >= since)
            if not place.cursor:
                return

    def _meetings(self, schedule: AshbyInterviewSchedule, names: dict[str, str]) -> Iterator[Interview]:
        if not schedule.interview_events:
            yield translate.unplanned(schedule)
        for event in schedule.interview_events:
            if event.interview_id and event.interview_id not in names:
                kind = self.rpc.find("interview.info", AshbyInterview, {"id": event.interview_id})
                names[event.interview_id] = kind.title if kind else ""
            if names.get(event.interview_id, "").strip().casefold() == self.approval_interview.casefold():
                continue
            yield translate.interview(schedule, event, names.get(event.interview_id, ""))


def _age(person: AshbyCandidate) -> tuple[datetime, str]:
    return person.created_at or datetime.max.replace(tzinfo=UTC), person.id
