"""`kakuyaku connect`: from an empty installation to a connected ATS account, in one sitting.

Connection and secret are stored before the address is shown: some ATSs ring the moment a webhook is saved, and switch
it off when nobody answers. A second run under the same name changes what is asked and keeps the rest.
"""

from __future__ import annotations

import secrets
import textwrap
from pathlib import Path

import click
from pydantic import ValidationError
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.greenhouse.door import WEBHOOKS
from connectors.greenhouse.setup import LISTS, WRITE_SCOPES
from connectors.records import Requisition as AtsRequisition
from connectors.records import RequisitionStatus
from plugin.cli.asking import Asker, answers_in
from plugin.cli.connect_voice import ask_entrustment, ask_mode
from plugin.cli.doctor import examine, show
from plugin.cli.means import opened
from plugin.cli.wording import Phrases, finding_said, lang_option, language
from plugin.connections import add_secret, policy_of, secrets_of
from plugin.events import record
from plugin.i18n import LOCALES, phrases
from plugin.policy import Policy
from plugin.rows import Connection, Employer, Requisition, Secret
from plugin.work.context import Work
from plugin.work.jobs import owe

MOST_PICKED_FROM = 50


@click.group("connect")
def connect() -> None:
    """Connect an ATS account."""


@connect.command("greenhouse")
@click.option(
    "--answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file with answers, so that nothing is asked and no secret stands in the command line.",
)
@click.option("--name", help="What this connection is called here.")
@click.option("--employer", help="Who owns it: a name, made when new.")
@lang_option
def greenhouse(answers: Path | None, name: str | None, employer: str | None, lang: str | None) -> None:
    """Connect a Greenhouse account: credentials, webhooks, fields, sender, open requisitions; ends with a check.

    An answers file has any of: name, employer, client_id, client_secret, sub, webhook_secret, locale, company_ja,
    company_en, from_name, from_address, bounce_address, legal_sender, postal_address, contact, licence, attested_by,
    applicants_consent_from (a day: who applied since agreed to hear of other positions), applicants_consent_tag,
    profiles_old_after_days, profiles_confirm_after_days, pick (a list of requisition ids), api_base, token_url, app_base.
    """
    given = answers_in(answers) | {key: value for key, value in (("name", name), ("employer", employer)) if value}
    locale = language(lang)
    ask = Asker(given, quiet=answers is not None, locale=locale)
    _ = ask.say
    with opened() as work:
        _show_credential(_)
        connection, none_yet = _store(work, ask)
        _show_webhooks(work, connection, _)
        ats = work.ats(connection)
        reached = _set_up(ats, locale)
        if reached and none_yet:
            _pick(work, connection, ats, ask)
        _attest(work, connection, ask)
        with work.reading() as session:  # as it stands now, with what was attested
            connection = session.get_one(Connection, connection.key)
        click.echo("\n" + _("Check:"))
        failed = show(examine(work, connection, locale))
    if failed or not reached:
        click.echo("\n" + _("Mend what is marked FAIL, then run `kakuyaku doctor`."))
        raise click.exceptions.Exit(1)
    click.echo("\n" + _("Connected. Run `kakuyaku serve`, then create the webhooks above, then run `kakuyaku doctor`."))


