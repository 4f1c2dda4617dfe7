"""`kakuyaku connect`: from an empty installation to a connected ATS account, in one sitting.

One command for every ATS we speak with. What to click there, what to ask and how it rings is the connector's to say
(`connectors.base`); the questions every connection has stand in `connect_store`. Connection and secret are stored before
the address is shown: some ATSs ring the moment a webhook is saved, and switch it off when nobody answers. A second run
under the same name changes what is answered and keeps the rest.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from pathlib import Path

import click
from sqlmodel import Session

from connectors.base import ATSError, Connector
from connectors.registry import CONNECTORS
from plugin.cli.asking import COMMON, Asker, answers_in, options_in
from plugin.cli.connect_picks import pick
from plugin.cli.connect_rings import ring_us
from plugin.cli.connect_store import store
from plugin.cli.doctor import show
from plugin.cli.doctor_connection import examine
from plugin.cli.doctor_mail import records
from plugin.cli.findings import show_findings
from plugin.cli.means import opened
from plugin.cli.wording import Phrases, lang_option, language, said, told, wrapped
from plugin.events import record
from plugin.i18n import phrases
from plugin.rows import Connection
from plugin.work.context import Work
from plugin.work.runtime import Connectors


class _EveryAts(click.Group):
    """A command for each connector, named by its key."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(CONNECTORS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        kind = CONNECTORS.get(cmd_name)
        return None if kind is None else _command(kind)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in CONNECTORS:
            raise click.UsageError(f"There is no ATS {args[0]!r}; there are: {', '.join(CONNECTORS)}.", ctx)
        return super().resolve_command(ctx, args)


@click.group("connect", cls=_EveryAts)
def connect() -> None:
    """Connect an ATS account."""


def _command(kind: type[Connector]) -> click.Command:
    given = [
        click.Option(
            ["--answers"],
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A JSON file with answers, so that nothing is asked and no secret stands in the command line.",
        ),
        click.Option(["--name"], help="What this connection is called here."),
        click.Option(["--employer"], help="Who owns it: a name, made when new."),
        click.Option(
            ["--option", "options"],
            multiple=True,
            metavar="NAME=VALUE",
            help=f"Something {kind.title}'s page of the documentation names; an empty value takes it back.",
        ),
    ]
    answers = ", ".join([*(ask.name for ask in kind.asks), *COMMON])
    made = click.Command(
        kind.name,
        params=[*given],
        callback=partial(_connect, kind),
        short_help=kind.title,
        help=f"Connect {kind.title}: credentials, fields, webhooks, sender, open requisitions; ends with a check.\n\n"
        f"An answers file holds one JSON object with any of: {answers}, pick (a list of requisition ids), options (an"
        " object).",
    )
    return lang_option(made)


def _connect(
    kind: type[Connector],
    answers: Path | None,
    name: str | None,
    employer: str | None,
    options: tuple[str, ...],
    lang: str | None,
) -> None:
    locale = language(lang)
    say = phrases(locale)
    named = {key: value for key, value in (("name", name), ("employer", employer)) if value}
    given = answers_in(answers, kind, say) | named
    set_options = options_in(given, options, kind, say)
    ask = Asker(given, quiet=answers is not None, locale=locale)
    _ = ask.say
    with opened() as work:
        _prepare(kind, locale, _)
        connection, is_new = store(work, kind, ask, set_options)
        ats = work.ats(connection)
        reached = _set_up(ats, locale, _)
        reached &= ring_us(work, connection, ats, locale, reached=reached)
        if isinstance(work.ats, Connectors):
            work.ats.forget(connection.key)  # built anew with the secrets the vendor made
            ats = work.ats(connection)
        if reached and is_new:
            reached = pick(work, connection, ats, ask)
        _attest(work, connection, ats, ask)
        with work.reading() as session:  # as it stands now, with what was attested
            connection = session.get_one(Connection, connection.key)
        click.echo("\n" + _("Check:"))
        failed = show(chain(examine(work, connection, locale), records(work.settings, [connection], locale)))
    if failed or not reached:
        click.echo("\n" + _("Mend what is marked FAIL, then run `kakuyaku doctor`."))
        raise click.exceptions.Exit(1)
    click.echo(
        "\n"
        + _(
            "Connected. Run `kakuyaku serve`, do what is still to be clicked above, then run `kakuyaku doctor`"
            " (`kakuyaku connect %(ats)s` again changes what you answer).",
            ats=kind.name,
        )
    )


def _prepare(kind: type[Connector], locale: str, _: Phrases) -> None:
    """What to do in the ATS before anything can be answered."""
    if not kind.preparing:
        return
    click.echo(_("First, in %(title)s:", title=kind.title))
    for number, step in enumerate(kind.preparing, start=1):
        click.echo(wrapped(said(step, locale), first=f"  {number}. ", then="     "))
    click.echo("  " + _("Enter takes [what stands in brackets].") + "\n")


def _set_up(ats: Connector, locale: str, _: Phrases) -> bool:
    """Have our fields and stages created, where the ATS lets us."""
    if not ats.supports("set_up"):
        return True
    click.echo("\n" + _("What we need in %(title)s:", title=ats.title))
    try:
        show_findings(ats.set_up(), locale)  # what failed is found again by the check at the end
    except ATSError as error:
        click.echo(f"  FAIL {told(error, locale)}")
        return False
    return True


def _attest(work: Work, connection: Connection, ats: Connector, ask: Asker) -> None:
    """Say how a manager decides there; where the ATS won't say who did, ask for a named person's word (R2)."""
    _ = ask.say
    if ats.approval is None:
        return
    click.echo("\n" + _("How a hiring manager decides:"))
    click.echo(wrapped(said(ats.approval.how, ask.locale), first="  ", then="  "))
    if ats.approval.strength == "verified":
        click.echo(
            "  " + _("%(title)s says who acted: what the hiring manager decides holds at once.", title=ats.title)
        )
    if ats.approval.strength != "recorded":
        return
    for words in (
        _(
            "%(title)s does not tell us who did that. If its permissions let nobody but hiring managers do it, an"
            " administrator may attest that with their name, which is stored: a decision there then takes effect by"
            " itself after a grace period that starts when the manager's receipt has been mailed.",
            title=ats.title,
        ),
        _("Without it, every decision is confirmed by the manager through a link in their own mailbox."),
        _("If you are not sure, press Enter: nothing is lost, and you can attest later."),
    ):
        click.echo(wrapped(words, first="  ", then="  "))
    name = ask.text("attested_by", _("Your name, if you attest this (Enter: no)"), connection.attested_by or "")
    if name == (connection.attested_by or ""):
        return
    with work.writing() as session:
        _remember_attestation(session, session.get_one(Connection, connection.key), name, work)


def _remember_attestation(session: Session, row: Connection, name: str, work: Work) -> None:
    row.attested_by, row.attested_at = (name, work.clock.now()) if name else (None, None)
    session.add(row)
    what = "attested" if name else "attestation_withdrawn"
    record(session, row.employer_id, "connection", row.key, what, actor=f"admin:{name or 'cli'}")
