"""Approval flows of jobs: made and started by API, answered by people; one may not be changed once it is answered.

As Harvest documents them: a flow is created pending and mails nobody; `request_approvals` starts it; naming its
approvers again takes back what was asked. A final approval rings `job_approved`, a rejection rings nothing.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox import bodies, jobs
from connectors.sandbox.jobs import Ats, NotAllowed, Unprocessable
from connectors.sandbox.store import Row, iso

KINDS = ("open_job", "offer_job")


def create(ats: Ats, *, job_id: int, approval_type: str, sequential: bool, approver_groups: list[Any]) -> Row:
    """Create a flow. Refused on an account whose tier has none (setting `no_approvals`)."""
    if ats.store.setting("no_approvals"):
        raise Unprocessable("approvals are not available on this account", "approval_type")
    if approval_type not in KINDS:
        raise Unprocessable(f"Must be one of: {', '.join(KINDS)}", "approval_type")
    jobs.find(ats, "jobs", job_id)
    with ats.store.whole():
        flow = ats.store.add(
            "approval_flows",
            job_id=job_id,
            approval_type=approval_type,
            approval_status="pending",
            sequential=sequential,
            version=1,
        )
        _add_groups(ats, flow["id"], approver_groups)
    return flow


def _add_groups(ats: Ats, flow_id: int, groups: list[Any]) -> None:
    for order, group in enumerate(groups):
        row = ats.store.add(
            "approver_groups",
            approval_flow_id=flow_id,
            approvals_required=group["approvals_required"],
            sort_order=order,
        )
        for number, approver in enumerate(group["approvers"]):
            jobs.find(ats, "users", int(approver["user_id"]))
            ats.store.add(
                "approvers",
                approver_group_id=row["id"],
                user_id=int(approver["user_id"]),
                status="waiting",
                sort_order=number,
            )


def approvers(ats: Ats, flow_id: int) -> list[Row]:
    groups = ats.store.rows("approver_groups", approval_flow_id=flow_id)
    return [row for group in groups for row in ats.store.rows("approvers", approver_group_id=group["id"])]


def request(ats: Ats, flow_id: int, by: int | None) -> None:
    """Start a flow: its approvers are due. Refused for a job that is open already."""
    flow = jobs.find(ats, "approval_flows", flow_id)
    if flow["approval_status"] != "pending":
        raise Unprocessable("the flow is resolved")
    if flow["approval_type"] == "open_job" and jobs.find(ats, "jobs", flow["job_id"])["status"] != "draft":
        raise Unprocessable("the approval cannot be started: the job is open")
    with ats.store.whole():
        ats.store.change("approval_flows", flow_id, requested_by_id=by)
        for row in approvers(ats, flow_id):
            sent = iso(ats.store.now())
            ats.store.change("approvers", row["id"], status="due", request_sent_at=sent)


def replace_groups(ats: Ats, flow_id: int, groups: list[Any]) -> None:
    flow = jobs.find(ats, "approval_flows", flow_id)
    if flow["approval_status"] != "pending":
        raise Unprocessable("an approved or rejected flow cannot be changed")
    with ats.store.whole():
        for group in ats.store.rows("approver_groups", approval_flow_id=flow_id):
            ats.store.remove("approvers", approver_group_id=group["id"])
        ats.store.remove("approver_groups", approval_flow_id=flow_id)
        _add_groups(ats, flow_id, groups)
        ats.store.change("approval_flows", flow_id, version=flow["version"] + 1, requested_by_id=None)


def answer(ats: Ats, flow_id: int, by: int, status: str) -> None:
    """Answer as a person would on the approvals page; a site admin may for an approver. Flows of one approver only."""
    flow = jobs.find(ats, "approval_flows", flow_id)
    (approver,) = approvers(ats, flow_id)
    if flow["approval_status"] != "pending" or approver["status"] != "due":
        raise NotAllowed("nothing is asked")
    with ats.store.whole():
        now = iso(ats.store.now())
        ats.store.change("approvers", approver["id"], status=status, resolved_at=now, resolved_by_id=by)
        ats.store.change("approver_groups", approver["approver_group_id"], resolved_at=now)
        ats.store.change("approval_flows", flow_id, approval_status=status)
        if status == "approved":
            job = jobs.find(ats, "jobs", flow["job_id"])
            kind = {"approval_flow_type": flow["approval_type"]}
            ats.bell.ring("job_approved", {"approval_flow": kind, **bodies.job(ats.store, job)})