def _store(work: Work, ask: Asker) -> tuple[Connection, bool]:
    """Ask, then store employer, connection and secrets in one transaction; also whether it has no requisition yet."""
    _ = ask.say
    name = ask.text("name", _("Name of this connection"), "greenhouse")
    with work.reading() as session:
        there = session.exec(select(Connection).where(col(Connection.name) == name)).first()
    if there is not None:
        click.echo(
            _("%(name)s is connected already: what you answer now replaces what is stored, Enter keeps it", name=name)
        )
    policy = policy_of(there) if there is not None else Policy()
    keep = "" if there is not None else None
    employer = ask.text("employer", _("Employer (organisation) that owns it"), None) if there is None else ""
    given = {
        "client_id": ask.text("client_id", _("Client id of the API credential (Harvest V3)"), keep),
        "client_secret": ask.text("client_secret", _("Client secret (not shown)"), keep, secret=True),
        "sub": ask.text("sub", _("User id to act as (sub, an active Site Admin; empty: the credential's own)"), ""),
        "webhook": ask.text(
            "webhook_secret",
            _("Webhook secret (Enter: one is made)") if there is None else _("Webhook secret (Enter: as it is)"),
            "",
            secret=True,
        ),
    }
    mode = ask_mode(work, ask, there, employer)
    changed = _policy(ask, policy, mode)
    options = {k: v for k in ("api_base", "token_url", "app_base") if (v := ask.optional(k))}
    with work.writing() as session:
        now = work.clock.now()
        if there is None:
            connection = Connection(
                employer_id=_employer(session, work, employer, mode).key,
                url_key=secrets.token_urlsafe(24),
                ats="greenhouse",
                name=name,
                cut_off=now,
                created_at=now,
            )
            given["webhook"] = given["webhook"] or secrets.token_urlsafe(32)
            session.add(connection)
            session.flush()
            add_secret(session, work.vault, connection, "mail_door", secrets.token_urlsafe(32))
            record(session, connection.employer_id, "connection", connection.key, "connected", actor="admin:cli")
        else:
            connection = session.get_one(Connection, there.key)
            session.get_one(Employer, connection.employer_id).mode = mode
            record(session, connection.employer_id, "connection", connection.key, "changed", actor="admin:cli")
        connection.policy = changed.model_dump(mode="json")
        connection.options = {**connection.options, **options}
        session.add(connection)
        for secret_name, value in given.items():
            if value:
                _replace(session, work, connection, secret_name, value)
        known = session.exec(select(Requisition.id).where(col(Requisition.connection_id) == connection.key)).first()
    return connection, known is None


def _replace(session: Session, work: Work, connection: Connection, name: str, value: str) -> None:
    """Add a secret. An older webhook secret stays valid until the webhooks carry the new one; credentials are retired."""
    if name != "webhook":
        for old in session.exec(
            select(Secret).where(
                col(Secret.connection_id) == connection.key, col(Secret.name) == name, col(Secret.retired_at).is_(None)
            )
        ):
            old.retired_at = work.clock.now()
            session.add(old)
    add_secret(session, work.vault, connection, name, value)


def _employer(session: Session, work: Work, name: str, mode: str) -> Employer:
    found = session.exec(select(Employer).where(col(Employer.name) == name)).first()
    if found is None:
        found = Employer(name=name, created_at=work.clock.now())
    found.mode = mode
    session.add(found)
    session.flush()
    return found


_ASKED_IF_GIVEN = (
    *("applicants_consent_from", "applicants_consent_tag"),
    *("profiles_old_after_days", "profiles_confirm_after_days"),
    *("follow_up_after_days", "promise_in_subject"),
)


def _policy(ask: Asker, now: Policy, mode: str) -> Policy:
    legal, _ = now.legal, ask.say
    values = {
        "locale": ask.text("locale", _("Language of colleagues who have set none"), now.locale, among=LOCALES),
        "company_ja": ask.text("company_ja", _("Company name in Japanese letters"), now.company_ja),
        "company_en": ask.text("company_en", _("Company name in English letters"), now.company_en),
        "from_name": ask.text("from_name", _("Sender's name in letters"), now.from_name),
        "from_address": ask.address(
            "from_address", _("Sender's address (replies come to its plus addresses: name+…@host)"), now.from_address
        ),
        "bounce_address": ask.address(
            "bounce_address", _("Address for bounces (empty: the sender's)"), now.bounce_address
        ),
        "market_source": ask.text(
            "market_source",
            _("Name of the market, if the profile store is one (empty: these are your own data)"),
            now.market_source,
        ),
        "legal": {
            **legal.model_dump(),
            "sender": ask.text("legal_sender", _("Legal name of the sender, stated in every letter"), legal.sender),
            "postal_address": ask.text(
                "postal_address", _("Postal address, stated in every letter"), legal.postal_address
            ),
            "contact": ask.text("contact", _("Mail address or telephone for questions and complaints"), legal.contact),
            "licence": ask.text(
                "licence", _("Licence number of an employment agency (有料職業紹介許可番号; else empty)"), legal.licence
            ),
            **ask_entrustment(ask, legal, mode),
        },
    }
    values |= {name: given for name in _ASKED_IF_GIVEN if (given := ask.optional(name))}
    try:
        return Policy.model_validate(now.model_dump() | values)
    except ValidationError as error:
        first = error.errors()[0]
        raise click.UsageError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def _show_credential(_: Phrases) -> None:
    """What to create in Greenhouse before anything can be answered: the credential and its scopes."""
    click.echo(_("In Greenhouse, signed in as a Site Admin who may use the Dev Center:"))
    click.echo("  Configure > Dev Center > API Credentials > Harvest V3 (OAuth)")
    click.echo("  " + _("Tick these scopes, no others are used:"))
    scopes = [f"harvest:{name}:list" for name in LISTS] + [f"harvest:{name}" for name in WRITE_SCOPES]
    click.echo(textwrap.fill(", ".join(scopes), 110, initial_indent="    ", subsequent_indent="    "))
    click.echo(
        "  " + _("Greenhouse shows client id and client secret; they are asked for here. Enter takes [a default].")
    )
    click.echo("  " + _("One credential serves one kakuyaku: a new token revokes the one before.") + "\n")


