"""Workable's own ways: a candidate is one person on one job, signed with the account token, times to the second."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import calibration
from connectors.base import ATSError, BadSignature, Unsupported
from connectors.pace import Timekeeper
from connectors.records import (
    ApplicationStatus,
    ApprovalRequest,
    Attachment,
    Choice,
    Decision,
    EntryKind,
    Event,
    EventKind,
    NewEntry,
    Outcome,
    Rate,
    Request,
    RequisitionStatus,
    ShortlistPost,
)
from connectors.sandbox.standins.workable import WorkableStandIn
from connectors.sandbox.standins.workable.shown import APPROVED, REVIEW, TOKEN, plan_id
from connectors.workable import Workable, door, reads
from plugin.clock import SettableClock

FIXTURES = Path(__file__).parents[1] / "fixtures" / "workable"
SENT = datetime(2026, 11, 21, tzinfo=UTC)
CANDIDATE, JOB = "272731b1", "9CD658E13E"
RINGS: dict[str, list[Event]] = {
    "candidate_created": [Event(EventKind.APPLICATION, CANDIDATE)],
    "candidate_moved": [Event(EventKind.APPLICATION, CANDIDATE)],
    "candidate_disqualified": [Event(EventKind.APPLICATION, CANDIDATE)],
    "candidate_deleted": [Event(EventKind.CANDIDATE_DELETED, CANDIDATE)],
    "job_deleted": [Event(EventKind.REQUISITION_DELETED, JOB)],
    "employee_created": [Event(EventKind.UNKNOWN)],
}
ASK = ApprovalRequest("c1", "K-1", 75, "面接確約ラインをご判断ください。", "http://127.0.0.1:9/r/1")


def delivery(name: str) -> Request:
    head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
    return Request(method, path, headers, body, received_at=SENT)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(SENT)


@pytest.fixture
def workable(clock: SettableClock) -> Iterator[WorkableStandIn]:
    with WorkableStandIn(now=clock.now) as running:
        yield running


@pytest.fixture
def ats(workable: WorkableStandIn) -> Iterator[Workable]:
    given = workable.connection()
    made = Workable(credentials=given["credentials"], secrets=[], options=given["options"])
    yield made
    made.close()


@pytest.fixture
def requisition_id(workable: WorkableStandIn) -> str:
    return workable.create_requisition(title="バックエンドエンジニア", description="<p>【必須】Python 5年以上</p>")


def decided(ats: Workable, requisition_id: str) -> Decision:
    stands = ats.read_decision(requisition_id)
    assert stands is not None
    return stands


def entry(requisition_id: str, **changes: Any) -> NewEntry:
    made = NewEntry(requisition_id, "E-1", EntryKind.APPLICATION, "花子", "山田", "hanako@example.com")
    return replace(made, **changes)


# The door.


def test_every_fixture_is_expected_to_ring_something() -> None:
    assert {path.stem for path in FIXTURES.glob("*.http")} == set(RINGS)


@pytest.mark.parametrize("name", sorted(RINGS))
def test_each_delivery_is_verified_by_the_account_token_in_hex_or_base64(name: str) -> None:
    ats = Workable(credentials={"api_token": "fixture-token"}, secrets=["another"], options={})
    request = delivery(name)
    ats.verify(request)
    assert ats.parse(request) == RINGS[name]
    assert ats.event_key(request) and ats.answer(Outcome.ACCEPTED, request).status == 200
    for wrong in (
        replace(request, body=request.body + b" "),
        replace(request, headers={}),
        with_signature(request, "%"),
    ):
        with pytest.raises(BadSignature):
            ats.verify(wrong)
    assert ats.answer(Outcome.BAD_SIGNATURE, request).status == 401
    strange = replace(request, body=b'{"id":"\\ud800","event_type":"candidate_moved","data":{"id":"\\u0000"}}')
    assert ats.event_key(strange) == "" and ats.parse(strange) == [Event(EventKind.UNKNOWN)]
    ats.close()


def with_signature(request: Request, signature: str) -> Request:
    return replace(request, headers={"x-workable-signature": signature})


@given(st.binary() | st.builds(lambda value: json.dumps(value).encode(), st.recursive(st.none() | st.text(), st.lists)))
def test_no_bytes_break_the_door(body: bytes) -> None:
    assert door.read(body) == [Event(EventKind.UNKNOWN)]


def test_each_event_has_an_address_of_its_own_because_one_is_taken_once(
    workable: WorkableStandIn, ats: Workable
) -> None:
    url = "https://plugin.example.com/webhooks/k"
    workable.misbehave("drop_answer", on="writes", next=1)
    with pytest.raises(ATSError):
        ats.subscribe(url, "unused")
    for _ in range(2):
        made = ats.subscribe(url, "unused")
        assert all(finding.ok for finding in made.findings) and made.secrets == ()
    assert [hook.url for hook in workable.bell.hooks] == [f"{url}/{event}" for event in door.WEBHOOKS]


def test_events_an_account_has_not_got_are_no_fault(
    workable: WorkableStandIn, ats: Workable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.sandbox.standins.workable.EVENTS", ("candidate_created", "candidate_moved"))
    assert all(finding.ok for finding in ats.subscribe("https://plugin.example.com/webhooks/k", "").findings)


# Reads.


def test_the_token_goes_to_no_address_but_ours_though_paging_names_another(
    workable: WorkableStandIn, ats: Workable
) -> None:
    ids = [workable.create_requisition(title=f"求人{number}") for number in range(101)]
    assert [one.id for one in ats.requisitions(None)] == ids
    first = ats.requisitions_page(None)
    assert len(first.items) == 100 and "https" not in first.cursor


@pytest.mark.parametrize(
    ("status", "expected"), [("open", "open"), ("draft", "draft"), ("archived", "closed"), ("closed", "closed")]
)
def test_only_published_and_draft_jobs_are_more_than_closed(
    workable: WorkableStandIn, ats: Workable, status: str, expected: str
) -> None:
    found = ats.requisition(workable.create_requisition(title="x", status=status))
    assert found is not None and found.status is RequisitionStatus(expected)


def test_workables_own_sample_jobs_are_taken_for_templates(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    workable.world.jobs[requisition_id].extra |= {
        "sample": True,
        "salary": {"salary_from": 6000000, "salary_to": 9000000, "salary_currency": "jpy"},
    }
    found = ats.requisition(requisition_id)
    assert found is not None and found.is_template
    assert found.fields == {"salary": "JPY 6,000,000-9,000,000"}


def test_the_hiring_plan_is_joined_and_its_changes_move_the_job(
    workable: WorkableStandIn, ats: Workable, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [workable.create_requisition(title=f"求人{number}") for number in range(2)]
    job = workable.world.jobs[ids[1]]
    job.manager_ids.clear()
    clock.move(timedelta(hours=1))
    since = clock.now()
    workable.plan = [
        {
            "id": "16d60890",
            "code": "REQ-9",
            "state": "approved",
            "job": {"id": plan_id(job), "title": job.title},
            "hiring_manager": {"id": workable.recruiter.id, "name": ""},
            "salary_range": {"from": 6000000, "to": 9000000, "currency_iso": "JPY", "frequency": "yearly"},
            "updated_at": since,
        }
    ]
    assert [(one.id, one.updated_at) for one in ats.requisitions(since)] == [(ids[1], since)]
    found = ats.requisition(ids[1])
    assert found is not None
    assert found.fields == {
        "requisition": "REQ-9",
        "requisition_state": "approved",
        "salary_range": "JPY 6,000,000-9,000,000 yearly",
    }
    assert [one.id for one in ats.hiring_team(ids[1]).managers] == [workable.recruiter.id]
    monkeypatch.setattr(reads, "MOST_JOBS", 0)
    assert [one.id for one in ats.requisitions(since)] == ids, "too many to name: all are taken for changed"


def test_an_account_without_a_hiring_plan_is_asked_for_it_once(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    for _ in range(3):
        assert ats.requisition(requisition_id) is not None
    assert workable.requests["/requisitions"] == 1


def test_candidacies_of_one_address_are_one_person(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    other = workable.create_requisition(title="別の求人")
    first, second = ats.add_entry(entry(other)), ats.add_entry(entry(requisition_id))
    assert first.candidate_id == first.application_id != second.candidate_id
    [found] = ats.find_candidates(email="HANAKO@example.com")
    assert found.id == second.candidate_id
    for id in (first.candidate_id, second.candidate_id):
        assert [one.requisition_id for one in ats.applications(candidate_id=id)] == [other, requisition_id]
    [here] = ats.applications(candidate_id=first.candidate_id, requisition_id=requisition_id)
    assert (here.id, here.status) == (second.application_id, ApplicationStatus.ACTIVE)


def test_an_entry_that_was_made_but_not_moved_is_moved_on_and_a_strangers_is_not(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    workable.misbehave("server_error", on="writes", path="/candidates", next=1)
    with pytest.raises(ATSError) as problem:
        ats.add_entry(entry(requisition_id))
    assert problem.value.unknown
    assert ats.add_entry(entry(requisition_id)).found
    [mine] = ats.applications(requisition_id=requisition_id)
    assert (mine.prospect, mine.stage) == (False, "応募")
    # Somebody a recruiter sourced is nobody's to advance (R9).
    person = workable.world.add_person("太郎", "見本", emails=["taro@example.com"])
    workable.world.add_application(person.id, requisition_id, "sourced")
    entered = ats.add_entry(entry(requisition_id, email="taro@example.com"))
    assert entered.found and workable.world.applications[entered.application_id].stage_id == "sourced"


def test_a_prospect_stays_sourced_and_a_casual_meeting_has_its_stage(ats: Workable, requisition_id: str) -> None:
    for kind, address in ((EntryKind.PROSPECT, "a@example.com"), (EntryKind.CASUAL, "b@example.com")):
        ats.add_entry(entry(requisition_id, kind=kind, email=address))
    stages = [(one.prospect, one.stage) for one in ats.applications(requisition_id=requisition_id)]
    assert stages == [(True, ""), (False, "カジュアル面談")]
    names = [stage.name for stage in ats.stages(requisition_id)]
    assert names == ["応募", "カジュアル面談", "一次面接", "最終面接", "内定", "入社"], "not sourced, and none of ours"


def test_tags_are_sent_along_because_the_call_replaces_them(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    entered = ats.add_entry(entry(requisition_id))
    workable.world.people[entered.candidate_id].tags.append("紹介")
    ats.tag(entered.candidate_id, "面接確約")
    assert workable.world.people[entered.candidate_id].tags == ["kakuyaku", "紹介", "面接確約"]


def test_a_file_hangs_on_a_comment_and_hides_no_note(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    entered = ats.add_entry(entry(requisition_id))
    file = Attachment("経歴.pdf", b"%PDF-1.4", "application/pdf")
    place = ats.attach(entered.application_id, "N-7", file)
    note = ats.note(entered.candidate_id, "N-7", "お約束の控え")
    assert ats.attach(entered.application_id, "N-7", file) == place != note
    [stands] = workable.there(requisition_id).entries
    assert stands.files == ("経歴-N-7.pdf",) and len(stands.notes) == 2


def test_anonymised_people_are_gone(workable: WorkableStandIn, ats: Workable, clock: SettableClock) -> None:
    id = workable.add_person("次郎", "見本", "jiro@example.com")
    workable.world.people[id].extra["anonymized"] = True
    assert ats.candidate(id) is None and ats.find_candidates(email="jiro@example.com") == []
    [change] = ats.people_changed(SENT)
    assert (change.kind, change.id) == (EventKind.CANDIDATE_DELETED, id)


def test_past_candidates_come_with_experience_and_a_resume_at_a_signed_address(
    workable: WorkableStandIn, ats: Workable
) -> None:
    id = workable.add_person("次郎", "見本", "jiro@example.com")
    workable.world.people[id].extra["jobs"] = [
        {"title": "エンジニア", "company": "みどり商事", "start_date": "2021-04-01", "end_date": None}
    ]
    workable.world.add_file(("person", id), "経歴.pdf", b"%PDF-1.4", "application/pdf")
    [one] = ats.past_candidates(None).people
    assert [(job.company, job.start, job.end) for job in one.employments] == [("みどり商事", "2021-04-01", "")]
    assert ats.resume(one.resumes[0]) == b"%PDF-1.4"


# The decision.


def test_the_card_is_no_person_and_stands_in_the_review_stage(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    ats.post_shortlist(requisition_id, ShortlistPost("c1", "S-1", "1. A-01"))
    place = ats.post_approval_request(requisition_id, ASK)
    person = workable.world.people[place]
    assert person.tags == [calibration.TAG]
    assert person.emails == [f"kakuyaku-calibration+{requisition_id}@example.invalid"]
    assert workable.world.stages[workable.world.applications[place].stage_id].name == REVIEW
    assert workable.writes() == {"candidates": 1, "moves": 1, "comments": 2}
    assert ats.candidate(place) is None


def test_a_card_that_was_made_but_not_moved_is_put_into_review(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    workable.misbehave("server_error", on="writes", path="/candidates", next=1)
    with pytest.raises(ATSError):
        ats.post_approval_request(requisition_id, ASK)
    assert decided(ats, requisition_id).choice is Choice.PENDING
    place = ats.post_approval_request(requisition_id, ASK)
    assert workable.world.stages[workable.world.applications[place].stage_id].name == REVIEW


@pytest.mark.parametrize(
    ("notes", "line"),
    [
        ([], ""),
        ([("manager", "80")], "80"),
        ([("manager", "80"), ("recruiter", "60")], "80"),
        ([("manager", "@kakuyaku 80")], "80"),
        ([("manager", "80か85")], "80か85"),
    ],
)
def test_the_line_is_what_whoever_moved_the_card_commented(
    workable: WorkableStandIn, ats: Workable, requisition_id: str, notes: list[tuple[str, str]], line: str
) -> None:
    place = ats.post_approval_request(requisition_id, ASK)
    for who, text in notes:
        workable.world.add_note(("application", place), text, by=getattr(workable, who).id)
    workable.decide(requisition_id, "approve")
    stands = decided(ats, requisition_id)
    assert (stands.choice, stands.line) == (Choice.APPROVED, line)
    assert stands.actor is not None and stands.actor.id == workable.manager.id


def test_a_move_made_before_the_question_does_not_answer_it(
    workable: WorkableStandIn, ats: Workable, requisition_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ats.post_approval_request(requisition_id, ASK)
    workable.decide(requisition_id, "approve", "80")
    written = ats._comment

    def late(candidate_id: str, text: str, **more: Any) -> str:
        workable.decide(requisition_id, "approve")  # between our move back and our question
        return written(candidate_id, text, **more)

    monkeypatch.setattr(ats, "_comment", late)
    again = replace(ASK, calibration="c2", seen=decided(ats, requisition_id))
    ats.post_approval_request(requisition_id, again)
    assert (decided(ats, requisition_id).calibration, decided(ats, requisition_id).line) == ("c1", "80")


def test_disqualifying_declines_and_says_who(workable: WorkableStandIn, ats: Workable, requisition_id: str) -> None:
    ats.post_approval_request(requisition_id, ASK)
    workable.decide(requisition_id, "approve", "80")
    workable.decide(requisition_id, "decline", by=workable.recruiter.id)
    stands = decided(ats, requisition_id)
    assert stands.choice is Choice.DECLINED
    assert stands.actor is not None and stands.actor.id == workable.recruiter.id
    ats.post_approval_request(requisition_id, replace(ASK, calibration="c2", seen=stands))
    again = decided(ats, requisition_id)
    assert (again.calibration, again.choice, again.actor) == ("c2", Choice.PENDING, None)


def test_a_letter_picks_a_specification_before_anything_is_decided(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    place = ats.post_approval_request(requisition_id, ASK)
    workable.world.add_note(("application", place), "案Bでお願いします", by=workable.recruiter.id)
    stands = decided(ats, requisition_id)
    assert (stands.choice, stands.specification, stands.actor) == (Choice.PENDING, "B", None)


def test_a_card_dragged_elsewhere_is_asked_about(workable: WorkableStandIn, ats: Workable, requisition_id: str) -> None:
    place = ats.post_approval_request(requisition_id, ASK)
    workable.world.move(place, workable._slug("一次面接"), by=workable.manager.id)
    assert decided(ats, requisition_id).choice is Choice.UNREADABLE


def test_a_missing_stage_is_named_before_anything_is_made(
    workable: WorkableStandIn, ats: Workable, requisition_id: str
) -> None:
    del workable.world.stages[workable._slug(REVIEW)]
    wrong = [finding for finding in ats.set_up() if not finding.ok]
    assert len(wrong) == 1 and REVIEW in wrong[0].todo and APPROVED not in wrong[0].what
    with pytest.raises(Unsupported, match="Threshold review"):
        ats.post_shortlist(requisition_id, ShortlistPost("c1", "S-1", "1. A-01"))
    assert workable.writes() == {}


def test_a_member_nobody_knows_is_told_with_those_there_are(workable: WorkableStandIn) -> None:
    given = workable.connection()
    ats = Workable(credentials=given["credentials"], secrets=[], options={**given["options"], "member_id": "x"})
    [wrong] = [finding for finding in ats.check() if not finding.ok]
    assert workable.manager.id in wrong.todo and TOKEN not in repr(wrong)
    ats.close()


def test_the_accounts_own_limit_is_kept() -> None:
    """10 calls in 10 seconds: the connector waits rather than being refused."""
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed.append(seconds)

    with WorkableStandIn(now=lambda: SENT + timedelta(seconds=sum(passed)), rate=Rate(10, 10.0)) as workable:
        id = workable.create_requisition(title="x")
        given = workable.connection()
        keeper = Timekeeper(lambda: sum(passed), sleep)
        ats = Workable(credentials=given["credentials"], secrets=[], options=given["options"], timekeeper=keeper)
        for _ in range(11):
            ats.requisition(id)
        assert workable.refused == 0 and 10.0 <= sum(passed) < 11.0
        ats.close()


def test_a_subdomain_is_no_place_for_an_address() -> None:
    with pytest.raises(ValueError, match="subdomain"):
        Workable(credentials={}, secrets=[], options={"subdomain": "evil.example/"})
    nowhere = Workable(credentials={"api_token": "x"}, secrets=[], options={})
    with pytest.raises(ATSError, match="no subdomain"):
        nowhere.requisition("1")
    nowhere.close()
