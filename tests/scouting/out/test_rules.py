"""The rules that bind whatever happens in between: R1, R5 and R7 under random interleavings."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email import policy as email_policy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import col, select

from plugin.alignment.commitment import go_stale, undo
from plugin.alignment.commitment import lock as lock_requisition
from plugin.alignment.scores import best_first, grouped, keep, stored_score
from plugin.i18n import say_date
from plugin.rows import Batch, Calibration, CalibrationScore, Commitment, Mail, Profile, Requisition, Restriction, Scout
from plugin.scouting.batches import CannotRelease, recall, release
from plugin.scouting.outbox import Delivered, Refused, Unknown
from plugin.scouting.suppression import suppress

BOTH_DATABASES = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)

LEFT = {"sending", "sent", "unknown"}
SENTENCE = "面接の実施をお約束するもので、採用をお約束するものではありません"


def plain(raw: bytes) -> tuple[str, str]:
    """(Message-ID, text) of a mail."""
    message = message_from_bytes(raw, policy=email_policy.default)
    body = message.get_body(("plain",))  # type: ignore[attr-defined]
    return str(message["Message-ID"]), str(body.get_content())


class Witness:
    """An outbox that, at the moment of sending, checks by its own reading of the rows that the promise is earned."""

    configured = True

    def __init__(self, stage: Any, outcomes: list[str], last_days: int) -> None:
        self.stage, self.outcomes, self.last_days = stage, outcomes, last_days
        self.left: Counter[str] = Counter()
        self.promised = 0
        self.broken: list[AssertionError] = []  # the worker survives what handlers raise: the test must see it

    def deliver(self, raw: bytes, envelope_from: str, to: str) -> Any:
        message_id, text = plain(raw)
        try:
            self._look(message_id, text)
        except AssertionError as error:
            self.broken.append(error)
            raise
        outcome = self.outcomes.pop(0) if self.outcomes else "ok"
        if outcome == "ok":
            self.left[message_id] += 1
            return Delivered("250 ok")
        if outcome == "lost":
            self.left[message_id] += 1
            return Unknown("no answer")
        return Refused(450 if outcome == "4xx" else 554, outcome, outcome == "4xx", "content")

    def _look(self, message_id: str, text: str) -> None:
        assert self.left[message_id] == 0, "a mail that may have left is never sent again"
        with self.stage.work.reading() as session:
            mail = session.exec(select(Mail).where(col(Mail.message_id) == message_id)).one()
            assert mail.state == "sending"
            scout = session.get_one(Scout, mail.scout_id)
            self._reachable(session, scout)
            if "お約束" in text:
                self.promised += 1
                self._earned(session, scout, text)

    def _earned(self, session: Any, scout: Scout, text: str) -> None:
        commitment = session.get_one(Commitment, scout.commitment_id)
        requisition = session.get_one(Requisition, scout.requisition_id)
        calibration = session.get_one(Calibration, scout.calibration_id)
        assert commitment.state == "in_force"
        assert commitment.requisition_id == requisition.id
        assert requisition.calibration_id == calibration.id == commitment.calibration_id
        assert commitment.requirement_hash == calibration.requirement_hash
        assert commitment.guidance_hash == calibration.guidance_hash
        assert commitment.score_version == calibration.score_version
        assert requisition.manager_id == commitment.manager_id
        score = stored_score(session, calibration, scout.profile_id)
        assert score is not None
        assert score > commitment.line or (commitment.inclusive and score == commitment.line)
        assert scout.profile_id not in commitment.exclusions
        others = session.exec(select(Scout).where(col(Scout.commitment_id) == commitment.id)).all()
        assert sum(other.state in LEFT for other in others) <= commitment.max_people
        today = self.stage.clock.now().astimezone(ZoneInfo(commitment.zone)).date()
        assert today + timedelta(days=self.last_days) <= commitment.reply_deadline
        assert SENTENCE in text
        assert f"{commitment.days}営業日以内" in text
        assert say_date(commitment.reply_deadline, "ja") in text

    def _reachable(self, session: Any, scout: Scout) -> None:
        requisition = session.get_one(Requisition, scout.requisition_id)
        assert requisition.status == "open" or (requisition.status == "draft" and requisition.headcount_approved_by)
        assert not requisition.paused
        batch = session.get_one(Batch, scout.batch_id)
        assert batch.state in ("released", "sending")
        assert batch.recall_until <= self.stage.clock.now()
        profile = session.exec(
            select(Profile).where(
                col(Profile.profile_id) == scout.profile_id, col(Profile.employer_id) == scout.employer_id
            )
        ).one()
        assert profile.contact_basis == "own_applicant"
        assert profile.revision == scout.profile_revision
        assert scout.profile_id not in self.stage.forbidden


# What may happen between drafting and sending. Some go through the house's own functions, which stop unsent letters;
# the sneaky ones change rows behind everybody's back, so that only the check at the moment of sending can hold.

_ACTIONS = st.one_of(
    st.tuples(st.just("commit"), st.integers(60, 90), st.integers(1, 4), st.integers(2, 9), st.booleans()),
    st.tuples(st.just("undo")),
    st.tuples(st.just("stale")),
    st.tuples(st.just("calibrate"), st.integers(-15, 15)),
    st.tuples(st.just("release")),
    st.tuples(st.just("release")),
    st.tuples(st.just("recall")),
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 11, 60, 24 * 60, 3 * 24 * 60])),
    st.tuples(st.just("wait"), st.sampled_from([11, 60])),
    st.tuples(
        st.just("sneak"), st.sampled_from(["undone", "cap", "line", "score", "hash", "version", "manager", "current"])
    ),
    st.tuples(st.just("position"), st.sampled_from(["open", "closed", "draft", "approved", "paused", "resumed"])),
    st.tuples(st.just("forbid"), st.integers(0, 5), st.sampled_from(["stop", "restrict", "change"])),
    st.tuples(st.just("run")),
)


_SNEAKS = st.one_of(
    st.tuples(st.just("run")),
    st.tuples(st.just("position"), st.sampled_from(["closed", "draft", "paused"])),
    st.tuples(
        st.just("sneak"), st.sampled_from(["undone", "cap", "line", "score", "hash", "version", "manager", "current"])
    ),
)
_RELEASED = (
    ("position", "resumed"),
    ("position", "open"),
    ("calibrate", 0),
    ("commit", 70, 3, 9, True),
    ("run",),
    ("release",),
)


def act(stage: Any, ids: list[str], action: tuple[Any, ...]) -> None:
    name, *values = action
    if name == "commit":
        line, cap, days, inclusive = values
        with stage.work.writing() as session:
            go_stale(session, session.get_one(Requisition, stage.requisition_id), "superseded")
        deadline = (stage.clock.now() + timedelta(days=days)).astimezone(ZoneInfo("Asia/Tokyo")).date()
        stage.commit(line=line, max_people=cap, reply_deadline=deadline, inclusive=inclusive, exclusions=ids[-1:])
    elif name in ("undo", "stale") and stage.commitment_id:
        with stage.work.writing() as session:
            if name == "undo":
                undo(session, stage.work.vault, session.get_one(Commitment, stage.commitment_id), "staff:1", "other")
            else:
                go_stale(session, session.get_one(Requisition, stage.requisition_id), "changed")
    elif name == "calibrate":
        stage.change(Requisition, stage.requisition_id, manager_id=stage.manager_id)
        stage.calibrate({id: 70 + values[0] + number for number, id in enumerate(ids)})
    elif name in ("release", "recall"):
        with stage.work.writing() as session:
            batch = session.exec(
                select(Batch).where(col(Batch.requisition_id) == stage.requisition_id).order_by(col(Batch.id).desc())
            ).first()
            if batch is None:
                return
            if name == "recall":
                recall(session, batch, "1")
                return
            try:
                release(session, batch, "1")
            except CannotRelease:
                return
    elif name == "wait":
        stage.clock.move(timedelta(minutes=values[0]))
        stage.run()
    elif name == "sneak":
        sneak(stage, ids, values[0])
    elif name == "position":
        changes = {
            "approved": {"status": "draft", "headcount_approved_by": "somebody"},
            "draft": {"status": "draft", "headcount_approved_by": None},
            "paused": {"paused": True},
            "resumed": {"paused": False},
        }.get(values[0], {"status": values[0]})
        stage.change(Requisition, stage.requisition_id, **changes)
    elif name == "forbid":
        forbid(stage, ids[values[0]], values[1])
    else:
        stage.run()


def sneak(stage: Any, ids: list[str], what: str) -> None:
    if what == "score":
        with stage.work.writing() as session:
            calibration = session.get_one(Calibration, stage.calibration_id)
            everyone = [(id, revision, 50) for id, revision, _score in best_first(session, calibration, 0)]
            session.execute(
                delete(CalibrationScore).where(col(CalibrationScore.calibration_id) == stage.calibration_id)
            )
            keep(session, calibration, grouped(everyone), stage.clock.now())
        return
    if what in ("manager", "current"):
        values = {"manager": {"manager_id": None}, "current": {"calibration_id": 10**9}}[what]
        stage.change(Requisition, stage.requisition_id, **values)
        return
    if stage.commitment_id:
        values = {
            "undone": {"state": "undone"},
            "cap": {"max_people": 1},
            "line": {"line": 99},
            "hash": {"requirement_hash": "other"},
            "version": {"score_version": "other"},
        }[what]
        stage.change(Commitment, stage.commitment_id, **values)


def forbid(stage: Any, id: str, how: str) -> None:
    stage.forbidden.add(id)
    with stage.work.writing() as session:
        employer = stage.connection.employer_id
        if how == "stop":
            suppress(session, stage.work.vault, employer_id=employer, address=f"{id}@person.example.com")
        elif how == "restrict":
            session.add(
                Restriction(employer_id=employer, kind="off_limits", profile_id=id, created_at=stage.clock.now())
            )
        else:
            profile = session.exec(
                select(Profile).where(col(Profile.profile_id) == id, col(Profile.employer_id) == employer)
            ).one()
            profile.revision += 1
            session.add(profile)


@given(
    before=st.lists(_ACTIONS, max_size=6),
    between=st.lists(_ACTIONS, max_size=4),
    last=_SNEAKS,
    outcomes=st.lists(st.sampled_from(["ok", "ok", "4xx", "5xx", "lost"]), max_size=6),
)
@settings(max_examples=25)
def test_no_promise_leaves_that_is_not_earned_at_that_moment(
    new_stage: Callable[..., Any],
    before: list[tuple[Any, ...]],
    between: list[tuple[Any, ...]],
    last: tuple[Any, ...],
    outcomes: list[str],
) -> None:
    stage = new_stage(per_minute=60_000, last_days=1, recall_seconds=600)
    stage.forbidden = set()
    ids = stage.people(6)
    witness = Witness(stage, outcomes, last_days=1)
    stage.work.smtp = witness
    stage.calibrate({id: 66 + 4 * number for number, id in enumerate(ids)})
    for action in (*_RELEASED, *before, *_RELEASED, *between, last, ("wait", 11), ("wait", 60)):
        act(stage, ids, action)
    assert witness.broken == []
    states = stage.states()
    # A letter of an earlier example, refused for the moment then, may leave in this one: one database serves all.
    scouts = {scout.id for scout in stage.scouts().values()}
    ours = {mail.message_id for mail in stage.mails() if mail.scout_id in scouts}
    assert sum(state in LEFT for state in states.values()) == sum(witness.left[id] for id in ours)
    with stage.work.writing() as session:
        lock_requisition(session, stage.requisition_id)  # whatever happened, nobody holds anything any more


@BOTH_DATABASES
def test_the_witness_sees_promises(new_stage: Callable[..., Any]) -> None:
    """The test above proves nothing when no committed letter ever leaves in it."""
    stage = new_stage(per_minute=60_000, last_days=1)
    stage.forbidden = set()
    ids = stage.people(6)
    witness = stage.work.smtp = Witness(stage, ["4xx"], last_days=1)
    stage.calibrate(dict.fromkeys(ids, 80))
    act(stage, ids, ("commit", 70, 3, 9, True))
    for action in (("run",), ("release",), ("wait", 11), ("wait", 11)):
        act(stage, ids, action)
    assert witness.broken == []
    assert witness.promised == 4  # three people, one of them at the second attempt
    assert sum(witness.left.values()) == 3


@given(
    forbidden=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["stop", "restrict", "change"]), st.booleans()), max_size=6
    )
)
@settings(max_examples=10)
def test_what_forbids_writing_after_the_release_still_forbids(
    new_stage: Callable[..., Any], forbidden: list[tuple[int, str, bool]]
) -> None:
    stage = new_stage(per_minute=60_000, recall_seconds=600)
    ids = stage.people(6)
    witness = stage.work.smtp = Witness(stage, ["4xx"] * 6, last_days=1)  # every letter is attempted, and asked, twice
    stage.calibrate(dict.fromkeys(ids, 90))
    stage.commit()
    stage.run()
    stage.release()
    for number, how, between in forbidden:
        if not between:
            forbid(stage, ids[number], how)
    stage.clock.move(timedelta(minutes=11))
    stage.run()
    witness.outcomes.clear()
    for number, how, between in forbidden:
        if between:
            forbid(stage, ids[number], how)
    for _ in range(3):
        stage.clock.move(timedelta(minutes=11))
        stage.run()
    assert witness.broken == []
    assert {id for id, state in stage.states().items() if state == "sent"} == set(ids) - stage.forbidden
    assert {id for id, state in stage.states().items() if state == "excluded"} == stage.forbidden


# R7 at a real mail server.


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours may catch it."""


