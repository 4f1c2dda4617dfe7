"""Greenhouse in conversation with the sandbox: set up, read, post, decide, enter, meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import ATSError, Unsupported
from connectors.greenhouse import Greenhouse, fields
from connectors.greenhouse.shapes import GreenhouseCustomFieldValue
from connectors.records import (
    ApplicationStatus,
    ApprovalRequest,
    Attachment,
    Choice,
    Entered,
    EntryKind,
    EventKind,
    InterviewStatus,
    NewEntry,
    RequisitionStatus,
    ShortlistPost,
)
from connectors.refs import carries, carrying
from connectors.sandbox import Sandbox, seed

BackDoor = Callable[..., Any]
POST = ShortlistPost(calibration="c1", ref="K-1", body="A-01  88点  決済基盤\nA-02  81点  在庫管理")
ASK = ApprovalRequest(
    calibration="c1",
    ref="K-1",
    proposed_line=75,
    message="面接確約ラインをご判断ください。",
    url="http://127.0.0.1:9/r/1",
    meeting="面接",
    days="5",
)


def entry(requisition_id: str, **changes: Any) -> NewEntry:
    made = NewEntry(
        requisition_id=requisition_id,
        ref="E-1",
        kind=EntryKind.APPLICATION,
        first_name="花子",
        last_name="山田",
        email="hanako@example.com",
        phone="090-0000-0000",
        company="みどり商事",
        title="エンジニア",
    )
    return replace(made, **changes)


def decide(back_door: BackDoor, requisition_id: str, expect: int = 200, **values: Any) -> None:
    given_by = {"by": seed.MANAGER} | values
    back_door("POST", f"/sandbox/requisitions/{requisition_id}/decision", expect=expect, **given_by)


# Set-up and check.


def test_set_up_creates_our_fields_once(sandbox: Sandbox, connect: Callable[..., Greenhouse]) -> None:
    ats = connect()
    assert all(finding.ok for finding in ats.set_up())
    assert sandbox.writes() == {"custom_fields": len(fields.FIELDS)}
    assert all(finding.ok and finding.detail == "is there" for finding in ats.set_up())
    assert sandbox.writes() == {"custom_fields": len(fields.FIELDS)}
    created = sandbox.store.rows("custom_fields", field_type="job")
    ours = [row for row in created if row["name_key"].startswith("kakuyaku_")]
    assert not any(row["require_approval"] or row["required"] for row in ours)


def test_set_up_does_without_api_only(back_door: BackDoor, connect: Callable[..., Greenhouse]) -> None:
    back_door("POST", "/sandbox/settings", no_api_only=True)
    assert all(finding.ok for finding in connect().set_up())


def test_set_up_adds_an_option_that_somebody_removed(sandbox: Sandbox, ats: Greenhouse) -> None:
    sandbox.store.remove("custom_field_options", name=fields.DECISIONS[Choice.DECLINED])
    assert {finding.what: finding.ok for finding in ats.check()}["field kakuyaku_decision"] is False
    ats.set_up()
    assert all(finding.ok for finding in ats.check())


def test_check_names_the_missing_scope_and_what_to_do(ats: Greenhouse, back_door: BackDoor) -> None:
    assert all(finding.ok for finding in ats.check())
    back_door("POST", "/sandbox/settings", missing_scopes=["harvest:job_notes:list", "harvest:interviews:list"])
    wrong = {finding.what: finding.todo for finding in ats.check() if not finding.ok}
    assert set(wrong) == {"scope harvest:job_notes:list", "scope harvest:interviews:list"}
    assert "tick harvest:job_notes:list" in wrong["scope harvest:job_notes:list"]


def test_check_before_set_up_names_the_missing_fields(connect: Callable[..., Greenhouse]) -> None:
    wrong = [finding for finding in connect().check() if not finding.ok]
    assert {finding.what for finding in wrong} == {f"field kakuyaku_{field.purpose}" for field in fields.FIELDS}


def test_check_says_when_the_acting_user_sees_nothing(connect: Callable[..., Greenhouse]) -> None:
    ats = connect(credentials={"sub": str(seed.MANAGER)})
    found = {finding.what: finding for finding in ats.check()}
    assert not found["acting user"].ok and "no Site Admin" in found["acting user"].detail


def test_check_stops_at_wrong_credentials(connect: Callable[..., Greenhouse]) -> None:
    [finding] = connect(credentials={"client_secret": "wrong"}).check()
    assert (finding.what, finding.ok) == ("credentials", False)
    assert "Client authentication failed" in finding.detail and finding.todo


# Reads.


def test_reads_a_requisition_with_its_post_team_and_stages(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str
) -> None:
    found = ats.requisition(requisition_id)
    assert found is not None
    assert (found.title, found.status) == ("バックエンドエンジニア", RequisitionStatus.DRAFT)
    assert found.fields["screening_guidance"] == "事業会社での開発経験"
    assert found.url == f"{sandbox.url}/sdash/{requisition_id}"
    [post] = ats.postings(requisition_id)
    assert (post.content, post.live) == ("<p>年収800万円〜1,200万円</p>", False)
    team = ats.hiring_team(requisition_id)
    assert [user.email for user in team.managers] == ["kenichi.suzuki@example.com"]
    assert [user.email for user in team.recruiters] == ["misaki.sato@example.com"]
    assert [stage.name for stage in ats.stages(requisition_id)] == list(seed.STAGES)


def test_what_is_gone_is_none(ats: Greenhouse, requisition_id: str, back_door: BackDoor) -> None:
    back_door("DELETE", f"/sandbox/requisitions/{requisition_id}")
    assert ats.requisition(requisition_id) is None
    assert ats.read_decision(requisition_id) is None
    assert ats.candidate("1") is None
    with pytest.raises(ATSError, match="shows no job") as caught:
        ats.post_message(requisition_id, "hello")
    assert caught.value.permanent


def test_the_sweep_sees_jobs_whose_post_or_manager_changed(
    sandbox: Sandbox, ats: Greenhouse, back_door: BackDoor
) -> None:
    start = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    sandbox.clock.set(start)
    ids = [
        str(back_door("POST", "/sandbox/requisitions", name=f"職種{number}", post="本文")["id"]) for number in range(4)
    ]
    assert [found.id for found in ats.requisitions(None)] == ids[::-1]
    sandbox.clock.set(start + timedelta(hours=2))
    later = start + timedelta(hours=1)
    assert list(ats.requisitions(later)) == []
    back_door("PATCH", f"/sandbox/requisitions/{ids[0]}", post="新しい本文")
    back_door("PATCH", f"/sandbox/requisitions/{ids[1]}", manager_id=seed.OTHER_MANAGER)
    back_door("PATCH", f"/sandbox/requisitions/{ids[2]}", notes="メモ")
    assert {found.id for found in ats.requisitions(later)} == set(ids[:3])


def test_finds_people_by_address_whatever_its_case(ats: Greenhouse, back_door: BackDoor) -> None:
    first = back_door(
        "POST", "/sandbox/candidates", first_name="花子", last_name="山田", email="Hanako@Example.com", can_email=False
    )
    back_door("POST", "/sandbox/candidates", first_name="太郎", last_name="田中", email="taro@example.com")
    second = back_door("POST", "/sandbox/candidates", first_name="花", last_name="山田", email="hanako@example.com")
    found = ats.find_candidates(email="hanako@example.com")
    assert [person.id for person in found] == [str(first["id"]), str(second["id"])]
    assert [person.do_not_contact for person in found] == [True, False]
    assert [p.id for p in ats.find_candidates(email="hanako@example.com", name="山田 花")] == [str(second["id"])]
    with pytest.raises(Unsupported, match="by name alone"):
        ats.find_candidates(name="山田花子")
    since = datetime.now(UTC) - timedelta(hours=1)
    assert len(list(ats.candidates(None))) == len(list(ats.candidates(since))) == 3
    assert {change.kind for change in ats.people_changed(since)} == {EventKind.CANDIDATE}
    assert list(ats.people_changed(since + timedelta(days=1))) == []


def test_reads_more_than_a_page(sandbox: Sandbox, ats: Greenhouse) -> None:
    with sandbox.store.whole():
        for number in range(1203):
            sandbox.store.add("candidates", first_name="人", last_name=str(number), email_addresses=[])
    assert len({person.id for person in ats.candidates(None)}) == 1203


def test_reads_interviews_with_panel_kind_and_state(ats: Greenhouse, requisition_id: str, back_door: BackDoor) -> None:
    entered = ats.add_entry(entry(requisition_id))
    made = back_door(
        "POST",
        f"/sandbox/applications/{entered.application_id}/interviews",
        starts_at="2026-12-01T10:00:00+09:00",
        ends_at="2026-12-01T10:45:00+09:00",
        interviewer_ids=[seed.MANAGER, seed.RECRUITER],
        name="一次面接",
    )
    [found] = ats.interviews(application_ids=[entered.application_id])
    assert found.starts_at == datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    assert (found.status, found.name) == (InterviewStatus.SCHEDULED, "一次面接（採用責任者）")
    assert found.interviewer_ids == (str(seed.RECRUITER), str(seed.MANAGER))
    back_door("PATCH", f"/sandbox/interviews/{made['id']}", status="complete")
    assert ats.interviews()[0].status is InterviewStatus.COMPLETE
    assert ats.interviews(since=datetime.now(UTC) + timedelta(days=1)) == []
    back_door("DELETE", f"/sandbox/interviews/{made['id']}")
    assert ats.interviews(application_ids=[entered.application_id]) == []
    assert ats.interviews(application_ids=["1"]) == []


# Shortlist and decision.


def test_a_shortlist_is_posted_once_with_its_line_breaks(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str, back_door: BackDoor
) -> None:
    assert ats.post_shortlist(requisition_id, POST) == ats.post_shortlist(requisition_id, POST)
    whole = back_door("GET", f"/sandbox/requisitions/{requisition_id}")
    [note] = whole["job_notes"]
    assert note["body"] == whole["fields"]["kakuyaku_shortlist"] == f"{POST.body}\n\n[K-1]"
    assert note["visibility"] == "admin_only_visible" and note["user_id"] == seed.SERVICE_USER
    other = replace(POST, ref="K-12")
    assert ats.post_shortlist(requisition_id, other) != str(note["id"])
    assert sandbox.writes()["job_notes"] == 2


def test_ten_echoes_cause_no_write(sandbox: Sandbox, ats: Greenhouse, requisition_id: str) -> None:
    for _ in range(10):
        ats.post_shortlist(requisition_id, POST)
        ats.post_approval_request(requisition_id, ASK)
        ats.post_message(requisition_id, ASK.message)
    assert {kind: n for kind, n in sandbox.writes().items() if kind != "custom_fields"} == {"job_notes": 1, "jobs": 2}


def test_the_manager_decides_and_nobody_else_may(ats: Greenhouse, requisition_id: str, back_door: BackDoor) -> None:
    ats.post_approval_request(requisition_id, ASK)
    asked = ats.read_decision(requisition_id)
    assert asked is not None
    assert (asked.calibration, asked.choice, asked.line, asked.meeting, asked.days) == (
        *("c1", Choice.PENDING, "", "面接", "5"),
    )
    for stranger in (seed.RECRUITER, seed.OTHER_MANAGER):
        decide(back_door, requisition_id, expect=403, by=stranger, choice="approve", line="10")
    decide(back_door, requisition_id, choice="approve", line="７５点", meeting="カジュアル面談", days="3")
    decided = ats.read_decision(requisition_id)
    assert decided is not None
    assert (decided.choice, decided.line, decided.meeting, decided.days) == (
        *(Choice.APPROVED, "７５点", "カジュアル面談", "3"),
    )
    assert decided.actor is None and decided.at is None
    ats.post_message(requisition_id, "承認を受け付けました。")
    ats.post_approval_request(requisition_id, replace(ASK, message="承認を受け付けました。"))
    assert ats.read_decision(requisition_id) == decided


def test_a_new_calibration_starts_undecided(ats: Greenhouse, requisition_id: str, back_door: BackDoor) -> None:
    ats.post_approval_request(requisition_id, ASK)
    decide(back_door, requisition_id, choice="approve", line="75")
    seen = ats.read_decision(requisition_id)
    ats.post_approval_request(requisition_id, replace(ASK, calibration="c2", seen=seen))
    now = ats.read_decision(requisition_id)
    assert now is not None
    assert (now.calibration, now.choice, now.line) == ("c2", Choice.PENDING, "")


def test_a_decision_made_meanwhile_is_kept_under_its_own_calibration(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str, back_door: BackDoor
) -> None:
    ats.post_approval_request(requisition_id, ASK)
    seen = ats.read_decision(requisition_id)
    decide(back_door, requisition_id, choice="approve", line="80")
    before = sandbox.writes()
    ats.post_approval_request(requisition_id, replace(ASK, calibration="c2", seen=seen))
    kept = ats.read_decision(requisition_id)
    assert kept is not None
    assert (kept.calibration, kept.choice, kept.line) == ("c1", Choice.APPROVED, "80")
    assert sandbox.writes() == before


def test_an_approval_given_before_anything_was_asked_is_not_taken_over(
    ats: Greenhouse, requisition_id: str, back_door: BackDoor
) -> None:
    decide(back_door, requisition_id, choice="approve", line="60")
    ats.post_approval_request(requisition_id, ASK)
    found = ats.read_decision(requisition_id)
    assert found is not None and (found.calibration, found.choice) == ("c1", Choice.PENDING)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("", Choice.PENDING),
        ("Pending / 未決定", Choice.PENDING),
        ("Approve / 承認", Choice.APPROVED),
        ("approved", Choice.APPROVED),
        ("承認", Choice.APPROVED),
        ("Decline / 見送り", Choice.DECLINED),
        ("Not approved", Choice.UNREADABLE),
        ("承認しない", Choice.UNREADABLE),
        ("Approve / 見送り", Choice.UNREADABLE),
    ],
)
def test_a_choice_is_read_only_if_it_is_clear(text: str, choice: Choice) -> None:
    assert fields.choice(text) is choice


@given(st.text(max_size=30))
def test_no_text_is_an_approval_unless_it_says_so(text: str) -> None:
    if fields.choice(text) is Choice.APPROVED:
        assert "approve" in text.casefold() or "承認" in text


def test_field_values_of_every_kind_become_text() -> None:
    shown = {
        "75": 75.0,
        "7.5": 7.5,
        "": None,
        "yes": True,
        "東京, 大阪": ["東京", "大阪"],
        "JPY 8000000-12000000": {"unit": "JPY", "min_value": "8000000.0", "max_value": 12_000_000},
        "JPY 100": {"unit": "JPY", "amount": "100.0"},
        "鈴木 健一": {"user_id": 1, "name": "鈴木 健一", "email": "k@example.com"},
    }
    for text, value in shown.items():
        assert fields.as_text(GreenhouseCustomFieldValue(value=value)) == text
    assert fields.as_text(None) == ""


# Entries, notes, tags, files, moves.


@pytest.mark.parametrize("kind", list(EntryKind))
def test_an_entry_is_made_once_and_found_again(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str, kind: EntryKind
) -> None:
    wanted = entry(requisition_id, kind=kind, source="スカウト / Scout")
    first = ats.add_entry(wanted)
    assert not first.found
    assert ats.add_entry(wanted) == replace(first, found=True)
    assert ats.add_entry(replace(wanted, candidate_id=first.candidate_id)) == replace(first, found=True)
    writes = sandbox.writes()
    assert (writes["candidates"], writes["applications"]) == (1, 1)
    [standing] = ats.applications(requisition_id=requisition_id)
    assert (standing.id, standing.requisition_id) == (first.application_id, requisition_id)
    assert standing.prospect is (kind is EntryKind.PROSPECT)
    expected = {EntryKind.PROSPECT: "", EntryKind.CASUAL: "カジュアル面談", EntryKind.APPLICATION: seed.STAGES[0]}
    assert standing.stage == expected[kind]
    assert standing.status is ApplicationStatus.ACTIVE


def test_an_entry_goes_to_the_stage_asked_for(ats: Greenhouse, requisition_id: str) -> None:
    stage = ats.stages(requisition_id)[2]
    ats.add_entry(entry(requisition_id, stage_id=stage.id))
    assert ats.applications(requisition_id=requisition_id)[0].stage == stage.name


def test_a_known_person_gets_a_second_job_but_no_second_record(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str, back_door: BackDoor
) -> None:
    other = str(back_door("POST", "/sandbox/requisitions", name="別の職種")["id"])
    first = ats.add_entry(entry(requisition_id))
    second = ats.add_entry(entry(other, email="HANAKO@example.com"))
    assert first.candidate_id == second.candidate_id and not second.found
    assert sandbox.writes()["candidates"] == 1
    assert len(ats.applications(candidate_id=first.candidate_id)) == 2
    assert len(ats.applications(candidate_id=first.candidate_id, requisition_id=other)) == 1


def test_a_person_merged_away_is_found_by_address(ats: Greenhouse, requisition_id: str, back_door: BackDoor) -> None:
    first = ats.add_entry(entry(requisition_id))
    keeper = back_door("POST", "/sandbox/candidates", first_name="花子", last_name="山田", email="hanako@example.com")
    back_door("POST", f"/sandbox/candidates/{first.candidate_id}/merge", into=keeper["id"])
    again = ats.add_entry(entry(requisition_id, candidate_id=first.candidate_id))
    assert again == Entered(str(keeper["id"]), first.application_id, found=True)


def test_a_rejected_application_is_found_and_not_repeated(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str, back_door: BackDoor
) -> None:
    first = ats.add_entry(entry(requisition_id))
    back_door("POST", f"/sandbox/applications/{first.application_id}/reject", reason_id=None)
    assert ats.add_entry(entry(requisition_id)).application_id == first.application_id
    [standing] = ats.applications(requisition_id=requisition_id)
    assert standing.status is ApplicationStatus.REJECTED and standing.rejected_at is not None
    assert sandbox.writes()["applications"] == 1


def test_an_account_that_wants_an_application_with_the_person_gets_one(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str, back_door: BackDoor
) -> None:
    back_door("POST", "/sandbox/settings", candidates_need_application=True)
    first = ats.add_entry(entry(requisition_id))
    assert ats.add_entry(entry(requisition_id)) == replace(first, found=True)
    assert len(ats.applications(requisition_id=requisition_id)) == 1
    with pytest.raises(ATSError, match="application is required"):
        ats.add_entry(entry(requisition_id, kind=EntryKind.PROSPECT, email="taro@example.com"))


def test_notes_tags_and_files_are_written_once(sandbox: Sandbox, ats: Greenhouse, requisition_id: str) -> None:
    entered = ats.add_entry(entry(requisition_id))
    file = Attachment("職務経歴.txt", "経歴".encode(), "text/plain")
    notes, files = set(), set()
    for _ in range(3):
        notes.add(ats.note(entered.candidate_id, "E-1", "スコア 88\n期限 2026-12-01"))
        ats.tag(entered.candidate_id, "確約 12/01")
        files.add(ats.attach(entered.application_id, "E-1", file))
    assert len(notes) == len(files) == 1
    writes = sandbox.writes()
    assert (writes["notes"], writes["attachments"]) == (1, 1)
    assert (writes["candidate_tags"], writes["applied_candidate_tags"]) == (1, 1)
    person = ats.candidate(entered.candidate_id)
    assert person is not None and person.tags == ("確約 12/01",)
    [stored] = sandbox.store.rows("attachments")
    assert stored["filename"] == "職務経歴-E-1.txt"
    assert ats.note(entered.candidate_id, "E-11", "別のメモ") not in notes


def test_no_orphan_note_is_written(sandbox: Sandbox, ats: Greenhouse) -> None:
    with pytest.raises(ATSError, match="shows no candidate") as caught:
        ats.note("4000009999", "E-1", "text")
    assert caught.value.permanent
    assert "notes" not in sandbox.writes()


def test_an_application_moves_once_and_a_prospect_enters_the_pipeline(
    sandbox: Sandbox, ats: Greenhouse, requisition_id: str
) -> None:
    target = ats.stages(requisition_id)[2]
    application = ats.add_entry(entry(requisition_id))
    prospect = ats.add_entry(entry(requisition_id, kind=EntryKind.PROSPECT, email="taro@example.com"))
    for entered in (application, prospect):
        for _ in range(2):
            ats.move(entered.application_id, target.id)
    assert {found.stage for found in ats.applications(requisition_id=requisition_id)} == {target.name}
    assert (sandbox.writes()["moves"], sandbox.writes()["conversions"]) == (1, 1)


@given(st.from_regex(r"[A-Z]-[0-9]{1,4}", fullmatch=True), st.text(max_size=60))
def test_a_text_carries_its_reference_once(ref: str, text: str) -> None:
    made = carrying(text, ref)
    assert carries(made, ref)
    assert carrying(made, ref) == made
    assert not carries(made.replace(ref, ref + "0"), ref)
