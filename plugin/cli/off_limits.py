"""`kakuyaku off-limits` and `pause`: companies nobody of which is written to, and a connection at rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlmodel import Session

from plugin.cli.means import a_file, connections, employer_named, opened, read_text
from plugin.scouting import off_limits, pausing
from plugin.scouting.off_limits import Company
from plugin.scouting.off_limits_lists import read_list, write_list, wrong_text

_EMPLOYER = click.option("--employer", default="", help="Name or number, where there are several.")
_ACTOR = "admin:cli"


@click.group("off-limits")
def off_limits_command() -> None:
    """Companies nobody of which is written to (お声がけ禁止企業)."""


@off_limits_command.command("import")
@click.argument("file", type=a_file())
@_EMPLOYER
def import_command(file: Path, employer: str) -> None:
    """Enter or change the companies of a CSV: name, number, aliases, owner, reason, from, until. Bad rows are told by line."""
    _each(file, employer, _enter, ("new", "changed"))


@off_limits_command.command("end")
@click.argument("file", type=a_file())
@_EMPLOYER
def end_command(file: Path, employer: str) -> None:
    """End the entries of a CSV's companies, found by number or name; they may be written to again."""
    _each(file, employer, _end, ("ended", "ended before"))


@off_limits_command.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that ended or ran out, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of CSV.")
@_EMPLOYER
def list_command(everything: bool, as_json: bool, employer: str) -> None:
    """Print the companies as a CSV that `import` reads."""
    with opened() as work, work.reading() as session:
        rows = off_limits.listed(session, employer_named(session, employer).key)
        now = work.clock.now()
        rows = [row for row in rows if everything or off_limits.stands(row, now)]
        if as_json:
            said = [
                {
                    "name": row.name,
                    "number": row.number,
                    "aliases": row.aliases,
                    "owner": row.owner,
                    "reason": row.reason,
                    "from": row.starts_on.isoformat(),
                    "until": row.expires_on.isoformat() if row.expires_on else None,
                    "stands": off_limits.stands(row, now),
                }
                for row in rows
            ]
            click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        else:
            click.echo(write_list(rows), nl=False)


@click.command("pause")
@click.argument("connection", default="")
def pause_command(connection: str) -> None:
    """Let no letter leave through a connection (all of them without a name) until `kakuyaku resume`. Yeses are still taken."""
    _pausing(connection, paused=True)


@click.command("resume")
@click.argument("connection", default="")
def resume_command(connection: str) -> None:
    """Let letters leave again."""
    _pausing(connection, paused=False)


def _pausing(name: str, *, paused: bool) -> None:
    with opened() as work, work.writing() as session:
        for one in connections(session, name):
            change = pausing.pause if paused else pausing.resume
            changed = change(session, one, by=_ACTOR)
            state = "paused" if paused else "active"
            click.echo(f"{one.name}: {state}" + ("" if changed else " already"))


def _each(file: Path, employer: str, act: Callable[[Session, int, Company], bool], words: tuple[str, str]) -> None:
    """Do something with every good row, tell the bad ones by line; exit code 1 where there were any."""
    text = read_text(file)
    with opened() as work:
        today = work.clock.now().astimezone(ZoneInfo("Asia/Tokyo")).date()
        try:
            companies, wrong = read_list(text, today, owned=act is _enter)
        except ValueError as error:
            raise click.ClickException(f"{file}: {wrong_text(str(error), 'en')}") from None
        bad = [(one.line, one.code) for one in wrong]
        counts = {True: 0, False: 0}
        with work.writing() as session:
            there = employer_named(session, employer)
            for line, company in companies:
                try:
                    counts[act(session, there.key, company)] += 1
                except ValueError as error:
                    bad.append((line, str(error)))
    for line, code in sorted(bad):
        click.echo(f"{file}:{line}: {wrong_text(code, 'en')}", err=True)
    click.echo(f"{counts[True]} {words[0]}, {counts[False]} {words[1]}, {len(bad)} not taken")
    if bad:
        raise click.exceptions.Exit(1)


def _enter(session: Session, employer_id: int, company: Company) -> bool:
    return off_limits.put(session, employer_id, company, by=_ACTOR)


def _end(session: Session, employer_id: int, company: Company) -> bool:
    row = off_limits.find(session, employer_id, off_limits.corporate_number(company.number), company.name)
    if row is None:
        raise ValueError("not_there")
    return off_limits.end(session, row, by=_ACTOR)
