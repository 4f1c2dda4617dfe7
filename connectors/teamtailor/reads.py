"""What is read from Teamtailor: jobs, teams, people, pipelines."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from connectors import calibration
from connectors.base import ATSError, Unsupported
from connectors.records import Application, Candidate, HiringTeam, Page, PersonChange, Requisition, Stage
from connectors.teamtailor import translate
from connectors.teamtailor.door import Door
from connectors.teamtailor.jsonapi import Api
from connectors.teamtailor.shapes import (
    TeamtailorCandidate,
    TeamtailorJob,
    TeamtailorJobApplication,
    TeamtailorStage,
    TeamtailorTeamMembership,
    TeamtailorUser,
)

# Public ads that are published are all one gets unless one asks: https://docs.teamtailor.com/#list-jobs
JOBS = {"filter[status]": "all", "filter[feed]": "public,internal"}
LATEST_FIRST = "-updated-at"


class Reads(Door):
    """The reading side; `api` is set up by `Teamtailor`."""

    api: Api
    manager_role: str

    # Jobs.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """A page of jobs changed since.

        No filter by time is documented for jobs, so all are listed. With the option `jobs_sort` = `-updated-at` (sorting
        by any attribute is documented for candidates only) the list ends where jobs get older than `since`.
        """
        sort = self.options.get("jobs_sort", "")
        page = self.api.page("jobs", TeamtailorJob, cursor, **JOBS, **({"sort": sort} if sort else {}))
        jobs = [translate.requisition(job) for job in page.items]
        wanted = tuple(job for job in jobs if since is None or job.updated_at >= since)
        at_end = sort == LATEST_FIRST and _older(since, [job.updated_at for job in jobs])
        return Page(wanted, "" if at_end else page.cursor)

    def requisition(self, id: str) -> Requisition | None:
        job = self._job(id)
        return translate.requisition(job) if job else None

    def _job(self, id: str, **params: str) -> TeamtailorJob | None:
        return self.api.find(f"jobs/{id}", TeamtailorJob, **params)

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        """Read the job's recruiter and its team.

        Membership of a team has no role, users have one in the company: those with `role_manager` are the managers,
        in the team's order; without any, everybody on the team but the recruiter.
        """
        job = self._job(requisition_id, include="user")
        if job is None:
            return HiringTeam()
        team: list[TeamtailorUser] = []
        cursor = ""
        while True:
            path = f"jobs/{requisition_id}/team-memberships"
            page = self.api.page(path, TeamtailorTeamMembership, cursor, include="user")
            for one in page.items:
                member = page.related("users", one.user_id, TeamtailorUser) if one.user_id else None
                team += [member] if member else []
            if not (cursor := page.cursor):
                break
        recruiter = self.api.find(f"users/{job.user_id}", TeamtailorUser) if job.user_id else None
        others = [one for one in team if one.id != job.user_id]
        managers = [one for one in others if _plain(one.role) == _plain(self.manager_role)]
        return HiringTeam(
            managers=tuple(translate.user(one) for one in managers or others),
            recruiters=(translate.user(recruiter),) if recruiter else (),
        )

    def stages(self, requisition_id: str) -> list[Stage]:
        """Read a job's stages in order; that of the hired is left out: hiring is people's to do."""
        living = [one for one in self._stages(requisition_id) if one.stage_type.casefold() != translate.HIRED]
        return [Stage(one.id, one.name, number) for number, one in enumerate(living)]

    def _stages(self, job_id: str) -> list[TeamtailorStage]:
        try:
            found = list(self.api.list(f"jobs/{job_id}/stages", TeamtailorStage))
        except ATSError as problem:
            if problem.status == 404:
                return []
            raise
        return sorted(found, key=lambda one: (one.row_order or 0, int(one.id)))

    # People.

    def _made_up(self, person: TeamtailorCandidate) -> bool:
        return calibration.is_ours(self.options, (person.email,), person.tags)

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """A page of people changed, latest first, so that nobody who moves while we read is passed over.

        Deletions come by webhook alone; of merges nothing is documented.
        """
        after = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        filters = {"filter[updated-at][from]": after, "sort": LATEST_FIRST}
        page = self.api.page("candidates", TeamtailorCandidate, cursor, **filters)
        times = [person.updated_at or since for person in page.items]
        changed = tuple(
            translate.changed(person, since)
            for person, at in zip(page.items, times, strict=True)
            if at >= since and not self._made_up(person)
        )
        return Page(changed, "" if _older(since, times) else page.cursor)

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        for person in self.api.list("candidates", TeamtailorCandidate, sort=LATEST_FIRST):
            old = since is not None and person.updated_at is not None and person.updated_at < since
            if not old and not self._made_up(person):
                yield translate.candidate(person)

    def candidate(self, id: str) -> Candidate | None:
        person = self._person(id)
        return translate.candidate(person) if person and not self._made_up(person) else None

    def _person(self, id: str) -> TeamtailorCandidate | None:
        return self.api.find(f"candidates/{id}", TeamtailorCandidate)

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address, exact but for case, the oldest record first; `name` narrows what was found.

        By name alone it raises `Unsupported`: Teamtailor has no such search. Somebody who shows another address was
        merged, if the filter is one: it is tried with an address nobody has.
        """
        if not email:
            raise Unsupported("Teamtailor cannot find a candidate by name alone, only by e-mail address")
        found = [person for person in self._by_address(email) if not self._made_up(person)]
        shown = [person for person in found if person.email.casefold() == email.casefold()]
        others = [person for person in found if person not in shown and not _alike(person.email, email)]
        if others and not shown and not self._by_address(f"nobody-{secrets.token_hex(8)}@example.invalid"):
            shown = others
        people = [translate.candidate(person) for person in sorted(shown, key=lambda person: int(person.id))]
        wanted = "".join(name.casefold().split())
        return [person for person in people if not wanted or wanted in _names(person)]

    def _by_address(self, email: str) -> Sequence[TeamtailorCandidate]:
        return self.api.page("candidates", TeamtailorCandidate, **{"filter[email]": email}).items

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """List applications of a person, of a requisition, or of both, oldest first."""
        if candidate_id:
            person = self._person(candidate_id)
            if person is None or self._made_up(person):
                return []
            found = [one for one in self._of_person(candidate_id) if requisition_id in ("", one.requisition_id)]
        elif requisition_id:
            found = list(self._on_job(requisition_id))
        else:
            raise ValueError("name a candidate, a requisition or both")
        return sorted(found, key=lambda one: int(one.id))

    def _of_person(self, candidate_id: str) -> Iterator[Application]:
        cursor = ""
        while True:
            path = f"candidates/{candidate_id}/job-applications"
            page = self.api.page(path, TeamtailorJobApplication, cursor, include="job,stage")
            for one in page.items:
                stage = page.related("stages", one.stage_id, TeamtailorStage)
                yield translate.application(one, stage, candidate_id=candidate_id)
            if not (cursor := page.cursor):
                return

    def _on_job(self, job_id: str) -> Iterator[Application]:
        """Applications by stage: a list of them by job is not documented, the relation of a stage is."""
        for stage in self._stages(job_id):
            cursor = ""
            while True:
                path = f"stages/{stage.id}/job-applications"
                page = self.api.page(path, TeamtailorJobApplication, cursor, include="candidate")
                for one in page.items:
                    person = page.related("candidates", one.candidate_id, TeamtailorCandidate)
                    if person is None or not self._made_up(person):
                        yield translate.application(one, stage, job_id=job_id)
                if not (cursor := page.cursor):
                    break


def _older(since: datetime | None, times: Sequence[datetime]) -> bool:
    """Say whether a list that is sorted latest first has come to what is older than `since`."""
    sorted_as_asked = all(earlier >= later for earlier, later in pairwise(times))
    return since is not None and bool(times) and sorted_as_asked and times[-1] < since


def _plain(role: str) -> str:
    return "".join(letter for letter in role.casefold() if letter.isalnum())


def _alike(one: str, other: str) -> bool:
    """Say whether an address is a part of another: a filter that finds parts finds strangers."""
    one, other = one.casefold(), other.casefold()
    return not one or one in other or other in one


def _names(person: Candidate) -> set[str]:
    orders = (person.first_name + person.last_name, person.last_name + person.first_name)
    return {"".join(order.casefold().split()) for order in orders}
