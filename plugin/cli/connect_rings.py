"""How an ATS is told where to ring: by its API where it has one, else by clicks that are printed."""

from __future__ import annotations

import click

from connectors.base import ATSError, Connector, Unsupported
from plugin.cli.findings import show_findings
from plugin.cli.wording import said, told, wrapped
from plugin.connections import add_secret, secrets_of
from plugin.i18n import phrases
from plugin.rows import Connection
from plugin.work.context import Work


def door_of(work: Work, connection: Connection) -> str:
    """The address an ATS rings at, without what a connector adds to it."""
    return f"{work.settings.public_url}/webhooks/{connection.url_key}"


def ring_us(work: Work, connection: Connection, ats: Connector, locale: str, *, reached: bool) -> bool:
    """Set webhooks up or say how; False when the ATS failed in it. `reached`: whether its API answers at all."""
    _ = phrases(locale)
    if not ats.supports("verify"):
        click.echo("\n" + _("Webhooks: %(why)s", why=said(ats.hears, locale)))
        return True
    if work.settings.pull_only:
        click.echo(
            "\n" + _("Pull-only: nobody reaches us, so no webhook is set up; changes are read every few minutes.")
        )
        return True
    url = door_of(work, connection)
    with work.reading() as session:
        secret = secrets_of(session, work.vault, connection.key, "webhook")[0]
    click.echo("\n" + _("Webhooks (%(hears)s):", hears=said(ats.hears, locale)))
    if not url.startswith("https://"):
        words = _("Most ATSs call https addresses only: set KAKUYAKU_PUBLIC_URL to the address they reach you at.")
        click.echo(wrapped(words, first="  ", then="  "))
    worked = _subscribe(work, connection, ats, url, secret, locale) if reached else True
    steps = ats.webhook_steps(url, secret) if ats.supports("webhook_steps") else []
    if steps:
        click.echo("  " + _("In %(title)s:", title=ats.title))
    for number, step in enumerate(steps, start=1):
        click.echo(wrapped(said(step, locale), first=f"  {number}. ", then="     "))
    return worked


def _subscribe(work: Work, connection: Connection, ats: Connector, url: str, secret: str, locale: str) -> bool:
    """Have the webhooks created; secrets the vendor makes are shown once, so they are kept before anything else."""
    if not ats.supports("subscribe"):
        return True
    try:
        done = ats.subscribe(url, secret)
    except Unsupported as error:
        click.echo(f"  {error}")
        return True
    except (ATSError, ValueError) as error:
        click.echo(f"  FAIL {told(error, locale)}")
        return False
    with work.writing() as session:
        known = set(secrets_of(session, work.vault, connection.key, "webhook"))
        for made in dict.fromkeys(done.secrets):
            if made and made not in known:
                add_secret(session, work.vault, session.get_one(Connection, connection.key), "webhook", made)
    return show_findings(done.findings, locale)
