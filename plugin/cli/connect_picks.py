"""What is open in an ATS when it is connected: only what is picked is calibrated, everything new is."""

from __future__ import annotations

import click
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.records import Requisition as AtsRequisition
from connectors.records import RequisitionStatus
from plugin.cli.asking import Asker
from plugin.cli.wording import told
from plugin.events import record
from plugin.rows import Connection, Requisition
from plugin.work.context import Work
from plugin.work.jobs import owe

MOST_PICKED_FROM = 50


def pick(work: Work, connection: Connection, ats: Connector, ask: Asker) -> bool:
    """Offer what is older than the cut-off and open; False when the ATS can't be read."""
    if not ats.supports("requisitions_page"):
        return True
    open_ones: list[AtsRequisition] = []
    try:
        for found in ats.requisitions(None):
            if found.status is not RequisitionStatus.CLOSED and not found.is_template:
                open_ones.append(found)
    except ATSError as error:
        click.echo(f"  FAIL {told(error, ask.locale)}")
        return False
    if not open_ones:
        return True
    _ = ask.say
    open_ones.sort(key=lambda one: one.created_at, reverse=True)
    click.echo(
        "\n"
        + _(
            "%(count)s requisitions are there already. New ones are taken in from now on; these only if you pick them:",
            count=len(open_ones),
        )
    )
    for one in open_ones[:MOST_PICKED_FROM]:
        click.echo(f"  {one.id:>12}  {one.status.value:<6} {one.title}")
    if len(open_ones) > MOST_PICKED_FROM:
        click.echo("  " + _("… and %(count)s older ones, to be picked by id", count=len(open_ones) - MOST_PICKED_FROM))
    by_id = {one.id: one for one in open_ones}
    picked = ask.ids("pick", _("Ids to take in, separated by commas (Enter: none)"), by_id)
    with work.writing() as session:
        for id in dict.fromkeys(picked):
            _take_in(session, work, connection, by_id[id])
    click.echo(_("%(count)s taken in", count=len(set(picked))))
    return True


def _take_in(session: Session, work: Work, connection: Connection, found: AtsRequisition) -> None:
    there = session.exec(
        select(Requisition).where(col(Requisition.connection_id) == connection.key, col(Requisition.ats_id) == found.id)
    ).first()
    row = there or Requisition(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        ats_id=found.id,
        title=found.title,
        status=found.status.value,
        created_at=work.clock.now(),
    )
    row.picked = True
    session.add(row)
    session.flush()
    record(session, row.employer_id, "requisition", row.key, "picked", actor="admin:cli")
    owe(
        session,
        "read_requisition",
        f"{connection.key}:{found.id}:connect:{work.clock.now().isoformat()}",
        employer_id=connection.employer_id,
        connection_id=connection.key,
        payload={"ats_id": found.id},
    )
