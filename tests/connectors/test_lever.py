"""Lever's own ways: a signature in the body, text on postings, a card that is moved, one contact with many opportunities."""

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
from connectors.lever import Lever, door, reads, translate
from connectors.lever.shapes import LeverNote, LeverPosting
from connectors.records import (
    ApplicationStatus,
    ApprovalRequest,
    Choice,
    Decision,
    EntryKind,
    Event,
    EventKind,
    NewEntry,
    Outcome,
    Request,
    RequisitionStatus,
    ShortlistPost,
)
from connectors.sandbox.standins.lever import LeverStandIn
from connectors.sandbox.standins.lever.shown import APPROVED, HIRED, KEY, REVIEW
from plugin.clock import SettableClock

FIXTURES = Path(__file__).parents[1] / "fixtures" / "lever"
SENT = datetime(2026, 11, 21, tzinfo=UTC)
OPPORTUNITY, CONTACT = "6408dc54-0000-4000-8000-0000000000a1", "997fd432-0000-4000-8000-0000000000c1"
RINGS: dict[str, list[Event]] = {
    "application_created": [Event(EventKind.APPLICATION, OPPORTUNITY)],
    "candidate_stage_change": [Event(EventKind.APPLICATION, OPPORTUNITY)],
    "candidate_archive_change": [Event(EventKind.APPLICATION, OPPORTUNITY)],
    "candidate_hired": [Event(EventKind.APPLICATION, OPPORTUNITY)],
    "candidate_deleted": [Event(EventKind.CANDIDATE_DELETED, CONTACT), Event(EventKind.APPLICATION, OPPORTUNITY)],
    "interview_created": [Event(EventKind.APPLICATION, OPPORTUNITY)],
    "contact_updated": [Event(EventKind.CANDIDATE, CONTACT)],
    "contact_created": [Event(EventKind.UNKNOWN)],
    "test_request": [Event(EventKind.PING)],
}
ASK = ApprovalRequest("c1", "K-1", 75, "面接確約ラインをご判断ください。", "http://127.0.0.1:9/r/1")


def delivery(name: str) -> Request:
    head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
    return Request(method, path, headers, body, received_at=SENT + timedelta(seconds=2))


def altered(request: Request, **changes: Any) -> Request:
    return replace(request, body=json.dumps(json.loads(request.body) | changes).encode())


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(SENT)


@pytest.fixture
def lever(clock: SettableClock) -> Iterator[LeverStandIn]:
    with LeverStandIn(now=clock.now) as running:
        yield running


@pytest.fixture
def ats(lever: LeverStandIn) -> Iterator[Lever]:
    made = connected(lever)
    yield made
    made.close()


def connected(lever: LeverStandIn, **options: str) -> Lever:
    given = lever.connection()
    return Lever(credentials=given["credentials"], secrets=["fixture-secret"], options=given["options"] | options)


@pytest.fixture
def requisition_id(lever: LeverStandIn) -> str:
    return lever.create_requisition(title="バックエンドエンジニア", description="<p>【必須】Python 5年以上</p>")


def decided(ats: Lever, requisition_id: str) -> Decision:
    stands = ats.read_decision(requisition_id)
    assert stands is not None
    return stands


def to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def entry(requisition_id: str, **changes: Any) -> NewEntry:
    made = NewEntry(requisition_id, "E-1", EntryKind.APPLICATION, "花子", "山田", "hanako@example.com")
    return replace(made, **changes)


# The door.


def test_every_fixture_is_expected_to_ring_something() -> None:
    assert {path.stem for path in FIXTURES.glob("*.http")} == set(RINGS)


@pytest.mark.parametrize("name", sorted(RINGS))
def test_each_delivery_is_verified_and_rings_for_its_opportunity_or_contact(ats: Lever, name: str) -> None:
    ats.verify(delivery(name))
    assert ats.parse(delivery(name)) == RINGS[name]
    assert ats.answer(Outcome.ACCEPTED, delivery(name)).status == 200


