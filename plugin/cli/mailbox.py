"""`kakuyaku mailbox`: the mailboxes that are read beside the installation's own, and the providers that post mails."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit

import click
from sqlmodel import Session, col, delete, select

from plugin.cli.means import a_file, connections, opened, read_text
from plugin.cli.wording import lang_option, language
from plugin.connections import add_secret, secrets_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.rows import Connection, Mailbox, Secret, Sweep
from plugin.scouting.inbox import MailboxDown, read_imap_url
from plugin.scouting.mailboxes import AUTHS, KINDS, Source, of_row, sources
from plugin.scouting.mailboxes import opened as opened_mailbox
from plugin.scouting.providers import PROVIDERS, secret_name
from plugin.settings import WrongSetting
from plugin.work.context import Work


@click.group("mailbox")
def mailbox_command() -> None:
    """Add, list, check and remove mailboxes; let a mail provider post to us."""


@mailbox_command.command("add")
@click.argument("url", metavar="imaps://USER@HOST/FOLDER")
@click.option("--connection", "name", default="", help="Whose it is: name or number; the only one if left out.")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="shared",
    help="shared: answers come here; recruiter: a colleague's own, only what answers our letters is taken.",
)
@click.option("--auth", type=click.Choice(AUTHS), default="password", help="How to sign in.")
@click.option(
    "--secret-file",
    type=a_file(),
    help='File with the password, or refresh token for xoauth2 ("-": standard input); asked for if left out.',
)
@click.option("--unchecked", is_flag=True, help="Don't sign in first.")
@lang_option
def add(url: str, name: str, kind: str, auth: str, secret_file: Path | None, unchecked: bool, lang: str | None) -> None:
    """Read another mailbox: from now on, what lies there already is nobody's answer."""
    _ = phrases(language(lang))
    read_imap_url(url, "the mailbox's address")
    if secret_file is not None:
        secret = read_text(secret_file).strip()
    else:
        asked = _("Password") if auth == "password" else _("Refresh token (empty: the application signs in for itself)")
        secret = click.prompt(asked, hide_input=True, default="" if auth == "xoauth2" else None, show_default=False)
    with opened() as work:
        with work.reading() as session:
            connection = _one(session, name)
            wanted = Mailbox(
                id=0,
                employer_id=connection.employer_id,
                connection_id=connection.key,
                kind=kind,
                url=url,
                auth=auth,
                sealed_secret=work.vault.seal(secret.encode()) if secret else b"",
                added_by="admin:cli",
                created_at=work.clock.now(),
            )
            source = of_row(session, work.vault, work.settings, wanted)
        # Signed in before anything is stored, and outside any transaction.
        wrong = "" if unchecked else _wrong_with(work, source)
        if wrong:
            raise click.ClickException(f"{wrong} ({_('nothing was stored; --unchecked stores it all the same')})")
        with work.writing() as session:
            number = _store(session, wanted)
    click.echo(_("mailbox %(number)s is read from now on, within %(seconds)s seconds", number=number, seconds=15))


@mailbox_command.command("list")
@lang_option
def list_command(lang: str | None) -> None:
    """Every mailbox, how far it was read, and what was wrong."""
    _ = phrases(language(lang))
    with opened() as work, work.reading() as session:
        rows = session.exec(select(Mailbox).order_by(col(Mailbox.id))).all()
        if work.settings.imap_url:
            own = _("the installation's own (KAKUYAKU_IMAP_URL)")
            click.echo(f"  -  {work.settings.imap_url}  {own}")
        for row in rows:
            connection = session.get_one(Connection, row.connection_id)
            mark = session.exec(select(Sweep).where(col(Sweep.name) == f"mailbox:{row.key}")).first()
            read = mark.last_run_at.isoformat(timespec="seconds") if mark and mark.last_run_at else _("not read yet")
            click.echo(f"  {row.key}  {row.url}  {row.kind}, {row.auth}, {connection.name}, {read}")
            if mark is not None and mark.error:
                click.echo(f"     {mark.error}")
        if not rows and not work.settings.imap_url:
            click.echo(
                _("no mailbox is read; `kakuyaku mailbox add` reads one, or a provider posts (`mailbox provider`)")
            )


@mailbox_command.command("check")
@click.argument("number", type=int, required=False)
@lang_option
def check(number: int | None, lang: str | None) -> None:
    """Sign in to one mailbox, or to all; exit code 1 when one can't be opened."""
    _ = phrases(language(lang))
    failed = False
    with opened() as work:
        with work.reading() as session:
            found = sources(session, work.vault, work.settings)
        chosen = [one for one in found if number is None or one.id == number]
        if not chosen:
            raise click.ClickException(_("there is no such mailbox; `kakuyaku mailbox list` shows all"))
        for source in chosen:
            wrong = _wrong_with(work, source)
            failed |= bool(wrong)
            click.echo(f"  {'FAIL' if wrong else 'ok  '} {source.id or '-'}: {wrong or _('the mailbox opens')}")
    if failed:
        raise click.exceptions.Exit(1)


