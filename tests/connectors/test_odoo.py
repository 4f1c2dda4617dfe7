"""Odoo's own ways: a secret in the path, an activity that says who acted, fields that don't, one record a person and job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from connectors.base import ATSError, BadSignature
from connectors.odoo import Odoo, feedback, fields, people
from connectors.odoo.feedback import Feedback
from connectors.records import (
    ApplicationStatus,
    ApprovalRequest,
    Choice,
    EntryKind,
    Event,
    EventKind,
    InterviewStatus,
    NewEntry,
    Outcome,
    Request,
    RequisitionStatus,
    ShortlistPost,
)
from connectors.sandbox.kit import Hook
from connectors.sandbox.standins.odoo import OdooStandIn
from plugin.clock import SettableClock

FIXTURES = Path(__file__).parents[1] / "fixtures" / "odoo"
URL = "https://plugin.example.com/webhooks/abc"
RINGS = {
    "job_created": [Event(EventKind.REQUISITION, "15")],
    "job_decision_edited": [Event(EventKind.REQUISITION, "15")],
    "activity_completed": [Event(EventKind.REQUISITION, "15")],
    "applicant_moved": [Event(EventKind.APPLICATION, "5"), Event(EventKind.CANDIDATE, "5")],
    "applicant_deleted": [Event(EventKind.CANDIDATE_DELETED, "5")],
    "meeting_planned": [Event(EventKind.APPLICATION, "5")],
    "job_deleted": [Event(EventKind.REQUISITION_DELETED, "15")],
}


def delivery(name: str) -> Request:
    head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
    return Request(method, path, headers, body)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(datetime(2026, 11, 20, 1, 0, tzinfo=UTC))


@pytest.fixture
def there(clock: SettableClock) -> Iterator[OdooStandIn]:
    with OdooStandIn(now=clock.now) as running:
        yield running


@pytest.fixture
def ats(there: OdooStandIn) -> Iterator[Odoo]:
    made = connected(there)
    made.set_up()
    yield made
    made.close()


def connected(there: OdooStandIn, **credentials: str) -> Odoo:
    given = there.connection()
    return Odoo(credentials=given["credentials"] | credentials, secrets=["fixture-secret"], options=given["options"])


def asking(calibration: str, **more: Any) -> ApprovalRequest:
    return ApprovalRequest(
        calibration, calibration, 70, "ご判断をお願いします。", "https://plugin.example.com/r/1", **more
    )


def entry(requisition_id: str, email: str = "hanako@example.com", **more: Any) -> NewEntry:
    return NewEntry(requisition_id, "E-1", EntryKind.APPLICATION, "花子", "見本", email, **more)


# The door.


@pytest.mark.parametrize("name", sorted(RINGS))
def test_a_delivery_as_odoo_sends_it(name: str) -> None:
    ats = Odoo(credentials={}, secrets=["newer", "fixture-secret"], options={})
    request = delivery(name)
    ats.verify(request)
    assert ats.parse(request) == RINGS[name]
    with pytest.raises(BadSignature):
        Odoo(credentials={}, secrets=["another", ""], options={}).verify(request)
    # Nothing but the address proves anything: headers and body may say what they like.
    ats.verify(replace(request, headers={}, body=b"{}"))
    ats.close()


@pytest.mark.parametrize(
    "path", ["/webhooks/abc", "/webhooks/abc/", "/webhooks/fixture-secret/abc", "/webhooks/abc/fixture-secre"]
)
def test_the_secret_is_the_whole_last_part_of_the_path(path: str) -> None:
    ats = Odoo(credentials={}, secrets=["fixture-secret"], options={})
    with pytest.raises(BadSignature):
        ats.verify(Request("POST", path, {}, b"{}"))
    assert ats.answer(Outcome.BAD_SIGNATURE, Request("POST", path, {}, b"{}")).status == 401
    ats.close()


def test_a_body_with_the_moment_of_a_write_is_known_again() -> None:
    ats = Odoo(credentials={}, secrets=["fixture-secret"], options={})
    edited = delivery("job_decision_edited")
    assert ats.event_key(edited) and ats.event_key(edited) != ats.event_key(delivery("job_created"))
    assert ats.event_key(delivery("job_deleted")) == ""
    ats.close()


@pytest.mark.parametrize(
    "body",
    [
        b'{"_model": "hr.job", "_id": true}',
        b'{"_model": "hr.job", "_id": "15"}',
        b'{"_model": "hr.job", "_id": -1}',
        b'{"_model": "hr.job", "_id": ' + b"9" * 4000 + b"}",
        b'{"_model": ["hr.job"], "_id": 1}',
        b'{"_model": "mail.activity", "_id": 1, "res_model": "res.partner", "res_id": 7}',
        b'{"_model": "calendar.event", "_id": 1, "applicant_id": false}',
        b"[" * 100_000,
    ],
)
def test_what_no_rule_of_ours_sends_rings_for_nothing(body: bytes) -> None:
    ats = Odoo(credentials={}, secrets=["fixture-secret"], options={})
    assert ats.parse(Request("POST", "/webhooks/abc/fixture-secret", {}, body)) == [Event(EventKind.UNKNOWN)]
    with pytest.raises(BadSignature):
        ats.verify(Request("POST", "/webhooks/abc/\ud800", {}, body))
    ats.close()


# The manager's answer.

A, D, P, U = Choice.APPROVED, Choice.DECLINED, Choice.PENDING, Choice.UNREADABLE


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("75", Feedback(A, "75")),
        ("７５点", Feedback(A, "75")),
        ("approve 75", Feedback(A, "75")),
        ("Approved: 75 points, please.", Feedback(A, "75")),
        ("承認 75", Feedback(A, "75")),
        ("75点以上で承認します。よろしくお願いします", Feedback(A, "75")),
        ("75 点 で OK です", Feedback(A, "75")),
        ("75点以上なら会います", Feedback(U, "75点以上なら会います")),
        ("不承認", Feedback(U, "不承認")),
        ("今回は見送らせていただきます", Feedback(U, "今回は見送らせていただきます")),
        ("見送らせていただきます", Feedback(D)),
        ("承認 80点 7営業日", Feedback(A, "80", "7")),
        ("approve 80 within 7 business days", Feedback(A, "80", "7")),
        ("承認", Feedback(A)),
        ("見送り", Feedback(D)),
        ("Decline", Feedback(D)),
        ("却下します", Feedback(D)),
        ("B案", Feedback(P, specification="B")),
        ("c", Feedback(P, specification="C")),
        ("保留", Feedback(P)),
        ("", Feedback(U)),
        ("75は無理です", Feedback(U, "75は無理です")),
        ("not 75", Feedback(U, "not 75")),
        ("do not approve", Feedback(U, "do not approve")),
        ("承認しません", Feedback(U, "承認しません")),
        ("disapproved 75", Feedback(U, "disapproved 75")),
        ("70か80", Feedback(U, "70か80")),
        ("見送り 75", Feedback(U, "見送り 75")),
        ("承認 見送り", Feedback(U, "承認 見送り")),
        ("5営業日", Feedback(U, "5営業日")),
        ("75.5", Feedback(U, "75.5")),
        ("以上", Feedback(U, "以上")),
    ],
)
def test_feedback_is_read_as_written(text: str, read: Feedback) -> None:
    assert feedback.read(text) == read


def test_what_was_said_last_counts_the_activity_or_the_fields(
    ats: Odoo, there: OdooStandIn, clock: SettableClock
) -> None:
    id = there.create_requisition(title="営業")
    ats.post_approval_request(id, asking("K-1", days="5"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75", days="7")
    decided = ats.read_decision(id)
    assert decided is not None and decided.actor is not None
    assert (decided.line, decided.days, decided.actor.id) == ("75", "7", there.manager.id)
    assert decided.at is not None and abs(clock.now() - decided.at) < timedelta(seconds=30)

    clock.move(timedelta(minutes=1))
    there.edit_decision(id, "approve", "80")
    edited = ats.read_decision(id)
    assert edited is not None
    assert (edited.line, edited.actor) == ("80", None), "a job keeps only its last writer, which proves nothing"


def test_an_activity_completed_after_an_edit_counts_over_it(
    ats: Odoo, there: OdooStandIn, clock: SettableClock
) -> None:
    id = there.create_requisition(title="営業")
    ats.post_approval_request(id, asking("K-1"))
    clock.move(timedelta(minutes=1))
    there.edit_decision(id, "approve", "80")
    clock.move(timedelta(minutes=1))
    there.decide(id, "decline", by=there.other_manager.id)
    declined = ats.read_decision(id)
    assert declined is not None and declined.actor is not None
    assert (declined.choice, declined.actor.id) == (Choice.DECLINED, there.other_manager.id)


def test_who_answered_is_somebody_though_hidden_from_us(
    ats: Odoo, there: OdooStandIn, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = there.create_requisition(title="営業")
    ats.post_approval_request(id, asking("K-1"))
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75", by=there.other_manager.id)
    monkeypatch.setattr(ats, "users", lambda ids: {})  # of another company
    stands = ats.read_decision(id)
    assert stands is not None and stands.actor is not None and stands.actor.id == there.other_manager.id


def test_days_in_a_field_are_not_what_the_manager_answered(ats: Odoo, there: OdooStandIn, clock: SettableClock) -> None:
    id = there.create_requisition(title="営業")
    ats.post_approval_request(id, asking("K-1"))
    there.world.jobs[id].fields |= {"x_kakuyaku_days": "1", "x_kakuyaku_meeting": "casual"}  # a colleague's edit
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75")
    stands = ats.read_decision(id)
    assert stands is not None and stands.actor is not None
    assert (stands.line, stands.days, stands.meeting) == ("75", "", "")


def test_without_the_rule_that_dates_them_edited_fields_count(
    ats: Odoo, there: OdooStandIn, clock: SettableClock
) -> None:
    there.records.plain["ir.actions.server"].clear()
    id = there.create_requisition(title="営業")
    ats.post_approval_request(id, asking("K-1"))
    there.edit_decision(id, "approve", "80")
    clock.move(timedelta(minutes=1))
    there.decide(id, "approve", "75")
    stands = ats.read_decision(id)
    assert stands is not None and (stands.line, stands.actor) == ("80", None), "which is confirmed by mail"


def test_a_new_calibration_takes_the_open_activity_back(ats: Odoo, there: OdooStandIn) -> None:
    id = there.create_requisition(title="営業")
    for calibration in ("K-1", "K-2", "K-2"):
        ats.post_approval_request(id, asking(calibration))
    (only,) = there.world.forms.values()
    assert only.extra["summary"].endswith("[K-2]") and only.extra["user_id"] == int(there.manager.id)
    assert '<a href="https://plugin.example.com/r/1">' in only.extra["note"]


def test_without_a_hiring_manager_only_the_fields_ask(ats: Odoo, there: OdooStandIn) -> None:
    id = there.create_requisition(title="営業")
    there.world.jobs[id].manager_ids.clear()
    ats.post_approval_request(id, asking("K-1"))
    assert not there.world.forms
    stands = ats.read_decision(id)
    assert stands is not None and stands.calibration == "K-1"


def test_a_note_is_shown_in_lines_and_takes_no_markup(ats: Odoo, there: OdooStandIn) -> None:
    id = there.create_requisition(title="営業")
    ats.post_shortlist(id, ShortlistPost("K-1", "S-1", "A-01 <b>82</b>\nA-02 & 76"))
    (note,) = there.world.notes.values()
    assert note.body == "<p>A-01 &lt;b&gt;82&lt;/b&gt;<br>A-02 &amp; 76<br><br>[S-1]</p>"


# Reading.


def test_an_answer_on_an_activity_is_swept_and_dates_its_job(
    ats: Odoo, there: OdooStandIn, clock: SettableClock
) -> None:
    id = there.create_requisition(title="営業")
    ats.post_approval_request(id, asking("K-1"))
    before = ats.requisition(id)
    clock.move(timedelta(hours=1))
    since = clock.now()
    there.decide(id, "approve", "75")
    (swept,) = ats.requisitions(since)
    assert before is not None and swept.id == id
    assert swept.updated_at > before.updated_at + timedelta(minutes=59), "whoever goes by dates must see that it moved"


def test_a_long_list_goes_on_where_it_stood(ats: Odoo, there: OdooStandIn) -> None:
    with there.world.quiet():
        ids = [there.world.add_job(f"求人{n}").id for n in range(1001)]
    first = ats.requisitions_page(None)
    second = ats.requisitions_page(None, first.cursor)
    third = ats.requisitions_page(None, second.cursor)
    assert [one.id for page in (first, second, third) for one in page.items] == ids
    assert (len(first.items), third.cursor) == (500, "")
    for wrong in ("hr.applicant:1", "hr.job:x", "hr.job:-1"):
        with pytest.raises(ATSError) as problem:
            ats.requisitions_page(None, wrong)
        assert problem.value.permanent


def test_a_job_without_a_target_is_a_draft_and_an_archived_one_closed(ats: Odoo, there: OdooStandIn) -> None:
    draft = there.create_requisition(title="営業", status="draft")
    found = ats.requisition(draft)
    assert found is not None and (found.status, found.opened_at) == (RequisitionStatus.DRAFT, None)
    there.close_requisition(draft)
    assert [one.status for one in ats.requisitions(None)] == [RequisitionStatus.CLOSED]


def test_a_person_on_two_jobs_is_found_once_with_both(ats: Odoo, there: OdooStandIn) -> None:
    first, second = there.create_requisition(title="営業"), there.create_requisition(title="経理")
    one = ats.add_entry(entry(first))
    two = ats.add_entry(entry(second, "Hanako@Example.com", candidate_id=one.candidate_id))
    assert not two.found and two.application_id != one.application_id
    (found,) = ats.find_candidates(email="hanako@example.com")
    assert (found.id, found.name) == (one.candidate_id, "花子 見本")
    for name in ("見本花子", "花子 見本", "見本　花子"):
        assert [person.id for person in ats.find_candidates(name=name)] == [one.candidate_id]
    assert ats.find_candidates(name="見本 %") == []
    assert {at.requisition_id for at in ats.applications(candidate_id=one.candidate_id)} == {first, second}


def test_a_spontaneous_applicant_is_put_on_the_job(ats: Odoo, there: OdooStandIn) -> None:
    known = there.add_person("花子", "見本", "hanako@example.com")
    id = there.create_requisition(title="営業")
    entered = ats.add_entry(entry(id))
    assert (entered.candidate_id, entered.application_id, entered.found) == (known, known, False)
    assert ats.add_entry(entry(id)).found


def test_a_refused_applicant_is_not_entered_again(ats: Odoo, there: OdooStandIn) -> None:
    id = there.create_requisition(title="営業")
    entered = ats.add_entry(entry(id))
    there.world.set_status(entered.application_id, "rejected")
    again = ats.add_entry(entry(id))
    assert (again.application_id, again.found) == (entered.application_id, True)
    (stands,) = ats.applications(requisition_id=id)
    assert stands.status is ApplicationStatus.REJECTED and stands.rejected_at is not None


def test_a_stage_of_another_job_and_a_job_that_is_gone_are_refused(ats: Odoo, there: OdooStandIn) -> None:
    id = there.create_requisition(title="営業")
    for wrong in (entry(id, stage_id="999999"), entry("999999")):
        with pytest.raises(ATSError) as problem:
            ats.add_entry(wrong)
        assert problem.value.permanent
    assert not there.world.people


def test_an_emptied_record_is_somebody_anonymised(ats: Odoo, there: OdooStandIn, clock: SettableClock) -> None:
    id = there.add_person("花子", "見本", "hanako@example.com")
    person = there.world.people[id]
    person.first_name = person.last_name = ""
    person.emails.clear()
    there.world.changed("person", "updated", id, by=there.recruiter.id)
    assert ats.candidate(id) is None and list(ats.candidates(None)) == []
    assert [change.kind for change in ats.people_changed(clock.now())] == [EventKind.CANDIDATE_DELETED]


def test_the_mail_blacklist_is_followed(ats: Odoo, there: OdooStandIn) -> None:
    id = there.add_person("花子", "見本", "hanako@example.com", extra={"blacklisted": True})
    found = ats.candidate(id)
    assert found is not None and found.do_not_contact


def test_the_panel_of_a_meeting_is_whoever_of_its_guests_is_a_user(
    ats: Odoo, there: OdooStandIn, clock: SettableClock
) -> None:
    entered = ats.add_entry(entry(there.create_requisition(title="営業")))
    made = there.plan_interview(entered.application_id, clock.now() + timedelta(days=1))
    (found,) = ats.interviews(application_ids=[entered.application_id])
    assert (found.interviewer_ids, found.status) == ((there.manager.id,), InterviewStatus.SCHEDULED)
    there.set_interview(made, "cancelled")
    (found,) = ats.interviews(application_ids=[entered.application_id])
    assert found.status is InterviewStatus.CANCELLED
    assert ats.interviews(application_ids=["not-an-id"]) == []


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("山田 太郎", ("太郎", "山田")),
        ("山田　太郎", ("太郎", "山田")),
        ("Anna Maria Rossi", ("Anna Maria", "Rossi")),
        ("田中", ("", "田中")),
        ("", ("", "")),
    ],
)
def test_one_field_for_a_name_is_two_as_its_language_writes_them(name: str, given: tuple[str, str]) -> None:
    assert people.split(name) == given
    assert people.split(people.joined(*given)) == given


# Setting up.


def test_without_an_administrators_key_the_clicks_are_said(there: OdooStandIn) -> None:
    ats = connected(there, admin_key="")
    findings = ats.set_up()
    assert {finding.ok for finding in findings[1:]} == {False}, "fields that are missing, each with what to do"
    assert not ats.subscribe(URL, "fixture-secret").secrets
    steps = ats.webhook_steps(URL, "fixture-secret")
    assert f"{URL}/fixture-secret" in steps[-1] and all(step.ja for step in steps)
    assert there.writes() == {} and not there.bell.hooks
    id = there.create_requisition(title="営業")
    with pytest.raises(ATSError, match="administrator's key") as problem:
        ats.read_decision(id)
    assert problem.value.permanent, "waiting creates no field"
    ats.close()


def test_a_new_secret_is_written_into_the_rules_that_stand(ats: Odoo, there: OdooStandIn) -> None:
    ats.subscribe(URL, "fixture-secret")
    made = len(there.bell.hooks)
    ats.subscribe(URL, "newer")
    assert {hook.url for hook in there.bell.hooks} == {f"{URL}/newer"} and len(there.bell.hooks) == made
    ats.subscribe("https://other.example.com/webhooks/x", "newer")
    assert len(there.bell.hooks) == 2 * made, "another connection's rules are not touched"
    assert ats.webhook_steps(URL, "newer") == []


def test_what_we_write_rings_nobody_and_a_deletion_rings_whoever_wrote_last(ats: Odoo, there: OdooStandIn) -> None:
    ats.subscribe("http://127.0.0.1:9", "fixture-secret")
    id = there.create_requisition(title="営業")
    rung: list[str] = []
    there.bell.ring = lambda rungs: rung.extend(str(one.payload["_action"]) for one in rungs)  # type: ignore[method-assign]
    entered = ats.add_entry(entry(id))
    ats.post_approval_request(id, asking("K-1"))
    assert rung == []
    there.delete_person(entered.candidate_id)
    there.edit_requisition(id, title="営業部長")
    assert [name.partition("(")[0] for name in rung] == ["kakuyaku: applicant gone", "kakuyaku: job"]


def test_the_form_shows_the_managers_fields_to_edit_and_ours_to_read() -> None:
    page = fields.form_page()
    for field in fields.FIELDS:
        shown = f'<field name="{field.name}"'
        assert page.count(shown) == 1
        assert (f'{shown} readonly="1"' in page) is field.ours


@responses.activate
def test_a_traceback_is_kept_out_of_what_is_said() -> None:
    url = "https://odoo.example.com/json/2/hr.job/search_read"
    said = {
        "name": "builtins.KeyError",
        "message": "'x'",
        "arguments": [],
        "debug": "Traceback (most recent call last):",
    }
    responses.post(url, json=said, status=500)
    ats = Odoo(credentials={"api_key": "k"}, secrets=[], options={"api_base": "https://odoo.example.com/"})
    with pytest.raises(ATSError) as problem:
        ats.requisition("1")
    assert str(problem.value) == "Odoo: 'x'" and not problem.value.permanent
    sent = responses.calls[0].request.headers
    assert sent["Authorization"] == "bearer k" and "X-Odoo-Database" not in sent
    ats.close()


def test_what_is_missing_from_a_connection_is_named() -> None:
    for credentials, options, missing in (({"api_key": "k"}, {}, "api_base"), ({}, {"api_base": URL}, "api_key")):
        ats = Odoo(credentials=credentials, secrets=[], options=options)
        with pytest.raises(ATSError, match=f"no {missing}"):
            ats.requisition("1")
        ats.close()


def test_a_hook_is_only_its_address(there: OdooStandIn) -> None:
    """The stand-in signs nothing, as Odoo doesn't."""
    url, headers, _ = there.sign(Hook("1", "https://x.example/s", ""), _rung(), "")
    assert url == "https://x.example/s" and not {name for name in headers if "sign" in name.casefold()}


def _rung() -> Any:
    from connectors.sandbox.kit import Rung

    return Rung("job", {"_model": "hr.job"})
