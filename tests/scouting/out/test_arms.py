"""Experiments: who is drawn, what differs in the letters, what both arms are owed, and when a result shows."""

from __future__ import annotations

import difflib
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.pipeline.ledger import promise_for
from plugin.rows import Commitment, Connection, Entry, Event, Experiment, Promise, Reply, Scout
from plugin.scouting import experiments
from plugin.scouting.compiler import COMMITTED, STANDARD
from plugin.scouting.experiment_words import lines_of
from plugin.scouting.experiments import CannotStart, Rule
from plugin.scouting.letters import preview
from plugin.scouting.previewing import as_if
from plugin.scouting.promising import PromiseTerms, promise_block

RULE = Rule("meeting", 0.1, 0.3, window_days=30, per_arm=2)


def begin(stage: Any, rule: Rule = RULE) -> int:
    with stage.work.writing() as session:
        return experiments.start(session, session.get_one(Connection, stage.connection.key), rule, "staff:1").key


def drafted(stage: Any, japanese: int = 4, english: int = 4) -> None:
    stage.people(japanese)
    stage.people(english, first=101, language="en")
    ids = [f"u{number:03d}" for number in (*range(1, japanese + 1), *range(101, 101 + english))]
    stage.calibrate({id: 90 - place for place, id in enumerate(ids)})
    stage.commit()
    stage.run()


def test_nobody_is_drawn_unless_somebody_started_an_experiment(stage: Any) -> None:
    drafted(stage)
    assert {(row.arm, row.experiment_id) for row in stage.scouts().values()} == {(COMMITTED, None)}


def test_arms_are_even_within_each_language_and_drawn_before_anything_leaves(stage: Any, smtp: Any) -> None:
    experiment = begin(stage)
    drafted(stage)
    found = Counter((row.language, row.arm) for row in stage.scouts().values())
    assert found == {(language, arm): 2 for language in ("ja", "en") for arm in (COMMITTED, STANDARD)}
    assert {row.experiment_id for row in stage.scouts().values()} == {experiment}
    assert smtp.accepted == []


def test_without_a_commitment_everybody_stands_outside(stage: Any) -> None:
    begin(stage)
    stage.people(4)
    stage.calibrate({f"u{number:03d}": 90 for number in range(1, 5)})
    with stage.work.writing() as session:
        stage.owe(
            session, "prepare_batch", {"calibration_id": stage.calibration_id, "line": 70, "people": 4, "by": "1"}
        )
    stage.run()
    assert {(row.arm, row.experiment_id) for row in stage.scouts().values()} == {(STANDARD, None)}


def test_the_letters_of_both_arms_differ_in_the_commitment_block_alone(stage: Any) -> None:
    begin(stage)
    drafted(stage, 2, 2)
    with stage.work.reading() as session:
        for scout in session.exec(select(Scout)).all():
            texts = {
                arm: preview(session, stage.work.vault, stage.work.settings, as_if(session, scout, arm=arm))
                for arm in (COMMITTED, STANDARD)
            }
            assert texts[COMMITTED].subject == texts[STANDARD].subject
            changed = list(
                difflib.ndiff(texts[STANDARD].text.splitlines(), texts[COMMITTED].text.splitlines(), None, None)
            )
            assert not [line for line in changed if line.startswith("- ")]
            added = "\n".join(line[2:] for line in changed if line.startswith("+ ")).strip()
            commitment = session.get_one(Commitment, scout.commitment_id)
            assert added == promise_block(PromiseTerms.of(commitment), scout.language)


def test_a_yes_to_either_arm_is_owed_the_same_day(stage: Any, smtp: Any) -> None:
    begin(stage)
    drafted(stage, 2, 0)
    stage.release()
    stage.run_for(minutes=20)
    assert set(stage.states().values()) == {"sent"}
    now = stage.clock.now()
    with stage.work.writing() as session:
        connection = session.get_one(Connection, stage.connection.key)
        made = {}
        for scout in session.exec(select(Scout)).all():
            entry = Entry(
                employer_id=scout.employer_id,
                connection_id=scout.connection_id,
                requisition_id=scout.requisition_id,
                scout_id=scout.key,
                profile_id=scout.profile_id,
                kind="application",
                created_at=now,
            )
            session.add(entry)
            session.flush()
            promise, new = promise_for(session, connection, scout, entry, now)
            assert promise is not None and new
            made[scout.arm] = promise
        assert made[COMMITTED].due_at == made[STANDARD].due_at
        assert "inside" not in made[COMMITTED].computed and made[STANDARD].computed["inside"] is True
        standard = session.get_one(Scout, made[STANDARD].scout_id)
    # Nothing of it stood in the letter.
    text = next(m for m in smtp.messages if f"+{standard.reply_token}@" in str(m["Reply-To"])).as_string()
    assert "約束" not in text


def test_both_arms_stop_with_the_commitment_and_fill_its_cap(stage: Any, smtp: Any) -> None:
    begin(stage)
    drafted(stage, 4, 0)
    stage.change(Commitment, stage.commitment_id, max_people=3)
    stage.release()
    stage.run_for(minutes=20)
    assert Counter(stage.states().values()) == {"sent": 3, "stopped": 1}


def test_whoever_was_drawn_keeps_their_arm_when_a_batch_is_drafted_anew(stage: Any) -> None:
    begin(stage)
    drafted(stage, 4, 0)
    first = {id: row.arm for id, row in stage.scouts().items()}
    stage.change(Commitment, stage.commitment_id, state="superseded")
    stage.clock.move(timedelta(minutes=1))
    stage.commit()
    stage.run()
    assert {id: row.arm for id, row in stage.scouts().items()} == first
    assert {row.commitment_id for row in stage.scouts().values()} == {stage.commitment_id}


