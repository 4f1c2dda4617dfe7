"""What is read from Greenhouse: requisitions, teams, people, pipelines, interviews and the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.base import Unsupported
from connectors.greenhouse import fields, translate
from connectors.greenhouse.door import Door
from connectors.greenhouse.harvest import Harvest, at_or_after
from connectors.greenhouse.place import Place
from connectors.greenhouse.shapes import (
    GreenhouseApplication,
    GreenhouseCandidate,
    GreenhouseInterview,
    GreenhouseInterviewer,
    GreenhouseJob,
    GreenhouseJobHiringManager,
    GreenhouseJobInterview,
    GreenhouseJobInterviewStage,
    GreenhouseJobOwner,
    GreenhouseJobPost,
    GreenhouseUser,
)
from connectors.records import (
    Application,
    Candidate,
    Decision,
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


class Reads(Door):
    """The reading side; the address book (`harvest`, field keys) is set up by `Greenhouse`."""

    harvest: Harvest
    field_keys: dict[str, str]
    app_base: str

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """Read a page of jobs changed at or after `since`, then of those whose post or hiring manager did.

        A job's own `updated_at` is not documented to move with its posts or its hiring managers.
        """
        place = Place.of(cursor)
        filters = {"updated_at": at_or_after(since)} if since else {}
        if place.list == "jobs":
            jobs, following = self.harvest.page("jobs", GreenhouseJob, place.cursor, **filters)
        else:
            changed, following = self._changed_jobs(place, filters)
            jobs = tuple(self.harvest.list_by("jobs", GreenhouseJob, "ids", sorted(changed - place.given)))
        items = tuple(translate.requisition(job, self.app_base) for job in jobs)
        return Page(
            items, place.after({job.id for job in jobs} if since else (), following) if since or following else ""
        )

    def _changed_jobs(self, place: Place, filters: dict[str, str]) -> tuple[set[int], str]:
        if place.list == "job_posts":
            posts, following = self.harvest.page("job_posts", GreenhouseJobPost, place.cursor, **filters)
            return {post.job_id for post in posts if post.job_id}, following
        managers, following = self.harvest.page(
            "job_hiring_managers", GreenhouseJobHiringManager, place.cursor, **filters
        )
        return {manager.job_id for manager in managers}, following

    def requisition(self, id: str) -> Requisition | None:
        job = self.harvest.one("jobs", GreenhouseJob, id)
        return translate.requisition(job, self.app_base) if job else None

    def postings(self, requisition_id: str) -> list[JobPosting]:
        posts = self.harvest.list("job_posts", GreenhouseJobPost, job_ids=requisition_id)
        return [translate.posting(post) for post in posts]

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        """Read managers in the order they were added, the responsible recruiter first."""
        managers = sorted(
            self.harvest.list("job_hiring_managers", GreenhouseJobHiringManager, job_ids=requisition_id),
            key=lambda manager: manager.id,
        )
        owners = sorted(
            self.harvest.list("job_owners", GreenhouseJobOwner, job_ids=requisition_id),
            key=lambda owner: (not owner.responsible, owner.id),
        )
        recruiters = [owner.user_id for owner in owners if owner.type == "recruiter"]
        wanted = [manager.user_id for manager in managers] + recruiters
        found = {user.id: user for user in self.harvest.list_by("users", GreenhouseUser, "ids", wanted)}

        def named(ids: list[int]) -> tuple[User, ...]:
            return tuple(translate.user(found[id]) for id in dict.fromkeys(ids) if id in found)

        return HiringTeam(managers=named([manager.user_id for manager in managers]), recruiters=named(recruiters))

    def stages(self, requisition_id: str) -> list[Stage]:
        found = self.harvest.list(
            "job_interview_stages", GreenhouseJobInterviewStage, job_ids=requisition_id, active="true"
        )
        ordered = sorted(found, key=lambda stage: (stage.sort_order, stage.id))
        return [Stage(id=str(stage.id), name=stage.name, order=stage.sort_order) for stage in ordered]

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """Read a page of people changed since. Merges and deletions are in no list: they come by webhook alone."""
        people, cursor = self.harvest.page("candidates", GreenhouseCandidate, cursor, updated_at=at_or_after(since))
        changes = [
            PersonChange(EventKind.CANDIDATE, str(person.id), person.updated_at or since)
            for person in people
            if person.id is not None
        ]
        return Page(tuple(changes), cursor)

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        filters = {"updated_at": at_or_after(since)} if since else {}
        for person in self.harvest.list("candidates", GreenhouseCandidate, **filters):
            if person.id is not None:
                yield translate.candidate(person)

    def candidate(self, id: str) -> Candidate | None:
        person = self.harvest.one("candidates", GreenhouseCandidate, id)
        return translate.candidate(person) if person and person.id is not None else None

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address, exact but for case, the oldest record first; `name` narrows what was found.

        By name alone it raises `Unsupported`: Greenhouse has no such search. Compare with `candidates` instead.
        """
        if not email:
            raise Unsupported("Greenhouse cannot find a candidate by name alone, only by e-mail address")
        people = [
            translate.candidate(person)
            for person in self.harvest.list("candidates", GreenhouseCandidate, email=email)
            if person.id is not None
        ]
        # A 200 does not prove that a filter was used: what has another address is no match.
        wanted = email.casefold()
        matching = [person for person in people if wanted in {found.casefold() for found in person.emails}]
        named = [person for person in matching if not name or _same_name(person, name)]
        return sorted(named, key=lambda person: int(person.id))

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """List applications and prospects of a person, of a requisition, or of both, oldest first."""
        found: dict[int, GreenhouseApplication] = {}
        if candidate_id:
            for one in self.harvest.list("applications", GreenhouseApplication, candidate_ids=candidate_id):
                found[one.id] = one
        elif requisition_id:
            # A prospect has no job of its own, only jobs it is considered for.
            for key in ("job_ids", "prospective_job_ids"):
                for one in self.harvest.list("applications", GreenhouseApplication, **{key: requisition_id}):
                    found[one.id] = one
        else:
            raise ValueError("name a candidate, a requisition or both")
        wanted = [one for one in found.values() if not requisition_id or requisition_id in translate.job_ids(one)]
        return [translate.application(one, requisition_id) for one in sorted(wanted, key=lambda one: one.id)]

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        """List interviews with their panels, oldest first; one that was cancelled may simply be gone."""
        filters = {"updated_at": at_or_after(since)} if since else {}
        if application_ids:
            found = list(
                self.harvest.list_by("interviews", GreenhouseInterview, "application_ids", application_ids, **filters)
            )
        else:
            found = list(self.harvest.list("interviews", GreenhouseInterview, **filters))
        panels: dict[int, list[str]] = {}
        ids = [one.id for one in found]
        for seat in self.harvest.list_by("interviewers", GreenhouseInterviewer, "interview_ids", ids):
            if seat.user_id is not None:
                panels.setdefault(seat.interview_id, []).append(str(seat.user_id))
        kinds = {one.job_interview_id for one in found if one.job_interview_id is not None}
        names = {
            kind.id: kind.name
            for kind in self.harvest.list_by("job_interviews", GreenhouseJobInterview, "ids", sorted(kinds))
        }
        return [
            translate.interview(one, names, tuple(sorted(panels.get(one.id, []))))
            for one in sorted(found, key=lambda one: one.id)
        ]

    def read_decision(self, requisition_id: str) -> Decision | None:
        """Read the decision fields as they stand. Greenhouse never says who set them or when; its approval flow does."""
        job = self.harvest.one("jobs", GreenhouseJob, requisition_id)
        return self.decision_on(job) if job else None

    def decision_on(self, job: GreenhouseJob) -> Decision:
        def text(purpose: str) -> str:
            return fields.as_text(job.custom_fields.get(self.field_keys[purpose]))

        return Decision(
            calibration=text("calibration").strip(),
            choice=fields.choice(text("decision")),
            line=text("line"),
            meeting=fields.meeting(text("meeting")),
            days=text("days"),
            specification=text("specification"),
        )


def _same_name(person: Candidate, name: str) -> bool:
    wanted = "".join(name.casefold().split())
    orders = (person.first_name + person.last_name, person.last_name + person.first_name)
    return wanted in {"".join(order.casefold().split()) for order in orders}
