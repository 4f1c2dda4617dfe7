"""Letters with and without the promise compared, by a rule written down before the first of them (E16, E17, R10).

Nobody sees a result before the rule is reached, and a person who stops early gets none: looking while it runs and
stopping when it looks good finds differences that are not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline.calendar import end_of_day
from plugin.rows import Connection, Experiment, Promise, Reply, Scout
from plugin.scouting.compiler import COMMITTED, STANDARD
from plugin.scouting.shares import Share, difference, needed, share

MEETING, REPLY = "meeting", "reply"
ARMS = (COMMITTED, STANDARD)


class CannotStart(ValueError):
    """An experiment can't be started like this. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rule:
    """What is written down before the first letter: what is measured, what is expected, when it ends."""

    measure: str
    expected_standard: float
    expected_committed: float
    window_days: int
    per_arm: int | None = None
    until: date | None = None

    def needed(self) -> int:
        return needed(self.expected_standard, self.expected_committed)


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure over both arms: letters sent (the denominator), and how many led to it within the window."""

    measure: str
    committed: Share
    standard: Share
    difference: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an experiment stands. `sent` by arm; `compared` only once its rule is reached, None until then."""

    experiment: Experiment
    sent: dict[str, int]
    reached: bool
    compared: tuple[Compared, ...] | None


def running(session: Session, connection_id: int) -> Experiment | None:
    """The experiment of an account that runs now; there is at most one."""
    return session.exec(
        select(Experiment).where(col(Experiment.connection_id) == connection_id, col(Experiment.state) == "running")
    ).first()


def all_of(session: Session, connection_id: int) -> list[Experiment]:
    """Every experiment of an account, the newest first."""
    return list(
        session.exec(
            select(Experiment).where(col(Experiment.connection_id) == connection_id).order_by(col(Experiment.id).desc())
        )
    )


def start(session: Session, connection: Connection, rule: Rule, by: str) -> Experiment:
    """Register an experiment and begin it with the next batch. Raises `CannotStart`. Does not commit."""
    now = now_of(session)
    before = running(session, connection.key)
    if before is not None and not reached(session, before):
        raise CannotStart("runs_already")
    if rule.measure not in (MEETING, REPLY):
        raise CannotStart("measure")
    if (rule.per_arm is None) == (rule.until is None):
        raise CannotStart("one_rule")
    if rule.per_arm is not None and rule.per_arm < 1:
        raise CannotStart("per_arm")
    if rule.until is not None and rule.until <= now.astimezone(ZoneInfo(policy_of(connection).zone)).date():
        raise CannotStart("until")
    if not 1 <= rule.window_days <= 180:
        raise CannotStart("window")
    try:
        wanted = rule.needed()
    except ValueError:
        raise CannotStart("expected") from None
    if before is not None:
        stop(session, before, by)  # its rule is reached: that ends it, and makes room for the next
    experiment = Experiment(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        measure=rule.measure,
        expected_standard=rule.expected_standard,
        expected_committed=rule.expected_committed,
        needed=wanted,
        per_arm=rule.per_arm,
        until=rule.until,
        window_days=rule.window_days,
        started_by=by,
        created_at=now,
    )
    session.add(experiment)
    session.flush()
    record(
        session,
        connection.employer_id,
        "experiment",
        experiment.key,
        "started",
        actor=by,
        measure=rule.measure,
        expected_standard=rule.expected_standard,
        expected_committed=rule.expected_committed,
        needed=wanted,
        per_arm=rule.per_arm,
        until=rule.until.isoformat() if rule.until else None,
        window_days=rule.window_days,
    )
    return experiment


def stop(session: Session, experiment: Experiment, by: str) -> bool:
    """End an experiment by hand; before its rule is reached that means without a result. False when it had ended."""
    session.refresh(experiment)
    if experiment.state != "running":
        return False
    done = reached(session, experiment)
    experiment.state = "ended" if done else "stopped"
    experiment.ended_at, experiment.ended_by = now_of(session), by
    session.add(experiment)
    session.flush()
    record(session, experiment.employer_id, "experiment", experiment.key, experiment.state, actor=by)
    return True


