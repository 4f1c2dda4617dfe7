"""`kakuyaku experiment`: letters with and without the promise, by a rule written down first."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click
from sqlmodel import Session, col, func, select

from plugin.cli.client_names import only_connection
from plugin.cli.means import opened
from plugin.cli.wording import lang_option, language
from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.rows import Connection, Scout
from plugin.scouting.experiment_words import cannot_start, lines_of
from plugin.scouting.experiments import CannotStart, Rule, all_of, running, standing, start, stop
from plugin.scouting.shares import needed


@click.group("experiment")
def experiment_command() -> None:
    """Compare letters with the promise and without it. Off unless somebody starts one."""


_share = click.FloatRange(0, 1, min_open=True, max_open=True)
_connection = click.option("--connection", "chosen", default="", help="Name or number; the only one if left out.")


@experiment_command.command("plan")
@click.option("--expected", type=_share, default=None, help="Share without the promise; the connection's if left out.")
@click.option("--hoped", type=_share, default=None, help="Share with it; twice the expected one if left out.")
@_connection
def plan(expected: float | None, hoped: float | None, chosen: str) -> None:
    """Say how many letters an experiment would need, and how long that would take at the last 90 days' pace."""
    with opened() as work, work.reading() as session:
        connection = only_connection(session, chosen)
        without = expected if expected is not None else policy_of(connection).reply_rate
        promised = hoped if hoped is not None else min(0.99, 2 * without)
        try:
            each = needed(without, promised)
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        pace = _sent_lately(session, connection, work.clock.now())
    click.echo(
        f"{without:.1%} without the promise, {promised:.1%} with it: {each:,} letters an arm, {2 * each:,} in all"
    )
    click.echo("power 80 %, two-sided 5 %, two proportions (Fleiss, Levin, Paik 2003, eq. 4.14)")
    if pace:
        click.echo(f"{pace:,} letters with a promise left in the last 90 days: about {2 * each / pace * 90:,.0f} days")
    else:
        click.echo("no letter with a promise left in the last 90 days, so it can't be said how long that takes")


@experiment_command.command("start")
@click.option("--measure", type=click.Choice(["meeting", "reply"]), default="meeting", show_default=True)
@click.option("--expected", type=_share, required=True, help="Expected share without the promise.")
@click.option("--hoped", type=_share, required=True, help="Share with the promise that would be worth finding.")
@click.option("--per-arm", type=click.IntRange(1), default=None, help="End after this many letters an arm.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Or end on this day.")
@click.option(
    "--window", type=click.IntRange(1, 180), default=30, show_default=True, help="Days after a letter that count."
)
@click.option("--by", required=True, help="Who starts it.")
@_connection
@lang_option
def begin(
    measure: str,
    expected: float,
    hoped: float,
    per_arm: int | None,
    until: datetime | None,
    window: int,
    by: str,
    chosen: str,
    lang: str | None,
) -> None:
    """Write the rule down and begin with the next batch. It can't be changed afterwards, only stopped."""
    rule = Rule(measure, expected, hoped, window, per_arm, until.date() if until is not None else None)
    with opened() as work, work.writing() as session:
        try:
            experiment = start(session, only_connection(session, chosen), rule, f"admin:{by}")
        except CannotStart as error:
            raise click.ClickException(cannot_start(error, language(lang))) from None
        click.echo(f"experiment {experiment.key} runs; the formula asks for {experiment.needed:,} letters an arm")


@experiment_command.command("stop")
@click.option("--by", required=True, help="Who stops it.")
@_connection
def end(by: str, chosen: str) -> None:
    """Stop the one that runs. Before its rule is reached that means without a result."""
    with opened() as work, work.writing() as session:
        experiment = running(session, only_connection(session, chosen).key)
        if experiment is None:
            raise click.ClickException("no experiment runs")
        stop(session, experiment, f"admin:{by}")
        click.echo(f"experiment {experiment.key}: {experiment.state}")


@experiment_command.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_connection
@lang_option
def status(as_json: bool, chosen: str, lang: str | None) -> None:
    """Say how each experiment stands; results only where its registered rule is reached."""
    with opened() as work, work.reading() as session:
        found = [standing(session, one) for one in all_of(session, only_connection(session, chosen).key)]
        if as_json:
            click.echo(json.dumps([_as_json(one) for one in found], ensure_ascii=False, indent=2))
            return
        if not found:
            click.echo(
                phrases(language(lang))(
                    "No experiment has been started. Every letter above the line carries the promise."
                )
            )
        for one in found:
            click.echo("\n".join(lines_of(one, language(lang))))


def _as_json(one: Any) -> dict[str, Any]:
    experiment = one.experiment
    return {
        "experiment": experiment.key,
        "state": experiment.state,
        "measure": experiment.measure,
        "needed": experiment.needed,
        "per_arm": experiment.per_arm,
        "until": experiment.until.isoformat() if experiment.until else None,
        "window_days": experiment.window_days,
        "started_by": experiment.started_by,
        "sent": one.sent,
        "reached": one.reached,
        "results": [
            {
                "measure": each.measure,
                **{
                    arm: {"hits": share.hits, "of": share.of, "low": share.low, "high": share.high}
                    for arm, share in (("committed", each.committed), ("standard", each.standard))
                },
                "difference": list(each.difference),
            }
            for each in one.compared
        ]
        if one.compared is not None
        else None,
    }


def _sent_lately(session: Session, connection: Connection, now: datetime) -> int:
    since = datetime.fromtimestamp(now.timestamp() - 90 * 86400, UTC)
    return session.exec(
        select(func.count())
        .select_from(Scout)
        .where(
            col(Scout.connection_id) == connection.key,
            col(Scout.commitment_id).is_not(None),
            col(Scout.sent_at) > since,
        )
    ).one()
