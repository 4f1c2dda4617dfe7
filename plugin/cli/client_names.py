"""`kakuyaku client-names`: the names no letter may let slip while an employer is withheld."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import click
from sqlmodel import Session, col, select

from plugin.cli.means import a_file, connections, opened, read_text
from plugin.rows import ClientName, Connection, Requisition
from plugin.scouting.disclosure import KINDS, NameTooShort, add_name

COLUMNS = ("name", "kind", "requisition")


@click.group("client-names")
def client_names_command() -> None:
    """Names, short names, products, departments and domains of employers that are withheld."""


@client_names_command.command("import")
@click.argument("file", type=a_file())
@click.option("--connection", "chosen", default="", help="Name or number; the only one if left out.")
@click.option("--by", default="admin", show_default=True, help="Who enters them.")
def import_names(file: Path, chosen: str, by: str) -> None:
    """Add names from a CSV file with the columns name, kind and requisition.

    kind: legal, alias, product, department or domain (alias if empty). requisition: its number here or its id in the
    ATS; empty: every requisition of the account. Nothing is added while a line is wrong.
    """
    rows = csv.DictReader(io.StringIO(read_text(file)))
    missing = {"name"} - set(rows.fieldnames or ())
    if missing:
        raise click.ClickException(f"{file} needs a first line with the columns {', '.join(COLUMNS)}")
    added = there = 0
    with opened() as work, work.writing() as session:
        connection = only_connection(session, chosen)
        for number, row in enumerate(rows, start=2):
            name, kind = (row.get("name") or "").strip(), (row.get("kind") or "").strip() or "alias"
            if not name:
                continue
            if kind not in KINDS:
                raise click.ClickException(
                    f"{file}, line {number}: kind must be one of {', '.join(KINDS)}, not {kind!r}"
                )
            requisition = _requisition(
                session, connection, (row.get("requisition") or "").strip(), f"{file}, line {number}"
            )
            try:
                new = add_name(session, connection, requisition, kind, name, f"admin:{by}")
            except NameTooShort:
                raise click.ClickException(
                    f"{file}, line {number}: {name!r} has fewer than two letters and would be found everywhere"
                ) from None
            added, there = added + new, there + (not new)
    click.echo(f"{added} names added, {there} there already")


@client_names_command.command("list")
@click.option("--connection", "chosen", default="", help="Name or number; the only one if left out.")
def list_names(chosen: str) -> None:
    """Print every name as CSV, in the form `import` takes."""
    with opened() as work, work.reading() as session:
        connection = only_connection(session, chosen)
        names = session.exec(
            select(ClientName).where(col(ClientName.connection_id) == connection.key).order_by(col(ClientName.id))
        ).all()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((row.name, row.kind, row.requisition_id or "") for row in names)
    click.echo(out.getvalue(), nl=False)


def only_connection(session: Session, chosen: str) -> Connection:
    found = connections(session, chosen)
    if len(found) != 1:
        there = ", ".join(f"{one.id} {one.name}" for one in found) or "none yet"
        raise click.ClickException(f"choose a connection with --connection (there: {there})")
    return found[0]


def _requisition(session: Session, connection: Connection, number: str, where: str) -> Requisition | None:
    if not number:
        return None
    of_account = select(Requisition).where(col(Requisition.connection_id) == connection.key)
    found = session.exec(of_account.where(col(Requisition.ats_id) == number)).first()
    if found is None and number.isdigit():
        found = session.exec(of_account.where(col(Requisition.id) == int(number))).first()
    if found is None:
        raise click.ClickException(f"{where}: there is no requisition {number!r}")
    return found
