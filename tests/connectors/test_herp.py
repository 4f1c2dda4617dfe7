"""HERP Hire's quirks: no search, no place on a 職種, comments as decisions, writes that wait until they are confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from connectors.base import ATSError, Unsupported
from connectors.herp import Herp, decision, translate
from connectors.herp.shapes import HerpTimelineComment
from connectors.records import (
    ApplicationStatus,
    ApprovalRequest,
    Choice,
    EntryKind,
    InterviewStatus,
    NewEntry,
    RequisitionStatus,
    Said,
    ShortlistPost,
)
from connectors.sandbox.standins.herp import HerpStandIn
from connectors.switches import switched_on
from plugin.clock import SettableClock

API = "https://public-api.herp.cloud/hire/v1"
FIXTURES = Path(__file__).parents[1] / "fixtures" / "herp"
ASK = ApprovalRequest("c1", "c1", 75, "面接確約ラインをご判断ください。", "http://127.0.0.1:9/r/1")
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def there(clock: SettableClock) -> Iterator[HerpStandIn]:
    with HerpStandIn(now=clock.now) as running:
        yield running


@pytest.fixture
def connect(there: HerpStandIn) -> Iterator[Callable[..., Herp]]:
    made: list[Herp] = []

    def make(**options: str) -> Herp:
        given = there.connection()
        made.append(Herp(credentials=given["credentials"], secrets=[], options=given["options"] | options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def ats(connect: Callable[..., Herp]) -> Herp:
    return connect()


@pytest.fixture
def recorded() -> Iterator[Herp]:
    """A connector whose requests are answered by the fixtures."""
    one = Herp(credentials={"api_key": "k"}, secrets=[], options={"description_fields": "description, requirements"})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for path, name in {
            "requisitions": "requisitions",
            "candidacies": "candidacies",
            "users": "users",
            "candidacies/1": "candidacy",
            "candidacies/1/contacts": "contacts",
            "candidacies/459ba99c-0000-4744-bac1-000000000003/timeline-comments": "timeline_comments",
        }.items():
            head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            mock.get(f"{API}/{path}", body=body, content_type=headers.pop("Content-Type"), headers=headers)
        yield one
    one.close()


def entry(requisition_id: str, **how: Any) -> NewEntry:
    values: dict[str, Any] = {"email": "hanako@example.com", "kind": EntryKind.CASUAL} | how
    return NewEntry(requisition_id=requisition_id, ref="K-1", first_name="花子", last_name="見本", **values)


# As HERP answers.


def test_a_requisition_is_its_text_wherever_that_stands(recorded: Herp) -> None:
    first, second = recorded.requisitions(None)
    assert (first.title, first.status) == ("バックエンドエンジニア", RequisitionStatus.OPEN)
    assert first.notes == "年収800万円〜1,200万円。決済基盤の開発。\n\nGoでの開発経験3年以上"
    assert first.updated_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert (second.status, second.notes) == (RequisitionStatus.CLOSED, "")
    assert [one.id for one in recorded.requisitions(datetime(2026, 11, 1, tzinfo=UTC))] == [first.id]


def test_people_come_from_the_list_which_alone_shows_their_address(recorded: Herp) -> None:
    hanako, taro = recorded.candidates(None)
    assert (hanako.last_name, hanako.first_name, hanako.emails) == ("見本", "花子", ("hanako.mihon@example.com",))
    assert (taro.first_name, taro.last_name) == ("Taro", "Mihon")
    assert recorded.find_candidates(email="Hanako.Mihon@example.com") == [hanako]
    assert recorded.find_candidates(name="花子 見本") == [hanako]
    assert recorded.find_candidates(email="nobody@example.com") == []
    ended = recorded.applications(requisition_id=translate.EPOCH.isoformat())[0]
    assert (ended.status, ended.rejected_at) == (ApplicationStatus.REJECTED, datetime(2026, 10, 12, 1, 0, tzinfo=UTC))


def test_a_decision_is_read_from_comments_listed_newest_first(recorded: Herp) -> None:
    stands = recorded.read_decision("7a6f0c52-8a53-4d0e-9f0a-1d4b6d1f2a01")
    assert stands is not None
    assert (stands.calibration, stands.choice, stands.line) == ("c1", Choice.APPROVED, "75")
    assert stands.actor is None, "that a comment names its author is confirmed by nobody"
    assert stands.at == datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_an_author_is_the_actor_where_the_customer_says_so(recorded: Herp) -> None:
    recorded.authors_known = True
    stands = recorded.read_decision("7a6f0c52-8a53-4d0e-9f0a-1d4b6d1f2a01")
    assert stands is not None and stands.actor is not None
    assert stands.actor.email == "kenichi.suzuki@example.com"
    recorded._members = dict  # type: ignore[method-assign]  # whoever it was has left the tenant
    stands = recorded.read_decision("7a6f0c52-8a53-4d0e-9f0a-1d4b6d1f2a01")
    assert stands is not None and stands.actor is not None and not stands.actor.active, "somebody else, not nobody"


def test_a_contact_with_a_time_is_a_meeting(recorded: Herp) -> None:
    first, second, third = recorded.interviews(application_ids=["1"])
    assert (first.name, first.status, first.interviewer_ids) == ("面接", InterviewStatus.SCHEDULED, ("U-51AAA",))
    assert first.starts_at == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert (second.name, second.status) == ("カジュアル面談", InterviewStatus.COMPLETE)
    assert third.status is InterviewStatus.TO_BE_SCHEDULED


@responses.activate
def test_meetings_that_are_not_shown_are_not_taken_for_none() -> None:
    ats = Herp(credentials={"api_key": "k"}, secrets=[], options={})
    responses.get(f"{API}/candidacies/1/contacts", status=404, json={"message": "存在しません"})
    responses.get(f"{API}/candidacies/1", json={"id": "1", "name": "見本 花子"})
    with pytest.raises(ATSError, match="does not show") as caught:
        ats.interviews(application_ids=["1"])
    assert caught.value.permanent
    responses.replace(responses.GET, f"{API}/candidacies/1", status=404, json={"message": "存在しません"})
    assert ats.interviews(application_ids=["1"]) == []
    ats.close()


@responses.activate
def test_a_window_that_is_used_up_says_when_it_ends() -> None:
    reset = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    headers = {"x-remaining-request": "0", "x-reset-at": reset}
    responses.get(f"{API}/users", status=429, json={"message": "Too many requests"}, headers=headers)
    ats = Herp(credentials={"api_key": "k"}, secrets=[], options={})
    with pytest.raises(ATSError) as caught:
        ats.hire.page("users", HerpTimelineComment, 1)
    assert caught.value.retry_after is not None and 20 < caught.value.retry_after <= 30
    ats.close()


@responses.activate
def test_check_tells_a_dead_key_from_a_missing_right() -> None:
    ats = Herp(credentials={"api_key": "k"}, secrets=[], options={})
    responses.get(f"{API}/users", status=403, json={"message": "権限がありません"})
    responses.get(f"{API}/requisitions", status=401, json={"message": "認証に失敗しました"})
    (finding,) = ats.check()
    assert not finding.ok and isinstance(finding.todo, Said) and "APIキー" in finding.todo.ja
    responses.replace(responses.GET, f"{API}/requisitions", json={"requisitions": []})
    responses.get(f"{API}/candidacies", json={"candidacies": []})
    assert [finding.ok for finding in ats.check()][:4] == [True, False, True, True]
    ats.close()


# Comments.


@pytest.mark.parametrize(
    ("said", "choice", "line"),
    [
        ("75", Choice.APPROVED, "75"),
        ("「７５」", Choice.APPROVED, "75"),
        ("@佐藤美咲 75点以上で。", Choice.APPROVED, "75点"),
        ("approve 75", Choice.APPROVED, "75"),
        ("Approved: 75 points", Choice.APPROVED, "75 points"),
        ("承認", Choice.APPROVED, ""),
        ("承認します。", Choice.APPROVED, ""),
        ("80点で承認します", Choice.APPROVED, "80点"),
        ("七十五", Choice.APPROVED, "七十五"),
        ("見送り", Choice.DECLINED, ""),
        ("decline", Choice.DECLINED, ""),
        ("取り消し", Choice.PENDING, ""),
        ("undo", Choice.PENDING, ""),
        ("承認 75-80", Choice.UNREADABLE, "75-80"),
        ("見送り 75", Choice.UNREADABLE, "75"),
        ("ご判断をお願いします。\n\n[kakuyaku asks c1]\n75", Choice.APPROVED, "75"),
    ],
)
def test_a_comment_that_says_nothing_else_decides(said: str, choice: Choice, line: str) -> None:
    assert decision.words(said) == (choice, line)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "確認します",
        "75点くらいの方が多いですね",
        "承認は来週になります",
        "この方は見送りでは？",
        "ok",
        "> 承認 75",
        "2名で",
    ],
)
def test_talk_decides_nothing(said: str) -> None:
    assert decision.words(said) is None


def test_the_manager_is_mentioned_once_and_answers_after_talk(
    ats: Herp, there: HerpStandIn, clock: SettableClock
) -> None:
    id = there.create_requisition(title="SRE", description="年収900万円")
    place = ats.post_approval_request(id, ASK)
    assert ats.post_approval_request(id, ASK) == place
    (asked,) = [note for note in there.world.notes_on("application", place) if "asks c1" in note.body]
    assert asked.extra["mentioned"] == [there.manager.id]
    clock.move(timedelta(minutes=1))
    there.comment(id, "75点くらいでしょうか。佐藤さんどう思いますか", by=there.other_manager.id)
    stands = ats.read_decision(id)
    assert stands is not None and stands.choice is Choice.PENDING
    there.comment(id, "75")
    stands = ats.read_decision(id)
    assert stands is not None and (stands.choice, stands.line) == (Choice.APPROVED, "75")
    clock.move(timedelta(minutes=1))
    there.comment(id, f"{asked.body}\n\n80")
    stands = ats.read_decision(id)
    assert stands is not None and (stands.choice, stands.line) == (Choice.APPROVED, "80"), (
        "a quoted question asks nothing"
    )
    clock.move(timedelta(minutes=1))
    there.comment(id, "案Bで")
    stands = ats.read_decision(id)
    assert stands is not None and stands.specification == "B"


def test_a_shortlist_too_long_for_a_comment_keeps_its_mark(ats: Herp, there: HerpStandIn) -> None:
    id = there.create_requisition(title="SRE")
    post = ShortlistPost("c1", "KY-1", "あ" * 25_000)
    assert ats.post_shortlist(id, post) == ats.post_shortlist(id, post)
    (note,) = there.there(id).notes
    assert len(note) == 20_000 and note.endswith("…\n[kakuyaku shows KY-1]")


def test_a_requisition_without_a_place_says_what_to_do(ats: Herp, there: HerpStandIn) -> None:
    id = there.world.add_job("経理").id
    with pytest.raises(Unsupported) as caught:
        ats.post_shortlist(id, ShortlistPost("c1", "KY-1", "A-01"))
    told = caught.value.args[0]
    assert isinstance(told, Said) and "要件すり合わせ kakuyaku" in told and "要件すり合わせ kakuyaku" in told.ja
    stands = ats.read_decision(id)
    assert stands is not None and (stands.calibration, stands.choice) == ("", Choice.PENDING)
    assert ats.read_decision("gone") is None
    assert ats.hiring_team(id).managers == ()
    place = there.ask_here(id, [there.manager.id])
    assert ats.post_approval_request(id, ASK) == place
    assert [one.id for one in ats.hiring_team(id).managers] == [there.manager.id]


def test_a_calibration_candidacy_made_anew_is_found(ats: Herp, there: HerpStandIn) -> None:
    id = there.create_requisition(title="SRE")
    first = ats.post_approval_request(id, ASK)
    there.delete_person(there.world.applications[first].person_id)
    second = there.ask_here(id)
    stands = ats.read_decision(id)
    assert stands is not None and stands.calibration == ""
    assert ats.post_approval_request(id, ASK) == second


# Lists without a search.


def test_a_sweep_ends_where_nothing_moved(ats: Herp, there: HerpStandIn, clock: SettableClock) -> None:
    with there.world.quiet():
        ids = [there.world.add_job(f"職種{number}").id for number in range(250)]
    clock.move(timedelta(hours=1))
    there.edit_requisition(ids[3], title="変わった職種")
    there.requests.clear()
    assert [one.id for one in ats.requisitions(clock.now() - timedelta(minutes=10))] == [ids[3]]
    assert there.requests["/v1/requisitions"] == 1
    page = ats.requisitions_page(None)
    rest = [*page.items]
    while page.cursor:
        page = ats.requisitions_page(None, page.cursor)
        rest += page.items
    assert len({one.id for one in rest}) == 250


def test_a_requisition_is_looked_for_where_it_was_seen(ats: Herp, there: HerpStandIn, clock: SettableClock) -> None:
    with there.world.quiet():
        ids = [there.world.add_job(f"職種{number}").id for number in range(250)]
        clock.move(timedelta(hours=1))
    assert len(list(ats.requisitions(None))) == 250
    there.requests.clear()
    found = ats.requisition(ids[0])
    assert found is not None and there.requests["/v1/requisitions"] == 1
    there.edit_requisition(ids[0], title="先頭へ")
    there.requests.clear()
    moved = ats.requisition(ids[0])
    assert moved is not None and moved.title == "先頭へ" and there.requests["/v1/requisitions"] <= 3
    assert ats.requisition("gone") is None


def test_somebody_new_costs_a_request_not_a_list(ats: Herp, there: HerpStandIn, clock: SettableClock) -> None:
    id = there.create_requisition(title="SRE")
    with there.world.quiet():
        for number in range(350):
            there.add_person("次郎", "見本", f"jiro{number}@example.com")
            clock.move(timedelta(seconds=1))
    assert ats.find_candidates(email="jiro7@example.com")[0].last_name == "見本"
    clock.move(timedelta(minutes=2))
    there.requests.clear()
    made = ats.add_entry(entry(id))
    assert not made.found and there.requests["/v1/candidacies"] <= 3
    assert ats.add_entry(entry(id)) == type(made)(made.candidate_id, made.application_id, found=True)


def test_two_candidacies_of_one_address_are_one_person(ats: Herp, there: HerpStandIn, clock: SettableClock) -> None:
    before = there.add_person("花子", "見本", "hanako@example.com")
    clock.move(timedelta(days=1))
    id = there.create_requisition(title="SRE")
    made = ats.add_entry(entry(id, candidate_id=before))
    (found,) = ats.find_candidates(email="hanako@example.com")
    assert found.id == made.candidate_id != before
    states = {one.id: one.status for one in ats.applications(candidate_id=found.id)}
    assert states == {before: ApplicationStatus.REJECTED, made.application_id: ApplicationStatus.ACTIVE}
    (rejected,) = [one for one in ats.applications(candidate_id=before) if one.id == before]
    assert rejected.rejected_at is not None


def test_somebody_deleted_is_gone(ats: Herp, there: HerpStandIn) -> None:
    id = there.add_person("花子", "見本", "hanako@example.com")
    assert ats.candidate(id) is not None
    there.delete_person(id)
    assert ats.candidate(id) is None
    assert ats.find_candidates(email="hanako@example.com") == []


# What waits until the customer has had it confirmed.


def test_a_yes_is_entered_by_hand_and_then_found(connect: Callable[..., Herp], there: HerpStandIn) -> None:
    ats = connect(create_candidacies="no")
    id = there.create_requisition(title="SRE")
    with pytest.raises(Unsupported) as caught:
        ats.add_entry(entry(id))
    told = caught.value.args[0]
    assert isinstance(told, Said) and "手作業" in told.ja and "hanako" not in told
    assert there.writes() == {}
    with there.world.whole():
        person = there.world.add_person("花子", "見本", emails=["Hanako@example.com"])
        by_hand = there._enter(person, id, "entry", by=there.recruiter.id)
    entered = ats.add_entry(entry(id))
    assert (entered.candidate_id, entered.application_id, entered.found) == (by_hand.id, by_hand.id, True)


def test_a_step_is_moved_by_hand_until_confirmed(connect: Callable[..., Herp], there: HerpStandIn) -> None:
    id = there.create_requisition(title="SRE")
    made = connect().add_entry(entry(id))
    careful = connect(move_steps="no")
    careful.move(made.application_id, "casualInterview")
    with pytest.raises(Unsupported, match="一次面接"):
        careful.move(made.application_id, "firstInterview")
    connect().move(made.application_id, "firstInterview")
    assert there.there(id).entries[0].stage == "一次面接"


def test_a_candidacy_created_without_an_answer_is_found_on_the_second_call(ats: Herp, there: HerpStandIn) -> None:
    id = there.create_requisition(title="SRE")
    there.misbehave("drop_answer", next=1, on="writes")
    with pytest.raises(ATSError) as caught:
        ats.add_entry(entry(id))
    assert caught.value.unknown
    assert ats.add_entry(entry(id)).found
    assert len(there.there(id).entries) == 1


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("花子", "見本", "見本 花子"), ("Hanako", "Mihon", "Hanako Mihon"), ("-", "見本", "見本"), ("花子", "-", "花子")],
)
def test_a_name_is_written_in_its_own_order(first: str, last: str, name: str) -> None:
    assert translate.joined(first, last) == name


def test_an_unclear_answer_switches_nothing_on() -> None:
    assert not switched_on({}, "create_candidacies") and not switched_on(
        {"create_candidacies": " "}, "create_candidacies"
    )
    assert switched_on({"create_candidacies": "はい"}, "create_candidacies")
    with pytest.raises(ValueError, match="create_candidacies must be yes or no"):
        Herp(credentials={}, secrets=[], options={"create_candidacies": "確認中"})
