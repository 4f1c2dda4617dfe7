"""SmartRecruiters' own quirks; what every connector owes is asked in the contract."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from connectors import calibration
from connectors.base import ATSError, BadSignature, TokenStore
from connectors.pace import Timekeeper
from connectors.records import (
    ApplicationStatus,
    ApprovalRequest,
    Choice,
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
from connectors.sandbox.standins.smartrecruiters import SmartRecruitersStandIn
from connectors.smartrecruiters import SmartRecruiters, jobnote
from connectors.smartrecruiters.api import Api, just_before

FIXTURES = Path(__file__).parents[1] / "fixtures" / "smartrecruiters"
JOB, PERSON = "78d3ef91-8868-4ff3-b35d-9debf9d6f31f", "788dfc72-a6eb-441b-837f-d7c39efb3f04"
SIGNED_AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
REQUEST = ApprovalRequest(
    "K-1", "K-1", 70, "ご判断をお願いします", "https://plugin.example.com/r/1", meeting="面接", days="5"
)


def delivery(name: str, received_at: datetime | None = SIGNED_AT) -> Request:
    head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
    return Request("POST", first.split(" ")[1], headers, body, received_at)


@pytest.fixture
def there() -> Iterator[SmartRecruitersStandIn]:
    with SmartRecruitersStandIn() as running:
        yield running


def connected(there: SmartRecruitersStandIn, *secrets: str, **options: str) -> SmartRecruiters:
    given = there.connection()
    return SmartRecruiters(
        credentials=given["credentials"], secrets=secrets or ["fixture-secret"], options=given["options"] | options
    )


@pytest.fixture
def ats(there: SmartRecruitersStandIn) -> Iterator[SmartRecruiters]:
    made = connected(there)
    made.set_up()
    yield made
    made.close()


@pytest.fixture
def door() -> SmartRecruiters:
    return SmartRecruiters(credentials={"api_key": "x"}, secrets=["fixture-secret"], options={})


# The door.


def test_the_references_own_example_is_signed_as_we_read_it() -> None:
    keyed = SmartRecruiters(credentials={}, secrets=["HeBVky2bccvvkcXPimH8c"], options={})
    request = delivery("official_signature_example", received_at=None)
    keyed.verify(request)
    assert keyed.parse(request) == [Event(EventKind.APPLICATION, "cid:jid")]
    assert keyed.event_key(request) == "123"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("job_created", Event(EventKind.REQUISITION, JOB)),
        ("job_updated_two_keys", Event(EventKind.REQUISITION, JOB)),
        ("job_ad_updated", Event(EventKind.REQUISITION, JOB)),
        ("job_approval_approved", Event(EventKind.REQUISITION, JOB)),
        ("application_status_updated", Event(EventKind.APPLICATION, f"{PERSON}:{JOB}")),
        ("candidate_updated", Event(EventKind.CANDIDATE, PERSON)),
        ("candidate_deleted", Event(EventKind.CANDIDATE_DELETED, PERSON)),
        ("interview_updated", Event(EventKind.CANDIDATE, PERSON)),
        ("review_created", Event(EventKind.UNKNOWN)),
    ],
)
def test_a_delivery_is_verified_and_understood(door: SmartRecruiters, name: str, expected: Event) -> None:
    request = delivery(name)
    door.verify(request)
    assert door.parse(request) == [expected]
    assert door.answer(Outcome.ACCEPTED, request).status == 202


@pytest.mark.parametrize("header", ["event-id", "event-name", "event-version", "link", "smartrecruiters-timestamp"])
def test_every_signed_header_counts_and_so_does_the_body(door: SmartRecruiters, header: str) -> None:
    request = delivery("job_created")
    for forged in (
        replace(request, headers={**request.headers, header: request.headers[header] + "1"}),
        replace(request, headers={key: value for key, value in request.headers.items() if key != header}),
        replace(request, body=request.body.replace(b"78d3", b"78d4")),
    ):
        with pytest.raises(BadSignature):
            door.verify(forged)
    assert door.answer(Outcome.BAD_SIGNATURE, request).status == 401


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=365)])
def test_a_delivery_signed_long_ago_or_ahead_is_a_replay(door: SmartRecruiters, late: timedelta) -> None:
    with pytest.raises(BadSignature, match="five minutes"):
        door.verify(delivery("job_created", SIGNED_AT + late))
    door.verify(delivery("job_created", SIGNED_AT + timedelta(minutes=4)))


def test_a_missing_link_is_signed_as_empty(door: SmartRecruiters) -> None:
    made = door.test_event("/webhooks/x", SIGNED_AT)
    bare = replace(made, headers={key: value for key, value in made.headers.items() if key != "link"})
    door.verify(bare)
    assert door.parse(bare) == [Event(EventKind.UNKNOWN)]


def test_the_handshake_is_said_back_and_stores_nothing(door: SmartRecruiters) -> None:
    request = delivery("handshake")
    door.verify(request)
    assert door.parse(request) == [Event(EventKind.PING)]
    answer = door.answer(Outcome.NOT_UNDERSTOOD, request)
    assert (answer.status, answer.headers) == (200, {"X-Hook-Secret": "4jn8fs9011jj8"})


def test_a_handshake_lets_no_event_in_and_ends_no_header(door: SmartRecruiters) -> None:
    event = delivery("job_created")
    smuggled = {**event.headers, "x-hook-secret": "x", "smartrecruiters-signature": "v1=00"}
    with pytest.raises(BadSignature):
        door.verify(replace(event, headers=smuggled))
    for value in ("a\r\nSet-Cookie: b", "a b", "", "x" * 300, "ü"):
        hostile = replace(delivery("handshake"), headers={"x-hook-secret": value})
        with pytest.raises(BadSignature):
            door.verify(hostile)
        assert door.answer(Outcome.BAD_SIGNATURE, hostile).headers == {}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff", b'{"id": {"id": 1}}', b'{"id": "../../x"}', b'{"id": true}', b"null", b"[" * 100_000]
)
def test_junk_is_unknown(door: SmartRecruiters, body: bytes) -> None:
    request = replace(delivery("job_created"), body=body)
    assert door.parse(request) == [Event(EventKind.UNKNOWN)]


# Subscribing.


@pytest.fixture
def callback() -> Iterator[str]:
    """A door that knows the handshake."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("X-Hook-Secret", self.headers.get("X-Hook-Secret", ""))
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/webhooks/key"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_subscription_is_made_keyed_and_activated_once(
    there: SmartRecruitersStandIn, ats: SmartRecruiters, callback: str
) -> None:
    first = ats.subscribe(callback, "ours")
    assert first.findings[0].ok and len(first.secrets) == 1
    (hook,) = there.bell.hooks
    assert (hook.secret, hook.active) == (first.secrets[0], True)
    assert ats.subscribe(callback, "ours").secrets == ()
    assert len(there.bell.hooks) == 1
    assert [one.ok for one in ats.check() if one.what == "webhook"] == [True]
    hook.events = frozenset({"job.created"})
    lacking = ats.subscribe(callback, "ours").findings[0]
    assert not lacking.ok and "job.updated" in lacking.detail


