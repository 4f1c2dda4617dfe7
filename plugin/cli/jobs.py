"""`kakuyaku jobs` and `kakuyaku replay`: owed and parked work."""

from __future__ import annotations

import json

import click
from sqlmodel import col, select

from plugin.cli.means import opened
from plugin.rows import Job
from plugin.work import jobs
from plugin.work.deliveries import replay

NUMBER = click.IntRange(1, 2**63 - 1)
"""A row's number."""


@click.group("jobs")
def jobs_command() -> None:
    """Owed and parked work."""


@jobs_command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also work that is done.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_jobs(everything: bool, limit: int, as_json: bool) -> None:
    """List parked and owed jobs, parked ones first, each with the reason."""
    with opened() as work, work.reading() as session:
        query = select(Job).order_by(col(Job.state).desc(), col(Job.due)).limit(limit)
        if not everything:
            query = query.where(col(Job.state) != "done")
        found = session.exec(query).all()
    if as_json:
        rows = [
            {
                "id": job.id,
                "kind": job.kind,
                "state": job.state,
                "due": job.due.isoformat(),
                "attempts": job.attempts,
                "failures": job.failures,
                "error": job.error,
            }
            for job in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("nothing is owed")
    for job in found:
        line = f"{job.id:>8}  {job.state:<7} {job.kind:<18} due {job.due:%Y-%m-%d %H:%M:%SZ}  tries {job.attempts}"
        click.echo(line + (f"  {job.error}" if job.error else ""))


@jobs_command.command("retry")
@click.argument("ids", type=NUMBER, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every parked job.")
def retry_jobs(ids: tuple[int, ...], everything: bool) -> None:
    """Owe parked jobs again, by id or all of them."""
    if not ids and not everything:
        raise click.UsageError("Name the jobs (`kakuyaku jobs list` shows them) or say --all.")
    with opened() as work, work.writing() as session:
        if everything:
            parked = session.exec(select(Job.id).where(col(Job.state) == "parked")).all()
            ids = tuple(key for key in parked if key is not None)
        for key in ids:
            if not jobs.retry(session, key):
                raise click.ClickException(f"job {key} is not parked; `kakuyaku jobs list` shows those that are")
    click.echo(f"{len(ids)} owed again")


@click.command("replay")
@click.argument("delivery", type=NUMBER)
def replay_command(delivery: int) -> None:
    """Read a delivery again: its webhook or mail is worked as if it had come now."""
    with opened() as work, work.writing() as session:
        if not replay(session, delivery):
            raise click.ClickException(f"there is no delivery {delivery}")
    click.echo(f"delivery {delivery} will be read again")
