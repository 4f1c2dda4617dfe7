"""Greenhouse's own job approval as the place where a manager approves, by option and where the account's tier has it.

`approval_flow` names the flow borrowed: `open_job` ("start recruiting") or `offer_job` ("official job"). It carries no
number: what is approved is the line we proposed, and Greenhouse says who acted, so that such a decision is *verified*.
https://developers.greenhouse.io/harvest.html#approvals and Harvest v3's approval_flows, approver_groups, approvers.

A job has one flow of a kind, and one that is resolved can't be asked again. So a flow is only made on a job that has
none of its kind, a customer's own is never touched, and where the flow can't ask (another tier, an open job, an answer
given before) the custom fields do, as without the option. Which calibration a flow asks about stands in a field of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.base import ATSError
from connectors.greenhouse import fields, translate
from connectors.greenhouse.reads import Reads
from connectors.greenhouse.shapes import (
    Created,
    GreenhouseApprovalFlow,
    GreenhouseApprover,
    GreenhouseApproverGroup,
    GreenhouseJob,
    GreenhouseUser,
)
from connectors.records import Choice, Decision, User

KINDS = ("open_job", "offer_job")
_CHOICES = {"approved": Choice.APPROVED, "rejected": Choice.DECLINED}
# Refusals that only say that this flow can't ask here: no such feature, no right to ask, nothing to start.
_CANNOT = (402, 403, 404, 409, 422)
WANTED = "new"
"""Stands where the flow's id will, from before it is made until its id is known."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What our field says: the flow `flow_id` (or WANTED) asks about `calibration`."""

    calibration: str = ""
    flow_id: str = ""

    @classmethod
    def read(cls, text: str) -> Mark:
        calibration, _, flow_id = text.strip().partition(" ")
        return cls(calibration, flow_id) if flow_id == WANTED or flow_id.isdigit() else cls()

    def __str__(self) -> str:
        return f"{self.calibration} {self.flow_id}" if self.flow_id else ""