def test_the_signature_covers_token_and_time_alone_so_the_body_only_rings(ats: Lever) -> None:
    request = delivery("candidate_stage_change")
    other = altered(request, data={"opportunityId": "another"}, id="another")
    ats.verify(other)
    assert ats.event_key(other) == ats.event_key(request) != "", "a replay under another id is known by its token"
    for change in (
        {"token": "x"},
        {"triggeredAt": 1795219200003},
        {"signature": "00"},
        {"triggeredAt": "1795219200002"},
    ):
        with pytest.raises(BadSignature):
            ats.verify(altered(request, **change))
    for text in ("\ud800", "\x00", "é", "", ["x"], "x" * 201):
        for name in ("token", "signature"):
            strange = altered(request, **{name: text})
            with pytest.raises(BadSignature):
                ats.verify(strange)
            assert ats.event_key(strange).isprintable() and ats.parse(strange)
    in_header = replace(
        altered(request, signature=""), headers={"lever-signature": json.loads(request.body)["signature"]}
    )
    with pytest.raises(BadSignature):
        ats.verify(in_header)


@pytest.mark.parametrize(("apart", "good"), [(299, True), (-299, True), (302, False), (-302, False)])
def test_an_old_delivery_is_refused_by_its_signed_time(ats: Lever, apart: int, good: bool) -> None:
    late = replace(delivery("candidate_hired"), received_at=SENT + timedelta(seconds=apart))
    if good:
        ats.verify(late)
        return
    with pytest.raises(BadSignature):
        ats.verify(late)


def test_the_test_request_is_answered_before_its_token_is_known(ats: Lever) -> None:
    assert ats.answer(Outcome.BAD_SIGNATURE, delivery("test_request")).status == 200
    assert ats.answer(Outcome.BAD_SIGNATURE, delivery("candidate_hired")).status == 401
    ring = ats.test_event("/webhooks/k", SENT)
    ats.verify(ring)
    assert ats.parse(ring) == [Event(EventKind.PING)]


@given(st.binary() | st.builds(lambda value: json.dumps(value).encode(), st.recursive(st.none() | st.text(), st.lists)))
def test_no_bytes_break_the_door(body: bytes) -> None:
    assert door.read(body) == [Event(EventKind.UNKNOWN)]


def test_we_act_as_nobodys_manager(lever: LeverStandIn, requisition_id: str) -> None:
    for who, ok in ((lever.bot, True), (lever.manager, False)):
        ats = connected(lever, perform_as=who.id)
        assert [finding.ok for finding in ats.check() if finding.what == "acting user"] == [ok]
        ats.close()


def test_webhooks_are_made_by_api_and_each_has_a_secret(lever: LeverStandIn, ats: Lever) -> None:
    url = "https://plugin.example.com/webhooks/k"
    made = ats.subscribe(url, "unused")
    assert len(made.secrets) == len(set(made.secrets)) == len(door.WEBHOOKS)
    hook = lever.bell.hooks[-1]
    assert hook.secret == made.secrets[-1]
    lever.misbehave("drop_answer", on="writes", path="/webhooks", next=1)
    again = ats.subscribe(url + "2", "unused")
    assert [finding.ok for finding in again.findings].count(False) == 1, "the one whose token was lost"
    healed = ats.subscribe(url + "2", "unused")
    assert len(healed.secrets) == 1 and all(finding.ok for finding in healed.findings)


# Reads.