def test_events_that_only_others_name_keep_no_subscription_from_being_made(
    there: SmartRecruitersStandIn, ats: SmartRecruiters, callback: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = ats.api.create

    def choosy(path: str, body: Any) -> Any:
        if any(each["name"].startswith("interview.") for each in body.get("events", [])):
            raise ATSError("unknown event", status=400, permanent=True)
        return create(path, body)

    monkeypatch.setattr(ats.api, "create", choosy)
    assert ats.subscribe(callback, "ours").findings[0].ok
    (hook,) = there.bell.hooks
    assert "job.created" in hook.events and "interview.created" not in hook.events
    assert [one.ok for one in ats.check() if one.what == "webhook"] == [True]


def test_a_door_that_does_not_answer_leaves_the_key_and_says_what_to_do(
    there: SmartRecruitersStandIn, ats: SmartRecruiters
) -> None:
    unheard = ats.subscribe("http://127.0.0.1:9/webhooks/key", "ours")
    assert not unheard.findings[0].ok and unheard.findings[0].todo and unheard.secrets
    again = ats.subscribe("http://127.0.0.1:9/webhooks/key", "ours")
    assert len(there.bell.hooks) == 1, "the subscription that is there is gone on with"
    signed = there.bell.hooks[0]
    signed.url = f"{there.url}/nowhere"
    _, headers, body = there.sign(signed, _rung(), "e-1")
    lowered = {key.lower(): value for key, value in headers.items()}
    assert lowered["smartrecruiters-signature"].count("v1=") == 2
    for key in (unheard.secrets[0], again.secrets[0]):
        SmartRecruiters(credentials={}, secrets=[key], options={}).verify(Request("POST", "/", lowered, body))


def _rung() -> Any:
    from connectors.sandbox.kit import Rung

    return Rung("job.created", {"id": "1"})


# The job's note, its fields.


def test_others_words_in_the_jobs_note_stay(there: SmartRecruitersStandIn, ats: SmartRecruiters) -> None:
    id = there.create_requisition(title="SRE", description="<p>Python</p>")
    there.world.add_note(("job", id), "採用会議メモ：11月中に決めたい", by=there.recruiter.id)
    ats.post_shortlist(id, ShortlistPost("K-1", "S-1", "1. A-01\n▲ kakuyaku お知らせ / message"))
    ats.post_approval_request(id, REQUEST)
    (note,) = there.there(id).notes
    assert note.startswith("採用会議メモ：11月中に決めたい\n\n▼ kakuyaku")
    there.world.notes_on("job", id)[0].body = note + "\n\n追記：面接官は鈴木"
    ats.post_shortlist(id, ShortlistPost("K-2", "S-2", "1. A-07"))
    ats.post_message(id, "")
    (note,) = there.there(id).notes
    assert "採用会議メモ" in note and note.endswith("追記：面接官は鈴木")
    assert "A-01" not in note and "A-07" in note and "ご判断をお願いします" not in note
    assert jobnote.part(note, jobnote.LINK) == REQUEST.url
    assert ats.requisition(id).notes.find("A-07") == -1, "our own note is no description"


def test_our_part_is_known_again_after_an_editor_has_been_at_it() -> None:
    note = jobnote.with_part("", jobnote.SHORTLIST, "1. A-01\n[S-1]")
    edited = "<p>メモ</p><p>" + note.replace("\n", "</p><p>") + "</p>"
    assert "[S-1]" in jobnote.part(edited, jobnote.SHORTLIST)
    again = jobnote.with_part(edited, jobnote.SHORTLIST, "1. A-07")
    assert again.count("▼ kakuyaku") == 1 and "A-01" not in again and again.startswith("<p>メモ</p>")


def test_the_manager_is_mentioned_once_and_only_where_wanted(
    there: SmartRecruitersStandIn, ats: SmartRecruiters
) -> None:
    id = there.create_requisition(title="SRE")
    post = ShortlistPost("K-1", "S-1", "1. A-01")
    there.misbehave("drop_answer", on="writes", path="/messages", next=1)
    assert ats.post_shortlist(id, post) == id, "the note stands; a lost answer to the mention is passed over"
    ats.post_shortlist(id, post)
    assert there.writes()["mentions"] == 1
    (said,) = [note.body for note in there.world.notes.values() if note.on[0] == "mention"]
    assert said.startswith(f"@[USER:{there.manager.id}] ") and "A-01" not in said
    quiet = connected(there, mention="no")
    quiet.post_shortlist(id, replace(post, ref="S-2"))
    assert there.writes()["mentions"] == 1
    quiet.close()


def test_fields_are_reset_in_one_request_and_only_what_differs(
    there: SmartRecruitersStandIn, ats: SmartRecruiters
) -> None:
    id = there.create_requisition(title="SRE", fields={"Budget": "1200"})
    ats.post_approval_request(id, REQUEST)
    assert there.writes()["job_properties"] == 1
    fields = there.world.jobs[id].fields
    assert fields["Budget"] == "1200"
    assert (fields["kakuyaku calibration"], fields["kakuyaku decision"]) == ("K-1", "Pending / 未決定")
    assert ats.read_decision(id).meeting == "面接" and ats.read_decision(id).days == "5"
    there.decide(id, "approve", "７５点", days="7")
    seen = ats.read_decision(id)
    assert (seen.choice, seen.line, seen.days, seen.actor) == (Choice.APPROVED, "７５点", "7", None)
    ats.post_approval_request(id, replace(REQUEST, calibration="K-2", seen=seen))
    assert (ats.read_decision(id).line, ats.read_decision(id).choice) == ("", Choice.PENDING)


def test_a_needed_field_that_is_missing_is_said_and_made_by_hand(there: SmartRecruitersStandIn) -> None:
    del there.job_fields["kakuyaku line"]
    ats = connected(there)
    missing = [one for one in ats.set_up() if not one.ok]
    assert [str(one.what) for one in missing] == ["job field kakuyaku line"]
    assert "Free Text" in missing[0].todo and "Free Text" in missing[0].todo.ja
    id = there.create_requisition(title="SRE")
    with pytest.raises(ATSError, match="kakuyaku line") as problem:
        ats.post_approval_request(id, REQUEST)
    assert problem.value.permanent
    other = connected(there, property_line="Interview line")
    there.job_fields["Interview line"] = ("5ec2", None)
    assert all(one.ok for one in other.set_up())
    other.post_approval_request(id, REQUEST)
    for made in (ats, other):
        made.close()


def test_setting_up_twice_creates_once(there: SmartRecruitersStandIn, ats: SmartRecruiters) -> None:
    before = {label: dict(values or {}) for label, (_, values) in there.job_fields.items()}
    assert all(one.ok for one in ats.set_up())
    assert {label: dict(values or {}) for label, (_, values) in there.job_fields.items()} == before
    assert [str(one.what) for one in ats.check() if not one.ok] == ["webhook"]


# By a calibration person.


@pytest.fixture
def beside() -> Iterator[tuple[SmartRecruitersStandIn, SmartRecruiters]]:
    with SmartRecruitersStandIn(approval_by="application") as running:
        made = connected(running)
        yield running, made
        made.close()


def test_a_decision_is_made_on_a_calibration_person(beside: tuple[SmartRecruitersStandIn, SmartRecruiters]) -> None:
    there, ats = beside
    assert all(one.ok for one in ats.set_up())
    id = there.create_requisition(title="SRE")
    assert ats.read_decision(id).choice is Choice.PENDING
    place = ats.post_approval_request(id, REQUEST)
    assert place.endswith(f":{id}") and there.asked(id) == "K-1"
    there.decide(id, "approve", "75")
    decided = ats.read_decision(id)
    assert (decided.calibration, decided.choice, decided.line, decided.actor) == ("K-1", Choice.APPROVED, "75", None)
    writes = there.writes()
    assert ats.post_approval_request(id, REQUEST) == place and there.writes() == writes
    there.decide(id, "decline")
    assert ats.read_decision(id).choice is Choice.DECLINED
    kept = ats.post_approval_request(id, replace(REQUEST, calibration="K-2", seen=decided))
    assert kept == place and ats.read_decision(id).calibration == "K-1", "set meanwhile: kept"
    ats.post_approval_request(id, replace(REQUEST, calibration="K-2", seen=ats.read_decision(id)))
    asked = ats.read_decision(id)
    assert (asked.calibration, asked.choice, asked.line) == ("K-2", Choice.PENDING, "")
    assert len(there.world.on_job(id)) == 1, "one calibration person, ever"


def test_a_status_set_before_the_question_does_not_answer_it(
    beside: tuple[SmartRecruitersStandIn, SmartRecruiters], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, ats = beside
    ats.set_up()
    id = there.create_requisition(title="SRE")
    ats.post_approval_request(id, REQUEST)
    there.decide(id, "approve", "75")
    put_back = ats.set_status

    def late(candidate_id: str, job_id: str, stage_id: str) -> None:
        put_back(candidate_id, job_id, stage_id)
        there.decide(id, "approve")

    monkeypatch.setattr(ats, "set_status", late)
    ats.post_approval_request(id, replace(REQUEST, calibration="K-2", seen=ats.read_decision(id)))
    stands = ats.read_decision(id)
    assert stands is not None and (stands.calibration, stands.choice) == ("K-1", Choice.APPROVED)


def test_a_calibration_person_is_nobody(beside: tuple[SmartRecruitersStandIn, SmartRecruiters]) -> None:
    there, ats = beside
    id = there.create_requisition(title="SRE")
    since = datetime.now(UTC) - timedelta(hours=1)
    place = ats.post_approval_request(id, REQUEST)
    person = place.partition(":")[0]
    address = calibration.address(ats.options, id)
    assert ats.candidate(person) is None and ats.find_candidates(email=address) == []
    assert list(ats.candidates(None)) == [] and list(ats.people_changed(since)) == []
    assert ats.applications(requisition_id=id) == [] == ats.applications(candidate_id=person)
    assert there.there(id).entries == ()
    (only,) = there.world.people.values()
    assert only.tags == [calibration.TAG] and only.emails == [address]


def test_the_status_is_the_choice_and_others_are_unreadable(
    beside: tuple[SmartRecruitersStandIn, SmartRecruiters],
) -> None:
    there, ats = beside
    id = there.create_requisition(title="SRE")
    place = ats.post_approval_request(id, REQUEST)
    for status, choice in (("OFFERED", Choice.UNREADABLE), ("WITHDRAWN", Choice.DECLINED), ("NEW", Choice.PENDING)):
        ats.move(place, status)
        assert ats.read_decision(id).choice is choice
    otherwise = connected(there, approved_status="OFFERED")
    ats.move(place, "OFFERED")
    assert otherwise.read_decision(id).choice is Choice.APPROVED
    otherwise.close()


# People.


def entry(requisition_id: str, **how: Any) -> NewEntry:
    given: dict[str, Any] = {"kind": EntryKind.APPLICATION, "email": "hanako@example.com", "ref": "E-1"} | how
    return NewEntry(requisition_id=requisition_id, first_name="花子", last_name="見本", **given)


def test_a_keyword_that_is_no_address_of_theirs_finds_nobody(
    there: SmartRecruitersStandIn, ats: SmartRecruiters
) -> None:
    there.add_person("花子", "見本", "x.hanako@example.com")
    there.add_person("hanako@example.com", "別人", "other@example.com")
    assert ats.find_candidates(email="hanako@example.com") == []
    one = there.add_person("花子", "見本", "hanako@example.com")
    assert [each.id for each in ats.find_candidates(email="Hanako@Example.com")] == [one]
    assert {each.id for each in ats.find_candidates(name="見本 花子")} >= {one}
    assert ats.find_candidates(email='"" OR "') == []


@pytest.mark.parametrize(
    ("kind", "status", "stage"),
    [
        (EntryKind.PROSPECT, "LEAD", "LEAD"),
        (EntryKind.CASUAL, "IN_REVIEW", "カジュアル面談"),
        (EntryKind.APPLICATION, "NEW", "NEW"),
    ],
)
def test_an_entry_starts_where_its_kind_belongs(
    there: SmartRecruitersStandIn, ats: SmartRecruiters, kind: EntryKind, status: str, stage: str
) -> None:
    id = there.create_requisition(title="SRE")
    entered = ats.add_entry(entry(id, kind=kind))
    (application,) = ats.applications(candidate_id=entered.candidate_id)
    assert (application.stage, application.prospect) == (stage, kind is EntryKind.PROSPECT)
    assert there._status(there.world.on_job(id)[0])[0] == status


def test_a_status_lost_on_the_way_is_set_by_the_next_call(there: SmartRecruitersStandIn, ats: SmartRecruiters) -> None:
    id = there.create_requisition(title="SRE")
    wanted = entry(id, kind=EntryKind.PROSPECT)
    there.misbehave("server_error", on="writes", path="/candidates/", next=1)
    with pytest.raises(ATSError) as problem:
        ats.add_entry(wanted)
    assert problem.value.unknown
    assert ats.add_entry(wanted).found
    (application,) = ats.applications(requisition_id=id)
    assert application.prospect
    there.world.people[application.candidate_id].tags.clear()
    ats.move(application.id, "NEW")
    assert ats.add_entry(wanted).found
    assert not ats.applications(requisition_id=id)[0].prospect, "what we did not make stays where people put it"


def test_somebody_in_a_talent_pool_is_joined_by_their_address(
    there: SmartRecruitersStandIn, ats: SmartRecruiters
) -> None:
    """The search doesn't find who is in no pipeline; the vendor knows the address."""
    person = there.add_person("花子", "見本", "hanako@example.com", extra={"pool": True})
    assert ats.find_candidates(email="hanako@example.com") == []
    assert ats.add_entry(entry(there.create_requisition(title="SRE"))).candidate_id == person


def test_when_somebody_was_turned_down_is_read(there: SmartRecruitersStandIn, ats: SmartRecruiters) -> None:
    id = there.create_requisition(title="SRE")
    entered = ats.add_entry(entry(id))
    ats.move(entered.application_id, "REJECTED")
    (application,) = ats.applications(candidate_id=entered.candidate_id)
    assert application.status is ApplicationStatus.REJECTED and application.rejected_at is not None
    ats.move(entered.application_id, "WITHDRAWN")
    assert ats.applications(candidate_id=entered.candidate_id)[0].status is ApplicationStatus.CONVERTED


def test_a_note_mentions_nobody_by_accident_and_is_no_longer_than_allowed(
    there: SmartRecruitersStandIn, ats: SmartRecruiters
) -> None:
    entered = ats.add_entry(entry(there.create_requisition(title="SRE")))
    body = "@[USER:1] " + "長" * 12_000
    assert ats.note(entered.candidate_id, "N-1", body)
    (note,) = there.world.notes_on("person", entered.candidate_id)
    assert "@[USER" not in note.body and len(note.body) == 10_000 and note.body.endswith("[N-1]")


def test_interviews_need_the_id_shown_in_the_vendors_pages(there: SmartRecruitersStandIn, ats: SmartRecruiters) -> None:
    entered = ats.add_entry(entry(there.create_requisition(title="SRE")))
    there.plan_interview(entered.application_id, datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
    (planned,) = ats.interviews(application_ids=[entered.application_id])
    assert planned.interviewer_ids == (there.manager.id,)
    assert ats.interviews(since=datetime(2026, 1, 1, tzinfo=UTC)) == []
    assert ats.interviews(application_ids=["no:body"]) == []
    with pytest.raises(ATSError, match="names no"):
        ats.interviews(application_ids=["12"])


# Jobs.


@pytest.mark.parametrize(
    ("status", "posting", "expected"),
    [
        ("CREATED", "NOT_PUBLISHED", RequisitionStatus.DRAFT),
        ("CREATED", "PUBLIC", RequisitionStatus.OPEN),
        ("SOURCING", "NOT_PUBLISHED", RequisitionStatus.OPEN),
        ("ON_HOLD", "PUBLIC", RequisitionStatus.DRAFT),
        ("CANCELLED", "NOT_PUBLISHED", RequisitionStatus.CLOSED),
        ("OTHER", "PUBLIC", RequisitionStatus.CLOSED),
    ],
)
def test_a_jobs_status_is_what_may_be_done(
    ats: SmartRecruiters, monkeypatch: pytest.MonkeyPatch, status: str, posting: str, expected: RequisitionStatus
) -> None:
    job = {"id": "1", "title": "SRE", "status": status, "postingStatus": posting, "createdOn": "2026-11-01T00:00:00Z"}
    monkeypatch.setattr(Api, "_send", lambda *_, **__: _Answered(job))
    found = ats.requisition("1")
    assert found is not None and found.status is expected
    assert found.updated_at == found.created_at == datetime(2026, 11, 1, tzinfo=UTC)


class _Answered:
    def __init__(self, data: Any) -> None:
        self.data = data


def test_a_job_published_privately_is_treated_as_confidential(
    there: SmartRecruitersStandIn, ats: SmartRecruiters
) -> None:
    id = there.create_requisition(title="SRE", confidential=True)
    assert ats.requisition(id).confidential


def test_a_list_goes_on_from_its_cursor_and_takes_the_moment_itself(
    there: SmartRecruitersStandIn, ats: SmartRecruiters
) -> None:
    with there.world.quiet():
        ids = [there.create_requisition(title=f"{number}") for number in range(130)]
    first = ats.requisitions_page(None)
    assert len(first.items) == 100 and first.cursor
    other = connected(there)
    rest = other.requisitions_page(None, first.cursor)
    assert not rest.cursor and [one.id for one in (*first.items, *rest.items)] == ids
    moment = there.world.jobs[ids[-1]].updated_at
    assert ids[-1] in {one.id for one in other.requisitions(moment)}, "at the moment or after"
    assert just_before(datetime(2026, 1, 1, 0, 0, 0, 1500, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"
    with pytest.raises(ATSError):
        other.requisitions_page(None, "not-a-page")
    other.close()


# Limits and credentials.


def test_a_token_is_minted_once_and_again_when_it_dies() -> None:
    with SmartRecruitersStandIn(oauth=True) as there:
        tokens = TokenStore()
        given = there.connection()
        pair = [
            SmartRecruiters(credentials=given["credentials"], secrets=["s"], options=given["options"], tokens=tokens)
            for _ in range(2)
        ]
        for one in pair:
            assert list(one.requisitions(None)) == []
        assert len(there.tokens) == 1
        there.let_tokens_die()
        for one in pair:
            assert list(one.requisitions(None)) == []
        assert len(there.tokens) == 1
        for one in pair:
            one.close()


def test_without_a_credential_it_says_so() -> None:
    ats = SmartRecruiters(credentials={}, secrets=[], options={"api_base": "http://127.0.0.1:9"})
    (finding,) = ats.check()
    assert not finding.ok and "neither an API key nor an OAuth client" in finding.detail and finding.todo
    ats.close()
    with pytest.raises(ValueError, match="approval_by"):
        SmartRecruiters(credentials={}, secrets=[], options={"approval_by": "mail"})


class _HeldAWhile:
    """A search that takes its time, so that two at once meet."""

    def __init__(self) -> None:
        self.lock, self.met = threading.Lock(), 0

    def acquire(self, blocking: bool) -> bool:
        free = self.lock.acquire(blocking=blocking)
        self.met += not free
        threading.Event().wait(0.01)
        return free

    def release(self) -> None:
        self.lock.release()


def test_people_are_searched_one_at_a_time(there: SmartRecruitersStandIn, ats: SmartRecruiters) -> None:
    held: Any = _HeldAWhile()
    there.searching = held
    threads = [threading.Thread(target=lambda: list(ats.candidates(None))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held.met == 0


def test_calls_keep_to_ten_a_second() -> None:
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    clock = Timekeeper(lambda: passed[0], sleep)
    now: Callable[[], datetime] = lambda: SIGNED_AT + timedelta(seconds=passed[0])  # noqa: E731
    with SmartRecruitersStandIn(now=now, rate=Rate(10, 1.0)) as there:
        given = there.connection()
        ats = SmartRecruiters(
            credentials=given["credentials"], secrets=["s"], options=given["options"], timekeeper=clock
        )
        for _ in range(25):
            ats.requisition("none")
        assert there.refused == 0 and passed[0] >= 2.0
        ats.close()
