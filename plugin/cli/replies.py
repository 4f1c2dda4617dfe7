"""`kakuyaku read-reply`: a mail file as the service would read it, without database or network."""

from __future__ import annotations

import json
from pathlib import Path

import click

from plugin.scouting.intent import Intent
from plugin.scouting.mime import Incoming, parse
from plugin.scouting.reading import Reading, as_sent, read


@click.command("read-reply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--letter",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The mail being answered (.eml): its lines are then known wherever they are quoted.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def read_reply(file: Path, letter: Path | None, as_json: bool) -> None:
    """Read a reply (.eml) as it is understood: intent, the words that decided, what was cut."""
    raw = file.read_bytes()
    if not raw.strip():
        raise click.UsageError(f"{file} is empty; give a mail saved as .eml")
    mail = parse(raw)
    if not mail.headers:
        raise click.UsageError(f"{file} has no mail headers; give a mail saved as .eml, not its text alone")
    sent = parse(letter.read_bytes()) if letter is not None else None
    ours, subject = (as_sent(sent), sent.subject) if sent is not None else (None, "")
    reading = read(mail, ours, our_subject=subject)
    shown = as_values(mail, reading)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    intent = reading.intent
    click.echo(f"intent    {intent.kind}" + (f" (a person decides: {intent.because})" if intent.doubtful else ""))
    click.echo(f"words     {' / '.join(intent.words) or '-'}")
    for name, value in _beside(intent):
        click.echo(f"{name:<9} {value}")
    click.echo(f"from      {mail.from_name} <{mail.from_address}>".replace("  <", " <"))
    click.echo(f"subject   {mail.subject}")
    for attached in mail.attachments:
        click.echo(f"attached  {attached.name or '-'} ({attached.kind}, called {attached.type}, {attached.size} bytes)")
    click.echo("own words")
    for line in reading.cut.own.split("\n"):
        click.echo(f"  {line}".rstrip())


def _beside(intent: Intent) -> list[tuple[str, str]]:
    """What stands beside the intent, where it says something."""
    said = [
        ("topic", intent.topic),
        ("when", intent.when.isoformat() if intent.when is not None else ""),
        ("reason", intent.reason),
        ("condition", intent.condition),
        ("data", "asks for their data to be deleted or shown" if intent.erasure else ""),
        ("opt-out", "yes" if intent.opt_out and intent.kind != "opt_out" else ""),
    ]
    return [(name, value) for name, value in said if value]


def as_values(mail: Incoming, reading: Reading) -> dict[str, object]:
    """What `--json` prints."""
    intent = reading.intent
    return {
        "intent": intent.kind,
        "doubtful": intent.doubtful,
        "because": intent.because,
        "words": list(intent.words),
        "opt_out": intent.opt_out,
        "condition": intent.condition,
        "asks": intent.asks,
        "topic": intent.topic,
        "when": intent.when.isoformat() if intent.when is not None else None,
        "reason": intent.reason,
        "erasure": intent.erasure,
        "nature": reading.nature.kind,
        "from": mail.from_address,
        "from_name": mail.from_name,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "text": reading.cut.own,
        "full_text": reading.cut.full,
        "attachments": [
            {"name": one.name, "type": one.type, "kind": one.kind, "size": one.size} for one in mail.attachments
        ],
    }
