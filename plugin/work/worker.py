"""The worker: takes what is due, works it, and decides what a failure means.

Handlers raise where they know; here it is decided: wait (`NotYet`), try again later (`ATSError`, an unexpected
exception), or set aside for a person (`Park`, a permanent refusal, too many failures). A parked job keeps the vendor's
own words and opens a task.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import col, select

from connectors.base import ATSError, Unsupported
from plugin.database import now_of
from plugin.rows import Connection
from plugin.sealing import Erased
from plugin.settings import WrongSetting
from plugin.tasks import open_task
from plugin.work import jobs, rates
from plugin.work.context import Handler, Work
from plugin.work.handlers import CALLS_ATS, HANDLERS, SENDERS, handler_of
from plugin.work.jobs import BULK, INTERACTIVE, OUTAGE, SURPRISES, Claim, LostLease, NotYet, Park

log = structlog.get_logger(__name__)

IDLE_POLL = 0.025
"""Seconds between looks for due work: interactive work is picked up within 50 ms."""
BUSY_WAIT = timedelta(seconds=2)
LONGEST = 3600.0
"""Seconds after which a handler that still runs is no longer given more time."""


@dataclass
class _Hand:
    """One thread's place: what it holds now. `lane` is the least urgent it takes."""

    lane: int
    claim: Claim | None = None
    seconds: float = 0.0
    ready: threading.Event = field(default_factory=threading.Event)


