"""`kakuyaku ledger`: what was promised, what became of it, and whether anything was changed behind its back."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from sqlmodel import Session, col, select

from plugin.cli.means import employer_named, opened
from plugin.pipeline import chain
from plugin.pipeline.audit import audit
from plugin.rows import Commitment, Employer, Event, Promise, Scout


@click.group("ledger")
def ledger_command() -> None:
    """The ledger of promises (確約台帳)."""


@ledger_command.command("verify")
@click.option("--employer", default="", help="Name or number; all of them if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(employer: str, as_json: bool) -> None:
    """Recompute the chain and hold every promise and commitment against it; exit code 1 where it doesn't hold."""
    told = []
    with opened() as work:
        with work.reading() as session:
            employers = [employer_named(session, employer)] if employer else list(session.exec(select(Employer)))
        for one in employers:
            with work.writing() as session:
                chain.seal(session, work.vault, one.key)
            with work.reading() as session:
                breaks = [*chain.verify(session, work.vault, one.key), *audit(session, one.key)]
                told.append(
                    {
                        "employer": one.name,
                        "events": chain.length(session, one.key),
                        "promises": len(
                            session.exec(select(Promise.id).where(col(Promise.employer_id) == one.key)).all()
                        ),
                        "breaks": [asdict(found) for found in breaks],
                    }
                )
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _say(told)
    if any(one["breaks"] for one in told):
        raise click.exceptions.Exit(1)


def _say(told: Sequence[dict[str, Any]]) -> None:
    if not told:
        click.echo("there is no employer yet, and nothing promised")
    for one in told:
        holds = "holds" if not one["breaks"] else f"DOES NOT HOLD ({len(one['breaks'])} breaks)"
        click.echo(f"{one['employer']}: {one['events']:,} events, {one['promises']:,} promises: the ledger {holds}")
        for found in one["breaks"]:
            click.echo(f"  {found['where']}: {found['what']}")


@ledger_command.command("show")
@click.argument("promise", type=click.IntRange(1, 2**63 - 1))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(promise: int, as_json: bool) -> None:
    """Show one promise: to whom (by profile id), by whom, due when and why, and everything that happened to it."""
    with opened() as work, work.reading() as session:
        row = session.get(Promise, promise)
        if row is None:
            raise click.ClickException(f"there is no promise {promise}; `kakuyaku ledger export` lists all")
        values = _values(session, row)
        events = session.exec(
            select(Event)
            .where(
                col(Event.employer_id) == row.employer_id,
                col(Event.subject) == "promise",
                col(Event.subject_id) == promise,
            )
            .order_by(col(Event.id))
        ).all()
    happened: list[dict[str, Any]] = [
        {"at": event.created_at.isoformat(), "what": event.what, "by": event.actor, "facts": event.facts}
        for event in events
    ]
    if as_json:
        click.echo(json.dumps({**values, "happened": happened}, ensure_ascii=False, indent=2))
        return
    for name, value in values.items():
        click.echo(f"{name:<12} {value}")
    for one in happened:
        facts = ", ".join(f"{name} {value}" for name, value in one["facts"].items() if value not in ("", [], None))
        click.echo(f"  {one['at'][:16]}Z  {one['what']:<12} by {one['by']}" + (f"  ({facts})" if facts else ""))


@ledger_command.command("export")
@click.option("--employer", default="", help="Name or number.")
def export(employer: str) -> None:
    """Write all promises as CSV: ids and dates, no names."""
    with opened() as work, work.reading() as session:
        one = employer_named(session, employer)
        rows = session.exec(select(Promise).where(col(Promise.employer_id) == one.key).order_by(col(Promise.id))).all()
        values = [_values(session, row) for row in rows]
    writer = csv.DictWriter(sys.stdout, fieldnames=list(values[0]) if values else ["promise"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(values)


def _values(session: Session, promise: Promise) -> dict[str, Any]:
    commitment = session.get_one(Commitment, promise.commitment_id)
    return {
        "promise": promise.id,
        "person": session.get_one(Scout, promise.scout_id).profile_id,
        "requisition": promise.requisition_id,
        "manager": promise.manager_id,
        "successor": promise.successor_id or "",
        "line": commitment.line,
        "calibration": commitment.calibration_id,
        "received": promise.received_at.isoformat(),
        "days": promise.computed.get("days", ""),
        "left_out": " ".join(day for day, _name in promise.computed.get("skipped", ())),
        "due": promise.due_date.isoformat(),
        "zone": promise.zone,
        "state": promise.state,
        "cause": promise.cause,
        "moved": promise.moved_because,
        "kept_at": promise.kept_at.isoformat() if promise.kept_at else "",
    }