def room_for(session: Session, experiment: Experiment) -> bool:
    """Whether letters drafted now still belong to it: its rule has not filled an arm, its last day has not passed."""
    if experiment.state != "running":
        return False
    if experiment.until is not None:
        return now_of(session) <= _last_moment(session, experiment)
    drafted = dict(
        session.exec(
            select(Scout.arm, func.count())
            .where(
                col(Scout.experiment_id) == experiment.key,
                col(Scout.state).in_(("drafted", "queued", "sending", "sent", "unknown")),
            )
            .group_by(col(Scout.arm))
        ).all()
    )
    return min(drafted.get(arm, 0) for arm in ARMS) < (experiment.per_arm or 0)


def reached(session: Session, experiment: Experiment) -> bool:
    """Whether the rule is reached: every letter it counts has left, and the window after the last of them is over."""
    counted = _counted(session, experiment)
    now, window = now_of(session), timedelta(days=experiment.window_days)
    if experiment.until is not None:
        if now <= _last_moment(session, experiment):
            return False
    elif min(len(counted[arm]) for arm in ARMS) < (experiment.per_arm or 0):
        return False
    last = max((sent for scouts in counted.values() for _scout, sent in scouts), default=now)
    return all(counted.values()) and now > last + window


def standing(session: Session, experiment: Experiment) -> Standing:
    """How an experiment stands. Nothing is compared before its rule is reached, nor where it was stopped before."""
    counted = _counted(session, experiment)
    done = experiment.state != "stopped" and reached(session, experiment)
    compared = None
    if done:
        compared = tuple(_compare(session, experiment, measure, counted) for measure in (REPLY, MEETING))
    return Standing(experiment, {arm: len(counted[arm]) for arm in ARMS}, done, compared)


Counted = dict[str, list[tuple[Scout, datetime]]]


def _counted(session: Session, experiment: Experiment) -> Counted:
    """The letters that count, by arm, in the order they left: up to the number, or the day, that was registered."""
    found: Counted = {arm: [] for arm in ARMS}
    last = _last_moment(session, experiment) if experiment.until is not None else None
    for scout in session.exec(
        select(Scout)
        .where(col(Scout.experiment_id) == experiment.key, col(Scout.state) == "sent", col(Scout.sent_at).is_not(None))
        .order_by(col(Scout.sent_at), col(Scout.id))
    ):
        if scout.sent_at is None or (last is not None and scout.sent_at > last):
            continue
        if experiment.per_arm is None or len(found[scout.arm]) < experiment.per_arm:
            found[scout.arm].append((scout, scout.sent_at))
    return found


def _last_moment(session: Session, experiment: Experiment) -> datetime:
    if experiment.until is None:
        raise ValueError("this experiment ends by number, not by date")
    zone = policy_of(session.get_one(Connection, experiment.connection_id)).zone
    return end_of_day(experiment.until, zone)


def _compare(session: Session, experiment: Experiment, measure: str, counted: Counted) -> Compared:
    window = timedelta(days=experiment.window_days)
    shares = {}
    for arm, scouts in counted.items():
        when = (_first_yes if measure == REPLY else _met)(session, [scout.key for scout, _sent in scouts])
        hits = sum(1 for scout, sent in scouts if scout.key in when and when[scout.key] <= sent + window)
        shares[arm] = share(hits, len(scouts))
    committed, standard = shares[COMMITTED], shares[STANDARD]
    return Compared(measure, committed, standard, difference(committed, standard))


def _first_yes(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """When each person first said they were interested."""
    rows = session.exec(
        select(Reply.scout_id, func.min(Reply.received_at))
        .where(col(Reply.scout_id).in_(ids), col(Reply.intent) == "interested", col(Reply.state) != "triage")
        .group_by(col(Reply.scout_id))
    ).all()
    return {id: when for id, when in rows if id is not None}


def _met(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """When each person was met, where they were: both arms are owed the meeting, so both have a promise inside."""
    rows = session.exec(
        select(Promise.scout_id, Promise.kept_at).where(
            col(Promise.scout_id).in_(ids), col(Promise.kept_at).is_not(None)
        )
    ).all()
    return {id: when for id, when in rows if when is not None}
