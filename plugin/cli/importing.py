"""`kakuyaku profiles import`: people from files, folders of résumés and the ATS, into the store."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click
from sqlmodel import Session

from plugin.cli.import_sources import Source, source_at
from plugin.cli.means import opened, quiet
from plugin.cli.store_errands import errand, kept_when_stopped, owner_of
from plugin.people_in.folding import said
from plugin.people_in.records import NEEDS_CONSENT, Defaults, SetAside, Unread
from plugin.people_in.rejects import Rejects
from plugin.people_in.taking_in import Report, take_in
from plugin.work.context import Work

_SHOWN = 20


def import_people(
    path: Path,
    employer: str,
    create: bool,
    defaults: Defaults,
    mapping: Path | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Import a file or a folder and say what became of everybody in it."""
    with opened() as work:
        now = work.clock.now()
        source = source_at(path, defaults, mapping, now, yes or dry_run)
        if dry_run:
            try_out(source)
            return
        owner = owner_of(work, employer, create)
        with stopping() as stop, kept_when_stopped():
            report = run(work, owner.key, source, stop)
        if not report.read:
            raise click.ClickException(f"{path} holds nobody to import")
        if not report.new + report.changed + report.folded + report.known:
            raise click.ClickException(f"{path} holds no profile that can be taken in")
        if stop.asked:
            tell(report, source.rejects)
            raise click.Abort(f"stopped after {report.last}; everybody up to there is kept: the same command goes on")
        with kept_when_stopped():
            errand(work, owner, "apply")
        tell(report, source.rejects)


def defaults_of(
    source: str, basis: str | None, consent_date: datetime | None, as_of: datetime | None, now: datetime
) -> Defaults:
    """What holds for a whole file, checked: no basis that needs consent without the day it was given."""
    consent = consent_date.replace(tzinfo=UTC) if consent_date else None
    known = as_of.replace(tzinfo=UTC) if as_of else None
    if basis in NEEDS_CONSENT and consent is None:
        raise click.UsageError(f"--basis {basis} holds only with consent: say since when with --consent-date.")
    for name, day in (("--consent-date", consent), ("--as-of", known)):
        if day is not None and day > now:
            raise click.UsageError(f"{name} lies in the future.")
    return Defaults(source=source, contact_basis=basis, consent_at=consent, as_of=known)


def run(
    work: Work,
    employer_id: int,
    source: Source,
    stop: Stop,
    along: Callable[[Session, Report], None] | None = None,
    report: Report | None = None,
) -> Report:
    """Take everybody in, with a bar that says how fast; what is set aside is said and written down."""
    began, before = time.monotonic(), report.read if report is not None else 0

    def aside(one: SetAside) -> None:
        source.rejects.add(one)
        if source.rejects.count <= _SHOWN:
            click.echo(f"{'' if quiet() else chr(10)}{source.name} {one.place}: {one.reason}", err=True)

    def rate(value: float | None) -> str:
        return f"{value:,.0f}/s" if value else ""

    bar: Any
    with click.progressbar(
        length=source.total or 1, label="Importing", file=sys.stderr, hidden=quiet(), item_show_func=rate
    ) as bar:

        def after(report: Report) -> bool:
            read = report.read - before
            bar.update(min(read, bar.length or read) - bar.pos, read / max(0.001, time.monotonic() - began))
            return not stop.asked

        try:
            return take_in(
                work,
                employer_id,
                source.records(),
                aside,
                report=report,
                after_batch=after,
                along=along,
                step=source.step,
            )
        finally:
            source.rejects.close()


def tell(report: Report, rejects: Rejects) -> None:
    """Say what became of everybody, and what to look at."""
    parts = [f"{report.new + report.changed:,} imported"]
    if report.changed:
        parts[0] += f" ({report.new:,} new, {report.changed:,} changed)"
    if report.folded:
        parts.append(f"{report.folded:,} folded into somebody who is the same person")
    if report.known:
        erased = f" ({report.erased:,} of them erased since, not brought back)" if report.erased else ""
        parts.append(f"{report.known:,} were in already{erased}")
    if report.set_aside:
        where = f" in {rejects.path}" if rejects.path is not None else ""
        parts.append(f"{report.set_aside:,} set aside{where}")
    click.echo(", ".join(parts))
    for fold in report.folds[:_SHOWN]:
        click.echo(f"  {said(fold)}", err=True)
    if len(report.folds) > _SHOWN:
        click.echo(f"  … {report.folded:,} in all", err=True)
    if report.stripped:
        click.echo("stripped: " + ", ".join(f"{kind} {count:,}" for kind, count in sorted(report.stripped.items())))
    lacking = [
        f"{count:,} {what}"
        for count, what in (
            (report.no_basis, "without a basis for contacting them"),
            (report.no_address, "without a mail address"),
            (report.no_name, "without a name"),
            (report.undated, "of unknown age"),
        )
        if count
    ]
    if lacking:
        click.echo("among the imported: " + ", ".join(lacking))


def try_out(source: Source) -> None:
    """Read everything and change nothing: what would be taken in, what set aside, what is stripped."""
    from collections import Counter

    taken, aside, stripped = 0, 0, Counter[str]()
    for one in source.records():
        found = one.read() if isinstance(one, Unread) else one
        if isinstance(found, SetAside):
            aside += 1
            if aside <= _SHOWN:
                click.echo(f"{source.name} {found.place}: {found.reason}", err=True)
            continue
        taken += 1
        stripped += found.stripped
    click.echo(f"{taken:,} could be imported, {aside:,} would be set aside; nothing was changed")
    if stripped:
        click.echo("stripped: " + ", ".join(f"{kind} {count:,}" for kind, count in sorted(stripped.items())))


# Ctrl-C.


class Stop:
    """Whether somebody asked to stop: the batch under way is finished first, a second Ctrl-C stops at once."""

    asked = False


@contextmanager
def stopping() -> Iterator[Stop]:
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # signals reach the main thread only
        return

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True
        click.echo("\nstopping after the people under way …", err=True)

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


__all__ = ["defaults_of", "import_people", "run", "stopping", "tell"]
