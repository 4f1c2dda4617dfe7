"""Teamtailor's own ways: two versions of a signature, JSON:API's pages, decisions by a move that names nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import calibration
from connectors.base import ATSError, BadSignature, Unsupported
from connectors.records import (
    ApprovalRequest,
    Choice,
    EntryKind,
    Event,
    EventKind,
    NewEntry,
    Outcome,
    Request,
    RequisitionStatus,
    ShortlistPost,
)
from connectors.sandbox.standins.teamtailor import TeamtailorStandIn
from connectors.teamtailor import Teamtailor, door
from plugin.clock import SettableClock

FIXTURES = Path(__file__).parents[1] / "fixtures" / "teamtailor"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SIGNED_AT = datetime(2026, 11, 20, 1, 10, 50, tzinfo=UTC)
JOB = [Event(EventKind.REQUISITION, "2")]
PERSON = [Event(EventKind.CANDIDATE, "1337")]
APPLICATION = [Event(EventKind.APPLICATION, "4711")]
RINGS: dict[str, list[Event]] = {
    "job.create": JOB,
    "job.update": JOB,
    "job.update_escaped": JOB,
    "job.update_signed_in_the_body": JOB,
    "job.update_whole_body": JOB,
    "job.update_v1": JOB,
    "job.destroy": [Event(EventKind.REQUISITION_DELETED, "2")],
    "candidate.create": PERSON,
    "candidate.update": PERSON,
    "candidate.destroy": [Event(EventKind.CANDIDATE_DELETED, "1337")],
    "job_application.create": APPLICATION,
    "job_application.update": APPLICATION,
    "job_application.destroy": APPLICATION,
    "user.update": [Event(EventKind.UNKNOWN)],
}


def delivery(name: str) -> Request:
    head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
    return Request(method=method, path=path, headers=headers, body=body, received_at=SIGNED_AT)


@pytest.fixture
def hearing() -> Iterator[Callable[..., Teamtailor]]:
    made: list[Teamtailor] = []

    def make(*secrets: str, **options: str) -> Teamtailor:
        made.append(Teamtailor(credentials={}, secrets=secrets, options=options))
        return made[-1]

    yield make
    for ats in made:
        ats.close()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(START)


@pytest.fixture
def there(clock: SettableClock) -> Iterator[TeamtailorStandIn]:
    with TeamtailorStandIn(now=clock.now) as running:
        yield running


@pytest.fixture
def connect(there: TeamtailorStandIn) -> Iterator[Callable[..., Teamtailor]]:
    made: list[Teamtailor] = []

    def make(**options: str) -> Teamtailor:
        known = there.connection()
        ats = Teamtailor(credentials=known["credentials"], secrets=["k"], options=known["options"] | options)
        made.append(ats)
        return ats

    yield make
    for ats in made:
        ats.close()


@pytest.fixture
def ats(connect: Callable[..., Teamtailor]) -> Teamtailor:
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
    assert {path.name.removesuffix(".http") for path in FIXTURES.glob("*.http")} == set(RINGS)


@pytest.mark.parametrize("name", sorted(RINGS))
def test_a_delivery_is_verified_and_rings_for_kind_and_id(name: str, hearing: Callable[..., Teamtailor]) -> None:
    ats = hearing("newest", "fixture-secret", **({"signature_version": "v1"} if name.endswith("_v1") else {}))
    request = delivery(name)
    ats.verify(request)
    assert ats.parse(request) == RINGS[name]
    assert ats.answer(Outcome.ACCEPTED, request).status == 200
    with pytest.raises(BadSignature):
        hearing("another").verify(request)


def test_the_deprecated_signature_is_taken_only_where_it_was_asked_for(hearing: Callable[..., Teamtailor]) -> None:
    with pytest.raises(BadSignature):
        hearing("fixture-secret").verify(delivery("job.update_v1"))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_delivery_signed_at_another_time_is_refused(minutes: int, hearing: Callable[..., Teamtailor]) -> None:
    request = delivery("job.update")
    ats = hearing("fixture-secret")
    with pytest.raises(BadSignature):
        ats.verify(replace(request, received_at=SIGNED_AT + timedelta(minutes=minutes)))
    ats.verify(replace(request, received_at=None))


@pytest.mark.parametrize(
    "swap",
    [
        (b'"id":"2"', b'"id":"3"'),
        (b"job.update", b"job.create"),
        (b'{"payload":', b'{"payload":{"event_name":"job.update","data":{"id":"9"}},"other":'),
    ],
)
def test_what_was_changed_after_signing_is_refused(
    swap: tuple[bytes, bytes], hearing: Callable[..., Teamtailor]
) -> None:
    request = delivery("job.update")
    assert swap[0] in request.body
    with pytest.raises(BadSignature):
        hearing("fixture-secret").verify(replace(request, body=request.body.replace(*swap)))


def test_of_two_payloads_the_one_that_is_read_is_the_one_that_was_signed(hearing: Callable[..., Teamtailor]) -> None:
    request = delivery("job.update")
    forged = b'{"payload":{"event_name":"job.destroy","data":{"id":"9"}},' + request.body[1:]
    ats = hearing("fixture-secret")
    ats.verify(replace(request, body=forged))
    assert ats.parse(replace(request, body=forged)) == JOB


@given(st.binary(max_size=200))
def test_no_body_makes_the_door_stumble(body: bytes) -> None:
    assert all(event.kind in EventKind for event in door.read(body))
    assert isinstance(door._raw_payload(body), str)


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_the_payload_is_found_as_it_stands(payload: Any) -> None:
    for dumped in (json.dumps(payload), json.dumps(payload, ensure_ascii=False, indent=1)):
        try:
            body = f' {{ "a" : [1], "payload": {dumped} , "signature":"x"}}'.encode()
        except UnicodeEncodeError:
            continue
        assert door._raw_payload(body) == dumped


# The protocol.


@responses.activate
def test_an_error_is_told_in_teamtailors_words() -> None:
    error = {"title": "Invalid field value", "detail": "x is not valid", "status": "400"}
    responses.get("https://api.teamtailor.com/v1/jobs/7", json={"errors": [error]}, status=400)
    ats = Teamtailor(credentials={"api_key": "the-key"}, secrets=[], options={})
    with pytest.raises(ATSError, match="Teamtailor: Invalid field value; x is not valid") as refused:
        ats.requisition("7")
    assert refused.value.permanent and "the-key" not in str(refused.value)
    sent = responses.calls[0].request.headers
    assert (sent["Authorization"], sent["X-Api-Version"]) == ("Token token=the-key", "20240404")
    ats.close()


@responses.activate
def test_a_limit_says_how_many_seconds_are_left() -> None:
    headers = {"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "7"}
    responses.get("https://api.teamtailor.com/v1/jobs/7", json={"errors": []}, status=429, headers=headers)
    ats = Teamtailor(credentials={"api_key": "k"}, secrets=[], options={})
    with pytest.raises(ATSError) as refused:
        ats.requisition("7")
    assert refused.value.retry_after is not None and 6 <= refused.value.retry_after <= 8
    ats.close()


@responses.activate
@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/v1/jobs?page[number]=2&token=x", "/v1/jobs?page[number]=2"]
)
def test_only_the_place_is_taken_out_of_a_link(link: str) -> None:
    job = {"id": "1", "type": "jobs", "attributes": {"title": "求人", "created-at": "2026-11-20T10:00:00+09:00"}}
    responses.get("https://api.teamtailor.com/v1/jobs", json={"data": [job], "links": {"next": link}})
    ats = Teamtailor(credentials={"api_key": "k"}, secrets=[], options={})
    page = ats.requisitions_page(None)
    assert page.cursor == "page%5Bnumber%5D=2"
    ats.requisitions_page(None, page.cursor)
    assert "page%5Bnumber%5D=2" in str(responses.calls[1].request.url)
    ats.close()


@pytest.mark.parametrize(
    ("human", "status"),
    [
        ("published", RequisitionStatus.OPEN),
        ("unlisted", RequisitionStatus.OPEN),
        ("scheduled", RequisitionStatus.DRAFT),
        ("draft", RequisitionStatus.DRAFT),
        ("expired", RequisitionStatus.CLOSED),
        ("archived", RequisitionStatus.CLOSED),
        ("something new", RequisitionStatus.CLOSED),
    ],
)
@responses.activate
def test_a_job_is_what_its_status_and_dates_come_to(human: str, status: RequisitionStatus) -> None:
    attributes = {"title": "求人", "status": "open", "human-status": human, "created-at": "2026-11-20T10:00:00+09:00"}
    responses.get("https://api.teamtailor.com/v1/jobs/1", json={"data": {"id": "1", "attributes": attributes}})
    ats = Teamtailor(credentials={"api_key": "k"}, secrets=[], options={})
    found = ats.requisition("1")
    assert found is not None and found.status is status
    ats.close()


# Lists.


def test_people_come_latest_first_and_no_further_than_asked(
    there: TeamtailorStandIn, ats: Teamtailor, clock: SettableClock
) -> None:
    with there.world.quiet():
        for number in range(100):
            there.add_person("太郎", f"見本{number}", f"t{number}@example.com")
    clock.move(timedelta(hours=1))
    new = [there.add_person("花子", f"見本{number}", f"h{number}@example.com") for number in range(35)]
    before = there.requests["/v1/candidates"]
    assert {one.id for one in ats.people_changed(clock.now() - timedelta(minutes=1))} == set(new)
    assert there.requests["/v1/candidates"] == before + 2


def test_jobs_may_be_read_latest_first_where_they_can_be_sorted(
    there: TeamtailorStandIn, connect: Callable[..., Teamtailor], clock: SettableClock
) -> None:
    for number in range(70):
        there.create_requisition(title=f"求人 {number}")
    clock.move(timedelta(hours=1))
    id = there.create_requisition(title="新しい求人")
    since = clock.now() - timedelta(minutes=1)
    plain, sorting = connect(), connect(jobs_sort="-updated-at")
    assert [one.id for one in plain.requisitions(since)] == [id]
    assert there.requests["/v1/jobs"] == 3
    with pytest.raises(ATSError, match="Invalid sort criteria"):
        list(sorting.requisitions(since))
    there.sorts_jobs = True
    assert [one.id for one in sorting.requisitions(since)] == [id]
    assert there.requests["/v1/jobs"] == 5


# Deciding.


def test_a_move_out_of_the_inbox_approves_and_names_nobody(
    there: TeamtailorStandIn, ats: Teamtailor, clock: SettableClock
) -> None:
    id = there.create_requisition(title="求人", description="<p>本文</p>")
    assert ats.post_shortlist(id, ShortlistPost("K-1", "S-1", "1. A-01 82点")) == "S-1"
    place = ats.post_approval_request(id, request_for("K-1"))
    person = there.world.people[there.world.applications[place].person_id]
    assert (person.emails, person.tags) == ([calibration.address({}, id)], [calibration.TAG])
    asked = ats.read_decision(id)
    assert asked is not None and (asked.choice, asked.line) == (Choice.PENDING, "70"), "the proposed line stands there"
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75")
    stands = ats.read_decision(id)
    assert stands is not None and stands.actor is None and stands.at is not None
    assert (stands.choice, stands.line) == (Choice.APPROVED, "75")


def test_the_mover_is_known_where_the_codes_are(
    there: TeamtailorStandIn, ats: Teamtailor, connect: Callable[..., Teamtailor], clock: SettableClock
) -> None:
    knowing = connect(move_codes="moved, rejected")
    id = there.create_requisition(title="求人")
    knowing.post_approval_request(id, request_for("K-1"))
    for choice, by in (("approve", there.manager), ("decline", there.other_manager)):
        clock.move(timedelta(minutes=1))
        there.decide(id, choice, by=by.id)
        stands = knowing.read_decision(id)
        assert stands is not None and stands.actor is not None and stands.actor.email == by.email


def test_a_line_that_anybody_may_have_written_is_not_the_movers(
    there: TeamtailorStandIn, connect: Callable[..., Teamtailor], clock: SettableClock
) -> None:
    knowing = connect(move_codes="moved, rejected")
    knowing.set_up()
    id = there.create_requisition(title="求人")
    knowing.post_approval_request(id, request_for("K-1"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", by=there.manager.id)
    stands = knowing.read_decision(id)
    assert stands is not None and stands.line == "" and stands.actor is not None
    placed = knowing._placed(id)
    assert placed is not None
    knowing._set(placed, {"line": "40"})  # whoever edits the candidate
    stands = knowing.read_decision(id)
    assert stands is not None and (stands.line, stands.actor) == ("40", None)


def test_a_new_question_starts_from_the_inbox_and_the_proposed_line(
    there: TeamtailorStandIn, ats: Teamtailor, clock: SettableClock
) -> None:
    id = there.create_requisition(title="求人")
    place = ats.post_approval_request(id, request_for("K-1"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "decline", "80")
    seen = ats.read_decision(id)
    clock.move(timedelta(minutes=1))
    assert ats.post_approval_request(id, request_for("K-2", proposed_line=65, seen=seen)) == place
    anew = ats.read_decision(id)
    assert anew is not None and (anew.calibration, anew.choice, anew.line) == ("K-2", Choice.PENDING, "65")
    assert there.there(id).choice == ""


def test_a_rejection_that_cannot_be_taken_back_decides_nothing_new(
    there: TeamtailorStandIn, ats: Teamtailor, clock: SettableClock
) -> None:
    there.takes_back = False
    id = there.create_requisition(title="求人")
    ats.post_approval_request(id, request_for("K-1"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "decline")
    seen = ats.read_decision(id)
    clock.move(timedelta(minutes=1))
    ats.post_approval_request(id, request_for("K-2", seen=seen))
    anew = ats.read_decision(id)
    assert anew is not None and (anew.calibration, anew.choice) == ("K-2", Choice.PENDING)


def test_a_question_that_broke_off_counts_nothing_and_is_taken_up_again(
    there: TeamtailorStandIn, ats: Teamtailor, clock: SettableClock
) -> None:
    id = there.create_requisition(title="求人")
    ats.post_approval_request(id, request_for("K-1"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75")
    seen = ats.read_decision(id)
    clock.move(timedelta(minutes=1))
    there.misbehave("server_error", next=1, path="/v1/job-applications")
    with pytest.raises(ATSError):
        ats.post_approval_request(id, request_for("K-2", seen=seen))
    between = ats.read_decision(id)
    assert between is not None and (between.calibration, between.choice) == ("K-2", Choice.PENDING)
    ats.post_approval_request(id, request_for("K-2", seen=between))
    notes = there.writes()["notes"]
    ats.post_approval_request(id, request_for("K-2", seen=between))
    assert there.writes()["notes"] == notes == 2
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "80")
    stands = ats.read_decision(id)
    assert stands is not None and (stands.calibration, stands.choice, stands.line) == ("K-2", Choice.APPROVED, "80")


def test_only_the_stage_that_was_named_approves(
    there: TeamtailorStandIn, ats: Teamtailor, connect: Callable[..., Teamtailor], clock: SettableClock
) -> None:
    id = there.create_requisition(title="求人")
    named = connect(approved_stage="最終面接")
    place = named.post_approval_request(id, request_for("K-1"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve")
    waiting = named.read_decision(id)
    assert waiting is not None and waiting.choice is Choice.PENDING
    there.world.move(place, there._of_job[id][3].id, by=there.manager.id)
    decided = named.read_decision(id)
    assert decided is not None and decided.choice is Choice.APPROVED


# People.


def test_names_alone_find_nobody_and_a_part_of_an_address_neither(there: TeamtailorStandIn, ats: Teamtailor) -> None:
    there.add_person("花子", "山田", "hanako@example.com")
    with pytest.raises(Unsupported, match="by name alone"):
        ats.find_candidates(name="山田 花子")
    assert len(ats.find_candidates(email="HANAKO@example.com", name="山田花子")) == 1
    assert ats.find_candidates(email="hanako@example.com", name="佐藤花子") == []


@responses.activate
def test_where_the_filter_is_none_a_stranger_is_no_match() -> None:
    stranger = {"id": "1", "type": "candidates", "attributes": {"email": "stranger@example.com"}}
    responses.get("https://api.teamtailor.com/v1/candidates", json={"data": [stranger]})
    ats = Teamtailor(credentials={"api_key": "k"}, secrets=[], options={})
    assert ats.find_candidates(email="hanako@example.com") == []
    ats.close()


def test_an_address_taken_meanwhile_is_looked_up_again(there: TeamtailorStandIn, ats: Teamtailor) -> None:
    id = there.create_requisition(title="求人")
    entry = NewEntry(id, "E-1", EntryKind.CASUAL, "花子", "山田", "hanako@example.com", phone="090-0000-0000")
    known = there.add_person("花子", "山田", "hanako@example.com")
    assert ats._create_person(entry) == known
    entered = ats.add_entry(entry)
    assert (entered.candidate_id, ats.applications(requisition_id=id)[0].stage) == (known, "カジュアル面談")


def test_nobody_is_hired_by_us(there: TeamtailorStandIn, ats: Teamtailor) -> None:
    id = there.create_requisition(title="求人")
    entered = ats.add_entry(NewEntry(id, "E-1", EntryKind.APPLICATION, "花子", "山田", "hanako@example.com"))
    hired = there._of_job[id][-1].id
    assert hired not in {stage.id for stage in ats.stages(id)}
    with pytest.raises(ATSError, match="no stage"):
        ats.move(entered.application_id, hired)


def test_who_was_sourced_did_not_apply(there: TeamtailorStandIn, ats: Teamtailor, clock: SettableClock) -> None:
    applied = there.add_person("花子", "山田", "hanako@example.com")
    sourced = there.add_person("太郎", "佐藤", "taro@example.com", extra={"sourced": True})
    there.world.people[applied].extra["resume"] = f"{there.url}/cv/%E7%B5%8C%E6%AD%B4.pdf?X-Amz-Expires=10"
    people = {one.candidate.id: one for one in ats.past_candidates(None).people}
    assert people[sourced].applied_at is None and people[applied].applied_at is not None
    assert [file.filename for file in people[applied].resumes] == ["経歴.pdf"]
    assert ats.past_candidates(clock.now() + timedelta(days=1)).people == ()


def test_a_team_without_a_hiring_manager_is_everybody_but_the_recruiter(
    there: TeamtailorStandIn, ats: Teamtailor, connect: Callable[..., Teamtailor]
) -> None:
    id = there.create_requisition(title="求人")
    assert [one.id for one in ats.hiring_team(id).managers] == [there.manager.id]
    other = connect(manager_role="Department head").hiring_team(id)
    assert [one.id for one in other.managers] == [there.manager.id]
    assert [one.id for one in other.recruiters] == [there.recruiter.id]


# Setting up.


def test_the_clicks_say_where_the_key_goes(ats: Teamtailor) -> None:
    steps = ats.webhook_steps("https://plugin.example.com/webhooks/k", "unused-secret")
    assert any("signature key" in step and "connect teamtailor" in step for step in [*steps, " ".join(steps)])
    assert not any("unused-secret" in step for step in steps), "Teamtailor makes its own"


def test_check_names_a_missing_author(connect: Callable[..., Teamtailor], ats: Teamtailor) -> None:
    findings = {finding.what: finding for finding in connect(user_email="gone@example.com").check()}
    assert not findings["author of our notes"].ok and findings["author of our notes"].todo
    assert findings["candidate field kakuyaku line"].ok
