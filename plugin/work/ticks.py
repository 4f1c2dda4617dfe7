"""Ticks: a timer that only owes what is due and keeps house. Safe in any number of processes.

Business deadlines are rows, never timer jobs: APScheduler's memory store forgets them with the process, and two
processes sharing a store would both fire. A tick's job carries its slot in its key, so that twice is once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from plugin import provision, retention
from plugin.alignment import questions
from plugin.database import now_of
from plugin.pipeline import feeds
from plugin.rows import Connection, Employer, Job, Lease
from plugin.scouting.followups import owe_follow_ups
from plugin.scouting.mailbox import owe_polls
from plugin.work.context import Work
from plugin.work.deliveries import drop_expired
from plugin.work.jobs import owe

log = structlog.get_logger(__name__)

PROMISE_SECONDS = 60
HOUSE_SECONDS = 600
RETENTION_SECONDS = 3600
TICKED = ("sweep_connection", "poll_mailbox", "promise_clock", "read_feed", "expire_people")
KEEP_TICKED = timedelta(days=1)


def owe_sweeps(work: Work) -> None:
    """Owe one sweep of every active connection for the current slot."""
    with work.writing() as session:
        slot = _slot(session, work.settings.sweep_seconds)
        for connection in session.exec(select(Connection).where(col(Connection.state) == "active")):
            owe(
                session,
                "sweep_connection",
                f"{connection.key}:{slot}",
                employer_id=connection.employer_id,
                connection_id=connection.key,
                payload={"connection_id": connection.key, "slot": slot},
            )


def owe_mailbox(work: Work) -> None:
    """Owe one look into every mailbox: the installation's, which serves every connection, and those of connections."""
    with work.writing() as session:
        owe_polls(session, work.settings, str(_slot(session, work.settings.imap_poll_seconds)))


def owe_promise_clock(work: Work) -> None:
    """Owe one look at every employer's promises."""
    with work.writing() as session:
        slot = _slot(session, PROMISE_SECONDS)
        for employer_id in session.exec(select(Employer.id)).all():
            if employer_id is not None:
                owe(session, "promise_clock", f"{employer_id}:{slot}", employer_id=employer_id, payload={"slot": slot})


def owe_calendars(work: Work) -> None:
    """Owe one reading of every manager's calendar feed."""
    with work.writing() as session:
        feeds.owe_feeds(session, _slot(session, feeds.READ_SECONDS))


def owe_retention(work: Work) -> None:
    """Owe the day's erasing of whose time is over, and drop records of handing on that need not be kept any more."""
    with work.writing() as session:
        retention.owe_expiry(session)
        provision.drop_old(session)


def keep_house(work: Work) -> None:
    """Drop expired bytes and questions, leases of the dead, yesterday's ticks and jobs done long ago."""
    with work.writing() as session:
        now = now_of(session)
        dropped = drop_expired(session)
        questions.drop_expired(session)
        session.execute(delete(Lease).where(col(Lease.until) < now - timedelta(hours=1)))
        done = col(Job.state) == "done"
        ticked = col(Job.kind).in_((*TICKED, "question"))
        session.execute(delete(Job).where(done, ticked, col(Job.finished_at) < now - KEEP_TICKED))
        # As long as the bytes that may owe them again are kept, their names keep twice from being more than once.
        kept = timedelta(days=work.settings.delivery_days + 1)
        session.execute(delete(Job).where(done, col(Job.finished_at) < now - kept))
    if dropped:
        log.info("deliveries_expired", count=dropped)


def tick(work: Work) -> None:
    """Everything a timer would do now, once: for tests and the story, whose clock is moved by hand."""
    for duty in (owe_sweeps, owe_mailbox, owe_promise_clock, owe_follow_ups, owe_calendars, owe_retention, keep_house):
        duty(work)


class Ticker:
    """The timer of one process. Start it after any fork."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._scheduler = BackgroundScheduler(timezone="UTC")
        for duty, seconds in (
            (owe_sweeps, work.settings.sweep_seconds),
            (owe_mailbox, work.settings.imap_poll_seconds),
            (owe_promise_clock, PROMISE_SECONDS),
            (owe_follow_ups, HOUSE_SECONDS),
            (owe_calendars, feeds.READ_SECONDS),
            (owe_retention, RETENTION_SECONDS),
            (keep_house, HOUSE_SECONDS),
        ):
            self._scheduler.add_job(
                self._run,
                "interval",
                args=(duty,),
                seconds=seconds,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                next_run_time=datetime.now().astimezone(),
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=True)

    def _run(self, duty: Callable[[Work], None]) -> None:
        try:
            duty(self._work)
        except DBAPIError as error:
            # The next tick does what this one couldn't.
            log.warning("tick_failed", duty=duty.__name__, error=type(error.orig).__name__)


def _slot(session: Session, seconds: int) -> int:
    return int(now_of(session).timestamp()) // seconds
