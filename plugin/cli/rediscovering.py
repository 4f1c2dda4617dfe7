"""`kakuyaku profiles import --from-ats`: the ATS's own past candidates, page by page, from where the last run stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import click
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.records import PastPage
from plugin.cli.import_sources import Source
from plugin.cli.importing import Stop, run, stopping, tell, try_out
from plugin.cli.means import connections, opened
from plugin.cli.store_errands import errand, kept_when_stopped
from plugin.connections import policy_of
from plugin.people_in.applicants import read_past
from plugin.people_in.records import SetAside, Unread
from plugin.people_in.rejects import Rejects
from plugin.people_in.taking_in import Report
from plugin.rows import Connection, Employer, Rediscovery
from plugin.work.context import Work

T = TypeVar("T")

CURSOR_GOOD_FOR = timedelta(days=1)
"""A page's cursor is no promise of the vendor; an older one is not tried."""
MOST_WAITS = 20


def import_from_ats(name: str, since: datetime | None, dry_run: bool) -> None:
    """Read the past candidates of a connection and say what became of them."""
    with opened() as work:
        with work.reading() as session:
            found = connections(session, name)
            if len(found) != 1:
                raise click.ClickException(f"there are several connections of that name; give its number: {name!r}")
            connection = found[0]
            owner = session.get_one(Employer, connection.employer_id)
        ats = work.ats(connection)
        if not ats.supports("past_candidates"):
            raise click.ClickException(f"{connection.ats} has no list of past candidates we can read")
        policy = policy_of(connection)
        if policy.applicants_consent_from is None and not policy.applicants_consent_tag:
            click.echo(
                "This connection doesn't say who has agreed to hear of other positions: people are ranked, nobody is written to."
                " Set it with `kakuyaku connect` (docs/import.md).",
                err=True,
            )
        report = Report()
        with stopping() as stop, kept_when_stopped():
            try:
                done = _Reading(work, connection, ats, since, stop).read(report, dry_run)
            except ATSError as error:
                raise click.ClickException(
                    f"{error}. Everybody read so far is kept: the same command goes on."
                ) from None
        if dry_run:
            return
        if done:
            with kept_when_stopped():
                errand(work, owner, "apply")
        tell(report, Rejects(None))
        if not done:
            raise click.Abort("stopped; everybody read so far is kept: the same command goes on from there")


class _Reading:
    """One reading of an ATS's people. Where it stands is a row, written with the people of each page."""

    def __init__(self, work: Work, connection: Connection, ats: Connector, since: datetime | None, stop: Stop) -> None:
        self._work, self._connection, self._ats, self._since, self._stop = work, connection, ats, since, stop
        self._policy = policy_of(connection)

    def read(self, report: Report, dry_run: bool) -> bool:
        """Read page by page; False when somebody asked to stop before the end."""
        row_id, cursor = (0, "") if dry_run else self._begin()
        while True:
            page = self._page(cursor)
            cursor = page.cursor
            source = self._source(page)
            if dry_run:
                try_out(source)
            else:

                def along(session: Session, counted: Report, cursor: str = cursor) -> None:
                    self._keep(session, row_id, counted, cursor)

                run(self._work, self._connection.employer_id, source, self._stop, along=along, report=report)
                if not page.people:
                    with self._work.writing() as session:
                        along(session, Report())
            if not cursor:
                return True
            if self._stop.asked:
                return False

    def _source(self, page: PastPage) -> Source:
        def records() -> Iterable[Unread | SetAside]:
            return read_past(
                page.people,
                self._connection.key,
                self._policy,
                lambda file: patiently(lambda: self._ats.resume(file), self._stop),
                self._work.clock.now(),
            )

        return Source(self._connection.name, records, len(page.people), Rejects(None), step=max(1, len(page.people)))

    def _page(self, cursor: str) -> PastPage:
        try:
            return patiently(lambda: self._ats.past_candidates(self._since, cursor), self._stop)
        except ATSError as error:
            if not cursor or error.status not in (400, 404, 422):
                raise
            # The vendor has forgotten the cursor: from the beginning; who is in is passed over.
            return patiently(lambda: self._ats.past_candidates(self._since), self._stop)

    def _begin(self) -> tuple[int, str]:
        with self._work.writing() as session:
            now = self._work.clock.now()
            there = session.exec(
                select(Rediscovery)
                .where(
                    col(Rediscovery.connection_id) == self._connection.key,
                    col(Rediscovery.finished_at).is_(None),
                    col(Rediscovery.created_at) > now - CURSOR_GOOD_FOR,
                )
                .order_by(col(Rediscovery.id).desc())
            ).first()
            if there is not None and there.since == self._since:
                if there.cursor:
                    click.echo(f"going on after the {there.people:,} people of the last run", err=True)
                return there.key, there.cursor
            row = Rediscovery(
                employer_id=self._connection.employer_id,
                connection_id=self._connection.key,
                since=self._since,
                created_at=now,
            )
            session.add(row)
            session.flush()
            return row.key, ""

    def _keep(self, session: Session, row_id: int, counted: Report, cursor: str) -> None:
        row = session.get_one(Rediscovery, row_id)
        row.cursor, row.people = cursor, row.people + counted.read
        row.finished_at = None if cursor else self._work.clock.now()
        session.add(row)


def patiently(call: Callable[[], T], stop: Stop) -> T:
    """Call an ATS, and again when it says how long to wait or fails in passing; give up after many waits."""
    for attempt in range(MOST_WAITS + 1):
        try:
            return call()
        except ATSError as error:
            if error.permanent or attempt == MOST_WAITS or stop.asked:
                raise
            if error.status != 429 and attempt >= 3:
                raise
            wait = error.retry_after if error.retry_after is not None else min(30.0, 2.0**attempt)
            if wait > 2:
                click.echo(f"the ATS asks us to wait {wait:.0f} s …", err=True)
            time.sleep(min(wait, 120.0))
    raise AssertionError("unreachable: the last attempt returns or raises")
