"""Everyone above the line, best first, up to the cap; released, recalled, stopped."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Application, ApplicationStatus, Candidate
from plugin.alignment.commitment import undo
from plugin.clock import SettableClock
from plugin.pipeline.calendar import is_business_day
from plugin.policy import Policy
from plugin.rows import Batch, Calibration, Commitment, Connection, Requisition
from plugin.scouting.batches import CannotRelease, recall, release, stop_unsent
from plugin.scouting.legal import LetterRefused
from plugin.scouting.letters import facts_of, note_of, preview, set_note
from plugin.scouting.ownership import introduce
from plugin.scouting.pacing import interval, moments, next_moment
from plugin.scouting.replacing import prepare_again

BOTH_DATABASES = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)


@BOTH_DATABASES
def test_everyone_above_the_line_best_first_up_to_the_cap_not_only_twenty(stage: Any) -> None:
    ids = stage.people(45)
    stage.calibrate({id: 95 - n for n, id in enumerate(ids)})
    stage.commit(line=60, max_people=30)
    stage.run()
    assert list(stage.states()) == ids[:30]
    assert set(stage.states().values()) == {"drafted"}


@pytest.mark.parametrize(("inclusive", "who"), [(True, ["u001", "u002"]), (False, ["u001"])])
def test_69_70_71_under_both_boundaries(stage: Any, inclusive: bool, who: list[str]) -> None:
    stage.people(3)
    stage.calibrate({"u001": 71, "u002": 70, "u003": 69})
    stage.commit(line=70, inclusive=inclusive)
    stage.run()
    assert list(stage.states()) == who


def test_who_cant_be_written_to_is_shown_with_the_reason_and_the_next_takes_the_place(stage: Any) -> None:
    stage.people(1, contact_basis="none")
    stage.people(1, first=2, language="")
    stage.people(3, first=3)
    stage.desk.mute.add("u003")
    stage.calibrate({"u001": 99, "u002": 98, "u003": 97, "u004": 96, "u005": 95})
    stage.commit(max_people=1)
    stage.run()
    assert stage.states() == {"u001": "excluded", "u002": "excluded", "u003": "excluded", "u004": "drafted"}
    reasons = {id: scout.reason for id, scout in stage.scouts().items()}
    assert reasons == {"u001": "no_basis", "u002": "language_unknown", "u003": "nothing_to_say", "u004": ""}


def test_whom_the_manager_left_out_is_not_in_the_batch(stage: Any) -> None:
    stage.people(2)
    stage.calibrate({"u001": 90, "u002": 80})
    stage.commit(exclusions=["u001"])
    stage.run()
    assert list(stage.states()) == ["u002"]


def known(stage: Any, id: str, status: ApplicationStatus, **changes: Any) -> None:
    address = f"{id}@person.example.com"
    person = Candidate(id=f"c-{id}", first_name="太郎", last_name="見本", emails=(address.upper(),), **changes)
    stage.ats.people[address] = (
        person,
        [
            Application(
                id=f"a-{id}",
                candidate_id=person.id,
                requisition_id="77",
                status=status,
                rejected_at=stage.clock.now() - timedelta(days=10),
            )
        ],
    )


@BOTH_DATABASES
def test_the_ats_is_asked_who_is_in_process_or_was_turned_down_there(stage: Any) -> None:
    stage.people(5)
    stage.calibrate({f"u00{n}": 100 - n for n in range(1, 6)})
    known(stage, "u001", ApplicationStatus.ACTIVE)
    known(stage, "u002", ApplicationStatus.REJECTED)
    known(stage, "u003", ApplicationStatus.HIRED)
    known(stage, "u004", ApplicationStatus.CONVERTED, do_not_contact=True)
    stage.commit()
    stage.run()
    assert {id: scout.reason for id, scout in stage.scouts().items()} == {
        "u001": "in_process",
        "u002": "recently_rejected",
        "u003": "in_process",
        "u004": "do_not_contact",
        "u005": "",
    }


def test_the_ats_is_asked_again_before_a_letter_leaves_that_was_drafted_a_while_ago(stage: Any, smtp: Any) -> None:
    stage.people(2)
    stage.calibrate({"u001": 90, "u002": 80})
    stage.commit()
    stage.run()
    stage.clock.move(timedelta(hours=2))
    known(stage, "u001", ApplicationStatus.ACTIVE)
    stage.release()
    stage.run_for(minutes=15)
    assert stage.states() == {"u001": "excluded", "u002": "sent"}
    assert stage.scouts()["u001"].reason == "in_process"


@BOTH_DATABASES
def test_preparing_twice_prepares_once(stage: Any) -> None:
    stage.people(1)
    stage.calibrate({"u001": 90})
    commitment = stage.commit()
    stage.run()
    stage.clock.move(timedelta(seconds=1))
    with stage.work.writing() as session:
        stage.owe(session, "prepare_batch", {"commitment_id": commitment})
    stage.run()
    assert stage.batch().id == 1
    assert len(stage.scouts()) == 1


def test_a_commitment_that_ended_meanwhile_prepares_nothing(stage: Any) -> None:
    stage.people(1)
    stage.calibrate({"u001": 90})
    commitment = stage.commit()
    with stage.work.writing() as session:
        undo(session, stage.work.vault, session.get_one(Commitment, commitment), "staff:1", "other")
    stage.run()
    assert stage.scouts() == {}


def test_facts_are_sealed_with_their_source_and_the_preview_is_what_will_be_sent(
    stage: Any, smtp: Any, text: Any
) -> None:
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    with stage.work.reading() as session:
        scout = stage.scouts()["u001"]
        facts = facts_of(session, stage.work.vault, scout)
        shown = preview(session, stage.work.vault, stage.work.settings, scout)
    assert [(fact.quote, fact.label_ja) for fact in facts] == [("Go", "Go")]
    assert b'"Go"' not in scout.sealed_facts  # base64 may well spell the two letters
    stage.release()
    stage.run_for(minutes=12)
    sent = text(smtp.messages[0])
    assert shown.subject == smtp.messages[0]["Subject"]
    assert [a for a, b in zip(shown.text.splitlines(), sent.splitlines(), strict=True) if a != b] == [
        stage.work.settings.public_url + "/c/…",
        stage.work.settings.public_url + "/u/…",
    ]


def test_an_english_reader_gets_an_english_letter(stage: Any, smtp: Any, text: Any) -> None:
    stage.people(1, language="en")
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    stage.release()
    stage.run_for(minutes=12)
    mail = smtp.messages[0]
    assert text(mail).startswith("Dear Taro Mihon1,")
    assert "it is not a promise of employment" in text(mail)
    assert mail["From"].addresses[0].display_name == "Mihon Inc."
    assert "\nRecruiting Team, Mihon Inc.\n" in text(mail)


# Release, recall, stop.


@pytest.fixture
def ready(stage: Any) -> Any:
    stage.people(3)
    stage.calibrate({"u001": 90, "u002": 80, "u003": 75})
    stage.commit()
    stage.run()
    return stage


def refused(stage: Any) -> list[str]:
    with pytest.raises(CannotRelease) as error:
        stage.release()
    assert error.value.text("ja") != error.value.text("en")
    found: list[str] = error.value.reasons
    return found


def test_a_batch_waits_for_an_open_position_or_an_approved_headcount(ready: Any, smtp: Any) -> None:
    ready.change(Requisition, ready.requisition_id, status="draft")
    assert refused(ready) == ["not_open"]
    ready.change(Requisition, ready.requisition_id, status="closed", headcount_approved_by="somebody")
    assert refused(ready) == ["closed"]
    ready.change(Requisition, ready.requisition_id, status="draft")
    ready.release()
    ready.run_for(minutes=15)
    assert set(ready.states().values()) == {"sent"}


@pytest.mark.parametrize(
    ("row", "changes", "why"),
    [
        (Requisition, {"paused": True}, "paused"),
        (Connection, {"state": "paused"}, "paused"),
        (Commitment, {"state": "undone"}, "no_commitment"),
        (Batch, {"state": "stopped"}, "not_waiting"),
    ],
)
def test_what_else_keeps_a_batch(ready: Any, row: Any, changes: dict[str, Any], why: str) -> None:
    ready.change(row, 1 if row is not Requisition else ready.requisition_id, **changes)
    assert refused(ready) == [why]


def test_without_sender_and_legal_block_nothing_is_released(ready: Any) -> None:
    ready.policy(from_address="", legal={"sender": "株式会社みほん"})
    assert refused(ready) == ["legal_missing", "sender_missing"]


@BOTH_DATABASES
def test_a_recalled_batch_sends_nothing_and_can_be_released_again(ready: Any, smtp: Any) -> None:
    ready.release()
    ready.clock.move(timedelta(minutes=5))
    with ready.work.writing() as session:
        pulled = recall(session, session.get_one(Batch, ready.batch().key), "1")
    assert (pulled.pulled_back, pulled.left) == (3, 0)
    ready.run_for(minutes=30)
    assert smtp.accepted == []
    assert ready.states() == dict.fromkeys(("u001", "u002", "u003"), "drafted")
    ready.release()
    ready.run_for(minutes=30)
    assert len(smtp.accepted) == 3
    assert len(set(smtp.message_ids())) == 3


def test_what_has_left_is_not_recalled(ready: Any, smtp: Any) -> None:
    ready.policy(per_minute=1)
    ready.release()
    ready.clock.move(timedelta(minutes=10, seconds=1))
    ready.run()
    with ready.work.writing() as session:
        pulled = recall(session, session.get_one(Batch, ready.batch().key), "1")
    assert (pulled.pulled_back, pulled.left) == (2, 1)
    ready.run_for(minutes=30)
    assert ready.states() == {"u001": "sent", "u002": "drafted", "u003": "drafted"}


def test_letters_are_paced(ready: Any, smtp: Any) -> None:
    ready.policy(per_minute=2)
    ready.release()
    ready.clock.move(timedelta(minutes=10, seconds=1))
    sent = []
    for _ in range(8):
        ready.run()
        sent.append(len(smtp.accepted))
        ready.clock.move(timedelta(seconds=10))
    assert sent == [1, 1, 1, 2, 2, 2, 3, 3] or sent == [1, 1, 1, 1, 2, 2, 2, 3]


@BOTH_DATABASES
def test_stopping_stops_what_has_not_left(ready: Any, smtp: Any) -> None:
    ready.policy(per_minute=1)
    ready.release()
    ready.clock.move(timedelta(minutes=10, seconds=1))
    ready.run()
    with ready.work.writing() as session:
        assert stop_unsent(session, ready.requisition_id, "closed") == 2
        assert stop_unsent(session, ready.requisition_id, "closed") == 0
    ready.run_for(minutes=30)
    assert ready.states() == {"u001": "sent", "u002": "stopped", "u003": "stopped"}
    assert ready.batch().state == "stopped"
    assert len(smtp.accepted) == 1


@BOTH_DATABASES
def test_a_new_commitment_takes_over_who_was_never_written_to(ready: Any, smtp: Any) -> None:
    ready.policy(per_minute=1)
    ready.release()
    ready.clock.move(timedelta(minutes=10, seconds=1))
    ready.run()
    with ready.work.writing() as session:
        undo(session, ready.work.vault, session.get_one(Commitment, ready.commitment_id), "staff:1", "line_wrong")
    before = {id: scout.reply_token for id, scout in ready.scouts().items()}
    second = ready.commit(line=60, days=7)
    ready.run()
    scouts = ready.scouts()
    assert ready.states() == {"u001": "sent", "u002": "drafted", "u003": "drafted"}
    assert [scouts[id].commitment_id for id in ("u002", "u003")] == [second, second]
    assert {id: scout.reply_token for id, scout in scouts.items()} == before


def test_standard_letters_need_no_commitment_and_carry_none(stage: Any, smtp: Any, text: Any) -> None:
    stage.people(3)
    stage.calibrate({"u001": 90, "u002": 80, "u003": 50})
    with stage.work.writing() as session:
        payload = {"calibration_id": stage.calibration_id, "line": 60, "people": 5, "by": "1"}
        stage.owe(session, "prepare_batch", payload)
    stage.run()
    stage.release()
    stage.run_for(minutes=12)
    assert stage.states() == {"u001": "sent", "u002": "sent"}
    for mail in smtp.messages:
        assert "約束" not in text(mail)
    assert {scout.arm for scout in stage.scouts().values()} == {"standard"}


def test_standard_letters_asked_for_before_a_commitment_take_nobody_from_it(stage: Any) -> None:
    stage.people(2)
    stage.calibrate({"u001": 90, "u002": 80})
    stage.commit()
    stage.run()
    stage.release()
    with stage.work.writing() as session:
        payload = {"calibration_id": stage.calibration_id, "line": 60, "people": 5, "by": "1"}
        stage.owe(session, "prepare_batch", payload)
    stage.run()
    assert {(scout.arm, scout.state) for scout in stage.scouts().values()} == {("committed", "queued")}


def test_a_connection_may_release_by_itself(stage: Any, smtp: Any) -> None:
    stage.policy(auto_release=True)
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    assert stage.batch().released_by == "auto"
    stage.run_for(minutes=12)
    assert stage.states() == {"u001": "sent"}


def test_the_recruiters_words_stand_in_letters_of_their_language_and_may_not_promise(
    ready: Any, smtp: Any, text: Any
) -> None:
    with ready.work.writing() as session:
        batch = session.get_one(Batch, ready.batch().key)
        set_note(session, batch, "当社の開発チームは6名です。", "ja")
        with pytest.raises(LetterRefused):
            set_note(session, batch, "必ず\n\n面接いたします。", "ja")
        assert note_of(batch, "en") == ""
    ready.release()
    with ready.work.writing() as session, pytest.raises(ValueError, match="recall it"):
        set_note(session, session.get_one(Batch, ready.batch().key), "x", "ja")
    ready.run_for(minutes=12)
    assert "\n当社の開発チームは6名です。\n" in text(smtp.messages[0])


def test_a_superseded_calibration_gets_no_standard_letters(stage: Any) -> None:
    stage.people(1)
    first = stage.calibrate({"u001": 90})
    with stage.work.writing() as session:
        stage.owe(session, "prepare_batch", {"calibration_id": first, "line": 60, "people": 5, "by": "1"})
    stage.calibrate({"u001": 90}, hash="h2")
    stage.run()
    assert stage.scouts() == {}
    with stage.work.reading() as session:
        assert session.get_one(Calibration, first).state == "done"


def test_two_employers_batches_know_nothing_of_each_other(
    ready: Any, second_employer: Any, new_connection: Any, stage_of: Any, vault: Any
) -> None:
    other = stage_of(new_connection(ready.database, vault, second_employer, url_key="second"), "")
    other.people(3)
    other.calibrate({"u001": 90, "u002": 80, "u003": 75})
    other.commit()
    other.run()
    assert other.batch().employer_id == second_employer.id
    with ready.work.writing() as session:
        stop_unsent(session, ready.requisition_id, "closed")
    assert set(ready.states().values()) == {"stopped"}
    assert set(other.states().values()) == {"drafted"}


# Hours.


@pytest.mark.parametrize(
    ("tokyo", "leaves"),
    [
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 08:59", "2026-11-20 09:00"),
        ("2026-11-20 19:00", "2026-11-24 09:00"),  # Friday evening; Monday 23 November is a holiday
        ("2026-12-28 20:00", "2027-01-04 09:00"),  # year-end
    ],
)
def test_letters_keep_to_office_hours(tokyo: str, leaves: str) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    moment = datetime.fromisoformat(tokyo).replace(tzinfo=zone).astimezone(UTC)
    expected = datetime.fromisoformat(leaves).replace(tzinfo=zone).astimezone(UTC)
    assert next_moment(moment, Policy()) == expected
    assert next_moment(moment, Policy(quiet_hours=False)) == moment


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda each: each.replace(tzinfo=UTC)),
    per_minute=st.integers(1, 600),
)
def test_moments_stand_in_office_hours_in_order_and_apart(moment: datetime, per_minute: int) -> None:
    policy = Policy(per_minute=per_minute, closures=(date(2027, 5, 6),))
    turns = moments(moment, policy)
    found = [next(turns) for _ in range(5)]
    assert found[0] >= moment
    for each in found:
        local = each.astimezone(ZoneInfo("Asia/Tokyo"))
        assert 9 <= local.hour < 19
        assert is_business_day(local.date(), policy.closures)
    assert all(b - a >= interval(policy) for a, b in itertools.pairwise(found))


def test_quiet_hours_hold_a_released_batch_until_morning(ready: Any, smtp: Any) -> None:
    ready.policy(quiet_hours=True)
    clock: SettableClock = ready.clock
    clock.move_to(datetime(2026, 11, 20, 10, 5, tzinfo=UTC))  # 19:05 in Tokyo, a Friday
    ready.release()
    ready.run_for(hours=10)
    assert smtp.accepted == []
    clock.move_to(datetime(2026, 11, 24, 0, 30, tzinfo=UTC))
    ready.run_for(minutes=5)
    assert set(ready.states().values()) == {"sent"}


def test_release_names_who_released(ready: Any) -> None:
    with ready.work.writing() as session:
        release(session, session.get_one(Batch, ready.batch().key), "7")
    assert ready.batch().released_by == "7"
    assert ready.batch().recall_until == ready.batch().released_at + timedelta(seconds=600)


def test_who_falls_out_at_sending_is_replaced_by_the_next_best_up_to_the_cap(stage: Any, smtp: Any) -> None:
    replaced = _falls_out(stage)
    assert replaced.states()["u001"] == "excluded"
    assert sorted(id for id, state in replaced.states().items() if state == "sent") == ["u002", "u003"]
    assert len(smtp.messages) == 2


def test_nobody_is_replaced_where_the_recruiter_switched_it_off(stage: Any, smtp: Any) -> None:
    kept = _falls_out(stage, replacing=False)
    assert [id for id, state in kept.states().items() if state == "sent"] == ["u002"]


def _falls_out(stage: Any, **switched: Any) -> Any:
    """Two places, three people above the line; the best is introduced by an agency between release and sending."""
    stage.people(3)
    stage.calibrate({"u001": 90, "u002": 85, "u003": 80})
    stage.commit(max_people=2)
    stage.run()
    stage.release()
    if switched:
        stage.change(Batch, stage.batch().key, **switched)
    with stage.work.writing() as session:
        introduce(
            session,
            stage.connection,
            "u001",
            kind="agency",
            by_whom="みほんエージェント",
            introduced_at=stage.clock.now() - timedelta(days=1),
            actor="staff:1",
        )
    stage.run_for(minutes=60)
    return stage


def test_a_batch_that_stopped_when_its_requisition_closed_is_prepared_anew_when_it_opens(ready: Any) -> None:
    first = ready.batch().key
    with ready.work.writing() as session:
        requisition = session.get_one(Requisition, ready.requisition_id)
        requisition.status = "closed"
        stop_unsent(session, requisition.key, "requisition_closed")
    with ready.work.writing() as session:
        requisition = session.get_one(Requisition, ready.requisition_id)
        requisition.status = "open"
        prepare_again(session, requisition)
        prepare_again(session, requisition)
    ready.run()
    assert ready.batch().key > first and ready.batch().state == "drafted"
    assert set(ready.states().values()) == {"drafted"}
    assert ready.batch().commitment_id == ready.commitment_id
