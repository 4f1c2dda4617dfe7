"""Ashby's own ways: its webhooks, refusals that come with status 200, sync tokens, forms that say who submitted them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from connectors import calibration
from connectors.ashby import Ashby, fields, translate
from connectors.ashby.marks import APART, KEPT, Marks
from connectors.base import ATSError, BadSignature
from connectors.records import (
    ApprovalRequest,
    Choice,
    EntryKind,
    Event,
    EventKind,
    NewEntry,
    Outcome,
    Request,
    ShortlistPost,
)
from connectors.sandbox.standins.ashby import AshbyStandIn
from plugin.clock import SettableClock

FIXTURES = Path(__file__).parents[1] / "fixtures" / "ashby"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
JOB = "4071538b-3cac-4fbf-ac76-f78ed250ffdd"
APPLICATION = "8f6c1d1e-6f0f-4f3c-9a68-0d54b9b0a001"
PERSON = "5b591aed-88e3-4395-b9c6-7d529f93354a"
REQUISITION_RINGS = ("jobCreate", "jobUpdate", "jobPostingUpdate", "jobPostingUnpublish", "interviewPlanTransition")
APPLICATION_RINGS = (
    *("applicationSubmit", "applicationUpdate", "candidateStageChange", "candidateHire"),
    *("interviewScheduleCreate", "offerCreate"),
)
RINGS: dict[str, list[Event]] = {
    "ping": [Event(EventKind.PING)],
    **{name: [Event(EventKind.REQUISITION, JOB)] for name in REQUISITION_RINGS},
    **{name: [Event(EventKind.APPLICATION, APPLICATION)] for name in APPLICATION_RINGS},
    "candidateDelete": [Event(EventKind.CANDIDATE_DELETED, PERSON)],
    "candidateMerge": [Event(EventKind.CANDIDATE_MERGED, PERSON, "5b591aed-88e3-4395-b9c6-7d529f93354b")],
    "openingCreate": [Event(EventKind.UNKNOWN)],
    "surveySubmit": [Event(EventKind.UNKNOWN)],
}


def delivery(name: str) -> Request:
    head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
    return Request(method=method, path=path, headers=headers, body=body)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(START)


@pytest.fixture
def there(clock: SettableClock) -> Iterator[AshbyStandIn]:
    with AshbyStandIn(now=clock.now) as running:
        yield running


@pytest.fixture
def connect(there: AshbyStandIn) -> Iterator[Callable[..., Ashby]]:
    made: list[Ashby] = []

    def make(**options: str) -> Ashby:
        given = there.connection()
        ats = Ashby(credentials=given["credentials"], secrets=["a-secret"], options=given["options"] | options)
        made.append(ats)
        return ats

    yield make
    for ats in made:
        ats.close()


@pytest.fixture
def ats(connect: Callable[..., Ashby]) -> Ashby:
    made = connect()
    made.set_up()
    return made


def request_for(short_id: str, **changes: Any) -> ApprovalRequest:
    asked = ApprovalRequest(
        calibration=short_id,
        ref=short_id,
        proposed_line=70,
        message=f"{short_id}のご判断をお願いします。",
        url="https://plugin.example.com/r/1",
    )
    return replace(asked, **changes)


# The door.


def test_every_fixture_is_expected_to_ring_something() -> None:
    assert {path.stem for path in FIXTURES.glob("*.http")} == set(RINGS)


@pytest.mark.parametrize("name", sorted(RINGS))
def test_a_delivery_is_verified_and_rings_for_kind_and_id(name: str) -> None:
    ashby = Ashby(credentials={}, secrets=["newest", "fixture-secret"], options={})
    request = delivery(name)
    ashby.verify(request)
    assert ashby.parse(request) == RINGS[name]
    assert ashby.answer(Outcome.ACCEPTED, request).status == 200
    ashby.close()


@pytest.mark.parametrize("signature", ["", "{digest}", "sha256 {digest}", "sha1={digest}", "sha256=", "sha256=00"])
def test_other_signatures_are_refused(signature: str) -> None:
    ashby = Ashby(credentials={}, secrets=["fixture-secret"], options={})
    request = delivery("jobCreate")
    digest = request.headers["ashby-signature"].partition("=")[2]
    forged = replace(request, headers={**request.headers, "ashby-signature": signature.format(digest=digest)})
    with pytest.raises(BadSignature):
        ashby.verify(forged)
    ashby.close()


def test_a_delivery_signed_with_a_secret_we_do_not_know_yet_comes_again(there: AshbyStandIn, ats: Ashby) -> None:
    said = ats.answer(Outcome.BAD_SIGNATURE, delivery("jobCreate")).status
    assert said >= 500 and said not in there.never_again


def test_related_events_have_keys_of_their_own() -> None:
    ashby = Ashby(credentials={}, secrets=[], options={})
    update, moved = (ashby.event_key(delivery(name)) for name in ("applicationUpdate", "candidateStageChange"))
    assert update and moved and update != moved
    assert ashby.event_key(delivery("applicationUpdate")) == update
    assert ashby.event_key(delivery("jobCreate")) == "", "without an id the bytes tell a duplicate"
    ashby.close()


# Subscribing.


def test_webhooks_the_api_refuses_are_asked_of_a_person(there: AshbyStandIn, ats: Ashby) -> None:
    there.strict_webhooks = True
    findings = {
        finding.what: finding for finding in ats.subscribe("https://plugin.example.com/webhooks/k", "s").findings
    }
    assert findings["webhook applicationSubmit"].ok
    refused = findings["webhook jobCreate"]
    assert not refused.ok and "Admin > Integrations > Webhooks" in refused.todo


def test_a_webhook_created_before_our_door_answers_is_said_to_be_off(ats: Ashby) -> None:
    (first, *_) = ats.subscribe("http://127.0.0.1:9/webhooks/k", "a-secret").findings
    assert not first.ok and "switched off" in first.detail and "switch it on" in first.todo


# The protocol.


@responses.activate
def test_a_refusal_with_status_200_is_told_in_ashbys_words() -> None:
    responses.post(
        "https://api.ashbyhq.com/job.info",
        json={
            "success": False,
            "errors": ["invalid_input"],
            "errorInfo": {"code": "invalid_input", "message": "id must be a UUID", "requestId": "1"},
        },
    )
    ashby = Ashby(credentials={"api_key": "the-key"}, secrets=[], options={})
    with pytest.raises(ATSError, match=r"job.info: id must be a UUID \(invalid_input\)") as refused:
        ashby.requisition("x")
    assert refused.value.permanent and not refused.value.unknown
    call = responses.calls[0].request
    assert call.headers["Authorization"].startswith("Basic ") and "the-key" not in str(refused.value)
    assert call.headers["Accept"] == "application/json; version=1"
    ashby.close()


@responses.activate
@pytest.mark.parametrize(
    ("body", "permanent", "status"),
    [
        ({"success": False, "errors": ["rate_limit_exceeded"]}, False, 429),
        ({"success": False, "errors": ["candidate_not_found"]}, True, 404),
        ({"success": False}, True, 200),
    ],
)
def test_only_what_may_pass_is_tried_again(body: dict[str, Any], permanent: bool, status: int) -> None:
    responses.post("https://api.ashbyhq.com/candidate.createNote", json=body)
    responses.post("https://api.ashbyhq.com/candidate.info", json={"success": True, "results": {"id": "p"}})
    responses.post(
        "https://api.ashbyhq.com/candidate.listNotes",
        json={"success": True, "results": [], "moreDataAvailable": False},
    )
    ashby = Ashby(credentials={"api_key": "k"}, secrets=[], options={})
    with pytest.raises(ATSError) as refused:
        ashby.note("p", "N-1", "本文")
    assert (refused.value.permanent, refused.value.status) == (permanent, status)
    ashby.close()


def test_check_names_what_is_wrong_with_the_key_form_and_fields(
    there: AshbyStandIn, connect: Callable[..., Ashby]
) -> None:
    wrong = Ashby(credentials={"api_key": "other"}, secrets=[], options=there.connection()["options"])
    assert [finding.ok for finding in wrong.check()] == [False]
    wrong.close()
    fresh = connect()
    missing = [finding for finding in fresh.check() if not finding.ok]
    assert {finding.what for finding in missing} == {f"job field {title}" for title in fresh.field_titles.values()}
    other = connect(approval_interview="no such interview")
    assert any("no such interview" in finding.what and finding.todo for finding in other.set_up() if not finding.ok)


# Sync tokens.


def test_a_second_sweep_asks_only_for_what_changed(there: AshbyStandIn, ats: Ashby, clock: SettableClock) -> None:
    with there.world.quiet():
        for number in range(250):
            there.create_requisition(title=f"求人 {number}")
    assert len(list(ats.requisitions(START))) == 250
    clock.move(timedelta(minutes=20))
    changed = there.create_requisition(title="新しい求人")
    clock.move(timedelta(minutes=1))
    before = there.requests["/job.list"]
    assert [one.id for one in ats.requisitions(clock.now() - timedelta(minutes=10))] == [changed]
    assert there.requests["/job.list"] == before + 1


def test_a_token_is_used_only_for_what_is_younger_than_it(
    there: AshbyStandIn, ats: Ashby, clock: SettableClock
) -> None:
    with there.world.quiet():
        for number in range(130):
            there.create_requisition(title=f"求人 {number}")
    page = ats.requisitions_page(START)
    clock.move(timedelta(minutes=30))
    assert ats.requisitions_page(START, page.cursor).cursor == ""
    assert ats.marks.before("job", START + timedelta(minutes=20)) == "", "what changed meanwhile may not be in it"
    assert ats.marks.before("job", START + timedelta(minutes=31))


@pytest.mark.parametrize("status", [200, 400, 422])
def test_a_sync_token_that_ashby_refuses_costs_one_whole_list(
    there: AshbyStandIn, ats: Ashby, clock: SettableClock, status: int
) -> None:
    there.stale_status = status
    id = there.add_person("花子", "山田", "hanako@example.com")
    assert [one.id for one in ats.people_changed(START)] == [id]
    clock.move(timedelta(minutes=20))
    there.forget_sync_tokens()
    there.world.changed("person", "updated", id)
    assert [one.id for one in ats.people_changed(clock.now() - timedelta(minutes=5))] == [id]


def test_a_list_goes_on_in_another_process(there: AshbyStandIn, connect: Callable[..., Ashby]) -> None:
    ids = {there.create_requisition(title=f"求人 {number}") for number in range(130)}
    page = connect().requisitions_page(START)
    rest = connect().requisitions_page(START, page.cursor)
    assert page.cursor and not rest.cursor
    assert {one.id for one in (*page.items, *rest.items)} == ids
    with pytest.raises(ATSError, match="no cursor of ours") as refused:
        connect().requisitions_page(START, "junk")
    assert refused.value.permanent


def test_a_posting_alone_moves_its_job(there: AshbyStandIn, ats: Ashby, clock: SettableClock) -> None:
    id = there.create_requisition(title="求人", description="<p>前</p>")
    list(ats.requisitions(START))
    clock.move(timedelta(hours=1))
    post = there.world.jobs[id].posts[0]
    post.content, post.updated_at = "<p>後</p>", clock.now()
    for _ in range(2):  # with a sync token, then after it was refused
        (found,) = ats.requisitions(clock.now() - timedelta(minutes=5))
        assert found.id == id and found.updated_at > START + timedelta(minutes=59)
        there.forget_sync_tokens()


def test_marks_reach_back_further_than_an_overlap() -> None:
    marks = Marks()
    for minute in range(60):
        marks.add("job", START + timedelta(minutes=minute), f"t{minute}")
    now = START + timedelta(minutes=59)
    assert marks.before("job", now - timedelta(minutes=10)) == "t45"
    assert marks.before("job", now - (KEPT + 1) * APART) == ""
    assert Marks.of("an account") is Marks.of("an account") and Marks.of("") is not Marks.of("")


# Deciding.


def test_the_manager_answers_a_form_and_ashby_says_who(there: AshbyStandIn, ats: Ashby, clock: SettableClock) -> None:
    id = there.create_requisition(title="求人", description="<p>本文</p>")
    ats.post_shortlist(id, ShortlistPost("K-1", "S-1", "1. A-01 82点"))
    place = ats.post_approval_request(id, request_for("K-1"))
    assert there.world.people[there.world.applications[place].person_id].emails == [calibration.address({}, id)]
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75", days="5")
    stands = ats.read_decision(id)
    assert stands is not None and stands.actor is not None
    assert (stands.choice, stands.line, stands.days, stands.actor.id) == (Choice.APPROVED, "75", "5", there.manager.id)
    assert stands.at is not None and stands.at > START + timedelta(seconds=59)


def test_the_managers_answer_comes_before_a_later_one_of_somebody_else(
    there: AshbyStandIn, ats: Ashby, clock: SettableClock
) -> None:
    id = there.create_requisition(title="求人")
    ats.post_approval_request(id, request_for("K-1"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75")
    clock.move(timedelta(minutes=1))
    there.decide(id, "decline", by=there.recruiter.id)
    stands = ats.read_decision(id)
    assert stands is not None and (stands.choice, stands.line) == (Choice.APPROVED, "75")


def test_a_mover_ashby_shows_no_more_is_still_somebody(ats: Ashby) -> None:
    actor = ats._user("11111111-0000-4000-8000-00000000dead")
    assert actor is not None and actor.id == "11111111-0000-4000-8000-00000000dead" and ats._user("") is None


def test_a_calibration_field_edited_by_hand_lets_no_form_count(
    there: AshbyStandIn, ats: Ashby, clock: SettableClock
) -> None:
    id = there.create_requisition(title="求人")
    ats.post_approval_request(id, request_for("K-1"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75")
    there.world.jobs[id].fields["kakuyaku_calibration"] = "K-2"
    stands = ats.read_decision(id)
    assert stands is not None and (stands.calibration, stands.choice) == ("K-2", Choice.PENDING)


def test_a_request_whose_answer_was_lost_is_made_once(there: AshbyStandIn, ats: Ashby) -> None:
    id = there.create_requisition(title="求人")
    there.misbehave("drop_answer", next=1, path="/applicationFeedbackRequest.create")
    with pytest.raises(ATSError) as lost:
        ats.post_approval_request(id, request_for("K-1"))
    assert lost.value.unknown
    ats.post_approval_request(id, request_for("K-1"))
    assert there.writes()["feedback_requests"] == 1


def test_without_the_interview_the_question_stands_all_the_same(
    there: AshbyStandIn, ats: Ashby, connect: Callable[..., Ashby]
) -> None:
    id = there.create_requisition(title="求人")
    bare = connect(approval_interview="missing")
    assert bare.post_approval_request(id, request_for("K-1"))
    assert there.there(id).asked == "K-1" and "feedback_requests" not in there.writes()


def test_a_draft_that_takes_nobody_carries_the_shortlist_all_the_same(
    there: AshbyStandIn, ats: Ashby, clock: SettableClock
) -> None:
    there.drafts_take_people = False
    id = there.create_requisition(title="求人", status="draft")
    assert ats.post_shortlist(id, ShortlistPost("K-1", "S-1", "1. A-01 82点"))
    assert ats.post_approval_request(id, request_for("K-1")) == ""
    stands = ats.read_decision(id)
    assert stands is not None and (stands.calibration, stands.choice) == ("K-1", Choice.PENDING)
    there.drafts_take_people = True
    clock.move(timedelta(minutes=1))
    assert ats.post_approval_request(id, request_for("K-2", seen=stands)), "the next question finds its place"


def test_a_stage_may_decide_as_well(
    there: AshbyStandIn, ats: Ashby, connect: Callable[..., Ashby], clock: SettableClock
) -> None:
    approved = there.world.add_stage("確約 承認", 20).id
    there.world.add_stage("確約 見送り", 21)
    staged = connect(approved_stage="確約 承認", declined_stage="確約 見送り")
    id = there.create_requisition(title="求人")
    place = staged.post_approval_request(id, request_for("K-1"))
    clock.move(timedelta(minutes=1))
    there.world.move(place, approved, by=there.manager.id)
    stands = staged.read_decision(id)
    assert stands is not None and stands.actor is not None
    assert (stands.choice, stands.line, stands.actor.email) == (Choice.APPROVED, "", there.manager.email)
    assert ats.read_decision(id) == replace(stands, choice=Choice.PENDING, actor=None, at=None), "off unless set"
    clock.move(timedelta(minutes=1))
    staged.post_approval_request(id, request_for("K-2", seen=stands))
    anew = staged.read_decision(id)
    assert anew is not None and (anew.calibration, anew.choice) == ("K-2", Choice.PENDING)
    assert there.world.applications[place].stage_id != approved, "moved back, so that it can be moved in again"


# People and texts.


def test_the_text_is_the_jobs_own_without_the_boards_closing(there: AshbyStandIn, ats: Ashby) -> None:
    id = there.create_requisition(title="求人", description="<p>本文</p>")
    draft = there.world.add_post(id, "<p>下書き</p>", live=False)
    posts = {post.content: post.live for post in ats.postings(id)}
    assert posts == {"<p>本文</p>": True, "<p>下書き</p>": False}
    assert draft.id in {post.id for post in ats.postings(id)}


def test_a_draft_without_a_posting_waits_for_its_text(there: AshbyStandIn, ats: Ashby) -> None:
    id = there.create_requisition(title="求人", status="draft")
    assert [one.id for one in ats.requisitions(None)] == [id]
    assert ats.postings(id) == []


def test_a_prospect_is_a_lead_and_nobody_is_hired_or_archived_by_us(there: AshbyStandIn, ats: Ashby) -> None:
    id = there.create_requisition(title="求人")
    entry = NewEntry(id, "E-1", EntryKind.PROSPECT, "花子", "山田", "hanako@example.com", source="scout")
    entered = ats.add_entry(entry)
    (mine,) = ats.applications(requisition_id=id)
    assert mine.prospect and there.world.people[entered.candidate_id].extra["name"] == "山田 花子"
    casual = ats.add_entry(replace(entry, kind=EntryKind.CASUAL, email="taro@example.com"))
    assert ats.applications(candidate_id=casual.candidate_id)[0].stage == "カジュアル面談"
    ends = {stage.id for stage in there.world.stages.values() if stage.name in ("Hired", "Archived")}
    assert not ends & {stage.id for stage in ats.stages(id)}
    for stage_id in ends:
        with pytest.raises(ATSError, match="no stage"):
            ats.move(entered.application_id, stage_id)


def test_who_applied_through_a_posting_applied_themselves(
    there: AshbyStandIn, ats: Ashby, clock: SettableClock
) -> None:
    id = there.create_requisition(title="求人")
    sourced, applied = (there.add_person("花子", str(n), f"p{n}@example.com", company="みどり商事") for n in range(2))
    stage = ats.stages(id)[1].id
    there.world.add_application(sourced, id, stage)
    there.world.add_application(applied, id, stage, extra={"posting": "a-posting"})
    people = {one.candidate.id: one for one in ats.past_candidates(None).people}
    assert people[sourced].applied_at is None and people[applied].applied_at is not None
    assert people[applied].employments[0].company == "みどり商事"
    assert ats.past_candidates(clock.now() + timedelta(days=1)).people == ()


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("山田 花子", "花子", "山田"), ("Hanako Yamada", "Hanako", "Yamada"), ("Ana de la Cruz", "Ana de la", "Cruz")],
)
def test_one_name_is_two_in_the_order_of_its_language(name: str, first: str, last: str) -> None:
    assert translate.split_name(name) == (first, last)
    assert translate.joined_name(first, last) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (75, "75"),
        (75.0, "75"),
        ({"score": 4}, "4"),
        (
            {"type": "compensation-range", "minValue": 8e6, "maxValue": 12e6, "currencyCode": "JPY"},
            "JPY 8000000-12000000",
        ),
        (["東京", "大阪"], "東京, 大阪"),
        (True, "yes"),
        (None, ""),
    ],
)
def test_any_field_reads_as_text(value: Any, text: str) -> None:
    assert fields.as_text(value) == text