def test_the_description_is_joined_from_the_posting_in_its_order() -> None:
    post = LeverPosting.model_validate(
        {
            "id": "p1",
            "text": "Engineer",
            "state": "published",
            "distributionChannels": ["internal"],
            "createdAt": 1782972961725,
            "content": {
                "description": "First & foremost",
                "lists": [{"text": "必須", "content": "<li>Python 5年以上</li>"}],
                "closingHtml": "<p>Bye</p>",
            },
            "salaryRange": {"currency": "JPY", "interval": "per-year-salary", "min": 6000000, "max": 9000000},
        }
    )
    found = translate.posting(post, "r1")
    assert found.content.splitlines() == [
        "<p>First &amp; foremost</p>",
        "<h3>必須</h3><ul><li>Python 5年以上</li></ul>",
        "<p>給与 / Salary: JPY 6,000,000-9,000,000 per-year-salary</p>",
        "<p>Bye</p>",
    ]
    assert (found.live, found.internal) == (True, True), "published on the internal job site alone"


def test_a_changed_posting_moves_its_requisition(
    lever: LeverStandIn, ats: Lever, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [lever.create_requisition(title=f"求人{number}", description="<p>元の文</p>") for number in range(3)]
    clock.move(timedelta(hours=1))
    since = clock.now()
    post = lever.world.jobs[ids[1]].posts[0]
    post.content, post.updated_at = "<p>新しい文</p>", clock.now()
    [moved] = ats.requisitions(since)
    assert (moved.id, moved.updated_at) == (ids[1], to_the_millisecond(post.updated_at)), "or a sweep takes it for seen"
    monkeypatch.setattr(reads, "MOST_POSTINGS", 0)
    assert [one.id for one in ats.requisitions(since)] == ids, "too many to name: all are taken for changed"


def test_confidential_requisitions_are_listed_because_all_are_asked_for(lever: LeverStandIn, ats: Lever) -> None:
    id = lever.create_requisition(title="極秘", description="<p>x</p>", confidential=True)
    [found] = ats.requisitions(None)
    assert (found.id, found.confidential) == (id, True)
    careful = connected(lever, confidentiality="non-confidential")
    assert list(careful.requisitions(None)) == []
    careful.close()


@pytest.mark.parametrize(
    ("status", "expected"),
    [("open", "open"), ("draft", "draft"), ("onHold", "closed"), ("rejected", "closed"), ("closed", "closed")],
)
def test_only_open_and_draft_are_more_than_closed(lever: LeverStandIn, ats: Lever, status: str, expected: str) -> None:
    id = lever.create_requisition(title="x", status=status)
    found = ats.requisition(id)
    assert found is not None and found.status is RequisitionStatus(expected)


def test_an_expired_offset_and_a_strange_cursor_begin_the_list_anew(ats: Lever) -> None:
    for cursor in ('{"list":"requisitions","offset":"bm9uZTox"}', "5"):
        with pytest.raises(ATSError) as problem:
            ats.requisitions_page(None, cursor)
        assert problem.value.permanent


def test_what_the_key_may_not_see_is_an_error_and_no_loss(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    lever.refuse.add("/requisitions")
    with pytest.raises(ATSError) as problem:
        ats.requisition(requisition_id)
    assert problem.value.status == 403 and problem.value.permanent
    wrong = [finding for finding in ats.check() if not finding.ok]
    assert [finding.what for finding in wrong] == ["read requisitions"] and "confidential" in wrong[0].todo


def test_a_person_is_one_contact_however_many_their_opportunities(
    lever: LeverStandIn, ats: Lever, requisition_id: str
) -> None:
    other = lever.create_requisition(title="別の求人", description="<p>x</p>")
    first = ats.add_entry(entry(other))
    second = ats.add_entry(entry(requisition_id))
    assert first.candidate_id == second.candidate_id and first.application_id != second.application_id
    assert [one.id for one in ats.find_candidates(email="Hanako@example.com")] == [first.candidate_id]
    assert [one.requisition_id for one in ats.applications(candidate_id=first.candidate_id)] == [other, requisition_id]
    assert ats.add_entry(entry(requisition_id)).found
    # Known by another address: the new opportunity joins the contact that is there.
    third = lever.create_requisition(title="三つ目", description="<p>x</p>")
    joined = ats.add_entry(entry(third, email="other@example.com", candidate_id=first.candidate_id))
    assert joined.candidate_id == first.candidate_id


def test_hired_is_told_from_turned_down_by_the_archive_reason(
    lever: LeverStandIn, ats: Lever, requisition_id: str
) -> None:
    entered = ats.add_entry(entry(requisition_id))
    card = lever.world.applications[entered.application_id]
    for reason, status in ((HIRED, ApplicationStatus.HIRED), (None, ApplicationStatus.ACTIVE)):
        lever._archive(card, reason, by=lever.recruiter.id)
        [found] = ats.applications(requisition_id=requisition_id)
        assert found.status is status


def test_a_lead_is_a_prospect_and_stages_begin_with_the_first_applicant(ats: Lever, requisition_id: str) -> None:
    entered = ats.add_entry(entry(requisition_id, kind=EntryKind.PROSPECT))
    [found] = ats.applications(requisition_id=requisition_id)
    assert (found.id, found.prospect, found.stage) == (entered.application_id, True, "")
    names = [stage.name for stage in ats.stages(requisition_id)]
    assert names == ["応募", "カジュアル面談", "一次面接", "最終面接", "内定"], "no leads, and none of ours"
    ats.add_entry(entry(requisition_id, kind=EntryKind.CASUAL, email="casual@example.com"))
    assert ats.applications(requisition_id=requisition_id)[1].stage == "カジュアル面談"


def test_deleted_opportunities_are_swept_by_their_own_id(
    lever: LeverStandIn, ats: Lever, requisition_id: str, clock: SettableClock
) -> None:
    entered = ats.add_entry(entry(requisition_id))
    clock.move(timedelta(hours=1))
    since = clock.now()
    lever.delete_person(entered.candidate_id)
    gone = [change for change in ats.people_changed(since) if change.kind is EventKind.CANDIDATE_DELETED]
    assert [change.id for change in gone] == [entered.application_id]
    assert ats.candidate(entered.candidate_id) is None
    assert ats.interviews(application_ids=[entered.application_id]) == []


@pytest.mark.parametrize(
    ("whole", "names"),
    [
        ("山田 花子", ("花子", "山田")),
        ("山田　花子", ("花子", "山田")),
        ("Hanako Yamada", ("Hanako", "Yamada")),
        ("Anna Maria Silva", ("Anna Maria", "Silva")),
        ("花子", ("", "花子")),
    ],
)
def test_one_name_is_taken_apart_as_its_language_puts_it(whole: str, names: tuple[str, str]) -> None:
    assert translate.names(whole) == names
    assert translate.whole_name(*names) == whole.replace("\u3000", " ")


def test_past_candidates_come_with_what_their_resumes_say(lever: LeverStandIn, ats: Lever) -> None:
    id = lever.add_person("次郎", "見本", "jiro@example.com")
    lever.world.people[id].extra["jobs"] = [{"company": "みどり商事", "title": "エンジニア", "year": 2021}]
    lever.world.people[id].extra["dataProtection"] = {"contact": {"allowed": False}}
    lever.world.add_file(("person", id), "経歴.pdf", b"%PDF-1.4", "application/pdf")
    [one] = ats.past_candidates(None).people
    assert (one.candidate.id, one.candidate.do_not_contact) == (id, True)
    assert [(job.company, job.start, job.end) for job in one.employments] == [("みどり商事", "2021-04", "")]
    assert ats.resume(one.resumes[0]) == b"%PDF-1.4"
    assert KEY not in one.resumes[0].url


def test_whoever_stands_on_a_confidential_posting_is_private(lever: LeverStandIn, ats: Lever) -> None:
    secret = lever.create_requisition(title="極秘", description="<p>x</p>", confidential=True)
    open_to_all = lever.create_requisition(title="公開", description="<p>x</p>")
    ats.add_entry(entry(secret, email="secret@example.com"))
    ats.add_entry(entry(open_to_all, email="open@example.com"))
    found = {one.candidate.emails[0]: one.private for one in ats.past_candidates(None).people}
    assert found == {"secret@example.com": True, "open@example.com": False}


# The decision.


def test_nothing_is_ever_written_on_a_requisition(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    """Its PUT replaces the whole: the stand-in has none, so any would fail."""
    before = lever.world.jobs[requisition_id].updated_at
    ats.post_shortlist(requisition_id, ShortlistPost("c1", "S-1", "1. A-01"))
    ats.post_approval_request(requisition_id, ASK)
    ats.post_message(requisition_id, "承りました。")
    assert lever.writes() == {"opportunities": 1, "notes": 3}
    assert lever.world.jobs[requisition_id].updated_at == before


def test_the_card_is_no_person_and_its_manager_follows_it(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    place = ats.post_approval_request(requisition_id, ASK)
    card = lever.world.applications[place]
    person = lever.world.people[card.person_id]
    assert card.extra["tags"] == [calibration.TAG] and card.extra["followers"] == [lever.manager.id]
    assert person.emails == [f"kakuyaku-calibration+{requisition_id}@example.invalid"]
    assert lever.world.stages[card.stage_id].name == REVIEW


def test_cards_that_share_a_mailbox_are_told_apart_by_their_postings(lever: LeverStandIn, ats: Lever) -> None:
    """Whether Lever drops the plus part of an address is not documented."""
    lever.drops_plus = True
    ids = [lever.create_requisition(title=f"求人{number}", description="<p>x</p>") for number in range(3)]
    places = [ats.post_approval_request(id, replace(ASK, calibration=f"c{id[:8]}")) for id in ids for _ in range(2)]
    assert len(set(places)) == 3 and lever.writes() == {"opportunities": 3, "notes": 3}
    lever.decide(ids[1], "approve", "80")
    choices = [decided(ats, id).choice for id in ids]
    assert choices == [Choice.PENDING, Choice.APPROVED, Choice.PENDING]
    assert [one.id for one in ats.candidates(None)] == []


@pytest.mark.parametrize(
    ("notes", "line"),
    [
        ([], ""),
        ([("manager", "80")], "80"),
        ([("manager", "80"), ("recruiter", "60")], "80"),
        ([("recruiter", "60")], ""),
        ([("manager", "80"), ("manager", "A-02が良いですね")], "80"),
        ([("manager", "80か85")], "80か85"),
    ],
)
def test_the_line_is_what_whoever_moved_the_card_wrote(
    lever: LeverStandIn, ats: Lever, requisition_id: str, notes: list[tuple[str, str]], line: str
) -> None:
    place = ats.post_approval_request(requisition_id, ASK)
    for who, text in notes:
        lever.world.add_note(("application", place), text, by=getattr(lever, who).id)
    lever.decide(requisition_id, "approve")
    stands = decided(ats, requisition_id)
    assert (stands.choice, stands.line) == (Choice.APPROVED, line)
    assert stands.actor is not None and stands.actor.id == lever.manager.id


def test_a_copied_question_asks_nothing(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    place = ats.post_approval_request(requisition_id, ASK)
    lever.world.add_note(("application", place), "[kakuyaku:c9] 90", by=lever.recruiter.id)
    lever.decide(requisition_id, "approve", "80")
    assert (decided(ats, requisition_id).calibration, decided(ats, requisition_id).line) == ("c1", "80")


def test_an_earlier_number_answers_no_later_question(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    ats.post_approval_request(requisition_id, ASK)
    lever.decide(requisition_id, "approve", "80")
    again = replace(ASK, calibration="c2", seen=decided(ats, requisition_id))
    ats.post_approval_request(requisition_id, again)
    lever.decide(requisition_id, "approve")
    assert (decided(ats, requisition_id).calibration, decided(ats, requisition_id).line) == ("c2", "")


def test_a_move_made_before_the_question_does_not_answer_it(
    lever: LeverStandIn, ats: Lever, requisition_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ats.post_approval_request(requisition_id, ASK)
    lever.decide(requisition_id, "approve", "80")
    written = ats._write_note

    def late(opportunity_id: str, text: str, *, tell: bool = False) -> str:
        lever.decide(requisition_id, "approve")  # between our move back and our question
        return written(opportunity_id, text, tell=tell)

    monkeypatch.setattr(ats, "_write_note", late)
    again = replace(ASK, calibration="c2", seen=decided(ats, requisition_id))
    ats.post_approval_request(requisition_id, again)
    assert (decided(ats, requisition_id).calibration, decided(ats, requisition_id).line) == ("c1", "80")
    notes = lever.writes()["notes"]
    ats.post_approval_request(requisition_id, replace(again, seen=decided(ats, requisition_id)))
    assert lever.writes()["notes"] == notes, "asked once"
    lever.decide(requisition_id, "pending")
    lever.decide(requisition_id, "approve")
    assert (decided(ats, requisition_id).calibration, decided(ats, requisition_id).line) == ("c2", "")


def test_a_mover_lever_shows_no_more_is_still_another(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    ats.post_approval_request(requisition_id, ASK)
    lever.decide(requisition_id, "approve", by="11111111-0000-4000-8000-00000000dead")
    actor = decided(ats, requisition_id).actor
    assert actor is not None and actor.id == "11111111-0000-4000-8000-00000000dead"


def test_a_reply_that_names_nobody_is_not_its_threads_authors(ats: Lever, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [{"type": "note", "value": "80", "user": None}, {"type": "note", "value": "60"}]
    thread = LeverNote.model_validate({"id": "n1", "user": "manager", "fields": fields})
    monkeypatch.setattr(ats.lever, "list", lambda *_: iter([thread]))
    assert [said.user for said in ats._notes("any")] == ["manager", ""]


def test_archiving_declines_and_names_nobody(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    ats.post_approval_request(requisition_id, ASK)
    lever.decide(requisition_id, "approve")
    lever.decide(requisition_id, "decline")
    stands = decided(ats, requisition_id)
    assert (stands.choice, stands.actor) == (Choice.DECLINED, None) and stands.at is not None
    ats.post_approval_request(requisition_id, replace(ASK, calibration="c2", seen=stands))
    assert decided(ats, requisition_id).choice is Choice.PENDING, "brought back to the review stage"


def test_a_letter_picks_a_specification_before_anything_is_decided(
    lever: LeverStandIn, ats: Lever, requisition_id: str
) -> None:
    place = ats.post_approval_request(requisition_id, ASK)
    lever.world.add_note(("application", place), "案Bでお願いします", by=lever.recruiter.id)
    stands = decided(ats, requisition_id)
    assert (stands.choice, stands.specification, stands.actor) == (Choice.PENDING, "B", None)


def test_a_card_dragged_elsewhere_is_asked_about(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    place = ats.post_approval_request(requisition_id, ASK)
    lever.world.move(place, lever._stage("一次面接"), by=lever.manager.id)
    assert decided(ats, requisition_id).choice is Choice.UNREADABLE


def test_a_missing_stage_is_named_with_what_to_do(lever: LeverStandIn, ats: Lever, requisition_id: str) -> None:
    del lever.world.stages[lever._stage(REVIEW)]
    wrong = [finding for finding in ats.set_up() if not finding.ok]
    assert len(wrong) == 1 and REVIEW in wrong[0].todo and APPROVED not in wrong[0].what
    with pytest.raises(Unsupported, match="Super Admin"):
        ats.post_shortlist(requisition_id, ShortlistPost("c1", "S-1", "1. A-01"))


def test_a_requisition_without_a_posting_says_so(lever: LeverStandIn, ats: Lever) -> None:
    id = lever.create_requisition(title="まだ求人票なし")
    assert ats.postings(id) == []
    with pytest.raises(Unsupported, match="has no posting"):
        ats.post_shortlist(id, ShortlistPost("c1", "S-1", "1. A-01"))
