"""The contract at the door: what rings is verified, kept once, answered as the vendor needs; what never rang is swept."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import BadSignature
from connectors.records import Event, EventKind, Outcome, Request, RequisitionStatus

DOOR = ("verify", "parse", "answer", "test_event")
NOTHING = {EventKind.PING, EventKind.UNKNOWN}


def rung_for(side: Any) -> set[str]:
    """Make something happen that this vendor rings for; what it concerns."""
    id = side.requisition()
    concerned = {id}
    side.there.edit_requisition(id, title="Kotlin エンジニア")
    if side.ats.supports("add_entry"):
        entered = side.ats.add_entry(side.entry(id))
        concerned |= {entered.application_id, entered.candidate_id}
        if side.ats.supports("move"):
            side.ats.move(entered.application_id, side.ats.stages(id)[-1].id)
    return concerned


def accepted(side: Any, concerned: set[str]) -> Request:
    """The first delivery our door kept about one of these."""

    def found(rung: list[Any]) -> list[Request]:
        return [
            one.request
            for one in rung
            if one.outcome is Outcome.ACCEPTED
            and concerned & {id for event in side.ats.parse(one.request) for id in (event.id, event.new_id)}
        ]

    return found(side.heard(lambda rung: bool(found(rung))))[0]


def test_a_delivery_is_verified_understood_and_answered_well(side: Any) -> None:
    if not side.can(*DOOR):
        assert not side.there.rings_at_all
        return
    request = accepted(side, rung_for(side))
    assert not [one for one in side.door.rung if one.outcome is Outcome.BAD_SIGNATURE]
    for outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.NOT_UNDERSTOOD):
        assert 200 <= side.ats.answer(outcome, request).status < 300
    assert side.ats.parse(replace(request, received_at=None)) == side.ats.parse(request)


def test_a_forged_delivery_is_refused(side: Any) -> None:
    if not side.can(*DOOR):
        return
    request = accepted(side, rung_for(side))
    stranger = side.kind(credentials={}, secrets=["not-the-secret"], options=side.there.connection()["options"])
    none = side.kind(credentials={}, secrets=[], options=side.there.connection()["options"])
    bare = replace(request, headers={"content-type": "application/json"}, path="/webhooks/good", body=b"{}")
    for ats, forged in ((stranger, request), (none, request), (side.ats, bare)):
        with pytest.raises(BadSignature):
            ats.verify(forged)
        ats.close()
    assert not 200 <= side.ats.answer(Outcome.BAD_SIGNATURE, request).status < 300
    # A secret that was replaced stays good until it is taken away: newest first, the old one after it.
    rotated = side.kind(
        credentials={}, secrets=["the-newer-secret", side.SECRET], options=side.there.connection()["options"]
    )
    rotated.verify(request)
    rotated.close()


def test_a_replayed_delivery_is_refused_or_known(side: Any) -> None:
    if not side.can(*DOOR):
        return
    request = accepted(side, rung_for(side))
    came = request.received_at
    assert came is not None
    late = replace(request, received_at=came + timedelta(minutes=11))
    if side.there.signs_the_time:
        with pytest.raises(BadSignature):
            side.ats.verify(late)
        early = replace(request, received_at=came - timedelta(minutes=11))
        with pytest.raises(BadSignature):
            side.ats.verify(early)
        side.ats.verify(replace(request, received_at=None))  # read again later, it was checked when it came
    else:
        side.ats.verify(late)
        assert side.door.take(side.ats, late) is Outcome.DUPLICATE


def test_a_duplicated_delivery_is_kept_once(side: Any) -> None:
    if not side.can(*DOOR):
        return
    side.there.misbehave("webhook_duplicate", probability=1.0)
    before = len(side.door.rung)
    accepted(side, rung_for(side))
    rung = side.heard(lambda rung: Outcome.DUPLICATE in {one.outcome for one in rung[before:]})[before:]
    keys = [side.ats.event_key(one.request) or one.request.body for one in rung if one.outcome is Outcome.ACCEPTED]
    assert len(keys) == len(set(keys))


def test_deliveries_out_of_order_say_the_same(side: Any) -> None:
    """Whichever comes last, the truth is read from the ATS."""
    if not side.can(*DOOR):
        return
    side.there.misbehave("webhook_reorder", next=2, delay=0.2)
    concerned = rung_for(side)
    accepted(side, concerned)
    id = next(one.id for one in side.ats.requisitions(None) if one.id in concerned)
    side.there.close_requisition(id)
    assert side.ats.requisition(id).status is RequisitionStatus.CLOSED
    side.there.reopen_requisition(id)
    assert side.ats.requisition(id).status is RequisitionStatus.OPEN


def test_what_never_rang_is_swept(side: Any) -> None:
    side.there.misbehave("webhook_drop", probability=1.0)
    began = side.clock.now()
    id = side.requisition()
    side.there.edit_requisition(id, title="営業")
    assert {one.title for one in side.ats.requisitions(began) if one.id == id} == {"営業"}
    assert id not in {event.id for event in side.events()}


def test_a_deleted_and_a_merged_person_are_told_of(side: Any) -> None:
    """By a ring or in the list of what changed: what we hold of them must follow."""
    if not side.can("candidate", "people_page"):
        return
    deleted, old, stays = (side.there.add_person("太郎", "見本", f"taro{number}@example.com") for number in range(3))
    began, before = side.clock.now(), len(side.door.rung)
    side.clock_moves()
    side.there.delete_person(deleted)
    side.there.merge_people(old, stays)

    def told() -> list[Event]:
        listed = [Event(one.kind, one.id, one.new_id) for one in side.ats.people_changed(began)]
        if not side.ats.supports("verify"):
            return listed
        return listed + [event for one in side.door.rung[before:] for event in side.ats.parse(one.request)]

    if side.there.tells_deletions:
        side.wait_until(lambda: Event(EventKind.CANDIDATE_DELETED, deleted) in told())
    merged = [event for event in told() if event.kind is EventKind.CANDIDATE_MERGED]
    assert all((event.id, event.new_id) == (old, stays) for event in merged)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"0", b'"x"', b"{}", b'{"data":null}', b"\xff\xfe", b"[{}]"]
)
def test_junk_rings_for_nothing_and_is_answered(side: Any, body: bytes) -> None:
    if not side.can(*DOOR):
        return
    request = Request("POST", "/webhooks/good", {}, body, received_at=side.clock.now())
    assert {event.kind for event in side.ats.parse(request)} <= NOTHING
    with pytest.raises(BadSignature):
        side.ats.verify(request)
    assert side.ats.event_key(request) == "" or body
    side.ats.answer(Outcome.BAD_SIGNATURE, request)


def test_our_own_test_event_is_good_and_stores_nothing(side: Any) -> None:
    if not side.can(*DOOR):
        return
    request = side.ats.test_event("/webhooks/good", side.clock.now())
    assert request.path.startswith("/webhooks/good")
    request = replace(request, received_at=side.clock.now())
    assert side.door.take(side.ats, request) is Outcome.NOT_UNDERSTOOD
    assert 200 <= side.ats.answer(Outcome.NOT_UNDERSTOOD, request).status < 300
    with pytest.raises(BadSignature):
        stranger = side.kind(credentials={}, secrets=[secrets.token_hex(8)], options={})
        stranger.verify(request)


def test_how_to_be_rung_is_said_in_both_languages(side: Any) -> None:
    if not (side.ats.supports("webhook_steps") or side.ats.supports("subscribe")):
        side.can("webhook_steps", "subscribe")
        return
    url = f"{side.door.url}/of-its-own"  # a vendor may call there at once, signed, to see who answers
    if side.can("webhook_steps"):
        steps = side.ats.webhook_steps(url, side.SECRET)
        assert all(step.ja for step in steps)
        assert any(url in step for step in steps) or side.ats.supports("subscribe")
    if side.can("subscribe"):
        first = side.ats.subscribe(url, side.SECRET)
        assert first.findings and all(finding.ok for finding in first.findings), first.findings
        before = side.there.writes()
        second = side.ats.subscribe(url, side.SECRET)
        assert all(finding.ok for finding in second.findings)
        assert side.there.writes() == before and not second.secrets, "what is subscribed already is left as it is"
        assert side.SECRET not in repr(first)
