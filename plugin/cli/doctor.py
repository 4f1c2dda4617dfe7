"""`kakuyaku doctor`: what works, what doesn't, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import click
from sqlalchemy import func
from sqlmodel import Session, col, select

from connectors.base import ATSError, Unsupported
from plugin.cli.means import connections, opened
from plugin.connections import policy_of
from plugin.policy import Policy
from plugin.rows import Connection, Delivery, Employer, Job, Journal, Sweep
from plugin.settings import WrongSetting
from plugin.work.context import Work

OK, NOTE, FAIL = "ok", "note", "FAIL"
LATE = timedelta(minutes=5)
"""Owed work that waits longer has nobody to do it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `todo` says what to do; a NOTE is nothing wrong, but worth knowing."""

    level: str
    where: str
    what: str
    detail: str = ""
    todo: str = ""


@click.command("doctor")
@click.option("--connection", "name", default="", help="Name or number; all of them if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(name: str, as_json: bool) -> None:
    """Check the installation, each connection, mail and the profile store; exit code 1 when something fails."""
    with opened() as work:
        with work.reading() as session:
            chosen = connections(session, name)
        lines = [*examine_installation(work)]
        for connection in chosen:
            lines.extend(examine(work, connection))
        if not chosen:
            lines.append(Line(NOTE, "connections", "none yet", todo="run `kakuyaku connect greenhouse`"))
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
        failed = any(line.level == FAIL for line in lines)
    else:
        failed = show(lines)
    if failed:
        raise click.exceptions.Exit(1)


def show(lines: Iterable[Line]) -> bool:
    """Print findings as they come; True when one failed."""
    failed = False
    for line in lines:
        failed |= line.level == FAIL
        click.echo(f"  {line.level:<4} {line.where}: {line.what}" + (f" — {line.detail}" if line.detail else ""))
        if line.todo and line.level != OK:
            click.echo(f"       {line.todo}")
    return failed


# The installation.


def examine_installation(work: Work) -> Iterator[Line]:
    """Addresses, owed work, the mail server, the profile stores."""
    settings = work.settings
    if settings.public_url.startswith("https://") or settings.demo:
        yield Line(OK, "address", settings.public_url)
    else:
        yield Line(
            NOTE,
            "address",
            settings.public_url,
            "ATSs and people outside this machine can't reach it",
            "set KAKUYAKU_PUBLIC_URL to your https address",
        )
    if settings.database.startswith("postgresql") and not settings.chroma_url:
        yield Line(
            NOTE,
            "profile store",
            "embedded",
            "one worker process only can open it",
            "set KAKUYAKU_CHROMA_URL to run several workers",
        )
    yield from _owed(work)
    yield from _mail(work)
    yield from _stores(work)


def _owed(work: Work) -> Iterator[Line]:
    with work.reading() as session:
        now = work.clock.now()
        oldest = session.execute(
            select(func.min(Job.due)).where(col(Job.state) == "owed", col(Job.due) <= now)
        ).scalar_one_or_none()
        parked = session.execute(select(func.count()).select_from(Job).where(col(Job.state) == "parked")).scalar_one()
    if oldest is not None and now - oldest > LATE:
        minutes = int((now - oldest).total_seconds() // 60)
        yield Line(FAIL, "worker", f"work waits since {minutes} minutes", todo="start `kakuyaku serve` (or `worker`)")
    else:
        yield Line(OK, "worker", "no work waits")
    if parked:
        yield Line(NOTE, "jobs", f"{parked} parked", todo="`kakuyaku jobs list` says why, `jobs retry` owes them again")


def _mail(work: Work) -> Iterator[Line]:
    from plugin.scouting.outbox import Outbox

    try:
        wrong = Outbox(work.settings).check()
    except WrongSetting as error:
        wrong = str(error)
    if wrong:
        yield Line(FAIL, "outgoing mail", wrong, todo="set KAKUYAKU_SMTP_URL and KAKUYAKU_SMTP_PASSWORD")
    else:
        yield Line(OK, "outgoing mail", "the mail server lets us in")
    if not work.settings.imap_url:
        yield Line(OK, "incoming mail", "by the inbound mail door")
        return
    from plugin.scouting.inbox import MailboxDown, open_inbox, read_imap_url

    try:
        with open_inbox(work.settings, read_imap_url(work.settings.imap_url)):
            yield Line(OK, "incoming mail", "the mailbox opens")
    except (MailboxDown, WrongSetting) as error:
        yield Line(FAIL, "incoming mail", str(error), todo="check KAKUYAKU_IMAP_URL and KAKUYAKU_IMAP_PASSWORD")


def _stores(work: Work) -> Iterator[Line]:
    with work.reading() as session:
        owners = session.execute(
            select(Employer.id, Employer.name, Journal.last)
            .join(Journal, col(Journal.employer_id) == col(Employer.id))
            .order_by(col(Employer.id))
        ).all()
    if not owners:
        yield Line(NOTE, "profile store", "nobody is in it", todo="run `kakuyaku profiles import FILE.jsonl`")
    if not owners:
        return
    from ranking.store import StoreBusy, StoreError

    for employer_id, name, last in owners:
        try:
            store = work.judge(employer_id).store
            count, behind = store.count(), last - store.last_applied
        except StoreBusy:
            yield Line(OK, f"profile store of {name}", "open in the running worker")
            continue
        except StoreError as error:
            yield Line(FAIL, f"profile store of {name}", str(error), todo="run `kakuyaku profiles rebuild`")
            continue
        detail = f"{behind:,} changes on their way" if behind else ""
        yield Line(OK, f"profile store of {name}", f"{count:,} people", detail)


# One connection.


def examine(work: Work, connection: Connection) -> Iterator[Line]:
    """Credentials, scopes, fields, webhooks, sweeps and what letters must state."""
    where = connection.name
    try:
        for finding in work.ats(connection).check():
            yield Line(OK if finding.ok else FAIL, where, finding.what, finding.detail, finding.todo)
    except Unsupported as error:
        yield Line(NOTE, where, str(error))
    except (ATSError, ValueError) as error:
        # ValueError: an address in the options that isn't https.
        yield Line(FAIL, where, "the ATS can't be reached", str(error), "check the addresses and the network")
    with work.reading() as session:
        yield from _heard(session, work, connection)
        yield from _swept(session, connection)
    if connection.state != "active":
        yield Line(NOTE, where, "is paused", todo="resume it on the connection's page")
    yield from _letters(policy_of(connection), where)
    if connection.attested_by:
        yield Line(OK, where, "decision fields", f"attested by {connection.attested_by}")
    else:
        yield Line(OK, where, "decision fields", "not attested: managers confirm by a link in their mailbox")


def _heard(session: Session, work: Work, connection: Connection) -> Iterator[Line]:
    last = session.execute(
        select(func.max(Delivery.received_at)).where(
            col(Delivery.connection_id) == connection.key, col(Delivery.door) == "webhook"
        )
    ).scalar_one_or_none()
    if last is None:
        yield Line(
            NOTE,
            connection.name,
            "no webhook has come yet",
            todo="save any job in the ATS; if none comes, look there whether the webhooks are disabled:"
            f" {work.settings.public_url}/webhooks/{connection.url_key}",
        )
    else:
        yield Line(OK, connection.name, "webhooks come in", f"the last at {last:%Y-%m-%d %H:%M}Z")


def _swept(session: Session, connection: Connection) -> Iterator[Line]:
    for row in session.exec(select(Sweep).where(col(Sweep.connection_id) == connection.key)):
        if row.error:
            todo = "tick the list's scope on the credential, or wait if the ATS is down"
            yield Line(FAIL, connection.name, f"the sweep of {row.name} fails", row.error, todo)


def _letters(policy: Policy, where: str) -> Iterator[Line]:
    wanted: list[tuple[str, Callable[[Policy], Any]]] = [
        ("from_address", lambda p: p.from_address),
        ("company_ja or company_en", lambda p: p.company_ja or p.company_en),
        ("legal sender", lambda p: p.legal.sender),
        ("postal address", lambda p: p.legal.postal_address),
        ("contact", lambda p: p.legal.contact),
    ]
    missing = [name for name, value in wanted if not value(policy)]
    if missing:
        yield Line(
            FAIL,
            where,
            "letters can't be written",
            f"missing: {', '.join(missing)}",
            "run `kakuyaku connect greenhouse` again under the same name",
        )
    else:
        yield Line(OK, where, "letters state sender, address and contact")
    if policy.test_address:
        yield Line(NOTE, where, "dry run", f"every letter goes to {policy.test_address}")
