"""`kakuyaku connect`: from an empty installation to a connected ATS account, in one sitting.

Connection and secret are stored before the address is shown: some ATSs ring the moment a webhook is saved, and switch
it off when nobody answers. A second run under the same name changes what is asked and keeps the rest.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.greenhouse.door import WEBHOOKS
from connectors.records import Requisition as AtsRequisition
from connectors.records import RequisitionStatus
from plugin.cli.doctor import examine, show
from plugin.cli.means import opened, read_text
from plugin.connections import add_secret, policy_of, secrets_of
from plugin.events import record
from plugin.policy import Policy
from plugin.rows import Connection, Employer, Requisition, Secret
from plugin.work.context import Work
from plugin.work.jobs import owe

MOST_PICKED_FROM = 50
ANSWERS = frozenset(
    [
        "name",
        "employer",
        "client_id",
        "client_secret",
        "sub",
        "webhook_secret",
        "locale",
        "company_ja",
        "company_en",
        "from_name",
        "from_address",
        "bounce_address",
        "legal_sender",
        "postal_address",
        "contact",
        "licence",
        "attested_by",
        "pick",
        "api_base",
        "token_url",
        "app_base",
    ]
)


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
def greenhouse(answers: Path | None, name: str | None, employer: str | None) -> None:
    """Connect a Greenhouse account: credentials, webhooks, fields, sender, open requisitions; ends with a check.

    An answers file has any of: name, employer, client_id, client_secret, sub, webhook_secret, locale, company_ja,
    company_en, from_name, from_address, bounce_address, legal_sender, postal_address, contact, licence, attested_by,
    pick (a list of requisition ids), api_base, token_url, app_base.
    """
    given = _answers(answers) | {key: value for key, value in (("name", name), ("employer", employer)) if value}
    ask = Asker(given, quiet=answers is not None)
    with opened() as work:
        connection, none_yet = _store(work, ask)
        _show_webhooks(work, connection)
        ats = work.ats(connection)
        reached = _set_up(ats)
        if reached and none_yet:
            _pick(work, connection, ats, ask)
        _attest(work, connection, ask)
        click.echo("\nCheck:")
        failed = show(examine(work, connection))
    if failed or not reached:
        click.echo("\nMend what is marked, then run `kakuyaku doctor`.")
        raise click.exceptions.Exit(1)
    click.echo("\nConnected. Create the webhooks above if you haven't, then `kakuyaku serve`.")


class Asker:
    """Answers given in a file or as options, else asked for. `quiet`: nobody is there to ask, defaults stand."""

    def __init__(self, given: dict[str, Any], *, quiet: bool) -> None:
        self._given = given
        self._quiet = quiet

    def text(self, name: str, question: str, default: str | None = None, *, secret: bool = False) -> str:
        """One answer. `default` None makes it required."""
        if name in self._given:
            value = self._given.pop(name)
            if not isinstance(value, str | int):
                raise click.UsageError(f"The answer {name!r} must be text.")
            answer = str(value).strip()
            if not answer and default is None:
                raise click.UsageError(f"The answer {name!r} is empty.")
            return answer
        if self._quiet:
            if default is None:
                raise click.UsageError(f"The answer {name!r} is missing: {question}")
            return default
        shown = None if default is None else (default if not secret else "")
        return str(
            click.prompt(question, default=shown, hide_input=secret, show_default=not secret and bool(shown))
        ).strip()

    def optional(self, name: str) -> str:
        """An answer that is never asked for: given in the file or empty."""
        return str(self._given.pop(name, "")).strip()

    def ids(self, name: str, question: str) -> list[str]:
        """A list of ids: a JSON list, or asked for as `1, 2`."""
        if name in self._given:
            value = self._given.pop(name)
            if not isinstance(value, list):
                raise click.UsageError(f"The answer {name!r} must be a list.")
            return [str(one) for one in value]
        if self._quiet:
            return []
        return str(click.prompt(question, default="", show_default=False)).replace(",", " ").split()


def _answers(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    text = read_text(path)
    try:
        data = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"{path} is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise click.UsageError(f"{path} must hold one JSON object.")
    unknown = sorted(set(data) - ANSWERS)
    if unknown:
        raise click.UsageError(f"{path}: nobody asks for {', '.join(unknown)}.")
    return data


def _store(work: Work, ask: Asker) -> tuple[Connection, bool]:
    """Ask, then store employer, connection and secrets in one transaction; also whether it has no requisition yet."""
    name = ask.text("name", "Name of this connection", "greenhouse")
    with work.reading() as session:
        there = session.exec(select(Connection).where(col(Connection.name) == name)).first()
    if there is not None:
        click.echo(f"{name} is connected already: what you answer now replaces what is stored, Enter keeps it")
    policy = policy_of(there) if there is not None else Policy()
    keep = "" if there is not None else None
    employer = ask.text("employer", "Employer (organisation) that owns it", None) if there is None else ""
    given = {
        "client_id": ask.text("client_id", "Greenhouse Harvest V3 client id", keep),
        "client_secret": ask.text("client_secret", "Client secret", keep, secret=True),
        "sub": ask.text("sub", "User id to act as (sub, a Site Admin; empty: the credential's own)", ""),
        "webhook": ask.text(
            "webhook_secret",
            "Webhook secret (empty: one is made)" if there is None else "Webhook secret",
            "",
            secret=True,
        ),
    }
    changed = _policy(ask, policy)
    options = {k: v for k in ("api_base", "token_url", "app_base") if (v := ask.optional(k))}
    with work.writing() as session:
        now = work.clock.now()
        if there is None:
            connection = Connection(
                employer_id=_employer(session, work, employer).key,
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


def _employer(session: Session, work: Work, name: str) -> Employer:
    found = session.exec(select(Employer).where(col(Employer.name) == name)).first()
    if found is None:
        found = Employer(name=name, created_at=work.clock.now())
        session.add(found)
        session.flush()
    return found


def _policy(ask: Asker, now: Policy) -> Policy:
    legal = now.legal
    values = {
        "locale": ask.text("locale", "Language of colleagues who have set none (ja or en)", now.locale),
        "company_ja": ask.text("company_ja", "Company name in Japanese letters", now.company_ja),
        "company_en": ask.text("company_en", "Company name in English letters", now.company_en),
        "from_name": ask.text("from_name", "Sender's name in letters", now.from_name),
        "from_address": ask.text(
            "from_address", "Sender's address (replies come to its plus addresses)", now.from_address
        ),
        "bounce_address": ask.text("bounce_address", "Address for bounces (empty: the sender's)", now.bounce_address),
        "legal": {
            "sender": ask.text("legal_sender", "Legal name of the sender, stated in every letter", legal.sender),
            "postal_address": ask.text(
                "postal_address", "Postal address, stated in every letter", legal.postal_address
            ),
            "contact": ask.text("contact", "Mail address or telephone for questions and complaints", legal.contact),
            "licence": ask.text("licence", "有料職業紹介許可番号 (agencies; else empty)", legal.licence),
        },
    }
    try:
        return Policy.model_validate(now.model_dump() | values)
    except ValidationError as error:
        first = error.errors()[0]
        raise click.UsageError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def _show_webhooks(work: Work, connection: Connection) -> None:
    with work.reading() as session:
        secret = secrets_of(session, work.vault, connection.key, "webhook")[0]
    url = f"{work.settings.public_url}/webhooks/{connection.url_key}"
    click.echo(
        "\nIn Greenhouse: Configure > Dev Center > Web Hooks > Web Hooks > Create New Web Hook, once for each of"
    )
    click.echo("  " + ", ".join(WEBHOOKS))
    click.echo(f"  Endpoint URL  {url}")
    click.echo(f"  Secret key    {secret}")
    click.echo("  Disabled?     No. Greenhouse pings the address when you save: have `kakuyaku serve` running then.")
    if not url.startswith("https://"):
        click.echo("  Greenhouse calls https addresses only: set KAKUYAKU_PUBLIC_URL to the address it reaches you at.")


def _set_up(ats: Connector) -> bool:
    click.echo("\nOur fields on jobs:")
    try:
        for finding in ats.set_up():
            click.echo(f"  {'ok  ' if finding.ok else 'FAIL'} {finding.what} {finding.detail}".rstrip())
            if finding.todo:
                click.echo(f"       {finding.todo}")
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
    open_ones.sort(key=lambda one: one.created_at, reverse=True)
    click.echo(
        f"\n{len(open_ones)} requisitions are there already. New ones are taken in from now on; these only if you pick them:"
    )
    for one in open_ones[:MOST_PICKED_FROM]:
        click.echo(f"  {one.id:>12}  {one.status.value:<6} {one.title}")
    if len(open_ones) > MOST_PICKED_FROM:
        click.echo(f"  … and {len(open_ones) - MOST_PICKED_FROM} older ones, to be picked by id")
    by_id = {one.id: one for one in open_ones}
    picked = ask.ids("pick", "Ids to take in, separated by commas (Enter: none)")
    unknown = [one for one in picked if one not in by_id]
    if unknown:
        raise click.UsageError(f"There is no open requisition {', '.join(unknown)}.")
    with work.writing() as session:
        for id in dict.fromkeys(picked):
            _take_in(session, work, connection, by_id[id])
    click.echo(f"{len(set(picked))} taken in")


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
    click.echo(
        "\nIf only hiring managers can edit the kakuyaku decision fields (Greenhouse: custom field permissions), an"
        "\nadministrator may say so with their name; an edit there then takes effect by itself after a grace period."
        "\nWithout it every edit is confirmed by the manager through a link in their own mailbox."
    )
    name = ask.text("attested_by", "Your name, if you attest this (Enter: no)", connection.attested_by or "")
    if name == (connection.attested_by or ""):
        return
    with work.writing() as session:
        row = session.get_one(Connection, connection.key)
        row.attested_by, row.attested_at = (name, work.clock.now()) if name else (None, None)
        session.add(row)
        what = "attested" if name else "attestation_withdrawn"
        record(session, row.employer_id, "connection", row.key, what, actor=f"admin:{name or 'cli'}")
