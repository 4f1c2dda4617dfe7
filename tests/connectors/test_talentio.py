"""Talentio's quirks: no search, candidates that hold their 求人, updates that replace, writes that are read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from connectors.base import ATSError, Unsupported
from connectors.records import (
    ApplicationStatus,
    EntryKind,
    InterviewStatus,
    NewEntry,
    RequisitionStatus,
    Said,
)
from connectors.sandbox.standins.talentio import TalentioStandIn
from connectors.talentio import Talentio
from connectors.talentio.api import moment
from connectors.talentio.reads import managers_in
from connectors.talentio.shapes import TalentioRequisition
from plugin.clock import SettableClock

API = "https://talentio.com/api/v1"
FIXTURES = Path(__file__).parents[1] / "fixtures" / "talentio"
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def there(clock: SettableClock) -> Iterator[TalentioStandIn]:
    with TalentioStandIn(now=clock.now) as running:
        yield running


@pytest.fixture
def connect(there: TalentioStandIn) -> Iterator[Callable[..., Talentio]]:
    made: list[Talentio] = []

    def make(**options: str) -> Talentio:
        given = there.connection()
        made.append(Talentio(credentials=given["credentials"], secrets=[], options=given["options"] | options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def ats(connect: Callable[..., Talentio]) -> Talentio:
    return connect()


@pytest.fixture
def recorded() -> Iterator[Talentio]:
    """A connector whose requests are answered by the fixtures."""
    managers = "12=kenichi.suzuki@example.com, *=kato@example.com"
    one = Talentio(credentials={"access_token": "t"}, secrets=[], options={"managers": managers})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for path, name in {
            "requisitions": "requisitions",
            "requisitions/12": "requisition",
            "candidates": "candidates",
            "candidates/5225009": "candidate",
        }.items():
            head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            mock.get(f"{API}/{path}", body=body, content_type=headers.pop("Content-Type"), headers=headers)
        yield one
    one.close()


def entry(requisition_id: str, **how: Any) -> NewEntry:
    values: dict[str, Any] = {"email": "hanako@example.com", "kind": EntryKind.CASUAL, "ref": "KY-1"} | how
    return NewEntry(requisition_id=requisition_id, first_name="花子", last_name="見本", **values)


# As Talentio answers.


def test_a_description_is_made_of_its_parts(recorded: Talentio) -> None:
    listed, closed = recorded.requisitions(None)
    assert (listed.notes, listed.status, closed.status) == ("", RequisitionStatus.OPEN, RequisitionStatus.CLOSED)
    found = recorded.requisition("12")
    assert found is not None
    assert found.notes == "【仕事内容】\n決済基盤の開発。\n\n【給与】\n年収800万円〜1,200万円"
    assert found.url == "https://talentio.com/r/ats/requisitions/12"


def test_managers_are_named_by_option_and_recruiters_by_talentio(recorded: Talentio) -> None:
    team = recorded.hiring_team("12")
    assert [(one.id, one.email) for one in team.managers] == [("kenichi.suzuki@example.com",) * 2]
    assert [one.name for one in team.recruiters] == ["佐藤 美咲"]
    assert managers_in("") == {}
    for wrong in ("suzuki@example.com", "12=", "12=suzuki"):
        with pytest.raises(ValueError, match="managers"):
            managers_in(wrong)


def test_a_candidate_is_person_and_application(recorded: Talentio) -> None:
    hanako, jiro, saburo = recorded.candidates(None)
    assert (hanako.id, hanako.emails, hanako.tags) == ("5225009", ("hanako.mihon@example.com",), ("中途",))
    assert (saburo.emails, saburo.tags) == ((), ())
    states = {one.id: one for one in recorded.applications(requisition_id="12")}
    assert set(states) == {hanako.id, jiro.id}
    assert (states[jiro.id].status, states[jiro.id].stage) == (ApplicationStatus.REJECTED, "お見送り")
    assert states[jiro.id].rejected_at == datetime(2026, 10, 11, 15, 0, tzinfo=UTC)
    assert recorded.find_candidates(email="HANAKO.mihon@example.com") == [hanako]
    assert recorded.find_candidates(name="見本 三郎") == [saburo]


def test_steps_that_are_meetings_keep_promises(recorded: Talentio) -> None:
    contact, planned, unplanned = recorded.interviews(application_ids=["5225009"])
    assert (contact.name, contact.status) == ("カジュアル面談", InterviewStatus.COMPLETE)
    assert (planned.name, planned.status) == ("面接", InterviewStatus.SCHEDULED)
    assert planned.starts_at == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert planned.interviewer_ids == ("kenichi.suzuki@example.com",), "the manager's id as hiring_team gives it"
    assert unplanned.status is InterviewStatus.TO_BE_SCHEDULED


@responses.activate
def test_meetings_that_are_not_shown_are_not_taken_for_none() -> None:
    ats = Talentio(credentials={"access_token": "t"}, secrets=[], options={})
    responses.get(f"{API}/candidates/5", json={"id": 5, "status": "ongoing"})
    with pytest.raises(ATSError, match="does not show") as caught:
        ats.interviews(application_ids=["5"])
    assert caught.value.permanent
    responses.replace(responses.GET, f"{API}/candidates/5", json={"id": 5, "stages": None})
    assert ats.interviews(application_ids=["5"]) == []
    ats.close()


def test_a_filter_asks_from_no_later_moment_in_whichever_zone_it_is_read() -> None:
    assert moment(datetime(2026, 11, 20, 10, 0, tzinfo=UTC)) == "2026-11-20T10:00:00"


@responses.activate
def test_a_window_that_is_used_up_says_when_it_ends() -> None:
    headers = {"X-Remaining": "0", "X-Reset": "1153"}
    responses.get(f"{API}/requisitions", status=429, json={"message": "Too many requests"}, headers=headers)
    ats = Talentio(credentials={"access_token": "t"}, secrets=[], options={})
    with pytest.raises(ATSError) as caught:
        ats.api.page("requisitions", TalentioRequisition, 1)
    assert caught.value.retry_after is not None and 1150 < caught.value.retry_after <= 1153
    ats.close()


@responses.activate
def test_check_tells_a_dead_token_from_a_missing_right() -> None:
    ats = Talentio(credentials={"access_token": "t"}, secrets=[], options={})
    responses.get(f"{API}/requisitions", status=403, json={"message": "権限がありません"})
    responses.get(f"{API}/candidates", status=401, json={"message": "認証に失敗しました"})
    (finding,) = ats.check()
    assert not finding.ok and isinstance(finding.todo, Said) and "API設定" in finding.todo
    responses.replace(responses.GET, f"{API}/candidates", json=[])
    found = ats.check()
    assert [one.ok for one in found] == [True, False, True, False, True]
    assert isinstance(found[3].todo, Said) and "managers" in found[3].todo.ja
    ats.close()


# In conversation.


def test_a_sweep_reads_what_changed_and_stops(ats: Talentio, there: TalentioStandIn, clock: SettableClock) -> None:
    with there.world.quiet():
        ids = [there.world.add_job(f"求人{number}").id for number in range(250)]
    clock.move(timedelta(hours=12))
    there.edit_requisition(ids[3], title="変わった求人")
    there.requests.clear()
    assert [one.id for one in ats.requisitions(clock.now() - timedelta(minutes=10))] == [ids[3]]
    assert there.requests["/requisitions"] == 1
    assert len({one.id for one in ats.requisitions(None)}) == 250


def test_who_was_scouted_waits_in_the_pool(ats: Talentio, there: TalentioStandIn) -> None:
    id = there.create_requisition(title="SRE")
    scouted = ats.add_entry(entry(id, kind=EntryKind.PROSPECT))
    (mine,) = ats.applications(candidate_id=scouted.candidate_id)
    assert (mine.prospect, mine.stage, mine.status) == (True, "コンタクト中", ApplicationStatus.ACTIVE)
    applied = ats.add_entry(entry(id, kind=EntryKind.APPLICATION, email="jiro@example.com"))
    (theirs,) = ats.applications(candidate_id=applied.candidate_id)
    assert (theirs.prospect, theirs.stage) == (False, "選考中")
    ats.move(scouted.application_id, ats.stages(id)[0].id)
    assert not ats.applications(candidate_id=scouted.candidate_id)[0].prospect


def test_a_person_on_another_requisition_is_the_same_person(
    ats: Talentio, there: TalentioStandIn, clock: SettableClock
) -> None:
    first, second = (there.create_requisition(title=title) for title in ("SRE", "QA"))
    before = ats.add_entry(entry(first))
    clock.move(timedelta(hours=1))
    after = ats.add_entry(entry(second, ref="KY-2", candidate_id=before.candidate_id))
    assert after.candidate_id != before.candidate_id
    (found,) = ats.find_candidates(email="hanako@example.com")
    assert found.id == after.candidate_id, "the newest stands for them"
    assert {one.requisition_id for one in ats.applications(candidate_id=found.id)} == {first, second}


def test_a_note_keeps_what_others_wrote_and_stands_once(ats: Talentio, there: TalentioStandIn) -> None:
    made = ats.add_entry(entry(there.create_requisition(title="SRE")))
    there.world.notes_on("application", made.candidate_id)[0].body = "エージェントからの補足"
    for _ in range(2):
        assert ats.note(made.candidate_id, "KY-7", "面接のお約束：5営業日以内") == "KY-7"
    (whole,) = there.world.notes_on("application", made.candidate_id)
    assert whole.body == "エージェントからの補足\n\n面接のお約束：5営業日以内\n\n[KY-7]"


def test_a_note_can_be_left_to_our_own_page(connect: Callable[..., Talentio], there: TalentioStandIn) -> None:
    made = connect().add_entry(entry(there.create_requisition(title="SRE")))
    writes = there.writes()
    assert connect(notes="no").note(made.candidate_id, "KY-7", "面接のお約束") == "KY-7"
    assert there.writes() == writes


def test_a_tag_leaves_the_others(ats: Talentio, there: TalentioStandIn) -> None:
    made = ats.add_entry(entry(there.create_requisition(title="SRE")))
    there.world.people[made.candidate_id].tags.append("中途")
    ats.tag(made.candidate_id, "面接確約")
    ats.tag(made.candidate_id, "面接確約")
    assert there.world.people[made.candidate_id].tags == ["中途", "面接確約"]
    assert there.writes()["update"] == 1


@responses.activate
def test_what_talentio_does_not_take_is_said() -> None:
    ats = Talentio(credentials={"access_token": "t"}, secrets=[], options={"change_status": "yes"})
    responses.get(f"{API}/candidates/5", json={"id": 5, "status": "poolActive", "requisition": {"id": 9}})
    responses.patch(f"{API}/candidates/5", json={"id": 5})
    with pytest.raises(ATSError, match="does not change a status") as caught:
        ats.move("5", "ongoing")
    assert caught.value.permanent
    with pytest.raises(ATSError, match="does not take the 補足"):
        ats.note("5", "KY-7", "面接のお約束")
    ats.close()


@responses.activate
def test_a_candidate_created_without_its_requisition_is_never_made_twice() -> None:
    ats = Talentio(credentials={"access_token": "t"}, secrets=[], options={})
    stray = {"id": 5, "lastName": "見本", "email": "hanako@example.com", "description": "[KY-1]", "requisition": None}
    responses.get(f"{API}/candidates", json=[], headers={"X-Total": "0"})
    responses.post(f"{API}/candidates", json={"id": 5})
    responses.get(f"{API}/candidates/5", json=stray)
    with pytest.raises(ATSError, match="without its 求人"):
        ats.add_entry(entry("9"))
    responses.replace(responses.GET, f"{API}/candidates", json=[stray], headers={"X-Total": "1"})
    with pytest.raises(ATSError, match="stands on no 求人") as caught:
        ats.add_entry(entry("9"))
    assert caught.value.permanent
    assert sum(call.request.method == "POST" for call in responses.calls) == 1
    responses.replace(responses.GET, f"{API}/candidates/5", json=stray | {"requisition": {"id": 9}})
    assert ats.add_entry(entry("9")).found
    ats.close()


def test_by_hand_where_the_customer_says_so(connect: Callable[..., Talentio], there: TalentioStandIn) -> None:
    careful = connect(create_candidates="no", change_status="no")
    id = there.create_requisition(title="SRE")
    with pytest.raises(Unsupported) as caught:
        careful.add_entry(entry(id))
    assert isinstance(caught.value.args[0], Said) and "hanako" not in str(caught.value)
    made = connect().add_entry(entry(id))
    assert careful.add_entry(entry(id)).application_id == made.application_id
    with pytest.raises(Unsupported, match="選考中"):
        careful.move(made.application_id, "ongoing")


def test_a_candidate_created_without_an_answer_is_found_on_the_second_call(
    ats: Talentio, there: TalentioStandIn
) -> None:
    id = there.create_requisition(title="SRE")
    there.misbehave("drop_answer", next=1, on="writes")
    with pytest.raises(ATSError) as caught:
        ats.add_entry(entry(id))
    assert caught.value.unknown
    assert ats.add_entry(entry(id)).found
    assert len(there.there(id).entries) == 1


def test_somebody_deleted_is_gone(ats: Talentio, there: TalentioStandIn) -> None:
    id = there.add_person("花子", "見本", "hanako@example.com")
    assert [one.id for one in ats.find_candidates(email="hanako@example.com")] == [id]
    there.delete_person(id)
    assert ats.candidate(id) is None
    assert ats.find_candidates(email="hanako@example.com") == []
