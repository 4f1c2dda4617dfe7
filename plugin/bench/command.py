"""`kakuyaku bench`: measure this machine, on both databases where PostgreSQL is there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from plugin.bench import databases
from plugin.bench.installation import NotRunning
from plugin.bench.tables import machine, machine_line, table
from plugin.logs import set_up_logs
from plugin.settings import alone

Measure = Callable[[databases.Engine, Callable[[str], None]], list[dict[str, Any]]]


@click.group("bench")
def bench() -> None:
    """Measure webhooks, shortlists and replies on this machine, in temporary folders. Nothing installed is touched."""


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--database-url", default="", help="A PostgreSQL to make databases on, instead of starting one."),
        click.option(
            "--database",
            type=click.Choice(["both", "sqlite", "postgresql"]),
            default="both",
            show_default=True,
            help="Which databases. PostgreSQL is started for the time where its initdb is found.",
        ),
    ):
        command = option(command)
    return command


@bench.command("webhooks")
@click.option("--rate", type=click.FloatRange(1, 5000), default=300.0, show_default=True, help="Webhooks a second.")
@click.option("--seconds", type=click.FloatRange(1, 600), default=20.0, show_default=True, help="For how long.")
@_shared
def webhooks_command(rate: float, seconds: float, database: str, database_url: str, as_json: bool) -> None:
    """How long an ATS waits until its webhook is stored, at a fixed rate offered."""
    from plugin.bench.webhooks import measure

    _measure(
        "webhook accepted: signature checked, committed (fsync), answered; time from when it should have left",
        {"rate": rate, "seconds": seconds},
        lambda engine, say: measure(engine, rate=rate, seconds=seconds, say=say),
        database,
        database_url,
        as_json,
    )


@bench.command("shortlist")
@click.option(
    "--requisitions", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, one by one."
)
@click.option("--people", type=click.IntRange(30, 5_000_000), default=5000, show_default=True, help="Profiles.")
@_shared
def shortlist_command(requisitions: int, people: int, database: str, database_url: str, as_json: bool) -> None:
    """From a webhook received to the shortlist standing in the ATS."""
    from plugin.bench.shortlist import measure

    _measure(
        "from the webhook received to the shortlist's note in the sandbox ATS, one requisition after the other",
        {"requisitions": requisitions, "people": people},
        lambda engine, say: measure(engine, requisitions=requisitions, people=people, say=say),
        database,
        database_url,
        as_json,
    )


@bench.command("replies")
@click.option("--replies", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many say yes.")
@click.option("--rate", type=click.FloatRange(0.1, 100), default=5.0, show_default=True, help="Replies a second.")
@click.option("--people", type=click.IntRange(100, 1_000_000), default=2000, show_default=True, help="Profiles.")
@_shared
def replies_command(replies: int, rate: float, people: int, database: str, database_url: str, as_json: bool) -> None:
    """From a yes received by the mail server to the entry in the ATS."""
    from plugin.bench.replies import measure

    _measure(
        "from a yes received by the mail server to the application in the sandbox ATS",
        {"replies": replies, "rate": rate, "people": people},
        lambda engine, say: measure(engine, replies=replies, rate=rate, people=people, say=say),
        database,
        database_url,
        as_json,
    )


def _measure(
    what: str, size: dict[str, Any], measure: Measure, database: str, database_url: str, as_json: bool
) -> None:
    if database_url and not database_url.startswith("postgresql+psycopg://"):
        raise click.UsageError("--database-url must start with postgresql+psycopg://")
    set_up_logs(alone(log_format="text", log_level="error"))
    here = machine()
    rows: list[dict[str, Any]] = []
    try:
        with databases.engines(database, database_url) as engines:
            for engine in engines:
                rows += measure(engine, lambda line: click.echo(f"… {line}", err=True))
    except (databases.NoDatabase, NotRunning) as error:
        raise click.ClickException(str(error)) from None
    command = "kakuyaku " + " ".join(sys.argv[1:])
    if as_json:
        click.echo(
            json.dumps({"what": what, "command": command, "machine": here, "size": size, "rows": rows}, indent=2)
        )
        return
    click.echo(
        f"{what}\n{machine_line(here)}\n{', '.join(f'{name} {value:g}' for name, value in size.items())}\n$ {command}\n"
    )
    click.echo(table(rows))
    if database == "both" and len({row["database"] for row in rows}) == 1:
        click.echo("\nPostgreSQL was not measured: no initdb here (Debian: apt-get install postgresql).")
