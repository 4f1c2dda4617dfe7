"""What `connect` asks and keeps: employer, connection, sealed credentials, options, the sender's policy."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

import click
from pydantic import ValidationError
from sqlmodel import Session, col, select

from connectors.base import Connector
from plugin.cli.asking import Asker
from plugin.cli.connect_voice import ask_entrustment, ask_mode
from plugin.cli.wording import Phrases, said, told
from plugin.connections import add_secret, policy_of, secrets_of
from plugin.events import record
from plugin.i18n import LOCALES
from plugin.policy import Policy
from plugin.rows import Connection, Employer, Requisition, Secret
from plugin.work.context import Work


def store(work: Work, kind: type[Connector], ask: Asker, set_options: Mapping[str, str]) -> tuple[Connection, bool]:
    """Ask, then store employer, connection and secrets in one transaction; also whether it has no requisition yet."""
    _ = ask.say
    name = ask.text("name", _("Name of this connection"), kind.name)
    there = _there(work, kind, name, ask.peek("employer"), _)
    if there is not None:
        click.echo(
            _("%(name)s is connected already: what you answer now replaces what is stored, Enter keeps it", name=name)
        )
    policy = policy_of(there) if there is not None else Policy()
    employer = ask.text("employer", _("Employer (organisation) that owns it"), None) if there is None else ""
    sealed, open_ = _asked(work, kind, ask, there)
    webhook = _webhook_secret(work, kind, ask, there)
    mode = ask_mode(work, ask, there, employer)
    changed = _policy(ask, policy, mode)
    cut_off = _cut_off(work, ask, changed, there)
    options = {**(there.options if there is not None else {}), **open_, **set_options}
    options = {name: value for name, value in options.items() if value}
    _try(work, kind, ask.locale, there, sealed, options)
    with work.writing() as session:
        if there is None:
            connection = Connection(
                employer_id=_employer(session, work, employer, mode).key,
                url_key=secrets.token_urlsafe(24),
                ats=kind.name,
                name=name,
                created_at=work.clock.now(),
            )
            session.add(connection)
            session.flush()
            add_secret(session, work.vault, connection, "mail_door", secrets.token_urlsafe(32))
            record(session, connection.employer_id, "connection", connection.key, "connected", actor="admin:cli")
        else:
            connection = session.get_one(Connection, there.key)
            session.get_one(Employer, connection.employer_id).mode = mode
            record(session, connection.employer_id, "connection", connection.key, "changed", actor="admin:cli")
        connection.policy = changed.model_dump(mode="json")
        connection.options, connection.cut_off = options, cut_off
        session.add(connection)
        for secret_name, value in sealed.items():
            _replace(session, work, connection, secret_name, value)
        if webhook and webhook not in secrets_of(session, work.vault, connection.key, "webhook"):
            # An older one stays valid until the webhooks carry the new one.
            add_secret(session, work.vault, connection, "webhook", webhook)
        known = session.exec(select(Requisition.id).where(col(Requisition.connection_id) == connection.key)).first()
    return connection, known is None


def _there(work: Work, kind: type[Connector], name: str, employer: str, _: Phrases) -> Connection | None:
    """The connection of that name, the employer's where one is named: two employers may call theirs alike."""
    with work.reading() as session:
        query = select(Connection).where(col(Connection.name) == name)
        if employer:
            query = query.join(Employer, col(Employer.id) == col(Connection.employer_id))
            query = query.where(col(Employer.name) == employer)
        found = session.exec(query.order_by(col(Connection.id))).all()
    if len(found) > 1:
        raise click.UsageError(_("Several connections are called '%(name)s'; say whose with --employer.", name=name))
    if found and found[0].ats != kind.name:
        raise click.UsageError(
            _("'%(name)s' is a connection to %(ats)s; choose another --name.", name=name, ats=found[0].ats)
        )
    return found[0] if found else None