class Mortal:
    """The real outbox in a process that may end before or after a mail went out."""

    configured = True

    def __init__(self, real: Any, fates: list[str]) -> None:
        self.real, self.fates, self.kills = real, fates, 0

    def deliver(self, raw: bytes, envelope_from: str, to: str) -> Any:
        fate = self.fates.pop(0) if self.fates else "live"
        if fate == "die_before":
            self.kills += 1
            raise Killed
        outcome = self.real.deliver(raw, envelope_from, to)
        if fate == "die_after":
            self.kills += 1
            raise Killed
        return outcome


@BOTH_DATABASES
@given(
    plan=st.lists(
        st.sampled_from(
            ["ok", "rcpt:450 later", "rcpt:550 5.1.1 gone", "data:451 later", "data:554 no", "drop", "drop_lost"]
        ),
        max_size=10,
    ),
    fates=st.lists(st.sampled_from(["live", "live", "die_before", "die_after"]), max_size=8),
)
@settings(max_examples=8)
def test_no_message_id_reaches_the_server_twice_and_every_letter_is_sent_refused_or_visibly_unknown(
    new_stage: Callable[..., Any], smtp: Any, real_outbox: Any, plan: list[str], fates: list[str]
) -> None:
    stage = new_stage(per_minute=60_000)
    ids = stage.people(4)
    stage.calibrate(dict.fromkeys(ids, 90))
    stage.commit()
    stage.run()
    stage.release()
    smtp.plan[:], smtp.accepted[:], smtp.answered[:] = plan, [], []
    mortal = stage.work.smtp = Mortal(real_outbox, list(fates))
    drops = sum(step.startswith("drop") for step in plan)
    stage.clock.move(timedelta(minutes=11))
    for _ in range(40):
        with contextlib.suppress(Killed):
            stage.run()
        stage.clock.move(timedelta(minutes=10))
        if not {"queued", "sending"} & set(stage.states().values()):
            break
    counted = Counter(smtp.message_ids())
    assert all(times == 1 for times in counted.values())
    scouts = stage.scouts()
    for scout in scouts.values():
        message_id = f"<{scout.reply_token}@mihon.example.com>"
        assert scout.state in ("sent", "refused", "unknown")
        if scout.state == "sent":
            assert message_id in smtp.answered
        if scout.state == "refused":
            assert message_id not in counted
    assert sum(scout.state == "unknown" for scout in scouts.values()) <= mortal.kills + drops


@BOTH_DATABASES
@given(order=st.permutations(["opt_out", "send", "opt_out_other"]))
@settings(max_examples=6)
def test_a_stop_holds_per_employer_and_never_later_than_it_was_said(
    new_stage: Callable[..., Any], second_employer: Any, smtp: Any, order: list[str]
) -> None:
    stage = new_stage(recall_seconds=0, per_minute=60_000)
    (id,) = stage.people(1)
    stage.calibrate({id: 90})
    stage.commit()
    stage.run()
    stage.release()
    smtp.accepted.clear()
    for step in order:
        if step == "send":
            stage.clock.move(timedelta(seconds=1))
            stage.run()
        else:
            employer = stage.connection.employer_id if step == "opt_out" else second_employer.id
            with stage.work.writing() as session:
                suppress(session, stage.work.vault, employer_id=employer, address=f"{id}@person.example.com")
    assert len(smtp.accepted) == (1 if order.index("send") < order.index("opt_out") else 0)
