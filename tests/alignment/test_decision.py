"""What an edit of the decision fields means, and what it doesn't."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from connectors.records import Choice, HiringTeam, RequisitionStatus, User
from plugin.alignment.fields import read_days, read_line
from plugin.rows import Event, Task


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("75", 75),
        ("75点", 75),
        (" ７５点 ", 75),
        ("７５", 75),
        ("75 points", 75),
        ("75pt.", 75),
        ("七十五", 75),
        ("七五点", 75),
        ("十", 10),
        ("百点", 100),
        ("0", 0),
        ("101", 101),  # a number; whether it is in range is for the terms to say
        ("", None),
        ("75以上", None),  # which side of the line is the connection's setting, not a word in this field
        ("70-80", None),
        ("seventy", None),
        ("75.5", None),
        ("-5", None),
        ("7 5", None),
        ("75点75点", None),
        ("２人", None),
        ("十百", None),
        ("³", 3),
        ("٧٥", None),  # digits of other scripts are read by nobody here
        ("७५点", None),
    ],
)
def test_a_line_is_read_as_people_write_it(text: str, line: int | None) -> None:
    assert read_line(text) == line


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("5", 5),
        ("５日", 5),
        ("5営業日以内", 5),
        ("5 business days", 5),
        ("五", 5),
        ("十", 10),
        ("soon", None),
        ("5週", None),
        ("٥", None),
    ],
)
def test_days_are_read_as_people_write_them(text: str, days: int | None) -> None:
    assert read_days(text) == days


@given(st.text(max_size=12))
def test_reading_a_line_never_guesses(text: str) -> None:
    """Whatever is read as a number is one, written out: some digits or numerals and at most the word for points."""
    found = read_line(text)
    if found is not None:
        plain = unicodedata.normalize("NFKC", text).strip().casefold()
        for word in ("points.", "point.", "pts.", "pt.", "points", "point", "pts", "pt", "点.", "点"):
            plain = plain.removesuffix(word)
        digits = plain.strip().rstrip(".。").strip()  # a full stop ends a number: "75."
        assert digits == str(found).rjust(len(digits), "0") or not digits.isascii()


def test_an_approval_is_a_proposal_that_waits_for_the_manager(house: Any) -> None:
    house.ring()
    house.ats.edit(line="７５点", meeting="面接", days="5")
    house.ring()
    commitment = house.commitments()[0]
    assert (commitment.state, commitment.strength, commitment.line, commitment.days) == ("proposed", "recorded", 75, 5)
    assert not house.batches
    assert house.ats.messages[-1].startswith("提案として記録しました")


def test_an_empty_line_takes_the_proposed_one(house: Any) -> None:
    house.ring()
    house.ats.edit(meeting="カジュアル面談")
    house.ring()
    commitment = house.commitments()[0]
    assert (commitment.line, commitment.kind, commitment.selection) == (75, "casual", False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"line": "だいたい七割"}, "だいたい七割"),
        ({"line": "30"}, "40以上"),
        ({"line": "120"}, "0から100"),
        ({"line": "75", "days": "なる早"}, "なる早"),
        ({"line": "75", "days": "45"}, "1から30"),
        ({"line": "75", "meeting": "ランチ"}, "面接またはカジュアル面談"),
        ({"choice": Choice.UNREADABLE, "line": "75"}, "判断欄"),
    ],
)
def test_unreadable_input_commits_nothing_and_says_so(house: Any, changes: dict[str, Any], said: str) -> None:
    house.ring()
    house.ats.edit(**changes)
    before = house.ats.decision
    house.ring()
    assert house.commitments() == []
    assert said in house.ats.messages[-1] and said in house.mails("nudge")[-1]
    assert house.ats.decision == before, "the decision fields stay as they are"
    with house.reading() as session:
        assert session.exec(select(Task).where(Task.kind == "unreadable_decision")).one().state == "open"
    house.ats.edit(line="80")
    house.ring()
    assert house.states() == ["proposed"]
    with house.reading() as session:
        assert session.exec(select(Task).where(Task.kind == "unreadable_decision")).one().state == "done"


def test_the_same_mistake_made_again_is_told_again(house: Any) -> None:
    house.ring()
    for line in ("高め", "80", "高め"):
        house.ats.edit(line=line)
        house.ring()
    assert sum("高め" in message for message in house.ats.messages) == 2
    assert house.states() == ["superseded"]


def test_ten_echoes_of_a_decision_are_one_decision(house_on_both: Any) -> None:
    house = house_on_both
    house.ring()
    house.ats.edit(line="75")
    house.ring()
    writes, mails = list(house.ats.writes), len(house.mails())
    for _echo in range(10):
        house.ring()
    assert house.states() == ["proposed"]
    assert house.ats.writes == writes and len(house.mails()) == mails


def test_the_same_line_written_differently_restarts_nothing(house: Any) -> None:
    house.ring()
    for line in ("75", "７５点", "75 points"):
        house.ats.edit(line=line)
        house.ring()
    assert house.states() == ["proposed"]


@pytest.mark.parametrize(
    "changes", [{"line": "80"}, {"line": "75", "days": "3"}, {"line": "75", "meeting": "カジュアル面談"}]
)
def test_every_change_of_the_terms_supersedes_and_restarts(house: Any, changes: dict[str, Any]) -> None:
    house.ring()
    house.ats.edit(line="75")
    house.ring()
    house.ats.edit(**changes)
    house.ring()
    assert house.states() == ["superseded", "proposed"]


def test_a_decision_taken_back_in_the_ats_ends_it(house: Any) -> None:
    house.ring()
    house.ats.edit(line="75")
    house.ring()
    house.ats.edit(choice=Choice.PENDING, line="75")
    house.ring()
    assert house.states() == ["undone"]
    house.ats.edit(line="75")
    house.ring()
    assert house.states() == ["undone", "proposed"]


def test_declining_is_a_state_of_its_own(house: Any) -> None:
    house.ring()
    house.ats.edit(choice=Choice.DECLINED)
    house.ring()
    assert house.states() == ["declined"] and not house.batches
    assert "確約なし" in house.ats.messages[-1]


def test_an_edit_for_an_earlier_shortlist_is_kept_and_flagged(house: Any) -> None:
    house.ring()

    def edit_meanwhile() -> None:
        house.ats.edit(line="70")
        house.ats.before_reset = None

    house.ats.before_reset = edit_meanwhile
    house.ats.describe(house.ats.posts[0].content.replace("700万円", "800万円"))
    house.ring()
    with house.reading() as session:
        current = house.calibration(session).short_id
        task = session.exec(select(Task).where(Task.kind == "decision_for_earlier_shortlist")).one()
    assert task.facts["stands_for"] == house.ats.decision.calibration != current
    assert (house.ats.decision.choice, house.ats.decision.line) == (Choice.APPROVED, "70"), "kept as it stands"
    assert house.commitments() == []
    assert any("候補者リストが更新" in mail for mail in house.mails("nudge"))
    house.ring()
    assert house.commitments() == []


def test_an_edit_found_before_the_reset_is_kept_as_well(house: Any) -> None:
    house.ring()
    house.ats.describe(house.ats.posts[0].content.replace("700万円", "800万円"))
    house.ats.edit(line="70")
    house.ring()
    assert house.ats.decision.line == "70" and house.commitments() == []


def test_a_known_decision_is_reset_for_a_new_calibration(house: Any) -> None:
    house.ring()
    house.ats.edit(line="70")
    house.ring()
    house.ats.describe(house.ats.posts[0].content.replace("700万円", "800万円"))
    house.ring()
    with house.reading() as session:
        assert house.ats.decision.calibration == house.calibration(session).short_id
    assert house.ats.decision.choice is Choice.PENDING
    assert house.states() == ["stale"]


def test_an_ats_that_names_the_manager_is_taken_at_its_word(house: Any) -> None:
    house.ring()
    house.ats.edit(line="75", actor=User("m1", "鈴木 健一", "kenichi.suzuki@example.com"))
    house.ring()
    commitment = house.commitments()[0]
    assert (commitment.state, commitment.strength, commitment.how) == ("in_force", "verified", "ats_actor")
    assert house.batches == [commitment.id]


@pytest.mark.parametrize("actor", ["r1", "stranger"])
def test_anybody_else_is_refused(house: Any, actor: str) -> None:
    house.ring()
    house.ats.edit(line="75", actor=User("m1", "鈴木 健一", "kenichi.suzuki@example.com"))
    house.ring()
    house.ats.edit(line="50", actor=User(actor, "他 人", "x@example.com"))
    house.ring()
    assert house.states() == ["in_force"] and house.commitments()[0].line == 75
    with house.reading() as session:
        assert session.exec(select(Task).where(Task.kind == "decision_by_another")).one()
        assert session.exec(select(Event).where(Event.what == "decision_refused")).one()


def test_nobody_else_takes_the_managers_decision_back(house: Any) -> None:
    manager = User("m1", "鈴木 健一", "kenichi.suzuki@example.com")
    house.ring()
    house.ats.edit(line="75", actor=manager)
    house.ring()
    house.ats.edit(Choice.PENDING, line="", actor=User("r1", "佐藤 美咲", "misaki.sato@example.com"))
    house.ring()
    assert house.states() == ["in_force"]
    with house.reading() as session:
        assert session.exec(select(Task).where(Task.kind == "decision_by_another")).one()
    house.ats.edit(Choice.PENDING, line=" ", actor=manager)
    house.ring()
    assert house.states() == ["undone"]


def test_without_a_manager_a_person_must_name_one_and_the_edit_waits(house: Any) -> None:
    team, house.ats.team = house.ats.team, HiringTeam((), house.ats.team.recruiters)
    house.ring()
    house.ats.edit(line="75")
    house.ring()
    assert house.commitments() == [] and house.mails() == []
    with house.reading() as session:
        task = session.exec(select(Task).where(Task.kind == "no_manager")).one()
        assert task.state == "open" and task.owner_id == house.requisition(session).recruiter_id
    house.ats.team = team
    house.ring()
    assert house.states() == ["proposed"]
    with house.reading() as session:
        assert session.exec(select(Task).where(Task.kind == "no_manager")).one().state == "done"


def test_publishing_records_whether_the_shortlist_was_there(house: Any) -> None:
    house.ats.change(status=RequisitionStatus.DRAFT)
    house.ring()
    house.ats.change(status=RequisitionStatus.OPEN)
    house.ring()
    with house.reading() as session:
        event = session.exec(select(Event).where(Event.what == "status_open")).one()
    assert event.facts == {"before": "draft", "shortlist_posted": True}


def test_an_act_dated_before_its_shortlist_is_not_for_it(house: Any) -> None:
    """Whoever edits our own field beside a decision moves no earlier act of the manager to a new calibration."""
    house.ring()
    manager = User("m1", "鈴木 健一", "kenichi.suzuki@example.com")
    house.ats.edit(line="75", actor=manager, at=house.clock.now() - timedelta(hours=1))
    house.ring()
    assert house.states() == []
    with house.reading() as session:
        (task,) = session.exec(select(Task).where(Task.kind == "decision_for_earlier_shortlist")).all()
    assert task.state == "open"
    house.ring()
    house.ats.edit(line="75", actor=manager, at=house.clock.now())
    house.ring()
    assert house.states() == ["in_force"], "done again in its time"
