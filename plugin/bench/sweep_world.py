"""What `bench sweep` needs around it: a clock several processes share, a crowded ATS, and somebody who counts its calls."""

from __future__ import annotations

import math
import mmap
import struct
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from connectors.pace import Timekeeper
from connectors.records import Rate
from connectors.sandbox.kit import Placement, StandIn
from connectors.sandbox.standins import stand_in

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CUT_OFF = START - timedelta(hours=1)
AT_ONCE = 1000
"""People made in one second: a crowd has as many changes at one moment as an import leaves."""


A_REQUEST = 0.02
"""Seconds until an answer comes: no vendor is asked a hundred things in one moment."""


class SharedClock:
    """Time that passes only when somebody sleeps, the same in every process that opens its file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 8)
        self._lock = threading.Lock()

    def _milliseconds(self) -> int:
        found: int = struct.unpack("q", self._memory[:8])[0]
        return found

    def seconds(self) -> float:
        return self._milliseconds() / 1000

    def now(self) -> datetime:
        return START + timedelta(milliseconds=self._milliseconds())

    def sleep(self, seconds: float) -> None:
        # A millisecond more than asked: nobody is early by what a float loses.
        with self._lock:
            self._memory[:8] = struct.pack("q", self._milliseconds() + math.ceil(seconds * 1000) + 1)

    def timekeeper(self) -> Timekeeper:
        return Timekeeper(self.seconds, self.sleep)

    def close(self) -> None:
        self._memory.close()


class Counted:
    """A WSGI application that remembers what was asked, how often, and the most calls in any window of the rate."""

    def __init__(self, app: Callable[..., Iterable[bytes]], clock: SharedClock, rate: Rate) -> None:
        self._app, self._clock, self.rate = app, clock, rate
        self._lock = threading.Lock()
        self._recent: deque[float] = deque()
        self.asked: Counter[tuple[str, str, bytes]] = Counter()
        self.most = 0

    @property
    def total(self) -> int:
        return sum(self.asked.values())

    @property
    def again(self) -> int:
        """How many requests had been made before, word for word; signing in is no list."""
        return sum(count - 1 for (_, path, _), count in self.asked.items() if "token" not in path)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        path = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
        with self._lock:
            now = self._clock.seconds()
            self.asked[(environ["REQUEST_METHOD"], path, body)] += 1
            while self._recent and self._recent[0] <= now - self.rate.seconds:
                self._recent.popleft()
            self._recent.append(now)
            self.most = max(self.most, len(self._recent))
        # The only client waits for its answer, so nobody else moves the clock meanwhile.
        self._clock.sleep(A_REQUEST)
        return self._app(environ, start_response)


def crowded(name: str, clock: SharedClock, rate: Rate, requisitions: int, people: int) -> tuple[Any, Counted]:
    """A vendor's stand-in with so many requisitions, each with a text, and people, each on one of them."""
    made: Any = stand_in(name)
    if isinstance(made, type) and issubclass(made, StandIn):
        there: Any = made(now=clock.now, rate=rate)
        _fill(there, clock, requisitions, people)
        app = there.app
    else:
        there = made(now=clock.now)
        _fill_sandbox(there.sandbox.store, clock, requisitions, people)
        app = there.sandbox.app
    counted = Counted(app.wsgi_app, clock, rate)
    app.wsgi_app = counted
    return there, counted


def some_people(there: Any, most: int = 40) -> list[set[str]]:
    """A few of the people there, from first to last: each with the ids it may go by, a candidate's or an application's."""
    if not isinstance(there, StandIn):
        rows = [{str(row["id"])} for row in there.sandbox.store.select("candidates", "1", [])]
    else:
        rows = [{one.id, one.person_id} for one in there.world.applications.values() if "api" in _maker(there, one)]
    return rows[:: max(1, len(rows) // most)]


def _maker(there: StandIn, one: Placement) -> dict[str, Any]:
    """What is noted of whom an application is of: calibration people were not made here."""
    return there.world.people[one.person_id].extra


def _fill(there: StandIn, clock: SharedClock, requisitions: int, people: int) -> None:
    with there.world.quiet():
        ids = []
        for number in range(requisitions):
            if number % AT_ONCE == 0:
                clock.sleep(1)
            ids.append(there.create_requisition(title=f"求人 {number}", description="<p>Python 5年以上</p>"))
        stage = there.world.stages_of(ids[0])[0].id
        for number in range(people):
            if number % AT_ONCE == 0:
                clock.sleep(1)
            # They came with their application; who is there without one would be listed beside it at some vendors.
            address = f"p{number}@example.com"
            person = there.world.add_person("花子", f"見本{number}", emails=[address], extra={"api": True})
            there.world.add_application(person.id, ids[number % requisitions], stage)


def _fill_sandbox(store: Any, clock: SharedClock, requisitions: int, people: int) -> None:
    """Greenhouse's sandbox keeps its world in tables of its own."""
    with store.whole():
        jobs = []
        for number in range(requisitions):
            if number % AT_ONCE == 0:
                clock.sleep(1)
            job = store.add("jobs", name=f"求人 {number}", status="open", confidential=False, is_template=False)
            jobs.append(job["id"])
            store.add(
                "job_posts", job_id=job["id"], title=f"求人 {number}", content="<p>Python</p>", live=True, active=True
            )
            store.add("job_hiring_managers", job_id=job["id"], user_id=store.rows("users")[0]["id"])
        for number in range(people):
            if number % AT_ONCE == 0:
                clock.sleep(1)
            address = [{"value": f"p{number}@example.com", "type": "personal"}]
            store.add(
                "candidates", first_name="花子", last_name=f"見本{number}", email_addresses=address, private=False
            )
