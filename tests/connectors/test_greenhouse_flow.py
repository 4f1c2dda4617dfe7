"""The job's own approval as the place where a manager approves: who acted is known, and nobody else's flow is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors.base import ATSError
from connectors.greenhouse import Greenhouse
from connectors.greenhouse.flow import Mark
from connectors.records import ApprovalRequest, Choice, Event, EventKind
from connectors.sandbox import Sandbox, approvals, seed

REQUEST = ApprovalRequest("K-1", "K-1", 72, "ご判断をお願いします", "https://plugin.example.com/r/1")


@pytest.fixture
def ats(connect: Callable[..., Greenhouse]) -> Greenhouse:
    made = connect(options={"approval_flow": "open_job"})
    made.set_up()
    return made


@pytest.fixture
def job(ats: Greenhouse, back_door: Callable[..., Any]) -> str:
    return str(back_door("POST", "/sandbox/requisitions", name="SRE", status="draft")["id"])


@pytest.fixture
def answered(sandbox: Sandbox, job: str) -> Callable[..., None]:
    def answer(status: str, by: int = seed.MANAGER) -> None:
        (flow,) = sandbox.store.rows("approval_flows", job_id=int(job))
        approvals.answer(sandbox.ats, flow["id"], by, status)

    return answer


def flows(sandbox: Sandbox, job: str) -> list[dict[str, Any]]:
    return sandbox.store.rows("approval_flows", job_id=int(job))


def test_a_manager_approves_and_greenhouse_says_so(
    sandbox: Sandbox, ats: Greenhouse, job: str, answered: Callable[..., None]
) -> None:
    assert ats.post_approval_request(job, REQUEST) == ""
    assert ats.read_decision(job) == replace(
        ats.read_decision(job), calibration="K-1", choice=Choice.PENDING, actor=None
    )
    (flow,) = flows(sandbox, job)
    (approver,) = approvals.approvers(sandbox.ats, flow["id"])
    assert (approver["user_id"], approver["status"]) == (seed.MANAGER, "due")
    answered("approved")
    decision = ats.read_decision(job)
    assert (decision.calibration, decision.choice, decision.line) == ("K-1", Choice.APPROVED, "")
    assert decision.actor.id == str(seed.MANAGER) and decision.actor.email and decision.at is not None
    writes = sandbox.writes()
    ats.post_approval_request(job, REQUEST)
    assert sandbox.writes() == writes and ats.read_decision(job) == decision, "an echo writes nothing"


def test_a_rejection_rings_nobody_and_is_polled(ats: Greenhouse, job: str, answered: Callable[..., None]) -> None:
    assert ats.decisions_polled and not Greenhouse.decisions_polled
    ats.post_approval_request(job, REQUEST)
    answered("rejected")
    decision = ats.read_decision(job)
    assert (decision.choice, decision.actor.id) == (Choice.DECLINED, str(seed.MANAGER))


def test_who_answered_is_named_even_if_it_was_another(ats: Greenhouse, job: str, answered: Callable[..., None]) -> None:
    ats.post_approval_request(job, REQUEST)
    answered("approved", by=seed.RECRUITER)
    assert ats.read_decision(job).actor.id == str(seed.RECRUITER), "the plugin refuses anyone but the manager"


def test_without_a_name_it_is_no_more_than_recorded(
    sandbox: Sandbox, ats: Greenhouse, job: str, answered: Callable[..., None]
) -> None:
    ats.post_approval_request(job, REQUEST)
    answered("approved")
    (approver,) = approvals.approvers(sandbox.ats, flows(sandbox, job)[0]["id"])
    sandbox.store.change("approvers", approver["id"], resolved_by_id=None)
    decision = ats.read_decision(job)
    assert (decision.choice, decision.actor) == (Choice.APPROVED, None)
    sandbox.store.change("approvers", approver["id"], resolved_by_id=4999999999)
    assert ats.read_decision(job).actor.id == "4999999999", "a user shown no more is somebody else, not nobody"


def test_what_a_person_set_in_the_fields_comes_first(
    ats: Greenhouse, job: str, answered: Callable[..., None], back_door: Callable[..., Any]
) -> None:
    ats.post_approval_request(job, REQUEST)
    answered("approved")
    back_door("POST", f"/sandbox/requisitions/{job}/decision", by=seed.MANAGER, choice="decline")
    decision = ats.read_decision(job)
    assert (decision.choice, decision.actor) == (Choice.DECLINED, None)


def test_a_new_calibration_asks_anew_while_nobody_has_answered(
    sandbox: Sandbox, ats: Greenhouse, job: str, answered: Callable[..., None]
) -> None:
    ats.post_approval_request(job, REQUEST)
    seen = ats.read_decision(job)
    ats.post_approval_request(job, replace(REQUEST, calibration="K-2", seen=seen))
    (flow,) = flows(sandbox, job)
    assert flow["version"] == 2 and approvals.approvers(sandbox.ats, flow["id"])[0]["status"] == "due"
    answered("approved")
    assert (ats.read_decision(job).calibration, ats.read_decision(job).choice) == ("K-2", Choice.APPROVED)


def test_an_answer_given_meanwhile_is_kept(ats: Greenhouse, job: str, answered: Callable[..., None]) -> None:
    ats.post_approval_request(job, REQUEST)
    seen = ats.read_decision(job)
    answered("approved")
    ats.post_approval_request(job, replace(REQUEST, calibration="K-2", seen=seen))
    assert (ats.read_decision(job).calibration, ats.read_decision(job).choice) == ("K-1", Choice.APPROVED)


def test_an_answer_of_an_earlier_calibration_passes_for_none_of_the_next(
    ats: Greenhouse, job: str, answered: Callable[..., None], back_door: Callable[..., Any]
) -> None:
    ats.post_approval_request(job, REQUEST)
    answered("approved")
    ats.post_approval_request(job, replace(REQUEST, calibration="K-2", seen=ats.read_decision(job)))
    asked = ats.read_decision(job)
    assert (asked.calibration, asked.choice, asked.actor) == ("K-2", Choice.PENDING, None)
    back_door("POST", f"/sandbox/requisitions/{job}/decision", by=seed.MANAGER, choice="approve", line="75")
    decided = ats.read_decision(job)
    assert (decided.choice, decided.line, decided.actor) == (Choice.APPROVED, "75", None), "the fields ask then"


def test_a_customers_own_flow_is_never_touched(sandbox: Sandbox, ats: Greenhouse, job: str) -> None:
    groups = [{"approvals_required": 1, "approvers": [{"user_id": seed.MANAGER}]}]
    own = approvals.create(
        sandbox.ats, job_id=int(job), approval_type="open_job", sequential=True, approver_groups=groups
    )
    ats.post_approval_request(job, REQUEST)
    approvals.request(sandbox.ats, own["id"], seed.RECRUITER)
    approvals.answer(sandbox.ats, own["id"], seed.MANAGER, "approved")
    assert ats.read_decision(job).choice is Choice.PENDING, "approving to recruit was not approving our line"
    assert "approval_flows" not in sandbox.writes() and len(flows(sandbox, job)) == 1


@pytest.mark.parametrize("why", ["no_approvals", "open", "scope", "no_manager"])
def test_where_the_flow_cannot_ask_the_fields_do(
    sandbox: Sandbox, ats: Greenhouse, back_door: Callable[..., Any], why: str
) -> None:
    status = "open" if why == "open" else "draft"
    job = str(back_door("POST", "/sandbox/requisitions", name="SRE", status=status)["id"])
    if why == "no_approvals":
        sandbox.store.set("no_approvals", True)
    if why == "scope":
        sandbox.store.set("missing_scopes", ["harvest:approval_flows:list"])
    if why == "no_manager":
        sandbox.store.remove("job_hiring_managers", job_id=int(job))
    ats.post_approval_request(job, REQUEST)
    assert flows(sandbox, job) == []
    asked = ats.read_decision(job)
    assert (asked.calibration, asked.choice) == ("K-1", Choice.PENDING)
    if why != "no_manager":
        back_door("POST", f"/sandbox/requisitions/{job}/decision", by=seed.MANAGER, choice="approve", line="75")
        decided = ats.read_decision(job)
        assert (decided.choice, decided.line, decided.actor) == (Choice.APPROVED, "75", None)


@pytest.mark.parametrize("kind", ["drop_answer", "error_after_write", "server_error"])
@pytest.mark.parametrize("path", ["/v3/jobs", "/v3/approval_flows"])
@pytest.mark.parametrize("times", [1, 2])
def test_trouble_on_the_way_makes_one_flow_that_asks_once(
    sandbox: Sandbox, ats: Greenhouse, job: str, answered: Callable[..., None], kind: str, path: str, times: int
) -> None:
    sandbox.misbehave(kind, on="writes", path=path, next=times)
    for _ in range(6):
        try:
            ats.post_approval_request(job, REQUEST)
        except ATSError as problem:
            assert problem.unknown and not problem.permanent
            continue
        break
    (flow,) = flows(sandbox, job)
    assert flow["version"] == 1 and sandbox.writes()["approval_requests"] == 1
    answered("approved")
    assert ats.read_decision(job).actor.id == str(seed.MANAGER)


def test_the_option_brings_its_field_scopes_and_web_hook(connect: Callable[..., Greenhouse], ats: Greenhouse) -> None:
    assert "job_approved" in ats.webhooks() and any("job_approved" in step for step in ats.webhook_steps("u", "s"))
    assert any(one.what == "scope harvest:approvers:list" and one.ok for one in ats.check())
    plain = connect()
    assert "flow" not in plain.field_keys and "job_approved" not in plain.webhooks()
    assert not any("approv" in one.what for one in plain.check())
    with pytest.raises(ValueError, match="approval_flow"):
        connect(options={"approval_flow": "offer_candidate"})


def test_an_approval_rings_with_its_job(ats: Greenhouse, delivery: Callable[[str], Any]) -> None:
    (event,) = ats.parse(delivery("job_approved"))
    assert event == Event(EventKind.REQUISITION, event.id) and event.id


@pytest.mark.parametrize("text", ["", "K-1", "K-1 x", "K-1 12 3", "new"])
def test_a_mark_somebody_wrote_into_is_none(text: str) -> None:
    assert Mark.read(text) == Mark() and str(Mark()) == ""
    assert str(Mark.read("K-1 new")) == "K-1 new"
