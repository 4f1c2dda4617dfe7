"""`kakuyaku year`: live through a year, print what happened and what held; exit code 1 where something did not."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from plugin.demo.dovecot import NoDovecot
from plugin.logs import set_up_logs
from plugin.settings import alone
from plugin.year.hands import Stuck
from plugin.year.simulation import WINDING_UP, Size, Year, open_year
from plugin.year.verdicts import Court, Verdict

SHOWN = 3
"""Cases shown of a rule that was broken."""


@click.command("year")
@click.option("--seed", type=int, default=1, show_default=True, help="Dice; the same seed makes the same people act.")
@click.option("--requisitions", type=click.IntRange(1, 2000), default=200, show_default=True)
@click.option("--people", type=click.IntRange(100, 200_000), default=20_000, show_default=True)
@click.option("--days", type=click.IntRange(WINDING_UP + 1, 365), default=365, show_default=True)
@click.option("--kills", type=click.IntRange(0, 1000), default=60, show_default=True, help="SIGKILLs of the worker.")
@click.option("--database", default="", help="An empty PostgreSQL database's URL; SQLite if left out.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Leave everything in this folder.")
def year_command(
    seed: int, requisitions: int, people: int, days: int, kills: int, database: str, keep: Path | None
) -> None:
    """Simulate a year of hiring over real SMTP, IMAP and HTTP, with everything going wrong that goes wrong."""
    set_up_logs(alone(log_format="text", log_level="error"))
    size = Size(seed=seed, requisitions=requisitions, people=people, days=days, kills=kills)
    began = time.monotonic()
    try:
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            held = _live(keep, size, database, began)
        else:
            with tempfile.TemporaryDirectory(prefix="kakuyaku-year-") as folder:
                held = _live(Path(folder), size, database, began)
    except (NoDovecot, Stuck) as error:
        raise click.ClickException(str(error)) from error
    if not held:
        sys.exit(1)


def _live(folder: Path, size: Size, database: str, began: float) -> bool:
    click.echo(
        f"a year from {size.start} on, {size.days} days, seed {size.seed}: {size.requisitions} requisitions,"
        f" {size.people:,} invented people, {size.managers} managers, {size.kills} deaths of the worker"
    )
    with open_year(folder, size, database_url=database, progress=_progress("people read in")) as year:
        at_home = time.monotonic()
        year.say = _line
        year.run()
        lived = time.monotonic()
        verdicts = Court(year).sit()
        _end_line()
        _counts(year)
        _verdicts(verdicts)
        click.echo(
            f"time: {at_home - began:.0f} s to set up, {lived - at_home:.0f} s for the year,"
            f" {time.monotonic() - lived:.0f} s to judge it; memory: {_memory():.0f} MB in the largest process"
        )
    return not any(verdict.wrong for verdict in verdicts)


def _counts(year: Year) -> None:
    click.echo("what happened:")
    server, town = year.town.mail_server, year.town
    counted = dict(year.truth.counts)
    counted |= {f"mail server: {what}": count for what, count in server.told.items()}
    counted |= {f"ATS misbehaved: {one['kind']}": one["happened"] for one in town.sandbox.misbehaviour.report()}
    counted |= {"mail server: mails kept": sum(server.taken.values())}
    counted |= {f"worker killed {how}": count for how, count in town.killer.by.items()}
    counted |= {"worker started": town.hands.starts, "jobs done": town.jobs, "stretches of work": town.stretches}
    counted |= {"seconds waited for the worker": round(town.hands.seconds)}
    for what, count in sorted(counted.items()):
        click.echo(f"  {count:>7,} {what}")


def _verdicts(verdicts: list[Verdict]) -> None:
    click.echo("what held:")
    for verdict in verdicts:
        click.echo(f"  {'✗' if verdict.wrong else '✓'} {verdict.rule} ({verdict.asked:,} looked at)")
        for case in verdict.wrong[:SHOWN]:
            click.echo(f"      {case}")
        if len(verdict.wrong) > SHOWN:
            click.echo(f"      … and {len(verdict.wrong) - SHOWN} more")


def _progress(what: str) -> Callable[[int, int], None]:
    def told(done: int, of: int) -> None:
        _line(f"{what}: {done:,} of {of:,}")

    return told


def _line(text: str) -> None:
    """One line that is written over, on a terminal only."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{text}", err=True, nl=False)


def _end_line() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


def _memory() -> float:
    """The largest resident size so far of this process or of an ended child, in MB (Linux counts in KB)."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
