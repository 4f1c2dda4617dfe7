"""What `kakuyaku doctor` says of mail: do the servers let us in, and which DNS records to hand to IT.

Records are said, not looked up, unless somebody asks for it: which resolver a machine may use is its network's affair.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from plugin.cli.findings import FAIL, NOTE, OK, Line
from plugin.cli.wording import Phrases
from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.rows import Connection
from plugin.settings import Settings, WrongSetting
from plugin.work.context import Work

# Who sends for these servers, by the providers' own documentation of SPF.
_SENDERS = {
    "smtp.office365.com": "include:spf.protection.outlook.com",
    "smtp.gmail.com": "include:_spf.google.com",
    "smtp-relay.gmail.com": "include:_spf.google.com",
    "smtp.sendgrid.net": "include:sendgrid.net",
    "smtp.mailgun.org": "include:mailgun.org",
    "smtp.postmarkapp.com": "include:spf.mtasv.net",
}

Lookup = Callable[[str, str], list[str]]
"""(name, type) → the texts of its records; [] for none. Raises OSError where nobody can be asked."""


@dataclass(frozen=True, slots=True)
class Record:
    """One DNS record as it should be. `mark`: what one that stands there must contain; "" where any will do."""

    purpose: str
    name: str
    type: str
    value: str
    mark: str = ""


def mail(work: Work, locale: str) -> Iterator[Line]:
    """Whether the servers let us in, on the way out and on every way in."""
    _ = phrases(locale)
    try:
        wrong = work.smtp.check()
    except WrongSetting as error:
        wrong = str(error)
    if wrong:
        wrong = wrong if work.settings.smtp_url else _("KAKUYAKU_SMTP_URL is empty")
        yield Line(FAIL, _("outgoing mail"), wrong, todo=_("set KAKUYAKU_SMTP_URL and KAKUYAKU_SMTP_PASSWORD"))
    else:
        yield Line(OK, _("outgoing mail"), _("the mail server lets us in"))
    yield from _inboxes(work, _)


def _inboxes(work: Work, _: Phrases) -> Iterator[Line]:
    """Every mailbox that is read, and whether there is any way in at all."""
    from plugin.scouting.inbox import MailboxDown
    from plugin.scouting.mailboxes import opened, sources

    try:
        with work.reading() as session:
            found = sources(session, work.vault, work.settings)
    except WrongSetting as error:
        yield Line(FAIL, _("incoming mail"), str(error), todo=_("check KAKUYAKU_IMAP_URL and KAKUYAKU_IMAP_PASSWORD"))
        return
    if not found:
        if work.settings.imap_url:
            yield Line(NOTE, _("incoming mail"), _("the mailbox is read once there is a connection"))
        elif work.settings.pull_only:
            todo = _("set KAKUYAKU_IMAP_URL, or run `kakuyaku mailbox add`")
            yield Line(FAIL, _("incoming mail"), _("nobody reaches us, and no mailbox is read"), todo=todo)
        else:
            yield Line(OK, _("incoming mail"), _("by the inbound mail door"))
    for source in found:
        where = _("incoming mail") if not source.id else _("mailbox %(number)s", number=source.id)
        try:
            with opened(work, source):
                yield Line(OK, where, _("the mailbox opens"))
        except (MailboxDown, WrongSetting) as error:
            todo = _("check KAKUYAKU_IMAP_URL and KAKUYAKU_IMAP_PASSWORD")
            yield Line(FAIL, where, str(error), todo=todo if not source.id else _("run `kakuyaku mailbox check`"))


# Records.


def records(
    settings: Settings, connections: Sequence[Connection], locale: str, lookup: Lookup | None = None
) -> Iterator[Line]:
    """The DNS records of every domain we write from, to be handed to IT; with `lookup`, whether they stand there."""
    _ = phrases(locale)
    for domain in domains(connections):
        for one in wanted(settings, domain, locale):
            where, what = _("DNS of %(domain)s", domain=domain), f"{one.purpose}: {one.name} {one.type}"
            if lookup is None or "<" in one.name:
                yield Line(NOTE, where, what, one.value)
                continue
            try:
                there = lookup(one.name, one.type)
            except OSError as error:
                yield Line(NOTE, where, what, one.value, _("could not be looked up: %(why)s", why=error))
                continue
            fitting = [text for text in there if one.mark.casefold() in text.casefold()]
            if fitting:
                yield Line(OK, where, what, fitting[0])
            else:
                stands = "; ".join(there) or _("nothing")
                todo = _("hand this to who keeps your DNS; there is now: %(stands)s", stands=stands)
                yield Line(FAIL, where, what, one.value, todo)


def domains(connections: Sequence[Connection]) -> list[str]:
    """Every domain in an address we write from or take bounces at, each once."""
    found: dict[str, None] = {}
    for connection in connections:
        policy = policy_of(connection)
        for address in (policy.from_address, policy.bounce_address):
            if address:
                found[address.rpartition("@")[2].casefold()] = None
    return list(found)


def wanted(settings: Settings, domain: str, locale: str) -> list[Record]:
    """SPF, DKIM, DMARC and MX of a domain, for the servers of the settings."""
    _ = phrases(locale)
    out = urlsplit(settings.smtp_url).hostname or ""
    if out in _SENDERS:
        sender = _SENDERS[out]
    elif out and out not in ("localhost", "127.0.0.1", "::1"):
        sender = f"a:{out}"
    else:
        sender = "ip4:" + _("<the address your mail server sends from>")
    into = urlsplit(settings.imap_url).hostname or ""
    mailbox = (
        _("the server that takes mail for %(domain)s (the mailbox is read at %(host)s)", domain=domain, host=into)
        if into
        else _("the server that takes mail for %(domain)s (or your mail provider's)", domain=domain)
    )
    return [
        Record("SPF", domain, "TXT", f'"v=spf1 {sender} ~all"', "v=spf1"),
        _dkim(settings, domain, _),
        Record("DMARC", f"_dmarc.{domain}", "TXT", '"v=DMARC1; p=none"', "v=DMARC1"),
        Record("MX", domain, "MX", f"10 {mailbox}; " + _("it must take plus addresses (name+…@host)")),
    ]


def _dkim(settings: Settings, domain: str, _: Phrases) -> Record:
    name = f"{settings.dkim_selector}._domainkey.{domain}"
    if not settings.dkim_key_file:
        return Record("DKIM", f"<selector>._domainkey.{domain}", "TXT", _("as your mail server shows it: it signs"))
    try:
        public = public_key(Path(settings.dkim_key_file))
    except (OSError, ValueError, TypeError):
        # Whoever sends is told in full: the outgoing mail's own check reads the same file.
        return Record("DKIM", name, "TXT", _("the key of KAKUYAKU_DKIM_KEY_FILE can't be read"), "v=DKIM1")
    return Record("DKIM", name, "TXT", f'"v=DKIM1; k=rsa; p={public}"', public[:60])


def public_key(path: Path) -> str:
    """The public half of the key we sign with, as it stands in DNS (RFC 6376 §3.6.1)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    key = load_pem_private_key(path.read_bytes(), password=None).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode("ascii")


def ask_dns(name: str, kind: str) -> list[str]:
    """Ask this machine's resolver (dnspython, which dkimpy brings along)."""
    from dns import exception, resolver

    try:
        answers = resolver.resolve(name, kind, lifetime=5)
    except (resolver.NoAnswer, resolver.NXDOMAIN):
        return []
    except exception.DNSException as error:
        raise OSError(error.__class__.__name__) from error
    if kind == "TXT":
        return [b"".join(row.strings).decode("utf-8", "replace") for row in answers]
    return [row.to_text() for row in answers]
