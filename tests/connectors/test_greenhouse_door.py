"""Greenhouse's webhooks: signature, kind and id, and what Greenhouse must hear."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import BadSignature
from connectors.greenhouse import Greenhouse, door
from connectors.records import Event, EventKind, Outcome, Request
from connectors.signing import hmac_sha256

Deliveries = Callable[[str], Request]

JOB = "4063668007"
APPLICATION = "69306314002"
PERSON = "53883394002"
RINGS: dict[str, list[Event]] = {
    "ping": [Event(EventKind.PING)],
    "job_created": [Event(EventKind.REQUISITION, JOB)],
    "job_updated": [Event(EventKind.REQUISITION, JOB)],
    "job_approved": [Event(EventKind.REQUISITION, JOB)],
    "job_deleted": [Event(EventKind.REQUISITION_DELETED, JOB)],
    "job_post_created": [Event(EventKind.REQUISITION, JOB)],
    "job_post_deleted": [Event(EventKind.REQUISITION, JOB)],
    "job_post_updated_prospect_post": [],
    "new_candidate_application": [Event(EventKind.APPLICATION, APPLICATION)],
    "new_prospect_application": [Event(EventKind.APPLICATION, APPLICATION)],
    "candidate_stage_change": [Event(EventKind.APPLICATION, APPLICATION)],
    "reject_candidate": [Event(EventKind.APPLICATION, APPLICATION)],
    "hire_candidate": [Event(EventKind.APPLICATION, APPLICATION)],
    "offer_created": [Event(EventKind.APPLICATION, APPLICATION)],
    "update_candidate": [Event(EventKind.CANDIDATE, PERSON)],
    "delete_candidate": [Event(EventKind.CANDIDATE_DELETED, PERSON)],
    "candidate_anonymized": [Event(EventKind.CANDIDATE_DELETED, PERSON)],
    "merge_candidate": [Event(EventKind.CANDIDATE_MERGED, PERSON, "53883395002")],
    "interview_deleted": [Event(EventKind.UNKNOWN)],
    "department_deleted": [Event(EventKind.UNKNOWN)],
}


@pytest.fixture
def greenhouse() -> Iterator[Greenhouse]:
    made = Greenhouse(credentials={}, secrets=["newest", "fixture-secret"], options={})
    yield made
    made.close()


def test_every_fixture_is_expected_to_ring_something() -> None:
    folder = Path(__file__).parents[1] / "fixtures" / "greenhouse"
    assert {path.stem for path in folder.glob("*.http")} == set(RINGS)


@pytest.mark.parametrize("name", sorted(RINGS))
def test_a_delivery_is_verified_and_rings_for_kind_and_id(
    greenhouse: Greenhouse, delivery: Deliveries, name: str
) -> None:
    request = delivery(name)
    greenhouse.verify(request)
    assert greenhouse.parse(request) == RINGS[name]
    assert greenhouse.event_key(request) == request.headers["greenhouse-event-id"]
    assert greenhouse.answer(Outcome.ACCEPTED, request).status == 200


@pytest.mark.parametrize(
    "signature", ["", "sha256", "sha256 ", "sha256 00", "sha1 {digest}", "sha256={digest}", "{digest}"]
)
def test_other_signatures_are_refused(greenhouse: Greenhouse, delivery: Deliveries, signature: str) -> None:
    request = delivery("job_created")
    digest = hmac_sha256("fixture-secret", request.body)
    forged = replace(request, headers={**request.headers, "signature": signature.format(digest=digest)})
    with pytest.raises(BadSignature):
        greenhouse.verify(forged)
    assert greenhouse.answer(Outcome.BAD_SIGNATURE, forged).status == 401


def test_a_body_written_anew_no_longer_verifies(greenhouse: Greenhouse, delivery: Deliveries) -> None:
    request = delivery("job_created")
    again = json.dumps(json.loads(request.body), ensure_ascii=False).encode()
    with pytest.raises(BadSignature):
        greenhouse.verify(replace(request, body=again))


def test_an_unsigned_ping_is_welcome_and_a_wrongly_signed_one_is_not(
    greenhouse: Greenhouse, delivery: Deliveries
) -> None:
    ping = delivery("ping")
    unsigned = {key: value for key, value in ping.headers.items() if key != "signature"}
    assert greenhouse.answer(Outcome.BAD_SIGNATURE, replace(ping, headers=unsigned)).status == 200
    assert greenhouse.answer(Outcome.BAD_SIGNATURE, ping).status == 401
    job = delivery("job_created")
    assert greenhouse.answer(Outcome.BAD_SIGNATURE, replace(job, headers={})).status == 401


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.NOT_UNDERSTOOD])
def test_whatever_was_signed_hears_exactly_200(greenhouse: Greenhouse, delivery: Deliveries, outcome: Outcome) -> None:
    assert greenhouse.answer(outcome, delivery("department_deleted")).status == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = [*sorted(RINGS), "job_updated", "offer_updated", "delete_application"]
payload_keys = st.sampled_from(
    ["job", "job_post", "application", "candidate", "person", "id", "job_id", "candidate_id"]
)


@given(st.sampled_from(names), st.dictionaries(payload_keys, json_values, max_size=4) | json_values)
def test_any_payload_rings_for_ids_or_for_nothing(action: str, payload: object) -> None:
    events = door.read(json.dumps({"action": action, "payload": payload}).encode())
    for event in events:
        assert event.id == "" or event.id.isdigit()
        if event.kind not in (EventKind.PING, EventKind.UNKNOWN):
            assert event.id


@given(st.binary(max_size=60))
def test_bytes_that_are_no_webhook_are_unknown(body: bytes) -> None:
    assert all(event.kind in (EventKind.UNKNOWN, EventKind.PING) for event in door.read(body))


def test_a_number_without_end_is_no_id() -> None:
    body = b'{"action": "merge_candidate", "payload": {"new_candidate_id": "%s", "person": {"id": 5}}}' % (b"9" * 400)
    assert door.read(body) == [Event(EventKind.UNKNOWN)]
