"""`kakuyaku replies export`: what people decided, as test cases with invented people in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from plugin.cli.means import connections, opened
from plugin.events import record
from plugin.scouting.reply_cases import COLUMNS, Case, cases


@click.group("replies")
def replies() -> None:
    """Replies people have decided."""


@replies.command("export")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new folder.")
@click.option("--connection", "name", default="", help="Name or number; all of them if left out.")
def export(folder: Path, name: str) -> None:
    """Write decided replies as test cases (.eml and labels.tsv), people and companies in them invented."""
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    left_out: Counter[str] = Counter()
    lines = ["# " + "\t".join(COLUMNS)]
    with opened() as work, work.writing() as session:
        for connection in connections(session, name):
            for number, found in enumerate(cases(session, work.vault, connection)):
                if not isinstance(found, Case):
                    left_out[found.why] += 1
                    continue
                prefix = f"c{connection.key}_"
                (folder / (prefix + found.name)).write_bytes(found.mail)
                label = [prefix + found.label[0], *found.label[1:]]
                if found.letter is not None:
                    label[1] = f"letter_{prefix}{number}.eml"
                    (folder / label[1]).write_bytes(found.letter)
                lines.append("\t".join(label))
            record(
                session, connection.employer_id, "connection", connection.key, "replies_exported", actor="admin:command",
                cases=len(lines) - 1,
            )  # fmt: skip
    (folder / "labels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"{len(lines) - 1} replies written to {folder}")
    whys = {
        "erased": "their people were erased",
        "no_words": "without words",
        "still_named": "still named somebody after scrubbing",
    }
    for why, count in sorted(left_out.items()):
        click.echo(f"{count} left out: {whys[why]}")
    if len(lines) > 1:
        click.echo("Read each before it leaves this machine: no pattern knows every name.")