class Worker:
    """Works owed jobs in `threads` threads, and one more that only takes interactive ones.

    `start()` and `stop()` run it beside the caller; `run_due()` works in the calling thread instead, for tests and the
    story. Handlers get a `Work` of their own with the claim in it.
    """

    def __init__(
        self, work: Work, handlers: Mapping[str, str | Handler] = HANDLERS, threads: int | None = None
    ) -> None:
        self._work = work
        self._handlers = handlers
        self._threads = threads or work.settings.worker_threads
        self._hands: list[_Hand] = []
        self._running: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._wake = threading.Event()

    # One job.

    def claim(self, *, up_to_lane: int = BULK, but_not: tuple[str, ...] = ()) -> Claim | None:
        """Take the next due job that may run now; one whose vendor asked us to wait goes back until then."""
        while True:
            with self._work.writing() as session:
                claim = jobs.claim(
                    session,
                    lease_seconds=self._work.settings.lease_seconds,
                    up_to_lane=up_to_lane,
                    but_not=but_not,
                )
                if claim is None or claim.kind not in CALLS_ATS or claim.connection_id is None:
                    return claim
                until = rates.held_off_until(session, claim.connection_id)
                if until is None:
                    return claim
                jobs.put_back(session, claim, due=until)

    def work_on(self, claim: Claim) -> None:
        """Run the handler of a claimed job and settle what came of it. Raises nothing but what ends a process."""
        if claim.failures >= OUTAGE:
            why = f"given up after {claim.failures} tries; the last one ended its whole process"
            self._try(partial(self._park, claim, why))
            return
        work = replace(self._work, claim=claim, finished=False, closing=[])
        structlog.contextvars.bind_contextvars(job=claim.id, kind=claim.kind)
        try:
            handler = handler_of(self._handlers, claim.kind)
            if handler is None:
                raise Park(f"this version of kakuyaku has no work of kind {claim.kind!r}; update every process")
            handler(work, claim)
            if not work.finished:
                with work.writing() as session:
                    jobs.finish(session, claim)
        except LostLease:
            log.info("job_taken_over")
        except OperationalError as error:
            # The database is busy or away. The lease ends by itself if even putting the job back fails.
            log.warning("database_unavailable", error=type(error.orig).__name__)
            self._try(partial(self._put_back, claim, BUSY_WAIT, "the database did not answer", failed=False))
        except Exception as error:  # every way a handler can fail is settled here, or a job would be lost
            self._try(partial(self._settle, claim, error))
        finally:
            structlog.contextvars.unbind_contextvars("job", "kind")

    def run_due(self, limit: int | None = None) -> int:
        """Work what is due now in this thread until nothing is; return how many jobs ran."""
        ran = 0
        while limit is None or ran < limit:
            claim = self.claim()
            if claim is None:
                return ran
            self.work_on(claim)
            ran += 1
        return ran

    # What a failure means.

    def _settle(self, claim: Claim, error: Exception) -> None:
        if isinstance(error, NotYet):
            with self._work.writing() as session:
                jobs.put_back(session, claim, due=error.until, error=str(error))
        elif isinstance(error, Park | Unsupported | WrongSetting):
            self._park(claim, str(error))
        elif isinstance(error, Erased):
            self._park(claim, "the person this is about was erased; nothing is left to do")
        elif isinstance(error, ATSError):
            if error.permanent:
                self._park(claim, str(error))
            elif claim.failures + 1 >= OUTAGE:
                self._park(claim, f"{error} (tried {claim.failures + 1} times)")
            else:
                self._ats_failed(claim, error)
        elif type(error).__name__ == "StoreBusy":  # named, not imported: ranking's store loads numpy
            self._put_back(claim, BUSY_WAIT, str(error), failed=False)
        else:
            where = _where(error)
            log.error("job_surprised", error=type(error).__name__, where=where, failures=claim.failures + 1)
            words = f"{type(error).__name__} at {where}{_words(error)}"
            if claim.failures + 1 >= SURPRISES:
                self._park(claim, f"{words} (tried {claim.failures + 1} times)")
            else:
                self._put_back(claim, jobs.back_off(claim.failures), words, failed=True)

    def _ats_failed(self, claim: Claim, error: ATSError) -> None:
        wait = jobs.back_off(claim.failures, error.retry_after)
        log.warning("ats_failed", status=error.status, wait=wait.total_seconds(), failures=claim.failures + 1)
        with self._work.writing() as session:
            now = now_of(session)
            if claim.connection_id is not None and (error.status == 429 or error.retry_after):
                pause = timedelta(seconds=error.retry_after or 30.0)
                rates.hold_off(session, claim.employer_id, claim.connection_id, now + pause)
            # A limit is no failure of this job: it counts only where something was wrong.
            limited = error.status == 429
            due = now + (timedelta(seconds=error.retry_after or 30.0) if limited else wait)
            jobs.put_back(session, claim, due=due, error=str(error), failed=not limited)

    def _put_back(self, claim: Claim, wait: timedelta, words: str, *, failed: bool) -> None:
        with self._work.writing() as session:
            jobs.put_back(session, claim, due=now_of(session) + wait, error=words, failed=failed)

    def _park(self, claim: Claim, why: str) -> None:
        log.warning("job_parked", failures=claim.failures)
        with self._work.writing() as session:
            jobs.park(session, claim, why)
            # Work of a whole employer (its promises, its profiles) is told where its first connection's people look.
            told = (
                claim.connection_id
                or session.exec(
                    select(Connection.id)
                    .where(col(Connection.employer_id) == claim.employer_id)
                    .order_by(col(Connection.id))
                ).first()
            )
            if told is not None:
                open_task(
                    session,
                    employer_id=claim.employer_id,
                    connection_id=told,
                    kind="parked_job",
                    name=f"{claim.id}:{claim.attempts}",
                    subject="job",
                    subject_id=claim.id,
                    facts={"kind": claim.kind},
                )

    def _try(self, settle: Callable[[], None]) -> None:
        """Settle, if the database lets us: else the lease ends by itself and the job is worked again."""
        try:
            settle()
        except LostLease:
            log.info("job_taken_over")
        except DBAPIError as error:
            log.warning("job_not_settled", error=type(error.orig).__name__)
        except Exception as error:  # a thread that ended here would take no work ever again
            log.error("job_not_settled", error=type(error).__name__, where=_where(error))

    # Threads.

    def start(self) -> None:
        """Work in threads until `stop`."""
        self._stopping.clear()
        self._hands = [_Hand(BULK) for _ in range(self._threads)] + [_Hand(INTERACTIVE)]
        targets = [(self._hold, (hand,)) for hand in self._hands]
        self._running = [
            threading.Thread(target=target, args=arguments, name=f"worker-{place}", daemon=True)
            for place, (target, arguments) in enumerate(targets)
        ]
        self._running.append(threading.Thread(target=self._hand_out, name="worker-claims", daemon=True))
        self._running.append(threading.Thread(target=self._renew, name="worker-leases", daemon=True))
        for thread in self._running:
            thread.start()

    def stop(self, wait: float = 30.0) -> bool:
        """Take no more work and wait for what runs; False when something still ran after `wait` seconds."""
        self._stopping.set()
        self._wake.set()
        for hand in self._hands:
            hand.ready.set()
        for thread in self._running:
            thread.join(wait)
        ended = not any(thread.is_alive() for thread in self._running)
        self._running = []
        return ended

    def _hand_out(self) -> None:
        """Claim for the hands that are free; one thread does this, so that idle looks stay cheap."""
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if not self._give_one():
                    self._wake.wait(IDLE_POLL)
            except DBAPIError as error:
                log.warning("database_unavailable", error=type(error.orig).__name__)
                self._stopping.wait(1.0)

    def _give_one(self) -> bool:
        """Claim one job for a free hand; False when there is nothing to give or nobody to take it."""
        free = next((hand for hand in self._hands if hand.claim is None), None)
        if free is None:
            return False
        with self._work.reading() as session:
            if not jobs.anything_due(session):
                return False
        sending = sum(1 for hand in self._hands if hand.claim is not None and hand.claim.kind in SENDERS)
        full = sending >= self._work.settings.sender_threads
        claim = self.claim(up_to_lane=free.lane, but_not=SENDERS if full else ())
        if claim is None:
            return False
        free.seconds = 0.0
        free.claim = claim
        free.ready.set()
        return True

    def _hold(self, hand: _Hand) -> None:
        while True:
            hand.ready.wait()
            hand.ready.clear()
            if hand.claim is not None:
                try:
                    self.work_on(hand.claim)
                finally:
                    hand.claim = None
                    self._wake.set()
            if self._stopping.is_set():
                return

    def _renew(self) -> None:
        """Hold the leases of jobs that run long, so that a dead worker's jobs come free soon and a slow one's don't."""
        every = self._work.settings.lease_seconds / 3
        while not self._stopping.wait(every):
            for hand in self._hands:
                claim = hand.claim
                hand.seconds += every
                if claim is None or hand.seconds > LONGEST:
                    continue
                try:
                    with self._work.writing() as session:
                        jobs.renew(session, claim, self._work.settings.lease_seconds)
                except DBAPIError as error:
                    log.warning("lease_not_renewed", error=type(error.orig).__name__)


_OURS = Path(__file__).resolve().parents[2]


def _where(error: BaseException) -> str:
    """File, line and function of the innermost frame of ours. Values are left out: they may be somebody's name."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_OURS) and ".venv" not in frame.filename]
    if not frames:
        return "an unknown place"
    frame = (ours or frames)[-1]
    path = Path(frame.filename)
    name = path.relative_to(_OURS) if path.is_relative_to(_OURS) else path.name
    return f"{name}:{frame.lineno} in {frame.name}"


def _words(error: BaseException) -> str:
    """An exception's message where it is one of ours, which name ids only; others may quote people."""
    module = type(error).__module__
    return f": {error}" if module.split(".")[0] in ("plugin", "connectors", "ranking") else ""