def _asked(
    work: Work, kind: type[Connector], ask: Asker, there: Connection | None
) -> tuple[dict[str, str], dict[str, str]]:
    """The connector's own questions: (what is to be sealed, "" taking it back; what stands open)."""
    _ = ask.say
    sealed: dict[str, str] = {}
    open_: dict[str, str] = {}
    for one in kind.asks:
        question = said(one.label, ask.locale)
        if one.secret:
            question = _("%(question)s (not shown)", question=question)
        given = ask.has(one.name)
        if one.kind == "option":
            stands = there.options.get(one.name, one.default) if there is not None else one.default
            open_[one.name] = ask.text(one.name, question, stands, secret=one.secret)
            continue
        # What is sealed is not shown: Enter keeps it. Where it may be left out, "-" or an empty answer takes it back.
        keeps = there is not None and not given
        if keeps and one.default == "":
            question = _("%(question)s (Enter keeps it, - takes it away)", question=question)
        value = ask.text(one.name, question, "" if keeps else one.default, secret=one.secret)
        if value == "-" and one.default == "":
            value, given = "", True
        if value or (given and there is not None):
            sealed[one.name] = value
    return sealed, open_


def _webhook_secret(work: Work, kind: type[Connector], ask: Asker, there: Connection | None) -> str:
    """The secret webhooks are signed with: typed, or made for a new connection; "" to keep what is stored."""
    _ = ask.say
    if not kind.supports("verify"):
        return ""
    if kind.supports("subscribe") or work.settings.pull_only:
        # Created by API with a secret of ours, or not at all: there is nothing to type.
        answered = ask.optional("webhook_secret")
    else:
        first, again = _("Webhook secret (Enter: one is made)"), _("Webhook secret (Enter: as it is)")
        answered = ask.text("webhook_secret", first if there is None else again, "", secret=True)
    return answered or (secrets.token_urlsafe(32) if there is None else "")


def _cut_off(work: Work, ask: Asker, policy: Policy, there: Connection | None) -> datetime | None:
    """From when on requisitions are taken in by themselves: now, or the beginning of a day named."""
    _ = ask.say
    if there is None:
        question = _("Take in requisitions made since (YYYY-MM-DD; Enter: from now on, older ones only if picked)")
        answer = ask.text("cut_off", question, "")
    else:
        answer = ask.optional("cut_off")
    now = work.clock.now()
    if not answer:
        return there.cut_off if there is not None else now
    try:
        day = datetime.strptime(answer, "%Y-%m-%d").date()  # noqa: DTZ007 a day; its zone is the connection's
    except ValueError:
        raise click.UsageError(
            _("The answer 'cut_off' must be a day, YYYY-MM-DD (given: %(given)s).", given=answer)
        ) from None
    begins = datetime.combine(day, time(), ZoneInfo(policy.zone))
    if begins > now:
        raise click.UsageError(_("The answer 'cut_off' must not lie in the future (given: %(given)s).", given=answer))
    return begins


def _try(
    work: Work,
    kind: type[Connector],
    locale: str,
    there: Connection | None,
    sealed: Mapping[str, str],
    options: Mapping[str, str],
) -> None:
    """Build the connector once before anything is stored: it refuses addresses and numbers that can't be."""
    credentials = dict(sealed)
    if there is not None:
        with work.reading() as session:
            for one in kind.asks:
                standing = secrets_of(session, work.vault, there.key, one.name) if one.kind == "credential" else []
                if standing:
                    credentials.setdefault(one.name, standing[0])
    try:
        kind(credentials=credentials, secrets=(), options=options).close()
    except ValueError as error:
        raise click.UsageError(f"{kind.title}: {told(error, locale)}") from None


def _replace(session: Session, work: Work, connection: Connection, name: str, value: str) -> None:
    """Put a credential in the place of the one before, which is retired; "" leaves none."""
    standing = secrets_of(session, work.vault, connection.key, name)
    if value and standing[:1] == [value]:
        return
    for old in session.exec(
        select(Secret).where(
            col(Secret.connection_id) == connection.key, col(Secret.name) == name, col(Secret.retired_at).is_(None)
        )
    ):
        old.retired_at = work.clock.now()
        session.add(old)
    if value:
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