def _show_webhooks(work: Work, connection: Connection, _: Phrases) -> None:
    with work.reading() as session:
        secret = secrets_of(session, work.vault, connection.key, "webhook")[0]
    url = f"{work.settings.public_url}/webhooks/{connection.url_key}"
    click.echo("\n" + _("In Greenhouse, once for each of the events below (it has no API for them):"))
    click.echo("  Configure > Dev Center > Web Hooks > Web Hooks > Create New Web Hook")
    click.echo(textwrap.fill(", ".join(WEBHOOKS), 110, initial_indent="    ", subsequent_indent="    "))
    click.echo(f"  When          {_('the event')}")
    click.echo(f"  Endpoint URL  {url}")
    click.echo(f"  Secret key    {secret}")
    click.echo(
        f"  Disabled?     {_('No. Greenhouse pings the address when you save: have `kakuyaku serve` running then.')}"
    )
    if not url.startswith("https://"):
        click.echo(
            "  " + _("Greenhouse calls https addresses only: set KAKUYAKU_PUBLIC_URL to the address it reaches you at.")
        )


def _set_up(ats: Connector, locale: str) -> bool:
    _ = phrases(locale)
    click.echo("\n" + _("Our fields on jobs:"))
    try:
        for finding in ats.set_up():
            what, detail, todo = (finding_said(words, locale) for words in (finding.what, finding.detail, finding.todo))
            click.echo(f"  {'ok  ' if finding.ok else 'FAIL'} {what} {detail}".rstrip())
            if todo:
                click.echo(f"       {todo}")
    except ATSError as error:
        click.echo(f"  FAIL {error}")
        return False
    return True


def _pick(work: Work, connection: Connection, ats: Connector, ask: Asker) -> None:
    """Offer what is open already: only what is picked is calibrated, everything new is (the cut-off is now)."""
    open_ones: list[AtsRequisition] = []
    for found in ats.requisitions(None):
        if found.status is not RequisitionStatus.CLOSED and not found.is_template:
            open_ones.append(found)
    if not open_ones:
        return
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


def _attest(work: Work, connection: Connection, ask: Asker) -> None:
    """Ask whether the ATS lets none but hiring managers edit the decision fields (R2): a named person's word."""
    _ = ask.say
    click.echo("\n" + _("Who may decide? Greenhouse does not tell us who edited a field."))
    click.echo(
        "  "
        + _(
            "If its permissions let nobody but hiring managers edit the kakuyaku decision fields, an administrator may"
            " attest that with their name, which is stored: an edit there then takes effect by itself after a grace"
            " period that starts when the manager's receipt has been mailed."
        )
    )
    click.echo("  " + _("Without it, every decision is confirmed by the manager through a link in their own mailbox."))
    click.echo("  " + _("If you are not sure, press Enter: nothing is lost, and you can attest later."))
    name = ask.text("attested_by", _("Your name, if you attest this (Enter: no)"), connection.attested_by or "")
    if name == (connection.attested_by or ""):
        return
    with work.writing() as session:
        row = session.get_one(Connection, connection.key)
        row.attested_by, row.attested_at = (name, work.clock.now()) if name else (None, None)
        session.add(row)
        what = "attested" if name else "attestation_withdrawn"
        record(session, row.employer_id, "connection", row.key, what, actor=f"admin:{name or 'cli'}")