# Its rule.


def test_starting_and_stopping_are_recorded_and_only_one_runs(stage: Any) -> None:
    begin(stage)
    with pytest.raises(CannotStart, match="runs_already"):
        begin(stage)
    with stage.work.writing() as session:
        experiment = session.exec(select(Experiment)).one()
        assert experiment.needed == RULE.needed()
        assert experiments.stop(session, experiment, "staff:2")
        assert not experiments.stop(session, experiment, "staff:2")
        events = session.exec(select(Event).where(col(Event.subject) == "experiment").order_by(col(Event.id))).all()
        assert [(event.what, event.actor) for event in events] == [("started", "staff:1"), ("stopped", "staff:2")]
        assert events[0].facts["per_arm"] == 2
        assert experiments.standing(session, experiment).compared is None


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Rule("clicks", 0.1, 0.3, 30, per_arm=2), "measure"),
        (Rule("meeting", 0.1, 0.3, 30), "one_rule"),
        (Rule("meeting", 0.1, 0.3, 30, per_arm=2, until=date(2027, 1, 1)), "one_rule"),
        (Rule("meeting", 0.1, 0.3, 30, per_arm=0), "per_arm"),
        (Rule("meeting", 0.1, 0.3, 30, until=date(2026, 11, 20)), "until"),
        (Rule("meeting", 0.1, 0.3, 0, per_arm=2), "window"),
        (Rule("meeting", 0.1, 0.1, 30, per_arm=2), "expected"),
    ],
)
def test_a_rule_that_is_none_starts_nothing(stage: Any, rule: Rule, code: str) -> None:
    with pytest.raises(CannotStart, match=code):
        begin(stage, rule)


def test_nothing_is_compared_before_the_rule_is_reached_and_everything_after(stage: Any, smtp: Any) -> None:
    number = begin(stage)
    drafted(stage, 6, 0)
    stage.release()
    stage.run_for(minutes=30)
    assert set(stage.states().values()) == {"sent"}

    def look() -> Any:
        with stage.work.reading() as session:
            return experiments.standing(session, session.get_one(Experiment, number))

    first = look()
    # Two an arm are counted, as registered, though three left; their days are not over.
    assert (first.sent, first.reached, first.compared) == ({COMMITTED: 2, STANDARD: 2}, False, None)
    assert "まだ表示できません" in "\n".join(lines_of(first, "ja"))
    with stage.work.writing() as session:
        scout = session.exec(
            select(Scout).where(col(Scout.arm) == COMMITTED).order_by(col(Scout.sent_at), col(Scout.id))
        ).first()
        assert scout is not None
        now = stage.clock.now()
        reply = {"employer_id": scout.employer_id, "connection_id": scout.connection_id, "scout_id": scout.key}
        session.add(Reply(**reply, intent="interested", state="decided", received_at=now, created_at=now))
        session.add(
            Promise(
                employer_id=scout.employer_id,
                connection_id=scout.connection_id,
                requisition_id=scout.requisition_id,
                scout_id=scout.key,
                commitment_id=stage.commitment_id,
                manager_id=stage.manager_id,
                received_at=now,
                day_zero=now.date(),
                due_date=now.date(),
                due_at=now,
                zone="Asia/Tokyo",
                state="kept",
                kept_at=now + timedelta(days=3),
                created_at=now,
            )
        )
    assert look().compared is None
    stage.clock.move(timedelta(days=31))
    after = look()
    assert after.reached and after.compared is not None
    found = {
        each.measure: (each.committed.hits, each.committed.of, each.standard.hits, each.standard.of)
        for each in after.compared
    }
    assert found == {"reply": (1, 2, 0, 2), "meeting": (1, 2, 0, 2)}
    said = "\n".join(lines_of(after, "ja"))
    assert "2通中1件" in said and "信頼区間" in said
    with stage.work.writing() as session:
        experiment = session.get_one(Experiment, number)
        assert not experiments.room_for(session, experiment)
        experiments.stop(session, experiment, "staff:1")
        assert experiment.state == "ended"
    assert look().compared is not None


def test_an_answer_after_the_window_counts_for_nothing(stage: Any, smtp: Any) -> None:
    number = begin(stage, Rule("reply", 0.1, 0.3, 1, per_arm=1))
    drafted(stage, 2, 0)
    stage.release()
    stage.run_for(minutes=20)
    stage.clock.move(timedelta(days=2))
    with stage.work.writing() as session:
        for scout in session.exec(select(Scout)).all():
            now = stage.clock.now()
            session.add(
                Reply(
                    employer_id=scout.employer_id,
                    connection_id=scout.connection_id,
                    scout_id=scout.key,
                    intent="interested",
                    state="decided",
                    received_at=now,
                    created_at=now,
                )
            )
        session.flush()
        standing = experiments.standing(session, session.get_one(Experiment, number))
    assert standing.compared is not None
    assert [each.committed.hits + each.standard.hits for each in standing.compared] == [0, 0]


def test_letters_after_the_last_day_stand_outside(stage: Any) -> None:
    begin(stage, Rule("meeting", 0.1, 0.3, 30, until=date(2026, 11, 21)))
    stage.clock.move(timedelta(days=2))
    drafted(stage, 2, 0)
    assert {(row.arm, row.experiment_id) for row in stage.scouts().values()} == {(COMMITTED, None)}