@mailbox_command.command("remove")
@click.argument("number", type=int)
@lang_option
def remove(number: int, lang: str | None) -> None:
    """Read a mailbox no more; what was taken from it stays."""
    _ = phrases(language(lang))
    with opened() as work, work.writing() as session:
        row = session.get(Mailbox, number)
        if row is None:
            raise click.ClickException(_("there is no such mailbox; `kakuyaku mailbox list` shows all"))
        session.execute(delete(Sweep).where(col(Sweep.name) == f"mailbox:{number}"))
        session.delete(row)
        record(session, row.employer_id, "mailbox", number, "removed", actor="admin:cli")
    click.echo(_("mailbox %(number)s is read no more", number=number))


@mailbox_command.command("provider")
@click.argument("provider", type=click.Choice(sorted(PROVIDERS)))
@click.option(
    "--connection", "name", default="", help="Whose mails they are: name or number; the only one if left out."
)
@click.option(
    "--key-file",
    type=a_file(),
    help="File with the provider's key (\"-\": standard input); asked for if left out (Postmark's is made here).",
)
@click.option("--show", is_flag=True, help="Only show the address again.")
@lang_option
def provider_command(provider: str, name: str, key_file: Path | None, show: bool, lang: str | None) -> None:
    """Let a mail provider post what it receives; prints the address to enter there. A second key lives beside the first."""
    _ = phrases(language(lang))
    known = PROVIDERS[provider]
    key = read_text(key_file).strip() if key_file is not None else None
    with opened() as work, work.writing() as session:
        connection = _one(session, name)
        stored = secrets_of(session, work.vault, connection.key, secret_name(provider))
        if not show:
            if known.made_here:
                key = key or f"kakuyaku:{secrets.token_urlsafe(24)}"
            elif key is None:
                key = click.prompt(f"{provider}: {known.wants}", hide_input=True)
            add_secret(session, work.vault, connection, secret_name(provider), key.strip())
            live = select(Secret).where(
                col(Secret.connection_id) == connection.key,
                col(Secret.name) == secret_name(provider),
                col(Secret.retired_at).is_(None),
            )
            for old in session.exec(live.order_by(col(Secret.id).desc())).all()[2:]:
                old.retired_at = work.clock.now()  # two live at once while a key is changed, no more
                session.add(old)
            record(session, connection.employer_id, "connection", connection.key, "provider_set", actor="admin:cli")
            stored = [key.strip(), *stored]
        if not stored:
            raise click.ClickException(_("this provider is not set up; leave out --show to do so"))
        url = f"{work.settings.public_url}/inbound/{provider}/{connection.url_key}{known.suffix}"
        if known.made_here:
            user, _colon, password = stored[0].partition(":")
            parts = urlsplit(url)
            url = parts._replace(netloc=f"{quote(user)}:{quote(password)}@{parts.netloc}").geturl()
    click.echo(_("Enter this address at the provider (docs/mail.md says where):"))
    click.echo(f"  {url}")
    if not url.startswith("https://"):
        click.echo(_("It must be https: set KAKUYAKU_PUBLIC_URL to the address the provider reaches you at."))


def _store(session: Session, wanted: Mailbox) -> int:
    """Store a mailbox, or change the one with the same address; its number."""
    same = select(Mailbox).where(col(Mailbox.connection_id) == wanted.connection_id, col(Mailbox.url) == wanted.url)
    row = session.exec(same).first()
    what = "changed" if row is not None else "added"
    if row is None:
        row = wanted
        row.id = None
    else:
        row.kind, row.auth, row.sealed_secret, row.enabled = wanted.kind, wanted.auth, wanted.sealed_secret, True
    session.add(row)
    session.flush()
    record(session, row.employer_id, "mailbox", row.key, what, actor="admin:cli")
    return row.key


def _wrong_with(work: Work, source: Source) -> str:
    try:
        with opened_mailbox(work, source):
            return ""
    except (MailboxDown, WrongSetting) as error:
        return str(error)


def _one(session: Session, name: str) -> Connection:
    found = connections(session, name)
    if len(found) != 1:
        there = ", ".join(f"{one.id} {one.name}" for one in found) or "none yet; run `kakuyaku connect`"
        raise click.ClickException(f"say which connection with --connection (there: {there})")
    return found[0]