class Flows(Reads):
    """The reading and asking of approval flows; everything here is off without the option."""

    @property
    def flow_kind(self) -> str:
        return self.options.get("approval_flow") or ""

    def read_decision(self, requisition_id: str) -> Decision | None:
        """The decision fields as they stand; while they say nothing, the answer of the approval flow, with its actor."""
        job = self.harvest.one("jobs", GreenhouseJob, requisition_id)
        return self.whole_decision(job) if job else None

    def whole_decision(self, job: GreenhouseJob) -> Decision:
        by_fields = self.decision_on(job)
        mark = self._mark(job)
        asked = mark.flow_id.isdigit() and mark.calibration == by_fields.calibration
        if not asked or by_fields.choice is not Choice.PENDING:
            return by_fields
        flow = self.harvest.one("approval_flows", GreenhouseApprovalFlow, mark.flow_id)
        choice = _CHOICES.get(flow.approval_status) if flow and flow.job_id == job.id else None
        if flow is None or choice is None:
            return by_fields
        actor, at = self._who(flow)
        # The line stays empty: the proposed one is meant, as the plugin keeps it, not as a field may show it by now.
        # Days and meeting were not part of what was approved.
        return replace(by_fields, choice=choice, line="", days="", meeting="", specification="", actor=actor, at=at)

    def _who(self, flow: GreenhouseApprovalFlow) -> tuple[User | None, datetime | None]:
        """Who answered and when; nobody where more than one person could, or Greenhouse doesn't say (R2)."""
        answered = [each for each in self._approvers(flow.id) if each.status == flow.approval_status]
        if len(answered) != 1 or answered[0].resolved_by_id is None:
            return None, None
        id = answered[0].resolved_by_id
        user = self.harvest.one("users", GreenhouseUser, id)
        # Somebody Greenhouse shows no more is still somebody else than the manager.
        return translate.user(user) if user else User(str(id), "", "", active=False), answered[0].resolved_at

    def _approvers(self, flow_id: int) -> list[GreenhouseApprover]:
        groups = self.harvest.list("approver_groups", GreenhouseApproverGroup, approval_flow_ids=str(flow_id))
        ids = [group.id for group in groups]
        return list(self.harvest.list_by("approvers", GreenhouseApprover, "approver_group_ids", ids))

    def _mark(self, job: GreenhouseJob) -> Mark:
        if not self.flow_kind:
            return Mark()
        return Mark.read(fields.as_text(job.custom_fields.get(self.field_keys["flow"])))

    # Asking, in three steps that may each be called again: mark, make, request.

    def prepared(self, job: GreenhouseJob, calibration: str) -> Mark:
        """What to mark for a new calibration: a flow to make, ours to ask anew, or none.

        It goes into the same write as the calibration's id. Ours is asked anew by naming its approvers again, which
        takes back what it was asked before.
        """
        if self.flow_kind == "open_job" and job.status != "draft":
            return Mark()  # whoever is open needs no approval to open, and Greenhouse starts none
        try:
            flows, ours = self._flows(job), self._mark(job)
            if not flows:
                return Mark(calibration, WANTED)
            if len(flows) != 1 or str(flows[0].id) != ours.flow_id or flows[0].approval_status != "pending":
                return Mark()
            groups = self._groups(job)
            if not groups:
                return Mark()
            self.harvest.put("approval_flows", ours.flow_id, "replace_approver_groups", {"approver_groups": groups})
        except ATSError as problem:
            if problem.status not in _CANNOT:
                raise
            return Mark()
        return Mark(calibration, ours.flow_id)

    def made(self, job: GreenhouseJob, mark: Mark) -> Mark:
        """Make the flow that is marked as wanted; return the mark with its id, an empty one where it can't be made.

        The mark stands before the flow is made, so that a flow found after a lost answer is known as ours: the only one
        of its kind, of our one approver, not yet asked.
        """
        if mark.flow_id != WANTED:
            return mark
        try:
            flow_id = self._made(job)
        except ATSError as problem:
            if problem.status not in _CANNOT:
                raise
            return Mark()
        return Mark(mark.calibration, flow_id) if flow_id else Mark()

    def requested(self, mark: Mark) -> bool:
        """Have Greenhouse mail the approver, once; False where this flow can't be started."""
        try:
            approvers = self._approvers(int(mark.flow_id))
            if approvers and all(each.request_sent_at is None and each.status == "waiting" for each in approvers):
                self.harvest.act("approval_flows", mark.flow_id, "request_approvals", {})
        except ATSError as problem:
            if problem.status not in _CANNOT:
                raise
            return False
        return True

    def _made(self, job: GreenhouseJob) -> str:
        flows, groups = self._flows(job), self._groups(job)
        if not groups:
            return ""
        if flows:
            only = self._approvers(flows[0].id) if len(flows) == 1 and flows[0].approval_status == "pending" else []
            wanted = [each["user_id"] for each in groups[0]["approvers"]]
            found = [each.user_id for each in only if each.request_sent_at is None]
            return str(flows[0].id) if found == wanted and len(only) == 1 else ""
        body = {"job_id": job.id, "approval_type": self.flow_kind, "sequential": True, "approver_groups": groups}
        answer = self.harvest.create("approval_flows", body)
        try:
            return str(Created.model_validate(answer).id)
        except ValueError as problem:
            raise ATSError("Greenhouse gave no id for the new approval flow", unknown=True) from problem

    def _flows(self, job: GreenhouseJob) -> list[GreenhouseApprovalFlow]:
        found = self.harvest.list(
            "approval_flows", GreenhouseApprovalFlow, job_ids=str(job.id), approval_type=self.flow_kind
        )
        return [flow for flow in found if flow.job_id == job.id]

    def _groups(self, job: GreenhouseJob) -> list[dict[str, Any]]:
        """One group of one approver: the job's first active hiring manager. Nobody without one."""
        managers = [each for each in self.hiring_team(str(job.id)).managers if each.active]
        return [{"approvals_required": 1, "approvers": [{"user_id": int(managers[0].id)}]}] if managers else []
