"""`kakuyaku secrets`: which secrets are kept (never what they are), giving up old ones, sealing all under a new key."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlmodel import col, select

from plugin import rotation
from plugin.cli.means import connections, opened, quiet
from plugin.cli.wording import lang_option, language
from plugin.events import record
from plugin.i18n import phrases
from plugin.rows import Connection, Secret


@click.group("secrets")
def secrets_command() -> None:
    """Secrets of connections, and the keys that seal them."""


@secrets_command.command("list")
def list_secrets() -> None:
    """List the secrets in use by connection, name and age; values are never shown."""
    with opened() as work, work.reading() as session:
        rows = session.exec(
            select(Secret, Connection.name)
            .join(Connection, col(Connection.id) == col(Secret.connection_id))
            .where(col(Secret.retired_at).is_(None))
            .order_by(col(Secret.connection_id), col(Secret.name), col(Secret.id))
        ).all()
    for secret, name in rows:
        click.echo(f"{secret.connection_id:>6} {name}  {secret.name:<16} {secret.created_at:%Y-%m-%d %H:%M}Z")
    if not rows:
        click.echo("none")


@secrets_command.command("retire")
@click.argument("connection")
@click.argument("name")
@lang_option
def retire(connection: str, name: str, lang: str | None) -> None:
    """Give up all but the newest secret NAME of a CONNECTION, once the ATS signs with that."""
    _ = phrases(language(lang))
    with opened() as work, work.writing() as session:
        [found] = connections(session, connection)
        rows = session.exec(
            select(Secret)
            .where(col(Secret.connection_id) == found.key, col(Secret.name) == name, col(Secret.retired_at).is_(None))
            .order_by(col(Secret.id).desc())
        ).all()
        if not rows:
            raise click.ClickException(f"this connection keeps no secret {name!r}; `kakuyaku secrets list` names them")
        for old in rows[1:]:
            old.retired_at = work.clock.now()
            session.add(old)
        if rows[1:]:
            facts = {"name": name, "count": len(rows) - 1}
            record(session, found.employer_id, "connection", found.key, "secrets_retired", actor="admin:cli", **facts)
    click.echo(_("%(count)s given up; the newest stays", count=len(rows) - 1))


@secrets_command.command("rotate")
@click.option("--check", "check_only", is_flag=True, help="Only say what stands under which key.")
@lang_option
def rotate(check_only: bool, lang: str | None) -> None:
    """Seal everything anew under the newest key (the first of KAKUYAKU_SECRET_KEYS or keys.txt).

    Put a new key in front (`kakuyaku settings --new-key` makes one), restart every process, then run this. Stopped in
    the middle, it goes on where it was. The last key must stay: look-ups, links and the ledger are keyed by it.
    """
    _ = phrases(language(lang))
    with opened() as work:
        with work.reading() as session:
            lost = rotation.last_key_lost(session, work.vault)
        with _bar(_("Looking")) as step:
            found = rotation.survey(work.database, work.vault, step)
        if found.unopened or lost:
            where = ", ".join(f"{place} {count}" for place, count in sorted(found.unopened.items()))
            raise click.ClickException(
                "an old key is missing, so nothing was changed: put it back into KAKUYAKU_SECRET_KEYS (or keys.txt)"
                + (f"; what no key opens: {where}" if where else "")
                + ("; the last key is another than when the ledger began" if lost else "")
            )
        click.echo(
            _("%(older)s of %(ours)s sealed values stand under an older key", older=found.older, ours=found.ours)
        )
        if check_only or not found.older:
            return
        with _bar(_("Sealing")) as step:
            changed = rotation.rotate(work.database, work.vault, step)
        left = rotation.survey(work.database, work.vault).older
    click.echo(_("%(count)s sealed anew", count=changed))
    if left:
        click.echo(
            _(
                "%(count)s were sealed under an older key meanwhile: restart every process, then run this again",
                count=left,
            )
        )
        raise click.exceptions.Exit(1)
    click.echo(_("Keys between the first and the last may be taken out now. The last must stay."))


@contextmanager
def _bar(label: str) -> Iterator[rotation.Progress]:
    """Count on standard error where somebody watches."""
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if not quiet():
            click.echo(f"\r{label} {done:,}", nl=False, file=sys.stderr)

    yield step
    if done and not quiet():
        click.echo("", file=sys.stderr)
