"""What is read from Workable: jobs with the hiring plan, teams, candidates, events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors import calibration
from connectors.base import ATSError, Unsupported
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
)
from connectors.shape import place_of
from connectors.workable import translate
from connectors.workable.client import Spi, at, moment
from connectors.workable.door import Door
from connectors.workable.shapes import (
    WorkableCandidate,
    WorkableEvent,
    WorkableJob,
    WorkableMember,
    WorkableRequisition,
    WorkableStage,
)

LONG_AGO = moment(datetime(2000, 1, 1, tzinfo=UTC))
MOST_JOBS = 300
"""How many jobs whose plan changed a cursor names; beyond, all are taken for changed."""


class Reads(Door):
    """The reading side; `spi` is set up by `Workable`."""

    spi: Spi
    member_id: str
    stage_names: dict[str, str]
    _plan_is_shown = True

    # Jobs. A requisition of ours is a job; Workable's own requisitions are lines of its hiring plan.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """A page of jobs changed at or after `since`, or whose line in the hiring plan was.

        The plan shows when nothing of it changed, so it is asked first: only if something did are all jobs listed,
        because a plan's line names its job by another id than a job is asked for by.
        """
        place: dict[str, Any] = place_of("Workable", cursor) if cursor else {"list": "plan" if since else "jobs"}
        ids: list[str] = place.get("jobs", [])
        query: str = place.get("query", "")
        if place["list"] == "plan" and since is not None:
            lines, following = self._plan_page({"updated_after": moment(since)}, query)
            ids = list(dict.fromkeys([*ids, *(line.job.id for line in lines if line.job and line.job.id)]))
            ids = ["*"] if len(ids) > MOST_JOBS or "*" in ids else ids
            go_on = {"list": "plan" if following else "jobs", "query": following, "jobs": ids}
            if following:
                return Page((), json.dumps(go_on))
            query = ""
        filters = {"updated_after": moment(since)} if since and not ids else {}
        rows, following = self.spi.page("/jobs", "jobs", WorkableJob, query, filters)
        items = tuple(found for row in rows if (found := self._moved(row, ids, since)) is not None)
        return Page(items, json.dumps({"list": "jobs", "query": following, "jobs": ids}) if following else "")

    def _moved(self, job: WorkableJob, ids: Sequence[str], since: datetime | None) -> Requisition | None:
        found = translate.requisition(job)
        if since is None or found.updated_at >= since.replace(microsecond=0):
            return found
        # A line of the plan says nowhere when it changed.
        return replace(found, updated_at=since) if job.id in ids or "*" in ids else None

    def _plan_page(self, filters: dict[str, str], query: str = "") -> tuple[tuple[WorkableRequisition, ...], str]:
        """A page of the hiring plan; nothing for an account without one, or a token that may not see it."""
        if not self._plan_is_shown:
            return (), ""
        try:
            return self.spi.page("/requisitions", "requisitions", WorkableRequisition, query, filters)
        except ATSError as problem:
            if problem.status not in (402, 403, 404):
                raise
            self._plan_is_shown = False
            return (), ""

    def _job(self, shortcode: str) -> WorkableJob | None:
        return self.spi.one(at("jobs", shortcode), WorkableJob)

    def _require_job(self, shortcode: str) -> WorkableJob:
        found = self._job(shortcode)
        if found is None:
            raise ATSError(f"Workable shows no job {shortcode}: it was deleted", status=404, permanent=True)
        return found

    def _plan_of(self, job: WorkableJob) -> WorkableRequisition | None:
        lines = self._plan_page({"job_id": job.id})[0] if job.id else ()
        # A 200 does not prove that a filter was used.
        return next((line for line in lines if line.job is not None and line.job.id == job.id), None)

    def requisition(self, id: str) -> Requisition | None:
        job = self._job(id)
        return translate.requisition(job, self._plan_of(job)) if job else None

    def postings(self, requisition_id: str) -> list[JobPosting]:
        job = self._job(requisition_id)
        return [translate.posting(job)] if job and job.full_description.strip() else []

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        """Who collaborates on the job as hiring manager, else the plan's hiring manager; recruiting admins, else admins."""
        members = [
            member
            for member in self.spi.list(at("jobs", requisition_id, "members"), "members", WorkableMember)
            if member.id != self.member_id
        ]
        managers = [member for member in members if member.collaboration_role == "hiring_manager"]
        if not managers and (job := self._job(requisition_id)) is not None:
            plan = self._plan_of(job)
            named = plan.hiring_manager.id if plan and plan.hiring_manager else ""
            managers = [member for member in members if member.id == named]
        others = [member for member in members if member not in managers]
        recruiters = [member for member in others if member.collaboration_role == "recruiting_admin"]
        recruiters = recruiters or [member for member in others if member.collaboration_role == "admin"]
        return HiringTeam(
            managers=tuple(translate.user(member) for member in managers),
            recruiters=tuple(translate.user(member) for member in recruiters),
        )

    def stages(self, requisition_id: str) -> list[Stage]:
        """The job's stages after the sourced ones, which are prospects'; ours are nobody's."""
        ours = {name.casefold() for name in self.stage_names.values()}
        found = [
            stage
            for stage in self._stages_of(requisition_id)
            if stage.kind != translate.SOURCED and stage.name.strip().casefold() not in ours
        ]
        return [Stage(stage.slug, stage.name, stage.position) for stage in found]

    def _stages_of(self, shortcode: str) -> list[WorkableStage]:
        rows = self.spi.list(at("jobs", shortcode, "stages"), "stages", WorkableStage)
        return sorted(rows, key=lambda stage: stage.position)

    # People. A candidate is one person on one job; several of one address are one person to us.

    def _is_calibration(self, found: WorkableCandidate) -> bool:
        return calibration.is_ours(self.options, [found.email], found.tags)

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """A page of candidates changed at or after `since`. Those deleted are in no list: they ring."""
        filters = {"updated_after": moment(since)}
        rows, following = self.spi.page("/candidates", "candidates", WorkableCandidate, cursor, filters)
        found = (row for row in rows if not self._is_calibration(row))
        changes = (
            PersonChange(
                EventKind.CANDIDATE_DELETED if row.anonymized else EventKind.CANDIDATE,
                row.id,
                row.updated_at or row.created_at,
            )
            for row in found
        )
        return Page(tuple(one for one in changes if one.at >= since.replace(microsecond=0)), following)

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        filters = {"updated_after": moment(since)} if since else {}
        for row in self.spi.list("/candidates", "candidates", WorkableCandidate, filters):
            if not self._is_calibration(row) and not row.anonymized:
                yield translate.candidate(row)

    def _candidate(self, id: str) -> WorkableCandidate | None:
        return self.spi.one(at("candidates", id), WorkableCandidate, "candidate")

    def candidate(self, id: str) -> Candidate | None:
        found = self._candidate(id)
        if found is None or found.anonymized or self._is_calibration(found):
            return None
        return translate.candidate(found)

    def _of_address(self, email: str) -> list[WorkableCandidate]:
        """Every candidacy of an address, exact but for case, oldest first."""
        wanted = email.strip().casefold()
        rows = self.spi.list("/candidates", "candidates", WorkableCandidate, {"email": email.strip()})
        # A 200 does not prove that a filter was used: what has another address is no match.
        found = [row for row in rows if row.email.casefold() == wanted and not row.anonymized]
        return sorted(found, key=lambda row: row.created_at)

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find a person by address, as their newest candidacy shows them; `name` narrows what was found.

        By name alone it raises `Unsupported`: Workable has no such search. Compare with `candidates` instead.
        """
        if not email:
            raise Unsupported("Workable cannot find a candidate by name alone, only by e-mail address")
        found = [row for row in self._of_address(email) if not self._is_calibration(row)]
        people = [translate.candidate(row) for row in found[-1:]]
        return [one for one in people if not name or _same_name(one, name)]

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """List candidacies of whoever a candidate is (by address), of a job, or of both, oldest first.

        Each names itself as its candidate: Workable knows no person behind several.
        """
        if candidate_id:
            one = self._candidate(candidate_id)
            if one is None or one.anonymized:
                return []
            found = self._of_address(one.email) if one.email else [one]
        elif requisition_id:
            rows = self.spi.list("/candidates", "candidates", WorkableCandidate, {"shortcode": requisition_id})
            found = sorted(rows, key=lambda row: row.created_at)
        else:
            raise ValueError("name a candidate, a requisition or both")
        shown = [translate.application(row) for row in found if not self._is_calibration(row)]
        return [one for one in shown if not requisition_id or one.requisition_id == requisition_id]

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        """List the events of these candidates, oldest first. An event shows no time of change: `since` leaves none out.

        Nothing without ids: Workable lists events by when they take place, not by when they changed.
        https://workable.readme.io/reference/events
        """
        found: list[Interview] = []
        for id in application_ids:
            filters = {"candidate_id": id, "include_cancelled": "true", "start_date": LONG_AGO}
            rows = self.spi.list("/events", "events", WorkableEvent, filters)
            found += [translate.interview(row, id) for row in rows if row.candidate is None or row.candidate.id == id]
        return found


def _same_name(person: Candidate, name: str) -> bool:
    wanted = "".join(name.casefold().split())
    orders = (person.first_name + person.last_name, person.last_name + person.first_name)
    return wanted in {"".join(order.casefold().split()) for order in orders}
