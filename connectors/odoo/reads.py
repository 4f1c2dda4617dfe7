"""What is read of jobs: requisitions, teams, stages, interviews and the decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.base import ATSError
from connectors.odoo import feedback
from connectors.odoo.door import Door
from connectors.odoo.fields import MEETINGS, JobFields
from connectors.odoo.json2 import PER_PAGE, Json2, is_id, moment
from connectors.odoo.shapes import CalendarEvent, HrJob, HrRecruitmentStage, MailActivity, ResUsers
from connectors.records import (
    Choice,
    Decision,
    HiringTeam,
    Interview,
    InterviewStatus,
    Page,
    Requisition,
    RequisitionStatus,
    Stage,
    User,
)
from connectors.refs import carries

_LISTS = ("hr.job", "mail.activity")


class Reads(Door):
    """The reading side of jobs; `odoo` is our own key's session, set up by `Odoo`."""

    odoo: Json2

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """Read a page of jobs written at or after `since`, then of those with an activity that was.

        A manager who completes an activity does not touch the job. The cursor is the list and the last id of its page:
        `mail.activity:120`.
        """
        name, _, last = cursor.partition(":")
        name, last = name or _LISTS[0], last or "0"
        if name not in _LISTS or not is_id(last):
            raise ATSError("this is no cursor of ours; the list starts anew", permanent=True)
        changed = [["write_date", ">=", moment(since)]] if since else []
        answered: dict[int, datetime] = {}
        if name == "hr.job":
            jobs = self.odoo.page(HrJob, [*changed, ["id", ">", int(last)]])
            end = str(jobs[-1].id) if len(jobs) == PER_PAGE else ""
        else:
            domain = [*changed, ["res_model", "=", "hr.job"], ["active", "=", False], ["id", ">", int(last)]]
            done = self.odoo.page(MailActivity, domain)
            end = str(done[-1].id) if len(done) == PER_PAGE else ""
            answered = {one.res_id: one.write_date for one in sorted(done, key=lambda one: one.write_date)}
            jobs = self.odoo.page(HrJob, [["id", "in", sorted(answered)]]) if answered else ()
        # Whoever lists by what moved must see it move: an answer is later than the job it is on.
        moved = [(self._requisition(job), answered.get(job.id)) for job in jobs]
        items = tuple(replace(one, updated_at=max(one.updated_at, at)) if at else one for one, at in moved)
        return Page(items, _next_list(name, end, since))

    def requisition(self, id: str) -> Requisition | None:
        job = self.odoo.one(HrJob, id)
        return self._requisition(job) if job else None

    def _requisition(self, job: HrJob) -> Requisition:
        """An archived job is closed. An active one with a target of no employees isn't recruited for yet: a draft."""
        status = RequisitionStatus.OPEN if job.no_of_recruitment > 0 else RequisitionStatus.DRAFT
        return Requisition(
            id=str(job.id),
            title=job.name,
            status=status if job.active else RequisitionStatus.CLOSED,
            notes=job.description,
            confidential=False,
            is_template=False,
            created_at=job.create_date,
            updated_at=job.write_date,
            opened_at=job.create_date if status is RequisitionStatus.OPEN and job.active else None,
            url=f"{self.odoo.base}/odoo/action-hr_recruitment.action_hr_job/{job.id}",
        )

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        """The job's interviewers are its hiring managers, its recruiter the recruiter: Odoo has no other such roles."""
        job = self.odoo.one(HrJob, requisition_id)
        if job is None:
            return HiringTeam()
        recruiters = [job.user_id] if job.user_id else []
        found = self.users([*job.interviewer_ids, *recruiters])
        return HiringTeam(
            managers=tuple(found[id] for id in job.interviewer_ids if id in found),
            recruiters=tuple(found[id] for id in recruiters if id in found),
        )

    def users(self, ids: Iterable[int]) -> dict[int, User]:
        wanted = sorted(set(ids))
        rows = self.odoo.all(ResUsers, [["id", "in", wanted]]) if wanted else ()
        return {row.id: User(str(row.id), row.name, row.email or row.login, row.active) for row in rows}

    def stages(self, requisition_id: str) -> list[Stage]:
        """The stages shared by all jobs and those of this one, in order."""
        return [Stage(str(one.id), one.name, order) for order, one in enumerate(self._stages(requisition_id))]

    def _stages(self, requisition_id: str) -> list[HrRecruitmentStage]:
        job = int(requisition_id) if is_id(requisition_id) else 0
        found = self.odoo.all(HrRecruitmentStage, ["|", ["job_ids", "=", False], ["job_ids", "in", [job]]])
        return sorted(found, key=lambda stage: (stage.sequence, stage.id))

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        """Meetings on applicants, oldest first. Odoo's calendar knows no "held": one whose start has passed was.

        An archived meeting is a cancelled one; a deleted one is gone. The panel is whoever of the attendees is a user.
        """
        domain: list[object] = [["write_date", ">=", moment(since)]] if since else []
        ids = [int(id) for id in application_ids if is_id(id)]
        if application_ids and not ids:
            return []
        domain.append(["applicant_id", "in", ids] if ids else ["applicant_id", "!=", False])
        found = list(self.odoo.all(CalendarEvent, domain))
        partners = sorted({partner for one in found for partner in one.partner_ids})
        # Portal users (share) are attendees from outside.
        rows = self.odoo.all(ResUsers, [["partner_id", "in", partners], ["share", "=", False]]) if partners else ()
        panel = {row.partner_id: str(row.id) for row in rows}
        return [
            Interview(
                id=str(one.id),
                application_id=str(one.applicant_id),
                status=InterviewStatus.SCHEDULED if one.active else InterviewStatus.CANCELLED,
                starts_at=one.start,
                ends_at=one.stop,
                interviewer_ids=tuple(panel[partner] for partner in one.partner_ids if partner in panel),
                name=one.name,
                updated_at=one.write_date,
            )
            for one in found
        ]

    # The decision.

    def read_decision(self, requisition_id: str) -> Decision | None:
        """Read whichever was said last: the manager's completed activity (who did it is known), or the fields."""
        job = self.odoo.one(JobFields, requisition_id)
        return self.decision_on(job, self.activities(job)) if job else None

    def activities(self, job: JobFields) -> list[MailActivity]:
        """Our activities on a job, open and done, oldest first; nobody else's."""
        domain = [["res_model", "=", "hr.job"], ["res_id", "=", job.id], ["create_uid", "=", self.own_id()]]
        return list(self.odoo.all(MailActivity, domain))

    def decision_on(self, job: JobFields, activities: Sequence[MailActivity]) -> Decision:
        """The decision on the calibration standing on a job.

        Between a completed activity and edited fields the later counts. When the fields were edited only our rule knows
        (`x_kakuyaku_decided_at`); without it an edit counts, for it is confirmed by mail before anything follows.
        """
        calibration = job.x_kakuyaku_calibration.strip()
        done = [one for one in activities if not one.active and carries(one.summary, calibration)]
        answered = max(done, key=lambda one: one.write_date, default=None)
        edited = job.x_kakuyaku_decided_at
        by_fields = job.choice is not Choice.PENDING if edited is None else True
        if answered is not None and edited is not None:
            by_fields = edited > answered.write_date
        if answered is None or by_fields:
            return Decision(
                calibration=calibration,
                choice=job.choice,
                line=job.x_kakuyaku_line,
                meeting=MEETINGS.get(job.x_kakuyaku_meeting, job.x_kakuyaku_meeting),
                days=job.x_kakuyaku_days,
                specification=job.x_kakuyaku_specification,
                at=edited,
            )
        said = feedback.read(answered.feedback)
        uid = answered.write_uid
        # Somebody hidden from us is still somebody else than the manager.
        actor = self.users([uid]).get(uid, User(str(uid), "", "", active=False)) if uid else None
        # Only what they wrote is theirs: days and meeting in the fields may be anybody's, and empty means as proposed.
        return Decision(
            calibration=calibration,
            choice=said.choice,
            line=said.line,
            days=said.days,
            specification=said.specification,
            actor=actor,
            at=answered.write_date,
        )

    def own_id(self) -> int:
        """The id of the user our key belongs to, asked once."""
        if self._own_id is None:
            context = self.odoo.call("res.users", "context_get")
            id = context.get("uid") if isinstance(context, dict) else None
            if not isinstance(id, int):
                raise ATSError("Odoo does not say whose key this is")
            self._own_id = id
        return self._own_id

    _own_id: int | None = None


def _next_list(name: str, end: str, since: datetime | None) -> str:
    """The cursor after a page of list `name`: its next page, else the start of the list after it."""
    if end:
        return f"{name}:{end}"
    return "mail.activity:0" if name == "hr.job" and since is not None else ""
