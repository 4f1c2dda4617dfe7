"""A requisition is read, calibrated once, posted once; what makes it new and what is an echo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from connectors.records import HiringTeam, JobPosting, RequisitionStatus, User
from plugin.alignment import acts
from plugin.alignment.description import choose
from plugin.alignment.requirement import WrongOverride, overrides_of, parsed
from plugin.alignment.scores import best_first
from plugin.policy import Policy
from plugin.rows import Calibration, Connection, Event, GuidanceNote, ShortlistEntry, Staff, Task
from ranking.requirement import read_requirement


def _calibrations(house: Any) -> list[Calibration]:
    with house.reading() as session:
        return list(session.exec(select(Calibration).order_by(col(Calibration.id))))


def test_a_doorbell_becomes_a_shortlist_in_the_ats(house_on_both: Any) -> None:
    house = house_on_both
    house.ring()
    assert house.ats.writes == ["note", "approval_request"]
    with house.reading() as session:
        requisition, calibration = house.requisition(session), house.calibration(session)
        entries = session.exec(select(ShortlistEntry).where(ShortlistEntry.calibration_id == calibration.id)).all()
        scores = list(best_first(session, calibration, 0))
    assert (requisition.state, calibration.state) == ("calibrated", "done")
    assert [entry.label for entry in entries][:2] == ["A-01", "A-02"] and len(entries) == 20
    assert len(scores) == 24 and calibration.posted_at is not None
    assert calibration.short_id in house.ats.notes[0]
    assert house.ats.decision.calibration == calibration.short_id


def test_ten_echoes_cause_no_write(house_on_both: Any) -> None:
    house = house_on_both
    house.ring()
    before = list(house.ats.writes)
    for _echo in range(10):
        house.ring()
    assert house.ats.writes == before
    assert len(_calibrations(house)) == 1 and len(house.mails("nudge")) == 1


def test_layout_and_boilerplate_start_nothing(house: Any) -> None:
    house.ring()
    text = house.ats.posts[0].content
    house.ats.describe(text.replace("\n", "\n\n") + "\n\n【会社概要】創業以来、みなさまに支えられてきました。\n")
    house.ring()
    assert len(_calibrations(house)) == 1


def test_going_back_to_an_earlier_text_is_a_new_calibration(house: Any) -> None:
    house.ring()
    text = house.ats.posts[0].content
    house.ats.describe(text.replace("700万円", "800万円"))
    house.ring()
    house.ats.describe(text)
    house.ring()
    hashes = [calibration.requirement_hash for calibration in _calibrations(house)]
    assert len(hashes) == 3 and hashes[0] == hashes[2] != hashes[1]


def test_an_upgrade_of_the_parser_starts_nothing(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house.ring()
    monkeypatch.setattr(
        "plugin.alignment.requirement.read_requirement",
        lambda text: replace(read_requirement(text), remote=None, place=None, parser_version=2),
    )
    parsed.cache_clear()
    house.ring()
    parsed.cache_clear()
    assert len(_calibrations(house)) == 1


def test_new_profiles_and_score_versions_start_nothing(house: Any) -> None:
    house.ring()
    house.desk.version = "test-2"
    house.ring()
    assert len(house.desk.asked) == 1


def test_without_a_description_it_waits_and_says_so(house: Any) -> None:
    house.ats.posts = []
    house.ats.change(notes="TBD, see Slack")
    house.ring()
    with house.reading() as session:
        requisition = house.requisition(session)
    assert (requisition.state, requisition.state_reason) == ("waiting", "no_description")
    house.ats.change(notes="Must have: 5 years of Go. Salary JPY 8M - 10M.")
    house.ring()
    assert len(_calibrations(house)) == 1


def test_a_draft_is_calibrated_before_it_is_published(house: Any) -> None:
    house.ats.change(status=RequisitionStatus.DRAFT)
    house.ring()
    assert _calibrations(house)[0].before_publish


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"is_template": True}, "template"),
        ({"title": "【オープンポジション】エンジニア"}, "evergreen"),
        ({"status": RequisitionStatus.CLOSED}, "closed"),
    ],
)
def test_what_is_no_search_is_skipped_with_a_reason(house: Any, changes: dict[str, Any], why: str) -> None:
    house.ats.change(**changes)
    house.ring()
    with house.reading() as session:
        requisition = house.requisition(session)
    assert (requisition.state, requisition.state_reason) == ("skipped", why)
    assert not house.ats.writes and not house.desk.asked


def test_connecting_starts_at_now_and_a_person_may_pick(house: Any) -> None:
    with house.work.writing() as session:
        connection = session.get_one(Connection, house.connection.key)
        connection.cut_off = house.clock.now()
        session.add(connection)
    house.ring()
    with house.reading() as session:
        assert house.requisition(session).state_reason == "before_cut_off"
    with house.work.writing() as session:
        acts.pick(session, session.get_one(Connection, house.connection.key), house.requisition(session), "staff:1")
    house.settle()
    house.ring()
    assert len(_calibrations(house)) == 1 and house.ats.notes


def test_a_confidential_one_is_computed_but_never_posted(house: Any) -> None:
    house.ats.change(confidential=True)
    house.ring()
    assert _calibrations(house)[0].state == "done"
    assert not house.ats.writes
    assert len(house.mails("nudge")) == 1


def test_with_opt_in_a_confidential_one_is_posted(new_house: Callable[..., Any], policy: Policy) -> None:
    with new_house(policy=policy.model_copy(update={"confidential_posts": True})) as house:
        house.ats.change(confidential=True)
        house.ring()
        assert "note" in house.ats.writes


def test_a_paused_requisition_is_left_alone_until_resumed(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        acts.pause(session, house.requisition(session), "staff:1")
    house.ats.describe(house.ats.posts[0].content.replace("700万円", "900万円"))
    house.ring()
    assert len(_calibrations(house)) == 1
    with house.work.writing() as session:
        acts.resume(session, house.connection, house.requisition(session), "staff:1")
    house.settle()
    assert len(_calibrations(house)) == 2


def test_a_skip_needs_a_person_and_a_reason(house: Any) -> None:
    house.ring()
    with house.work.writing() as session, pytest.raises(acts.NeedsReason):
        acts.skip(session, house.requisition(session), "staff:1", "  ")
    with house.work.writing() as session:
        acts.skip(session, house.requisition(session), "staff:1", "内部異動で充足")
    house.ats.describe(house.ats.posts[0].content.replace("700万円", "900万円"))
    house.ring()
    assert len(_calibrations(house)) == 1


def test_the_manager_is_the_first_active_one_unless_a_person_said_otherwise(house: Any) -> None:
    gone = User("m0", "退職 済", "gone@example.com", active=False)
    other = User("m2", "高橋 直子", "naoko.takahashi@example.com")
    house.ats.team = HiringTeam((gone, *house.ats.team.managers, other), house.ats.team.recruiters)
    house.ring()
    with house.reading() as session:
        assert house.requisition(session).manager_id == house.manager(session).id
    with house.work.writing() as session:
        staff = session.exec(select(Staff).where(Staff.ats_id == "m2")).one()
        acts.set_manager(session, house.connection, house.requisition(session), staff, "staff:9")
    house.settle()
    house.ring()
    with house.reading() as session:
        assert house.requisition(session).manager_id == staff.id
    assert len(house.mails("nudge")) == 2


def test_nobody_names_themselves_hiring_manager(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        requisition = house.requisition(session)
        before, recruiter = requisition.manager_id, session.get_one(Staff, requisition.recruiter_id)
        for by in (f"staff:{recruiter.key}", "staff:9"):
            with pytest.raises(acts.NotTheRecruiter):
                acts.set_manager(session, house.connection, requisition, recruiter, by)
        other = Staff(
            employer_id=house.employer.key,
            connection_id=house.connection.key,
            ats_id="r2",
            name="別 の者",
            email="betsu@example.com",
            created_at=house.clock.now(),
        )
        session.add(other)
        session.flush()
        with pytest.raises(acts.NotTheRecruiter):
            acts.set_manager(session, house.connection, requisition, other, f"staff:{other.key}")
        assert requisition.manager_id == before and requisition.manager_set_by is None


def test_guidance_comes_from_the_ats_until_the_page_says_more(house: Any) -> None:
    house.ats.change(fields={"screening_guidance": "SaaSの経験を重視したい"})
    house.ring()
    with house.work.writing() as session:
        acts.set_guidance(
            session, house.connection, house.requisition(session), "Kubernetes経験があれば歓迎", "staff:1"
        )
    house.settle()
    house.ring()
    with house.reading() as session:
        notes = session.exec(select(GuidanceNote).order_by(col(GuidanceNote.id))).all()
    assert [(note.source, note.replaced_at is None) for note in notes] == [("ats", False), ("page", True)]
    assert [text for _hash, text in house.desk.asked] == ["SaaSの経験を重視したい", "Kubernetes経験があれば歓迎"]
    house.ats.change(fields={"screening_guidance": "決済の経験"})
    house.ring()
    assert house.desk.asked[-1][1] == "決済の経験"


def test_an_override_stands_until_the_text_changes_that_field(house_on_both: Any) -> None:
    house = house_on_both
    house.ring()
    with house.work.writing() as session:
        acts.set_override(
            session, house.connection, house.requisition(session), "pay", {"low": 9_000_000, "high": None}, "staff:1"
        )
    house.settle()
    text = house.ats.posts[0].content
    house.ats.describe(text.replace("渋谷区", "港区") + "・リモート勤務可\n")
    house.ring()
    with house.reading() as session:
        from plugin.alignment.requirement import asked_now

        requisition = house.requisition(session)
        assert len(overrides_of(session, requisition.key)) == 1
        pay = asked_now(session, requisition).pay
        assert pay is not None and pay.value.low == 9_000_000
    house.ats.describe(text.replace("700万円", "750万円"))
    house.ring()
    with house.reading() as session:
        requisition = house.requisition(session)
        assert not overrides_of(session, requisition.key)
        pay = asked_now(session, requisition).pay
        assert pay is not None and pay.value.low == 7_500_000


def test_an_upgrade_of_the_parser_ends_no_override(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house.ring()
    with house.work.writing() as session:
        acts.set_override(session, house.connection, house.requisition(session), "place", "27", "staff:1")
    house.settle()
    monkeypatch.setattr(
        "plugin.alignment.requirement.read_requirement",
        lambda text: replace(read_requirement(text), place=None, parser_version=2),
    )
    parsed.cache_clear()
    house.ring()
    parsed.cache_clear()
    with house.reading() as session:
        assert len(overrides_of(session, house.requisition(session).key)) == 1
    assert len(_calibrations(house)) == 2, "the text's, and the one with the override"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pay", {"low": 10, "high": 5}),
        ("pay", "lots"),
        ("remote", "sometimes"),
        ("japanese", {"level": 9, "required": True}),
        ("hash", "x"),
        ("title", "  "),
    ],
)
def test_an_override_that_does_not_fit_is_refused(house: Any, field: str, value: Any) -> None:
    house.ring()
    with house.work.writing() as session, pytest.raises(WrongOverride) as refused:
        acts.set_override(session, house.connection, house.requisition(session), field, value, "staff:1")
    assert refused.value.text("ja") != refused.value.text("en")


def test_asking_again_runs_it_anew_in_the_interactive_lane(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        acts.ask_again(session, house.connection, house.requisition(session), "staff:1")
        from plugin.rows import Job

        job = session.exec(select(Job).where(Job.kind == "calibrate", Job.state == "owed")).one()
        assert job.lane == 0
    house.settle()
    calibrations = _calibrations(house)
    assert [c.asked_by for c in calibrations] == ["", "staff:1"]
    assert house.ats.decision.calibration == calibrations[1].short_id


def test_a_calibration_overtaken_before_it_ran_is_not_posted(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        requisition = house.requisition(session)
        acts.ask_again(session, house.connection, requisition, "staff:1")
        acts.ask_again(session, house.connection, requisition, "staff:1")
    house.settle()
    assert [c.state for c in _calibrations(house)] == ["done", "failed", "done"]
    assert len(house.ats.notes) == 2


def test_a_requisition_that_disappears_is_closed(house: Any) -> None:
    house.ring()
    house.ats.there = None
    house.ring()
    with house.reading() as session:
        requisition = house.requisition(session)
        events = session.exec(select(Event.what).where(Event.subject == "requisition")).all()
    assert (requisition.status, requisition.state_reason) == ("closed", "gone")
    assert "status_closed" in events


def test_without_a_sender_address_a_person_is_told(new_house: Callable[..., Any], policy: Policy) -> None:
    with new_house(policy=policy.model_copy(update={"from_address": ""})) as house:
        house.ring()
        with house.reading() as session:
            task = session.exec(select(Task).where(Task.kind == "mail_impossible")).one()
        assert task.facts == {"why": "no_sender_address"}


def test_a_verdict_of_no_needs_a_reason_and_changes_no_score(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        calibration, manager = house.calibration(session), house.manager(session)
        with pytest.raises(acts.NeedsReason):
            acts.give_verdict(session, calibration, manager, "p001", False)
        acts.give_verdict(session, calibration, manager, "p001", False, "領域が違う")
        acts.give_verdict(session, calibration, manager, "p001", True)
        with pytest.raises(ValueError, match="not on the shortlist"):
            acts.give_verdict(session, calibration, manager, "p023", True)
        entry = session.exec(select(ShortlistEntry).where(ShortlistEntry.profile_id == "p001")).one()
        assert (entry.rank, entry.score) == (2, 99)


def test_which_text_is_the_description(house: Any) -> None:
    requisition = house.ats.there
    at = house.clock.now()

    def post(id: str, *, live: bool, internal: bool = False, days: int = 0, content: str = "Go 5年以上") -> JobPosting:
        return JobPosting(id, "1", f"title {id}", content, live, internal, "ja", at - timedelta(days=days))

    old_live, draft, newer_draft = (
        post("a", live=True, days=9),
        post("b", live=False, days=2),
        post("c", live=False, days=1),
    )
    internal = post("d", live=True, internal=True)
    empty = post("e", live=True, content="<p> </p>")
    for posts, source, title in (
        ([internal, draft, newer_draft, old_live, empty], "live_posting", "title a"),
        ([internal, draft, newer_draft, empty], "posting", "title c"),
        ([internal], "internal_posting", "title d"),
    ):
        found = choose(requisition, posts)
        assert found is not None and found.source == source and found.text.startswith(title)
    noted = choose(replace(requisition, notes="<p>必須：Goでの開発経験</p>"), [empty])
    assert noted is not None and noted.source == "notes" and noted.text.startswith(requisition.title)
    assert choose(requisition, []) is None
