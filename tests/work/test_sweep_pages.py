"""A sweep reads by the page: it goes on where it stood, begins anew where it must, and owes only what concerns us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from connectors.base import ATSError, Connector
from connectors.records import Choice, Decision, EventKind, Page, PersonChange, Requisition, RequisitionStatus
from plugin.alignment.decision import observe
from plugin.clock import SettableClock
from plugin.pipeline.people import source_of
from plugin.rows import Calibration, Connection, Job, Profile, RequirementRow, Sweep
from plugin.rows import Requisition as Row
from plugin.work import ticks
from plugin.work.context import Work
from plugin.work.handlers import HANDLERS
from plugin.work.jobs import Claim, owe
from plugin.work.sweeps import sweep_connection
from plugin.work.worker import Worker

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Paged(Connector):
    """An ATS that remembers which pages were asked for. `trouble`: raised at a cursor, once."""

    name = "paged"
    decisions_polled = True

    def __init__(self, requisitions: int, people: int = 0, made: datetime | None = None) -> None:
        super().__init__(credentials={}, secrets=[], options={})
        self.count, self.people, self.made = requisitions, people, made
        self.asked: list[str] = []
        self.trouble: dict[str, BaseException] = {}
        self.decisions: dict[str, Decision] = {}
        self.looked_at: list[str] = []

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        self.asked.append(cursor)
        if trouble := self.trouble.pop(cursor, None):
            raise trouble
        assert since is not None
        start = int(cursor or 0)
        ids = range(start, min(start + 2, self.count))
        items = (
            Requisition(str(id), "", RequisitionStatus.OPEN, "", False, False, self.made or since, since) for id in ids
        )
        return Page(tuple(items), str(start + 2) if start + 2 < self.count else "")

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        return Page(tuple(PersonChange(EventKind.CANDIDATE, f"p{n}", since) for n in range(self.people)))

    def read_decision(self, requisition_id: str) -> Decision | None:
        self.looked_at.append(requisition_id)
        if trouble := self.trouble.pop(requisition_id, None):
            raise trouble
        return self.decisions.get(requisition_id) or Decision(f"K-{requisition_id}", Choice.PENDING, "")


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


@pytest.fixture
def paged(work: Work, connection: Connection) -> Callable[..., Paged]:
    def make(requisitions: int, **how: Any) -> Paged:
        ats = Paged(requisitions, **how)
        work.ats = lambda connection: ats
        return ats

    return make


def sweep(work: Work, clock: SettableClock) -> None:
    clock.move(timedelta(seconds=work.settings.sweep_seconds + 1))
    ticks.owe_sweeps(work)
    Worker(work, {"sweep_connection": HANDLERS["sweep_connection"]}).run_due()


def owed(work: Work, kind: str) -> list[str]:
    with work.reading() as session:
        found = session.exec(select(Job).where(col(Job.kind) == kind).order_by(col(Job.id)))
        return [str(job.payload["ats_id"]) for job in found]


def row(work: Work, name: str = "requisitions") -> Sweep:
    with work.reading() as session:
        return session.exec(select(Sweep).where(col(Sweep.name) == name)).one()


def run(work: Work, connection: Connection) -> None:
    sweep_connection(work, Claim(0, connection.employer_id, connection.key, "sweep_connection", {}, 1, 0))


def test_a_killed_sweep_goes_on_at_its_page(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    ats = paged(7)
    ats.trouble["4"] = Killed()
    with pytest.raises(Killed):
        run(work, connection)
    began = row(work)
    assert (began.cursor, began.read_to) == ("4", None)
    assert owed(work, "read_requisition") == ["0", "1", "2", "3"]
    clock.move(timedelta(hours=1))
    run(work, connection)
    assert ats.asked == ["", "2", "4", "4", "6"]
    assert owed(work, "read_requisition") == [str(id) for id in range(7)]
    ended = row(work)
    assert ended.cursor == "" and ended.read_to == began.list_started_at  # what changed since it began comes next time


def test_a_passing_failure_keeps_the_page_for_the_next_sweep(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    ats = paged(5)
    ats.trouble["2"] = ATSError("busy", status=503)
    sweep(work, clock)
    assert row(work).cursor == "2" and row(work).error == "busy"
    sweep(work, clock)
    assert ats.asked == ["", "2", "2", "4"] and not row(work).error


@pytest.mark.parametrize("following", [{"2": "2"}, {"4": "2"}], ids=["itself", "an earlier one"])
def test_a_list_that_comes_back_to_a_page_it_had_is_left(
    work: Work, connection: Connection, paged: Callable[..., Paged], monkeypatch: Any, following: dict[str, str]
) -> None:
    ats = paged(9)
    page_of = ats.requisitions_page

    def circling(since: datetime | None, cursor: str = "") -> Page[Requisition]:
        assert len(ats.asked) < 9, "it is read for ever"
        page = page_of(since, cursor)
        return Page(page.items, following.get(cursor, page.cursor))

    monkeypatch.setattr(ats, "requisitions_page", circling)
    run(work, connection)
    assert {"0", "1", "2", "3"} <= set(owed(work, "read_requisition"))
    left = row(work)
    assert (left.cursor, left.read_to) == ("", None) and "read before" in left.error


def test_an_expired_cursor_begins_the_list_anew(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    ats = paged(5)
    ats.trouble["2"] = ATSError("cursor has expired", status=422, permanent=True)
    sweep(work, clock)
    assert ats.asked == ["", "2", "", "2", "4"]
    assert owed(work, "read_requisition") == ["0", "1", "2", "3", "4"] and not row(work).error


def test_a_page_that_is_always_refused_is_not_asked_for_ever(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    class Stubborn(dict[str, BaseException]):
        def pop(self, key: str, *default: Any) -> Any:
            assert len(ats.asked) < 20, "asked for ever"
            return ATSError("hidden", status=403, permanent=True) if key == "2" else None

    ats = paged(5)
    ats.trouble = Stubborn()
    sweep(work, clock)
    assert ats.asked == ["", "2", "", "2"] and row(work).error == "hidden"


def test_a_list_that_is_refused_is_not_asked_for_ever(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    ats = paged(5)
    ats.trouble[""] = ATSError("scope missing", status=403, permanent=True)
    sweep(work, clock)
    assert ats.asked == [""] and row(work).read_to is None


def test_two_sweeps_at_once_leave_the_list_to_one(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    ats = paged(7)
    page = ats.requisitions_page

    def overtaken(since: datetime | None, cursor: str = "") -> Page[Requisition]:
        if cursor == "2" and "6" not in ats.asked:
            found = page(since, cursor)
            ats.requisitions_page = page  # type: ignore[method-assign]
            run(work, connection)  # another worker reads to the end while this one waits for its answer
            return found
        return page(since, cursor)

    ats.requisitions_page = overtaken  # type: ignore[method-assign]
    run(work, connection)
    assert ats.asked == ["", "2", "2", "4", "6"]
    assert row(work).read_to is not None and row(work).cursor == ""


def test_the_first_sweep_reads_nothing_from_before_the_cut_off_but_what_was_picked(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    with work.writing() as session:
        stored = session.get_one(Connection, connection.key)
        stored.cut_off = clock.now()
        session.add(stored)
        session.add(_requisition(connection, clock, "1", picked=True))
    paged(3, made=LONG_AGO)
    sweep(work, clock)
    assert owed(work, "read_requisition") == ["1"]
    clock.move(timedelta(days=1))
    sweep(work, clock)  # touched since: from now on they are read, and skipped with a reason
    assert sorted(owed(work, "read_requisition")) == ["0", "1", "1", "2"]


def test_people_nobody_here_knows_are_not_read(
    work: Work, connection: Connection, second_employer: Any, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    with work.writing() as session:
        for id, employer, source in (
            ("p1", connection.employer_id, source_of(connection)),
            ("p2", second_employer.key, source_of(connection)),
            ("p3", connection.employer_id, "file"),
        ):
            session.add(
                Profile(
                    employer_id=employer,
                    profile_id=f"profile-{id}",
                    sealed=b"",
                    source=source,
                    ats_candidate_id=id,
                    created_at=clock.now(),
                )
            )
    paged(0, people=6)
    sweep(work, clock)
    assert owed(work, "read_person") == ["p1"]


def test_open_questions_are_looked_at_and_read_where_they_stand_differently(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    _asked(work, connection, clock, "9")
    _asked(work, connection, clock, "10", status="closed")
    _asked(work, connection, clock, "11", posted=False)
    _asked(work, connection, clock, "12")
    ats = paged(0)
    sweep(work, clock)
    assert sorted(ats.looked_at) == sorted(owed(work, "read_requisition")) == ["12", "9"]
    for id in ("9", "12"):
        _read(work, connection, id, ats)
    sweep(work, clock)
    assert len(owed(work, "read_requisition")) == 2, "what stands as it was read costs one look"
    ats.decisions["9"] = Decision("K-9", Choice.APPROVED, "75")
    sweep(work, clock)
    assert sorted(owed(work, "read_requisition")) == ["12", "9", "9"]


def test_a_decision_that_cannot_be_looked_at_is_said(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    for id in ("9", "12"):
        _asked(work, connection, clock, id)
    ats = paged(0)
    ats.trouble["9"] = ATSError("hidden", status=404, permanent=True)
    sweep(work, clock)
    assert owed(work, "read_requisition") == ["12"] and not row(work, "decisions").error
    ats.trouble["9"] = ATSError("busy", status=503)
    sweep(work, clock)
    assert row(work, "decisions").error == "busy"
    sweep(work, clock)
    assert not row(work, "decisions").error


def test_one_decision_that_answers_strangely_hides_no_other(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    for id in ("9", "12", "13", "14", "15"):
        _asked(work, connection, clock, id)
    ats = paged(0)
    ats.trouble["9"] = ATSError("an answer in a shape we do not know")
    sweep(work, clock)
    assert sorted(owed(work, "read_requisition")) == ["12", "13", "14", "15"] and row(work, "decisions").error
    ats.looked_at.clear()
    ats.trouble |= {id: ATSError("busy", status=503) for id in ("9", "12", "13", "14", "15")}
    sweep(work, clock)
    first = list(ats.looked_at)
    assert len(first) == 3, "one that is down is not asked for each of its questions"
    ats.looked_at.clear()
    sweep(work, clock)
    assert ats.looked_at[:2] == first[1:], "the next look begins one further on"


def test_a_letter_alone_is_heard_where_decisions_are_polled(
    work: Work, connection: Connection, clock: SettableClock, paged: Callable[..., Paged]
) -> None:
    _asked(work, connection, clock, "9")
    ats = paged(0)
    _read(work, connection, "9", ats)
    ats.decisions["9"] = Decision("K-9", Choice.PENDING, "", specification="B")
    sweep(work, clock)
    sweep(work, clock)
    assert owed(work, "read_requisition") == ["9"], "once, whatever becomes of it"


def test_an_application_that_is_decided_on_has_its_requisition_read(
    work: Work, connection: Connection, clock: SettableClock
) -> None:
    _asked(work, connection, clock, "9", place="app-1")
    with work.writing() as session:
        for id in ("app-1", "app-2"):
            owe(
                session,
                "read_application",
                id,
                employer_id=connection.employer_id,
                connection_id=connection.key,
                payload={"ats_id": id},
            )
    Worker(work, {"read_application": HANDLERS["read_application"]}).run_due()
    assert owed(work, "read_requisition") == ["9"]


def _read(work: Work, connection: Connection, id: str, ats: Paged) -> None:
    """Take note of the decision on a requisition, as its reading does."""
    with work.writing() as session:
        found = session.exec(select(Row).where(col(Row.ats_id) == id)).one()
        stands = ats.read_decision(id)
        assert stands is not None
        observe(session, work, connection, found, session.get(Calibration, found.calibration_id), stands)


def _requisition(connection: Connection, clock: SettableClock, id: str, **more: Any) -> Row:
    return Row(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        ats_id=id,
        title="営業",
        created_at=clock.now(),
        **{"status": "open", **more},
    )


def _asked(
    work: Work,
    connection: Connection,
    clock: SettableClock,
    id: str,
    *,
    status: str = "open",
    posted: bool = True,
    place: str = "",
) -> None:
    """A requisition whose calibration asks for a decision."""
    with work.writing() as session:
        requisition = _requisition(connection, clock, id, status=status)
        session.add(requisition)
        session.flush()
        own: dict[str, Any] = {
            "employer_id": connection.employer_id,
            "requisition_id": requisition.key,
            "created_at": clock.now(),
        }
        requirement = RequirementRow(**own, hash="h", parser_version=1, text="", parsed={})
        session.add(requirement)
        session.flush()
        calibration = Calibration(
            **own,
            requirement_id=requirement.key,
            short_id=f"K-{id}",
            requirement_hash="h",
            guidance_hash="g",
            state="done",
            posted_at=clock.now() if posted else None,
            decision_place=place,
        )
        session.add(calibration)
        session.flush()
        requisition.calibration_id = calibration.key
        session.add(requisition)
